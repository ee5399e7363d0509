"""Where the time of a submission goes that has the machine to itself: the profile of a class that trains.

    python -m tests.benchmarks.parts ROOT ASSIGNMENT CLASS

Grades the class one by one, after one submission that is not counted, and looks at the clock at each event. Prints one
line of JSON: for each part the median of its seconds.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder import course
from autograder.grading import worker
from autograder.grading.batch import grade_paths
from autograder.grading.bundle import bundle
from autograder.grading.engine import Engine
from autograder.grading.events import CellRan, Event, Finished, Lost, Scored

PARTS = ("start", "data", "training", "check", "end")
"""Sandbox and first cell; reading and scaling the images; `fit`; the question, model and all; what comes after it."""

MARKS = [(CellRan, 0), (CellRan, 1), (CellRan, 2), (Scored, None), (Finished, None)]
"""The events, with the number of the cell, at which the parts end; the cells are those of `classes.CELLS`."""


def watched(seen: list[list[float]]) -> Any:
    """`Engine.attempt`, which adds the seconds of each part of each attempt to `seen`."""
    attempt = Engine.attempt

    def timed(self: Engine, *args: Any, **kwargs: Any) -> Iterator[Event | Lost]:
        clock, marks = time.monotonic(), iter(MARKS)
        seconds, mark = [], next(marks)
        for event in attempt(self, *args, **kwargs):
            if (type(event), event.result.index if isinstance(event, CellRan) else None) == mark:
                seconds.append(time.monotonic() - clock)
                clock, mark = time.monotonic(), next(marks, (Lost, None))
            yield event
        seen.append(seconds)

    return timed


def main() -> None:
    root, name, handed_in = sys.argv[1:]
    for part in ("exercises", "build", "solutions"):
        setattr(course, part.upper(), Path(root) / part)
    seen: list[list[float]] = []
    Engine.attempt = watched(seen)  # type: ignore[method-assign]
    worker.engine(True, bundle(course.assignment(name)).ready()).start()
    with tempfile.TemporaryDirectory() as output:
        grade_paths([Path(handed_in)], assignment=name, output=Path(output), jobs=1, timeout=300,
                    console=Console(quiet=True))
    counted = seen[1:]
    assert counted and all(len(seconds) == len(PARTS) for seconds in counted), f"not all events came: {seen}"
    print(json.dumps({part: statistics.median(times) for part, times in zip(PARTS, zip(*counted, strict=True),
                                                                            strict=True)}))


if __name__ == "__main__":
    main()
