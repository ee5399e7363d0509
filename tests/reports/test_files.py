"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.reports import files

pytestmark = pytest.mark.fast


def test_writes_and_replaces_without_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    files.write_text(path, "eins\nzwei\n")
    files.write_text(path, "drei é\r\n")
    assert path.read_bytes() == "drei é\r\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    def full(source: object, target: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CourseError, match=r"a\.txt.*No space left.*disk has room"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "feedback").write_text("in the way")
    with pytest.raises(CourseError, match=r"feedback"):
        files.write_text(tmp_path / "feedback" / "a.html", "x")


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / "a.html"
    link.symlink_to(outside)
    files.write_text(link, "page")
    assert outside.read_text() == "mine" and not link.is_symlink()
