"""A score set by hand: who is meant, which question, and what may be set.

The gradebook keeps it (`gradebook.py`); this module turns what an instructor
types into one question of one learner, or says why it is none or several.
"""

from __future__ import annotations

import difflib
import getpass
import math
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.course import CourseError
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.grading.text import one_line

LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class Adjusted:
    """What was done: `before` and `after` are the scores that counted and that count now, of `possible`."""

    learner: str
    assignment: str
    question: str
    before: float
    after: float
    possible: float


def adjust(
    book: Gradebook, learner: str, question: str, score: float, reason: str, assignment: str | None = None
) -> Adjusted:
    """Sets the score of a question by hand.

    Args:
        book: where it is kept.
        learner: as in grades.csv; upper and lower case need not be right.
        question: as in the notebook's `grader.check`.
        score: points; counts instead of what the checks give, from now on.
        reason: why; learner and class report read it.
        assignment: the exercise; needed where the learner has this question in several.

    Raises:
        CourseError: there is no such learner or question, or the score or the reason is none.
    """
    result, found = _question(book.counting().everything, learner, question, assignment)
    if result.status is Verdict.ERROR:
        raise CourseError(
            f"{result.learner} has no score in {result.assignment} yet, because the grader itself failed. "
            "Grade it again first."
        )
    if not math.isfinite(score) or not 0 <= score <= found.possible:
        raise CourseError(f"{found.name} has {found.possible:g} points. Give a score from 0 to {found.possible:g}.")
    reason = one_line(reason, LONGEST_REASON)
    if not reason:
        raise CourseError("Say why with --reason: the learner and the class report will show it.")
    computed = found.adjustment.computed if found.adjustment else found.score
    book.adjust(
        result.learner, result.assignment, found.name, score, computed=computed, reason=reason, by=_login()
    )
    return Adjusted(result.learner, result.assignment, found.name, found.score, score, found.possible)


def undo(book: Gradebook, learner: str, question: str, assignment: str | None = None) -> Adjusted:
    """Takes an adjustment back, so that what the checks give counts again. Arguments as in `adjust`.

    Raises:
        CourseError: there is no such learner or question, or its score was not set by hand.
    """
    result, found = _question(book.counting().everything, learner, question, assignment)
    if found.adjustment is None or not book.undo(result.learner, result.assignment, found.name):
        raise CourseError(f"The score of {result.learner} in {found.name} was not set by hand; nothing is changed.")
    computed = found.adjustment.computed
    return Adjusted(result.learner, result.assignment, found.name, found.score, computed, found.possible)


def _question(
    results: Iterable[SubmissionResult], learner: str, question: str, assignment: str | None
) -> tuple[SubmissionResult, QuestionResult]:
    """The one question that is meant, and the submission it is in."""
    results = list(results)
    name = _learner(results, learner)
    own = [r for r in results if r.learner == name and assignment in (None, r.assignment)]
    if not own:
        handed_in = ", ".join(sorted({r.assignment or "an unknown exercise" for r in results if r.learner == name}))
        raise CourseError(f"{name} has handed in nothing for {assignment!r}, but {handed_in}.")
    found = {r.assignment: (r, q) for r in own for q in r.questions if q.name == question}
    if not found:
        known = ", ".join(dict.fromkeys(q.name for r in own for q in r.questions))
        raise CourseError(
            f"{name} has no question {question!r}; there are: {known}."
            if known else f"No question of {name} was graded: {own[-1].reason}"
        )
    if len(found) > 1:
        raise CourseError(f"{name} has {question} in several exercises. Say which with --assignment: "
                          f"{', '.join(sorted(found))}.")  # fmt: skip
    return next(iter(found.values()))


def _learner(results: Iterable[SubmissionResult], wanted: str) -> str:
    names = sorted({result.learner for result in results})
    if wanted in names:
        return wanted
    alike = [name for name in names if name.casefold() == wanted.casefold()]
    if len(alike) == 1:
        return alike[0]
    near = alike or difflib.get_close_matches(wanted, names, n=3)
    hint = f" Do you mean {' or '.join(repr(one_line(name, 80)) for name in near)}?" if near else ""
    raise CourseError(f"There is nobody called {wanted!r} in the gradebook.{hint} The names are those of grades.csv.")


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in some containers
        return ""
