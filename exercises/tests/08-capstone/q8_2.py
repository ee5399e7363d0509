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
            f"`model` cannot take what `preprocess` makes: for 5 images that has shape {inputs.shape}, "
            f"and the model takes {takes if takes else 'another shape'}. {error.brief}"
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
    probabilities = digits.call(getattr(model, "predict", model), inputs, name="model.predict", verbose=0)
    digits.expect_array(probabilities, name="model.predict(...)", shape=(10_000, 10))
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    if accuracy >= 0.97:
        return
    if accuracy < 0.2:
        cause = (
            "That is about what guessing gives. Has the model been trained, and each image kept beside its own "
            "label? Is the learning rate much too large?"
        )
    elif accuracy < 0.94:
        cause = (
            "More epochs alone will hardly mend that. Did the training images go through this same `preprocess`, all "
            "50,000 of them? Is it scaled once, with `/` and not `//`? Has the hidden layer an activation, such as "
            "relu? Is the learning rate far too large or too small, or the optimizer plain SGD?"
        )
    else:
        cause = (
            "You are close. More units or more epochs help; so does scaling, if the inputs go up to 255, and training "
            "with all 50,000 images."
        )
    raise AssertionError(
        f"Your network reads {accuracy:.2%} of the 10,000 validation images; expected at least 97%. {cause}"
    )
