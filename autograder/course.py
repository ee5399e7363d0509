"""The places of the course's files, its exercises, and what all processes share: `CourseError`, quiet libraries.

Every other module asks this one for paths, for the list of exercises and for
the facts that `autograder build` recorded about each of them. It imports
nothing of the package, so that everything else may import it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
EXERCISES = ROOT / "exercises"
SOLUTIONS = ROOT / "solutions"
BUILD = ROOT / "build"

METADATA_KEY = "reading_digits"
"""The key in a notebook's metadata under which the builder names the assignment."""

SUPPORT_FILES = ("digits.py", "mnist.npz")
"""The files beside every exercise notebook: the learner's helper module and the data."""

VARIANTS = "variants.py"
"""A file beside the folder of an exercise's full tests, if it has wrong variants: `grading.causes` runs it."""

BUILD_FORMAT = 2
"""The version of the files that `autograder build` leaves for the grader: raised whenever the grader would misread
earlier ones."""

CAUSES = "causes.json"
"""A file beside an exercise's public tests: the results of its wrong variants there, which `digits.py` compares."""

FORMERLY = "formerly.txt"
"""Beside an exercise's public tests, where it had other names: those, so that notebooks of then find their checks."""

TRIED = "tried.json"
"""Beside an exercise's public tests: what its hidden tests try, in words, which `digits.py` shows after ✔."""


class CourseError(Exception):
    """A mistake of the person at the keyboard: shown as one clear message, never as a traceback."""


@dataclass(frozen=True)
class Question:
    """One question of an exercise.

    `name` is its name in `grader.check(name)`; `points` are the most that it can earn.
    """

    name: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """One exercise as `autograder build` left it.

    Attributes:
        name: for example `02-preprocessing`; also the stem of the notebook.
        title: the title that learners see.
        chapter: the page of the book it belongs to, without suffix, relative to `book/`.
        questions: in the order of the notebook.
        tests: folder with one Otter test file per question, public and hidden cases.
        public_tests: the folder the learner has, public cases only.
        solution: the solved notebook.
        learner: the learner's notebook.
        gradescope: the zip for `otter run` and Gradescope.
        models: whether the solution or a test uses Keras or TensorFlow.
    """

    name: str
    title: str
    chapter: str
    questions: tuple[Question, ...]
    tests: Path
    public_tests: Path
    solution: Path
    learner: Path
    gradescope: Path
    models: bool = True

    @property
    def possible(self) -> float:
        return sum(question.points for question in self.questions)

    @property
    def portrait(self) -> Path:
        """The function that makes a portrait of the learner's network; a file that most exercises do not have."""
        return self.tests.parent / "portrait.py"

    @property
    def variants(self) -> Path:
        """Wrong answers to its questions, each with its sentence; a file that an exercise need not have."""
        return self.tests.with_name(VARIANTS)


def exercise_names() -> list[str]:
    """Returns the names of all exercises, in the order of the course, read from the masters."""
    return sorted(path.parent.name for path in SOLUTIONS.glob("[0-9][0-9]-*/master.md"))


def former_names() -> dict[str, str]:
    """Returns the names of exercises in earlier numberings of the course -> their names now.

    Read from the masters' front matter, `formerly: 06-training`; several names stand in square brackets.
    """
    found = {}
    for name in exercise_names():
        text = master(name).read_text(encoding="utf-8", errors="replace")
        front = text.removeprefix("---\n").partition("\n---")[0]
        said = re.search(r"^formerly:[ \t]*\[?([\w \t,-]*)", front, re.MULTILINE)
        found.update(dict.fromkeys(re.findall(r"[\w-]+", said[1]) if said else (), name))
    return found


def former_question(question: str, former: str) -> str:
    """Returns the name of `question` while its exercise was called `former`: q7_2 was q6_2 in 06-training."""
    return re.sub(r"^q\d+_", f"q{int(former[:2])}_", question)


def require_known(names: Iterable[str]) -> None:
    """Refuses a name that no exercise has.

    Raises:
        CourseError: there is one; the message lists those that there are.
    """
    known, former = exercise_names(), former_names()
    for name in names:
        if name in former:
            raise CourseError(f"The exercise {name} is called {former[name]} now. Give that name.")
        if name not in known:
            has = f"The course has: {', '.join(known)}." if known else "No course is installed here."
            raise CourseError(f"There is no exercise called {name!r}. {has}")


def master(name: str) -> Path:
    """Returns the one source of the exercise `name`. The files that prove its tests lie beside it."""
    return SOLUTIONS / name / "master.md"


def digest(file: Path) -> str:
    """Returns the SHA-256 of a file's content."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def assignment(name: str) -> Assignment:
    """Returns the facts that `autograder build` recorded about the exercise `name`.

    Raises:
        CourseError: there is no such exercise, or it has not been built, or not from the present files.
    """
    folder = BUILD / name
    try:
        facts = json.loads((folder / "assignment.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        require_known([name])
        raise CourseError(
            f"{name} has not been built yet. Run `autograder build {name}` and try again."
        ) from None
    again = f"Run `autograder build {name}` and try again."
    if facts.get("format") != BUILD_FORMAT:
        raise CourseError(f"{name} was built by another version of the course. {again}")
    for source, built_from in facts["sources"].items():
        path = master(name).with_name(source)
        if path.is_file() and digest(path) != built_from:
            raise CourseError(f"{path} has changed since {name} was built. {again}")
    return Assignment(
        name=facts["name"],
        title=facts["title"],
        chapter=facts["chapter"],
        questions=tuple(Question(q["name"], q["points"]) for q in facts["questions"]),
        tests=folder / "tests",
        public_tests=EXERCISES / "tests" / name,
        solution=folder / f"{name}.ipynb",
        learner=EXERCISES / f"{name}.ipynb",
        gradescope=folder / f"{name}-autograder.zip",
        models=facts.get("models", True),
    )


def address() -> str:
    """Returns where learners find the book, from `[tool.reading-digits]` of pyproject.toml; empty while it is nowhere.

    This is the one place for it: `autograder release` and the links of feedback pages take it from there.

    Raises:
        CourseError: it is no web address.
    """
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:  # installed without the repository
        return ""
    return checked_address(project.get("tool", {}).get("reading-digits", {}).get("address", ""))


def checked_address(text: str) -> str:
    """Returns `text` with a slash at its end, as a web address; empty stays empty.

    Raises:
        CourseError: it is no web address.
    """
    text = text.strip()
    if text and not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w./~-]*)?", text):
        raise CourseError(f"{text!r} is no address of a site. It looks like https://OWNER.github.io/REPOSITORY/.")
    return text and text.rstrip("/") + "/"


QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
"""TensorFlow without its start-up chatter, on the processor, and without oneDNN's rounding.

oneDNN changes the order of additions and with it the last digits of every
result; without it, two runs on one machine agree.
"""


def quiet_environment() -> dict[str, str]:
    """Returns the process environment with a quiet TensorFlow."""
    return os.environ | QUIET
