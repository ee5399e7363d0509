"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import numpy as np

INTEGERS = ["uint8", "int32", "int64"]


def class_counts(rng):
    return (rng.integers(0, 10, rng.integers(0, 400)).astype(rng.choice(INTEGERS)),)


def mean_image(rng):
    n, height, width = rng.integers(1, 30), rng.integers(1, 12), rng.integers(1, 12)
    images = rng.integers(0, rng.integers(1, 257), (n, height, width)).astype(rng.choice(["uint8", "float32"]))
    labels = rng.integers(0, 10, n).astype(rng.choice(INTEGERS))
    return images, labels, int(rng.choice(labels))


def nearest_mean(rng):
    n, k, height, width = rng.integers(0, 12), rng.integers(1, 13), rng.integers(1, 9), rng.integers(1, 9)
    images = rng.integers(0, rng.integers(1, 257), (n, height, width)).astype(rng.choice(["uint8", "float32"]))
    return images, rng.uniform(0, 255, (k, height, width))


def accuracy(rng):
    n = rng.integers(1, 40)
    shapes = [(n,), (n, 1)]
    answers, labels = rng.integers(0, 10, n), rng.integers(0, 10, n)
    labels = np.where(rng.random(n) < rng.random(), answers, labels).astype(rng.choice(INTEGERS))
    return answers.reshape(shapes[rng.integers(2)]), labels.reshape(shapes[rng.integers(2)])
