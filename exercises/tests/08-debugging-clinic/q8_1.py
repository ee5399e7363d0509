import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_1"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_1_does_not_stop(prepare_1, build_1):
    images, labels = digits.sample(30)
    arrays = digits.call(prepare_1, images[:20], labels[:20], images[20:], labels[20:], name="prepare_1")
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_1` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    model = digits.call(build_1, name="build_1")
    if not callable(getattr(model, "evaluate", None)):
        raise AssertionError(f"`build_1` returned {digits.describe(model)}; expected a compiled network.")
    loss = getattr(model, "loss", None)
    named = f"`{loss}`" if isinstance(loss, str) else f"`{type(loss).__name__}`"
    model.run_eagerly = True
    for which, x, y in [("training", arrays[0], arrays[1]), ("new", arrays[2], arrays[3])]:
        digits.expect_array(x, name=f"the rows of the {which} images")
        digits.expect_array(y, name=f"the labels of the {which} images")
        try:
            digits.call(model.evaluate, x, y, verbose=0, name="evaluate")
        except digits.Stopped as error:
            if "interpret" in str(error):
                raise AssertionError(
                    f"The network of `build_1` cannot be measured. Keras says {str(error).partition(' stopped with ')[2]}"
                ) from None
            form = f"an array of shape {y.shape[1:]}" if y.ndim > 1 else "one number"
            raise AssertionError(
                f"Keras stops at the {which} images: there each label is {form}, and the loss is {named}; expected a form of "
                "label that goes with this loss, and with the metrics. What form of label does this loss expect?"
            ) from None
    dense = [layer for layer in getattr(model, "layers", []) if hasattr(layer, "set_weights") and hasattr(layer, "units")]
    if not dense or dense[-1].units != 10:
        raise AssertionError("`build_1` must return a network whose last dense layer has ten units.")
    # The last layer is made to give the logits -6, -5 and so on to 3, whatever the image.
    logits = np.arange(10) - 6.0
    dense[-1].set_weights([np.zeros_like(dense[-1].get_weights()[0]), logits.astype("float32")])
    wanted = float((np.log(np.exp(logits).sum()) - logits[labels[20:].astype(int)]).mean())
    report = digits.call(model.evaluate, arrays[2], arrays[3], verbose=0, return_dict=True, name="evaluate")
    digits.expect_number(
        float(report["loss"]), name="loss", equal=wanted, tolerance=1e-3,
        cause=f"It does not stop, but {named} is not the cross-entropy of ten digits. Labels and loss have to go together.",
    )
