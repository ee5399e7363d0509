"""Notebooks of the greatest size that is taken, each built to cost its reader as much as it can.

`python -m tests.submissions.bombs NAME PATH` writes one. `python -m tests.submissions.bombs PATH` reads it as a batch
does, and prints what became of it, the processor time, and by how much the process grew at most, the file's bytes
included. `test_bombs.py` holds every one of them to the same limits.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from autograder.submissions.find import Found
from autograder.submissions.notebook import MAX_NOTEBOOK_BYTES, parse_notebook
from autograder.submissions.read import read_submission

CODE = b'{"cell_type": "code", "metadata": {}, "source": "a = 1", "outputs": []}'
MAX_SECONDS = 6.0
"""Of processor time, for any file that is taken; the worst of these takes a fourth of it."""

MAX_MEGABYTES = 128
"""By which the process may grow, for any file that is taken."""

ROOM = MAX_NOTEBOOK_BYTES - 1024


def _notebook(cells: bytes = CODE, more: bytes = b"", version: int = 4) -> bytes:
    return b'{"nbformat": %d, "nbformat_minor": 5, "metadata": {}%s, "cells": [%s]}' % (version, more, cells)


def _sheet(cells: bytes, version: int = 3) -> bytes:
    return b'{"nbformat": %d, "metadata": {"name": ""}, "worksheets": [{"cells": [%s]}]}' % (version, cells)


def _outputs(inside: bytes) -> bytes:
    return _notebook(b'{"cell_type": "code", "metadata": {}, "source": "a = 1", "outputs": [' + inside + b"]}")


def _old(inside: bytes) -> bytes:
    return _sheet(b'{"cell_type": "code", "input": "a = 1", "language": "python", "outputs": [' + inside + b"]}")


def _list(item: bytes, room: int = ROOM) -> bytes:
    return (item + b",") * (room // (len(item) + 1) - 1) + item


def _different(form: bytes) -> bytes:
    return b",".join(form % number for number in range(ROOM // (len(form % 9_999_999) + 1)))


STREAM = b'{"output_type": "stream", "stream": "stdout", "text": ["x"]}'

BOMBS: dict[str, Callable[[], bytes]] = {
    "old-format-many-outputs": lambda: _old((STREAM + b",") * 131_071 + STREAM),
    "old-format-as-many-outputs-as-fit": lambda: _old(_list(STREAM)),
    "old-format-many-cells": lambda: _sheet(_list(b'{"cell_type": "code", "input": "a"}')),
    "old-format-many-sheets": lambda: b'{"nbformat": 3, "worksheets": [' + _list(b'{"cells":[]}') + b"]}",
    "first-format-many-cells": lambda: _notebook(_list(b'{"cell_type": "code", "code": "a"}'), version=1),
    "second-format-many-cells": lambda: _sheet(_list(b'{"cell_type": "code", "input": "a"}'), 2),
    "outputs-of-empty-lists": lambda: _outputs(_list(b"[]")),
    "outputs-of-empty-dictionaries": lambda: _outputs(_list(b"{}")),
    "outputs-of-empty-texts": lambda: _outputs(_list(b'""')),
    "outputs-one-long-text": lambda: _outputs(b'"' + b"x" * ROOM + b'"'),
    "outputs-one-text-of-escapes": lambda: _outputs(b'"' + b'\\"' * (ROOM // 2) + b'"'),
    "outputs-an-endless-text-of-quotes": lambda: _outputs(b'"' + b'\\"' * (ROOM // 2)),
    "outputs-of-numbers": lambda: _outputs(_list(b"1.5")),
    "outputs-deep": lambda: _outputs(b"[" * (ROOM // 2) + b"]" * (ROOM // 2)),
    "many-outputs-keys": lambda: _notebook(_list(b'{"outputs":0}')),
    "many-tiny-cells": lambda: _notebook(_list(b"{}")),
    "many-code-cells": lambda: _notebook(_list(b'{"cell_type":"code","source":"a"}')),
    "cells-of-numbers": lambda: _notebook(_list(b"7")),
    "deep": lambda: b"[" * ROOM,
    "deep-dictionaries": lambda: b'{"a":' * (ROOM // 5),
    "one-long-source": lambda: _notebook(b'{"cell_type": "code", "source": "' + b"x" * ROOM + b'"}'),
    "one-long-source-of-wide-characters": lambda: _notebook(
        b'{"cell_type": "code", "source": "' + "\N{GRINNING FACE}".encode() + b"x" * (ROOM - 8) + b'"}'),
    "one-long-source-of-half-characters": lambda: _notebook(
        b'{"cell_type": "code", "source": "' + b"\\ud800" * (ROOM // 6) + b'"}'),
    "eight-megabytes-of-source": lambda: _notebook(
        b'{"cell_type": "code", "source": "' + "\N{GRINNING FACE}".encode() + b"x" * (8_380_000 - 8) + b'"}'),
    "eight-megabytes-of-numbers": lambda: _notebook(CODE, b', "x": [' + _list(b"1000", 8_380_000) + b"]"),
    "as-many-lists-as-are-kept": lambda: _notebook(CODE, b', "x": [' + _list(b"[]", 700_000) + b"]"),
    "as-many-keys-as-are-kept": lambda: _notebook(
        CODE, b', "x": {' + b",".join(b'"%d":[]' % n for n in range(240_000)) + b"}"),
    "long-numbers": lambda: _notebook(CODE, b', "x": [' + _list(b"9" * 4300, 8_380_000) + b"]"),
    "one-long-number": lambda: _notebook(CODE, b', "x": ' + b"9" * ROOM),
    "metadata-of-different-keys": lambda: _notebook(CODE, b', "x": {' + _different(b'"%d":0') + b"}"),
    "the-same-key-again": lambda: _notebook(CODE, b"," + _list(b'"metadata":[]')),
    "cells-again-and-again": lambda: _notebook(CODE, b"," + _list(b'"cells":[{}]')),
    "attachments": lambda: _notebook(b'{"cell_type": "markdown", "source": "", "attachments": {"a": "'
                                     + b"x" * (ROOM - 100) + b'"}},' + CODE),
    "widgets": lambda: _notebook(CODE, b', "metadata": {"widgets": {' + _different(b'"%d":[0]') + b"}}"),
    "white-space": lambda: b" " * ROOM + _notebook(),
    "nothing-but-white-space": lambda: b" \n" * (ROOM // 2),
    "quotes": lambda: b'"' * ROOM,
    "backslashes": lambda: b'"' + b"\\" * ROOM,
}  # fmt: skip


def main() -> None:
    """Writes the bomb named first to the path named second; or reads the file at the only path."""
    if len(sys.argv) == 3:
        data = BOMBS[sys.argv[1]]()
        assert len(data) <= MAX_NOTEBOOK_BYTES, len(data)
        Path(sys.argv[2]).write_bytes(data)
        return
    path = Path(sys.argv[1])
    parse_notebook(_notebook())  # what is imported or compiled with the first notebook is no part of it
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    found = Found(path=path, learner="learner", name=path.name)
    read = read_submission(found, "02-preprocessing", ("02-preprocessing",))
    seconds = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    said = read.reason or f"{len(read.cells)} cells"
    print(json.dumps({"said": said, "seconds": round(seconds, 2), "megabytes": grown // 1024}))


if __name__ == "__main__":
    main()
