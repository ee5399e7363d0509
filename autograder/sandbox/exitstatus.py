"""Both sides: how what ran in a sandbox ended, the last message on its socket. Written by the supervisor, read outside.

Twelve bytes, the first four of which say that it is one:

    MARK | exit code | number of the reason

What runs in a sandbox speaks over the same socket in messages of its own, and
none of these may begin with `MARK`. It may forge this one, too: like
everything from inside, this is a claim.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SIZE = 12
"""Bytes."""
MARK = 0xFFFFFFFF

SPACE = "its files took more space than the scratch folder has"
STARTED = "it started more processes and threads than it may"
ORPHANS = "it started processes without end, each of which outlived the one before"
FILES = "it made more files and folders than it may"
MOVED = "it moved folders about all the time, so that nobody could say how large they are"
HUNG_UP = "its connection to the grader was closed"
REASONS = ("", SPACE, STARTED, ORPHANS, FILES, MOVED, HUNG_UP)
"""Why the supervisor ended it; the first: it ended by itself, or was told to."""

_FORM = struct.Struct("<IiI")


@dataclass(frozen=True)
class Ended:
    """How it ended.

    Attributes:
        code: its exit code, or the number of the signal that ended it, negative.
        reason: one of `REASONS`.
    """

    code: int
    reason: str


def written(ended: Ended) -> bytes:
    """The bytes to send."""
    return _FORM.pack(MARK, ended.code, REASONS.index(ended.reason))


def read(data: bytes) -> Ended | None:
    """What `data`, the first `SIZE` bytes of a message, says; None when it is no exit status."""
    mark, code, reason = _FORM.unpack(data)
    return Ended(code, REASONS[reason]) if mark == MARK and reason < len(REASONS) else None
