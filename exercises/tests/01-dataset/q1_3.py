import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_3"
points = 2


@test_case(points=None, hidden=False)
def class_counts_small_example(class_counts):
    labels = np.array([3, 1, 3, 5], dtype="uint8")
    counts = digits.call(class_counts, labels, name="class_counts")
    digits.expect_array(
        counts, name="class_counts([3, 1, 3, 5])", shape=(10,),
        cause="There are ten counts, from digit 0 to digit 9, also for digits that do not occur.",
    )
    digits.expect_array(
        counts, name="class_counts([3, 1, 3, 5])", equal=np.array([0, 1, 0, 2, 0, 1, 0, 0, 0, 0]),
        cause="Entry d counts the labels that equal d.",
    )


@test_case(points=None, hidden=False)
def class_counts_mnist(class_counts):
    _, labels = digits.sample(10000)
    expected = np.array([(labels == digit).sum() for digit in range(10)])
    counts = digits.call(class_counts, labels, name="class_counts")
    digits.expect_array(
        counts, name="class_counts(y_train[:10000])", shape=(10,), low=0,
        cause="There are ten digits, and each has its count.",
    )
    digits.expect_array(
        counts, name="class_counts(y_train[:10000])", equal=expected,
        cause="Entry d counts the labels that equal d, among all the labels that were given.",
    )
