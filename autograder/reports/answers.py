"""Reads the code that learners handed in again from where it lies, for the instructor's pages and for nobody else.

The gradebook has no code. So this module finds and reads each file as a grading does, and its content counts only if
it is still the file that was graded, by its SHA-256. The code is kept in the pages' own folder, so that a score or a
comment can be added when the class has been moved elsewhere; it is removed with that folder.

The code is a stranger's: it is read as text. Nothing of it is run, imported or unpickled.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder import course
from autograder.course import CourseError
from autograder.grading.results import SubmissionResult
from autograder.submissions.find import Found, find
from autograder.submissions.notebook import Cell, UnreadableError, parse_notebook
from autograder.submissions.read import read_submission

CHECK = re.compile(r"""^[^#\n]*\bcheck\(\s*["']([\w-]+)["']""", re.MULTILINE)
"""A line that calls `grader.check("q2_1")`."""

ONLY_A_CHECK = re.compile(r"""\s*\w+\.check\(\s*["'][\w-]+["']\s*\)\s*""")


@dataclass(frozen=True)
class Code:
    """The code cells of one file, in order; or why they are not known."""

    cells: tuple[Cell, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Part:
    """Cells that belong together: from the check before them to the check of `questions`, which may be none.

    `cells`: with their places in the notebook, from 0.
    """

    questions: tuple[str, ...]
    cells: tuple[tuple[int, Cell], ...]


def key(result: SubmissionResult) -> str:
    """Returns the key of a submission's code: the file's content, and the exercise it was read for."""
    return f"{result.assignment} {result.identity.content}"


def read(results: Sequence[SubmissionResult], kept: Mapping[str, Code]) -> dict[str, Code]:
    """Returns the code of each submission, by `key`.

    Args:
        results: of one batch.
        kept: the code that was read before; it is not read again.
    """
    codes = {key(result): kept[key(result)] for result in results if key(result) in kept}
    places: dict[str, list[SubmissionResult]] = defaultdict(list)
    for result in results:
        if not result.identity.content or not result.identity.file:
            codes[key(result)] = Code(missing="What was handed in could not be read, or an earlier version graded it "
                                              "and did not keep where it lies.")
        elif key(result) not in codes:
            places[result.identity.source].append(result)
    known, former = course.exercise_names(), course.former_names()
    for source, own in places.items():
        there, why = _found(source)
        for result in own:
            found = there.get(_inside(result.identity.file, result.identity.place))
            codes[key(result)] = _code(result, found, why or f"{result.identity.file} is not in {source} any more",
                                       known, former)
    return codes


def _found(source: str) -> tuple[dict[str, Found], str]:
    """Returns the files that lie there, by their path inside; and why there are none."""
    try:
        return {_inside(item.identity.file, item.identity.place): item for item in find([Path(source)]).found}, ""
    except (CourseError, OSError) as error:
        return {}, str(error).rstrip(".")


def _inside(file: str, place: str) -> str:
    return file.removeprefix(place)


def _code(result: SubmissionResult, found: Found | None, gone: str, known: Sequence[str],
          former: Mapping[str, str]) -> Code:
    if found is None:
        return Code(missing=f"{gone}. Put the class back there, or grade it where it lies now, and run "
                            "`autograder desk` again.")
    submission = read_submission(found, result.assignment or None, known, former)
    if submission.sha256 != result.identity.content:
        return Code(missing=f"{result.identity.file} is another file now than the one that was graded. Grade the class "
                            "again, and then run `autograder desk` again.")
    return Code(submission.cells, submission.reason if not submission.cells else "")


def to_json(codes: Mapping[str, Code]) -> str:
    """Returns the text that `from_json` reads, without what is missing: that may be found the next time."""
    return json.dumps({name: [[cell.source, list(cell.checks)] for cell in code.cells]
                       for name, code in sorted(codes.items()) if code.cells})


def from_json(content: str) -> dict[str, Code]:
    """Does the inverse of `to_json`.

    Raises:
        ValueError: the text is not from `to_json`.
    """
    try:
        return {str(name): Code(tuple(Cell(str(source), tuple(map(str, checks))) for source, checks in cells))
                for name, cells in json.loads(content).items()}
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def parts(cells: Sequence[Cell], questions: Iterable[str], former: str = "") -> tuple[Part, ...]:
    """Returns the notebook in its own order, cut where a question is checked for the last time: that check counts.

    Args:
        cells: all of them.
        questions: the names that the exercise's questions have now.
        former: the notebook's name for its exercise, if that is a name of an earlier numbering.
    """
    called = {course.former_question(name, former) if former else name: name for name in questions}
    last: dict[str, int] = {}
    for place, cell in enumerate(cells):
        for name in (*CHECK.findall(cell.source), *cell.checks):
            if name in called or name in called.values():
                last[called.get(name, name)] = place
    found, begun = [], 0
    for place in sorted(set(last.values())):
        own = tuple(name for name, where in last.items() if where == place)
        found.append(Part(own, tuple(enumerate(cells))[begun:place + 1]))
        begun = place + 1
    if begun < len(cells):
        found.append(Part((), tuple(enumerate(cells))[begun:]))
    return tuple(found)


@cache
def handed_out(assignment: str) -> frozenset[str]:
    """Returns the cells of an exercise as learners get it; none where it is not built."""
    if assignment not in course.exercise_names():
        return frozenset()
    try:
        notebook = parse_notebook((course.EXERCISES / f"{assignment}.ipynb").read_bytes())
    except (OSError, UnreadableError):
        return frozenset()
    return frozenset(cell.source.strip() for cell in notebook.cells)
