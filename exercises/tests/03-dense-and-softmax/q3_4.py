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
    got = digits.call(softmax, logits, name="softmax")
    digits.expect_array(
        got, name="softmax(logits)", shape=(2, 3), cause="Each logit becomes one probability, in the same place."
    )
    if got.max() <= 1e-9 and got.min() < -0.1:
        raise AssertionError(
            f"`softmax(logits)` holds values from {got.min():.6g} to {got.max():.6g}; expected 0 to 1. "
            "Those are logarithms of probabilities, or the logits less their largest: `np.exp` is missing."
        )
    digits.expect_array(
        got, name="softmax(logits)", low=0, high=1,
        cause="Has each power of e been divided by the sum of its row?",
    )
    if not np.allclose(got.sum(axis=1), 1, atol=1e-6):
        sums = ", ".join(f"{value:.4g}" for value in got.sum(axis=1))
        along = "the columns sum to 1: it was computed along axis 0" if np.allclose(got.sum(axis=0), 1) else (
            "the whole array sums to 1" if np.allclose(got.sum(), 1) else "each row must be divided by its own sum")
        raise AssertionError(
            f"The rows of `softmax(logits)` sum to {sums}; expected 1, 1. Here {along}. "
            "A row is one image: take the largest value and the sum with `axis=1, keepdims=True`."
        )
    digits.expect_array(
        got, name="softmax(logits)", equal=expected,
        cause="The larger the logit, the larger the probability: powers of e, divided by the sum of their row.",
    )


@test_case(points=None, hidden=False)
def softmax_large_logits(softmax):
    logits = np.array([[1000.0, 1000.0, 1000.0], [-1000.0, -1000.0, -1001.0]])
    last = np.exp(-1) / (2 + np.exp(-1))
    expected = np.array([[1 / 3, 1 / 3, 1 / 3], [(1 - last) / 2, (1 - last) / 2, last]])
    got = digits.call(softmax, logits, name="softmax")
    cause = (
        "`np.exp(1000)` overflows, and infinity divided by infinity is nan. "
        "Subtract the largest logit of each row before you take `np.exp`."
    )
    name = "softmax(logits around 1000 and -1000)"
    digits.expect_array(got, name=name, shape=(2, 3), low=0, high=1, cause=cause)
    digits.expect_array(got, name=name, equal=expected, cause=cause)
