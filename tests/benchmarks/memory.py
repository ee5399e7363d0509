"""What processes hold, with everything that they have started. Linux only."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

INTERVAL = 0.25
"""Seconds between two looks."""


def private_megabytes(pid: int) -> float:
    """What a process holds for itself, in MB: its share of shared pages counts in part (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}").glob("task/*/children") for child in task.read_text().split()]


def descendants(pid: int) -> list[int]:
    """The process and everything below it."""
    return [pid, *(below for child in children(pid) for below in descendants(child))]


class Peak:
    """The most that any one of the watched processes held at a time, with its descendants: `most`, in MB."""

    def __init__(self) -> None:
        self.most = 0.0
        self._pids: list[int] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def watch(self, pid: int) -> None:
        self._pids.append(pid)

    def _look(self) -> None:
        while not self._done.wait(INTERVAL):
            for pid in list(self._pids):
                try:
                    self.most = max(self.most, sum(map(private_megabytes, descendants(pid))))
                except OSError:  # One of them has just ended.
                    continue

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
