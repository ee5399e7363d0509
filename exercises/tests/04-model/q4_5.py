import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_5"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def repaired_network_takes_squares(repaired_network):
    model = digits.call(repaired_network, name="repaired_network")
    digits.expect_model(
        model, name="repaired_network()", takes=(28, 28),
        cause="It takes the images as squares; leave `keras.Input((28, 28))` as it is.",
    )
    digits.expect_model(
        model, name="repaired_network()", takes=(28, 28), gives=(10,),
        cause="The square must become one row before the first dense layer: is there a `Flatten` layer?",
    )


@test_case(points=None, hidden=False)
def repaired_network_gives_probabilities(repaired_network):
    model = digits.call(repaired_network, name="repaired_network")
    digits.expect_model(model, name="repaired_network()")
    squares = np.random.default_rng(47).random((20, 28, 28)).astype("float32")
    answers = np.asarray(digits.call(model, squares, name="repaired_network()"))
    if answers.shape != (20, 10):
        raise AssertionError("This check can look at the answers as soon as there are ten for each image.")
    digits.expect_array(
        answers, name="repaired_network()(images)", low=0, high=1,
        cause="Probabilities lie between 0 and 1: which activation makes probabilities, and in which layer does it stand?",
    )
    sums = answers.sum(axis=1)
    if abs(sums - 1).max() > 1e-3:
        raise AssertionError(
            f"The ten answers for an image sum to {sums[abs(sums - 1).argmax()]:.4g}; expected 1, because they are "
            "probabilities. Which activation makes probabilities, and in which layer does it stand?"
        )
