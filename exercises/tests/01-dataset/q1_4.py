import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q1_4"
points = 2


@test_case(points=None, hidden=False)
def mean_image_small_example(mean_image):
    images = np.array([[[0, 100, 200]], [[0, 50, 250]], [[90, 90, 90]]], dtype="uint8")
    labels = np.array([3, 3, 7], dtype="uint8")
    mean = digits.call(mean_image, images, labels, 3, name="mean_image")
    digits.expect_array(
        mean, name="mean_image(images, labels, 3)", shape=(1, 3),
        cause="Take the mean over the first axis only, which counts the images: `.mean(axis=0)`.",
    )
    causes = {
        "That is a single image; take the mean of all images with that label.": ([0, 100, 200], [0, 50, 250]),
        "That is the mean of all images; pick those with `labels == digit` first.": ([30, 80, 180],),
        "That is the sum; divide it by the number of images of that digit.": ([0, 150, 450], [0, 150, 194]),
        "Divide by the number of images of that digit, not by the number of all images.": ([0, 50, 150], [0, 50, 64]),
        "Sums of `uint8` begin again at 0 after 255: make the images floats before you add them up.": (
            [0, 75, 97],
        ),
        "That is the mean of another digit's images.": ([90, 90, 90],),
    }
    cause = next(
        (cause for cause, wrong in causes.items() if any(np.allclose(mean, [row], atol=0.4) for row in wrong)),
        "Each pixel is the mean of that pixel in all images with the label 3.",
    )
    digits.expect_array(
        mean, name="mean_image(images, labels, 3)", equal=np.array([[0.0, 75.0, 225.0]]), tolerance=1e-4, cause=cause
    )


@test_case(points=None, hidden=False)
def mean_image_mnist(mean_image):
    images, labels = digits.sample(500)
    expected = images[labels == 8].astype("float64").mean(axis=0)
    mean = digits.call(mean_image, images, labels, 8, name="mean_image")
    name = "mean_image(x_train[:500], y_train[:500], 8)"
    digits.expect_array(mean, name=name, shape=(28, 28), cause="A mean image is as large as one image.")
    if mean.dtype.kind in "iu":
        raise AssertionError(
            f"`{name}` has dtype {mean.dtype}; expected floats. "
            "A mean is a fraction: do not round it or convert it back."
        )
    if mean.max() <= 1 < expected.max():
        raise AssertionError(
            f"`{name}` holds values up to {mean.max():.4g}; expected {expected.max():.4g}. "
            "The pixels stay on their scale from 0 to 255 here: nothing is divided by 255."
        )
    digits.expect_array(
        mean, name=name, equal=expected, tolerance=1e-4,
        cause="Each pixel is the mean of that pixel in all images with the label 8, not rounded.",
    )
