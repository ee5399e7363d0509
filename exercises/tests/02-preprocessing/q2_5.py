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
    digits.expect_array(rows, name="preprocess(images)", shape=(1, 6), cause="One row for each image.")
    digits.expect_array(rows, name="preprocess(images)", low=0, high=1, cause="255 becomes 1, and 0 stays 0.")
    digits.expect_array(rows, name="preprocess(images)", dtype="float32")
    digits.expect_array(
        rows, name="preprocess(images)", equal=np.array([[0, 0.2, 0.4, 0.6, 0.8, 1]]),
        cause="Each image is read row by row, and each value becomes its fraction of 255.",
    )


@test_case(points=None, hidden=False)
def preprocess_mnist(preprocess):
    images, _ = digits.sample(5)
    expected = images.reshape(5, 784) / 255
    rows = digits.call(preprocess, images, name="preprocess")
    digits.expect_array(rows, name="preprocess(x_train[:5])", shape=(5, 784), dtype="float32")
    digits.expect_array(
        rows, name="preprocess(x_train[:5])", low=0, high=1, cause="255 becomes 1, and 0 stays 0."
    )
    digits.expect_array(
        rows, name="preprocess(x_train[:5])", equal=expected,
        cause="Each image is read row by row, and each value becomes its fraction of 255.",
    )


@test_case(points=None, hidden=False)
def preprocess_no_images_and_no_white_pixel(preprocess):
    rows = digits.call(preprocess, np.zeros((0, 2, 3), dtype="uint8"), name="preprocess")
    digits.expect_array(
        rows, name="preprocess(no images)", shape=(0, 6), dtype="float32",
        cause="Height and width are known even when there is no image.",
    )
    images = np.array([[[51, 0, 102], [0, 153, 51]], [[204, 102, 51], [51, 153, 102]]], dtype="uint8")
    rows = digits.call(preprocess, images, name="preprocess")
    digits.expect_array(
        rows, name="preprocess(two images without a white pixel)",
        equal=np.array([[0.2, 0, 0.4, 0, 0.6, 0.2], [0.8, 0.4, 0.2, 0.2, 0.6, 0.4]]),
        cause="Each value becomes its fraction of 255, also where no pixel is white: 51 is 0.2.",
    )
