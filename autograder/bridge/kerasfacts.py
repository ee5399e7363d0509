"""Both sides: reads of a Keras model what its record holds, its weights and the facts that need no rebuilding.

Inside, the model is the learner's, and so may be whatever is read of it: the other side believes none of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np


def layer_weights(model: Any) -> dict[str, Any]:
    """Returns layer name -> its arrays, in the layer's own order; for a model inside, such a dictionary again."""
    return {
        layer.name: layer_weights(layer)
        if hasattr(layer, "layers") and hasattr(layer, "get_layer")
        else [np.asarray(weight) for weight in layer.get_weights()]
        for layer in model.layers
        if layer.weights
    }


def facts_of(model: Any) -> dict[str, Any]:
    """Returns the facts of a model that need no rebuilding."""

    def attempt(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Exception:
            return None

    def shape(value: Any) -> Any:
        return tuple(value) if isinstance(value, tuple | list) else None

    def layer_facts(layer: Any) -> dict[str, Any]:
        return {
            "name": attempt(lambda: str(layer.name)),
            "class_name": type(layer).__name__,
            "parameters": attempt(lambda: int(layer.count_params())),
            "activation": attempt(lambda: str(layer.activation.__name__)),
            "units": attempt(lambda: int(layer.units)),
        }

    return {
        "name": attempt(lambda: str(model.name)),
        "class_name": type(model).__name__,
        "built": bool(getattr(model, "built", False)),
        "parameters": attempt(lambda: int(model.count_params())),
        "input_shape": attempt(lambda: shape(model.input_shape)),
        "output_shape": attempt(lambda: shape(model.output_shape)),
        "layers": [layer_facts(layer) for layer in attempt(lambda: list(model.layers)[:1000]) or []],
    }


def _own_function(value: Any) -> bool:
    """Returns whether a function is the learner's own, although Keras would write down only its bare name."""
    module = getattr(value, "__module__", None) or ""
    return inspect.isroutine(value) and not module.startswith(("keras.", "tensorflow."))


def has_own_functions(model: Any) -> bool:
    """Returns whether a layer, the loss or a metric of `model` is or holds a function of the learner's own."""
    layers = list(model.layers)
    for layer in layers:
        layers.extend(getattr(layer, "layers", ()))
        if _own_function(getattr(layer, "activation", None)):
            return True
    config = getattr(model, "_compile_config", None)
    pending = list(getattr(config, "config", {}).values())
    while pending:
        value = pending.pop()
        if isinstance(value, list | tuple):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif _own_function(value):
            return True
    return False


def make_objects(model: Any) -> None:
    """Makes objects of the classes of Keras' losses and metrics that `compile` was given, as Keras does later.

    `loss=keras.losses.Hinge`, without parentheses, trains as `Hinge()` does, but has no configuration to send.
    """
    import keras

    def made(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [made(element) for element in value]
        if isinstance(value, dict):
            return {key: made(element) for key, element in value.items()}
        if isinstance(value, type) and issubclass(value, keras.losses.Loss | keras.metrics.Metric):
            return value()
        return value

    config = getattr(model, "_compile_config", None)
    if config is not None:
        try:
            config.config = {
                key: made(value) if key in ("loss", "metrics") else value for key, value in config.config.items()
            }
        except Exception:
            return
