import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_6"
points = 2
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_6_can_be_sure(prepare_6, build_6):
    images, labels = digits.sample(60)
    images, labels = images[labels == 1], labels[labels == 1]
    arrays = digits.call(prepare_6, images[:2], labels[:2], images[2:], labels[2:], name="prepare_6")
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_6` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    model = digits.call(build_6, name="build_6")
    dense = [layer for layer in getattr(model, "layers", []) if hasattr(layer, "set_weights") and hasattr(layer, "units")]
    if not dense or dense[-1].units != 10:
        raise AssertionError("`build_6` must return a network whose last dense layer has ten units.")
    # The last dense layer is made to give the logit 30 for the digit 1 and 0 for all others; all images show a 1.
    dense[-1].set_weights([np.zeros_like(dense[-1].get_weights()[0]), 30 * np.eye(10, dtype="float32")[1]])
    model.run_eagerly = True
    try:
        report = digits.call(model.evaluate, arrays[2], arrays[3], verbose=0, return_dict=True, name="evaluate")
    except digits.Stopped as error:
        raise AssertionError(
            f"The network of `build_6` cannot be measured. Keras says {str(error).partition(' stopped with ')[2]}"
        ) from None
    loss = float(report["loss"])
    if not loss < 0.01:
        raise AssertionError("Patient 6 is not cured yet.")  # where it hurts is what the learner is to find out
