import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_1"
points = 2


@test_case(points=None, hidden=False)
def crossentropy_of_the_example(sparse_categorical_crossentropy):
    y_true = np.array([0, 2, 1])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    right = y_pred[np.arange(3), y_true]
    expected = float(-np.log(right).mean())
    loss = digits.call(sparse_categorical_crossentropy, y_true, y_pred, name="sparse_categorical_crossentropy")
    digits.expect_number(
        loss, name="sparse_categorical_crossentropy(y_true, y_pred)",
        cause="The loss of many images is the mean of their losses.",
    )
    digits.expect_number(
        loss, name="sparse_categorical_crossentropy(y_true, y_pred)", equal=expected, tolerance=1e-6,
        cause="Only the probability of the right class counts: those are 0.5, 0.7 and 0.3. Take -ln of each, then the mean.",
    )


@test_case(points=None, hidden=False)
def crossentropy_of_a_probability_of_zero(sparse_categorical_crossentropy):
    y_true = np.array([1, 0, 2, 1], dtype="uint8")
    y_pred = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]], dtype="float32")
    expected = -np.log(1e-7) / 4
    with np.errstate(all="ignore"):
        loss = digits.call(sparse_categorical_crossentropy, y_true, y_pred, name="sparse_categorical_crossentropy")
    digits.expect_number(
        loss, name="the loss for the probabilities 0 and 1", equal=expected, tolerance=1e-4,
        cause="Take 1e-7 in place of any smaller probability, and return the mean of all four losses.",
    )
