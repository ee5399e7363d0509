"""Paths on the command line to the things handed in, each with its learner's name.

A folder is searched for notebooks and zips. The learner's name comes from the
path, in this order: the first folder below the one that was given, if the file
lies in one; else the file's own name without the exercise's name in it; else
the nearest folder above. `class/alice.ipynb`, `class/alice/02-preprocessing.ipynb`,
`class/02-preprocessing/alice.ipynb` and `class/alice_02-preprocessing.zip` are all Alice's.

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


@dataclass(frozen=True)
class Found:
    """One thing handed in, not read yet.

    Attributes:
        path: where it lies.
        learner: who handed it in, as the path says.
        name: the file's name; with its folder where another file would be called the same.
    """

    path: Path
    learner: str
    name: str


@dataclass(frozen=True)
class Search:
    """`found`: what will be graded, sorted by learner. `others`: files that are neither notebook nor zip."""

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
    found: dict[str, tuple[Found, str]] = {}
    others: list[Path] = []
    for path in paths:
        if not os.path.lexists(path):
            raise CourseError(f"There is no {path}. Give a folder, a notebook or a zip.")
        if path.is_dir() and not path.is_symlink():
            for file in _files(path):
                if not file.name.lower().endswith(SUFFIXES):
                    if file.name not in course.SUPPORT_FILES:
                        others.append(file)
                    continue
                inside = file.relative_to(path)
                item = Found(file, _learner_in_folder(inside, path, exercises), clean_name(file.name))
                found.setdefault(os.path.abspath(file), (item, clean_name(inside.as_posix())))
        else:
            item = Found(path, _learner_of_file(path, exercises), clean_name(path.name))
            found.setdefault(os.path.abspath(path), (item, clean_name(path.as_posix())))
    if not found:
        places = ", ".join(str(path) for path in paths)
        raise CourseError(f"There is no notebook and no zip in {places}.")
    return Search(
        tuple(sorted(_distinct(found.values()), key=lambda item: (item.learner, item.name))), tuple(others)
    )


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
