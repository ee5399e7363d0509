import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q4_6"
points = 1


@test_case(points=None, hidden=False)
def for_images_small_example(for_images):
    import keras

    # A network without a layer to train: it returns the rows that it is given.
    network = keras.Sequential([keras.Input((6,)), keras.layers.Identity()])
    image = np.array([[[0, 51, 102], [153, 204, 255]]], dtype="uint8")
    model = digits.call(for_images, network, 2, 3, name="for_images")
    digits.expect_model(
        model, name="for_images(network, 2, 3)", takes=(2, 3),
        cause="It takes images of the height and width it is told: begin with `keras.Input((height, width))`.",
    )
    digits.expect_model(
        model, name="for_images(network, 2, 3)", takes=(2, 3), gives=(6,),
        cause="What the network answers is the answer; is there a layer behind it, or is the image not flat before it?",
    )
    row = np.asarray(digits.call(model, image, name="for_images(network, 2, 3)"))
    digits.expect_array(
        row, name="what the network gets for the image [[0 51 102] [153 204 255]]", low=0, high=1,
        cause="Its values should go from 0 to 1: is there a `Rescaling` layer, and is its factor `1 / 255`?",
    )
    digits.expect_array(
        row, name="what the network gets for the image [[0 51 102] [153 204 255]]",
        equal=np.array([[0, 0.2, 0.4, 0.6, 0.8, 1]]), tolerance=1e-5,
        cause="Each pixel is divided by 255, once, and the image is read row by row.",
    )


@test_case(points=None, hidden=False)
def for_images_answers_as_the_network(for_images):
    import keras

    network = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    images = np.random.default_rng(48).integers(0, 256, (20, 28, 28), dtype="uint8")
    expected = np.asarray(network(images.reshape(20, 784) / np.float32(255)))
    weights = [weight.copy() for weight in network.get_weights()]
    model = digits.call(for_images, network, 28, 28, name="for_images")
    digits.expect_model(
        model, name="for_images(network, 28, 28)", takes=(28, 28), gives=(10,),
        cause="Is the image made flat, and is `network` the last layer of your model?",
    )
    answers = np.asarray(digits.call(model, images, name="for_images(network, 28, 28)"))
    theirs = model.get_weights()
    if [weight.shape for weight in theirs] != [weight.shape for weight in weights] or not all(
        np.array_equal(one, other) for one, other in zip(theirs, weights)
    ):
        cause = "Its weights are not those of `network`. Put `network` itself into your model, as its last layer."
    else:
        cause = "Is each pixel divided by 255, once, and the image read row by row?"
    digits.expect_array(answers, name="for_images(network, 28, 28)(images)", equal=expected, tolerance=1e-4, cause=cause)
