"""Both sides: builds Keras' own objects from their configuration, out of closed lists.

This module stands at the trust boundary: outside, configurations come from a
cell runner. A class is taken only from the lists below, never imported or looked
up by a name that is not on them; Keras' own deserializer is never called.
Arguments are numbers, short texts, short lists of these, and again objects from
the lists. Anything that is not on a list raises `Refused`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


class Refused(Exception):
    """The configuration asks for something that is not on the lists, or is no valid configuration."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEIGHTED = _names(
    """Dense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D
    SeparableConv1D SeparableConv2D BatchNormalization LayerNormalization GroupNormalization RMSNormalization
    Normalization PReLU Embedding SimpleRNN LSTM GRU"""
)
"""Layers with weights; `models.py` knows their shapes."""

LAYERS = WEIGHTED | _names(
    """Flatten Reshape Permute RepeatVector Rescaling Activation Masking UnitNormalization Dropout AlphaDropout
    SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianNoise GaussianDropout
    MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
    AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D
    ReLU LeakyReLU ELU Softmax Identity ActivityRegularization
    Add Subtract Multiply Average Maximum Minimum Concatenate Dot
    CenterCrop Resizing RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom RandomShear RandomPerspective
    RandomContrast RandomBrightness RandomInvert RandomGrayscale RandomGaussianBlur RandomPosterization
    RandomSharpness RandomErasing RandomElasticTransform RandomHue RandomSaturation RandomColorJitter
    RandomColorDegeneration Solarization AutoContrast Equalization ContrastLimitedAdaptiveHistogramEqualization"""
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
"""Operations that `x / 255` and `keras.ops` leave in a Functional model."""

ACTIVATIONS = _names(
    """celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
    sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink"""
)
TENSORFLOW_ACTIVATIONS = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax"}
"""`__name__` of a function of `tf.nn` -> name of the same function of Keras, where they differ."""
LOSSES = _names(
    """BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy CategoricalHinge Hinge
    SquaredHinge Huber KLDivergence LogCosh MeanAbsoluteError MeanSquaredError MeanAbsolutePercentageError
    MeanSquaredLogarithmicError Poisson CosineSimilarity BinaryFocalCrossentropy
    CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy Circle CTC Dice Tversky"""
)
LOSS_FUNCTIONS = _names(
    """binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy categorical_hinge hinge
    squared_hinge huber kl_divergence kld log_cosh mean_absolute_error mae mean_squared_error mse
    mean_absolute_percentage_error mape mean_squared_logarithmic_error msle poisson cosine_similarity
    binary_focal_crossentropy categorical_focal_crossentropy
    circle ctc dice tversky
    KLD MAE MSE MAPE MSLE"""
)
METRICS = _names(
    """Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy
    SparseTopKCategoricalAccuracy BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy
    CategoricalHinge Hinge SquaredHinge KLDivergence Poisson CosineSimilarity LogCoshError
    MeanAbsoluteError MeanSquaredError RootMeanSquaredError MeanAbsolutePercentageError MeanSquaredLogarithmicError
    R2Score PearsonCorrelation ConcordanceCorrelation Mean Sum Precision Recall F1Score FBetaScore AUC
    TruePositives TrueNegatives FalsePositives FalseNegatives PrecisionAtRecall RecallAtPrecision
    SensitivityAtSpecificity SpecificityAtSensitivity IoU BinaryIoU MeanIoU OneHotIoU OneHotMeanIoU"""
)
METRIC_FUNCTIONS = _names(
    """mse mae mape msle MSE MAE MAPE MSLE mean_squared_error mean_absolute_error
    mean_absolute_percentage_error mean_squared_logarithmic_error binary_crossentropy
    categorical_crossentropy sparse_categorical_crossentropy kl_divergence hinge squared_hinge
    categorical_hinge poisson cosine_similarity binary_accuracy categorical_accuracy
    sparse_categorical_accuracy top_k_categorical_accuracy
    sparse_top_k_categorical_accuracy concordance_correlation pearson_correlation"""
)
OPTIMIZERS = _names(
    "SGD RMSprop Adam AdamW Adamax Nadam Adagrad Adadelta Adafactor Ftrl Lamb Lion Muon ScheduleFreeAdamW"
)
SCHEDULES = _names(
    "ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts"
)
INITIALIZERS = _names(
    """GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal RandomUniform RandomNormal
    TruncatedNormal VarianceScaling Zeros Ones Constant Orthogonal Identity"""
)
REGULARIZERS = _names("L1 L2 L1L2 OrthogonalRegularizer")
CONSTRAINTS = _names("MaxNorm MinMaxNorm NonNeg UnitNorm")

CODE = "it is there to hold code of one's own, or another library's"
WRAPS = "it holds a layer, an optimizer or a function, and what that needs is not known from its own configuration"
VOCABULARY = "it reads a file or learns a table, of a size that its configuration does not say"
INPUTS = "the shapes of its weights follow from several inputs, from an equation or from masks"
LABELS = "it changes the labels with the images, or draws what it does from other layers"
SOUNDS = "it is for sounds, and its size follows from their length"

EXCLUDED = {
    "layer": {
        CODE: _names("Layer Lambda JaxLayer FlaxLayer TorchModuleWrapper TFSMLayer"),
        WRAPS: _names(
            """Wrapper Bidirectional TimeDistributed SpectralNormalization RNN StackedRNNCells SimpleRNNCell LSTMCell
            GRUCell ConvLSTM1D ConvLSTM2D ConvLSTM3D Pipeline"""
        ),
        VOCABULARY: _names(
            "StringLookup IntegerLookup TextVectorization Hashing HashedCrossing CategoryEncoding Discretization"
        ),
        INPUTS: _names(
            "Attention AdditiveAttention MultiHeadAttention GroupQueryAttention EinsumDense ReversibleEmbedding"
        ),
        LABELS: _names("MixUp CutMix RandAugment AugMix MaxNumBoundingBoxes"),
        SOUNDS: _names("MelSpectrogram STFTSpectrogram"),
        "`models.py` makes it, from its shape and dtype alone": _names("InputLayer"),
    },
    "loss": {CODE: _names("Loss")},
    "metric": {CODE: _names("Metric"), WRAPS: _names("MeanMetricWrapper")},
    "optimizer": {CODE: _names("Optimizer"), WRAPS: _names("LossScaleOptimizer MultiOptimizer")},
    "schedule": {CODE: _names("LearningRateSchedule")},
    "initializer": {CODE: _names("Initializer"), SOUNDS: _names("STFT")},
    "regularizer": {CODE: _names("Regularizer")},
    "constraint": {CODE: _names("Constraint")},
}
"""Classes of Keras that are on no list here, with the reason. A check asks such a model where it lives; see
`remote.py`."""

LIMITS = {"num_thresholds": 10_000, "num_labels": 100, "num_classes": 1000, "num_regressors": 10_000, "ns_steps": 100}
"""The most that an argument may be with which a metric grows, or a step of an optimizer takes longer."""

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
"""Arguments that Keras looks up by name or that add weights, and the family that may stand there."""
_PARTS = "kernel bias beta gamma moving_mean moving_variance depthwise pointwise recurrent embeddings alpha"
for _part in _PARTS.split():
    ARGUMENT_FAMILIES[f"{_part}_initializer"] = "initializer"
    ARGUMENT_FAMILIES[f"{_part}_regularizer"] = "regularizer"
    ARGUMENT_FAMILIES[f"{_part}_constraint"] = "constraint"
ARGUMENT_FAMILIES |= {"activity_regularizer": "regularizer", "recurrent_activation": "activation"}

MAX_NUMBERS = 10_000
"""How many numbers one argument may have: a `Normalization` layer has its means there."""


def build(data: Any, family: str) -> Any:
    """Builds the object that `data` describes.

    Args:
        data: the form that Keras' `serialize` gives an object: a dictionary with module, class name and configuration;
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
        return kind(**{
            _key(key): plain(value) if (name, key) == ("Embedding", "input_dim") else _argument(key, value)
            for key, value in config.items() if key != "fn"
        })  # fmt: skip
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"Keras does not accept this {name}: {_short(str(error))}") from error


def _class(family: str, module: object, name: object) -> Callable[..., Any]:
    """Returns the class `name` of the family, if the list has it and `module` is where Keras says it lives."""
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
    """Returns the name, where `data` is a name or the description of a built-in function."""
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
        if key in LIMITS and type(value) in (int, float) and value > LIMITS[key]:
            raise Refused(f"{key} is {value}, and the grader takes {LIMITS[key]} at most")
        return plain(value)
    return build(value, family)


def dtype(value: Any) -> str | None:
    """Returns the name of a dtype or of a dtype policy."""
    if type(value) is dict and value.get("class_name") == "DTypePolicy" and type(value.get("config")) is dict:
        value = value["config"].get("name")
    if value is None or (type(value) is str and value in DTYPES):
        return value
    raise Refused(f"the dtype {_short(value)} is not on the list")


def plain(value: Any, depth: int = 0) -> Any:
    """Returns a value made of numbers, short texts, and lists and tuples of them. Raises `Refused` for any other."""
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
