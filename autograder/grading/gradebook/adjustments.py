"""Corrections by hand, as the gradebook keeps them: scores that a person set, and comments.

They stand apart from what the checks gave (`schema.py`), and are joined with it when results are read. What an
instructor may say is decided before (`grading/adjust.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from autograder.grading.gradebook.database import Database, utc_now
from autograder.grading.gradebook.schema import between_learners
from autograder.grading.results import ROUNDING, Adjustment, Comment, Stray, SubmissionResult, Verdict

Whose = tuple[str, str]
"""A learner and an exercise, to whom together a correction belongs."""


@dataclass(frozen=True)
class Said:
    """A person's correction of a question, or of a whole submission.

    Attributes:
        learner, assignment, question: as they are called in the results; no question for the whole.
        score: counts from now on, whatever the checks give; None to leave the score as it is.
        computed: the checks' score now.
        reason: why that score.
        comment: what else the learner shall read; None to leave what is there, empty to take it away.
        by: the login of that person.
    """

    learner: str
    assignment: str
    question: str
    score: float | None = None
    computed: float = 0.0
    reason: str = ""
    comment: str | None = None
    by: str = ""


@dataclass(frozen=True)
class Correction:
    """A person's correction of a question, as it is kept."""

    score: float | None
    adjustment: Adjustment | None
    comment: Comment | None


class Adjustments:
    """The corrections by hand in a gradebook."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[Whose, dict[str, Correction]]:
        """Returns all corrections, by learner and exercise, and question; the empty question is the whole."""
        of: dict[Whose, dict[str, Correction]] = {}
        for learner, assignment, question, score, computed, reason, by, when, comment, *who in self._database.rows(
                "SELECT learner, assignment, question, score, computed, reason, made_by, made,"
                " comment, comment_by, comment_made FROM adjustment"):
            of.setdefault((learner, assignment), {})[question] = Correction(
                score, None if score is None else Adjustment(0.0, computed, reason, by, when),
                Comment(comment, *who) if comment else None)
        return of

    def say(self, said: Iterable[Said]) -> None:
        """Keeps a person's corrections, all or none, in place of earlier ones for the same questions."""
        with self._database.transaction() as connection:
            for one in said:
                whose = (one.learner, one.assignment, one.question)
                connection.execute(
                    "INSERT OR IGNORE INTO adjustment (learner, assignment, question) VALUES (?, ?, ?)", whose)
                if one.score is not None:
                    connection.execute(
                        "UPDATE adjustment SET score = ?, computed = ?, reason = ?, made_by = ?, made = ?"
                        " WHERE learner = ? AND assignment = ? AND question = ?",
                        (one.score, one.computed, one.reason, one.by, utc_now(), *whose))
                if one.comment is not None:
                    connection.execute(
                        "UPDATE adjustment SET comment = ?, comment_by = ?, comment_made = ?"
                        " WHERE learner = ? AND assignment = ? AND question = ?",
                        (one.comment, one.by, utc_now(), *whose))
            connection.execute(DROP_EMPTY)

    def undo(self, learner: str, assignment: str, question: str) -> bool:
        """Takes a score set by hand back; returns whether there was one. A comment stays."""
        with self._database.transaction() as connection:
            done = connection.execute(
                "UPDATE adjustment SET score = NULL, computed = NULL, reason = '', made_by = '', made = ''"
                " WHERE learner = ? AND assignment = ? AND question = ? AND score IS NOT NULL",
                (learner, assignment, question),
            ).rowcount  # fmt: skip
            connection.execute(DROP_EMPTY)
        return bool(done)

    def questions(self) -> dict[Whose, list[str]]:
        """Returns the questions with a correction, by learner and exercise."""
        of: dict[Whose, list[str]] = {}
        for learner, assignment, question in self._database.rows(
                "SELECT learner, assignment, question FROM adjustment ORDER BY question"):
            of.setdefault((learner, assignment), []).append(question)
        return of

    def follow(self, going: Mapping[Whose, Set[str]]) -> dict[Whose, tuple[str, ...]]:
        """Takes corrections along to the learners to whom the submissions go, within the transaction that is open.

        They go with the last submission of a learner, if all of theirs went to one other who has none of their own for
        that question; else they stay.

        Args:
            going: the learners to whom submissions went, by whose they were.

        Returns:
            The questions of those that stay, by whose they are.
        """
        connection = self._database.connection
        sent: list[tuple[str, str, str, str]] = []
        stay: dict[Whose, tuple[str, ...]] = {}
        for place, ((learner, assignment), to) in enumerate(going.items()):
            own = (learner, assignment)
            questions = [row[0] for row in connection.execute(
                "SELECT question FROM adjustment WHERE learner = ? AND assignment = ?", own)]
            left = connection.execute(
                "SELECT count(*) FROM submission WHERE learner = ? AND assignment = ?", own).fetchone()[0]
            if left or len(to) > 1:
                stay[own] = tuple(questions)
                continue
            connection.execute("UPDATE adjustment SET learner = ? WHERE learner = ? AND assignment = ?",
                               (between_learners(place), *own))
            sent.append((between_learners(place), learner, assignment, next(iter(to))))
        for between, learner, assignment, to_whom in sent:
            connection.execute("UPDATE OR IGNORE adjustment SET learner = ? WHERE learner = ? AND assignment = ?",
                               (to_whom, between, assignment))
            stay[learner, assignment] = tuple(row[0] for row in connection.execute(
                "SELECT question FROM adjustment WHERE learner = ?", (between,)))
            connection.execute("UPDATE adjustment SET learner = ? WHERE learner = ?", (learner, between))
        return stay


DROP_EMPTY = "DELETE FROM adjustment WHERE score IS NULL AND comment = ''"
"""Deletes rows that no longer hold a score or a comment."""


def adjusted(result: SubmissionResult, corrections: Mapping[str, Correction]) -> SubmissionResult:
    """Returns a result with the corrections to its questions, and to the whole.

    A score that is more than its question gives now, since the tests were changed, counts as all of the points until
    the instructor decides. A correction to a question that no longer exists counts for nothing, and is kept.
    """
    questions = []
    for question in result.questions:
        said = corrections.get(question.name)
        if said and said.adjustment and said.score is not None:
            given = said.score if said.score > question.possible + ROUNDING else None
            question = replace(
                question, score=said.score if given is None else question.possible,
                adjustment=replace(said.adjustment, computed=question.score, given=given)
            )
        questions.append(replace(question, comment=said.comment) if said else question)
    whole = corrections.get("")
    there = {"", *(question.name for question in result.questions)}
    strays = () if result.status is Verdict.ERROR else tuple(
        Stray(name, said.score, said.adjustment.reason if said.adjustment else "",
              said.comment.text if said.comment else "")
        for name, said in sorted(corrections.items()) if name not in there)
    return replace(result, questions=tuple(questions), comment=whole.comment if whole else None, strays=strays)
