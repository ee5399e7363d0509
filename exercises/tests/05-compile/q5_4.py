import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_4"
points = 1


@test_case(points=None, hidden=False)
def sgd_step_of_three_weights(sgd_step):
    weights, gradient = np.array([1.0, 2.0, -1.0]), np.array([0.5, -1.0, 0.0])
    before, gradient_before = weights.copy(), gradient.copy()
    after = digits.call(sgd_step, weights, gradient, 0.1, name="sgd_step")
    digits.call(sgd_step, np.array([[3.0, -2.0]]), np.array([[0.25, 4.0]]), 0.5, name="sgd_step")
    digits.expect_array(after, name="sgd_step([1, 2, -1], [0.5, -1, 0], 0.1)", shape=(3,))
    digits.expect_array(
        after, name="sgd_step([1, 2, -1], [0.5, -1, 0], 0.1)", equal=before - 0.1 * gradient_before,
        cause="Each weight goes down its slope by the learning rate times that slope.",
    )
    digits.expect_unchanged(before, weights, name="sgd_step")
    digits.expect_unchanged(gradient_before, gradient, name="sgd_step")
