"""A tiny exercise of the grader's own, notebooks for it made in code, and one engine for all tests here."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder import course
from autograder.course import METADATA_KEY, Assignment
from autograder.grading import worker
from autograder.grading.bundle import Bundle, bundle
from autograder.grading.engine import Engine
from autograder.grading.results import SubmissionResult
from autograder.grading.submission import RunLimits, grade
from autograder.submissions.notebook import Cell
from autograder.submissions.read import Submission

NAME = "90-sample"
FIXTURES = Path(__file__).parent / "fixtures"
POINTS = {"q1": 4.0, "q2": 3.0, "q3": 2.0, "q4": 1.0}

START = "import otter\ngrader = otter.Notebook()"
SCALE = "def scale(x):\n    return x / 10"
ANSWER = "answer = 42"
DOUBLE = "def double(x):\n    return 2 * x\ntotal = 7"
WORD = "word = 'digit'\ndef refuse(n):\n    if n < 0:\n        raise ValueError('negative')"
ANSWERS = {"q1": SCALE, "q2": ANSWER, "q3": DOUBLE, "q4": WORD}
SOLUTION = [START]
for question, answer in ANSWERS.items():
    SOLUTION += [answer, f"grader.check('{question}')"]


def code_cell(source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def write_notebook(path: Path, cells: list[str | dict[str, Any]], assignment: str = NAME) -> Path:
    """A notebook of these code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.write_text(json.dumps({
        "cells": made, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {METADATA_KEY: {"assignment": assignment}, "kernelspec": kernel},
    }), encoding="utf-8")  # fmt: skip
    return path


def build_course(root: Path, tests: Mapping[str, str] | None = None, name: str = NAME) -> None:
    """The tiny exercise as `autograder build` would leave it, under `root`.

    Args:
        root: the folder of a course, which may have other exercises.
        tests: in place of its own.
        name: of the exercise.
    """
    exercises, build, solutions = root / "exercises", root / "build" / name, root / "solutions" / name
    for folder in (exercises, build / "tests", solutions):
        folder.mkdir(parents=True, exist_ok=True)
    (solutions / "master.md").touch()
    (exercises / "digits.py").write_text("here = True\n")
    (exercises / "mnist.npz").write_bytes(b"no data")
    points = POINTS if tests is None else dict.fromkeys(tests, 1.0)
    for question in points:
        source = (FIXTURES / f"{question}.py").read_text() if tests is None else tests[question]
        (build / "tests" / f"{question}.py").write_text(source)
    write_notebook(build / f"{name}.ipynb", [*SOLUTION], name)
    facts = {"name": name, "title": "Sample", "chapter": "none", "format": course.BUILD_FORMAT,
             "sources": {"master.md": course.digest(solutions / "master.md")},
             "questions": [{"name": question, "points": worth} for question, worth in points.items()]}  # fmt: skip
    (build / "assignment.json").write_text(json.dumps(facts))
    with zipfile.ZipFile(build / f"{name}-autograder.zip", "w") as made:
        made.writestr("otter_config.json", json.dumps({"lang": "python"}))
        for path in sorted((build / "tests").glob("*.py")):
            made.write(path, f"tests/{path.name}")
        for path in sorted(exercises.iterdir()):
            made.write(path, f"files/{path.name}")


@pytest.fixture(scope="session")
def course_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    build_course(root)
    return root


@pytest.fixture(autouse=True)
def tiny_course(course_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All tests here grade the tiny exercise."""
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), course_root / name)
    return course_root


@pytest.fixture
def sample(tiny_course: Path) -> Assignment:
    return course.assignment(NAME)


@pytest.fixture
def sample_bundle(sample: Assignment) -> Bundle:
    return bundle(sample)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine() as started:
        yield started


@pytest.fixture
def shared_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Batches use the tests' engine, which they do not close. None of them may ask for one without a sandbox."""

    def shared(confined: bool, helpers: object = ()) -> Engine:
        assert confined, "a batch asked for an engine without a sandbox"
        return engine

    monkeypatch.setattr(worker, "engine", shared)
    monkeypatch.setattr(worker, "stop_engines", lambda: None)
    return engine


@pytest.fixture
def graded(engine: Engine, sample_bundle: Bundle) -> Any:
    """Grades a notebook of these code cells."""

    def run(*sources: str, timeout: float = 30, memory_mb: int = 4096, **more: Any) -> SubmissionResult:
        submission = Submission("alice", "alice.ipynb", NAME, tuple(Cell(source) for source in sources), **more)
        return grade(submission, sample_bundle, engine, RunLimits(timeout, memory_mb))

    return run


def scores(result: SubmissionResult) -> dict[str, float]:
    return {question.name: question.score for question in result.questions}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a gradebook may begin."""
    return tmp_path / "grades" / "gradebook.sqlite"
