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
    digits.expect_array(
        got, name="logit_slopes(logits, labels)", shape=(2, 3), cause="There is a slope for each logit of each image."
    )
    expected = (p - y) / 2
    found = {  # what other formulas give
        "Those are the slopes of the sum of the losses: for the mean, divide by the number of images.": p - y,
        "The sign is the other way round: p - y, not y - p.": -expected,
        "The sign is the other way round, p - y, and divide by the number of images.": y - p,
        "That divides by the number of classes: divide by the number of images.": (p - y) / 3,
        "That divides by images times classes: divide by the number of images.": (p - y) / 6,
        "Those are the probabilities, divided: take 1 away from the one of the right class.": p / 2,
        "Those are the probabilities: take 1 away from the one of the right class, and divide by the number of images.": p,
        "That is for the logits themselves: take their softmax first.": (np.log(p) + [[2.0], [-1.0]] - y) / 2,
        "That is for the logits themselves: take their softmax first; and divide by the number of images.":
            np.log(p) + [[2.0], [-1.0]] - y,
    }
    cause = next(
        (cause for cause, value in found.items() if np.allclose(got, value, atol=1e-6)),
        "For the first image p is 0.2, 0.5, 0.3, and its right class is 0; there are two images.",
    )
    digits.expect_array(got, name="logit_slopes(logits, labels)", equal=expected, cause=cause)
