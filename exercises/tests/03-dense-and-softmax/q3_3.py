import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q3_3"
points = 2


@test_case(points=None, hidden=False)
def dense_small_example(dense):
    x = np.array([[3.0, 1.0], [0.0, 1.0]])
    W = np.array([[1.0, 0.0, -2.0], [3.0, -1.0, 1.0]])
    b = np.array([0.0, 1.0, 4.0])
    expected = np.array([[6.0, 0.0, -1.0], [3.0, 0.0, 5.0]])
    try:
        got = digits.call(dense, x, W, b, name="dense")
    except digits.Stopped as stopped:
        remedy = "Images are the rows of `x` and units the columns of `W`: the product that fits is `x @ W`."
        if "shapes (2,3) (3,1)" in str(stopped):
            remedy = "`b` is a row, one number for each unit: `+ b` adds it to each row of the product by itself."
        raise AssertionError(f"{stopped} {remedy}") from None
    digits.expect_array(
        got, name="dense(x, W, b)", shape=(2, 3),
        cause="One row for each image, one column for each unit.",
    )
    digits.expect_array(
        got, name="dense(x, W, b)", equal=expected,
        cause="Each number is a row of `x` times a column of `W`, added up, plus the bias of that column.",
    )


@test_case(points=None, hidden=False)
def dense_on_images(dense):
    rng = np.random.default_rng(33)
    images, _ = digits.sample(5)
    x = images.reshape(5, 784).astype("float32") / 255
    W, b = rng.normal(0, 0.1, (784, 10)).astype("float32"), rng.normal(0, 1, 10).astype("float32")
    expected = np.einsum("ni,iu->nu", x.astype("float64"), W) + b
    got = digits.call(dense, x, W, b, name="dense")
    digits.expect_array(
        got, name="dense(rows[:5], W, b)", shape=(5, 10), cause="Five images and ten units make five rows of ten."
    )
    digits.expect_array(
        got, name="dense(rows[:5], W, b)", equal=expected, tolerance=1e-4,
        cause="Each number is a row of `x` times a column of `W`, added up, plus the bias of that column.",
    )
