"""The class report: what needs the instructor, what the class did not understand, and everybody's result.

One page for one batch, with a part for each exercise in it. It marks things
for a look and judges nothing: whether a score is deserved is not decided here.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports import charts, items, pages, portrait, text, words
from autograder.reports.grades import in_order, questions_of
from autograder.reports.roster import Attendance
from autograder.submissions.identity import REMEDY, needs

LONGEST_MESSAGE = 500
MOST_MESSAGES = 15
MOST_SLOW = 5

CODE_KEY = "code"
"""The entry of `SubmissionResult.environment` with the hash of the code cells, where grading gives one."""

ATTENTION = (Verdict.ERROR, Verdict.REVIEW, Verdict.WRONG_ASSIGNMENT, Verdict.UNREADABLE, Verdict.CRASHED,
             Verdict.MEMORY, Verdict.TIMEOUT)
"""Verdicts an instructor looks at, the most urgent first."""


@dataclass(frozen=True)
class Row:
    """One submission in a table. `link` leads to the learner's feedback page."""

    learner: str
    link: str
    file: str
    exercise: str
    status: str
    reason: str
    graded: bool
    score: float
    possible: float
    lost: tuple[str, ...]
    seconds: float
    flags: tuple[str, ...]
    by_hand: bool
    late: bool


@dataclass(frozen=True)
class ByHand:
    """A score that was set by hand: `computed` is what the checks give now, `before` what they gave then."""

    row: Row
    question: str
    score: float
    computed: float
    before: float
    reason: str
    by: str
    day: str


@dataclass(frozen=True)
class Message:
    """A message that submissions got: from which `kind` of checks, and in how many `variants` of numbers."""

    question: str
    kind: str
    message: str
    count: int
    variants: int


@dataclass(frozen=True)
class Exercise:
    """One exercise over the class."""

    anchor: str
    title: str
    submissions: int
    scored: int
    possible: float
    median: float
    mean: float
    full: int
    histogram: charts.Histogram
    questions: tuple[items.Item, ...]
    hardest: tuple[items.Item, ...]
    messages: tuple[Message, ...]
    more_messages: int
    errors: tuple[Message, ...]
    more_errors: int
    times: dict[str, float]
    slowest: tuple[Row, ...]


def class_report(results: Sequence[SubmissionResult], links: Sequence[str],
                 attendance: Attendance | None = None, remarks: Sequence[str] = ()) -> str:
    """The page as one HTML file.

    Args:
        results: all submissions of a batch, of one exercise or several.
        links: for each of them the address of its feedback page, relative to the report.
        attendance: who is missing, where there is a roster.
        remarks: what was not graded, and what else there is to say of the batch.
    """
    possible = words.possible_points(results)
    link_of = {id(result): link for result, link in zip(results, links, strict=True)}
    ordered = in_order(results)
    rows = {id(result): _row(result, link_of[id(result)], possible) for result in ordered}
    # Files of which nobody knows the exercise have no scores to tell of; they stand under what needs a look.
    known = {result.assignment for result in ordered}
    assignments = sorted(known - {""} or known)
    verdicts = Counter(result.status for result in ordered)

    def rows_of(chosen: Iterable[SubmissionResult]) -> tuple[Row, ...]:
        return tuple(rows[id(result)] for result in chosen)

    return pages.render(
        "report.html",
        exercises=tuple(_exercise(name, f"e{position}", [r for r in ordered if r.assignment == name],
                                  possible[name], rows_of)
                        for position, name in enumerate(assignments, start=1)),
        learners=len({result.learner for result in ordered}),
        submissions=len(ordered),
        unconfined=rows_of(r for r in ordered if words.ran_unconfined(r)),
        attention=[(status.value, words.INSTRUCTOR[status], rows_of(r for r in ordered if r.status is status))
                   for status in ATTENTION if verdicts[status]],
        verdicts=[(status.value, words.INSTRUCTOR[status], verdicts[status]) for status in Verdict],
        sandboxes=[(text.short(level),
                    words.SANDBOX.get(level, "A level that this report does not know."), count)
                   for level, count in sorted(Counter(r.sandbox for r in ordered).items())],
        doubted=sum(bool(r.identity.doubts) for r in ordered),
        identity=[text.clip(text.line(paragraph), 20 * LONGEST_MESSAGE) for paragraph in needs(ordered)],
        remedy=REMEDY,
        remarks=[text.clip(text.line(remark), 4 * LONGEST_MESSAGE) for remark in remarks],
        flagged=rows_of(r for r in ordered if _flags(r)),
        missing=[(text.short(words.facts(name).title), [_name(learner) for learner in names],
                  attendance.unless(name)) for name, names in attendance.missing.items() if names]
        if attendance else [],
        maybe=[(text.short(words.facts(name).title), [_name(learner) for learner in names])
               for name, names in attendance.maybe.items() if names] if attendance else [],
        unmatched=list(map(_name, attendance.unmatched)) if attendance else [],
        ambiguous=list(map(_name, attendance.ambiguous)) if attendance else [],
        people=attendance.people if attendance else 0,
        by_hand=_by_hand(ordered, rows),
        alike=_alike(ordered, rows_of),
        alike_known=any(CODE_KEY in r.environment for r in ordered),
        environment=_environment(ordered),
        rows=rows_of(ordered),
        fewest=items.FEWEST,
    )


def _row(result: SubmissionResult, link: str, possible: dict[str, float]) -> Row:
    return Row(
        learner=_name(result.learner),
        link=link,
        file=text.short(result.submission),
        exercise=text.short(result.assignment) or "unknown",
        status=result.status.value,
        reason=text.clip(text.lines(result.reason), LONGEST_MESSAGE),
        graded=words.has_score(result),
        score=result.score,
        possible=result.possible or possible[result.assignment],
        lost=tuple(text.short(q.name) for q in result.questions
                   if q.possible and not words.is_full(q.score, q.possible)),
        seconds=result.seconds,
        flags=tuple(text.clip(text.lines(flag), LONGEST_MESSAGE) for flag in _flags(result)),
        by_hand=any(question.adjustment for question in result.questions),
        late=result.late,
    )


def _flags(result: SubmissionResult) -> tuple[str, ...]:
    """Reasons to look at a submission: what the grader noticed, a network too good to be true, an earlier numbering."""
    doubt = portrait.too_good(result.portrait)
    return (*result.flags, *filter(None, (doubt, words.renamed(result))))


def _by_hand(ordered: Sequence[SubmissionResult], rows: dict[int, Row]) -> list[ByHand]:
    return [ByHand(rows[id(result)], text.short(question.name), question.score, made.computed, made.before,
                   text.clip(text.lines(made.reason), LONGEST_MESSAGE), text.short(made.by), made.made[:10])
            for result in ordered for question in result.questions if (made := question.adjustment)]


def _name(learner: str) -> str:
    """A learner's name as a link's text, also where there is nothing to see in it."""
    shown = text.short(learner)
    visible = any(character.isprintable() and not character.isspace() for character in shown)
    return shown if visible else "(no name)"


def _exercise(name: str, anchor: str, own: Sequence[SubmissionResult], possible: float,
              rows_of: Callable[[Iterable[SubmissionResult]], tuple[Row, ...]]) -> Exercise:
    scores = [result.score for result in own if words.has_score(result)]
    messages = _messages(own)
    errors = _errors(own)
    analyzed = tuple(items.analyze(own, questions_of(own)))
    return Exercise(
        anchor=anchor,
        title=text.short(words.facts(name).title),
        submissions=len(own),
        scored=len(scores),
        possible=possible,
        median=statistics.median(scores) if scores else 0.0,
        mean=statistics.fmean(scores) if scores else 0.0,
        full=sum(words.is_full(score, possible) for score in scores),
        histogram=charts.score_histogram(scores, possible),
        questions=analyzed,
        hardest=tuple(sorted((item for item in analyzed if item.lost > 0), key=lambda item: -item.lost)[:2]),
        messages=messages[:MOST_MESSAGES],
        more_messages=max(len(messages) - MOST_MESSAGES, 0),
        errors=errors[:MOST_MESSAGES],
        more_errors=max(len(errors) - MOST_MESSAGES, 0),
        times=_times([result.seconds for result in own]),
        slowest=rows_of(sorted(own, key=lambda result: -result.seconds)[:MOST_SLOW]),
    )


def _times(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 90th percentile, longest and sum, in seconds."""
    if not seconds:
        return {}
    tenths = statistics.quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 9
    return {"median": statistics.median(seconds), "nine of ten within": tenths[8],
            "longest": max(seconds), "sum": sum(seconds)}


def _masked(message: str) -> str:
    """A message without its numbers: two learners with 254 and 255 made the same mistake."""
    return re.sub(r"\d[\d.,]*(e[+-]?\d+)?", "#", message)


def _grouped(found: Iterable[tuple[int, str, str, str]]) -> tuple[Message, ...]:
    """Groups (submission, question, kind of check, message) by question and message, numbers apart.

    The commonest wording stands for its group. Each submission counts once.
    """
    wordings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    submissions: dict[tuple[str, str], set[int]] = defaultdict(set)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for submission, question, kind, message in found:
        key = (question, _masked(message))
        wordings[key][message] += 1
        submissions[key].add(submission)
        kinds[key].add(kind)
    groups = [
        Message(question, " and ".join(sorted(kinds[question, masked], reverse=True)),
                min((-times, wording) for wording, times in counted.items())[1],
                len(submissions[question, masked]), len(counted))
        for (question, masked), counted in wordings.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.question, group.message)))


def _messages(own: Sequence[SubmissionResult]) -> tuple[Message, ...]:
    """What failed checks said, the commonest first."""
    return _grouped(
        (position, text.short(question.name), "hidden" if case.hidden else "public",
         text.clip(text.lines(case.message), LONGEST_MESSAGE) or "(no message)")
        for position, result in enumerate(own) if words.was_run(result)
        for question in result.questions for case in question.cases if not case.passed
    )


def _errors(own: Sequence[SubmissionResult]) -> tuple[Message, ...]:
    """What the errors that cells stopped with say, the commonest first."""
    found = []
    for position, result in enumerate(own):
        for cell in result.cells if words.was_run(result) else ():
            if gist := words.gist(cell):
                found.append((position, "", "", text.clip(gist, LONGEST_MESSAGE)))
    return _grouped(found)


def _alike(ordered: Sequence[SubmissionResult],
           rows_of: Callable[[Iterable[SubmissionResult]], tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """Groups of submissions of learners of different groups whose code cells are the same, character for character."""
    groups: dict[tuple[str, str], list[SubmissionResult]] = defaultdict(list)
    for result in ordered:
        if result.environment.get(CODE_KEY):
            groups[result.assignment, result.environment[CODE_KEY]].append(result)
    return [rows_of(group) for group in groups.values()
            if len({result.learner for result in group}) > 1 and not _is_one_group(group)]


def _is_one_group(results: Sequence[SubmissionResult]) -> bool:
    """Whether these are the members of one group: one file for all of them, or a group that the class list names."""
    files = {result.identity.file for result in results}
    groups = {result.identity.person.get("group", "") for result in results}
    return (len(files) == 1 or len(groups) == 1) and "" not in (files if len(files) == 1 else groups)


def _environment(ordered: Sequence[SubmissionResult]) -> list[tuple[str, list[tuple[str, int]]]]:
    """What the runs used: for each entry its values, the commonest first, and how many had each."""
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for result in ordered:
        for key, value in result.environment.items():
            if key != CODE_KEY:
                values[text.short(key)][text.short(str(value))] += 1
    return [(key, sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:5])
            for key, counted in sorted(values.items())]
