import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_1"
points = 2


@test_case(points=None, hidden=False)
def flatten_small_example(flatten):
    images = np.array([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]], dtype="uint8")
    expected = np.array([[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]])
    rows = digits.call(flatten, images, name="flatten")
    digits.expect_array(
        rows, name="flatten(images)", shape=(2, 6),
        cause="The first axis counts the images and stays; height and width become one.",
    )
    digits.expect_array(
        rows, name="flatten(images)", dtype="uint8", equal=expected,
        cause="Each image is read row by row: 1 2 3, then 4 5 6.",
    )


@test_case(points=None, hidden=False)
def flatten_mnist(flatten):
    images, _ = digits.sample(5)
    expected = images.reshape(5, 784).copy()
    rows = digits.call(flatten, images, name="flatten")
    digits.expect_array(
        rows, name="flatten(x_train[:5])", shape=(5, 784), cause="28 rows of 28 pixels are 784 values an image."
    )
    digits.expect_array(
        rows, name="flatten(x_train[:5])", equal=expected, cause="Each image is read row by row, its top row first."
    )


@test_case(points=None, hidden=False)
def flatten_no_images(flatten):
    rows = digits.call(flatten, np.zeros((0, 2, 3), dtype="uint8"), name="flatten")
    digits.expect_array(
        rows, name="flatten(no images)", shape=(0, 6),
        cause="You know height and width even when there is no image: take them from `images.shape`.",
    )
    rows = digits.call(flatten, np.array([[[1, 2, 3], [4, 5, 6]]], dtype="uint8"), name="flatten")
    digits.expect_array(
        rows, name="flatten(one image)", equal=np.array([[1, 2, 3, 4, 5, 6]]),
        cause="One row for each image, read row by row: 1 2 3, then 4 5 6.",
    )
