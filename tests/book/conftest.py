"""The book, built once for all tests through the same entry point as `make`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.course import BOOK, BUILD, ROOT
from book.build import alone

SITE = BUILD / "book" / "html"


def pages() -> list[str]:
    """The pages of the book, as the table of contents lists them, without suffix."""
    toc = (BOOK / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"^(?:root:| *- file:) (\S+)$", toc, re.MULTILINE)


def chapters() -> list[str]:
    """The numbered chapters among the pages: the files whose names begin with a number."""
    return [page for page in pages() if re.match(r"\d\d[a-z]?-", Path(page).name)]


def build_book() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BOOK / "build.py")], cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built site. Some tests build again, and then the site's own files are rewritten one by one."""
    done = build_book()
    assert done.returncode == 0, f"The book does not build:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    copy = tmp_path_factory.mktemp("site") / "html"
    with alone():
        shutil.copytree(SITE, copy)
    return copy


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def page_path(site: Path, page: str) -> Path:
    return site / f"{page}.html"
