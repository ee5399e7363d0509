"""Due dates and what being late takes: read from a file, applied to what counts, and said in words to everybody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading.due import Rule, read_rule, told
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import Lateness, QuestionResult, SubmissionResult, Verdict
from autograder.reports import words
from autograder.reports.write import write_reports
from tests.grades import read_grades
from tests.reports.test_write import Page

pytestmark = pytest.mark.fast

NAME = "02-preprocessing"
FILE = f"""
zone = "Europe/Berlin"
percent_per_day = 10
most_percent = 50
grace_minutes = 15
[due]
{NAME} = 2026-11-02T23:59:00
03-dense-and-softmax = 2026-11-16
[more-time.{NAME}]
"Ada Lovelace" = 2026-11-09T12:00:00+00:00
"""


def rule(tmp_path: Path, text: str = FILE) -> Rule:
    (tmp_path / "dates.toml").write_text(text, encoding="utf-8")
    return read_rule(tmp_path / "dates.toml")


def handed_in(when: str, learner: str = "bob", **changes: object) -> SubmissionResult:
    question = QuestionResult("q2_1", 12.0, 15.0, "in-place")
    made = SubmissionResult(learner, f"{learner}.ipynb", NAME, Verdict.GRADED, "", (question,), handed_in=when)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("when", "late", "days", "percent", "score"), [
    ("2026-11-02T23:59:00", False, 0, 0, 12), ("2026-11-03T00:14:00+01:00", False, 0, 0, 12),
    ("2026-11-03T00:14:01", True, 1, 10, 10.8), ("2026-11-02T23:59:00+00:00", True, 1, 10, 10.8),
    ("2026-11-03T23:59:00+01:00", True, 1, 10, 10.8), ("2026-11-03T23:59:01+01:00", True, 2, 20, 9.6),
    ("2026-12-24T12:00:00+01:00", True, 52, 50, 6.0),
])  # fmt: skip
def test_each_day_that_has_begun_takes_its_part(
    tmp_path: Path, when: str, late: bool, days: int, percent: float, score: float
) -> None:
    result = rule(tmp_path).apply(handed_in(when))
    assert (result.late, result.score, result.earned) == (late, pytest.approx(score), 12)
    found = result.lateness or Lateness("")
    assert (found.days, found.percent) == (days, percent)
    assert SubmissionResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_more_time_is_for_whom_it_was_given(tmp_path: Path) -> None:
    own = rule(tmp_path)
    assert own.apply(handed_in("2026-11-09T13:00:00", "Ada Lovelace", late=True)).late is False
    assert own.apply(handed_in("2026-11-09T13:00:00", "bob")).lateness == Lateness(
        "2026-11-02T23:59:00+01:00", 565260.0, 7, 50.0, 6.0)
    assert own.apply(handed_in("2026-11-17T01:00:00+01:00", assignment="03-dense-and-softmax")).late, "a day ends"
    assert not own.apply(handed_in("2026-11-16T23:00:00+01:00", assignment="03-dense-and-softmax")).late


def test_nothing_is_taken_where_nobody_knows(tmp_path: Path) -> None:
    own = rule(tmp_path)
    for unknown in (handed_in(""), handed_in("yesterday"), handed_in("2027-01-01", assignment="01-dataset"),
                    handed_in("2027-01-01", status=Verdict.ERROR)):
        assert own.apply(unknown) == unknown
    said = own.apply(handed_in("", late=True))
    assert (said.score, said.lateness) == (12, Lateness("2026-11-02T23:59:00+01:00")) and not words.late(said)
    assert told([said, own.apply(handed_in("", "eve")), own.apply(handed_in("2026-11-03T10:00", "dan"))], own) == [
        "1 of 3 came after the due date; points are taken from 1.",
        "Of 1 the system says that they were late, and not by how much; nothing is taken: bob.",
        "Of 1 nothing says when they were handed in; nothing is taken from them.",
        "dates.toml gives more time to some who have handed in nothing under that name: Ada Lovelace "
        "(02-preprocessing). Names are those of grades.csv."]


def test_a_zone_of_which_it_is_not_clear_which_is_meant_takes_nothing_and_is_said(tmp_path: Path) -> None:
    own = rule(tmp_path)
    said = own.apply(handed_in("2026-12-02T19:00:00 PST"))
    assert (said.score, said.late) == (12, False) and not words.late(said)
    assert told([said], own)[0] == (
        "Of 1 the time is of a zone of which it is not clear which is meant: 'PST'. Nothing is taken from bob. If your "
        "course's zone is called so, write it into dates.toml, such as zone = \"America/Los_Angeles\".")
    write_reports([said], tmp_path)
    report = Page(tmp_path / "report.html").words
    assert "bob, 12 of 15: the time is of the zone 'PST', of which it is not clear which is meant" in report
    assert "Nothing. Every" not in report
    there = rule(tmp_path, FILE.replace("Europe/Berlin", "America/Los_Angeles"))
    assert there.apply(handed_in("2026-11-03T19:00:00 PST")).lateness == Lateness(
        "2026-11-02T23:59:00-08:00", 19 * 3600 + 60, 1, 10, 1.2)


@pytest.mark.parametrize(("text", "message"), [
    ("due = 2026-11-02", "'due' is no table. Write [due] on a line of its own"),
    (f"[due]\n{NAME} = 2026-11-02T23:59:00", "does not say of which zone its time is. Write zone = "),
    (f"[due]\n{NAME} = '2026-11-02'", "is no date. Write it without quotation marks"),
    (f"zone = 'Europe/Nowhere'\n[due]\n{NAME} = 2026-11-02", "is no time zone that this system knows"),
    ("percent_per_day = 110", "percent_per_day = 110 is no number from 0 to 100"),
    ("percent_per_day = true", "percent_per_day = True is no number from 0 to 100"),
    ("percent_a_day = 10", "nothing is called 'percent_a_day'. There are: zone, percent_per_day, "),
    (f"[more-time.{NAME}]\nAda = 2026-11-02T12:00:00Z", "is of an exercise without a date under [due]"),
    (f"zone = 'Europe/Berlin'\n[due]\n{NAME} = 2026-03-29T02:30:00",
     "2026-03-29T02:30:00 does not exist in Europe/Berlin: the clock is changed then. Write a time that"),
    (f"zone = 'Europe/Berlin'\n[due]\n{NAME} = 2026-10-25T02:30:00",
     "is there twice in Europe/Berlin: the clock is changed then. Say which is meant, 2026-10-25T02:30:00+02:00 or "
     "2026-10-25T02:30:00+01:00."),
    ("[due\n", "is no TOML: "), ("[due]\nx y = 1", "is no TOML: "),
])  # fmt: skip
def test_a_file_that_is_not_in_order(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CourseError, match=re.escape(message)) as raised:
        rule(tmp_path, text)
    assert str(tmp_path / "dates.toml") in str(raised.value)


def test_an_exercise_without_a_date_is_said(tmp_path: Path) -> None:
    own = rule(tmp_path, "[due]\n02-preprocesing = 2026-11-02T12:00:00Z\n'lab 1' = 2026-11-02T12:00:00Z")
    late = own.apply(handed_in("2027-01-01T00:00:00"))
    assert not late.late and told([late], own) == [
        "dates.toml has no date for 02-preprocessing, so nothing of that is late. It has dates for "
        "02-preprocesing, lab 1."]
    assert own.apply(handed_in("2027-01-01T00:00:00", assignment="lab 1")).late, "of another course"


def test_the_words_of_it(tmp_path: Path) -> None:
    own = rule(tmp_path)
    assert words.late(own.apply(handed_in("2026-11-05T02:30:00"))) == (
        "Handed in 2 days and 2 hours after it was due (2026-11-02 23:59 (UTC+01:00)). 3 days had begun, for which 30% "
        "of your 12 points are taken: 3.6. So 8.4 count.")
    assert words.late(replace(own, percent_per_day=0).apply(handed_in("2026-11-03T01:00"))) == (
        "Handed in 1 hour and 1 minute after it was due (2026-11-02 23:59 (UTC+01:00)). No points are taken for that.")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A class that was graded with a rule: one in time, one late, one of whom only the system says that they were."""
    results = [handed_in("2026-11-02T12:00:00", "ann"), handed_in("2026-11-05T02:30:00", "bob"),
               handed_in("", "eve", late=True)]
    with Gradebook(tmp_path / "grades" / "gradebook.sqlite") as book:
        book.begin_batch({"due": rule(tmp_path).to_json()})
        for number, result in enumerate(results):
            book.record(result, str(number))
        book.end_batch()
        write_reports(book.counting().batch, tmp_path / "grades")
        assert [result.lateness for result in book.stored()] == [None] * 3, "what the checks gave stays as it is"
    return tmp_path / "grades"


def test_every_report_says_it(output: Path) -> None:
    rows = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    assert [(row["score"], row["late"], row["taken"]) for row in rows.values()] == [
        ("12", "", ""), ("8.4", "late", "3.6"), ("12", "late", "0")]
    page = Page(output / "feedback" / "bob.html").words
    assert "8.4 of 15 points Late: Handed in 2 days and 2 hours after it was due" in page
    assert "Late:" not in Page(output / "feedback" / "eve.html").words
    report = Page(output / "report.html").words
    assert "bob, 8.4 of 15: 2 days and 2 hours after 2026-11-02 23:59 (UTC+01:00); 30%, 3.6 points, taken" in report
    assert "eve, 12 of 15: the system says that it was late, and not by how much; nothing is taken" in report
    data = json.loads((output / "results" / "bob.json").read_text())
    assert data["score"] == pytest.approx(8.4) and "So 8.4 count." in data["output"]
    done = CliRunner().invoke(main, ["export", "canvas", "--output", str(output)])
    assert "1 with points taken for being late: bob" in done.output
    assert re.search(r"^bob,.*,8\.4$", (output / "canvas.csv").read_text(), re.MULTILINE)


def test_a_score_set_by_hand_is_late_as_well_and_more_time_undoes_it(output: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["adjust", "bob", "q2_1", "10", "--reason", "why", "--output", str(output)])
    assert done.exit_code == 0
    assert {row["learner"]: row["score"] for row in read_grades(output / "grades.csv")}["bob"] == "7"
    with Gradebook(output / "gradebook.sqlite") as book:
        book.begin_batch({"due": rule(tmp_path, f"{FILE}bob = 2026-11-06\n").to_json()})
        assert [result.score for result in book.counting().everything] == [12, 10, 12]


def test_a_day_that_ends_twice_ends_the_second_time(tmp_path: Path) -> None:
    text = FILE.replace("Europe/Berlin", "America/Asuncion").replace("2026-11-16", "2010-04-10")
    assert rule(tmp_path, text).due["03-dense-and-softmax"] == "2010-04-10T23:59:59-04:00"  # the clock went back
