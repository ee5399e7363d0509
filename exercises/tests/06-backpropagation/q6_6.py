import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q6_6"
points = 2


@test_case(points=None, hidden=False)
def gradients_point_uphill(gradients):
    # All weights of a layer are moved at once, in a random direction: slopes must foretell what the loss does.
    rng = np.random.default_rng(9)
    sizes = (4, 6, 5, 3)
    x, labels = rng.normal(0, 1, (7, 4)), np.array([0, 2, 2, 1, 0, 1, 2])
    parameters = [(rng.normal(0, 0.7, (i, u)), rng.normal(0, 0.3, u)) for i, u in zip(sizes, sizes[1:])]
    single = [(rng.normal(0, 0.7, (4, 3)), rng.normal(0, 0.3, 3))]

    def loss_at(layer, which, step):
        moved = [[W, b] for W, b in parameters]
        moved[layer][which] = moved[layer][which] + step
        out = x
        for number, (W, b) in enumerate(moved):
            out = out @ W + b if number == len(moved) - 1 else np.maximum(out @ W + b, 0)
        powers = np.exp(out - out.max(axis=1, keepdims=True))
        return -np.log((powers / powers.sum(axis=1, keepdims=True))[np.arange(7), labels]).mean()

    got = digits.call(
        gradients, x.copy(), labels.copy(), [(W.copy(), b.copy()) for W, b in parameters], name="gradients"
    )
    of_one = digits.call(
        gradients, x[:5].copy(), labels[:5].copy(), [(W.copy(), b.copy()) for W, b in single], name="gradients"
    )
    if not isinstance(got, (list, tuple)) or len(got) != 3 or not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in got
    ):
        raise AssertionError(
            f"`gradients` returned {digits.describe(got)} for a network of three layers; expected a list of three pairs, "
            "(slopes by W, slopes by b)."
        )
    rows = [len(pair[0]) if getattr(pair[0], "ndim", 0) == 2 else None for pair in got]
    if rows == [5, 6, 4]:
        raise AssertionError("The pairs come from the last layer to the first; expected them in the order of `parameters`.")
    ratios = {}
    for layer in range(3):
        for which, letter in enumerate("Wb"):
            array = parameters[layer][which]
            digits.expect_array(
                got[layer][which], name=f"the slopes by {letter} of layer {layer + 1}", shape=array.shape,
                cause="A slope has the shape of what it belongs to.",
            )
            for _ in range(3):
                direction = rng.normal(0, 1, array.shape)
                change = (loss_at(layer, which, 1e-5 * direction) - loss_at(layer, which, -1e-5 * direction)) / 2e-5
                ratios.setdefault((layer, letter), []).append(float((got[layer][which] * direction).sum()) / change)
    right = {key: np.allclose(values, 1, atol=1e-4) for key, values in ratios.items()}
    if all(right.values()):
        powers = np.exp(x[:5] @ single[0][0] + single[0][1])
        back = (powers / powers.sum(axis=1, keepdims=True) - np.eye(3)[labels[:5]]) / 5
        if not isinstance(of_one, (list, tuple)) or len(of_one) != 1 or len(of_one[0]) != 2:
            raise AssertionError(
                f"`gradients` returned {digits.describe(of_one)} for a network of one layer; expected a list of one pair."
            )
        for array, slope, letter in zip(of_one[0], (x[:5].T @ back, back.sum(axis=0)), "Wb"):
            digits.expect_array(
                array, name=f"the slopes by {letter} of a network of one layer", shape=slope.shape, equal=slope,
                cause="With a single layer there is no relu, and no gate.",
            )
        return
    everything = np.concatenate(list(ratios.values()))
    which = ", ".join(f"by {letter} of layer {layer + 1}" for (layer, letter), fine in right.items() if not fine)
    if np.allclose(everything, -1, atol=1e-4):
        cause = "All of them have the wrong sign."
    elif np.allclose(everything, 7, rtol=1e-4):
        cause = "All of them are 7 times too large, and there are 7 images: the loss is the mean over them."
    elif not right[2, "W"]:
        cause = "Those of the last layer are wrong already: by W they are what comes in, transposed, times (p - y) / n."
    elif right[2, "W"] and right[2, "b"] and not right[1, "W"] and not right[1, "b"]:
        cause = (
            "The last layer is right, and below it the slopes go wrong: on the way they pass the weights, `back @ W.T`, and "
            "then the gate of the sums that relu was given there."
        )
    elif right[1, "W"] and not right[0, "W"]:
        cause = "The upper layers are right: what comes into the first layer is `x`, and above it there is a gate, too."
    else:
        cause = "`measured_slopes` tells you which of them are wrong."
    raise AssertionError(f"These slopes do not foretell what the loss does when it is nudged: {which}. {cause}")
