"""Both sides: types, modules and plain values as records; and these, tensors and histories back, by closed lists.

The records of tensors and histories are made in `exports.py`. Nothing here imports,
looks up or calls anything by a name that is not on a list below.
"""

from __future__ import annotations

import builtins
import collections
import datetime
import decimal
import enum
import fractions
import math
import operator
import statistics
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bridge import records, tables
from autograder.bridge.wire import WireError, plain_dtype

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

_PLAIN_FUNCTIONS = "abs all any ascii bin chr divmod hash hex len max min oct ord pow repr round sorted sum"

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(builtins, name) for name in _PLAIN_FUNCTIONS.split()},
    **{f"math.{name}": value for name, value in vars(math).items() if isinstance(value, types.BuiltinFunctionType)},
}
"""Functions that a test may hand to the learner's code, by name; each side has its own. None crosses back."""

_FUNCTION_NAMES = {function: name for name, function in FUNCTIONS.items()}


def function_record(value: Any) -> records.TypeName | None:
    """Returns the record of one of these functions, for the learner's side."""
    name = _FUNCTION_NAMES.get(value) if isinstance(value, types.BuiltinFunctionType) else None
    return records.TypeName("function", name) if name else None


_MODULES = {"math": math, "statistics": statistics, "numpy": np}
"""Modules that may cross, and `tensorflow`, `keras`, `pandas`: a test that uses the notebook's `np` gets our own."""

_TENSORFLOW = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 half bfloat16 float16 float32 float64
    complex64 complex128 string"""
TENSORFLOW_TYPES = frozenset(_TENSORFLOW.split())


def type_record(value: Any) -> records.TypeName | None:
    """Returns the record of a type, dtype or module, or None when it is not on the lists."""
    if isinstance(value, type):
        name = _NAMES.get(value) or tables.class_name(value)
        return records.TypeName("type", name) if name else None
    if isinstance(value, np.dtype):
        return records.TypeName("dtype", value.newbyteorder("<").str) if value.kind in "biufcSU" else None
    if isinstance(value, types.ModuleType):
        module = next((name for name, module in _modules().items() if module is value), None)
        return records.TypeName("module", module) if module else None
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(value, tf.dtypes.DType) and value.name in TENSORFLOW_TYPES:
        return records.TypeName("tensorflow", value.name)
    return None


def _modules() -> dict[str, types.ModuleType]:
    imported = {name: sys.modules[name] for name in ("tensorflow", "keras", "pandas") if name in sys.modules}
    return _MODULES | imported


def revive(record: Any) -> Any:
    """Returns the type, module, tensor, history or other value that `record` stands for.

    Raises:
        WireError: it is none of these, or not on the lists.
    """
    if isinstance(record, records.Tensor):
        return _tensor(record)
    if isinstance(record, records.TypeName):
        return _type(record)
    if isinstance(record, records.Value):
        return _value(record)
    if isinstance(record, records.History):
        return history(record)
    raise WireError(f"a {type(record).__name__} has no place here")


def history(record: records.History) -> Any:
    """Returns a `keras.callbacks.History` like the one from `fit`."""
    import keras

    result = keras.callbacks.History()
    result.history, result.params, result.epoch = record.history, record.params, record.epoch
    return result


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
    if record.family == "type" and (kind := tables.class_named(record.name)):
        return kind
    if record.family == "module" and record.name == "pandas":
        return tables.pandas()
    if record.family == "dtype":
        return plain_dtype(record.name)
    if record.family == "module" and record.name in _modules():
        return _modules()[record.name]
    if record.family == "tensorflow" and record.name in TENSORFLOW_TYPES:
        import tensorflow as tf

        return tf.as_dtype(record.name)
    raise WireError(f"the type {record.name!r} is not on the list")


# --- values -------------------------------------------------------------------


class PlainNamedTuple(tuple[Any, ...]):
    """A named tuple from `collections.namedtuple`, without the class that it made."""

    _fields: tuple[str, ...] = ()

    def __new__(cls, name: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> PlainNamedTuple:
        named: dict[str, Any] = {field: property(operator.itemgetter(n)) for n, field in enumerate(fields)}
        return super().__new__(type(name, (cls,), named | {"_fields": fields}), values)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self._asdict().items())})"


def _named(content: Any) -> PlainNamedTuple:
    name, fields, values = content
    texts = (name, *fields)
    if not (type(fields) is tuple and type(values) is tuple and len(fields) == len(values) == len(set(fields))):
        raise ValueError("a named tuple has a name for each element")
    if not all(type(text) is str and len(text) <= 200 and text.isidentifier() for text in texts):
        raise ValueError("a named tuple's names are identifiers")
    if any(field.startswith("_") for field in fields):  # replaces none of Python's own methods
        raise ValueError("a named tuple's fields do not begin with an underscore")
    return PlainNamedTuple(name, fields, values)


def _decimal(content: Any) -> decimal.Decimal:
    if not (type(content) is str and len(content) <= 200):
        raise ValueError("a decimal number is a short text")
    number = decimal.Decimal(content)
    if number.is_finite() and abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError("the decimal number is too large")
    return number


MAX_EXPONENT = 1000
"""The exponent of a decimal number: an integer made of one with a huge exponent would fill the memory."""


def _numbers(make: Callable[..., Any]) -> Callable[[Any], Any]:
    def made(content: Any) -> Any:
        if not (type(content) is tuple and all(type(number) is int for number in content)):
            raise ValueError("made of whole numbers")
        return make(*content)

    return made


def _shape(content: Any) -> Any:
    import tensorflow as tf

    dimensions = content is None or (
        type(content) is tuple
        and len(content) < 256
        and all(length is None or (type(length) is int and 0 <= length < 1 << 62) for length in content)
    )
    if not dimensions:
        raise ValueError("a shape is a tuple of lengths")
    return tf.TensorShape(content)


def _exactly(kind: type, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def made(content: Any) -> Any:
        if type(content) is not kind:
            raise ValueError(f"made of a {kind.__name__}")
        return make(content)

    return made


def _default(content: Any) -> Any:
    factory, values = content
    if not (factory is None or (isinstance(factory, type) and factory in _FACTORIES)) or type(values) is not dict:
        raise ValueError("a dictionary with a default")
    return collections.defaultdict(factory, values)


_FACTORIES = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)

_MAKERS: dict[str, Callable[[Any], Any]] = {
    "namedtuple": _named,
    "fraction": _numbers(fractions.Fraction),
    "decimal": _decimal,
    "date": _numbers(datetime.date),
    "time": _numbers(datetime.time),
    "datetime": _numbers(datetime.datetime),
    "timedelta": _numbers(datetime.timedelta),
    "bytearray": _exactly(bytes, bytearray),
    "counter": _exactly(dict, collections.Counter),
    "ordered": _exactly(dict, collections.OrderedDict),
    "default": _default,
    "numpy.str": _exactly(str, np.str_),
    "numpy.bytes": _exactly(bytes, np.bytes_),
    "shape": _shape,
    **tables.MAKERS,
}


def _value(record: records.Value) -> Any:
    make = _MAKERS.get(record.kind)
    if make is None:
        raise WireError("an unknown kind of value")
    try:
        return make(record.content)
    except MemoryError:
        raise
    except Exception as error:  # pandas has many ways to refuse what it is made of
        raise WireError(f"this is no {record.kind}: {error}") from None


_TO_PARTS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    fractions.Fraction: ("fraction", lambda value: (value.numerator, value.denominator)),
    decimal.Decimal: ("decimal", str),
    datetime.date: ("date", lambda value: (value.year, value.month, value.day)),
    datetime.time: ("time", lambda value: (value.hour, value.minute, value.second, value.microsecond)),
    datetime.datetime: ("datetime", lambda value: (*value.timetuple()[:6], value.microsecond)),
    datetime.timedelta: ("timedelta", lambda value: (value.days, value.seconds, value.microseconds)),
    bytearray: ("bytearray", bytes),
    collections.Counter: ("counter", dict),
    collections.OrderedDict: ("ordered", dict),
    collections.defaultdict: ("default", lambda value: (value.default_factory, dict(value))),
    np.str_: ("numpy.str", str),
    np.bytes_: ("numpy.bytes", bytes),
}


def value_record(value: Any) -> records.Value | None:
    """Returns the record of a value that is made of plain ones, or None when it is not on the list."""
    kind = type(value)
    if table := tables.record(value):
        return table
    if kind in _TO_PARTS:
        if kind is decimal.Decimal and value.is_finite() and abs(value.adjusted()) > MAX_EXPONENT:
            return None
        if kind is collections.defaultdict and value.default_factory not in (None, *_FACTORIES):
            return None
        if getattr(value, "tzinfo", None) is not None:
            return None
        name, parts = _TO_PARTS[kind]
        content = parts(value)
        return records.Value(name, content) if not (kind is decimal.Decimal and len(content) > 200) else None
    fields = getattr(kind, "_fields", None)
    if isinstance(value, tuple) and type(fields) is tuple and all(type(name) is str for name in fields):
        values = tuple(tuple.__iter__(value))
        usual = all(name.isidentifier() for name in (kind.__name__, *fields)) and len(fields) == len(set(fields))
        if usual and len(fields) == len(values) and not any(name.startswith("_") for name in fields):
            return records.Value("namedtuple", (kind.__name__, fields, values))
    tf = sys.modules.get("tensorflow")
    if tf is not None and kind is tf.TensorShape:
        return records.Value("shape", None if value.rank is None else tuple(value.as_list()))
    return None


# --- kinds --------------------------------------------------------------------

_KINDS: dict[str, type] = {
    "function": types.FunctionType,
    "type": type,
    "generator": types.GeneratorType,
    "zip": zip,
    "map": map,
    "filter": filter,
    "enumerate": enumerate,
    "reversed": reversed,
    "dict_keys": type({}.keys()),
    "dict_values": type({}.values()),
    "dict_items": type({}.items()),
    "deque": collections.deque,
    "enum": enum.Enum,
    "module": types.ModuleType,
    "numpy.random.Generator": np.random.Generator,
    "numpy.random.RandomState": np.random.RandomState,
}
_TABLE_KINDS = ("DataFrame", "Series", "Index")
"""Classes of pandas: a table that cannot cross still passes `isinstance`."""
_LAZY_KINDS: dict[str, Callable[[Any, Any], type]] = {
    "tensorflow.data.Dataset": lambda tf, keras: tf.data.Dataset,
    "tensorflow.RaggedTensor": lambda tf, keras: tf.RaggedTensor,
    "tensorflow.SparseTensor": lambda tf, keras: tf.SparseTensor,
    "keras.KerasTensor": lambda tf, keras: keras.KerasTensor,
    "keras.layers.Layer": lambda tf, keras: keras.layers.Layer,
    "keras.callbacks.Callback": lambda tf, keras: keras.callbacks.Callback,
    "keras.optimizers.Optimizer": lambda tf, keras: keras.optimizers.Optimizer,
    "keras.losses.Loss": lambda tf, keras: keras.losses.Loss,
    "keras.metrics.Metric": lambda tf, keras: keras.metrics.Metric,
}


def _kinds() -> dict[str, type]:
    tf, keras, pd = (sys.modules.get(name) for name in ("tensorflow", "keras", "pandas"))
    found = dict(_KINDS)
    if tf is not None and keras is not None:
        found |= {name: get(tf, keras) for name, get in _LAZY_KINDS.items()}
    if pd is not None:
        found |= {f"pandas.{name}": getattr(pd, name) for name in _TABLE_KINDS}
    return found


def kind_name(value: Any) -> str:
    """Returns the name of the class on the lists that `value` is an instance of; empty if there is none."""
    return next((name for name, kind in _kinds().items() if isinstance(value, kind)), "")


def kind(name: str) -> type | None:
    """Returns the class that `kind_name` gave this name; None for a name that is not on the lists."""
    if name.removeprefix("pandas.") in _TABLE_KINDS:
        return tables.class_named(name)
    return _kinds().get(name)
