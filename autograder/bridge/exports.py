"""Both sides: turns values into data that may cross the wire.

Types of the closed list of `wire.py` cross as they are; tensors, models,
histories, exceptions, types and the values of `revival.py` as records; other
subclasses of built-in types (`np.matrix`, `IntEnum`) as their base. Everything
else stays here under a number, and a record that describes it crosses.

Inside, these are the learner's values, and this code runs beside the learner's
own: it promises nothing, and the other side believes none of it. Outside, they
are a test's arguments, and the session refuses those that would have to stay
here.
"""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bridge import kerasfacts, records, revival, wire


class StayingObjects:
    """The objects that stay on this side, by number. An object keeps its number for as long as the runner lives."""

    def __init__(self) -> None:
        self.objects: list[object] = []
        self.numbers: dict[int, int] = {}

    def number(self, value: object) -> int:
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return self.numbers[id(value)]

    def __getitem__(self, number: int) -> Any:
        return self.objects[number]


class Exporter:
    """Turns values into records. What has none stays, among `kept`."""

    def __init__(self, kept: StayingObjects) -> None:
        self.kept = kept

    def encode(
        self, value: object, wrap: Callable[[object], object] = lambda value: value
    ) -> list[bytes | bytearray | memoryview]:
        """Returns the message `wrap(value)`; a value too large to cross is replaced by a description of it."""
        try:
            return wire.encode(wrap(value), self.record)
        except wire.WireError as error:
            text = f"<{_type_name(type(value))}: {error}>"
            return wire.encode(wrap(self.thing(value, text)), self.record)

    def record(self, value: object) -> object:
        """Returns what crosses in the place of a value that does not cross as it is, as `wire.encode` asks for it."""
        for convert in (_value, _base, _array, _type, self._tensorflow, self._keras, _exception, self._function):
            result = convert(value)
            if result is not value:
                return result
        return self.thing(value)

    def thing(self, value: object, text: str | None = None) -> records.Thing:
        if text is None:
            try:
                text = _cut(repr(value), 2000)
            except Exception:
                text = ""
        return records.Thing(self.kept.number(value), _type_name(type(value)), text, *_kind_and_methods(value))

    def _function(self, value: object) -> object:
        if not callable(value):
            return value
        name = getattr(value, "__name__", type(value).__name__)
        doc = getattr(value, "__doc__", None)
        return records.Function(
            self.kept.number(value),
            _cut(name if isinstance(name, str) else "", 200),
            _cut(doc if isinstance(doc, str) else "", 20_000),
            _parameters(value),
            *_kind_and_methods(value),
        )

    def _tensorflow(self, value: object) -> object:
        tf = sys.modules.get("tensorflow")
        if tf is None or not type(value).__module__.startswith("tensorflow"):
            return value
        if isinstance(value, tf.Variable):
            return _tensor(value, "variable")
        if isinstance(value, tf.Tensor) and hasattr(value, "numpy"):
            return _tensor(value, "tensor")
        return value

    def _keras(self, value: object) -> object:
        keras = sys.modules.get("keras")
        if keras is None:
            return value
        if isinstance(value, keras.Model):
            return self.model(value)
        if isinstance(value, keras.callbacks.History):
            return _history(value)
        if isinstance(value, keras.Variable):
            return _tensor(value, "keras-variable")
        if not (getattr(value, "__module__", None) or "").startswith("keras."):  # a class of the learner's own
            return value
        return self._keras_object(value)

    def _keras_object(self, value: Any) -> object:
        import keras

        families = {
            "optimizer": keras.optimizers.Optimizer,
            "loss": keras.losses.Loss,
            "metric": keras.metrics.Metric,
            "layer": keras.layers.Layer,
            "initializer": keras.initializers.Initializer,
            "regularizer": keras.regularizers.Regularizer,
            "schedule": keras.optimizers.schedules.LearningRateSchedule,
        }
        for family, base in families.items():
            if isinstance(value, base):
                try:
                    config = _plain(keras.saving.serialize_keras_object(value))
                    weights = value.variables if family == "metric" else value.weights if family == "layer" else ()
                    arrays = tuple(np.asarray(weight) for weight in weights)
                except Exception:
                    return value
                return records.KerasObject(self.kept.number(value), family, config, arrays)
        if inspect.isfunction(value):
            modules = {"activation": keras.activations, "loss": keras.losses, "metric": keras.metrics}
            for family, module in modules.items():
                name = value.__name__
                if getattr(module, name, None) is value:
                    return records.KerasObject(self.kept.number(value), family, {"function": name})
        return value

    def model(self, model: Any) -> records.ModelData:
        """Returns the record of a Keras model."""
        import keras

        kerasfacts.make_objects(model)
        try:
            config = None if kerasfacts.has_own_functions(model) else _plain(keras.saving.serialize_keras_object(model))
            weights = kerasfacts.layer_weights(model) if config else {}
        except Exception:
            config, weights = None, {}
        compile_config: Any = None
        if getattr(model, "compiled", False):
            try:
                compile_config = _plain(model.get_compile_config())
            except Exception as error:
                compile_config = _cut(str(error), 500)
        history = getattr(model, "history", None)
        return records.ModelData(
            self.kept.number(model),
            config,
            weights,
            compile_config,
            _history(history) if isinstance(history, keras.callbacks.History) else None,
            kerasfacts.facts_of(model),
        )


def _plain(config: Any) -> Any:
    """Returns `config` if it crosses the wire as it is; raises `WireError` otherwise."""
    wire.encode(config, _base_only)
    return config


def _base_only(value: object) -> object:
    for convert in (_base, _array):
        result = convert(value)
        if result is not value:
            return result
    raise wire.WireError(f"a {type(value).__name__} is no part of a configuration")


def _base(value: object) -> object:
    """Returns an exact built-in value for an instance of a subclass."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float.__float__(value)
    if isinstance(value, dict):
        return dict(dict.items(value))
    for base in (list, tuple, set, frozenset):
        if isinstance(value, base):
            return base(base.__iter__(value))  # type: ignore[arg-type]
    return value


def _value(value: object) -> object:
    return revival.value_record(value) or value


def _array(value: object) -> object:
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):  # its base would show what it hides
        return value
    if isinstance(value, np.ndarray) and type(value) is not np.ndarray and value.dtype.char in wire.ARRAY_KINDS:
        return np.array(value, subok=False)
    return value


def _tensor(value: Any, kind: str) -> object:
    array = np.asarray(value.numpy())
    return records.Tensor(array, kind) if array.dtype.char in wire.ARRAY_KINDS else value


def _type(value: object) -> object:
    return revival.type_record(value) or value


def _exception(value: object) -> object:
    return raised(value) if isinstance(value, BaseException) else value


def raised(error: BaseException, traceback: str = "") -> records.Raised:
    """Returns the record of an exception."""
    builtin = next(
        (kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind),
        "Exception",
    )
    try:
        single = len(error.args) == 1 and isinstance(error.args[0], str)
        message = str(error.args[0] if single else error)
    except Exception:
        message = ""
    return records.Raised(builtin, _cut(type(error).__name__, 200), _cut(message, 20_000), _cut(traceback, 20_000))


def _history(value: Any) -> records.History:
    def numbers(values: Any) -> dict[str, Any]:
        return {str(key): _numbers(element) for key, element in dict(values or {}).items()}

    # Before its first epoch it has fewer attributes than these.
    history, params, epoch = (getattr(value, name, None) for name in ("history", "params", "epoch"))
    return records.History(numbers(history), numbers(params), _numbers(list(epoch or [])))


def _numbers(value: Any) -> Any:
    """Returns numbers, texts and lists of them as they are, and anything else as text."""
    if isinstance(value, list | tuple):
        return [_numbers(element) for element in value]
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        return value
    return _cut(str(value), 200)


def _parameters(function: Any) -> tuple[records.Parameter, ...] | None:
    try:
        parameters = inspect.signature(function).parameters.values()
        return tuple(
            records.Parameter(
                parameter.name,
                int(parameter.kind),
                None if parameter.default is parameter.empty else _cut(repr(parameter.default), 200),
            )
            for parameter in list(parameters)[:100]
        )
    except Exception:
        return None


def _kind_and_methods(value: object) -> tuple[str, tuple[str, ...]]:
    """Returns the kind of a value, and those of Python's own methods that it has."""
    try:
        methods = (name for name in records.SPECIAL[:-1] if callable(getattr(type(value), name, None)))
        return revival.kind_name(value), () if isinstance(value, type) else tuple(methods)
    except Exception:
        return "", ()


def _type_name(kind: type) -> str:
    module = getattr(kind, "__module__", "")
    prefix = "" if module in ("builtins", "__main__") else f"{module}."
    return _cut(f"{prefix}{kind.__qualname__}", 200)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
