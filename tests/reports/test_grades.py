"""grades.csv: its columns, its order, and that no spreadsheet runs anything in it."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports.grades import grades_csv, points_csv, questions_of
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


def test_the_most_of_each_question_stands_in_a_table_of_its_own() -> None:
    results = [result("Ada", {"q8_1": 1.0}, assignment="78-b"), result("Ada", {"q7_1": 2.0, "q7_2": 0.0})]
    assert points_csv(results) == (
        "assignment,question,possible\n77-made-up,q7_1,2\n77-made-up,q7_2,2\n77-made-up,score,4\n"
        "78-b,q8_1,2\n78-b,score,2\n")


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

