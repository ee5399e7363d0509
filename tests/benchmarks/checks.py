"""How long a learner waits for a check: the solved notebooks with the public checks, in a kernel, as at home.

    .venv/bin/python -m tests.benchmarks.checks

Writes results/checks.json and the table in solutions/README.md. A check that trains no network has to answer within a
second; the command fails if one does not.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

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

LIMIT = 1.0
"""Seconds that a check may take that trains nothing."""


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
        NotebookClient(notebook, timeout=600, kernel_name="python3",
                       resources={"metadata": {"path": temporary}}).execute()
        found = {}
        for before, cell, after in zip(cells, cells[1:], cells[2:], strict=False):
            if cell.id.startswith("check-"):
                times = cell.metadata.execution
                began, ended = (datetime.fromisoformat(times[key])
                                for key in ("iopub.status.busy", "shell.execute_reply"))
                found[cell.id.removeprefix("check-")] = {"seconds": (ended - began).total_seconds(),
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


def told() -> str:
    """What is recorded."""
    return table(json.loads(RESULTS.read_text(encoding="utf-8")))


def main() -> bool:
    os.environ.update(course.quiet_environment())
    results = {}
    for name in course.exercise_names():
        results[name] = measure(course.assignment(name))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PART.put(told())
    print(told())
    slow = [f"{question}: {check['seconds']:.2f} s" for checks in results.values()
            for question, check in checks.items() if not check["trains"] and check["seconds"] > LIMIT]
    print(*(f"slower than {LIMIT:g} s, though it trains nothing: {one}" for one in slow), sep="\n", file=sys.stderr)
    return not slow


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
