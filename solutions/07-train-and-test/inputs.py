"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import keras
import numpy as np

HOW_MANY = {"train": 10, "accuracy_with_interval": 40, "experiment": 5}  # these ask models, or train them


def hold_out(rng):
    n = int(rng.integers(0, 30))
    images = rng.integers(0, 256, (n, *rng.integers(1, 5, rng.integers(1, 3)))).astype(rng.choice(["uint8", "float32"]))
    return images, rng.integers(0, 10, n), int(rng.integers(0, n + 1)), int(rng.integers(0, 1000))


def compiled(rng, inputs):
    model = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(10, activation="softmax")])
    model.compile(optimizer=keras.optimizers.SGD(float(rng.uniform(0.05, 0.5))),
                  loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def some_set(rng, inputs):
    n = int(rng.integers(20, 300))
    return rng.random((n, inputs), dtype="float32"), rng.integers(0, 10, n)


def train(rng):
    inputs = int(rng.integers(2, 7))
    return compiled(rng, inputs), *some_set(rng, inputs), *some_set(rng, inputs), int(rng.integers(1, 6))


def best_epoch(rng):
    names = "loss", "accuracy", "val_loss", "val_accuracy"
    epochs = rng.integers(1, 30)
    return ({name: rng.integers(0, rng.choice([5, 1000]), epochs).astype(float).tolist() for name in names},)


def accuracy_with_interval(rng):
    inputs = int(rng.integers(2, 7))
    x, y = some_set(rng, inputs)
    model = compiled(rng, inputs)
    answers = np.asarray(model(x)).argmax(axis=1)
    return model, x, np.where(rng.random(len(y)) < rng.random(), answers, y)


def confusion_matrix(rng):
    n = rng.integers(0, 300)
    true = rng.integers(0, 10, n).astype(rng.choice(["uint8", "int64"]))
    return true, np.where(rng.random(n) < 0.5, true, rng.integers(0, 10, n))


def worst_mistakes(rng):
    n, classes = rng.integers(1, 40), rng.integers(2, 12)
    probabilities = rng.random((n, classes)) ** 3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = np.where(rng.random(n) < 0.4, probabilities.argmax(axis=1), rng.integers(0, classes, n))
    return probabilities, labels, int(rng.integers(0, 40))


def experiment(rng):
    inputs = int(rng.integers(2, 7))
    models = [compiled(rng, inputs) for _ in range(rng.integers(1, 4))]
    return models, *(some_set(rng, inputs) for _ in range(3)), int(rng.integers(1, 4))
