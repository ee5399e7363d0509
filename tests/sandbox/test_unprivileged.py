"""All promises once more without root: an instructor grades as an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.course import ROOT
from tests.ordinary_user import as_ordinary_user

NOTICED = "tests/probes/test_overuse.py::test_a_limit_that_does_not_hold_is_noticed"
"""No promise: what the trials themselves notice does not depend on who runs them."""


def test_all_promises_hold_without_root():
    if os.geteuid() != 0:
        return  # Then `test_promises.py` itself has run without root.
    with tempfile.TemporaryDirectory() as home:  # Not `tmp_path`: that is root's own.
        arguments = [
            "-q", "-p", "no:cacheprovider", "--no-header", f"--basetemp={home}/tests",
            *(str(ROOT / "tests" / name) for name in ("sandbox/test_promises.py", "probes/test_overuse.py")),
            "--deselect", NOTICED,
        ]  # fmt: skip
        command = as_ordinary_user([sys.executable, "-m", "pytest", *arguments], ROOT, home)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "passed" in done.stdout and "skipped" not in done.stdout and " deselected" in done.stdout


@pytest.mark.fast
def test_no_test_here_needs_root():
    """Nothing in this folder may look at who runs it, but this file and where limits are counted differently."""
    for path in Path(__file__).parent.glob("test_*.py"):
        uses = path.read_text(encoding="utf-8").count("geteuid()")
        assert path == Path(__file__) or uses <= 3, path
