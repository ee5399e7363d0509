"""Softmax with sliders: float32 as NumPy has it, and usable by everybody."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

START = [-1, 2, 1, 3.5]
VERDICT = "#rd-verdict"


def numpy_steps(logits: list[float], temperature: float) -> dict[str, np.ndarray]:
    scaled = np.float32(logits) / np.float32(temperature)
    shifted = scaled - scaled.max()
    with np.errstate(all="ignore"):
        naive = np.exp(scaled) / np.exp(scaled).sum()
    return {
        "scaled": scaled, "naive_powers": np.exp(scaled), "naive": naive,
        "shifted": shifted, "stable_powers": np.exp(shifted),
        "stable": np.exp(shifted) / np.exp(shifted).sum(),
    }


def rows(page: Page) -> dict[str, list[str]]:
    """The table of steps as the page shows it."""
    cells = [row.locator("td").all_inner_texts() for row in page.locator(".rd-steps tbody tr").all()]
    return dict(zip(numpy_steps([0], 1), [row for row in cells if row], strict=True))


def shares(page: Page) -> list[float]:
    texts = page.locator("#rd-classes td:last-child").all_inner_texts()
    return [float(text.rstrip("%")) / 100 for text in texts]


@pytest.mark.filterwarnings("ignore:overflow")
def test_every_step_is_what_numpy_computes_in_float32(visit):
    page = visit("network/softmax-light.html").page
    rng = np.random.default_rng(1)
    cases = [(rng.uniform(-10, 10, 4).round(1) + shift, temperature)
             for shift in (0, 60, 85, 88, 89, 100, 120) for temperature in (0.1, 0.5, 1, 3, 10)]
    cases += [([0, 0, 0, 0], 1), ([-10, -10, -10, -10], 0.1)]
    overflowed = 0
    for logits, temperature in cases:
        got = page.evaluate(
            """([logits, temperature]) => {
                const { scaled, naive, stable } = ReadingDigits.softmaxSteps(logits, temperature);
                const text = (values) => values.map(String);
                return { scaled: text(scaled), naive_powers: text(naive.powers),
                         naive: text(naive.probabilities),
                         shifted: text(stable.shifted), stable_powers: text(stable.powers),
                         stable: text(stable.probabilities) };
            }""", [list(map(float, logits)), temperature])
        expected = numpy_steps(logits, temperature)
        for name, values in expected.items():
            np.testing.assert_allclose(
                [float(value) for value in got[name]], values, rtol=1e-5, atol=1e-38,
                err_msg=f"{name} of {logits}")
        overflowed += np.isnan(expected["naive"]).any()
        assert np.isfinite(expected["stable"]).all()
    assert 10 <= overflowed < len(cases)


def test_page_shows_the_steps(visit):
    page = visit("network/softmax-light.html").page
    expected = numpy_steps(START, 1)
    np.testing.assert_allclose(shares(page), expected["stable"], atol=0.0006)
    for name, texts in rows(page).items():
        values = [float(text.replace("−", "-")) for text in texts]
        np.testing.assert_allclose(values, expected[name], atol=0.006)
    expect(page.locator(VERDICT)).to_have_text("Softmax gives 9 the most: 76.0%. Both ways agree.")


def test_the_naive_formula_overflows_and_the_other_does_not(visit):
    page = visit("network/softmax-light.html").page
    before = shares(page)
    page.locator("#rd-overflow").click()
    shown = rows(page)
    assert shown["naive_powers"] == ["inf"] * 4
    assert shown["naive"] == ["nan"] * 4
    assert shares(page) == before
    expect(page.locator(VERDICT)).to_contain_text("inf divided by inf is nan")
    page.locator("#rd-reset").click()
    assert "nan" not in str(rows(page))
    assert shares(page) == before


def test_sliders_obey_the_keyboard(visit):
    page = visit("network/softmax-light.html").page
    page.keyboard.press("Tab")
    expect(page.locator("#rd-logit-1")).to_be_focused()
    page.keyboard.press("End")
    assert page.locator("#rd-logit-1").get_attribute("aria-valuetext") == "10.0, probability 99.8%"
    assert page.locator(".rd-best th").inner_text() == "1"
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.locator("#rd-temperature")).to_be_focused()
    page.keyboard.press("End")
    np.testing.assert_allclose(shares(page), numpy_steps([10, 2, 1, 3.5], 10)["stable"], atol=0.0006)
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    assert int(page.locator("#rd-shift-value").inner_text()) > 0
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shares(page) == [0.25] * 4


def test_temperature_near_zero_leaves_one_winner(visit):
    page = visit("network/softmax-light.html").page
    page.locator("#rd-temperature").fill("-1")
    assert shares(page) == [0, 0, 0, 1]
    page.locator("#rd-equal").click()
    page.locator("#rd-temperature").fill("1")
    assert shares(page) == [0.25] * 4


def test_a_tie_has_no_winner(visit):
    page = visit("network/softmax-light.html").page
    page.locator("#rd-equal").click()
    expect(page.locator(VERDICT)).to_have_text("Softmax gives all four the same: 25.0%. Both ways agree.")
    assert page.locator(".rd-best").count() == 0
    for digit in (4, 9):
        page.locator(f"#rd-logit-{digit}").fill("2")
    expect(page.locator(VERDICT)).to_have_text("Softmax gives 4 and 9 the most: 44.0% each. Both ways agree.")
    assert page.locator(".rd-best th").all_inner_texts() == ["4", "9"]
    page.locator("#rd-logit-9").fill("2.1")
    expect(page.locator(VERDICT)).to_contain_text("Softmax gives 9 the most: 4")
    assert page.locator(".rd-best th").all_inner_texts() == ["9"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 340])
def test_accessible_and_no_wider_than_the_screen(visit, http_address, theme, width):
    page = visit(f"network/softmax-{theme}.html", http_address, viewport={"width": width, "height": 800}).page
    for _ in range(2):
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("#rd-overflow").click()
