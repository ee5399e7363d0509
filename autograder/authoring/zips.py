"""Reads zip files, and makes them so that the same contents give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every file in a zip: the earliest that the format can hold."""


def read_zip(path: Path) -> dict[str, bytes]:
    """Returns the files in the zip at `path`, by name."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """Makes a zip of `files` (name in the zip -> contents), in the order of their names.

    A file that begins with `#!` is a program and may be run. Nothing is compressed: the one large file is
    compressed already, and zlib's output differs from one version to the next.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system = 3  # as on Unix, whatever the machine
            program = files[name].startswith(b"#!")
            entry.external_attr = (0o100755 if program else 0o100644) << 16
            file.writestr(entry, files[name])
    return buffer.getvalue()
