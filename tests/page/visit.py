"""A learner in the page, in a real browser: opens a notebook, types answers, runs it, downloads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

LIMIT = 600
"""Seconds for whatever is waited for: on two busy cores, Python alone takes a minute to come up in a page."""

TRAINING = 3600
"""Seconds for cells to run: some train for minutes, and on busy cores for many."""


SAID = "#start-says"
"""Where the page says what the browser lacks."""


class Visit:
    """A learner in the page, and all that the page asks for."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.context = context
        self.asked: list[str] = []
        self.failed: list[str] = []
        context.set_default_timeout(LIMIT * 1000)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("response", lambda response: response.status < 400 or self.failed.append(response.url))

    def open(self, exercise: str) -> Page:
        page = self.context.new_page()
        page.goto(f"{self.address}/notebooks/index.html?path={exercise}.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
        if page.locator(SAID).is_visible():  # that the browser may delete what is saved
            page.locator(f"{SAID} button").click()
        return page

    def download(self, exercise: str, path: Path) -> None:
        """From the list of files, as a learner does."""
        page = self.context.new_page()
        page.goto(f"{self.address}/tree/index.html")
        page.locator(f".jp-DirListing-item:has-text('{exercise}.ipynb')").click(button="right")
        with page.expect_download() as started:
            page.locator(".lm-Menu-itemLabel:text-is('Download')").click()
        started.value.save_as(path)
        page.close()


def solve(page: Page, cells: list[dict[str, Any]]) -> None:
    """Types the answers of these cells into the notebook, where they stand."""
    for number, cell in enumerate(cells):
        if cell["id"].startswith("answer-") and cell["cell_type"] == "code":
            editor = page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".cm-content")
            editor.scroll_into_view_if_needed()
            editor.click()
            page.keyboard.press("Control+a")
            page.keyboard.insert_text("".join(cell["source"]))
    page.keyboard.press("Escape")


PROMPTS = "[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]"
LAST = f"Math.max(0, ...{PROMPTS}.map(prompt => parseInt(prompt.innerText.slice(1)) || 0))"
"""The highest number of a cell that has run."""


def wait_for_cells(page: Page, before: int) -> None:
    """Until no cell runs or waits to run, and one has run since `before` was the highest number."""
    none_waits = f"{PROMPTS}.every(prompt => !prompt.innerText.includes('*'))"
    page.wait_for_function(f"() => {LAST} > {before} && {none_waits}", timeout=TRAINING * 1000)


def run_all(page: Page) -> list[str]:
    """Runs all cells, or up to the first that raises; returns what each of them shows."""
    before = page.evaluate(LAST)
    page.locator(".lm-MenuBar-item:has-text('Run')").first.click()
    page.locator(".lm-Menu-itemLabel:text-is('Run All Cells')").click()
    wait_for_cells(page, before)
    return page.evaluate("""[...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
        .map(cell => (cell.querySelector('.jp-OutputArea') || {innerText: ''}).innerText)""")


def run_each(page: Page) -> list[str]:
    """Runs one cell after another, whichever of them raises; returns what each of them shows."""
    return [run_one(page, number) for number in range(page.locator(".jp-Notebook .jp-CodeCell").count())]


def run_one(page: Page, number: int, source: str = "") -> str:
    """Runs one code cell, with another source where one is given; returns what it shows."""
    before = page.evaluate(LAST)
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    if source:
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    wait_for_cells(page, before)
    return "\n".join(cell.locator(".jp-OutputArea").all_inner_texts())
