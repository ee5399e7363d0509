"""The accuracy that question 5.6 demands, how it is measured, and what else it must let pass.

`autograder calibrate 05-compile` runs the styles and holds the bar to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.authoring.bars import Bar
from autograder.authoring.corpus import Edit

BARS = (Bar("q5_6", "images it learned from", 0.25),)


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

EDGES: Mapping[str, Edit] = {name: _compiled_with(name) for name in (
    *(f"{optimizer}({rate})" for optimizer, rates in LEARNING_RATES.items() for rate in rates), *WITH_MOMENTUM)}


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


MEASURE = _compile_model
