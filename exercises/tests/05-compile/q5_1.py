import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_1"
points = 3


@test_case(points=None, hidden=False)
def crossentropy_of_the_example(sparse_categorical_crossentropy):
    y_true = np.array([0, 2, 1])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    right = y_pred[np.arange(3), y_true]
    expected = float(-np.log(right).mean())
    found = {  # what other formulas give
        "That is the sum of the losses: take the mean.": -np.log(right).sum(),
        "The minus sign is missing.": np.log(right).mean(),
        "Those are the probabilities themselves: take minus their logarithm.": right.mean(),
        "There should be a logarithm.": (1 - right).mean(),
        "The logarithm is the natural one, `np.log`.": -np.log2(right).mean(),
        "The logarithm is the natural one: `np.log`.": -np.log10(right).mean(),
        "That is the mean over all columns: only the probability of the right class counts, one value for each row, "
        "`y_pred[np.arange(n), y_true]`.": -np.log(y_pred).mean(),
        "The losses were divided by images times classes: divide by the number of images.": expected / 3,
        "Is `return` inside the loop? Then it ends the function after the first image.": -np.log(right[0]) / 3,
        "That takes the largest probability of each image: take that of the right class.":
            -np.log(y_pred.max(axis=1)).mean(),
    }
    loss = digits.call(sparse_categorical_crossentropy, y_true, y_pred, name="sparse_categorical_crossentropy")
    digits.expect_number(
        loss, name="sparse_categorical_crossentropy(y_true, y_pred)",
        cause="The loss of many images is the mean of their losses.",
    )
    cause = next(
        (cause for cause, value in found.items() if abs(loss - value) < 1e-6),
        "Only the probability of the right class counts: those are 0.5, 0.7 and 0.3. Take -ln of each, then the mean.",
    )
    digits.expect_number(
        loss, name="sparse_categorical_crossentropy(y_true, y_pred)", equal=expected, tolerance=1e-6, cause=cause
    )


@test_case(points=None, hidden=False)
def crossentropy_of_a_probability_of_zero(sparse_categorical_crossentropy):
    y_true = np.array([1, 0, 2, 1], dtype="uint8")
    y_pred = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]], dtype="float32")
    expected = -np.log(1e-7) / 4
    with np.errstate(all="ignore"):
        loss = digits.call(sparse_categorical_crossentropy, y_true, y_pred, name="sparse_categorical_crossentropy")
    if isinstance(loss, np.ndarray) and loss.ndim:
        cause = "The loss of many images is the mean of their losses."
    else:
        cause = "Before the logarithm, take 1e-7 in place of any probability below it: `np.maximum(p, 1e-7)`."
    digits.expect_number(
        loss, name="the loss for the probabilities 0 and 1", equal=expected, tolerance=1e-4, cause=cause
    )
