import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_2"
points = 1


@test_case(points=None, hidden=False)
def logit_slopes_of_two_images(logit_slopes):
    p = np.array([[0.2, 0.5, 0.3], [0.6, 0.15, 0.25]])
    y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    got = digits.call(logit_slopes, np.log(p) + [[2.0], [-1.0]], np.array([0, 2]), name="logit_slopes")
    more = np.array([[0.1, 0.2, 0.3, 0.05, 0.35], [0.4, 0.15, 0.1, 0.05, 0.3], [0.25, 0.1, 0.35, 0.1, 0.2]])
    again = digits.call(logit_slopes, np.log(more) + [[-0.5], [1.5], [0.3]], np.array([3, 0, 1]), name="logit_slopes")
    digits.expect_array(
        got, name="logit_slopes(logits, labels)", shape=(2, 3), cause="There is a slope for each logit of each image."
    )
    digits.expect_array(
        got, name="logit_slopes(logits, labels)", equal=(p - y) / 2,
        cause="For the first image p is 0.2, 0.5, 0.3, and its right class is 0; there are two images.",
    )
    y = np.array([[0.0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
    digits.expect_array(
        again, name="logit_slopes of three images and five classes", shape=(3, 5), equal=(more - y) / 3,
        cause="For the first of these p is 0.1, 0.2, 0.3, 0.05, 0.35, and its right class is 3; there are three images.",
    )
