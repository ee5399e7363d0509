"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import keras
import numpy as np

HOW_MANY = {"compile_model": 20, "repaired_compile": 20}  # each makes a model


def probabilities(rng, n, classes):
    logits = rng.normal(0, rng.choice([0.3, 3, 30]), (n, classes))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(rng.choice(["float32", "float64"]))


def sparse_categorical_crossentropy(rng):
    n, classes = rng.integers(1, 30), rng.integers(2, 13)
    labels = rng.integers(0, classes, n).astype(rng.choice(["uint8", "int32", "int64"]))
    return labels, probabilities(rng, n, classes)


accuracy = sparse_categorical_crossentropy


def sgd_step(rng):
    shape, dtype = tuple(rng.integers(1, 6, rng.integers(1, 4))), rng.choice(["float32", "float64"])
    return rng.normal(size=shape).astype(dtype), rng.normal(size=shape).astype(dtype), float(rng.uniform(0, 2))


def rmsprop_step(rng):
    weights, gradient, rate = sgd_step(rng)
    mean_square = (rng.random(weights.shape) * rng.integers(0, 2)).astype(weights.dtype)
    return weights, gradient, mean_square, rate, float(rng.uniform(0.05, 0.99))


def compile_model(rng):
    units = int(rng.integers(3, 11))
    return (keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation="softmax")]),)


repaired_compile = compile_model
