"""An instructor with 300 learners, in a browser: from a question to three answers, a comment and two scores."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from autograder.cli import main
from tests.grades import read_grades
from tests.reports.made_up import handed_in, kept, made_up_class
from tests.reports.test_write import Page as Read

pytestmark = pytest.mark.browser

DECISIONS = [("", "You're close: what is 254 // 255?"), ("1", "right in another cell"), ("0,5", "half of it")]
"""A comment, and two scores with their reasons."""

SAYS = "Work out one value by hand"


def typed(command: str) -> None:
    """A command as somebody pastes it into a terminal."""
    program, *words = shlex.split(command)
    done = CliRunner().invoke(main, words)
    assert program == "autograder" and done.exit_code == 0, done.output


def decided(page: Page, question: str, score: str, words: str) -> str:
    """The command that the page puts together at a question, and copies."""
    part = page.locator(f"section[aria-labelledby={question}] details.decide")
    part.locator("summary").click()
    if score:
        part.get_by_label("Score, 0 to").fill(score)
    part.get_by_label("Reason or comment").fill(words)
    part.get_by_role("button", name="Copy the command").click()
    expect(part.get_by_role("status")).to_have_text("Copied. Paste it into a terminal.")
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_from_a_message_to_answers_a_comment_and_two_scores(browser: Browser, tmp_path: Path) -> None:
    class_ = made_up_class(300)
    output = kept(tmp_path / "grades", handed_in(class_, tmp_path / "class"))
    typed(f"autograder desk --output {output}")
    failed = {result.learner for result in class_ for question in result.questions for case in question.cases
              if question.name == "q2_5" and SAYS in case.message and not case.passed}
    assert len(failed) > 50

    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((output / "report.html").as_uri())
    page.locator("li", has_text=SAYS).get_by_role("link", name="in the table").click()
    assert page.locator("#shown").inner_text() == f"{len(failed)} of 300 submissions"
    address = page.url
    page.locator("#show-more").click()
    links = page.locator("table.all tbody tr:not([hidden]) th a")
    assert set(links.all_inner_texts()) == failed

    commands, read = [], []
    for place in range(3):
        page.goto("about:blank")
        page.goto(address)
        link = page.locator("table.all tbody tr:not([hidden]) th a").nth(place)
        read.append(link.inner_text())
        link.click()
        section = page.locator("section[aria-labelledby=q2_5]")
        assert page.url.endswith(".html#q2_5")
        assert page.locator(":target").inner_text().startswith("Question 2.5: 0 of 1")
        assert f"def q2_5():\n    return 0  # {read[-1]}" in section.locator(".code").inner_text()
        assert SAYS in section.locator(".verdict").inner_text()
        commands.append(decided(page, "q2_5", *DECISIONS[place]))
    context.close()

    assert [shlex.split(command)[1] for command in commands] == ["comment", "adjust", "adjust"]
    before = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    for command in commands:
        typed(command)
    after = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    changed = {name for name in after if any(after[name][what] != before[name][what] for what in before[name])}
    assert changed == set(read[1:]), "a comment changes no score, and nobody else's is touched"
    assert [after[name]["q2_5"] for name in read] == ["0", "1", "0.5"]
    said = [Read(output / "feedback" / f"{name}.html").words for name in read]
    assert "Your instructor says: You're close: what is 254 // 255?" in said[0]
    assert "Set by your instructor: 1 of 1 points instead of 0. The reason: right in another cell" in said[1]
    assert "The reason: half of it" in said[2] and not any("def q2_5" in words for words in said)
    assert re.findall(r" (adjusted|commented): ", (output / "grading.log").read_text()) == [
        "commented", "adjusted", "adjusted"]
    with (output / "questions.csv").open(encoding="utf-8", newline="") as file:
        assert sum(bool(row["comment"] or row["reason"]) for row in csv.DictReader(file)) == 3
    assert len((output / "report.html").read_bytes()) < 2_000_000
