"""What could quote a hidden check stands in the gradebook, and reaches learners when the instructor says so."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict
from autograder.reports import words
from autograder.reports.gradescope import results_json
from autograder.reports.lms import export
from autograder.reports.write import write_reports

pytestmark = pytest.mark.fast

SECRET = "secret-987"
RESULT = SubmissionResult(
    "Ada_17", "lab.ipynb", "77-lab", Verdict.GRADED, "",
    (QuestionResult("q1", 0.0, 1.0, "in-place", (
        CaseResult("a", False, False, 0.5, f"It is {SECRET}-public.", "It is ….") ,
        CaseResult("b", False, True, 0.5, f"It is {SECRET}-hidden.", "Think of zero."),
    )),),
    (CellResult(0, "raised", 0.1, f"cell 1, line 1\n    x\nValueError: {SECRET}-cell", "ValueError: withheld"),),
)  # fmt: skip


def grade(folder: Path, options: dict[str, str], result: SubmissionResult = RESULT) -> None:
    with Gradebook(folder / "gradebook.sqlite") as book:
        book.begin_batch(options)
        book.record(result, "f")
        book.end_batch()


def handed_back(folder: Path) -> str:
    files = [*(folder / "feedback").iterdir(), *(folder / "results").iterdir()]
    assert len(files) == 2
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_files_for_learners_have_it_only_when_it_is_released(tmp_path: Path) -> None:
    write_reports([RESULT], tmp_path)
    text = handed_back(tmp_path)
    assert SECRET not in text
    assert all(said in text for said in ("It is ….", "Think of zero.", "ValueError: withheld", "is not shown here"))
    write_reports([RESULT], tmp_path, released=True)
    text = handed_back(tmp_path)
    assert f"{SECRET}-public" in text and f"{SECRET}-cell" in text and "is not shown here" not in text
    assert f"{SECRET}-hidden" not in text and "Think of zero." in text, "its hint alone"


@pytest.mark.parametrize("options", [{}, {"released": "yes"}])
def test_a_score_set_by_hand_releases_nothing_and_withholds_nothing(tmp_path: Path, options: dict[str, str]) -> None:
    grade(tmp_path, options)
    done = CliRunner().invoke(main, ["adjust", "Ada_17", "q1", "1", "--reason", "x", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (f"{SECRET}-cell" in handed_back(tmp_path)) == bool(options)


@pytest.mark.parametrize(("options", "flags", "there"), [
    ({}, [], False), ({}, ["--release-messages"], True), ({"released": "yes"}, [], True),
])  # fmt: skip
def test_the_zip_for_a_system_is_as_the_pages_are(
    tmp_path: Path, options: dict[str, str], flags: list[str], there: bool
) -> None:
    grade(tmp_path, options)
    done = CliRunner().invoke(main, ["feedback", "moodle", "--output", str(tmp_path), *flags])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "moodle-feedback.zip") as packed:
        (name,) = packed.namelist()
        assert (f"{SECRET}-cell" in packed.read(name).decode()) == there


def test_the_terminal_says_how_many_and_how_to_release_them() -> None:
    assert words.withheld_remark([RESULT, replace(RESULT, questions=(), cells=())]).startswith(
        "In the learners' files of 1 of 2 some texts are withheld")
    assert "--release-messages" in words.withheld_remark([RESULT])
    assert words.withheld_remark([replace(RESULT, questions=(), cells=())]) == ""


def test_no_more_cells_than_on_the_page_are_told() -> None:
    cells = tuple(CellResult(number, "raised", 0.1, "ValueError: x") for number in range(500))
    said = json.dumps(results_json(replace(RESULT, cells=cells)))
    assert said.count("Code cell ") == 20


def test_an_export_says_who_ran_without_the_sandbox(tmp_path: Path) -> None:
    other = replace(RESULT, learner="Bob")
    for target in ("csv", "gradescope"):
        done = export(target, [replace(RESULT, sandbox="none"), other], tmp_path / f"{target}.csv")
        assert done.unconfined == ("Ada_17",)
        assert any("1 ran without the sandbox" in line and "Ada_17" in line for line in done.remarks())
        assert not export(target, [RESULT, other], tmp_path / f"{target}.csv").unconfined
