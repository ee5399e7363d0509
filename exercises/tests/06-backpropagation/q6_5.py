import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_5"
points = 1


@test_case(points=None, hidden=False)
def measured_slopes_of_one_layer(measured_slopes):
    # A single layer, without a gate: its slopes are known from the questions above.
    rng = np.random.default_rng(5)
    x, labels = rng.normal(0, 1, (5, 3)), np.array([3, 0, 1, 3, 2])
    W, b = rng.normal(0, 0.7, (3, 4)), rng.normal(0, 0.4, 4)
    powers = np.exp(x @ W + b)
    back = (powers / powers.sum(axis=1, keepdims=True) - np.eye(4)[labels]) / 5
    given = [(W.copy(), b.copy())]
    got = digits.call(measured_slopes, x, labels, given, name="measured_slopes")
    if not isinstance(got, (list, tuple)) or len(got) != 1 or not isinstance(got[0], (list, tuple)) or len(got[0]) != 2:
        raise AssertionError(
            f"`measured_slopes` returned {digits.describe(got)} for a network of one layer; expected a list of one pair, "
            "(slopes by W, slopes by b)."
        )
    for array, right, what in zip(got[0], (x.T @ back, back.sum(axis=0)), ("the slopes by W", "the slopes by b")):
        digits.expect_array(array, name=what, shape=right.shape, cause="A slope has the shape of what it belongs to.")
        digits.expect_array(
            array, name=what, equal=right, tolerance=1e-5,
            cause="Expected for each number: (loss with it nudged up - loss with it nudged down) / (2 * nudge).",
        )
    for before, after in zip((W, b), given[0]):
        digits.expect_unchanged(
            before, after, name="measured_slopes",
            cause="Keep each number before you nudge it, `number = array[place]`, and put that back.",
        )


@test_case(points=None, hidden=False)
def measured_slopes_use_the_nudge(measured_slopes):
    rng = np.random.default_rng(6)
    x, labels = rng.normal(0, 1, (4, 2)), np.array([2, 0, 1, 1])
    W, b = rng.normal(0, 0.8, (2, 3)), rng.normal(0, 0.5, 3)

    def loss_with(change):
        powers = np.exp(x @ W + b + [0, change, 0])
        return -np.log((powers / powers.sum(axis=1, keepdims=True))[np.arange(4), labels]).mean()

    got = digits.call(measured_slopes, x, labels, [(W.copy(), b.copy())], nudge=0.8, name="measured_slopes")
    digits.expect_number(
        got[0][1][1], name="the slope by the second bias, measured with a nudge of 0.8,",
        equal=(loss_with(0.8) - loss_with(-0.8)) / 1.6, tolerance=1e-6,
        cause="Nudge by `nudge`, once up and once down, while all other numbers are as they were.",
    )
