"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import numpy as np


def some_images(rng, dtypes=("uint8", "float32"), least=0):
    shape = rng.integers(least, 12), rng.integers(1, 12), rng.integers(1, 12)
    return rng.integers(0, rng.integers(1, 257), shape).astype(rng.choice(dtypes))


def flatten(rng):
    return (some_images(rng),)


def unflatten(rng):
    images = some_images(rng)
    n, height, width = images.shape
    return images.reshape(n, height * width), height, width


def scale(rng):
    shape = tuple(rng.integers(0, 7, rng.integers(1, 5)))
    return (rng.integers(0, rng.integers(1, 257), shape).astype(rng.choice(["uint8", "float32", "float64"])),)


def preprocess(rng):
    return (some_images(rng, ["uint8"]),)


def prepare(rng):  # `np.stack`, which it is given, wants at least one image
    return some_images(rng, ["uint8"], 1), some_images(rng, ["uint8"], 1)
