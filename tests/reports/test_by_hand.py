"""Comments, and tables of scores: on the learner's page, in every report and in the log; all of a table, or nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.schema import ADJUSTMENT, VERSION
from autograder.grading.results import SubmissionResult
from tests.grades import read_grades
from tests.reports.made_up import graded, made_up_class
from tests.reports.test_adjust_command import files
from tests.reports.test_write import Page

pytestmark = pytest.mark.fast

COMMENT = "=Read <b>chapter 2</b>, and `254 // 255` too."


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return graded(tmp_path / "grades", made_up_class(12))


@pytest.fixture(scope="module")
def people() -> list[SubmissionResult]:
    """Learners whose notebooks ran."""
    return [result for result in made_up_class(12) if result.status.value == "graded"]


def run(output: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*arguments, "--output", str(output)])
    assert "Traceback" not in done.output
    return done.exit_code, done.output


@pytest.mark.parametrize("typed", ["q2_1", "Q2_1", "q2_9", " q9_12 "])
def test_a_question_without_a_text_is_no_comment_on_the_whole(
    output: Path, people: list[SubmissionResult], typed: str
) -> None:
    before = files(output)
    code, said = run(output, "comment", people[0].learner, typed)
    assert code == 2 and f"{typed!r} is called like a question, and there is no text." in said
    assert files(output) == before
    assert run(output, "comment", people[0].learner, f"See {typed}.")[0] == 0


def log(output: Path) -> str:
    path = output / "grading.log"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def test_a_comment_is_on_the_page_and_changes_no_score(output: Path, people: list[SubmissionResult]) -> None:
    before = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    untouched = files(output)
    who = people[0].learner
    code, said = run(output, "comment", who, "q2_5", COMMENT)
    assert code == 0 and f"{who}, 02-preprocessing, q2_5: the comment is on the page." in said
    code, said = run(output, "comment", who, "Come and see me.")
    assert code == 0 and f"{who}, 02-preprocessing, the whole: the comment is on the page." in said

    after = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    assert after[who].pop("comments") == f"q2_5: {COMMENT}; the whole: Come and see me."
    assert {row.pop("comments", "") for row in after.values()} == {""} and after == before
    page = Page(output / "feedback" / f"{who}.html").words
    assert f"Your instructor says: {COMMENT.replace('`', '')}" in page
    assert "From your instructor Come and see me." in page
    report = Page(output / "report.html").words
    assert f"Commented on 1 submission {who}: q2_5: {COMMENT.replace('`', '')}; the whole: Come and see me." in report
    data = json.loads((output / "results" / f"{who}.json").read_text())
    assert COMMENT in json.dumps(data, ensure_ascii=False) and "Come and see me." in data["output"]
    others = [path for folder in ("feedback", "results") for path in (output / folder).iterdir() if path.stem != who]
    assert not any("Come and see me" in path.read_text() for path in others)
    lines = log(output).splitlines()
    assert re.search(rf' commented: "{who}", 02-preprocessing, q2_5, by ".*"; comment "=Read ', lines[0])
    assert f' commented: "{who}", 02-preprocessing, the whole, by "' in lines[1] and len(lines) == 2

    # A score beside it, and its end, leave the comment; another comment takes its place.
    assert run(output, "adjust", who, "q2_5", "0.5", "--reason", "why")[0] == 0
    assert run(output, "adjust", who, "q2_5", "--undo")[0] == 0
    assert run(output, "comment", who, "q2_5", "Better so.")[0] == 0
    page = Page(output / "feedback" / f"{who}.html").words
    assert "Your instructor says: Better so." in page and "254 // 255" not in page
    assert "Set by your instructor" not in page
    for question in ("q2_5", ""):
        code, said = run(output, "comment", who, *filter(None, [question]), "--undo")
        assert code == 0 and "the comment is taken back" in said
    assert files(output) == untouched, "taking it back leaves no trace"
    with sqlite3.connect(output / "gradebook.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM adjustment").fetchone() == (0,)


@pytest.mark.parametrize(("arguments", "message"), [
    (("q2_5", "--undo"), "There is no comment on q2_5 of .*; nothing is changed"),
    (("--undo",), "There is no comment on the whole of .*; nothing is changed"),
    (("q2_5", " \n"), "Say something"),
    ((), "Give a TEXT in quotation marks, or --undo"),
    (("q2_5", "text", "--undo"), "Give a TEXT in quotation marks, or --undo"),
    (("q9_9", "text"), "has no question 'q9_9'; there are: q2_1"),
])  # fmt: skip
def test_a_comment_that_cannot_be_kept(
    output: Path, people: list[SubmissionResult], arguments: tuple[str, ...], message: str
) -> None:
    before = files(output)
    code, said = run(output, "comment", people[0].learner, *arguments)
    assert code == 2 and re.search(message, said)
    assert files(output) == before and not log(output)


def alike(name: str) -> bool:
    """Whether a table of Excel's says the same name in Western and in Central Europe."""
    return name.encode("cp1252", "ignore").decode("cp1250", "ignore") == name


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";")])
def test_a_table_is_followed_as_a_whole(
    output: Path, tmp_path: Path, people: list[SubmissionResult], encoding: str, mark: str
) -> None:
    names = (person.learner for person in people if encoding != "cp1252" or alike(person.learner))
    one, two, three = (next(names) for _ in range(3))
    score = "1.5" if mark == "," else "1,5"
    rows = [["Learner", "Question", "Score", "Reason", "Comment"], [one, "q2_1", score, "für dich", ""],
            [one.upper(), "q2_2", "3", "also right", "See chapter 2."], [two, "q2_1", "", "", ""],
            [two, "q2_5", "", "", "Nearly."], [three, "", "", "", "All of it is good."]]
    table = write(tmp_path / "scores.csv", "".join(mark.join(row) + "\r\n" for row in rows), encoding)
    code, said = run(output, "adjust", "--from", str(table))
    assert code == 0, said
    assert f"{table}: 2 scores set, 3 comments kept; 1 line with neither left alone." in said
    after = {row["learner"]: row for row in read_grades(output / "grades.csv")}
    assert after[one]["q2_1"] == "1.5" and "für dich" in after[one]["adjusted"]
    assert (after[one]["comments"], after[two]["comments"], after[three]["comments"]) == (
        "q2_2: See chapter 2.", "q2_5: Nearly.", "the whole: All of it is good.")
    assert [line.split(" ")[1] for line in log(output).splitlines()] == ["adjusted:"] * 4
    assert run(output, "adjust", "--from", str(table))[0] == 0, "and again"


def test_a_table_with_wrong_lines_changes_nothing_and_names_each(
    output: Path, tmp_path: Path, people: list[SubmissionResult]
) -> None:
    before, who = files(output), people[0].learner
    table = write(tmp_path / "scores.csv", "\n".join([
        "learner,question,score,reason",
        f"{who},q2_1,1,right",
        "Nobody At All,q2_1,1,right",
        f"{who},q2_99,1,right",
        f"{who},q2_2,3.5,too many",
        f"{who},q2_2,-1,too few",
        f"{who},q2_3,1,",
        f"{who},q2_4,1. Mai,a spreadsheet was here",
        f"{who.lower()},q2_1,2,twice",
        f"{who},,1,a total",
        ",q2_1,1,who",
        f"{who},q2_5,,a reason alone",
    ]))
    code, said = run(output, "adjust", "--from", str(table))
    assert code == 2 and f"{table}: 10 of its lines cannot be followed, so nothing is changed." in said
    lines = dict(re.findall(r"^  line (\d+): (.*)$", said, re.MULTILINE))
    expected = {
        3: "There is nobody called 'Nobody At All'", 4: f"{who} has no question 'q2_99'; there are: q2_1",
        5: "q2_2 has 3 points. Give a score from 0 to 3.", 6: "q2_2 has 3 points. Give a score from 0 to 3.",
        7: "There is a score and no reason", 8: "The score '1. Mai' is no number.",
        9: f"{who}, q2_1, stands in line 2 already.", 10: "A score is of a question, and none is named.",
        11: "No learner is named.", 12: "There is a reason and no score.",
    }
    assert {int(line) for line in lines} == set(expected)
    assert all(lines[str(line)].startswith(what) for line, what in expected.items())
    assert files(output) == before and not log(output)
    with Gradebook(output / "gradebook.sqlite") as book:
        assert not any(question.adjustment for result in book.results() for question in result.questions)


@pytest.mark.parametrize(("content", "message"), [
    ("learner,score,reason\nAda,1,x\n", "has no column 'question'. It needs learner and question, .* it has: 'learner"),
    ("learner,question,reason\nAda,q2_1,x\n", "has no column 'score'"),
    ("learner,question,score\nAda,q2_1,\n", "says nothing: no line has a score or a comment"),
    ("learner,question,score\nAda,q2_1,1,\"x\n", "has a quotation mark that opens a cell and is never closed"),
    ("", "is no table"),
])  # fmt: skip
def test_what_is_no_such_table(output: Path, tmp_path: Path, content: str, message: str) -> None:
    code, said = run(output, "adjust", "--from", str(write(tmp_path / "scores.csv", content)))
    assert code == 2 and re.search(message, said)


def test_a_long_list_of_wrong_lines_is_cut(output: Path, tmp_path: Path) -> None:
    rows = "".join(f"nobody {number},q2_1,1,why\n" for number in range(30))
    _, said = run(output, "adjust", "--from", str(write(tmp_path / "t.csv", f"learner,question,score,reason\n{rows}")))
    assert "30 of its lines cannot be followed" in said and "and 10 more" in said and said.count("  line ") == 20


def test_scores_of_a_gradebook_of_version_2_stay(output: Path, people: list[SubmissionResult]) -> None:
    who = people[0].learner
    assert run(output, "adjust", who, "q2_1", "0.5", "--reason", "why")[0] == 0
    with Gradebook(output / "gradebook.sqlite") as book:
        before = book.results()
    with sqlite3.connect(output / "gradebook.sqlite") as connection:
        connection.executescript("""
            ALTER TABLE adjustment RENAME TO newer;
            CREATE TABLE adjustment (learner TEXT NOT NULL, assignment TEXT NOT NULL, question TEXT NOT NULL,
                score REAL NOT NULL, computed REAL NOT NULL, reason TEXT NOT NULL, made_by TEXT NOT NULL,
                made TEXT NOT NULL, PRIMARY KEY (learner, assignment, question));
            INSERT INTO adjustment
                SELECT learner, assignment, question, score, computed, reason, made_by, made FROM newer;
            DROP TABLE newer;
            PRAGMA user_version = 2""")
    with Gradebook(output / "gradebook.sqlite") as book:
        assert book.results() == before
    with sqlite3.connect(output / "gradebook.sqlite") as connection:
        (made,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'adjustment'").fetchone()
        assert made.split("(", 1)[1].split() == ADJUSTMENT.strip().rstrip(";").split("(", 1)[1].split()
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
