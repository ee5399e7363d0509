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
        digits.expect_array(
            rows, name=name, shape=(len(images), 784),
            cause="The training rows come first; the first number of a shape counts the images.",
        )
        digits.expect_array(rows, name=name, dtype="float32")
        digits.expect_array(rows, name=name, low=0, high=1, cause=f"255 becomes 1, in the {which} rows as well.")
        digits.expect_array(
            rows, name=name, equal=images.reshape(len(images), 784) / 255,
            cause=f"Each pixel of the {which} images becomes its fraction of 255.",
        )


@test_case(points=None, hidden=False)
def prepare_small_example(prepare):
    train_images = np.array([[[0, 51, 102], [153, 204, 255]], [[255, 0, 51], [51, 102, 0]]], dtype="uint8")
    test_images = np.array([[[255, 102, 0], [51, 153, 204]]], dtype="uint8")
    expected = np.array([[0, 0.2, 0.4, 0.6, 0.8, 1], [1, 0, 0.2, 0.2, 0.4, 0]]), np.array([[1, 0.4, 0, 0.2, 0.6, 0.8]])
    pair = digits.call(prepare, train_images, test_images, name="prepare")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AssertionError(
            f"`prepare` returned {digits.describe(pair)}; expected two arrays, training rows and test rows."
        )
    for rows, name, equal in zip(pair, ("train_rows", "test_rows"), expected):
        digits.expect_array(
            rows, name=name, equal=equal, cause="One row for each image, and each pixel as its fraction of 255."
        )
