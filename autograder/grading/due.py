"""Due dates and a late rule: reads them from an instructor's file, and takes from a score what they cost.

    zone = "Europe/Berlin"        # of all times that do not say theirs
    percent_per_day = 10          # of the points that were earned, for each day that has begun
    most_percent = 50             # and no more than this
    grace_minutes = 15            # within these nothing is late

    [due]
    02-preprocessing = 2026-11-02T23:59:00
    03-dense-and-softmax = 2026-11-16      # a day alone: its end

    [more-time.02-preprocessing]
    "Ada Lovelace" = 2026-11-09

The rule stays in the gradebook with the batch that it was given for. The checks' scores are stored without it: it is
applied when results are read, as scores set by hand are, and it applies to these as well.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course import CourseError
from autograder.grading.results import Lateness, SubmissionResult, Verdict
from autograder.grading.text import listed
from autograder.submissions.times import moment, unclear_zone

DAY = timedelta(days=1)
NUMBERS = {"percent_per_day": (0.0, 100.0), "most_percent": (0.0, 100.0), "grace_minutes": (0.0, 10_080.0)}
"""The other settings of the file, each with its smallest and largest value."""

MOST_NAMED = 20
"""How many learners a sentence names."""

KNOWN = ("zone", *NUMBERS, "due", "more-time")


@dataclass(frozen=True)
class Rule:
    """The due dates of exercises, and the cost of being late.

    Attributes:
        due: by exercise, as ISO 8601 text with its zone.
        more_time: by exercise and learner, the same.
        zone: of times without a zone, or with a mere name that this zone has, too; empty for that of the due date.
        percent_per_day: of the points that were earned, for each day that has begun.
        most_percent: the most that is taken.
        grace_minutes: minutes after the due date within which nothing is late.
        source: the name of the file.
    """

    due: Mapping[str, str] = field(default_factory=dict)
    more_time: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    zone: str = ""
    percent_per_day: float = 0.0
    most_percent: float = 100.0
    grace_minutes: float = 0.0
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Returns plain data, for the gradebook."""
        return asdict(self)

    @staticmethod
    def from_json(data: object) -> Rule:
        """Does the inverse; from other data it makes a rule without dates."""
        return Rule(**data) if isinstance(data, dict) else Rule()

    def strangers(self, results: Iterable[SubmissionResult]) -> list[str]:
        """Returns who was given more time, and has handed in nothing under that name."""
        there = {(result.assignment, result.learner) for result in results}
        return [f"{learner} ({exercise})" for exercise, people in self.more_time.items() for learner in people
                if (exercise, learner) not in there]

    def apply(self, result: SubmissionResult) -> SubmissionResult:
        """Returns the result without the points that being late cost.

        Nothing is taken where the time of handing in is not known.
        """
        own = self.more_time.get(result.assignment, {}).get(result.learner)
        due = own or self.due.get(result.assignment)
        if not due or result.status is Verdict.ERROR:
            return result
        then = self._handed_in(result, datetime.fromisoformat(due))
        if then is None:
            unclear = unclear_zone(result.handed_in)
            return replace(result, lateness=Lateness(due, unclear_zone=unclear)) if result.late or unclear else result
        over = then - datetime.fromisoformat(due)
        if over <= timedelta(minutes=self.grace_minutes):
            return replace(result, late=False)
        days = math.ceil(over / DAY)
        percent = min(days * self.percent_per_day, self.most_percent)
        taken = round(result.earned * percent / 100, 2)
        return replace(result, late=True, lateness=Lateness(due, over.total_seconds(), days, percent, taken))

    def _handed_in(self, result: SubmissionResult, due: datetime) -> datetime | None:
        """Returns when it was handed in; None where nothing says it."""
        return moment(result.handed_in, ZoneInfo(self.zone) if self.zone else due.tzinfo)


def read_rule(path: Path) -> Rule:
    """Reads the rule from a file.

    Raises:
        CourseError: it cannot be read, or an entry in it is not valid; the message names it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CourseError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not in UTF-8. Save it so, and try again.") from error
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is no TOML: {error}. A date is written 2026-11-02T23:59:00, and a name with spaces "
                          "in quotation marks.") from error
    unknown = [name for name in data if name not in KNOWN]
    if unknown:
        raise CourseError(f"{path}: nothing is called {unknown[0]!r}. There are: {', '.join(KNOWN)}.")
    zone = _zone(path, data.get("zone", ""))
    numbers = {name: _number(path, name, data[name], *limits) for name, limits in NUMBERS.items() if name in data}
    due = _table(path, "due", data.get("due", {}))
    more = _table(path, "more-time", data.get("more-time", {}))
    if without := [exercise for exercise in more if exercise not in due]:
        raise CourseError(f"{path}: [more-time.{without[0]}] is of an exercise without a date under [due]. Give it "
                          "one.")
    return Rule(
        {exercise: _when(path, f"due.{exercise}", value, zone) for exercise, value in due.items()},
        {exercise: {learner: _when(path, f"more-time.{exercise}.{learner}", value, zone)
                    for learner, value in _table(path, f"more-time.{exercise}", people).items()}
         for exercise, people in more.items()},
        zone, **numbers, source=path.name)


def _zone(path: Path, value: object) -> str:
    try:
        return ZoneInfo(value).key if isinstance(value, str) and value else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CourseError(f"{path}: zone = {value!r} is no time zone that this system knows. Write it as in "
                          '"Europe/Berlin" or "America/New_York".') from None


def _number(path: Path, name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise CourseError(f"{path}: {name} = {value!r} is no number from {low:g} to {high:g}.")
    return float(value)


def _table(path: Path, name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CourseError(f"{path}: {name!r} is no table. Write [{name}] on a line of its own, and its dates below.")
    return value


def _when(path: Path, name: str, value: object, zone: str) -> str:
    """Returns a moment as ISO 8601 text with its zone; for a day alone its end."""
    is_day = False
    if isinstance(value, date) and not isinstance(value, datetime):
        is_day, value = True, datetime.combine(value, time(23, 59, 59, fold=1))  # of two such times the later one
    if not isinstance(value, datetime):
        raise CourseError(f"{path}: {name} = {value!r} is no date. Write it without quotation marks, as in "
                          "2026-11-02T23:59:00.")
    if value.tzinfo is None:
        if not zone:
            raise CourseError(f"{path}: {name} does not say of which zone its time is. Write zone = \"Europe/Berlin\" "
                              "at the top, or the difference behind the time, as in 2026-11-02T23:59:00+01:00.")
        value = value.replace(tzinfo=ZoneInfo(zone))
        first, second = (value.replace(fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset() and not (is_day and _is_there(second)):
            clock = value.replace(tzinfo=None).isoformat()
            there = "is there twice" if _is_there(first) else "does not exist"
            remedy = f"Say which is meant, {first.isoformat()} or {second.isoformat()}." if _is_there(first) else (
                "Write a time that the clock shows on that day.")
            raise CourseError(f"{path}: {name} = {clock} {there} in {zone}: the clock is changed then. {remedy}")
    return value.isoformat()


def _is_there(moment: datetime) -> bool:
    """Returns whether the clock of its zone ever shows this time."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)


def told(results: Sequence[SubmissionResult], rule: Rule) -> list[str]:
    """Returns sentences for the instructor about the rule and about those who were late."""
    late = [result.lateness for result in results if result.lateness and result.lateness.days]
    undecided = [(result.learner, result.lateness.unclear_zone) for result in results
                 if result.lateness and not result.lateness.days]
    unknown = [learner for learner, zone in undecided if not zone]
    zones = sorted({zone for _, zone in undecided if zone})
    silent = sum(not result.handed_in and not result.late and result.assignment in rule.due for result in results)
    sentences = []
    if undated := sorted({result.assignment for result in results if result.assignment} - set(rule.due)):
        sentences.append(f"{rule.source} has no date for {', '.join(undated)}, so nothing of that is late. It has "
                         f"dates for {', '.join(rule.due)}.")
    if late:
        taken = sum(one.taken > 0 for one in late)
        sentences.append(f"{len(late)} of {len(results)} came after the due date; points are taken from {taken}.")
    if unknown:
        sentences.append(f"Of {len(unknown)} the system says that they were late, and not by how much; nothing is "
                         f"taken: {listed(unknown, MOST_NAMED)}.")
    if zones:
        unclear = [learner for learner, zone in undecided if zone]
        sentences.append(f"Of {len(unclear)} the time is of a zone of which it is not clear which is meant: "
                         f"{listed([*map(repr, zones)])}. Nothing is taken from {listed(unclear, MOST_NAMED)}. If "
                         f"your course's zone is called so, write it into {rule.source}, such as zone = "
                         '"America/Los_Angeles".')
    if silent:
        sentences.append(f"Of {silent} nothing says when they were handed in; nothing is taken from them.")
    if strangers := rule.strangers(results):
        sentences.append(f"{rule.source} gives more time to some who have handed in nothing under that name: "
                         f"{listed(strangers, MOST_NAMED)}. Names are those of grades.csv.")
    return sentences
