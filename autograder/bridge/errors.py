"""Inside: describes how a cell ended, and its error in the form that the learner wants to read.

It runs in the learner's process, which may lie: outside, both count only as
text.
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
    """Returns the error in the form that the learner wants to read: the lines of their cells, then the exception."""
    try:
        lines = []
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in cells or frame.filename.startswith(os.getcwd()):
                place = f"cell {cells[frame.filename] + 1}" if frame.filename in cells else frame.filename
                where = "" if frame.name == "<module>" else f", in {frame.name}"
                lines.append(f"{place}, line {frame.lineno}{where}\n    {frame.line or ''}\n")
        if len(lines) > 20:
            lines[10:-10] = ["...\n"]
        # A library may describe its own frames; a learner's code may lie. Both are only text.
        text = "".join(lines) + "".join(traceback.format_exception_only(type(error), error))
    except BaseException:
        text = type(error).__name__
    half = records.ERROR_LIMIT // 2 - 5
    return text if len(text) <= records.ERROR_LIMIT else f"{text[:half]}\n...\n{text[-half:]}"
