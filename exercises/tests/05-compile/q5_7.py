import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_7"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def losses_are_known_to_keras(loss_a, loss_b, loss_c):
    import keras

    for name, loss in (("loss_a", loss_a), ("loss_b", loss_b), ("loss_c", loss_c)):
        digits.expect_written(loss, name)
        known = None
        if isinstance(loss, str) or callable(loss):
            try:
                known = keras.losses.get(loss)
            except Exception:
                known = None
        if known is None:
            raise AssertionError(
                f"`{name}` is {digits.describe(loss)}; expected a loss that Keras knows, by its name, such as "
                '"mean_squared_error". Is it spelled right?'
            )
