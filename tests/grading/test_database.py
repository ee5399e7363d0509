"""The gradebook's file: one grader at a time, what is none stays as it is, an earlier version is brought up to date."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course import CourseError
from autograder.grading.adjust import adjust
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.schema import MIGRATIONS, VERSION
from tests.grading.gradebooks import RESULT, filled, rows

pytestmark = pytest.mark.fast


def test_a_second_grader_is_turned_away(path: Path) -> None:
    with Gradebook(path), pytest.raises(CourseError, match="in use by another grader"):
        Gradebook(path)
    Gradebook(path).close()


def test_a_newer_gradebook_is_not_touched(path: Path) -> None:
    filled(path, RESULT)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(CourseError, match="newer version"):
        Gradebook(path)
    assert path.read_bytes() == before


def test_another_database_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(CourseError, match="not a gradebook"):
        Gradebook(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"hello" * 1000)
    with pytest.raises(CourseError, match="not a gradebook, or it is damaged"):
        Gradebook(path)
    assert path.read_bytes() == b"hello" * 1000


def test_a_full_disk_is_said(path: Path) -> None:
    filled(path, RESULT)
    with Gradebook(path) as book:
        book.begin_batch({})
        book.database.connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be full
        with pytest.raises(CourseError, match=r"disk is full.*run the same command again"):
            for number in range(100):
                book.record(replace(RESULT, learner=str(number), output="x" * 10_000), "")
    with Gradebook(path) as book:
        assert RESULT in book.results()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "grades").write_text("a file")
    with pytest.raises(CourseError, match=r"cannot be .*grades is a file, and --output names a folder"):
        Gradebook(tmp_path / "grades" / "gradebook.sqlite")
    (tmp_path / "more" / "gradebook.sqlite").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"cannot be opened .*more yours to write to\? Else choose another"):
        Gradebook(tmp_path / "more" / "gradebook.sqlite")


VERSION_1 = """
PRAGMA application_id = 1380206402;
PRAGMA user_version = 1;
CREATE TABLE run (id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, options TEXT NOT NULL);
CREATE TABLE submission (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (id), learner TEXT NOT NULL, name TEXT NOT NULL,
    assignment TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, score REAL NOT NULL,
    possible REAL NOT NULL, seconds REAL NOT NULL, sandbox TEXT NOT NULL, fingerprint TEXT NOT NULL,
    graded TEXT NOT NULL, result TEXT NOT NULL, UNIQUE (learner, name, assignment)
);
CREATE TABLE question (
    submission INTEGER NOT NULL REFERENCES submission (id) ON DELETE CASCADE, position INTEGER NOT NULL,
    name TEXT NOT NULL, score REAL NOT NULL, possible REAL NOT NULL, checked TEXT NOT NULL,
    PRIMARY KEY (submission, position)
);
"""
"""As version 1 of this program began a gradebook."""


@pytest.fixture
def old(path: Path) -> Path:
    """A gradebook of version 1, with one batch in it."""
    result = RESULT.to_json()
    for question in result["questions"]:
        del question["adjustment"]
    for newer in ("order", "late", "portrait", "handed_in", "attempt", "attempts"):
        del result[newer]
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1)
        connection.execute("INSERT INTO run VALUES (1, 'then', 'later', '{}')")
        connection.execute(
            "INSERT INTO submission VALUES (7, 1, ?, ?, ?, 'timeout', '', 2.5, 7, 1.5, 'full', ?, 'then', ?)",
            (RESULT.learner, RESULT.submission, RESULT.assignment, "f" * 64, json.dumps(result)),
        )
        connection.execute("INSERT INTO question VALUES (7, 0, 'q1', 2.5, 4, 'in-place')")
    return path


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: rows(path, f"PRAGMA table_info({table})")
        for (table,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    }


def test_a_gradebook_of_version_1_is_brought_up_to_date(old: Path, tmp_path: Path) -> None:
    with Gradebook(old) as book:
        assert book.results(newest_batch=True) == [RESULT]
        assert book.find(RESULT.learner, RESULT.submission, "f" * 64) == RESULT
        adjust(book, RESULT.learner, "q1", 4.0, "why")
    new = tmp_path / "new.sqlite"
    filled(new)
    assert columns(old) == columns(new)
    assert rows(old, "PRAGMA user_version") == [(VERSION,)]
    assert rows(old, "SELECT id, name FROM submission") == [(7, "02.ipynb")]
    assert rows(old, "SELECT count(*) FROM question") == [(1,)]


def test_as_it_was_it_stays_beside_it(old: Path) -> None:
    def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
        return {table: rows(path, f"SELECT * FROM {table}") for table in columns(path)}

    before, known = everything(old), columns(old)
    Gradebook(old).close()
    copy = old.with_name("gradebook-version-1.sqlite")
    assert (everything(copy), columns(copy), rows(copy, "PRAGMA user_version")) == (before, known, [(1,)])
    Gradebook(old).close()
    assert sorted(path.name for path in old.parent.iterdir()) == ["gradebook-version-1.sqlite", "gradebook.sqlite"]
    copy.replace(old)
    copy.write_text("another")
    Gradebook(old).close()
    assert copy.read_text() == "another"
    assert columns(old.with_name("gradebook-version-1-2.sqlite")) == known


def test_an_update_that_fails_leaves_the_old_gradebook(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = columns(old)
    monkeypatch.setitem(MIGRATIONS, 1, MIGRATIONS[1] + "CREATE TABLE adjustment (x);")
    with pytest.raises(CourseError, match="already exists"):
        Gradebook(old)
    assert (columns(old), rows(old, "PRAGMA user_version")) == (before, [(1,)])
