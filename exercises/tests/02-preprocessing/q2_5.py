import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_5"
points = 3


@test_case(points=None, hidden=False)
def preprocess_small_example(preprocess):
    images = np.array([[[0, 51, 102], [153, 204, 255]]], dtype="uint8")
    rows = digits.call(preprocess, images, name="preprocess")
    cause = "One row for each image, each value divided by 255, once."
    if isinstance(rows, np.ndarray) and rows.shape == (1, 2, 3):
        cause = (
            "One row for each image: these are not flattened. `flatten` and `scale` leave `images` as it was and return "
            "new arrays: go on with what they return."
        )
    digits.expect_array(rows, name="preprocess(images)", shape=(1, 6), low=0, high=1, cause=cause)
    digits.expect_array(rows, name="preprocess(images)", dtype="float32")
    digits.expect_array(
        rows, name="preprocess(images)", equal=np.array([[0, 0.2, 0.4, 0.6, 0.8, 1]]),
        cause="Read row by row and divide by 255, once, with `/` and not `//`.",
    )


@test_case(points=None, hidden=False)
def preprocess_mnist(preprocess):
    images, _ = digits.sample(5)
    expected = images.reshape(5, 784) / 255
    rows = digits.call(preprocess, images, name="preprocess")
    digits.expect_array(rows, name="preprocess(x_train[:5])", shape=(5, 784), dtype="float32")
    digits.expect_array(rows, name="preprocess(x_train[:5])", low=0, high=1, cause="Did you divide by 255?")
    if rows.max() < 0.9:
        raise AssertionError(
            f"`preprocess(x_train[:5])` holds values up to {rows.max():.6g}; expected up to 1. "
            "Did you divide by 255 twice?"
        )
    digits.expect_array(
        rows, name="preprocess(x_train[:5])", equal=expected,
        cause="Read row by row and divide by 255, once, with `/` and not `//`.",
    )


@test_case(points=None, hidden=False)
def preprocess_no_images(preprocess):
    rows = digits.call(preprocess, np.zeros((0, 2, 3), dtype="uint8"), name="preprocess")
    digits.expect_array(
        rows, name="preprocess(no images)", shape=(0, 6), dtype="float32",
        cause="Height and width are known even when there is no image.",
    )
    images = np.array([[[0, 51, 102], [153, 204, 255]]], dtype="uint8")
    rows = digits.call(preprocess, images, name="preprocess")
    digits.expect_array(
        rows, name="preprocess(images)", equal=np.array([[0, 0.2, 0.4, 0.6, 0.8, 1]]),
        cause="Read row by row and divide by 255, once, with `/` and not `//`.",
    )
