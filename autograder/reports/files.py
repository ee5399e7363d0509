"""Files are written whole or not at all: into a neighbor first, then renamed.

A report that somebody has open, or a run that is killed midway, never leaves
half a file under its name. A run that is killed can leave the neighbor, a
hidden file that ends in `.tmp`.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from autograder.course import CourseError


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, with line breaks as they are; else as `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, replacing what is there, in one step. Missing folders are made.

    Raises:
        CourseError: it cannot be written; says which file, why, and what to do. The old file is untouched.
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
        raise CourseError(
            f"Cannot write {path}: {error.strerror or error}. If another program has the file open, close "
            "it. Else check that the disk has room and that the folder is yours to write to, and run again."
        ) from error
