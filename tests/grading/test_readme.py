"""The grader's README: the limits in its table of what is different from `otter run` are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import autograder.grading
from autograder.grading import submission, timing
from autograder.sandbox.limits import Limits

GRADING = Path(autograder.grading.__file__).parent


@pytest.fixture
def different() -> dict[str, str]:
    """The rows of the table: the situation, and what happens here."""
    text = (GRADING.parent / "README.md").read_text(encoding="utf-8")
    table = re.search(r"On\s+purpose different:\n\n\|.*\n\|---.*\n((?:\|.*\n)+)", text)
    assert table
    rows = [re.split(r" *\| *", line) for line in table[1].splitlines()]
    assert all(len(row) == 5 for row in rows), "each row begins and ends with a bar, and has three cells"
    return {situation: here for _, situation, _, here, _ in rows}


def most_checks() -> int:
    """`child.MAX_CHECKS`, read from its source: to import that module is to import TensorFlow."""
    for statement in ast.parse((GRADING / "child.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "MAX_CHECKS":
            return int(ast.literal_eval(statement.value))
    raise AssertionError("child.py has no MAX_CHECKS")


@pytest.mark.fast
def test_the_limits_in_the_table_are_those_of_the_code(different: dict[str, str]) -> None:
    assert (f"by default {timing.FACTOR} times what the solution's slowest cell, or all that it does outside cells, "
            f"takes here and at least {timing.FLOOR:g} s") in different["a cell that never ends"]
    assert f"cells that together take over {submission.TOTAL_FACTOR} times that" in different
    assert different["a question checked over and over in a loop"].startswith(f"the {most_checks()}th check counts;")
    said = {1_000_000: "a megabyte"}
    assert different["output without end"] == f"cut at {said[Limits().output_bytes]}"
