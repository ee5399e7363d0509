"""Shows how far a batch has come: a live line in a terminal, a plain line now and then elsewhere.

It shows only counts, nothing from a submission, so nothing needs escaping.
"""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from autograder.grading.results import Verdict

QUIET_SECONDS = 10.0
"""Seconds between two lines, where there is no terminal."""


class BatchProgress:
    """Counts results as they come. A context manager.

    `total` is how many there will be; those `known` from before take no time and
    do not enter the rate.
    """

    def __init__(self, total: int, console: Console) -> None:
        self.total = total
        self.known = 0
        self.counts: Counter[Verdict] = Counter()
        self.stopped: Counter[tuple[Verdict, str]] = Counter()
        self.console = console
        self._began: float | None = None
        self._said = time.monotonic()
        self._live: Progress | None = None

    def __enter__(self) -> BatchProgress:
        if self.console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
            self._live = Progress(*columns, console=self.console)
            self._live.start()
            self._task = self._live.add_task("starting", total=self.total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self) -> None:
        """Notes that the first one is about to be graded; earlier results do not enter the rate."""
        if self._began is None:
            self._began = time.monotonic()

    @property
    def done(self) -> int:
        return self.counts.total()

    def add(self, verdict: Verdict, known: bool = False, stopped: str = "") -> None:
        """Counts one more result.

        Args:
            verdict: of it.
            known: whether it was in the gradebook already.
            stopped: as in `SubmissionResult`.
        """
        self.counts[verdict] += 1
        if stopped:
            self.stopped[verdict, stopped] += 1
        self.known += known
        now = time.monotonic()
        if self._live is not None:
            self._live.update(self._task, completed=self.done, description=self.line(now))
        elif now - self._said >= QUIET_SECONDS and self.done < self.total:
            self._said = now
            self.console.print(
                f"{self.done} of {self.total}, {self.line(now)}", markup=False, highlight=False
            )

    def line(self, now: float) -> str:
        """Returns the rate, the time left and the results so far."""
        parts = []
        graded = self.done - self.known
        if graded and self._began is not None:
            rate = graded / max(now - self._began, 0.001)
            parts.append(f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s each")
            if self.done < self.total:
                parts.append(f"{duration((self.total - self.done) / rate)} left")
        parts.append(self.summary())
        return ", ".join(parts)

    def summary(self) -> str:
        """Returns the counts, such as `10 graded, 2 timeout, 3 review (1 of them timeout, too)`."""
        shown = [f"{self.counts[verdict]} {verdict.value}{self._also(verdict)}"
                 for verdict in Verdict if self.counts[verdict]]
        return ", ".join(shown) or "nothing yet"

    def _also(self, verdict: Verdict) -> str:
        """Returns how many of those with a verdict were stopped, too."""
        too = [f"{count} of them {stopped}" for (worse, stopped), count in sorted(self.stopped.items(), key=str)
               if worse is verdict]
        return f" ({', '.join(too)}, too)" if too else ""


def duration(seconds: float) -> str:
    """Returns a duration, such as `45 s`, `12 min` or `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
