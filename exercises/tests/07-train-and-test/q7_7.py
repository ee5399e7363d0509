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
    if isinstance(got, tuple) and len(got) == 1 and isinstance(got[0], np.ndarray):
        raise AssertionError(
            "`worst_mistakes` returned a tuple that holds an array; expected the array. `np.where(...)` returns such a "
            "tuple: its `[0]` is the array."
        )
    if isinstance(got, (list, tuple)):
        try:
            got = np.array(got, dtype=int)
        except Exception:
            pass
    name = "worst_mistakes(probabilities, labels, 3)"
    listed = got.tolist() if isinstance(got, np.ndarray) and got.ndim == 1 else None
    causes = {
        (4, 1, 3): "The surest mistake comes first; `argsort` puts the smallest number first.",
        (2, 3, 0): "Row 0 is read right. Only mistakes count, and not all that the network was sure of.",
        (1, 2, 0): "These are places among the mistakes. Wanted are the indices of the rows, as in `images[worst]`.",
        (1, 2, 3): "They must be in order, the surest mistake first.",
        (1, 3, 2): "The surest mistake comes first; `argsort` puts the smallest number first.",
        (3, 2, 4): "The order is that of the probability of the *answer*, the largest one in its row, not of the true digit.",
        (1, 4, 2): "The order is that of the probability of the *answer*, the largest one in its row, not of the true digit.",
    }
    cause = causes.get(tuple(listed) if listed else (), "The mistakes are rows 1 to 4; the network was surest of row 2.")
    digits.expect_array(got, name=name, shape=(3,), cause="`count` is 3, and there are more mistakes than that.")
    if got.dtype.kind not in "iu":
        raise AssertionError(f"`{name}` has dtype {got.dtype}; expected indices, whole numbers. {cause}")
    digits.expect_array(got, name=name, equal=np.array([2, 3, 1]), cause=cause)
