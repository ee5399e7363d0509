"""Item analysis against numbers worked out another way, and the histogram."""

from __future__ import annotations

import random

import numpy as np
import pytest

from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports import charts, items

pytestmark = pytest.mark.fast


def class_of(table: list[list[float]], possible: float = 1.0) -> list[SubmissionResult]:
    """One submission per row of scores."""
    return [
        SubmissionResult(
            f"L{n}",
            f"{n}.ipynb",
            "77-made-up",
            Verdict.GRADED,
            "",
            tuple(
                QuestionResult(f"q{place}", score, possible, "in-place") for place, score in enumerate(row)
            ),
        )
        for n, row in enumerate(table)
    ]


def test_golden_by_hand() -> None:
    # Ten learners; the first question is solved by the five best in the second, third and fourth.
    table = [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ]
    first, *_ = items.analyze(class_of([[float(x) for x in row] for row in table]), ["q0"])
    assert (first.counted, first.mean, first.full, first.none, first.lost) == (10, 0.5, 5, 5, 5.0)
    rests = np.array([sum(row[1:]) for row in table])
    assert first.item_rest == pytest.approx(np.corrcoef([row[0] for row in table], rests)[0, 1])
    # 27% of ten is 2.7. Above: totals 4 4 and 0.7 of the two with 3, all solved it. Below: 0 0, and
    # 0.7 of the two with 1, nobody solved it.
    assert first.upper_lower == pytest.approx(1.0)
    assert first.reading == "separates well"


def test_ties_at_the_border_count_in_part() -> None:
    totals = [1.0] * 10
    assert items.upper_lower([1.0] * 5 + [0.0] * 5, totals) == pytest.approx(0.0)
    shares = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    totals = [9.0, 8.0, 7.0, 7.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]
    # Upper 2.7: the first, the second, and 0.35 each of the two with 7.
    assert items.upper_lower(shares, totals) == pytest.approx((1 + 1 + 0.35) / 2.7)


def test_the_order_of_the_class_does_not_matter() -> None:
    rng = random.Random(5)
    table = [
        [float(rng.random() < 0.4), float(rng.random() < 0.7), rng.choice([0.0, 0.5, 1.0])] for _ in range(40)
    ]
    once = items.analyze(class_of(table), ["q0", "q1", "q2"])
    rng.shuffle(table)
    again = items.analyze(class_of(table), ["q0", "q1", "q2"])
    for a, b in zip(once, again, strict=True):
        assert (a.mean, a.item_rest, a.upper_lower) == pytest.approx((b.mean, b.item_rest, b.upper_lower))


def test_a_question_that_misleads_the_strong_is_pointed_out() -> None:
    table = [[float(n < 6), float(n >= 6), float(n >= 5), float(n >= 4)] for n in range(12)]
    item, *_ = items.analyze(class_of(table), ["q0"])
    assert item.item_rest is not None and item.item_rest < 0 and item.reading.startswith("look at it")


def test_no_number_where_there_is_none() -> None:
    (few,) = items.analyze(class_of([[1.0, 0.0], [0.0, 1.0]]), ["q0"])
    assert few.item_rest is None and few.upper_lower is None and few.reading == "too few to tell"
    (same,) = items.analyze(class_of([[1.0, float(n % 2)] for n in range(20)]), ["q0"])
    assert same.item_rest is None and same.reading == "nearly all solved it"
    (nobody,) = items.analyze(class_of([[0.0, float(n % 2)] for n in range(20)]), ["q0"])
    assert nobody.reading == "hardly anyone solved it"
    (never,) = items.analyze([], ["q0"])
    assert never.counted == 0 and never.reading == "never checked"


def test_what_was_not_run_or_not_checked_does_not_count() -> None:
    ran = class_of([[1.0, 0.0]] * 3)
    unread = SubmissionResult("x", "x", "77-made-up", Verdict.UNREADABLE, "", ran[0].questions)
    stopped = SubmissionResult(
        "y", "y", "77-made-up", Verdict.TIMEOUT, "", (QuestionResult("q0", 0.0, 1.0, "not-checked"),)
    )
    (item,) = items.analyze([*ran, unread, stopped], ["q0"])
    assert item.counted == 3 and item.mean == 1.0


def test_histogram_by_point_and_by_tenth() -> None:
    by_point = charts.score_histogram([0.0, 0.5, 1.0, 2.9999999, 3.0], 3.0)
    assert [bar.count for bar in by_point.bars] == [2, 1, 0, 2]
    assert [bar.tick for bar in by_point.bars] == ["0", "1", "2", "3"]
    by_tenth = charts.score_histogram([0.0, 9.99, 10.0, 95.0, 100.0], 100.0)
    assert [bar.count for bar in by_tenth.bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert by_tenth.bars[-1].label == "full marks" and sum(bar.count for bar in by_tenth.bars) == 5
    assert "5 scores" in by_tenth.alt and "full marks" in by_tenth.alt
    assert charts.score_histogram([], 0.0).alt == "No submission has a score yet."
    for histogram in (by_point, by_tenth):
        for bar in histogram.bars:
            assert bar.x >= 0 and bar.x + bar.width <= histogram.width and bar.y >= charts.TOP
