"""Wherever the clone lies and whoever grades, a small class gets the same scores, in the same sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring.casefiles import apply, write_notebook
from autograder.authoring.corpus import Edit, Insert
from autograder.course import ROOT, assignment, quiet_environment
from autograder.grading.batch import GRADEBOOK
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import Verdict
from tests.ordinary_user import USER, as_ordinary_user

EXERCISE = "02-preprocessing"
PARTS = ("autograder", "exercises", "solutions", f"build/{EXERCISE}", "pyproject.toml", "requirements.lock")

PROBE = """
import os

def refused(attempt):
    try:
        attempt()
    except OSError:
        return True
    return False

place = @PLACE@
parts = [os.path.join(os.sep, *place.split(os.sep)[:depth]) for depth in range(2, len(place.split(os.sep)) + 1)]
parts = [part for part in parts if part not in ("/tmp", "/dev/shm")]
print("lists nothing:", all(refused(lambda: os.listdir(part)) for part in parts))
print("reads nothing:", refused(lambda: open(place + "/pyproject.toml")))
print("changes nothing:", all(refused(lambda: open(part + "/trace", "w")) for part in (place, place + "/.venv")))
mine = set() if refused(lambda: os.listdir("/tmp")) else set(os.listdir("/tmp"))
ways = set(place.split(os.sep)) | set(@PACKAGES@.split(os.sep))
print("sees in /tmp:", sorted(mine - {"matplotlib", "ipython"} - ways))
wrote = not refused(lambda: open("/tmp/trace-of-a-notebook", "w").write("x"))
print("has a /tmp:", open("/tmp/trace-of-a-notebook").read() if wrote else "no")
"""


def clone(folder: Path) -> None:
    """The repository with what was built of one exercise, and an environment that borrows this one's packages."""
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, target)
    packages = Path(sysconfig.get_path("purelib"))
    own = folder / ".venv" / packages.relative_to(sys.prefix)
    own.parent.mkdir(parents=True)
    own.symlink_to(packages)
    (folder / ".venv" / "bin").mkdir()
    (folder / ".venv" / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    shutil.copy(Path(sys.prefix, "pyvenv.cfg"), folder / ".venv")


PLACES = [("/tmp", "reading-digits", "user"), ("/tmp", "Ψηφία και κενά 数字", "root"), ("/dev/shm", "a b", "user")]
"""Below /tmp, with spaces and letters of other scripts; /dev/shm is another file system on every Linux, and a sandbox
has its own of both."""


@pytest.fixture(params=PLACES, ids=lambda place: "-".join(place[::2]))
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    above, name, who = request.param
    with tempfile.TemporaryDirectory(dir=above) as folder:
        os.chmod(folder, 0o755)
        clone(Path(folder, name))
        yield Path(folder, name), who


def test_a_small_class_is_graded_alike(place: tuple[Path, str], best_level: str) -> None:
    folder, who = place
    exercise = assignment(EXERCISE)
    last = exercise.questions[-1]
    probe = PROBE.replace("@PLACE@", repr(str(folder))).replace("@PACKAGES@", repr(sysconfig.get_path("purelib")))
    edits = {
        "honest": Edit(),
        "wrong": Edit(replace={last.name: "pass"}),
        "probe": Edit(insert=(Insert("after setup", probe),)),
        "endless": Edit(insert=(Insert("after setup", "import time\nwhile True: time.sleep(1)"),)),
    }
    for name, edit in edits.items():
        write_notebook(apply(edit, exercise), folder / "class" / f"{name}.ipynb")
    command = [str(folder / ".venv" / "bin" / "python"), "-m", "autograder", "grade", str(folder / "class"),
               "--output", str(folder / "grades"), "--timeout", "8"]
    home = folder / "home"
    home.mkdir()
    if who == "user":
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, USER, USER, follow_symlinks=False)
        command = as_ordinary_user(command, folder, str(home), [Path(sysconfig.get_path("purelib"))])
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300,
                          env=quiet_environment())
    assert done.returncode == 0, done.stdout + done.stderr
    with Gradebook(folder / "grades" / GRADEBOOK) as book:
        results = {result.learner: result for result in book.results()}
    assert results.keys() == edits.keys(), done.stdout + done.stderr
    assert {result.sandbox for result in results.values()} == {best_level}
    got = {name: (result.status, result.possible - result.score) for name, result in results.items()}
    assert got == {"honest": (Verdict.GRADED, 0), "probe": (Verdict.GRADED, 0), "endless": (Verdict.TIMEOUT, 0),
                   "wrong": (Verdict.GRADED, pytest.approx(last.points))}, got
    said = dict(line.split(": ") for line in results["probe"].output.splitlines() if ": " in line)
    expected = {"lists nothing": "True", "reads nothing": "True", "changes nothing": "True", "sees in /tmp": "[]",
                "has a /tmp": "x" if best_level == "full" else "no"}
    assert {what: said.get(what) for what in expected} == expected
