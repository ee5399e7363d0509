import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_4"
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
    model.run_eagerly = True
    # The last layer is made to give one answer to every image: a 3, which none of them shows, and a 1, which some do.
    # It is sure the first time and hardly the second, and each metric is looked at whatever it is called.
    shares = None
    ones = f", of which {int((labels[20:] == 1).sum())} show one"
    for answer, sure, show in [(3, 9, " that all show something else"), (1, 1, ones)]:
        dense[-1].set_weights([np.zeros_like(dense[-1].get_weights()[0]), sure * np.eye(10, dtype="float32")[answer]])
        try:
            report = digits.call(model.evaluate, arrays[2], arrays[3], verbose=0, return_dict=True, name="evaluate")
        except digits.Stopped as error:
            raise AssertionError(
                f"The network of `build_4` cannot be measured. Keras says {str(error).partition(' stopped with ')[2]}"
            ) from None
        wanted = float(np.mean(labels[20:] == answer))
        metrics = {name: float(value) for name, value in report.items() if name != "loss" and np.ndim(value) == 0}
        alike = {name for name, value in metrics.items() if abs(value - wanted) < 0.001}
        shares = alike if shares is None else shares & alike
        accuracies = {name: value for name, value in metrics.items() if "acc" in name}
        if not accuracies and not shares:
            capital = ' Small letters, "accuracy": with a capital one it is something else.' if "Accuracy" in report else ""
            raise AssertionError(
                f"The network of `build_4` reports {', '.join(report)}, and no accuracy. `metrics` says what it reports.{capital}"
            )
        for name, value in accuracies.items():
            if not abs(value - wanted) < 0.001:
                raise AssertionError(
                    f"The network was made to answer {answer} to {len(images) - 20} images{show}. It reports {name} "
                    f"{value:.3f}; expected {wanted:.3g}. What does `{name}` count in the ten numbers of an answer?"
                )
