"""Nursery process and inside: runs the course's helper module, which unpacks the data once for all notebooks.

`digits.py` stores unpacked arrays under the hash of the file that held them.
The nursery process runs the course's own copy of it and makes it unpack the
course's data. A sandbox imports the copy beside its notebook and, if that is
the same, hands it these arrays. The copy still reads the file beside it, and
hashes it, before it takes them for the content of the file.

The arrays are read-only, notebooks get copies of them, and a sandbox shares no
memory that it can write to: no notebook sees what another does to its arrays.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "digits"
DATA = "mnist.npz"

_source = b""
_unpacked: dict[str, Any] = {}


class _Source(importlib.abc.InspectLoader):
    """Runs a module from its source text, wherever the text came from."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    def get_source(self, fullname: str) -> str:
        return self.source.decode()


def prepare(files: Mapping[str, bytes]) -> None:
    """Runs in the nursery process: runs the course's helper among these files, by name, and has it unpack the data."""
    global _source
    if not {f"{NAME}.py", DATA} <= files.keys():
        return
    with contextlib.suppress(Exception):  # If something is wrong with them, the notebook that needs them says so.
        spec = importlib.util.spec_from_loader(NAME, _Source(files[f"{NAME}.py"]), origin=f"{NAME}.py")
        assert spec is not None and spec.loader is not None
        spec.has_location = True  # the helper asks where it lies
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.unpack(files[DATA])
        _unpacked.update(module.UNPACKED)
        _source = files[f"{NAME}.py"]


def take_over() -> None:
    """Runs in a sandbox before the learner's first line: imports the helper beside the notebook, with the data."""
    with contextlib.suppress(Exception):
        if _source and Path(f"{NAME}.py").read_bytes() == _source:
            importlib.import_module(NAME).UNPACKED.update(_unpacked)
