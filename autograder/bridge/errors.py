"""Inside: how a cell ended, and its error as the learner wants to read it.

It runs in the learner's process, which may lie: outside, both are only text.
"""

from __future__ import annotations

import os
import traceback

from autograder.bridge import records


def status_of(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, KeyboardInterrupt):
        return "timeout"
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "memory"
    return "raised"


def learner_traceback(error: BaseException, cells: dict[str, int]) -> str:
    """The error as the learner wants to read it: the lines of their own cells, then what was raised."""
    try:
        lines = []
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in cells or frame.filename.startswith(os.getcwd()):
                place = f"cell {cells[frame.filename] + 1}" if frame.filename in cells else frame.filename
                where = "" if frame.name == "<module>" else f", in {frame.name}"
                lines.append(f"{place}, line {frame.lineno}{where}\n    {frame.line or ''}\n")
        if len(lines) > 20:
            lines[10:-10] = ["...\n"]
        # A library may say what its own frames did; a learner's code may lie. Both are only text.
        text = "".join(lines) + "".join(traceback.format_exception_only(type(error), error))
    except BaseException:
        text = type(error).__name__
    half = records.ERROR_LIMIT // 2 - 5
    return text if len(text) <= records.ERROR_LIMIT else f"{text[:half]}\n...\n{text[-half:]}"
