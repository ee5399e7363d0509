import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_4"
points = 3


@test_case(points=None, hidden=False)
def scale_small_example(scale):
    images = np.array([[[0, 51], [102, 255]]], dtype="uint8")
    scaled = digits.call(scale, images, name="scale")
    digits.expect_array(
        scaled, name="scale(images)", shape=(1, 2, 2), cause="`scale` changes the values; the shape stays as it is."
    )
    digits.expect_array(
        scaled, name="scale(images)", low=0, high=1, cause="255 becomes 1, and 0 stays 0."
    )
    digits.expect_array(scaled, name="scale(images)", dtype="float32")
    digits.expect_array(
        scaled, name="scale(images)", equal=np.array([[[0, 0.2], [0.4, 1]]]),
        cause="Each value becomes its fraction of 255: 255 is 1, and 51 is 0.2.",
    )


@test_case(points=None, hidden=False)
def scale_leaves_its_input_alone(scale):
    images = np.array([[[0, 51], [102, 153]], [[204, 51], [0, 102]]], dtype="uint8")
    before = images.copy()
    scaled = digits.call(scale, images, name="scale")
    digits.expect_unchanged(before, images, name="scale")
    digits.expect_array(
        scaled, name="scale(images), of images in which no pixel is white,", equal=before / 255,
        cause="Each value becomes its fraction of 255: 51 is 0.2, and 153 is 0.6.",
    )
