"""The class report of 300 and of 1,000 learners in a browser: search, filters, order, and what the address holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.grading.results import SubmissionResult
from autograder.reports import commonest
from autograder.reports.write import write_reports
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.browser

QUESTION = "q2_5"


@pytest.fixture(scope="module")
def class_() -> list[SubmissionResult]:
    return made_up_class(300)


@pytest.fixture(scope="module")
def report(class_: list[SubmissionResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    write_reports(class_, folder)
    return folder / "report.html"


def at(browser: Browser, path: Path, address: str = "", **options: object) -> Page:
    page = browser.new_page(**options)  # type: ignore[arg-type]
    page.goto(f"{path.as_uri()}{address}")
    return page


def listed(page: Page) -> list[str]:
    """The learners in the rows that are to be seen, from top to bottom, after all of them are asked for."""
    if page.locator("#show-more").is_visible():
        page.locator("#show-more").click()
    return page.locator("table.all tbody tr:not([hidden]) th").all_inner_texts()


def lost(class_: list[SubmissionResult], name: str) -> set[str]:
    return {result.learner for result in class_ if result.status.value != "error" for question in result.questions
            if question.name == name and question.score < question.possible}


def test_a_message_chooses_the_learners_who_got_it(
    browser: Browser, report: Path, class_: list[SubmissionResult]
) -> None:
    message = next(one for one in commonest.of_checks(class_) if one.question == QUESTION)
    page = at(browser, report)
    item = page.locator("li", has_text=message.message.split("`")[0]).first
    item.get_by_role("link", name=f"Show these {message.count} in the table").click()
    assert page.locator("#shown").inner_text() == f"{message.count} of 300 submissions"
    assert page.locator("#all").evaluate("one => one === document.activeElement")
    assert "Work out one value by hand" in page.locator("#chosen-message").inner_text()
    who = {class_[place].learner for place in message.places}
    assert set(listed(page)) == who

    # The address alone, sent to somebody, chooses the same; "Leave this out" takes it back.
    other = at(browser, report, f"#{page.url.partition('#')[2]}")
    assert set(listed(other)) == who
    other.locator("#drop-message").click()
    assert other.locator("#shown").inner_text() == "All 300 submissions" and other.url.endswith("#all")
    page.go_back()
    assert page.locator("#shown").inner_text() == f"{message.count} of 300 submissions", "no selection to go back to"
    for one in (page, other):
        one.close()


def test_a_question_and_what_is_typed_choose_together(
    browser: Browser, report: Path, class_: list[SubmissionResult]
) -> None:
    page = at(browser, report, f"#question={QUESTION}")
    assert set(listed(page)) == lost(class_, QUESTION)
    page.locator("#find").fill("ada")
    assert set(listed(page)) == {name for name in lost(class_, QUESTION) if "ada" in name.lower()}
    page.locator("#points").select_option("full")
    full = {result.learner for result in class_ for question in result.questions
            if question.name == QUESTION and question.score == question.possible}
    assert set(listed(page)) == {name for name in full if "ada" in name.lower()} != set()
    assert page.url.endswith(f"#question={QUESTION}&find=ada&points=full")
    page.locator("#all-again").click()
    page.locator("#verdict").select_option("timeout")
    assert set(listed(page)) == {result.learner for result in class_ if result.status.value == "timeout"}
    page.close()


def test_headings_sort_and_the_keyboard_reaches_all_of_it(
    browser: Browser, report: Path, class_: list[SubmissionResult]
) -> None:
    page = at(browser, report, "#find=")
    for _ in range(12):  # from the heading through the fields to the headings of the table
        if page.evaluate("document.activeElement.textContent") == "Score":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=descending]").inner_text() == "Score"
    scores = {result.learner: result.score if result.status.value != "error" else -1 for result in class_}
    order = listed(page)
    assert [scores[name] for name in order] == sorted(scores.values(), reverse=True)
    page.locator("table.all thead button", has_text=QUESTION).click()
    page.locator("table.all thead button", has_text=QUESTION).click()
    assert page.url.endswith(f"sort={QUESTION}-up")
    again = at(browser, report, f"#{page.url.partition('#')[2]}")
    assert listed(again) == listed(page)
    for one in (page, again):
        one.close()


def test_without_scripts_all_of_it_can_be_read(
    browser: Browser, report: Path, class_: list[SubmissionResult]
) -> None:
    page = at(browser, report, f"#question={QUESTION}", java_script_enabled=False)
    assert page.locator("table.all tbody tr").count() == 300
    assert not page.locator("#choose").is_visible() and page.locator("a.pick:visible").count() == 0
    target = page.locator(":target")
    target.locator("summary").click()
    assert set(target.locator("li").all_inner_texts()) == lost(class_, QUESTION)
    page.close()


def test_an_address_that_names_nothing_says_so(browser: Browser, report: Path) -> None:
    page = at(browser, report, "#message=0123456789&verdict=nonsense")
    assert page.locator("#not-here").inner_text().endswith("does not have, so that is left out: verdict nonsense.")
    assert page.locator("#shown").inner_text() == "0 of 300 submissions"
    assert "a message that this report does not have" in page.locator("#chosen-message").inner_text()
    page.locator("#all-again").click()
    assert page.locator("#shown").inner_text() == "All 300 submissions"
    page.close()


def test_what_the_address_asks_for_and_is_not_here_is_said(browser: Browser, report: Path) -> None:
    page = at(browser, report, "#question=q9_9&points=none&sort=Nothing-up&shade=red")
    assert page.locator("#shown").inner_text() == "All 300 submissions"
    assert "left out: sort Nothing-up, shade red, question q9_9." in page.locator("#not-here").inner_text()
    page.locator("#find").fill("ada")
    assert not page.locator("#not-here").is_visible()
    for address in ("", "#find=ada", f"#question={QUESTION}&points=none&sort={QUESTION}-up", "#find=", "#mark=by-hand"):
        page.goto("about:blank")
        page.goto(f"{report.as_uri()}{address}")
        assert page.locator("#not-here").is_visible() == (address == "#mark=by-hand"), address
    page.close()


def test_names_are_found_without_accents_and_a_question_may_be_called_like_a_column(
    browser: Browser, class_: list[SubmissionResult], tmp_path: Path
) -> None:
    names = ["Ștefan Łuka", "e\u0301ric Øst", "İstanbul Yılmaz", "Anna  Weiß"]
    write_reports([replace(one, learner=name, submission=f"{place}.ipynb", questions=tuple(
        replace(question, name=called, score=float(score == place)) for called, score, question in zip(
            ("File", "Time"), (0, 1), one.questions, strict=False)))
        for place, (name, one) in enumerate(zip(names, class_, strict=False))], tmp_path)
    page = at(browser, tmp_path / "report.html")
    for typed, name in (("stefan", 0), ("LUKA", 0), ("eric", 1), ("\u00e9ric ost", 1), ("istanbul", 2), ("yilmaz", 2),
                        ("\u0130STANBUL", 2), ("  anna  weiss ", 3), ("3.ipynb", 3)):
        page.locator("#find").fill(typed)
        assert [" ".join(one.split()) for one in listed(page)] == [" ".join(names[name].split())], typed
    page.locator("#find").fill("")
    for column in ("File-down", "Time-down"):
        assert listed(at(browser, tmp_path / "report.html", f"#sort={column}"))[0] == names[column == "Time-down"]
    page.locator("table.all thead button", has_text="File").last.click()
    assert page.url.endswith("#sort=File+%28again%29-up")
    assert page.locator("table.all tbody td:last-child").all_inner_texts() == [f"{place}.ipynb" for place in range(4)]
    page.close()


def test_a_thousand_learners_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    write_reports(made_up_class(1000), tmp_path)
    page = at(browser, tmp_path / "report.html", viewport={"width": 360, "height": 740})
    assert page.locator("table.all tbody tr:not([hidden])").count() == 50
    assert page.evaluate("document.documentElement.scrollHeight") < 20_000
    took = page.evaluate("""() => {
        const began = performance.now();
        document.getElementById("find").value = "ada";
        document.getElementById("find").dispatchEvent(new Event("input", {bubbles: true}));
        document.body.getBoundingClientRect();
        return performance.now() - began;
    }""")
    assert took < 1000, "milliseconds from a key to what it chooses"
    assert 0 < len(listed(page)) < 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
