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
        scaled, name="scale(images)", low=0, high=1, cause="Divide by 255, once, and not by anything else."
    )
    digits.expect_array(scaled, name="scale(images)", dtype="float32")
    digits.expect_array(
        scaled, name="scale(images)", equal=np.array([[[0, 0.2], [0.4, 1]]]),
        cause="255 must become 1 and 51 must become 0.2: divide by 255, once, with `/` and not `//`.",
    )


@test_case(points=None, hidden=False)
def scale_leaves_its_input_alone(scale):
    images = np.array([[[0, 51], [102, 153]]], dtype="uint8")
    before = images.copy()
    scaled = digits.call(scale, images, name="scale")
    digits.expect_unchanged(before, images, name="scale")
    cause = "51 must become 0.2 and 153 must become 0.6: divide by 255, once, with `/` and not `//`."
    if np.allclose(scaled, before / 153):
        cause = "That divides by the brightest pixel at hand. Always divide by 255, also when all pixels are darker."
    digits.expect_array(
        scaled, name="scale(images), of images in which no pixel is white,", equal=np.array([[[0, 0.2], [0.4, 0.6]]]),
        cause=cause,
    )
