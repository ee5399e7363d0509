"""What is found is read, or there is a reason why not."""

from __future__ import annotations

import os
import socket
import zipfile
from pathlib import Path

import pytest

from autograder.submissions.find import find
from autograder.submissions.read import Submission, read_submission
from tests.submissions.class_folder import KNOWN, NAME, notebook, put

pytestmark = [pytest.mark.fast, pytest.mark.usefixtures("exercises")]


def read(path: Path, assignment: str | None = None) -> Submission:
    (item,) = find([path]).found
    return read_submission(item, assignment, KNOWN)


def test_the_exercise_comes_from_the_notebook_or_from_the_instructor(tmp_path: Path) -> None:
    file = put(tmp_path / "alice.ipynb")
    assert (read(file).assignment, read(file).problem) == (NAME, "")
    assert read(file, NAME).problem == ""
    unnamed = put(tmp_path / "bob.ipynb", notebook(None))
    assert (read(unnamed, NAME).assignment, read(unnamed, NAME).problem) == (NAME, "")


@pytest.mark.parametrize(
    ("says", "asked", "reason"),
    [
        ("04-model", NAME, "is for 04-model; 02-preprocessing is being graded"),
        (None, None, "does not say which exercise"),
        ("99-other", None, "not an exercise of this course"),
        ("../../etc", None, "not an exercise of this course"),
    ],
)
def test_the_wrong_assignment_is_said(
    tmp_path: Path, says: str | None, asked: str | None, reason: str
) -> None:
    submission = read(put(tmp_path / "alice.ipynb", notebook(says)), asked)
    assert submission.problem == "wrong-assignment"
    assert reason in submission.reason
    assert submission.assignment == (asked or "")


def test_a_zip_gives_its_notebook_and_files_but_never_the_courses_own(tmp_path: Path) -> None:
    path = tmp_path / "alice.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in ((f"{NAME}.ipynb", notebook()), ("helper.py", "y = 2"), ("digits.py", "evil")):
            made.writestr(name, content)
    submission = read(path)
    assert [cell.source for cell in submission.cells] == ["x = 1"]
    assert submission.files == {"helper.py": b"y = 2"}


@pytest.mark.parametrize("suffix", [".ipynb", ".zip"])
def test_a_link_is_not_followed(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "secret").write_text(notebook())
    link = tmp_path / f"alice{suffix}"
    link.symlink_to(tmp_path / "secret")
    submission = read(link)
    assert (submission.problem, submission.cells) == ("unreadable", ())
    assert "link" in submission.reason


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alice.ipynb")
    assert "not a plain file" in read(tmp_path / "alice.ipynb").reason


def test_a_socket_is_no_plain_file_either(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "alice.ipynb"))
        assert "not a plain file" in read(tmp_path / "alice.ipynb").reason


def test_a_file_that_is_too_large_is_told_how_large_it_may_be(tmp_path: Path) -> None:
    with (tmp_path / "alice.ipynb").open("wb") as file:
        file.truncate((32 << 20) + 1)
    assert "The file is too large: 32 MB, at most 32 MB. Clear its outputs" in read(tmp_path / "alice.ipynb").reason


def test_another_kind_of_file_is_refused_by_name(tmp_path: Path) -> None:
    assert "This is a PDF, not a notebook. Open the notebook in Jupyter" in read(put(tmp_path / "essay.pdf")).reason
    assert "neither a notebook" in read(put(tmp_path / "essay.xyz")).reason


def test_an_unreadable_file_keeps_its_hash_and_its_reason(tmp_path: Path) -> None:
    submission = read(put(tmp_path / "alice.ipynb", "{"), NAME)
    assert (submission.problem, submission.assignment) == ("unreadable", NAME)
    assert len(submission.sha256) == 64
    assert "malformed" in submission.reason
