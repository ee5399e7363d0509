"""The book's links into the page: where the book is served they lead there, from file:// it says how to serve it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.authoring.release import PAGE_LINK, PAGE_LINK_HERE
from autograder.course import BOOK
from tests.served import served

pytestmark = pytest.mark.browser

EXERCISE = "02-preprocessing"


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    """A page of a released book, one folder deep, with the book's own script."""
    (tmp_path / "data").mkdir()
    shutil.copy(BOOK / "_static" / "book.js", tmp_path)
    (tmp_path / "data" / "chapter.html").write_text(
        "<!DOCTYPE html><script src=\"../book.js\"></script><p>Download it."
        + PAGE_LINK.format(to_root="../", name=EXERCISE) + "</p>")  # fmt: skip
    notebooks = tmp_path / "page" / "notebooks"
    notebooks.mkdir(parents=True)
    (notebooks / "index.html").write_text("<title>the page</title>")
    return tmp_path


def test_where_the_book_is_served_the_link_opens_the_exercise(browser: Browser, chapter: Path) -> None:
    page = browser.new_page()
    with served(chapter) as address:
        page.goto(f"{address}/data/chapter.html")
        page.get_by_role("link", name="do it in this browser").click()
        page.wait_for_url(f"{address.rstrip('/')}/page/notebooks/index.html?path={EXERCISE}.ipynb")
        assert page.title() == "the page"
    page.close()


def test_from_a_file_it_says_how_to_serve_it(browser: Browser, chapter: Path) -> None:
    page = browser.new_page()
    page.goto((chapter / "data" / "chapter.html").as_uri())
    assert page.get_by_role("link").count() == 0
    assert "python -m http.server" in page.locator("p").inner_text()
    page.close()


def test_the_book_leaves_the_place_that_a_release_looks_for() -> None:
    source = (BOOK / "_ext" / "reading_digits.py").read_text(encoding="utf-8")
    found = PAGE_LINK_HERE.search(source.replace("{name}", EXERCISE))
    assert found and found[1] == EXERCISE
