"""What grading a submission yields: plain, immutable data that every report is made from.

Nothing here runs anything. `to_json` and `from_json` are exact inverses, so a
result can be stored in the gradebook, sent from a worker and read years later.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import Any


class Verdict(enum.Enum):
    """What became of a submission, from best to worst; a submission's status is the worst that applies.

    All but `ERROR` say something about the submission. `ERROR` is the grader's
    own failure: no points are given or taken, and the batch exits with 1.
    """

    GRADED = "graded"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    WRONG_ASSIGNMENT = "wrong-assignment"
    REVIEW = "review"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return list(Verdict).index(self)

    @staticmethod
    def worst(verdicts: list[Verdict]) -> Verdict:
        """The worst of `verdicts`; `GRADED` when there are none."""
        return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.GRADED)


@dataclass(frozen=True)
class CaseResult:
    """One test case of a question.

    `message` is what the learner may read: for a public case what was
    expected and what came; for a hidden one its hint. Never test source.
    """

    name: str
    passed: bool
    hidden: bool
    points: float
    message: str


@dataclass(frozen=True)
class QuestionResult:
    """One question. `checked` is `in-place`, `at-end` or `not-checked` (then `note` says why)."""

    name: str
    score: float
    possible: float
    checked: str
    cases: tuple[CaseResult, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class CellResult:
    """One code cell.

    `status`: `ok`; `raised` (an exception); `timeout` (interrupted at the limit);
    `memory` (stopped at the limit); `killed` (ended, because it ignored its
    interrupt); `exited` (ended its own process); `protocol` (its process sent
    what no honest one sends); `skipped` (not run). `index` counts the
    notebook's code cells from 0. `error` is the learner's own traceback, plain
    text without ANSI codes, cut to a sensible length.
    """

    index: int
    status: str
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class SubmissionResult:
    """Everything known about one graded submission.

    Attributes:
        learner: who handed it in.
        submission: the file's name as handed in.
        assignment: the exercise's name.
        status: the worst verdict that applies.
        reason: one sentence for the instructor; empty when all went well.
        questions: in the order of the assignment.
        cells: in the order they ran.
        seconds: wall-clock time from start to verdict.
        sandbox: the isolation level used: `full`, `no-namespaces` or `none`.
        output: the end of what the notebook printed, plain text, cut to a limit.
        flags: reasons for an instructor to look at it, never punished by themselves.
        environment: versions and seeds of the run.
    """

    learner: str
    submission: str
    assignment: str
    status: Verdict
    reason: str
    questions: tuple[QuestionResult, ...]
    cells: tuple[CellResult, ...] = ()
    seconds: float = 0.0
    sandbox: str = "full"
    output: str = ""
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(question.score for question in self.questions)

    @property
    def possible(self) -> float:
        return sum(question.possible for question in self.questions)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`."""
        return asdict(self) | {"status": self.status.value}

    @staticmethod
    def from_json(data: dict[str, Any]) -> SubmissionResult:
        """The inverse of `to_json`; also takes what `json.loads` made of it (lists for tuples)."""
        return SubmissionResult(
            **{
                **data,
                "status": Verdict(data["status"]),
                "questions": tuple(
                    QuestionResult(**{**q, "cases": tuple(CaseResult(**case) for case in q["cases"])})
                    for q in data["questions"]
                ),
                "cells": tuple(CellResult(**cell) for cell in data["cells"]),
                "flags": tuple(data["flags"]),
            }
        )
