"""The chapters as notebooks, each run to its end in a folder where nothing lies beside it.

    .venv/bin/python -m tests.book.downloaded [PAGE ...]

A part of `make verify`; the tests run one chapter only, because all of them take minutes. There is no network: Keras'
own download is answered from the file of the course.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.course import BOOK, EXERCISES, QUIET
from tests.book.conftest import SITE, build_book, pages

FETCHED = f"""
import keras, numpy
def load_data():
    with numpy.load({str(EXERCISES / "mnist.npz")!r}) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
keras.datasets.mnist.load_data = load_data
"""

TO_THE_END = "print('to the end', getattr(sys.modules.get('digits'), '__file__', None))"
"""Appended as a last cell; `digits` has a file only where that of the exercises was found."""


def executed_pages() -> list[str]:
    """The pages of the book that have code cells, and so a download."""
    return [page for page in pages() if "{code-cell}" in (BOOK / f"{page}.md").read_text(encoding="utf-8")]


def download(site: Path, page: str) -> Path:
    return site / "_sources" / f"{page}.ipynb"


def run(notebook: NotebookNode, folder: Path) -> None:
    """Runs a notebook in `folder`, with no module of this repository in reach."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | QUIET
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute(env=variables)


def alone(notebook: NotebookNode, folder: Path) -> str | None:
    """What is wrong with a notebook, after it was run in an empty folder on the data that Keras fetches; or None."""
    drawn = any("plt.show()" in cell.source for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FETCHED))
    notebook.cells.append(nbformat.v4.new_code_cell(f"import sys\n{TO_THE_END}"))
    try:
        run(notebook, folder)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    said = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    if said != "to the end None\n":
        return f"its last cell said {said!r}: it did not use the data that Keras fetches"
    pictures = [output for cell in notebook.cells for output in cell.get("outputs", ())
                if "image/png" in output.get("data", {})]
    return "it drew no picture" if drawn and not pictures else None


def main(names: Sequence[str]) -> bool:
    """Prints a line for each page; True if all run."""
    done = build_book()
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-6000:], "The book does not build.", sep="\n", file=sys.stderr)
        return False
    wrong = []
    for page in names or executed_pages():
        notebook, began = nbformat.read(download(SITE, page), as_version=4), time.monotonic()
        with tempfile.TemporaryDirectory(prefix="downloaded-") as folder:
            problem = alone(notebook, Path(folder))
        wrong += [page] if problem else []
        print(f"{page}: {problem or 'to its end'}, after {time.monotonic() - began:.0f} s", flush=True)
    print(f"These fail as downloads: {', '.join(wrong)}" if wrong else "Every download runs to its end.")
    return not wrong


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
