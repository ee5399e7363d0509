"""The messages of failed checks and stopped cells: each once, the commonest first, and which submissions got it.

Messages that differ only in their numbers are one. Each has a key that stays the same when the report is made again,
so that an address which holds it still finds it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.grading.results import SubmissionResult
from autograder.reports import text, words

LONGEST_MESSAGE = 500  # characters
KEY_DIGITS = 10


@dataclass(frozen=True)
class Message:
    """A message that submissions got.

    Attributes:
        key: the same in every report on the same exercise.
        question: the question whose checks gave it; empty for the error of a cell.
        kind: from which kind of checks it is.
        message: its commonest wording.
        places: the submissions that got it, by their place in the input; each once.
        variants: in how many sets of numbers.
    """

    key: str
    question: str
    kind: str
    message: str
    places: tuple[int, ...]
    variants: int

    @property
    def count(self) -> int:
        return len(self.places)


def of_checks(own: Sequence[SubmissionResult]) -> tuple[Message, ...]:
    """Returns the messages of failed checks in the submissions `own` of one exercise."""
    return _grouped((
        (position, text.short(question.name), "hidden" if case.hidden else "public",
         text.clip(text.lines(case.message), LONGEST_MESSAGE) or "(no message)")
        for position, result in enumerate(own) if words.was_run(result)
        for question in result.questions for case in question.cases if not case.passed
    ), own)


def of_cells(own: Sequence[SubmissionResult]) -> tuple[Message, ...]:
    """Returns the errors that stopped cells in the submissions `own` of one exercise."""
    found = []
    for position, result in enumerate(own):
        for cell in result.cells if words.was_run(result) else ():
            if gist := words.gist(cell):
                found.append((position, "", "", text.clip(gist, LONGEST_MESSAGE)))
    return _grouped(found, own)


def _masked(message: str) -> str:
    """Returns a message without its numbers: two learners with 254 and 255 made the same mistake."""
    return re.sub(r"\d[\d.,]*(e[+-]?\d+)?", "#", message)


def _grouped(found: Iterable[tuple[int, str, str, str]], own: Sequence[SubmissionResult]) -> tuple[Message, ...]:
    """Groups (submission, question, kind of check, message) by question and message, numbers apart."""
    assignment = own[0].assignment if own else ""
    wordings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    submissions: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for submission, question, kind, message in found:
        key = (question, _masked(message))
        wordings[key][message] += 1
        submissions[key][submission] = None
        kinds[key].add(kind)
    groups = [
        Message(text.digest("\0".join((assignment, question, masked)))[:KEY_DIGITS], question,
                " and ".join(sorted(kinds[question, masked], reverse=True)),
                min((-times, wording) for wording, times in counted.items())[1],
                tuple(submissions[question, masked]), len(counted))
        for (question, masked), counted in wordings.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.question, group.message)))
