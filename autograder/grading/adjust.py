"""Corrections by hand: finds the learner and the question that an instructor means, and checks what may be set.

The gradebook keeps it (`gradebook/adjustments.py`); this module turns what an instructor
types, or has in a table, into scores and comments on questions of learners, or
says why it is none or several.
"""

from __future__ import annotations

import difflib
import getpass
import math
import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.course import CourseError
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.adjustments import Said
from autograder.grading.results import CLASH, QuestionResult, Stray, SubmissionResult, Verdict
from autograder.grading.text import NEW_LINE, listed, one_line

LONGEST_REASON = 500  # characters
LONGEST_COMMENT = 2_000  # characters
MOST_LINES = 20
"""How many lines of a table are named when they cannot be followed."""


@dataclass(frozen=True)
class Wish:
    """A correction to a learner's work, as it was typed.

    Attributes:
        learner: as in grades.csv; upper and lower case need not be right.
        question: as in the notebook's `grader.check`; empty for the whole, which takes a comment alone.
        score: points that count from now on in place of the checks' score; None to set none.
        reason: why that score; the learner reads it, and it stands in the class report.
        comment: a further text for the learner; empty for none.
        assignment: the exercise; needed where the learner has this question in several.
        line: its line in the table; 0 where it was typed.
        problem: what is wrong with that line by itself; empty if nothing is wrong.
    """

    learner: str
    question: str = ""
    score: float | None = None
    reason: str = ""
    comment: str = ""
    assignment: str | None = None
    line: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Adjusted:
    """A correction that was made: `before` and `after` are the scores that counted and that count now, of `possible`.

    `why` is the reason of a score, `comment` the text for the learner; either is empty where there is none. `stray` is
    a score that was taken back and had counted for nothing, as its question is gone; None where there was none.
    """

    learner: str
    assignment: str
    question: str
    before: float
    after: float
    possible: float
    why: str = ""
    comment: str = ""
    stray: float | None = None

    @property
    def told(self) -> str:
        """The score, in a sentence."""
        if self.stray is not None:
            return (f"{self.learner}, {self.assignment}, {self.question}: the {self.stray:g} points set by hand are "
                    "taken back. They did not count, for there is no such question any more.")
        return (f"{self.learner}, {self.assignment}, {self.question}: {self.before:g} became {self.after:g} of "
                f"{self.possible:g} points.")


def adjust(
    gradebook: Gradebook, learner: str, question: str, score: float, reason: str, assignment: str | None = None
) -> Adjusted:
    """Sets the score of a question by hand. Arguments as in `Wish`.

    Raises:
        CourseError: there is no such learner or question, or the score or the reason is not valid.
    """
    return _done(gradebook, [_meant(gradebook.counting().everything, Wish(learner, question, score, reason,
                                                                assignment=assignment))])[0]


def comment(gradebook: Gradebook, learner: str, question: str, said: str, assignment: str | None = None) -> Adjusted:
    """Adds a comment on a question, or on the whole where `question` is empty, in place of an earlier comment.

    Raises:
        CourseError: there is no such learner or question, or the comment is empty.
    """
    if not one_line(said, LONGEST_COMMENT):
        raise CourseError("Say something: a comment of nothing would not be read. --undo takes one back.")
    results = gradebook.counting().everything
    if not question and _is_like_a_question(said, _own(results, learner, assignment)):
        raise CourseError(f"{said!r} is called like a question, and there is no text. Write it behind, in quotation "
                          f"marks: autograder comment {shlex.quote(learner)} {shlex.quote(said)} \"TEXT\".")
    wish = Wish(learner, question, comment=said, assignment=assignment)
    return _done(gradebook, [_meant(results, wish)])[0]


def _is_like_a_question(said: str, results: Iterable[SubmissionResult]) -> bool:
    """Returns whether a text is the name of one of their questions, except for its numbers."""
    names = {re.sub(r"\d+", "0", question.name.casefold()) for result in results for question in result.questions}
    return re.sub(r"\d+", "0", _as_named(said.strip()).casefold()) in names


def _as_named(question: str) -> str:
    """Returns the name of a question that is called by its number in the notebook: `q2_5` for 2.5."""
    return f"q{question.replace('.', '_')}" if re.fullmatch(r"\d+\.\d+", question, re.ASCII) else question


def uncomment(gradebook: Gradebook, learner: str, question: str, assignment: str | None = None) -> Adjusted:
    """Takes a comment back.

    Raises:
        CourseError: there is no such learner or question, or no comment.
    """
    results = gradebook.counting().everything
    if stray := _stray(results, learner, question, assignment):
        result, kept = stray
        if kept.comment:
            gradebook.adjustments.say([Said(result.learner, result.assignment, kept.question, comment="", by=login())])
            return Adjusted(result.learner, result.assignment, kept.question, 0.0, 0.0, 0.0)
    result, found = _place(results, learner, question, assignment)
    if (found.comment if found else result.comment) is None:
        where = f"on {found.name}" if found else "on the whole"
        raise CourseError(f"There is no comment {where} of {result.learner}; nothing is changed.")
    name = found.name if found else ""
    gradebook.adjustments.say([Said(result.learner, result.assignment, name, comment="", by=login())])
    return _unchanged(result, found)


def follow(gradebook: Gradebook, wishes: Sequence[Wish], source: str) -> list[Adjusted]:
    """Makes all corrections of a table, or none.

    Args:
        gradebook: the gradebook that keeps them.
        wishes: the lines of the table.
        source: the name of the table in messages.

    Raises:
        CourseError: a line cannot be followed, or two are about the same question; the message names each of them.
    """
    results = gradebook.counting().everything
    wrong: list[tuple[int, str]] = []
    meant: dict[tuple[str, str, str], list[tuple[Wish, _Meant]]] = defaultdict(list)
    for wish in wishes:
        try:
            if wish.problem:
                raise CourseError(wish.problem)
            one = _meant(results, wish)
            meant[one.said.learner, one.said.assignment, one.said.question].append((wish, one))
        except CourseError as error:
            wrong.append((wish.line, str(error)))
    for (learner, _, question), own in meant.items():
        wrong += [(wish.line, f"{learner}, {question or 'the whole'}, stands in line {own[0][0].line} already.")
                  for wish, _ in own[1:]]
    if wrong:
        raise CourseError(_not_followed(source, wrong))
    return _done(gradebook, [one for own in meant.values() for _, one in own])


def _not_followed(source: str, wrong: Sequence[tuple[int, str]]) -> str:
    """Returns the message about a table with such lines, each with its number and its fault."""
    lines = [f"line {line}: {why}" for line, why in sorted(wrong)]
    count = "a line of it" if len(wrong) == 1 else f"{len(wrong)} of its lines"
    return (f"{source}: {count} cannot be followed, so nothing is changed. Mend it, and give it again.\n  "
            f"{listed(lines, MOST_LINES, NEW_LINE)}")


@dataclass(frozen=True)
class _Meant:
    """The result of a wish: the entry for the gradebook, and the change that it makes."""

    said: Said
    done: Adjusted


def _meant(results: Sequence[SubmissionResult], wish: Wish) -> _Meant:
    """Works out what a wish means. Raises `CourseError` where it cannot be followed."""
    result, found = _place(results, wish.learner, wish.question, wish.assignment)
    said = one_line(wish.comment, LONGEST_COMMENT)
    if wish.score is None or found is None:
        if found is None and wish.score is not None:
            raise CourseError("A score is of a question, and none is named. A total cannot be set.")
        if not said:
            raise CourseError("There is neither a score nor a comment.")
        done = _unchanged(result, found, said)
        return _Meant(Said(result.learner, result.assignment, done.question, comment=said, by=login()), done)
    if result.status is Verdict.ERROR:
        raise CourseError(
            f"{result.learner} has no score in {result.assignment} yet, because the grader itself failed. "
            "Grade it again first."
        )
    if not math.isfinite(wish.score) or not 0 <= wish.score <= found.possible:
        raise CourseError(f"{found.name} has {found.possible:g} points. Give a score from 0 to {found.possible:g}.")
    reason = one_line(wish.reason, LONGEST_REASON)
    if not reason:
        raise CourseError("Say why with --reason: the learner and the class report will show it." if not wish.line
                          else "There is a score and no reason: the learner and the class report show it.")
    computed = found.adjustment.computed if found.adjustment else found.score
    return _Meant(
        Said(result.learner, result.assignment, found.name, wish.score, computed, reason, said or None, login()),
        Adjusted(result.learner, result.assignment, found.name, found.score, wish.score, found.possible, reason, said))


def _done(gradebook: Gradebook, meant: Sequence[_Meant]) -> list[Adjusted]:
    gradebook.adjustments.say([one.said for one in meant])
    return [one.done for one in meant]


def _unchanged(result: SubmissionResult, found: QuestionResult | None, said: str = "") -> Adjusted:
    """Returns the change where no score was set."""
    if found is None:
        return Adjusted(result.learner, result.assignment, "", result.score, result.score, result.possible, "", said)
    return Adjusted(result.learner, result.assignment, found.name, found.score, found.score, found.possible, "", said)


def undo(gradebook: Gradebook, learner: str, question: str, assignment: str | None = None) -> Adjusted:
    """Takes an adjustment back, so that the checks' score counts again. Arguments as in `adjust`.

    Raises:
        CourseError: there is no such learner or question, or its score was not set by hand.
    """
    results = gradebook.counting().everything
    if stray := _stray(results, learner, question, assignment):
        result, kept = stray
        if gradebook.adjustments.undo(result.learner, result.assignment, kept.question):
            return Adjusted(result.learner, result.assignment, kept.question, 0.0, 0.0, 0.0, stray=kept.score)
    result, found = _question(results, learner, question, assignment)
    if found.adjustment is None or not gradebook.adjustments.undo(result.learner, result.assignment, found.name):
        raise CourseError(f"The score of {result.learner} in {found.name} was not set by hand; nothing is changed.")
    computed = found.adjustment.computed
    return Adjusted(result.learner, result.assignment, found.name, found.score, computed, found.possible)


def to_decide(results: Iterable[SubmissionResult], most: int = MOST_LINES) -> list[str]:
    """Returns corrections by hand that no longer fit the questions, for the instructor to decide; a sentence each.

    Args:
        results: as they count.
        most: how many learners each sentence names.
    """
    results = list(results)
    over = [f"{_called(result)}, {question.name} ({question.adjustment.given:g}, of {question.possible:g} now)"
            for result in results for question in result.questions
            if question.adjustment and question.adjustment.given is not None]
    gone = [f"{_called(result)}, {stray.question} ({stray.score:g})"
            for result in results for stray in result.strays if stray.score is not None]
    silent = [f"{_called(result)}, {stray.question}"
              for result in results for stray in result.strays if stray.comment]
    said = []
    if over:
        said.append(f"{_count(over, 'score')} set by hand and more than the question gives now, so that all of its "
                    f"points count: {listed(over, most, '; ')}. Set another with `autograder adjust`, or take it back "
                    "with --undo.")
    if gone:
        said.append(f"{_count(gone, 'score')} set by hand for a question that is not there any more, and not counted: "
                    f"{listed(gone, most, '; ')}. If another has taken its place, set the score for that one; then "
                    "take this one back with `autograder adjust LEARNER QUESTION --undo`.")
    if silent:
        said.append(f"{_count(silent, 'comment')} on a question that is not there any more, and on no page: "
                    f"{listed(silent, most, '; ')}. `autograder comment LEARNER QUESTION --undo` takes it back.")
    return said


def _called(result: SubmissionResult) -> str:
    return f"{one_line(result.learner, 60)}, {result.assignment}"


def _count(these: Sequence[str], what: str) -> str:
    return f"{len(these)} {what}{' is' if len(these) == 1 else 's are'}"


def _stray(
    results: Sequence[SubmissionResult], learner: str, question: str, assignment: str | None
) -> tuple[SubmissionResult, Stray] | None:
    """Returns the correction to a question that no longer exists, if that is the one that is meant."""
    own = _own(results, learner, assignment)
    if any(question == known.name for result in own for known in result.questions):
        return None
    found = [(result, stray) for result in own for stray in result.strays if stray.question == question]
    if len(found) > 1:
        raise _in_several(own[0].learner, question, (result.assignment for result, _ in found))
    return found[0] if found else None


def _in_several(name: str, question: str, assignments: Iterable[str]) -> CourseError:
    return CourseError(f"{name} has {question} in several exercises. Say which with --assignment: "
                       f"{', '.join(sorted(assignments))}.")


def _place(
    results: Iterable[SubmissionResult], learner: str, question: str, assignment: str | None
) -> tuple[SubmissionResult, QuestionResult | None]:
    """Finds the submission that is meant, and its question, if one is named."""
    results = list(results)
    if question:
        return _question(results, learner, question, assignment)
    own = _own(results, learner, assignment)
    if len(own) > 1:
        raise CourseError(f"{own[0].learner} has handed in several exercises. Say which with --assignment: "
                          f"{', '.join(sorted(result.assignment for result in own))}.")
    return own[0], None


def _question(
    results: Iterable[SubmissionResult], learner: str, question: str, assignment: str | None
) -> tuple[SubmissionResult, QuestionResult]:
    """Finds the one question that is meant, and the submission that contains it."""
    own = _own(list(results), learner, assignment)
    name = own[0].learner
    found = {r.assignment: (r, q) for r in own for q in r.questions if q.name == question} or {
        r.assignment: (r, q) for r in own for q in r.questions if q.name + CLASH == question} or {
        r.assignment: (r, q) for r in own for q in r.questions if q.name == _as_named(question)
        and all(other.name != f"{q.name}0" for other in r.questions)}  # a spreadsheet makes 2.1 of 2.10
    if not found:
        known = ", ".join(dict.fromkeys(q.name for r in own for q in r.questions))
        raise CourseError(
            f"{name} has no question {question!r}; there are: {known}."
            if known else f"No question of {name} was graded: {own[-1].reason}"
        )
    if len(found) > 1:
        raise _in_several(name, question, found)
    return next(iter(found.values()))


def _own(results: Sequence[SubmissionResult], learner: str, assignment: str | None) -> list[SubmissionResult]:
    """Returns the submissions of a learner that count, of one exercise or of all; never empty."""
    name = _learner(results, learner)
    own = [r for r in results if r.learner == name and assignment in (None, r.assignment)]
    if not own:
        handed_in = ", ".join(sorted({r.assignment or "an unknown exercise" for r in results if r.learner == name}))
        raise CourseError(f"{name} has handed in nothing for {assignment!r}, but {handed_in}.")
    return own


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


def login() -> str:
    """Returns the login of the person at the keyboard; empty where the system has no name for them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in some containers
        return ""
