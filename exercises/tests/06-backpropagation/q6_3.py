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
    rng = np.random.default_rng(4)
    more = rng.normal(0, 1, (3, 2)), rng.normal(0, 1, (2, 5)), rng.normal(0, 0.4, (3, 5))
    try:
        got = digits.call(dense_backward, x, W, back, name="dense_backward")
        again = digits.call(dense_backward, *more, name="dense_backward")
    except digits.Stopped as stopped:
        raise AssertionError(
            f"{stopped} You have arrays of shapes (n, inputs), (inputs, units) and (n, units). Make arrays of shapes "
            "(inputs, units), (units,) and (n, inputs): a transpose, `.T`, turns a matrix so that it fits."
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
    remedies = (
        "A weight has one slope: what comes in times what comes back, added up over the images, which is `x.T @ ...`.",
        "A bias has one slope: what comes back, added up over the images, `sum(axis=0)`.",
        "Each input of each image has a slope: what comes back, times the weights the other way, `... @ W.T`.",
    )
    names = "the slopes by W", "the slopes by b", "the slopes by x"
    x, W, back = more
    three = x.T @ back, back.sum(axis=0), back @ W.T
    for arrays, rights, of in ((got, (by_W, by_b, by_x), ""), (again, three, ", for three images,")):
        wrong = []
        for array, name, right, remedy in zip(arrays, names, rights, remedies):
            try:
                digits.expect_array(array, name=f"{name}{of}", shape=right.shape, equal=right, cause=remedy)
            except AssertionError as found:
                wrong.append(str(found))
        if wrong:
            raise AssertionError(" ".join(wrong))
