import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_7"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def repaired_gradients_point_uphill(their_gradients):
    rng = np.random.default_rng(10)
    sizes = (4, 6, 3)
    x, labels = rng.normal(0, 1, (7, 4)), np.array([0, 2, 2, 1, 0, 1, 2])
    parameters = [(rng.normal(0, 0.7, (i, u)), rng.normal(0, 0.3, u)) for i, u in zip(sizes, sizes[1:])]

    def loss_at(layer, which, step):
        moved = [[W, b] for W, b in parameters]
        moved[layer][which] = moved[layer][which] + step
        (W1, b1), (W2, b2) = moved
        powers = np.exp(np.maximum(x @ W1 + b1, 0) @ W2 + b2)
        return -np.log((powers / powers.sum(axis=1, keepdims=True))[np.arange(7), labels]).mean()

    got = digits.call(
        their_gradients, x.copy(), labels.copy(), [(W.copy(), b.copy()) for W, b in parameters], name="their_gradients"
    )
    digits.call(  # of other images: what is said of a mistake has to hold for both
        their_gradients, x[:5] * 1.3, labels[:5].copy(), [(W.copy(), b.copy()) for W, b in parameters],
        name="their_gradients",
    )
    if not isinstance(got, (list, tuple)) or len(got) != 2 or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in got
    ):
        raise AssertionError(
            f"`their_gradients` returned {digits.describe(got)}; expected two pairs. What it returns was not broken."
        )
    wrong = []
    for layer in range(2):
        for which, letter in enumerate("Wb"):
            array = parameters[layer][which]
            digits.expect_array(got[layer][which], name=f"the slopes by {letter}{layer + 1}", shape=array.shape)
            direction = rng.normal(0, 1, array.shape)
            change = (loss_at(layer, which, 1e-5 * direction) - loss_at(layer, which, -1e-5 * direction)) / 2e-5
            if abs(float((got[layer][which] * direction).sum()) - change) > 1e-5:
                wrong.append(f"by {letter}{layer + 1}")
    if wrong in (["by W1", "by b1"], ["by W1"], ["by b1"]):
        raise AssertionError(
            f"The slopes {' and '.join(wrong)} are still wrong, and those by W2 and b2 are right. So look at the lines between "
            "these two."
        )
    if wrong:
        raise AssertionError(
            f"The slopes {', '.join(wrong)} are wrong. Those by W2 and b2 were right as you found them: undo that change, and "
            "look below the second layer."
        )
