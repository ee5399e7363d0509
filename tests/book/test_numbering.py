"""A chapter has the number in its file's name, in the sidebar, its heading and its figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.course import BOOK

pytestmark = pytest.mark.browser


def test_chapters_are_numbered_as_their_files_are(site: Path) -> None:
    toc = (BOOK / "_toc.yml").read_text(encoding="utf-8")
    chapters = re.findall(r"^\s*- file: (\S+/(\d\d[a-z]?)-\S+)", toc, re.MULTILINE)
    assert chapters
    welcome = (site / "index.html").read_text(encoding="utf-8")
    assert "06b" in dict(chapters).values()
    for page, in_name in chapters:
        number = in_name.lstrip("0")
        assert re.search(rf'href="{page}\.html"[^>]*>\s*{number}\. ', welcome), page
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert re.search(rf'<h1><span class="section-number">{number}\. ', text), page
        figures = re.findall(r'caption-number">Fig. (\w+)\.', text)
        assert figures and set(figures) == {number}, page


def test_figures_of_an_appendix_have_its_letter(site: Path) -> None:
    text = (site / "appendix" / "a-field-guide.html").read_text(encoding="utf-8")
    assert re.findall(r'caption-number">Fig. ([\w.]+)', text) == ["A.1"]
