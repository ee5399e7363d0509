"""Keras models across the wire: rebuilt exactly, from Keras' own classes only, never larger than what came."""

from __future__ import annotations

import contextlib
import copy
import inspect
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.bridge import kerasobjects, models, records, wire
from autograder.bridge.exports import Exporter, StayingObjects

pytestmark = pytest.mark.fast

RNG = np.random.default_rng(0)
IMAGES = RNG.random((40, 28, 28)).astype("float32")
LABELS = RNG.integers(0, 10, 40)


@pytest.fixture(scope="module")
def keras():
    """Keras; imported late, so that collecting this file costs nothing."""
    import keras

    return keras


def record_of(model: Any) -> records.ModelData:
    """The record of a model as it arrives, after the wire."""
    message = b"".join(bytes(piece) for piece in Exporter(StayingObjects()).encode(model))
    return wire.decode(message)


def sequential(keras: Any, *layers: Any, shape: tuple[int, ...] | None = (28, 28)) -> Any:
    first = [keras.Input(shape)] if shape else []
    return keras.Sequential([*first, *layers])


def dense(keras: Any) -> Any:
    L = keras.layers
    return sequential(keras, L.Flatten(), L.Dense(8, activation="relu"), L.Dense(10, activation="softmax"))


def styles(keras: Any) -> dict[str, Any]:
    """Models as learners write them."""
    import tensorflow as tf

    L, ops = keras.layers, keras.ops
    image = keras.Input((28, 28))
    flat = keras.Input((784,))
    normalization = L.Normalization()
    normalization.adapt(IMAGES)
    whole = L.Normalization(axis=None)
    whole.adapt(IMAGES)
    inner = keras.Sequential([keras.Input((784,)), L.Dense(6, "relu"), L.Dense(10)], name="inner")
    nested = keras.Model(flat, L.Dense(5, "tanh")(flat), name="nested")
    shared = L.Dense(7, "relu")
    first, second = L.Flatten()(image), L.Flatten()(image * 2)
    deferred = keras.Sequential([L.Rescaling(1 / 255), L.Flatten(), L.Dense(10, "softmax")])
    deferred(IMAGES)
    convolutional = [
        L.Reshape((28, 28, 1)), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.BatchNormalization(),
        L.Conv2D(3, (3, 5), padding="same", strides=2, use_bias=False), L.AveragePooling2D(2), L.LeakyReLU(),
        L.DepthwiseConv2D(2, depth_multiplier=2), L.SeparableConv2D(5, 1), L.GlobalAveragePooling2D(),
        L.LayerNormalization(), L.Dropout(0.5), L.Dense(10, "softmax"),
    ]  # fmt: skip
    return {
        "dense": dense(keras),
        "tf.nn activations": sequential(
            keras, L.Flatten(), L.Dense(8, tf.nn.relu), L.Dense(10, activation=tf.nn.softmax)
        ),
        "activation layers": sequential(
            keras, L.Flatten(), L.Dense(8), L.Activation("relu"), L.Dense(10, activation=L.ReLU()), L.Softmax()
        ),
        "scaling inside": sequential(keras, L.Rescaling(1 / 127.5, offset=-1), L.Flatten(), L.Dense(10)),
        "adapted": sequential(keras, normalization, L.Flatten(), L.Dense(10, "softmax")),
        "adapted as a whole": sequential(keras, whole, L.Flatten(), L.Dense(10, "softmax")),
        "given mean": sequential(keras, L.Normalization(mean=0.13, variance=0.09), L.Flatten(), L.Dense(10)),
        "convolutional": sequential(keras, *convolutional),
        "augmented": sequential(
            keras, L.Reshape((28, 28, 1)), L.RandomRotation(0.1), L.RandomTranslation(0.1, 0.1), L.RandomZoom(0.1),
            L.Flatten(), L.Dense(10),
        ),
        "regularized": sequential(
            keras, L.Flatten(), L.Dense(8, kernel_regularizer="l2", kernel_initializer="he_normal"),
            L.Dense(10, bias_initializer=keras.initializers.Constant(0.1), kernel_constraint="max_norm"),
        ),
        "built by its data": deferred,
        "functional": keras.Model(image, L.Dense(10, "softmax")(L.Dense(8, "relu")(L.Flatten()(image)))),
        "x / 255": keras.Model(image, L.Dense(10)(L.Flatten()((image / 255.0 - 0.5) * 2 + 1))),
        "operations": keras.Model(
            image, ops.softmax(L.Dense(10)(ops.relu(ops.reshape(ops.cast(image, "float32"), (-1, 784)))))
        ),
        "one less": keras.Model(image, L.Dense(10)(L.Flatten()(1 - ops.expand_dims(image, -1)))),
        "nested sequential": keras.Model(flat, L.Softmax()(inner(flat))),
        "nested functional": keras.Model(flat, L.Dense(10)(nested(flat / 255))),
        "sequential in sequential": keras.Sequential([keras.Input((784,)), inner, L.Softmax()]),
        "shared layer": keras.Model(image, L.Dense(10)(L.Concatenate()([shared(first), shared(second)]))),
        "residual": keras.Model(flat, L.Dense(10)(L.Add()([L.Dense(784, "relu")(flat), flat]))),
        "frozen": sequential(keras, L.Flatten(), L.Dense(8, trainable=False), L.Dense(10)),
        "double precision": sequential(keras, L.Flatten(dtype="float64"), L.Dense(10, dtype="float64")),
    }  # fmt: skip


STYLES = [
    "dense", "tf.nn activations", "activation layers", "scaling inside", "adapted", "adapted as a whole",
    "given mean", "convolutional", "augmented", "regularized", "built by its data", "functional", "x / 255",
    "operations", "one less", "nested sequential", "nested functional", "sequential in sequential",
    "shared layer", "residual", "frozen", "double precision",
]  # fmt: skip


@pytest.fixture(scope="module")
def all_styles(keras):
    keras.utils.set_random_seed(0)
    made = styles(keras)
    assert list(made) == STYLES
    return made


@pytest.mark.parametrize("style", STYLES)
def test_a_rebuilt_model_gives_identical_numbers(style, all_styles):
    model = all_styles[style]
    images = IMAGES if model.input_shape[1:] == (28, 28) else IMAGES.reshape(-1, 784)
    # Weights that are not those of an initializer: rebuilding must bring them all.
    model.set_weights([RNG.normal(size=weight.shape).astype(weight.dtype) ** 2 for weight in model.get_weights()])
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    rebuilt = models.rebuild(record_of(model))
    assert np.array_equal(np.asarray(model(images, training=False)), np.asarray(rebuilt(images, training=False)))
    assert [layer.name for layer in rebuilt.layers] == [layer.name for layer in model.layers]
    assert rebuilt.count_params() == model.count_params()
    assert rebuilt.input_shape == model.input_shape and rebuilt.output_shape == model.output_shape
    assert len(rebuilt.trainable_weights) == len(model.trainable_weights)
    for ours, theirs in zip(rebuilt.layers, model.layers, strict=True):
        assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize(
    ("loss", "metrics"),
    [
        ("sparse_categorical_crossentropy", ["accuracy"]),
        ("sparse_categorical_crossentropy", ["sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"]),
        ("SparseCategoricalCrossentropy", None),
    ],
)
@pytest.mark.parametrize("optimizer", ["rmsprop", "Adam"])
def test_a_rebuilt_model_evaluates_to_identical_numbers(keras, loss, metrics, optimizer):
    model = dense(keras)
    loss = getattr(keras.losses, loss)() if loss[0].isupper() else loss
    model.compile(optimizer, loss, metrics=metrics)
    model.fit(IMAGES, LABELS, epochs=1, verbose=0)
    rebuilt = models.rebuild(record_of(model))
    assert rebuilt.evaluate(IMAGES, LABELS, verbose=0) == model.evaluate(IMAGES, LABELS, verbose=0)
    assert rebuilt.get_compile_config() == model.get_compile_config()
    assert rebuilt.history.history == model.history.history


@pytest.mark.parametrize(
    "kind", ["schedule", "loss function", "metric object", "metric function", "dictionary", "classes"]
)
def test_compile_configurations_cross(keras, kind):
    model = dense(keras)
    optimizer, loss, metrics = keras.optimizers.SGD(0.1, momentum=0.9), "mse", ["mae"]
    if kind == "schedule":
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    elif kind == "loss function":
        loss = keras.losses.categorical_crossentropy
    elif kind == "metric object":
        metrics = [keras.metrics.TopKCategoricalAccuracy(k=3)]
    elif kind == "metric function":
        metrics = [keras.metrics.categorical_accuracy]
    elif kind == "classes":
        loss, metrics = keras.losses.CategoricalCrossentropy, [keras.metrics.CategoricalAccuracy, "mae"]
    else:
        metrics = {model.layers[-1].name: ["mae", "mse"]}
    model.compile(optimizer, loss, metrics=metrics)
    one_hot = np.eye(10)[LABELS]
    rebuilt = models.rebuild(record_of(model))
    assert rebuilt.evaluate(IMAGES, one_hot, verbose=0) == model.evaluate(IMAGES, one_hot, verbose=0)
    assert rebuilt.get_compile_config()["optimizer"] == model.get_compile_config()["optimizer"]


@pytest.mark.parametrize(
    ("loss", "metrics", "message"),
    [
        ("sparse_categorical_crosentropy", ["accuracy"], "loss identifier: sparse_categorical_crosentropy$"),
        ("sparse_categorical_crossentropy", ["acuracy"], "metric identifier: acuracy$"),
        ("mse", {"out": ["mae", "mean squared error"]}, "metric identifier: mean squared error$"),
        ("deserialize", None, "loss identifier: deserialize$"),
        ("mse", ["__import__"], "metric identifier: __import__$"),
        ("mse", ["os.system"], "metric identifier: os.system$"),
    ],
)
def test_a_misspelled_loss_or_metric_is_named_when_the_model_is_evaluated(keras, loss, metrics, message):
    """As in the learner's notebook; what needs neither of them works."""
    model = sequential(keras, keras.layers.Flatten(), keras.layers.Dense(10, "softmax", name="out"))
    model.compile("sgd", loss, metrics=metrics)
    rebuilt = models.rebuild(record_of(model))
    assert np.array_equal(rebuilt.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0))
    for each in (model, rebuilt):
        with pytest.raises(ValueError, match=f"Could not interpret {message}"):
            each.evaluate(IMAGES, LABELS, verbose=0)


def test_other_names_for_a_loss_or_metric_cross(keras):
    model = dense(keras)
    model.compile("sgd", "bce", metrics=["acc", "ACC", "bce", "categorical_accuracy", "CategoricalAccuracy", "mae"])
    one_hot = np.eye(10)[LABELS]
    rebuilt = models.rebuild(record_of(model))
    assert rebuilt.evaluate(IMAGES, one_hot, verbose=0) == model.evaluate(IMAGES, one_hot, verbose=0)


def test_an_unbuilt_model_crosses_unbuilt(keras):
    model = sequential(keras, keras.layers.Flatten(), keras.layers.Dense(10), shape=None)
    rebuilt = models.rebuild(record_of(model))
    assert not rebuilt.built and rebuilt(IMAGES).shape == (40, 10)


def test_an_uncompiled_model_crosses_uncompiled(keras):
    assert not models.rebuild(record_of(dense(keras))).compiled


# --- what is refused --------------------------------------------------------------------


def test_own_classes_and_functions_are_refused(keras):
    L = keras.layers

    class Mine(keras.Model):
        def call(self, x):
            return x

    class Dense(L.Dense):
        pass

    def softmax(x):
        return x

    def own_loss(a, b):
        return a - b

    functional = keras.Input((28, 28))
    candidates = [
        Mine(),
        sequential(keras, L.Flatten(), Dense(10)),
        sequential(keras, L.Flatten(), L.Dense(10, activation=softmax)),
        sequential(keras, L.Flatten(), L.Dense(10, activation=lambda x: x)),
        sequential(keras, L.Flatten(), L.Lambda(lambda x: x), L.Dense(10)),
        keras.Model(functional, L.Lambda(softmax)(functional)),
        keras.Sequential([keras.Input((28, 28)), sequential(keras, L.Flatten(), L.Dense(3, activation=softmax))]),
    ]
    compiled = dense(keras)
    compiled.compile("sgd", own_loss)
    with_metric = dense(keras)
    with_metric.compile("sgd", "mse", metrics=[own_loss])

    class OwnMetric(keras.metrics.Mean):
        pass

    with_class = dense(keras)
    with_class.compile("sgd", "mse", metrics=[OwnMetric])
    for model in [*candidates, compiled, with_metric, with_class]:
        with pytest.raises(models.Refused):
            models.rebuild(record_of(model))


def damaged(keras: Any, damage: Any) -> records.ModelData:
    """The record of a small compiled model, with `damage` done to its configuration, weights or compile part."""
    model = dense(keras)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    parts = vars(record_of(model)) | {}
    parts = {key: copy.deepcopy(value) for key, value in parts.items()}
    damage(parts)
    return records.ModelData(**parts)


def layer_config(parts: dict[str, Any], number: int = 2) -> dict[str, Any]:
    return parts["config"]["config"]["layers"][number]


def set_in(parts: dict[str, Any], **config: Any) -> None:
    layer_config(parts)["config"].update(config)


DAMAGES = {
    "a billion units": lambda parts: set_in(parts, units=10**9),
    "units that are no number": lambda parts: set_in(parts, units="8"),
    "negative units": lambda parts: set_in(parts, units=-8),
    "a class outside Keras": lambda parts: layer_config(parts).update(module="os", class_name="system"),
    "a class of Keras that is not on the list": lambda parts: layer_config(parts).update(class_name="Lambda"),
    "an internal class": lambda parts: layer_config(parts).update(
        module="keras.src.layers.core.lambda_layer", class_name="Lambda"
    ),
    "a file to load": lambda parts: layer_config(parts).update(class_name="TFSMLayer", config={"filepath": "/etc"}),
    "a nested object": lambda parts: set_in(parts, units={"class_name": "function", "module": "os", "config": "x"}),
    "a lambda for an activation": lambda parts: set_in(
        parts, activation={"class_name": "__lambda__", "config": {"value": ["4wEA", None, None]}}
    ),
    "an activation of another module": lambda parts: set_in(
        parts, activation={"module": "os", "class_name": "function", "config": "system", "registered_name": "x"}
    ),
    "an activation that is none": lambda parts: set_in(parts, activation="get"),
    "an initializer outside the list": lambda parts: set_in(
        parts, kernel_initializer={"module": "keras.initializers", "class_name": "OrthogonalInitializer", "config": {}}
    ),
    "extra weights": lambda parts: set_in(parts, lora_rank=10**6),
    "quantization": lambda parts: set_in(parts, quantization_config={"module": "keras", "class_name": "x"}),
    "an unknown argument": lambda parts: set_in(parts, surprise=1),
    "an argument without a name": lambda parts: layer_config(parts)["config"].update({3: 1}),
    "an unknown dtype": lambda parts: set_in(parts, dtype="object"),
    "a long list": lambda parts: set_in(parts, name=["x"] * 100_000),
    "a name with a slash": lambda parts: parts["config"]["config"].update(name="../../etc"),
    "weights of the wrong shape": lambda parts: next(iter(parts["weights"].values())).__setitem__(
        0, np.zeros((784, 9), np.float32)
    ),
    "weights missing": lambda parts: parts["weights"].clear(),
    "weights too many": lambda parts: next(iter(parts["weights"].values())).append(np.zeros(3)),
    "weights that are no arrays": lambda parts: parts.update(weights=dict.fromkeys(parts["weights"], "x")),
    "weights for a layer that has none": lambda parts: parts["weights"].update(
        {layer_config(parts, 1)["config"]["name"]: [np.zeros(3)]}
    ),
    "no layers": lambda parts: parts["config"]["config"].pop("layers"),
    "layers that are no dictionaries": lambda parts: parts["config"]["config"].update(layers=[1, 2]),
    "too many layers": lambda parts: parts["config"]["config"]["layers"].extend([layer_config(parts, 1)] * 1000),
    "an input of a billion pixels": lambda parts: layer_config(parts, 0)["config"].update(
        batch_shape=[None, 30_000, 30_000]
    ),
    "an input without a shape": lambda parts: layer_config(parts, 0)["config"].update(batch_shape=None),
    "not a model": lambda parts: parts["config"].update(class_name="Dense"),
    "an unknown optimizer": lambda parts: parts["compile_config"]["optimizer"].update(class_name="LossScaleOptimizer"),
    "no optimizer": lambda parts: parts["compile_config"].pop("optimizer"),
    "a loss whose name has no end": lambda parts: parts["compile_config"].update(loss="m" * 1000),
    "a loss outside Keras": lambda parts: parts["compile_config"].update(
        loss={"module": "os", "class_name": "system", "config": {}}
    ),
    "a metric that is not on the list": lambda parts: parts["compile_config"].update(
        metrics=["accuracy", "MeanMetricWrapper"]
    ),
    "a metric outside Keras": lambda parts: parts["compile_config"].update(
        metrics=[{"module": "builtins", "class_name": "function", "config": "__import__"}]
    ),
    "a wrapped function": lambda parts: parts["compile_config"].update(
        loss={"module": "keras.losses", "class_name": "LossFunctionWrapper", "config": {"fn": "mse"}}
    ),
    "losses nested without end": lambda parts: parts["compile_config"].update(loss=[[[[[["mse"]]]]]]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_model_that_is_not_what_it_should_be_is_refused(keras, name, monkeypatch):
    data = damaged(keras, DAMAGES[name])
    biggest = 0
    original = keras.layers.Layer.add_weight

    def watched(self, shape=None, *args, **kwargs):
        nonlocal biggest
        biggest = max(biggest, math.prod(shape or ()))
        return original(self, shape, *args, **kwargs)

    monkeypatch.setattr(keras.layers.Layer, "add_weight", watched)
    with pytest.raises(models.Refused) as refused:
        models.rebuild(data)
    assert str(refused.value)
    assert biggest <= 784 * 8, "something was built that did not come"


def test_undamaged_is_not_refused(keras):
    models.rebuild(damaged(keras, lambda parts: None))


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Dense", {"units": 10**9}),
        ("Conv2D", {"filters": 10**9, "kernel_size": 3}),
    ],
)
def test_an_unbuilt_layer_is_refused_when_its_weights_could_be_huge(keras, name, config):
    data = {"module": "keras.layers", "class_name": name, "config": config | {"name": "big"}}
    model = {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [data]}}
    with pytest.raises(models.Refused, match="units"):
        models.rebuild(records.ModelData(1, model, {}, None, None, {}))


@pytest.mark.parametrize("key", ["input_shape", "input_dim"])
def test_a_layer_cannot_say_by_itself_what_goes_in(keras, key, monkeypatch):
    """A `Sequential` would build it at once, with weights that never came."""
    monkeypatch.setattr(keras.layers.Layer, "add_weight", lambda *args, **kwargs: pytest.fail("something was built"))
    config = {"name": "big", "units": 4096, key: 30_000 if key == "input_dim" else [30_000]}
    layer = {"module": "keras.layers", "class_name": "Dense", "config": config}
    model = {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}
    with pytest.raises(models.Refused, match=key):
        models.rebuild(records.ModelData(1, model, {}, None, None, {}))


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("ZeroPadding2D", {"padding": 100_000}),
        ("Reshape", {"target_shape": [1 << 30, -1]}),
        ("Cropping2D", {"cropping": 10**6}),
    ],
)
def test_layers_without_weights_are_bounded_too(keras, name, config):
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer",
         "config": {"batch_shape": [None, 28, 28, 1], "dtype": "float32", "name": "in"}},
        {"module": "keras.layers", "class_name": name, "config": config | {"name": "huge"}},
    ]  # fmt: skip
    model = {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": layers}}
    with pytest.raises(models.Refused):
        models.rebuild(records.ModelData(1, model, {}, None, None, {}))


def functional_record(keras: Any, damage: Any) -> records.ModelData:
    x = keras.Input((784,), name="x")
    model = keras.Model(x, keras.layers.Dense(10, name="d")(x / 255))
    parts = {key: copy.deepcopy(value) for key, value in vars(record_of(model)).items()}
    damage(parts["config"]["config"])
    return records.ModelData(**parts)


GRAPH_DAMAGES = {
    "a circle": lambda config: config["layers"][1]["inbound_nodes"][0]["args"][0]["config"].update(
        keras_history=["d", 0, 0]
    ),
    "a layer that is not there": lambda config: config["layers"][2]["inbound_nodes"][0]["args"][0]["config"].update(
        keras_history=["nobody", 0, 0]
    ),
    "a negative place": lambda config: config.update(output_layers=["d", -1, 0]),
    "an output that is not there": lambda config: config.update(output_layers=["d", 0, 5]),
    "two layers of one name": lambda config: config["layers"].append(config["layers"][1]),
    "an operation outside the list": lambda config: config["layers"][1].update(class_name="Tile"),
    "an operation of another module": lambda config: config["layers"][1].update(module="os"),
    "an argument that is no tensor": lambda config: config["layers"][1]["inbound_nodes"][0].update(
        args=[{"class_name": "__lambda__", "config": {}}]
    ),
    "an unknown keyword": lambda config: config["layers"][2]["inbound_nodes"][0].update(kwargs={"call": 1}),
    "no nodes": lambda config: config["layers"][2].pop("inbound_nodes"),
    "no outputs": lambda config: config.pop("output_layers"),
}


@pytest.mark.parametrize("name", GRAPH_DAMAGES)
def test_a_graph_that_is_not_what_it_should_be_is_refused(keras, name):
    with pytest.raises(models.Refused):
        models.rebuild(functional_record(keras, GRAPH_DAMAGES[name]))


def test_an_undamaged_graph_is_not_refused(keras):
    models.rebuild(functional_record(keras, lambda config: None))


def test_every_name_on_the_lists_is_a_class_of_keras(keras):
    for family, names in kerasobjects._CLASSES.items():
        for name in names:
            assert isinstance(getattr(kerasobjects._module(family), name), type), name
    for family, functions in kerasobjects._FUNCTIONS.items():
        for name in functions:
            assert callable(kerasobjects._module(family).get(name)), name
    for module, names in kerasobjects.OPERATIONS.items():
        for name in names:
            assert kerasobjects._class("operation", module, name)


def test_every_class_of_keras_is_on_a_list_or_is_left_out_with_a_reason(keras):
    for family, base in {
        "layer": keras.layers.Layer, "loss": keras.losses.Loss, "metric": keras.metrics.Metric,
        "optimizer": keras.optimizers.Optimizer, "schedule": keras.optimizers.schedules.LearningRateSchedule,
        "initializer": keras.initializers.Initializer, "regularizer": keras.regularizers.Regularizer,
        "constraint": keras.constraints.Constraint,
    }.items():  # fmt: skip
        module = kerasobjects._module(family)
        there = {one for one in vars(module).values() if isinstance(one, type) and issubclass(one, base)}
        listed = {getattr(module, name) for name in kerasobjects._CLASSES[family]}
        left_out = {getattr(module, name) for names in kerasobjects.EXCLUDED[family].values() for name in names}
        assert not listed & left_out
        assert {one.__name__ for one in there} == {one.__name__ for one in listed | left_out}, family
    for family, functions in kerasobjects._FUNCTIONS.items():
        module = kerasobjects._module(family)
        there = {name for name, one in vars(module).items() if callable(one) and not isinstance(one, type)}
        assert {name for name in there if named(module, name)} <= functions, family


def named(module: Any, name: str) -> bool:
    """Whether Keras takes a function by its name, and that one needs no more than Keras gives it."""
    if name in ("deserialize", "serialize", "get"):
        return False
    with contextlib.suppress(ValueError):
        return callable(module.get(name)) and name != "threshold"
    return False


def made(kind: type) -> Any:
    """One of its class, with arguments wherever it needs some."""
    if kind.__name__ == "RandomPosterization":
        return kind(factor=4)
    needs = {
        "rate": 0.3, "height_factor": 0.2, "width_factor": 0.2, "pool_size": 2, "output_size": 3, "n": 2, "height": 5,
        "width": 4, "axes": 1, "factor": 0.5, "units": 3, "filters": 4, "kernel_size": 2, "input_dim": 6,
        "output_dim": 2, "target_shape": (3, 2), "dims": (2, 1), "scale": 0.5, "stddev": 0.1, "activation": "relu",
        "target_class_ids": [0, 1], "num_classes": 3, "initial_learning_rate": 0.1, "decay_steps": 5,
        "decay_rate": 0.9, "boundaries": [3], "values": [0.1, 0.01], "first_decay_steps": 4, "recall": 0.5,
        "precision": 0.5, "specificity": 0.5, "sensitivity": 0.5,
    }  # fmt: skip
    wanted = inspect.signature(kind.__init__).parameters.values()
    given = {one.name: needs[one.name] for one in wanted
             if one.default is one.empty and one.name in needs}  # fmt: skip
    return kind(**given)


@pytest.mark.parametrize("family", sorted(kerasobjects._CLASSES))
def test_whatever_is_on_a_list_crosses(keras, family):
    for name in sorted(kerasobjects._CLASSES[family]):
        original = made(getattr(kerasobjects._module(family), name))
        rebuilt = kerasobjects.build(keras.saving.serialize_keras_object(original), family)
        assert type(rebuilt) is type(original) and rebuilt.get_config() == original.get_config(), name


@pytest.mark.parametrize(("family", "name", "config"), [
    ("metric", "AUC", {"num_thresholds": 10**9}), ("metric", "MeanIoU", {"num_classes": 10**6}),
    ("metric", "R2Score", {"num_regressors": 10**9}), ("optimizer", "Muon", {"ns_steps": 10**9}),
])
def test_what_would_grow_beyond_measure_is_refused(keras, family, name, config):
    home = {"metric": "keras.metrics", "optimizer": "keras.optimizers"}[family]
    with pytest.raises(models.Refused, match="the grader takes"):
        kerasobjects.build({"class_name": name, "module": home, "config": config}, family)


def test_weight_shapes_are_those_that_keras_makes(keras):
    """The formulas with which a model is checked before it is built."""
    L = keras.layers
    layers = [
        L.Dense(5), L.Dense(5, use_bias=False), L.Conv2D(6, (3, 2), groups=2), L.Conv2D(6, 3, use_bias=False),
        L.DepthwiseConv2D(3, depth_multiplier=2), L.SeparableConv2D(7, 3, depth_multiplier=2),
        L.BatchNormalization(), L.BatchNormalization(center=False, scale=False), L.LayerNormalization(),
        L.LayerNormalization(axis=[1, 2], center=False), L.Normalization(), L.Normalization(axis=(1, -1)),
        L.Normalization(axis=None), L.Normalization(mean=1.0, variance=2.0),
        L.Conv2DTranspose(6, 3), L.Conv2DTranspose(6, (3, 2), use_bias=False), L.GroupNormalization(2),
        L.GroupNormalization(4, scale=False), L.RMSNormalization(), L.RMSNormalization(axis=(1, 2)), L.PReLU(),
        L.PReLU(shared_axes=[1, 2]), L.Embedding(7, 5),
    ]  # fmt: skip
    flat = [
        L.Conv1D(6, 3, groups=2), L.Conv1D(6, 3, use_bias=False), L.Conv1DTranspose(6, 3), L.DepthwiseConv1D(3),
        L.DepthwiseConv1D(3, depth_multiplier=2, use_bias=False), L.SeparableConv1D(7, 3, depth_multiplier=2),
        L.SimpleRNN(5), L.SimpleRNN(5, use_bias=False), L.LSTM(5), L.LSTM(5, use_bias=False), L.GRU(5),
        L.GRU(5, reset_after=False), L.GRU(5, use_bias=False), L.PReLU(shared_axes=[1]),
    ]  # fmt: skip
    deep = [L.Conv3D(6, (3, 2, 1), groups=2), L.Conv3D(6, 2, use_bias=False), L.Conv3DTranspose(6, (1, 2, 3))]
    shapes = [((None, 8, 9, 4), layer) for layer in layers] + [((None, 8, 4), layer) for layer in flat]
    shapes += [((None, 5, 6, 7, 4), layer) for layer in deep]
    assert {type(layer).__name__ for _, layer in shapes} == kerasobjects.WEIGHTED
    for shape, layer in shapes:
        expected = models.weight_shapes(type(layer).__name__, layer, shape)
        layer.build(shape)
        assert expected == [weight.shape for weight in layer.weights], layer


def test_single_objects_cross(keras):
    for original in (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        keras.optimizers.RMSprop(0.01),
        keras.metrics.SparseTopKCategoricalAccuracy(3),
        keras.layers.Dense(3, "relu"),
        keras.initializers.HeNormal(),
    ):
        rebuilt = models.rebuild_object(record_of(original))
        assert type(rebuilt) is type(original) and rebuilt.get_config() == original.get_config()
    for function in (keras.activations.relu, keras.losses.categorical_crossentropy):
        assert models.rebuild_object(record_of(function)) is function


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**12) | st.floats() | st.sampled_from(
        ["relu", "keras.layers", "Dense", "softmax", "mse", "__keras_tensor__", "x", "os", "function", "builtins"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["class_name", "module", "config", "name", "layers", "units", "axis", "keras_history"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every element inside a configuration."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, element in inner for place in places(element, (*path, key))]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_damaged_model_does_more_than_being_refused(keras, data):
    """Replaces any part of a record by anything: either it is refused, or what is built is as small as what came."""
    if not hasattr(keras, "small_record"):
        x = keras.Input((6,), name="x")
        model = keras.Model(x, keras.layers.Dense(3, name="d")(x / 255))
        model.compile("sgd", "mse", metrics=["mae"])
        keras.small_record = record_of(model)
    parts = {key: copy.deepcopy(value) for key, value in vars(keras.small_record).items()}
    parts["config"] = json.loads(json.dumps(parts["config"]))  # Lists for tuples, so that all can be replaced.
    *way, last = data.draw(st.sampled_from(places({"config": parts["config"], "compile": parts["compile_config"]})))
    target: Any = {"config": parts["config"], "compile": parts["compile_config"]}
    for key in way:
        target = target[key]
    target[last] = data.draw(plain)
    try:
        rebuilt = models.rebuild(records.ModelData(**parts))
    except (models.Refused, records.BadRecord):
        return
    assert rebuilt.count_params() == 21


@given(st.sampled_from(sorted(kerasobjects.FAMILIES)), st.dictionaries(st.sampled_from(
    ["class_name", "module", "config", "function"]), plain, max_size=4))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_description_of_an_object_does_more_than_being_refused(keras, family, config):
    with contextlib.suppress(models.Refused):
        models.rebuild_object(records.KerasObject(1, family, config))


def test_refresh_changes_a_model_in_place(keras):
    mine, theirs = dense(keras), dense(keras)
    theirs.compile("sgd", "mse")
    same = models.refresh(mine, record_of(theirs))
    assert same is mine and mine.compiled
    assert all(np.array_equal(a, b) for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True))
