"""Chapter 9: how many hidden units, and how large a batch? One is varied at a time, three seeds each.

50,000 images, three epochs, RMSprop at its default rate; measured on the 10,000 held out. Where the batch is varied
the network has 128 hidden units. The last run is a small one, for the sample.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

WIDTHS = (2, 8, 32, 128, 512, 2048)
BATCHES = (8, 32, 128, 512, 2048, 8192)
RUNS = [
    *({"varied": "width", "units": units, "batch": 128, "images": 50_000, "epochs": 3, "seed": seed}
      for seed in range(3) for units in WIDTHS),
    *({"varied": "batch", "units": 128, "batch": batch, "images": 50_000, "epochs": 3, "seed": seed}
      for seed in range(3) for batch in BATCHES),
    {"varied": "width", "units": 8, "batch": 128, "images": 5_000, "epochs": 1, "seed": 0},
]
SAMPLE = len(RUNS) - 1
TOLERANCE = 0.05


def run(varied: str, units: int, batch: int, images: int, epochs: int, seed: int) -> dict[str, Any]:
    """Trains one network; its size, and loss and accuracy on what it learned from and on held-out images."""
    import keras
    from keras import layers

    from experiments import common

    (x, y), (held_x, held_y) = common.held_out()
    x, y = x[:images], y[:images]
    keras.utils.set_random_seed(seed)
    model = common.compile_model(keras.Sequential([
        keras.Input((784,)), layers.Dense(units, activation="relu"), layers.Dense(10, activation="softmax")]))
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
    loss, accuracy = model.evaluate(held_x, held_y, batch_size=1000, verbose=0)
    training_loss, training_accuracy = model.evaluate(x, y, batch_size=1000, verbose=0)
    return {"parameters": model.count_params(), "loss": loss, "accuracy": accuracy,
            "training_loss": training_loss, "training_accuracy": training_accuracy}


if __name__ == "__main__":
    keep(__file__)
