import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_6"
points = 2


@test_case(points=None, hidden=False)
def confusion_small_example(confusion_matrix):
    y_true = np.array([4, 4, 4, 4, 9, 9, 0])
    y_pred = np.array([4, 9, 9, 9, 9, 4, 0])
    wanted = np.zeros((10, 10), dtype=int)
    wanted[4, 4], wanted[4, 9], wanted[9, 9], wanted[9, 4], wanted[0, 0] = 1, 3, 1, 1, 1
    got = digits.call(confusion_matrix, y_true, y_pred, name="confusion_matrix")
    y_true, y_pred = np.array([8, 3, 3, 1, 3, 8, 1, 9, 1]), np.array([3, 8, 8, 1, 3, 5, 1, 9, 1])
    again = digits.call(confusion_matrix, y_true, y_pred, name="confusion_matrix")
    more = np.zeros((10, 10), dtype=int)
    more[8, 3], more[3, 8], more[1, 1], more[3, 3], more[8, 5], more[9, 9] = 1, 2, 3, 1, 1, 1
    name = "confusion_matrix(y_true, y_pred)"
    digits.expect_array(
        got, name=name, shape=(10, 10), cause="Ten rows and ten columns, also for digits that do not occur."
    )
    if got.dtype.kind not in "iu":
        remedy = "`np.zeros((10, 10), dtype=int)` makes such a table."
        if not np.array_equal(got, np.round(got)):
            remedy = "The table counts images: it holds numbers, not shares."
        raise AssertionError(f"`{name}` has dtype {got.dtype}; expected whole numbers. {remedy}")
    digits.expect_array(got, name=name, equal=wanted, cause="Three 4s are read as a 9, and one 9 as a 4.")
    digits.expect_array(
        again, name="confusion_matrix of nine other images", shape=(10, 10), equal=more,
        cause="Two 3s are read as an 8, one 8 as a 3 and one as a 5, and five images are read right.",
    )
