"""Reads tables of people that other systems export, and finds who in them a learner is.

Nothing is guessed: a learner is one row for certain, or none. Each column has a kind (`people.Kind`), and is compared
with identifiers of the same kind only. Its title says what a column is, in the languages that the systems speak
(`titles.toml`).
"""

from __future__ import annotations

import csv
import functools
import io
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.grading.results import SubmissionResult
from autograder.reports import text
from autograder.submissions.encoding import decode
from autograder.submissions.identity import joined
from autograder.submissions.names import stem
from autograder.submissions.people import Directory, Ids, Kind, Person, plain, squashed
from autograder.submissions.systems.github import kind_of

CANVAS_POINTS = "Points Possible"
"""The texts that Canvas writes into the row under the header, which is no person's."""

LEAST_WORD = 3
"""Letters of the word for a participant: fewer stand before a student's number."""

NUMBER_AT_END = re.compile(r"\D*(\d+)\s*")


@functools.cache
def titles() -> Mapping[str, frozenset[str]]:
    """Returns the titles of columns, by their content, in the form of `squashed`."""
    known = tomllib.loads(Path(__file__).with_name("titles.toml").read_text(encoding="utf-8"))
    return {what: frozenset(map(squashed, names)) for what, names in known.items()}


@dataclass(frozen=True)
class Table:
    """A CSV file of another system: its header, and its rows, each as long as the header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    named: Mapping[str, str] = field(default_factory=dict)
    """The content of some columns, as the instructor names it: titles, by content."""

    lines: tuple[int, ...] = ()
    """The line of the file in which each row ends, from 1."""

    def columns(self, names: Iterable[str]) -> list[int]:
        """Returns where the columns called one of `names` are, in the order of the file."""
        return [place for place, name in enumerate(self.header) if squashed(name) in names]

    def holding(self, *what: str) -> list[int]:
        """Returns where the columns with this content are, by the instructor's word, else by `titles`."""
        places = []
        for one in what:
            if one in self.named:
                places += [place for place, name in enumerate(self.header) if name == self.named[one]]
            else:
                places += [place for place in self.columns(titles()[one]) if self.header[place] not in
                           self.named.values()]
        return sorted(set(places))

    def first(self, row: Sequence[str], *what: str) -> str:
        """Returns the first cell of `row` in a column with this content that is not empty; empty when there is none."""
        return next((row[place] for place in self.holding(*what) if row[place].strip()), "")

    @functools.cached_property
    def identifiers(self) -> dict[int, Kind | None]:
        """The columns of identifiers, with their kind; None where each cell says what it is by its form."""
        kinds: dict[int, Kind | None] = {}
        for what, kind in (("login", Kind.LOGIN), ("email", Kind.EMAIL), ("number", Kind.NUMBER),
                           ("github", Kind.GITHUB), ("group", Kind.GROUP), ("label", Kind.LABEL),
                           ("ilias", Kind.ILIAS)):
            kinds |= dict.fromkeys(self.holding(what), kind)
        for place in self.holding("id"):
            kinds[place] = Kind.CANVAS if self.is_canvas else Kind.NUMBER
        for place in self.holding("student_id"):
            kinds[place] = Kind.LOGIN if self.columns({"studentname"}) else Kind.NUMBER  # Sakai means its user names
        for place in self.holding("identifier"):
            kinds[place] = None
        if Kind.EMAIL not in kinds.values():  # in a language that is not known, by its form
            kinds |= dict.fromkeys((place for place in range(len(self.header)) if self._is_email(place)), Kind.EMAIL)
        if self.participants is not None:
            kinds[self.participants] = Kind.PARTICIPANT
        return kinds

    @property
    def people(self) -> list[tuple[str, ...]]:
        """The rows that are a person's."""
        return [row for row in self.rows if self.is_of_a_person(row)]

    def is_of_a_person(self, row: Sequence[str]) -> bool:
        """Returns whether a row is a person's: not Canvas' points, not its test student, and not without name or id."""
        known = [*self.identifiers, *self.holding("whole_name", "first_name", "last_name")]
        return (CANVAS_POINTS not in row[0] and row[0].strip() != "Student, Test"
                and any(row[place].strip() for place in known if place or not self.is_canvas))

    @functools.cached_property
    def unnamed(self) -> int | None:
        """The place of the names in a Moodle worksheet of an unknown language: between participant and address."""
        start = self.participants
        if start is None or self.holding("whole_name", "first_name", "last_name"):
            return None
        return start + 1 if start + 2 < len(self.header) and self._is_email(start + 2) else None

    def _is_email(self, place: int) -> bool:
        """Returns whether every cell of a column that is not empty is an address."""
        cells = [row[place].strip() for row in self.rows if row[place].strip()]
        return bool(cells) and all(re.fullmatch(r"[^@\s]+@[^@\s]+", cell) for cell in cells)

    @property
    def is_canvas(self) -> bool:
        """Whether this is Canvas' gradebook, whose ID is a number of its own."""
        return bool(self.columns({"section"}) and self.columns({"student", "sisuserid", "sisloginid"}))

    @functools.cached_property
    def participants(self) -> int | None:
        """The place of the participants in Moodle's grading worksheet: the same word and another number in each row."""
        for place in (*self.holding("identifier", "id"), *range(min(len(self.header), 1))):
            cells = [row[place].strip() for row in self.rows if row[place].strip()]
            words = {re.sub(r"\d+$", "", cell).strip() for cell in cells}
            is_numbered = len(words) == 1 and len(next(iter(words))) >= LEAST_WORD and all(
                map(NUMBER_AT_END.fullmatch, cells))
            if is_numbered and len(set(cells)) == len(cells) and (self.holding("maximum") or self.constant):
                return place
        return None

    @functools.cached_property
    def constant(self) -> list[int]:
        """The columns with the same number in every row: the most that can be reached."""
        return [place for place in range(1, len(self.header)) if self.rows
                and len({row[place] for row in self.rows}) == 1
                and re.fullmatch(r"\d+([.,]\d+)?", self.rows[0][place].strip())]


def read_table(path: Path, fewest: int = 2, named: Mapping[str, str] | None = None) -> Table:
    """Reads a CSV file of `fewest` columns or more: any usual separator, any encoding that is certain.

    Args:
        path: the file.
        fewest: columns that it must have.
        named: content -> title of some columns, with the names of `titles`.

    Raises:
        CourseError: it cannot be read, has no header, names the same column twice, or a row is longer than it.
    """
    try:
        raw = path.read_bytes()
        _refuse_other_formats(path, raw)
        content = decode(raw, str(path))
        first, _, rest = content.partition("\n")
        if re.fullmatch(r"sep=.\r?", first):  # Excel's own line
            content = rest
        tables = {}
        for mark in ",;\t|":
            reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark)
            tables[mark] = [(reader.line_num, row) for row in reader if any(row)]
    except OSError as error:
        raise CourseError(f"Cannot read {path}: {error.strerror}.") from error
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV file: in line {reader.line_num}, {error}.") from error
    mark, table = max(tables.items(), key=lambda one: len(one[1][0][1]) if one[1] else 0)
    _refuse_unclosed(path, content, mark)
    if not table or len(table[0][1]) < fewest:
        raise CourseError(f"{path} is no table: its first line must name the columns, with commas between.")
    header = tuple(name.strip() for name in table[0][1])
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise CourseError(f"{path} has two columns called {twice[0]!r}. Remove one of them.")
    width = len(header)
    for line, row in table[1:]:
        if any(cell.strip() for cell in row[width:]):
            raise CourseError(f"{path}, line {line}, has {len(row)} cells, and the header {width}. Is a text with a "
                              "comma in it not in quotation marks? Save it in the spreadsheet as “CSV UTF-8”. Or "
                              f"is line {table[0][0]} a title? Then take it out: the first line must name the columns.")
    for what, title in (named or {}).items():
        if what not in titles():
            raise CourseError(f"--columns: there is no {what!r}. There are: {', '.join(sorted(titles()))}.")
        if title not in header:
            raise CourseError(f"--columns: {path} has no column {title!r}. It has: "
                              + text.clip(", ".join(map(repr, header)), 600) + ".")
    return Table(path, header, tuple(tuple((row + [""] * width)[:width]) for _, row in table[1:]), named or {},
                 tuple(line for line, _ in table[1:]))


def _refuse_other_formats(path: Path, raw: bytes) -> None:
    """Refuses a workbook that is called .csv."""
    start = raw[:4096]
    what = ("a LibreOffice table (.ods)" if start.startswith(b"PK") and b"opendocument" in start else
            "an Excel workbook (.xlsx), or another zip" if start.startswith(b"PK\x03\x04") else
            "an old Excel workbook (.xls)" if start.startswith(b"\xd0\xcf\x11\xe0") else
            "a PDF" if start.startswith(b"%PDF") else
            "a web page" if re.match(rb"\s*<(?:!doctype|html|table|\?xml)", start, re.IGNORECASE) else "")
    if what:
        raise CourseError(f"{path} is {what}, not a CSV file. Open it in the spreadsheet, save it as “CSV UTF-8”, and "
                          "give that file.")


def _refuse_unclosed(path: Path, content: str, mark: str) -> None:
    """Refuses a quotation mark that opens a cell and never closes: it would take all later rows into that cell."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark, strict=True)
    begins = 1
    try:
        for _ in reader:
            begins = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise CourseError(f"{path}, line {begins}, has a quotation mark that opens a cell and is never closed. "
                              "Close it, or remove it, and try again.") from None


def person(table: Table, row: Sequence[str], place: int = 0) -> Person:
    """Returns the person in a row of a table."""
    ids: dict[Kind, list[str]] = {}
    for column, kind in table.identifiers.items():
        value = row[column].strip()
        if not value:
            continue
        if kind is Kind.PARTICIPANT:
            match = NUMBER_AT_END.fullmatch(value)
            value = match[1] if match else ""
        kind = kind or kind_of(value)
        ids.setdefault(kind, []).append(value)
        if kind is Kind.LOGIN and "@" in value:
            ids.setdefault(Kind.EMAIL, []).append(value)
    if names := names_in(table, row):
        ids.setdefault(Kind.NAME, []).extend(names)
    values = [value for kind, own in ids.items() for value in own if kind != Kind.GROUP]
    return Person(ids, names[0] if names else next(iter(values), "(no name)"), place)


def of_result(result: SubmissionResult) -> Ids:
    """Returns the identifiers of a learner.

    In a result of an earlier version that is only a name, perhaps with a system's number.
    """
    ids = dict(result.identity.ids)
    if not ids:
        ids = {Kind.LABEL: [result.learner]}
        if bare := re.sub(r"_[0-9]+$", "", result.learner):
            ids[Kind.NAME] = [bare]
    return ids


@dataclass(frozen=True)
class Matching:
    """The outcome of a search for learners in a table.

    Attributes:
        rows: learner and row, in the order of the table.
        unmatched: learners that nobody in the table fits, and why.
        ambiguous: learners that several fit, or that share one person with another learner, and why.
        absent: the people of the table that no learner is.
        nobody: those of them that none of the ambiguous learners could be either.
        maybe: those of them who may be one of the ambiguous learners.
        waiting: those of them who may be one of the learners that are left out until it is certain who they are.
    """

    rows: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unmatched: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def find(table: Table, rows: Sequence[tuple[str, ...]], learners: Mapping[str, Ids],
         members: Mapping[str, Sequence[Ids]] | None = None, unsure: Mapping[str, Ids] | None = None) -> Matching:
    """Finds each of `learners`, given with their identifiers, among `rows` of `table`; for groups each of `members`.

    Those of `unsure` are not to be written: the search only notes who in the table they may be.
    """
    people = [person(table, row, place) for place, row in enumerate(rows)]
    directory = Directory(people)
    found = directory.match(learners, members)
    waiting = directory.match(unsure or {}).claimed
    sure = {place: learner for learner, places in found.places.items() for place in places}
    return Matching(
        rows=[(sure[place], row) for place, row in enumerate(rows) if place in sure],
        unmatched=found.unmatched,
        ambiguous=found.ambiguous,
        absent=tuple(one.shown for place, one in enumerate(people) if place not in sure),
        nobody=tuple(one.shown for place, one in enumerate(people) if place not in found.claimed | waiting),
        maybe=tuple(one.shown for place, one in enumerate(people) if place in found.claimed and place not in sure),
        waiting=tuple(one.shown for place, one in enumerate(people)
                      if place in waiting and place not in found.claimed),
    )


@dataclass(frozen=True)
class Attendance:
    """A class list compared with the work handed in.

    Attributes:
        people: how many are on the list.
        missing: for each exercise, the people on the list who have no work. Possible authors of an uncertain file are
            not among them.
        unmatched: learners that nobody on the list fits.
        ambiguous: learners that several fit, or that share one person with another learner.
        persons: the missing people, by their names: name, ID and email as the list has them.
        not_understood: columns of the list that may say who somebody is, and whose titles are not known.
        maybe: for each exercise, those who may be the author of an uncertain file.
        waiting: for each exercise how many of its submissions may be theirs: those that wait to be checked, or are
            anonymous, and are nobody's on the list so far, or may be two people's.
        to_check: whether any of them waits to be checked, and not all are anonymous.
    """

    people: int
    missing: Mapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    persons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_understood: tuple[str, ...] = ()
    maybe: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    to_check: bool = True

    @property
    def without(self) -> dict[str, tuple[str, ...]]:
        """Returns, for each exercise, everybody on the list who has no submission that is theirs for certain."""
        return {name: (*names, *self.maybe.get(name, ())) for name, names in self.missing.items()}

    def unless(self, assignment: str) -> str:
        """Returns which uncertain work the missing people may have handed in after all; empty if it is certain."""
        count = self.waiting.get(assignment, 0)
        theirs = "is theirs" if count == 1 else "are theirs"
        what = "to check" if self.to_check else "anonymous ones"
        return f", unless {'the one' if count == 1 else f'some of the {count}'} {what} {theirs}" if count else ""

    def remarks(self) -> list[str]:
        """Returns one line for each thing that the instructor should know, for the terminal."""
        told = [(f"{len(names)} of {self.people} on the roster handed in nothing for {name}{self.unless(name)}", names)
                for name, names in self.missing.items()]
        told += [(f"{len(names)} of {self.people} on the roster may be one of those to check for {name}", names)
                 for name, names in self.maybe.items()]
        told += [(f"{len(self.unmatched)} learners that nobody on the roster fits", self.unmatched),
                 (f"{len(self.ambiguous)} learners of whom it is not certain who they are", self.ambiguous),
                 ("No column of the roster is known to hold names. If one of these does, call it Name",
                  self.not_understood)]
        return [f"{what}: {text.clip(joined([*map(text.line, names)]), 500)}" for what, names in told if names]


def read_roster(path: Path) -> Table:
    """Reads the class list: a CSV with one row for each person, and a column for names, email addresses or numbers.

    Raises:
        CourseError: it cannot be read, has no such column, or has somebody in it twice.
    """
    table = read_table(path, fewest=1)
    if like_data := [name for name in table.header if re.fullmatch(r"[^@\s]+@[^@\s]+|\d{2,}", name)]:
        raise CourseError(f"{path} has no header: its first line names somebody ({like_data[0]!r}). Put a line above "
                          "it that says what the columns are, such as Name,Email,ID.")
    known = [*table.identifiers, *table.holding("whole_name", "first_name", "last_name")]
    if not known:
        raise CourseError(
            f"{path} has no column that says who somebody is. Call one of its columns Name, Email, ID, Username "
            "or Learner; it has: " + text.clip(", ".join(map(repr, table.header)), 300)
            + ". If that is a person, put a line with the names of the columns above it."
        )
    _refuse_broken_cells(table, known)
    people = [(line, row) for line, row in zip(table.lines, table.rows, strict=True) if table.is_of_a_person(row)]
    identifiers = [place for place, kind in table.identifiers.items() if kind is not Kind.GROUP]
    for place in identifiers:
        _refuse_twice(path, table.header[place], [(line, plain(row[place])) for line, row in people])
    if not identifiers:
        _refuse_twice(path, "name", [(line, " ".join(map(plain, row))) for line, row in people])
    if not people:
        raise CourseError(f"There is nobody in {path}: it has a header, and no rows.")
    return Table(path, table.header, tuple(row for _, row in people), lines=tuple(line for line, _ in people))


def _refuse_broken_cells(table: Table, known: Iterable[int]) -> None:
    """Refuses names and identifiers that are not in one line, or not as the institution wrote them."""
    numbers = {place for place, kind in table.identifiers.items() if kind not in (Kind.GROUP, Kind.EMAIL, Kind.LABEL)}
    for line, row in zip(table.lines, table.rows, strict=True):
        for place in known:
            cell = row[place].strip()
            if "\n" in cell or "\r" in cell:
                raise CourseError(f"{table.path}, line {line}: the cell under {table.header[place]!r} goes over "
                                  "several lines. A quotation mark before it is not closed, or should not be there.")
            if place in numbers and re.fullmatch(r"\d+(?:[.,]\d+)?[eE]\+?\d+|\d+[.,]0+", cell):
                raise CourseError(f"{table.path}, line {line}: {cell!r} under {table.header[place]!r} is a number that "
                                  "a spreadsheet has changed. Export the list again and do not save it in the "
                                  "spreadsheet, or format that column as text.")


def not_understood(table: Table) -> tuple[str, ...]:
    """Returns columns of text that may identify people, and whose titles are not known; none where names are known."""
    if table.holding("whole_name", "first_name", "last_name") or table.unnamed is not None:
        return ()
    return tuple(name for place, name in enumerate(table.header) if name and place not in table.identifiers
                 and not any(squashed(name) in known for known in titles().values())
                 and any(re.search(r"[^\W\d_]", row[place]) for row in table.rows))


def people_of(table: Table) -> list[Person]:
    """Returns the people of a class list."""
    return [person(table, row, place) for place, row in enumerate(table.rows)]


def _refuse_twice(path: Path, column: str, values: Sequence[tuple[int, str]]) -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    for line, value in values:
        lines[value].append(str(line))
    twice = [f"{value!r} (lines {' and '.join(own)})" for value, own in lines.items() if value.strip() and len(own) > 1]
    if twice:
        raise CourseError(
            f"{path} has the same {column} in more than one row: {text.clip(', '.join(twice), 300)}. "
            "Each person stands in it once; remove the other rows and try again."
        )


def attendance(table: Table, results: Sequence[SubmissionResult], left: Sequence[str] = ()) -> Attendance:
    """Finds who on the class list handed in nothing, and who handed in without being on it.

    Args:
        table: from `read_roster`.
        results: the work handed in. Where the exercise is not known it is empty, and the submission counts for none.
        left: paths of files that are not graded: a person whom a part of one names may have handed in something.
    """
    learners = {result.learner: of_result(result) for result in results if result.learner.strip()}
    people = people_of(table)
    directory = Directory(people)
    not_read = directory.match({label: {Kind.LABEL: [label]} for path in left for label in _labels(path)}).claimed
    found = directory.match(learners, {result.learner: result.identity.members for result in results})
    times = Counter(one.shown for one in people)
    shown = [one.shown if times[one.shown] == 1 else f"{one.shown} ({_distinct(one)})" for one in people]
    missing, possible, waiting = {}, {}, {}
    absent: set[int] = set()
    for assignment in sorted({result.assignment for result in results if result.assignment}):
        there = {place for result in results if result.assignment == assignment
                 for place in found.places.get(result.learner, ())}
        # A possible author of an uncertain file is not missing for certain.
        open_ = {result.learner: learners[result.learner] for result in results if result.assignment == assignment
                 and result.learner in learners and result.learner not in found.places}
        maybe = directory.match(open_).claimed | not_read
        gone = [place for place in range(len(people)) if place not in there]
        missing[assignment] = tuple(shown[place] for place in gone if place not in maybe)
        possible[assignment] = tuple(shown[place] for place in gone if place in maybe)
        waiting[assignment] = sum(_may_be_anothers(result, found.places.get(result.learner, ()))
                                  for result in results if result.assignment == assignment)
        absent |= set(gone)
    persons = {shown[place]: listed(people[place]) for place in absent}
    return Attendance(len(people), missing, tuple(found.unmatched), tuple(found.ambiguous), persons,
                      not_understood(table), possible, waiting, any(result.identity.doubts for result in results))


def _labels(path: str) -> set[str]:
    """Returns the parts of a path that may name somebody: its folders, and the file's own name without endings."""
    *folders, name = PurePosixPath(path).parts
    own = name.removeprefix(".")
    return {*folders[1:], own, stem(own), own.partition(".")[0]} - {""}


def _may_be_anothers(result: SubmissionResult, places: Sequence[int]) -> bool:
    """Returns whether a submission may be that of somebody who seems to be missing: nobody's, or two people's."""
    identity = result.identity
    return (bool(identity.doubts or identity.system) and not places) or identity.may_be_two


def _distinct(one: Person) -> str:
    """Returns what distinguishes somebody from others of the same name: their place in the list if nothing else."""
    ids = (value for kind, values in one.ids.items() if kind not in (Kind.NAME, Kind.GROUP) for value in values)
    return next(ids, str(one.row + 1))


def listed(one: Person) -> dict[str, str]:
    """Returns name, ID and email of somebody, as a list has them."""
    return {"name": one.first(Kind.NAME), "id": one.first(Kind.NUMBER), "email": one.first(Kind.EMAIL)}


def names_in(table: Table, row: Sequence[str]) -> list[str]:
    """Returns a person's name, whole, and from its parts."""
    found = [row[place].strip() for place in table.holding("whole_name") if row[place].strip()]
    if table.unnamed is not None and row[table.unnamed].strip():
        found.append(row[table.unnamed].strip())
    given, family = table.first(row, "first_name").strip(), table.first(row, "last_name").strip()
    if given and not table.holding("last_name"):  # a German list: Vorname, Name
        family, found = found[0] if found else "", []
    if given or family:
        found.append(f"{given} {family}".strip())
    return found
