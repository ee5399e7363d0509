import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_6"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def accuracy_of_a_column(accuracy):
    for which, answers_shape, labels_shape in [
        ("the labels are a column", (4,), (4, 1)),
        ("neither is a column", (4,), (4,)),
        ("the answers are a column", (4, 1), (4,)),
    ]:
        answers = np.array([7, 2, 1, 0]).reshape(answers_shape)
        labels = np.array([7, 2, 1, 4]).reshape(labels_shape)
        cause = f"Here {which}. Give both the same shape (n,) before you compare them, with `.reshape(-1)`."
        try:
            got = digits.call(accuracy, answers, labels, name="accuracy")
        except digits.Stopped as stopped:
            raise AssertionError(f"{stopped} {cause}") from None
        if isinstance(got, (int, float, np.number)) and not isinstance(got, (bool, np.bool_)):
            if abs(got - 75) < 1e-6:
                cause = "That is a percentage; a share from 0 to 1 is wanted."
            elif abs(got - 3) < 1e-6:
                cause = "That is how many are right; divide by how many there are, or take the mean."
            elif abs(got - 0.25) < 1e-6:
                cause = "That is the share of wrong answers."
        digits.expect_number(got, name="accuracy(answers, labels)", equal=0.75, tolerance=1e-6, cause=cause)
