"""`autograder export`: from the gradebook to a file that a learning management system takes back."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from autograder.reports.write import write_reports
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


@pytest.fixture
def precious(graded: Path, tmp_path: Path) -> list[Path]:
    """What is nobody's export."""
    notebook = tmp_path / "class" / "ada.ipynb"
    notebook.parent.mkdir()
    notebook.write_text("{}", "utf-8")
    download = tmp_path / "submissions.zip"
    with zipfile.ZipFile(download, "w") as archive:
        archive.writestr("lovelaceada_501_900_lab.ipynb", "{}")
    write_reports(made_up_class(12), graded)
    (graded / "grading.log").write_text("began\n", "utf-8")
    return [notebook, download, graded / "gradebook.sqlite", graded / "grades.csv", graded / "grading.log",
            graded / "feedback", graded / "report.html"]


@pytest.mark.parametrize("command", [["export", "csv"], ["export", "canvas"], ["export", "gradescope"],
                                     ["feedback", "moodle"]], ids=" ".join)
def test_an_export_takes_no_place_but_an_earlier_export_s(
    graded: Path, precious: list[Path], command: list[str], tmp_path: Path
) -> None:
    def export(to: Path) -> Result:
        return CliRunner().invoke(main, [*command, "--output", str(graded), "--to", str(to)])

    if command[0] == "feedback":
        with Gradebook(graded / "gradebook.sqlite") as book:
            book.begin_batch({})
            for place, result in enumerate(made_up_class(12)):
                book.record(replace(result, learner=f"{result.learner}_{place + 100}"), "")
            book.end_batch()
    before = {path: path.read_bytes() for path in precious if path.is_file() and path.suffix != ".sqlite"}
    for path in precious:
        done = export(path)
        assert done.exit_code == 2 and str(path) in done.output and "--to" in done.output, done.output
    assert {path: path.read_bytes() for path in before} == before
    with Gradebook(graded / "gradebook.sqlite") as book:
        assert book.stored()

    own = tmp_path / "elsewhere" / "own"
    assert [export(own).exit_code for _ in range(2)] == [0, 0], "its own it replaces"
    (graded / ".exported.json").unlink()
    assert export(own).exit_code == 0, "an earlier version kept no account"
    own.write_bytes(b"mine now")
    done = export(own)
    assert done.exit_code == 2 and own.read_bytes() == b"mine now"
    own.write_bytes(b"")
    assert export(own).exit_code == 0, "of an empty file nothing is lost"


def test_a_table_with_other_columns_than_before_takes_its_place_and_the_template_never(graded: Path) -> None:
    def export(target: str, *more: str) -> Result:
        return CliRunner().invoke(main, ["export", target, "--output", str(graded), *more])

    assert export("csv").exit_code == 0
    header = (graded / "csv.csv").read_bytes().splitlines()[0]
    learner = next(result.learner for result in made_up_class(12) if result.status.value == "graded")
    assert CliRunner().invoke(main, ["comment", learner, "Well done.", "--output", str(graded)]).exit_code == 0
    assert export("csv").exit_code == 0
    assert (graded / "csv.csv").read_bytes().splitlines()[0] == header + b",comments"
    template = graded / "canvas.csv"
    template.write_text(f"Student,ID,SIS Login ID,Section,02-preprocessing\n{learner},501,x,A,\n", "utf-8")
    before = template.read_bytes()
    done = export("canvas", "--template", str(template))
    assert done.exit_code == 2 and "is what this is made from" in done.output and template.read_bytes() == before


def test_only_the_attempt_that_counts_is_exported(graded: Path) -> None:
    first = next(result for result in made_up_class(12) if result.status.value == "graded")
    again = replace(first, submission="again.ipynb", order=2, late=True, questions=tuple(
        replace(question, score=0.0) for question in first.questions))  # fmt: skip
    with Gradebook(graded / "gradebook.sqlite") as book:
        book.begin_batch({"attempts": "latest"})
        book.record(replace(first, order=1), "")
        book.record(again, "")
        book.end_batch()
    for policy, score, file in (("latest", 0.0, "again.ipynb"), ("best", first.score, first.submission)):
        with Gradebook(graded / "gradebook.sqlite") as book:
            book.begin_batch({"attempts": policy})
            book.end_batch()
        done = CliRunner().invoke(main, ["export", "csv", "--output", str(graded)])
        assert done.exit_code == 0 and "1 attempt that does not count is left out." in done.output
        (row,) = [row for row in read_grades(graded / "csv.csv") if row["learner"] == first.learner]
        assert (row["submission"], float(row["score"])) == (file, pytest.approx(score, abs=1e-5))
        assert row.get("late", "") == ("late" if policy == "latest" else "")


def test_a_folder_without_a_gradebook(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "csv", "--output", str(tmp_path)])
    assert done.exit_code == 2 and "no gradebook" in done.output
    assert not list(tmp_path.iterdir()), "looking must not begin one"


def test_without_its_template_nothing_takes_the_place_of_what_was_made_with_it(graded: Path) -> None:
    template = graded / "export.csv"
    template.write_text("Student,ID,SIS Login ID,Section,Preprocessing (7)\n    Points Possible,,,,15\n"
                        f'"{made_up_class(12)[0].learner}",501,=x,-A,\n"Total",,,,\n', encoding="utf-8")
    command = ["export", "canvas", "--output", str(graded)]
    done = CliRunner().invoke(main, [*command, "--template", str(template)])
    assert done.exit_code == 0 and "1 learner: " in done.output
    assert "1 in the template, but no person's row; left out of the file: Total" in done.output
    made = (graded / "canvas.csv").read_text("utf-8")
    assert ",501,'=x,'-A," in made, "no text can become a formula"
    assert f"1 with an apostrophe in front of a text that a spreadsheet would compute; look whether the system finds " \
           f"them: {made_up_class(12)[0].learner}" in done.output
    for change in ("", made + "\n"):
        (graded / "canvas.csv").write_text(change or made, "utf-8")
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 2 and "canvas.csv was made from a template" in done.output
        assert "Give --template again, or name another file with --to." in done.output
    (graded / "canvas.csv").write_text(made, "utf-8")
    assert CliRunner().invoke(main, [*command, "--template", str(template)]).exit_code == 0
    assert CliRunner().invoke(main, [*command, "--to", str(graded / "other.csv")]).exit_code == 0
    assert CliRunner().invoke(main, [*command, "--to", str(graded / "other.csv")]).exit_code == 0
