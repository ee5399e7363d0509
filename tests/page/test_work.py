"""Work is safe in the page: downloaded, uploaded, never overwritten; an endless cell is ended, no network needed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograder.page import serve
from tests.page.test_start import CELL, EXERCISE, KEEPS, save, wait_for_saved
from tests.page.visit import SAID, Visit, run_one

pytestmark = pytest.mark.browser

BAR = "#work"
STATUS = "#work-says"
SAVED = "#work-saved"
ENDLESS = 'while True: print("x" * 80)'


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    context.add_init_script(KEEPS)
    made = Visit(context, address)
    yield made
    context.close()


def with_bar(visit: Visit, path: str = EXERCISE) -> Page:
    page = visit.context.new_page()
    page.goto(f"{visit.address}/notebooks/index.html?path={path}.ipynb")
    page.wait_for_selector(BAR)
    return page


def press(page: Page, label: str) -> None:
    page.locator(BAR).get_by_role("button", name=label).click()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator(f"{BAR} input").set_input_files({"name": name, "mimeType": "", "buffer": content})


def path_of(page: Page) -> str:
    page.wait_for_selector(BAR)
    return str(page.evaluate("jupyterapp.shell.currentWidget.context.path"))


def second_cell(page: Page) -> str:
    return page.locator(CELL).nth(1).locator(".cm-content").inner_text()


def write(page: Page, source: str) -> None:
    """Types it into the second cell, and does not save."""
    page.locator(CELL).nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def notebook(source: str) -> bytes:
    """A notebook whose second code cell has that source."""
    cells = [{"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [], "execution_count": None,
              "source": text} for number, text in enumerate(("1", source))]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def test_one_click_downloads_what_is_shown_and_another_visitor_goes_on_with_it(visit: Visit, tmp_path: Path) -> None:
    page = with_bar(visit)
    write(page, "mine = 1")
    with page.expect_download() as started:
        press(page, "Download")
    assert started.value.suggested_filename == f"{EXERCISE}.ipynb"
    started.value.save_as(tmp_path / "got.ipynb")
    got = json.loads((tmp_path / "got.ipynb").read_text(encoding="utf-8"))
    assert [c["source"] for c in got["cells"] if c["cell_type"] == "code"][1] == "mine = 1"
    assert got["metadata"]["reading_digits"]["assignment"] == EXERCISE

    other = visit.context.browser
    assert other is not None
    context = other.new_context()
    there = with_bar(Visit(context, visit.address))
    with there.expect_navigation():
        upload(there, f"{EXERCISE} (1).ipynb", (tmp_path / "got.ipynb").read_bytes())
    assert (path_of(there), second_cell(there)) == (f"{EXERCISE}.ipynb", "mine = 1")
    context.close()


def test_what_is_typed_is_saved_by_itself_and_the_page_says_when(visit: Visit) -> None:
    page = with_bar(visit)
    assert page.locator(SAVED).inner_text() == ""
    write(page, "typed = 1")
    page.locator(SAVED).get_by_text("Not saved yet").wait_for()
    page.locator(SAVED).get_by_text("Saved in this browser").wait_for()
    wait_for_saved(visit, "typed = 1")


def test_an_upload_overwrites_nothing(visit: Visit) -> None:
    page = with_bar(visit)
    save(page, "first = 1")
    wait_for_saved(visit, "first = 1")
    for number in (1, 2):
        with page.expect_navigation():
            upload(page, f"{EXERCISE}.ipynb", notebook(f"more = {number}"))
        assert (path_of(page), second_cell(page)) == (f"{EXERCISE}-{number}.ipynb", f"more = {number}")
    wait_for_saved(visit, "first = 1")


@pytest.mark.parametrize(("name", "content", "said"), [
    ("02.ipynb", b'{"nbformat": 4, "cells": [', "02.ipynb is damaged, or was cut off on its way. Download it again"),
    ("page.html", b"<html></html>", "page.html is not a notebook. Choose the file that ends with .ipynb."),
    ("old.ipynb", b'{"nbformat": 3, "worksheets": []}', "old.ipynb is not a notebook as Jupyter saves them today."),
    ("data.json", b"[1, 2]", "data.json is not a notebook as Jupyter saves them today."),
    ("null.ipynb", b"null", "null.ipynb is not a notebook as Jupyter saves them today."),
    ("huge.ipynb", b" " * 21_000_000, "huge.ipynb has more than 20 MB: that is no notebook of this course."),
])
def test_what_is_no_notebook_is_refused_in_one_sentence(shared: Page, name: str, content: bytes, said: str) -> None:
    upload(shared, "before.txt", b"")
    shared.locator(SAID).get_by_text("before.txt").wait_for()
    upload(shared, name, content)
    card = shared.locator(SAID)
    card.get_by_text(name).wait_for()
    assert "before.txt" not in card.inner_text(), "of two refusals the last one stands"
    assert card.inner_text().startswith(said)
    assert "What is open here stays as it is." in card.inner_text()
    card.get_by_role("button", name="Close").click()
    assert path_of(shared) == f"{EXERCISE}.ipynb"


@pytest.fixture(scope="module")
def shared(browser: Browser, address: str) -> Iterator[Page]:
    """One page for what leaves it as it was."""
    context = browser.new_context()
    context.add_init_script(KEEPS)
    yield with_bar(Visit(context, address))
    context.close()


@contextmanager
def changed(built: Path, **metadata: Any) -> Iterator[None]:
    """While the site has another version of the exercise."""
    file = built / "files" / f"{EXERCISE}.ipynb"
    before = file.read_bytes()
    content = json.loads(before)
    content["metadata"]["reading_digits"] |= metadata
    content["cells"][0]["source"] = "# The new one"
    file.write_text(json.dumps(content), encoding="utf-8")
    yield
    file.write_bytes(before)


def test_an_updated_exercise_neither_hides_nor_is_hidden(visit: Visit, built: Path) -> None:
    page = with_bar(visit)
    save(page, "mine = 1")
    wait_for_saved(visit, "mine = 1")
    with changed(built, version="0123456789ab"):
        page = with_bar(visit)
        page.locator(SAID).wait_for()
        assert page.locator(SAID).inner_text().startswith("This exercise has been updated since you began it.")
        assert second_cell(page) == "mine = 1"
        with page.expect_navigation():
            page.get_by_role("button", name="Open the new one").click()
        assert path_of(page) == f"{EXERCISE}-updated.ipynb"
        page.locator("h1", has_text="The new one").wait_for()
        wait_for_saved(visit, "mine = 1")
        again = with_bar(visit)
        again.wait_for_timeout(2000)
        assert again.locator(SAID).count() == 0, "it was said once"


def test_a_chapter_opens_where_the_book_is_around_the_page(visit: Visit) -> None:
    page = with_bar(visit)
    with visit.context.expect_page() as chapter:
        page.locator(".jp-RenderedMarkdown a", has_text="Normalization").first.click()
    above = visit.address.rpartition("/")[0]
    chapter.value.wait_for_url(f"{above}/**")
    assert chapter.value.url.startswith(f"{above}/data/03-normalization.html")


def test_where_nothing_can_be_saved_it_is_said(visit: Visit) -> None:
    page = with_bar(visit)
    page.locator(CELL).nth(1).locator(".cm-content").wait_for()  # the storage is full from then on, not before
    full = "throw new DOMException('full', 'QuotaExceededError');"
    page.evaluate(f"() => {{ IDBObjectStore.prototype.put = () => {{ {full} }}; }}")
    write(page, "mine = 1")
    page.locator(".jp-Dialog").wait_for()
    assert "File Save Error" in page.locator(".jp-Dialog").inner_text()
    page.locator(".jp-Dialog button").last.click()
    write(page, "mine = 2")
    page.wait_for_timeout(2000)
    assert page.locator(".jp-Dialog").count() == 0, "it was said once"
    assert page.locator(SAVED).inner_text() == "Not saved"


@pytest.mark.verify
def test_an_endless_cell_is_ended_and_the_next_visit_needs_no_network(browser: Browser, built: Path) -> None:
    server = serve.server(built)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context()
    context.add_init_script(KEEPS)
    visit = Visit(context, f"http://{serve.HOST}:{server.server_port}")
    try:
        page = visit.open(EXERCISE)
        page.wait_for_selector(BAR)
        before = page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
        write(page, ENDLESS)
        page.keyboard.press("Control+Enter")
        page.locator(STATUS).get_by_text("Python has been busy for").wait_for()
        assert 'Stop Python" ends it' in page.locator(STATUS).inner_text()
        page.locator(CELL).nth(1).locator(".jp-OutputArea").get_by_text("This cell has printed 100,000").wait_for()
        press(page, "Stop Python")
        assert "Run the notebook from its top" in page.locator(STATUS).inner_text()
        page.locator(CELL).nth(0).locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("print(6 * 7)")
        page.keyboard.press("Control+Enter")
        page.locator(CELL).nth(0).locator(".jp-OutputArea").get_by_text("42").wait_for()
        assert second_cell(page) == ENDLESS, "what was written stays"
        assert before is not None
        kept = "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => "
        kept += "(await (await caches.open(name)).keys()).map((request) => request.url)))).flat())"
        page.wait_for_function(f"{kept}.then((urls) => urls.some((url) => url.includes('tree/index.html')))")
        page.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    page = visit.open(EXERCISE)
    shown = run_one(page, 0, "import digits, keras; print('SHAPE', digits.load()[0][0].shape)")
    assert "SHAPE (60000, 28, 28)" in shown
    context.close()
