"""Chapter 12: do dropout and L2 help the book's network? Ten seeds each, against ten without either.

Each learns from 50,000 images for 20 epochs, with Adam at its default rate, and is measured on the 10,000 held
out: an idea is chosen there, and not on the test set. The strengths, half of the hidden units and a penalty of
0.0001, were written down before the first run. The last run is a small one, for the sample.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

NETWORKS = ("dense", "dropout", "L2")
RUNS = [*({"network": network, "images": 50_000, "epochs": 20, "seed": seed}
          for seed in range(10) for network in NETWORKS),
        {"network": "dropout", "images": 5_000, "epochs": 1, "seed": 0}]
SAMPLE = len(RUNS) - 1
TOLERANCE = 0.03


def build(network: str) -> Any:
    """The network, for 784 pixels from 0 to 1."""
    import keras
    from keras import layers

    penalty = keras.regularizers.L2(1e-4) if network == "L2" else None
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(512, activation="relu", kernel_regularizer=penalty),
        *([layers.Dropout(0.5)] if network == "dropout" else []),
        layers.Dense(10, activation="softmax", kernel_regularizer=penalty),
    ])


def run(network: str, images: int, epochs: int, seed: int) -> dict[str, Any]:
    """Trains one network; its accuracy on what it learned from, and accuracy, loss and errors on held-out images."""
    import keras
    import numpy as np

    from experiments import common

    (x, y), (held_x, held_y) = common.held_out()
    x, y = x[:images], y[:images]
    keras.utils.set_random_seed(seed)
    model = common.compile_model(build(network), "adam")
    model.fit(x, y, batch_size=common.BATCH, epochs=epochs, verbose=0)
    probabilities = model.predict(held_x, batch_size=1000, verbose=0)
    right = probabilities[np.arange(len(held_y)), held_y].astype(float)
    return {
        "training_accuracy": model.evaluate(x, y, batch_size=1000, verbose=0)[1],
        "errors": np.sum(probabilities.argmax(axis=1) != held_y),
        "loss": -np.log(np.maximum(right, 1e-7)).mean(),  # without the penalty, which evaluate would add
    }


if __name__ == "__main__":
    keep(__file__)
