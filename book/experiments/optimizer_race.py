"""Chapter 7: which optimizer learns MNIST fastest? A race, run twice.

First each at Keras' default learning rate, then each at the rate that came out best in `learning_rates.py`.
The book's network, five epochs on 50,000 images, measured on the 10,000 held-out training images;
three seeds.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep, results

SEEDS = range(3)
DEFAULT_RATES = {"SGD": 0.01, "momentum": 0.01, "RMSprop": 0.001, "Adam": 0.001, "Nadam": 0.001}


def best_rates() -> dict[str, float]:
    """Of each optimizer in the sweep, the rate with the highest accuracy."""
    best: dict[str, tuple[float, float]] = {}
    for sweep in results("learning_rates"):
        optimizer, rate = sweep["setting"].values()
        best[optimizer] = max(best.get(optimizer, (0, 0)), (sweep["result"]["accuracy"][-1], rate))
    return {optimizer: rate for optimizer, (_, rate) in best.items()}


RUNS = [{"optimizer": optimizer, "start": start, "rate": rate, "seed": seed}
        for start, rates in [("default", DEFAULT_RATES), ("best", best_rates())]
        for optimizer, rate in rates.items() for seed in SEEDS]
SAMPLE = 0


def run(optimizer: str, start: str, rate: float, seed: int) -> dict[str, list[float]]:
    """Trains one network; accuracy and loss before training and after each epoch."""
    import keras

    from experiments import common

    make = {"SGD": lambda: keras.optimizers.SGD(rate),
            "momentum": lambda: keras.optimizers.SGD(rate, momentum=0.9),
            "RMSprop": lambda: keras.optimizers.RMSprop(rate),
            "Adam": lambda: keras.optimizers.Adam(rate),
            "Nadam": lambda: keras.optimizers.Nadam(rate)}
    training, validation = common.held_out()
    keras.utils.set_random_seed(seed)
    model = common.compile_model(common.dense_network(), make[optimizer]())
    loss, accuracy = model.evaluate(*validation, batch_size=1000, verbose=0)
    history = model.fit(*training, validation_data=validation, validation_batch_size=1000,
                        batch_size=common.BATCH, epochs=common.EPOCHS, verbose=0).history
    return {"accuracy": [accuracy, *history["val_accuracy"]], "loss": [loss, *history["val_loss"]]}


if __name__ == "__main__":
    keep(__file__)
