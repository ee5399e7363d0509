"""The portrait of a learner's network: curves, matrix and wrong digits for its page, and whether it is too good.

The feedback page shows it; whether a network is too good to be honest (`too_good`) only the class report says.

Everything comes from a `results.Portrait`, numbers within limits. The pictures
of digits are drawn from the course's own test images, by their index: nothing
that a submission sent is ever drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder import course
from autograder.grading.results import MAX_EPOCHS, Portrait, WrongDigit
from autograder.reports import text

WIDTH, HEIGHT = 360.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 350.0, 12.0, 160.0
"""A chart and the axes inside it, in the units of its picture."""

TOO_GOOD = 0.998
"""A share of the test images that a network reads right only if it also agrees with wrong labels.

About 15 of the 10,000 labels are wrong (Northcutt, Athalye and Mueller 2021, table 1). A network that reads every
image as it is reaches 99.85%; the best networks of this course, some 99%.
"""

ALL_ASKED = 10_000
"""The number of test images. The share says less for a part of them: the first half is easier than the second."""

LOSES = 3.5
"""How many times as often a network may misread test images that are moved by a pixel as it misreads them in place.

No network that has never met the test images comes near it, however strange; those that were trained with them, or look
them up, go beyond. `solutions/09-capstone/copies.json` has both as measured, and a test holds this number to it.
"""

SHADES = 4
"""Shades of a wrong cell of the confusion matrix; the style sheet has as many."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place, and the text beside it."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """One line of a chart: its name, its way through the picture, and its values as text, epoch by epoch."""

    name: str
    kind: str
    points: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A learning curve as drawn. `alt` describes it; `cut` says that there are more epochs than are shown."""

    title: str
    alt: str
    curves: tuple[Curve, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    rows: tuple[tuple[str, ...], ...]
    cut: bool


@dataclass(frozen=True)
class MatrixCell:
    """A cell of the confusion matrix: how many, and its color: `right`, or `w0` to `w4` for wrong."""

    count: int
    kind: str


@dataclass(frozen=True)
class Digit:
    """A digit read wrong. `strokes` are (gray level, path) pairs, none where the test images are not at hand."""

    index: int
    label: int
    read: int
    sureness: str
    alt: str
    strokes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A portrait as shown. `sure` says whether the network gives probabilities."""

    total: int
    right: int
    accuracy: str
    charts: tuple[Chart, ...]
    matrix: tuple[tuple[MatrixCell, ...], ...]
    mixed_up: tuple[str, ...]
    digits: tuple[Digit, ...]
    sure: bool

    @property
    def wrong(self) -> int:
        return self.total - self.right


def shown(portrait: Portrait) -> Shown | None:
    """Prepares `portrait` for the page; returns None where there is nothing to see, because no image was asked for."""
    total = sum(map(sum, portrait.confusion))
    if not total:
        return None
    right = sum(portrait.confusion[digit][digit] for digit in range(10))
    charts = [_chart(title, name, portrait) for title, name in (("Loss", "loss"), ("Accuracy", "accuracy"))]
    return Shown(
        total=total,
        right=right,
        accuracy=f"{math.floor(10_000 * right / total) / 100:.2f}%",
        charts=tuple(chart for chart in charts if chart is not None),
        matrix=_matrix(portrait.confusion),
        mixed_up=_mixed_up(portrait.confusion),
        digits=tuple(_digit(digit) for digit in portrait.wrong),
        sure=any(digit.sureness is not None for digit in portrait.wrong),
    )


def too_good(portrait: Portrait | None) -> str:
    """Returns, for the instructor, that a network reads more than can be learned honestly; empty where it does not."""
    total = sum(map(sum, portrait.confusion)) if portrait else 0
    if portrait is None or total < ALL_ASKED:
        return ""
    right = sum(portrait.confusion[digit][digit] for digit in range(10))
    if right > TOO_GOOD * total:
        return (f"its network reads {right:,} of {total:,} test images right, and so agrees with labels that are "
                "wrong: was it trained with the test images?")
    copies = portrait.copies
    if copies is None or 1 - copies.right / copies.asked <= LOSES * (1 - right / total):
        return ""
    return (f"its network reads {100 * right / total:.2f}% of the test images right, and "
            f"{100 * copies.right / copies.asked:.2f}% of copies that are moved by a pixel. Networks that have never "
            "met these images lose less: was it trained with the test images, or does it look them up?")


# --- learning curves ---------------------------------------------------------------------------------------


def _chart(title: str, name: str, portrait: Portrait) -> Chart | None:
    known = {"training": portrait.curves.get(name, ()), "validation": portrait.curves.get(f"val_{name}", ())}
    known = {kind: values for kind, values in known.items() if values}
    if not known:
        return None
    epochs = max(map(len, known.values()))
    percent = name == "accuracy"
    steps = _steps([value for values in known.values() for value in values], percent)
    low, high = steps[0], steps[-1]

    def x(epoch: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((epoch - 1) / (epochs - 1) if epochs > 1 else 0.5), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    def written(value: float) -> str:
        return f"{100 * value:.4g}%" if percent else f"{value:.4g}"

    curves = tuple(
        Curve(f"{kind} images", kind, " ".join(f"{x(n)},{y(value)}" for n, value in enumerate(values, start=1)),
              tuple(map(written, values)))
        for kind, values in known.items()
    )
    rows = tuple(
        (str(n + 1), *(curve.values[n] if n < len(curve.values) else "" for curve in curves)) for n in range(epochs)
    )
    return Chart(
        title, _curves_alt(title, curves, known, percent), curves,
        tuple(Tick(x(epoch), str(epoch)) for epoch in _whole_ticks(epochs)),
        tuple(Tick(y(step), written(step)) for step in steps),
        rows, epochs == MAX_EPOCHS,
    )


def _steps(values: Sequence[float], percent: bool) -> list[float]:
    """Returns round numbers for the vertical axis, from at most the smallest to at least the largest value."""
    low, high = min(values), max(values)
    if not percent:
        low = min(low, 0.0)  # the distance of a loss from 0 is the point of it
    span = high - low or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / 4))
    size *= next(factor for factor in (1, 2, 2.5, 5, 10) if factor * size >= span / 4 * (1 - 1e-9))
    first = math.floor(low / size + 1e-9)
    last = max(math.ceil(high / size - 1e-9), first + 1)
    return [float(f"{step * size:.12g}") for step in range(first, last + 1)]


def _whole_ticks(epochs: int) -> list[int]:
    """Returns the first epoch, the last, and a few round numbers in between, none so near the last that they touch."""
    size = next(size for size in (1, 2, 5, 10, 20, 25, 50) if epochs / size <= 8)
    between = [epoch for epoch in range(size, epochs, size) if epoch > 1 and epochs - epoch >= size * 0.6]
    return sorted({1, *between, epochs})


def _curves_alt(
    title: str, curves: Sequence[Curve], known: dict[str, tuple[float, ...]], percent: bool
) -> str:
    parts = []
    for curve in curves:
        values = known[curve.kind]
        if len(values) == 1:
            parts.append(f"on the {curve.name} {curve.values[0]}")
            continue
        first, last = curve.values[0], curve.values[-1]
        part = f"on the {curve.name} from {first} in the first epoch to {last} in epoch {len(values)}"
        best = max(range(len(values)), key=lambda n: values[n] if percent else -values[n])
        if best not in (0, len(values) - 1):
            part += f", {'highest' if percent else 'lowest'} in epoch {best + 1} with {curve.values[best]}"
        parts.append(part)
    return f"Line chart. {title} {'; '.join(parts)}."


# --- confusion matrix --------------------------------------------------------------------------------------


def _matrix(confusion: Sequence[Sequence[int]]) -> tuple[tuple[MatrixCell, ...], ...]:
    most = max(count for label, row in enumerate(confusion) for read, count in enumerate(row) if label != read)

    def kind(label: int, read: int, count: int) -> str:
        if label == read:
            return "right"
        return f"w{math.ceil(SHADES * count / most)}" if count else "w0"

    return tuple(
        tuple(MatrixCell(count, kind(label, read, count)) for read, count in enumerate(row))
        for label, row in enumerate(confusion)
    )


def _mixed_up(confusion: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Returns the three commonest mistakes, as `4 for 9 (12 times)`."""
    found = sorted(
        ((count, label, read) for label, row in enumerate(confusion) for read, count in enumerate(row)
         if label != read and count),
        key=lambda one: (-one[0], one[1:]),
    )
    return tuple(
        f"{label} for {read} ({'once' if count == 1 else f'{count} times'})" for count, label, read in found[:3]
    )


# --- digits ------------------------------------------------------------------------------------------------


def _digit(digit: WrongDigit) -> Digit:
    sure = "" if digit.sureness is None else text.percent(digit.sureness)
    images = _test_images(course.EXERCISES / "mnist.npz")
    return Digit(
        digit.index, digit.label, digit.read, sure,
        f"Handwritten digit, test image {digit.index}",
        () if images is None else _strokes(images[digit.index]),
    )


def _strokes(image: Any) -> tuple[tuple[str, str], ...]:
    """Returns an image of 28x28 gray levels as horizontal strokes, in 15 grays on black."""
    levels = np.round(np.asarray(image) / 17).astype(int)
    paths: dict[int, str] = {}
    for row, line in enumerate(levels.tolist()):
        start = 0
        for column in range(1, 29):
            if column == 28 or line[column] != line[start]:
                if line[start]:
                    run = f"M{start} {row}h{column - start}"
                    paths[line[start]] = paths.get(line[start], "") + run
                start = column
    return tuple((f"#{level:x}{level:x}{level:x}", paths[level]) for level in sorted(paths))


@cache
def _test_images(path: Path) -> Any:
    """Returns the course's test images; None where they cannot be read, as a page can do without the pictures."""
    try:
        with np.load(path, allow_pickle=False) as file:
            images = file["x_test"]
    except (OSError, ValueError, KeyError):
        return None
    return images if images.shape == (10_000, 28, 28) and images.dtype == np.uint8 else None
