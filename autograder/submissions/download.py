"""The zip that a learning management system makes of a whole class.

Named on the command line it stands for the folder that unpacking it would give: the same learners, the same names.
Nothing is unpacked. An entry is read when its submission is, by the rules of `archive`, and a fault of one entry
concerns only that learner. A zip among the entries is one submission of the learner whose entry it is, whatever it
contains.

The names in a zip, all of them together, decide whether it is such a download (`systems`). Learners choose every name
in a zip of their own. So this module never considers a zip that lies in a folder, nor one that a system named as one
learner's; and it refuses a zip that may be a class or one learner's, with the remedy. Of several zips on the command
line all are classes, or none is (`classes`).
"""

from __future__ import annotations

import io
import itertools
import os
import stat
import weakref
import zipfile
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course import CourseError, exercise_names, former_names
from autograder.submissions.archive import MAX_ZIP_BYTES, is_noise, open_zip, read_entry
from autograder.submissions.names import NOTEBOOKS, clean_name, is_handed_in
from autograder.submissions.notebook import UnreadableError
from autograder.submissions.systems import Listing, Recognized, for_another, is_download, named_alone, recognize

MAX_CONTENTS = 32 * 1024 * 1024
"""Bytes of the table of contents: over 200,000 entries, which is hundreds for each learner of a large class."""

REMEDY = (
    "If it is a class, unpack it and give the folder. If it is one learner's, put it into a folder and give that: "
    "there a zip is one learner's."
)

MAX_METADATA = 32 * 1024 * 1024
"""Bytes that are read of a system's own file."""


@dataclass(frozen=True)
class Entry:
    """A file handed in, in a download, not read yet.

    Attributes:
        archive: the download, open.
        info: the place of the file in it.
        name: its path in the download.
    """

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    name: str

    def read(self) -> bytes:
        """Reads the file's bytes.

        Raises:
            UnreadableError: with the reason.
        """
        return read_entry(self.archive, self.info, MAX_ZIP_BYTES)


@dataclass(frozen=True)
class Download:
    """A class in a zip.

    Attributes:
        seen: the download as its system's module sees it.
        listing: the names in it.
        entries: every file in it, by name.
        left_out: notebooks and zips in it that are left out in a folder, too.
    """

    seen: Recognized
    listing: Listing
    entries: dict[str, Entry]
    left_out: tuple[str, ...] = ()


def look(path: Path) -> Download | None:
    """Opens the download in the file at `path`; returns None if it is one learner's zip, or no zip that can be read.

    Raises:
        CourseError: it may be a class or one learner's, or it is a class that cannot be read.
    """
    try:
        archive = _open(path)
    except OSError:
        return None
    except UnreadableError as error:
        if path.stat().st_size <= MAX_ZIP_BYTES:
            return None  # as a learner's zip it gets its verdict
        raise CourseError(
            f"{path} is too large for one learner's zip, and as a class it cannot be read: {error} "
            "Download it again, or unpack it and give the folder."
        ) from None
    files: dict[str, zipfile.ZipInfo] = {}
    left_out: list[str] = []
    for info in archive.infolist():
        if info.is_dir():
            continue
        if _is_left_out(name := _name(info)):
            left_out += [_new_name(name, left_out)] if is_handed_in(name) else []
        else:
            files[_new_name(name, files)] = info
    handed_in = sorted(name for name in files if is_handed_in(name))

    def read(name: str) -> bytes:
        try:
            return read_entry(archive, files[name], MAX_METADATA)
        except UnreadableError as error:
            raise CourseError(f"{name} in {path} cannot be read: {error}") from None

    listing = Listing(sorted(files), handed_in, read, clean_name(path.stem))
    try:
        seen = recognize(listing)
    except CourseError as error:
        raise CourseError(f"In {path}: {error}") from None
    if seen and is_download(seen, len(handed_in), strictly=True):
        return Download(seen, listing, {name: Entry(archive, info, name) for name, info in files.items()},
                        tuple(left_out))
    named = list(seen.authors) if seen and (seen.marked or not seen.needs_mark) and len(seen.authors) * 2 >= len(
        handed_in) else []
    system = seen.system if seen else ""
    if not named and seen is None and len(handed_in) == 1:
        system = for_another(handed_in[0], path.name, exercise_names())
        named = handed_in if system else []
    if inner := next((name for name in handed_in if name.lower().endswith(".zip") and _is_class(read, name)), None):
        raise CourseError(f"{path} holds {clean_name(inner)}, which looks like a whole class as a system packs it. "
                          f"Unpack {path}, and give what is in it.")
    notebooks = sum(name.lower().endswith(NOTEBOOKS) for name in handed_in)
    if named or len(handed_in) > 2 or (len(handed_in) == 2 and notebooks != 1):
        if not named and _is_course_folder(handed_in):
            return None
        raise CourseError(f"{path} {_seen(handed_in, system, named)} {REMEDY}")
    return None


def classes(paths: Sequence[Path]) -> tuple[dict[Path, Download], list[str], dict[Path, str]]:
    """Returns the zips that are a class, the remarks on them, and doubts about zips that may be a class or a learner's.

    Zips are classes only if every path is such a zip. If a shell has expanded `*.zip` to all files of a folder, a
    learner's zip full of others' names stays this learner's, and must be checked.

    Raises:
        CourseError: beside a class there is a zip that may be a class, too, or one learner's.
    """
    seen: dict[Path, Download] = {}
    either: dict[Path, str] = {}
    refused: CourseError | None = None
    for path in paths:
        if path.suffix.lower() != ".zip" or path.is_dir() or _is_named_by_system(path):
            continue
        try:
            download = look(path)
        except CourseError as error:
            if len(paths) == 1:
                raise
            refused = refused or error
            either[path] = "this zip may be a class, or one learner's; beside other paths it counts as one learner's"
            continue
        if download:
            seen[path] = download
    if refused and len(seen) + len(either) == len(paths) > len(either):
        raise refused
    if len(seen) < len(paths):
        said = {path: f"{clean_name(str(path))} looks like a download from {download.seen.system}. Beside other paths "
                "it counts as one learner's zip; to grade the class in it, give it alone"
                for path, download in seen.items()}
        return {}, [f"{one}." for one in said.values()], {**either, **said}
    remarks = []
    for path, download in seen.items():
        authors = download.seen.authors
        learners = {named.learner for own in authors.values() for named in own}
        remarks.append(
            f"{clean_name(str(path))} is a download from {download.seen.system}: {len(authors)} notebooks and "
            f"zips of {len(learners)} {'learner' if len(learners) == 1 else 'learners'}."
        )
    return seen, remarks, {}


def _is_named_by_system(path: Path) -> bool:
    """Returns whether a zip's own name, or its folder's, is one that a system gives to one learner's work."""
    folders = [clean_name(part) for part in path.absolute().parts[-3:-1]]
    return any(named_alone(path.name, folders[:around]) for around in range(len(folders) + 1))


def _is_class(read: Callable[[str], bytes], name: str) -> bool:
    """Returns whether a zip in a zip is a whole class. It reads only the names."""
    try:
        with open_zip(io.BytesIO(read(name)), MAX_CONTENTS) as inner:
            files = [one.filename for one in inner.infolist() if not one.is_dir() and not is_noise(one.filename)]
            handed_in = [one for one in files if is_handed_in(one)]
            seen = recognize(Listing(files, handed_in, lambda one: inner.read(one)[:MAX_METADATA], clean_name(name)))
            return bool(seen and is_download(seen, len(handed_in), strictly=True))
    except (CourseError, UnreadableError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError,
            zlib.error, EOFError):
        return False


def _is_course_folder(handed_in: Collection[str]) -> bool:
    """Returns whether these are the course's own notebooks, as one learner has them: a folder of exercises, zipped."""
    stems = [PurePosixPath(name).name.lower().removesuffix(".ipynb") for name in handed_in]
    own = {*exercise_names(), *former_names()}
    return len({PurePosixPath(name).parent for name in handed_in}) == 1 and set(stems) <= own


def _open(path: Path) -> zipfile.ZipFile:
    """Opens the zip at `path`, which must be a plain file. Its file is closed with the last of its entries."""
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
    """Returns the entry's path.

    Some systems write UTF-8 without saying so; `zipfile` then reads it as the IBM PC's encoding.
    """
    if not info.flag_bits & 0x800:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.filename


def _new_name(name: str, taken: Collection[str]) -> str:
    """Returns an entry's path, with a number if another entry has the same: on a disk one would overwrite the other."""
    path = PurePosixPath(name)
    plain = "/".join(part for part in path.parts if part != ".")
    names = itertools.chain([plain], (str(PurePosixPath(plain).with_name(f"{path.stem} [entry {number}]{path.suffix}"))
                                      for number in itertools.count(2)))
    return next(one for one in names if one not in taken)


def _is_left_out(name: str) -> bool:
    """Returns whether the search of a folder would leave it out, too."""
    return is_noise(name) or any(part.startswith(".") and part != ".." for part in PurePosixPath(name).parts)


def _seen(handed_in: Sequence[str], system: str, named: Collection[str]) -> str:
    """Describes the content of a zip that may be a class or one learner's."""
    shown = [clean_name(name)[:80] for name in handed_in]
    if not named:
        return (
            f"holds {len(shown)} notebooks and zips, such as {shown[0]} and {shown[1]}. Their names are not those of a "
            "download from any system, and one learner's zip holds one notebook."
        )
    if len(shown) == 1:
        return f"holds one submission, {shown[0]}, named as in a download from {system}; a class has several."
    other = next(clean_name(name)[:80] for name in handed_in if name not in named)
    return (
        f"holds {len(shown)} notebooks and zips. {len(named)} of them are named as in a download from {system}, "
        f"others, such as {other}, are not."
    )
