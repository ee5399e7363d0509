"""Several batches per call into TensorFlow: only where it changes nothing, and then bit for bit nothing."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.bridge import fasterfit

RNG = np.random.default_rng(0)
IMAGES = RNG.random((330, 12)).astype("float32")
LABELS = RNG.integers(0, 3, 330)


@pytest.fixture(scope="module")
def keras():
    """Keras with `fit` and `evaluate` replaced, for this module only; every number of steps is worth while."""
    import keras

    owner = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    originals, worthwhile = (owner.fit, owner.evaluate), fasterfit.WORTHWHILE
    fasterfit.install()
    fasterfit.WORTHWHILE = dict.fromkeys(worthwhile, 2)
    keras.original_fit, keras.original_evaluate = originals
    yield keras
    owner.fit, owner.evaluate = originals
    fasterfit.WORTHWHILE = worthwhile


def trained(keras, faster: bool, **arguments):
    """Weights, history, and the numbers of steps per execution that training used."""
    keras.utils.set_random_seed(3)
    L = keras.layers
    model = keras.Sequential(
        [keras.Input((12,)), L.Dense(8, "relu"), L.BatchNormalization(), L.Dropout(0.3), L.Dense(3, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    used = []
    make = type(model)._make_function

    def watched(self, step):
        used.append(self.steps_per_execution)
        return make(self, step)

    type(model)._make_function = watched
    try:
        data = arguments.pop("data", (IMAGES, LABELS))
        callbacks = arguments.pop("callbacks", list)()
        fit = type(model).fit if faster else keras.original_fit
        history = fit(model, *data, epochs=2, verbose=0, callbacks=callbacks, **arguments)
    finally:
        type(model)._make_function = make
    return model.get_weights(), history.history, set(used), model


CASES = {
    "ragged batches and validation split": {"batch_size": 7, "validation_split": 0.2},
    "validation data, class weights, not shuffled": {
        "validation_data": (IMAGES[:50], LABELS[:50]),
        "class_weight": {0: 1.0, 1: 2.0, 2: 0.5},
        "shuffle": False,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_training_is_the_same_to_the_last_bit(keras, case):
    slow = trained(keras, False, **CASES[case])
    fast = trained(keras, True, **CASES[case])
    assert all(np.array_equal(a, b) for a, b in zip(slow[0], fast[0], strict=True))
    assert slow[1] == fast[1]
    assert slow[2] == {1} and fast[2] == {fasterfit.STEPS}


@pytest.mark.slow
def test_early_stopping_and_schedules_are_the_same(keras, tmp_path):
    def callbacks():
        C = keras.callbacks
        return [
            C.EarlyStopping("loss", patience=1),
            C.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1)),
            C.ReduceLROnPlateau("loss"),
            C.ModelCheckpoint(tmp_path / "best.keras", "loss", save_best_only=True),
        ]

    slow, fast = (trained(keras, faster, callbacks=callbacks) for faster in (False, True))
    assert slow[1] == fast[1] and fast[2] == {fasterfit.STEPS}


def test_callbacks_that_look_at_batches_see_each(keras):
    seen = []

    class Watcher(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    assert trained(keras, True, callbacks=lambda: [Watcher()])[2] == {1}
    assert seen == [*range(11)] * 2


def test_generators_and_steps_per_epoch_are_left_alone(keras):
    def batches():
        while True:
            yield IMAGES[:32], LABELS[:32]

    assert trained(keras, True, data=(batches(),), steps_per_epoch=3)[2] == {1}
    assert trained(keras, True, steps_per_epoch=3)[2] == {1}


def test_little_training_is_left_alone(keras):
    worthwhile, fasterfit.WORTHWHILE = fasterfit.WORTHWHILE, {"fit": 1000, "evaluate": 2}
    try:  # For each of its two validations `fit` calls `evaluate`, which must not change what `fit` has prepared.
        slow, fast = (trained(keras, faster, validation_split=0.5, batch_size=7) for faster in (False, True))
    finally:
        fasterfit.WORTHWHILE = worthwhile
    assert fast[1] == slow[1] and fast[2] == {1}


def test_the_model_is_left_as_it_was(keras):
    model = trained(keras, True)[3]
    assert model.steps_per_execution == 1 and model.train_function is None
    faster = vars(model)["_faster_functions"][1]
    model.fit(IMAGES, LABELS, verbose=0)
    assert vars(model)["_faster_functions"][1] is faster, "compiled anew for each call of fit"
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(IMAGES, LABELS, verbose=0)
    assert vars(model)["_faster_functions"][1] is not faster, "not compiled anew after compile"


@pytest.mark.parametrize("arguments", [{}, {"batch_size": 7}, {"batch_size": 7, "return_dict": True}], ids=str)
def test_evaluation_with_a_callback_is_the_same_to_the_last_bit(keras, arguments):
    def fresh():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    used = []
    slow, fast = fresh(), fresh()
    make = type(fast)._make_function
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(fast), "_make_function",
                      lambda self, step: used.append(self.steps_per_execution) or make(self, step))
        quiet = {"verbose": 0, "callbacks": [keras.callbacks.Callback()]}
        assert fast.evaluate(IMAGES, LABELS, **quiet, **arguments) == keras.original_evaluate(
            slow, IMAGES, LABELS, **quiet, **arguments)
    assert used == [fasterfit.STEPS, 1]
    assert fast.steps_per_execution == 1 and fast.test_function is None
    assert fast.evaluate(IMAGES[:40], LABELS[:40], steps=1, verbose=0) == keras.original_evaluate(
        slow, IMAGES[:40], LABELS[:40], steps=1, verbose=0)


def models(keras):
    """A new model for each row: its compile arguments, and labels that go with them."""
    L, one_hot = keras.layers, np.eye(3, dtype="float32")[LABELS]

    def small(*layers, last="softmax"):
        return keras.Sequential([keras.Input((12,)), *layers, L.Dense(3, last)])

    inputs = keras.Input((12,))
    return {
        "dense": (small(), {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}, LABELS),
        "one hot, logits, two metrics": (
            small(L.BatchNormalization(), L.Dropout(0.5), last=None),
            {"loss": keras.losses.CategoricalCrossentropy(from_logits=True),
             "metrics": ["accuracy", keras.metrics.TopKCategoricalAccuracy(2, name="top2")]}, one_hot),
        "images, weight decay": (
            small(L.Reshape((3, 4, 1)), L.Conv2D(4, 2, activation="relu", kernel_regularizer="l2"), L.Flatten()),
            {"loss": "sparse_categorical_crossentropy"}, LABELS.astype("uint8")),
        "functional": (keras.Model(inputs, L.Dense(3, "relu")(L.Dense(3)(inputs))), {"loss": "mse"}, one_hot),
    }


@pytest.mark.parametrize("case", ["dense", "one hot, logits, two metrics", "images, weight decay", "functional"])
def test_plain_models_are_traced_once_and_evaluate_to_the_same_last_bit(keras, case):
    seen = {}
    owner = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    for faster in (False, True):
        keras.utils.set_random_seed(4)
        model, compiled, labels = models(keras)[case]
        model.compile("adam", **compiled)
        fit, evaluate = (owner.fit, owner.evaluate) if faster else (keras.original_fit, keras.original_evaluate)
        traced = []
        with pytest.MonkeyPatch.context() as patch:
            for name in ("train_step", "test_step"):
                step = getattr(owner, name)
                patch.setattr(owner, name, lambda self, data, name=name, step=step, traced=traced: (
                    traced.append(name) or step(self, data)))
            found = [evaluate(model, IMAGES, labels, verbose=0)]
            fit(model, IMAGES, labels, epochs=2, verbose=0)
            for arguments in ({"batch_size": 7}, {"batch_size": 400, "return_dict": True}):
                found.append(evaluate(model, IMAGES.astype("float64"), labels, verbose=0, **arguments))
            found.append(evaluate(model, IMAGES[:100], labels[:100], verbose=0))
        found += [list(found[-2].items()), [np.asarray(one).tolist() for one in model.metrics_names],
                  [np.asarray(variable).tolist() for metric in model.metrics for variable in metric.variables],
                  [weight.tolist() for weight in model.get_weights()],
                  [np.asarray(variable).tolist() for variable in model.optimizer.variables]]
        seen[faster] = found, traced
    assert seen[True][0] == seen[False][0]
    assert seen[True][1].count("train_step") == 1
    assert seen[True][1].count("test_step") <= 2  # once more for arrays of another length


def test_what_a_learner_wrote_is_called_as_often_as_keras_calls_it(keras):
    called = []

    def loss(y_true, y_pred):
        called.append(len(called))
        return keras.ops.mean(keras.ops.square(y_pred), axis=-1)

    counts = []
    for fit, evaluate in ((keras.original_fit, keras.original_evaluate), (keras.Model.fit, keras.Model.evaluate)):
        model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)])
        model.compile("adam", loss, metrics=["accuracy"])
        called.clear()
        evaluate(model, IMAGES, LABELS, verbose=0)
        fit(model, IMAGES, LABELS, verbose=0)
        counts.append(len(called))
    assert counts[0] == counts[1]


def test_evaluation_is_interrupted_between_its_steps(keras):
    keras.utils.set_random_seed(5)
    model = models(keras)["dense"][0]
    model.compile("sgd", "sparse_categorical_crossentropy")
    calls = []
    patched = fasterfit._batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fasterfit, "STEPS", 3)
        patch.setattr(fasterfit, "_batches",
                      lambda model: lambda *arguments: calls.append(int(arguments[2])) or patched(model)(*arguments))
        model.evaluate(IMAGES, LABELS, verbose=0)
    assert calls == [0, 96, 192, 288]


def test_mistakes_are_still_reported_by_evaluate(keras):
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="cardinality"):
        model.evaluate(IMAGES, LABELS[:5], verbose=0)
    with pytest.raises(ValueError, match="incompatible"):
        model.evaluate(IMAGES[:, :5], LABELS, verbose=0)


def test_mistakes_are_still_reported_by_fit(keras):
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="compile"):
        model.fit(IMAGES, LABELS)
    with pytest.raises(TypeError):
        model.fit(IMAGES, LABELS, epoch=3)
