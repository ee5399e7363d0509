"""Everything handed in is found, each once, and nothing is lost on the way."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.submissions.find import find, refuse_output
from tests.submissions.class_folder import NAME, learners, notebook, put

pytestmark = [pytest.mark.fast, pytest.mark.usefixtures("exercises")]


def test_the_same_file_name_from_two_learners_gives_two_rows(tmp_path: Path) -> None:
    put(tmp_path / "alice" / f"{NAME}.ipynb")
    put(tmp_path / "bob" / f"{NAME}.ipynb")
    assert learners(tmp_path) == [("alice", f"{NAME}.ipynb"), ("bob", f"{NAME}.ipynb")]


def test_two_files_of_one_learner_and_one_name_stay_two(tmp_path: Path) -> None:
    put(tmp_path / "alice" / "first" / f"{NAME}.ipynb")
    put(tmp_path / "alice" / "second" / f"{NAME}.ipynb")
    assert learners(tmp_path) == [
        ("alice", f"alice/first/{NAME}.ipynb"),
        ("alice", f"alice/second/{NAME}.ipynb"),
    ]
    put(tmp_path / "1" / "bob.ipynb")
    put(tmp_path / "2" / "bob.ipynb")
    assert learners(tmp_path / "1", tmp_path / "2") == [("bob", "bob.ipynb"), ("bob", "bob.ipynb (2)")]


def test_a_name_composed_in_two_ways_is_one_name(tmp_path: Path) -> None:
    put(tmp_path / "E\u0301milie.ipynb")
    assert learners(tmp_path) == [("Émilie", "Émilie.ipynb")]


def test_a_file_name_that_is_not_text_is_kept(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    with open(os.path.join(os.fsencode(tmp_path / "class"), b"bad\xff.ipynb"), "w") as file:
        file.write(notebook())
    assert learners(tmp_path / "class") == [("bad\ufffd", "bad\ufffd.ipynb")]


def test_what_jupyter_and_the_course_put_there_is_not_handed_in(tmp_path: Path) -> None:
    put(tmp_path / "alice" / f"{NAME}.ipynb")
    put(tmp_path / "alice" / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb")
    put(tmp_path / "alice" / "digits.py")
    put(tmp_path / "alice" / "essay.pdf")
    search = find([tmp_path])
    assert [item.learner for item in search.found] == ["alice"]
    assert [path.name for path in search.others] == ["essay.pdf"]


def test_a_path_given_twice_is_graded_once(tmp_path: Path) -> None:
    file = put(tmp_path / "alice.ipynb")
    assert len(learners(tmp_path, file)) == 1


def test_a_wrong_path_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"There is no /.*nowhere\. Give a folder"):
        find([tmp_path / "nowhere"])
    with pytest.raises(CourseError, match="no notebook and no zip"):
        find([tmp_path])


def test_a_path_that_is_not_there_is_said_with_the_folder_it_was_looked_for_in(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError, match=rf"There is no submissions in {re.escape(str(tmp_path))}\. Give a folder"):
        find([Path("submissions")])


def test_a_folder_that_cannot_be_searched_is_an_error_and_nobody_is_missing_without_a_word(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "class" / "alice.ipynb")
    put(tmp_path / "class" / "bob b" / f"{NAME}.ipynb")
    scandir = os.scandir

    def locked(folder: str | Path) -> os.PathLike[str]:
        if Path(folder).name == "bob b":  # root may read everything, so permissions would not do
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)  # type: ignore[return-value]

    monkeypatch.setattr(os, "scandir", locked)
    remedy = f"chmod -R u+rX '{tmp_path}/class/bob b'"
    with pytest.raises(CourseError, match=rf"bob b cannot be searched \(Permission denied\)\..*{re.escape(remedy)}"):
        find([tmp_path / "class"])


def test_what_an_earlier_grading_wrote_is_nobodys_work(tmp_path: Path) -> None:
    """Into another output folder, in or around that of the submissions."""
    for output in (tmp_path, tmp_path / "grades-1"):
        put(output / "assignments" / "28ffe2c5" / "files" / f"{NAME}.ipynb")
        for name in ("gradebook.sqlite", "report.html", "grades.csv", "feedback/alice.html", "results/alice.json",
                     "instructor-only/alice.html", "moodle-feedback.zip"):
            (output / name).parent.mkdir(parents=True, exist_ok=True)
            (output / name).write_bytes(b"")
    put(tmp_path / "alice" / f"{NAME}.ipynb")
    put(tmp_path / "bob" / "results" / f"{NAME}.ipynb")
    search = find([tmp_path])
    assert [item.learner for item in search.found] == ["alice", "bob"] and not search.others
    assert len([why for _, why in search.left if why == "an earlier grading wrote it"]) == 16


@pytest.mark.parametrize(("path", "output", "message"), [
    ("class", "class", "is where the submissions lie. What is written there would be taken for work"),
    ("class", "class/../class", "is where the submissions lie"), ("class", "link", "is where the submissions lie"),
    ("grades/results", "grades", "is what the grader itself writes"),
    ("grades/assignments/x", "grades", "is what the grader itself writes"),
    ("other", "dist", "is where the assignment lies"),
])  # fmt: skip
def test_an_output_among_the_submissions_is_refused(tmp_path: Path, path: str, output: str, message: str) -> None:
    for name in ("class", "grades/results", "grades/assignments/x", "other", "dist"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to("class")
    with pytest.raises(CourseError, match=re.escape(message)):
        refuse_output([tmp_path / path], tmp_path / output, tmp_path / "dist")
    for beside in ("class/grades", "grades-2"):
        refuse_output([tmp_path / "class"], tmp_path / beside, tmp_path / "dist")
    refuse_output([tmp_path / "class"], tmp_path)  # as the sample class does


@pytest.mark.parametrize("name", ["grades.csv", "questions.csv", "points.csv", "report.html"])
def test_a_table_of_somebody_elses_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "spring").mkdir()
    (tmp_path / "spring" / name).write_text("mine")
    with pytest.raises(CourseError, match=rf"spring/{re.escape(name)} would be overwritten, and the grader did not"):
        refuse_output([tmp_path / "class"], tmp_path / "spring")
    (tmp_path / "spring" / "grading.log").write_text("")
    refuse_output([tmp_path / "class"], tmp_path / "spring")
