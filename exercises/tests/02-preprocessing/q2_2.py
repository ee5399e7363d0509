import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q2_2"
points = 2


@test_case(points=None, hidden=False)
def unflatten_small_example(unflatten):
    vectors = np.array([[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]], dtype="uint8")
    expected = vectors.reshape(2, 2, 3).copy()
    images = digits.call(unflatten, vectors, 2, 3, name="unflatten")
    digits.expect_array(
        images, name="unflatten(vectors, 2, 3)", shape=(2, 2, 3),
        cause="The order is images, rows, columns: (n, height, width).",
    )
    digits.expect_array(
        images, name="unflatten(vectors, 2, 3)", dtype="uint8", equal=expected,
        cause="The first `width` values of a vector are the top row of its image.",
    )


@test_case(points=None, hidden=False)
def unflatten_mnist(unflatten):
    images, _ = digits.sample(5)
    again = digits.call(unflatten, images.reshape(5, 784).copy(), 28, 28, name="unflatten")
    digits.expect_array(again, name="unflatten(vectors, 28, 28)", shape=(5, 28, 28))
    digits.expect_array(
        again, name="unflatten(vectors, 28, 28)", equal=images,
        cause="The digits do not look as they did before they were flattened.",
    )
