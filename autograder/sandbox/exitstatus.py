"""Both sides: the exit status of the runner, the last message on its socket.

The supervisor writes it, outside reads it.

Twelve bytes, of which the first four mark it as an exit status:

    MARK | exit code | number of the reason

The program in the sandbox sends its own messages over the same socket, and none
of these may begin with `MARK`. It can forge an exit status, too: like
everything from inside, the status is a claim.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SIZE = 12
"""Bytes of an exit status."""
MARK = 0xFFFFFFFF

SPACE = "its files took more space than the scratch folder has"
STARTED = "it started more processes and threads than it may"
ORPHANS = "it started processes without end, each of which outlived the one before"
FILES = "it made more files and folders than it may"
MOVED = "it moved folders about all the time, so that nobody could say how large they are"
HUNG_UP = "its connection to the grader was closed"
REASONS = ("", SPACE, STARTED, ORPHANS, FILES, MOVED, HUNG_UP)
"""Why the supervisor ended the runner. The first means that it ended by itself, or was told to."""

_FORM = struct.Struct("<IiI")


@dataclass(frozen=True)
class Ended:
    """The end of a runner.

    Attributes:
        code: its exit code, or the number of the signal that ended it, negative.
        reason: one of `REASONS`.
    """

    code: int
    reason: str


def written(ended: Ended) -> bytes:
    """Returns the bytes to send."""
    return _FORM.pack(MARK, ended.code, REASONS.index(ended.reason))


def read(data: bytes) -> Ended | None:
    """Decodes `data`, the first `SIZE` bytes of a message; returns None when it is no exit status."""
    mark, code, reason = _FORM.unpack(data)
    return Ended(code, REASONS[reason]) if mark == MARK and reason < len(REASONS) else None
