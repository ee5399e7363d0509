"""The build: clean, quick when nothing changed, and refusing what it should refuse."""

from __future__ import annotations

import os
import re
import resource
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autograder.course import BOOK, EXERCISES
from tests.book.conftest import build_book
from tests.warm import Warm

pytestmark = pytest.mark.browser

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Page

"""

# What an author gets wrong, and a part of the message that must come.
MISTAKES = {
    "![](picture.png)": "picture without alternative text",
    "```{code-cell} python\nimport matplotlib.pyplot as plt\nplt.plot([1]);\n```": "without alternative text",
    "[there](nowhere.md)": "nowhere.md",
    "[here](#no-such-heading)": "no-such-heading",
    "{term}`nonsense`": "term not in glossary: 'nonsense'",
    "{cite}`nobody1900`": "nobody1900",
    "{ref}`no-label`": "no-label",
    "{numref}`fig-none`": "fig-none",
    "{eq}`eq-none`": "eq-none",
    "{download}`gone.csv`": "gone.csv",
    "{glue:text}`never_glued:.1f`": "never_glued",
    "{chapter}`99`": "there is no chapter 99",
    ":::{practice} 99-nothing\nDo it.\n:::": "there is no exercise 99-nothing",
    "```{nonsuch}\n```": "nonsuch",
    "{.options}\n- (a) One.\n- (b) Two.\n\nText.": "a question without an answer",
    "{.options}\n- (a) One.\n- (b) Two.\n\n:::{dropdown} Answer\n**(b).** So.\n:::": "once why it is right or wrong",
    '```{code-cell} python\nimport sys\nprint("careful", file=sys.stderr)\n```': "stderr",
}


def small_book(folder: Path, page: str) -> Path:
    """A book of one page in `folder`, with the configuration and extension of the real one."""
    book = folder / "book"
    book.mkdir()
    for name in ("_ext", "_static", "_templates", "_config.yml", "build.py", "chromium.py", "figures.py",
                 "references.bib"):
        (shutil.copytree if (BOOK / name).is_dir() else shutil.copy)(BOOK / name, book / name)
    (folder / "exercises").mkdir()
    images = np.zeros((40, 28, 28), "uint8")  # for the card's picture; no page here reads them
    np.savez(folder / "exercises" / "mnist.npz", x_train=images, y_train=np.arange(40) % 10)
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (book / "index.md").write_text(HEAD + page)
    Image.new("L", (28, 28)).save(book / "picture.png")
    return book


SPHINX = Warm("jupyter_book.sphinx", "jupyter_cache.executors.utils", "myst_nb.core.read")


def script(book: Path, options: tuple[str, ...], said: Path) -> None:
    """In a process of its own: `build.py` of the book; what it says goes into two files of the folder `said`."""
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(said / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.chdir(book.parent)
    os.environ["NO_COLOR"] = "1"
    sys.argv = [str(book / "build.py"), *options]
    sys.path.insert(0, str(book))
    runpy.run_path(sys.argv[0], run_name="__main__")


def build(book: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """As `python book/build.py` with these options does it."""
    with tempfile.TemporaryDirectory() as said:
        code = SPHINX.run(script, book, options, Path(said), limit=300)
        assert code is not None, "the build takes too long"
        stdout, stderr = (Path(said, name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(sys.argv, code, stdout, stderr)


def test_unchanged_it_is_rebuilt_in_seconds_and_executes_nothing(site: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = build_book()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0 and "Executing" not in done.stdout
    # Processor time, because the machine may be busy with something else.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10


def test_what_an_author_gets_wrong_fails_the_build(tmp_path: Path) -> None:
    book = small_book(tmp_path, "\n\n".join(MISTAKES))
    for done in (build(book), build(book)):  # it comes again until it is mended
        assert done.returncode == 1, done.stdout
        messages = [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
        for expected in MISTAKES.values():
            assert any(expected in message for message in messages), f"{expected} not in:\n{done.stderr}"
        assert sum("picture without alternative text" in message for message in messages) == 2
    (book / "index.md").write_text(HEAD + "All is well.\n")
    assert build(book).returncode == 0


def test_a_clean_page_passes_changes_are_noticed_and_a_failing_cell_fails(tmp_path: Path) -> None:
    book = small_book(tmp_path, "```{code-cell} python\nimport figures\nfigures.WIDTH\n```\n")
    done = build(book)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Executing 1 of 1" in done.stdout
    assert "Executing" not in build(book).stdout, "nothing has changed"
    style = (book / "figures.py").read_text()
    (book / "figures.py").write_text(style.replace("WIDTH = 5.2", "WIDTH = 4.321"))
    assert "Executing 1 of 1" in build(book).stdout
    assert "4.321" in (tmp_path / "build" / "book" / "html" / "index.html").read_text()
    (book / "index.md").write_text(HEAD + "```{code-cell} python\nsum_of_all = 1 / 0\n```\n")
    done = build(book)
    assert done.returncode == 1
    assert "index.md failed" in done.stderr
    assert "sum_of_all = 1 / 0" in done.stderr and "ZeroDivisionError" in done.stderr
    (book / "index.md").write_text(HEAD + "```{code-cell} python\n---\ntags: [\n---\n1 + 1\n```\n")
    done = build(book)
    assert done.returncode == 1
    assert "index.md cannot be read" in done.stderr and "Traceback" not in done.stderr


def test_the_book_is_printed_and_an_outdated_print_does_not_stay(tmp_path: Path) -> None:
    sections = "".join(f"## Section {number}\n\nIts text.\n\n" for number in range(1, 81))
    book = small_book(
        tmp_path, f"All is {{exercises-zip}}`well`.\n\n:::{{dropdown}} Answer\nBecause it is.\n:::\n\n{sections}")
    pdf = tmp_path / "build" / "book" / "reading-digits.pdf"
    done = build(book, "--pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert pdf.read_bytes().startswith(b"%PDF-") and b"/StructTreeRoot" in pdf.read_bytes(), "a tagged PDF"
    assert b"file:" not in pdf.read_bytes(), "no link names a folder of this machine"
    outline = [title for title in re.findall(rb"/Title \(([^()]*)\)", pdf.read_bytes()) if b"Section" in title]
    assert outline == [b"Section %d" % number for number in range(1, 81)], "also of those on top of a page"
    assert build(book).returncode == 0 and pdf.exists(), "nothing has changed"
    (book / "index.md").write_text(HEAD + "All is better.\n")
    assert build(book).returncode == 0 and not pdf.exists()


def test_a_release_finds_where_the_link_to_the_printed_book_belongs(site: Path) -> None:
    from autograder.authoring.release import PDF_LINK_HERE

    assert (site / "index.html").read_text(encoding="utf-8").count(PDF_LINK_HERE) == 1


def test_the_zip_holds_what_a_learner_needs(site: Path) -> None:
    import zipfile

    with zipfile.ZipFile(site / "reading-digits-exercises.zip") as archive:
        names = set(archive.namelist())
    for path in EXERCISES.rglob("*"):
        wanted = path.is_file() and not {"__pycache__", ".ipynb_checkpoints", ".OTTER_LOG"} & set(path.parts)
        assert (f"reading-digits/{path.relative_to(EXERCISES).as_posix()}" in names) == wanted
