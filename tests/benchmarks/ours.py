"""One batch of `autograder grade`, measured from inside, in a process of its own.

    python -m tests.benchmarks.ours ROOT ASSIGNMENT CLASS OUTPUT [SCHEDULER]

ROOT holds the course's exercises/, build/ and solutions/. With SCHEDULER, the address of a Dask cluster, that grades,
and the first batch it gets includes its start. Prints one line of JSON: seconds until the first notebook can
start (`start`), seconds for the batch after that (`batch`), how many scored full marks, and the largest memory in MB of
the controller, the nursery and the checker together in the first and in the last quarter of the batch.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from autograder import course
from autograder.grading import cluster, worker
from autograder.grading.batch import grade_paths
from tests.benchmarks.memory import INTERVAL, children, private_megabytes


def own_processes() -> list[int]:
    """This process and its direct children: the controller, the nursery, the checker."""
    return [os.getpid(), *sorted(children(os.getpid()))]


def main() -> None:
    root, name, handed_in, output, *scheduler = sys.argv[1:]
    for part in ("exercises", "build", "solutions"):
        setattr(course, part.upper(), Path(root) / part)
    seen: list[tuple[float, float]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(INTERVAL):
            try:
                seen.append((time.monotonic(), sum(map(private_megabytes, own_processes()))))
            except OSError:  # One of them has just ended.
                continue

    known = (Path(output) / "gradebook.sqlite").is_file()
    began = time.monotonic()
    if not known and not scheduler:
        worker.engine(True, [course.EXERCISES]).start()
    with cluster.connect(scheduler[0]) if scheduler else nullcontext() as pool:
        started = time.monotonic()
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            outcome = grade_paths([Path(handed_in)], assignment=name, output=Path(output), jobs=2, timeout=300,
                                  pool=pool, console=Console(quiet=True))
            ended = time.monotonic()
        finally:
            done.set()
            thread.join()
    quarter = (ended - started) / 4
    early = [used for at, used in seen if started + quarter / 2 < at < started + quarter]
    late = [used for at, used in seen if ended - quarter < at < ended - quarter / 2]
    full = sum(result.score >= result.possible - 1e-6 for result in outcome.results)
    print(json.dumps({"start": started - began, "batch": ended - started, "full": full,
                      "learners": len(outcome.results), "early_mb": max(early, default=0.0),
                      "late_mb": max(late, default=0.0)}))


if __name__ == "__main__":
    main()
