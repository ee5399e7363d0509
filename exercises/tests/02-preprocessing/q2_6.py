import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def prepare_mnist(prepare):
    (train_images, _), (test_images, _) = digits.load()
    pair = digits.call(prepare, train_images[:20], test_images[:10], name="prepare")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AssertionError(
            f"`prepare` returned {digits.describe(pair)}; expected two arrays, training rows and test rows."
        )
    for rows, name, n in zip(pair, ("the training rows", "the test rows"), (20, 10)):
        digits.expect_array(rows, name=name, shape=(n, 784), dtype="float32", low=0, high=1)
        if rows.max() < 0.9:
            raise AssertionError(
                f"{name[0].upper()}{name[1:]} hold values up to {rows.max():.6g}; expected up to 1. "
                "Count the divisions by 255 on their way."
            )
