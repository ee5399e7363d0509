"""The gradebook: what goes in comes out, nothing half is ever in it, and one grader at a time."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading.adjust import adjust, undo
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.schema import MIGRATIONS, VERSION
from autograder.grading.results import (
    Adjustment,
    CaseResult,
    CellResult,
    QuestionResult,
    SubmissionResult,
    Verdict,
)

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


# --- scores set by hand ---


def test_a_score_set_by_hand_counts_and_says_what_it_was(path: Path) -> None:
    filled(path, RESULT, replace(RESULT, learner="bob"))
    with Gradebook(path) as book:
        done = adjust(book, RESULT.learner, "q2", 1.5, " shown \n in person ")
        assert (done.before, done.after, done.possible, done.assignment) == (0.0, 1.5, 3.0, "90-sample")
    with Gradebook(path) as book:
        by_learner = {result.learner: result for result in book.results()}
    assert by_learner["bob"].questions == RESULT.questions
    result = by_learner[RESULT.learner]
    assert (result.score, result.questions[0]) == (4.0, RESULT.questions[0])
    made = result.questions[1].adjustment
    assert made is not None and made.by and made.made
    assert (made.computed, made.before, made.reason) == (0.0, 0.0, "shown in person")
    assert replace(result.questions[1], score=0.0, adjustment=None) == RESULT.questions[1]
    assert SubmissionResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_it_survives_regrading_and_tells_what_the_checks_give_now(path: Path) -> None:
    better = replace(RESULT, questions=(RESULT.questions[0], replace(RESULT.questions[1], score=2.0)))
    another = replace(better, submission="03.ipynb")
    filled(path, RESULT)
    with Gradebook(path) as book:
        adjust(book, RESULT.learner, "q2", 1.0, "why")
    filled(path, better, another)
    with Gradebook(path) as book:
        assert book.find(RESULT.learner, "02.ipynb", "f" * 64) == better
        for result in book.results():
            made = result.questions[1].adjustment
            assert made is not None
            assert (result.questions[1].score, made.before, made.computed) == (1.0, 0.0, 2.0)
        done = undo(book, RESULT.learner, "q2")
        assert (done.before, done.after) == (1.0, 2.0)
        assert book.results() == [better, another]
        with pytest.raises(CourseError, match="was not set by hand; nothing is changed"):
            undo(book, RESULT.learner, "q2")


def test_the_newest_adjustment_counts(path: Path) -> None:
    filled(path, RESULT)
    with Gradebook(path) as book:
        adjust(book, RESULT.learner, "q2", 1.0, "first")
        assert adjust(book, RESULT.learner, "q2", 3.0, "second").before == 1.0
        (result,) = book.results()
    made = result.questions[1].adjustment
    assert isinstance(made, Adjustment) and (made.before, made.computed, made.reason) == (0.0, 0.0, "second")
    assert rows(path, "SELECT question, score, computed, reason FROM adjustment") == [("q2", 3.0, 0.0, "second")]


@pytest.mark.parametrize(("arguments", "message"), [
    (("bobby", "q1", 1.0, "why"), r"nobody called 'bobby'.* Do you mean 'bob'\?"),
    (("bob", "q9", 1.0, "why"), "bob has no question 'q9'; there are: q1, q2"),
    (("bob", "q1", 4.5, "why"), "q1 has 4 points. Give a score from 0 to 4"),
    (("bob", "q1", -1.0, "why"), "from 0 to 4"),
    (("bob", "q1", float("nan"), "why"), "from 0 to 4"),
    (("bob", "q1", 1.0, "  "), "Say why with --reason"),
    (("bob", "q1", 1.0, "why", "91-other"), "bob has handed in nothing for '91-other', but 90-sample"),
    (("carol", "q1", 1.0, "why"), "carol has q1 in several exercises.* 90-sample, 91-other"),
    (("dave", "q1", 1.0, "why"), "dave has no score in 90-sample yet, because the grader itself failed"),
    (("eve", "q1", 1.0, "why"), "No question of eve was graded: It is empty."),
])  # fmt: skip
def test_what_cannot_be_adjusted_is_said(path: Path, arguments: tuple[str, str, float, str], message: str) -> None:
    carol = replace(RESULT, learner="carol")
    filled(
        path, replace(RESULT, learner="bob"), carol, replace(carol, assignment="91-other"),
        replace(RESULT, learner="dave", status=Verdict.ERROR),
        replace(RESULT, learner="eve", assignment="", questions=(), reason="It is empty."),
    )  # fmt: skip
    with Gradebook(path) as book:
        with pytest.raises(CourseError, match=message):
            adjust(book, *arguments)
        assert adjust(book, "BOB", "q1", 1.0, "why").learner == "bob"
    assert rows(path, "SELECT count(*) FROM adjustment") == [(1,)]


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


def test_only_the_newest_batch_can_be_asked_for(path: Path) -> None:
    other = replace(RESULT, learner="bob")
    filled(path, RESULT, other)
    with Gradebook(path) as book:
        book.begin_run({})
        book.see([(other, other)])
        assert book.results(newest_batch=True) == [other]
        assert book.results() == [other, RESULT]
        late = replace(other, late=True)
        book.see([(other, late)])
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
        book.begin_run({})
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
