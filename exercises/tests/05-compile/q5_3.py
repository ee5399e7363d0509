import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_3"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def prediction_has_the_right_form(higher_accuracy, lower_loss, loss_of_b):
    for name, letter in (("higher_accuracy", higher_accuracy), ("lower_loss", lower_loss)):
        digits.expect_written(letter, name)
        if not isinstance(letter, str) or letter not in ("A", "B"):
            raise AssertionError(f'`{name}` is {digits.describe(letter)}; expected the name of a network, "A" or "B".')
    digits.expect_number(loss_of_b, name="loss_of_b", low=0, high=17, cause="It is the mean over the ten images.")
