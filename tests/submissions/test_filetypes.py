"""What is handed in in place of a notebook is named as what it is, is its learner's, and is not forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.submissions.find import find
from autograder.submissions.read import read_submission
from tests.submissions.class_folder import NAME, notebook, put

pytestmark = pytest.mark.fast

CONFLICT = notebook().replace('"cells"', '\n<<<<<<< HEAD\n"cells"').replace(
    '"metadata"', '\n=======\n"metadata"', 1) + "\n>>>>>>> theirs\n"


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("x.ipynb", "", "The file is empty: nothing was saved"), ("x.ipynb", "\n \n", "The file is empty"),
    ("x.ipynb", "<!DOCTYPE html><html>", "saved web page, not the notebook"),
    ("x.ipynb", "\ufeff\n<html>", "saved web page"), ("x.ipynb", "%PDF-1.7", "This is a PDF, although"),
    ("x.ipynb", '{"url": "https://colab.example/drive/1", "doc_id": "1"}', "link to Google Drive or Colab"),
    ("x.ipynb", CONFLICT, "merge conflicts of Git"), ("x.ipynb", "import numpy as np\n", "Python script, although"),
    ("x.ipynb", "version https://git-lfs.example/spec/v1\n", "Git LFS' pointer"),
    ("x.zip", "<html>", "The zip is damaged and cannot be read."),
    ("x.zip", "Rar!", "This is a RAR archive, although its name ends like a zip's"),
    ("x.py", "x = 1", "This is a Python script, not a notebook"),
    ("x.webloc", "<plist>", "link to a web page"), ("x.html", "<html>", "web page"), ("x.pdf", "%PDF-", "PDF"),
    ("x.url", "[InternetShortcut]", "link to a web page"), ("x.gdoc", "{}", "Google Drive"),
])  # fmt: skip
def test_it_is_named_as_what_it_is(tmp_path: Path, name: str, content: str, reason: str) -> None:
    put(tmp_path / "class" / "bob" / name, content)
    put(tmp_path / "class" / "alice" / f"{NAME}.ipynb")
    found = {item.learner: item for item in find([tmp_path / "class"]).found}
    assert set(found) == {"alice", "bob"}
    read = read_submission(found["bob"], NAME, [NAME])
    assert (read.problem, read.cells) == ("unreadable", ()) and reason in read.reason
    assert not read_submission(found["alice"], NAME, [NAME]).problem


@pytest.mark.parametrize("name", [f"{NAME}.ipynb.json", f"{NAME}.ipynb.txt"])
def test_what_browsers_make_of_a_notebook_is_read(tmp_path: Path, name: str) -> None:
    put(tmp_path / "bob" / name)
    (item,) = find([tmp_path]).found
    assert (item.learner, read_submission(item, NAME, [NAME]).problem) == ("bob", "")


def test_a_notebook_that_shows_a_conflict_is_a_notebook(tmp_path: Path) -> None:
    document = json.loads(notebook())
    document["cells"][0]["source"] = "x = '''\n<<<<<<< HEAD\n=======\n>>>>>>> b'''"
    put(tmp_path / "bob.ipynb", json.dumps(document, indent=1))
    assert not read_submission(find([tmp_path]).found[0], NAME, [NAME]).problem


def test_what_lies_beside_a_notebook_stands_for_nobody(tmp_path: Path) -> None:
    put(tmp_path / "class" / "bob" / f"{NAME}.ipynb")
    for name in ("bob/notes.pdf", "rubric.pdf", "bob/deep/x.py"):
        put(tmp_path / "class" / name, "x")
    search = find([tmp_path / "class"])
    assert [item.name for item in search.found] == [f"{NAME}.ipynb"]
    assert {path.relative_to(tmp_path).as_posix() for path in search.others} == {
        "class/bob/notes.pdf", "class/rubric.pdf", "class/bob/deep/x.py"}  # fmt: skip


def test_what_is_not_searched_is_mentioned(tmp_path: Path) -> None:
    put(tmp_path / "class" / "alice" / f"{NAME}.ipynb")
    put(tmp_path / "class" / ".bob" / f"{NAME}.ipynb")
    put(tmp_path / "class" / "node_modules" / "carol.ipynb")
    put(tmp_path / "class" / ".dave.ipynb")
    put(tmp_path / "class" / "alice" / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb")
    put(tmp_path / "class" / ".config" / "settings")
    put(tmp_path / "eve" / f"{NAME}.ipynb")
    (tmp_path / "class" / "eve").symlink_to(tmp_path / "eve")
    search = find([tmp_path / "class"])
    assert [item.learner for item in search.found] == ["alice"]
    (said,) = search.remarks
    for name in (".bob", "node_modules", ".dave.ipynb", "eve (a link to a folder)"):
        assert f"{tmp_path}/class/{name}" in said
    assert "checkpoints" not in said and ".config" not in said
