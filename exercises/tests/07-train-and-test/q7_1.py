import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def prediction_has_the_right_form(steps_per_epoch, images_in_last_batch, changes_after_five_epochs):
    counted = "It is a count, so it must be a whole number."
    digits.expect_number(steps_per_epoch, name="steps_per_epoch", low=1, high=50_000, whole=True, cause=counted)
    digits.expect_number(
        images_in_last_batch, name="images_in_last_batch", low=1, high=128, whole=True,
        cause="No batch has more than 128 images, and none is empty.",
    )
    digits.expect_number(
        changes_after_five_epochs, name="changes_after_five_epochs", low=1, high=250_000, whole=True, cause=counted
    )
