"""`make bench`: ways of grading the same class, in one run, one after another, round by round.

    .venv/bin/python -m tests.benchmarks.grading [--rounds N] [--few N] [--learners N] [--large N] [--keep]

Writes results/grading.json and the tables in autograder/README.md (documentation.py). `--keep` only prints.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from autograder import course
from autograder.sandbox.nursery import LARGE_PAGES
from tests.benchmarks import classes, documentation, memory
from tests.grading.local_cluster import Dask

RESULTS = Path(__file__).parent / "results" / "grading.json"
CONSOLE = Console(stderr=True)


def run_module(
    *arguments: object, environment: Mapping[str, str] | None = None, core: int | None = None
) -> dict[str, object]:
    """Runs one of the modules beside this one with a quiet environment, and more of it; returns what it printed.

    All that it starts stays on `core`, if that is given.
    """
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    done = subprocess.run([*pinned, sys.executable, "-m", *map(str, arguments)], cwd=course.ROOT, text=True, check=True,
                          env=course.quiet_environment() | one_thread | dict(environment or {}), stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def otter_run(notebooks: Sequence[Path], autograder: Path, folder: Path, side_by_side: int) -> float:
    """Seconds that `otter run` takes for all of them."""

    def one(notebook: Path) -> None:
        output = folder / notebook.stem
        output.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "otter", "run", "--autograder", autograder, "--output-dir", output, notebook],
            cwd=output, env=course.quiet_environment(), check=True, capture_output=True)
        tests = json.loads((output / "results.json").read_text())["tests"]
        lost = [test["name"] for test in tests if test.get("score", 0) < test.get("max_score", 0)]
        assert not lost, f"otter run takes points from {notebook.name}: {lost}"

    began = time.monotonic()
    with ThreadPoolExecutor(side_by_side) as pool:
        list(pool.map(one, notebooks))
    return time.monotonic() - began


class Bench:
    """One exercise, with the classes made for it."""

    def __init__(self, root: Path, name: str, folder: Path, make: Callable[[Path, int], list[Path]]) -> None:
        self.root, self.name, self.folder, self.make = root, name, folder, make
        self.autograder = root / "build" / name / f"{name}-autograder.zip"
        self.runs = 0

    def handed_in(self, learners: int) -> list[Path]:
        folder = self.folder / f"class-{learners}"
        return sorted(folder.glob("*.ipynb")) or self.make(folder, learners)

    def otter(self, learners: int, side_by_side: int) -> dict[str, float]:
        self.runs += 1
        seconds = otter_run(self.handed_in(learners), self.autograder, self.folder / f"otter-{self.runs}", side_by_side)
        return {"seconds": seconds / learners}

    def ours(
        self, learners: int, output: str = "", scheduler: str | None = None, core: int | None = None
    ) -> dict[str, float]:
        self.runs += 1
        notebooks = self.handed_in(learners)
        began = time.monotonic()
        found = run_module("tests.benchmarks.ours", self.root, self.name, notebooks[0].parent,
                           self.folder / (output or f"ours-{self.runs}"), *([scheduler] if scheduler else []),
                           core=core)
        whole = time.monotonic() - began
        assert found["full"] == learners, f"{found['full']} of {learners} honest submissions scored full marks"
        batch = found["batch"] / learners  # type: ignore[operator]
        return {**found, "whole": whole, "seconds": whole / learners, "warm_seconds": batch}  # type: ignore[dict-item]

    def parts(self, learners: int) -> dict[str, float]:
        notebooks = self.handed_in(learners)
        return run_module("tests.benchmarks.parts", self.root, self.name, notebooks[0].parent)  # type: ignore[return-value]


def floor(learners: int, steps: int, environment: Mapping[str, str] | None = None) -> dict[str, float]:
    found = run_module("tests.benchmarks.floor", learners, steps, environment=environment)
    return {**found, "seconds": found["seconds"] / learners}  # type: ignore[dict-item,operator]


LISTED = 1000
"""Learners whose files are found and held against the list of their class."""

AGAIN = 3
"""How often the large class is graded again with nothing changed; the median counts."""


Method = Callable[[], dict[str, float]]


KEPT = ("seconds", "start", "warm_seconds", "processor", "faults")
"""What is kept of a method's runs: all of a submission but `start`, which is once for all of them."""


def rounds(count: int, methods: dict[str, Method]) -> dict[str, dict[str, float]]:
    """Each method once a round; for each the median of what it measured, and of its ratio to the first method."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    for number in range(count):
        for name, method in methods.items():
            seen[name].append(method())
            CONSOLE.print(f"  round {number + 1}: {name}: {seen[name][-1]['seconds']:.2f} s a submission")
    first = seen[next(iter(methods))]
    found = {}
    for name, runs in seen.items():
        ratios = [base["seconds"] / run["seconds"] for base, run in zip(first, runs, strict=True)]
        found[name] = {key: _median(runs, key) for key in KEPT if key in runs[0]} | {"times": statistics.median(ratios)}
    return found


def _median(runs: Sequence[dict[str, float]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def large(bench: Bench, learners: int, many: int) -> dict[str, float]:
    """A small class and a large one, and the large one again with nothing changed: the whole command, and the
    grading in it."""
    small = bench.ours(learners)
    first = bench.ours(many, output="large")
    again = [bench.ours(many, output="large") for _ in range(AGAIN)]
    whole, batch = _median(again, "whole"), _median(again, "batch")
    return {
        "learners": learners, "many": many,
        "seconds": small["batch"] / learners, "seconds_of_many": first["batch"] / many,
        "whole": first["whole"], "again_seconds": whole, "again_share": whole / first["whole"],
        "again_batch": batch, "again_batch_share": batch / first["batch"],
        "early_mb": first["early_mb"], "late_mb": first["late_mb"],
    }  # fmt: skip


def scaling(bench: Bench, learners: int, count: int) -> dict[str, float]:
    """A cluster of one worker on one core, then of two; the median over some clusters.

    The scheduler and the batch stay on the first worker's core: one worker has no more than one core, all in all.

    Returns:
        seconds a submission with one worker and with two, the ratio of the two (2 would be perfect), and the most
        memory in MB that one worker held, with its sandbox and its checker.
    """
    runs = []
    cores = sorted(os.sched_getaffinity(0))[:2]
    for number in range(count):
        folder = bench.folder / f"cluster-{number}"
        folder.mkdir()
        with Dask(folder, core=cores[0]) as dask, memory.Peak() as peak:
            seconds = []
            for core in cores:
                peak.watch(dask.add_worker(core).pid)
                bench.ours(2 * len(cores), scheduler=dask.address, core=cores[0])  # every worker starts its sandbox
                batch = bench.ours(learners, scheduler=dask.address, core=cores[0])["batch"]
                seconds.append(batch / learners)
        one, two = seconds
        runs.append({"one": one, "two": two, "times": one / two, "worker_mb": peak.most})
        CONSOLE.print(f"  cluster {number + 1}: {one:.2f} s a submission with one worker, {two:.2f} with two")
    return {key: _median(runs, key) for key in runs[0]} | {"worker_mb": max(run["worker_mb"] for run in runs)}


def benches(folder: Path) -> tuple[Bench, Bench]:
    """A class that trains, and one that does not."""
    root = folder / "course"
    classes.build_training_course(root)
    return (Bench(root, classes.TRAINING, folder / "training", classes.training_class),
            Bench(course.ROOT, classes.NUMPY, folder / "numpy", classes.numpy_class))


def sizes(training: Bench, numpy: Bench, learners: int, many: int) -> dict[str, dict[str, float]]:
    CONSOLE.print(f"{learners} and {many} submissions")
    return {"trains": large(training, learners, many), "numpy": large(numpy, learners, many)}


def measure(count: int, few: int, learners: int, many: int) -> dict[str, object]:
    """Everything. `few` submissions for `otter run`, whose time grows with their number from the first on."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        training, numpy = benches(folder)
        CONSOLE.print("A class that trains")
        trains = rounds(count, {
            "otter_1": lambda: training.otter(few, 1),
            "otter_2": lambda: training.otter(few, 2),
            "ours": lambda: training.ours(learners),
            "floor_1": lambda: floor(learners, 1),
            "floor_50": lambda: floor(learners, 50),
            "floor_pages": lambda: floor(learners, 50, LARGE_PAGES),
        })
        parts = training.parts(learners)
        CONSOLE.print("A class that does not train")
        plain = rounds(count, {
            "otter_1": lambda: numpy.otter(few, 1),
            "otter_2": lambda: numpy.otter(few, 2),
            "ours": lambda: numpy.ours(learners),
        })
        size = sizes(training, numpy, learners, many)
        CONSOLE.print("A cluster of one worker and of two")
        clusters = scaling(training, learners, count)
        CONSOLE.print("Whose everything is")
        named = [run_module("tests.benchmarks.matching", LISTED) for _ in range(count)]
    return {
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": platform.machine(),
                    "python": platform.python_version()},
        "rounds": count, "few": few, "learners": learners, "trains": trains, "parts": parts, "numpy": plain,
        "size": size, "sizes_apart": False, "cluster": clusters,
        "matching": {key: _median(named, key) for key in named[0]},  # type: ignore[arg-type]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", type=int, default=4, help="submissions for `otter run`")
    parser.add_argument("--learners", type=int, default=12, help="submissions of a class")
    parser.add_argument("--large", type=int, default=120, help="submissions of the large class")
    parser.add_argument("--only-sizes", action="store_true", help="only the small and the large class")
    parser.add_argument("--keep", action="store_true", help="only print; keep the recorded results")
    given = parser.parse_args()
    if given.only_sizes:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
            results |= {"size": sizes(*benches(Path(temporary)), given.learners, given.large), "sizes_apart": True}
    else:
        results = measure(given.rounds, given.few, given.learners, given.large)
    print(documentation.speed(results))
    if not given.keep:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        documentation.PART.put(documentation.told())


if __name__ == "__main__":
    main()
