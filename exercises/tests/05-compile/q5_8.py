import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_8"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def repaired_compile_reports_what_is_true(repaired_compile):
    import keras

    # This model hands on what it is given, so its answers are known.
    model = keras.Sequential([keras.Input((10,)), keras.layers.Identity()])
    y_true = np.array([0, 2, 1, 2])
    y_pred = np.full((4, 10), 0.05, dtype="float32")
    y_pred[np.arange(4), [0, 2, 1, 7]] = 0.55
    compiled = digits.call(repaired_compile, model, name="repaired_compile")
    digits.expect_model(compiled, name="repaired_compile(model)", takes=(10,), gives=(10,))
    if not (getattr(compiled, "compiled", False) and hasattr(compiled, "get_compile_config")):
        raise AssertionError(
            "`repaired_compile` returned a model that is not compiled, or compiled with something that is not Keras' own: "
            "do all names stand in quotation marks?"
        )
    compiled.run_eagerly = True
    one_hot = np.eye(10, dtype="float32")[y_true]
    report = digits.call(compiled.evaluate, y_pred, one_hot, verbose=0, return_dict=True, name="model.evaluate")
    right = y_pred[np.arange(4), y_true]
    digits.expect_number(
        report["loss"], name="the loss that it reports", equal=float(-np.log(right).mean()), tolerance=1e-4,
        cause="Only the probability of the right digit counts: which loss is that, for one-hot labels?",
    )
    metrics = {name: float(value) for name, value in report.items() if name != "loss"}
    if not metrics:
        raise AssertionError("It reports nothing but its loss; expected the accuracy as well.")
    if not any(abs(value - 0.75) < 1e-4 for value in metrics.values()):
        name, value = next(iter(metrics.items()))
        raise AssertionError(
            f"With three of four images read right, `{name}` is {value:.4g}; expected 0.75. Which metric asks whether "
            "the largest of the ten numbers is in the right place?"
        )
