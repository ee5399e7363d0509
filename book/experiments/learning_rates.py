"""Chapter 7: how far off may a learning rate be? Four optimizers, thirteen rates over six decades.

The book's network, two epochs on 50,000 images, measured on the 10,000 held-out training images; one seed.
Two epochs, not five: the question is which rates work at all.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

OPTIMIZERS = ("SGD", "momentum", "RMSprop", "Adam")
RATES = [float(f"{10 ** (exponent / 2):.4g}") for exponent in range(-10, 3)]  # 0.00001 to 10, two to a decade
RUNS = [{"optimizer": optimizer, "rate": rate} for optimizer in OPTIMIZERS for rate in RATES]
SAMPLE = RUNS.index({"optimizer": "Adam", "rate": 0.001})


def run(optimizer: str, rate: float) -> dict[str, list[float]]:
    """Trains one network; accuracy and losses after each epoch."""
    import keras

    from experiments import common

    make = {"SGD": lambda: keras.optimizers.SGD(rate),
            "momentum": lambda: keras.optimizers.SGD(rate, momentum=0.9),
            "RMSprop": lambda: keras.optimizers.RMSprop(rate),
            "Adam": lambda: keras.optimizers.Adam(rate)}
    training, validation = common.held_out()
    keras.utils.set_random_seed(0)
    model = common.compile_model(common.dense_network(), make[optimizer]())
    history = model.fit(*training, validation_data=validation, validation_batch_size=1000,
                        batch_size=common.BATCH, epochs=2, verbose=0).history
    return {"accuracy": history["val_accuracy"], "loss": history["val_loss"],
            "training_loss": history["loss"]}


if __name__ == "__main__":
    keep(__file__)
