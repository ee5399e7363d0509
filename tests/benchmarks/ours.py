"""The command `autograder grade`, measured from inside, in a process of its own.

    python -m tests.benchmarks.ours ROOT ASSIGNMENT CLASS OUTPUT [SCHEDULER]

ROOT holds the course's exercises/, build/ and solutions/. With SCHEDULER, the address of a Dask cluster, that grades,
and the first batch it gets includes its start. Prints one line of JSON: seconds until the first notebook can
start (`start`), seconds for the batch after that (`batch`), how many scored full marks, and the median memory in MB of
the controller, the nursery and the checker together in the first and in the last quarter of the batch. The clock of
whoever starts this process also has what comes before and after it: Python's start and the reports.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

from autograder import cli, course
from autograder.grading import batch, worker
from autograder.grading.bundle import bundle
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

    times: list[float] = []
    outcomes: list[batch.Outcome] = []
    grade_paths = batch.grade_paths

    def timed(*arguments: Any, **options: Any) -> batch.Outcome:
        thread = threading.Thread(target=watch)
        times.append(time.monotonic())
        thread.start()
        try:
            outcomes.append(grade_paths(*arguments, **options))
            times.append(time.monotonic())
        finally:
            done.set()
            thread.join()
        return outcomes[0]

    batch.grade_paths = timed
    known = (Path(output) / "gradebook.sqlite").is_file()
    began = time.monotonic()
    if not known and not scheduler:
        worker.engine(True, bundle(course.assignment(name)).ready()).start()  # the batch takes this one
    ready = time.monotonic()
    command = ["grade", handed_in, "--assignment", name, "--output", output, "--jobs", "2", "--timeout", "300"]
    try:
        cli.main([*command, *(["--scheduler", *scheduler] if scheduler else [])], standalone_mode=False)
    except SystemExit as end:
        assert end.code == 0, f"autograder grade ended with {end.code}"
    (started, ended), (outcome,) = times, outcomes
    quarter = (ended - started) / 4
    early = [used for at, used in seen if started + quarter / 2 < at < started + quarter]
    late = [used for at, used in seen if ended - quarter < at < ended - quarter / 2]
    # The median: a check in the middle of something holds its arrays for a moment, and the most is a matter of chance.
    full = sum(result.score >= result.possible - 1e-6 for result in outcome.results)
    print(json.dumps({"start": ready - began, "batch": ended - started, "full": full,
                      "learners": len(outcome.results), "early_mb": statistics.median(early or [0.0]),
                      "late_mb": statistics.median(late or [0.0])}))


if __name__ == "__main__":
    main()
