"""Trains the network of the live demo, by the solved capstone exercise, and writes what the page needs.

    .venv/bin/python book/demo/export.py

Writes, beside this file:

* `weights.js`: the network, its weights rounded to one byte each, and a few held-out images it reads wrong;
* `facts.json`: how accurate it is before and after rounding, and the hash of what made it, by which a test
  notices that the files are older than what they were made from.

The same machine writes the same bytes every time, because it computes on one thread; another
processor may round other last digits while training.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
os.environ |= {"MPLBACKEND": "agg"}

import keras
import numpy as np

HERE = Path(__file__).resolve().parent
EXERCISES = HERE.parents[1] / "exercises"
DATA = EXERCISES / "mnist.npz"
CAPSTONE = HERE.parents[1] / "build" / "09-capstone" / "09-capstone.ipynb"

HARD_IMAGES_PER_DIGIT = 2
HELD_OUT = 50_000
"""From this place on the training images are held out, here as in the capstone."""


@dataclass(frozen=True)
class QuantizedLayer:
    """A dense layer whose weight `[i, j]` is `weights[i, j] * scales[j]`.

    weights: int8, shape (inputs, units), from -127 to 127; scales and bias: float32, shape (units,).
    """

    activation: str
    weights: np.ndarray
    scales: np.ndarray
    bias: np.ndarray

    @property
    def kernel(self) -> np.ndarray:
        """The weights as float32: what the page computes with."""
        return self.weights.astype(np.float32) * self.scales


def capstone_cells() -> list[str]:
    """The code of the solved capstone exercise, without its checks.

    Raises:
        SystemExit: the exercise has not been built.
    """
    try:
        notebook = json.loads(CAPSTONE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"{CAPSTONE} is missing: run `autograder build {CAPSTONE.stem}` first.") from None
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if "grader" not in cell]
    last = max(number for number, cell in enumerate(cells) if ".fit(" in cell)
    return ["import digits", *cells[: last + 1]]


def train() -> tuple[keras.Model, Callable[[np.ndarray], np.ndarray]]:
    """The model and the `preprocess` that the capstone's own code leaves behind."""
    sys.path.insert(0, str(EXERCISES))
    names: dict[str, Any] = {}
    print("Training as the capstone does, half a minute")
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in capstone_cells():
            exec(compile(cell, CAPSTONE.name, "exec"), names)
    return names["model"], names["preprocess"]


def quantize(model: keras.Model) -> list[QuantizedLayer]:
    """Rounds each unit's weights to 255 steps from minus to plus its largest one.

    Raises:
        ValueError: the page cannot compute this model, which is not Dense relu followed by Dense softmax.
    """
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    others = [layer for layer in model.layers
              if not isinstance(layer, (keras.layers.Dense, keras.layers.Dropout, keras.layers.InputLayer))]
    activations = [layer.activation.__name__ for layer in dense]
    if activations != ["relu", "softmax"] or others:
        raise ValueError(f"The page computes Dense relu, then Dense softmax; the model has {model.layers}.")
    quantized = []
    for layer, activation in zip(dense, activations, strict=True):
        kernel, bias = (np.asarray(weight) for weight in layer.get_weights())
        scales = (np.abs(kernel).max(axis=0) / 127).astype(np.float32)
        weights = np.round(kernel / scales).astype(np.int8)
        quantized.append(QuantizedLayer(activation, weights, scales, bias.astype(np.float32)))
    return quantized


def rebuild(layers: list[QuantizedLayer]) -> keras.Model:
    """The quantized network as a Keras model: what the page must agree with."""
    model = keras.Sequential([
        keras.Input((layers[0].weights.shape[0],)),
        *(keras.layers.Dense(layer.weights.shape[1], activation=layer.activation) for layer in layers),
    ])
    model.set_weights([weight for layer in layers for weight in (layer.kernel, layer.bias)])
    return model


def hard_images(probabilities: np.ndarray, images: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Of each digit the images that were read wrong with the greatest confidence, in a mixed order."""
    answers = probabilities.argmax(axis=1)
    confidence = np.where(answers == labels, -1, probabilities.max(axis=1))
    chosen = [
        np.argsort(np.where(labels == digit, confidence, -1), kind="stable")[::-1][rank]
        for rank in range(HARD_IMAGES_PER_DIGIT)
        for digit in (4, 9, 7, 2, 5, 3, 8, 6, 1, 0)
    ]
    return [
        {"index": HELD_OUT + int(i), "label": int(labels[i]), "pixels": text(images[i])}
        for i in chosen if answers[i] != labels[i]
    ]


def text(values: np.ndarray) -> str:
    """The array's bytes in URL-safe base64: one long word, in which no spell checker finds shorter ones."""
    return base64.urlsafe_b64encode(values.tobytes()).decode()


def fingerprint() -> str:
    """The hash of everything that decides what the files contain."""
    code = "\n".join(capstone_cells()).encode()
    return hashlib.sha256(code + Path(__file__).read_bytes() + DATA.read_bytes()).hexdigest()


def short(values: np.ndarray) -> list[float]:
    """float32 values as the shortest decimals that give them back."""
    return [float(str(value)) for value in values]


def main() -> None:
    model, preprocess = train()
    layers = quantize(model)
    # The test set stays sealed until chapter 10, and this network is on the first page. It learned from the others.
    data = np.load(DATA)
    images, labels = data["x_train"][HELD_OUT:], data["y_train"][HELD_OUT:]
    inputs = preprocess(images)
    exact = model.predict(inputs, verbose=0)
    rounded = rebuild(layers).predict(inputs, verbose=0)
    accuracy = float((rounded.argmax(axis=1) == labels).mean())
    facts = {
        "made_from": fingerprint(),
        "keras": keras.__version__,
        "hidden_units": layers[0].weights.shape[1],
        "parameters": model.count_params(),
        "held_out_accuracy": float((exact.argmax(axis=1) == labels).mean()),
        "held_out_accuracy_quantized": accuracy,
        "answers_changed_by_rounding": int((exact.argmax(axis=1) != rounded.argmax(axis=1)).sum()),
        "largest_change_of_a_probability": round(float(np.abs(exact - rounded).max()), 4),
    }
    network = {
        "accuracy": accuracy,
        "parameters": facts["parameters"],
        "layers": [
            {
                "inputs": layer.weights.shape[0],
                "units": layer.weights.shape[1],
                "activation": layer.activation,
                "scales": short(layer.scales),
                "bias": short(layer.bias),
                "weights": text(layer.weights),
            }
            for layer in layers
        ],
    }
    (HERE / "weights.js").write_text(
        "/* Written by export.py: the demo's network, and held-out images it reads wrong. */\n"
        '"use strict";\nvar ReadingDigits = window.ReadingDigits || {};\n'
        f"ReadingDigits.network = {json.dumps(network)};\n"
        f"ReadingDigits.hard = {json.dumps(hard_images(rounded, images, labels))};\n",
        encoding="utf-8")
    (HERE / "facts.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
