"""`autograder new`: what it lays down works as it is, and nothing else has to be touched for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import course
from autograder.authoring.master import read_master
from autograder.authoring.new import new_exercise
from autograder.cli import main
from autograder.course import CourseError

LOOK_AT_EXERCISES = ("tests/test_architecture.py", "tests/exercises", "tests/corpora/test_corpus.py",
                     "tests/corpora/test_exercises.py", "tests/book/test_sources.py",
                     "tests/authoring/test_calibrate.py", "tests/grading/test_command.py")
"""Where the fast tests are that look at every exercise."""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The tree as it is committed or will be, with what is built of the exercises, in a folder of its own."""
    root = tmp_path / "tree"
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=course.ROOT,
                            capture_output=True, text=True, check=True).stdout.split("\0")
    for name in listed:
        if name and (course.ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(course.ROOT / name, root / name)
    for name in course.exercise_names():
        shutil.copytree(course.BUILD / name, root / "build" / name)
    return root


COMMANDS = """
import sys
from click.testing import CliRunner
from autograder.cli import main
from autograder.grading import worker

worker.stop_engines = worker.close_engines = lambda: None  # all batches share one, which ends with this process
for command in sys.argv[1:]:
    result = CliRunner().invoke(main, command.split())
    print(f"{result.output}\\nended: {command}: {result.exit_code} {result.exception or ''}", flush=True)
"""


def run(root: Path, *command: str) -> str:
    """Run Python in the copy, which must end well; returns what it printed."""
    done = subprocess.run([sys.executable, *command], cwd=root, capture_output=True, text=True, timeout=1200,
                          env=os.environ | course.quiet_environment() | {"PYTHONPATH": str(root), "COLUMNS": "200"})
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def autograder(root: Path, *commands: str) -> dict[str, str]:
    """Runs the commands one after another, in one process; what each printed. Each must end well."""
    printed = run(root, "-c", COMMANDS, *commands)
    parts = re.findall(r"(.*?)^ended: ([^\n]*): (\d+) [^\n]*\n", printed, re.DOTALL | re.MULTILINE)
    assert [(command, code) for _, command, code in parts] == [(command, "0") for command in commands], printed
    return {command: said for said, command, _ in parts}


@pytest.mark.slow
def test_it_builds_verifies_and_passes_the_fast_tests_with_nothing_else_to_touch(copied: Path) -> None:
    (copied / "tests").rename(copied / "elsewhere")  # the package must not read it
    said = autograder(copied, "new 10-your-own", "build 10-your-own", "verify 10-your-own", "calibrate 01-dataset",
                      "demo --learners 2 --output build/class")
    built = said["build 10-your-own"]
    assert "10-your-own: built; its solution earns full marks" in built
    assert "exercises/README.md does not list it" in built and "no page of the book leads to it" in built
    summary = said["verify 10-your-own"].split("Summary")[1]
    row, = [line for line in summary.splitlines() if "10-your-own" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "10-your-own", "full marks", "nothing", "1", "0", "1", "1", "0"]
    (copied / "elsewhere").rename(copied / "tests")
    subprocess.run("git init -q && git add -A", shell=True, cwd=copied, check=True, capture_output=True)
    passed = run(copied, "-m", "pytest", "-v", "-m", "fast", "-p", "no:cacheprovider", *LOOK_AT_EXERCISES)
    for folder in ("exercises", "corpora"):
        assert re.search(rf"^tests/{folder}/.*10-your-own.* PASSED", passed, re.MULTILINE), folder


@pytest.mark.fast
def test_its_master_is_in_order(tiny: Path) -> None:
    folder = new_exercise("10-your-own")
    assert folder == tiny / "solutions" / "10-your-own"
    exercise = read_master(folder / "master.md")
    assert (exercise.name, exercise.title) == ("10-your-own", "Your own")
    assert [question.name for question in exercise.questions] == ["q10_1"]
    assert not any("@" in path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert sorted(path.name for path in folder.parent.iterdir()) == ["10-your-own", "91-tiny"]


@pytest.mark.fast
@pytest.mark.parametrize(("name", "problem"), [
    ("91-other", "There is solutions/91-tiny already. Take another number"),
    ("91-tiny", "There is solutions/91-tiny already"),
    ("your-own", "two digits, a dash, and words .* for example 01-your-own"),
    ("09-Your-Own", "'09-Your-Own' is no name of an exercise"),
    ("09-../../x", "is no name of an exercise"),
    ("09", "is no name of an exercise"),
])
def test_a_name_that_will_not_do(tiny: Path, name: str, problem: str) -> None:
    with pytest.raises(CourseError, match=problem):
        new_exercise(name)
    assert [path.name for path in (tiny / "solutions").iterdir()] == ["91-tiny"]


@pytest.mark.fast
def test_the_command_says_what_comes_next(tiny: Path) -> None:
    done = CliRunner().invoke(main, ["new", "10-more"])
    assert done.exit_code == 0 and "autograder build 10-more" in done.output
    done = CliRunner().invoke(main, ["new", "10-more"])
    assert done.exit_code == 2 and "There is solutions/10-more already" in done.output
