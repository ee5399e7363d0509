"""One submission: what it scores, and what becomes of those that do not come to their end."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading.results import Verdict
from tests.grading.conftest import ANSWER, DOUBLE, POINTS, SCALE, SOLUTION, START, WORD, scores


def test_the_solution_earns_full_marks(graded: Any) -> None:
    result = graded(*SOLUTION)
    assert scores(result) == POINTS
    assert result.status is Verdict.GRADED
    assert result.reason == ""
    assert [question.checked for question in result.questions] == ["in-place"] * 4
    assert {cell.status for cell in result.cells} == {"ok"}
