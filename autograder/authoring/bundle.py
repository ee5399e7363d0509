"""Zip files that are the same byte for byte whenever their contents are."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every file in a zip: the earliest the format can hold."""


def read_zip(path: Path) -> dict[str, bytes]:
    """The files in the zip at `path`, by name."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Pack `files` (name in the zip -> contents), in the order of their names."""
    with zipfile.ZipFile(path, "w") as file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system = 3  # Unix, on every machine
            entry.external_attr = 0o100644 << 16
            # What is compressed already only gets slower to read.
            packed = name.endswith((".npz", ".png"))
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            file.writestr(entry, files[name])
