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
    name = "confusion_matrix(y_true, y_pred)"
    digits.expect_array(
        got, name=name, shape=(10, 10), cause="Ten rows and ten columns, also for digits that do not occur."
    )
    if got.dtype.kind not in "iu":
        remedy = "`np.zeros((10, 10), dtype=int)` makes such a table."
        if not np.array_equal(got, np.round(got)):
            remedy = "The table counts images: it holds numbers, not shares."
        raise AssertionError(f"`{name}` has dtype {got.dtype}; expected whole numbers. {remedy}")
    cause = "Three 4s are read as a 9, and one 9 as a 4."
    if np.array_equal(got, wanted.T):
        cause = "Rows and columns are exchanged: the row is the true digit, the column is the answer."
    elif np.array_equal(got, np.minimum(wanted, 1)):
        cause = (
            "Each pair is counted only once: `matrix[y_true, y_pred] += 1` adds 1 to a place even if it is named three "
            "times. Go through the images one by one, or use `np.add.at`."
        )
    elif np.array_equal(got, wanted - np.diag(np.diag(wanted))):
        cause = "The right answers are not counted: they belong on the diagonal."
    elif got.sum() == 1:
        cause = "A single image is counted, of seven. Does `return` stand inside the loop?"
    elif got.any() and (got == got[0]).all():
        cause = "All rows are alike. `[[0] * 10] * 10` is one and the same row, ten times."
    digits.expect_array(got, name=name, equal=wanted, cause=cause)
