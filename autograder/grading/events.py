"""The messages of the controller and the checker's child about one attempt: typed here, lines of JSON between them.

Both sides import this module. The request goes from the controller to the child, one line. The events come back, each
the moment it is known. In their order:

    Begun                            the notebook has started; what follows is the learner's code
    CellRan, CheckBegun, Scored      as often as there are cells and checks
    Settled, Portrayed               only where there is a portrait to make: scores and verdict are settled before
    Finished                         the child's last event
    Failed                           instead of what would have followed: the grader's own failure
    Exited                           from the checker, when the child has ended

A cell is named by its index among the code cells, from 0; `AT_END` stands for the checks at the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.grading.results import CellResult, Portrait, QuestionResult

AT_END = -1

SEED = 2718
"""Seeds Python, NumPy and TensorFlow: once in the notebook, and in the checker before each check."""

OUTPUT_LIMIT = 20_000
"""Characters kept of what a notebook printed."""


@dataclass(frozen=True)
class CellToRun:
    """A code cell: its source, and the questions it checks after it has run."""

    source: str
    checks: Sequence[str]


@dataclass(frozen=True)
class Request:
    """The task for the child.

    Attributes:
        tests: the folder of the full test files.
        questions: their names.
        helpers: folders that tests import from, whose messages are written for learners.
        cells: of the notebook.
        skip_cells: not to run: an earlier attempt ended in them.
        skip_checks: questions not to check in their place: an earlier attempt ended there.
        done: questions not to check at the end: they have a score.
        last: the check of a question to make, by its number from 1, where it is not the first.
        portrait: the file that makes a portrait of the learner's network; empty: there is none.
        timeout: seconds for one cell and for one check.
        total: seconds for all cells together.
        cpu_seconds: processor time of the child.
        limits: of the notebook's processes, as `asdict(Limits(...))`.
        pid: the first of these processes; the engine knows it.
        heard: whether the parts left out of this attempt may reveal to the notebook what a hidden test handed in
            before.
        former: the notebook's names of the questions -> their names now, if it has an earlier numbering.
        folder: the folder in which the tests run; empty for no particular one.
        own: as in `Bundle`.
        seed, seed_variable: as in `Seeding`; None where there is none.
        unjudged, proven, trial: as in `Bundle`.
        begins_with: the seed that the notebook begins with.
    """

    tests: str
    questions: Sequence[str]
    helpers: Sequence[str]
    cells: Sequence[CellToRun]
    skip_cells: Sequence[int]
    skip_checks: Sequence[str]
    done: Sequence[str]
    last: Mapping[str, int]
    portrait: str
    timeout: float
    total: float
    cpu_seconds: int
    limits: Mapping[str, Any]
    pid: int = 0
    heard: bool = False
    former: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    own: bool = True
    seed: int | None = None
    seed_variable: str = ""
    unjudged: Sequence[tuple[str, int, bool]] = field(default_factory=list)
    proven: bool = False
    trial: bool = False
    begins_with: int = SEED

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @staticmethod
    def from_line(line: bytes) -> Request:
        data = json.loads(line)
        return Request(**{**data, "cells": [CellToRun(**cell) for cell in data["cells"]]})


@dataclass(frozen=True)
class Begun:
    """The learner's first cell comes next."""


@dataclass(frozen=True)
class CellRan:
    """A cell, and what the notebook printed since the last one.

    `over`: whether the measured memory of the sandbox was more than allowed.
    """

    result: CellResult
    output: str
    over: bool = False


@dataclass(frozen=True)
class CheckBegun:
    """A check begins. `nth` counts the checks of that question in that cell, from 1."""

    question: str
    cell: int
    nth: int


@dataclass(frozen=True)
class Scored:
    """A check's result: a score that nothing can change any more.

    `trouble` lists what the learner's code did to the check: `timeout`, `slow-to-come` (an answer was on its way when
    the time was up), `MemoryError`, `over` (its measured memory was more than allowed), or how it ended the process.
    `heard`: whether a hidden test had used the notebook by then.
    """

    cell: int
    nth: int
    result: QuestionResult
    trouble: Sequence[str]
    heard: bool = False


@dataclass(frozen=True)
class Ending:
    """How an attempt ended.

    Attributes:
        status: how the notebook's process ended, if before its time; else empty.
        error: a sentence on that.
        cell: the cell in which it ended.
        question: the question whose check it ended; empty when it was none.
        repeated: how often questions were checked, where more than once.
        review: what could not be examined: an instructor must look.
        flags: what an instructor may want to know.
    """

    status: str
    error: str
    cell: int
    question: str
    repeated: Mapping[str, int]
    review: Sequence[str]
    flags: Sequence[str]


@dataclass(frozen=True)
class Settled:
    """The message before a portrait is made. Nothing that happens afterwards, to notebook or child, changes a score."""

    ending: Ending


@dataclass(frozen=True)
class Portrayed:
    """A portrait of the learner's network, or why there is none."""

    portrait: Portrait | None
    note: str


@dataclass(frozen=True)
class Finished:
    """The attempt is over."""

    ending: Ending


@dataclass(frozen=True)
class Failed:
    """The grader failed. The traceback may quote a test: it is for the log only."""

    traceback: str


@dataclass(frozen=True)
class Exited:
    """The child has ended, with this exit code; minus the signal's number where one ended it."""

    code: int


@dataclass(frozen=True)
class Lost:
    """Only from the engine, as an attempt's last event: the child ended before it had finished, or was given up."""

    code: int | str


Event = Begun | CellRan | CheckBegun | Scored | Settled | Portrayed | Finished | Failed | Exited
_KINDS = {kind.__name__: kind for kind in (Begun, CellRan, CheckBegun, Scored, Settled, Portrayed, Finished, Failed,
                                           Exited)}  # fmt: skip


def to_line(event: Event) -> bytes:
    """Returns the event as one line of JSON, with the line's end."""
    return json.dumps({"event": type(event).__name__, **asdict(event)}).encode() + b"\n"


def from_line(line: bytes) -> Event:
    """Does the inverse of `to_line`.

    Raises:
        ValueError: the line is cut off, or no event.
    """
    data: dict[str, Any] = json.loads(line)
    try:
        kind = _KINDS[data.pop("event")]
        if kind is CellRan:
            data["result"] = CellResult(**data["result"])
        elif kind is Scored:
            data["result"] = QuestionResult.from_json(data["result"])
        elif kind in (Settled, Finished):
            data["ending"] = Ending(**data["ending"])
        elif kind is Portrayed and data["portrait"] is not None:
            data["portrait"] = Portrait.from_json(data["portrait"])
        return kind(**data)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no event: {type(error).__name__}: {error}") from error
