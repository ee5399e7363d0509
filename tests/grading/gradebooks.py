"""A made-up result, and gradebooks with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from autograder.grading.gradebook import Gradebook
from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict

RESULT = SubmissionResult(
    learner="Émilie =cmd() <b>\ufffd",
    submission="02.ipynb",
    assignment="90-sample",
    status=Verdict.TIMEOUT,
    reason="Code cell 3 was stopped after 5 s.",
    questions=(
        QuestionResult("q1", 2.5, 4.0, "in-place", (CaseResult("q1 - 1", True, False, 2.5, ""),)),
        QuestionResult("q2", 0.0, 3.0, "not-checked", (), "why"),
    ),
    cells=(CellResult(0, "ok", 0.25), CellResult(1, "raised", 0.5, "ValueError: ' \" ; --")),
    seconds=1.5,
    sandbox="full",
    output="text\n",
    flags=("a", "b"),
    environment={"python": "3"},
)


def filled(path: Path, *results: SubmissionResult) -> None:
    with Gradebook(path) as book:
        book.begin_batch({"jobs": 2})
        for result in results:
            book.record(result, "f" * 64)
        book.end_batch()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchall()
