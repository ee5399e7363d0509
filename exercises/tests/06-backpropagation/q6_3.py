import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_3"
points = 2


@test_case(points=None, hidden=False)
def dense_backward_small_example(dense_backward):
    x = np.array([[2.0, -1.0, 0.25, 3.0], [-3.0, 4.0, 1.5, -2.0]])
    W = np.array([[1.0, -2.0, 0.3], [0.7, 3.0, -1.0], [-0.4, 0.2, 2.0], [1.5, -0.6, 0.8]])
    back = np.array([[0.2, -0.3, 0.1], [-0.4, 0.15, 0.25]])
    by_W = sum(np.outer(image, slopes) for image, slopes in zip(x, back))
    by_b = back[0] + back[1]
    by_x = np.array([[sum(W[i] * slopes) for i in range(4)] for slopes in back])
    try:
        got = digits.call(dense_backward, x, W, back, name="dense_backward")
    except digits.Stopped as stopped:
        raise AssertionError(
            f"{stopped} Of the shapes (2, 4), (4, 3) and (2, 3) make one of (4, 3), one of (3,) and one of (2, 4): a "
            "transpose, `.T`, turns a matrix so that it fits."
        ) from None
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise AssertionError(
            f"`dense_backward` returned {digits.describe(got)}; expected three arrays, the slopes by W, by b and by x."
        )
    shapes = [getattr(array, "shape", None) for array in got]
    if shapes != [(4, 3), (3,), (2, 4)] and sorted(map(str, shapes)) == sorted(map(str, [(4, 3), (3,), (2, 4)])):
        raise AssertionError(
            f"`dense_backward` returned arrays of shapes {shapes}; expected (4, 3), (3,), (2, 4): the order is the slopes "
            "by W, by b, by x."
        )
    causes = {
        "the slopes by W": {
            "Added up over the images, not their mean: the 1/n is in `back` already.": by_W / 2,
            "That is the first image alone: add up over all images.": np.outer(x[0], back[0]),
            "That is the last image alone: add up over all images.": np.outer(x[1], back[1]),
        },
        "the slopes by b": {
            "Added up over the images, not their mean: the 1/n is in `back` already.": by_b / 2,
            "That is the last image alone: add up over all images.": back[1],
        },
        "the slopes by x": {
            "Those are not the slopes of the loss: the gate comes in the next question, not here.": by_x * (x > 0),
        },
    }
    remedies = (
        "A weight has one slope: what comes in times what comes back, added up over the images, which is `x.T @ ...`.",
        "A bias has one slope: what comes back, added up over the images, `sum(axis=0)`.",
        "Each input of each image has a slope: what comes back, times the weights the other way, `... @ W.T`.",
    )
    for array, (name, known), right, remedy in zip(got, causes.items(), (by_W, by_b, by_x), remedies):
        digits.expect_array(array, name=name, shape=right.shape, cause=remedy)
        cause = next((cause for cause, value in known.items() if np.allclose(array, value)), remedy)
        digits.expect_array(array, name=name, equal=right, cause=cause)
