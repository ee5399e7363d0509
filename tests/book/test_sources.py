"""What the sources of the chapters must keep to; needs no built book."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from autograder.course import BOOK
from book import figures
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
    files = [path for path in BOOK.rglob("*.md") if path.stem != "README"]
    on_disk = {path.relative_to(BOOK).with_suffix("").as_posix() for path in files}
    assert on_disk == set(pages())


@pytest.mark.parametrize("page", ["index", *chapters(), "appendix/a-field-guide"])
def test_a_chapter_asks_its_question(page: str) -> None:
    question = re.search(r"^# [^\n]+\n\n:::\{admonition\} The question\n:class: question\n(.+?)\n:::", text_of(page),
                         re.MULTILINE | re.DOTALL)
    assert question and question[1].rstrip().endswith("?"), "one question, directly under the title"


@pytest.mark.parametrize("page", chapters())
def test_a_chapter_has_its_parts(page: str) -> None:
    text = text_of(page)
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


def test_the_network_is_drawn_wherever_a_chapter_is_about_a_part_of_it() -> None:
    drawn = {page: re.findall(r"^figures\.draw_network\(lit=(.+)\)$", text_of(page), re.MULTILINE) for page in pages()}
    assert {page.split("/")[1].split("-")[0] for page, lit in drawn.items() if lit} == {
        "02", "04", "05", "06", "06b", "07", "08", "09"}
    assert len({lit for all_lit in drawn.values() for lit in all_lit}) >= 6, "another part in another chapter"


def test_the_network_does_not_light_up_what_it_has_not() -> None:
    with pytest.raises(ValueError, match="'hides' is no part of the network; the parts are pixels, first weights"):
        figures.draw_network(lit=("pixels", "hides"))


def test_every_chapter_leads_to_an_exercise() -> None:
    """tests/exercises/test_notebooks.py holds the other direction: to what learners are told of, a page leads."""
    from autograder.course import exercise_names

    boxes = {page: re.findall(r"^:::\{practice\} (\S+)$", text_of(page), re.MULTILINE) for page in pages()}
    assert [page for page in chapters() if not boxes[page]] == []
    assert {name for names in boxes.values() for name in names} <= set(exercise_names())
    assert boxes["appendix/a-field-guide"] == ["08-debugging-clinic"]


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


@pytest.mark.parametrize("page", pages())
def test_what_was_run_beforehand_is_said_to_be(page: str) -> None:
    """As the welcome promises: once for each experiment whose results the page reads."""
    experiments = {name for cell in cells(page) for name in re.findall(r'\bresults\("(\w+)"\)', cell.code)}
    assert len(re.findall(r"\bbeforehand\b", prose(page))) >= len(experiments), experiments


TYPED: dict[str, dict[str, str]] = {
    "data/01-dataset": {"99.9%": "what somebody reports, made up"},
    "appendix/a-field-guide": {"11.35%": "the share of 1s in the test set, counted by test_figures.py"},
    "appendix/c-teaching": {"99.8%": "a setting: autograder.reports.portrait.TOO_GOOD"},
}
"""Percentages with a decimal point that stand in the text as typed, with the reason why no run can give them."""


def prose(page: str) -> str:
    """What a page says in words, captions and alternative texts; without code, self-checks and what scripts write."""
    text = text_of(page)
    text = re.sub(r"^% begin ([\w-]+)\n.*?^% end \1$", "", text, flags=re.MULTILINE | re.DOTALL)  # write_field_guide.py
    text = re.sub(r"^## Check yourself\n.*?(?=^:::\{practice\}|^## |\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    heads = "".join(cell.head for cell in cells(page))
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return heads + re.sub(r"`[^`\n]*`", "", text)


def typed(text: str) -> set[str]:
    return {f"{number}%" for number in re.findall(r"(?<![\d.])(\d+\.\d+)\s*(?:%|percent\b)", text)}


@pytest.mark.parametrize("page", pages())
def test_no_measurement_is_typed(page: str) -> None:
    assert typed(prose(page)) == set(TYPED.get(page, ())), "glue it, see book/README.md"


def test_a_typed_measurement_is_found() -> None:
    assert typed("It reads 97.8% of them, and 12.25\npercent of those; `f'{share:.1%}'`, 3% and 2.30.") == {
        "97.8%", "12.25%"}
    assert typed("{glue:text}`accuracy:.1f`%") == set()
    from autograder.reports.portrait import TOO_GOOD

    assert f"{TOO_GOOD:.1%}" in TYPED["appendix/c-teaching"]


def test_spelling() -> None:
    files = [*BOOK.rglob("*.md"), *BOOK.rglob("*.py"), *BOOK.rglob("*.bib"), *BOOK.rglob("*.html")]
    done = subprocess.run([sys.executable, "-m", "codespell_lib", "--builtin", "clear,rare,en-GB_to_en-US",
                           *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
