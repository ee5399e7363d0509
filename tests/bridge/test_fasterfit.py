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
def test_evaluation_is_the_same_to_the_last_bit(keras, arguments):
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
        assert fast.evaluate(IMAGES, LABELS, verbose=0, **arguments) == keras.original_evaluate(
            slow, IMAGES, LABELS, verbose=0, **arguments)
    assert used == [fasterfit.STEPS, 1]
    assert fast.steps_per_execution == 1 and fast.test_function is None
    assert fast.evaluate(IMAGES[:40], LABELS[:40], steps=1, verbose=0) == keras.original_evaluate(
        slow, IMAGES[:40], LABELS[:40], steps=1, verbose=0)


def test_mistakes_are_still_reported_by_fit(keras):
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="compile"):
        model.fit(IMAGES, LABELS)
    with pytest.raises(TypeError):
        model.fit(IMAGES, LABELS, epoch=3)
