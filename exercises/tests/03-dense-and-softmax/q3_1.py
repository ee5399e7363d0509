import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def three_numbers_each(unit_sums, after_relu):
    for name, answer in {"unit_sums": unit_sums, "after_relu": after_relu}.items():
        digits.expect_written(answer, name)
        try:
            values = [float(value) for value in answer]
        except Exception:
            values = []
        if len(values) != 3:
            raise AssertionError(
                f"`{name}` is {digits.describe(answer)}; expected three numbers, one for each unit, "
                "for example [3, 1, 4]."
            )
