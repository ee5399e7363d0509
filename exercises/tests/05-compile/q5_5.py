import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_5"
points = 2


@test_case(points=None, hidden=False)
def rmsprop_step_of_two_weights(rmsprop_step):
    given = [np.array([1.0, 2.0]), np.array([0.5, -2.0]), np.array([0.2, 1.0])]
    weights, gradient, old = (array.copy() for array in given)
    new = 0.9 * old + 0.1 * gradient**2
    pair = digits.call(rmsprop_step, *given, 0.1, name="rmsprop_step")
    digits.call(rmsprop_step, np.array([[3.0]]), np.array([[0.25]]), np.array([[0.5]]), 0.5, 0.6, name="rmsprop_step")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AssertionError(
            f"`rmsprop_step` returned {digits.describe(pair)}; expected two arrays, the new weights and the new mean "
            "square: `return weights, mean_square`."
        )
    after, mean_square = pair
    digits.expect_array(mean_square, name="the new mean square", shape=(2,))
    digits.expect_array(
        mean_square, name="the new mean square", equal=new, tolerance=1e-5,
        cause="It is rho times the old one and (1 - rho) times the square of the gradient, for each weight by itself.",
    )
    digits.expect_array(after, name="the new weights", shape=(2,))
    digits.expect_array(
        after, name="the new weights", equal=weights - 0.1 * gradient / np.sqrt(new + 1e-7), tolerance=1e-4,
        cause="Each weight loses the learning rate times its gradient, divided by the root of its new mean square.",
    )
    for array, before in zip(given, (weights, gradient, old)):
        digits.expect_unchanged(before, array, name="rmsprop_step")
    pair = digits.call(rmsprop_step, *given, 0.1, rho=0.6, name="rmsprop_step")
    digits.expect_array(
        pair[1], name="the new mean square with rho=0.6", equal=0.6 * old + 0.4 * gradient**2, tolerance=1e-5,
        cause="Does it use the `rho` that it is given, and not always 0.9?",
    )
