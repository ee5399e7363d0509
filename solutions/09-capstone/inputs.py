"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import numpy as np

HOW_MANY = {"preprocess": 200, "learn_and_read": 3}  # 784 pixels an image; a training each time


def preprocess(rng):
    return (rng.integers(0, rng.integers(1, 257), (rng.integers(0, 20), 28, 28)).astype("uint8"),)


def learn_and_read(rng):
    kinds, height, width = rng.integers(2, 21), rng.integers(8, 20), rng.integers(8, 20)
    labels = np.concatenate([np.arange(900) % kinds, rng.integers(0, kinds, rng.integers(1, 60))]).astype("uint8")
    bright = rng.random((kinds, height, width)) < 0.5
    images = np.where(bright[labels], rng.integers(150, 256, (len(labels), height, width)), 20).astype("uint8")
    return images[:900], labels[:900], images[900:]
