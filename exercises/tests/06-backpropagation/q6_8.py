import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_8"
points = 2


@test_case(points=None, hidden=False)
def train_epoch_of_a_single_batch(train_epoch):
    # A single layer, without a gate, and one batch: so one step, whose slopes are (p - y) / n.
    rng = np.random.default_rng(11)
    x, labels = rng.normal(0, 1, (5, 3)), np.array([3, 0, 1, 3, 2])
    W, b = rng.normal(0, 0.7, (3, 4)), rng.normal(0, 0.4, 4)
    powers = np.exp(x @ W + b)
    back = (powers / powers.sum(axis=1, keepdims=True) - np.eye(4)[labels]) / 5
    given = [(W.copy(), b.copy())]
    got = digits.call(train_epoch, x, labels, given, 0.6, 8, name="train_epoch")
    if not isinstance(got, (list, tuple)) or len(got) != 1 or not isinstance(got[0], (list, tuple)) or len(got[0]) != 2:
        raise AssertionError(
            f"`train_epoch` returned {digits.describe(got)} for a network of one layer; expected a list of one pair, (W, b)."
        )
    for after, before, slope, what in zip(got[0], (W, b), (x.T @ back, back.sum(axis=0)), ("W", "b")):
        causes = {
            "That goes up the slope, and the loss grows: subtract.": before + 0.6 * slope,
            "The learning rate is missing.": before - slope,
            "That is only the step: the new weights are the old ones minus it.": 0.6 * slope,
            "That is only the step: add it to the old weights.": -0.6 * slope,
            "Those are the old ones: with 5 images and batches of up to 8 there is one step to take.": before,
            "Those are the slopes, not the new weights.": slope,
            "The step is right but for the number of images: `gradients` has the mean already.": before - 0.12 * slope,
            "The step is divided by the size of a full batch: `gradients` has the mean already.": before - 0.075 * slope,
        }
        digits.expect_array(after, name=f"the new {what}", shape=before.shape)
        cause = next(
            (cause for cause, value in causes.items() if np.allclose(after, value, atol=1e-7)),
            "Each number goes down its slope, as `gradients` finds it: minus learning_rate times slope.",
        )
        digits.expect_array(after, name=f"the new {what}", equal=before - 0.6 * slope, cause=cause)
    for before, after in zip((W, b), given[0]):
        digits.expect_unchanged(
            before, after, name="train_epoch", cause="Make new arrays: `W - step` does; `W -= step` changes the old one.",
        )


@test_case(points=None, hidden=False)
def train_epoch_takes_batch_after_batch(train_epoch):
    # Two epochs of one batch each, one after the other, are one epoch of two batches.
    rng = np.random.default_rng(12)
    x, labels = rng.normal(0, 1, (7, 4)), np.array([0, 2, 2, 1, 0, 1, 2])
    begin = [(rng.normal(0, 0.7, (i, u)), rng.normal(0, 0.3, u)) for i, u in ((4, 5), (5, 3))]

    def epoch(parameters, first, last, size):
        copies = [(np.array(W), np.array(b)) for W, b in parameters]
        return digits.call(train_epoch, x[first:last], labels[first:last], copies, 0.4, size, name="train_epoch")

    got = epoch(begin, 0, 7, 3)
    one = epoch(begin, 0, 3, 3)
    two = epoch(one, 3, 6, 3)
    three = epoch(two, 6, 7, 3)

    def same(one, other):
        return all(np.allclose(a, b, atol=1e-9) for x, y in zip(one, other) for a, b in zip(x, y))

    if same(got, three):
        return
    at_once = epoch(begin, 0, 7, 7)
    causes = {
        "That is a single step, with all images in one batch: the batches have `batch_size` images.": at_once,
        "The last batch is left out: with 7 images and batches of 3 there is one image left.": two,
        "It stops after the first batch: is `return` inside the loop?": one,
        "Each batch is used as it should be, but only the last one has an effect: do the steps add up?": None,
    }
    cause = next(cause for cause, value in causes.items() if value is None or same(got, value))
    if cause.startswith("Each") and not same(got, epoch(begin, 6, 7, 3)):
        cause = "The slopes of each batch are those of the network as it is after the batch before, and its images are the next."
    raise AssertionError(
        "7 images in batches of 3, and the same three batches handed over one by one, do not give the same network; "
        f"expected the same. {cause}"
    )
