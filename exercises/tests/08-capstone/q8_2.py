import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_2"
points = 6


@test_case(points=None, hidden=False)
def model_gives_ten_probabilities(model, preprocess):
    digits.expect_written(model, "model")
    if not callable(getattr(model, "predict", None)):
        raise AssertionError(
            f"`model` is {digits.describe(model)}; expected a Keras model. "
            "`model.fit(...)` returns the history of the training, not the model: give that another name."
        )
    images, _ = digits.sample(5)
    inputs = digits.call(preprocess, images, name="preprocess")
    try:
        probabilities = digits.call(model.predict, inputs, name="model.predict", verbose=0)
    except digits.Stopped as error:
        takes = getattr(model, "input_shape", None)
        raise AssertionError(
            f"`model` cannot take what `preprocess` makes: for 5 images that is {digits.describe(inputs)}, "
            f"and the model takes {takes if takes else 'something else'}. {error.brief}"
        ) from None
    digits.expect_array(
        probabilities, name="model.predict(...)", shape=(5, 10),
        cause="One row for each image, and in it one probability for each digit: ten units in the last layer.",
    )
    digits.expect_array(
        probabilities, name="model.predict(...)", low=0, high=1,
        cause='These are no probabilities. Has the last layer `activation="softmax"`?',
    )
    sums = probabilities.sum(axis=1)
    if abs(sums - 1).max() > 1e-3:
        raise AssertionError(
            f"The probabilities of an image sum to {sums[abs(sums - 1).argmax()]:.4g}; expected 1. "
            'Has the last layer `activation="softmax"`? With a sigmoid each digit is judged by itself.'
        )


@test_case(points=None, hidden=False)
def model_reads_the_validation_images(model, preprocess):
    digits.expect_written(model, "model")
    images, labels = (array[50_000:] for array in digits.load()[0])
    inputs = digits.call(preprocess, images, name="preprocess")

    def accuracy_for(inputs):
        answers = digits.call(model.predict, inputs, name="model.predict", verbose=0)
        return (answers.reshape(len(labels), -1).argmax(axis=1) == labels).mean()

    try:
        accuracy = accuracy_for(inputs)
    except Exception:
        raise AssertionError("The accuracy cannot be measured before `model` can answer to all images.") from None
    if accuracy >= 0.97:
        return
    elsewhere = max((accuracy_for(inputs * scale), scale) for scale in (255.0, 1 / 255))
    hidden = [layer for layer in getattr(model, "layers", [])[:-1] if hasattr(layer, "activation")]
    if elsewhere[0] > accuracy + 0.2:
        larger = "255 times larger" if elsewhere[1] > 1 else "255 times smaller"
        cause = (
            f"With {larger} inputs it would read {100 * elsewhere[0]:.0f}%: so it was trained with another scale than "
            "`preprocess` gives. Train on what `preprocess` returns, and change nothing about it afterwards."
        )
    elif accuracy < 0.2:
        cause = (
            "That is about what guessing gives. Has the model been trained, or did the training stop with an error? Is "
            "each image kept beside its own label? Is the learning rate far too large or far too small?"
        )
    elif hidden and all(getattr(layer.activation, "__name__", "") == "linear" for layer in hidden):
        cause = (
            "No hidden layer of it has an activation, such as relu. Without one, two dense layers compute "
            "nothing that a single one could not."
        )
    elif accuracy < 0.94:
        cause = (
            "More epochs may help, and probably more is amiss. Was it trained with all 50,000 training images? Are they scaled "
            "once, with `/` and not `//`? Is the learning rate far too large or too small, or the optimizer plain SGD, "
            "which takes many epochs?"
        )
    else:
        cause = (
            "You are close. More units or more epochs help; so does scaling, if the inputs go up to 255, and training "
            "with all 50,000 training images."
        )
    raise AssertionError(
        f"Your network reads {100 * accuracy:.2f}% of the 10,000 validation images; expected at least 97%. {cause}"
    )
