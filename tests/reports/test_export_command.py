"""`autograder export`: from the gradebook to a file that a learning management system takes back."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from tests.grades import read_grades
from tests.reports.made_up import kept, made_up_class

pytestmark = pytest.mark.fast


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """A folder as `grade` leaves it, without reports."""
    return kept(tmp_path, made_up_class(12))


def test_everything_in_the_gradebook_comes_out(graded: Path) -> None:
    done = CliRunner().invoke(main, ["export", "csv", "--output", str(graded)])
    assert done.exit_code == 0 and "12 learners" in done.output
    rows = {row["learner"]: row for row in read_grades(graded / "csv.csv")}
    for result in made_up_class(12):
        assert float(rows[result.learner]["score"]) == pytest.approx(result.score, abs=1e-5)
        for question in result.questions:
            assert float(rows[result.learner][question.name]) == pytest.approx(question.score, abs=1e-5)


def test_canvas_with_its_template(graded: Path) -> None:
    one, other = made_up_class(12)[:2]
    template = graded / "export.csv"
    template.write_text(
        "Student,ID,SIS Login ID,Section,Preprocessing (7)\n    Points Possible,,,,15\n"
        f'"{one.learner}",501,x,A,\n"Somebody Else",502,y,A,3\n',
        encoding="utf-8",
    )
    path = graded / "back.csv"
    done = CliRunner().invoke(main, [
        "export", "canvas", "--output", str(graded), "--template", str(template), "--to", str(path),
    ])  # fmt: skip
    assert done.exit_code == 0
    assert "11 without a grade, because nobody in the template fits" in done.output
    assert "1 in the template, but not graded here" in done.output and other.learner in done.output
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows] == ["ID", "", "501"] and float(rows[2][-1]) == one.score


def test_only_the_attempt_that_counts_is_exported(graded: Path) -> None:
    first = next(result for result in made_up_class(12) if result.status.value == "graded")
    again = replace(first, submission="again.ipynb", order=2, late=True, questions=tuple(
        replace(question, score=0.0) for question in first.questions))  # fmt: skip
    with Gradebook(graded / "gradebook.sqlite") as book:
        book.begin_run({"attempts": "latest"})
        book.record(replace(first, order=1), "")
        book.record(again, "")
        book.end_run()
    for policy, score, file in (("latest", 0.0, "again.ipynb"), ("best", first.score, first.submission)):
        with Gradebook(graded / "gradebook.sqlite") as book:
            book.begin_run({"attempts": policy})
            book.end_run()
        done = CliRunner().invoke(main, ["export", "csv", "--output", str(graded)])
        assert done.exit_code == 0 and "1 attempts that do not count are left out." in done.output
        (row,) = [row for row in read_grades(graded / "csv.csv") if row["learner"] == first.learner]
        assert (row["submission"], float(row["score"])) == (file, pytest.approx(score, abs=1e-5))
        assert row.get("late", "") == ("late" if policy == "latest" else "")


def test_a_folder_without_a_gradebook(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "csv", "--output", str(tmp_path)])
    assert done.exit_code == 2 and "no gradebook" in done.output
    assert not list(tmp_path.iterdir()), "looking must not begin one"
