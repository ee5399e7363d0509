"""Item analysis: which questions the class solved, and which separate strong learners from weak ones.

Classical test theory, on the scores alone. Each question's score counts as a
share of its points, so that questions with part marks are treated like those
that are right or wrong.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.grading.results import SubmissionResult
from autograder.reports import words

GROUP = 0.27
"""The part of the class in the upper and in the lower group.

Source: T. L. Kelley, "The selection of upper and lower groups for the
validation of test items", Journal of Educational Psychology 30 (1939), 17-24.
"""

FEWEST = 10
"""Below this number of submissions a discrimination is noise, and none is given."""


@dataclass(frozen=True)
class Item:
    """One question over a class.

    Attributes:
        name: the question.
        possible: its points.
        counted: submissions in which it was checked.
        mean: mean share of the points, 0 to 1; `nan` when `counted` is 0.
        full: submissions with all of its points.
        none: submissions with none of them.
        item_rest: correlation of the question's score with the score on all other questions, -1 to 1.
        upper_lower: mean share in the upper group less that in the lower group, -1 to 1.
    The last two are None where they cannot be computed or would be noise.
    """

    name: str
    possible: float
    counted: int
    mean: float
    full: int
    none: int
    item_rest: float | None
    upper_lower: float | None

    @property
    def lost(self) -> float:
        """The points that the class lost in it."""
        return self.counted * self.possible * (1 - self.mean) if self.counted else 0.0

    @property
    def reading(self) -> str:
        """The meaning of the numbers, in a few words.

        The limits 0.2 and 0.4 are those of R. L. Ebel and D. A. Frisbie,
        Essentials of Educational Measurement, 5th ed. (1991), ch. 13.
        """
        if not self.counted:
            return "never checked"
        if self.full >= 0.95 * self.counted:
            return "nearly all solved it"
        if self.none >= 0.95 * self.counted:
            return "hardly anyone solved it"
        if self.item_rest is None:
            return "too few to tell"
        if self.item_rest < 0:
            return "look at it: those strong elsewhere did worse"
        if self.item_rest < 0.2:
            return "hardly separates"
        return "separates" if self.item_rest < 0.4 else "separates well"


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Returns Pearson's correlation; None where one of the two does not vary.

    With a question that is right or wrong as `first`, this is the
    point-biserial correlation.
    """
    try:
        value = statistics.correlation(first, second)
    except statistics.StatisticsError:
        return None
    return value if math.isfinite(value) else None


def upper_lower(shares: Sequence[float], totals: Sequence[float]) -> float | None:
    """Returns the mean of `shares` in the upper group less that in the lower, by `totals`; None for fewer than two.

    If a group's border runs through equal totals, each of them belongs to the group in part, so that the order of the
    class does not matter.
    """
    if len(totals) < 2:
        return None
    return _top_mean(shares, totals) - _top_mean(shares, [-total for total in totals])


def _top_mean(shares: Sequence[float], totals: Sequence[float]) -> float:
    """Returns the mean of `shares` over the `GROUP` with the largest `totals`, ties counted in part."""
    left = size = GROUP * len(totals)
    total = 0.0
    for value in sorted(set(totals), reverse=True):
        tied = [share for share, own in zip(shares, totals, strict=True) if own == value]
        weight = min(1.0, left / len(tied))
        total += weight * sum(tied)
        left -= weight * len(tied)
        if left <= 1e-9:
            break
    return total / size


def analyze(results: Sequence[SubmissionResult], names: Sequence[str]) -> list[Item]:
    """Returns one `Item` for each question in `names` over the submissions that were run.

    A question that was not checked in a submission is left out of that question's numbers: it shows where a notebook
    stopped, not what the learner knew. The rest score leaves the question itself out, because a question always
    correlates with a total that contains it (S. Henrysson, "Correction of item-total correlations in item analysis",
    Psychometrika 28 (1963), 211-218).
    """
    run = [result for result in results if words.was_run(result)]
    return [_item(name, run) for name in names]


def _item(name: str, run: Sequence[SubmissionResult]) -> Item:
    pairs = [(question, result.earned) for result in run for question in result.questions
             if question.name == name and question.checked != "not-checked" and question.possible > 0]
    shares = [question.score / question.possible for question, _ in pairs]
    totals = [total for _, total in pairs]
    rests = [round(total - question.score, 9) for question, total in pairs]
    enough = len(pairs) >= FEWEST
    return Item(
        name=name,
        possible=max((question.possible for result in run for question in result.questions
                      if question.name == name), default=0.0),
        counted=len(pairs),
        mean=statistics.fmean(shares) if shares else math.nan,
        full=sum(words.is_full(share, 1) for share in shares),
        none=sum(share <= 0 for share in shares),
        item_rest=correlation(shares, rests) if enough else None,
        upper_lower=upper_lower(shares, totals) if enough else None,
    )
