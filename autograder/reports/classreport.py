"""The class report: what needs the instructor, what the class did not understand, and everybody's result.

One page for one batch, with a part for each exercise in it. It marks things for
a look and judges nothing: the instructor decides whether a score is deserved.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from autograder.grading.adjust import to_decide
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports import charts, commonest, items, portrait, templating, text, words
from autograder.reports.commonest import LONGEST_MESSAGE, Message
from autograder.reports.grades import in_order, questions_of
from autograder.reports.roster import Attendance
from autograder.submissions.identity import REMEDY, needs
from autograder.submissions.people import Kind

MOST_MESSAGES = 15
MOST_RARER = 200
"""Messages that can be opened, below the commonest: a hostile notebook may bring thousands."""

MOST_SLOW = 5

MOST_TO_DECIDE = 300
"""How many of the scores set by hand that no longer fit are named. All of them stand in `grades.csv`."""

CODE_KEY, CODE_SIZE = "code", "code_size"
"""The entries of `SubmissionResult.environment` with the hash and the length of the code, where grading gives them."""

SCRIPT = "report.js"
"""The script that searches, sorts and filters the tables. Without it the page can still be read."""

ATTENTION = (Verdict.ERROR, Verdict.REVIEW, Verdict.WRONG_ASSIGNMENT, Verdict.UNREADABLE, Verdict.CRASHED,
             Verdict.MEMORY, Verdict.TIMEOUT)
"""Verdicts an instructor looks at, the most urgent first."""


@dataclass(frozen=True)
class Points:
    """The points of a submission for a question: `kind` is `full`, `part`, `none`, or `open` if it was not checked."""

    question: str
    kind: str
    score: float
    by_hand: bool


@dataclass(frozen=True)
class Row:
    """One submission in a table.

    Attributes:
        link: the instructor's page of it, where there is one, else the page that the learner gets.
        questions: in the order of its exercise's columns; None where it has no such question.
        says: the keys of the messages that it got.
        marks: the marks by which rows can be chosen, besides the status.
    """

    learner: str
    link: str
    file: str
    exercise: str
    status: str
    reason: str
    graded: bool
    score: float
    possible: float
    questions: tuple[Points | None, ...]
    says: tuple[str, ...]
    seconds: float
    flags: tuple[str, ...]
    by_hand: bool
    late: bool
    doubted: bool
    comments: str
    lateness: str

    @property
    def marks(self) -> tuple[str, ...]:
        kinds = {"marked": self.flags, "late": self.late, "by-hand": self.by_hand, "commented": self.comments,
                 "check": self.doubted}
        return tuple(name for name, applies in kinds.items() if applies)


@dataclass(frozen=True)
class AdjustmentRow:
    """A score that was set by hand: `computed` is the checks' score now, `before` their score at that time.

    `given` is the score that was set, if it is more than the question gives now; else None.
    """

    row: Row
    question: str
    score: float
    computed: float
    before: float
    reason: str
    by: str
    day: str
    given: float | None


@dataclass(frozen=True)
class ClassQuestion:
    """A question over the class: its numbers, and who did not get all of its points.

    Attributes:
        key: its name in the page's address.
        anchor: its name on the instructor's pages.
        lost: those who lost points in it, or whose notebook stopped before it.
        by_hand: those of them whose score in it was set by hand.
    """

    key: str
    anchor: str
    item: items.Item
    lost: tuple[Row, ...]
    by_hand: tuple[Row, ...]


@dataclass(frozen=True)
class Told:
    """Messages, each with those who got it and its question's anchor.

    They are the commonest, those that can be opened, and the number of those left out.
    """

    first: tuple[tuple[Message, tuple[Row, ...], str], ...] = ()
    rarer: tuple[tuple[Message, tuple[Row, ...], str], ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Alike:
    """Submissions with the same code: `size` is its length in characters, 0 where not known."""

    rows: tuple[Row, ...]
    size: int


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
    questions: tuple[ClassQuestion, ...]
    hardest: tuple[items.Item, ...]
    messages: Told
    errors: Told
    alike: tuple[Alike, ...]
    times: dict[str, float]
    slowest: tuple[Row, ...]
    rows: tuple[Row, ...]


def class_report(results: Sequence[SubmissionResult], links: Sequence[str],
                 attendance: Attendance | None = None, remarks: Sequence[str] = (), *, desk: bool = False) -> str:
    """Returns the page as one HTML file.

    Args:
        results: all submissions of a batch, of one exercise or several.
        links: for each of them the address of its page, relative to the report.
        attendance: who is missing, where there is a roster.
        remarks: sentences on what was not graded, and on the batch.
        desk: whether the links lead to the instructor's pages, and not to those that learners get.
    """
    possible = words.possible_points(results)
    link_of = {id(result): link for result, link in zip(results, links, strict=True)}
    ordered = in_order(results)
    # Files whose exercise nobody knows have no scores to report; they stand under what needs a look.
    by_exercise = {name: [result for result in ordered if result.assignment == name]
                   for name in sorted({result.assignment for result in ordered})}
    assignments = [name for name in by_exercise if name] or list(by_exercise)
    verdicts = Counter(result.status for result in ordered)
    times = Counter(question for own in by_exercise.values() for question in questions_of(own))
    shared = {question for question, count in times.items() if count > 1}
    said = {name: _Said(own, shared) for name, own in by_exercise.items()}
    rows = {id(result): _row(result, link_of[id(result)], possible, said[name])
            for name, own in by_exercise.items() for result in own}

    def rows_of(chosen: Iterable[SubmissionResult]) -> tuple[Row, ...]:
        return tuple(rows[id(result)] for result in chosen)

    exercises = tuple(_exercise(name, f"e{position}", by_exercise[name], possible[name], said[name], rows_of)
                      for position, name in enumerate(assignments, start=1))
    return templating.render(
        "report.html", SCRIPT,
        exercises=exercises,
        unknown=rows_of(by_exercise[""]) if "" not in assignments and "" in by_exercise else (),
        desk=desk,
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
        unclear_zone=any(r.lateness and r.lateness.unclear_zone for r in ordered),
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
        to_decide=[text.clip(text.line(said), 20 * LONGEST_MESSAGE) for said in to_decide(ordered, MOST_TO_DECIDE)],
        late=[row for row in rows_of(ordered) if row.lateness],
        commented=[row for row in rows_of(ordered) if row.comments],
        alike_known=any(CODE_KEY in r.environment for r in ordered),
        environment=_environment(ordered),
        marks=_marks(rows.values()),
        fewest=items.FEWEST,
    )


MARKS = {"marked": "marked for a look", "late": "late", "by-hand": "set by hand", "commented": "with a comment",
         "check": "not certain whose it is"}
"""The names of `Row.marks` for a reader."""


def _marks(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Returns the marks that some of them have, each with its name for a reader."""
    there = {mark for row in rows for mark in row.marks}
    return [(mark, called) for mark, called in MARKS.items() if mark in there]


class _Said:
    """The messages to the submissions of an exercise, and its questions.

    Attributes:
        names: the questions, in the exercise's order.
        keys: the name of each in the page's address.
        checks, errors: the messages that are on the page.
        more_checks, more_errors: how many are not.
    """

    def __init__(self, own: Sequence[SubmissionResult], shared: Collection[str] = ()) -> None:
        """Takes the submissions of the exercise, and the names that questions of other exercises have as well."""
        most = MOST_MESSAGES + MOST_RARER
        checks, errors = commonest.of_checks(own), commonest.of_cells(own)
        self.own = own
        self.names = questions_of(own)
        self.keys = {name: f"{own[0].assignment}.{name}" if name in shared else name for name in self.names}
        self.keys = {name: words.anchor(key) for name, key in self.keys.items()}
        self.checks, self.more_checks = checks[:most], max(len(checks) - most, 0)
        self.errors, self.more_errors = errors[:most], max(len(errors) - most, 0)
        self._of: dict[int, list[str]] = defaultdict(list)
        for message in (*self.checks, *self.errors):
            for place in message.places:
                self._of[id(own[place])].append(message.key)

    def to(self, result: SubmissionResult) -> tuple[str, ...]:
        """Returns the keys of the messages that a submission got."""
        return tuple(self._of[id(result)])


def _row(result: SubmissionResult, link: str, possible: dict[str, float], said: _Said) -> Row:
    own = {question.name: question for question in result.questions}
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
        questions=tuple(_points(own[name], said.keys[name]) if name in own else None for name in said.names),
        says=said.to(result),
        seconds=result.seconds,
        flags=tuple(text.clip(text.lines(flag), LONGEST_MESSAGE) for flag in _flags(result)),
        by_hand=any(question.adjustment for question in result.questions),
        late=result.late,
        doubted=bool(result.identity.doubts),
        lateness=_late(result),
        comments=text.clip(words.commented(result), 4 * LONGEST_MESSAGE),
    )


def _late(result: SubmissionResult) -> str:
    """Returns how late it came, for the instructor; empty where no rule applies."""
    late = result.lateness
    if late is None:
        return ""
    if late.unclear_zone:
        return (f"the time is of the zone {text.short(late.unclear_zone)!r}, of which it is not clear which is meant; "
                "nothing is taken")
    if not late.days:
        return "the system says that it was late, and not by how much; nothing is taken"
    came = f"{words.duration(late.seconds)} after {words.moment(late.due)}"
    return f"{came}; {text.number(late.percent)}%, {text.number(late.taken)} points, taken" if late.percent else came


def _points(question: QuestionResult, key: str) -> Points:
    by_hand = question.adjustment is not None
    kind = ("open" if question.checked == "not-checked" and not by_hand
            else "full" if words.is_full(question.score, question.possible)
            or (not question.possible and all(case.passed for case in question.cases))
            else "part" if question.score > 0 else "none")
    return Points(key, kind, question.score, by_hand)


def _flags(result: SubmissionResult) -> tuple[str, ...]:
    """Returns reasons to look at a submission: the grader's flags, too good a network, an earlier numbering."""
    doubt = portrait.too_good(result.portrait)
    return (*result.flags, *filter(None, (doubt, words.renamed(result))))


def _by_hand(ordered: Sequence[SubmissionResult], rows: dict[int, Row]) -> list[AdjustmentRow]:
    return [AdjustmentRow(rows[id(result)], text.short(question.name), question.score, made.computed, made.before,
                   text.clip(text.lines(made.reason), LONGEST_MESSAGE), text.short(made.by), made.made[:10],
                   made.given)
            for result in ordered for question in result.questions if (made := question.adjustment)]


def _name(learner: str) -> str:
    """Returns a learner's name as a link's text, with a substitute where the name has nothing visible."""
    shown = text.short(learner)
    visible = any(character.isprintable() and not character.isspace() for character in shown)
    return shown if visible else "(no name)"


def _exercise(name: str, anchor: str, own: Sequence[SubmissionResult], possible: float, said: _Said,
              rows_of: Callable[[Iterable[SubmissionResult]], tuple[Row, ...]]) -> Exercise:
    scores = [result.score for result in own if words.has_score(result)]
    analyzed = items.analyze(own, said.names)
    rows = rows_of(own)
    lost = [tuple(row for row in rows if row.graded and _lost(row, place)) for place in range(len(analyzed))]
    asked = tuple(ClassQuestion(said.keys[item.name], words.anchor(item.name), item, lost[place],
                        tuple(row for row in lost[place] if (found := row.questions[place]) and found.by_hand))
                  for place, item in enumerate(analyzed))
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
        questions=asked,
        hardest=tuple(sorted((item for item in analyzed if item.lost > 0), key=lambda item: -item.lost)[:2]),
        messages=_told(said.checks, said.more_checks, rows, said.names),
        errors=_told(said.errors, said.more_errors, rows, said.names),
        alike=_alike(own, rows_of),
        times=_times([result.seconds for result in own]),
        slowest=rows_of(sorted(own, key=lambda result: -result.seconds)[:MOST_SLOW]),
        rows=rows,
    )


def _lost(row: Row, place: int) -> bool:
    """Returns whether some points of the question at this place are missing."""
    points = row.questions[place]
    return points is not None and points.kind != "full"


def _told(messages: Sequence[Message], more: int, rows: Sequence[Row], names: Sequence[str]) -> Told:
    anchors = {text.short(name): words.anchor(name) for name in names}
    found = tuple((message, tuple(rows[place] for place in message.places), anchors.get(message.question, ""))
                  for message in messages)
    return Told(found[:MOST_MESSAGES], found[MOST_MESSAGES:], more)


def _times(seconds: Sequence[float]) -> dict[str, float]:
    """Returns median, 90th percentile, longest and sum, in seconds."""
    if not seconds:
        return {}
    tenths = statistics.quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 9
    return {"median": statistics.median(seconds), "nine of ten within": tenths[8],
            "longest": max(seconds), "sum": sum(seconds)}


def _alike(own: Sequence[SubmissionResult],
           rows_of: Callable[[Iterable[SubmissionResult]], tuple[Row, ...]]) -> tuple[Alike, ...]:
    """Returns groups of submissions, not of one team, whose code cells are the same, character for character.

    The most telling groups come first: small ones, and among these the longest code. Many learners arrive at the same
    short answers, and everybody has those of the notebook as it was handed out, which earns nothing and comes last.
    """
    groups: dict[str, list[SubmissionResult]] = defaultdict(list)
    for result in own:
        if result.environment.get(CODE_KEY):
            groups[result.environment[CODE_KEY]].append(result)
    found = [(group, len({result.learner for result in group}), _code_size(group)) for group in groups.values()]
    found = [one for one in found if one[1] > 1 and not _is_one_group(one[0])]
    found.sort(key=lambda one: (not any(result.score for result in one[0]), one[1], -one[2]))
    return tuple(Alike(rows_of(group), size) for group, _, size in found)


def _code_size(group: Sequence[SubmissionResult]) -> int:
    """Returns the length of their code, in characters; 0 where an earlier version graded them."""
    return next((int(size) for result in group
                 if (size := result.environment.get(CODE_SIZE, "")).isdecimal()), 0)


def _is_one_group(results: Sequence[SubmissionResult]) -> bool:
    """Returns whether these are members of one group: one file for all of them, or a group in list or download."""
    files = {result.identity.file for result in results}
    teams = [{group for group in (result.identity.person.get("group", ""), *result.identity.ids.get(Kind.GROUP, ()))
              if group} for result in results]
    return (len(files) == 1 and "" not in files) or bool(set.intersection(*teams))


def _environment(ordered: Sequence[SubmissionResult]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Returns the environment of the runs: for each entry its values, the commonest first, and how many had each."""
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for result in ordered:
        for key, value in result.environment.items():
            if key not in (CODE_KEY, CODE_SIZE):
                values[text.short(key)][text.short(str(value))] += 1
    return [(key, sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:5])
            for key, counted in sorted(values.items())]
