import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_7"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def losses_are_known_to_keras(loss_a, loss_b, loss_c):
    import keras

    for name, loss in (("loss_a", loss_a), ("loss_b", loss_b), ("loss_c", loss_c)):
        digits.expect_written(loss, name)
        homes = [str(type(loss).__module__), str(getattr(loss, "__module__", ""))]
        of_keras = isinstance(loss, str) or any(home.startswith("keras.") for home in homes)
        if isinstance(loss, type) or not of_keras:
            raise AssertionError(
                f"`{name}` is {digits.describe(loss)}; expected a loss of Keras: its name in quotation marks, such as "
                '"mean_squared_error", or an object, such as `keras.losses.MeanSquaredError()`, with parentheses.'
            )
        try:
            known = keras.losses.get(loss)
        except Exception:
            known = None
        if known is None:
            raise AssertionError(
                f"`{name}` is {digits.describe(loss)}; expected a loss that Keras knows, by its name, such as "
                '"mean_squared_error". Is it spelled right?'
            )
