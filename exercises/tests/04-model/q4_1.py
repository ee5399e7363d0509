import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def prediction_has_the_right_form(hidden_parameters, output_parameters, output_shape):
    for name, count in (("hidden_parameters", hidden_parameters), ("output_parameters", output_parameters)):
        digits.expect_number(
            count, name=name, low=1, whole=True, cause="It counts the parameters of one layer; write it as a number."
        )
    digits.expect_written(output_shape, "output_shape")
    sizes = list(output_shape) if isinstance(output_shape, (tuple, list)) else []
    if not sizes or not all(type(size) is int and size > 0 for size in sizes):
        raise AssertionError(
            f"`output_shape` is {digits.describe(output_shape)}; expected a shape, a tuple of whole numbers such as "
            "(3, 4). All 32 images are there, so no size is None."
        )
