import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_7"
points = 1


@test_case(points=None, hidden=False)
def gain_of_eight_patients(gain):
    y_true = np.array([0, 0, 1, 0, 2, 0, 1, 0])
    y_pred = np.array([0, 0, 1, 1, 1, 0, 1, 0])
    right, commonest = 6 / 8, 5 / 8
    others = np.array([4, 9, 9, 6, 9, 4, 4, 9, 7, 4, 9]), np.array([4, 9, 6, 9, 9, 6, 6, 6, 7, 6, 6])
    got = digits.call(gain, y_true, y_pred, name="gain")
    again = digits.call(gain, *others, name="gain")
    digits.expect_number(got, name="gain(y_true, y_pred)", cause="One number for all patients.")
    digits.expect_number(
        got, name="gain(y_true, y_pred)", equal=right - commonest, tolerance=1e-6,
        cause="Of the 8 answers 6 are right, and the commonest answer, 0, would be right for 5.",
    )
    digits.expect_number(
        again, name="gain of 11 other patients", equal=-1 / 11, tolerance=1e-6,
        cause="Of the 11 answers 4 are right, and the commonest answer, 9, would be right for 5.",
    )
