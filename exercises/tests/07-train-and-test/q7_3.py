import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_3"
points = 2


@test_case(points=None, hidden=False)
def train_small_example(train):
    import keras

    rng = np.random.default_rng(62)
    x_train, x_val = rng.random((300, 10), dtype="float32"), rng.random((60, 10), dtype="float32")
    x_train[:, 9] = 0  # lit in the validation images only: its weights change when one of those is learned from
    y_train, y_val = x_train.argmax(axis=1), x_val.argmin(axis=1)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(10, activation="softmax")])
    model.compile(
        optimizer=keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    before = model.get_weights()[0].copy()
    try:
        history = digits.call(train, model, x_train, y_train, x_val, y_val, 2, name="train")
    except digits.Stopped as error:
        if "Exception encountered" not in str(error):
            raise
        raise AssertionError(
            f"{error} The model that was handed in takes rows of 10 numbers. Such rows are the images that were handed in, so "
            "they go to the model as they are."
        ) from None
    if not isinstance(history, dict):
        raise AssertionError(
            f"`train` returned {digits.describe(history)}; expected a dictionary. `fit` returns an object, and the "
            "dictionary is its attribute `history`."
        )
    if "loss" not in history:
        raise AssertionError(f"`train` returned {digits.describe(history)}; expected what `fit` left behind.")
    if "accuracy" not in history:
        raise AssertionError(
            "The history has no `accuracy`. The model comes compiled, with this metric, and is to be trained as it comes."
        )
    if "val_loss" not in history or "val_accuracy" not in history:
        raise AssertionError(
            "The history has no `val_loss` and `val_accuracy`. Hand the validation set to `fit`, as "
            "`validation_data=(x_val, y_val)`."
        )
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        length = len(history[name]) if hasattr(history[name], "__len__") else 0
        if length != 2:
            raise AssertionError(
                f"`{name}` has {length} numbers; expected 2, for the call asks for 2 epochs. "
                "`fit` takes `epochs=epochs`."
            )
    weights, bias = model.get_weights()
    if np.array_equal(weights, before):
        raise AssertionError(
            "The model that was handed to `train` has the weights that it had before: it learned nothing. "
            "It is this one that is to be trained."
        )
    if not np.array_equal(weights[9], before[9]):
        raise AssertionError(
            "The model has learned from the validation images: some weights have changed about which the training "
            "images say nothing. `fit` learns from its first two arguments; `validation_data` only watches."
        )
    logits = x_val @ weights + bias
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    digits.expect_number(
        history["val_loss"][-1], name="val_loss",
        equal=float(-np.log(chances[np.arange(60), y_val]).mean()), tolerance=0.01,
        cause="That is the loss on the validation set after the last epoch. Measure this set, and no other: "
        "`validation_data=(x_val, y_val)`.",
    )
