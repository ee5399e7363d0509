"""In the checker's child: a portrait of the learner's network, for the feedback page. No points hang on it.

An exercise with a model may have a `portrait.py`, from the cell of its master
that begins with `# PORTRAIT`: the course's own function `portrait`, whose
parameters are names of the learner's notebook, as a test's are. It returns

    history   what `fit` recorded: a list of numbers for each metric
    answers   what the network says to the first n test images, shape (n, 10)
    labels    the n digits that they show

The labels are the grader's own. History and answers are the learner's word:
of them only what `results.Portrait` allows is kept, numbers all of it.
"""

from __future__ import annotations

import inspect
import math
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.grading.results import CURVES, MAX_EPOCHS, MAX_LOSS, MAX_WRONG, Portrait, WrongDigit

ACCURACIES = ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy")
"""Names under which Keras records the share of right answers."""

TEST_IMAGES = 10_000


class NoPortraitError(Exception):
    """There is nothing to make a portrait of; says why."""


def make(path: Path, names: Mapping[str, Any]) -> Portrait:
    """The portrait that `portrait` in the file at `path` makes of the notebook.

    Args:
        path: the course's own file, never a learner's.
        names: the notebook's variables; what is not there arrives as None.

    Raises:
        Exception: whatever goes wrong in it, for the notebook may hold anything.
    """
    function = runpy.run_path(str(path))["portrait"]
    found = function(**{name: names.get(name) for name in inspect.signature(function).parameters})
    return summarize(found["history"], found["answers"], found["labels"])


def summarize(history: object, answers: object, labels: np.ndarray) -> Portrait:
    """What is kept of a network's history and answers.

    Args:
        history: metric -> numbers, one for each epoch; what is no such thing is left out.
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
    """Loss and accuracy, of training and validation, as far as they are numbers that can be drawn."""
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
    """The numbers up to the first thing that is none: after a loss of nan there is nothing to be drawn."""
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
