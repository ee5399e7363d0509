"""Lays down a new exercise: the work of `autograder new`.

The folder holds a small exercise that is complete: a question with a public
and a hidden test, a mistake and a right answer. It builds and verifies as it
is, so an author changes what works, one thing at a time. `build` then says
what learners need to find it: a row in a README, a box in a chapter.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from autograder import course
from autograder.authoring.casefiles import fill
from autograder.course import CourseError

TEMPLATE = Path(__file__).with_name("template")


def new_exercise(name: str) -> Path:
    """Makes the folder of an exercise called `name`, such as `10-your-own`; returns it.

    Raises:
        CourseError: the name is not valid for an exercise, or its number is taken.
    """
    known = course.exercise_names()
    if not re.fullmatch(r"[0-9]{2}(-[a-z0-9]+)+", name) or name.startswith("00"):
        free = next(number for number in range(1, 100) if not any(other.startswith(f"{number:02}-") for other in known))
        raise CourseError(f"{name!r} is no name of an exercise. It has two digits, a dash, and words in small letters "
                          f"with dashes between them, for example {free:02}-your-own.")
    taken = [other.name for other in course.SOLUTIONS.glob(f"{name[:2]}-*")]
    if taken:
        raise CourseError(f"There is {course.SOLUTIONS.name}/{taken[0]} already. Take another number: its questions "
                          f"are called q{int(name[:2])}_1 and so on.")
    folder = course.SOLUTIONS / name
    values = {"NUMBER": str(int(name[:2])), "TITLE": name[3:].replace("-", " ").capitalize()}
    unfinished = folder.with_name(f".{name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for file in sorted(TEMPLATE.iterdir()):
        (unfinished / file.name).write_text(fill(file.read_text(encoding="utf-8"), values), encoding="utf-8")
    unfinished.rename(folder)
    return folder
