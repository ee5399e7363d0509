import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_2"
points = 2


@test_case(points=None, hidden=False)
def accuracy_of_four_images(accuracy):
    y_true = np.array([0, 2, 1, 2])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]])
    share = digits.call(accuracy, y_true, y_pred, name="accuracy")
    digits.call(accuracy, y_true[1:], y_pred[1:], name="accuracy")
    digits.expect_number(
        share, name="accuracy(y_true, y_pred)", cause="One number for all images: the mean of right and wrong."
    )
    digits.expect_number(
        share, name="accuracy(y_true, y_pred), with three of four images read right,", equal=0.75, tolerance=1e-6,
        cause="An image is read right when the largest value of its row stands in the column of its label.",
    )
