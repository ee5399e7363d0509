"""`autograder export`: from the gradebook to a file that a learning management system takes back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from autograder.reports.grades import read_grades
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.fast


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """A folder as `grade` leaves it."""
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        book.begin_run({})
        for number, result in enumerate(made_up_class(12)):
            book.record(result, str(number))
    return tmp_path


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


def test_a_folder_without_a_gradebook(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "csv", "--output", str(tmp_path)])
    assert done.exit_code == 2 and "no gradebook" in done.output
    assert not list(tmp_path.iterdir()), "looking must not begin one"
