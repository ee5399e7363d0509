"""In the page: one batch of a training. The code that trains in this page.

Forward, the layers of the network answer one after the other, as Keras computes them. Backward, the slope of the loss
goes through them from the last to the first. A slope says how much the loss grows when a number grows a little; there
is one for each number that ran forward, and one for each weight. What an optimizer then does with the slopes of the
weights is Keras' own code.

Everything is NumPy. `keras_in_page.trainer` calls this, once for each batch.

What can be trained stands in three tables: `LAYERS`, `ACTIVATIONS`, `LOSSES`. They hold Keras' names, for Keras itself
is not yet there when this module is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_in_page.absent import Unavailable, unavailable

Array = np.ndarray


class Step(NamedTuple):
    """What went into a layer, and what came out; for a Dropout, the factor of each number, in place of what went in."""

    layer: keras.Layer
    inputs: Array
    outputs: Array


# ------------------------------------------------------------------------ forward


def chain(model: keras.Model) -> list[keras.Layer]:
    """The layers of the model, from the first to the last.

    Raises:
        Unavailable: they form no chain: the model branches, or its `call` was written by hand.
    """
    network = getattr(model, "_functional", model)  # a Sequential has its network inside
    if type(model) not in (keras.Sequential, keras.Model, type(network)) or not hasattr(network, "_inputs_struct"):
        raise unavailable("training of a model with a `call` of its own")
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise unavailable("training of a model with several inputs or outputs")
    layers: list[keras.Layer] = []
    tensor = network.outputs[0]
    while True:
        layer, number, _ = tensor._keras_history
        if isinstance(layer, keras.layers.InputLayer):
            return layers
        sources = layer._inbound_nodes[number].input_tensors
        if len(sources) != 1:
            raise unavailable("training of a model whose layers form no chain")
        layers = [*(chain(layer) if isinstance(layer, keras.Model) else [layer]), *layers]
        tensor = sources[0]


def forward(layers: list[keras.Layer], x: Array, training: bool) -> list[Step]:
    """Each layer answers to what the one before it said.

    Args:
        layers: of a `chain`.
        x: the batch, shape (images, ...), of the number type that the first layer takes.
        training: whether a Dropout drops.
    """
    steps = []
    for layer in layers:
        inputs = x
        if type(layer) is keras.layers.Dropout and training:
            inputs = np.asarray(layer(np.ones_like(x), training=True))
            x = x * inputs
        else:
            x = np.asarray(layer(x, training=training) if layer._call_has_training_arg else layer(x))
        steps.append(Step(layer, inputs, x))
    return steps


# ------------------------------------------------------------------------ backward


def slopes(steps: list[Step], slope: Array, behind_activation: bool = False) -> dict[int, Array]:
    """Backpropagation: the slope of the loss for each weight.

    Args:
        steps: of `forward`.
        slope: of the loss, for each number of the last layer's answer.
        behind_activation: `slope` is already that of what went into the last layer's activation.

    Returns:
        The `id` of a weight's variable -> its slopes, of the variable's shape.
    """
    found: dict[int, Array] = {}
    first = next((number for number, step in enumerate(steps) if step.layer.trainable_variables), len(steps))
    for number, step in reversed(list(enumerate(steps))[first:]):
        if not (behind_activation and number == len(steps) - 1):
            slope = _through_activation(step, slope)
        if type(step.layer) is keras.layers.Dense:
            for weight, its_slope in _of_weights(step, slope):
                found[id(weight)] = found.get(id(weight), 0) + its_slope  # a layer may stand in a chain twice
        if number > first:  # nobody asks for the slopes of what the first layer with weights was given
            slope = LAYERS[_kind(step.layer)](step, slope)
    return found


def _of_weights(step: Step, slope: Array) -> list[tuple[keras.Variable, Array]]:
    """Of a Dense layer. A weight joins an input with an output: its slope is the product of that input and of that
    output's slope, summed over the batch. A bias joins 1 with an output."""
    inputs, slope = _rows(step.inputs), _rows(slope)
    weights = [(step.layer._kernel, inputs.T @ slope)]
    if step.layer.use_bias:
        weights.append((step.layer.bias, slope.sum(axis=0)))
    return [(weight, its_slope + _of_penalty(weight)) for weight, its_slope in weights]


def _of_penalty(weight: keras.Variable) -> Any:
    """What a regularizer adds to a weight's slope."""
    penalty = weight.regularizer
    if penalty is None:
        return 0
    if type(penalty) not in (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2):
        raise unavailable(f"training with the regularizer {type(penalty).__name__}")
    return getattr(penalty, "l1", 0) * np.sign(weight.value) + 2 * getattr(penalty, "l2", 0) * weight.value


def _rows(numbers: Array) -> Array:
    """All axes but the last made one: a Dense layer treats them alike."""
    return numbers.reshape(-1, numbers.shape[-1])


# ------------------------------------------------------------------------ layers


def _moved(step: Step, slope: Array) -> Array:
    """Flatten and Reshape move numbers. The layers that are an activation were gone through before."""
    return slope.reshape(step.inputs.shape)


LAYERS: dict[str, Callable[[Step, Array], Array]] = {
    "Dense": lambda step, slope: slope @ step.layer._kernel.value.T,  # an input reaches the loss through every output
    "Flatten": _moved,
    "Reshape": _moved,
    "Rescaling": lambda step, slope: slope * np.asarray(step.layer.scale, slope.dtype),
    "Dropout": lambda step, slope: slope * step.inputs,
    "Activation": _moved,
    "ReLU": _moved,
    "Softmax": _moved,
    "Identity": _moved,
}
"""The layers that this page can train: each with the way from the slope of what it computed, before its activation, to
the slope of what it was given. Only a Dense has weights (`_of_weights`)."""


def check(layer: keras.Layer) -> None:
    """Whether this page can train the layer.

    Raises:
        Unavailable: it cannot, and why.
    """
    _activation(layer)
    if getattr(layer, "quantization_mode", None) or layer.activity_regularizer is not None:
        raise _these_arguments(layer)
    for weight in layer.trainable_variables:
        _of_penalty(weight)


def _kind(layer: keras.Layer) -> str:
    """The layer's name in `LAYERS`.

    Raises:
        Unavailable: it is none of them, even if it is called like one.
    """
    name = type(layer).__name__
    if name not in LAYERS or type(layer) is not getattr(keras.layers, name):
        raise unavailable(f"training with a layer {name}")
    return name


def _these_arguments(layer: keras.Layer) -> Unavailable:
    return unavailable(f"training with a layer {type(layer).__name__} that has these arguments")


# ------------------------------------------------------------------------ activations


def _softmax(y: Array, slope: Array) -> Array:
    """When one logit grows, its own probability grows and all others shrink."""
    return y * (slope - (slope * y).sum(axis=-1, keepdims=True))


_SELU, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

ACTIVATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "linear": lambda y, slope: slope,
    "relu": lambda y, slope: slope * (y > 0),
    "sigmoid": lambda y, slope: slope * y * (1 - y),
    "tanh": lambda y, slope: slope * (1 - y * y),
    "softmax": _softmax,
    "leaky_relu": lambda y, slope: slope * np.where(y > 0, 1, 0.2).astype(y.dtype),
    "relu6": lambda y, slope: slope * ((y > 0) & (y < 6)),
    "elu": lambda y, slope: slope * np.where(y > 0, 1, y + 1),
    "selu": lambda y, slope: slope * np.where(y > 0, _SELU, y + _SELU * _SELU_ALPHA).astype(y.dtype),
    "exponential": lambda y, slope: slope * y,
    "softplus": lambda y, slope: slope * -np.expm1(-y),
    "softsign": lambda y, slope: slope * (1 - abs(y)) ** 2,
}
"""Activation -> the slope of what went in, from what came out (`y`) and its slope. All of them can be told from `y`."""


def _activation(layer: keras.Layer) -> str:
    """The name of the activation of a layer of `LAYERS`; "linear" where it has none.

    Raises:
        Unavailable: it is none of `ACTIVATIONS`, or has arguments that are not known here.
    """
    kind = _kind(layer)
    if kind == "ReLU":
        if (layer.max_value, layer.negative_slope, layer.threshold) != (None, 0, 0):
            raise _these_arguments(layer)
        return "relu"
    if kind == "Softmax":
        if layer.axis != -1:
            raise _these_arguments(layer)
        return "softmax"
    if kind not in ("Dense", "Activation"):
        return "linear"
    for name in ACTIVATIONS:
        if layer.activation is getattr(keras.activations, name):
            return name
    raise unavailable(f"training with the activation {getattr(layer.activation, '__name__', layer.activation)}")


def _through_activation(step: Step, slope: Array) -> Array:
    """From the slope of what a layer answered to the slope of what went into its activation."""
    return ACTIVATIONS[_activation(step.layer)](step.outputs, slope)


# ------------------------------------------------------------------------ losses


def _crossentropy(y: Array, p: Array) -> Array:
    total = p.sum(axis=-1, keepdims=True)
    share = p / total
    slope = -y / np.clip(share, _LEAST, 1 - _LEAST) * _not_clipped(share)
    return (slope - (slope * share).sum(axis=-1, keepdims=True)) / total


def _binary_crossentropy(y: Array, p: Array) -> Array:
    clipped = np.clip(p, _LEAST, 1 - _LEAST)
    return (clipped - y) / (clipped * (1 - clipped)) * _not_clipped(p)


def _not_clipped(p: Array) -> Array:
    return (p >= _LEAST) & (p <= 1 - _LEAST)


_LEAST = 1e-7
"""Keras takes no probability to be less than this, nor closer to 1, so that its logarithm is finite."""

LOSSES: dict[str, tuple[Callable[[Array, Array], Array], str]] = {
    "categorical_crossentropy": (_crossentropy, "softmax"),
    "sparse_categorical_crossentropy": (_crossentropy, "softmax"),
    "binary_crossentropy": (_binary_crossentropy, "sigmoid"),
    "mean_squared_error": (lambda y, p: 2 * (p - y), ""),
    "mean_absolute_error": (lambda y, p: np.sign(p - y), ""),
}
"""Loss -> its slope for each number of the answer `p`, when `y` is right; and the activation that belongs to it."""


def compiled_loss(model: keras.Model) -> keras.losses.Loss:
    """The loss of a compiled model whose loss was built.

    Raises:
        Unavailable: it is none of `LOSSES`, or has arguments that are not known here.
    """
    (_, loss, weight, _), *more = model._compile_loss._flat_losses
    function = getattr(loss, "fn", None)
    name = getattr(function, "__name__", type(loss).__name__)
    options = getattr(loss, "_fn_kwargs", {})
    plain = options.get("axis", -1) == -1 and options.get("ignore_class") is None and weight is None and not more
    if name not in LOSSES or function is not getattr(keras.losses, name) or not plain:
        raise unavailable(f"training with the loss {name}{' and these arguments' * (name in LOSSES)}")
    return loss


def takes_logits(layer: keras.Layer, loss: keras.losses.Loss) -> bool:
    """Whether a loss is computed from what goes into the last layer's activation, and not from what comes out.

    So does TensorFlow with every cross-entropy that follows a softmax or a sigmoid. It stays exact where a probability
    is next to nothing.
    """
    function = getattr(layer, "activation", None) or getattr(keras.activations, type(layer).__name__.lower(), None)
    return bool(LOSSES[loss.fn.__name__][1]) and function in (keras.activations.softmax, keras.activations.sigmoid)


def logits(last: Step) -> Array:
    """What went into the last layer's activation."""
    if type(last.layer) is not keras.layers.Dense:
        return last.inputs
    z = last.inputs @ last.layer._kernel.value
    return z + last.layer.bias.value if last.layer.use_bias else z


def slope_of_loss(loss: keras.losses.Loss, y: Any, last: Step, weights: Any, z: Array | None = None) -> Array:
    """The slope of the batch's loss, for each number that the network answered.

    Behind the activation the slope of cross-entropy is as simple as can be: what the network said, minus what is right.

    Args:
        loss: of `compiled_loss`.
        y: the labels.
        last: the last layer's step.
        weights: of the images, shape (images,); None where all count alike.
        z: the `logits`, where the loss is computed from them; the slope is then theirs.
    """
    p, options = last.outputs, loss._fn_kwargs
    of, belonging = LOSSES[loss.fn.__name__]
    y = _as_answers(y, p, loss.fn.__name__, options.get("label_smoothing", 0.0))
    if z is None and options.get("from_logits"):
        z = p
    slope = of(y, p) if z is None else np.asarray(getattr(keras.activations, belonging)(z)) - y
    if belonging != "softmax":  # the mean over the numbers of an answer
        slope = slope / p.shape[-1]
    return (slope * _share(loss, p.shape[:-1], weights)[..., np.newaxis]).astype(p.dtype)


def _as_answers(y: Any, p: Array, loss: str, smoothing: float) -> Array:
    """The labels in the shape of the answers: one-hot rows where the loss takes whole numbers."""
    y = np.asarray(y)
    if loss.startswith("sparse"):
        return np.eye(p.shape[-1], dtype=p.dtype)[y.reshape(p.shape[:-1]).astype(int)]
    if y.size != p.size:
        raise unavailable(f"training on labels of shape {y.shape} when the network answers in shape {p.shape}")
    y = y.reshape(p.shape).astype(p.dtype)
    return y * (1 - smoothing) + smoothing / (2 if loss.startswith("binary") else p.shape[-1])


def _share(loss: keras.losses.Loss, elements: tuple[int, ...], weights: Any) -> Array:
    """How much the loss of each answer counts in that of the batch, shape `elements`."""
    share = np.ones(elements)
    if weights is not None:
        share = share * np.asarray(weights).reshape(-1, *([1] * (len(elements) - 1)))
    if loss.reduction == "sum":
        return share
    return share / (share.sum() if loss.reduction == "mean_with_sample_weight" else share.size)
