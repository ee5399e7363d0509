"""Chapter 3: what ways of preparing the pixels lead to, right ones and often made mistakes.

The book's network, five epochs on 50,000 images, measured on the 10,000 held-out training images. First five
ways with RMSprop, five seeds each; then plain SGD over six learning rates, with pixels from 0 to 1 and from 0
to 255, two seeds each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

WAYS = ("scaled", "unscaled", "standardized", "scaled twice", "whole-number division")
RATES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
RUNS = [{"way": way, "optimizer": "rmsprop", "rate": 0.001, "seed": seed}
        for way in WAYS for seed in range(5)]
RUNS += [{"way": way, "optimizer": "sgd", "rate": rate, "seed": seed}
         for way in WAYS[:2] for rate in RATES for seed in range(2)]
SAMPLE = 0


def prepare(way: str, images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) of uint8 as the network's input (n, 784), prepared in the way named `way`."""
    pixels = images.reshape(len(images), 784)
    x = pixels.astype("float32")
    learned_from = x[:50_000]
    match way:
        case "scaled":
            return x / 255
        case "unscaled":
            return x
        case "standardized":
            return (x - learned_from.mean(dtype="float64")) / learned_from.std(dtype="float64")
        case "scaled twice":
            return x / 255 / 255
        case "whole-number division":
            return pixels // 255
    raise ValueError(way)


def run(way: str, optimizer: str, rate: float, seed: int) -> dict[str, float]:
    """Trains one network; its loss before training, and loss and accuracy after it."""
    import digits
    import keras

    from experiments import common

    (images, labels), _ = digits.load()
    x = prepare(way, images).astype("float32")
    keras.utils.set_random_seed(seed)
    chosen = {"rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}[optimizer](rate)
    model = common.compile_model(common.dense_network(), chosen)
    start, _ = model.evaluate(x[50_000:], labels[50_000:], batch_size=1000, verbose=0)
    model.fit(x[:50_000], labels[:50_000], batch_size=common.BATCH, epochs=common.EPOCHS, verbose=0)
    loss, accuracy = model.evaluate(x[50_000:], labels[50_000:], batch_size=1000, verbose=0)
    return {"loss_at_start": start, "loss": loss, "accuracy": accuracy}


if __name__ == "__main__":
    keep(__file__)
