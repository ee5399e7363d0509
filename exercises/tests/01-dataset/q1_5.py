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
    digits.expect_array(
        answers, name="nearest_mean(images, means)", shape=(3,),
        cause="One answer for each image: take the smallest of its own distances, one to each mean image.",
    )
    cause = (
        "The answer is the index of the smallest distance (`argmin`); the distance is the sum of the squared differences."
    )
    if (answers == answers[0]).all():
        cause = (
            "All images get the same answer. Is there one distance to each mean image, with `.sum(axis=(1, 2))`? "
            "Does the `return` stand after the loop and not in it?"
        )
    digits.expect_array(answers, name="nearest_mean(images, means)", equal=np.array([0, 1, 0]), cause=cause)


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
    if accuracy >= 0.80:
        return
    if accuracy < 0.005:
        cause = "That is far below guessing: does it take the largest distance instead of the smallest?"
    elif accuracy < 0.15:
        cause = (
            "That is guessing. Is each difference squared before they are added up? Do whole numbers such as `uint8` "
            "go around on the way? Is it the same answer for every image?"
        )
    elif accuracy < 0.3:
        cause = "That is what the ink alone gives: square each difference before you add them up."
    else:
        cause = (
            "Is the distance the sum of the squared differences, over all pixels? Absolute differences, or products "
            "in place of differences, read fewer."
        )
    raise AssertionError(
        f"`nearest_mean` reads {100 * accuracy:.1f}% of the held-out images; expected at least 80%. {cause}"
    )
