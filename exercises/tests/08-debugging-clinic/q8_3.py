import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q8_3"
points = 1
all_or_nothing = True


@test_case(points=None, hidden=False)
def patient_3_has_the_right_loss(prepare_3, build_3):
    images, labels = digits.sample(30)
    arrays = digits.call(prepare_3, images[:20], labels[:20], images[20:], labels[20:], name="prepare_3")
    if not isinstance(arrays, (tuple, list)) or len(arrays) != 4:
        raise AssertionError(
            f"`prepare_3` returned {digits.describe(arrays)}; expected x_train, y_train, x_new, y_new."
        )
    model = digits.call(build_3, name="build_3")
    dense = [layer for layer in getattr(model, "layers", []) if hasattr(layer, "set_weights") and hasattr(layer, "units")]
    if not dense or dense[-1].units != 10:
        raise AssertionError("`build_3` must return a network whose last dense layer has ten units.")
    # The last layer is made to give the logits -6, -5 and so on to 3, whatever the image.
    logits = np.arange(10) - 6.0
    dense[-1].set_weights([np.zeros_like(dense[-1].get_weights()[0]), logits.astype("float32")])
    digit = labels[20:].astype(int)
    wanted = float((np.log(np.exp(logits).sum()) - logits[digit]).mean())
    model.run_eagerly = True
    try:
        report = digits.call(model.evaluate, arrays[2], arrays[3], verbose=0, return_dict=True, name="evaluate")
    except digits.Stopped as error:
        raise AssertionError(
            f"The network of `build_3` cannot be measured. Keras says {str(error).partition(' stopped with ')[2]}"
        ) from None
    digits.expect_number(
        float(report["loss"]), name="loss", equal=wanted, tolerance=1e-3,
        cause="The last dense layer was made to give the logits -6, -5 and so on to 3. Is there a softmax between it "
        "and the loss, in the network or in the loss itself, and exactly one?",
    )
    answers = np.asarray(model(arrays[2][:1].astype("float32")))
    if answers.shape == (1, 10) and not (abs(answers.sum() - 1) < 1e-3 or np.allclose(answers, logits, atol=1e-3)):
        raise AssertionError(
            f"The ten numbers that come out of the network of `build_3` sum to {answers.sum():.3g}; expected 1, because this "
            "loss assumes that they are the probabilities of ten digits, of which one is right. Which activation makes those?"
        )
