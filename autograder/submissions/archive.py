"""Reads a zip as handed in: the one notebook in it and the files beside that notebook.

A zip in the zip is read as well, because Otter's export may lie in a folder that was zipped. The zip comes
from a stranger. Nothing is ever unpacked to the disk: entries are read into memory under limits that count
the bytes really decompressed, not those that the zip claims. Files that a working folder collects are left
out before any limit counts them, and so are the course's own. Among the rest, a name that points outside, a
link or an encrypted entry makes the whole zip unreadable, with the reason; so does a second notebook, unless
just one of them is for the exercise that is graded.

`open_zip` and `read_entry` are for any zip, also for a whole class in one
(`download`): there a fault of an entry makes only that entry unreadable.
"""

from __future__ import annotations

import io
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast

from autograder.course import SUPPORT_FILES
from autograder.submissions.names import NOTEBOOKS
from autograder.submissions.notebook import MAX_NOTEBOOK_BYTES, UnreadableError

MAX_ZIP_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_CONTENTS = 4 * 1024 * 1024
"""Bytes of a zip's table of contents, which takes many times as much memory: four times that of 1000 long names."""

MAX_RATIO = 200
"""Text compresses about tenfold; an entry beyond this ratio (and 1 MB) is a bomb."""

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_FILES = 50
FILE_SUFFIXES = frozenset({".py", ".csv", ".json", ".txt", ".npy", ".npz", ".png", ".jpg", ".jpeg"})
"""Files beside the notebook that its code may want to read or import."""

FILE_NAME = re.compile(r"\w[\w .()+-]{0,79}")
"""Names that a file beside the notebook may have: short enough, even in other scripts, for any disk."""

NOISE = frozenset({
    "__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", ".venv", "venv", "node_modules", "site-packages",
    ".vscode", ".idea", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipython", ".jupyter", ".cache", ".Trash",
})  # fmt: skip
"""Folders that nobody hands in on purpose."""

NOISE_FILES = frozenset({"thumbs.db", "desktop.ini", "__zip_filename__"})
"""Files that systems put there."""

MAX_NOTEBOOKS = 30
"""How many notebooks of a zip are examined, to find the one of the exercise: more than the course has."""

MAX_DEPTH = 2
"""How many zips inside of each other are read: the one handed in, Otter's export in it, and one in that."""

DRIVE = re.compile(r"[A-Za-z]:[/\\]")
"""How an absolute path starts on Windows."""


@dataclass(frozen=True)
class Packed:
    """The content of a zip: the notebook's bytes, its name in the zip, and the files of the same folder.

    `left_out` are files beside it that are too large, or too many, to be given to the notebook. `passed` are other
    notebooks in it, and `closed` zips in it that cannot be read, each with the reason.
    """

    notebook: bytes
    name: str
    files: dict[str, bytes]
    left_out: tuple[str, ...] = ()
    passed: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)


class SeveralError(UnreadableError):
    """A zip holds several notebooks, and it is not known which counts."""


@dataclass(frozen=True)
class Judge:
    """Decides between several notebooks of one zip.

    Attributes:
        code: returns a value that is equal for equal answers.
        steps: tried one after another, until one notebook is left: whether a notebook counts, what is then true of it
            (for the reason if there is not just one), and why the others do not count.
    """

    code: Callable[[bytes], object]
    steps: Sequence[tuple[Callable[[bytes], bool], str, str]]


def read_zip(data: bytes, judge: Judge | None = None, beside: Collection[str] = SUPPORT_FILES) -> Packed:
    """Returns the one notebook in a zip (Otter's export or any other), or in a zip in it, and the files beside it.

    Args:
        data: the zip's bytes.
        judge: decides which of several notebooks counts; None if nothing does.
        beside: files that are not read: others, not the learner's, lie beside the notebook when it runs.

    Raises:
        UnreadableError: with the reason.
    """
    with open_zip(io.BytesIO(data), MAX_CONTENTS) as archive, _damage_is_said():
        return _read(archive, judge, beside)


def open_zip(file: IO[bytes], max_contents: int) -> zipfile.ZipFile:
    """Opens the zip in `file`; reads nothing of it but its table of contents.

    Args:
        file: the zip; stays open for as long as entries are read.
        max_contents: bytes that the table of contents may have.

    Raises:
        UnreadableError: with the reason.
    """
    guarded = _Guarded(file, max_contents)
    with _damage_is_said():
        archive = zipfile.ZipFile(cast(Any, guarded))
    guarded.most = None
    return archive


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Reads an entry of any zip: at most `limit` bytes.

    Raises:
        UnreadableError: with the reason.
    """
    _refuse_suspicious(entry)
    with _damage_is_said():
        return _content(archive, entry, limit)


class _Guarded:
    """A zip's file for `zipfile` to read. While `most` is a number, each read returns at most so many bytes.

    `zipfile` reads the table of contents at once, as long as the zip says that it is, and makes an object of
    every entry in it: 64 MB of them would fill a gigabyte before anyone could count them.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.most: int | None = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        if self.most is None:
            return self._read(size)
        data = self._read(self.most + 1 if size < 0 else min(size, self.most + 1))
        if len(data) > self.most:
            raise UnreadableError(f"The zip has too many entries: their names alone take {self.most / 2**20:.0f} MB.")
        return data


@contextmanager
def _damage_is_said() -> Iterator[None]:
    """Turns the errors of `zipfile` about a damaged zip into one sentence."""
    try:
        yield
    except UnreadableError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
        MemoryError,
        IndexError,
        KeyError,
    ):
        raise UnreadableError("The zip is damaged and cannot be read.") from None


@dataclass(frozen=True)
class _Packed:
    """A notebook in a zip, or in a zip in it."""

    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo
    name: str

    def read(self) -> bytes:
        return _content(self.archive, self.entry, MAX_NOTEBOOK_BYTES)


@dataclass
class _Looked:
    """The content of a zip and the zips in it: notebooks, and zips that cannot be read, each with the reason."""

    notebooks: list[_Packed]
    closed: dict[str, str]
    noise: dict[str, str] = field(default_factory=dict)
    """Notebooks that a program put there."""

    room: int = MAX_ZIP_BYTES
    """Bytes of inner zips that may still be read."""


def _read(archive: zipfile.ZipFile, judge: Judge | None, own: Collection[str]) -> Packed:
    looked = _Looked([], {})
    _look(archive, "", looked, MAX_DEPTH)
    if not looked.notebooks:
        closed = "".join(f" It holds {name}. {why}" for name, why in sorted(looked.closed.items())[:1])
        raise UnreadableError(f"There is no notebook in the zip.{closed}")
    chosen, passed = _chosen(looked.notebooks, judge)
    folder = posixpath.dirname(chosen.entry.filename)
    beside = [
        entry
        for entry in _wanted(chosen.archive)
        if posixpath.dirname(entry.filename) == folder
        and not entry.filename.lower().endswith(NOTEBOOKS)
        and posixpath.splitext(entry.filename)[1].lower() in FILE_SUFFIXES
        and FILE_NAME.fullmatch(posixpath.basename(entry.filename))
        and posixpath.basename(entry.filename) not in own
    ]
    beside.sort(key=lambda entry: (entry.file_size, entry.filename))
    files: dict[str, bytes] = {}
    room = MAX_FILE_BYTES
    left_out = list(beside[MAX_FILES:])
    for entry in beside[:MAX_FILES]:
        if entry.file_size > room:
            left_out.append(entry)
            continue
        content = _content(chosen.archive, entry, room)
        files[posixpath.basename(entry.filename)] = content
        room -= len(content)
    return Packed(chosen.read(), chosen.name, files,
                  tuple(sorted(posixpath.basename(entry.filename) for entry in left_out)), {**looked.noise, **passed},
                  looked.closed)


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Returns the entries that somebody handed in on purpose.

    Raises:
        UnreadableError: one of them is of a kind that is not read, or there are too many.
    """
    wanted = [entry for entry in archive.infolist() if not is_noise(entry.filename)]
    if len(wanted) > MAX_ENTRIES:
        raise UnreadableError(f"The zip has {len(wanted)} entries; at most {MAX_ENTRIES} are read.")
    for entry in wanted:
        _refuse_suspicious(entry)
    return [entry for entry in wanted if not entry.is_dir()]


def _look(archive: zipfile.ZipFile, around: str, looked: _Looked, depth: int) -> None:
    """Adds the content of a zip to `looked`; for a zip in it that cannot be read, the reason."""
    wanted = _wanted(archive)
    looked.noise |= {around + entry.filename: "lies where a program keeps its own files" for entry in archive.infolist()
                     if is_noise(entry.filename) and entry.filename.lower().endswith(NOTEBOOKS)}
    notebooks = [entry for entry in wanted if entry.filename.lower().endswith(NOTEBOOKS)]
    if len(notebooks) + len(looked.notebooks) > MAX_NOTEBOOKS:
        names = ", ".join(sorted(entry.filename[:80] for entry in notebooks)[:5])
        raise SeveralError(f"There are {len(notebooks)} notebooks in the zip ({names}); hand in one.")
    looked.notebooks += [_Packed(archive, entry, around + entry.filename) for entry in notebooks]
    for entry in wanted:
        if entry.filename.lower().endswith(".zip"):
            name = around + entry.filename
            if not depth:
                looked.closed[name] = "It is a zip in a zip in a zip, which is not opened."
                continue
            try:
                with _damage_is_said():
                    data = _content(archive, entry, looked.room)
                    looked.room -= len(data)
                    _look(open_zip(io.BytesIO(data), MAX_CONTENTS), f"{name}/", looked, depth - 1)
            except UnreadableError as error:
                looked.closed[name] = str(error)


def _chosen(notebooks: Sequence[_Packed], judge: Judge | None) -> tuple[_Packed, dict[str, str]]:
    """Returns the one of several notebooks that counts; and for each other why it does not.

    Raises:
        UnreadableError: it is not known which one counts.
    """
    passed: dict[str, str] = {}
    left: list[_Packed] = []
    codes: list[object] = []
    for one in notebooks:
        code = judge.code(one.read()) if judge and len(notebooks) > 1 else one
        if code in codes:
            passed[one.name] = f"the same answers as {left[codes.index(code)].name}"
        else:
            left.append(one)
            codes.append(code)
    which = ""
    for is_wanted, what, why in judge.steps if judge else ():
        if len(left) > 1:
            fits = [one for one in left if is_wanted(one.read())]
            which = f", and {len(fits) or 'none'} of them {what}" if what else ""
            if not fits:
                break
            passed |= {one.name: why for one in left if one not in fits}
            left = fits
    if len(left) == 1:
        return left[0], passed
    names = ", ".join(sorted(one.name[:80] for one in notebooks)[:5])
    raise SeveralError(f"There are {len(notebooks)} notebooks in the zip ({names}){which}; hand in one.")


def _refuse_suspicious(entry: zipfile.ZipInfo) -> None:
    shown = entry.filename[:80]
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or entry.filename.startswith(("/", "\\")) or DRIVE.match(entry.filename):
        raise UnreadableError(f"The zip has an entry that points outside of it: {shown!r}.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableError(f"The zip has a link or a special file in it: {shown!r}.")
    if entry.flag_bits & 0x1:
        raise UnreadableError(f"The zip is encrypted ({shown!r}). Hand it in without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Some of the other methods take gigabytes of memory because the zip says so.
        raise UnreadableError(f"The zip is packed by an unusual method ({shown!r}). Hand in an ordinary zip.")


def is_noise(name: str) -> bool:
    """Returns whether nobody hands in this entry on purpose."""
    parts = name.split("/")
    hidden = parts[-1].startswith(".") and not parts[-1].startswith("..")
    return hidden or parts[-1].lower() in NOISE_FILES or any(part in NOISE for part in parts[:-1])


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Returns the entry's bytes, and counts them while they are decompressed."""
    allowed = min(limit, max(1024 * 1024, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as stream:
        content = stream.read(allowed + 1)
    if len(content) > allowed:
        raise UnreadableError(
            f"The zip's entry {entry.filename[:80]!r} unpacks to more than {allowed / 2**20:.0f} MB."
        )
    return content
