"""grades.csv: its columns, its order, and that no spreadsheet runs anything in it."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import replace
from pathlib import Path

import pandas
import pytest

from autograder.course import ROOT
from autograder.grading.results import Adjustment, Comment, QuestionResult, SubmissionResult, Verdict
from autograder.reports.grades import COLUMNS, OF_QUESTIONS, grades_csv, points_csv, questions_csv, questions_of
from autograder.submissions.identity import Identity
from tests.grades import read_grades
from tests.reports import hostile
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.fast


def result(
    learner: str, scores: dict[str, float], status: Verdict = Verdict.GRADED, assignment: str = "77-made-up"
) -> SubmissionResult:
    questions = tuple(QuestionResult(name, score, 2.0, "in-place") for name, score in scores.items())
    return SubmissionResult(learner, f"{learner}.ipynb", assignment, status, "", questions)


def test_golden() -> None:
    results = [
        replace(result("Zoë", {"q1_2": 2.0, "q1_1": 1 / 3}), attempt=2, handed_in="2026-01-18T20:29:43+00:00"),
        result("ada", {}, Verdict.UNREADABLE),
        result("Bob", {"q1_2": 1.0, "q1_1": 2.0}, Verdict.ERROR),
        result("=1+1", {"q1_2": 0.0, "q1_1": 0.0}),
    ]
    assert grades_csv(results) == (
        "learner,submission,assignment,status,score,possible,attempt,handed_in,identity,q1_2,q1_1\n"
        "'=1+1,'=1+1.ipynb,77-made-up,graded,0,4,,,certain,0,0\n"
        "ada,ada.ipynb,77-made-up,unreadable,0,4,,,certain,,\n"
        "Bob,Bob.ipynb,77-made-up,error,,4,,,certain,,\n"
        "Zoë,Zoë.ipynb,77-made-up,graded,2.33333,4,2,2026-01-18T20:29:43+00:00,certain,2,0.33333\n"
    )


def test_tables_that_pandas_joins_without_help(tmp_path: Path) -> None:
    """Per learner and per question: with maxima, identifiers and status, and with how it ran."""
    results = made_up_class(40)
    results = [replace(one, sandbox="none" if place == 3 else "full",
                       identity=Identity(person={"name": f"N {place}", "id": f"00{place}", "email": f"{place}@x"}))
               for place, one in enumerate(results)]
    missing, persons = {"02-preprocessing": ["Gone"]}, {"Gone": {"name": "Gone G.", "id": "0099", "email": "g@x"}}
    (tmp_path / "grades.csv").write_text(grades_csv(results, missing, persons), encoding="utf-8")
    (tmp_path / "questions.csv").write_text(questions_csv(results, missing, persons), encoding="utf-8")
    (tmp_path / "points.csv").write_text(points_csv(results), encoding="utf-8")
    grades, asked, points = (pandas.read_csv(tmp_path / f"{name}.csv") for name in ("grades", "questions", "points"))

    assert tuple(asked.columns) == OF_QUESTIONS and len(asked) == 41 * 6
    keys = ["learner", "assignment"]
    joined = asked.merge(grades, on=keys, suffixes=("", "_whole"), validate="many_to_one")
    assert len(joined) == len(asked) and (joined["status"] == joined["status_whole"]).all()
    assert (joined["id"] == joined["id_whole"]).all()
    sums = asked.groupby(keys)["score"].sum(min_count=1)
    assert sums.dropna().to_dict() == pytest.approx(
        grades.set_index(keys)["score"].dropna().where(lambda score: score.index.isin(sums.dropna().index))
        .dropna().to_dict())
    most = asked.merge(points, on=["assignment", "question"], suffixes=("", "_most"), validate="many_to_one")
    assert len(most) == len(asked) and (most["possible"] == most["possible_most"]).all()
    assert set(asked[asked["sandbox"] == "none"]["learner"]) == {results[3].learner}
    gone = asked[asked["status"] == "missing"]
    assert len(gone) == 6 and gone["score"].isna().all() and (gone["email"] == "g@x").all()
    failed = asked[asked["status"] == "error"]
    assert len(failed) and failed["score"].isna().all(), "the grader's failure is no zero"


def test_the_lines_of_the_appendix_join_whoever_is_in_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that pandas takes for nothing, or for numbers, and files of nobody."""
    names = ["NA", "null", "None", "nan", "N/A", "001", "1", "1e5", "True", "", ""]
    results = [replace(result(name, {"q1": 1.0, "q2": 0.5}), submission=f"{place}.ipynb")
               for place, name in enumerate(names)]
    (tmp_path / "grades").mkdir()
    missing, persons = {"77-made-up": ["<NA>", "0099"]}, {"<NA>": {"name": "<NA>", "id": "007", "email": "g@x"}}
    for listed in ({}, {"missing": missing, "persons": persons}):
        (tmp_path / "grades" / "grades.csv").write_text(grades_csv(results, **listed), encoding="utf-8")
        (tmp_path / "grades" / "questions.csv").write_text(questions_csv(results, **listed), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        page = (ROOT / "book" / "appendix" / "c-teaching.md").read_text("utf-8")
        (code,) = re.findall(r"```python\n(import pandas.*?)```", page, re.DOTALL)
        found: dict[str, pandas.DataFrame] = {}
        exec(code, found)
        who = [*names, *(["<NA>", "0099"] if listed else [])]
        assert len(found["joined"]) == len(found["questions"]) == 2 * len(who)
        assert sorted(found["joined"]["learner"].fillna("")) == sorted(2 * who)
        assert found["joined"]["score"].sum() == 1.5 * len(names) and found["joined"]["score_whole"].sum() == 33
        if listed:
            assert "007" in set(found["joined"]["id"]), "zeros in front stay"


def test_the_table_of_questions_says_what_was_said_by_hand_and_runs_nothing() -> None:
    hand = replace(result("=1+1", {"q1_1": 2.0}), late=True)
    asked = replace(hand.questions[0], adjustment=Adjustment(0.5, 0.5, "=why"), comment=Comment("+see"))
    (row,) = csv.DictReader(io.StringIO(questions_csv([replace(hand, questions=(asked,))])))
    assert row == {
        "name": "", "id": "", "email": "", "learner": "'=1+1", "submission": "'=1+1.ipynb", "assignment": "77-made-up",
        "status": "graded", "attempt": "", "handed_in": "", "identity": "certain", "question": "q1_1", "score": "2",
        "possible": "2", "checked": "in-place", "computed": "0.5", "reason": "'=why", "comment": "'+see",
        "late": "late", "sandbox": "full"}


def test_the_most_of_each_question_stands_in_a_table_of_its_own() -> None:
    results = [result("Ada", {"q8_1": 1.0}, assignment="78-b"), result("Ada", {"q7_1": 2.0, "q7_2": 0.0})]
    assert points_csv(results) == (
        "assignment,question,possible\n77-made-up,q7_1,2\n77-made-up,q7_2,2\n77-made-up,score,4\n"
        "78-b,q8_1,2\n78-b,score,2\n")


def test_a_question_called_like_another_column_is_called_otherwise_in_all_tables() -> None:
    names = ["score", "Status", "late", "learner", "name", "score (question)", "sandbox", "q1"]
    made = [replace(result("Ada", dict.fromkeys(names, 1.0)), late=True), result("Bob", dict.fromkeys(names, 2.0))]
    called = ["score (question)", "Status (question)", "late (question)", "learner (question)", "name (question)",
              "score (question) (question)", "sandbox (question)", "q1"]
    header, *rows = csv.reader(io.StringIO(grades_csv(made)))
    assert len(set(header)) == len(header) and header[len(COLUMNS):] == [*called, "late"]
    assert [row[header.index("score")] for row in rows] == ["8", "16"]
    asked = pandas.read_csv(io.StringIO(questions_csv(made)))
    points = pandas.read_csv(io.StringIO(points_csv(made)))
    assert list(points["question"]) == [*called, "score"]
    assert len(asked.merge(points, on=["assignment", "question"], validate="many_to_one")) == 16
    assert list(asked["question"][:8]) == called


def test_with_a_class_list_every_row_joins() -> None:
    known = replace(result("ada", {"q": 1.0}), identity=Identity(person={"name": "Ada", "id": "=1", "email": "a@b"}))
    table = grades_csv([known, result("x", {"q": 1.0})], {"77-made-up": ["Bob"]}, {"Bob": {"name": "Bob", "id": "2"}})
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["name"], row["id"], row["email"]) for row in rows] == [
        ("Ada", "'=1", "a@b"), ("", "", ""), ("Bob", "2", "")]  # fmt: skip


def test_several_exercises_share_one_table() -> None:
    results = [
        result("Ada", {"q8_1": 1.0}, assignment="78-b"),
        result("Ada", {"q7_1": 2.0}, assignment="77-a"),
    ]
    assert questions_of(results) == ["q7_1", "q8_1"]
    rows = list(csv.DictReader(io.StringIO(grades_csv(results))))
    assert [(row["assignment"], row["q7_1"], row["q8_1"]) for row in rows] == [
        ("77-a", "2", ""),
        ("78-b", "", "1"),
    ]


def test_the_order_in_which_results_come_does_not_matter() -> None:
    results = made_up_class(30)
    shuffled = list(results)
    random.Random(3).shuffle(shuffled)
    assert grades_csv(results) == grades_csv(shuffled)


def test_no_cell_is_a_formula_whatever_the_names() -> None:
    rows = list(csv.reader(io.StringIO(grades_csv(hostile.attackers()))))
    assert len(rows) == len(hostile.NAMES) + 1, "one row each, however many line breaks are in the names"
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", cell)]
    assert not [cell for cell in cells if re.search(r"[\x00-\x1f]", cell)]


def test_what_was_written_can_be_read(tmp_path: Path) -> None:
    names = ["=1+1", "'quoted", "a,b", 'quo"te', "Zoë"]
    path = tmp_path / "grades.csv"
    path.write_text(
        grades_csv([replace(result(name, {"q": 1.0}), submission=name) for name in names]), "utf-8"
    )
    rows = read_grades(path)
    assert {row["learner"] for row in rows} == {row["submission"] for row in rows} == set(names)
    assert {row["score"] for row in rows} == {"1"}

