import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_2"
points = 3


@test_case(points=None, hidden=False)
def build_model_takes_rows_and_gives_ten_answers(build_model):
    model = digits.call(build_model, name="build_model")
    digits.expect_model(
        model, name="build_model()", takes=(784,),
        cause="Each image comes as one row of 784 numbers: begin with `keras.Input((784,))`.",
    )
    digits.expect_model(
        model, name="build_model()", takes=(784,), gives=(10,),
        cause="There are ten digits, 0 to 9, so the last layer has ten units, one for each.",
    )


@test_case(points=None, hidden=False)
def build_model_has_two_dense_layers(build_model):
    model = digits.call(build_model, name="build_model")
    digits.expect_model(
        model, name="build_model()", takes=(784,),
        cause="Each image comes as one row of 784 numbers: begin with `keras.Input((784,))`.",
    )
    shapes = [tuple(weight.shape) for weight in model.get_weights()]
    if [len(shape) for shape in shapes] == [2, 2]:
        cause = "The biases are missing: leave `use_bias` as it is."
    elif len(shapes) < 4:
        cause = "Is a layer missing? Each dense layer has a weight for each input and unit, and a bias for each unit."
    elif len(shapes) > 4:
        cause = "There are too many layers. You need one hidden layer and one output layer: that is all."
    else:
        cause = "784 numbers go into 128 hidden units, and those into 10."
    expected = [(784, 128), (128,), (128, 10), (10,)]
    if shapes != expected:
        raise AssertionError(
            f"The weights and biases of `build_model()` have the shapes {shapes}; expected {expected}. {cause}"
        )


@test_case(points=None, hidden=False)
def build_model_has_the_right_activations(build_model):
    model = digits.call(build_model, name="build_model")
    digits.expect_model(model, name="build_model()")
    rng = np.random.default_rng(40)
    inputs = rng.random((20, 784)).astype("float32")
    # The weights that a layer begins with may all be 0, and then tell nothing.
    model.set_weights([rng.normal(0, 0.2, weight.shape).astype("float32") for weight in model.get_weights()])
    answers = np.asarray(digits.call(model, inputs, name="build_model()"))
    digits.expect_array(answers, name="build_model()(rows)", shape=(20, 10))
    weights = model.get_weights()
    if [weight.ndim for weight in weights] == [2, 1, 2, 1]:
        # Which activations give these answers?
        def softmax(z):
            powers = np.exp(z - z.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        functions = {
            "relu": lambda z: np.maximum(z, 0), "softmax": softmax, "no activation": lambda z: z,
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh,
        }
        w1, b1, w2, b2 = weights
        for hidden, output in [(hidden, output) for hidden in functions for output in functions]:
            expected = functions[output](functions[hidden](inputs @ w1 + b1) @ w2 + b2)
            if (hidden, output) != ("relu", "softmax") and np.allclose(answers, expected, atol=1e-5):
                where = "hidden" if hidden != "relu" else "output"
                has, wants = (hidden, "relu") if hidden != "relu" else (output, "softmax")
                cause = (
                    "Without it, two layers compute nothing that a single one could not."
                    if where == "hidden" else "Without it, the ten numbers of an image are no probabilities."
                )
                raise AssertionError(
                    f"The {where} layer of `build_model()` has {'' if has == 'no activation' else 'the activation '}"
                    f"{has}; expected {wants}. {cause}"
                )
    digits.expect_array(
        answers, name="build_model()(rows)", low=0, high=1,
        cause="The ten numbers of an image are probabilities, as softmax makes them.",
    )
    sums = answers.sum(axis=1)
    if abs(sums - 1).max() > 1e-3:
        cause = "The ten numbers of an image are probabilities, as softmax makes them."
        if abs(answers.sum(axis=0) - 1).max() < 1e-3:
            cause = "Each column sums to 1 instead, as with `axis=0`. Each row is one image, and is to sum to 1."
        raise AssertionError(
            f"The ten numbers for an image sum to {sums[abs(sums - 1).argmax()]:.4g}; expected 1. {cause}"
        )
