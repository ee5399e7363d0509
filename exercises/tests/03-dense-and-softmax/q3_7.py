import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_7"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def network_small_example(network):
    # The hidden values are 6 and 0, so the logits are 6, 0 and -6.
    x = np.array([[2.0, 1.0]], dtype="float32")
    parameters = [
        (np.array([[3, -3], [0, 1]], dtype="float32"), np.array([0, 0], dtype="float32")),
        (np.array([[1, 0, -1], [9, 9, 9]], dtype="float32"), np.array([0, 0, 0], dtype="float32")),
    ]
    powers = np.exp([[6.0, 0.0, -6.0]])
    expected = powers / powers.sum()
    got = digits.call(network, x, parameters, name="network")
    digits.call(network, x[:, ::-1].copy(), parameters, name="network")
    digits.expect_array(
        got, name="network(x, parameters)", shape=(1, 3),
        cause="One row for each image, one probability for each digit.",
    )
    digits.expect_array(
        got, name="network(x, parameters)", low=0, high=1, cause="A probability goes from 0 to 1."
    )
    digits.expect_array(
        got, name="network(x, parameters)", equal=expected, tolerance=1e-5,
        cause="Relu after the first layer, softmax once after the second, and no other change.",
    )
