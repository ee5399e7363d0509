"""A learner in the page, in a real browser: opens a notebook, types answers, runs it, downloads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

LIMIT = 600
"""Seconds for whatever is waited for: on two busy cores, Python alone takes a minute to come up in a page."""


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


def run_all(page: Page) -> list[str]:
    """Runs all cells; returns what each of them shows."""
    prompts = "[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]"
    before = page.evaluate(f"Math.max(0, ...{prompts}.map(prompt => parseInt(prompt.innerText.slice(1)) || 0))")
    page.locator(".lm-MenuBar-item:has-text('Run')").first.click()
    page.locator(".lm-Menu-itemLabel:text-is('Run All Cells')").click()
    page.wait_for_function(f"() => {prompts}.every(prompt => parseInt(prompt.innerText.slice(1)) > {before})",
                           timeout=LIMIT * 1000)  # fmt: skip
    return page.evaluate("""[...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
        .map(cell => (cell.querySelector('.jp-OutputArea') || {innerText: ''}).innerText)""")
