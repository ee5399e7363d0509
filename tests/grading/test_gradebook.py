"""The gradebook: what goes in comes out, nothing half is ever in it, and one grader at a time."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.grading.gradebook import VERSION, Gradebook
from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict

pytestmark = pytest.mark.fast

RESULT = SubmissionResult(
    learner="Émilie =cmd() <b>\ufffd",
    submission="02.ipynb",
    assignment="90-sample",
    status=Verdict.TIMEOUT,
    reason="Code cell 3 was stopped after 5 s.",
    questions=(
        QuestionResult("q1", 2.5, 4.0, "in-place", (CaseResult("q1 - 1", True, False, 2.5, ""),)),
        QuestionResult("q2", 0.0, 3.0, "not-checked", (), "why"),
    ),
    cells=(CellResult(0, "ok", 0.25), CellResult(1, "raised", 0.5, "ValueError: ' \" ; --")),
    seconds=1.5,
    sandbox="full",
    output="text\n",
    flags=("a", "b"),
    environment={"python": "3"},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "grades" / "gradebook.sqlite"


def filled(path: Path, *results: SubmissionResult) -> None:
    with Gradebook(path) as book:
        book.begin_run({"jobs": 2})
        for result in results:
            book.record(result, "f" * 64)
        book.end_run()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchall()


def test_a_result_comes_back_as_it_went_in(path: Path) -> None:
    filled(path, RESULT)
    with Gradebook(path) as book:
        assert book.results() == [RESULT]
        assert book.find(RESULT.learner, "02.ipynb", "f" * 64) == RESULT
        assert book.find(RESULT.learner, "02.ipynb", "e" * 64) is None
        assert book.find("bob", "02.ipynb", "f" * 64) is None


def test_it_can_be_read_with_sql(path: Path) -> None:
    filled(path, RESULT)
    assert rows(path, "SELECT learner, status, score, possible, sandbox FROM submission") == [
        (RESULT.learner, "timeout", 2.5, 7.0, "full")
    ]
    assert rows(path, "SELECT name, score, possible, checked FROM question ORDER BY position") == [
        ("q1", 2.5, 4.0, "in-place"), ("q2", 0.0, 3.0, "not-checked"),
    ]  # fmt: skip
    assert rows(path, "SELECT options, ended IS NOT NULL FROM run") == [('{"jobs": 2}', 1)]


def test_a_new_grading_replaces_the_old_one(path: Path) -> None:
    better = replace(RESULT, questions=(replace(RESULT.questions[0], score=4.0),))
    other = replace(RESULT, learner="bob")
    filled(path, RESULT, other, better)
    with Gradebook(path) as book:
        assert book.results() == [other, better]
    assert rows(path, "SELECT count(*) FROM question") == [(3,)]


def test_one_file_handed_in_for_two_exercises_is_two_rows(path: Path) -> None:
    unknown = replace(RESULT, assignment="", status=Verdict.UNREADABLE)
    second = replace(RESULT, assignment="91-other")
    filled(path, unknown, RESULT, second)
    with Gradebook(path) as book:
        assert book.results() == [RESULT, second]


def test_a_write_that_fails_leaves_the_old_row(path: Path) -> None:
    broken = replace(RESULT, reason="new", questions=(replace(RESULT.questions[0], score=None),))  # type: ignore
    filled(path, RESULT)
    with Gradebook(path) as book:
        book.begin_run({})
        with pytest.raises((CourseError, TypeError)):
            book.record(broken, "")
        assert book.results() == [RESULT]


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
        book.begin_run({})
        book._connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be full
        with pytest.raises(CourseError, match=r"disk is full.*run the same command again"):
            for number in range(100):
                book.record(replace(RESULT, learner=str(number), output="x" * 10_000), "")
    with Gradebook(path) as book:
        assert RESULT in book.results()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "grades").write_text("a file")
    with pytest.raises(CourseError, match="cannot be"):
        Gradebook(tmp_path / "grades" / "gradebook.sqlite")
