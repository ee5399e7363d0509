"""Every page in a real browser without a network: http and files, light and dark, desk and phone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.book import weights
from tests.book.conftest import pages
from tests.demo.handwriting import DIGITS, SEVEN_BY_KEYBOARD
from tests.demo.test_draw import answer, draw_by_mouse
from tests.samples import sampled
from tests.served import served

pytestmark = pytest.mark.browser

ALL = [*pages(), "genindex", "search"]
ON_A_PHONE = [*ALL[::2], "learning/06b-backpropagation", "judging/11-mistakes", "learning/09-training"]
"""Every second page, and those with the most to play with."""

HARMLESS = ("[PST]", "[togglebutton]")
"""What the theme's scripts note on the console on every page, about themselves."""

HEAVIEST = 3_000_000
"""The most bytes that one page may cause to be loaded, pictures, scripts and fonts included."""

STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
"""Colors are measured as they are in the end, not halfway from light to dark."""

READY = """async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  await document.fonts.ready;
}"""


@dataclass
class Seen:
    """A page, and everything about it that must stay empty."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    weight: int = 0


@pytest.fixture(scope="module")
def http_address(site: Path) -> Iterator[str]:
    """The address of the site over http, from this machine."""
    with served(site) as address:
        yield address


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Seen]]:
    """Opens an address and waits for formulas and fonts. What lies elsewhere is noted and refused."""
    contexts = []

    def open_page(address: str, own: str, **options: object) -> Seen:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(120_000)
        seen = Seen(context.new_page())

        def answer(route: object) -> None:
            url = route.request.url
            if url.startswith((own, "data:", "blob:")):
                route.continue_()
            else:
                seen.outside.append(url)
                route.abort()

        def weigh(response: object) -> None:
            if response.url.startswith("http"):
                seen.weight += int(response.headers.get("content-length", 0))

        context.route("**/*", answer)
        page = seen.page
        page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}")
                if not message.text.startswith(HARMLESS) else None)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("requestfailed", lambda request: seen.complaints.append(f"not loaded: {request.url}"))
        page.on("response", lambda response: seen.complaints.append(f"{response.status}: {response.url}")
                if response.status >= 400 else None)
        page.on("response", weigh)
        page.goto(address, wait_until="load")
        page.evaluate(READY)
        page.add_style_tag(content=STILL)
        return seen

    yield open_page
    for context in contexts:
        context.close()


def unfold(page: Page) -> None:
    """Opens every folded answer and every folded piece of code."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


def violations(page: Page) -> list[str]:
    # Without preload: to look into style sheets, axe would fetch them again, from wrong addresses.
    # With the details of violations only: to describe what passes takes longer than to look.
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"]]


def wider_than_the_screen(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    return page.evaluate("""() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      return [...document.querySelectorAll('body *')]
        .filter(element => element.getBoundingClientRect().right > width + 1)
        .map(element => `${element.tagName}.${element.className}`).slice(0, 10);
    }""")


def cut_off(page: Page) -> list[str]:
    """Code and output with lines that go on beyond the right edge of their box."""
    return page.evaluate("""() => [...document.querySelectorAll(".bd-article pre")]
      .filter(element => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
      .map(element => element.textContent.slice(0, 80))""")


def formulas_not_drawn(page: Page) -> int:
    return page.evaluate("""() => [...document.querySelectorAll('.math')]
      .filter(element => !element.querySelector('mjx-container mjx-math')).length""")


def tiny_letters(page: Page) -> list[float]:
    """Figures shrink with the screen: by how much those whose letters of 10 points are under 8 pixels."""
    shrunk: list[float] = page.eval_on_selector_all(
        ".cell_output img",
        "images => images.map(image => image.getBoundingClientRect().width / (image.naturalWidth / 2))")
    return [scale for scale in shrunk if 10 * 96 / 72 * scale < 8]  # at its full width a point is 96 / 72 pixels


def icons_not_drawn(page: Page) -> list[str]:
    """Icons without a path: their script knows only those that the build has found (`_ext/icons.py`)."""
    page.wait_for_selector("svg.svg-inline--fa", state="attached")
    return page.evaluate("""() => [...document.querySelectorAll("svg.svg-inline--fa, i[class*='fa-']")]
      .filter(element => !element.querySelector(":scope > path"))
      .map(element => element.dataset.icon || element.className)""")


def record_weight(name: str, weight: int) -> None:
    known = json.loads(weights.WEIGHED.read_text()) if weights.WEIGHED.exists() else {}
    weights.WEIGHED.write_text(json.dumps(known | {name: weight}, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("name", ALL)
def test_desk_over_http(visit: Callable[..., Seen], http_address: str, name: str) -> None:
    seen = visit(f"{http_address}/{name}.html", http_address, viewport={"width": 1280, "height": 900},
                 color_scheme="light")
    page = seen.page
    assert seen.outside == [] and seen.complaints == []
    assert formulas_not_drawn(page) == 0
    record_weight(name, seen.weight)
    assert 100_000 < seen.weight < HEAVIEST
    assert seen.weight == pytest.approx(weights.kept()[name], rel=0.1), "meant? .venv/bin/python -m tests.book.weights"
    assert icons_not_drawn(page) == []
    unfold(page)
    assert violations(page) == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert violations(page) == []
    assert wider_than_the_screen(page) == [] and cut_off(page) == []
    assert seen.outside == [] and seen.complaints == []


@pytest.mark.parametrize("name", sampled(ALL, ON_A_PHONE))
def test_phone_from_a_file(visit: Callable[..., Seen], site: Path, name: str) -> None:
    seen = visit((site / f"{name}.html").as_uri(), site.as_uri(), viewport={"width": 360, "height": 740},
                 device_scale_factor=2, is_mobile=True, has_touch=True, color_scheme="dark")
    page = seen.page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark", "it follows the system"
    assert seen.outside == [] and seen.complaints == []
    assert formulas_not_drawn(page) == 0
    assert tiny_letters(page) == []
    unfold(page)
    assert wider_than_the_screen(page) == [] and cut_off(page) == []
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_the_search_finds(visit: Callable[..., Seen], site: Path, http_address: str, scheme: str) -> None:
    own = http_address if scheme == "http" else site.as_uri()
    seen = visit(f"{own}/search.html?q=normalization", own)
    seen.page.wait_for_selector("#search-results li a")
    found = seen.page.eval_on_selector_all("#search-results li a", "links => links.map(link => link.href)")
    assert any("03-normalization" in link for link in found)
    assert seen.outside == [] and seen.complaints == []


def test_the_theme_can_be_changed_by_keyboard(visit: Callable[..., Seen], site: Path) -> None:
    seen = visit((site / "index.html").as_uri(), site.as_uri(), color_scheme="light",
                 viewport={"width": 1280, "height": 900})
    page = seen.page
    before = page.evaluate("document.documentElement.dataset.theme")
    page.focus(".theme-switch-button:visible")
    for _ in range(2):  # automatic, light, dark: at most two steps to another look
        page.keyboard.press("Enter")
        if page.evaluate("document.documentElement.dataset.theme") != before:
            break
    assert page.evaluate("document.documentElement.dataset.theme") != before
    assert seen.complaints == []


def read_as_seven(page: Page) -> None:
    """The table beside the pad has ten probabilities, and that of the 7 is by far the largest."""
    assert answer(page) == "7"
    digits = page.locator("#rd-bars th").all_inner_texts()
    shares = [float(text.strip(" <>%")) for text in page.locator("#rd-bars td:last-child").all_inner_texts()]
    assert sorted(digits) == list("0123456789") and sum(shares) == pytest.approx(100, abs=0.6)
    assert dict(zip(digits, shares, strict=True))["7"] == max(shares) > 50


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_seven_drawn_on_the_welcome_page_is_read(visit: Callable[..., Seen], site: Path, http_address: str,
                                                   scheme: str) -> None:
    own = http_address if scheme == "http" else site.as_uri()
    seen = visit(f"{own}/index.html", own, viewport={"width": 1280, "height": 900})
    page = seen.page
    pad = page.locator("#rd-pad")
    pad.scroll_into_view_if_needed()
    page.locator("#rd-clear").click()  # digits are written until somebody takes over
    assert answer(page) == ""
    draw_by_mouse(page, DIGITS[7])
    read_as_seven(page)

    page.reload()  # the pen is in the middle again
    pad.focus()
    for key in SEVEN_BY_KEYBOARD:
        page.keyboard.press(key)
    read_as_seven(page)
    assert seen.outside == [] and seen.complaints == []


@pytest.mark.fast
def test_the_weights_are_those_of_the_pages_and_the_guide_tells_them() -> None:
    assert set(weights.kept()) == set(ALL)
    assert weights.PART.holds(weights.told()), "run: .venv/bin/python -m tests.book.weights"
