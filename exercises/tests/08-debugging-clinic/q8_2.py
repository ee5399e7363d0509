import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_2"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_2_is_given_something_to_learn(prepare_2):
    images, labels = digits.sample(50)
    wanted = images[:40].reshape(40, 784) / 255
    right = labels[:40].astype(int)
    arrays = digits.call(prepare_2, images[:40], labels[:40], images[40:], labels[40:], name="prepare_2")
    digits.call(prepare_2, images[10:], labels[10:], images[:10], labels[:10], name="prepare_2")  # others, to compare
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_2` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    x_train, y_train = arrays[:2]
    digits.expect_array(
        x_train, name="x_train", shape=(40, 784), low=0, high=1, cause="The rows and the division by 255 were not broken.",
    )
    digits.expect_array(y_train, name="y_train")
    if y_train.ndim not in (1, 2) or len(y_train) != 40:
        raise AssertionError(f"`y_train` has shape {y_train.shape} for 40 training images; expected (40,).")
    came_from = ((x_train[:, np.newaxis] - wanted) ** 2).sum(axis=2).argmin(axis=1)
    digit = y_train.argmax(axis=1) if y_train.ndim == 2 and y_train.shape[1] > 1 else y_train.reshape(-1)
    beside = int((digit == right[came_from]).sum())
    if beside < 40:
        raise AssertionError(
            f"Of 40 training images, {beside} still stand beside their own label; expected all 40. "
            "Follow one image and its label through `prepare_2`: to which place does each of them go?"
        )
