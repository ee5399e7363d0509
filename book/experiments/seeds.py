"""Chapter 10: how much of an accuracy is luck? The book's network, ten seeds, twice.

Ten runs learn from 50,000 images and are measured on those, on the 10,000 held out and on the test set: the
gap. Ten more learn from all 60,000, the course's result; for these the test images that each gets wrong are
kept as well. A seed decides the first weights and the order of the images.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

RUNS = [{"trained_on": images, "seed": seed} for images in (50_000, 60_000) for seed in range(10)]
SAMPLE = 0
TOLERANCE = 0.015


def run(trained_on: int, seed: int) -> dict[str, Any]:
    """Trains one network; accuracy and loss on each set, and on the two halves of the test set."""
    import keras

    from experiments import common

    images, labels = common.training_set()
    x_test, y_test = common.test_set()
    keras.utils.set_random_seed(seed)
    model = common.compile_model(common.dense_network())
    model.fit(images[:trained_on], labels[:trained_on], batch_size=common.BATCH, epochs=common.EPOCHS,
              verbose=0)

    sets = {"training": (images[:trained_on], labels[:trained_on]),
            "held_out": (images[trained_on:], labels[trained_on:]),
            "test": (x_test, y_test), "test_first_half": (x_test[:5000], y_test[:5000]),
            "test_second_half": (x_test[5000:], y_test[5000:])}
    measured: dict[str, Any] = {}
    for name, (x, y) in sets.items():
        if len(x):
            loss, accuracy = model.evaluate(x, y, batch_size=1000, verbose=0)
            measured |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
    if trained_on == len(images):
        wrong = model.predict(x_test, batch_size=1000, verbose=0).argmax(axis=1) != y_test
        measured["wrong"] = np.flatnonzero(wrong)
    return measured


if __name__ == "__main__":
    keep(__file__)
