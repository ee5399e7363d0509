"""The tests' own exercise, and a stand-in that gives each notebook the points that stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder import course
from autograder.cli import main
from autograder.grading import worker
from autograder.grading.bundle import code_digest
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from tests.grading.conftest import NAME, build_course
from tests.grading.killable import NoEngine

Run = Callable[..., Result]


def stand_in(task: worker.Task) -> SubmissionResult:
    """So many of the ten points as the notebook says."""
    left = float(re.search(r"points = (\d+)", task.submission.cells[0].source)[1])  # type: ignore[index]
    questions = []
    for question in task.bundle.questions:
        score = min(left, question.points)
        left -= score
        questions.append(QuestionResult(question.name, score, question.points, "at-end"))
    return SubmissionResult(task.submission.learner, task.submission.name, task.bundle.name, Verdict.GRADED, "",
                            tuple(questions), environment={"code": code_digest(task.submission.cells)})


@pytest.fixture(autouse=True)
def sample(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path_factory.mktemp("course")
    build_course(root)
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), root / name)
    monkeypatch.setattr(worker, "grade_task", stand_in)
    monkeypatch.setattr(worker, "engine", lambda confined, helpers=(): NoEngine())


@pytest.fixture
def run() -> Run:
    """The command, with the exercise and a time limit where it grades."""
    def command(what: str, *arguments: str | Path) -> Result:
        options = ["--assignment", NAME, "--timeout", "5"] if what == "grade" else []
        return CliRunner().invoke(main, [what, *map(str, arguments), *options])
    return command
