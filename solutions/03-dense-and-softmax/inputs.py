"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import numpy as np

FLOATS = ["float32", "float64"]


def layers_of(rng, sizes, dtype):
    return [(rng.normal(0, 1, (inputs, units)).astype(dtype), rng.normal(0, 1, units).astype(dtype))
            for inputs, units in zip(sizes, sizes[1:])]


def relu(rng):
    shape = tuple(rng.integers(0, 7, rng.integers(1, 4)))
    return (rng.normal(0, 3, shape).astype(rng.choice([*FLOATS, "int64"])),)


def dense(rng):
    n, inputs, units = rng.integers(0, 9), rng.integers(1, 9), rng.integers(1, 9)
    dtype = rng.choice(FLOATS)
    [(W, b)] = layers_of(rng, [inputs, units], dtype)
    return rng.normal(0, 1, (n, inputs)).astype(dtype), W, b


def softmax(rng):
    logits = rng.normal(0, rng.choice([0.5, 5, 500]), (rng.integers(0, 9), rng.integers(1, 12)))
    return ((logits + rng.choice([-1000, 0, 1000])).astype(rng.choice([*FLOATS, "int64"])),)


def count_parameters(rng):
    return ([int(size) for size in rng.integers(1, 900, rng.integers(1, 7))],)


def forward(rng):
    sizes, dtype = rng.integers(1, 9, rng.integers(2, 6)), rng.choice(FLOATS)
    return rng.normal(0, 1, (rng.integers(0, 9), sizes[0])).astype(dtype), layers_of(rng, sizes, dtype)


def network(rng):
    sizes = rng.integers(1, 9, 3)
    return rng.normal(0, 1, (rng.integers(1, 9), sizes[0])).astype("float32"), layers_of(rng, sizes, "float32")
