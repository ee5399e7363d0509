"""All promises once more without root: an instructor grades as an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.course import ROOT

AS_NOBODY = '''
import os, sys, tempfile
sys.path.insert(0, {root!r})
from autograder.sandbox import linux

def uncover(paths):
    """Makes the paths reachable although a folder above them, such as /root, is closed to others."""
    closed = {{above for path in paths for above in path.parents if not above.stat().st_mode & 1}}
    hidden = [path for path in paths if closed & set(path.parents)]
    kept = tempfile.mkdtemp()
    linux.mount("kept", kept, "tmpfs", 0, "mode=0755")
    for number, path in enumerate(hidden):
        Path(f"{{kept}}/{{number}}").mkdir()
        linux.bind(str(path), f"{{kept}}/{{number}}")
    for above in sorted(closed):
        if not closed & set(above.parents):
            linux.mount("open", str(above), "tmpfs", 0, "mode=0755")
    for number, path in enumerate(hidden):
        path.mkdir(parents=True, exist_ok=True)
        linux.bind(f"{{kept}}/{{number}}", str(path))

from pathlib import Path
linux.unshare(linux.CLONE_NEWNS)
linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
uncover(sorted({{Path(sys.base_prefix).resolve(), Path({root!r}).resolve()}}))
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
os.environ["HOME"] = {home!r}
os.execv({python!r}, [{python!r}, "-m", "pytest", *{arguments!r}])
'''


def test_all_promises_hold_without_root():
    if os.geteuid() != 0:
        return  # Then `test_promises.py` itself has run without root.
    with tempfile.TemporaryDirectory() as home:  # Not `tmp_path`: that is root's own.
        os.chown(home, 65534, 65534)
        arguments = [
            "-q", "-p", "no:cacheprovider", "--no-header", f"--basetemp={home}/tests",
            str(Path(__file__).with_name("test_promises.py")), str(ROOT / "tests" / "probes" / "test_overuse.py"),
        ]  # fmt: skip
        source = AS_NOBODY.format(root=str(ROOT), home=home, python=sys.executable, arguments=arguments)
        command = [sys.executable, "-c", source]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "passed" in done.stdout and "skipped" not in done.stdout


@pytest.mark.fast
def test_no_test_here_needs_root():
    """Nothing in this folder may look at who runs it, but this file and where limits are counted differently."""
    for path in Path(__file__).parent.glob("test_*.py"):
        uses = path.read_text(encoding="utf-8").count("geteuid()")
        assert path == Path(__file__) or uses <= 3, path
