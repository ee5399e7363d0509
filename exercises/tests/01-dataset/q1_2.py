import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_2"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def predictions_are_pixels(pixel_sum, pixel_difference):
    for name, value in {"pixel_sum": pixel_sum, "pixel_difference": pixel_difference}.items():
        digits.expect_number(
            value, name=name, low=0, high=255, whole=True,
            cause="Write a whole number, without brackets.",
        )
