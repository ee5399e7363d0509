"""Paths on the command line to the things handed in, each with its learner's name.

A folder is searched for notebooks and zips. The learner's name comes from the
path, in this order: the first folder below the one that was given, if the file
lies in one; else the file's own name without the exercise's name in it; else
the nearest folder above. `class/alice.ipynb`, `class/alice/02-preprocessing.ipynb`,
`class/02-preprocessing/alice.ipynb` and `class/alice_02-preprocessing.zip` are all Alice's.

Where nothing in the path is a name for certain, the work still counts as somebody's, and that is told (`_guesses`).

The downloads of learning management systems have names of their own, see `names`. Such a download may also be given
as the zip that the system makes (`download`).

Links are listed but never followed; reading one says so.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.course import CourseError
from autograder.submissions.archive import NOISE
from autograder.submissions.download import SUFFIXES, Download, Entry, look
from autograder.submissions.names import (
    GRADESCOPE_EXPORT,
    GRADESCOPE_METADATA,
    Named,
    People,
    by_system,
    clean_name,
    gradescope_people,
    time_of_export,
    when_exported,
)

COPY_MARKS = re.compile(
    r"""[\s_\-]*(?:\(\d+\)|\d{1,2}|copy|late|final|submission
        |\d{4}_\d{2}_\d{2}T\d{2}_\d{2}_\d{2}_\d{1,6})$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What browsers, Otter's export and learners append to a file's name; it names no one."""

MOST_GUESSES = 10
"""So many are listed; the class report has them all."""

NOT_HANDED_IN = (*course.SUPPORT_FILES, GRADESCOPE_METADATA)
"""Files that need not be told of: they are the course's or the system's."""


@dataclass(frozen=True)
class Found:
    """One thing handed in, not read yet.

    Attributes:
        path: where it lies.
        learner: who handed it in, as the path says.
        name: the file's name; with its folder where another file would be called the same.
        order: grows from attempt to attempt; the system's own number, or the time as digits; 0 when not known.
        late: whether the system says that it came late.
        entry: where it is in a download; None for a file of its own.
        guessed: whether nothing says for certain whose it is.
        handed_in: when, as ISO 8601 text: Gradescope's time, else that of Otter's export; empty when not known.
    """

    path: Path
    learner: str
    name: str
    order: int = 0
    late: bool = False
    entry: Entry | None = None
    guessed: bool = False
    handed_in: str = ""


@dataclass(frozen=True)
class Search:
    """What there is to grade.

    Attributes:
        found: what will be graded, sorted by learner.
        others: files that are neither notebook nor zip.
        remarks: what the instructor should know about the paths, a sentence each.
    """

    found: tuple[Found, ...]
    others: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


def find(paths: Sequence[Path]) -> Search:
    """Everything handed in under `paths`, each once.

    Args:
        paths: folders, notebooks, zips of one learner each, or downloads of a system as it packs them.

    Raises:
        CourseError: a path does not exist, there is nothing to grade in any of them, or it is not clear whether a
            zip holds one learner's work or a class.
    """
    exercises = course.exercise_names()
    found: dict[tuple[str, str], tuple[Found, str]] = {}
    exports = _Exports()
    others: list[Path] = []
    for path in paths:
        if not os.path.lexists(path):
            raise CourseError(f"There is no {path}{_seen_from(path)}. Give a folder, a notebook or a zip.")
    downloads, remarks = _downloads(paths, exports)
    files = _named_files([path for path in paths if path not in downloads and not _is_folder(path)], exports, exercises)
    for path in paths:
        if path in downloads:
            names = map(PurePosixPath, downloads[path].others)
            others += [path / name for name in names if name.name not in NOT_HANDED_IN]
            for entry in downloads[path].entries:
                for item in _found(path / entry.name, entry.authors):
                    whole = clean_name(PurePosixPath(entry.name).as_posix())
                    found.setdefault((os.path.abspath(item.path), item.learner), (replace(item, entry=entry), whole))
        elif _is_folder(path):
            handed_in = []
            for file in _files(path):
                if file.name.lower().endswith(SUFFIXES):
                    handed_in.append(file.relative_to(path))
                elif file.name not in NOT_HANDED_IN:
                    others.append(file)
            authors = _named_in_folder(handed_in, path, exports, exercises, is_one_of_many=len(set(paths)) > 1)
            for inside in handed_in:
                for item in _found(path / inside, authors[inside]):
                    whole = clean_name(inside.as_posix())
                    found.setdefault((os.path.abspath(item.path), item.learner), (item, whole))
        else:
            for item in _found(path, files[path]):
                found.setdefault((os.path.abspath(path), item.learner), (item, clean_name(path.as_posix())))
    if not found:
        places = ", ".join(str(path) for path in paths)
        raise CourseError(f"There is no notebook and no zip in {places}.")
    handed = tuple(sorted(_distinct(found.values()), key=lambda item: (item.learner, item.name)))
    return Search(handed, tuple(others), (*remarks, *_guesses(handed)))


def _guesses(found: Iterable[Found]) -> Iterator[str]:
    """What there is to say of files whose learner nothing names for certain."""
    guessed = [item for item in found if item.guessed]
    if not guessed:
        return
    shown = ", ".join(f"{item.name[:60]} counts as {item.learner[:60]}" for item in guessed[:MOST_GUESSES])
    more = f", and {len(guessed) - MOST_GUESSES} more" if len(guessed) > MOST_GUESSES else ""
    unpack = "unpack the download, " if any(item.entry for item in guessed) else ""
    yield (
        f"Nothing says for certain whose work this is: {shown}{more}; where that is wrong, {unpack}name the file after "
        "its learner, or put it into a folder of the learner's name, and run the same command again."
    )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _downloads(paths: Sequence[Path], exports: _Exports) -> tuple[dict[Path, Download], list[str]]:
    """The zips that are a class, and what to say of them.

    Only if every path is such a zip. Where a shell has written all files of a folder for `*.zip`, a learner's zip
    full of others' names stays this learner's.
    """
    seen: dict[Path, Download] = {}
    for path in paths:
        if path.suffix.lower() != ".zip" or path.is_dir() or _named(path, exports):
            continue
        try:
            download = look(path)
        except CourseError:
            if len(paths) == 1:
                raise
            continue
        if download:
            seen[path] = download
    if len(seen) < len(set(paths)):
        return {}, [
            f"{clean_name(str(path))} looks like a download from {download.system}. Beside other paths it counts as "
            "one learner's zip; to grade the class in it, give it alone."
            for path, download in seen.items()
        ]
    remarks = []
    for path, download in seen.items():
        learners = {named.learner for entry in download.entries for named in entry.authors}
        remarks.append(
            f"{clean_name(str(path))} is a download from {download.system}: {len(download.entries)} notebooks and "
            f"zips of {len(learners)} {'learner' if len(learners) == 1 else 'learners'}."
        )
    return seen, remarks


def _found(file: Path, authors: Iterable[Named]) -> Iterator[Found]:
    """What is in `file`, once for each of its authors; dated by Otter where the system gives no number."""
    name = clean_name(file.name)
    for author in authors:
        order = author.order or time_of_export(name)
        when = author.handed_in or when_exported(name)
        yield Found(file, author.learner, name, order, author.late, guessed=author.guessed, handed_in=when)


def _named(path: Path, exports: _Exports) -> list[Named]:
    """What the path of a file on the command line says if a system gave it."""
    whole = path.absolute()
    parts = whole.parts[-3:]
    return by_system(parts, lambda depth: exports.people(whole.parents[len(parts) - depth - 1]))


def _named_files(
    files: Sequence[Path], exports: _Exports, exercises: Iterable[str]
) -> dict[Path, list[Named]]:
    """Whose the files on the command line are, which stand in no folder there.

    Among files that a system named, one that it did not name has only a guess.
    """
    authors = {path: _named(path, exports) for path in files}
    odd = [path for path, named in authors.items() if not named]
    for path in odd:
        learner, certain = _learner_of_file(path, exercises)
        authors[path] = [Named(learner, guessed=not certain or 2 * len(odd) < len(authors))]
    return authors


def _named_in_folder(
    handed_in: Sequence[Path], root: Path, exports: _Exports, exercises: Iterable[str], *, is_one_of_many: bool
) -> dict[Path, list[Named]]:
    """Whose the files in a folder on the command line are.

    Two names are guesses: that of the folder on the command line, unless it is one of many and all in it is one
    learner's; and one that stands where a system named most of what lies below.

    Args:
        handed_in: the files' paths, relative to `root`.
        root: the folder on the command line.
        exports: who is who.
        exercises: names that are nobody's.
        is_one_of_many: whether there are more paths on the command line.
    """
    in_one_folder = len({inside.parts[0] for inside in handed_in}) == 1
    authors: dict[Path, list[Named]] = {}
    for inside in handed_in:
        authors[inside] = by_system(inside.parts, exports.below(root, inside.parts, in_one_folder))
    odd = {inside: _learner_in_folder(inside, root, exercises) for inside, named in authors.items() if not named}
    below = Counter(folder for inside in handed_in for folder in inside.parents)
    odd_below = Counter(folder for inside in odd for folder in inside.parents)
    is_one_learners = is_one_of_many and len(odd) == len(authors) and all(place is None for _, place in odd.values())
    for inside, (learner, place) in odd.items():
        guessed = not is_one_learners if place is None else 2 * odd_below[place] < below[place]
        authors[inside] = [Named(learner, guessed=guessed)]
    return authors


class _Exports:
    """Who is who in the Gradescope exports among the folders, each read once."""

    def __init__(self) -> None:
        self._people: dict[Path, People] = {}

    def below(self, root: Path, parts: Sequence[str], in_one_folder: bool) -> Callable[[int], People | None]:
        """The authors, for `by_system` and the path `parts` below a folder on the command line.

        An export is the folder on the command line, or all that is in it, or is named as Gradescope names it. Any
        other folder may be a learner's, and what is said there about authors as well.
        """

        def people(depth: int) -> People | None:
            sure = depth == 0 or (depth == 1 and (in_one_folder or GRADESCOPE_EXPORT.fullmatch(parts[0])))
            return self.people(root.joinpath(*parts[:depth])) if sure else None

        return people

    def people(self, folder: Path) -> People:
        """The authors in the export `folder`; empty if it does not say.

        Raises:
            CourseError: the file that says it cannot be read.
        """
        if folder not in self._people:
            path = folder / GRADESCOPE_METADATA
            try:
                text = path.read_bytes() if path.is_file() else b""
            except OSError as error:
                raise CourseError(f"{path} cannot be opened ({error.strerror}). Unpack the export again.") from None
            remedy = "Unpack the export again, or remove this file to grade the submissions under their numbers."
            self._people[folder] = gradescope_people(text, str(path), remedy) if path.is_file() else {}
        return self._people[folder]


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if name not in NOISE and not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent, name)


def _refuse(error: OSError) -> None:
    """Whose work is in a folder that cannot be searched would be missing without a word."""
    raise CourseError(
        f"The folder {error.filename} cannot be searched ({error.strerror}). Make it readable for you, for "
        f"example with `chmod -R u+rX {shlex.quote(str(error.filename))}`, and run the same command again."
    ) from error


def _seen_from(path: Path) -> str:
    """Where a path that is not there was looked for, if it does not say so itself."""
    return "" if path.is_absolute() else f" in {Path.cwd()}"


def _learner_in_folder(inside: Path, root: Path, exercises: Iterable[str]) -> tuple[str, Path | None]:
    """Whose a file is, and which folder says so: where it is the file's own name, the one it was searched in.

    Args:
        inside: the file's path relative to `root`.
        root: the folder on the command line.
        exercises: names that are nobody's.

    Returns:
        The learner; and the folder relative to `root`, None where neither a folder below it nor the file names anybody.
    """
    for folder in reversed(inside.parents):
        if folder.name and (name := _without_exercise(folder.name, exercises)):
            return name, folder
    if name := _without_exercise(inside.stem, exercises):
        return name, Path()
    return _without_exercise(root.resolve().name, exercises) or clean_name(inside.stem), None


def _learner_of_file(path: Path, exercises: Iterable[str]) -> tuple[str, bool]:
    """Whose a file on the command line is, and whether something names anybody."""
    for part in (path.stem, *reversed(path.parts[:-1])):
        if part not in (os.sep, os.curdir, os.pardir) and (name := _without_exercise(part, exercises)):
            return name, True
    return clean_name(path.stem), False


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
