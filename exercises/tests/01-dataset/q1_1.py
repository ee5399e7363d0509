import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def shapes_have_the_right_form(first_image, batch_of_one, row_of_each, ten_labels, mean_of_all):
    shapes = {
        "first_image": first_image, "batch_of_one": batch_of_one, "row_of_each": row_of_each,
        "ten_labels": ten_labels, "mean_of_all": mean_of_all,
    }
    for name, shape in shapes.items():
        digits.expect_written(shape, name)
        if not isinstance(shape, (tuple, list)) or not all(isinstance(n, (int, np.integer)) for n in shape):
            raise AssertionError(
                f"`{name}` is {digits.describe(shape)}; expected a shape, which is a tuple of whole numbers such as "
                "(3, 4). Where there is only one axis, it has a comma: (3,)."
            )
