"""Break the reader: both networks answer as Keras does, and everybody can move, turn and paint the digit."""

from __future__ import annotations

import base64
import json
import os
import re
import runpy
from unittest import mock

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from autograder.course import BOOK
from tests.demo.conftest import DEMO

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGE = "judging/break-light.html"
STATUS, LIVE = "#rd-br-status", "#rd-br-status + [role=status]"
PLAIN = {"right": 0, "down": 0, "turn": 0, "thickness": 0, "invert": False, "shuffle": False}

COMPUTE = """([digit, settings, painted, wanted]) => {
    const R = ReadingDigits;
    const paint = new Int16Array(784).fill(-1);
    for (const [place, value] of painted) paint[place] = value;
    const pixels = R.transform(R.uncropped(R.sure[digit]), settings, paint);
    const dense = R.unpack(R.network), layers = R.unpackConvolutional(R.convolutional);
    const one = R.forward(dense, pixels), other = R.forwardConvolutional(layers, pixels);
    return { pixels: [...pixels], order: [...R.order],
             dense: { probabilities: [...one.probabilities], logits: [...one.logits],
                      evidence: [...R.evidence(dense, one, wanted)] },
             convolutional: { probabilities: [...other.probabilities], logits: [...other.logits],
                              evidence: [...R.evidenceConvolutional(layers, other, wanted)] } };
}"""


@pytest.fixture(scope="module")
def convolutional() -> dict:
    """What convolution-weights.js holds: {"convolutional": ..., "sure": ...}."""
    text = (DEMO / "convolution-weights.js").read_text(encoding="utf-8")
    return {name: json.loads(value.rstrip(";"))
            for name, value in re.findall(r"^ReadingDigits\.(convolutional|sure) = (.*)$", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def in_keras(packed, convolutional) -> dict:
    """Both networks with the weights that the page has, up to their logits, in float64.

    Where a unit stands at the bend of relu, the last bit decides whether its slope counts. In float32 that bit depends
    on the processor on which TensorFlow adds up; the page computes in float64.
    """
    import keras

    def weights(layer: dict, shape: list[int]) -> list[np.ndarray]:
        rounded = np.frombuffer(base64.urlsafe_b64decode(layer["weights"]), np.int8).reshape(shape)
        return [rounded * np.float64(np.float32(layer["scales"])), np.float64(np.float32(layer["bias"]))]

    first, second = packed["network"]["layers"]
    dense = keras.Sequential([keras.Input((28, 28, 1), dtype="float64"), keras.layers.Flatten(dtype="float64"),
                              keras.layers.Dense(first["units"], "relu", dtype="float64"),
                              keras.layers.Dense(10, dtype="float64")])
    dense.set_weights([part for layer in (first, second) for part in weights(layer, [layer["inputs"], -1])])
    shapes = [layer["shape"] for layer in convolutional["convolutional"]["layers"]]
    model = keras.Sequential([
        keras.Input((28, 28, 1), dtype="float64"),
        keras.layers.Conv2D(shapes[0][-1], shapes[0][0], activation="relu", dtype="float64"),
        keras.layers.MaxPooling2D(dtype="float64"),
        keras.layers.Conv2D(shapes[1][-1], shapes[1][0], activation="relu", dtype="float64"),
        keras.layers.MaxPooling2D(dtype="float64"),
        keras.layers.Flatten(dtype="float64"), keras.layers.Dense(10, dtype="float64")])
    model.set_weights([part for layer in convolutional["convolutional"]["layers"]
                       for part in weights(layer, layer["shape"])])
    return {"dense": dense, "convolutional": model}


def levels(page: Page) -> np.ndarray:
    """The image on the page: uint8, shape (28, 28), after the next frame."""
    data = page.evaluate(
        """async () => {
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const copy = new OffscreenCanvas(28, 28).getContext("2d", { willReadFrequently: true });
            copy.drawImage(document.getElementById("rd-br-image"), 0, 0);
            return [...copy.getImageData(0, 0, 28, 28).data];
        }""")
    return np.array(data, np.uint8).reshape(28, 28, 4)[:, :, 0]


def moved(image: np.ndarray, right: int, down: int) -> np.ndarray:
    """What leaves the image is lost, and what comes in is black."""
    padded = np.pad(image, 14)
    return padded[14 - down:42 - down, 14 - right:42 - right]


def original(convolutional: dict, mnist: dict, digit: int) -> np.ndarray:
    return mnist["x_train"][convolutional["sure"][digit]["index"]]


# --- The numbers --------------------------------------------------------------------------------------------


def test_both_networks_answer_as_keras_does_whatever_was_done_to_the_image(visit, in_keras):
    """Probabilities to nine digits; the evidence is pixel times slope, as GradientTape has it."""
    import tensorflow as tf

    page = visit(PAGE).page
    rng = np.random.default_rng(3)
    pixels, answers, wanted = [], [], rng.integers(0, 10, 30)
    for number in range(30):
        settings = {"right": int(rng.integers(-6, 7)), "down": int(rng.integers(-6, 7)),
                    "turn": 5 * int(rng.integers(-36, 37)), "thickness": float(rng.integers(-6, 13)) / 4,
                    "invert": number % 4 == 1, "shuffle": number % 4 == 2}
        painted = [[int(place), 255 * (number % 2)] for place in rng.integers(0, 784, 40 if number % 3 == 0 else 0)]
        found = page.evaluate(COMPUTE, [number % 10, settings, painted, int(wanted[number])])
        pixels.append(found["pixels"])
        answers.append(found)
    inputs = tf.constant(np.reshape(pixels, (30, 28, 28, 1)) / 255, "float64")
    assert len({tuple(image) for image in pixels}) == 30
    for name, model in in_keras.items():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            logits = model(inputs)
            chosen = tf.gather(logits, wanted, batch_dims=1)
        evidence = (tape.gradient(chosen, inputs) * inputs).numpy().reshape(30, 784)
        np.testing.assert_allclose([one[name]["probabilities"] for one in answers],
                                   tf.nn.softmax(logits).numpy(), rtol=0, atol=1e-9)
        np.testing.assert_allclose([one[name]["evidence"] for one in answers], evidence, rtol=0, atol=1e-9)
        assert np.ptp(np.argmax(logits, axis=1)) > 5


def test_what_is_done_to_an_image_is_what_it_says(visit, convolutional, mnist):
    page = visit(PAGE).page

    def after(digit: int, **settings: object) -> np.ndarray:
        return np.reshape(page.evaluate(COMPUTE, [digit, PLAIN | settings, [], 0])["pixels"], (28, 28))

    for digit in range(10):
        np.testing.assert_array_equal(after(digit), original(convolutional, mnist, digit))
    image = original(convolutional, mnist, 4)
    np.testing.assert_array_equal(after(4, right=3, down=-2), moved(image, 3, -2))
    np.testing.assert_array_equal(after(4, turn=90), np.rot90(image, -1))  # clockwise
    np.testing.assert_array_equal(after(4, turn=180), image[::-1, ::-1])
    np.testing.assert_array_equal(after(4, invert=True), 255 - image)
    order = np.array(page.evaluate(COMPUTE, [4, PLAIN, [], 0])["order"])
    assert sorted(order) == list(range(784)) and (order != np.arange(784)).mean() > 0.98
    np.testing.assert_array_equal(after(4, shuffle=True).ravel(), image.ravel()[order])
    padded = np.pad(image.astype(float), 1)
    around = [padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    np.testing.assert_array_equal(after(4, thickness=1), np.max(around, axis=0))
    np.testing.assert_array_equal(after(4, thickness=-1), np.min(around, axis=0))
    half = np.floor((image + np.max(around, axis=0)) / 2 + 0.5)
    np.testing.assert_array_equal(after(4, thickness=0.5), half)


def test_with_its_weights_shuffled_too_the_dense_network_reads_as_before_and_the_other_does_not(visit):
    page = visit(f"{PAGE}?digit=4").page

    def shares(column: int) -> list[str]:
        levels(page)
        return page.locator(f"#rd-br-bars td:nth-of-type({2 * column})").all_inner_texts()

    before, other = shares(1), shares(2)
    page.locator("#rd-br-shuffle").check()
    assert shares(1) != before
    page.locator("#rd-br-weights").check()
    assert shares(1) == before and shares(2) != other
    page.locator("#rd-br-shuffle").uncheck()
    assert shares(1) == before and shares(2) == other
    expect(page.locator("#rd-br-weights")).to_be_disabled()


def test_the_digits_are_held_out_and_what_is_said_of_the_networks_is_recorded(visit, convolutional, packed, mnist):
    facts = json.loads((DEMO / "convolution-facts.json").read_text(encoding="utf-8"))
    network = convolutional["convolutional"]
    assert network["accuracy"] == facts["held_out_accuracy_quantized"] > packed["network"]["accuracy"]
    assert facts["answers_changed_by_rounding"] < 10
    assert network["parameters"] == facts["parameters"] < packed["network"]["parameters"] / 10
    page = visit(PAGE).page
    for digit, image in enumerate(convolutional["sure"]):
        assert image["index"] >= 50_000 and mnist["y_train"][image["index"]] == digit == image["label"]
        found = page.evaluate(COMPUTE, [digit, PLAIN, [], digit])
        assert min(found[name]["probabilities"][digit] for name in ("dense", "convolutional")) > 0.9899
    expect(page.locator("#rd-br-about")).to_contain_text(f"{100 * facts['held_out_accuracy_quantized']:.1f}%")


def test_the_stated_accuracy_is_the_accuracy(in_keras, convolutional, mnist):
    images = mnist["x_held"][..., None].astype("float32") / 255
    answers = in_keras["convolutional"].predict(images, batch_size=500, verbose=0).argmax(axis=1)
    assert (answers == mnist["y_held"]).mean() == pytest.approx(convolutional["convolutional"]["accuracy"], abs=2e-4)


def test_files_are_as_new_as_what_they_were_made_from(monkeypatch):
    monkeypatch.syspath_prepend(DEMO)
    facts = json.loads((DEMO / "convolution-facts.json").read_text(encoding="utf-8"))
    with mock.patch.dict(os.environ):
        export = runpy.run_path(str(DEMO / "export_convolution.py"))
    assert facts["made_from"] == export["fingerprint"](), "run `.venv/bin/python book/demo/export_convolution.py`"


@pytest.mark.fast
def test_it_adds_at_most_50_kilobytes_to_what_the_first_page_has_loaded():
    def loaded(widget: str) -> set[str]:
        html = (DEMO / f"{widget}.html").read_text(encoding="utf-8")
        return {f"{widget}.html", *re.findall(r'(?:src|href)="(?:\.\./)?demo/([\w-]+\.(?:js|css))"', html)}

    more = loaded("break") - loaded("draw")
    assert "convolution-weights.js" in more and "weights.js" not in more
    assert sum((DEMO / name).stat().st_size for name in more) < 50_000


# --- By mouse, finger and keys ------------------------------------------------------------------------------


def on_image(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place in the image of 28 x 28 as a place on the screen."""
    box = page.locator("#rd-br-image").bounding_box()
    return box["x"] + x * box["width"] / 28, box["y"] + y * box["height"] / 28


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*on_image(page, *start))
    page.mouse.down()
    page.mouse.move(*on_image(page, *end), steps=8)
    page.mouse.up()


def test_a_mouse_drags_the_digit_and_the_bars_follow(visit, convolutional, mnist):
    page = visit(f"{PAGE}?digit=0").page
    image = original(convolutional, mnist, 0)
    before = page.locator("#rd-br-bars").inner_text()
    drag(page, (14, 14), (17, 12))
    np.testing.assert_array_equal(levels(page), moved(image, 3, -2))
    assert page.locator("#rd-br-bars").inner_text() != before
    expect(page.locator(STATUS)).to_contain_text("It is a 0, moved 3 right, moved 2 up. The dense network reads")
    drag(page, (14, 14), (13, 14))  # a second one goes on from there
    np.testing.assert_array_equal(levels(page), moved(image, 2, -2))
    assert [page.locator(f"#rd-br-{name}").input_value() for name in ("right", "down")] == ["2", "-2"]


def test_a_finger_drags_the_digit_and_does_not_scroll(visit, convolutional, mnist):
    page = visit(PAGE, **PHONE).page
    client = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 14), ("touchMove", 16), ("touchMove", 19), ("touchEnd", None)):
        points = [] if x is None else [dict(zip("xy", on_image(page, x, 10), strict=True))]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    np.testing.assert_array_equal(levels(page), moved(original(convolutional, mnist, 2), 5, 0))
    assert page.evaluate("scrollY") == 0


def test_the_keyboard_reaches_everything(visit, convolutional, mnist):
    page = visit(PAGE).page
    image = original(convolutional, mnist, 2)
    page.keyboard.press("Tab")
    expect(page.locator("#rd-br-image")).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    np.testing.assert_array_equal(levels(page), moved(image, 2, 1))
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # the brush, white
    page.locator("#rd-br-image").focus()
    for key in ("ArrowUp", "Space", "ArrowUp", "ArrowUp", "Space", "ArrowUp"):
        page.keyboard.press(key)
    painted = levels(page) != moved(image, 2, 1)
    assert painted.any() and (levels(page)[painted] == 255).all()
    assert levels(page)[11:14, 14].tolist() == [255] * 3
    reached = ["rd-br-tool", "rd-br-right", "rd-br-down", "rd-br-turn", "rd-br-thickness", "rd-br-invert",
               "rd-br-shuffle", "rd-br-digit", "rd-br-erase", "rd-br-reset", "rd-br-for"]
    for name in reached:
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.id || document.activeElement.name")
        assert focused == name
        if name in ("rd-br-turn", "rd-br-thickness"):
            page.keyboard.press("ArrowRight")
        elif name in ("rd-br-invert", "rd-br-shuffle"):
            page.keyboard.press("Space")
            page.keyboard.press("Space")
        elif name == "rd-br-erase":
            page.keyboard.press("Enter")
    expect(page.locator(STATUS)).to_contain_text(
        "It is a 2, moved 2 right, moved 1 down, turned by 5 degrees, made thicker. The dense")
    page.locator("#rd-br-reset").press("Enter")
    np.testing.assert_array_equal(levels(page), image)


def test_painting_by_mouse_covers_and_comes_off(visit, convolutional, mnist):
    page = visit(f"{PAGE}?digit=7").page
    image = original(convolutional, mnist, 7)
    page.get_by_label("paints white").check()
    drag(page, (6, 25), (22, 25))
    assert (levels(page)[25, 6:22] == 255).all()
    expect(page.locator(STATUS)).to_contain_text("painted over")
    page.get_by_label("paints black").check()
    drag(page, (10, 25), (12, 25))
    assert levels(page)[25, 10] == 0
    page.locator("#rd-br-erase").click()
    np.testing.assert_array_equal(levels(page), image)


def test_every_setting_is_an_address(visit, convolutional, mnist):
    page = visit(f"{PAGE}?digit=6&turn=180&invert=1").page
    np.testing.assert_array_equal(levels(page), 255 - original(convolutional, mnist, 6)[::-1, ::-1])
    page.locator("#rd-br-invert").uncheck()
    page.locator("#rd-br-image").press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"\?digit=6&turn=180&right=-1#rd-break$"))
    page.reload()
    np.testing.assert_array_equal(levels(page), moved(original(convolutional, mnist, 6)[::-1, ::-1], -1, 0))
    wrong = visit(f"{PAGE}?digit=12&turn=x&thickness=1e9&invert=%3Cb%3E&down=2").page
    expect(wrong.locator(STATUS)).to_have_text(
        "The address gives digit, turn, thickness and invert in a way that cannot be read, so it was left out.")
    np.testing.assert_array_equal(levels(wrong), moved(original(convolutional, mnist, 2), 0, 2))


def chapter_links() -> list[str]:
    chapter = (BOOK / "judging" / "11-mistakes.md").read_text(encoding="utf-8")
    return re.findall(r"<break(\?[^>]*)>`", chapter)


def test_what_the_chapter_says_of_its_links_is_so(visit):
    """Each address is one that the page can read, and gives what the text beside it says."""
    found = {}
    for link in chapter_links():
        page = visit(f"{PAGE}{link}").page
        said = page.locator(STATUS).inner_text()
        assert "cannot be read" not in said
        found[link] = [int(digit) for digit in re.findall(r"reads (\d)", said)]
    assert found == {
        "?digit=0&right=3": [2, 0], "?digit=5&invert=1": [2, 8], "?digit=9&turn=180": [6, 5],
        "?digit=4&shuffle=1": found["?digit=4&shuffle=1"],
        "?digit=4&shuffle=1&weights=1": [4, found["?digit=4&shuffle=1"][1]]}
    assert 4 not in found["?digit=4&shuffle=1"]


def test_a_link_of_the_text_sets_it_up_without_a_new_page(visit, convolutional, mnist):
    page = visit(PAGE).page
    page.evaluate("""() => {
        window.same = true;
        document.querySelector("main").insertAdjacentHTML("beforeend",
            '<a id="go" href="?digit=1&down=4#rd-break">x</a>');
    }""")
    page.locator("#go").click()
    np.testing.assert_array_equal(levels(page), moved(original(convolutional, mnist, 1), 0, 4))
    assert page.evaluate("window.same")


# --- For everybody ------------------------------------------------------------------------------------------


def test_a_change_is_answered_within_a_frame(visit):
    """Both networks and both pictures of evidence in less than 16 ms, with an image that has no black pixel.

    The bound grows with the time of a fixed loop, as in `test_draw.py`.
    """
    page = visit(f"{PAGE}?invert=1&thickness=1").page
    change, baseline = page.evaluate(
        """() => {
            const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
            const time = (work) => { const start = performance.now(); work(); return performance.now() - start; };
            const loop = () => {
                let sum = 0;
                for (let k = 1; k < 4e6; k++) sum += Math.sqrt(k) / (k + sum);
                return sum;
            };
            window.requestAnimationFrame = (work) => work();
            const turn = document.getElementById("rd-br-turn");
            const changes = [], loops = [];
            for (let k = 0; k < 60; k++) {
                turn.value = 5 * k - 150;
                changes.push(time(() => { turn.dispatchEvent(new Event("input")); document.body.offsetHeight; }));
                if (k % 6 === 0) loops.push(time(loop));
            }
            return [median(changes), median(loops)];
        }""")
    print(f"change {change:.2f} ms, baseline {baseline:.2f} ms")
    assert change < 16 * max(1, baseline / 25)


def test_a_screen_reader_is_told_once_after_a_drag(visit):
    page = visit(PAGE).page
    assert page.locator(LIVE).text_content() == ""
    page.evaluate("""() => {
        window.spoken = [];
        new MutationObserver(() => spoken.push(document.querySelector("#rd-br-status + [role=status]").textContent))
            .observe(document.querySelector("#rd-br-status + [role=status]"), { childList: true });
    }""")
    drag(page, (14, 14), (20, 14))
    expect(page.locator(LIVE)).to_contain_text("moved 6 right. The dense network reads")
    assert len(page.evaluate("spoken")) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desk", "phone"])
def test_accessible_still_and_no_wider_than_the_screen(visit, http_address, theme, device):
    page = visit(f"judging/break-{theme}.html?shuffle=1", http_address, reduced_motion="reduce",
                 **(PHONE if device == "phone" else {})).page
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    before = levels(page)
    page.wait_for_timeout(300)
    np.testing.assert_array_equal(levels(page), before)
