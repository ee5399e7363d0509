"""What the sources of the chapters must keep to; needs no built book."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from autograder.course import BOOK
from tests.book.conftest import chapters, pages

pytestmark = pytest.mark.fast

SEALED = [page for page in chapters() if int(page.split("/")[1][:2]) < 10]


@dataclass(frozen=True)
class Cell:
    """A code cell of a chapter: its tags and options as they stand there, and its code."""

    head: str
    code: str

    @property
    def visible(self) -> bool:
        return not re.search(r"remove-(cell|input)|hide-(cell|input)", self.head)


def text_of(page: str) -> str:
    return (BOOK / f"{page}.md").read_text(encoding="utf-8")


def cells(page: str) -> list[Cell]:
    found = []
    for body in re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL):
        head = re.match(r"(---\n.*?\n---\n|(?::[\w-]+:[^\n]*\n)*)", body, re.DOTALL)
        assert head
        found.append(Cell(head[0], body[head.end():]))
    return found


def test_there_are_chapters() -> None:
    assert {"data/02-shapes", "data/03-normalization"} <= set(chapters())


def test_a_chapter_is_listed_where_its_file_lies() -> None:
    on_disk = {path.relative_to(BOOK).with_suffix("").as_posix() for path in BOOK.rglob("*.md")} - {"README"}
    assert on_disk == set(pages())


@pytest.mark.parametrize("page", chapters())
def test_a_chapter_has_its_parts(page: str) -> None:
    text = text_of(page)
    question = re.search(r"^# [^\n]+\n\n:::\{admonition\} The question\n:class: question\n(.+?)\n:::", text,
                         re.MULTILINE | re.DOTALL)
    assert question and question[1].rstrip().endswith("?"), "one question, directly under the title"
    remember = re.search(r"^:::\{admonition\}[^\n]*\n:class: remember\n(.*?)^:::", text,
                         re.MULTILINE | re.DOTALL)
    assert remember and len(re.findall(r"^- ", remember[1], re.MULTILINE)) == 3, "three lines to remember"
    assert any("mystnb" in cell.head and "name: fig-" in cell.head for cell in cells(page)), "a picture"


@pytest.mark.parametrize("page", chapters())
def test_three_questions_with_answers_that_say_why_not(page: str) -> None:
    _, _, check = text_of(page).partition("\n## Check yourself\n")
    answers = re.findall(r"^:::\{dropdown\} Answer\n(.*?)^:::", check, re.MULTILINE | re.DOTALL)
    options = re.findall(r"^\{\.options\}\n((?:[- ] .*\n)+)", check, re.MULTILINE)
    assert len(answers) == len(options) == 3
    for answer, choice in zip(answers, options, strict=True):
        letters = set(re.findall(r"^- \((\w)\)", choice, re.MULTILINE))
        assert len(letters) >= 3
        assert letters <= set(re.findall(r"\((\w)\)", answer)), "the answer speaks of every option"
        assert re.search(r"\*\*\(\w\)", answer), "the right option is marked"


def test_every_chapter_leads_to_an_exercise_and_every_exercise_comes_from_a_page_of_its_own() -> None:
    from autograder.course import exercise_names

    boxes = {page: re.findall(r"^:::\{practice\} (\S+)$", text_of(page), re.MULTILINE) for page in pages()}
    assert [page for page in chapters() if not boxes[page]] == []
    assert {name for names in boxes.values() for name in names} == set(exercise_names())
    assert boxes["appendix/a-field-guide"] == ["07-debugging-clinic"]


@pytest.mark.parametrize("page", chapters())
def test_visible_code_fits_the_page(page: str) -> None:
    lines = [line for cell in cells(page) if cell.visible for line in cell.code.splitlines()]
    assert [line for line in lines if len(line) > 78] == []


@pytest.mark.parametrize("page", SEALED)
def test_the_test_set_stays_sealed_until_chapter_10(page: str) -> None:
    for cell in cells(page):
        for line in cell.code.splitlines():
            if "digits.load()" in line:
                assert re.search(r"\), _ = digits\.load\(\)$|digits\.load\(\)\[0\]", line), line
            assert not re.search(r"\b(x|y|images|labels)_test\b|load_data\(|mnist\.npz", line), line


@pytest.mark.parametrize("page", chapters())
def test_chapters_use_nothing_of_digits_but_load(page: str) -> None:
    code = "\n".join(cell.code for cell in cells(page))
    assert set(re.findall(r"\bdigits\.(\w+)", code)) <= {"load"}
    assert not re.search(r"from digits import", code)


@pytest.mark.parametrize("page", chapters())
def test_every_glued_number_is_used(page: str) -> None:
    text = text_of(page)
    for name in re.findall(r'\bglue\("(\w+)"', text):
        assert re.search(rf"\{{glue:[\w]*\}}`{name}[:`]", text), f"{name} is glued and not used"


def test_spelling() -> None:
    files = [*BOOK.rglob("*.md"), *BOOK.rglob("*.py"), *BOOK.rglob("*.bib"), *BOOK.rglob("*.html")]
    done = subprocess.run([sys.executable, "-m", "codespell_lib", "--builtin", "clear,rare,en-GB_to_en-US",
                           *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
