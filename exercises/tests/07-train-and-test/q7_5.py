import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_5"
points = 2


@test_case(points=None, hidden=False)
def accuracy_small_example(accuracy_with_interval):
    import keras

    # A network that answers with the place of the largest number it is given.
    model = keras.Sequential([
        keras.Input((10,)), keras.layers.Dense(10, use_bias=False, activation="softmax"),
    ])
    model.set_weights([np.eye(10, dtype="float32")])  # its largest probability is 0.23
    y = np.arange(50) % 10
    x = np.eye(10, dtype="float32")[np.where(np.arange(50) < 40, y, (y + 3) % 10)]
    try:
        got = digits.call(accuracy_with_interval, model, x, y, name="accuracy_with_interval")
    except digits.Stopped as error:
        if "compile" in str(error):
            raise AssertionError(
                "`accuracy_with_interval` was given a model that is not compiled, and stopped: `evaluate` needs one that "
                "is. Ask with `model.predict(x, verbose=0)` and count the right answers."
            ) from None
        if "Exception encountered" not in str(error):
            raise
        raise AssertionError(
            f"{error} The model that was handed in takes rows of 10 numbers. Such rows are the images that were handed in, so "
            "they go to the model as they are."
        ) from None
    if not isinstance(got, (tuple, list, np.ndarray)) or len(got) != 3:
        raise AssertionError(
            f"`accuracy_with_interval` returned {digits.describe(got)}; expected three numbers: accuracy, low, high."
        )
    accuracy, low, high = got
    margin = 1.96 * np.sqrt(0.8 * 0.2 / 50)

    def is_near(value, other):
        return isinstance(value, (float, np.floating)) and abs(value - other) < 1e-4

    if is_near(accuracy, 0.8 - margin) and (is_near(low, 0.8) or is_near(high, 0.8)):
        raise AssertionError(
            f"The first number is {accuracy:.6g}, the lower end; expected the accuracy, 0.8. In this order: accuracy, low, high."
        )
    digits.expect_number(
        accuracy, name="accuracy", low=0, high=1, cause="A fraction: 0.8 and not 80, the share and not the number."
    )
    digits.expect_number(
        accuracy, name="accuracy", equal=0.8, tolerance=1e-6,
        cause="The network reads 40 of 50 images right. Its answer is the place of the largest probability in each "
        "row, `argmax(axis=1)`, however small it is; compare it with the true digits, one by one.",
    )
    cause = (
        "The interval reaches 1.96 times the root of 0.8 * 0.2 / 50 to either side of 0.8; 50 is the number of images that "
        "were handed in. It is cut off at 0 and at 1, and not rounded."
    )
    digits.expect_number(low, name="low", equal=0.8 - margin, tolerance=1e-4, cause=cause)
    digits.expect_number(high, name="high", equal=0.8 + margin, tolerance=1e-4, cause=cause)
