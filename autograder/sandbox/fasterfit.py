"""Inside the cell runner: `fit` with several batches per call into TensorFlow, where that changes nothing.

Keras' `steps_per_execution` trains small models faster, with bit-identical
results: weights, losses, metrics and history. It does change what callbacks
see between batches. So it is used inside `fit` only, and only when

- the model was compiled without it, runs as a graph, and builds its training function as Keras does;
- the data are arrays, tensors or a finite `tf.data.Dataset`, and `steps_per_epoch` is left alone;
- no callback looks at batches;
- there are enough steps to win back what it takes to compile the loop.

After `fit` the model is as it would have been: `steps_per_execution` is 1 and
its compiled functions are those for one batch at a time.
"""

from __future__ import annotations

import functools
import inspect
import math
from typing import Any

import numpy as np

STEPS = 50
WORTHWHILE = 800
"""Steps in one call of `fit` from which on this is faster: to compile the loop takes time, too."""

_BATCH_METHODS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


def install() -> None:
    """Replaces `fit` of all Keras models in this process."""
    import keras

    owner = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    original = owner.fit
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            arguments = signature.bind(self, *args, **kwargs).arguments
            faster = _unchanged_by_steps(self, owner, arguments)
        except Exception:
            faster = False  # Whatever is odd about the call, `fit` itself says it best.
        if not faster:
            return original(self, *args, **kwargs)
        slow = self.train_function, self.test_function
        known = vars(self).get("_faster_functions", (None, None, None))
        fast = known[1:] if known[0] is self._compile_config else (None, None)
        self.steps_per_execution = STEPS
        self.train_function, self.test_function = fast
        try:
            return original(self, *args, **kwargs)
        finally:
            fast = self._compile_config, self.train_function, self.test_function
            object.__setattr__(self, "_faster_functions", fast)
            self.steps_per_execution = 1
            self.train_function, self.test_function = slow

    owner.fit = fit


def _unchanged_by_steps(model: Any, owner: type, arguments: dict[str, Any]) -> bool:
    """Whether this call of `fit` gives the same with several steps per execution."""
    return (
        model.compiled
        and model.steps_per_execution == 1
        and not model.run_eagerly
        and not model.jit_compile
        and type(model).make_train_function is owner.make_train_function  # type: ignore[attr-defined]
        and type(model).make_test_function is owner.make_test_function  # type: ignore[attr-defined]
        and _steps(arguments) >= WORTHWHILE
        and arguments.get("steps_per_epoch") is None
        and arguments.get("validation_steps") is None
        and all(_sees_no_batches(callback) for callback in _listed(arguments.get("callbacks")))
    )


def _steps(arguments: dict[str, Any]) -> int:
    """How many batches `fit` will train on; 0 when that is not known."""
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
