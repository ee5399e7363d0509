"""Turns a file handed in into a `Submission`: its code cells and files, or the reason why it has none.

Reading never raises an error for what a learner did: a fault becomes `problem`
and `reason`. Only a plain file is opened; links, pipes and devices are not.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from autograder import course
from autograder.submissions.archive import MAX_ZIP_BYTES, Judge, SeveralError, read_zip
from autograder.submissions.filetypes import SAVE, by_content, by_ending, packed_otherwise
from autograder.submissions.find import Found
from autograder.submissions.names import clean_name, is_handed_in
from autograder.submissions.notebook import CLEAR, MAX_NOTEBOOK_BYTES, Cell, UnreadableError, parse_notebook

CHANGED = "not as the course hands it out (who grades can say with --assignment which exercise counts)"
"""The reason for the notebook that counts, if a folder of exercises was zipped and none is named."""

NO_FILE = "This is not a plain file."

NO_NAMES: Mapping[str, str] = {}

SEVERAL = ("this zip holds several notebooks with different answers, and none is read; it may be one learner's, who "
            "hands in one then, or a class, which is graded by itself")

UNREADABLE = "unreadable"
WRONG_ASSIGNMENT = "wrong-assignment"


@dataclass(frozen=True)
class Submission:
    """One submission, ready to be graded or to be refused.

    Attributes:
        learner: the learner who handed it in.
        name: the file's name as handed in.
        assignment: the exercise; empty when it is not known.
        cells: the code cells that will run, in order.
        files: the other files in the zip, beside the notebook; never the course's own files.
        sha256: of the bytes handed in; empty when they could not be read.
        left_out: files beside the notebook that it does not get, as they are too large or too many.
        problem: empty, `unreadable` or `wrong-assignment`.
        reason: one sentence about the problem.
        former: the notebook's name for its exercise, if that is a name of an earlier numbering.
        passed: other notebooks in the zip, each with why it does not count.
        closed: zips in the zip that cannot be read, each with why.
        doubts: why it is uncertain which of a zip's notebooks counts, or whose they are.
    """

    learner: str
    name: str
    assignment: str = ""
    cells: tuple[Cell, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    sha256: str = ""
    problem: str = ""
    reason: str = ""
    former: str = ""
    passed: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def read_submission(
    found: Found,
    assignment: str | None,
    known: Collection[str],
    former: Mapping[str, str] = NO_NAMES,
    *,
    is_for: Callable[[str], bool] | None = None,
    beside: Collection[str] = course.SUPPORT_FILES,
) -> Submission:
    """Reads the file.

    Args:
        found: its place and its learner.
        assignment: the exercise it is handed in for; None to take what the notebook says.
        known: the names of all exercises.
        former: their names in earlier numberings -> their names now.
        is_for: returns whether a notebook with this name for its exercise, or "" for none, is for `assignment`. By
            default it is if it gives the same name or none.
        beside: files of a learner's zip that are not read, because the course's own lie beside the notebook.
    """
    digest = ""
    try:
        data = _bytes(found)
        digest = hashlib.sha256(data).hexdigest()
        files: Mapping[str, bytes] = {}
        left_out: tuple[str, ...] = ()
        passed: Mapping[str, str] = {}
        closed: Mapping[str, str] = {}
        if is_zip(found):
            if told := packed_otherwise(data):
                raise UnreadableError(told)
            packed = read_zip(data, _judge(assignment, former, is_for), beside)
            data, files, left_out = packed.notebook, packed.files, packed.left_out
            passed, closed = packed.passed, packed.closed
        if told := by_content(data):
            raise UnreadableError(told)
        notebook = parse_notebook(data)
    except UnreadableError as error:
        return Submission(
            found.learner, found.name, assignment or "", sha256=digest, problem=UNREADABLE, reason=str(error),
            doubts=(SEVERAL,) if isinstance(error, SeveralError) else ()
        )
    says = former.get(notebook.assignment, notebook.assignment)
    problem, reason = _mismatch(says, assignment, known, is_for)
    return Submission(
        learner=found.learner,
        name=found.name,
        assignment=assignment or ("" if problem else says),
        cells=notebook.cells,
        files=files,
        left_out=left_out,
        sha256=digest,
        problem=problem,
        reason=reason,
        former="" if problem or says == notebook.assignment else notebook.assignment,
        passed=passed,
        closed=closed,
        doubts=tuple(f"there is a zip in it that cannot be looked into, {clean_name(name)}: {why}"
                      for name, why in closed.items()),
    )


def is_zip(found: Found) -> bool:
    """Returns whether its name says that it is a zip."""
    return found.path.suffix.lower() == ".zip"


def _mismatch(
    says: str, asked: str | None, known: Collection[str], is_for: Callable[[str], bool] | None
) -> tuple[str, str]:
    """Returns whether the notebook is for another exercise than the one it is handed in for, as problem and reason."""
    shown = says[:80]
    if asked is not None and is_for is not None:
        if not is_for(says):
            return WRONG_ASSIGNMENT, f"The notebook is for {shown}; {asked} is being graded." if says else (
                f"The notebook does not say that it is for {asked}: Otter's metadata is missing. Answers belong into "
                "the notebook that was handed out.")
    elif asked is not None:
        if says and says != asked:
            return WRONG_ASSIGNMENT, f"The notebook is for {shown}; {asked} is being graded."
    elif not says:
        return WRONG_ASSIGNMENT, (
            "The notebook does not say which exercise it is (its metadata is missing). "
            "Give the exercise with --assignment."
        )
    elif says not in known:
        return WRONG_ASSIGNMENT, f"The notebook is for {shown!r}, which is not an exercise of this course."
    return "", ""


def _judge(
    assignment: str | None, former: Mapping[str, str], is_for: Callable[[str], bool] | None
) -> Judge:
    """Returns the judge between several notebooks of a zip: by the exercise, and by whether anybody worked on them."""
    accepts = is_for or (lambda says: former.get(says, says) == assignment)
    changed = (_is_changed, CHANGED, "as the course hands it out")
    return Judge(_answers, [changed] if assignment is None else [
        (lambda one: _is_for(one, accepts), f"for {assignment}", f"not for {assignment}"),
        (_is_changed, f"for {assignment}", "as the course hands it out")])


def _answers(data: bytes) -> object:
    """Returns a notebook's exercise and code; the notebook itself where it cannot be read."""
    try:
        notebook = parse_notebook(data)
        return notebook.assignment, _code(notebook.cells)
    except UnreadableError:
        return data


def _is_for(data: bytes, accepts: Callable[[str], bool]) -> bool:
    """Returns whether a notebook can be read, and the exercise that it names is accepted."""
    try:
        return accepts(parse_notebook(data).assignment)
    except UnreadableError:
        return False


def _is_changed(data: bytes) -> bool:
    """Returns whether a notebook's code differs from that of a notebook as the course hands it out."""
    try:
        notebook = parse_notebook(data)
        handed_out = course.EXERCISES / f"{notebook.assignment}.ipynb"
        if notebook.assignment not in course.exercise_names() or not handed_out.is_file():
            return True
        return _code(notebook.cells) != _code(parse_notebook(handed_out.read_bytes()).cells)
    except UnreadableError:
        return True


def _code(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.source.strip() for cell in cells]


def content_of(found: Found) -> str:
    """Returns the SHA-256 of a file's bytes; empty where they cannot be read."""
    try:
        return hashlib.sha256(_bytes(found)).hexdigest()
    except UnreadableError:
        return ""


def _bytes(found: Found) -> bytes:
    """Returns the content of a plain file of a sensible size, or of an entry in a download."""
    if found.lacking:
        raise UnreadableError(found.lacking)
    if not found.entry and found.path.is_dir() and not found.path.is_symlink():
        raise UnreadableError("This is an empty folder: nothing was handed in, or the download was broken off.")
    if not is_handed_in(found.path.name):
        raise UnreadableError(by_ending(found.path.suffix) or
                              f"{found.name} is neither a notebook (.ipynb) nor a zip. {SAVE}")
    if found.entry:
        return found.entry.read()
    try:
        descriptor = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if found.path.is_symlink():
            raise UnreadableError("This is a link, not a file. Hand in the file itself.") from None
        if error.errno == errno.ENXIO:  # A socket; a device behind which there is nothing.
            raise UnreadableError(NO_FILE) from None
        raise UnreadableError(f"The file cannot be opened ({error.strerror}).") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(NO_FILE)
        most, remedy = (MAX_ZIP_BYTES, "") if is_zip(found) else (MAX_NOTEBOOK_BYTES, f" {CLEAR}")
        if status.st_size > most:
            raise UnreadableError(
                f"The file is too large: {status.st_size / 2**20:.0f} MB, at most {most // 2**20} MB.{remedy}"
            )
        try:
            return file.read(most + 1)
        except OSError as error:
            raise UnreadableError(f"The file cannot be read ({error.strerror}).") from None
