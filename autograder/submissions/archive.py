"""A zip as handed in to the one notebook in it and the files beside that notebook.

The zip comes from a stranger. Nothing is ever unpacked to the disk: entries
are read into memory under limits that count what is really decompressed, not
what the zip claims. A name that points outside, a link, an encrypted entry or
a second notebook makes the whole zip unreadable, with the reason.

`open_zip` and `read_entry` are for any zip, also for a whole class in one
(`download`): there what is wrong with an entry makes that entry unreadable.
"""

from __future__ import annotations

import io
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from autograder.submissions.notebook import MAX_NOTEBOOK_BYTES, UnreadableError

MAX_ZIP_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_CONTENTS = 4 * 1024 * 1024
"""Bytes of a zip's table of contents, which is in memory many times as large: four times 1000 long names."""

MAX_RATIO = 200
"""Text compresses about tenfold; an entry beyond this ratio (and 1 MB) is a bomb."""

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_FILES = 50
FILE_SUFFIXES = frozenset({".py", ".csv", ".json", ".txt", ".npy", ".npz", ".png", ".jpg", ".jpeg"})
"""Files beside the notebook that its code may want to read or import."""

FILE_NAME = re.compile(r"\w[\w .()+-]{0,79}")
"""Names that a file beside the notebook may have: short enough, even in other scripts, for any disk."""

NOISE = frozenset({"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", ".venv", "node_modules"})
"""Folders that no one hands in on purpose."""

DRIVE = re.compile(r"[A-Za-z]:[/\\]")
"""How an absolute path starts on Windows."""


@dataclass(frozen=True)
class Packed:
    """What a zip holds: the notebook's bytes, its name in the zip, and the files of the same folder."""

    notebook: bytes
    name: str
    files: dict[str, bytes]


def read_zip(data: bytes) -> Packed:
    """The one notebook in a zip (Otter's export or any other), and the files beside it.

    Args:
        data: the zip's bytes.

    Raises:
        UnreadableError: with the reason.
    """
    with open_zip(io.BytesIO(data), MAX_CONTENTS) as archive, _damage_is_said():
        return _read(archive)


def open_zip(file: IO[bytes], max_contents: int) -> zipfile.ZipFile:
    """The zip in `file`, with nothing of it read but its table of contents.

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
    """What is in an entry of any zip: at most `limit` bytes.

    Raises:
        UnreadableError: with the reason.
    """
    _refuse_suspicious(entry)
    with _damage_is_said():
        return _content(archive, entry, limit)


class _Guarded:
    """A zip's file as `zipfile` reads it. While `most` is a number, no more than so many bytes at once.

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
    """What `zipfile` raises for a damaged zip, as one sentence."""
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
    ) as error:
        raise UnreadableError(f"The zip is damaged and cannot be read ({type(error).__name__}).") from None


def _read(archive: zipfile.ZipFile) -> Packed:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableError(f"The zip has {len(entries)} entries; at most {MAX_ENTRIES} are read.")
    for entry in entries:
        _refuse_suspicious(entry)
    wanted = [entry for entry in entries if not entry.is_dir() and not is_noise(entry.filename)]
    notebooks = [entry for entry in wanted if entry.filename.lower().endswith(".ipynb")]
    if not notebooks:
        raise UnreadableError("There is no notebook in the zip.")
    if len(notebooks) > 1:
        names = ", ".join(sorted(entry.filename[:80] for entry in notebooks)[:5])
        raise UnreadableError(f"There are {len(notebooks)} notebooks in the zip ({names}); hand in one.")
    notebook = notebooks[0]
    folder = posixpath.dirname(notebook.filename)
    beside = [
        entry
        for entry in wanted
        if posixpath.dirname(entry.filename) == folder
        and posixpath.splitext(entry.filename)[1].lower() in FILE_SUFFIXES
        and FILE_NAME.fullmatch(posixpath.basename(entry.filename))
    ]
    if len(beside) > MAX_FILES:
        raise UnreadableError(f"The zip has {len(beside)} files beside the notebook; at most {MAX_FILES}.")
    files: dict[str, bytes] = {}
    for entry in beside:
        room = MAX_FILE_BYTES - sum(len(content) for content in files.values())
        files[posixpath.basename(entry.filename)] = _content(archive, entry, room)
    return Packed(_content(archive, notebook, MAX_NOTEBOOK_BYTES), notebook.filename, files)


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
        # Of the other methods some want gigabytes of memory because the zip says so.
        raise UnreadableError(f"The zip is packed by an unusual method ({shown!r}). Hand in an ordinary zip.")


def is_noise(name: str) -> bool:
    """Whether no one hands in this entry on purpose."""
    parts = name.split("/")
    return any(part in NOISE for part in parts[:-1]) or parts[-1].startswith(".")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The entry's bytes, counted while they are decompressed."""
    allowed = min(limit, max(1024 * 1024, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as stream:
        content = stream.read(allowed + 1)
    if len(content) > allowed:
        raise UnreadableError(
            f"The zip's entry {entry.filename[:80]!r} unpacks to more than {allowed / 2**20:.0f} MB."
        )
    return content
