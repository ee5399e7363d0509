"""Both sides: the records of the wire, plain data that stands for what cannot cross itself.

A record is a frozen dataclass whose fields are plain data again. Its fields are
checked whenever a record is made, so also when one arrives from a cell runner.
Nothing here acts on what a record says; `revival.py`, `models.py` and `remote.py` do.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np


class BadRecord(Exception):
    """A field has the wrong type or an impossible value."""


def _check(condition: bool, what: str) -> None:
    if not condition:
        raise BadRecord(what)


def _check_text(what: str, *texts: object, limit: int = 2000) -> None:
    _check(all(type(text) is str and len(text) <= limit for text in texts), f"{what} is not a short text")


def _check_ref(ref: object) -> None:
    _check(type(ref) is int and 0 <= ref < 1 << 62, "a reference is a number")


ERROR_LIMIT = 4000
"""Characters of a cell's error. The cell runner sends no more, outside takes no more, and the results hold no more."""

SPECIAL = ("__len__", "__iter__", "__next__", "__reversed__", "__getitem__", "__bool__", "__call__")
"""Python's own methods that a test may use on objects that stay where they are."""


def _check_special(kind: object, methods: object) -> None:
    _check_text("a kind", kind, limit=60)
    _check(type(methods) is tuple and all(name in SPECIAL for name in methods), "unknown methods")


@dataclass(frozen=True)
class Tensor:
    """A `tf.Tensor`, or with `kind` "variable" or "keras-variable" one of these."""

    array: np.ndarray
    kind: str

    def __post_init__(self) -> None:
        _check(isinstance(self.array, np.ndarray | np.generic), "a tensor is an array")
        _check(self.kind in ("tensor", "variable", "keras-variable"), "unknown kind of tensor")


@dataclass(frozen=True)
class TypeName:
    """A name in `revival.py`: of a type, a dtype or a module, or, to the learner's side alone, of a function.

    `family` says of which: "type", "dtype", "tensorflow" (a dtype of TensorFlow), "module" or "function".
    """

    family: str
    name: str

    def __post_init__(self) -> None:
        _check_text("a type's name", self.family, self.name, limit=60)


@dataclass(frozen=True)
class Raised:
    """An exception: the name of its nearest built-in class, of its own class, its message, the traceback."""

    builtin: str
    name: str
    message: str
    traceback: str = ""

    def __post_init__(self) -> None:
        _check_text("an exception's name", self.builtin, self.name, limit=200)
        _check_text("an exception's message", self.message, self.traceback, limit=20_000)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; `kind` as in `inspect.Parameter`; `default` is text, or None without one."""

    name: str
    kind: int
    default: object

    def __post_init__(self) -> None:
        _check(type(self.name) is str and self.name.isidentifier(), "a parameter has a name")
        _check(type(self.kind) is int and 0 <= self.kind <= 4, "unknown kind of parameter")


@dataclass(frozen=True)
class Function:
    """Something callable that stays in the cell runner.

    Attributes:
        ref: its number.
        name: its name.
        doc: its documentation.
        parameters: None when it does not say.
        kind, methods: as in `Thing`.
    """

    ref: int
    name: str
    doc: str
    parameters: tuple[Parameter, ...] | None
    kind: str = ""
    methods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_ref(self.ref)
        _check_text("a function's name", self.name, limit=200)
        _check_text("a function's documentation", self.doc, limit=20_000)
        _check_special(self.kind, self.methods)
        listed = self.parameters is None or (
            type(self.parameters) is tuple
            and len(self.parameters) <= 100
            and all(type(parameter) is Parameter for parameter in self.parameters)
        )
        _check(listed, "parameters")


@dataclass(frozen=True)
class Thing:
    """Anything else, which stays where it is.

    Attributes:
        ref: its number.
        type_name: the name of its type.
        text: a short text.
        kind: the name of a class that it is an instance of, out of the list in `revival.py`, or empty.
        methods: which of the `SPECIAL` methods it has.
    """

    ref: int
    type_name: str
    text: str
    kind: str = ""
    methods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_ref(self.ref)
        _check_text("a type's name", self.type_name, limit=200)
        _check_text("a short text", self.text)
        _check_special(self.kind, self.methods)


@dataclass(frozen=True)
class Value:
    """A value of the standard library, NumPy or TensorFlow: its kind, and its parts; see `revival.py`."""

    kind: str
    content: Any

    def __post_init__(self) -> None:
        _check_text("a kind of value", self.kind, limit=60)


@dataclass(frozen=True)
class History:
    """The result of `fit`: `history` has one list of numbers per metric."""

    history: dict[str, Any]
    params: dict[str, Any]
    epoch: list[int]

    def __post_init__(self) -> None:
        _check(type(self.history) is dict and type(self.params) is dict, "a history is a dictionary")
        _check(type(self.epoch) is list, "epochs are a list")
        _check(all(type(key) is str for key in (*self.history, *self.params)), "metrics have names")


@dataclass(frozen=True)
class KerasObject:
    """A loss, metric, optimizer, layer or other built-in Keras object: its class and configuration.

    `weights` are those of a layer that has been built, or the counts of a metric.
    """

    ref: int
    family: str
    config: dict[str, Any]
    weights: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        _check_ref(self.ref)
        _check_text("a family", self.family, limit=60)
        _check(type(self.config) is dict, "a configuration is a dictionary")
        arrays = type(self.weights) is tuple and all(isinstance(array, np.ndarray) for array in self.weights)
        _check(arrays, "weights are arrays")


@dataclass(frozen=True)
class ModelData:
    """A Keras model.

    Attributes:
        ref: the number of the model where it lives.
        config: the result of `serialize_keras_object`, or None where that failed.
        weights: layer name -> its arrays; for a model inside, such a dictionary again.
        compile_config: the result of `get_compile_config`; None when not compiled; text when that failed.
        history: of the last `fit`, or None.
        facts: further facts: name, class, layers, input and output shape, number of parameters.
    """

    ref: int
    config: dict[str, Any] | None
    weights: dict[str, Any]
    compile_config: dict[str, Any] | str | None
    history: History | None
    facts: dict[str, Any]

    def __post_init__(self) -> None:
        _check_ref(self.ref)
        _check(self.config is None or type(self.config) is dict, "a configuration is a dictionary")
        _check(type(self.weights) is dict and type(self.facts) is dict, "weights have names")
        _check(type(self.compile_config) in (dict, str, type(None)), "compile configuration")
        _check(type(self.history) in (History, type(None)), "history")


@dataclass(frozen=True)
class SameArgument:
    """In an answer: the argument itself, by position or keyword; `()` alone means "unchanged"."""

    key: int | str

    def __post_init__(self) -> None:
        _check(type(self.key) in (int, str), "an argument has a position or a name")


_KINDS = (
    Tensor,
    TypeName,
    Raised,
    Parameter,
    Function,
    Thing,
    History,
    KerasObject,
    ModelData,
    SameArgument,
    Value,
)

RECORDS: dict[type, tuple[int, tuple[str, ...]]] = {
    kind: (code, tuple(field.name for field in fields(kind))) for code, kind in enumerate(_KINDS)
}
"""The number of each record on the wire and its fields, in order."""


def replace_records(value: Any, new: Any) -> Any:
    """Returns `value` with every record in it replaced by `new(record)`; containers are rebuilt, the rest is kept."""
    kind = type(value)
    if kind is Value:
        value = Value(value.kind, replace_records(value.content, new))
    if kind in RECORDS:
        return new(value)
    if kind in (list, tuple, set, frozenset):
        return kind(replace_records(element, new) for element in value)
    if kind is dict:
        return {replace_records(key, new): replace_records(element, new) for key, element in value.items()}
    return value
