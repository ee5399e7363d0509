import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_6"
points = 3
all_or_nothing = True


@test_case(points=None, hidden=False)
def prepare_mnist(prepare):
    train_images, _ = digits.sample(20)
    test_images, _ = digits.sample(10, of="test")
    pair = digits.call(prepare, train_images, test_images, name="prepare")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AssertionError(
            f"`prepare` returned {digits.describe(pair)}; expected two arrays, training rows and test rows."
        )
    for rows, which, images in zip(pair, ("training", "test"), (train_images, test_images)):
        name = "train_rows" if which == "training" else "test_rows"
        cause = "The training rows come first; the first number of a shape counts the images."
        if isinstance(rows, np.ndarray) and rows.ndim == 3:
            cause = "Those are images still: `as_rows` makes rows of them."
        digits.expect_array(rows, name=name, shape=(len(images), 784), cause=cause)
        digits.expect_array(rows, name=name, dtype="float32")
        digits.expect_array(
            rows, name=name, low=0, high=1, cause=f"Each pixel of the {which} rows is divided by 255, once."
        )
        if rows.max() < 0.9:
            raise AssertionError(
                f"`{name}` holds values up to {rows.max():.6g}; expected up to 1. "
                f"How many times is a pixel of the {which} rows divided by 255 on its way?"
            )
