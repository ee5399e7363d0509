"""Trusted, in a process of its own: loads test files, and reports their facts. The controller never loads one.

    python -m autograder.grading.testfacts TESTS FILES

TESTS is a folder of test files, FILES the files beside the notebook, from which they may import. The answer is one line
of JSON: what `TestFileFacts` holds, a list of it. Loading runs what the instructor wrote into these files, as the
checker does before each check; nothing of a submission is here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.grading.engine import one_thread_environment

SECONDS = 120.0
"""Seconds that loading all test files of an assignment may take."""


@dataclass(frozen=True)
class TestFileFacts:
    """The facts that a test file states about itself.

    Attributes:
        file: its name.
        name: the question, as the file calls it.
        points: the points of all of its cases together.
        hidden: which of its cases are hidden, one by one.
        error: why it cannot be loaded; empty where it can.
    """

    file: str
    name: str = ""
    points: float = 0.0
    hidden: tuple[bool, ...] = ()
    error: str = ""


def read(tests: Path, files: Path) -> list[TestFileFacts]:
    """Returns the facts of all test files in a folder, by name.

    Args:
        tests: the folder.
        files: the folder of what lies beside the notebook.

    Raises:
        CourseError: a test file ended the process, or did not come to an end.
    """
    command = [sys.executable, "-m", __name__, str(tests), str(files)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, cwd=files,
                              env=one_thread_environment(), timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise CourseError(f"The test files did not load within {SECONDS:g} s: one of them computes, or waits, outside "
                          "of its test cases. Move that into a case.") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:500]
        raise CourseError(f"The test files cannot be loaded: one of them ended Python ({said or done.returncode}).") \
            from None
    return [TestFileFacts(**{**fact, "hidden": tuple(fact["hidden"])}) for fact in answer]


def _facts(path: Path) -> TestFileFacts:
    from autograder.grading.questions import BrokenTestFileError, load_test_file

    try:
        loaded = load_test_file(path)
        cases = list(loaded.test_cases)
        points = round(float(loaded.possible or 0), 9)
        return TestFileFacts(path.name, str(loaded.name), points, tuple(bool(case.hidden) for case in cases))
    except BrokenTestFileError as error:
        why = str(error).removeprefix(f"{path.name} cannot be loaded: ")[:1000].rstrip(": ")
        return TestFileFacts(path.name, error=why)


def main(arguments: list[str]) -> None:
    """Runs this module as a program; see above."""
    tests, files = map(Path, arguments)
    sys.path.append(str(files))
    answer = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # the output of a test file is no answer
    from autograder.grading.checker import otter_without_its_company

    with otter_without_its_company():
        from autograder.grading import questions

    assert questions
    facts: list[dict[str, Any]] = [asdict(_facts(path)) for path in sorted(tests.glob("*.py"))]
    with answer:
        json.dump(facts, answer)


if __name__ == "__main__":
    main(sys.argv[1:])
