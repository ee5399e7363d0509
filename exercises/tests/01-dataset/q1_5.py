import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_5"
points = 3


@test_case(points=None, hidden=False)
def nearest_mean_small_example(nearest_mean):
    images = np.array([[[60, 180]], [[210, 120]], [[0, 0]]], dtype="uint8")
    means = np.array([[[0.0, 200.0]], [[200.0, 100.0]]])
    try:
        answers = digits.call(nearest_mean, images, means, name="nearest_mean")
    except digits.Stopped as stopped:
        if "(3,1,2)" in str(stopped) and "(2,1,2)" in str(stopped):
            raise AssertionError(
                f"{stopped} One image fits beside all mean images, many images do not: "
                "take them one after the other, in a loop."
            ) from None
        raise
    digits.expect_array(answers, name="nearest_mean(images, means)", shape=(3,), cause="One answer for each image.")
    digits.expect_array(
        answers, name="nearest_mean(images, means)", equal=np.array([0, 1, 0]),
        cause="The answer is the index of the smallest distance; the distance is the sum of the squared differences.",
    )


@test_case(points=None, hidden=False)
def nearest_mean_reads_held_out_images(nearest_mean):
    (x_train, y_train), _ = digits.load()
    means = np.array([x_train[:50_000][y_train[:50_000] == digit].mean(axis=0) for digit in range(10)])
    images, labels = x_train[50_000::5], y_train[50_000::5]
    answers = digits.call(nearest_mean, images, means, name="nearest_mean")
    digits.expect_array(
        answers, name="nearest_mean(held_images[::5], means)", shape=(2000,), low=0, high=9,
        cause="One answer for each image, and each of them one of the ten digits.",
    )
    accuracy = (answers == labels).mean()
    if accuracy < 0.80:
        raise AssertionError(
            f"`nearest_mean` reads {100 * accuracy:.1f}% of the held-out images; expected at least 80%. "
            "The distance is the sum of the squared differences, over all pixels."
        )
