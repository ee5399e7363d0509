"""How long a chapter takes to read, and how far one has come: in the sidebar, kept in the reader's browser alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document
from playwright.sync_api import Browser, Page, expect

from autograder.course import BOOK
from tests.book.conftest import chapters, page_path, pages, parsed

sys.path.insert(0, str(BOOK / "_ext"))

from reading import WORDS_PER_MINUTE, minutes

KEPT = "reading-digits.read"
FIRST, SECOND = chapters()[:2]


@pytest.mark.fast
def test_text_and_code_are_read_but_not_what_is_folded_or_computed() -> None:
    words = "one two " * (WORDS_PER_MINUTE // 2)
    page = new_document("page")
    page += nodes.paragraph("", "", nodes.Text(words), nodes.raw("", words, format="html"))
    page += nodes.container("", nodes.literal_block("", words), classes=["cell_input"])
    assert minutes(page) == 2
    page += nodes.container("", nodes.literal_block("", words), classes=["cell_output"])
    page += nodes.container("", nodes.literal_block("", words), classes=["cell", "tag_hide-input"])
    assert minutes(page) == 2
    assert minutes(new_document("nothing")) == 1


@pytest.mark.browser
@pytest.mark.parametrize("name", pages())
def test_a_chapter_says_its_own_time_and_other_pages_the_whole(site: Path, name: str) -> None:
    box = parsed(page_path(site, name)).select_one(".bd-sidebar-primary .reading")
    assert box is not None
    said = " ".join(box.text.split())
    if name in chapters():
        assert box["data-page"] == name
        found = re.fullmatch(r"About (\d+) minutes to read\. Thinking takes longer\.", said)
        assert found and 3 < int(found[1]) < 40
    else:
        assert "data-page" not in box.attrs
        assert re.fullmatch(r"About [\d.]+ hours for all chapters\. Thinking takes longer\.", said)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(error.stack))  # type: ignore[attr-defined]
    yield page
    assert not [fault for fault in page.faults if "reading.js" in fault]  # type: ignore[attr-defined]
    context.close()


def read_to_the_end(page: Page, site: Path, name: str) -> None:
    page.goto((site / f"{name}.html").as_uri())
    page.locator(".admonition.remember").scroll_into_view_if_needed()
    expect(page.locator(".reading progress")).to_be_visible()


@pytest.mark.browser
def test_what_was_read_to_its_end_is_marked_until_it_is_forgotten(site: Path, page: Page) -> None:
    page.goto((site / f"{FIRST}.html").as_uri())
    expect(page.locator(".reading progress")).to_be_hidden()
    assert page.evaluate("key => localStorage.getItem(key)", KEPT) is None, "opening a chapter is not reading it"
    read_to_the_end(page, site, SECOND)
    read_to_the_end(page, site, SECOND)
    page.goto((site / "index.html").as_uri())
    box = page.locator(".reading")
    expect(box.locator("#rd-chapters-read")).to_have_text(f"You have read 1 of {len(chapters())} chapters.")
    expect(box.get_by_role("progressbar", name="You have read 1")).to_have_js_property("value", 1)
    marked = page.locator(".bd-links a.is-read")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("(read)")
    box.get_by_role("link", name="Go on with chapter 1").press("Enter")
    page.wait_for_url(f"**/{FIRST}.html")
    expect(box.get_by_role("link")).to_have_count(0)  # nobody is sent to where they are
    box.get_by_role("button", name="Forget this").press("Enter")
    expect(marked).to_have_count(0)
    expect(box.locator("progress")).to_be_hidden()
    page.reload()
    expect(box.locator("progress")).to_be_hidden()


@pytest.mark.browser
@pytest.mark.parametrize("kept", ["{", "null", '{"a": 1}', '["no/such-chapter", 3, null]', '"x"'])
def test_what_else_lies_in_the_storage_counts_as_nothing(site: Path, page: Page, kept: str) -> None:
    page.goto((site / "index.html").as_uri())
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [KEPT, kept])
    page.reload()
    expect(page.locator(".reading progress")).to_be_hidden()
    read_to_the_end(page, site, FIRST)
    expect(page.locator("#rd-chapters-read")).to_have_text(f"You have read 1 of {len(chapters())} chapters.")


@pytest.mark.browser
def test_where_nothing_may_be_kept_the_time_is_all_there_is(site: Path, page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', "
                         "{ get() { throw new DOMException('no', 'SecurityError'); } })")
    page.goto((site / f"{FIRST}.html").as_uri())
    page.locator(".admonition.remember").scroll_into_view_if_needed()
    expect(page.locator(".reading")).to_contain_text("minutes to read")
    expect(page.locator(".reading progress")).to_be_hidden()
