import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_4"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_4_counts_right_answers(prepare_4, build_4):
    images, labels = digits.sample(60)
    images, labels = images[labels != 3], labels[labels != 3]
    arrays = digits.call(prepare_4, images[:20], labels[:20], images[20:], labels[20:], name="prepare_4")
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_4` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    model = digits.call(build_4, name="build_4")
    dense = [layer for layer in getattr(model, "layers", []) if hasattr(layer, "set_weights") and hasattr(layer, "units")]
    if not dense or dense[-1].units != 10:
        raise AssertionError("`build_4` must return a network whose last dense layer has ten units.")
    # The last layer is made to say 3 to every image, and no image shows a 3.
    dense[-1].set_weights([np.zeros_like(dense[-1].get_weights()[0]), 9 * np.eye(10, dtype="float32")[3]])
    model.run_eagerly = True
    try:
        report = model.evaluate(arrays[2], arrays[3], verbose=0, return_dict=True)
    except Exception:
        raise AssertionError(
            "The network of `build_4` cannot be measured: do its loss and the labels of `prepare_4` go together?"
        ) from None
    accuracies = {name: float(value) for name, value in report.items() if "acc" in name}
    if not accuracies:
        raise AssertionError(
            f"The network of `build_4` reports {', '.join(report)}, and no accuracy. `metrics` says what it reports."
        )
    for name, value in accuracies.items():
        if not value < 0.001:
            raise AssertionError(
                f"The network was made to answer 3 to {len(images) - 20} images that all show something else. "
                f"It reports {name} {value:.3f}; expected 0. What does `{name}` count in the ten numbers of an answer?"
            )
