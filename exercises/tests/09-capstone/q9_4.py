import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q9_4"
points = 1


@test_case(points=None, hidden=False)
def learn_and_read_three_kinds_of_stripes(learn_and_read):
    # Each kind has a bright stripe of its own, in one of three places; everything else is dim noise.
    rng = np.random.default_rng(94)
    labels = np.arange(700) % 3
    images = rng.integers(0, 60, (700, 10, 15))
    for image, label in zip(images, labels):
        image[:, 5 * label + 1 : 5 * label + 4] += 150
    images, labels = images.astype("uint8"), labels.astype("uint8")
    given = images[:580], labels[:580], images[580:]
    before = [array.copy() for array in given]
    answers = digits.call(learn_and_read, *given, name="learn_and_read")
    for old, new in zip(before, given):
        digits.expect_unchanged(old, new, name="learn_and_read")
    digits.expect_array(
        answers, name="learn_and_read(...)", shape=(120,), low=0, high=2,
        cause="One answer for each new image, and it is one of the labels.",
    )
    if not np.all(answers == np.round(answers)):
        raise AssertionError("`learn_and_read(...)` has fractions in it; expected whole numbers, the labels that were read.")
    read = np.mean(answers == labels[580:])
    if read < 0.8:
        raise AssertionError(
            f"Of 120 new images, of three kinds that are easy to tell apart, {read:.0%} were read right; expected at least "
            "80%, and guessing gives about 33%. Learning takes enough steps, and with 580 images an epoch has few of "
            "them. It also takes the labels that belong to the images, and new images that are prepared just as the "
            "training images were."
        )
