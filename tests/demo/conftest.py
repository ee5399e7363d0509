"""The widgets on a plain page, in a real browser: what they log, throw and ask for must be nothing."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from autograder import course
from tests.served import served

DEMO = course.BOOK / "demo"
sys.path.insert(0, str(course.EXERCISES))  # for `digits`, which writes what the pad reads

# As in the book, the theme stands in an attribute of <html>.
PLAIN_PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>Widget</title>
<style>
  body {{ font: 16px/1.5 sans-serif; margin: 0 auto; max-width: 46rem; padding: 0 12px; }}
  html[data-theme="dark"] body {{ background: #14181e; color: #eee; }}
</style></head>
<body><main><h1>Widget</h1>{widget}</main></body>
</html>
"""


@dataclass
class Visit:
    """A page and everything about it that must stay empty."""

    page: Page
    address: str
    logged: list[str] = field(default_factory=list)
    asked_outside: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        assert self.logged == []
        assert self.asked_outside == []


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with `draw-THEME.html` at its root, and one folder down `network/softmax-THEME.html`,
    `learning/backprop-THEME.html`, `learning/learn-THEME.html` and `judging/break-THEME.html`."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("demo", "network", "learning", "judging"):
        (folder / name).mkdir()
    for path in [*DEMO.glob("*.js"), *DEMO.glob("*.css")]:
        shutil.copy(path, folder / "demo")
    places = {"draw": "", "softmax": "network", "backprop": "learning", "learn": "learning", "break": "judging"}
    for widget, place in places.items():
        for theme in ("light", "dark"):
            snippet = (DEMO / f"{widget}.html").read_text(encoding="utf-8")
            html = PLAIN_PAGE.format(theme=theme, widget=snippet)
            (folder / place / f"{widget}-{theme}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def http_address(site: Path) -> Iterator[str]:
    """The address of the site over http."""
    with served(site) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Callable[..., Visit]]:
    """Opens a page of the site, from file:// unless told otherwise. At the end, none may have complained."""
    contexts = []
    visits = []

    def open_page(path: str, address: str = "", **context_options: object) -> Visit:
        context = browser.new_context(**context_options)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page, address or site.as_uri())
        visits.append(seen)
        page.on("console", lambda message: seen.logged.append(message.text))
        page.on("pageerror", lambda error: seen.logged.append(str(error)))
        own = (seen.address, "blob:", "data:")
        page.on("request", lambda request: None if request.url.startswith(own)
                else seen.asked_outside.append(request.url))
        page.goto(f"{seen.address}/{path}")
        return seen

    yield open_page
    for seen in visits:
        seen.assert_quiet()
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def packed() -> dict:
    """What weights.js holds: {"network": ..., "hard": ...}."""
    text = (DEMO / "weights.js").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        for name in ("network", "hard"):
            if line.startswith(f"ReadingDigits.{name} = "):
                found[name] = json.loads(line.partition(" = ")[2].rstrip(";"))
    return found


@pytest.fixture(scope="session")
def mnist() -> dict[str, np.ndarray]:
    with np.load(course.EXERCISES / "mnist.npz") as data:
        arrays = {name: data[name] for name in data.files}
    return arrays | {"x_held": arrays["x_train"][50_000:], "y_held": arrays["y_train"][50_000:]}
