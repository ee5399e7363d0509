import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_2"
points = 1


@test_case(points=None, hidden=False)
def relu_small_example(relu):
    z = np.array([[-2.0, 0.0, 3.0], [1.5, -0.25, 0.5]])
    expected = np.array([[0.0, 0.0, 3.0], [1.5, 0.0, 0.5]])
    got = digits.call(relu, z, name="relu")
    digits.expect_array(
        got, name="relu(z)", shape=(2, 3),
        cause="No value is dropped; negative ones become 0 and keep their place.",
    )
    digits.expect_array(
        got, name="relu(z)", equal=expected, cause="Positive values stay as they are; everything else is 0."
    )


@test_case(points=None, hidden=False)
def relu_leaves_its_input_alone(relu):
    z = np.array([[2.5, -1.0], [-0.75, 4.0], [0.25, -3.0]])
    before = z.copy()
    got = digits.call(relu, z, name="relu")
    digits.expect_unchanged(
        before, z, name="relu",
        cause="`z[z < 0] = 0` writes into the array itself; `np.maximum` and `np.where` make a new one.",
    )
    digits.expect_array(
        got, name="relu(z)", equal=np.array([[2.5, 0.0], [0.0, 4.0], [0.25, 0.0]]),
        cause="Positive values stay as they are; everything else is 0.",
    )
