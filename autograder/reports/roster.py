"""Tables of people that other systems export, and who in them a learner is.

Nothing is guessed: a learner is one row for certain, or none.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import CourseError
from autograder.reports import text

IDENTIFIERS = ("id", "sisuserid", "sisloginid", "integrationid", "idnumber", "username", "emailaddress",
               "email", "sid", "studentid", "login", "learner", "identifier")
"""Columns that tell one learner from all others, as `squashed` sees their headers."""

FIRST_NAMES = ("firstname", "givenname")
LAST_NAMES = ("lastname", "surname", "familyname")
CANVAS_POINTS = "Points Possible"
"""What Canvas writes into the row under the header, where nobody stands."""

WHOLE_NAMES = ("student", "fullname", "name")


@dataclass(frozen=True)
class Table:
    """A CSV file of another system: its header, and its rows, each as long as the header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def columns(self, names: Sequence[str]) -> list[int]:
        """Where the columns called one of `names` are, in the order of the file."""
        return [place for place, name in enumerate(self.header) if squashed(name) in names]

    def first(self, row: Sequence[str], names: Sequence[str]) -> str:
        """The first cell of `row` under one of `names` that is not empty; empty when there is none."""
        return next((row[place] for place in self.columns(names) if row[place].strip()), "")


def read_table(path: Path, fewest: int = 2) -> Table:
    """Read a CSV file: comma, semicolon or tab between cells; UTF-8 or UTF-16; `fewest` columns or more.

    Raises:
        CourseError: it cannot be read, has no header, or names the same column twice.
    """
    try:
        raw = path.read_bytes()
        content = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        lines = content.splitlines(keepends=True)
        tables = [[row for row in csv.reader(lines, delimiter=mark) if any(row)] for mark in ",;\t"]
    except OSError as error:
        raise CourseError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeError as error:
        raise CourseError(
            f"{path} is not UTF-8. Save it in the spreadsheet as “CSV UTF-8” and try again."
        ) from error
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV file: {error}.") from error
    table = max(tables, key=lambda rows: len(rows[0]) if rows else 0)
    if not table or len(table[0]) < fewest:
        raise CourseError(f"{path} is no table: its first line must name the columns, with commas between.")
    header = tuple(name.strip() for name in table[0])
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise CourseError(f"{path} has two columns called {twice[0]!r}. Remove one of them.")
    width = len(header)
    return Table(path, header, tuple(tuple((row + [""] * width)[:width]) for row in table[1:]))


@dataclass(frozen=True)
class Found:
    """Who is who.

    Attributes:
        rows: learner and row, in the order of the table.
        unmatched: learners that nobody in the table fits.
        ambiguous: learners that several fit, or that share one person with another learner.
        absent: the people of the table that no learner is.
        nobody: those of them that none of the ambiguous learners could be either.
    """

    rows: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unmatched: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()


def find(table: Table, rows: Sequence[tuple[str, ...]], learners: Sequence[str]) -> Found:
    """Find each of `learners` among `rows` of `table`.

    Compared are, in this order: identifiers (login, email, number); names in
    any order, without spaces and case, as Canvas writes them into file names;
    the same without accents; and a number of three or more digits within the
    learner's name, as in `lovelaceada_40312`. The first kind of evidence that
    fits anybody decides.
    """
    ids = [{_plain(value) for value in _identifiers(table, row)} for row in rows]
    names = [_names(table, row) for row in rows]
    evidence = (
        (ids, lambda learner: {_plain(learner)}),
        ([{squashed(name) for name in own} for own in names], lambda learner: set(map(squashed, _bare(learner)))),
        ([{_unaccented(name) for name in own} for own in names], lambda learner: set(map(_unaccented, _bare(learner)))),
        ([{number for value in own for number in _numbers(value)} for own in ids], _numbers),
    )
    places: dict[str, list[int]] = {}
    for learner in learners:
        fits = ([place for place, own in enumerate(known) if own & (wanted(learner) - {""})]
                for known, wanted in evidence)
        places[learner] = next((found for found in fits if found), [])
    claims = Counter(own[0] for own in places.values() if len(own) == 1)
    sure = {own[0]: learner for learner, own in places.items() if len(own) == 1 and claims[own[0]] == 1}
    certain = set(sure.values())
    claimed = {place for own in places.values() for place in own}
    shown = [(names[place] or _identifiers(table, row) or ["(no name)"])[0] for place, row in enumerate(rows)]
    return Found(
        rows=[(sure[place], row) for place, row in enumerate(rows) if place in sure],
        unmatched=tuple(learner for learner, own in places.items() if not own),
        ambiguous=tuple(learner for learner, own in places.items() if own and learner not in certain),
        absent=tuple(name for place, name in enumerate(shown) if place not in sure),
        nobody=tuple(name for place, name in enumerate(shown) if place not in claimed),
    )


@dataclass(frozen=True)
class Attendance:
    """A class list held against what was handed in.

    Attributes:
        people: how many are on the list.
        missing: for each exercise those on the list who handed in nothing for it. Who may be the author of
            something that is not certain is not among them.
        unmatched: learners that nobody on the list fits.
        ambiguous: learners that several fit, or that share one person with another learner.
    """

    people: int
    missing: Mapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()

    def remarks(self) -> list[str]:
        """One line for each thing that the instructor should know, for the terminal."""
        told = [(f"{len(names)} of {self.people} on the roster handed in nothing for {name}", names)
                for name, names in self.missing.items()]
        told += [(f"{len(self.unmatched)} learners that nobody on the roster fits", self.unmatched),
                 (f"{len(self.ambiguous)} learners of whom it is not certain who they are", self.ambiguous)]
        return [f"{what}: {text.clip(', '.join(map(text.line, names)), 500)}" for what, names in told if names]


def read_roster(path: Path) -> Table:
    """The class list: a CSV with one row for each person, and a column for names, email addresses or numbers.

    Raises:
        CourseError: it cannot be read, has no such column, or has somebody in it twice.
    """
    table = read_table(path, fewest=1)
    known = (*IDENTIFIERS, *WHOLE_NAMES, *FIRST_NAMES, *LAST_NAMES)
    if not table.columns(known):
        raise CourseError(
            f"{path} has no column that says who somebody is. Call one of its columns Name, Email, ID, Username "
            "or Learner; it has: " + text.clip(", ".join(map(repr, table.header)), 300) + "."
        )
    people = [row for row in table.rows if any(row[place].strip() for place in table.columns(known))
              and CANVAS_POINTS not in row[0]]
    for place in table.columns(IDENTIFIERS):
        _refuse_twice(path, table.header[place], [_plain(row[place]) for row in people])
    if not table.columns(IDENTIFIERS):
        _refuse_twice(path, "name", [" ".join(map(_plain, row)) for row in people])
    if not people:
        raise CourseError(f"There is nobody in {path}: it has a header, and no rows.")
    return Table(path, table.header, tuple(people))


def _refuse_twice(path: Path, column: str, values: Sequence[str]) -> None:
    twice = [value for value, times in Counter(values).items() if value.strip() and times > 1]
    if twice:
        raise CourseError(
            f"{path} has the same {column} in more than one row: {text.clip(', '.join(map(repr, twice)), 300)}. "
            "Each person stands in it once; remove the other rows and try again."
        )


def attendance(table: Table, handed_in: Sequence[tuple[str, str]]) -> Attendance:
    """Who on the class list handed in nothing, and who handed in without being on it.

    Args:
        table: from `read_roster`.
        handed_in: learner and exercise, one pair for each submission. Where the exercise is not known it is
            empty, and the submission counts for none.
    """
    learners = list(dict.fromkeys(learner for learner, _ in handed_in if learner.strip()))
    found = find(table, table.rows, learners)
    missing = {}
    for assignment in sorted({assignment for _, assignment in handed_in if assignment}):
        there = {learner for learner, own in handed_in if own == assignment}
        missing[assignment] = (*found.nobody, *(learner for learner, _ in found.rows if learner not in there))
    return Attendance(len(table.rows), missing, found.unmatched, found.ambiguous)


def _identifiers(table: Table, row: Sequence[str]) -> list[str]:
    return [row[place] for place in table.columns(IDENTIFIERS) if row[place].strip()]


def _names(table: Table, row: Sequence[str]) -> list[str]:
    """The ways to write a person's name: whole, and first and last in both orders."""
    found = [row[place] for place in table.columns(WHOLE_NAMES) if row[place].strip()]
    given, family = table.first(row, FIRST_NAMES), table.first(row, LAST_NAMES)
    if given or family:
        found += [f"{given} {family}".strip(), f"{family} {given}".strip()]
    for name in list(found):
        last, comma, first = name.partition(",")
        if comma:
            found.append(f"{first.strip()} {last.strip()}")
    return found


def _bare(learner: str) -> list[str]:
    """A learner's name, and without the number that Canvas and Moodle put after it in file names."""
    return [learner, re.sub(r"_[0-9]+$", "", learner)]


def _numbers(value: str) -> set[str]:
    """The parts of `value` that are numbers of three or more digits."""
    return {part for part in re.split(r"[\W_]+", value) if re.fullmatch(r"[0-9]{3,}", part)}


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def squashed(value: str) -> str:
    """Letters and digits only, without case."""
    return "".join(character for character in _plain(value) if character.isalnum())


def _unaccented(value: str) -> str:
    return squashed("".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c)))
