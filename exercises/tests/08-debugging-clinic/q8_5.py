import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_5"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_5_treats_all_images_alike(prepare_5):
    images, labels = digits.sample(25)
    images = (0.7 * images).astype("uint8")  # the brightest pixel has the value 178
    arrays = digits.call(prepare_5, images, labels, images.copy(), labels.copy(), name="prepare_5")
    digits.call(prepare_5, images[:9] // 2, labels[:9], images[9:], labels[9:], name="prepare_5")  # others, to compare
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_5` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    x_train, x_new = arrays[0], arrays[2]
    digits.expect_array(x_train, name="x_train", shape=(25, 784))
    digits.expect_array(x_new, name="x_new", shape=(25, 784))
    for name, rows in [("x_train", x_train), ("x_new", x_new)]:
        if rows.max() > 0 and np.isin(rows, [0, 1]).all():
            raise AssertionError(
                f"`{name}` holds nothing but 0 and 1; expected fractions in between. `//` cuts them off, `/` keeps them."
            )
    if not np.allclose(np.sort(x_train.sum(axis=1)), np.sort(x_new.sum(axis=1)), rtol=1e-4):
        raise AssertionError(
            "The same 25 images were handed in as training images and as new ones, and came out differently: `x_train` "
            f"goes up to {x_train.max():.6g}, `x_new` up to {x_new.max():.6g}; expected the same for the same image. "
            "Follow both through `prepare_5`, line by line."
        )
    for name, rows in [("x_train", x_train), ("x_new", x_new)]:
        digits.expect_array(
            rows, name=name, low=0, high=1,
            cause="Both sets alike, and both of them from 0 to 1: divide by 255, and do not take the division away.",
        )
        if not np.isclose(rows.max(), 178 / 255):
            raise AssertionError(
                f"The brightest pixel of the images is 178. `{name}` goes up to {rows.max():.6g}; expected {178 / 255:.6g}. "
                "Divide by 255, once, whatever the brightest pixel at hand is."
            )
