"""Both sides: `fit` and `evaluate` with several batches per call into TensorFlow, where that changes nothing.

Inside for what the learner's code does, in the checker for what tests do with a rebuilt model, and in the workers of
`autograder calibrate` for the course's own code.

Keras' `steps_per_execution` makes small models faster, with bit-identical
results: weights, losses, metrics and history. It does change what callbacks
see between batches. So it is used inside these two only, and only when

- the model was compiled without it, runs as a graph, and builds its functions as Keras does;
- the data are arrays, tensors or a finite `tf.data.Dataset`, and `steps_per_epoch` or `steps` is left alone;
- no callback looks at batches;
- there are enough steps to win back what it takes to compile the loop.

Afterwards the model is as it would have been: `steps_per_execution` is 1 and
its compiled functions are those for one batch at a time. `predict` is left
alone: Keras unrolls its loop, and takes longer to compile that than it saves.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

STEPS = 50
WORTHWHILE = {"fit": 800, "evaluate": 200}
"""Steps in one call from which on this is faster: to compile the loop takes time, too."""

_BATCH_METHODS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


def install() -> None:
    """Replaces `fit` and `evaluate` of all Keras models in this process."""
    import keras

    owner = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    for name in WORTHWHILE:
        setattr(owner, name, _faster(owner, getattr(owner, name)))


def _faster(owner: type, original: Any) -> Any:
    """`original`, a method of all models, with several steps per execution where that changes nothing."""
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            arguments = signature.bind(self, *args, **kwargs).arguments
            faster = _unchanged_by_steps(self, owner, original.__name__, arguments)
        except Exception:
            faster = False  # Whatever is odd about the call, the method itself says it best.
        with _many_steps(self) if faster else contextlib.nullcontext():
            return original(self, *args, **kwargs)

    return method


@contextlib.contextmanager
def _many_steps(model: Any) -> Iterator[None]:
    """`model` with `STEPS` batches per call, and with the functions that were compiled for that before."""
    slow = model.train_function, model.test_function
    known = vars(model).get("_faster_functions", (None, None, None))
    fast = known[1:] if known[0] is model._compile_config else (None, None)
    model.steps_per_execution = STEPS
    model.train_function, model.test_function = fast
    try:
        yield
    finally:
        fast = model._compile_config, model.train_function, model.test_function
        object.__setattr__(model, "_faster_functions", fast)
        model.steps_per_execution = 1
        model.train_function, model.test_function = slow


def _unchanged_by_steps(model: Any, owner: type, method: str, arguments: dict[str, Any]) -> bool:
    """Whether this call of `method` gives the same with several steps per execution.

    `fit` calls `evaluate` with an argument of its own, for batches that it has prepared: that call is left alone.
    """
    return (
        model.compiled
        and model.steps_per_execution == 1
        and not model.run_eagerly
        and not model.jit_compile
        and type(model).make_train_function is owner.make_train_function  # type: ignore[attr-defined]
        and type(model).make_test_function is owner.make_test_function  # type: ignore[attr-defined]
        and _steps(arguments) >= WORTHWHILE[method]
        and not arguments.get("kwargs")
        and all(arguments.get(name) is None for name in ("steps", "steps_per_epoch", "validation_steps"))
        and all(_sees_no_batches(callback) for callback in _listed(arguments.get("callbacks")))
    )


def _steps(arguments: dict[str, Any]) -> int:
    """How many batches `fit` or `evaluate` will go through; 0 when that is not known."""
    import tensorflow as tf

    data, epochs = arguments.get("x"), arguments.get("epochs", 1)
    if isinstance(data, tf.data.Dataset):
        return int(data.cardinality()) * epochs
    if isinstance(data, np.ndarray | tf.Tensor):
        return math.ceil(len(data) / (arguments.get("batch_size") or 32)) * epochs
    return 0


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _sees_no_batches(callback: Any) -> bool:
    import keras

    if type(callback) is keras.callbacks.ModelCheckpoint:
        return bool(callback.save_freq == "epoch")
    return isinstance(callback, keras.callbacks.Callback) and all(
        hasattr(getattr(callback, method), "_is_default") for method in _BATCH_METHODS
    )
