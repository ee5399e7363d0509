"""Valid inputs of the learner's functions, made afresh: `autograder verify --mutants` compares answers on them.

A function called as the learner's takes a random generator and returns the arguments of one call.
"""

import keras

HOW_MANY = {"build_within": 40, "for_images": 40}  # each makes a model


def build_within(rng):
    return (int(rng.integers(1000, 9000)),)


def for_images(rng):
    height, width = (int(size) for size in rng.integers(2, 9, 2))
    network = keras.Sequential([keras.Input((height * width,)), keras.layers.Dense(5, activation="softmax")])
    return network, height, width
