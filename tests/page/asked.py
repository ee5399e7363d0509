"""As in the page: asks Keras for what it can and cannot do there, and writes what came as JSON.

    python -m tests.page.asked page/ OUT.json
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from tests.page.as_in_page import only_what_a_page_has

if __name__ == "__main__":
    only_what_a_page_has(sys.argv[1])

import keras
from keras import layers

X = np.random.default_rng(0).random((6, 28, 28, 1), dtype="float32")
Y = np.arange(6) % 3
SPARSE = "sparse_categorical_crossentropy"


class Own(keras.layers.Layer):
    def call(self, inputs: Any) -> Any:
        return inputs * 2


class OwnModel(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.last = layers.Dense(3, activation="softmax")

    def call(self, inputs: Any) -> Any:
        return self.last(keras.ops.reshape(inputs, (-1, 784)))


def chain(*inner: keras.Layer) -> keras.Sequential:
    return keras.Sequential([keras.Input((28, 28, 1)), *inner, layers.Flatten(), layers.Dense(3, activation="softmax")])


def branching() -> keras.Model:
    inputs = keras.Input((28, 28, 1))
    x = layers.Flatten()(inputs)
    return keras.Model(inputs, layers.Add()([layers.Dense(3)(x), layers.Dense(3)(x)]))


def two_outputs() -> keras.Model:
    inputs = keras.Input((28, 28, 1))
    x = layers.Flatten()(inputs)
    return keras.Model(inputs, [layers.Dense(3)(x), layers.Dense(3)(x)])


MODELS = {
    "convolution": lambda: chain(layers.Conv2D(2, 3)),
    "pooling": lambda: chain(layers.MaxPooling2D()),
    "BatchNormalization": lambda: chain(layers.BatchNormalization()),
    "ReLU that has these arguments": lambda: chain(layers.ReLU(max_value=1)),
    "a layer Own": lambda: chain(Own()),
    "activation silu": lambda: chain(layers.Dense(3, activation="silu")),
    "`scipy.special.erf`": lambda: chain(layers.Dense(3, activation="gelu")),
    "regularizer OrthogonalRegularizer": lambda: chain(layers.Flatten(), layers.Dense(
        3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())),
    "Dense that has these arguments": lambda: chain(layers.Dense(3, activity_regularizer="l2")),
    "`call` of its own": OwnModel,
    "form no chain": branching,
    "several inputs or outputs": two_outputs,
}  # fmt: skip
LOSSES = {
    "huber": "huber",
    "a_loss_of_mine": lambda: a_loss_of_mine,
    "and these arguments": lambda: keras.losses.SparseCategoricalCrossentropy(ignore_class=2),
}


def a_loss_of_mine(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(keras.ops.square(y_pred[:, 0] - y_true))


def refusals() -> dict[str, dict[str, Any]]:
    """What is refused -> the kind of the error, its text, and whether any weight was changed before."""
    asked = {name: (model, SPARSE) for name, model in MODELS.items()}
    asked |= {name: (chain, loss) for name, loss in LOSSES.items()}
    return {name: refusal(model(), loss if isinstance(loss, str) else loss()) for name, (model, loss) in asked.items()}


def refusal(model: keras.Model, loss: Any) -> dict[str, Any]:
    model.compile(loss=loss if len(getattr(model, "outputs", [0])) == 1 else [loss] * 2)
    before = [weight.copy() for weight in model.get_weights()]
    try:
        model.fit(X, Y, verbose=0)
    except Exception as error:
        changed = any(not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=False))
        return {"kind": type(error).__name__, "text": str(error), "changed": changed}
    return {"kind": "", "text": "", "changed": True}


def nudged_dropout() -> dict[str, Any]:
    """Of weights before a Dropout that drops the same numbers each time: the slope by nudging, by backpropagation."""
    from keras_in_page import training

    keras.utils.set_random_seed(0)
    dropout = layers.Dropout(0.5, seed=1)
    model = chain(layers.Flatten(), layers.Dense(8, activation="tanh"), dropout, layers.Dense(4, activation="sigmoid"))
    model.compile(loss=SPARSE)
    seed = dropout.seed_generator.state.numpy()
    model.train_on_batch(X, Y)
    kernel = model.layers[1].kernel

    def loss_and_steps() -> tuple[float, list[Any]]:
        dropout.seed_generator.state.assign(seed)
        steps = training.forward(training.chain(model), X, training=True)
        return -np.log(steps[-1].outputs[np.arange(6), Y].astype("float64")).mean(), steps

    _, steps = loss_and_steps()
    slope = training.slope_of_loss(training.compiled_loss(model), Y, steps[-1], None, training.logits(steps[-1]))
    slopes = training.slopes(steps, slope, behind_activation=True)[id(kernel)]
    found = []
    for place in ((100, 0), (200, 3), (300, 7), (400, 5)):
        nudge = np.zeros(kernel.shape, "float32")
        nudge[place] = 0.02
        kernel.assign_add(nudge)
        more, _ = loss_and_steps()
        kernel.assign_sub(2 * nudge)
        less, _ = loss_and_steps()
        kernel.assign_add(nudge)
        found.append([(more - less) / 0.04, float(slopes[place])])
    return {"slopes": found, "kept": sorted({float(factor) for factor in np.unique(steps[2].inputs)})}


def told() -> dict[str, Any]:
    """What a notebook of the course asks of Keras besides training."""
    from keras_in_page import training

    from tests.page.trainings import TRAININGS

    model = chain(layers.Conv2D(2, 3))
    return {
        "version": keras.__version__,
        "parameters": model.count_params(),
        "shape": list(model.output_shape),
        "as an array": np.asarray(model.layers[-1].bias, "float64").tolist(),
        "layers": sorted(training.LAYERS),
        "activations": sorted(training.ACTIVATIONS),
        "losses": sorted(training.LOSSES),
        "trainings": list(TRAININGS),
        "a wrong shape": wrong_shape(),
    }


def wrong_shape() -> str:
    model = chain()
    model.compile(loss=SPARSE)
    try:
        model.fit(X[:, :20], Y, verbose=0)
    except ValueError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found = {"refusals": refusals(), "dropout": nudged_dropout(), "told": told()}
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
