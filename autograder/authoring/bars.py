"""The accuracy bars of this course: where each stands, how what it demands is measured, and what else it must let pass.

`calibrate` runs the styles and holds the bars to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.authoring.corpus import Edit


@dataclass(frozen=True)
class Bar:
    """One accuracy that tests demand.

    exercise, question: where it is demanded.
    measure: of what, as `MEASURES` has it.
    height: the accuracy, from 0 to 1, as it stands in the master.
    chance: whether a seed decides; where it does not, one run says all.
    """

    exercise: str
    question: str
    measure: str
    height: float
    chance: bool = True


BARS = (
    Bar("01-dataset", "q1_5", "held-out images", 0.80, chance=False),
    Bar("01-dataset", "q1_5", "other held-out images", 0.80, chance=False),
    Bar("05-compile", "q5_6", "images it learned from", 0.25),
    Bar("08-capstone", "q8_2", "validation images", 0.97),
    Bar("08-capstone", "q8_2", "test images", 0.90),
    Bar("08-capstone", "q8_2", "test images", 0.95),
    Bar("08-capstone", "q8_2", "test images", 0.97),
)


def _compiled_with(optimizer: str) -> Edit:
    return Edit(replace={"q5_6": f'''
def compile_model(model):
    model.compile(optimizer=keras.optimizers.{optimizer}, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
'''})


LEARNING_RATES: Mapping[str, tuple[float, float]] = {
    "SGD": (0.01, 0.5), **dict.fromkeys(("RMSprop", "Adam", "AdamW", "Nadam"), (0.0001, 0.05)),
    "Adamax": (0.0003, 0.05)}
"""The least and the greatest that the public check of question 5.6 lets pass, without momentum."""

WITH_MOMENTUM = ("SGD(0.001, momentum=0.9)", "SGD(0.1, momentum=0.9)", "SGD(0.5, momentum=0.5)",
                 "SGD(0.01, momentum=0.99)", "RMSprop(0.0001, momentum=0.9)", "RMSprop(0.01, momentum=0.9)",
                 "RMSprop(0.05, momentum=0.5)")
"""The least and the greatest with the momentum that most people take, and where momentum lengthens the steps most."""

EDGES: Mapping[str, Mapping[str, Edit]] = {
    "05-compile": {name: _compiled_with(name) for name in (
        *(f"{optimizer}({rate})" for optimizer, rates in LEARNING_RATES.items() for rate in rates), *WITH_MOMENTUM)},
}
"""Accepted as right, but nobody's style: by exercise, the notebook's edit by name."""


# --- What a run measures --------------------------------------------------------------------------------------

Measure = Callable[[dict[str, Any], int], dict[str, float]]


def _nearest_mean(answers: dict[str, Any], seed: int) -> dict[str, float]:
    import digits
    import numpy as np

    (images, labels), _ = digits.load()
    means = np.array([images[:50_000][labels[:50_000] == digit].mean(axis=0) for digit in range(10)])
    measured = {}
    for name, chosen, dtype in (("held-out images", slice(50_000, None, 5), "uint8"),
                                ("other held-out images", slice(50_001, None, 10), "float32")):
        read = answers["nearest_mean"](images[chosen].astype(dtype), means)
        measured[name] = float((read == labels[chosen]).mean())
    return measured


def _compile_model(answers: dict[str, Any], seed: int) -> dict[str, float]:
    """The network of the test `compile_model_learns`, from first weights that the seed decides."""
    import digits
    import keras
    import numpy as np

    rng = np.random.default_rng(seed)
    images, labels = digits.sample(1500)
    inputs = images.reshape(1500, 784).astype("float32") / 255
    model = keras.Sequential([
        keras.Input((784,)), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(10, activation="softmax")])
    model.set_weights([rng.normal(0, np.sqrt(1 / len(weight)), weight.shape) * (weight.ndim > 1)
                       for weight in model.get_weights()])
    compiled = answers["compile_model"](model)
    compiled.fit(inputs, labels, epochs=5, batch_size=32, shuffle=False, verbose=0)
    return {"images it learned from": float((np.asarray(compiled(inputs)).argmax(axis=1) == labels).mean())}


def _capstone(answers: dict[str, Any], seed: int) -> dict[str, float]:
    import digits

    (images, labels), (x_test, y_test) = digits.load()
    measured = {}
    for name, x, y in (("validation images", images[50_000:], labels[50_000:]), ("test images", x_test, y_test)):
        read = answers["model"].predict(answers["preprocess"](x), verbose=0).argmax(axis=1)
        measured[name] = float((read == y).mean())
    return measured


MEASURES: Mapping[str, Measure] = {
    "01-dataset": _nearest_mean, "05-compile": _compile_model, "08-capstone": _capstone}
