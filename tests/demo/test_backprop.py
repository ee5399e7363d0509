"""Backpropagation by hand: the slopes that Keras computes, and usable by everybody."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAGE = "learning/backprop-light.html"
STATUS, VERDICT = "#rd-bp-status", "#rd-bp-verdict"
CLASSES = ["row", "column", "diagonal"]
SHAPES = [(4, 2), (2,), (2, 3), (3,)]

COMPUTE = """([values, image, rate]) => {
    const { classes, images, forward, backward, update, flatten, unflatten } = ReadingDigits.camera;
    const parameters = unflatten(values);
    const activity = forward(parameters, images[image], classes.indexOf(image));
    const slopes = backward(parameters, activity);
    return { loss: activity.loss, probabilities: activity.probabilities, slopes: flatten(slopes),
             updated: flatten(update(parameters, unflatten(flatten(slopes)), rate)) };
}"""


def split(values: list[float]) -> list[np.ndarray]:
    """19 numbers as the four arrays that Keras has: W1, b1, W2, b2."""
    ends = np.cumsum([np.prod(shape) for shape in SHAPES])
    return [part.reshape(shape) for part, shape in zip(np.split(np.asarray(values), ends[:-1]), SHAPES, strict=True)]


def start(page: Page) -> list[float]:
    return page.evaluate("ReadingDigits.camera.flatten(ReadingDigits.camera.start)")


def pixels(page: Page, image: str) -> list[float]:
    return page.evaluate("(image) => ReadingDigits.camera.images[image]", image)


def loss_of(values: list[float], inputs: list[float], label: int) -> float:
    """In NumPy, straight from the formulas."""
    W1, b1, W2, b2 = split(values)
    powers = np.exp(np.maximum(inputs @ W1 + b1, 0) @ W2 + b2)
    return float(-np.log(powers[label] / powers.sum()))


def of_keras(values: list[float], inputs: list[float], label: int, rate: float) -> dict[str, np.ndarray]:
    """Probabilities, loss, the slopes of GradientTape, and the numbers after one step of SGD."""
    import keras
    import tensorflow as tf

    model = keras.Sequential([
        keras.Input((4,), dtype="float64"),
        keras.layers.Dense(2, activation="relu", dtype="float64"),
        keras.layers.Dense(3, activation="softmax", dtype="float64"),
    ])
    model.set_weights(split(values))
    with tf.GradientTape() as tape:
        probabilities = model(np.array([inputs]))
        loss = keras.losses.SparseCategoricalCrossentropy(dtype="float64")(np.array([label]), probabilities)
    slopes = tape.gradient(loss, model.trainable_variables)
    keras.optimizers.SGD(rate).apply(slopes, model.trainable_variables)
    flat = [np.concatenate([np.ravel(part) for part in parts]) for parts in (slopes, model.get_weights())]
    return {"loss": loss.numpy(), "probabilities": probabilities.numpy()[0], "slopes": flat[0], "updated": flat[1]}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def table(page: Page, column: int) -> list[float | str]:
    """The table's values (column 0) or slopes (1) in the order of the parameters; what is no number as text."""
    texts = page.eval_on_selector_all(
        "#rd-bp-table tr", f"rows => rows.map(row => row.cells[{column + 1}].textContent)")
    return [number(text) if re.fullmatch(r"−?[\d.]+", text) else text for text in texts]


def press_next(page: Page, times: int) -> None:
    for _ in range(times):
        page.locator("#rd-bp-next").click()


# --- The same numbers as Keras ------------------------------------------------------------------------------


def test_forward_backward_and_update_are_those_of_keras(visit):
    page = visit(PAGE).page
    rng = np.random.default_rng(3)
    cases = [start(page), *rng.normal(0, 1, (12, 19)).tolist(), rng.normal(0, 4, 19).tolist()]
    silent = 0
    for values in cases:
        for label, image in enumerate(CLASSES):
            got = page.evaluate(COMPUTE, [values, image, 0.5])
            expected = of_keras(values, pixels(page, image), label, 0.5)
            for name in ("loss", "probabilities", "slopes", "updated"):
                np.testing.assert_allclose(got[name], expected[name], rtol=0, atol=1e-6, err_msg=f"{name}, {image}")
            silent += np.count_nonzero(got["slopes"][8:10]) < 2
    assert 8 < silent < 40, "some units are silent, and some are not"


def test_images_are_those_of_chapter_4(visit):
    from autograder.course import BOOK

    page = visit(PAGE).page
    chapter = (BOOK / "network" / "04-dense-layers.md").read_text(encoding="utf-8")
    batch = re.search(r"batch = np\.array\((.+?)\)\n", chapter, re.DOTALL)
    assert [pixels(page, image) for image in CLASSES] == eval(batch[1])


def test_the_network_is_that_of_its_chapter(visit):
    from autograder.course import BOOK

    page = visit(PAGE).page
    chapter = (BOOK / "learning" / "06b-backpropagation.md").read_text(encoding="utf-8")
    W1, b1, W2, b2 = split(start(page))
    for name, values in (("W1", W1), ("W2", W2)):
        lines = chapter.partition(f"\n{name} = np.array([[")[2].partition("]])")[0]
        assert [float(number) for number in re.findall(r"[+-]\d\.\d", lines)] == values.ravel().tolist()
    assert "\nb1, b2 = np.zeros(2), np.zeros(3)\n" in chapter and not b1.any() and not b2.any()


def test_every_step_shows_its_numbers_and_hides_those_to_come(visit):
    page = visit(PAGE).page
    expected = of_keras(start(page), pixels(page, "row"), 0, 0.5)
    picture = page.locator("#rd-bp-picture")
    assert table(page, 1) == ["–"] * 19
    for step, appears in enumerate(["sum", "relu", "logit", "p 0.", f"{expected['loss']:.3f}"], 1):
        assert appears not in picture.text_content()
        press_next(page, 1)
        assert appears in picture.text_content()
        expect(page.locator(STATUS)).to_contain_text(f"{step} of 10.")
        assert "◂" not in picture.text_content()
    press_next(page, 2)
    shown = table(page, 1)
    assert shown[:10] == ["–"] * 10
    np.testing.assert_allclose(shown[10:], expected["slopes"][10:], atol=5.1e-5)
    press_next(page, 3)
    np.testing.assert_allclose(table(page, 1)[1:], expected["slopes"][1:], atol=5.1e-5)
    assert np.count_nonzero(table(page, 1)[1:10]) == 3, "B is silent, and the lower right pixel is dark"
    press_next(page, 1)
    expect(page.locator(STATUS)).to_have_text("Every number has its slope. Take a step to learn, or go back.")
    for _ in range(12):
        page.locator("#rd-bp-back").click()
    expect(page.locator(STATUS)).to_contain_text("0 of 10.")
    assert table(page, 1) == ["–"] * 19


# --- Guess, nudge, step -------------------------------------------------------------------------------------


def test_the_chosen_slope_is_hidden_until_it_is_shown(visit):
    page = visit(PAGE + "?step=10&number=A-row").page
    slope = page.evaluate(COMPUTE, [start(page), "row", 0.5])["slopes"][10]
    assert table(page, 1)[10] == "?"
    assert page.locator(".rd-chosen .rd-slope").text_content() == "◂ ?"
    page.locator("#rd-bp-guess").fill("-0.5")
    assert "is the slope" not in page.locator(VERDICT).inner_text()
    page.locator("#rd-bp-show").click()
    assert table(page, 1)[10] == pytest.approx(slope, abs=5.1e-5)
    expect(page.locator(VERDICT)).to_have_text(
        "0.80 comes in, −0.64 is the slope behind: 0.80 × −0.64 = −0.514. You guessed −0.50: well guessed.")
    page.locator("#rd-bp-guess").fill("0.6")
    expect(page.locator(VERDICT)).to_contain_text("You guessed 0.60.")
    page.locator("#rd-bp-chosen").select_option("bias-row")
    assert table(page, 1)[16] == "?" and table(page, 1)[10] != "?"
    page.locator("#rd-bp-show").click()
    expect(page.locator(VERDICT)).to_have_text("A bias counts as it is, so its slope is the one behind it: −0.642.")


@pytest.mark.parametrize(("name", "k"), [
    ("upper-left-A", 0), ("lower-left-B", 5), ("bias-A", 8), ("A-diagonal", 12), ("bias-row", 16)])
def test_a_nudge_moves_the_loss_as_numpy_says(visit, name, k):
    page = visit(f"{PAGE}?step=5&number={name}").page
    values, inputs = start(page), pixels(page, "row")
    for nudge in (0.01, -0.3):
        page.locator("#rd-bp-nudge").fill(str(nudge))
        nudged = list(values)
        nudged[k] += nudge
        before, after = loss_of(values, inputs, 0), loss_of(nudged, inputs, 0)
        text = page.locator(VERDICT).inner_text().replace("−", "-")
        found = re.search(r"Nudged by (\S+), the loss goes from (\S+) to (\S+); "
                          r"the change divided by the nudge is (\S+)\.", text)
        np.testing.assert_allclose([float(part) for part in found.groups()],
                                   [nudge, before, after, (after - before) / nudge], atol=6e-4)
        assert float(found[3]) == pytest.approx(after, abs=6e-6)
        assert f"{after:.3f}" in page.locator("#rd-bp-picture").text_content()
        assert table(page, 0)[k] == pytest.approx(nudged[k])
    slope = page.evaluate(COMPUTE, [values, "row", 0.5])["slopes"][k]
    far = abs((after - before) / nudge - slope) > 0.02 * abs(slope) + 0.005
    assert far == ("smallest nudges only" in page.locator(VERDICT).inner_text())


def test_a_step_goes_down_as_sgd_does_and_the_address_keeps_it(visit):
    page = visit(PAGE).page
    values = start(page)
    losses = []
    for _ in range(3):
        expected = of_keras(values, pixels(page, "row"), 0, 0.5)
        losses.append(float(expected["loss"]))
        values = expected["updated"].tolist()
        page.locator("#rd-bp-step").click()
        np.testing.assert_allclose(table(page, 0), values, atol=6e-5)
        after = loss_of(values, pixels(page, "row"), 0)
        expect(page.locator(STATUS)).to_contain_text(f"The loss fell from {losses[-1]:.3f} to {after:.3f}")
    assert losses[0] > losses[1] > losses[2]
    shown = table(page, 0)
    page.reload()
    assert table(page, 0) == shown
    expect(page.locator(STATUS)).to_contain_text("5 of 10.")
    page.locator("#rd-bp-reset").click()
    assert urlsplit(page.url).query == ""
    np.testing.assert_allclose(table(page, 0), start(page))


def test_a_step_that_is_too_large_is_said(visit):
    """With one image that is rare: here from the first network of many, whose loss rises by a step."""
    page = visit(PAGE).page
    networks = np.random.default_rng(1).normal(0, 2, (5000, 19)).round(1).tolist()
    values, before, after = page.evaluate(
        f"""(networks) => {{
            const compute = {COMPUTE};
            for (const values of networks) {{
                const {{ loss, updated }} = compute([values, "row", 3]);
                const after = compute([updated, "row", 3]).loss;
                if (after > loss + 0.1) return [values, loss, after];
            }}
        }}""", networks)
    assert [before, after] == pytest.approx([loss_of(values, pixels(page, "row"), 0), after])
    page.goto(page.url + "?rate=3&values=" + ",".join(map(str, values)))
    page.locator("#rd-bp-step").click()
    expect(page.locator(STATUS)).to_contain_text(f"The loss rose from {before:.3f} to {after:.3f}")
    expect(page.locator(STATUS)).to_contain_text("the step was too large")


def test_a_tie_names_no_winner(visit):
    page = visit(f"{PAGE}?step=4&values=" + ",".join(["0"] * 19)).page
    expect(page.locator(STATUS)).to_contain_text("All have the same, and row is right.")


# --- The address --------------------------------------------------------------------------------------------


def test_every_setting_is_an_address(visit, http_address):
    for address in ("", http_address):
        page = visit(PAGE + "?highlight=x", address).page
        page.locator("#rd-bp-image").select_option("column")
        page.locator("#rd-bp-rate").select_option("3")
        page.locator("#rd-bp-chosen").select_option("B-diagonal")
        page.locator("#rd-bp-nudge").fill("0.25")
        press_next(page, 4)
        parts = urlsplit(page.url)
        assert parts.fragment == "rd-backprop"
        assert parse_qs(parts.query) == {"highlight": ["x"], "image": ["column"], "rate": ["3"], "step": ["4"],
                                         "number": ["B-diagonal"], "nudge": ["0.25"]}
        again = visit(f"{PAGE}?{parts.query}#{parts.fragment}", address).page
        for name in ("image", "rate", "chosen", "nudge"):
            assert again.locator(f"#rd-bp-{name}").input_value() == page.locator(f"#rd-bp-{name}").input_value()
        assert again.locator("#rd-bp-picture").text_content() == page.locator("#rd-bp-picture").text_content()


@pytest.mark.parametrize("query", [
    "image=circle", "rate=0.3", "rate=", "step=11", "step=-1", "step=x", "number=pixel-A",
    "nudge=7", "nudge=", "nudge=nan",
    "values=1,2,3", "values=" + ",".join(["1e9"] * 19), "values=" + ",".join(["x"] * 19)])
def test_what_an_address_gets_wrong_is_left_out_and_said(visit, query):
    page = visit(f"{PAGE}?{query}").page
    name = query.partition("=")[0]
    expect(page.locator(STATUS)).to_contain_text(
        f"The address gives {name} in a way that cannot be read, so it was left out. 0 of 10.")
    np.testing.assert_allclose(table(page, 0), start(page))


# --- For everybody ------------------------------------------------------------------------------------------


def test_keyboard_alone_is_enough(visit):
    page = visit(PAGE).page

    def tab_to(identifier: str, key: str = "Tab") -> None:
        for _ in range(12):
            page.keyboard.press(key)
            if page.evaluate("document.activeElement.id") == identifier:
                return
        raise AssertionError(f"{identifier} is not reached")

    tab_to("rd-bp-image")
    page.keyboard.press("ArrowDown")
    tab_to("rd-bp-next")
    for _ in range(10):
        page.keyboard.press("Enter")
    tab_to("rd-bp-chosen")
    page.keyboard.press("End")
    tab_to("rd-bp-guess")
    page.keyboard.press("Home")
    tab_to("rd-bp-nudge")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    tab_to("rd-bp-show")
    page.keyboard.press("Enter")
    values, inputs = start(page), pixels(page, "column")
    slope = page.evaluate(COMPUTE, [values, "column", 0.5])["slopes"][18]
    expect(page.locator(VERDICT)).to_contain_text(f"the one behind it: {slope:.3f}. You guessed −1.00.")
    expect(page.locator(VERDICT)).to_contain_text("Nudged by 0.03")
    tab_to("rd-bp-step", "Shift+Tab")
    page.keyboard.press("Enter")
    after = of_keras(values, inputs, 1, 0.5)["updated"]
    np.testing.assert_allclose(table(page, 0), after, atol=6e-5)


def test_a_finger_chooses_a_number_and_steps(visit):
    page = visit(PAGE, **PHONE).page
    for _ in range(10):
        page.locator("#rd-bp-next").tap()
    page.locator("[data-parameter='13'] rect").tap()
    assert page.locator("#rd-bp-chosen").input_value() == "B-row"
    page.locator("#rd-bp-show").tap()
    slopes = page.evaluate(COMPUTE, [start(page), "row", 0.5])["slopes"]
    np.testing.assert_allclose(table(page, 1), slopes, atol=5.1e-5)
    for box in (page.locator("[data-parameter] rect").nth(k).bounding_box() for k in range(19)):
        assert min(box["width"], box["height"]) >= 24


def test_a_click_chooses_a_number(visit):
    page = visit(PAGE).page
    for k in range(19):
        page.locator(f"[data-parameter='{k}'] rect").click()
        assert page.evaluate("document.getElementById('rd-bp-chosen').selectedIndex") == k
        assert page.locator(".rd-number.rd-chosen").get_attribute("data-parameter") == str(k)


def test_steps_are_read_aloud(visit):
    page = visit(PAGE).page
    press_next(page, 1)
    live = page.locator(f"{STATUS} + [role=status]")
    expect(live).to_contain_text("1 of 10. Each unit adds up")
    assert live.text_content() == page.locator(STATUS).text_content()
    assert page.locator(STATUS).get_attribute("aria-hidden") == "true"
    page.locator("#rd-bp-show").click()
    expect(page.locator(f"{VERDICT} + [role=status]")).to_contain_text("= 0.095.")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_number_covers_another(visit, width):
    """At the last step, where the most is shown; on a phone and on a desk, and with wide numbers."""
    page = visit(f"{PAGE}?step=10&values=" + ",".join(["-1.25"] * 19), viewport={"width": width, "height": 900}).page
    press_next(page, 1)
    texts = page.eval_on_selector_all("#rd-bp-picture text", """(texts) => texts.map((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return [text.textContent, left + 1, right - 1, top + 1.5, bottom - 1.5];
    })""")
    assert len(texts) > 60
    overlapping = [(a[0], b[0]) for k, a in enumerate(texts) for b in texts[:k]
                   if a[1] < b[2] and b[1] < a[2] and a[3] < b[4] and b[3] < a[4]]
    assert overlapping == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessible_and_no_wider_than_the_screen(visit, http_address, theme, width):
    page = visit(f"learning/backprop-{theme}.html", http_address, viewport={"width": width, "height": 900}).page
    for state in ("at the start", "everything open"):
        if state == "everything open":
            press_next(page, 10)
            page.locator("#rd-bp-show").click()
            page.locator("summary").click()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_moves_for_those_who_ask_for_reduced_motion(visit):
    moving = """() => [...document.querySelectorAll("#rd-backprop *")]
        .filter((element) => getComputedStyle(element).animationName !== "none").length"""
    for motion, expected in (("reduce", 0), ("no-preference", 8)):
        page = visit(PAGE, reduced_motion=motion).page
        press_next(page, 1)
        assert page.evaluate(moving) == expected
