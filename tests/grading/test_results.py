"""What grading yields: when two numbers of points are the same."""

from __future__ import annotations

import pytest

from autograder.grading.results import all_points, same_points

pytestmark = pytest.mark.fast

SHARED = sum([2 / 6] * 6)  # not quite 2, as a sum of floats


@pytest.mark.parametrize(("score", "full", "same"), [
    (SHARED, True, True), (2.0, True, True), (1.9999, False, False), (3.0, True, False), (0.0, False, False),
])
def test_points_that_were_shared_out_are_all_of_them(score: float, full: bool, same: bool) -> None:
    assert SHARED < 2.0
    assert (all_points(score, 2.0), same_points(score, 2.0)) == (full, same)
