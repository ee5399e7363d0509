"""Types, tensors and histories from their records, out of closed lists, and types into records."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np

from autograder.sandbox import records
from autograder.sandbox.wire import WireError, plain_dtype

_PYTHON = "bool int float complex str bytes bytearray list tuple dict set frozenset slice range object type"
_NUMPY = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
    complex64 complex128 str_ ndarray generic number integer signedinteger unsignedinteger inexact floating"""

TYPES: dict[str, type] = {
    **{name: getattr(builtins, name) for name in _PYTHON.split()},
    **{
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    },
    **{f"numpy.{name}": getattr(np, name) for name in _NUMPY.split()},
}
"""The types that may cross, by name."""

_NAMES = {kind: name for name, kind in TYPES.items()}

_TENSORFLOW = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 half bfloat16 float16 float32 float64
    complex64 complex128 string"""
TENSORFLOW_TYPES = frozenset(_TENSORFLOW.split())


def type_record(value: Any) -> records.TypeName | None:
    """The record of a type or dtype, or None when it is not on the lists."""
    if isinstance(value, type):
        return records.TypeName("type", _NAMES[value]) if value in _NAMES else None
    if isinstance(value, np.dtype):
        return records.TypeName("dtype", value.newbyteorder("<").str) if value.kind in "biufcSU" else None
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(value, tf.dtypes.DType) and value.name in TENSORFLOW_TYPES:
        return records.TypeName("tensorflow", value.name)
    return None


def revive(record: Any) -> Any:
    """The type, tensor or history that `record` stands for.

    Raises:
        WireError: it is none of these, or not on the lists.
    """
    if isinstance(record, records.Tensor):
        return _tensor(record)
    if isinstance(record, records.TypeName):
        return _type(record)
    if isinstance(record, records.History):
        from autograder.sandbox import models

        return models.history(record)
    raise WireError(f"a {type(record).__name__} has no place here")


def _tensor(record: records.Tensor) -> Any:
    import keras
    import tensorflow as tf

    make = {"tensor": tf.constant, "variable": tf.Variable, "keras-variable": keras.Variable}[record.kind]
    try:
        return make(record.array)
    except (TypeError, ValueError) as error:
        raise WireError(f"TensorFlow has no tensors like this: {error}") from None


def _type(record: records.TypeName) -> Any:
    if record.family == "type" and record.name in TYPES:
        return TYPES[record.name]
    if record.family == "dtype":
        return plain_dtype(record.name)
    if record.family == "tensorflow" and record.name in TENSORFLOW_TYPES:
        import tensorflow as tf

        return tf.as_dtype(record.name)
    raise WireError(f"the type {record.name!r} is not on the list")
