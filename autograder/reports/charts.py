"""The one picture of the class report: how many learners reached which score, and the same numbers as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.reports import text


@dataclass(frozen=True)
class Bar:
    """One bar: `tick` below it, its content in words, how many, and its place in the picture."""

    tick: str
    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """A picture of `width` times `height` units; `axis` describes the ticks, `alt` the picture."""

    width: float
    height: float
    axis: str
    alt: str
    bars: tuple[Bar, ...]


WIDTH, HEIGHT, TOP, BOTTOM, GAP = 360.0, 190.0, 20.0, 150.0, 3.0


def score_histogram(scores: Sequence[float], possible: float) -> Histogram:
    """Counts how many of `scores` lie where between 0 and `possible`.

    One bar per point where there are at most 20 points, else one per tenth;
    full marks always have a bar of their own.
    """
    by_point = possible == int(possible) and 0 < possible <= 20
    steps = int(possible) if by_point else 10
    counts = [0] * (steps + 1)
    for score in scores:
        share = score / possible if possible else 0.0
        counts[min(max(math.floor(round(share * steps, 6)), 0), steps)] += 1
    labels = [_label(step, steps, by_point) for step in range(steps + 1)]
    ticks = [str(step) if by_point else str(step * 10) for step in range(steps + 1)]
    slot = WIDTH / len(counts)
    tallest = max(counts) or 1
    bars = tuple(
        Bar(tick, label, count, round(slot * position + GAP / 2, 2),
            round(BOTTOM - (BOTTOM - TOP) * count / tallest, 2),
            round(slot - GAP, 2), round((BOTTOM - TOP) * count / tallest, 2))
        for position, (tick, label, count) in enumerate(zip(ticks, labels, counts, strict=True))
    )
    unit = "points" if by_point else "percent of the points"
    axis = f"score in {unit}; each bar reaches up to the next number"
    return Histogram(WIDTH, HEIGHT, axis, _alt(bars, len(scores)), bars)


def _label(step: int, steps: int, by_point: bool) -> str:
    if step == steps:
        return "full marks"
    if by_point:
        return f"{step} to under {step + 1} points"
    return f"{step * 10} to under {step * 10 + 10}%"


def _alt(bars: Sequence[Bar], submissions: int) -> str:
    """Describes the picture: how many there are, where most are, and both ends."""
    if not submissions:
        return "No submission has a score yet."
    commonest = max(bars, key=lambda bar: bar.count)
    filled = [bar for bar in bars if bar.count]
    return (
        f"Bar chart of {submissions} score{'s' if submissions > 1 else ''}, "
        f"from “{filled[0].label}” ({filled[0].count}) to “{filled[-1].label}” ({filled[-1].count}). "
        f"The tallest bar is “{commonest.label}” with {commonest.count}, "
        f"{text.percent(commonest.count / submissions)} of all."
    )
