"""The zip that Canvas, Moodle or Gradescope makes of a whole class.

Named on the command line it stands for the folder that unpacking it would give: the same learners, the same names.
Nothing is unpacked. An entry is read when its submission is, by the rules of `archive`, and what is wrong with one
entry is that learner's alone. A zip among the entries is one submission of the learner whose entry it is, whatever
stands in it.

Whether a zip is such a download is told from the names in it, and all of them together decide. Learners choose every
name in a zip of their own. So a zip that lies in a folder is never looked at here, nor one that a system named as one
learner's; and what may be a class or one learner's is refused, with the remedy.
"""

from __future__ import annotations

import os
import stat
import weakref
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.submissions.archive import MAX_ZIP_BYTES, is_noise, open_zip, read_entry
from autograder.submissions.names import (
    GRADESCOPE,
    GRADESCOPE_METADATA,
    Named,
    People,
    canvas,
    clean_name,
    gradescope,
    gradescope_people,
    moodle,
)
from autograder.submissions.notebook import UnreadableError

SUFFIXES = (".ipynb", ".zip")
"""Files that are graded."""

MAX_CONTENTS = 32 * 1024 * 1024
"""Bytes of the table of contents: over 200,000 entries, which is hundreds for each learner of a large class."""

REMEDY = (
    "If it is a class, unpack it and give the folder. If it is one learner's, put it into a folder and give that: "
    "there a zip is one learner's."
)

NAMED_BY: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "Canvas": lambda parts: len(parts) == 1 and canvas(parts[0]) is not None,
    "Moodle": lambda parts: moodle(parts[0]) is not None,
    "Gradescope": lambda parts: len(parts) > 1 and GRADESCOPE.fullmatch(clean_name(parts[0])) is not None,
}
"""Whether a path in a zip is named as the system does it."""


@dataclass(frozen=True)
class Entry:
    """One thing handed in, in a download, not read yet.

    Attributes:
        archive: the download, open.
        info: where in it the file is.
        name: its path in the download.
        authors: who handed it in, which attempt it is, and whether it is late; for each of them.
    """

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    name: str
    authors: tuple[Named, ...]

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            UnreadableError: with the reason.
        """
        return read_entry(self.archive, self.info, MAX_ZIP_BYTES)


@dataclass(frozen=True)
class Download:
    """A class in a zip.

    Attributes:
        system: whose download it is.
        entries: what was handed in.
        others: the names of files that are neither notebook nor zip.
    """

    system: str
    entries: tuple[Entry, ...]
    others: tuple[str, ...]


def look(path: Path) -> Download | None:
    """The download in the file at `path`; None if it is one learner's zip, or no zip that can be read.

    Raises:
        CourseError: it may be a class or one learner's, or it is a class that cannot be read.
    """
    try:
        archive = _open(path)
    except OSError:
        return None
    except UnreadableError as error:
        if path.stat().st_size <= MAX_ZIP_BYTES:
            return None  # as a learner's it gets its verdict
        raise CourseError(
            f"{path} is too large for one learner's zip, and as a class it cannot be read: {error} "
            "Download it again, or unpack it and give the folder."
        ) from None
    # Of two entries with one name the last counts, as on a disk.
    files = {name: info for info in archive.infolist() if not info.is_dir() and not _is_left_out(name := _name(info))}
    handed_in = sorted(name for name in files if name.lower().endswith(SUFFIXES))
    around, system, named = _system(files, handed_in)
    if 1 < len(named) == len(handed_in):
        metadata = around + GRADESCOPE_METADATA
        people: People = {}
        if system == "Gradescope":
            people = gradescope_people(
                read_entry(archive, files[metadata], MAX_ZIP_BYTES),
                f"{metadata} in {path}",
                "Download the export again, or unpack it and remove this file to grade the submissions under their "
                "numbers.",
            )
        entries = (Entry(archive, files[name], name, _authors(system, name, around, people)) for name in handed_in)
        return Download(system, tuple(entries), tuple(sorted(files.keys() - {*handed_in, metadata})))
    notebooks = sum(name.lower().endswith(".ipynb") for name in handed_in)
    if named or len(handed_in) > 2 or (len(handed_in) == 2 and notebooks != 1):
        raise CourseError(f"{path} {_seen(handed_in, system, named)} {REMEDY}")
    return None


def _open(path: Path) -> zipfile.ZipFile:
    """The zip at `path`, which must be a plain file. Its file is closed with the last of its entries."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("not a plain file")
        archive = open_zip(file, MAX_CONTENTS)
    except BaseException:
        file.close()
        raise
    weakref.finalize(archive, file.close)
    return archive


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's path. Some systems write UTF-8 and do not say so; `zipfile` then takes it for the IBM PC's."""
    if not info.flag_bits & 0x800:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.filename


def _is_left_out(name: str) -> bool:
    """Whether a folder would not be searched for it either."""
    return is_noise(name) or any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts)


def _system(files: Collection[str], handed_in: Collection[str]) -> tuple[str, str, list[str]]:
    """The system after which most is named: what stands before its names, the system, and what is named so."""
    best: tuple[str, str, list[str]] = "", "", []
    first = {name.partition("/")[0] for name in files}
    one_folder = {f"{folder}/" for folder in first if len(first) == 1 and folder not in files}
    for around in ("", *one_folder):
        for system, is_its in NAMED_BY.items():
            named = [name for name in handed_in if is_its(_parts(name, around))]
            if system == "Gradescope" and around + GRADESCOPE_METADATA not in files:
                continue
            if len(named) > len(best[2]):
                best = around, system, named
    return best


def _parts(name: str, around: str) -> tuple[str, ...]:
    return PurePosixPath(name.removeprefix(around)).parts


def _authors(system: str, name: str, around: str, people: People) -> tuple[Named, ...]:
    first = _parts(name, around)[0]
    if system == "Gradescope":
        return tuple(gradescope(first, people))
    named = canvas(first) if system == "Canvas" else moodle(first)
    return (named,) if named else ()


def _seen(handed_in: Sequence[str], system: str, named: Collection[str]) -> str:
    """What is in a zip that may be a class or one learner's."""
    shown = [clean_name(name)[:80] for name in handed_in]
    if not named:
        return (
            f"holds {len(shown)} notebooks and zips, such as {shown[0]} and {shown[1]}. Their names are not those of a "
            "download from Canvas, Moodle or Gradescope, and one learner's zip holds one notebook."
        )
    if len(shown) == 1:
        return f"holds one submission, {shown[0]}, named as in a download from {system}; a class has several."
    other = next(clean_name(name)[:80] for name in handed_in if name not in named)
    return (
        f"holds {len(shown)} notebooks and zips. {len(named)} of them are named as in a download from {system}, "
        f"others, such as {other}, are not."
    )
