"""What the checks say about Keras models, and about Keras' own messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import digits
import pytest

from autograder.course import EXERCISES


@pytest.fixture(autouse=True, scope="module")
def imported_late() -> None:
    """Keras takes seconds to import. So the cases below are functions, and collecting this file costs nothing."""
    global keras
    import keras


def said(check: Any, *arguments: Any, **keywords: Any) -> str:
    """The message of a check that must fail."""
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **keywords)
    return str(caught.value)


def model(*before: Any) -> Any:
    return keras.Sequential([*before, keras.layers.Dense(3)])


@pytest.mark.parametrize(("value", "keywords", "message"), [
    (lambda: None, {}, "There is no `model` in your notebook"),
    (lambda: ..., {}, "`model` is still `...`"),
    (lambda: [1, 2], {}, "`model` is [1, 2]; expected a Keras model."),
    (lambda: keras.callbacks.History(), {}, "`model` is a History; expected a Keras model."),
    (lambda: keras.Sequential, {}, "`model` is a function; expected a Keras model."),
    (lambda: model(), {"takes": (5,)}, "Keras cannot say what `model` takes, so that cannot be checked. Begin with"),
    (lambda: model(keras.Input((4,))), {"takes": (5,)},
     "`model` takes (None, 4); expected (None, 5), where None stands for any number of images. Because."),
    (lambda: model(keras.Input((4,))), {"gives": (10,)}, "`model` gives (None, 3); expected (None, 10), where"),
    (lambda: model(keras.Input((4, 5))), {"takes": (4, 5), "gives": (3,)},
     "`model` gives (None, 4, 3); expected (None, 3)"),
    (lambda: model(keras.Input((4,), batch_size=7)), {"takes": (4,)}, "`model` takes (7, 4); expected (None, 4)"),
])
def test_what_is_said_about_models(value: Callable[[], Any], keywords: dict[str, Any], message: str) -> None:
    assert said(digits.expect_model, value(), name="model", cause="Because.", **keywords).startswith(message)


def test_right_models_pass() -> None:
    inputs = keras.Input((4,))
    functional = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    for right in (model(keras.Input((4,))), functional):
        digits.expect_model(right, name="model", takes=(4,), gives=(3,))
        assert digits.describe(right) == "a Keras model"
    digits.expect_model(model(), name="model")


def own(units: int) -> Any:
    """A model of a class of one's own, of which Keras cannot say the shapes."""
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.out = keras.layers.Dense(units)

        def call(self, inputs: Any) -> Any:
            return self.out(inputs)

    return Own()


def test_a_model_whose_shapes_keras_does_not_know_is_asked_with_two_inputs() -> None:
    digits.expect_model(own(3), name="model", takes=(4,), gives=(3,))
    digits.expect_model(own(3), name="model", takes=(4,))
    message = said(digits.expect_model, own(3), name="model", takes=(4,), gives=(10,), cause="Because.")
    assert message == "`model` answered two inputs of shape (4,) with (2, 3); expected (2, 10). Because."
    built = own(3)
    built(keras.ops.zeros((1, 5)))
    message = said(digits.expect_model, built, name="model", takes=(4,), gives=(3,))
    assert message.startswith("Given an array of shape (2, 4) and dtype float32, `model` stopped with ValueError")


def fitted(**arguments: Any) -> None:
    import numpy as np

    network = model(keras.Input((4,)))
    network.compile(**arguments)
    network.evaluate(np.zeros((2, 4)), np.zeros(2), verbose=0)


@pytest.mark.parametrize(("mistake", "cause"), [
    (lambda: keras.Input(784), "A shape is a tuple"),
    (lambda: keras.layers.Dense(3, activation="ReLU"), "lower-case names"),
    (lambda: keras.Sequential(keras.Input((4,)), keras.layers.Dense(3)), "in one list"),
    (lambda: keras.Sequential([keras.layers.Flatten]), "with parentheses"),
    (lambda: keras.Model(keras.Input((4,)), keras.layers.Dense(3)), "called with what comes before it"),
    (lambda: model(keras.Input((4,)))(keras.ops.zeros((2, 5))), "Compare with its `input_shape`"),
    (lambda: keras.optimizers.Adam(lr=0.1), "Keras calls it `learning_rate`"),
    (lambda: fitted(loss="mse", metrics="accuracy"), "so they are a list"),
    (lambda: fitted(loss="mse", metrics=["accuracyy"]), "spelled as Keras spells it"),
    (lambda: fitted(loss="categorical_crossentropy"), "one-hot rows with categorical_crossentropy"),
    (lambda: fitted(loss="mse", loss_weights=["accuracy"]), "write `metrics=[...]`"),
    (lambda: fitted(), "needs a loss"),
    (lambda: keras.layers.Dense(1.5), "whole number of units"),
    (lambda: model(keras.Input((4,))).evaluate(keras.ops.zeros((2, 4))), "Compile the model first"),
])
def test_what_keras_says_is_explained(mistake: Any, cause: str) -> None:
    assert cause in said(digits.call, mistake, name="build_model")


def test_of_patient_6_nothing_is_said_but_that_it_is_not_cured() -> None:
    """The other patients' checks say where it hurts. This one is found by its symptoms."""
    notebook = json.loads((EXERCISES / "08-debugging-clinic.ipynb").read_text(encoding="utf-8"))
    broken, = ("".join(cell["source"]) for cell in notebook["cells"] if cell["id"] == "answer-q8_6")
    names: dict[str, Any] = {"keras": keras, "layers": keras.layers, "run": lambda *_: None}
    exec(broken, names)
    clinic = digits.checks("08-debugging-clinic")
    told = clinic.check("q8_6", names)
    assert not told.passed and told.messages == ["Patient 6 is not cured yet."]
    names["build_6"] = lambda: model(keras.Input((784,)))
    assert told.messages != clinic.check("q8_6", names).messages  # what a learner has broken beside it is named
