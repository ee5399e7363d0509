"""The results of grading a submission: plain, immutable data from which every report is made.

Nothing here runs anything. `to_json` and `from_json` are exact inverses, so a
result can be stored in the gradebook, sent from a worker and read years later.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograder.submissions.identity import Identity


class Verdict(enum.Enum):
    """The verdict on a submission, from best to worst; a submission's status is the worst that applies.

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
        """Returns the worst of `verdicts`; `GRADED` when there are none."""
        return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.GRADED)


CLASH = " (question)"
"""Stands behind the name of a question in tables that already have a column of that name, such as `score`."""

ROUNDING = 1e-6
"""The tolerance for sums: a question's points are divided among its cases, and 2 points in six shares are
1.9999999999999998."""


def same_points(score: float, other: float) -> bool:
    """Returns whether two numbers of points are the same, but for the rounding of sums."""
    return abs(score - other) <= ROUNDING


def all_points(score: float, possible: float) -> bool:
    """Returns whether a score is all of the points, or more, but for the rounding of sums."""
    return score >= possible - ROUNDING


@dataclass(frozen=True)
class CaseResult:
    """One test case of a question.

    `message`: for a public case the expected and the actual value; for a hidden one its hint, or the learner's error.
    Never test source. `told` is what the learner reads of it, where that is not all; see `redaction.py`. `pending`:
    whether it failed and the grader cannot know if the answer is wrong.
    """

    name: str
    passed: bool
    hidden: bool
    points: float
    message: str
    told: str | None = None
    pending: bool = False


@dataclass(frozen=True)
class Adjustment:
    """A question's score was set by hand.

    Attributes:
        computed: the checks' score.
        before: the checks' score when it was set; a different `computed` since then deserves a look.
        reason: why, in the words of who set it. The learner reads it.
        by: the login of who set it.
        made: when; UTC, ISO 8601.
        given: the score that was set, if it is more than the question gives now; None if it counts as it is.
    """

    computed: float
    before: float
    reason: str
    by: str = ""
    made: str = ""
    given: float | None = None


@dataclass(frozen=True)
class Comment:
    """A comment of the instructor for a learner, without a score.

    Attributes:
        text: in the instructor's words.
        by: the login of who said it.
        made: when; UTC, ISO 8601.
    """

    text: str
    by: str = ""
    made: str = ""


@dataclass(frozen=True)
class Stray:
    """An instructor's correction to a question that the submission lacks, for example after a change of the tests.

    It counts for nothing.

    Attributes:
        question: the name of the question.
        score: the points that were set; None where there is a comment alone.
        reason: why that score.
        comment: the text for the learner; empty for none.
    """

    question: str
    score: float | None
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """One question. `checked` is `in-place`, `at-end` or `not-checked` (then `note` says why).

    Where a score was set by hand, `score` is that one, and `adjustment` says what it was before.
    """

    name: str
    score: float
    possible: float
    checked: str
    cases: tuple[CaseResult, ...] = ()
    note: str = ""
    adjustment: Adjustment | None = None
    comment: Comment | None = None

    @staticmethod
    def from_json(data: dict[str, Any]) -> QuestionResult:
        """Does the inverse of `dataclasses.asdict`; also takes what `json.loads` made of it."""
        cases = tuple(CaseResult(**case) for case in data["cases"])
        adjustment = Adjustment(**data["adjustment"]) if data.get("adjustment") else None
        return QuestionResult(**{**data, "cases": cases, "adjustment": adjustment, "comment": _comment(data)})


def _comment(data: dict[str, Any]) -> Comment | None:
    return Comment(**data["comment"]) if data.get("comment") else None


@dataclass(frozen=True)
class CellResult:
    """One code cell.

    `status`: `ok`, or as in `endings.End`: `raised` (an exception); `timeout` (interrupted at the limit); `memory`
    (stopped at the limit); `killed` (ended, because it ignored its interrupt); `exited` (ended its own process);
    `protocol` (its process sent messages that no honest one sends); `skipped` (not run). `index` counts the notebook's
    code cells from 0. `error` is the learner's own traceback, plain text without ANSI codes, cut to a sensible length.
    `told` is what the learner reads of it, if it stopped after a hidden test was heard, else None; see `redaction.py`.
    """

    index: int
    status: str
    seconds: float
    error: str = ""
    told: str | None = None
    output: str = ""

    @property
    def for_learner(self) -> str:
        return self.error if self.told is None else self.told


GUESSED = "Nothing says for certain whose work this is"
"""The beginning of the flag of a guessed name in an earlier version."""

CURVES = ("loss", "val_loss", "accuracy", "val_accuracy")
"""The curves that a portrait may hold, one number for each epoch."""

MAX_EPOCHS = 200
MAX_WRONG = 24
MAX_LOSS = 1e9


@dataclass(frozen=True)
class WrongDigit:
    """A test image that a network read wrong.

    Attributes:
        index: which of the test images.
        label: the digit it shows, by MNIST's label.
        read: the digit that the network took it for.
        sureness: the probability that it gave this digit, 0 to 1; None if it gives no probabilities.
    """

    index: int
    label: int
    read: int
    sureness: float | None

    def __post_init__(self) -> None:
        _require(type(self.index) is int and 0 <= self.index < 10_000, "index")
        _require(all(type(digit) is int and 0 <= digit <= 9 for digit in (self.label, self.read)), "digits")
        _require(self.sureness is None or _is_number(self.sureness, 0, 1), "sureness")


@dataclass(frozen=True)
class Copies:
    """Copies of test images, each moved by a pixel in a direction of its own: nobody can have brought them along.

    Attributes:
        asked: how many the network was asked to read.
        right: how many of them it read right.
    """

    asked: int
    right: int

    def __post_init__(self) -> None:
        _require(type(self.asked) is int and 0 < self.asked <= 10_000, "copies")
        _require(type(self.right) is int and 0 <= self.right <= self.asked, "copies")


@dataclass(frozen=True)
class Portrait:
    """A learner's network in numbers within limits. They derive from what the learner's code said.

    Attributes:
        curves: by name, of `CURVES`: at most `MAX_EPOCHS` finite numbers, one for each epoch of the last training.
        confusion: numbers of test images, by the digit that they show (row) and the digit that was read (column).
        wrong: at most `MAX_WRONG` of those read wrong, the network's surest first.
        copies: how it reads moved copies of the test images; None where it was not asked to.
    """

    curves: dict[str, tuple[float, ...]]
    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[WrongDigit, ...]
    copies: Copies | None = None

    def __post_init__(self) -> None:
        for name, curve in self.curves.items():
            _require(name in CURVES and 0 < len(curve) <= MAX_EPOCHS, "curves")
            low, high = (0.0, 1.0) if name.endswith("accuracy") else (-MAX_LOSS, MAX_LOSS)
            _require(all(_is_number(value, low, high) for value in curve), "curves")
        _require(len(self.confusion) == 10 and all(len(row) == 10 for row in self.confusion), "confusion")
        counts = [count for row in self.confusion for count in row]
        _require(all(type(count) is int and 0 <= count <= 10_000 for count in counts), "confusion")
        _require(len(self.wrong) <= MAX_WRONG, "wrong")

    @staticmethod
    def from_json(data: dict[str, Any]) -> Portrait:
        """Does the inverse of `dataclasses.asdict`; also takes what `json.loads` made of it.

        Raises:
            ValueError: it holds a value that no portrait may hold.
        """
        return Portrait(
            {name: tuple(curve) for name, curve in data["curves"].items()},
            tuple(tuple(row) for row in data["confusion"]),
            tuple(WrongDigit(**digit) for digit in data["wrong"]),
            Copies(**data["copies"]) if data.get("copies") else None,
        )


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"a portrait with impossible {what}")


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


@dataclass(frozen=True)
class Lateness:
    """How late a submission came, and what that took of its score.

    Attributes:
        due: when it was due, ISO 8601 text with its zone.
        seconds: how long after that it came; 0 where a system says only that it was late.
        days: the days that had begun.
        percent: the share of the earned points that is taken, in percent.
        taken: the same in points.
        unclear_zone: the name of the time's zone, if several zones have it, so that nothing is taken.
    """

    due: str
    seconds: float = 0.0
    days: int = 0
    percent: float = 0.0
    taken: float = 0.0
    unclear_zone: str = ""


@dataclass(frozen=True)
class SubmissionResult:
    """Everything known about one graded submission.

    Attributes:
        learner: the learner who handed it in.
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
        order: grows from attempt to attempt of a learner; 0 when not known.
        late: whether the learning management system says that it came late.
        portrait: of the learner's network, for exercises that ask for one; None if there is none.
        handed_in: when, as text of `submissions.times.when`, where a system says so; else empty.
        attempt: the number of this attempt of the learner at the exercise, from 1; 0 when not known. Not stored:
            it changes with the next one (`attempts.numbered`).
        attempts: how many attempts there are; 0 when not known.
        told: the part of `reason` that the learner reads, where that is not all.
        identity: the learner whose it is, the evidence, and the doubts.
        former: the notebook's name for the exercise, if it has an earlier numbering of the course.
        comment: the instructor's comment on the whole. Like the scores set by hand it is not stored with the result.
        strays: the instructor's corrections to questions that no longer exist; not stored either.
        lateness: how late it came and what that took, where there is a rule (`due.py`); not stored either.
        stopped: the verdict on what was stopped in it, such as `timeout`, where `status` is a worse one; else empty.
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
    order: int = 0
    late: bool = False
    portrait: Portrait | None = None
    handed_in: str = ""
    attempt: int = 0
    attempts: int = 0
    told: str | None = None
    identity: Identity = field(default_factory=Identity)
    former: str = ""
    comment: Comment | None = None
    strays: tuple[Stray, ...] = ()
    lateness: Lateness | None = None
    stopped: str = ""

    @property
    def earned(self) -> float:
        """The points of all questions."""
        return sum(question.score for question in self.questions)

    @property
    def score(self) -> float:
        """The score that counts: the points of all questions, without those taken for being late."""
        return self.earned - (self.lateness.taken if self.lateness else 0.0)

    @property
    def possible(self) -> float:
        return sum(question.possible for question in self.questions)

    def reassigned(self, learner: str, identity: Identity) -> SubmissionResult:
        """Returns the same result, as somebody's."""
        return replace(self, learner=learner, identity=identity)

    def for_learner(self, *, released: bool = False) -> SubmissionResult:
        """Returns the result as a learner may read it.

        Of cells that stopped after a hidden test was heard only the first stays.

        Args:
            released: whether the instructor lets learners read what was withheld; of hidden cases never more than the
                hint.
        """
        shown = next(iter(self._stopped_after_heard), None)
        return replace(
            self,
            reason=self.reason if released or self.told is None else self.told,
            told=None,
            questions=tuple(
                replace(question, cases=tuple(
                    case if case.told is None or (released and not case.hidden)
                    else replace(case, message=case.told, told=None)
                    for case in question.cases
                ))
                for question in self.questions
            ),
            cells=tuple(
                replace(cell, output="") if released
                else replace(cell, error=cell.for_learner, told=None, output="")
                for cell in self.cells
                if released or cell.told is None or cell is shown
            ),
        )  # fmt: skip

    @property
    def _stopped_after_heard(self) -> list[CellResult]:
        return [cell for cell in self.cells if cell.told is not None]

    @property
    def others_stopped(self) -> bool:
        """Whether cells stopped of which a learner reads nothing at all."""
        return len(self._stopped_after_heard) > 1

    @property
    def withheld(self) -> int:
        """How many texts of cells and public cases the learner does not read in full."""
        return sum(cell.told is not None for cell in self.cells) + sum(
            case.told is not None and not case.hidden for question in self.questions for case in question.cases
        )

    def to_json(self) -> dict[str, Any]:
        """Returns plain data for `json.dumps`."""
        doubts = {name: [doubt.to_json() for doubt in getattr(self.identity, name)] for name in ("doubts", "unlisted")}
        plain = asdict(replace(self, identity=replace(self.identity, doubts=(), unlisted=())))
        return plain | {"status": self.status.value, "identity": {**plain["identity"], **doubts}}

    @staticmethod
    def from_json(data: dict[str, Any]) -> SubmissionResult:
        """Does the inverse of `to_json`; also takes what `json.loads` made of it (lists for tuples).

        An earlier version kept a guess among the flags; it becomes a doubt.
        """
        guesses = tuple(flag for flag in data["flags"] if flag.startswith(GUESSED))
        identity = Identity.from_json(data.get("identity", {"doubts": guesses}))
        return SubmissionResult(
            **{
                **data,
                "identity": identity,
                "status": Verdict(data["status"]),
                "questions": tuple(map(QuestionResult.from_json, data["questions"])),
                "cells": tuple(CellResult(**cell) for cell in data["cells"]),
                "flags": tuple(flag for flag in data["flags"] if flag not in guesses),
                "comment": _comment(data),
                "strays": tuple(Stray(**stray) for stray in data.get("strays", ())),
                "lateness": Lateness(**data["lateness"]) if data.get("lateness") else None,
                "portrait": Portrait.from_json(data["portrait"]) if data.get("portrait") else None,
            }
        )
