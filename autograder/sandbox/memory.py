"""Outside: how much memory a sandbox uses, all its processes together.

Measured is PSS, in which a page shared by n processes counts 1/n for each.
RSS would count TensorFlow's pages, which all children share, once for each.
Added is what sockets may hold, which is the kernel's memory and in no
process's count.
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
from collections.abc import Iterator
from pathlib import Path


def megabytes(process: int, enough: float) -> float:
    """What `process` and all its descendants use, in MB; exact only when it is more than `enough`.

    RSS is never less than PSS and much quicker to read, so while the sum of RSS is small it is the answer.
    """
    processes = list(tree(process))
    sockets = _sockets(process)
    rough = sum(_resident(one) for one in processes)
    if rough + sockets > enough:
        rough = sum(_proportional(one) for one in processes)
    return rough + sockets


def tree(process: int) -> Iterator[int]:
    """`process` and its descendants; a child of any thread counts."""
    yield process
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in Path(f"/proc/{process}/task/{thread}/children").read_text().split():
                yield from tree(int(child))
    except OSError:  # It has ended meanwhile.
        return


def _resident(process: int) -> float:
    pages = 0
    with contextlib.suppress(OSError, IndexError):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    for thread in () if pages else threads(process):
        with contextlib.suppress(OSError, IndexError):
            pages = max(pages, int(Path(f"/proc/{process}/task/{thread}/statm").read_text().split()[1]))
    return pages * resource.getpagesize() / (1 << 20)


def _proportional(process: int) -> float:
    for folder in (f"/proc/{process}", *(f"/proc/{process}/task/{thread}" for thread in threads(process))):
        try:
            lines = Path(folder, "smaps_rollup").read_text().splitlines()
        except OSError:  # It has ended; or the warden, which does not let itself be looked at.
            continue
        if lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0


def threads(process: int) -> list[str]:
    """The threads of a process. When the first has ended, only the others can say what memory there still is."""
    try:
        return os.listdir(f"/proc/{process}/task")
    except OSError:
        return []


def _sockets(process: int) -> float:
    """The most that the sockets in the network namespace of `process` can hold, in MB; 0 where it is our own."""
    try:
        if os.stat(f"/proc/{process}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
            return 0
        count = int(Path(f"/proc/{process}/net/sockstat").read_text().split()[2])
    except (OSError, ValueError, IndexError):
        return 0
    return count * _buffer()


@functools.cache
def _buffer() -> float:
    """What one end of a socket pair may hold until somebody reads it, in MB. A notebook cannot enlarge it."""
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text()) / (1 << 20)
    except (OSError, ValueError):
        return 0.25
