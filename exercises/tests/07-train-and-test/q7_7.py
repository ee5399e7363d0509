import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_7"
points = 1


@test_case(points=None, hidden=False)
def worst_small_example(worst_mistakes):
    probabilities = np.array([
        [0.70, 0.20, 0.10], [0.60, 0.30, 0.10], [0.00, 0.10, 0.90], [0.05, 0.80, 0.15], [0.25, 0.35, 0.40],
    ])
    labels = np.array([0, 1, 1, 0, 0])
    got = digits.call(worst_mistakes, probabilities, labels, 3, name="worst_mistakes")
    again = digits.call(
        worst_mistakes, np.array([
            [0.02, 0.28, 0.70], [0.15, 0.80, 0.05], [0.30, 0.10, 0.60], [0.25, 0.50, 0.25], [0.50, 0.20, 0.30],
        ]), np.array([0, 2, 2, 1, 1]), 2, name="worst_mistakes",
    )
    if isinstance(got, tuple) and len(got) == 1 and isinstance(got[0], np.ndarray):
        raise AssertionError(
            "`worst_mistakes` returned a tuple that holds an array; expected the array. `np.where(...)` returns such a "
            "tuple: its `[0]` is the array."
        )
    if isinstance(got, (list, tuple)):
        try:
            got, again = np.array(got, dtype=int), np.array(again, dtype=int)
        except Exception:
            pass
    name = "worst_mistakes(probabilities, labels, 3)"
    cause = "The mistakes are rows 1 to 4; the network was surest of row 2, then of row 3, then of row 1."
    digits.expect_array(got, name=name, shape=(3,), cause="`count` is 3, and there are more mistakes than that.")
    if got.dtype.kind not in "iu":
        raise AssertionError(f"`{name}` has dtype {got.dtype}; expected indices, whole numbers. {cause}")
    digits.expect_array(got, name=name, equal=np.array([2, 3, 1]), cause=cause)
    digits.expect_array(
        again, name="worst_mistakes of five other images, with count 2", shape=(2,), equal=np.array([1, 0]),
        cause="The mistakes are rows 0, 1 and 4; the network was surest of row 1, then of row 0.",
    )
