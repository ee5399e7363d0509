"""The accuracy bars of an exercise, as the file `bars.py` beside its master has them.

That file gives the height of each bar (`BARS`), the function that measures what it demands (`MEASURE`), and answers
that are accepted as right although they are nobody's style (`EDGES`, which most do not have). `calibrate` runs the
styles and compares the bars with them.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder import course
from autograder.authoring.corpus import Edit
from autograder.course import CourseError

FILE = "bars.py"

Measure = Callable[[dict[str, Any], int], dict[str, float]]
"""Takes the answers of a notebook that was run, by name, and the seed; returns each measured value, from 0 to 1, by its
name."""


@dataclass(frozen=True)
class Bar:
    """One accuracy that tests demand.

    Attributes:
        question: the question that demands it.
        measure: the name in the exercise's `MEASURE` of what it concerns.
        height: the accuracy, from 0 to 1, as it stands in the master.
        chance: whether a seed decides; if not, one run is enough.
        exercise: filled in by `of`.
    """

    question: str
    measure: str
    height: float
    chance: bool = True
    exercise: str = ""


@dataclass(frozen=True)
class Bars:
    """The accuracy bars of one exercise.

    Attributes:
        exercise: its name.
        bars: at least one.
        measure: the function that measures a run.
        edges: answers that are accepted as right, but are nobody's style: the notebook's edit by name.
    """

    exercise: str
    bars: tuple[Bar, ...]
    measure: Measure
    edges: Mapping[str, Edit]


def exercises() -> list[str]:
    """Returns the names of the exercises that have bars, in the order of the course."""
    return [name for name in course.exercise_names() if course.master(name).with_name(FILE).is_file()]


def of(exercise: str) -> Bars:
    """Returns the bars of one exercise.

    Raises:
        CourseError: it has none, or its file is not as it must be.
    """
    if exercise not in exercises():
        raise CourseError(f"{exercise} has no accuracy bar; these have: {', '.join(exercises())}")
    return _read(course.master(exercise).with_name(FILE), exercise)


@cache
def _read(path: Path, exercise: str) -> Bars:
    try:
        said = runpy.run_path(str(path))
    except Exception as error:  # whatever an author's file raises
        raise CourseError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    found, measure = said.get("BARS"), said.get("MEASURE")
    if not found or not all(isinstance(bar, Bar) for bar in found) or not callable(measure):
        raise CourseError(f"{path} must have BARS, a tuple of at least one Bar, and MEASURE, the function that "
                          "measures; solutions/README.md says more under \"An accuracy as a bar\".")
    return Bars(exercise, tuple(replace(bar, exercise=exercise) for bar in found), measure, said.get("EDGES", {}))
