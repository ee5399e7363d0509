"""Both sides: rebuilds Keras models from the other side's description of them.

A model arrives as configuration, weights and compile configuration. It is built
again from Keras' own classes, layer by layer, out of the closed lists of
`kerasobjects.py`. Before a layer is built, this module computes the shapes of
its weights from its configuration. They must be those of the arrays that
arrived; so a rebuilt layer is never larger than the data received. `rebuild`
evaluates to the same numbers as the original.

Outside, that is a learner's model for a test, and the cell runner is not
believed; inside, it is a model that a test hands to the learner's function.

A model that cannot be rebuilt (subclassed, `Lambda`, custom layers or losses)
is `Refused`. Outside it then becomes a `remote.RemoteModel`: it predicts where
it lives, `remote.py` computes the metrics, and the submission is marked for review.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.bridge import kerasobjects, records
from autograder.bridge.kerasobjects import Refused
from autograder.bridge.revival import history

MAX_LAYERS = 200
MAX_DEPTH = 4
"""Models inside models."""
MAX_ELEMENTS = 1 << 20
"""How many numbers a layer may put out for one image."""
MAX_UNBUILT_UNITS = 4096
"""Units of a layer whose inputs, and so whose weights, are not yet known."""
MAX_UNBUILT_LAYERS = 20
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}
"""How many gates a unit of a recurrent layer has; each has weights of its own."""


def rebuild(data: records.ModelData) -> Any:
    """Rebuilds the model, with its weights, compiled as it was, and with its history.

    Raises:
        Refused: it is not made of Keras' own classes, or its weights do not fit.
    """
    if data.config is None:
        name = _class_name(data)
        if name in ("Sequential", "Functional"):
            raise Refused(f"this {name} model holds something that is not Keras' own, or is too deep to describe")
        raise Refused(f"{name} is not a Sequential or Functional model of Keras' own layers")
    try:
        model = _Builder().model(data.config, data.weights)
        if data.compile_config:
            model.compile(**_compile_arguments(data.compile_config))
        if data.history is not None:
            model.history = history(data.history)
    except Refused:
        raise
    except Exception as error:
        # Keras found something that the checks let through. The grader must not crash, and the model is not trusted.
        raise Refused(f"Keras could not rebuild it: {type(error).__name__}: {str(error)[:200]}") from error
    return model


def refresh(model: Any, data: records.ModelData) -> Any:
    """Brings `model` into the state that `data` describes, in place where the layers are the same; returns it."""
    new = rebuild(data)
    shapes = [weight.shape for weight in model.weights]
    if type(new) is not type(model) or [weight.shape for weight in new.weights] != shapes:
        return new
    model.set_weights(new.get_weights())
    if data.compile_config:
        model.compile(**_compile_arguments(data.compile_config))
    if data.history is not None:
        model.history = history(data.history)
    return model


def rebuild_object(record: records.KerasObject) -> Any:
    """Rebuilds a loss, optimizer, layer or the like, or a function such as `keras.activations.relu`.

    Raises `Refused`.
    """
    if record.family not in kerasobjects.FAMILIES:
        raise Refused("unknown family of Keras objects")
    try:
        result = kerasobjects.build(record.config.get("function", record.config), record.family)
        if record.family == "layer":
            _check_unbuilt([record.config])
        if record.weights:
            _give_weights(result, record)
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"Keras could not rebuild it: {type(error).__name__}: {str(error)[:200]}") from error
    if isinstance(result, str):
        import keras

        return (keras.losses if record.family == "loss" else keras.metrics).get(result)
    return result


def _give_weights(result: Any, record: records.KerasObject) -> None:
    """Gives a single layer its weights, and a metric its counts."""
    arrays = list(record.weights)
    if record.family == "layer":
        config = record.config.get("build_config")
        shape = config.get("input_shape") if type(config) is dict else None
        if type(shape) not in (list, tuple):
            raise Refused("the layer does not say what it was built for")
        _Builder().build(result, record.config, [_shape(shape)], {result.name: arrays})
    elif record.family == "metric":
        if [tuple(variable.shape) for variable in result.variables] != [array.shape for array in arrays]:
            raise Refused("what the metric has counted does not fit it")
        for variable, array in zip(result.variables, arrays, strict=True):
            variable.assign(array)


# --- putting a model together -------------------------------------------------

_MODEL_KINDS: dict[tuple[Any, Any], str] = {
    ("keras", "Sequential"): "Sequential",
    ("keras.src.models.functional", "Functional"): "Functional",
}
"""Module and class of a model, in the form in which Keras writes them down."""


class _Builder:
    """Builds one model and those inside it."""

    def __init__(self) -> None:
        self.layers = 0

    def model(self, data: Any, weights: Any, depth: int = 0) -> Any:
        if type(data) is not dict or type(data.get("config")) is not dict or type(weights) is not dict:
            raise Refused("the model's configuration is incomplete")
        kind = _MODEL_KINDS.get((data.get("module"), data.get("class_name")))
        if kind is None:
            raise Refused(f"{str(data.get('class_name'))[:80]} is not Keras' own Sequential or Functional model")
        config = data["config"]
        layers = config.get("layers")
        if type(layers) is not list or any(type(layer) is not dict for layer in layers):
            raise Refused("the model's configuration names no layers")
        self.layers += len(layers)
        if self.layers > MAX_LAYERS or depth > MAX_DEPTH:
            raise Refused(f"the model has more than {MAX_LAYERS} layers")
        build = self.sequential if kind == "Sequential" else self.functional
        return build(config, weights, depth)

    def sequential(self, config: dict[str, Any], weights: dict[str, Any], depth: int) -> Any:
        import keras

        shape = config.get("build_input_shape")
        layers: list[Any] = []
        for data in config["layers"]:
            if data.get("class_name") == "InputLayer":
                layers.append(_input(data))
                shape = layers[-1].batch_shape
            else:
                layers.append(self.layer(data, weights, depth))
        if shape is None:
            _check_unbuilt(config["layers"])
        else:
            self.check_shape(_shape(shape))
            current: Any = _shape(shape)
            for data, layer in zip(config["layers"], layers, strict=True):
                if data.get("class_name") != "InputLayer":
                    self.build(layer, data, [current], weights)
                    current = layer.compute_output_shape(current)
                    self.check_shape(current)
        model = keras.Sequential(layers, name=_name(config), trainable=config.get("trainable") is not False)
        if shape is not None and not model.built:
            model.build(_shape(shape))
        return model

    def functional(self, config: dict[str, Any], weights: dict[str, Any], depth: int) -> Any:
        import keras

        outputs: dict[str, list[list[Any]]] = {}
        layers: dict[str, Any] = {}
        waiting: list[tuple[dict[str, Any], Any]] = []
        for data in config["layers"]:
            name = data.get("name")
            if type(name) is not str or name in layers:
                raise Refused("two layers have the same name")
            if data.get("class_name") == "InputLayer":
                layers[name] = _input(data)
                self.check_shape(layers[name].batch_shape)
                outputs[name] = [[layers[name].output]]
                continue
            layers[name] = self.layer(data, weights, depth)
            outputs[name] = []
            nodes = data.get("inbound_nodes")
            if type(nodes) is not list or len(nodes) > MAX_LAYERS:
                raise Refused("a layer is connected to nothing")
            waiting += [(data, node) for node in nodes]
        self.connect(waiting, layers, outputs, weights)

        def tensors(ends: Any) -> Any:
            if type(ends) in (list, tuple) and len(ends) == 3 and type(ends[0]) is str:
                # Keras counts the calls of a Functional model inside another from 1.
                first = (
                    1
                    if isinstance(layers.get(ends[0]), keras.models.Model)
                    and not isinstance(layers[ends[0]], keras.Sequential)
                    else 0
                )
                return _tensor(outputs, [ends[0], ends[1] - first, ends[2]])
            if type(ends) in (list, tuple) and len(ends) <= MAX_LAYERS:
                return [tensors(end) for end in ends]
            raise Refused("the model's inputs or outputs are not a list")

        return keras.Model(
            tensors(config.get("input_layers")), tensors(config.get("output_layers")), name=_name(config)
        )

    def connect(
        self,
        waiting: list[tuple[dict[str, Any], Any]],
        layers: dict[str, Any],
        outputs: dict[str, list[list[Any]]],
        weights: dict[str, Any],
    ) -> None:
        """Calls the layers on each other's outputs, each as soon as its inputs are there."""
        import keras

        while waiting:
            later = []
            for data, node in waiting:
                name = data["name"]
                try:
                    args, kwargs = _call_arguments(node, outputs)
                except _NotYet:
                    later.append((data, node))
                    continue
                layer = layers[name]
                if not isinstance(layer, keras.Model):
                    self.build(layer, data, _input_shapes(args), weights)
                result = layer(*args, **kwargs)
                outputs[name].append(list(result) if isinstance(result, list | tuple) else [result])
                for tensor in outputs[name][-1]:
                    self.check_shape(tensor.shape)
            if len(later) == len(waiting):
                raise Refused("the model's layers are connected in a circle")
            waiting = later

    def layer(self, data: dict[str, Any], weights: dict[str, Any], depth: int) -> Any:
        """Makes a layer, operation or model, not yet built; a model inside comes complete."""
        if data.get("class_name") in ("Sequential", "Functional", "Model"):
            config = data.get("config")
            name = _name(config) if type(config) is dict else ""
            return self.model(data, weights.get(name, {}), depth + 1)
        if data.get("module") in kerasobjects.OPERATIONS:
            return kerasobjects.build(data, "operation")
        return kerasobjects.build(data, "layer")

    def build(self, layer: Any, data: dict[str, Any], inputs: list[Any], weights: dict[str, Any]) -> None:
        """Checks the layer's weights against its configuration, builds it, and gives it the weights."""
        import keras

        if (
            not isinstance(layer, keras.layers.Layer)
            or isinstance(layer, keras.Model)
            or (layer.built and layer.weights)
        ):
            return
        arrays = weights.get(layer.name, [])
        if type(arrays) is not list or any(type(array) is not np.ndarray for array in arrays):
            raise Refused(f"the weights of {layer.name} are no arrays")
        name = data["class_name"]
        expected = weight_shapes(name, layer, inputs[0]) if name in kerasobjects.WEIGHTED else []
        if [array.shape for array in arrays] != expected:
            raise Refused(
                f"the weights of {layer.name} have the shapes {[array.shape for array in arrays]}, "
                f"its configuration says {expected}"
            )
        if name not in kerasobjects.WEIGHTED:
            return
        initial = {key: value for key, value in vars(layer).items() if key.endswith("_initializer")}
        for key in initial:  # Random numbers that are overwritten at once would cost time and seeds.
            setattr(layer, key, keras.initializers.Zeros())
        layer.build(inputs[0])
        for key, value in initial.items():
            setattr(layer, key, value)
        if arrays:
            layer.set_weights(arrays)
            if name == "Normalization":
                layer.finalize_state()

    def check_shape(self, shape: Any) -> None:
        shapes = [shape] if shape is None or all(type(size) in (int, type(None)) for size in shape) else shape
        for one in shapes:
            if one is not None and math.prod(size or 1 for size in one[1:]) > MAX_ELEMENTS:
                raise Refused(f"a layer puts out {tuple(one[1:])} numbers for one image")


def weight_shapes(name: str, layer: Any, shape: tuple[int | None, ...]) -> list[tuple[int, ...]]:
    """Computes the shapes of a layer's weights from its configuration and its inputs' shape, before it is built."""
    size = [int(length) if length is not None else 0 for length in shape]
    if name == "Dense":
        return [(size[-1], layer.units)] + [(layer.units,)] * layer.use_bias
    if "Conv" in name:
        return _convolution_shapes(name, layer, size)
    if name in GATES:
        gates, units = GATES[name] * layer.units, layer.units
        twice = name == "GRU" and layer.reset_after
        return [(size[-1], gates), (units, gates)] + [(2, gates) if twice else (gates,)] * layer.use_bias
    if name == "Embedding":
        return [(layer.input_dim, layer.output_dim)]
    if name == "PReLU":
        shared = [axis - 1 for axis in layer.shared_axes or ()]
        return [tuple(1 if place in shared else length for place, length in enumerate(size[1:]))]
    if name == "BatchNormalization":
        one = (size[layer.axis],)
        return [one] * layer.scale + [one] * layer.center + [one, one]
    if name in ("LayerNormalization", "GroupNormalization", "RMSNormalization"):
        axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
        normalized = tuple(size[axis] for axis in axes)
        if name == "RMSNormalization":
            return [normalized]
        return [normalized] * layer.scale + [normalized] * layer.center
    if name == "Normalization":
        if layer.input_mean is not None:
            return []
        kept = tuple(size[axis] for axis in sorted(axis % len(size) for axis in layer.axis))
        return [kept, kept, ()]
    raise Refused(f"the weights of {name} are not known")


def _convolution_shapes(name: str, layer: Any, size: list[int]) -> list[tuple[int, ...]]:
    """Returns the shapes of the weights of a layer that convolves along one axis, two or three."""
    channels = size[-1 if layer.data_format == "channels_last" else 1]
    kernel = tuple(layer.kernel_size)
    if name.endswith("Transpose"):
        return [(*kernel, layer.filters, channels)] + [(layer.filters,)] * layer.use_bias
    if name.startswith("Conv"):
        return [(*kernel, channels // layer.groups, layer.filters)] + [(layer.filters,)] * layer.use_bias
    depthwise, wide = (*kernel, channels, layer.depth_multiplier), channels * layer.depth_multiplier
    if name.startswith("Depthwise"):
        return [depthwise] + [(wide,)] * layer.use_bias
    one_by_one = (*(1 for _ in kernel), wide, layer.filters)
    return [depthwise, one_by_one] + [(layer.filters,)] * layer.use_bias


class _NotYet(Exception):
    """A layer's input has not been computed yet."""


def _call_arguments(node: Any, outputs: dict[str, list[list[Any]]]) -> tuple[list[Any], dict[str, Any]]:
    """Returns the arguments of one call of a layer: tensors of earlier layers, numbers, lists of these."""

    def argument(value: Any, depth: int = 0) -> Any:
        if type(value) is dict:
            config = value.get("config")
            if value.get("class_name") == "__keras_tensor__" and type(config) is dict:
                return _tensor(outputs, config.get("keras_history"))
            raise Refused("a layer is called with something that is no tensor")
        if type(value) in (list, tuple) and depth < 3 and len(value) <= MAX_LAYERS:
            return [argument(element, depth + 1) for element in value]
        return kerasobjects.plain(value)

    if type(node) is not dict or type(node.get("args")) not in (list, tuple) or type(node.get("kwargs")) is not dict:
        raise Refused("a layer is called without arguments")
    kwargs = node["kwargs"]
    if not kwargs.keys() <= {"training", "mask", "axis", "dtype"}:
        raise Refused("a layer is called with an argument that the grader does not know")
    return [argument(value) for value in node["args"]], {key: argument(value) for key, value in kwargs.items()}


def _tensor(outputs: dict[str, list[list[Any]]], place: Any) -> Any:
    """Returns the tensor at [layer, call, number]."""
    match place:
        case [str(name), int(call), int(number)] if name in outputs and call >= 0 and number >= 0:
            if call >= len(outputs[name]):
                raise _NotYet
            if number < len(outputs[name][call]):
                return outputs[name][call][number]
    raise Refused("a layer is connected to one that is not there")


def _input_shapes(args: list[Any]) -> list[Any]:
    shapes = [getattr(value, "shape", None) for value in args]
    return shapes if shapes and shapes[0] is not None else [None]


def _input(data: dict[str, Any]) -> Any:
    import keras

    config = data.get("config")
    if type(config) is not dict or data.get("module") != "keras.layers":
        raise Refused("the input layer's configuration is incomplete")
    return keras.layers.InputLayer(
        batch_shape=_shape(config.get("batch_shape")),
        dtype=kerasobjects.dtype(config.get("dtype")),
        name=_name(config),
    )


def _shape(value: Any) -> tuple[int | None, ...]:
    listed = type(value) in (list, tuple) and 1 <= len(value) <= 8
    if listed and all(size is None or (type(size) is int and 0 <= size < 1 << 31) for size in value):
        return tuple(value)
    raise Refused("the input's shape is no list of numbers")


def _name(config: dict[str, Any]) -> str:
    name = config.get("name")
    if type(name) is not str or not name or len(name) > 200 or "/" in name or not name.isprintable():
        raise Refused("a layer's or model's name is no name")
    return name


def _check_unbuilt(layers: list[Any]) -> None:
    """Checks layers whose weights Keras makes later, from data: they must be few and small enough whatever the data."""
    configs = [layer.get("config") for layer in layers if layer.get("class_name") in kerasobjects.WEIGHTED]
    for config in configs:
        for key in ("units", "filters", "depth_multiplier", "input_dim", "output_dim"):
            if type(config) is dict and type(config.get(key)) is int and config[key] > MAX_UNBUILT_UNITS:
                raise Refused(f"a layer with {config[key]} units")
    if len(configs) > MAX_UNBUILT_LAYERS:
        raise Refused(f"more than {MAX_UNBUILT_LAYERS} layers without an input shape")


def _compile_arguments(config: dict[str, Any] | str) -> dict[str, Any]:
    """Returns the arguments for `compile`."""
    if type(config) is str:
        raise Refused(config)
    assert type(config) is dict

    def objects(value: Any, family: str, depth: int = 0) -> Any:
        if value is None:
            return None
        if type(value) in (list, tuple) and depth < 3 and len(value) <= 100:
            return [objects(element, family, depth + 1) for element in value]
        if type(value) is dict and "class_name" not in value and depth < 3 and len(value) <= 100:
            return {_name({"name": key}): objects(element, family, depth + 1) for key, element in value.items()}
        if type(value) is str:
            return _by_name(value, family)
        return _function_or_object(value, family)

    steps = config.get("steps_per_execution")
    return {
        "optimizer": kerasobjects.build(config.get("optimizer"), "optimizer"),
        "loss": objects(config.get("loss"), "loss"),
        "loss_weights": _numbers(config.get("loss_weights")),
        "metrics": objects(config.get("metrics"), "metric"),
        "weighted_metrics": objects(config.get("weighted_metrics"), "metric"),
        "run_eagerly": False,
        "steps_per_execution": steps if type(steps) is int and 1 <= steps <= 1000 else 1,
        "jit_compile": False,
    }


def _by_name(name: str, family: str) -> str:
    """Returns the name of a loss or metric, as it was given to `compile`.

    A name that Keras does not know is misspelled. It is kept: Keras takes any name, looks it up in a
    dictionary of its own when the model is evaluated, and then says which name it does not know, here
    as in the learner's notebook. Predictions need neither loss nor metric.
    """
    from keras.src import losses, metrics

    found = (losses if family == "loss" else metrics).ALL_OBJECTS_DICT.get(name)
    known = kerasobjects.LOSSES | kerasobjects.LOSS_FUNCTIONS if family == "loss" else kerasobjects.METRICS
    if found is not None and found.__name__ not in known:
        raise Refused(f"{name} is no {family} the grader knows")
    result = kerasobjects.plain(name)
    assert type(result) is str
    return result


def _function_or_object(value: Any, family: str) -> Any:
    """Returns a loss or metric that is an object or a function of Keras."""
    import keras

    result = kerasobjects.build(value, family)
    if isinstance(result, str) and type(value) is dict:
        return (keras.losses if family == "loss" else keras.metrics).get(result)
    return result


def _numbers(value: Any) -> Any:
    if type(value) is dict:
        return {_name({"name": key}): kerasobjects.plain(number) for key, number in value.items()}
    return kerasobjects.plain(value)


def _class_name(data: records.ModelData) -> str:
    return str(data.facts.get("class_name"))[:80]
