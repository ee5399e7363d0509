import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_4"
points = 3


@test_case(points=None, hidden=False)
def softmax_small_example(softmax):
    logits = np.log(np.array([[1.0, 2.0, 5.0], [4.0, 4.0, 8.0]]))
    expected = np.array([[0.125, 0.25, 0.625], [0.25, 0.25, 0.5]])
    try:
        got = digits.call(softmax, logits, name="softmax")
    except digits.Stopped as stopped:
        remedies = {
            "broadcast": "With `axis=1` alone, `max` and `sum` give shape (2,). With `keepdims=True` as well they stay "
                         "a column of shape (2, 1), which fits beside the rows.",
            "truth value": "The largest of each row is `logits.max(axis=1, keepdims=True)`; `sum` goes likewise.",
        }
        for word, remedy in remedies.items():
            if word in str(stopped):
                raise AssertionError(f"{stopped} {remedy}") from None
        raise
    digits.expect_array(
        got, name="softmax(logits)", shape=(2, 3), cause="Each logit becomes one probability, in the same place."
    )
    digits.expect_array(
        got, name="softmax(logits)", low=0, high=1, cause="A probability goes from 0 to 1."
    )
    if not np.allclose(got.sum(axis=1), 1, atol=1e-6):
        sums = ", ".join(f"{value:.4g}" for value in got.sum(axis=1))
        raise AssertionError(
            f"The rows of `softmax(logits)` sum to {sums}; expected 1, 1. A row is one image, and each power of e is "
            "divided by the sum of its row."
        )
    digits.expect_array(
        got, name="softmax(logits)", equal=expected, cause="Powers of e, divided by the sum of their row."
    )


@test_case(points=None, hidden=False)
def softmax_large_logits(softmax):
    logits = np.array([[1000.0, 1000.0, 1000.0], [-1000.0, -1000.0, -1001.0]])
    last = np.exp(-1) / (2 + np.exp(-1))
    expected = np.array([[1 / 3, 1 / 3, 1 / 3], [(1 - last) / 2, (1 - last) / 2, last]])
    got = digits.call(softmax, logits, name="softmax")
    name = "softmax(logits around 1000 and -1000)"
    digits.expect_array(got, name=name, shape=(2, 3), cause="Each logit becomes one probability, in the same place.")
    cause = "For each row: subtract the largest logit of that row, take `np.exp`, divide by the sum of that row."
    digits.expect_array(got, name=name, low=0, high=1, cause=cause)
    digits.expect_array(got, name=name, equal=expected, cause=cause)
