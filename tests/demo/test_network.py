"""The network on the page is the one that Keras knows, and as new as what it was made from."""

from __future__ import annotations

import base64
import json
import os
import re
import runpy
from unittest import mock

import numpy as np
import pytest

from autograder.course import BOOK
from tests.demo.conftest import DEMO

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def facts() -> dict:
    return json.loads((DEMO / "facts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def keras_probabilities(packed, mnist) -> np.ndarray:
    """What Keras answers to the held-out images, with the weights that the page has."""
    import keras

    model = keras.Sequential([keras.Input((784,))])
    weights = []
    for layer in packed["network"]["layers"]:
        bytes_ = base64.urlsafe_b64decode(layer["weights"])
        rounded = np.frombuffer(bytes_, np.int8).reshape(layer["inputs"], layer["units"])
        model.add(keras.layers.Dense(layer["units"], activation=layer["activation"]))
        weights += [rounded * np.float32(layer["scales"]), np.float32(layer["bias"])]
    model.set_weights(weights)
    images = mnist["x_held"].reshape(-1, 784).astype("float32") / 255
    return model.predict(images, batch_size=1000, verbose=0)


@pytest.fixture(scope="module")
def page_probabilities(browser, site, mnist) -> np.ndarray:
    """What the page answers to the held-out images."""
    page = browser.new_page()
    page.goto(f"{site.as_uri()}/draw-light.html")
    text = page.evaluate(
        """(text) => {
            const images = ReadingDigits.bytes(text);
            const layers = ReadingDigits.unpack(ReadingDigits.network);
            const answers = new Float64Array(images.length / 784 * 10);
            for (let k = 0; k < images.length / 784; k++) {
                const image = images.subarray(784 * k, 784 * k + 784);
                answers.set(ReadingDigits.forward(layers, image).probabilities, 10 * k);
            }
            let bytes = "";
            for (const byte of new Uint8Array(answers.buffer)) bytes += String.fromCharCode(byte);
            return btoa(bytes);
        }""",
        base64.urlsafe_b64encode(mnist["x_held"].tobytes()).decode(),
    )
    page.close()
    return np.frombuffer(base64.b64decode(text), np.float64).reshape(-1, 10)


def test_page_answers_as_keras_does_on_all_held_out_images(page_probabilities, keras_probabilities):
    assert page_probabilities.shape == (10_000, 10)
    np.testing.assert_allclose(page_probabilities, keras_probabilities, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(page_probabilities.argmax(1), keras_probabilities.argmax(1))


def test_stated_accuracy_is_the_accuracy(page_probabilities, packed, facts, mnist):
    accuracy = (page_probabilities.argmax(1) == mnist["y_held"]).mean()
    assert packed["network"]["accuracy"] == facts["held_out_accuracy_quantized"] == pytest.approx(accuracy)
    assert accuracy > 0.975


@pytest.mark.fast
def test_rounding_to_bytes_changes_hardly_an_answer_and_the_page_says_so(facts):
    """Beside the network that the capstone trained. That the page computes what it has is tested above."""
    assert abs(facts["held_out_accuracy"] - facts["held_out_accuracy_quantized"]) < 0.001
    assert facts["answers_changed_by_rounding"] < 10
    assert facts["largest_change_of_a_probability"] < 0.05
    welcome = " ".join((BOOK / "index.md").read_text(encoding="utf-8").split())
    rounding = "rounded to one byte, which changes its answer to fewer than ten of 10,000 images that it has not seen"
    assert rounding in welcome


def test_hard_ones_are_held_out_images_that_are_read_wrong(page_probabilities, packed, mnist):
    hard = packed["hard"]
    assert len(hard) >= 15
    assert len({image["index"] for image in hard}) == len(hard)
    for image in hard:
        index = image["index"] - 50_000
        pixels = np.frombuffer(base64.urlsafe_b64decode(image["pixels"]), np.uint8)
        np.testing.assert_array_equal(pixels, mnist["x_held"][index].ravel())
        assert image["label"] == mnist["y_held"][index] != page_probabilities[index].argmax()


def test_files_are_as_new_as_what_they_were_made_from(facts):
    """Neither the capstone's code, nor the export, nor the data changed since the network was exported."""
    with mock.patch.dict(os.environ):  # it sets variables for its own training
        export = runpy.run_path(str(DEMO / "export.py"))
    assert facts["made_from"] == export["fingerprint"](), "run `.venv/bin/python book/demo/export.py`"


@pytest.mark.parametrize(("widget", "most"), [
    ("draw", 212_000), ("softmax", 20_000), ("backprop", 40_000), ("learn", 80_000), ("break", 225_000)])
def test_what_a_widget_loads_is_small(widget, most):
    html = (DEMO / f"{widget}.html").read_text(encoding="utf-8")
    files = re.findall(r'(?:src|href)="(?:\.\./)?demo/([\w-]+\.(?:js|css))"', html)
    assert sum((DEMO / name).stat().st_size for name in [*files, f"{widget}.html"]) < most
    assert html.count("<script") + html.count("<link") == len(files)
