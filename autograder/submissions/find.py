"""Paths on the command line to the things handed in, each with its learner's name.

A folder is searched for notebooks and zips. The learner's name comes from the
path, in this order: the first folder below the one that was given, if the file
lies in one; else the file's own name without the exercise's name in it; else
the nearest folder above. `class/alice.ipynb`, `class/alice/02-preprocessing.ipynb`,
`class/02-preprocessing/alice.ipynb` and `class/alice_02-preprocessing.zip` are all Alice's.

The downloads of learning management systems, unpacked, have names of their own:

    Canvas      lovelaceada_LATE_40312_991_02-preprocessing-1.ipynb: name, late or not, user, upload, file;
                anon_Ab3dE_991_02-preprocessing.ipynb where grading is anonymous
    Moodle      Ada Lovelace_88101_assignsubmission_file/02-preprocessing.ipynb, or all of it in one file name
    Gradescope  submission_123/02-preprocessing.ipynb; who that is stands in submission_metadata.yml

Canvas counts uploads, and Gradescope submissions, upward; Otter's export writes the time into the zip's
name. By these it is known which of several attempts is the latest.

Sources: Canvas LMS, `lib/content_zipper.rb`; Moodle, `mod/assign/locallib.php`, `download_submissions`;
for Gradescope, what instructors' tools read from its export, as it documents no format.

Links are listed but never followed; reading one says so.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from autograder import course
from autograder.course import CourseError
from autograder.submissions.archive import NOISE

SUFFIXES = (".ipynb", ".zip")

COPY_MARKS = re.compile(
    r"""[\s_\-]*(?:\(\d+\)|\d{1,2}|copy|late|final|submission
        |\d{4}_\d{2}_\d{2}T\d{2}_\d{2}_\d{2}_\d{1,6})$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What browsers, Otter's export and learners append to a file's name; it names no one."""


CANVAS = re.compile(
    r"""(?P<learner>(?:.+?(?P<late>[_-]LATE)?_[1-9]\d*)|(?:(?P<late_too>LATE_)?anon_[A-Za-z0-9]+))
        _(?P<upload>[1-9]\d*)_(?!\d\dT\d\d_).+""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_file(?:_.*)?", re.DOTALL)
GRADESCOPE = re.compile(r"submission_(\d+)")
GRADESCOPE_METADATA = "submission_metadata.yml"
OTTER_TIME = re.compile(r"_(\d{4})_(\d\d)_(\d\d)T(\d\d)_(\d\d)_(\d\d)_(\d{1,6})")


@dataclass(frozen=True)
class Found:
    """One thing handed in, not read yet.

    Attributes:
        path: where it lies.
        learner: who handed it in, as the path says.
        name: the file's name; with its folder where another file would be called the same.
        order: grows from attempt to attempt; the system's own number, or the time as digits; 0 when not known.
        late: whether the system says that it came late.
    """

    path: Path
    learner: str
    name: str
    order: int = 0
    late: bool = False


@dataclass(frozen=True)
class Search:
    """What there is to grade.

    Attributes:
        found: what will be graded, sorted by learner.
        others: files that are neither notebook nor zip.
    """

    found: tuple[Found, ...]
    others: tuple[Path, ...]


def find(paths: Sequence[Path]) -> Search:
    """Everything handed in under `paths`, each once.

    Args:
        paths: folders, notebooks and zips.

    Raises:
        CourseError: a path does not exist, or there is nothing to grade in any of them.
    """
    exercises = course.exercise_names()
    found: dict[tuple[str, str], tuple[Found, str]] = {}
    people: dict[Path, dict[str, list[str]]] = {}
    others: list[Path] = []
    for path in paths:
        if not os.path.lexists(path):
            raise CourseError(f"There is no {path}. Give a folder, a notebook or a zip.")
        if path.is_dir() and not path.is_symlink():
            for file in _files(path):
                if not file.name.lower().endswith(SUFFIXES):
                    if file.name not in (*course.SUPPORT_FILES, GRADESCOPE_METADATA):
                        others.append(file)
                    continue
                inside = file.relative_to(path)
                whole = clean_name(inside.as_posix())
                for item in _known(inside.parts, file, people) or [
                    Found(file, _learner_in_folder(inside, path, exercises), clean_name(file.name))
                ]:
                    found.setdefault((os.path.abspath(file), item.learner), (_dated(item), whole))
        else:
            for item in _known(path.absolute().parts[-3:], path, people) or [
                Found(path, _learner_of_file(path, exercises), clean_name(path.name))
            ]:
                found.setdefault((os.path.abspath(path), item.learner), (_dated(item), clean_name(path.as_posix())))
    if not found:
        places = ", ".join(str(path) for path in paths)
        raise CourseError(f"There is no notebook and no zip in {places}.")
    return Search(
        tuple(sorted(_distinct(found.values()), key=lambda item: (item.learner, item.name))), tuple(others)
    )


def _known(parts: Sequence[str], file: Path, people: dict[Path, dict[str, list[str]]]) -> list[Found]:
    """The submission as the download of a learning management system names it, one for each of its authors.

    Args:
        parts: of the path; only what the instructor did not choose.
        file: the file itself.
        people: the Gradescope folders read so far.
    """
    name = clean_name(file.name)
    if match := CANVAS.fullmatch(name):
        late = match["late"] or match["late_too"] or ""
        learner = match["learner"].replace(late, "", 1) if late else match["learner"]
        return [Found(file, learner, name, int(match["upload"]), bool(late))]
    for depth, part in enumerate(map(clean_name, parts)):
        if match := MOODLE.fullmatch(part):
            return [Found(file, f"{match['name']}_{match['id']}", name)]
        if (match := GRADESCOPE.fullmatch(part)) and depth < len(parts) - 1:
            folder = file.parents[len(parts) - depth - 1]
            if folder not in people:
                people[folder] = _gradescope_people(folder / GRADESCOPE_METADATA)
            return [Found(file, who, name, int(match[1])) for who in people[folder].get(part, [part])]
    return []


def _gradescope_people(path: Path) -> dict[str, list[str]]:
    """For each folder of a Gradescope export its authors: by email address, else number, else name.

    Raises:
        CourseError: the file is there and cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        authors = {
            str(folder): [
                clean_name(str(one.get(":email") or one.get(":sid") or one[":name"])) for one in about[":submitters"]
            ]
            for folder, about in data.items()
        }
    except (OSError, UnicodeError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be read ({type(error).__name__}), and it says who is who in Gradescope's export. "
            "Unpack the export again, or remove this file to grade the submissions under their numbers."
        ) from None
    return {folder: who for folder, who in authors.items() if who}


def _dated(item: Found) -> Found:
    """With the time that Otter's export wrote into the name, where the system gives no number."""
    if item.order or not (match := OTTER_TIME.search(item.name)):
        return item
    return replace(item, order=int("".join(match.groups()[:-1]) + match[7].zfill(6)))


def clean_name(name: str) -> str:
    """A file's name as text that can be stored: whole characters, composed, no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(one).startswith("C") else one for one in text)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOISE and not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent, name)


def _learner_in_folder(inside: Path, root: Path, exercises: Iterable[str]) -> str:
    """`inside` is the file's path relative to `root`, the folder given on the command line."""
    for part in inside.parts[:-1]:
        if name := _without_exercise(part, exercises):
            return name
    return (
        _without_exercise(inside.stem, exercises)
        or _without_exercise(root.resolve().name, exercises)
        or clean_name(inside.stem)
    )


def _learner_of_file(path: Path, exercises: Iterable[str]) -> str:
    for part in (path.stem, *reversed(path.parts[:-1])):
        if part not in (os.sep, os.curdir, os.pardir) and (name := _without_exercise(part, exercises)):
            return name
    return clean_name(path.stem)


def _without_exercise(part: str, exercises: Iterable[str]) -> str:
    """What of a file's or folder's name names a person: all of it, or what is beside an exercise's name."""
    text = clean_name(part).strip()
    for exercise in exercises:
        if exercise in text:
            before, _, after = text.partition(exercise)
            while (shorter := COPY_MARKS.sub("", after)) != after:
                after = shorter
            return before.strip(" _-.") or after.strip(" _-.")
    return text


def _distinct(found: Iterable[tuple[Found, str]]) -> Iterator[Found]:
    """Each with a name that no other of the same learner has: its path where the file name is not enough."""
    items = list(found)
    seen = Counter((item.learner, item.name) for item, _ in items)
    taken: set[tuple[str, str]] = set()
    for item, path in items:
        base = name = item.name if seen[item.learner, item.name] == 1 else path
        number = 2
        while (item.learner, name) in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add((item.learner, name))
        yield replace(item, name=name)
