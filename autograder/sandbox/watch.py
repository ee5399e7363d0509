"""Outside: ends a sandbox that uses more memory than it may, and holds back one that keeps many threads busy.

The process that speaks with a sandbox starts a watch for it: the kernel limits each process by itself, and only the
watch measures all of them together. It must never take the sandbox's word for anything.
"""

from __future__ import annotations

import threading

from autograder.sandbox import memory, scheduling
from autograder.sandbox.nursery import Runner

INTERVAL = 0.2
"""Seconds between two looks at a sandbox's memory, and at how many of its threads are busy."""


class Watch:
    """Watches one sandbox until it is stopped. It is a thread, so that it also looks while its owner is busy.

    Args:
        runner: the sandbox. Its descriptors must stay open until the watch is closed.

    Attributes:
        over: why the watch has ended the sandbox; empty while it has not.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.over = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the looks, except one that is under way. May be called again, and by any thread."""
        self._stopped.set()

    def close(self) -> None:
        """Stops the watch, and waits until it has stopped."""
        self.stop()
        self._thread.join(10)

    def _look(self) -> None:
        limit = self.runner.limits.memory_mb
        while not self._stopped.wait(INTERVAL):
            used = memory.megabytes(self.runner.pid, enough=limit)
            if used > limit:
                self.over = f"used {used:,.0f} MB of memory; a submission may use {limit:,} MB"
                self.stop()
                self.runner.end()
                return
            scheduling.hold_back(self.runner.pid)
