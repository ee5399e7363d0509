"""Each chapter as a notebook: plain Markdown, and it runs where it is put.

All of them are run by `.venv/bin/python -m tests.book.downloaded`, which is a part of `make verify`.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course import EXERCISES
from tests.book.conftest import chapters
from tests.book.downloaded import alone, download, executed_pages, run

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", executed_pages())
def test_a_download_is_plain_markdown(site: Path, page: str) -> None:
    html = (site / f"{page}.html").read_text(encoding="utf-8")
    assert f"_sources/{page}.ipynb" in html, "a button offers it"
    notebook = nbformat.read(download(site, page), as_version=4)
    nbformat.validate(notebook)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL)
    for myst in (r"\{[\w:-]+\}", r"^:::", r"^\([\w-]+\)=$", r"\]\((?!http)[^)]*\.md"):
        found = re.search(myst, re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", prose, flags=re.DOTALL), re.MULTILINE)
        assert not found, prose[max(0, found.start() - 80):found.end() + 80]
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "myst_nb" not in code
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_the_numbers_of_the_page_are_in_the_download(site: Path) -> None:
    prose = download(site, "data/02-shapes").read_text(encoding="utf-8")
    page = (site / "data" / "02-shapes.html").read_text(encoding="utf-8")
    shown = re.findall(r'<span class="pasted-text">([\d.]+)</span>', page)
    assert len(shown) >= 5
    assert all(number in prose for number in shown)


def test_beside_the_exercises_it_uses_their_data(site: Path, tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copy(EXERCISES / "digits.py", tmp_path / "exercises")
    os.symlink(EXERCISES / "mnist.npz", tmp_path / "exercises" / "mnist.npz")
    notebook = nbformat.read(download(site, chapters()[0]), as_version=4)
    first_use = next(i for i, cell in enumerate(notebook.cells) if "digits.load()" in cell.source)
    notebook.cells = [*notebook.cells[:first_use + 1], nbformat.v4.new_code_cell("print(digits.__file__)")]
    run(notebook, tmp_path / "notebooks")
    assert str(tmp_path / "exercises" / "digits.py") in notebook.cells[-1].outputs[0].text


@pytest.mark.slow
def test_alone_it_runs_to_its_end_on_the_data_that_keras_fetches(site: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(download(site, chapters()[0]), as_version=4)
    assert alone(notebook, tmp_path) is None


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "problem"), [
    ("import types\nsys.modules['digits'] = types.SimpleNamespace(__file__='digits.py')", "Keras fetches"),
    ("if False:\n    plt.show()", "no picture"),
])
def test_a_download_that_needs_more_is_noticed(site: Path, tmp_path: Path, cell: str, problem: str) -> None:
    notebook = nbformat.read(download(site, chapters()[0]), as_version=4)
    setup = next(index for index, one in enumerate(notebook.cells) if "def module(" in one.source)
    notebook.cells = [*notebook.cells[:setup + 1], nbformat.v4.new_code_cell(cell)]
    assert problem in str(alone(notebook, tmp_path))
