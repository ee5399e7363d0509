import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_4"
points = 1


@test_case(points=None, hidden=False)
def relu_backward_small_example(relu_backward):
    sums = np.array([[1.5, -2.0, 0.25], [-0.5, 4.0, -3.0]])
    back = np.array([[-0.3, 0.7, 0.2], [-0.4, -0.6, 0.9]])
    expected = np.array([[-0.3, 0, 0.2], [0, -0.6, 0]])
    more, more_back = np.array([-0.6, 2.5, 0.8, -1.7]), np.array([0.45, -0.15, 0.6, -0.35])
    got = digits.call(relu_backward, sums, back, name="relu_backward")
    again = digits.call(relu_backward, more, more_back, name="relu_backward")
    remedy = "A slope passes as it is where its sum is positive, and becomes 0 where it is negative."
    digits.expect_array(
        got, name="relu_backward(sums, back)", shape=(2, 3), equal=expected, cause=remedy
    )
    digits.expect_array(
        again, name="relu_backward of four sums in a row", shape=(4,), equal=np.array([0, -0.15, 0.6, 0]), cause=remedy
    )
