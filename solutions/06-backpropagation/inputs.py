"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import numpy as np

HOW_MANY = {"measured_slopes": 100}  # it asks for the loss twice for each number


def labels_of(rng, n, classes):
    return rng.integers(0, classes, n).astype(rng.choice(["uint8", "int32", "int64"]))


def network(rng, most=6, layers=None):
    sizes = rng.integers(2, most, (layers or rng.integers(1, 4)) + 1)
    return [(rng.normal(0, 1, (inputs, units)), rng.normal(0, 0.5, units)) for inputs, units in zip(sizes, sizes[1:])]


def images_for(rng, parameters):
    n = int(rng.integers(1, 12))
    return rng.normal(0, 1, (n, len(parameters[0][0]))), labels_of(rng, n, len(parameters[-1][1]))


def logit_slopes(rng):
    n, classes = rng.integers(1, 12), rng.integers(2, 14)
    logits = rng.normal(0, rng.choice([0.5, 5, 500]), (n, classes)) + rng.choice([-900, 0, 900])
    return logits, labels_of(rng, n, classes)


def dense_backward(rng):
    n, inputs, units = rng.integers(1, 9, 3)
    return rng.normal(0, 1, (n, inputs)), rng.normal(0, 1, (inputs, units)), rng.normal(0, 1, (n, units))


def relu_backward(rng):  # what passes where a sum is exactly 0 is left open
    shape = tuple(rng.integers(1, 7, rng.integers(1, 4)))
    return rng.uniform(0.01, 3, shape) * rng.choice([-1, 1], shape), rng.normal(0, 1, shape)


def measured_slopes(rng):
    parameters = network(rng, 4)
    return *images_for(rng, parameters), parameters, float(rng.choice([1e-4, 1e-3, 0.3]))


def gradients(rng):
    parameters = network(rng)
    return *images_for(rng, parameters), parameters


def their_gradients(rng):
    parameters = network(rng, layers=2)
    return *images_for(rng, parameters), parameters


def train_epoch(rng):
    return *gradients(rng), float(rng.uniform(0.01, 1)), int(rng.integers(1, 15))
