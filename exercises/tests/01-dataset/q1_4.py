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
        cause="A mean image is as large as one image.",
    )
    digits.expect_array(
        mean, name="mean_image(images, labels, 3)", equal=np.array([[0.0, 75.0, 225.0]]), tolerance=1e-4,
        cause="Each pixel is the mean of that pixel in all images with the label 3.",
    )


@test_case(points=None, hidden=False)
def mean_image_mnist(mean_image):
    images, labels = digits.sample(500)
    expected = images[labels == 8].astype("float64").mean(axis=0)
    mean = digits.call(mean_image, images, labels, 8, name="mean_image")
    name = "mean_image(x_train[:500], y_train[:500], 8)"
    digits.expect_array(mean, name=name, shape=(28, 28), cause="A mean image is as large as one image.")
    if mean.dtype.kind in "iu":
        raise AssertionError(f"`{name}` has dtype {mean.dtype}; expected floats, because a mean can be a fraction.")
    digits.expect_array(
        mean, name=name, equal=expected, tolerance=1e-4,
        cause="Each pixel is the mean of that pixel in all images with the label 8.",
    )
