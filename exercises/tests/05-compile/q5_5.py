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
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise AssertionError(
            f"`rmsprop_step` returned {digits.describe(pair)}; expected two arrays, the new weights and the new mean "
            "square: `return weights, mean_square`."
        )
    after, mean_square = pair
    squares = {  # what other formulas give
        "That looks like the new weights: the order is the new weights, the new mean square.":
            weights - 0.1 * gradient / np.sqrt(new + 1e-7),
        "That is the old one: is the new mean square returned?": old,
        "The two shares are exchanged: 0.9 of the old mean, 0.1 of the new square.": 0.1 * old + 0.9 * gradient**2,
        "The slopes are not squared.": 0.9 * old + 0.1 * gradient,
        "That is a sum, and it grows for ever: the old mean counts `rho`, the new square `1 - rho`.": old + gradient**2,
        "The new square should count 1 - rho.": 0.9 * old + gradient**2,
        "The parentheses of (1 - rho) are missing.": 0.9 * old + 1 - 0.9 * gradient**2,
        "That is the mean over all weights: each weight has a mean square of its own.":
            0.9 * old + 0.1 * np.mean(gradient**2),
    }
    digits.expect_array(mean_square, name="the new mean square", shape=(2,))
    cause = next((cause for cause, value in squares.items() if np.allclose(mean_square, value, atol=1e-4)), "")
    digits.expect_array(mean_square, name="the new mean square", equal=new, tolerance=1e-5, cause=cause)
    steps = {
        "That goes up the slope, and the loss grows: subtract.": weights + 0.1 * gradient / np.sqrt(new),
        "That divides by the old mean square: compute the new one first.": weights - 0.1 * gradient / np.sqrt(old),
        "The square root is missing.": weights - 0.1 * gradient / new,
        "The gradient is divided by itself, so its square went into the step.": weights - 0.1 * gradient**2 / np.sqrt(new),
        "That is a step of plain gradient descent: divide by the root of the mean square.": weights - 0.1 * gradient,
        "Multiply by the gradient, and divide by the root.": weights - 0.1 / np.sqrt(new),
        "That is only the step: subtract it from the weights.": 0.1 * gradient / np.sqrt(new),
        "The learning rate is missing.": weights - gradient / np.sqrt(new),
        "Divide by the root of the mean square; do not multiply.": weights - 0.1 * gradient * np.sqrt(new),
    }
    digits.expect_array(after, name="the new weights", shape=(2,))
    cause = next((cause for cause, value in steps.items() if np.allclose(after, value, atol=1e-4)), "")
    digits.expect_array(
        after, name="the new weights", equal=weights - 0.1 * gradient / np.sqrt(new + 1e-7), tolerance=1e-4, cause=cause
    )
    for array, before in zip(given, (weights, gradient, old)):
        digits.expect_unchanged(before, array, name="rmsprop_step")
    pair = digits.call(rmsprop_step, *given, 0.1, rho=0.6, name="rmsprop_step")
    digits.expect_array(
        pair[1], name="the new mean square with rho=0.6", equal=0.6 * old + 0.4 * gradient**2, tolerance=1e-5,
        cause="Does it use the `rho` that it is given, and not always 0.9?",
    )
