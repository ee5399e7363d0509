import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_4"
points = 2


@test_case(points=None, hidden=False)
def sgd_step_of_three_weights(sgd_step):
    weights, gradient = np.array([1.0, 2.0, -1.0]), np.array([0.5, -1.0, 0.0])
    before, gradient_before = weights.copy(), gradient.copy()
    found = {  # what other formulas give
        "That goes up the slope, and the loss grows: subtract.": before + 0.1 * gradient_before,
        "The learning rate is missing.": before - gradient_before,
        "That is only the step: the new weights are the old weights and the step.": -0.1 * gradient_before,
        "That is only the step: the new weights are the old weights minus it.": 0.1 * gradient_before,
        "Multiply by the learning rate; do not divide.": before - gradient_before / 0.1,
        "Every step has the same length: multiply by the slope, not only by its sign.":
            before - 0.1 * np.sign(gradient_before),
        "The step is right, but in the wrong place: is the weight multiplied by it?": before * (1 - 0.1 * gradient_before),
    }
    after = digits.call(sgd_step, weights, gradient, 0.1, name="sgd_step")
    digits.expect_array(after, name="sgd_step([1, 2, -1], [0.5, -1, 0], 0.1)", shape=(3,))
    cause = next((cause for cause, value in found.items() if np.allclose(after, value)), "")
    digits.expect_array(
        after, name="sgd_step([1, 2, -1], [0.5, -1, 0], 0.1)", equal=before - 0.1 * gradient_before, cause=cause
    )
    digits.expect_unchanged(before, weights, name="sgd_step")
    digits.expect_unchanged(gradient_before, gradient, name="sgd_step")
