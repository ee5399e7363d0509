"""Grade files that Canvas, Moodle and others take back.

A file is best made from a template, the CSV that the system itself exports:
then the learners are found by the system's own identifiers, and the grade
goes into the system's own column. Only what an import needs is written: the
columns that say who somebody is, and the grades.

Rules that hold for every file:

- Nothing is guessed. A learner who fits nobody in the template, or two
  people, is listed and left out.
- Nothing is wiped out. A learner without a score, one on whom the grader
  itself failed included, gets no row, so that the import leaves them alone.
- No text can become a formula, and none of the template's: learners choose the
  names in it. Identifiers made only of letters, digits and `._@+-` are kept as
  they are, because the import looks people up by them and nothing can be called
  with them; every other text goes through `text.cell`. It is said whose cells
  were changed by that.

Sources of the formats: Canvas LMS, `lib/gradebook_exporter.rb` and
`lib/gradebook_importer.rb`; Moodle, `grade/export/txt`, `grade/import/csv` and
`mod/assign/feedback/offline`, of which `importgradeslib.php` was read. Of
Blackboard, Brightspace, Sakai and ILIAS the tables are from memory, and no
system of any kind was there to try them on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autograder.course import CourseError
from autograder.grading.adjust import to_decide
from autograder.grading.results import SubmissionResult
from autograder.reports import roster, text, words
from autograder.reports.files import write_export
from autograder.reports.grades import grades_csv, in_order, questions_csv, to_csv
from autograder.reports.roster import CANVAS_POINTS
from autograder.reports.targets import EXPORTS
from autograder.submissions.identity import joined, refusal
from autograder.submissions.people import Ids, Kind, squashed

CANVAS_PERSON = ("student", "lastname", "firstname", "id", "sisuserid", "sisloginid", "integrationid",
                 "rootaccount", "section")
MOODLE_KEYS = ("number", "id", "email", "login")
MOODLE_PERSON = ("first_name", "last_name", *MOODLE_KEYS)


@dataclass(frozen=True)
class Exported:
    """The file that was written, and the learners who are not in it.

    Attributes:
        path: the file.
        written: learners with a grade in it.
        ungraded: no score, because the grader itself failed.
        unmatched: nobody in the template fits.
        ambiguous: more than one person fits, or two learners would be the same person.
        locked: the system says that this grade cannot be changed.
        absent: in the template, but without a grade here.
        maybe: those of them who may be one of those who are left out.
        several: more than one submission of the same exercise; the best one counts.
        nameless: files of which it is not known who handed them in.
        unconfirmed: learners whose identity is uncertain until `identity.csv` settles it.
        why: for those whom nobody in the template fits, or more than one person, the reason.
        adjusted: learners with a score in the file that was set by hand.
        unconfined: whose notebook ran without a sandbox.
        late: from whose score something was taken for being late.
        decide: scores set by hand that no longer fit, a sentence each.
        marked: of whom a text in the file has an apostrophe in front now, so that it is no formula.
        dropped: rows of the template that are no person's, and are not in the file.
    """

    path: Path
    written: tuple[str, ...]
    ungraded: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    adjusted: tuple[str, ...] = ()
    unconfined: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def remarks(self) -> list[str]:
        """Returns one line for each thing that the instructor should know, for the terminal."""
        told = (
            (self.ungraded, "without a grade, because the grader itself failed"),
            (self.nameless, "without a grade, because it is not known who handed it in"),
            (self.unconfirmed, "left out, because it is not certain whose it is; confirm it in identity.csv, and "
                               "export again"),
            (self.unmatched, "without a grade, because nobody in the template fits"),
            (self.ambiguous, "without a grade, because it is not certain who this is in the template"),
            (self.locked, "without a grade, because it cannot be changed there"),
            (self.several, "with several submissions, of which the best counts"),
            (self.adjusted, "with scores that were set by hand"),
            (self.late, "with points taken for being late"),
            (self.marked, "with an apostrophe in front of a text that a spreadsheet would compute; look whether the "
                          "system finds them"),
            (self.unconfined, "ran without the sandbox; trust these scores only if you trust every author"),
            (self.maybe, "in the template, who may be one of those left out above; left as they are"),
            (tuple(name for name in self.absent if name not in self.maybe), "in the template, but not graded here"
             + (", unless one of those to confirm is theirs" if self.unconfirmed else "") + "; left as they are"),
            (self.dropped, "in the template, but no person's row; left out of the file"),
        )
        return [*(f"{len(names)} {what}: {text.clip(joined([*map(self._shown, names)]), 500)}"
                  for names, what in told if names), *self.decide]

    def _shown(self, learner: str) -> str:
        """Returns a learner, and the reason why there is no grade."""
        return text.line(f"{learner} ({self.why[learner]})" if learner in self.why else learner)


@dataclass(frozen=True)
class _Job:
    """The task of an export: results in order, the exercises in them, and the arguments."""

    results: Sequence[SubmissionResult]
    nameless: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    assignments: Sequence[str]
    path: Path
    column: str | None
    scale: bool
    template: roster.Table | None
    account: Path
    waiting: Sequence[SubmissionResult] = ()

    @cached_property
    def best(self) -> dict[tuple[str, str], SubmissionResult]:
        """Each learner's submission with the best score, by learner and exercise, in order."""
        best: dict[tuple[str, str], SubmissionResult] = {}
        for result in self.results:
            key = (result.learner, result.assignment)
            if words.has_score(result) and (key not in best or result.score > best[key].score):
                best[key] = result
        return best

    @cached_property
    def learners(self) -> list[str]:
        """Those with at least one score, in order."""
        return list(dict.fromkeys(learner for learner, _ in self.best))

    @cached_property
    def ids(self) -> dict[str, Ids]:
        """The identifiers of those with a score."""
        return {learner: roster.of_result(result) for (learner, _), result in self.best.items()}

    @cached_property
    def members(self) -> dict[str, Sequence[Ids]]:
        """The members of those that are groups, where the class list said who they are."""
        return {learner: result.identity.members for (learner, _), result in self.best.items()}

    @cached_property
    def unsure(self) -> dict[str, Ids]:
        """The identifiers of those who get nothing for now: it is not certain who they are, or the grader failed."""
        return {result.learner: roster.of_result(result) for result in self.waiting}

    @cached_property
    def refused(self) -> dict[str, str]:
        """Why the instructor's entries for a learner in `identity.csv` do not settle who it is."""
        return {result.learner: refusal(result.identity) or result.identity.doubts[0] for result in self.waiting
                if result.identity.doubts and (refusal(result.identity) or result.identity.confirmed)}

    @cached_property
    def possible(self) -> dict[str, float]:
        return words.possible_points(self.results)

    def grade(self, learner: str, assignment: str, factor: float = 1.0) -> str:
        """Returns a score as a cell; empty where there is none."""
        result = self.best.get((learner, assignment))
        return "" if result is None else text.number(result.score * factor, 5)

    def factor(self, assignment: str, theirs: str, where: str) -> float:
        """Returns the factor for scores, where the system counts `theirs` points for the exercise.

        Raises:
            CourseError: it counts other points than the exercise has, and `scale` was not asked for.
        """
        ours = self.possible[assignment]
        try:
            points = float(theirs.replace(",", "."))
        except ValueError:
            return 1.0
        if not ours or points == ours:
            return 1.0
        if not self.scale:
            raise CourseError(
                f"{assignment} has {text.number(ours)} points, but {where} counts {text.number(points)}. "
                f"Set it to {text.number(ours)} there, or convert the scores with --scale."
            )
        return points / ours

    def refuse_scale(self, what: str) -> None:
        """Refuses `scale` for a file that does not give the system's number of points.

        Raises:
            CourseError: `scale` was asked for.
        """
        if self.scale:
            points = " and ".join(f"{text.number(self.possible[name])} points ({name})" for name in self.assignments)
            raise CourseError(f"--scale has nothing to convert to: {what} does not say how many points are counted "
                              f"there. Leave it out, and set the maximum there to {points} before you import.")

    def put(self, table: str) -> None:
        """Writes the file, if the place is free or has an earlier export."""
        write_export(self.path, table.encode("utf-8"), self.account, self.template.path if self.template else None)

    def write(self, table: Sequence[Sequence[str]], written: Sequence[str],
              found: roster.Matching | None = None, locked: Sequence[str] = (),
              dropped: Sequence[str] = (), places: Sequence[int] = ()) -> Exported:
        if self.template and found:
            marked = [learner for learner, row in found.rows if learner in written
                      and any(_person(self.template, place, row) != row[place] for place in places)]
        else:
            marked = [learner for learner in written if identifier(learner) != learner]
        found = found or roster.Matching()
        if not written and (found.unmatched or found.ambiguous) and self.template:
            why = "; ".join(text.line(f"{learner}: {reason}")
                            for learner, reason in {**found.unmatched, **found.ambiguous}.items())
            raise CourseError(f"Nobody in {self.template.path} is one of those who were graded, so nothing is written. "
                              + text.clip(why, 2000) + ". Is it the template of this class? Its columns are: "
                              + text.clip(", ".join(self.template.header), 300) + ". Where one holds something else "
                              "than its title says, say so, such as --columns \"login=Student ID\".")
        self.put(to_csv(table))
        times = Counter((result.learner, result.assignment) for result in self.results)
        return Exported(
            self.path, tuple(written),
            ungraded=tuple(dict.fromkeys(r.learner for r in self.results if r.learner not in self.learners)),
            unmatched=tuple(found.unmatched), ambiguous=tuple(found.ambiguous),
            why={**self.refused, **found.unmatched, **found.ambiguous}, unconfirmed=self.unconfirmed,
            locked=tuple(locked), maybe=(*found.maybe, *found.waiting),
            absent=found.absent,
            several=tuple(dict.fromkeys(learner for (learner, _), count in times.items() if count > 1)),
            nameless=self.nameless,
            adjusted=tuple(dict.fromkeys(learner for (learner, _), result in self.best.items()
                                         if learner in written and words.adjusted(result))),
            unconfined=tuple(dict.fromkeys(learner for (learner, _), result in self.best.items()
                                           if learner in written and words.ran_unconfined(result))),
            late=tuple(dict.fromkeys(learner for (learner, _), result in self.best.items()
                                     if learner in written and result.lateness and result.lateness.taken)),
            decide=tuple(to_decide(result for (learner, _), result in self.best.items() if learner in written)),
            marked=tuple(marked), dropped=tuple(dropped),
        )


def export(target: str, results: Sequence[SubmissionResult], path: Path, *, template: Path | None = None,
           assignment: str | None = None, column: str | None = None, scale: bool = False,
           columns: Mapping[str, str] | None = None, account: Path | None = None) -> Exported:
    """Writes the scores of `results` to `path` in the format of `target`.

    Args:
        target: one of `targets.EXPORTS`.
        results: of one exercise or several; `canvas` and the plain tables take several at once.
        path: the file to write.
        template: the CSV that the system exported, or a roster; none for the plain tables.
        assignment: take only this exercise.
        column: the template's column for the grade, or the name of a new one; found by the exercise's name or
            title when not given.
        scale: where the system counts other points for the exercise, convert. Without it that is an error,
            because 12 of 15 would become 12 of 100. Canvas' template and Moodle's grading worksheet say how
            many; with any other file it is refused.
        columns: content -> title of a column of the template, where its language is not known.
        account: the folder with the account of exports; that of the file when not given.

    Raises:
        CourseError: there is nothing to export, nothing says to how many points to convert, the template does not fit,
            another file is in its place, or it cannot be written.
    """
    if target not in EXPORTS:
        raise CourseError(f"There is no export to {target!r}. There are: {', '.join(EXPORTS)}.")
    chosen = [r for r in in_order(results) if r.assignment and assignment in (None, r.assignment)]
    known = [result for result in chosen if result.learner.strip()]
    named = [result for result in known if not result.identity.doubts]
    unconfirmed = tuple(dict.fromkeys(result.learner for result in known if result.identity.doubts))
    if known and not named:
        raise CourseError("There is nothing to export: of nobody it is certain whose the work is. Confirm it in "
                          "identity.csv, and export again.")
    if not named:
        what = f"no submission of {assignment!r}" if assignment else "no submission"
        raise CourseError(f"There is nothing to export: {what} in the results.")
    names = sorted({result.assignment for result in named})
    if len(names) > 1 and (column or target not in ("canvas", *_PLAIN)):
        raise CourseError(f"Choose one exercise with --assignment: {', '.join(names)}.")
    table = roster.read_table(template, named=columns) if template else None
    if table:
        _refuse_another_system_s(table, target)
    nameless = tuple(result.submission for result in chosen if not result.learner.strip())
    failed = [result for result in named if not words.has_score(result)]
    waiting = [result for result in known if result.identity.doubts]
    job = _Job(named, nameless, unconfirmed, names, path, column, scale, table, account or path.parent,
               [*waiting, *failed])
    if target in ("csv", "csv-questions", "gradescope"):
        job.refuse_scale("this file")
    if table is None:
        job.refuse_scale("a file made without a template")
    if target in _PLAIN:
        return _plain(job, [result for result in chosen if not result.identity.doubts], _PLAIN[target])
    return _TABLES[target](job)


def _refuse_another_system_s(table: roster.Table, target: str) -> None:
    """Refuses a template that is known to be of another system than the one for which it is given."""
    titles = {squashed(title) for title in table.header}
    marks = {
        "Canvas": table.is_canvas and "id" in titles,
        "Moodle": table.participants is not None,
        "Brightspace": bool({"endoflineindicator", "orgdefinedid"} & titles),
        "Blackboard": any("[Total Pts:" in title for title in table.header),
        "ILIAS": "usrid" in titles,
    }
    made = [system for system, is_there in marks.items() if is_there]
    if made and target not in ("gradescope", *_PLAIN, *(system.casefold() for system in made)):
        raise CourseError(f"{table.path} is a table of {made[0]}, and {target} takes back none but its own. Give the "
                          f"one that {target} exports, or export with `autograder export {made[0].casefold()}`.")


def _canvas(job: _Job) -> Exported:
    """Writes Canvas' gradebook: who, one column per exercise, and a second row with the points."""
    table = job.template
    if table is None:
        points = [text.number(job.possible[name]) for name in job.assignments]
        rows = [["Student", "ID", "SIS Login ID", "Section",
                 *(text.cell(job.column or name) for name in job.assignments)],
                [f"    {CANVAS_POINTS}", "", "", "", *points]]
        rows += [[text.cell(learner), "", identifier(learner), "",
                  *(job.grade(learner, name) for name in job.assignments)] for learner in job.learners]
        return job.write(rows, job.learners)

    people = table.columns(CANVAS_PERSON)
    if not table.is_canvas or not table.columns({"id"}):
        raise CourseError(f"{table.path} is no Canvas gradebook: it has no columns ID and Section. "
                          "In Canvas: Grades, Export, Export Entire Gradebook.")
    grades = {name: _grade_column(job, table, name, people) for name in job.assignments}
    points_row = next((row for row in table.rows if CANVAS_POINTS in row[0]), None)
    factors, points, titles = {}, [], []
    for name, place in grades.items():
        theirs = points_row[place] if points_row and place is not None else ""
        factors[name] = job.factor(name, theirs, "Canvas")
        points.append(identifier(theirs) or text.number(job.possible[name]))
        titles.append(_title(job, table, name, place))
    rows = [[*(table.header[place] for place in people), *titles],
            [f"    {CANVAS_POINTS}", *("" for _ in people[1:]), *points]]
    found = roster.find(table, table.people, job.ids, job.members, job.unsure)
    for learner, row in found.rows:
        cells = [_person(table, place, row) for place in people]
        for name, place in grades.items():
            # Learners without a score in one of several exercises keep what Canvas has there.
            theirs = identifier(row[place]) if place is not None else ""
            cells.append(job.grade(learner, name, factors[name]) or theirs)
        rows.append(cells)
    dropped = [row[0] for row in table.rows if CANVAS_POINTS not in row[0] and row[0].strip()
               and not table.is_of_a_person(row)]
    return job.write(rows, [learner for learner, _ in found.rows], found, dropped=dropped, places=people)


def _moodle(job: _Job) -> Exported:
    """Writes Moodle's grade import by email address, ID number or user name; or its grading worksheet."""
    (name,) = job.assignments
    table = job.template
    if table is None:
        key = "Email address" if all("@" in learner for learner in job.learners) else "Username"
        rows = [[key, text.cell(job.column or name)]]
        rows += [[identifier(learner), job.grade(learner, name)] for learner in job.learners]
        return job.write(rows, job.learners)
    if table.participants is not None:
        return _worksheet(job, table, name)
    if not table.holding(*MOODLE_KEYS) and Kind.EMAIL not in table.identifiers.values():
        raise CourseError(f"{table.path} has no column by which Moodle knows its users: ID number, Email "
                          "address or Username. In Moodle: Grades, Export, Plain text file. In a language that is not "
                          "known here say which column is which, such as --columns \"email=E-Mail\". It has: "
                          + text.clip(", ".join(map(repr, table.header)), 300) + ".")
    job.refuse_scale("Moodle's gradebook file")
    people = sorted({*table.holding(*MOODLE_PERSON), *(
        place for place, kind in table.identifiers.items() if kind is Kind.EMAIL)})
    place = _grade_column(job, table, name, people)
    found = roster.find(table, table.rows, job.ids, job.members, job.unsure)
    rows = [[*(table.header[column] for column in people), _title(job, table, name, place)]]
    rows += [[*(_person(table, column, row) for column in people), job.grade(learner, name)]
             for learner, row in found.rows]
    return job.write(rows, [learner for learner, _ in found.rows], found, places=people)


def _worksheet(job: _Job, table: roster.Table, name: str) -> Exported:
    """Writes Moodle's offline grading worksheet of one assignment, in any language, reduced to what its import reads.

    Moodle writes after the grade the most that can be reached, whether the grade can be changed, and when submission
    and grade were last modified, in this order. Comments are left out: they stay as they are.
    """
    most = next(iter(table.holding("maximum") or table.constant), 0)
    grade = next((place for place in table.holding("grade") if place != most), most - 1)
    participant = table.participants
    if participant is None or most < 1 or grade <= participant:
        if {"grade", "maximum"} <= table.named.keys():
            raise CourseError(f"{table.path} is no grading worksheet as Moodle writes it: there the participant comes "
                              "first, and the grade behind. Download it again.")
        raise CourseError(f"{table.path} looks like Moodle's grading worksheet, but which of its columns is the grade "
                          "is not clear. Say it, such as --columns \"grade=Bewertung,maximum=Bestwertung\".")
    if most + 3 >= len(table.header):
        raise CourseError(f"{table.path} is cut down: behind {table.header[most]!r} Moodle's import of a grading "
                          "worksheet needs three columns, whether the grade can be changed, and when submission and "
                          "grade were last modified. Download the worksheet again, and leave it as it is.")
    kept = sorted({participant, *table.holding("whole_name", "email"), grade, most, most + 1, most + 2, most + 3})
    found = roster.find(table, table.rows, job.ids, job.members, job.unsure)
    rows = [[table.header[place] for place in kept]]
    written, locked = [], []
    for learner, row in found.rows:
        if squashed(row[most + 1]) in roster.titles()["no"]:
            locked.append(learner)
            continue
        factor = job.factor(name, row[most], "Moodle")
        rows.append([job.grade(learner, name, factor) if place == grade else _person(table, place, row)
                     for place in kept])
        written.append(learner)
    return job.write(rows, written, found, locked, places=[place for place in kept if place != grade])


@dataclass(frozen=True)
class _System:
    """The format of a system's own table of grades.

    Attributes:
        name: the system's.
        where: how an instructor gets the table.
        points: finds in a column's title how many points are counted.
        title: the text in a title beside the exercise's own.
        fixed: columns that the import wants, with the content of every row in them; added where they are missing.
        column: the title of the column for grades, where it is always the same.
    """

    name: str
    where: str
    points: str
    title: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    column: str = ""


BRIGHTSPACE = _System(
    "Brightspace", "Grades, Enter Grades, Export, with Org Defined ID, user name and Points grade",
    r"MaxPoints:([\d.,]+)", r"\s*(?:Points|Text|Numerator)? ?Grade\s*<[^>]*>$", {"End-of-Line Indicator": "#"})
BLACKBOARD = _System(
    "Blackboard", "Grade Center, Work Offline, Download, User Information and the column, with commas",
    r"\[Total Pts: (?:up to )?([\d.,]+)", r"\s*\[[^\]]*\]\s*(?:\|\d+)?$")
SAKAI = _System("Sakai", "Gradebook, Export Grades", r"\[([\d.,]+)\]$", r"\s*\[[\d.,]+\]$")
ILIAS = _System("ILIAS", "the exercise's status file, status.csv, in the multi-feedback zip", r"(?!)", r"(?!)",
                {"update": "1"}, "mark")


def _own_table(job: _Job, system: _System) -> Exported:
    """Writes a system's own table, reduced to the person and the exercise's grade.

    The form of these tables is from memory; only that of Blackboard's column title was found in public.
    """
    (name,) = job.assignments
    table = job.template
    if table is None:
        raise CourseError(f"For {system.name} give its own table with --template. You get it by: {system.where}.")
    people = sorted({*table.identifiers, *table.holding("whole_name", "first_name", "last_name")})
    if not people:
        raise CourseError(f"{table.path} is no table of {system.name}: no column says who somebody is. You get it by: "
                          f"{system.where}.")
    if system.column and not job.column:
        place = next(iter(table.columns({squashed(system.column)})), None)
        if place is None:
            raise CourseError(f"{table.path} has no column {system.column!r}. You get it by: {system.where}.")
    else:
        place = _grade_column(job, table, name, people, system.title)
    if place is None:
        raise CourseError(f"{table.path} has no column {job.column!r}, and {system.name} makes none from a file. It "
                          "has: " + text.clip(", ".join(map(repr, table.header)), 600) + ".")
    counted = re.search(system.points, table.header[place])
    if counted is None:
        job.refuse_scale(f"this table of {system.name}")
    factor = job.factor(name, counted[1], system.name) if counted else 1.0
    found = roster.find(table, table.rows, job.ids, job.members, job.unsure)
    fixed = {next((title for title in table.header if squashed(title) == squashed(wanted)), wanted): cell
             for wanted, cell in system.fixed.items()}
    before = {title: cell for title, cell in fixed.items() if title in table.header[: people[0]]}
    after = {title: cell for title, cell in fixed.items() if title not in before}
    rows = [[*before, *(table.header[column] for column in people), table.header[place], *after]]
    rows += [[*before.values(), *(_person(table, column, row) for column in people), job.grade(learner, name, factor),
              *after.values()] for learner, row in found.rows]
    return job.write(rows, [learner for learner, _ in found.rows], found, places=people)


def _gradescope(job: _Job) -> Exported:
    """Writes a table with the columns that Gradescope gives its own export of grades."""
    (name,) = job.assignments
    points = {question.name: question.possible
              for result in job.best.values() for question in result.questions}
    rows = [["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status",
             "Submission ID", *(text.cell(f"{position}: {question} ({possible:.1f} pts)")
               for position, (question, possible) in enumerate(points.items(), start=1))]]
    table = job.template
    found = roster.find(table, table.people, job.ids, job.members, job.unsure) if table else None
    pairs = found.rows if found else [(learner, ()) for learner in job.learners]
    for learner, row in pairs:
        scores = {question.name: text.number(question.score, 5)
                  for question in job.best[learner, name].questions}
        rows.append([*_gradescope_person(table, row, learner, job.ids[learner]), job.grade(learner, name),
                     text.number(job.possible[name]), "Graded", "",
                     *(scores.get(question, "") for question in points)])
    return job.write(rows, [learner for learner, _ in pairs], found)


def _first(ids: Ids, kind: Kind) -> str:
    return next(iter(ids.get(kind, ())), "")


def _gradescope_person(table: roster.Table | None, row: Sequence[str], learner: str, ids: Ids) -> list[str]:
    """Returns first name, last name, student number and email, as far as they are known."""
    if table is None:
        return [text.cell(_first(ids, Kind.NAME) or learner), "", identifier(_first(ids, Kind.NUMBER)),
                identifier(_first(ids, Kind.EMAIL) or (learner if "@" in learner else ""))]
    given, family = table.first(row, "first_name"), table.first(row, "last_name")
    if not given and not family:
        given = table.first(row, "whole_name")
    return [text.cell(given), text.cell(family), identifier(table.first(row, "number", "student_id")),
            identifier(table.first(row, "email"))]


def _plain(job: _Job, results: Sequence[SubmissionResult],
           table: Callable[[Sequence[SubmissionResult]], str]) -> Exported:
    """Writes a table of our own, with a mark in front by which Excel knows that it is UTF-8."""
    if job.template is not None:
        raise CourseError("The plain CSV export takes no template; it lists every submission as it is.")
    job.put("\ufeff" + table(results))
    return Exported(job.path, tuple(dict.fromkeys(result.learner for result in results)),
                    unconfirmed=job.unconfirmed, why=job.refused,
                    adjusted=tuple(dict.fromkeys(r.learner for r in results if words.adjusted(r))),
                    unconfined=tuple(dict.fromkeys(r.learner for r in results if words.ran_unconfined(r))),
                    late=tuple(dict.fromkeys(r.learner for r in results if r.lateness and r.lateness.taken)),
                    decide=tuple(to_decide(results)))


_TABLES: dict[str, Callable[[_Job], Exported]] = {
    "canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope,
    "blackboard": lambda job: _own_table(job, BLACKBOARD),
    "brightspace": lambda job: _own_table(job, BRIGHTSPACE),
    "sakai": lambda job: _own_table(job, SAKAI),
    "ilias": lambda job: _own_table(job, ILIAS),
}
"""The writers of `targets.EXPORTS`, except `_PLAIN`, which belong to no system."""

_PLAIN: dict[str, Callable[[Sequence[SubmissionResult]], str]] = {"csv": grades_csv, "csv-questions": questions_csv}
"""The same tables as `grades.csv` and `questions.csv`, of the whole gradebook."""


def identifier(value: str) -> str:
    """Returns an identifier as a cell: as it is if it cannot be a formula, else through `text.cell`."""
    return value if re.fullmatch(r"#?[\w.@+-]*", value) else text.cell(value)


def _person(table: roster.Table, place: int, row: Sequence[str]) -> str:
    """Returns a cell of the template: people read the names, and the import looks up everything else."""
    read = table.holding("whole_name", "first_name", "last_name", "section", "group")
    return text.cell(row[place]) if place in read else identifier(row[place])


def _title(job: _Job, table: roster.Table, name: str, place: int | None) -> str:
    """Returns the title of the column for the grades of an exercise: the template's own, or that of a new one."""
    return text.cell(job.column or name if place is None else table.header[place])


def _grade_column(job: _Job, table: roster.Table, name: str, people: Sequence[int],
                  around: str = r"\s*\([^()]*\)$") -> int | None:
    """Returns where the grade of the exercise `name` goes; None for a new column, asked for by its name.

    `around` finds the text that the system writes into a title behind the exercise's own.

    Raises:
        CourseError: no column fits, or more than one.
    """
    others = [place for place, title in enumerate(table.header)
              if title and place not in people and not title.startswith(("#", "* "))]  # Sakai's comments
    if job.column:
        whole = [place for place, title in enumerate(table.header) if title == job.column and place not in people]
        bare = [place for place in others if squashed(re.sub(around, "", table.header[place])) == squashed(job.column)]
        return next(iter(whole or (bare if len(bare) == 1 else ())), None)
    title = words.facts(name).title
    wanted = {squashed(known) for known in (name, name.partition("-")[2], title, title.partition(": ")[2])}
    fits = [place for place in others if squashed(_bare_title(table.header[place], around)) in wanted - {""}
            or squashed(re.sub(around, "", table.header[place])) in wanted - {""}]
    if len(fits) == 1:
        return fits[0]
    problem = "More than one column" if fits else "No column"
    listed = text.clip(", ".join(repr(table.header[place]) for place in (fits or others)), 600)
    raise CourseError(f"{problem} in {table.path} fits {name}. Name it with --column: {listed}.")


def _bare_title(header: str, around: str) -> str:
    """Returns an exercise's title without the systems' additions, in any language."""
    return re.sub(r"^[^\W\d][^:()]{0,30}:\s*", "", re.sub(around, "", header))
