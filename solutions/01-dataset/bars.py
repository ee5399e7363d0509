"""The accuracy that question 1.5 demands, and how it is measured.

`autograder calibrate 01-dataset` runs the styles and holds the bar to them.
"""

from __future__ import annotations

from typing import Any

from autograder.authoring.bars import Bar

BARS = (
    Bar("q1_5", "held-out images", 0.80, chance=False),
    Bar("q1_5", "other held-out images", 0.80, chance=False),
)


def _nearest_mean(answers: dict[str, Any], seed: int) -> dict[str, float]:
    import digits
    import numpy as np

    (images, labels), _ = digits.load()
    means = np.array([images[:50_000][labels[:50_000] == digit].mean(axis=0) for digit in range(10)])
    measured = {}
    for name, chosen, dtype in (("held-out images", slice(50_000, None, 5), "uint8"),
                                ("other held-out images", slice(50_001, None, 10), "float32")):
        read = answers["nearest_mean"](images[chosen].astype(dtype), means)
        measured[name] = float((read == labels[chosen]).mean())
    return measured


MEASURE = _nearest_mean
