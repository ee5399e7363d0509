"""The accuracies that question 9.2 demands, and how they are measured.

`autograder calibrate 09-capstone` runs the styles and holds the bars to them.
"""

from __future__ import annotations

from typing import Any

from autograder.authoring.bars import Bar

BARS = (
    Bar("q9_2", "validation images", 0.97),
    Bar("q9_2", "test images", 0.90),
    Bar("q9_2", "test images", 0.95),
    Bar("q9_2", "test images", 0.97),
)


def _capstone(answers: dict[str, Any], seed: int) -> dict[str, float]:
    import digits

    (images, labels), (x_test, y_test) = digits.load()
    measured = {}
    for name, x, y in (("validation images", images[50_000:], labels[50_000:]), ("test images", x_test, y_test)):
        read = answers["model"].predict(answers["preprocess"](x), verbose=0).argmax(axis=1)
        measured[name] = float((read == y).mean())
    return measured


MEASURE = _capstone
