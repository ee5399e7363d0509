"""Each exercise's solution and its untouched notebook through plain `otter run`, and through this course's grader.

    .venv/bin/python -m tests.exercises.through_otter [EXERCISE ...]

A part of `make verify`: all points for the one, none for the other, question by question, in both. `make test` does it
for one exercise only, because `otter run` trains every network from a cold start.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder import course
from autograder.authoring.verify import SOLUTION, UNTOUCHED, trials, verify_exercise
from autograder.course import Assignment
from autograder.grading.results import same_points
from tests.by_otter import by_otter

Scores = Mapping[str, float]


def both(exercise: Assignment, folder: Path) -> dict[str, tuple[Scores, Scores]]:
    """For the solution and for the untouched notebook, what `otter run` gives, and what ours does."""
    chosen = [trial for trial in trials(exercise) if trial.kind in (SOLUTION, UNTOUCHED)]
    ours = {finding.trial.kind: {question.name: question.score for question in finding.result.questions}
            for finding in verify_exercise(exercise, Console(quiet=True), chosen=chosen)}
    return {kind: (by_otter(notebook, exercise.gradescope, folder / kind), ours[kind])
            for kind, notebook in ((SOLUTION, exercise.solution), (UNTOUCHED, exercise.learner))}


def demanded(exercise: Assignment, kind: str) -> Scores:
    return {question.name: question.points if kind == SOLUTION else 0 for question in exercise.questions}


def as_demanded(scores: Scores, demanded: Scores) -> bool:
    return scores.keys() == demanded.keys() and all(
        same_points(scores[name], demanded[name]) for name in demanded)


def main(names: Sequence[str]) -> bool:
    """Prints a row for each notebook; True if all are as they must be."""
    table = Table("exercise", "notebook", "otter run", "autograder", "of", title_justify="left",
                  title="The same notebooks through both graders")
    sums: dict[str, list[float]] = {SOLUTION: [0.0, 0.0, 0.0], UNTOUCHED: [0.0, 0.0, 0.0]}
    well = True
    for name in names or course.exercise_names():
        exercise = course.assignment(name)
        with tempfile.TemporaryDirectory(prefix="through-otter-") as folder:
            found = both(exercise, Path(folder))
        for kind, scores in found.items():
            right = all(as_demanded(one, demanded(exercise, kind)) for one in scores)
            well &= right
            row = [*(sum(one.values()) for one in scores), exercise.possible]
            sums[kind] = [total + value for total, value in zip(sums[kind], row, strict=True)]
            table.add_row(name, kind, *(f"{value:g}" for value in row), style=None if right else "bold red")
            if not right:
                print(f"{name}, {kind}: otter run {dict(scores[0])}, autograder {dict(scores[1])}", file=sys.stderr)
    for kind, row in sums.items():
        table.add_row("all", kind, *(f"{value:g}" for value in row))
    Console().print(table)
    return well


if __name__ == "__main__":
    os.environ.update(course.quiet_environment())
    sys.exit(0 if main(sys.argv[1:]) else 1)
