"""The zip of feedback pages that Moodle or Canvas gives back, read by the rules by which those systems read it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading.results import SubmissionResult
from autograder.reports.handback import handback
from autograder.submissions.identity import Identity
from autograder.submissions.systems import canvas, moodle
from tests.reports.made_up import kept, made_up_class

pytestmark = pytest.mark.fast


def pages(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def moodle_reads(name: str) -> tuple[int, str] | None:
    """Participant and file name, as `is_valid_filename_for_import` of Moodle's importziplib.php finds them."""
    if name.startswith((".", "~")):
        return None
    parts = name.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not info[1].isdecimal() or info[2:4] != ["assignsubmission", "file"]:
            continue
        return int(info[1]), "/".join([*info[4:], *parts])
    return None


def canvas_reads(name: str) -> tuple[int, int]:
    """User and upload, as `infer_comment_context_from_filename` of Canvas finds them: the first two numbers."""
    user, upload = [int(part) for part in name.split("_") if part.isdecimal()][:2]
    return user, upload


def from_moodle(learners: list[str]) -> list[SubmissionResult]:
    return [replace(result, learner=learner, submission="02-preprocessing.ipynb")
            for result, learner in zip(made_up_class(12), learners, strict=False)]


def from_canvas(files: list[str]) -> list[SubmissionResult]:
    results = []
    for result, file in zip(made_up_class(12), files, strict=False):
        named = canvas.named(file)
        assert named
        results.append(replace(result, learner=named.learner, submission=file, order=named.order))
    return results


def test_moodle_finds_each_learner(tmp_path: Path) -> None:
    results = from_moodle(["Ada Lovelace_88101", "Zoë O'Brontë-明_88102", "under_scored_1_88103", ".hidden_88104"])
    done = handback("moodle", results, tmp_path / "back.zip")
    read = {moodle_reads(name): page for name, page in pages(done.path).items()}
    assert set(read) == {(88101 + number, "02-preprocessing.html") for number in range(4)}
    for result in results:
        page = read[int(result.learner.rsplit("_", 1)[1]), "02-preprocessing.html"]
        others = [other.learner for other in results if other is not result]
        assert not any(other in page for other in others), "a page of somebody else's"
    assert len(done.written) == 4 and done.remarks() == []


def test_canvas_finds_each_upload(tmp_path: Path) -> None:
    files = ["lovelaceada_LATE_40312_991_02-preprocessing-1.ipynb", "doelee_40313_992_lab_7_8.ipynb"]
    done = handback("canvas", from_canvas(files), tmp_path / "back.zip")
    assert {canvas_reads(name) for name in pages(done.path)} == {(40312, 991), (40313, 992)}
    assert all(PurePosixPath(name).suffix == ".html" for name in pages(done.path))


def test_anonymous_grading_in_canvas(tmp_path: Path) -> None:
    done = handback("canvas", from_canvas(["anon_Ab3dE_991_02-preprocessing.ipynb"]), tmp_path / "back.zip")
    (name,) = pages(done.path)
    assert name.split("_")[:3] == ["anon", "Ab3dE", "991"]


def test_who_it_is_must_be_certain(tmp_path: Path) -> None:
    learners = ["Ada Lovelace_88101", "by mail", "One_88102", "Another_88102"]
    done = handback("moodle", from_moodle(learners), tmp_path / "back.zip")
    assert [moodle_reads(name) for name in pages(done.path)] == [(88101, "02-preprocessing.html")]
    assert done.nameless == ("by mail",) and set(done.ambiguous) == {"One_88102", "Another_88102"}
    assert "1 left out, because their names" in done.remarks()[0] and "by mail" in done.remarks()[0]


def test_a_learner_cannot_take_a_name_that_canvas_gives(tmp_path: Path) -> None:
    """In a folder that Canvas did not make, the folder is the learner, whatever the file is called."""
    result = replace(made_up_class(12)[0], learner="mallory", submission="lovelaceada_40312_991_lab.ipynb")
    with pytest.raises(CourseError, match="Grade that download as it is"):
        handback("canvas", [result], tmp_path / "back.zip")
    assert not (tmp_path / "back.zip").exists()


def test_of_several_exercises_one_is_answered(tmp_path: Path) -> None:
    one = from_moodle(["Ada_1"])
    results = [*one, replace(one[0], assignment="03-dense-and-softmax")]
    with pytest.raises(CourseError, match="--assignment: 02-preprocessing, 03-dense-and-softmax"):
        handback("moodle", results, tmp_path / "back.zip")
    done = handback("moodle", results, tmp_path / "back.zip", assignment="03-dense-and-softmax")
    assert list(pages(done.path)) == ["Ada_1_assignsubmission_file_03-dense-and-softmax.html"]


def test_an_exercise_that_was_not_graded_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no submission of '03-dense', only of 02-preprocessing"):
        handback("moodle", from_moodle(["Ada_1"]), tmp_path / "back.zip", assignment="03-dense")


def test_a_file_of_no_exercise_does_not_stand_for_the_notebook(tmp_path: Path) -> None:
    notebook, = from_canvas(["lovelaceada_40312_991_lab.ipynb"])
    broken = replace(notebook, submission="lovelaceada_40312_990_notes.ipynb", assignment="", order=990)
    done = handback("canvas", [broken, notebook], tmp_path / "back.zip")
    assert [canvas_reads(name) for name in pages(done.path)] == [(40312, 991)]


def test_the_command(tmp_path: Path) -> None:
    kept(tmp_path, from_moodle(["Ada Lovelace_88101", "Bob_88102"]))
    done = CliRunner().invoke(main, ["feedback", "moodle", "--output", str(tmp_path)])
    assert done.exit_code == 0 and "2 pages" in done.output
    assert len(pages(tmp_path / "moodle-feedback.zip")) == 2
    done = CliRunner().invoke(main, ["feedback", "canvas", "--output", str(tmp_path)])
    assert done.exit_code == 2 and "No learner in the gradebook is named as Canvas names them" in done.output


def test_nobody_takes_anothers_page_by_a_second_mark_in_a_files_name(tmp_path: Path) -> None:
    """Without folders a learner chooses the end of Moodle's name."""
    results = []
    for result, file in zip(made_up_class(12), ("Ada_88103_assignsubmission_file_x.ipynb", (
            "Mallory_2_assignsubmission_file_Ada_88103_assignsubmission_file_x.ipynb")), strict=False):
        named = moodle.named(file)
        assert named
        results.append(replace(result, learner=named.learner, submission=file, identity=Identity(ids=named.ids)))
    done = handback("moodle", results, tmp_path / "back.zip")
    assert {moodle_reads(name)[0] for name in pages(done.path)} == {88103, 2}  # type: ignore[index]
    assert done.remarks() == []


def test_who_is_to_be_checked_gets_no_page(tmp_path: Path) -> None:
    ada, bob = from_moodle(["Ada_1", "Bob_2"])
    bob = replace(bob, identity=Identity(doubts=("it is not certain",)))
    done = handback("moodle", [ada, bob], tmp_path / "back.zip")
    assert done.written == ("Ada_1",) and "Bob_2" in done.remarks()[0] and "identity.csv" in done.remarks()[0]
