"""Scores set by hand: they count, survive a new grading, and say what they were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.grading.adjust import adjust, undo
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import Adjustment, SubmissionResult, Verdict
from tests.grading.gradebooks import RESULT, filled, rows

pytestmark = pytest.mark.fast


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
