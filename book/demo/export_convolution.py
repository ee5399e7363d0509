"""Trains the convolutional network of "Break the reader", and writes what the page needs of it.

    .venv/bin/python book/demo/export_convolution.py

It is built as the one of chapter 12, with half the filters so that it stays small, and trained on the images that the
capstone trains on. Writes, beside this file:

* `convolution-weights.js`: the network, its weights rounded to one byte each, and ten held-out images, one of each
  digit, that it and the network of `weights.js` both read right and are sure of;
* `convolution-facts.json`: how accurate it is before and after rounding, and the hash of what made it.

Run it after `export.py`. Takes two minutes; the same machine writes the same bytes every time.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import export  # before Keras, because it sees to it that Keras computes on one thread
import keras
import numpy as np

HERE = Path(__file__).resolve().parent

EPOCHS = 8
SURE = 0.99
"""What both networks give at least to the digit of an image that the page begins with."""


def train(images: np.ndarray, labels: np.ndarray) -> keras.Model:
    """Chapter 12's convolutional network with half the filters, trained on images (n, 28, 28, 1) from 0 to 1."""
    keras.utils.set_random_seed(12)
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(16, 5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=128, epochs=EPOCHS, verbose=0)
    return model


def quantize(model: keras.Model) -> list[export.QuantizedLayer]:
    """Rounds the weights of each filter and each unit to 255 steps from minus to plus its largest one."""
    quantized = []
    for layer in model.layers:
        if not layer.get_weights():
            continue
        kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
        scales = (np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1))) / 127).astype(np.float32)
        weights = np.round(kernel / scales).astype(np.int8)
        quantized.append(export.QuantizedLayer(layer.activation.__name__, weights, scales, bias.astype(np.float32)))
    return quantized


def packed(layer: export.QuantizedLayer) -> dict[str, Any]:
    """A layer as the page reads it: the last axis of its weights counts the units, or filters."""
    return {"shape": layer.weights.shape, "activation": layer.activation, "scales": export.short(layer.scales),
            "bias": export.short(layer.bias), "weights": export.text(layer.weights)}


def cropped(image: np.ndarray) -> dict[str, Any]:
    """An image as the smallest box around its ink."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    box = image[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    return {"top": int(rows[0]), "left": int(columns[0]), "width": box.shape[1], "pixels": export.text(box)}


def sure_images(answers: list[np.ndarray], images: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Of each digit the first image that all networks read right and are sure of; `answers` are their probabilities."""
    found = []
    for digit in range(10):
        sure = np.all([probabilities[:, digit] > SURE for probabilities in answers], axis=0)
        place = int(np.flatnonzero(sure & (labels == digit))[0])
        found.append({"index": export.HELD_OUT + place, "label": digit, **cropped(images[place])})
    return found


def read_by_the_page(images: np.ndarray) -> np.ndarray:
    """The probabilities of the network in `weights.js`."""
    line = next(line for line in (HERE / "weights.js").read_text(encoding="utf-8").splitlines()
                if line.startswith("ReadingDigits.network = "))
    layers = [
        export.QuantizedLayer(
            layer["activation"],
            np.frombuffer(export.base64.urlsafe_b64decode(layer["weights"]), np.int8).reshape(layer["inputs"], -1),
            np.float32(layer["scales"]), np.float32(layer["bias"]))
        for layer in json.loads(line.partition(" = ")[2].rstrip(";"))["layers"]
    ]
    inputs = images.reshape(-1, 784).astype("float32") / 255
    probabilities: np.ndarray = export.rebuild(layers).predict(inputs, batch_size=1000, verbose=0)
    return probabilities


def fingerprint() -> str:
    """The hash of everything that decides what the files contain."""
    return hashlib.sha256(Path(__file__).read_bytes() + (HERE / "weights.js").read_bytes()
                          + export.DATA.read_bytes()).hexdigest()


def main() -> None:
    data = np.load(export.DATA)
    train_images, held_images = np.split(data["x_train"], [export.HELD_OUT])
    train_labels, held_labels = np.split(data["y_train"], [export.HELD_OUT])
    inputs = held_images[..., None].astype("float32") / 255
    model = train(train_images[..., None].astype("float32") / 255, train_labels)
    exact = model.predict(inputs, batch_size=500, verbose=0)
    layers = quantize(model)
    model.set_weights([weight for layer in layers for weight in (layer.kernel, layer.bias)])
    rounded = model.predict(inputs, batch_size=500, verbose=0)
    facts = {
        "made_from": fingerprint(),
        "keras": keras.__version__,
        "epochs": EPOCHS,
        "parameters": model.count_params(),
        "held_out_accuracy": float((exact.argmax(axis=1) == held_labels).mean()),
        "held_out_accuracy_quantized": float((rounded.argmax(axis=1) == held_labels).mean()),
        "answers_changed_by_rounding": int((exact.argmax(axis=1) != rounded.argmax(axis=1)).sum()),
        "largest_change_of_a_probability": round(float(np.abs(exact - rounded).max()), 4),
    }
    network = {"accuracy": facts["held_out_accuracy_quantized"], "parameters": facts["parameters"],
               "layers": [packed(layer) for layer in layers]}
    sure = sure_images([rounded, read_by_the_page(held_images)], held_images, held_labels)
    (HERE / "convolution-weights.js").write_text(
        "/* Written by export_convolution.py: a convolutional network, and held-out images that it reads right. */\n"
        '"use strict";\nvar ReadingDigits = window.ReadingDigits || {};\n'
        f"ReadingDigits.convolutional = {json.dumps(network)};\n"
        f"ReadingDigits.sure = {json.dumps(sure)};\n",
        encoding="utf-8")
    (HERE / "convolution-facts.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
