import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_2"
points = 2


@test_case(points=None, hidden=False)
def accuracy_of_four_images(accuracy):
    y_true = np.array([0, 2, 1, 2])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]])
    answers = y_pred.argmax(axis=1)
    one_hot = np.eye(3)[y_true]
    found = {  # what other formulas give
        "That is the number of images: divide by how many there are.": 3,
        "A share goes from 0 to 1, not to 100.": 75,
        "That is either the share read wrong, or the share whose right class has more than one half. Count an image "
        "when its largest probability is that of the right class.": 0.25,
        "That compares every answer with every label: both sides of `==` need the shape (n,).":
            (answers[:, np.newaxis] == y_true).mean(),
        "That judges each probability by itself, above or below one half: find the largest one of each row.":
            ((y_pred > 0.5) == one_hot).mean(),
        "That counts a digit only if its probability is above one half: the largest one of its row is enough.": 0.5,
        "Compare the labels with the column of the largest value in each row, `argmax(axis=1)`, not with the value; and "
        "let no integer division cut the fraction off.": 0,
    }
    share = digits.call(accuracy, y_true, y_pred, name="accuracy")
    digits.expect_number(
        share, name="accuracy(y_true, y_pred)", cause="One number for all images: the mean of right and wrong."
    )
    cause = next(
        (cause for cause, value in found.items() if abs(share - value) < 1e-6),
        "The answer for an image is the column of the largest value in its row: `argmax(axis=1)`.",
    )
    digits.expect_number(
        share, name="accuracy(y_true, y_pred), with three of four images read right,", equal=0.75, tolerance=1e-6,
        cause=cause,
    )
