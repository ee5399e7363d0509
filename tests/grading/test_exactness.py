"""On honest notebooks each question scores what `otter run` gives it.

`otter run` takes seconds, so each notebook holds many situations: those here,
and the files in `situations/`, which make two notebooks. Where this grader
differs on purpose, `situations/on_purpose.yaml` and the end of this file hold
the difference, and `test_submission.py` what has no end under `otter run`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder import course
from autograder.course import METADATA_KEY, Assignment
from autograder.grading.bundle import Bundle, bundle
from autograder.grading.engine import Engine
from autograder.grading.submission import RunLimits, grade
from autograder.submissions.find import Found
from autograder.submissions.read import read_submission
from tests.by_otter import by_otter
from tests.grading.conftest import (
    ANSWER,
    NAME,
    SCALE,
    START,
    WORD,
    build_course,
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


# --- situations, as data ------------------------------------------------------------------

SITUATIONS = sorted((Path(__file__).parent / "situations").glob("*.yaml"))


def test_source(item: dict[str, Any]) -> str:
    """The test file of a situation. Its cases are worth 1, 2, 4, ... points, so that a score says which passed."""
    name, cases = item["name"], item.get("doctest")
    if cases is not None:
        listed = [{"code": code, "hidden": bool(n % 2), "points": 2**n} for n, code in enumerate(cases)]
        suites = [{"type": "doctest", "cases": listed}]
        return f"OK_FORMAT = True\ntest = {{'name': {name!r}, 'points': None, 'suites': {suites!r}}}\n"
    functions = re.split(r"^(?=def )", item["tests"], flags=re.M)[1:]
    return f"from otter.test_files import test_case\nOK_FORMAT = False\nname = {name!r}\n" + "".join(
        f"@test_case(points={2**n}, hidden={bool(n % 2)})\n{function}" for n, function in enumerate(functions)
    )


test_source.__test__ = False  # type: ignore[attr-defined]


def read_situations(path: Path) -> list[dict[str, Any]]:
    """What a file of situations holds; `bits: NAME` is a whole number whose thirty bits are thirty cases."""
    items = yaml.safe_load(path.read_text("utf-8"))
    for item in items:
        if name := item.get("bits"):
            item["tests"] = "".join(f"def bit_{n}({name}):\n    assert {name} >> {n} & 1\n" for n in range(30))
    return list(items)


def points(passed: list[int]) -> int:
    """The score of a question of whose cases these passed."""
    return sum(2**n for n, right in enumerate(passed) if right)


def both(
    items: list[dict[str, Any]], folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, float], dict[str, float]]:
    """The scores of one notebook with all these situations: here, and by `otter run`."""
    build_course(folder / "course", {item["name"]: test_source(item) for item in items})
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), folder / "course" / name)
    cells: list[str | dict[str, Any]] = [START]
    for item in items:
        cells += [code_cell(**cell) if isinstance(cell, dict) else cell for cell in item.get("cells", [])]
        if item.get("check", True):
            cells.append(f"grader.check({item['name']!r})")
    path = write_notebook(folder / "notebook.ipynb", cells)
    exercise = course.assignment(NAME)
    submission = read_submission(Found(path, "alice", path.name), None, [NAME])
    ours = scores(grade(submission, bundle(exercise), engine, RunLimits(60, 4096)))
    return ours, by_otter(path, exercise.gradescope, folder / "otter")


@pytest.mark.parametrize("on_purpose", [False, True])
def test_each_situation_scores_what_otter_gives_it(
    on_purpose: bool, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [path for path in SITUATIONS if (path.stem == "on_purpose") == on_purpose]
    items = [item for path in files for item in read_situations(path)]
    ours, theirs = both(items, tmp_path, engine, monkeypatch)
    assert ours.keys() == theirs.keys() == {item["name"] for item in items}
    for item in items:
        name = item["name"]
        cases = test_source(item).count("'code':" if "doctest" in item else "\n@test_case")
        if "bits" in item:
            assert theirs[name] > 0
        else:
            assert theirs[name] == points(item.get("otter", [1] * cases)), f"{name} by otter run"
        here = points(item["here"]) if "here" in item else theirs[name]
        assert ours[name] == here, f"{name}: {ours[name]:g} here, {theirs[name]:g} by otter run"
        assert on_purpose or "here" not in item


@pytest.mark.parametrize("cell", [
    "def leave(x):\n    import sys\n    sys.exit()",  # when a test calls it
    "leave = lambda x: x\n%cd -q /",
])  # fmt: skip
def test_a_notebook_that_otter_gives_no_result_is_graded(
    cell: str, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [{"name": "kept", "cells": ["kept = 1"], "tests": "def value(kept):\n    assert kept == 1\n"},
             {"name": "left", "cells": [cell], "tests": "def value(leave):\n    assert leave(1) == 1\n"}]  # fmt: skip
    ours, theirs = both(items, tmp_path, engine, monkeypatch)
    assert theirs == {}
    assert ours == {"kept": 1, "left": 0 if "exit" in cell else 1}
