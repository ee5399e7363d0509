"""`digits.export`: what it writes for the book's page, and what it refuses, by name and with the remedy.

That the page computes what Keras computes from such a file is tested in `tests/demo/test_own.py`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import digits
import numpy as np
import pytest


@pytest.fixture(autouse=True, scope="module")
def imported_late() -> None:
    """Keras takes seconds to import. So the cases below are functions, and collecting this file costs nothing."""
    global keras, layers
    import keras
    from keras import layers


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), 784).astype("float32") / 255


def chain(*between: Any, takes: tuple[int, ...] = (784,), last: str = "softmax") -> Any:
    return keras.Sequential([keras.Input(takes), *between, layers.Dense(10, activation=last)])


def test_what_is_written_is_the_network_in_plain_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = chain(layers.Dense(8, activation="relu"), layers.Dropout(0.5))
    digits.export(model, flat, tmp_path / "my.json")
    written = json.loads((tmp_path / "my.json").read_text(encoding="utf-8"))
    assert (written["format"], written["version"]) == ("reading-digits-network", 1)
    assert [(layer["units"], layer["activation"]) for layer in written["layers"]] == [(8, "relu"), (10, "softmax")]
    packed = [layer[name] for layer in written["layers"] for name in ("weights", "bias")]
    for text, weights in zip(packed, model.get_weights(), strict=True):
        np.testing.assert_array_equal(np.frombuffer(base64.b64decode(text), "<f4").reshape(weights.shape), weights)
    assert np.allclose(np.frombuffer(base64.b64decode(written["scale"]), "<f4"), 1 / 255)
    images, labels = digits.sample(200)
    right = (model.predict(flat(images), verbose=0).argmax(axis=1) == labels).sum()
    said = capsys.readouterr().out
    assert f"6,370 parameters, 0.0 MB. Of the first 200 training images it reads {right} right." in said
    assert "It was given" not in said


@pytest.mark.parametrize(("before", "said"), [
    (lambda: [layers.Flatten()], "It was given gray levels divided by 255."),
    (lambda: [layers.Rescaling(1 / 255), layers.Flatten()], "It was given gray levels from 0 to 255."),
])
def test_without_preprocess_it_says_what_it_takes_for_granted(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], before: Callable[[], list[Any]], said: str) -> None:
    digits.export(chain(*before(), takes=(28, 28)), path=tmp_path / "my.json")
    assert said in capsys.readouterr().out


def two_ways() -> Any:
    """What leads around a layer is no layer itself, so that only its answers tell."""
    inputs = keras.Input((784,))
    one = layers.Dense(10)(inputs)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(keras.ops.relu(one) + one))


def astray() -> Any:
    model = chain()
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    return model


def two_inputs() -> Any:
    first, second = keras.Input((784,)), keras.Input((784,))
    return keras.Model([first, second], layers.Dense(10, activation="softmax")(first))


@pytest.mark.parametrize(("model", "preprocess", "message"), [
    (lambda: ..., flat, "`model` is Ellipsis; expected a Keras model that has been trained."),
    (lambda: chain(layers.Reshape((28, 28, 1)), layers.Conv2D(2, 3, name="look"), layers.Flatten()), flat,
     "The page cannot compute the layer `look`, a `Conv2D`: it knows dense layers with relu"),
    (lambda: chain(layers.BatchNormalization()), flat, "a `BatchNormalization`: it knows"),
    (lambda: chain(layers.Dense(4), layers.Rescaling(2.0)), flat, "a `Rescaling`, at this place: it knows"),
    (lambda: chain(layers.Dense(4), layers.ReLU(max_value=6)), flat, "a `ReLU`, at this place: it knows"),
    (lambda: chain(layers.Dense(4, activation="tanh")), flat,
     "Dense layer 1 has the activation tanh; the page computes relu in a layer that is not the last. Remedy: "),
    (lambda: chain(last="sigmoid"), flat, 'computes softmax in the last layer. Remedy: `activation="softmax"`'),
    (lambda: keras.Sequential([layers.Dense(10)]), flat, "`model` has no weights yet. Train it first."),
    (lambda: keras.Sequential([keras.Input((784,)), layers.Flatten()]), flat, "`model` has no dense layer"),
    (lambda: keras.Sequential([keras.Input((784,)), layers.Dense(3)]), flat, "the last one gives 3. Remedy: the"),
    (lambda: chain(takes=(28, 28)), flat, "The dense layers take 28 values, and the last one gives 10. Remedy:"),
    (lambda: chain(layers.Dense(5000)), flat, "most 20 layers of at most 4,096 units. Remedy: fewer units."),
    (astray, flat, "There is nan or inf among the weights: the training went astray. Remedy: a smaller learning rate."),
    (two_ways, flat, "`model` answers otherwise than its dense layers do, one after the other"),
    (two_inputs, flat, "`model` is not one chain from one input. Remedy:"),
    (chain, lambda images: flat(images) > 0.5, "`preprocess` does more than to multiply each pixel by a number"),
    (chain, lambda images: flat(images[:, ::-1]), "`preprocess` does more than to multiply each pixel by a number"),
    (chain, lambda images: images[:, ::2], "`preprocess` does not make 784 values of each image: cannot reshape"),
    (chain, lambda images: flat(images).reshape(-1, 28, 28), "`model` cannot take an array of shape (200, 28, 28)"),
])
def test_what_the_page_cannot_compute_is_refused_by_name_with_the_remedy(
        tmp_path: Path, model: Callable[[], Any], preprocess: Any, message: str) -> None:
    with pytest.raises(digits.ExportError) as caught:
        digits.export(model(), preprocess, tmp_path / "my.json")
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(digits.ExportError, match=r"cannot be written \(No such file .*\). Give another `path`"):
        digits.export(chain(), flat, tmp_path / "none" / "my.json")


def test_what_is_not_written_yet_stays_said_as_such(tmp_path: Path) -> None:
    def preprocess(images: np.ndarray) -> np.ndarray:
        raise NotImplementedError("`preprocess` is not written yet.")

    with pytest.raises(NotImplementedError, match="not written yet"):
        digits.export(chain(), preprocess, tmp_path / "my.json")
