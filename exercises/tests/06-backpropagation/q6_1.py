import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def slopes_have_the_right_form(slopes_of_logits, slope_from_A, slope_from_B, slope_of_A):
    digits.expect_written(slopes_of_logits, "slopes_of_logits")
    try:
        values = [float(value) for value in slopes_of_logits]
    except Exception:
        values = []
    if len(values) != 3:
        raise AssertionError(
            f"`slopes_of_logits` is {digits.describe(slopes_of_logits)}; expected three numbers, one for each answer, "
            "for example [0.1, -0.6, 0.2]."
        )
    for name, value in {"slope_from_A": slope_from_A, "slope_from_B": slope_from_B, "slope_of_A": slope_of_A}.items():
        digits.expect_number(value, name=name, low=-50, high=50)
