"""In the page: Keras on its NumPy backend, and `fit` for chains of layers. Never used where TensorFlow is installed.

A web page runs Python in Pyodide, where there is no TensorFlow. Packages that Keras imports are missing there, or are
too much to load for the little that Keras takes from them. What stands for them lies beside this package, and can do no
more than Keras needs to build, compile, train and evaluate a chain of dense layers:

    optree      nested lists and dictionaries, in plain Python
    jax         nothing: the NumPy backend borrows convolutions and pooling from JAX
    ml_dtypes   NumPy's own number types
    scipy       nothing: the NumPy backend borrows special functions, signals and linear algebra from SciPy

This package changes Keras itself in a few places, each as the module of Keras is loaded (`CHANGES`). Nobody has to call
it: `optree` is the first of these packages that Keras imports, and imports it. The page sets KERAS_BACKEND=numpy.

    absent      the refusal of what cannot be done here, and its one sentence
    training    one batch: forward, backward, the slopes of every weight; the layers that can be trained (`LAYERS`)
    trainer     `fit`, `train_on_batch` and `evaluate` around it, as in Keras' other backends

It imports nothing of the grader, and nothing of it is used when a notebook is graded.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np

from keras_in_page import absent


def _arrays_of_variables(core: Any) -> None:
    """NumPy 2 asks a variable for an array of a certain dtype; and a page has no threads."""
    core.Variable.__array__ = lambda variable, dtype=None, copy=None: np.array(variable.value, dtype, copy=copy)
    core.IS_THREAD_SAFE = False


def _sum_of_a_list(module: Any) -> None:
    """Where there are penalties, Keras adds up a list of losses. Only the NumPy backend takes no lists."""
    of_array = module.sum
    module.sum = lambda x, *arguments, **keywords: of_array(np.asarray(x), *arguments, **keywords)


def _fit(module: Any) -> None:
    """A trainer that can train: Keras' models inherit from what is called NumpyTrainer here."""
    from keras_in_page.trainer import PageTrainer

    module.NumpyTrainer = PageTrainer


CHANGES = {
    "keras.src.backend.numpy.core": _arrays_of_variables,
    "keras.src.backend.numpy.numpy": _sum_of_a_list,
    "keras.src.backend.numpy.trainer": _fit,
}
"""Module of Keras -> what is changed in it, right after it was loaded."""


class Changing(importlib.abc.MetaPathFinder):
    """Finds the modules of `CHANGES` where they lie, and has them changed once they are loaded."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in CHANGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_change(module: ModuleType) -> None:
            load(module)
            CHANGES[name](module)

        spec.loader.exec_module = load_and_change  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Makes Keras, which must not have been imported yet, what this module says. Once; again changes nothing."""
    if any(isinstance(finder, Changing) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, Changing())
    # The NumPy backend takes two functions from Keras' JAX backend, which would import all of JAX.
    for name in ("keras.src.backend.jax", "keras.src.backend.jax.math"):
        sys.modules[name] = absent.module(name, {"fft": "Fourier transform", "fft2": "a Fourier transform"})
