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
        digits.expect_array(
            after, name=f"the new {what}", shape=before.shape, equal=before - 0.6 * slope,
            cause="Expected for one batch: the old number minus learning_rate times slope, once. So either this step "
            "is wrong, or the slopes that `gradients` gives are wrong.",
        )
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
    raise AssertionError(
        "7 images in batches of 3, and the same three batches handed over one by one, do not give the same network; "
        "expected the same. Each batch takes a step from where the one before has led, with the slopes that are found "
        "there; the last one has one image."
    )
