"""Outside: measures how much memory all processes of a sandbox use together.

It measures PSS, in which a page shared by n processes counts 1/n for each. RSS
would count TensorFlow's pages, which all children share, once for each child.
It adds kernel memory that neither of them counts: the page tables of each
process, and what sockets may hold.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path


def megabytes(process: int, enough: float) -> float:
    """Returns how much `process` and all its descendants use, in MB; exact only when it is more than `enough`.

    RSS is never less than PSS and much quicker to read, so a small sum of RSS is returned as it is.
    """
    held = {one: _held(one) for one in tree(process)}
    kernels = _sockets(process) + sum(tables for _, tables in held.values())
    rough = sum(resident for resident, _ in held.values())
    if rough + kernels > enough:
        rough = sum(_proportional(one) for one in held)
    return rough + kernels


def tree(process: int) -> Iterator[int]:
    """Yields `process` and its descendants; a child of any of its threads counts."""
    yield process
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in Path(f"/proc/{process}/task/{thread}/children").read_text().split():
                yield from tree(int(child))
    except OSError:  # It has ended meanwhile.
        return


def _held(process: int) -> tuple[float, float]:
    """Returns RSS and page tables of a process, in MB; zeros when it has ended."""
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
        except OSError:  # It has ended; or it is the supervisor, which does not let others look at it.
            continue
        if lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0


def _folders(process: int) -> Iterator[str]:
    """Yields the folders of a process in /proc that show its memory.

    After its first thread has ended, only other threads' do.
    """
    yield f"/proc/{process}"
    for thread in threads(process):
        yield f"/proc/{process}/task/{thread}"


def threads(process: int) -> list[str]:
    """Returns the threads of a process."""
    try:
        return os.listdir(f"/proc/{process}/task")
    except OSError:
        return []


def _sockets(process: int) -> float:
    """Returns what sockets in the network namespace of `process` hold at most, in MB; 0 if the namespace is ours."""
    try:
        if os.stat(f"/proc/{process}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
            return 0
        count = int(Path(f"/proc/{process}/net/sockstat").read_text().split()[2])
    except (OSError, ValueError, IndexError):
        return 0
    return count * _buffer()


@functools.cache
def _buffer() -> float:
    """Returns how much one end of a socket pair may hold until somebody reads it, in MB.

    A notebook cannot enlarge it.
    """
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text()) / (1 << 20)
    except (OSError, ValueError):
        return 0.25
