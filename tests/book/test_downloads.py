"""Each chapter as a notebook: plain Markdown, and it runs where it is put."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.course import BOOK, EXERCISES
from tests.book.conftest import chapters, pages

pytestmark = pytest.mark.browser

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}


def download(site: Path, page: str) -> Path:
    return site / "_sources" / f"{page}.ipynb"


def executed_pages() -> list[str]:
    return [page for page in pages() if "{code-cell}" in (BOOK / f"{page}.md").read_text(encoding="utf-8")]


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


def run(notebook: nbformat.NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def test_beside_the_exercises_it_uses_their_data(site: Path, tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copy(EXERCISES / "digits.py", tmp_path / "exercises")
    os.symlink(EXERCISES / "mnist.npz", tmp_path / "exercises" / "mnist.npz")
    notebook = nbformat.read(download(site, chapters()[0]), as_version=4)
    first_use = next(i for i, cell in enumerate(notebook.cells) if "digits.load()" in cell.source)
    notebook.cells = [*notebook.cells[:first_use + 1], nbformat.v4.new_code_cell("print(digits.__file__)")]
    run(notebook, tmp_path / "notebooks", monkeypatch)
    assert str(tmp_path / "exercises" / "digits.py") in notebook.cells[-1].outputs[0].text


@pytest.mark.slow
def test_alone_it_runs_to_its_end_on_the_data_that_keras_fetches(site: Path, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no network here: Keras' own download is answered from the file of the course."""
    notebook = nbformat.read(download(site, "data/02-shapes"), as_version=4)
    answer = f"""
import keras, numpy
def load_data():
    with numpy.load({str(EXERCISES / "mnist.npz")!r}) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
keras.datasets.mnist.load_data = load_data
"""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(answer))
    notebook.cells.append(nbformat.v4.new_code_cell("print('to the end', getattr(digits, '__file__', None))"))
    run(notebook, tmp_path, monkeypatch)
    assert notebook.cells[-1].outputs[0].text == "to the end None\n"
    assert any("image/png" in output.get("data", {}) for cell in notebook.cells
               for output in cell.get("outputs", ()))
