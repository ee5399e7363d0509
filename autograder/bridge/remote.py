"""Outside: stands for objects that stay in the cell runner, in the hands of a test.

A test may call a `RemoteFunction`, read attributes and elements of a
`RemoteObject`, and ask a `RemoteModel` for predictions. Anything else that a
test tries on a function or an object raises an error that describes the object.
Values come back as copies of the grader's own. Comparisons are never asked of
the other side: an object that says it equals everything equals nothing.
"""

from __future__ import annotations

import builtins
import enum
import inspect
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol, Self

import numpy as np

from autograder.bridge import records
from autograder.bridge.revival import history, kind


class Asked(Protocol):
    """The cell runner as it answers: `session.Session` has these methods."""

    call_timeout: float
    unexamined: list[str]

    def attribute(self, ref: int, name: str) -> object: ...

    def call(
        self, function: Remote, args: Sequence[Any], kwargs: dict[str, Any], timeout: float
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]: ...


NEVER_EQUAL = frozenset({
    "function", "type", "generator", "zip", "map", "filter", "enumerate", "reversed", "dict_values", "enum", "module",
    "numpy.random.Generator", "numpy.random.RandomState",
})  # fmt: skip
"""Kinds of which no two are equal, and which are no numbers: a test that compares one gets the same answer anywhere."""

LOOKED_AT = (
    "__annotations__", "__base__", "__closure__", "__code__", "__defaults__", "__func__", "__globals__",
    "__kwdefaults__", "__self__", "__slots__", "__subclasses__",
)  # fmt: skip
"""Attributes of a function or class that `inspect` reads, and tests that want to know how it is written."""

OF_A_CLASS = ("__bases__", "__mro__")
"""Attributes of a class of the learner's that are asked for where it lives, also by `issubclass`."""

PROBED = ("_partialmethod", "_repr_", "_ipython_")
"""Attributes that libraries ask of any object, whatever it is."""

CROSSING = frozenset({
    "bool", "int", "float", "complex", "str", "bytes", "list", "tuple", "dict", "set", "frozenset", "numpy.ndarray",
    "pandas.DataFrame", "pandas.Series", "pandas.Index",
})  # fmt: skip
"""Types that usually cross: a value of them that stayed is too large, or holds something that does not cross."""


def note_unexamined(session: Asked, what: str) -> None:
    """Records what a test wanted to examine and could not, for the code that runs the test."""
    if what not in session.unexamined and len(session.unexamined) < 10:
        session.unexamined.append(what[:120])


class RemoteError(Exception):
    """A learner's code raised something that cannot be raised here; the class made for it has its name."""


class Remote:
    """An object that stays in the cell runner. Its public attributes can be read, and its elements.

    It has those of Python's own methods that the learner's has; to `isinstance` it is what `record.kind` says.
    """

    _kind: type | None = None

    def __new__(cls, session: Asked, record: records.Function | records.Thing) -> Self:
        name = record.type_name.rpartition(".")[2] if isinstance(record, records.Thing) else ""
        methods = {method: _special(method) for method in record.methods}
        return super().__new__(type(name if name.isidentifier() else cls.__name__, (cls,), methods))

    def __init__(self, session: Asked, record: records.Function | records.Thing) -> None:
        self._session = session
        self._ref = record.ref
        self._kind = kind(record.kind)
        self._methods: dict[str, Any] = {}

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self._kind or type(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            if name in OF_A_CLASS and self.__dict__.get("_kind") is type:
                return self._session.attribute(self._ref, name)
            if name in LOOKED_AT or not name.startswith(("__", *PROBED)):
                own = self.__dict__  # looked up as an attribute, a missing one would be asked for here again
                if "_session" in own:
                    note_unexamined(own["_session"], f"{name} of a {own.get('_type_name', 'function')}")
            raise AttributeError(name)
        return self._session.attribute(self._ref, name)

    def _is(self, other: object) -> bool:
        """Returns whether `other` stands for the very same object."""
        return isinstance(other, Remote) and other._ref == self._ref and other._session is self._session

    def __hash__(self) -> int:
        return hash(self._ref)


class RemoteFunction(Remote):
    """A function or class of the learner's. Calling it runs it in the cell runner, with copies of the arguments."""

    def __init__(self, session: Asked, record: records.Function) -> None:
        super().__init__(session, record)
        self.__name__ = self.__qualname__ = record.name
        self.__doc__ = record.doc
        if record.parameters is not None:
            self.__signature__ = _signature(record.parameters)

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._session.call(self, args, kwargs, self._session.call_timeout)[0]

    def __instancecheck__(self, instance: object) -> bool:
        """Answers `isinstance(instance, Net)` for a class `Net` of the learner's.

        No object of the grader's is an instance.
        """
        try:
            check: Any = self._session.attribute(self._ref, "__instancecheck__")
        except AttributeError:
            raise TypeError("isinstance() arg 2 must be a type") from None
        return hasattr(instance, "_ref") and check(instance) is True

    def __subclasscheck__(self, subclass: object) -> bool:
        """Answers `issubclass(Net, Base)`, where `Base` is a class of the learner's."""
        if self._kind is not type:
            raise TypeError("issubclass() arg 2 must be a class")
        return self in getattr(subclass, "__mro__", ())

    def __eq__(self, other: object) -> bool:
        return self._is(other)

    __hash__ = Remote.__hash__

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class RemoteObject(Remote):
    """Any other object of the learner's. It is a placeholder, and its class has the name of the learner's class."""

    def __init__(self, session: Asked, record: records.Thing) -> None:
        super().__init__(session, record)
        self._type_name = record.type_name
        self._text = record.text
        self._never_equal = record.kind in NEVER_EQUAL
        self.note()

    def note(self) -> None:
        """Notes that an object stayed although its type usually crosses."""
        if self._type_name in CROSSING:
            note_unexamined(self._session, f"a {self._type_name}, too large or with objects in it that do not cross")

    def __eq__(self, other: object) -> bool:
        return self._is(other) or (self._kind is not enum.Enum and self._cannot())

    __hash__ = Remote.__hash__

    def __repr__(self) -> str:
        return self._text or f"<{self._type_name}>"

    def _cannot(self, *args: object) -> NoReturn:
        if not self._never_equal:
            note_unexamined(self._session, f"a {self._type_name}")
        raise TypeError(
            f"this is a {self._type_name} ({self._text[:80]}), which the grader cannot examine; "
            "expected plain Python data, a NumPy array, a table of pandas, a tensor or a Keras model"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _cannot
    __int__ = __float__ = __complex__ = __index__ = __array__ = _cannot
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _cannot
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __neg__ = __abs__ = _cannot


def _special(name: str) -> Any:
    """Calls one of Python's own methods on the object where it lives."""

    def method(self: Remote, *args: object, **kwargs: object) -> Any:
        if name not in self._methods:
            self._methods[name] = self._session.attribute(self._ref, name)
        return self._methods[name](*args, **kwargs)

    return method


# --- models that stay where they are --------------------------------------------


class RemoteModel:
    """A model that cannot be rebuilt here. `predict` runs where it lives; `evaluate` is computed here.

    To `isinstance` it is a `keras.Model`. Its layers are plain facts as the submission states them.
    """

    def __init__(self, session: Asked, data: records.ModelData) -> None:
        facts = data.facts
        self._session = session
        self._ref = data.ref
        self.name = facts.get("name")
        self.built = facts.get("built") is True
        self.input_shape = facts.get("input_shape")
        self.output_shape = facts.get("output_shape")
        self.compiled = bool(data.compile_config)
        self.history = None if data.history is None else history(data.history)
        self._parameters = facts.get("parameters")
        layers = facts.get("layers")
        self.layers = [RemoteLayer(layer) for layer in layers if type(layer) is dict] if type(layers) is list else []

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        import keras

        return keras.Model

    def count_params(self) -> int:
        """Returns how many parameters it has; asked where it lives if it was not built when it crossed."""
        parameters = self._parameters if type(self._parameters) is int else self._asked("count_params")
        if type(parameters) is not int:
            raise ValueError("the model does not say how many parameters it has")
        return parameters

    def get_weights(self) -> list[np.ndarray]:
        """Returns its weights as it states them. A test that sets some and computes the answers believes nothing."""
        weights = self._asked("get_weights")
        if type(weights) is not list or not all(isinstance(weight, np.ndarray) for weight in weights):
            raise ValueError("the model does not say which weights it has")
        return weights

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Gives the model, where it lives, the weights."""
        self._asked("set_weights", list(weights))

    @property
    def trainable_weights(self) -> list[Any]:
        """What training would change, as it states it."""
        return list(self._session.attribute(self._ref, "trainable_weights"))  # type: ignore[call-overload]

    def _asked(self, method: str, *args: object, **kwargs: object) -> Any:
        """Calls a method of the model where it lives."""
        return self._session.attribute(self._ref, method)(*args, **kwargs)  # type: ignore[operator]

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Returns the output of the learner's model: probabilities or logits, one row per image."""
        kwargs.setdefault("verbose", 0)
        return self._asked("predict", x, *args, **kwargs)

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Returns `model(x)` of the learner's.

        It does not call their `predict`, as Keras' own refuses an array without images.
        """
        import tensorflow as tf

        return tf.constant(np.asarray(self._asked("__call__", np.asarray(x), *args, **kwargs)))

    def evaluate(self, x: Any, y: Any, *args: Any, return_dict: bool = False, **kwargs: Any) -> Any:
        """Computes cross-entropy and accuracy of `predict` here, whatever the model was compiled with."""
        labels, answers = np.asarray(y), np.asarray(self.predict(x))
        if answers.ndim != 2 or len(answers) != len(labels):
            raise ValueError(f"predict returned the shape {answers.shape} for {len(labels)} images")
        if labels.ndim == 2:
            labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
        chosen = np.clip(answers[np.arange(len(labels)), labels.astype(int)], 1e-7, 1)
        loss, accuracy = float(-np.log(chosen).mean()), float((answers.argmax(axis=1) == labels).mean())
        return {"loss": loss, "accuracy": accuracy} if return_dict else [loss, accuracy]

    def __repr__(self) -> str:
        return f"<a model of the submission's own class, {self.name}>"


class RemoteLayer:
    """The facts that a submission states about one layer of a `RemoteModel`."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.name = facts.get("name")
        self.class_name = facts.get("class_name")
        self.activation = facts.get("activation")
        self.units = facts.get("units")
        self._parameters = facts.get("parameters")

    def count_params(self) -> int:
        if type(self._parameters) is not int:
            raise ValueError("the layer has not been built, so its parameters cannot be counted")
        return self._parameters


# --- what comes back from a call -------------------------------------------------

SAID_LIMIT = 100_000
"""Characters of printed text."""


def say(text: str) -> None:
    """Prints what the learner's function printed, for a test that listens: a doctest, or one that redirects output."""
    if text and sys.stdout is not sys.__stdout__:
        sys.stdout.write(text[:SAID_LIMIT])


def exception(record: records.Raised) -> Exception:
    """Returns the exception that a record stands for: of its built-in class, or of a new one under its nearest.

    A test would not stop an exception that is no `Exception`, such as KeyboardInterrupt: here it becomes one, of the
    same name.
    """
    kind = getattr(builtins, record.builtin, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            if record.name == record.builtin:
                return kind(record.message)
            if record.name.isidentifier():
                made = type(record.name, (RemoteError, kind), {"__module__": "__main__"})
                return made(record.message)
        except TypeError:  # it takes more than a message
            pass
    if record.name.isidentifier():
        return type(record.name, (RemoteError,), {"__module__": "__main__"})(record.message)
    return RemoteError(f"{record.name}: {record.message}" if record.message else record.name)


def _signature(parameters: tuple[records.Parameter, ...]) -> inspect.Signature | None:
    """Returns the signature; its defaults are their text."""
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    parameter.name,
                    inspect._ParameterKind(parameter.kind),
                    default=inspect.Parameter.empty if parameter.default is None else parameter.default,
                )
                for parameter in parameters
            ]
        )
    except ValueError:
        return None
