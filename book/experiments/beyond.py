"""Chapter 12: what is beyond the book's network? Dropout, more layers, moved images, convolution.

All 60,000 training images, Adam at its default rate; the dense networks for 20 epochs, the small
convolutional one for 12. Nothing was tried out on the test set: recipes and numbers of epochs were written
down before, and each network is measured once, on the test set as it is and shifted by one to four pixels.
One seed. The last run is a small one, for the sample.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

RUNS = [
    {"network": "narrow", "augmented": False, "images": 60_000, "epochs": 20},
    {"network": "dense", "augmented": False, "images": 60_000, "epochs": 20},
    {"network": "dropout", "augmented": False, "images": 60_000, "epochs": 20},
    {"network": "deeper", "augmented": False, "images": 60_000, "epochs": 20},
    {"network": "dense", "augmented": True, "images": 60_000, "epochs": 20},
    {"network": "convolutional", "augmented": False, "images": 60_000, "epochs": 12},
    {"network": "convolutional", "augmented": True, "images": 60_000, "epochs": 12},
    {"network": "convolutional", "augmented": True, "images": 6_000, "epochs": 1},
]
SAMPLE = len(RUNS) - 1
TOLERANCE = 0.03
SHIFTS = range(5)


def build(network: str, augmented: bool) -> Any:
    """The network, for images (28, 28, 1) from 0 to 1."""
    import keras
    from keras import layers

    def hidden(units: int = 512) -> Any:
        return layers.Dense(units, activation="relu")

    moves = [layers.RandomRotation(0.03, fill_mode="constant"),          # a share of a full turn: 11 degrees
             layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),  # a share of the side: 2 pixels
             layers.RandomZoom(0.1, fill_mode="constant")]
    middle = {
        "narrow": lambda: [layers.Flatten(), hidden(23)],  # as many weights as the convolutional one
        "dense": lambda: [layers.Flatten(), hidden()],
        "dropout": lambda: [layers.Flatten(), hidden(), layers.Dropout(0.5)],
        "deeper": lambda: [layers.Flatten(), hidden(), hidden(), hidden()],
        "convolutional": lambda: [layers.Conv2D(16, 5, activation="relu"), layers.MaxPooling2D(),
                                  layers.Conv2D(32, 5, activation="relu"), layers.MaxPooling2D(),
                                  layers.Flatten()],
    }[network]()
    return keras.Sequential([keras.Input((28, 28, 1)), *(moves if augmented else []), *middle,
                             layers.Dense(10, activation="softmax")])


def run(network: str, augmented: bool, images: int, epochs: int) -> dict[str, Any]:
    """Trains one network; its size, what it gets right, and which test images it gets wrong."""
    import keras

    from experiments import common

    x, y = common.training_set()
    x_test, y_test = common.test_set()
    x, y = x[:images].reshape(-1, 28, 28, 1), y[:images]
    x_test, y_test = x_test[:images // 6].reshape(-1, 28, 28, 1), y_test[:images // 6]
    keras.utils.set_random_seed(0)
    model = common.compile_model(build(network, augmented), "adam")
    model.fit(x, y, batch_size=common.BATCH, epochs=epochs, verbose=0)
    training_loss, training_accuracy = model.evaluate(x, y, batch_size=500, verbose=0)
    probabilities = model.predict(x_test, batch_size=500, verbose=0)
    return {
        "parameters": model.count_params(),
        "training_loss": training_loss, "training_accuracy": training_accuracy,
        "loss": -np.log(probabilities[np.arange(len(y_test)), y_test]).mean(),
        "accuracy": np.mean(probabilities.argmax(axis=1) == y_test),
        "shifted": [shifted_accuracy(model, x_test, y_test, pixels) for pixels in SHIFTS],
        "wrong": np.flatnonzero(probabilities.argmax(axis=1) != y_test) if images == 60_000 else [],
    }


def shifted_accuracy(model: Any, images: np.ndarray, labels: np.ndarray, pixels: int) -> float:
    """Accuracy when every image is moved left, right, up or down by so many pixels; mean of the four."""
    correct = []
    for rows, columns in [(pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)]:
        moved = np.zeros_like(images)
        moved[:, max(rows, 0):28 + min(rows, 0), max(columns, 0):28 + min(columns, 0)] = \
            images[:, max(-rows, 0):28 + min(-rows, 0), max(-columns, 0):28 + min(-columns, 0)]
        correct.append(np.mean(model.predict(moved, batch_size=500, verbose=0).argmax(axis=1) == labels))
    return float(np.mean(correct))


if __name__ == "__main__":
    keep(__file__)
