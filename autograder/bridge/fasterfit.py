"""Both sides: makes `fit` and `evaluate` call TensorFlow less often, and trace once, where that changes nothing.

Inside for what the learner's code does, in the checker for what tests do with a rebuilt model, and in the workers of
`autograder calibrate` for the course's own code.

Keras' `steps_per_execution` makes small models faster, with bit-identical
results: weights, losses, metrics and history. It does change what callbacks see
between batches. So only these two methods use it, and only when

- the model was compiled without it, runs as a graph, and builds its functions as Keras does;
- the data are arrays, tensors or a finite `tf.data.Dataset`, and `steps_per_epoch` or `steps` is left alone;
- no callback looks at batches;
- there are enough steps to win back what it takes to compile the loop.

Afterwards the model is as it would be without it: `steps_per_execution` is 1
and its compiled functions are those for one batch at a time. `predict` is left
alone: Keras unrolls its loop, and takes longer to compile that than it saves.

Where the model is Keras' own, and no learner's function could notice how often
it is called, two more steps save work that Keras repeats:

- TensorFlow traces a step twice that makes variables. So those of the metrics
  and of the optimizer, all of them zeros, are made before the first step.
- `evaluate` that is to show nothing takes its batches from the arrays
  themselves, without a `tf.data.Dataset` around them.
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
"""The number of steps in one call from which on this is faster: to compile the loop takes time, too."""

_BATCH_METHODS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


_STEPS_OF_KERAS = ("train_step", "test_step", "compute_metrics", "make_train_function", "make_test_function")


def install() -> None:
    """Replaces `fit` and `evaluate` of all Keras models in this process."""
    import keras

    owner = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    for name in WORTHWHILE:
        setattr(owner, name, _faster(owner, getattr(owner, name)))


def _faster(owner: type, original: Any) -> Any:
    """Returns `original`, a method of all models, with several steps per execution where that changes nothing."""
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            arguments = signature.bind(self, *args, **kwargs).arguments
            faster = _unchanged_by_steps(self, owner, original.__name__, arguments)
        except Exception:
            faster = False  # If something is odd about the call, the method itself reports it best.
        else:
            with contextlib.suppress(Exception):  # The method itself reports that best, too.
                if _is_plain(self, owner, arguments):
                    _make_variables(self, original.__name__, arguments["y"])
                    if original.__name__ == "evaluate" and _asks_for_numbers(arguments):
                        return _evaluated(self, arguments)
        with _many_steps(self) if faster else contextlib.nullcontext():
            return original(self, *args, **kwargs)

    return method


@contextlib.contextmanager
def _many_steps(model: Any) -> Iterator[None]:
    """Gives `model` `STEPS` batches per call, and the functions that were compiled for that before."""
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


def _is_plain(model: Any, owner: Any, arguments: dict[str, Any]) -> bool:
    """Returns whether this is a compiled model of Keras' parts with one output, given arrays, that runs as a graph."""
    kind, arrays = type(model), (arguments.get("x"), arguments.get("y"))
    return (
        model.compiled
        and not model.run_eagerly
        and not model.jit_compile
        and all(getattr(kind, name) is getattr(owner, name) for name in _STEPS_OF_KERAS)
        and all(type(array) is np.ndarray and array.dtype.kind in "biuf" and array.ndim for array in arrays)
        and not arguments.get("kwargs")
        and len(model.outputs) == 1
        and _is_of_keras(model)
    )


def _make_variables(model: Any, method: str, labels: np.ndarray) -> None:
    """Makes the variables that the first step of `method` would make: the metrics', and in `fit` the optimizer's."""
    import keras

    metrics, optimizer = model._compile_metrics, model.optimizer
    if metrics is not None and not metrics.built:
        metrics.build(keras.KerasTensor((None, *labels.shape[1:]), str(labels.dtype)), model.outputs[0])
    if method == "fit" and optimizer is not None and not optimizer.built and model.trainable_variables:
        with keras.name_scope(optimizer.name, caller=optimizer):
            optimizer.build(model.trainable_variables)


def _asks_for_numbers(arguments: dict[str, Any]) -> bool:
    """Returns whether a call of `evaluate` asks for nothing but the result."""
    others = ("sample_weight", "steps", "callbacks")
    return arguments.get("verbose") == 0 and all(arguments.get(name) is None for name in others)


def _evaluated(model: Any, arguments: dict[str, Any]) -> Any:
    """Returns the result of `evaluate`. It notices an interrupt after each `STEPS` batches."""
    import keras
    import tensorflow as tf

    x, y = arguments["x"], arguments["y"]
    if len(x) != len(y) or not len(x):
        raise ValueError("not as many labels as inputs")
    arrays = [tf.convert_to_tensor(array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array)
              for array in (x, y)]
    size = int(arguments.get("batch_size") or 32)
    known = vars(model).get("_faster_evaluation", (None, None))
    batches = known[1] if known[0] is model._compile_config else _batches(model)
    object.__setattr__(model, "_faster_evaluation", (model._compile_config, batches))
    model.stop_evaluating = False
    model.reset_metrics()
    for begin in range(0, len(x), STEPS * size):
        batches(*arrays, *map(tf.constant, (begin, min(begin + STEPS * size, len(x)), size)))
    logs = {name: float(value) for name, value in sorted(model.get_metrics_result().items())}
    return logs if arguments.get("return_dict") else model._flatten_metrics_in_order(logs)


def _batches(model: Any) -> Any:
    """Returns a function that goes through a part of the arrays, batch after batch, and adds to the model's metrics."""
    import tensorflow as tf

    def batches(x: Any, y: Any, begin: Any, end: Any, size: Any) -> None:
        def batch(at: Any) -> Any:
            model.test_step((x[at : at + size], y[at : at + size]))
            return at + size

        tf.while_loop(lambda at: at < end, batch, [begin])

    return tf.function(batches, autograph=False, reduce_retracing=True)


def _is_of_keras(model: Any) -> bool:
    """Returns whether a step of the model calls none of the learner's functions."""
    import keras

    parts = [model, *model._flatten_layers(), model.optimizer]
    called = [value for part in parts for value in vars(part).values() if callable(value)]
    called += [value for value in keras.tree.flatten(model._compile_config.config) if callable(value)]
    modules = {getattr(value, "__module__", None) or "" for value in [*map(type, parts), *called]}
    return all(module.startswith(("keras.", "tensorflow.")) for module in modules)


def _unchanged_by_steps(model: Any, owner: type, method: str, arguments: dict[str, Any]) -> bool:
    """Returns whether this call of `method` gives the same result with several steps per execution.

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
    """Returns how many batches `fit` or `evaluate` will go through; 0 when that is not known."""
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
