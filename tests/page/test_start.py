"""What the page says where a browser lacks something, and what becomes of a learner's work.

No Python is started here: that takes long, and is what test_page_in_browser.py is for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.page.visit import SAID, Visit

pytestmark = pytest.mark.browser

LIMIT = 300
"""Seconds for whatever is waited for; Python is not."""

EXERCISE = "02-preprocessing"
CELL = ".jp-Notebook .jp-CodeCell"


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    made = Visit(context, address)
    context.set_default_timeout(LIMIT * 1000)
    yield made
    context.close()


NO_WORKER = "window.Worker = class { constructor() { throw new Error('blocked'); } }"
NO_DATABASE = "indexedDB.open = () => { throw new Error('private'); }"
FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }"
FULL_LATER = """
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...all) {
        setTimeout(() => this.transaction.abort());
        return put.apply(this, all);
    }
"""  # as browsers do it that write to the disk afterward
REFUSES = "navigator.storage.persisted = navigator.storage.persist = async () => false"
KEEPS = "navigator.storage.persisted = async () => false; navigator.storage.persist = async () => true"


@pytest.mark.parametrize(("lacks", "said"), [
    ("delete window.WebAssembly", "This browser has no WebAssembly, in which Python runs here. Download the exercises"),
    (NO_WORKER, "This browser starts no worker, in which Python runs here. Download the exercises"),
    (NO_DATABASE, "This browser keeps nothing that you save here, as in a private window. Download your notebook"),
    (FULL, "This browser's storage is full: no notebook can be opened or saved here. Make room"),
    (FULL_LATER, "This browser's storage is full: no notebook can be opened or saved here. Make room"),
    (REFUSES, "This browser may delete what you save here when it needs the space. Download your notebook"),
])
def test_what_the_browser_lacks_is_said_in_one_sentence_with_a_way_to_go_on(
    visit: Visit, lacks: str, said: str
) -> None:
    visit.context.add_init_script(lacks)
    page = visit.context.new_page()
    page.goto(f"{visit.address}/tree/index.html")
    assert page.locator(SAID).inner_text().startswith(said)
    page.locator(f"{SAID} button").click()
    assert page.locator(SAID).count() == 0


@pytest.mark.parametrize(("path", "where"), [
    ("tree/index.html", 'right-click each in the list of files, and choose "Download".'),
    (f"notebooks/index.html?path={EXERCISE}.ipynb", 'with the button "Download".'),
])
def test_how_to_download_is_said_as_it_is_there(visit: Visit, path: str, where: str) -> None:
    visit.context.add_init_script(REFUSES)
    page = visit.context.new_page()
    page.goto(f"{visit.address}/{path}")
    assert where in page.locator(SAID).inner_text()
    if "button" in where:
        page.get_by_role("button", name="Download", exact=True).wait_for()


def test_where_nothing_is_lacking_nothing_is_said(visit: Visit) -> None:
    visit.context.add_init_script(KEEPS)
    page = visit.context.new_page()
    page.goto(f"{visit.address}/tree/index.html")
    page.wait_for_selector(".jp-DirListing-item")
    assert page.locator(SAID).count() == 0


def opened(visit: Visit) -> Page:
    """The notebook, without waiting for Python."""
    page = visit.context.new_page()
    page.goto(f"{visit.address}/notebooks/index.html?path={EXERCISE}.ipynb")
    page.wait_for_selector(CELL)
    return page


def save(page: Page, text: str) -> None:
    """Types it into the second cell, and saves."""
    page.bring_to_front()
    page.locator(CELL).nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")


def wait_for_saved(visit: Visit, text: str) -> None:
    """Until the notebook, opened anew, has it in its second cell."""
    until = time.monotonic() + LIMIT
    while True:
        page = opened(visit)
        found = page.locator(CELL).nth(1).locator(".cm-content").inner_text()
        page.close()
        if found == text:
            return
        assert time.monotonic() < until, found


def test_work_is_there_on_the_next_visit_and_a_second_tab_does_not_overwrite_it_silently(visit: Visit) -> None:
    visit.context.add_init_script(KEEPS)
    one, two = opened(visit), opened(visit)
    save(one, "first = 1")
    wait_for_saved(visit, "first = 1")
    save(two, "second = 2")
    asked = two.locator(".jp-Dialog")
    asked.wait_for()
    assert "has changed on disk" in asked.inner_text()
    asked.get_by_role("button", name="Cancel").click()
    wait_for_saved(visit, "first = 1")
