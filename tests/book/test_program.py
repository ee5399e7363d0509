"""The program on the first page: it runs, reads as many digits as the page says, and each line leads to its chapter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.course import BOOK, EXERCISES
from tests.book.conftest import chapters

sys.path.insert(0, str(BOOK / "_ext"))

from links import chapter_in
from program import read_program

PROGRAM = BOOK / "first_program.py"
WELCOME = (BOOK / "index.md").read_text(encoding="utf-8")


@pytest.mark.fast
def test_it_is_as_long_as_the_page_says_and_fits() -> None:
    lines = read_program(PROGRAM)
    assert len(lines) == 15 and "fifteen lines long" in WELCOME
    assert max(len(line.code) for line in lines) < 79


@pytest.mark.fast
def test_each_line_has_a_chapter_and_each_chapter_up_to_the_test_a_line() -> None:
    toc = BOOK / "_toc.yml"
    led_to = {chapter_in(toc, line.chapter)[1] for line in read_program(PROGRAM)}
    assert led_to == {page for page in chapters() if Path(page).name[:2] <= "10"} - {"learning/06b-backpropagation"}


@pytest.mark.fast
def test_a_line_without_its_chapter_is_named(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("import digits  # 1\nimport keras\n")
    with pytest.raises(ValueError, match=r"program\.py, line 2: it does not end with its chapter"):
        read_program(file)


@pytest.mark.slow
def test_it_reads_as_many_as_the_page_says() -> None:
    assert "about 98 of 100 that it has never seen" in " ".join(WELCOME.split())
    code = ("import keras; keras.utils.set_random_seed(1)\n"
            f"exec(compile(open({str(PROGRAM)!r}).read(), 'first_program.py', 'exec'))\n"
            "print('ACCURACY', float(model.get_metrics_result()['accuracy']))")
    done = subprocess.run([sys.executable, "-c", code], cwd=EXERCISES, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": str(EXERCISES), "PYTHONWARNINGS": "error"})
    assert done.returncode == 0, done.stderr[-2000:]
    found = re.search(r"ACCURACY ([\d.]+)", done.stdout)
    assert found and round(100 * float(found[1])) == 98


@pytest.mark.browser
def test_each_line_is_a_link_to_the_chapter_it_names(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    indented = [line for line in read_program(PROGRAM) if line.code.startswith("    ")]
    assert text.count('<span class="program-indentation">    </span>') == len(indented) == 6
    shown = BeautifulSoup(text, "html.parser").select("ol.program > li")
    for line, item in zip(read_program(PROGRAM), shown, strict=True):
        [link] = item.select("a")
        assert link.text.lstrip() == f"{line.code.lstrip()} Chapter {line.chapter}"
        leads_to = BeautifulSoup((site / str(link["href"])).read_text(encoding="utf-8"), "html.parser")
        assert leads_to.select_one("h1 .section-number").text.strip() == f"{line.chapter}."
