import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_3"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def prediction_has_the_right_form(pixels_divided, levels_left):
    digits.expect_written(pixels_divided, "pixels_divided")
    try:
        values = [float(value) for value in pixels_divided]
    except Exception:
        values = []
    if len(values) != 4:
        raise AssertionError(
            f"`pixels_divided` is {digits.describe(pixels_divided)}; expected four numbers, one for each "
            "of the pixels 0, 100, 254 and 255, for example [3, 1, 4, 1]."
        )
    digits.expect_number(
        levels_left, name="levels_left", low=1, high=256, whole=True, cause="It counts the different values."
    )
