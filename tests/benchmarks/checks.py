"""How long a learner waits for the data and for a check: the solved notebooks, in a kernel, as at home.

    .venv/bin/python -m tests.benchmarks.checks [EXERCISE...]

Writes results/checks.json and the table in solutions/README.md; with exercises, looks at those and only prints. A check
that trains no network has to answer within a second; the command fails if one does not. What takes longer than we want,
`LOAD` for the data and `MOST` for 95 of 100 such checks, is said.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder import course
from autograder.course import Assignment
from tests.measured import Part

RESULTS = Path(__file__).parent / "results" / "checks.json"
PART = Part(course.ROOT / "solutions" / "README.md")

COUNT_TRAININGS = """
import keras

trainings, fit = [], keras.Model.fit
keras.Model.fit = lambda *arguments, **options: trainings.append(1) or fit(*arguments, **options)
"""
SAY_COUNT = "print(len(trainings))"

LOADED = "digits.load"
"""Where the seconds of the first `digits.load()` stand among the results of the exercises."""

LIMIT = 1.0
"""Seconds that a check may take that trains nothing."""

MOST = 0.1
"""Seconds within which 95 of 100 such checks should answer."""

LOAD = 0.15
"""Seconds that the first `digits.load()` of a notebook should take."""

LOADS = 5
"""How often that is measured, each time in a new kernel; the median counts."""


def first_load() -> dict[str, float]:
    """Seconds that the first `digits.load()` takes in a notebook that has just started, and of the processor's time."""
    with tempfile.TemporaryDirectory(prefix="checks-") as temporary:
        for file in course.SUPPORT_FILES:
            (Path(temporary) / file).symlink_to(course.EXERCISES / file)
        load = "(x_train, y_train), (x_test, y_test) = digits.load()"
        cells = [new_code_cell(cell) for cell in ("import digits, time\nbegan = time.process_time()", load,
                                                  "print(time.process_time() - began)")]
        executed(new_notebook(cells=cells), temporary)
        return {"seconds": seconds_of(cells[1]), "processor": float(cells[2].outputs[0].text)}


def executed(notebook: NotebookNode, folder: str) -> None:
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()


def seconds_of(cell: NotebookNode) -> float:
    """How long the kernel was busy with it."""
    began, ended = (datetime.fromisoformat(cell.metadata.execution[key])
                    for key in ("iopub.status.busy", "shell.execute_reply"))
    return (ended - began).total_seconds()


def measure(exercise: Assignment) -> dict[str, dict[str, Any]]:
    """For each question the seconds of its check, and whether a network was trained in it."""
    with tempfile.TemporaryDirectory(prefix="checks-") as temporary:
        folder = Path(temporary)
        for file in course.SUPPORT_FILES:
            (folder / file).symlink_to(course.EXERCISES / file)
        shutil.copytree(course.EXERCISES / "tests" / exercise.name, folder / "tests" / exercise.name)
        notebook = nbformat.read(exercise.solution, as_version=4)
        cells = [new_code_cell(COUNT_TRAININGS)]
        for cell in notebook.cells:
            is_check = cell.id.startswith("check-")
            cells += [new_code_cell(SAY_COUNT), cell, new_code_cell(SAY_COUNT)] if is_check else [cell]
        notebook.cells = cells
        nbformat.write(notebook, folder / "notebook.ipynb")
        executed(notebook, temporary)
        found = {}
        for before, cell, after in zip(cells, cells[1:], cells[2:], strict=False):
            if cell.id.startswith("check-"):
                found[cell.id.removeprefix("check-")] = {"seconds": seconds_of(cell),
                                                         "trains": before.outputs[0].text != after.outputs[0].text}
        return found


def table(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The slowest checks in Markdown."""
    lines = ["The slowest public check of each exercise, measured on the solved notebooks in a kernel:", "",
             "| exercise | without training | with training |", "|---|---|---|"]
    for name, checks in results.items():
        cells = []
        for trains in (False, True):
            seconds, question = max(((check["seconds"], question) for question, check in checks.items()
                                     if check["trains"] is trains), default=(None, ""))
            cells.append("" if seconds is None else f"{seconds:.2f} s ({question})")
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def most(results: dict[str, dict[str, dict[str, Any]]]) -> float:
    """Seconds within which 95 of 100 checks answer that train nothing."""
    seconds = sorted(check["seconds"] for checks in results.values() for check in checks.values()
                     if not check["trains"])
    return seconds[math.ceil(0.95 * len(seconds)) - 1]


def sentences(results: dict[str, dict[str, dict[str, Any]]], load: dict[str, float] | None) -> str:
    """What a learner waits for, as a rule; `load` is None in what an earlier version recorded."""
    first = "" if load is None else (f"The first `digits.load()` of a notebook takes {load['seconds']:.2f} s, of which "
                                     f"the processor is busy for {load['processor']:.2f} s. ")
    return f"{first}Of the checks that train nothing, 95 in 100 answer within {most(results):.2f} s."


def recorded(results: dict[str, Any]) -> str:
    checks = {name: found for name, found in results.items() if name != LOADED}
    return f"{table(checks)}\n\n{sentences(checks, results.get(LOADED))}"


def told() -> str:
    """What is recorded."""
    return recorded(json.loads(RESULTS.read_text(encoding="utf-8")))


def main(exercises: list[str]) -> bool:
    os.environ.update(course.quiet_environment())
    loads = [first_load() for _ in range(LOADS)]
    load = {key: statistics.median(one[key] for one in loads) for key in loads[0]}
    checks = {name: measure(course.assignment(name)) for name in exercises or course.exercise_names()}
    results = {LOADED: load, **checks}
    if not exercises:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        PART.put(told())
    print(recorded(results))
    if load["seconds"] > LOAD:
        print(f"digits.load() takes {load['seconds']:.2f} s; {LOAD:g} s is wanted", file=sys.stderr)
    if most(checks) > MOST:
        print(f"95 in 100 checks answer within {most(checks):.2f} s; {MOST:g} s is wanted", file=sys.stderr)
    slow = [f"{question}: {check['seconds']:.2f} s" for found in checks.values()
            for question, check in found.items() if not check["trains"] and check["seconds"] > LIMIT]
    print(*(f"slower than {LIMIT:g} s, though it trains nothing: {one}" for one in slow), sep="\n", file=sys.stderr)
    return not slow


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
