import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_6"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def accuracy_of_a_column(accuracy):
    found = {}
    for which, answers_shape, labels_shape in [
        ("the labels are a column", (4,), (4, 1)),
        ("neither is a column", (4,), (4,)),
        ("the answers are a column", (4, 1), (4,)),
    ]:
        answers = np.array([7, 2, 1, 0]).reshape(answers_shape)
        labels = np.array([7, 2, 1, 4]).reshape(labels_shape)
        try:
            found[which] = digits.call(accuracy, answers, labels, name="accuracy")
        except digits.Stopped as stopped:
            raise AssertionError(f"{stopped} Here {which}.") from None
    for which, got in found.items():
        digits.expect_number(
            got, name="accuracy(answers, labels)", equal=0.75, tolerance=1e-6,
            cause=f"Here {which}. Three of the four answers equal their label.",
        )
