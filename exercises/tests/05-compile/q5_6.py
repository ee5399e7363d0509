import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q5_6"
points = 2


@test_case(points=None, hidden=False)
def compile_model_has_the_right_loss(compile_model):
    import keras

    # This model hands on what it is given, so its answers are known.
    model = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]], dtype="float32")
    y_true = np.array([0, 2, 1, 2])
    right = y_pred[np.arange(4), y_true]
    compiled = digits.call(compile_model, model, name="compile_model")
    digits.expect_model(compiled, name="compile_model(model)", takes=(3,), gives=(3,))
    if not getattr(compiled, "compiled", False):
        raise AssertionError("`compile_model` returned a model that is not compiled: call `model.compile(...)` in it.")
    if not hasattr(compiled, "get_compile_config"):
        raise AssertionError(
            "`compile_model` uses something that is not Keras' own. Put the names that Keras knows in quotation marks: "
            '"accuracy"; without them, `accuracy` is the function of this notebook.'
        )
    compiled.run_eagerly = True
    report = digits.call(compiled.evaluate, y_pred, y_true, verbose=0, return_dict=True, name="model.evaluate")
    logits = np.exp(y_pred) / np.exp(y_pred).sum(axis=1, keepdims=True)
    if abs(report["loss"] + np.log(logits[np.arange(4), y_true]).mean()) < 1e-4:
        cause = "`from_logits=True` is for a model without softmax at its end. This one gives probabilities."
    else:
        cause = "The labels are whole numbers, so the loss is sparse_categorical_crossentropy."
    digits.expect_number(
        report["loss"], name="the loss that the compiled model reports", equal=float(-np.log(right).mean()),
        tolerance=1e-4, cause=cause,
    )


@test_case(points=None, hidden=False)
def compile_model_reports_the_accuracy(compile_model):
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])
    y_pred = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]], dtype="float32")
    y_true = np.array([0, 2, 1, 2])
    compiled = digits.call(compile_model, model, name="compile_model")
    digits.expect_model(compiled, name="compile_model(model)")
    if not (getattr(compiled, "compiled", False) and hasattr(compiled, "get_compile_config")):
        raise AssertionError("This check can look at the metrics once the model is compiled with what Keras has.")
    compiled.run_eagerly = True
    report = digits.call(compiled.evaluate, y_pred, y_true, verbose=0, return_dict=True, name="model.evaluate")
    metrics = {name: float(value) for name, value in report.items() if name != "loss"}
    if not metrics:
        raise AssertionError(
            "The compiled model reports nothing but its loss; expected the accuracy as well. "
            '`compile` has an argument for it: `metrics=["accuracy"]`.'
        )
    if not any(abs(value - 0.75) < 1e-4 for value in metrics.values()):
        name, value = next(iter(metrics.items()))
        raise AssertionError(
            f"With three of four images read right, `{name}` is {value:.4g}; expected 0.75. "
            'Which metric fits labels that are whole numbers? With "accuracy" Keras chooses it by itself.'
        )


@test_case(points=None, hidden=False)
def compile_model_has_a_sensible_learning_rate(compile_model):
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    compiled = digits.call(compile_model, model, name="compile_model")
    digits.expect_model(compiled, name="compile_model(model)")
    if not (getattr(compiled, "compiled", False) and hasattr(compiled, "get_compile_config")):
        raise AssertionError("This check can look at the optimizer once the model is compiled with what Keras has.")
    optimizer = type(compiled.optimizer).__name__
    rate = float(np.format_float_positional(np.float32(compiled.optimizer.learning_rate)))  # 0.01, not 0.0099999998
    low, high = {"SGD": (0.01, 0.5), "Adamax": (0.0003, 0.05)}.get(optimizer, (0.0001, 0.05))
    momentum = float(compiled.optimizer.momentum) if optimizer in ("SGD", "RMSprop") else 0.0
    if momentum > 0.99:
        raise AssertionError(
            f"The momentum of {optimizer} is {momentum:g}; expected at most 0.99, and 0.9 is usual: with more, old steps "
            "hardly fade away, and the network does not come to rest."
        )
    # Momentum adds each step to those before it, which in the end makes them 1 / (1 - momentum) times as long. They
    # grow slowly, so the network still learns where they become twice as long as they may be at once; and the lower
    # end comes down for SGD alone, not beyond a tenth, or training is over before they have grown. All of it measured.
    low = float(f"{low * max(1 - momentum, 0.1):.3g}") if optimizer == "SGD" else low
    high = float(f"{high * min(1, 2 * (1 - momentum)):.3g}")
    with_momentum = f", with a momentum of {momentum:g}, which makes the steps longer" if momentum else ""
    if optimizer in ("SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax") and not low <= rate <= high:
        size = "small" if rate < low else "large"
        raise AssertionError(
            f"The learning rate of {optimizer} is {rate:g}{with_momentum}; expected {low:g} to {high:g}. "
            f"It is too {size}: "
            + ("the network would hardly move." if size == "small" else "every step would jump across the valley.")
        )
