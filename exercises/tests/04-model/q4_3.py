import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_3"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def prediction_is_two_numbers(guessing_accuracy, guessing_loss):
    digits.expect_number(
        guessing_accuracy, name="guessing_accuracy", low=0, high=1,
        cause="A fraction, please: 0.5 for one half, not 50.",
    )
    digits.expect_number(
        guessing_loss, name="guessing_loss", low=0, cause="A probability is at most 1, so -ln p is never below 0."
    )
