"""A portrait of the learner's network, for the feedback page. No points depend on it.

It is made in the checker's child. When an exercise is built, it is made of the course's own solution, in a process
of its own.

An exercise with a model may have a `portrait.py`, from the cell of its master
that begins with `# PORTRAIT`: the course's own function `portrait`, whose
parameters are names of the learner's notebook, as a test's are. It returns

    history   what `fit` recorded: a list of numbers for each metric
    answers   what the network says to the first n test images, shape (n, 10)
    labels    the n digits that they show

and, if the network must also read moved copies of the test images (`ask_for_copies`),

    read      a function: what the network says to any images
    images    the n test images, uint8, shape (n, 28, 28)

The labels are the grader's own. History and answers are the learner's word:
only the numbers that `results.Portrait` allows are kept of them.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import runpy
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.grading.results import CURVES, MAX_EPOCHS, MAX_LOSS, MAX_WRONG, Copies, Portrait, WrongDigit

ACCURACIES = ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy")
"""Names under which Keras records the share of right answers."""

TEST_IMAGES = 10_000

ASKED = 2500
"""How many test images the network reads once more, moved: a quarter of the work again."""

PATIENCE = 8.0
"""Seconds. A network that takes longer for the test images gets no further ones."""


class NoPortraitError(Exception):
    """There is nothing to make a portrait of; the text says why."""


def make(path: Path, names: Mapping[str, Any]) -> Portrait:
    """Makes the portrait that `portrait` in the file at `path` returns for the notebook.

    Args:
        path: the course's own file, never a learner's.
        names: the notebook's variables; a missing one arrives as None.

    Raises:
        Exception: of any kind, as the notebook may hold anything.
    """
    function = runpy.run_path(str(path))["portrait"]
    began = time.monotonic()
    found = function(**{name: names.get(name) for name in inspect.signature(function).parameters})
    portrait = summarize(found["history"], found["answers"], found["labels"])
    if "read" not in found or time.monotonic() - began > PATIENCE:
        return portrait
    seed = zlib.crc32(np.ascontiguousarray(found["answers"]).tobytes())
    return replace(portrait, copies=ask_for_copies(found["read"], found["images"], found["labels"], seed))


def ask_for_copies(read: Callable[[np.ndarray], object], images: np.ndarray, labels: np.ndarray, seed: int) -> Copies:
    """Measures how a network reads moved copies of test images.

    It gets copies of some images, evenly spread. A copy for which it does not return ten numbers counts as not read.

    Args:
        read: takes images, uint8, shape (k, 28, 28), and gives ten numbers for each.
        images: the test images, uint8, shape (n, 28, 28).
        labels: for each of them the digit it shows.
        seed: of the directions. The network's own answers determine it, so it is new for each network, and the same in
            each run.
    """
    asked = min(ASKED, len(labels))
    chosen = slice(0, len(labels) // asked * asked, len(labels) // asked)
    answers: object = None
    with contextlib.suppress(Exception):
        answers = read(moved(images[chosen], seed))
    if not isinstance(answers, np.ndarray) or answers.dtype.kind not in "fiu" or answers.shape != (asked, 10):
        return Copies(asked, 0)
    return Copies(asked, int((answers.argmax(axis=1) == labels[chosen]).sum()))


def moved(images: np.ndarray, seed: int) -> np.ndarray:
    """Returns copies of the images, each moved by the width of a pixel in a direction of its own.

    A direction is any angle, so values between the pixels are interpolated, and no copy equals one that somebody has
    made before. Pixels that come in from outside are black.

    Args:
        images: uint8, shape (n, height, width).
        seed: of the directions.

    Returns:
        uint8, of the same shape.
    """
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(images))
    down, right = np.sin(angles), np.cos(angles)
    height, width = images.shape[1:]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype("float32")
    result = np.zeros(images.shape, "float32")
    for y in (-1, 0, 1):
        for x in (-1, 0, 1):
            share = np.clip(1 - abs(down - y), 0, None) * np.clip(1 - abs(right - x), 0, None)
            part = framed[:, 1 - y : 1 - y + height, 1 - x : 1 - x + width]
            result += share.astype("float32")[:, None, None] * part
    return np.round(result).astype("uint8")


def summarize(history: object, answers: object, labels: np.ndarray) -> Portrait:
    """Returns what is kept of a network's history and answers.

    Args:
        history: metric -> numbers, one for each epoch; other entries are left out.
        answers: for each of the first test images ten numbers, the largest of which is the answer.
        labels: for each of them the digit it shows.

    Raises:
        NoPortraitError: the answers are not of this kind.
    """
    n = len(labels)
    if not isinstance(answers, np.ndarray) or answers.dtype.kind not in "fiu" or answers.shape != (n, 10):
        raise NoPortraitError("the answers are not ten numbers for each image")
    if n > TEST_IMAGES or not np.isfinite(answers).all():
        raise NoPortraitError("the answers are not all finite")
    labels, read = labels.astype(int), answers.argmax(axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, read), 1)
    with np.errstate(over="ignore"):
        probabilities = bool(n) and answers.min() >= 0 and bool(np.allclose(answers.sum(axis=1), 1, atol=1e-3))
    highest = answers.max(axis=1).astype(float)
    wrong = sorted(np.flatnonzero(read != labels), key=lambda k: (-highest[k] if probabilities else 0, k))
    return Portrait(
        curves=_curves(history),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        wrong=tuple(
            WrongDigit(int(k), int(labels[k]), int(read[k]), _sureness(highest[k]) if probabilities else None)
            for k in wrong[:MAX_WRONG]
        ),
    )


def _sureness(probability: float) -> float:
    return round(min(float(probability), 1.0), 4)


def _curves(history: object) -> dict[str, tuple[float, ...]]:
    """Returns loss and accuracy, of training and validation, as far as they are numbers that can be drawn."""
    if not isinstance(history, dict):
        return {}
    curves: dict[str, tuple[float, ...]] = {}
    for name, values in list(history.items())[:100]:
        if type(name) is not str or not isinstance(values, list):
            continue
        prefix, metric = ("val_", name[4:]) if name.startswith("val_") else ("", name)
        curve = prefix + ("accuracy" if metric in ACCURACIES else metric)
        numbers = _leading(values, accuracy=curve.endswith("accuracy"))
        if numbers:
            curves.setdefault(curve, numbers)
    return {name: curves[name] for name in CURVES if name in curves}


def _leading(values: list[object], *, accuracy: bool) -> tuple[float, ...]:
    """Returns the numbers up to the first value that is none: after a loss of nan there is nothing to be drawn."""
    numbers: list[float] = []
    for value in values[:MAX_EPOCHS]:
        if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
            break
        try:
            number = float(value)
        except OverflowError:
            break
        if not math.isfinite(number) or abs(number) > (1 if accuracy else MAX_LOSS):
            break
        if accuracy and number < 0:
            break
        numbers.append(float(f"{number:.6g}"))
    return tuple(numbers)
