"""What the name of something handed in says: whose it is, which attempt, whether it came late.

The downloads of learning management systems have names of their own:

    Canvas      lovelaceada_LATE_40312_991_02-preprocessing-1.ipynb: name, late or not, user, upload, file;
                anon_Ab3dE_991_02-preprocessing.ipynb where grading is anonymous
    Moodle      Ada Lovelace_88101_assignsubmission_file/02-preprocessing.ipynb, or all of it in one file name
    Gradescope  submission_123/02-preprocessing.ipynb; who that is stands in submission_metadata.yml

Canvas counts uploads, and Gradescope submissions, upward; Otter's export writes the time into the zip's
name. By these it is known which of several attempts is the latest. Gradescope's export also says when each came.

The system writes the beginning of a path, and the learner chooses the rest of it. So the outermost part that says
whose it is decides, and what is below it never does.

Sources: Canvas LMS, `lib/content_zipper.rb`; Moodle, `mod/assign/locallib.php`, `download_submissions`;
for Gradescope, what instructors' tools read from its export, as it documents no format.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import yaml

from autograder.course import CourseError

CANVAS = re.compile(
    r"""(?P<learner>(?:.+?(?P<late>[_-]LATE)?_[1-9]\d*)|(?:(?P<late_too>LATE_)?anon_[A-Za-z0-9]+))
        _(?P<upload>[1-9]\d*)_(?!\d\dT\d\d_).+""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_file(?:_.*)?", re.DOTALL)
GRADESCOPE = re.compile(r"submission_(\d+)")
GRADESCOPE_METADATA = "submission_metadata.yml"
GRADESCOPE_EXPORT = re.compile(r"assignment_\d+_export")
OTTER_TIME = re.compile(r"_(\d{4})_(\d\d)_(\d\d)T(\d\d)_(\d\d)_(\d\d)_(\d{1,6})")


@dataclass(frozen=True)
class HandedIn:
    """What Gradescope's export says of one submission: its authors, and when it came, as `Named.handed_in`."""

    authors: Sequence[str]
    when: str = ""


People = Mapping[str, HandedIn]
"""What a Gradescope export says of each of its folders."""


@dataclass(frozen=True)
class Named:
    """What a system's name says.

    Attributes:
        learner: who handed it in.
        order: grows from attempt to attempt; 0 when the system counts nothing.
        late: whether the system says that it came late.
        guessed: whether nothing says for certain whose it is.
        handed_in: when, as ISO 8601 text; empty when the system does not say.
    """

    learner: str
    order: int = 0
    late: bool = False
    guessed: bool = False
    handed_in: str = ""


def clean_name(name: str) -> str:
    """A file's name as text that can be stored: whole characters, composed, no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(one).startswith("C") else one for one in text)


def canvas(name: str) -> Named | None:
    """What the name of a file says if Canvas gave it."""
    match = CANVAS.fullmatch(clean_name(name))
    if not match:
        return None
    late = match["late"] or match["late_too"] or ""
    learner = match["learner"].replace(late, "", 1) if late else match["learner"]
    return Named(learner, int(match["upload"]), bool(late))


def moodle(part: str) -> Named | None:
    """What the name of a folder, or of a file that lies in none, says if Moodle gave it."""
    match = MOODLE.fullmatch(clean_name(part))
    return Named(f"{match['name']}_{match['id']}") if match else None


def gradescope(part: str, people: People) -> list[Named]:
    """What the name of a folder says if Gradescope gave it, for each of its authors.

    Where the export says who is who, but not who this is, the number is a name that nobody gave.
    """
    folder = clean_name(part)
    match = GRADESCOPE.fullmatch(folder)
    if not match:
        return []
    said = people.get(folder, HandedIn([folder]))
    guessed = bool(people) and folder not in people
    return [Named(who, int(match[1]), guessed=guessed, handed_in=said.when) for who in said.authors]


def by_system(parts: Sequence[str], people: Callable[[int], People | None]) -> list[Named]:
    """What a path says if one of the systems gave it, for each of its authors; nothing if none did.

    Args:
        parts: of the path; only what the instructor did not choose. The last one is the file's name.
        people: for a number n the authors if the first n parts are the folder of a Gradescope export; None if
            no export can be there.
    """
    for depth, part in enumerate(parts[:-1]):
        if named := moodle(part):
            return [named]
        if GRADESCOPE.fullmatch(clean_name(part)) and (authors := people(depth)) is not None:
            return gradescope(part, authors)
    named = moodle(parts[-1]) or canvas(parts[-1])
    return [named] if named else []


def gradescope_people(text: bytes, where: str, remedy: str) -> People:
    """What `submission_metadata.yml` says: the authors by email address, else number, else name; and the time.

    Args:
        text: what stands in the file.
        where: the file, for the error.
        remedy: what to do when it cannot be read, for the error.

    Raises:
        CourseError: it cannot be read.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(text.decode("utf-8"), Loader=loader)
        said = {}
        for folder, about in data.items():
            authors = [clean_name(str(one.get(":email") or one.get(":sid") or one[":name"]))
                       for one in about[":submitters"]]  # fmt: skip
            said[str(folder)] = HandedIn(authors, _time(about.get(":created_at")))
    except (ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise CourseError(
            f"{where} cannot be read ({type(error).__name__}), and it says who is who in Gradescope's export. {remedy}"
        ) from None
    return {folder: one for folder, one in said.items() if one.authors}


def _time(value: object) -> str:
    """What YAML made of a time, as ISO 8601 text, in UTC where it names its offset; empty for what is none."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(when, datetime):
            return ""
        return (when.astimezone(UTC) if when.tzinfo else when).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


def time_of_export(name: str) -> int:
    """The time that Otter's export wrote into a name, as a number; 0 where there is none."""
    match = OTTER_TIME.search(name)
    return int("".join(match.groups()[:-1]) + match[7].zfill(6)) if match else 0


def when_exported(name: str) -> str:
    """The same as ISO 8601 text, by the learner's own clock; empty where there is none."""
    match = OTTER_TIME.search(name)
    try:
        return datetime(*map(int, match.groups()[:-1])).isoformat() if match else ""  # type: ignore[arg-type]
    except ValueError:
        return ""
