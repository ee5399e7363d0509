"""On honest notebooks each question scores what `otter run` gives it.

`otter run` takes seconds, so each notebook holds several situations. Where this
grader differs on purpose (a cell that never ends costs one question, not the
run), `test_submission.py` holds the difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import course
from autograder.course import METADATA_KEY, Assignment
from autograder.grading.bundle import Bundle, bundle
from autograder.grading.engine import Engine
from autograder.grading.submission import RunLimits, grade
from autograder.submissions.find import Found
from autograder.submissions.read import read_submission
from tests.grading.conftest import (
    ANSWER,
    NAME,
    SCALE,
    START,
    WORD,
    code_cell,
    scores,
    write_notebook,
)

pytestmark = pytest.mark.slow

NOTEBOOKS: dict[str, list[str | dict[str, Any]]] = {
    # A cell that raises, and one after it that needs it; one question never checked; points split (one of
    # q1's hidden cases fails); an ignored cell that would have made q2 right; all or nothing.
    "partial": [
        START,
        "def scale(x):\n    x /= 10\n    return x",
        "grader.check('q1')",
        "answer = '42'",
        code_cell(ANSWER, tags=["otter_ignore"]),
        code_cell(ANSWER, otter={"ignore": True}),
        "grader.check('q2')",
        "def double(x):\n    raise NotImplementedError('write me')\ntotal = 7",
        "1 / 0\ntotal = 8",
        "grader.check('q3')",
        WORD,
    ],
    # Checked in the middle and changed after; checked twice; a missing name; a misspelt name; a check that
    # stands in a cell with other code, and a cell's code after a check.
    "order": [
        START,
        SCALE,
        "grader.check('q1'); scale = None",
        ANSWER,
        "grader.check('q2')",
        "answer = 0",
        "result = grader.check('q2')\nanswer = 42",
        "def double(x):\n    return 2 * x\ntotl = 7",
        "wrod = 'digit'\ndef refuse(n):\n    if n < 0:\n        raise KeyError(n)",
        "grader.check('q4')",
    ],
    # An empty answer and stubs, as many a learner leaves them; a check Otter keeps in the metadata; seeds and
    # state that a check must not touch; doctests on a value of another type.
    "stubs": [
        START,
        "def scale(x):\n    ...",
        code_cell("answer = 42", otter={"tests": ["q2"]}),
        "answer = 41",
        "import random\nrandom.seed(1)\nfirst = random.random()",
        "grader.check('q1')",
        "word = 'digit' if random.random() == random.Random(1).random() else 'other'",
        "random.seed(1); random.random()\nhere = random.random()\nrandom.seed(1); random.random()",
        "grader.check('q3')",
        "word = 'digit' if random.random() == here else 'other'",
        "def double(x):\n    return 2.0 * x\ntotal = 7",
    ],
}


def by_otter(notebook: Path, autograder: Path, folder: Path) -> dict[str, float]:
    """The score of each question by `otter run`."""
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "otter", "run", "--autograder", autograder, "--output-dir", folder, notebook],
        env=course.quiet_environment(), cwd=folder, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    tests = json.loads((folder / "results.json").read_text())["tests"]
    return {test["name"]: test["score"] for test in tests if "score" in test}


REAL_COURSE = {name: getattr(course, name) for name in ("EXERCISES", "BUILD", "SOLUTIONS")}


def half_solved(assignment: Assignment) -> list[dict[str, Any]]:
    """An exercise of the course with every second answer still unwritten, in the builder's own stubs."""
    notebooks = [json.loads(path.read_text("utf-8")) for path in (assignment.solution, assignment.learner)]
    solved, untouched = ([cell for cell in notebook["cells"] if cell["cell_type"] == "code"] for notebook in notebooks)
    number = 0
    for index, cell in enumerate(solved):
        if "answer" in cell["metadata"].get(METADATA_KEY, {}):
            number += 1
            if number % 2 == 0:
                solved[index] = untouched[index]
    return solved


def test_an_exercise_of_the_course_scores_what_otter_gives_it(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, folder in REAL_COURSE.items():
        monkeypatch.setattr(course, name, folder)
    exercise = course.assignment("02-preprocessing")
    path = write_notebook(tmp_path / "half.ipynb", [*half_solved(exercise)], exercise.name)
    submission = read_submission(Found(path, "alice", path.name), None, [exercise.name])
    ours = scores(grade(submission, bundle(exercise), engine, RunLimits(60, 4096)))
    assert ours == pytest.approx(by_otter(path, exercise.gradescope, tmp_path / "otter"), abs=1e-5)
    assert 0 < sum(ours.values()) < exercise.possible


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_question_scores_what_otter_gives_it(
    name: str, tmp_path: Path, sample: Assignment, sample_bundle: Bundle, engine: Engine
) -> None:
    path = write_notebook(tmp_path / f"{name}.ipynb", NOTEBOOKS[name])
    submission = read_submission(Found(path, "alice", path.name), None, [NAME])
    ours = scores(grade(submission, sample_bundle, engine, RunLimits(30, 4096)))
    theirs = by_otter(path, sample.gradescope, tmp_path / "otter")
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert 0 < sum(ours.values()) <= 10
