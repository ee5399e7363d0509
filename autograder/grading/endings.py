"""How a cell, a check or a case ended, and the words for it: a row for each way, a column for each reader.

Controller, checker's child and reports take their sentences from here, so whoever rewords an ending sees all sentences
about it. Two things stand elsewhere. The session says why a process ended (`bridge/session.py`); the sentence comes
here as `error`. `reports/words.py` says what a verdict as a whole means to learner and instructor.

`TRUSTED` lists the sentences that a learner may read although a hidden test was heard (`redaction.py`). Only our own
text may stand in it; the values in its fields are examined separately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from autograder.grading.results import Verdict


class End(StrEnum):
    """A way to end, other than well. The first nine are what a cell's status may be; see `results.CellResult`."""

    RAISED = "raised"
    TIMEOUT = "timeout"
    KILLED = "killed"
    MEMORY = "memory"
    EXITED = "exited"
    LIMIT = "limit"
    CUT = "cut"
    PROTOCOL = "protocol"
    SKIPPED = "skipped"
    OVER = "over"
    """The measured memory of the sandbox was more than allowed. A cell's status is then `memory`."""
    MEMORY_ERROR = "MemoryError"
    """A function of the learner's raised MemoryError when a test called it."""
    SLOW_TO_COME = "slow-to-come"
    """The time of a check was up while an answer was on its way."""
    SLOW = "slow"
    """The time of a check was up while the test examined an answer."""


@dataclass(frozen=True)
class OfCell:
    """The sentences about a cell that ended so.

    Attributes:
        reason: the reason of the verdict. It has the fields `number` (of the cell, from 1), `limit` (of time), `memory`
            and `error` (a sentence without its full stop).
        told: in place of its error, once a hidden test was heard; empty where `redaction.cell_error` makes it of that.
        page: after "Code cell 3" on the feedback page.
        of_missing_name: of a missing name: "It belongs to code cell 3, which ...".
    """

    reason: str
    told: str
    page: str
    of_missing_name: str


@dataclass(frozen=True)
class OfCheck:
    """The sentences about a check that ended so, because of what the learner's code did to it.

    Attributes:
        reason: the reason of the verdict: after the question's name, and before "when a test used it".
        message: of each case that it failed; `limit` is its field, in seconds. Empty where the case itself says it.
    """

    reason: str
    message: str


@dataclass(frozen=True)
class EndingRow:
    """The verdict of an ending, and the sentences about a cell or a check; None where it cannot end so."""

    verdict: Verdict | None
    cell: OfCell | None = None
    check: OfCheck | None = None


_OUT_OF_MEMORY = OfCell(
    reason="Code cell {number} stopped with a MemoryError; the limit is {memory}.",
    told="It stopped with a MemoryError, or ran out of memory.",
    page="stopped with a MemoryError, or ran out of memory",
    of_missing_name="stopped with a MemoryError, or ran out of memory",
)
_NO_MEMORY = OfCheck(
    reason="the learner's code had no memory left to answer",
    message="Your code ran out of memory when a test used it.",
)
_NOT_FINISHED = OfCell(
    reason="Code cell {number}: {error}.",
    told="the code broke the connection to the grader",
    page="did not end",
    of_missing_name="did not finish",
)
_BROKEN = OfCheck(
    reason="the learner's code broke the connection to the grader",
    message="Your code broke the connection to the grader when a test used it.",
)

ENDINGS: Mapping[str, EndingRow] = {
    End.RAISED: EndingRow(
        None,
        OfCell(reason="", told="", page="stopped with an error", of_missing_name="stopped with an error"),
    ),
    End.TIMEOUT: EndingRow(
        Verdict.TIMEOUT,
        OfCell(
            reason="Code cell {number} was stopped after {limit}.",
            told="It took too long and was stopped.",
            page="ran longer than the time allowed",
            of_missing_name="took too long and was stopped",
        ),
        OfCheck(
            reason="the notebook took too long to answer and was stopped",
            message="The notebook took longer than {limit} s to answer when tests used it, and was stopped.",
        ),
    ),
    End.KILLED: EndingRow(
        Verdict.TIMEOUT,
        OfCell(
            reason="Code cell {number} did not stop after {limit} and had to be ended.",
            told="It took too long and had to be ended.",
            page="took Python down or had to be stopped by force",
            of_missing_name="took too long and had to be ended",
        ),
        OfCheck(
            reason="the learner's code did not stop and had to be ended",
            message="Your code still ran after {limit} s when a test used it, and had to be ended.",
        ),
    ),
    End.MEMORY: EndingRow(Verdict.MEMORY, _OUT_OF_MEMORY, _NO_MEMORY),
    End.OVER: EndingRow(
        Verdict.MEMORY,
        replace(_OUT_OF_MEMORY, reason="Code cell {number} needed more than {memory}."),
        replace(_NO_MEMORY, reason="the learner's code needed more memory than allowed"),
    ),
    End.MEMORY_ERROR: EndingRow(
        Verdict.MEMORY,
        check=OfCheck(reason="the learner's code stopped with a MemoryError", message=""),
    ),
    End.EXITED: EndingRow(
        Verdict.CRASHED,
        OfCell(
            reason="Code cell {number}: {error}.",
            told="the code ended its own process",
            page="ended the program",
            of_missing_name="ended the notebook's process",
        ),
        OfCheck(
            reason="the learner's code ended its own process",
            message="Your code ended the notebook's process when a test used it.",
        ),
    ),
    End.LIMIT: EndingRow(
        Verdict.CRASHED,
        OfCell(
            reason="Code cell {number} was ended: {error}.",
            told="It used more than it may, and was ended.",
            page="used more than it may, and was ended",
            of_missing_name="used more than it may and was ended",
        ),
        OfCheck(
            reason="the learner's code took more files, space, processes or threads than it may, and was ended",
            message="Your code took more files, space, processes or threads than it may when a test used it.",
        ),
    ),
    End.CUT: EndingRow(Verdict.CRASHED, _NOT_FINISHED, _BROKEN),
    End.PROTOCOL: EndingRow(Verdict.CRASHED, _NOT_FINISHED, _BROKEN),
    End.SKIPPED: EndingRow(
        Verdict.TIMEOUT,
        OfCell(
            reason="The notebook used the time that all its cells together may take.",
            told="Not run: the cells before it took as long as all cells together may take.",
            page="was not run",
            of_missing_name="was not run",
        ),
    ),
    End.SLOW_TO_COME: EndingRow(
        Verdict.TIMEOUT,
        check=OfCheck(
            reason="the answer took too long to come over",
            message="The answer took longer than {limit} s to come over. Is it much larger than asked for?",
        ),
    ),
    End.SLOW: EndingRow(
        Verdict.TIMEOUT,
        check=OfCheck(
            reason="the answer took too long to examine",
            message="Examining your answer took longer than {limit} s. Is it much larger than asked for?",
        ),
    ),
}


def of_cell(status: str) -> OfCell:
    """Returns the sentences about a cell with this status, other than `ok`.

    For an unknown status they say that it did not finish.
    """
    row = ENDINGS.get(status)
    return row.cell if row and row.cell else _NOT_FINISHED


def of_check(end: str) -> OfCheck:
    """Returns the sentences about a check that ended so."""
    check = ENDINGS[end].check
    assert check is not None, end
    return check


# About a question that has no score because of how the notebook ended, whatever it holds.
NOT_TAKEN_IN = "The grader could not take in what the notebook sent."
TOO_MUCH = "The answer is more than the grader can examine. Is it much larger than asked for?"
TOO_MUCH_REASON = "the answer is more than the grader can examine"
BROKEN_OFF = "Not checked: the conversation with the notebook's process had broken off before."
TOO_OFTEN = (
    "Not checked: the notebook was run {times} times, and each time it ended itself, or had to be ended, before this "
    "check."
)

# About a case that failed by an assertion or an exception.
HIDDEN_HINT = "A hidden test of this question failed. Try your code on other inputs than those you can see."
PUBLIC_HINT = "A test of this question failed."
NOT_SO = "This is not so: {line}"
NOT_AS_EXPECTED = "This is not as expected: {line}"
NOT_WHAT_WAS_EXPECTED = f"{NOT_AS_EXPECTED}\nExpected:\n{{want}}\nGot:\n{{got}}"
"""In doctest's layout, each line of `want` and `got` four spaces to the right."""
CODE_RAISED = "Your code raised {error}"
CODE_RAISED_KIND = "Your code raised {kind}."
CODE_RAISED_SOME = "Your code raised an error."
NOT_WRITTEN = (
    "Your code raised NotImplementedError, as an answer does that is not written yet. "
    "It goes in place of the line that begins with `raise`."
)

PENDING = (
    "This check does not say whether your answer is right. Your instructor looks at it and decides; you need not do "
    "anything about it."
)
"""The message of a case of another course's test that the solution fails, too: it is wrong itself, or asks for
something which cannot cross the wall."""

TRUSTED = (
    PENDING, HIDDEN_HINT, PUBLIC_HINT, NOT_SO, NOT_AS_EXPECTED, NOT_WHAT_WAS_EXPECTED,
    CODE_RAISED, CODE_RAISED_KIND, CODE_RAISED_SOME, NOT_WRITTEN,
    *(row.cell.told for row in ENDINGS.values() if row.cell and row.cell.told),
    *(row.check.message for row in ENDINGS.values() if row.check and row.check.message),
)  # fmt: skip
"""Our sentences that a learner may read although a hidden test was heard; the values in their fields are examined
separately."""
