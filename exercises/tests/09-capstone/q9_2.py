import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q9_2"
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
    cause = "One row for each image, and in it one probability for each digit: ten units in the last layer."
    if len(getattr(probabilities, "shape", ())) > 2:
        cause = (
            "The images go in as squares, and a dense layer looks at each of their rows by itself. Make one row of 784 of "
            "each image, in `preprocess` or with `keras.layers.Flatten()`."
        )
    digits.expect_array(probabilities, name="model.predict(...)", shape=(5, 10), cause=cause)
    if np.isnan(probabilities).all() and any(np.isnan(weight).any() for weight in model.get_weights()):
        raise AssertionError(
            "`model.predict(...)` gives nan, because some weights are nan: at some step, the training went wrong. "
            "The loss that `fit` prints shows when. A smaller learning rate is the first thing to try."
        )
    activation = getattr((getattr(model, "layers", None) or [None])[-1], "activation", None)
    activation = activation if isinstance(activation, str) else getattr(activation, "__name__", "softmax")
    cause = "The ten numbers of an image are probabilities, as softmax makes them."
    if activation != "softmax":
        cause = f'The last layer has the activation {activation}; `activation="softmax"` makes probabilities.'
    digits.expect_array(probabilities, name="model.predict(...)", low=0, high=1, cause=cause)
    sums = probabilities.sum(axis=1)
    if abs(sums - 1).max() > 1e-3:
        raise AssertionError(
            f"The probabilities of an image sum to {sums[abs(sums - 1).argmax()]:.4g}; expected 1. {cause}"
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
    layers = getattr(model, "layers", [])
    hidden = [layer for layer in layers[:-1] if hasattr(layer, "activation")]
    scales = any(word in type(layer).__name__ for layer in layers for word in ("Rescaling", "Normalization"))
    loss = getattr(model, "loss", None)
    loss = loss if isinstance(loss, str) else str(getattr(loss, "name", getattr(loss, "__name__", "")))
    highest = float(abs(inputs).max())
    if 0 < highest < 0.02 and not scales:
        cause = f"No number that `preprocess` makes of them is larger than {highest:.2g}: are they divided by 255 twice?"
    elif elsewhere[0] > max(accuracy + 0.2, 0.4):
        larger = "255 times larger" if elsewhere[1] > 1 else "255 times smaller"
        cause = (
            f"With {larger} inputs it would read {100 * elsewhere[0]:.0f}%: so it was trained with another scale than "
            "`preprocess` gives. Train on what `preprocess` returns, and change nothing about it afterwards."
        )
    elif accuracy < 0.2 and not getattr(getattr(model, "history", None), "history", None):
        cause = (
            "That is about what guessing gives, and no epoch of `fit` has come to its end. Has the model been trained, or "
            "did the training stop with an error? Labels that are whole numbers, from 0 to 9, go with "
            "sparse_categorical_crossentropy, one-hot rows with categorical_crossentropy; `compile` comes before `fit`, "
            'with its arguments by name, `metrics=["accuracy"]`; and an optimizer takes a `learning_rate`, not `lr`.'
        )
    elif any(word in loss for word in ("squared", "mse", "absolute", "mae", "binary", "hinge")):
        cause = (
            f"Its loss is `{loss}`; for ten digits take the cross-entropy, sparse_categorical_crossentropy for labels that "
            "are whole numbers, categorical_crossentropy for one-hot rows."
        )
    elif accuracy < 0.2:
        cause = (
            "That is about what guessing gives. Is each image kept beside its own label? Are the images shuffled, and not "
            "sorted by digit? Do the weights start as random numbers, not as zeros? Is the learning rate far too large or "
            "far too small?"
        )
    elif hidden and all(getattr(layer.activation, "__name__", "") == "linear" for layer in hidden):
        cause = (
            "No hidden layer of it has an activation, such as relu. Without one, two dense layers compute "
            "nothing that a single one could not."
        )
    elif highest > 20 and not scales:
        cause = (
            f"Its inputs go up to {highest:g}. Training goes better with numbers from 0 to 1: divide by 255 in `preprocess`."
        )
    elif accuracy < 0.94:
        cause = (
            "More epochs may help, but something else is probably wrong, too. Was the network trained with all 50,000 "
            "training images, in small batches, such as batches of 128? Are the images scaled once, with `/` and not "
            "`//`? Is the learning rate far too large or too small? Is the optimizer plain SGD, which takes many "
            "epochs?"
        )
    else:
        cause = (
            "You are close. More units or more epochs help, and so does training with all 50,000 training images."
        )
    raise AssertionError(
        f"Your network reads {100 * accuracy:.2f}% of the 10,000 validation images; expected at least 97%. {cause}"
    )
