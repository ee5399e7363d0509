"""The gradebook: what goes in comes out, and nothing half is ever in it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import Verdict
from tests.grading.gradebooks import RESULT, filled, rows

pytestmark = pytest.mark.fast


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
        book.begin_batch({})
        with pytest.raises((CourseError, TypeError)):
            book.record(broken, "")
        assert book.results() == [RESULT]


def test_only_the_newest_batch_can_be_asked_for(path: Path) -> None:
    other = replace(RESULT, learner="bob")
    filled(path, RESULT, other)
    with Gradebook(path) as book:
        book.begin_batch({})
        book.handed_in_again([(other, other)])
        assert book.results(newest_batch=True) == [other]
        assert book.results() == [other, RESULT]
        late = replace(other, late=True)
        book.handed_in_again([(other, late)])
        assert book.results() == [late, RESULT], "what changed is kept"


@pytest.mark.parametrize("stored", ["{", "[]", "null", '{"learner": 1}', "[" * 100_000, b"\xff"])
def test_a_row_that_cannot_be_read_is_named_and_grading_again_mends_it(path: Path, stored: str | bytes) -> None:
    other = replace(RESULT, learner="bob", submission="lab.ipynb")
    filled(path, RESULT, other)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE submission SET result = ? WHERE learner = 'bob'", (stored,))
    with Gradebook(path) as book:
        for read in (book.results, book.counting):
            with pytest.raises(CourseError, match=r"1 of its 2 results cannot be read") as caught:
                read()
            for said in ("'lab.ipynb' by 'bob'", RESULT.assignment, "row 2", "Grade again", "nothing of them is lost"):
                assert said in str(caught.value)
        assert book.find("bob", "lab.ipynb", "f" * 64) is None
        assert book.find(RESULT.learner, "02.ipynb", "f" * 64) == RESULT
        book.begin_batch({})
        book.record(other, "f" * 64)
        assert len(book.results()) == 2


def test_a_damaged_row_is_one_message_of_every_command(path: Path) -> None:
    filled(path, RESULT)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE submission SET result = '{'")
    for command in (["export", "csv"], ["feedback", "moodle"], ["adjust", RESULT.learner, "q1", "1", "--reason", "x"]):
        done = CliRunner().invoke(main, [*command, "--output", str(path.parent)])
        assert (done.exit_code, "results cannot be read" in done.stderr) == (2, True), done.stderr
        assert done.stderr.count("\n") == 1
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE run SET options = '{'")
    with Gradebook(path) as book, pytest.raises(CourseError, match="No score is lost"):
        book.options()
