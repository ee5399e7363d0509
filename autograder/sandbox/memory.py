"""Outside: how much memory a sandbox uses, all its processes together.

Measured is PSS, in which a page shared by n processes counts 1/n for each.
RSS would count TensorFlow's pages, which all children share, once for each.
Added is what is the kernel's memory and in neither count: page tables, of
which each process has its own, and what sockets may hold.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path


def megabytes(process: int, enough: float) -> float:
    """What `process` and all its descendants use, in MB; exact only when it is more than `enough`.

    RSS is never less than PSS and much quicker to read, so while the sum of RSS is small it is the answer.
    """
    held = {one: _held(one) for one in tree(process)}
    kernels = _sockets(process) + sum(tables for _, tables in held.values())
    rough = sum(resident for resident, _ in held.values())
    if rough + kernels > enough:
        rough = sum(_proportional(one) for one in held)
    return rough + kernels


def tree(process: int) -> Iterator[int]:
    """`process` and its descendants; a child of any thread counts."""
    yield process
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in Path(f"/proc/{process}/task/{thread}/children").read_text().split():
                yield from tree(int(child))
    except OSError:  # It has ended meanwhile.
        return


def _held(process: int) -> tuple[float, float]:
    """Its RSS and its page tables, in MB; zeros when it has ended."""
    for folder in _folders(process):
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = Path(folder, "status").read_text(errors="replace")
            held = {name: int(text.split()[0]) / 1024
                    for name, _, text in (line.partition(":") for line in status.splitlines())
                    if name in ("VmRSS", "VmPTE")}
            if held:
                return held.get("VmRSS", 0.0), held.get("VmPTE", 0.0)
    return 0.0, 0.0


def _proportional(process: int) -> float:
    for folder in _folders(process):
        try:
            lines = Path(folder, "smaps_rollup").read_text().splitlines()
        except OSError:  # It has ended; or the supervisor, which does not let itself be looked at.
            continue
        if lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0


def _folders(process: int) -> Iterator[str]:
    """Where the memory of a process is written; when its first thread has ended, only the others can say."""
    yield f"/proc/{process}"
    for thread in threads(process):
        yield f"/proc/{process}/task/{thread}"


def threads(process: int) -> list[str]:
    """The threads of a process."""
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
