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
    found = {  # what other formulas give
        "It is the sum that opens the gate, not the slope: negative slopes pass an open gate.": np.maximum(back, 0),
        "An open gate lets the slope pass as it is: do not multiply by the sum.": back * np.maximum(sums, 0),
        "Multiply by 1 or 0, by whether the sum is positive, not by the sum itself.": back * sums,
        "That is whether the gates are open: multiply the slopes by it.": (sums > 0) * 1.0,
        "That is relu, forward. Backward, the slopes pass where the sums are positive.": np.maximum(sums, 0),
        "The gates are the wrong way round: open is where the sum is positive.": back * (sums < 0),
        "The gate of a slope is that of its own sum; and a slope keeps its sign.": np.abs(expected),
        "Nothing was held back: where the sum is negative the slope becomes 0.": back,
        "Both have to be positive there; a negative slope passes an open gate, too.": back * (sums > 0) * (back > 0),
    }
    got = digits.call(relu_backward, sums, back, name="relu_backward")
    digits.expect_array(got, name="relu_backward(sums, back)", shape=(2, 3), cause="Slopes that are held back become 0.")
    cause = next((cause for cause, value in found.items() if np.allclose(got, value)),
                 "A slope passes as it is where its sum is positive, and becomes 0 where it is negative.")
    digits.expect_array(got, name="relu_backward(sums, back)", equal=expected, cause=cause)
