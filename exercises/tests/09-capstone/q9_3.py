import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q9_3"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def test_accuracy_is_a_fraction(test_accuracy):
    digits.expect_number(
        test_accuracy, name="test_accuracy", low=0, high=1,
        cause="A fraction is wanted: 0.97 and not 97. `model.evaluate` returns the loss first and then the metrics.",
    )
