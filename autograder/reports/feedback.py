"""The feedback page of one learner: what was graded, what to fix first, where to read.

It holds nothing of any other learner, no test source, no name of a hidden
check, and nothing that was written for the instructor: no flags, and no
reason of a review or of the grader's own failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.grading.endings import of_cell
from autograder.grading.redaction import OTHERS
from autograder.grading.results import CellResult, QuestionResult, SubmissionResult, Verdict
from autograder.reports import portrait, templating, text, words
from autograder.reports.gradescope import named_cases

LONGEST_MESSAGE = 3_000  # characters

NOT_RUN = (Verdict.UNREADABLE, Verdict.WRONG_ASSIGNMENT, Verdict.ERROR)
"""Verdicts after which single questions have no outcome."""


@dataclass(frozen=True)
class FailedChecks:
    """Checks of a question that failed with the same message, by their names; `pending`: nobody knows yet why."""

    names: tuple[str, ...]
    hidden: bool
    message: str
    pending: bool = False


@dataclass(frozen=True)
class ShownAdjustment:
    """A score that the instructor set: the checks' score, and why it was changed."""

    computed: float
    reason: str


@dataclass(frozen=True)
class ShownQuestion:
    """One question as shown. `anchor` is unique on the page; `praised` are checks that passed and have a message."""

    anchor: str
    label: str
    name: str
    score: float
    possible: float
    checked: str
    note: str
    failed: tuple[FailedChecks, ...]
    passed: tuple[str, ...]
    public: int
    hidden: int
    by_hand: ShownAdjustment | None = None
    comment: str = ""
    praised: tuple[tuple[str, str], ...] = ()

    @property
    def pending(self) -> bool:
        """Whether it lacks points only because the grader cannot judge a check, and nobody has decided yet."""
        return bool(self.failed) and all(group.pending for group in self.failed) and self.by_hand is None

    @property
    def complete(self) -> bool:
        return words.is_full(self.score, self.possible) or (not self.possible and not self.failed)

    @property
    def only_hidden_failed(self) -> bool:
        """Whether all checks that the learner can run pass, and yet others fail."""
        return self.public > 0 and bool(self.failed) and all(
            group.hidden and not group.pending for group in self.failed)


@dataclass(frozen=True)
class StoppedCell:
    """One code cell that did not end well. `number` counts from 1, `gist` is the most telling part of its error."""

    anchor: str
    number: int
    what: str
    gist: str
    error: str


@dataclass(frozen=True)
class First:
    """The first thing to fix: where it is, what to read, and the anchor of the rest."""

    where: str
    message: str
    anchor: str
    hint: str


@dataclass(frozen=True)
class ShownSubmission:
    """One submission as shown. `unconfined`: it was run without a sandbox. `withheld`: some texts are not all here.

    `others`: a sentence on the cells that the page leaves out, if there are any.
    """

    anchor: str
    title: str
    file: str
    unconfined: bool
    withheld: bool
    graded: bool
    score: float
    possible: float
    verdict: str
    what: str
    next: str
    reason: str
    renamed: str
    first: First | None
    questions: tuple[ShownQuestion, ...]
    cells: tuple[StoppedCell, ...]
    more_cells: int
    others: str
    chapter: str
    portrait: portrait.Shown | None
    attempt: str
    dated: str
    comment: str
    late: str

    @property
    def share(self) -> float:
        """The part of the points, 0 to 1; 1 only with full marks."""
        if words.is_full(self.score, self.possible):
            return 1.0
        return min(self.score / self.possible, 0.999) if self.possible else 0.0


def feedback_page(learner: str, results: Sequence[SubmissionResult], possible: dict[str, float],
                  book: str = "", *, released: bool = False) -> str:
    """Returns the page of `learner` as one HTML file.

    Args:
        learner: the learner's name, as shown at the top.
        results: all submissions of that learner and of nobody else.
        possible: the points of each exercise, for submissions that could not be read.
        book: address of the book's start page, if learners can reach one; else no link is made.
        released: whether to show in full what was withheld because it could quote a hidden check's inputs.

    Raises:
        ValueError: a result is another learner's.
    """
    if any(result.learner.strip() and result.learner != learner for result in results):
        raise ValueError("a feedback page holds the submissions of one learner only")
    shown = tuple(_submission(result.for_learner(released=released), position, possible.get(result.assignment, 0.0),
                              withheld=bool(result.withheld) and not released,
                              others=OTHERS if result.others_stopped and not released else "")
                  for position, result in enumerate(results, start=1))
    name = text.short(learner)
    return templating.render("feedback.html", learner=name, submissions=shown, book=book)


def _submission(result: SubmissionResult, position: int, possible: float, *, withheld: bool,
                others: str) -> ShownSubmission:
    facts = words.facts(result.assignment)
    prefix = f"s{position}"
    graded = words.has_score(result)
    told = [question for question in result.questions
            if graded and (result.status not in NOT_RUN or question.adjustment or question.comment)]
    questions = tuple(_question(question, f"{prefix}q{number}")
                      for number, question in enumerate(told, start=1))
    stopped = [cell for cell in result.cells if cell.status != "ok"] if graded else []
    # A cell that was only skipped deserves no place among those that explain something.
    stopped = [cell for cell in stopped if cell.error or cell.status != "skipped"]
    cells = tuple(_cell(cell, f"{prefix}c{cell.index + 1}") for cell in stopped[:words.MOST_CELLS])
    what, todo = _verdict(result, cells, others)
    reason = result.reason if result.status in words.REASON_IS_FOR_LEARNERS else ""
    return ShownSubmission(
        anchor=prefix,
        title=text.short(facts.title),
        file=text.short(result.submission),
        unconfined=words.ran_unconfined(result),
        withheld=withheld,
        graded=graded,
        score=result.score,
        possible=result.possible or possible,
        verdict=result.status.value,
        what=what,
        next=todo,
        reason=_message(reason),
        renamed=words.renamed(result),
        first=_first(questions, cells, result.status),
        questions=questions,
        cells=cells,
        more_cells=len(stopped) - len(cells),
        others=others if graded else "",
        chapter=text.short(facts.chapter) if questions else "",
        portrait=portrait.shown(result.portrait) if result.portrait and questions else None,
        attempt=f"attempt {result.attempt} of {result.attempts}" if result.attempt and result.attempts > 1 else "",
        comment=_message(result.comment.text) if result.comment else "",
        late=words.late(result),
        dated=text.short(result.handed_in.replace("T", " ").replace("+00:00", " UTC")),
    )


def _question(question: QuestionResult, anchor: str) -> ShownQuestion:
    named = [(_check_name(name, case.hidden, case.name, question.name), case)
             for name, case in named_cases(question)]
    groups: dict[tuple[bool, str, bool], list[str]] = {}
    for name, case in named:
        if not case.passed:
            groups.setdefault((case.hidden, _message(case.message), case.pending), []).append(name)
    name = text.short(question.name)
    made = question.adjustment
    return ShownQuestion(
        anchor, words.question_label(name), name, question.score, question.possible, question.checked,
        _message(question.note),
        failed=tuple(FailedChecks(tuple(names), hidden, message, pending)
                     for (hidden, message, pending), names in groups.items()),
        passed=tuple(name for name, case in named if case.passed),
        public=sum(not case.hidden for case in question.cases),
        hidden=sum(case.hidden for case in question.cases),
        by_hand=ShownAdjustment(made.computed, _message(made.reason)) if made else None,
        comment=_message(question.comment.text) if question.comment else "",
        praised=tuple((name, _message(case.message)) for name, case in named if case.passed and case.message),
    )


def _check_name(counted: str, hidden: bool, own: str, question: str) -> str:
    """Returns `check 1`, and in brackets a public check's own name where that says more than its number."""
    says_more = not hidden and own and not re.fullmatch(rf"({re.escape(question)})?[\s_-]*\d*", own)
    return f"{counted} ({text.short(own).replace('_', ' ')})" if says_more else counted


def _cell(cell: CellResult, anchor: str) -> StoppedCell:
    error = _message(cell.error)
    what = of_cell(cell.status).page
    gist = words.gist(cell)
    if gist.startswith("NotImplementedError"):
        what = "uses something that is not written yet"
    whole = error if error.strip() != gist.strip() else ""
    return StoppedCell(anchor, cell.index + 1, what, text.clip(gist, 300), whole)


def _message(message: str) -> str:
    return text.clip(text.lines(message), LONGEST_MESSAGE)


def _verdict(result: SubmissionResult, cells: Sequence[StoppedCell], others: str) -> tuple[str, str]:
    """Returns what happened, and what to do next, in plain words."""
    if result.status is not Verdict.GRADED:
        told = words.LEARNER[result.status]
        return told.what, told.next
    if words.is_full(result.earned, result.possible):
        by_hand = any(question.adjustment for question in result.questions)
        what = "Full marks, as your instructor decided." if by_hand else "Full marks. Every check passed."
        return what, "Nothing to mend. On to the next exercise."
    left = [question for question in result.questions
            if question.checked == "not-checked" and not question.adjustment]
    what = "Your notebook was run from top to bottom in a fresh session, and every question was checked."
    if cells:
        count = "One code cell" if len(cells) == 1 else f"{len(cells)} code cells"
        what = f"Your notebook was run from top to bottom in a fresh session. {count} did not end well."
        what = f"{what} {others}".rstrip()
    if left:
        names = ", ".join(words.question_label(text.short(question.name)) for question in left)
        what += f" Not checked: {names}."
    return what, ("Mend the first thing below, run the cell with grader.check under it, and go on to the "
                  "next. Before you hand in again, choose “Restart kernel and run all cells”.")


def _first(questions: Sequence[ShownQuestion], cells: Sequence[StoppedCell], status: Verdict) -> First | None:
    """Returns the one thing to fix first: a cell that stopped, as much may follow from it; else a failed check."""
    if status in NOT_RUN:
        return None
    incomplete = [question for question in questions if not (question.complete or question.pending)]
    if not incomplete:
        return None
    if cells:
        cell = cells[0]
        return First(f"Code cell {cell.number} {cell.what}", cell.gist, cell.anchor,
                     "Later answers may fail only because of this one.")
    for hidden in (False, True):
        for question in incomplete:
            for failed in question.failed:
                if failed.hidden is hidden and not failed.pending:
                    hint = ("All checks that you can run pass; a hidden check does not. It says:" if hidden
                            else "The check said:")
                    return First(f"{question.label} ({question.name})", failed.message, question.anchor, hint)
    question = incomplete[0]
    return First(f"{question.label} ({question.name})", question.note, question.anchor, "")
