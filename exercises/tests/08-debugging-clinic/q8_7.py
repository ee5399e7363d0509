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
    found = {  # what other formulas give
        "That is the share of right answers: take away what always giving the commonest answer reaches.": right,
        "That is what always giving the commonest answer reaches: take it away from the share of right answers.": commonest,
        "The two are the wrong way round: the share of right answers comes first.": commonest - right,
        "That takes away one in so many classes: classes need not be equally common. What is the commonest of them worth?":
            right - 1 / 3,
        "That takes away one in ten, which is right for digits: here the commonest answer is right more often.": right - 0.1,
        "Those are numbers of patients: divide by how many there are.": 1,
        "That is in percent: a share goes from 0 to 1.": 100 * (right - commonest),
        "The commonest answer is that in `y_true`, not in `y_pred`: it has to be right as often as possible.":
            right - 4 / 8,
    }
    got = digits.call(gain, y_true, y_pred, name="gain")
    digits.expect_number(got, name="gain(y_true, y_pred)", cause="One number for all patients.")
    cause = next((cause for cause, value in found.items() if abs(got - value) < 1e-6),
                 "Of the 8 answers 6 are right, and the commonest answer, 0, would be right for 5.")
    digits.expect_number(got, name="gain(y_true, y_pred)", equal=right - commonest, tolerance=1e-6, cause=cause)
