"""`autograder adjust`: a score set by hand is in every report, named as what it is, until it is taken back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.schema import VERSION
from autograder.grading.results import SubmissionResult
from autograder.submissions.doubts import Doubt
from tests.grades import read_grades
from tests.reports.made_up import graded as fill
from tests.reports.made_up import made_up_class
from tests.reports.test_write import Page

pytestmark = pytest.mark.fast

REASON = "=Your answer is right <b>too</b>."


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """A folder as `grade` leaves it."""
    return fill(tmp_path, made_up_class(12))


def adjust(folder: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["adjust", *arguments, "--output", str(folder)])
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and path.suffix not in (".sqlite", ".log")
    }  # fmt: skip


def blocked(folder: Path) -> None:
    """Puts a folder where grades.csv goes, as a program that keeps the file open would keep it."""
    (folder / "grades.csv").unlink()
    (folder / "grades.csv").mkdir()


def someone(results: list[SubmissionResult]) -> tuple[SubmissionResult, str]:
    """A learner, and a question in which not all points were reached."""
    return next(
        (result, question.name)
        for result in results if result.status.value == "graded"
        for question in result.questions if question.score < question.possible
    )  # fmt: skip


def test_every_report_says_what_was_changed_and_why(graded: Path) -> None:
    before = files(graded)
    result, name = someone(made_up_class(12))
    question = next(question for question in result.questions if question.name == name)
    code, said = adjust(graded, result.learner, name, str(question.possible), "--reason", REASON)
    assert code == 0 and f"{question.score:g} became {question.possible:g} of {question.possible:g}" in said

    rows = {row["learner"]: row for row in read_grades(graded / "grades.csv")}
    row = rows.pop(result.learner)
    gained = question.possible - question.score
    assert float(row[name]) == question.possible
    assert float(row["score"]) == pytest.approx(result.score + gained)
    assert row["adjusted"] == f"{name}: {question.score:g} to {question.possible:g} ({REASON})"
    assert {other["adjusted"] for other in rows.values()} == {""}

    page = Page(next(path for path in (graded / "feedback").iterdir() if path.stem == result.learner))
    assert "(set by hand)" in page.words
    assert f"Set by your instructor: {question.possible:g} of {question.possible:g} points instead of " in page.words
    assert f"The reason: {REASON}" in page.words
    report = Page(graded / "report.html")
    assert re.search(rf"Set by hand.*{name}: {question.score:g} became {question.possible:g}\. {re.escape(REASON)}",
                     report.words)  # fmt: skip
    assert "look again" not in report.words
    data = json.loads(next(path for path in (graded / "results").iterdir() if path.stem == result.learner).read_text())
    assert data["score"] == pytest.approx(result.score + gained, abs=1e-5)
    assert REASON in json.dumps(data) and REASON not in json.dumps([
        json.loads(path.read_text()) for path in (graded / "results").iterdir() if path.stem != result.learner
    ])  # fmt: skip

    exported = CliRunner().invoke(main, ["export", "csv", "--output", str(graded)])
    assert f"1 with scores that were set by hand: {result.learner}" in exported.output
    assert {row["learner"]: row for row in read_grades(graded / "csv.csv")}[result.learner] == row
    exported = CliRunner().invoke(main, ["export", "canvas", "--output", str(graded)])
    assert f"1 with scores that were set by hand: {result.learner}" in exported.output

    # Graded again, with another outcome: it stays, and that the checks changed their mind is said.
    fill(graded, [changed(other, name) if other is result else other for other in [
        result, *(other for other in made_up_class(12) if other.learner != result.learner)]])
    assert f"became {question.possible:g}" in Page(graded / "report.html").words
    assert f"give {question.possible:g} now: look again" in Page(graded / "report.html").words
    fill(graded, made_up_class(12))

    code, said = adjust(graded, result.learner, name, "--undo")
    assert code == 0 and f"{question.possible:g} became {question.score:g}" in said
    after = files(graded)
    for export in ("csv.csv", "canvas.csv", ".exported.json"):
        del after[export]
    assert after == before, "taking it back leaves no trace"
    first, second = (graded / "grading.log").read_text(encoding="utf-8").splitlines()
    assert re.search(rf' adjusted: "{result.learner}", 02-preprocessing, {name}, {question.score:g} became '
                     rf'{question.possible:g} of {question.possible:g} points, by ".*"; "{re.escape(REASON)}"$', first)
    assert f" undone: \"{result.learner}\", 02-preprocessing, {name}, {question.possible:g} became " in second


def changed(result: SubmissionResult, name: str) -> SubmissionResult:
    """The same submission, after the checks of a question were corrected."""
    data = result.to_json()
    for question in data["questions"]:
        if question["name"] == name:
            question["score"] = question["possible"]
    return SubmissionResult.from_json(data)


def test_a_notebook_that_could_not_be_read_can_get_points(graded: Path) -> None:
    """Handed in on paper, say: the page shows the questions that were set, and no others."""
    empty = next(result for result in made_up_class(12) if result.status.value == "graded")
    data = empty.to_json() | {"status": "unreadable", "cells": [], "questions": [
        {**question, "score": 0.0, "checked": "not-checked", "cases": []} for question in empty.to_json()["questions"]
    ]}  # fmt: skip
    fill(graded, [SubmissionResult.from_json(data)])
    name = empty.questions[0].name
    assert adjust(graded, empty.learner, name, "1.5", "--reason", "On paper.")[0] == 0
    page = Page(graded / "feedback" / f"{empty.learner}.html")
    assert "1.5 of 15 points" in page.words
    assert "◐ in part (set by hand)" in page.words
    assert "The reason: On paper." in page.words
    assert empty.questions[1].name not in page.words


def test_what_was_set_and_no_longer_fits_is_for_the_instructor_to_decide(graded: Path) -> None:
    """The tests were changed: one question gives less now, another is called something else."""
    who = next(result for result in made_up_class(12) if result.status.value == "graded")
    over, gone = who.questions[1], who.questions[2]
    for question in (over, gone):
        assert adjust(graded, who.learner, question.name, str(question.possible), "--reason", REASON)[0] == 0
    comment = ["comment", who.learner, gone.name, "--output", str(graded)]
    assert CliRunner().invoke(main, [*comment, "See me."]).exit_code == 0
    now = replace(who, questions=tuple(
        replace(question, score=0.0, possible=1.0) if question is over
        else replace(question, name="q2_3x", score=0.0) if question is gone else question
        for question in who.questions))  # fmt: skip
    fill(graded, [now])

    (row,) = read_grades(graded / "grades.csv")
    assert (row[over.name], float(row["score"])) == ("1", pytest.approx(now.score + 1))
    assert float(row["score"]) <= float(row["possible"])
    assert row["adjusted"] == (
        f"{over.name}: 0 to 1 in place of 3, which is more than it gives now ({REASON}); "
        f"{gone.name}: 3 not counted, there is no such question any more ({REASON})")
    assert row["comments"] == f"{gone.name} (there is no such question any more): See me."
    told = ("1 score is set by hand and more than the question gives now, so that all of its points count: "
            f"{who.learner}, 02-preprocessing, {over.name} (3, of 1 now).",
            "1 score is set by hand for a question that is not there any more, and not counted: "
            f"{who.learner}, 02-preprocessing, {gone.name} (3).",
            "1 comment is on a question that is not there any more, and on no page: "
            f"{who.learner}, 02-preprocessing, {gone.name}.")
    report = Page(graded / "report.html").words
    assert "Nothing." not in report and all(one in report for one in told)
    assert "3 was set, and the question gives 1 now: decide again." in report
    for target in ("csv", "canvas"):
        said = CliRunner().invoke(main, ["export", target, "--output", str(graded)]).output
        assert all(one in said for one in told)
    assert CliRunner().invoke(main, ["desk", "--output", str(graded)]).exit_code == 0
    (page,) = (graded / "instructor-only").glob("*.html")
    assert "3 was set, and the question gives 1 now" in Page(page).words
    assert f"{gone.name}, there is no such question any more: 3 points, not counted" in Page(page).words

    code, said = adjust(graded, who.learner, gone.name, "--undo")
    assert code == 0 and f"{gone.name}: the 3 points set by hand are taken back. They did not count" in said
    log = (graded / "grading.log").read_text("utf-8")
    assert f"{gone.name}, 3 points that counted for nothing, the question being gone, by " in log
    done = CliRunner().invoke(main, [*comment, "--undo"])
    assert done.exit_code == 0 and "the comment is taken back" in done.output
    assert adjust(graded, who.learner, over.name, "0.5", "--reason", "why")[0] == 0
    assert "any more" not in (graded / "grades.csv").read_text("utf-8")
    assert "no longer fitting" not in Page(graded / "report.html").words
    code, said = adjust(graded, who.learner, gone.name, "--undo")
    assert code == 2 and f"has no question '{gone.name}'" in said


def test_names_are_taken_as_the_tables_have_them(graded: Path) -> None:
    """A name that a spreadsheet would compute is marked there, and a question may be called otherwise."""
    who = next(result for result in made_up_class(12) if result.status.value == "graded")
    fill(graded, [replace(who, learner=name, questions=tuple(
        replace(question, name=called) for question, called in zip(who.questions, ("score", "=q"), strict=False)))
        for name in ("+1plus", "'quoted")])
    for learner, question in (("'+1plus", "score (question)"), ("+1plus", "'=q"), ("'+1plus", "=q"),
                              ("'quoted", "score"), ("''quoted", "score")):
        code, said = adjust(graded, "--reason", "why", learner, question, "1")
        assert code == 0, said
        done = CliRunner().invoke(main, ["comment", "--output", str(graded), learner, question, "See me."])
        assert done.exit_code == 0, done.output
    quoted, plus = read_grades(graded / "grades.csv")
    assert (quoted["learner"], plus["learner"], plus["score"], plus["=q"]) == ("'quoted", "+1plus", "2", "1")
    assert quoted["score (question)"] == plus["score (question)"] == "1"


def test_another_batch_in_the_same_folder_keeps_its_reports(graded: Path) -> None:
    result, name = someone(made_up_class(12))
    fill(graded, [other for other in made_up_class(12) if other.learner != result.learner])
    before = files(graded)
    code, said = adjust(graded, result.learner, name, "0.5", "--reason", "why")
    assert code == 0 and "are of another batch. Grade the submissions of 02-preprocessing again" in said
    assert files(graded) == before


@pytest.mark.parametrize(("arguments", "message"), [
    (("q2_1",), "Give a SCORE and a --reason, or --undo"),
    ((), "Give a LEARNER, a QUESTION, a SCORE and a --reason, or --from a table"),
    (("q2_1", "1", "--reason", "x", "--from", __file__), "--from takes everything from the table"),
    (("q2_1", "1", "--undo"), "Give a SCORE and a --reason, or --undo"),
    (("q2_1", "--undo", "--reason", "x"), "Give a SCORE and a --reason, or --undo"),
    (("q2_1", "1"), "Say why with --reason"),
    (("q2_1", "--undo"), "was not set by hand"),
    (("q2_1", "one", "--reason", "x"), "The score 'one' is no number. Write it as in 1.5 or 1,5."),
    (("q2_1", "1e-400", "--reason", "x"), "The score '1e-400' is no number."),
    (("q2_1", "1e0", "--reason", "x"), "The score '1e0' is no number."),
    (("2.99", "1", "--reason", "x"), "has no question '2.99'; there are: q2_1"),
])  # fmt: skip
def test_wrong_usage(graded: Path, arguments: tuple[str, ...], message: str) -> None:
    before = files(graded)
    code, said = adjust(graded, made_up_class(12)[0].learner, *arguments)
    assert code == 2 and message in said
    assert files(graded) == before


@pytest.mark.parametrize("words", [["adjust", "ada", "q2_1", "-0.5", "--reason", "x"], ["comment", "-dash", "see"],
                                   ["adjust", "-dash", "q2_1", "1"], ["grade", "-class"]])
def test_what_begins_with_a_dash_is_told_where_it_stands(graded: Path, words: list[str]) -> None:
    done = CliRunner().invoke(main, [*words, "--output", str(graded)])
    assert done.exit_code == 2 and "stands at the end, behind --, as in `autograder adjust" in done.output
    done = CliRunner().invoke(main, [*words, "--nonsense"])
    assert done.exit_code == 2 and "No such option" in done.output


@pytest.mark.parametrize("command", [["adjust", "Ada", "q2_1", "1", "--reason", "x"], ["export", "csv"]])
def test_a_gradebook_that_cannot_be_used(graded: Path, tmp_path: Path, command: list[str]) -> None:
    def run(output: Path) -> str:
        done = CliRunner().invoke(main, [*command, "--output", str(output)])
        assert done.exit_code == 2 and "Traceback" not in done.output
        return done.output

    assert "There is no gradebook in" in run(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists(), "looking must not begin one"
    with Gradebook(graded / "gradebook.sqlite") as book:
        assert "in use by another grader. Wait until it has finished" in run(graded)
        book.database.connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert "was written by a newer version of this program" in run(graded)


def test_what_is_set_and_cannot_be_written_is_said_to_be_set(graded: Path, tmp_path: Path) -> None:
    result, name = someone(made_up_class(12))
    table = tmp_path / "scores.csv"
    table.write_text(f"learner,question,score,reason\n{result.learner},{name},0.25,why\n")
    blocked(graded)
    for command, what in (
        (("adjust", "--from", str(table)), "The scores are set and kept"),
        (("comment", result.learner, "Well read."), "The comments are kept"),
        (("adjust", result.learner, name, "--undo"), "It is taken back"),
        (("adjust", result.learner, name, "0.5", "--reason", "why"), "The scores are set and kept"),
    ):
        done = CliRunner().invoke(main, [*command, "--output", str(graded)])
        assert done.exit_code == 2 and f"{what} in the gradebook; the reports are not written anew: Cannot write " \
            f"{graded / 'grades.csv'}: Is a directory." in done.output and "run again" not in done.output
    assert f"{name}: " in done.output and "became 0.5" in done.output
    (graded / "grades.csv").rmdir()
    assert adjust(graded, made_up_class(12)[1].learner, name, "1", "--reason", "x")[0] == 0, "as the remedy says"
    (row,) = [row for row in read_grades(graded / "grades.csv") if row["learner"] == result.learner]
    assert row[name] == "0.5" and "Well read." in row["comments"]


def test_a_question_may_be_called_as_in_the_notebook(graded: Path) -> None:
    result, name = someone(made_up_class(12))
    number = name.removeprefix("q").replace("_", ".")
    assert f"{name}: " in adjust(graded, result.learner, number, "0,25", "--reason", "x")[1]
    assert {row["learner"]: row[name] for row in read_grades(graded / "grades.csv")}[result.learner] == "0.25"
    report = Page(graded / "report.html").words
    assert report.count("1 of them set by hand") == 1 and f" {result.learner} set by hand" in report
    said = CliRunner().invoke(main, ["comment", result.learner, number, "--output", str(graded)]).output
    assert "is called like a question, and there is no text" in said
    with Gradebook(graded / "gradebook.sqlite") as book:  # a spreadsheet makes 2.1 of 2.10
        more = (*result.questions, replace(result.questions[0], name=f"{name}0"))
        book.begin_batch({})
        book.record(replace(result, questions=more), "")
        book.end_batch()
    code, said = adjust(graded, result.learner, number, "0.5", "--reason", "x")
    assert code == 2 and f"has no question '{number}'" in said


def test_who_is_still_to_be_checked_is_said_with_the_score(graded: Path) -> None:
    result, name = someone(made_up_class(12))
    doubted = replace(result, identity=result.identity.doubted(Doubt("Two files may be theirs.")))
    fill(graded, [doubted if one.learner == result.learner else one for one in made_up_class(12)])
    assert not (graded / "identity.csv").exists()
    code, said = adjust(graded, result.learner, name, "0.5", "--reason", "x")
    assert code == 0 and f"exports leave it out: {result.learner}. Confirm it in {graded / 'identity.csv'}." in said
    assert result.learner in (graded / "identity.csv").read_text("utf-8"), "a remedy names no file that is not there"
    assert "not certain" not in adjust(graded, made_up_class(12)[1].learner, name, "0.5", "--reason", "x")[1]
