"""Sets the time limit of a cell when the instructor gives none: a multiple of what the solution takes here.

Runs with the controller. The solved notebook is graded once for each exercise
and environment, on this machine. `build/` keeps the time of its slowest cell,
or of everything outside cells (the start and every check together) if that took
longer. A learner's cell may take `FACTOR` times that, and never less than
`FLOOR`: a learner may train longer than the solution, on a machine that is busy
with other submissions.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from pathlib import Path

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading.bundle import Bundle, environment
from autograder.grading.engine import Engine
from autograder.grading.results import SubmissionResult, Verdict, all_points
from autograder.grading.submission import RunLimits, grade
from autograder.submissions.find import Found
from autograder.submissions.read import read_submission

FACTOR = 10
FLOOR = 15.0
SOLUTION_LIMIT = 1800.0
"""Seconds for one cell of the solution itself."""


def default_timeout(assignment: Assignment, bundle: Bundle, engine: Engine, memory_mb: int) -> float:
    """Returns the seconds for one cell, and for one check.

    Raises:
        CourseError: the solution does not earn full marks here; then no one else would be graded fairly.
        EngineError: the grader failed.
    """
    file = course.BUILD / bundle.name / "reference-time.json"
    key = _key(assignment, bundle)
    slowest = _kept(file, key)
    if slowest is None:
        slowest = _measure(assignment, bundle, engine, memory_mb)
        file.write_text(json.dumps({"key": key, "slowest_seconds": slowest}), encoding="utf-8")
    return max(FLOOR, round(FACTOR * slowest, 1))


def _key(assignment: Assignment, bundle: Bundle) -> str:
    solution = course.digest(assignment.solution)
    machine = [platform.node(), os.cpu_count()]
    return hashlib.sha256(json.dumps([solution, bundle.digest, environment(), machine]).encode()).hexdigest()


def _kept(file: Path, key: str) -> float | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return float(kept["slowest_seconds"]) if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def solution_result(assignment: Assignment, bundle: Bundle, engine: Engine, memory_mb: int = 4096) -> SubmissionResult:
    """Grades the solved notebook.

    Raises:
        CourseError: it cannot be read.
        EngineError: the grader failed.
    """
    found = Found(assignment.solution, "solution", assignment.solution.name)
    submission = read_submission(found, assignment.name, [assignment.name])
    if submission.problem:
        raise CourseError(f"{assignment.solution}: {submission.reason}")
    return grade(submission, bundle, engine, RunLimits(SOLUTION_LIMIT, memory_mb))


def _measure(assignment: Assignment, bundle: Bundle, engine: Engine, memory_mb: int) -> float:
    """Returns the seconds of the solution's slowest cell, or of everything outside cells together, if that is more."""
    result = solution_result(assignment, bundle, engine, memory_mb)
    if result.status not in (Verdict.GRADED, Verdict.REVIEW) or not all_points(result.score, result.possible):
        raise CourseError(
            f"The solution of {bundle.name} earns {result.score:g} of {result.possible:g} points here: "
            f"{_first_failure(result)} Run `autograder build {bundle.name}`; "
            "if that passes, `autograder doctor` shows what is wrong with this machine."
        )
    return max(
        [cell.seconds for cell in result.cells] + [result.seconds - sum(c.seconds for c in result.cells)]
    )


def _first_failure(result: SubmissionResult) -> str:
    for question in result.questions:
        for case in question.cases:
            if not case.passed:
                return f"{question.name}: {case.message}"
    return result.reason
