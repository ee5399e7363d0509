"""Both sides: built-in Keras objects from their configuration, out of closed lists.

This module stands at the trust boundary: outside, configurations come from a
cell runner. A class is taken only from the lists below, never imported or looked
up by a name that is not on them; Keras' own deserializer is never called.
Arguments are numbers, short texts, short lists of these, and again objects
from the lists. What is not on a list raises `Refused`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


class Refused(Exception):
    """The configuration asks for something that is not on the lists, or is no valid configuration."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEIGHTED = _names("Dense Conv2D DepthwiseConv2D SeparableConv2D BatchNormalization LayerNormalization Normalization")
"""Layers with weights; `models.py` knows their shapes."""

LAYERS = WEIGHTED | _names(
    """Flatten Reshape Permute Rescaling Activation Dropout SpatialDropout2D GaussianNoise GaussianDropout
    MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D ZeroPadding2D Cropping2D
    ReLU LeakyReLU ELU Softmax Identity ActivityRegularization
    Add Subtract Multiply Average Maximum Minimum Concatenate
    RandomFlip RandomRotation RandomTranslation RandomZoom RandomContrast RandomBrightness"""
)

OPERATIONS = {
    "keras.src.ops.numpy": _names(
        """Add Subtract Multiply Divide TrueDivide FloorDivide Negative Power Square Sqrt Exp Log Absolute
        Maximum Minimum Clip Mean Max Sum Reshape ExpandDims Squeeze Tanh Transpose Concatenate"""
    ),
    "keras.src.ops.core": _names("Cast"),
    "keras.src.ops.nn": _names("Relu Relu6 Sigmoid Softmax LogSoftmax Softplus Silu Gelu Elu Selu LeakyRelu"),
    "keras.src.activations.activations": _names("ReLU"),
}
"""What `x / 255` and `keras.ops` leave in a Functional model."""

ACTIVATIONS = _names(
    """celu elu exponential gelu hard_sigmoid hard_silu hard_swish leaky_relu linear log_sigmoid log_softmax
    mish relu relu6 selu sigmoid silu softmax softplus softsign swish tanh"""
)
TENSORFLOW_ACTIVATIONS = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax"}
"""What functions of `tf.nn` that are not Keras' call themselves."""
LOSSES = _names(
    """BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy CategoricalHinge Hinge
    SquaredHinge Huber KLDivergence LogCosh MeanAbsoluteError MeanSquaredError MeanAbsolutePercentageError
    MeanSquaredLogarithmicError Poisson CosineSimilarity BinaryFocalCrossentropy
    CategoricalFocalCrossentropy"""
)
LOSS_FUNCTIONS = _names(
    """binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy categorical_hinge hinge
    squared_hinge huber kl_divergence kld log_cosh mean_absolute_error mae mean_squared_error mse
    mean_absolute_percentage_error mape mean_squared_logarithmic_error msle poisson cosine_similarity
    binary_focal_crossentropy categorical_focal_crossentropy
    KLD MAE MSE MAPE MSLE"""
)
METRICS = LOSSES - _names("Huber LogCosh BinaryFocalCrossentropy CategoricalFocalCrossentropy") | _names(
    """Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy
    SparseTopKCategoricalAccuracy Mean Sum Precision Recall F1Score RootMeanSquaredError LogCoshError"""
)
METRIC_FUNCTIONS = _names(
    """mse mae mape msle MSE MAE MAPE MSLE mean_squared_error mean_absolute_error
    mean_absolute_percentage_error mean_squared_logarithmic_error binary_crossentropy
    categorical_crossentropy sparse_categorical_crossentropy kl_divergence hinge squared_hinge
    categorical_hinge poisson cosine_similarity binary_accuracy categorical_accuracy
    sparse_categorical_accuracy top_k_categorical_accuracy
    sparse_top_k_categorical_accuracy"""
)
OPTIMIZERS = _names("SGD RMSprop Adam AdamW Adamax Nadam Adagrad Adadelta Ftrl Lion")
SCHEDULES = _names(
    "ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts"
)
INITIALIZERS = _names(
    """GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal RandomUniform RandomNormal
    TruncatedNormal VarianceScaling Zeros Ones Constant"""
)
REGULARIZERS = _names("L1 L2 L1L2")
CONSTRAINTS = _names("MaxNorm MinMaxNorm NonNeg UnitNorm")
DTYPES = _names("float16 bfloat16 float32 float64 uint8 int8 int16 int32 int64 bool")

ARGUMENT_FAMILIES = {
    "activation": "activation",
    "learning_rate": "schedule",
    "fn": "nothing",
    "lora_rank": "nothing",
    "lora_alpha": "nothing",
    "quantization_config": "nothing",
    "gptq_unpacked_column_size": "nothing",
    "noise_shape": "plain",
    **dict.fromkeys(("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_tensor"), "nothing"),
}
"""Arguments that Keras looks up by name or that add weights, by what may stand there."""
for _part in ("kernel", "bias", "beta", "gamma", "moving_mean", "moving_variance", "depthwise", "pointwise"):
    ARGUMENT_FAMILIES[f"{_part}_initializer"] = "initializer"
    ARGUMENT_FAMILIES[f"{_part}_regularizer"] = "regularizer"
    ARGUMENT_FAMILIES[f"{_part}_constraint"] = "constraint"
ARGUMENT_FAMILIES["activity_regularizer"] = "regularizer"

MAX_NUMBERS = 10_000
"""Numbers in one argument: the means of a `Normalization` layer."""


def build(data: Any, family: str) -> Any:
    """The object that `data` describes.

    Args:
        data: what Keras' `serialize` makes of one: a dictionary with module, class name and configuration;
            for an activation, loss or metric also its name.
        family: "layer", "operation", "activation", "loss", "metric", "optimizer", "schedule",
            "initializer", "regularizer" or "constraint".

    Raises:
        Refused: it is not on the list of this family, or Keras does not accept its arguments.
    """
    functions = _FUNCTIONS.get(family)
    if functions is not None:
        name = _function_name(data)
        if family == "activation" and name in TENSORFLOW_ACTIVATIONS:
            import tensorflow as tf

            return getattr(tf.nn, TENSORFLOW_ACTIVATIONS[name])
        if name in functions:
            return name if family != "activation" else _module("activation").get(name)
    if type(data) is not dict:
        raise Refused(f"{_short(data)} is no {family} the grader knows")
    name, module, config = data.get("class_name"), data.get("module"), data.get("config")
    if family == "activation":  # An activation may be a layer, too.
        family = "layer"
    kind = _class(family, module, name)
    if type(config) is not dict:
        raise Refused(f"the configuration of {name} is no dictionary")
    try:
        return kind(**{_key(key): _argument(key, value) for key, value in config.items() if key != "fn"})
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"Keras does not accept this {name}: {_short(str(error))}") from error


def _class(family: str, module: object, name: object) -> Callable[..., Any]:
    """The class `name` of the family, if the list has it and `module` is where Keras says it lives."""
    import keras

    if family == "operation":
        if type(module) is str and type(name) is str and name in OPERATIONS.get(module, ()):
            import keras.src.activations.activations
            import keras.src.ops.core
            import keras.src.ops.nn
            import keras.src.ops.numpy

            source = {
                "keras.src.ops.numpy": keras.src.ops.numpy,
                "keras.src.ops.core": keras.src.ops.core,
                "keras.src.ops.nn": keras.src.ops.nn,
                "keras.src.activations.activations": keras.src.activations.activations,
            }
            return getattr(source[module], name)
    elif type(name) is str and type(module) is str and name in _CLASSES[family] and module in _HOMES[family]:
        return getattr(_module(family), name)
    raise Refused(f"{_short(module)}.{_short(name)} is not on the grader's list of Keras' own {family}s")


_CLASSES = {
    "layer": LAYERS,
    "loss": LOSSES,
    "metric": METRICS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "initializer": INITIALIZERS,
    "regularizer": REGULARIZERS,
    "constraint": CONSTRAINTS,
}
_HOMES = {
    "layer": ("keras.layers",),
    "loss": ("keras.losses",),
    "metric": ("keras.metrics",),
    "optimizer": ("keras.optimizers",),
    "schedule": ("keras.optimizers.schedules",),
    "initializer": ("keras.initializers",),
    "regularizer": ("keras.regularizers",),
    "constraint": ("keras.constraints",),
}
FAMILIES = frozenset(_CLASSES) | {"activation"}
_FUNCTIONS = {"activation": ACTIVATIONS, "loss": LOSS_FUNCTIONS, "metric": METRIC_FUNCTIONS}


def _module(family: str) -> Any:
    import keras

    return {
        "activation": keras.activations,
        "layer": keras.layers,
        "loss": keras.losses,
        "metric": keras.metrics,
        "optimizer": keras.optimizers,
        "schedule": keras.optimizers.schedules,
        "initializer": keras.initializers,
        "regularizer": keras.regularizers,
        "constraint": keras.constraints,
    }[family]


def _function_name(data: Any) -> str | None:
    """The name, where `data` is a name or the description of a built-in function."""
    if type(data) is dict and data.get("class_name") == "function" and data.get("module") == "builtins":
        data = data.get("config")
    if type(data) is not str:
        return None
    return data


def _key(key: object) -> str:
    if type(key) is not str or not key.isidentifier():
        raise Refused("an argument without a name")
    return key


def _argument(key: str, value: Any) -> Any:
    family = ARGUMENT_FAMILIES.get(key, "plain")
    if key == "dtype":
        return dtype(value)
    if value is None:
        return None
    if family == "nothing":
        raise Refused(f"the grader does not rebuild layers with {key}")
    if family == "plain" or (key == "learning_rate" and type(value) is not dict):
        return plain(value)
    return build(value, family)


def dtype(value: Any) -> str | None:
    """The name of a dtype or of a dtype policy."""
    if type(value) is dict and value.get("class_name") == "DTypePolicy" and type(value.get("config")) is dict:
        value = value["config"].get("name")
    if value is None or (type(value) is str and value in DTYPES):
        return value
    raise Refused(f"the dtype {_short(value)} is not on the list")


def plain(value: Any, depth: int = 0) -> Any:
    """Numbers, short texts, and lists and tuples of them."""
    if type(value) in (list, tuple) and depth < 5:
        numbers = [plain(element, depth + 1) for element in value]
        if len(numbers) > MAX_NUMBERS:
            raise Refused("the list is too long")
        return tuple(numbers) if type(value) is tuple else numbers
    if value is None or type(value) is bool:
        return value
    if type(value) is int and abs(value) < 1 << 31:
        return value
    if type(value) is float and not math.isnan(value):
        return value
    if type(value) is str and len(value) < 100 and value.isprintable():
        return value
    raise Refused(f"{_short(value)} is no argument of a built-in class")


def _short(value: object) -> str:
    text = value if type(value) is str else repr(value) if type(value) in (int, float) else type(value).__name__
    return text if len(text) <= 80 else text[:79] + "…"
