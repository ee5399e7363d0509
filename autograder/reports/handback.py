"""Packs the feedback pages of a class into one zip that Moodle or Canvas gives back to the learners.

Both recognize whose a file is by numbers in its name, and the grader has kept these numbers of a class that
came from there:

    Moodle      Ada Lovelace_88101_assignsubmission_file_02-preprocessing.html
    Canvas      lovelaceada_40312_991_02-preprocessing.html: user, and the upload that is answered

Nothing is guessed, as in `lms`: a learner whose name is not one that the system gave, whose number another learner has
too, or whose identity is uncertain, is listed and gets no file.

Sources: Moodle, `mod/assign/feedback/file/importziplib.php`; Canvas LMS, `Assignment#generate_comments_from_files`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.grading.results import SubmissionResult
from autograder.reports import text, words
from autograder.reports.feedback import feedback_page
from autograder.reports.files import write_export
from autograder.reports.grades import in_order
from autograder.submissions.people import Kind
from autograder.submissions.systems import canvas

MOODLE_LEARNER = re.compile(r"(?P<name>.+)_(?P<id>\d+)", re.DOTALL)
MOODLE_BREAKS = re.compile(r"[\W_]+")
"""Moodle cuts a name at its underscores, and takes a file that begins with a dot or a tilde for none."""


@dataclass(frozen=True)
class Handback:
    """The files that were written, and the learners who are not among them.

    Attributes:
        path: the zip.
        written: learners whose page is in it.
        nameless: not named by the system.
        ambiguous: of several, the system would take each for the same person.
        unconfirmed: learners whose identity is uncertain until `identity.csv` settles it.
    """

    path: Path
    written: tuple[str, ...]
    nameless: tuple[str, ...]
    ambiguous: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()

    def remarks(self) -> list[str]:
        """Returns one line for each thing that the instructor should know, for the terminal."""
        told = (
            (self.nameless, "left out, because their names are not those that the system gave"),
            (self.ambiguous, "left out, because several have the same number there"),
            (self.unconfirmed, "left out, because it is not certain whose it is; confirm it in identity.csv"),
        )
        return [f"{len(who)} {what}: {text.clip(', '.join(map(text.line, who)), 500)}" for who, what in told if who]


def handback(system: str, results: Sequence[SubmissionResult], path: Path, *, assignment: str | None = None,
             book: str = "", released: bool = False, account: Path | None = None) -> Handback:
    """Writes the learners' pages into one zip.

    Args:
        system: one of `targets.FEEDBACK`.
        results: the attempts that count. A page has all of them that its learner has.
        path: the zip to write.
        assignment: the exercise whose submissions the system shall answer; needed where there are several.
        book: address of the book's start page, if learners can reach one.
        account: the folder with the account of exports; that of the zip when not given.

    Raises:
        CourseError: there are several exercises or not this one, no learner's name is one that the system gave, another
            file is in the place of the zip, or it cannot be written.
    """
    ordered = [result for result in in_order(results) if result.learner.strip()]
    exercises = sorted({result.assignment for result in ordered if result.assignment})
    if assignment is None and len(exercises) > 1:
        raise CourseError(f"Choose one exercise with --assignment: {', '.join(exercises)}.")
    if assignment and assignment not in exercises:
        raise CourseError(f"What was graded last has no submission of {assignment!r}, only of "
                          f"{', '.join(exercises) or 'no exercise'}.")
    assignment = assignment or (exercises[0] if exercises else "")
    own: dict[str, list[SubmissionResult]] = defaultdict(list)
    for result in ordered:
        own[result.learner].append(result)
    # A submission without an exercise is answered, too, if its learner handed in nothing else.
    handed_in = {learner: next((result for exercise in (assignment, "") for result in submissions
                                if result.assignment == exercise), None)
                 for learner, submissions in own.items()}
    unconfirmed = tuple(learner for learner, result in handed_in.items() if result and result.identity.doubts)
    keys = {learner: SYSTEMS[system](result) for learner, result in handed_in.items()
            if result and learner not in unconfirmed}
    times = Counter(key.number for key in keys.values() if key)
    named = {learner: key.prefix for learner, key in keys.items() if key and times[key.number] == 1}
    if not named:
        raise CourseError(f"No learner in the gradebook is named as {system.capitalize()} names them in the "
                          "download of a class. Grade that download as it is, as a zip or unpacked; else pass the "
                          "pages in feedback/ on by yourself.")
    possible = words.possible_points(ordered)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for learner, prefix in named.items():
            page = feedback_page(learner, own[learner], possible, book, released=released)
            archive.writestr(f"{prefix}_{assignment or 'feedback'}.html", page)
    write_export(path, packed.getvalue(), account or path.parent)
    return Handback(path, tuple(named),
                    tuple(learner for learner, key in keys.items() if key is None),
                    tuple(learner for learner, key in keys.items() if key and learner not in named), unconfirmed)


@dataclass(frozen=True)
class _Key:
    """The key by which a system knows whose a file is.

    Attributes:
        number: the same for the same person.
        prefix: how a file's name must begin.
    """

    number: str
    prefix: str


def _moodle(result: SubmissionResult) -> _Key | None:
    ids = result.identity.ids
    match = MOODLE_LEARNER.fullmatch(result.learner)
    numbers = ids.get(Kind.PARTICIPANT, ()) if ids else [match["id"]] if match else ()
    if len(numbers) != 1:
        return None
    called = match["name"] if match and match["id"] == numbers[0] else next(iter(ids.get(Kind.NAME, ())), "")
    name = MOODLE_BREAKS.sub(" ", called).strip() or "learner"
    return _Key(numbers[0], f"{name}_{numbers[0]}_assignsubmission_file")


def _canvas(result: SubmissionResult) -> _Key | None:
    named = canvas.named(PurePosixPath(result.submission).name)
    if named is None or not named.order:
        return None
    ids = result.identity.ids
    if named.learner != result.learner and not any(ids.get(kind) == named.ids.get(kind) for kind in (
            Kind.CANVAS, Kind.ANONYMOUS) if kind in named.ids):  # a line of the instructor's may give another name
        return None
    return _Key(named.learner, f"{named.learner}_{named.order}")


SYSTEMS: dict[str, Callable[[SubmissionResult], _Key | None]] = {"moodle": _moodle, "canvas": _canvas}
