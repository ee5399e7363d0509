"""Inside, unconfined: finds out whether two answers of ours give the same on fresh valid inputs.

Values must be equal. Functions are called: those without a parameter ten times,
all others with arguments from the exercise's `inputs.py`, where a function of
the same name as the learner's takes a random generator and returns the
arguments of one call. The comparison covers results, errors, and the arguments
after the call; for models it covers weights, outputs and compile settings. Each
side gets arguments of its own and the same random numbers.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import json
import random
import re
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

HOW_MANY = 1000
"""Fresh inputs for a function; `HOW_MANY` in `inputs.py` gives fewer for one that trains."""

Generator = Callable[[np.random.Generator], tuple[Any, ...]]


class InputsError(Exception):
    """`inputs.py` is not in order, or makes an input on which the solution itself raises."""


def compare(solution: Mapping[str, Any], other: Mapping[str, Any], names: Collection[str], inputs: str
            ) -> tuple[bool, str]:
    """Returns whether the two give the same, and on what inputs, or where they differ, or why that is not known.

    Args:
        solution, other: the notebook's variables after each answer.
        names: the names to which the solution's answer gives a value.
        inputs: the path of `inputs.py`; empty where there is none.

    Raises:
        InputsError: as above.
    """
    generators, how_many = _read(inputs)
    generator: Generator
    tried = []
    for name in sorted(names):
        if name not in other:
            return False, f"`{name}` is missing"
        right, got = solution[name], other[name]
        if not inspect.isfunction(right):
            if not equal(right, got):
                return False, f"`{name}` is another value"
            tried.append(f"`{name}` has the same value")
            continue
        if not inspect.signature(right).parameters:
            generator, count = _nothing, 10
        elif name in generators:
            generator, count = generators[name], how_many.get(name, HOW_MANY)
        else:
            return False, f"inputs.py makes no inputs for `{name}`"
        for number in range(count):
            if difference := _difference(right, got, generator, number):
                return False, f"`{name}`, input {number}: {difference}"
        tried.append(f"`{name}` gives the same on {count:,} inputs" if generator is not _nothing
                     else f"`{name}()` gives the same, {count} times")
    return bool(tried), "; ".join(tried)


def _nothing(rng: np.random.Generator) -> tuple[Any, ...]:
    return ()


def _read(inputs: str) -> tuple[Mapping[str, Generator], Mapping[str, int]]:
    """Returns the functions of `inputs.py`, and its `HOW_MANY`."""
    if not inputs:
        return {}, {}
    spec = importlib.util.spec_from_file_location("inputs", inputs)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = {name: value for name, value in vars(module).items() if inspect.isfunction(value)}
    return made, getattr(module, "HOW_MANY", {})


def _difference(right: Callable[..., Any], got: Callable[..., Any], generator: Generator, number: int) -> str:
    """Returns how the two differ on one input; empty if they do not."""
    expected, expected_after = _called(right, generator, number)
    if isinstance(expected, BaseException):
        raise InputsError(f"the solution itself raises {type(expected).__name__}: {expected}") from expected
    came, after = _called(got, generator, number)
    if isinstance(came, BaseException):
        return f"it raises {type(came).__name__}"
    if not equal(expected, came):
        return "it returns something else"
    return "" if equal(expected_after, after) else "its arguments are something else after it"


def _called(function: Callable[..., Any], generator: Generator, number: int) -> tuple[Any, tuple[Any, ...]]:
    """Returns the function's result, or the error it raises; and its arguments after the call."""
    seed(number)
    arguments = generator(np.random.default_rng([2026, number]))
    seed(number)
    try:
        return function(*arguments), arguments
    except Exception as error:
        return error, arguments


def seed(number: int) -> None:
    """Sets the seeds of Python, NumPy and Keras, so that random numbers are the same each time."""
    random.seed(number)
    np.random.seed(number)
    if keras := sys.modules.get("keras"):
        keras.utils.set_random_seed(number)


def equal(one: Any, other: Any) -> bool:
    """Returns whether two values are the same: kind, dtype, shape, and numbers but for rounding."""
    if _is_model(one) or _is_model(other):
        return _is_model(one) and _is_model(other) and _equal_models(one, other)
    one, other = _as_array(one), _as_array(other)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and _equal_arrays(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(equal, one, other))
    if _is_number(one) and _is_number(other):
        return _kind(one) == _kind(other) and _equal_arrays(np.array(one, dtype=float), np.array(other, dtype=float))
    return type(one) is type(other) and bool(one == other)


def _as_array(value: Any) -> Any:
    """Returns a tensor of Keras as an array; anything else as it is."""
    return np.asarray(value) if type(value).__name__ == "EagerTensor" else value


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.bool_)


def _kind(value: Any) -> str:
    return np.asarray(value).dtype.kind


def _equal_arrays(one: np.ndarray, other: np.ndarray) -> bool:
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    tolerance = 1e-5 if one.dtype.itemsize < 8 else 1e-9
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance / 100, equal_nan=True))


def _is_model(value: Any) -> bool:
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Layer)


def _equal_models(one: Any, other: Any) -> bool:
    """Returns whether weights, compile settings and outputs are the same, in training, too. The code may differ."""
    weights, others = _weights(one), _weights(other)
    if len(weights) != len(others) or not all(
            learns == other_learns and _equal_arrays(values, other_values)
            for (values, learns), (other_values, other_learns) in zip(weights, others, strict=True)):
        return False
    return _compiled(one) == _compiled(other) and _equal_answers(one, other)


def _compiled(model: Any) -> str:
    """Returns a model's compile settings as text, without the numbers by which Keras distinguishes names."""
    text = json.dumps(getattr(model, "get_compile_config", dict)(), default=repr, sort_keys=True)
    return re.sub(r'("name": "\w+?)_\d+"', r'\1"', text)


def _weights(model: Any) -> list[tuple[np.ndarray, bool]]:
    """Returns each weight, and whether training changes it."""
    learning = {id(weight) for weight in model.trainable_weights}
    return [(np.asarray(weight), id(weight) in learning) for weight in model.weights]


def _equal_answers(one: Any, other: Any) -> bool:
    """Returns whether two models of the same input give the same output for random inputs, small and large."""
    shape = getattr(one, "input_shape", None)
    if not isinstance(shape, tuple) or shape != getattr(other, "input_shape", None):
        return False
    rng = np.random.default_rng(0)
    for largest in (1, 255):
        inputs = largest * rng.random((16, *shape[1:]), dtype="float32")
        for training in (False, True):
            said = []
            for model in (one, other):
                seed(1)
                answers = np.asarray(model(inputs, training=training))
                said.append([answers, *map(np.asarray, model.losses)])  # the penalties of regularizers are losses
            if not all(right.shape == got.shape and np.allclose(right, got, rtol=1e-4, atol=1e-6)
                       for right, got in itertools.zip_longest(*said, fillvalue=np.zeros(0))):
                return False
    return True
