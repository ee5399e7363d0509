"""Self-checks to click: each option says why it is right or wrong; without scripts the answer is folded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docutils import nodes
from playwright.sync_api import Browser, Page, expect

from autograder.course import BOOK
from tests.book.conftest import chapters

sys.path.insert(0, str(BOOK / "_ext"))

from questions import mark

CHAPTER = "judging/11-mistakes"


def paragraph(*parts: nodes.Node | str) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def strong(text: str) -> nodes.strong:
    return nodes.strong("", text)


def marked(answer: list[nodes.Node]) -> dict[str, str]:
    """What is said of each option."""
    said: dict[str, str] = {}
    for part in answer:
        for span in part.findall(nodes.inline):
            for name in span["classes"]:
                if name.startswith("why-"):
                    said[name[-1]] = said.get(name[-1], "") + span.astext()
    return said


@pytest.mark.fast
def test_an_answer_is_cut_where_a_sentence_begins_with_a_letter() -> None:
    answer = [paragraph(strong("(b)."), " Because, as in (a), it is ", strong("so"), "."), paragraph("And so on."),
              paragraph("(a) is wrong: see f(c). ", nodes.emphasis("", "Truly"), ". (c): never (b).")]
    assert mark(answer) == ["b", "a", "c"]
    assert marked(answer) == {"b": "(b). Because, as in (a), it is so.And so on.",
                              "a": "(a) is wrong: see f(c). Truly. ", "c": "(c): never (b)."}
    assert "".join(part.astext() for part in answer).count("Because") == 1, "nothing is lost or doubled"


@pytest.mark.fast
def test_what_is_no_paragraph_belongs_to_the_option_before_it() -> None:
    answer = [paragraph(strong("(a)."), " This:"), nodes.math_block("", "x = 1"), paragraph("(b) does not.")]
    assert mark(answer) == ["a", "b"]
    assert answer[1]["classes"] == ["why", "why-a"]


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("chapter", chapters())
def test_each_option_says_what_the_answer_says_of_it(site: Path, page: Page, chapter: str) -> None:
    page.goto((site / f"{chapter}.html").as_uri())
    page.evaluate("async () => { if (window.MathJax?.startup) await MathJax.startup.promise; }")
    questions = page.evaluate(
        """() => [...document.querySelectorAll("ul.options")].map((list) => {
            const folded = list.nextElementSibling.nextElementSibling;
            return { answer: folded.textContent, closed: !folded.open, options: [...list.children].map((item) => {
                item.querySelector("button").click();
                return { said: list.nextElementSibling.textContent, right: item.classList.contains("is-right"),
                         pressed: list.querySelectorAll("[aria-pressed=true]").length };
            }) };
        })""")
    assert len(questions) == 3
    for question in questions:
        assert question["closed"]
        whole = "".join(question["answer"].split())
        rights = [option for option in question["options"] if option["right"]]
        assert len(question["options"]) == 3 and len(rights) == 1
        assert len({option["said"] for option in question["options"]}) == 3
        for option in question["options"]:
            verdict, why = option["said"].split(" ", 1)
            assert verdict == ("Right." if option["right"] else "No.") and option["pressed"] == 1
            assert len(why) > 20 and "".join(why.split()) in whole
        assert f"{question['options'].index(rights[0])}" == f"{'abc'.index(whole.split('(', 1)[1][0])}"
    page.close()


@pytest.mark.browser
def test_it_works_by_keyboard_and_is_read_aloud(site: Path, page: Page) -> None:
    page.goto((site / f"{CHAPTER}.html").as_uri())
    first = page.locator("ul.options").first
    button = first.get_by_role("button", name="a The network answers")
    button.press("Enter")
    verdict = first.locator("xpath=following-sibling::*[1]")
    expect(verdict).to_have_attribute("role", "status")
    expect(verdict).to_contain_text("Right. The column holds all")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(verdict).to_contain_text("No. (b) would be the row")
    page.close()


@pytest.mark.browser
def test_without_scripts_the_answer_is_folded(site: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / f"{CHAPTER}.html").as_uri())
    assert page.locator("ul.options").count() == 3 and page.locator("ul.options button, .verdict").count() == 0
    expect(page.locator("ul.options").first).to_contain_text("(a) The network answers")
    answer = page.locator("ul.options + details").first
    expect(answer.get_by_text("The column holds all")).to_be_hidden()
    answer.locator("summary").click()
    expect(answer.get_by_text("The column holds all")).to_be_visible()
    context.close()
