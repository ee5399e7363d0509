"""Trainings that must come out alike with TensorFlow and in the page.

    python -m tests.page.trainings page/ OUT.npz 1     as in the page, with its stand-ins from page/
    python -m tests.page.trainings - OUT.npz 1         with TensorFlow

Writes for each training its weights and its history; instead of 1, 8 takes one training in eight.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.page.as_in_page import only_what_a_page_has

if __name__ == "__main__" and sys.argv[1] != "-":
    only_what_a_page_has(sys.argv[1])

import keras
from keras import layers

IMAGES = np.random.default_rng(0).random((48, 4, 3), dtype="float32")
DIGITS = np.random.default_rng(1).integers(0, 5, 48)
ONE_HOT = np.eye(5, dtype="float32")[DIGITS]
WEIGHTS = np.random.default_rng(2).random(48).astype("float32")

SPARSE = "sparse_categorical_crossentropy"
TRAININGS: dict[str, Callable[[], tuple[keras.Model, dict[str, list[float]]]]] = {}
"""Name -> a training: the model after it, and its history."""


def network(*inner: keras.Layer, end: str | None = "softmax") -> keras.Sequential:
    """A chain with these layers in it; small enough that nothing dies, with weights that do not depend on a backend."""
    between = inner or (layers.Dense(7, activation="tanh"),)
    return keras.Sequential([keras.Input((4, 3)), layers.Flatten(), *between, layers.Dense(5, activation=end)])


def train(
    model: keras.Model, x: Any = IMAGES, y: Any = DIGITS, *, loss: Any = SPARSE, optimizer: Any = "sgd",
    metrics: Any = ("accuracy",), compiled: dict[str, Any] | None = None, **fit: Any,
) -> tuple[keras.Model, dict[str, list[float]]]:  # fmt: skip
    """Three epochs, with a last batch that is smaller, from weights that are the same everywhere."""
    generator = np.random.default_rng(3)
    model.set_weights([generator.normal(size=weight.shape).astype("float32") * 0.4 for weight in model.get_weights()])
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics), **(compiled or {}))
    history = model.fit(x, y, **{"epochs": 3, "batch_size": 20, "shuffle": False, "verbose": 0, **fit}).history
    return model, {**history, "evaluated": model.evaluate(x, y, verbose=0, return_dict=True)["loss"]}


def add(name: str, *arguments: Any, **keywords: Any) -> None:
    """Adds the training `name`; what it is called with is made when it begins, by the functions given."""
    TRAININGS[name] = lambda: train(*(argument() for argument in arguments), **{
        key: value() if key in ("loss", "optimizer") and not isinstance(value, str) else value
        for key, value in keywords.items()
    })  # fmt: skip


for activation in ("linear", "relu", "sigmoid", "tanh", "softmax", "leaky_relu", "relu6", "elu", "selu", "exponential",
                   "softplus", "softsign"):  # fmt: skip
    add(f"activation {activation}", lambda activation=activation: network(layers.Dense(7, activation=activation)))

for optimizer in ("adam", "rmsprop", "nadam", "adamw", "adagrad", "adamax"):
    add(f"optimizer {optimizer}", network, optimizer=optimizer)
add("optimizer SGD with momentum", network, optimizer=lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True))
add("optimizer that clips", network, optimizer=lambda: keras.optimizers.SGD(0.1, clipnorm=0.1))
add("optimizer with a schedule", network,
    optimizer=lambda: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)))  # fmt: skip

losses = keras.losses
add("loss categorical_crossentropy", network, y=ONE_HOT, loss="categorical_crossentropy")
add("loss with smoothing", network, y=ONE_HOT, loss=lambda: losses.CategoricalCrossentropy(label_smoothing=0.2))
add("loss of logits", lambda: network(end=None), loss=lambda: losses.SparseCategoricalCrossentropy(from_logits=True))
add("loss of logits by mistake", network, loss=lambda: losses.SparseCategoricalCrossentropy(from_logits=True))
add("loss without softmax", lambda: network(end="sigmoid"))
add("loss without softmax, one-hot", lambda: network(end="sigmoid"), y=ONE_HOT, loss="categorical_crossentropy")
add("loss binary_crossentropy", lambda: network(end="sigmoid"), y=ONE_HOT, loss="binary_crossentropy")
add("loss binary_crossentropy on softmax", network, y=ONE_HOT, loss="binary_crossentropy")
add("loss binary_crossentropy of logits", lambda: network(end=None), y=ONE_HOT,
    loss=lambda: losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1))  # fmt: skip
add("loss mean_squared_error", network, y=ONE_HOT, loss="mse")
add("loss mean_absolute_error", lambda: network(end=None), y=ONE_HOT, loss="mean_absolute_error")
add("loss summed", network, loss=lambda: losses.SparseCategoricalCrossentropy(reduction="sum"), sample_weight=WEIGHTS)
add("loss by weight", network, sample_weight=WEIGHTS,
    loss=lambda: losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight"))  # fmt: skip
add("loss where probabilities are next to nothing", lambda: network(layers.Dense(7, activation="relu")),
    x=IMAGES * 200, optimizer=lambda: keras.optimizers.SGD(1e-5))  # fmt: skip

add("layers of activations", lambda: network(
    layers.Dense(7, use_bias=False), layers.ReLU(), layers.Dense(6), layers.Activation("tanh"), layers.Dense(5),
    layers.Softmax()))  # fmt: skip
add("layers that only move numbers", lambda: network(layers.Reshape((3, 4)), layers.Dense(6, activation="relu"),
                                                     layers.Rescaling(0.5, offset=0.1), layers.Identity(),
                                                     layers.Flatten()))  # fmt: skip
add("last layer is a softmax", lambda: keras.Sequential(
    [keras.Input((4, 3)), layers.Flatten(), layers.Dense(5), layers.Softmax()]))  # fmt: skip
add("layers in a network in a network", lambda: network(
    keras.Sequential([layers.Dense(7, activation="relu"), keras.Sequential([layers.Dense(6)])])))  # fmt: skip
add("layers that are not trained", lambda: network(
    layers.Dense(7, trainable=False), layers.Dense(6, activation="tanh")))  # fmt: skip
add("layers with penalties", lambda: network(
    layers.Dense(7, kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.02)),
    layers.Dense(6, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.03))))  # fmt: skip
add("layers with a constraint", lambda: network(layers.Dense(7, kernel_constraint=keras.constraints.MaxNorm(0.5))))


def functional() -> keras.Model:
    inputs = keras.Input((4, 3))
    twice = layers.Dense(6, activation="tanh")
    x = layers.Dense(6)(layers.Flatten()(inputs))
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(twice(twice(x))))


add("functional, one layer twice", functional)
add("images of whole numbers", network, x=(IMAGES * 9).astype("uint8"))
add("labels in a column", network, y=DIGITS.reshape(-1, 1))
add("answers in rows", lambda: keras.Sequential([keras.Input((4, 3)), layers.Dense(2)]), y=IMAGES[..., :2],
    loss="mse", metrics=("mae",))  # fmt: skip
add("class weights", network, class_weight={0: 1.0, 1: 2.0, 2: 0.5, 3: 0.0, 4: 1.5})
add("weighted metrics", network, sample_weight=WEIGHTS, compiled={"weighted_metrics": ["accuracy"]})
add("validation_split", network, validation_split=0.25)
add("validation_data, every other epoch", network, validation_freq=2,
    validation_data=(IMAGES[:9], DIGITS[:9], WEIGHTS[:9]))  # fmt: skip
add("fewer steps", network, steps_per_epoch=2, epochs=1)
add("later epochs", network, initial_epoch=1)
add("steps_per_execution", network, compiled={"steps_per_execution": 2})


def stopping() -> tuple[keras.Model, dict[str, list[float]]]:
    callbacks = [keras.callbacks.EarlyStopping(monitor="loss", min_delta=10, patience=1, restore_best_weights=True),
                 keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)]  # fmt: skip
    return train(network(), callbacks=callbacks, epochs=9)


def by_batch() -> tuple[keras.Model, dict[str, list[float]]]:
    model = network()
    _, history = train(model, epochs=1)
    logs = [model.train_on_batch(IMAGES[:9], DIGITS[:9], class_weight={digit: digit / 2 for digit in range(5)}),
            model.train_on_batch(IMAGES[9:], DIGITS[9:])]  # fmt: skip
    return model, {**history, "batches": np.ravel(logs).tolist(), "tested": model.test_on_batch(IMAGES, DIGITS)}


TRAININGS |= {"callbacks that stop and slow down": stopping, "train_on_batch": by_batch}


def outcomes(every: int) -> Iterator[tuple[str, np.ndarray]]:
    """All numbers that each training ends with; of the trainings one in `every`."""
    for name, training in list(TRAININGS.items())[::every]:
        model, history = training()
        numbers = [*model.get_weights(), *(np.asarray(history[key]) for key in sorted(history))]
        yield name, np.concatenate([np.ravel(number).astype("float64") for number in numbers])


if __name__ == "__main__":
    np.savez(sys.argv[2], **dict(outcomes(int(sys.argv[3]))))
