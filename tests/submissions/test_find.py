"""Who handed in what: names from paths, one row for each thing handed in, and nothing lost on the way."""

from __future__ import annotations

import json
import os
import re
import socket
import zipfile
from pathlib import Path

import pytest

from autograder import course
from autograder.course import METADATA_KEY, CourseError
from autograder.submissions.find import Search, find
from autograder.submissions.identity import needs
from autograder.submissions.read import Submission, read_submission

pytestmark = pytest.mark.fast

NAME = "02-preprocessing"
KNOWN = [NAME, "04-model"]


@pytest.fixture(autouse=True)
def exercises(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    solutions = tmp_path_factory.mktemp("solutions")
    for name in KNOWN:
        (solutions / name).mkdir()
        (solutions / name / "master.md").touch()
    monkeypatch.setattr(course, "SOLUTIONS", solutions)


def notebook(assignment: str | None = NAME) -> str:
    metadata = {METADATA_KEY: {"assignment": assignment}} if assignment else {}
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def put(path: Path, text: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook() if text is None else text, encoding="utf-8")
    return path


def learners(*paths: Path) -> list[tuple[str, str]]:
    return [(item.learner, item.name) for item in find(paths).found]


def read(path: Path, assignment: str | None = None) -> Submission:
    (item,) = find([path]).found
    return read_submission(item, assignment, KNOWN)


@pytest.mark.parametrize(
    ("inside", "learner"),
    [
        ("alice.ipynb", "alice"),
        (f"alice/{NAME}.ipynb", "alice"),
        ("alice/anything.ipynb", "alice"),
        (f"alice/{NAME}/{NAME}.ipynb", "alice"),
        (f"{NAME}/alice.ipynb", "alice"),
        (f"{NAME}/alice/work.ipynb", "alice"),
        (f"alice_{NAME}.ipynb", "alice"),
        (f"{NAME}-alice.ipynb", "alice"),
        (f"{NAME} (1).ipynb", f"{NAME} (1)"),
        (f"{NAME}_2026_01_31T09_30_00_123456 (1).zip", f"{NAME}_2026_01_31T09_30_00_123456 (1)"),
        (f"{NAME}.ipynb", NAME),
        ("alice (1).ipynb", "alice"),
        (f"Kopie von {NAME}-alice.ipynb", "alice"),
        (f"Exercise 2/alice/{NAME}.ipynb", "alice"),
        (f"alice/{NAME}_2026_01_31T09_30_00_123456.zip", "alice"),
        (f"alice_{NAME}_2026_01_31T09_30_00_123456.zip", "alice"),
        ("Ångström Émilie.ipynb", "Ångström Émilie"),
        ("Ангелина/work.ipynb", "Ангелина"),
        ("x" * 240 + ".ipynb", "x" * 240),
        ("=cmd()<b>.ipynb", "=cmd()<b>"),
        ("two\nlines.ipynb", "two lines"),
    ],
)
def test_the_learner_is_named_by_the_path(tmp_path: Path, inside: str, learner: str) -> None:
    put(tmp_path / "class" / inside)
    assert [name for name, _ in learners(tmp_path / "class")] == [learner]


@pytest.mark.parametrize(
    ("path", "learner"),
    [
        ("alice.ipynb", "alice"),
        (f"alice/{NAME}.ipynb", "alice"),
        (f"alice/{NAME}/{NAME}.ipynb", "alice"),
    ],
)
def test_the_learner_of_a_single_file(tmp_path: Path, path: str, learner: str) -> None:
    assert [name for name, _ in learners(put(tmp_path / path))] == [learner]


def guessed(search: Search) -> dict[str, str]:
    """The files that nothing names for certain, and as whom they count; all of them are told, and no others."""
    told = {item.name: item.learner for item in search.found if item.identity.doubts}
    said = " ".join(needs(search.found))
    for item in search.found:
        assert (f"{item.identity.file} (as {item.learner})" in said) == bool(item.identity.doubts)
        assert item.identity.status == ("check" if item.identity.doubts else "certain")
    return told


class TestANameThatNobodyGave:
    def test_that_of_the_folder_on_the_command_line(self, tmp_path: Path) -> None:
        put(tmp_path / "class" / "alice.ipynb")
        lone = put(tmp_path / "class" / f"{NAME}.ipynb")
        put(tmp_path / "class" / NAME / f"{NAME} (1).ipynb")
        nobodys = {f"{NAME}.ipynb": NAME, f"{NAME} (1).ipynb": f"{NAME} (1)"}
        assert guessed(find([tmp_path / "class"])) == nobodys, "two people, and neither of them is called class"
        put(tmp_path / "class" / "carol" / f"{NAME}.ipynb")
        lone.rename(tmp_path / "class" / "bob.ipynb")
        search = find([tmp_path / "class"])
        assert guessed(search) == {f"{NAME} (1).ipynb": f"{NAME} (1)"}
        assert {item.learner for item in search.found if not item.identity.doubts} == {"alice", "bob", "carol"}

    def test_but_not_where_each_folder_is_named_there(self, tmp_path: Path) -> None:
        """As a shell writes them for `class/*`."""
        folders = [put(tmp_path / name / f"{NAME}.ipynb").parent for name in ("alice", "bob")]
        search = find(folders)
        assert (guessed(search), [item.learner for item in search.found]) == ({}, ["alice", "bob"])
        put(tmp_path / "alice" / "carol.ipynb")
        assert guessed(find(folders)) == {f"{NAME}.ipynb": NAME}, "that folder is not one learner's"

    @pytest.mark.parametrize("system", [
        ["ada_1_5_x.ipynb", "bob_2_6_x.ipynb", "li_LATE_3_7_x.zip"],
        [f"{name}_assignsubmission_file{end}" for name, end in (
            ("Ada_1", "/x.ipynb"), ("Bob_2", "_/deep/x.ipynb"), ("Li_3", "_x.ipynb"))],
    ], ids=["Canvas", "Moodle"])  # fmt: skip
    @pytest.mark.parametrize("around", ["", "download/"])
    def test_an_odd_one_in_a_download(self, tmp_path: Path, system: list[str], around: str) -> None:
        files = [put(tmp_path / "class" / f"{around}{name}") for name in (*system, "scan.ipynb")]
        assert guessed(find([tmp_path / "class"])) == {"scan.ipynb": "scan"}
        if not around:
            assert guessed(find(files)) == {"scan.ipynb": "scan"}, "also when the files themselves are named"
        put(tmp_path / "class" / "Zoe" / "work.ipynb")
        search = find([tmp_path / "class"])
        assert "Zoe" in {item.learner for item in search.found}, "a folder of her own names her"
        if around:
            assert set(guessed(search)) == {Path(name).name for name in (*system, "scan.ipynb")}
            assert f"grade {tmp_path}/class/download by itself" in " ".join(needs(search.found))
        else:
            odd = {"work.ipynb": "Zoe"} if "assignsubmission" in system[0] else {}
            assert guessed(search) == {"scan.ipynb": "scan", **odd}, "Moodle has folders of its own"

    def test_but_not_where_most_names_are_our_own(self, tmp_path: Path) -> None:
        for name in ("alice", "bob", "carol_4_9_x"):
            put(tmp_path / "class" / f"{name}.ipynb")
        assert guessed(find([tmp_path / "class"])) == {}
        assert guessed(find(sorted((tmp_path / "class").iterdir()))) == {}

    def test_a_submission_without_authors_in_gradescopes_export(self, tmp_path: Path) -> None:
        export = tmp_path / "assignment_7_export"
        for number in (98765, 98766, 98767):
            put(export / f"submission_{number}" / f"work{number}.ipynb")
        who = "".join(f"submission_{number}:\n  :submitters:\n  - :name: {name}\n"
                      for number, name in ((98765, "Ada"), (98766, "Bob")))  # fmt: skip
        put(export / "submission_metadata.yml", who)
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as made:
            for path in export.rglob("*.*"):
                made.write(path, path.relative_to(tmp_path))
        for path in (export, tmp_path / "class.zip"):
            search = find([path])
            assert guessed(search) == {"work98767.ipynb": "submission_98767"}
        (export / "submission_metadata.yml").unlink()
        assert len(guessed(find([export]))) == 3, "their numbers name nobody"

    def test_many_are_as_many_people(self, tmp_path: Path) -> None:
        for number in range(13):
            put(tmp_path / "class" / NAME / f"{NAME}_{number}.ipynb")
        assert len(set(guessed(find([tmp_path / "class"])).values())) == 13


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
