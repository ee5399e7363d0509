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
        causes = {
            "Twice too large: the two losses are 2 * nudge apart.": 2 * right,
            "Half of it: divide by 2 * nudge, once.": right / 2,
            "The difference of the losses is not divided by 2 * nudge.": 2e-4 * right,
            "The sign is the other way round: the loss above minus the loss below.": -right,
            "Is the slope written to its place in the array?": 0 * right,
            "The parentheses of (2 * nudge) are missing: first multiply, then divide.": 1e-8 * right,
        }
        cause = next(
            (cause for cause, value in causes.items() if np.allclose(array, value, rtol=1e-3, atol=1e-9)),
            "Nudge one number alone, ask `mean_loss(x, labels, parameters)`, and put the number back.",
        )
        digits.expect_array(array, name=what, equal=right, tolerance=1e-5, cause=cause)
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
    above, here, below = loss_with(0.8), loss_with(0), loss_with(-0.8)
    causes = {
        "That nudges up only: once up and once down.": (above - here) / 0.8,
        "That nudges down only: once up and once down.": (here - below) / 0.8,
        "Is `nudge` used, or a number written in its place?": (loss_with(1e-4) - loss_with(-1e-4)) / 2e-4,
        "Is the number put back before the next one is nudged?": None,
    }
    value = got[0][1][1]
    cause = next((cause for cause, found in causes.items() if found is None or abs(value - found) < 1e-4), "")
    digits.expect_number(
        value, name="the slope by the second bias, measured with a nudge of 0.8,", equal=(above - below) / 1.6,
        tolerance=1e-6, cause=cause,
    )
