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
    for rows, name, count in zip(pair, ("train_rows", "test_rows"), (20, 10)):
        digits.expect_array(rows, name=name, shape=(count, 784), dtype="float32")
        digits.expect_array(rows, name=name, low=0, high=1, cause="Each pixel is divided by 255, once.")
        if rows.max() < 0.9:
            raise AssertionError(
                f"`{name}` holds values up to {rows.max():.6g}; expected up to 1. "
                "Count how many times a pixel is divided by 255 on its way."
            )
