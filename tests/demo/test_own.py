"""The reader's own network on the pad: it answers as in Keras, and a file that is none is refused in a sentence."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import digits
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.demo.handwriting import DIGITS
from tests.demo.test_draw import answer, draw_by_mouse, image

pytestmark = pytest.mark.browser

OWN = "#rd-own-status"
ON = "What read before goes on reading."


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), 784) / 255


def standardized(images: np.ndarray) -> np.ndarray:
    return (images.reshape(-1, 28, 28, 1) / 255 - 0.13) / 0.31


def read_by_the_page(page: Page, text: str, images: np.ndarray) -> np.ndarray:
    return np.array(page.evaluate(
        """([text, images]) => {
            const { layers, scale, offset } = ReadingDigits.readNetwork(text);
            return images.map((pixels) => [...ReadingDigits.forward(
                layers, pixels, (pixel, k) => pixel * scale[k] + offset[k]).probabilities]);
        }""", [text, images.reshape(len(images), 784).tolist()]))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of `digits.export`: a network with 512 hidden units that always answers 6, whatever is drawn."""
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(512, activation="relu"),
                              keras.layers.Dense(10, activation="softmax")])
    *hidden, bias = model.get_weights()
    model.set_weights([*hidden, bias + 50 * (np.arange(10) == 6)])
    path = tmp_path_factory.mktemp("own") / "my-network.json"
    digits.export(model, flat, path)
    return path


def test_the_page_answers_as_keras_does(visit, tmp_path, mnist):
    import keras
    from keras import layers

    page = visit("draw-light.html").page
    page.get_by_text("Let your own network read").click()
    page.wait_for_function("() => Boolean(ReadingDigits.readNetwork)")
    images = mnist["x_held"][:40]
    keras.utils.set_random_seed(4)
    cases = [
        ((784,), flat, [layers.Dense(20, activation="relu"), layers.Dropout(0.5),
                        layers.Dense(10, activation="softmax")]),
        ((28, 28, 1), standardized, [layers.Flatten(), layers.Dense(30), layers.ReLU(),
                                     layers.Dense(10), layers.Softmax()]),
        ((28, 28), None, [layers.Rescaling(1 / 127.5, offset=-1), layers.Flatten(), layers.Dense(9, use_bias=False),
                          layers.Dense(12, activation="relu"), layers.Dense(10, activation="softmax")]),
        ((784,), flat, [layers.Dense(10, activation="softmax")]),
    ]
    for takes, preprocess, parts in cases:
        model = keras.Sequential([keras.Input(takes), *parts])
        model.set_weights([weights + 0.1 * np.random.normal(size=weights.shape) for weights in model.get_weights()])
        digits.export(model, preprocess, tmp_path / "my.json")
        inputs = preprocess(images) if preprocess else images.reshape(-1, *takes)
        expected = model.predict(np.asarray(inputs, "float32"), verbose=0)
        found = read_by_the_page(page, (tmp_path / "my.json").read_text(encoding="utf-8"), images)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
        assert np.ptp(expected, axis=0).max() > 0.05


def test_a_chosen_file_reads_what_is_drawn_until_the_course_s_network_comes_back(visit, own):
    page = visit("draw-light.html").page
    draw_by_mouse(page, DIGITS[3])
    assert answer(page) == "3"
    page.get_by_text("Let your own network read").click()
    page.locator("#rd-file").set_input_files(own)
    expect(page.locator(OWN)).to_have_text("Now your own network reads what is drawn.")
    assert answer(page) == "6"
    expect(page.locator("#rd-about")).to_contain_text("This network is yours: 2 layers, 407,050 parameters.")
    page.get_by_text("Look inside").click()
    assert page.locator("#rd-unit").get_attribute("max") == "512"
    page.locator("#rd-units").click(position={"x": 470, "y": 230})
    assert int(page.locator("#rd-unit").input_value()) > 480
    page.locator("#rd-clear").click()
    draw_by_mouse(page, DIGITS[1])
    assert answer(page) == "6"
    page.locator("#rd-back").press("Enter")
    assert answer(page) == "1"
    expect(page.locator("#rd-about")).to_contain_text("This network has 128 hidden units")
    expect(page.locator("#rd-back")).to_be_hidden()


def drop(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "my-network.json"));
            const widget = document.getElementById("rd-draw");
            for (const kind of ["dragover", "drop"]) {
                widget.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
            }
        }""", text)


def test_a_file_can_be_dropped_anywhere_on_the_box(visit, own):
    page = visit("draw-light.html").page
    draw_by_mouse(page, DIGITS[4])
    drop(page, own.read_text(encoding="utf-8"))
    expect(page.locator(OWN)).to_have_text("Now your own network reads what is drawn.")
    assert answer(page) == "6"


def numbers(values: Any) -> str:
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def changed(change: Callable[[dict], None]) -> str:
    """A right file of one layer, with one thing changed."""
    network = {"format": "reading-digits-network", "version": 1, "scale": numbers(np.ones(784)),
               "offset": numbers(np.zeros(784)),
               "layers": [{"units": 10, "activation": "softmax", "weights": numbers(np.zeros(7840)),
                           "bias": numbers(np.zeros(10))}]}
    change(network)
    return json.dumps(network)


def layer(**changes: Any) -> Callable[[dict], None]:
    return lambda network: network["layers"][0].update(changes)


HOSTILE = {
    "": "This file is damaged, or no network: it is not JSON.",
    "PNG\0\1": "it is not JSON.",
    "[" * 200_000: "it is not JSON.",
    "[" * 5_000 + "]" * 5_000: "This file holds no network of digits.export.",
    "null": "This file holds no network of digits.export.",
    '{"__proto__": {"format": "reading-digits-network"}}': "This file holds no network of digits.export.",
    changed(lambda network: network.update(version=2)): "written by another version of digits.py.",
    changed(lambda network: network.pop("layers")): "it should have 1 to 20 layers.",
    changed(lambda network: network.update(layers=[])): "it should have 1 to 20 layers.",
    changed(lambda network: network.update(layers=network["layers"] * 21)): "it should have 1 to 20 layers.",
    changed(lambda network: network.update(layers=[None])): "layer 1 is none.",
    changed(layer(units=1e9)): "layer 1 should have 1 to 4,096 units.",
    changed(layer(units="10")): "layer 1 should have 1 to 4,096 units.",
    changed(layer(units=3)): "This network gives 3 numbers; ten are wanted, one for each digit.",
    changed(layer(activation="alert(1)")): "an activation in layer 1 that the page cannot compute.",
    changed(layer(weights=[0] * 7840)): "the weights of layer 1 should be 7,840 numbers.",
    changed(layer(weights=numbers(np.zeros(7839)))): "the weights of layer 1 should be 7,840 numbers.",
    changed(layer(bias="*" * 56)): "the biases of layer 1 cannot be decoded.",
    changed(layer(weights=numbers(np.full(7840, np.nan)))): "the weights of layer 1 hold nan or inf.",
    changed(lambda network: network.update(scale=numbers(np.full(784, np.inf)))): "the scales hold nan or inf.",
    changed(lambda network: network.update(offset={"length": 4184})): "the offsets should be 784 numbers.",
    changed(lambda network: network.update(
        layers=[{"units": 4096, "activation": "relu", "weights": "", "bias": ""}] * 2)): "too large for this page",
    "x" * 20_000_001: "This file has more than 20 MB: no network that digits.export wrote.",
}


def test_a_file_that_is_no_network_gets_one_sentence_and_the_page_goes_on(visit, tmp_path):
    page = visit("draw-light.html").page
    draw_by_mouse(page, DIGITS[8])
    before = image(page)
    page.evaluate("() => { window.alert = () => { window.evaluated = true; }; }")
    (tmp_path / "my.keras").write_bytes(b"PK")
    page.get_by_text("Let your own network read").click()
    page.locator("#rd-file").set_input_files(tmp_path / "my.keras")
    said = f"as Keras saves it. Write one for this page with digits.export(model, preprocess). {ON}"
    expect(page.locator(OWN)).to_contain_text(said)
    for content, said in HOSTILE.items():
        page.locator(OWN).evaluate("element => { element.textContent = ''; }")
        if len(content) > 1_000_000:
            (tmp_path / "my.json").write_text(content)
            page.locator("#rd-file").set_input_files(tmp_path / "my.json")
        else:
            drop(page, content)
        expect(page.locator(OWN)).to_contain_text(said)
        expect(page.locator(OWN)).to_contain_text(ON)
        assert len(page.locator(OWN).inner_text()) < 250
    assert answer(page) == "8" and not page.evaluate("window.evaluated")
    np.testing.assert_array_equal(image(page), before)
    page.locator("#rd-clear").click()
    draw_by_mouse(page, DIGITS[2])
    assert answer(page) == "2"


def test_numbers_that_overflow_give_no_answer_that_is_none(visit):
    """Finite weights can still lead to inf: then the page says so, and shows no probability that is no number."""
    page = visit("draw-light.html").page
    draw_by_mouse(page, DIGITS[8])

    def huge(inputs: int) -> dict:
        return {"units": 10, "activation": "linear", "weights": numbers(np.full((inputs, 10), 3e38)),
                "bias": numbers(np.zeros(10))}

    drop(page, changed(lambda network: network.update(layers=[huge(784), *[huge(10)] * 9])))
    expect(page.locator(OWN)).to_have_text(
        f"The numbers of this network are too large to compute with: it answers nan. {ON}")
    assert answer(page) == "8"
    assert "NaN" not in page.locator("#rd-draw").inner_text()


def test_it_is_accessible_and_no_wider_than_a_phone(visit, http_address, own):
    page = visit("draw-dark.html", http_address, viewport={"width": 390, "height": 844}).page
    drop(page, own.read_text(encoding="utf-8"))
    expect(page.locator(OWN)).to_contain_text("Now your own")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
