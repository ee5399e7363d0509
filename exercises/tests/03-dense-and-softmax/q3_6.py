import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_6"
points = 2


@test_case(points=None, hidden=False)
def forward_small_example(forward):
    x = np.array([[3.0, 1.0], [0.0, 1.0]])
    parameters = [
        (np.array([[1.0, 0.0, -2.0], [3.0, -1.0, 1.0]]), np.array([0.0, 1.0, 4.0])),
        (np.array([[0.1, 0.0], [5.0, 2.0], [0.0, -1.0]]), np.array([-1.0, 0.0])),
    ]

    def probabilities(*logits):
        powers = np.exp(np.array(logits) - np.max(logits, axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    # After relu the hidden values are 6, 0, 0 and 3, 0, 5.
    expected = probabilities([-0.4, 0.0], [-0.7, -5.0])
    got = digits.call(forward, x, parameters, name="forward")
    digits.expect_array(
        got, name="forward(x, parameters)", shape=(2, 2),
        cause="One row for each image, and in it one probability for each unit of the last layer.",
    )
    digits.expect_array(
        got, name="forward(x, parameters)", equal=expected, tolerance=1e-5,
        cause="Apply relu after each layer except the last, and softmax after the last.",
    )


@test_case(points=None, hidden=False)
def forward_agrees_with_keras(forward):
    import keras

    rng = np.random.default_rng(42)
    network = keras.Sequential([
        keras.Input((6,)),
        keras.layers.Dense(5, activation="relu", kernel_initializer="zeros"),
        keras.layers.Dense(4, activation="relu", kernel_initializer="zeros"),
        keras.layers.Dense(3, activation="softmax", kernel_initializer="zeros"),
    ])
    sizes = [6, 5, 4, 3]
    parameters = [
        (rng.normal(0, 1, (i, u)).astype("float32"), rng.normal(0, 1, u).astype("float32"))
        for i, u in zip(sizes, sizes[1:])
    ]
    network.set_weights([array for pair in parameters for array in pair])
    x = rng.normal(0, 1, (7, 6)).astype("float32")
    expected = keras.ops.convert_to_numpy(network(x))
    got = digits.call(forward, x, parameters, name="forward")
    digits.expect_array(
        got, name="forward(x, parameters of three layers)", shape=(7, 3),
        cause="There may be any number of layers: go through all the pairs in `parameters`.",
    )
    digits.expect_array(
        got, name="forward(x, parameters of three layers)", equal=expected, tolerance=1e-5,
        cause="Keras, with the same weights, gives other probabilities. "
              "Apply relu after each layer except the last, and softmax only after the last.",
    )
