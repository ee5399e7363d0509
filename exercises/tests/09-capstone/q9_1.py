import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q9_1"
points = 2


@test_case(points=None, hidden=False)
def preprocess_has_an_entry_for_each_image(preprocess):
    images, _ = digits.sample(5)
    inputs = digits.call(preprocess, images, name="preprocess")
    digits.expect_array(inputs, name="preprocess(images)")
    if not np.all(np.isfinite(inputs)):
        raise AssertionError(
            "`preprocess(images)` holds nan or infinity; expected numbers. Nothing may be divided by a number that can be "
            "0, such as the spread of a pixel that is always black."
        )
    if inputs.ndim < 2 or len(inputs) != 5 or inputs.size == 0:
        raise AssertionError(
            f"`preprocess(images)` has shape {inputs.shape} for 5 images; expected 5 entries, for example (5, 784). "
            "The first axis counts the images and stays."
        )
    if inputs.max() == inputs.min():
        if inputs.dtype.kind == "f":
            cause = "An array for the answer has to be filled, and fractions must not become whole numbers on the way."
        else:
            cause = (
                "Whole numbers hold no fractions: divide with `/`, not `//`, and do not convert back to whole numbers."
            )
        raise AssertionError(
            f"`preprocess(images)` is {inputs.max():g} everywhere; expected values that tell the digits apart. {cause}"
        )
    if np.all(inputs == inputs[:1]):
        raise AssertionError(
            "`preprocess(images)` has the same entry for all 5 images; expected each entry to be made of its own image."
        )


@test_case(points=None, hidden=False)
def preprocess_leaves_its_input_alone(preprocess):
    images, _ = digits.sample(5)
    before = images.copy()
    inputs = digits.call(preprocess, images, name="preprocess")
    digits.expect_unchanged(before, images, name="preprocess")
    digits.expect_array(inputs, name="preprocess(images)")
    if inputs.ndim < 2 or len(inputs) != 5 or np.all(inputs == inputs[:1]):
        raise AssertionError(
            "`preprocess` left the images as they were, but does not yet make an entry of each; see the other message."
        )
    digits.expect_array(
        digits.call(preprocess, before, name="preprocess"), name="preprocess(images), called again", equal=inputs,
        cause="The same images must come out the same each time: nothing in it may be random.",
    )
    digits.expect_array(
        digits.call(preprocess, before[:1], name="preprocess"), name="preprocess(images[:1])", equal=inputs[:1],
        tolerance=1e-4,
        cause="The first image comes out differently when it comes alone. What `preprocess` makes of an image must not "
        "depend on the others: numbers such as the largest value, the mean or the spread are taken once, from the training "
        "images.",
    )
