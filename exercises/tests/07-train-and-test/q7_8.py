import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_8"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def experiment_chooses_with_the_validation_set(experiment):
    import keras

    # Two models: number 0 reads 9 of 10 validation images and 4 of 10 test images, number 1 the reverse.
    models, n = [], 10
    for right_in_val, right_in_test in [(9, 4), (4, 9)]:
        weights = np.zeros((30, 10), dtype="float32")
        weights[np.arange(n), (np.arange(n) + (np.arange(n) >= right_in_val)) % 10] = 8
        weights[n + np.arange(n), (np.arange(n) + (np.arange(n) >= right_in_test)) % 10] = 8
        model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(10, activation="softmax")])
        model.set_weights([weights, np.zeros(10, dtype="float32")])
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        models.append(model)
    sets = [(np.eye(30, dtype="float32")[start : start + n], np.arange(n)) for start in (20, 0, 10)]
    got = digits.call(experiment, models, *sets, 1, name="experiment")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise AssertionError(
            f"`experiment` returned {digits.describe(got)}; expected two: the number of the model, and its accuracy."
        )
    if not isinstance(got[0], (int, np.integer)) and not (isinstance(got[0], float) and got[0] == int(got[0])):
        raise AssertionError(
            f"The first of the two is {digits.describe(got[0])}; expected the number of the chosen model, 0 or 1. "
            "Its accuracy on the test set comes second."
        )
    digits.expect_number(
        got[0], name="chosen", whole=True, equal=0,
        cause="Of two models, number 0 reads more of the validation images and number 1 more of the test images. "
        "The validation set must choose; the test set has no say.",
    )
    digits.expect_number(
        got[1], name="accuracy", equal=0.4, tolerance=0.01,
        cause="`evaluate` returns two numbers, the loss and then the accuracy."
        if not isinstance(got[1], (float, np.floating)) or got[1] > 1
        else "The chosen model reads 4 of 10 test images. Is it the accuracy of that model, and on the test set?",
    )
