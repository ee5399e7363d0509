"""Writes files whole or not at all: into a neighbor first, which is then renamed.

A report that somebody has open, or a run that is killed midway, never leaves
half a file under its name. A run that is killed can leave the neighbor, a
hidden file that ends in `.tmp`.

What an instructor names as the place of an export takes the place of an earlier one alone (`write_export`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from pathlib import Path

from autograder.course import CourseError, digest

EXPORTED = ".exported.json"
"""The path of each exported file -> the SHA-256 of the content that was written, and `TEMPLATE` if there was one."""

TEMPLATE = " from a template"
"""Stands behind the digest of an export that was made from a system's own table."""

PAGE = b"<!doctype html>"
"""The beginning of each of our own pages."""

LONGEST_HEADER = 1_000_000  # bytes of a table's first line


class CannotWriteError(CourseError):
    """A file cannot be written; `cause` says which, and why, and what to do first."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"{cause} Then run again.")
        self.cause = cause


def write_text(path: Path, text: str) -> None:
    """Writes `text` to `path` as UTF-8, with line breaks as they are; else as `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes `content` to `path`, replacing the file there, in one step. Makes missing folders.

    Raises:
        CannotWriteError: it cannot be written; the message names the file, the cause and the remedy. The old file is
            untouched.
    """
    neighbor = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with neighbor.open("xb") as file:
                file.write(content)
            os.replace(neighbor, path)
        finally:
            neighbor.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWriteError(
            f"Cannot write {path}: {error.strerror or error}. If another program has the file open, close "
            "it. Else check that the disk has room and that the folder is yours to write to."
        ) from error


def write_export(path: Path, content: bytes, folder: Path, template: Path | None = None) -> None:
    """Writes an export to where the instructor wants it, and keeps account of it.

    It replaces only an earlier export: a file that was written so and is unchanged; a table that begins with the same
    line; a zip of nothing but our own pages; or an empty file. What was made from a template is replaced only by what
    is made from one: without it the system may not find the rows.

    Args:
        path: the file.
        content: a table, or a zip of pages.
        folder: the folder with the account.
        template: the table that it is made from, which is not replaced in any case.

    Raises:
        CourseError: another file is there, which stays untouched; or the file cannot be written.
    """
    account = _account(folder)
    key = os.path.abspath(path)
    if template and path.exists() and template.exists() and path.samefile(template):
        raise CourseError(f"{path} is what this is made from, and is not replaced. Name another file with --to.")
    if os.path.lexists(path) and not path.is_file():
        raise CourseError(f"{path} is {'a folder' if path.is_dir() else 'no file'}. Name a file with --to.")
    before = account.get(key, "")
    if path.is_file() and before.endswith(TEMPLATE) and not template:
        raise CourseError(f"{path} was made from a template, and without one the system may not find its rows. It is "
                          "left as it is. Give --template again, or name another file with --to.")
    if path.is_file() and before.removesuffix(TEMPLATE) != digest(path) and not _is_of_its_kind(path, content):
        raise CourseError(f"{path} is there already, and it is no export of this kind, or was changed since. It is "
                          "left as it is. Name another file with --to, or move that one away first.")
    write_bytes(path, content)
    made = hashlib.sha256(content).hexdigest() + (TEMPLATE if template else "")
    write_text(folder / EXPORTED, json.dumps({**account, key: made}, indent=1) + "\n")


def _account(folder: Path) -> dict[str, str]:
    """Returns the exports so far; nothing if the account is lost."""
    try:
        return {str(path): str(digest) for path, digest in json.loads((folder / EXPORTED).read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _is_of_its_kind(path: Path, content: bytes) -> bool:
    """Returns whether a file is empty, or an export of an earlier version, which kept no account."""
    if not path.stat().st_size:
        return not path.is_symlink()
    if not content.startswith(b"PK"):
        with path.open("rb") as file:
            return file.readline(LONGEST_HEADER) == content[: content.find(b"\n") + 1] != b""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.namelist()) and all(_is_page(archive, name) for name in archive.namelist())
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return False


def _is_page(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as file:
        return file.read(len(PAGE)).lower() == PAGE
