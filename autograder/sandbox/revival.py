"""Records into TensorFlow and Keras objects, from closed lists. Used on both sides of the wire."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autograder.sandbox import records
from autograder.sandbox.wire import WireError

PYTHON_TYPES = frozenset(
    "bool int float complex str bytes bytearray list tuple dict set frozenset slice range object type".split()
)
NUMPY_TYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128 "
    "ndarray generic number integer floating".split()
)


def revive(record: Any) -> Any:
    """The object that `record` stands for. Raises `WireError` when it is not on the lists."""
    if isinstance(record, records.Tensor):
        return _tensor(record)
    if isinstance(record, records.TypeName):
        return _type(record)
    if isinstance(record, records.History):
        return _history(record)
    if isinstance(record, records.ModelData):
        from autograder.sandbox import models

        return models.rebuild(record)
    if isinstance(record, records.KerasObject):
        from autograder.sandbox import models

        return models.rebuild_object(record)
    raise WireError(f"a {type(record).__name__} has no place here")


def _tensor(record: records.Tensor) -> Any:
    import tensorflow as tf

    if record.kind == "variable":
        return tf.Variable(record.array)
    if record.kind == "keras-variable":
        import keras

        return keras.Variable(record.array)
    return tf.constant(record.array)


def _type(record: records.TypeName) -> Any:
    if record.family == "python" and record.name in PYTHON_TYPES:
        return getattr(builtins, record.name)
    if record.family == "python":
        kind = getattr(builtins, record.name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            return kind
    if record.family == "numpy" and record.name in NUMPY_TYPES:
        return getattr(np, record.name)
    raise WireError(f"the type {record.name!r} is not on the list")


def _history(record: records.History) -> Any:
    import keras

    history = keras.callbacks.History()
    history.history = record.history
    history.params = record.params
    history.epoch = record.epoch
    return history
