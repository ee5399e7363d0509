"""Outside: leaves a sandbox with many busy threads only the processor time that nobody else wants.

Linux shares the processors out among threads. A notebook with a hundred busy
processes would get nearly all of it, and its neighbors would run out of their
own time. An honest notebook has one busy thread; one with a few more is left
alone.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from autograder.sandbox import memory

MANY = 8
"""Threads that may be busy at the same moment."""


def hold_back(process: int) -> bool:
    """Puts all threads below `process` behind everything else if many of them are busy.

    This is for good: children inherit it.

    Returns:
        Whether many are busy. Where the system has no such class, or does not allow it, nothing happens.
    """
    threads = [(one, thread) for one in memory.tree(process) if one != process for thread in memory.threads(one)]
    if len(threads) <= MANY or sum(_busy(one, thread) for one, thread in threads) <= MANY:
        return False
    if hasattr(os, "SCHED_IDLE"):
        for _, thread in threads:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(int(thread), os.SCHED_IDLE, os.sched_param(0))
    return True


def _busy(process: int, thread: str) -> bool:
    """Returns whether a thread computes, or waits only for a processor."""
    try:
        return Path(f"/proc/{process}/task/{thread}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    except (OSError, IndexError):  # It has ended.
        return False
