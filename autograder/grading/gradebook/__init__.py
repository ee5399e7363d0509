"""The gradebook: every result of every batch, in one SQLite file. The only part that knows SQL.

A `Gradebook` keeps batches and the results in them, and says which of them count. Its parts:

    ownership    the learner of each file, and how it becomes another's
    adjustments  corrections by hand: scores that a person set, and comments
    database     the file: opened, locked, upgraded; transactions; errors in words
    schema       its tables, and the migrations from earlier versions

Every attempt of a learner is a row of `submission`. Which of them counts follows
from `attempts` in the newest batch's options (`attempts.py`).

Each submission is written in one transaction, so a batch that is killed at any
moment leaves what was graded and nothing half.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.course import CourseError
from autograder.grading import attempts
from autograder.grading.due import Rule
from autograder.grading.gradebook.adjustments import Adjustments, Correction, adjusted
from autograder.grading.gradebook.database import Database, utc_now
from autograder.grading.gradebook.ownership import Ownership
from autograder.grading.results import SubmissionResult
from autograder.grading.text import listed, one_line
from autograder.submissions.doubts import Why, of_kind


@dataclass(frozen=True)
class Counting:
    """The attempts that count.

    Attributes:
        everything: in the whole gradebook.
        batch: of the learners and exercises of the newest batch; where there is a class list, of everybody in these
            exercises.
        uncertain: those of `everything` where nothing says which attempt is the latest.
        left_out: how many attempts do not count.
        others: attempts that do not count and may be another's.
    """

    everything: list[SubmissionResult]
    batch: list[SubmissionResult]
    uncertain: list[SubmissionResult]
    left_out: int
    others: list[SubmissionResult] = field(default_factory=list)


class Gradebook:
    """A gradebook, open for one grader. A context manager; closing it releases the file.

    Attributes:
        path: the file.
        adjustments: what a person has said of questions.
        ownership: whose each file is.
    """

    def __init__(self, path: Path) -> None:
        """Opens the gradebook at `path`, or begins one there.

        Raises:
            CourseError: another grader has it open, a newer version wrote it, it is not a gradebook, or
                it cannot be written.
        """
        self.path = path
        self.database = Database(path)
        self.adjustments = Adjustments(self.database)
        self.ownership = Ownership(self.database, self.adjustments)
        self._batch: int | None = None

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    def begin_batch(self, options: Mapping[str, Any]) -> None:
        """Notes that a batch begins; every result recorded after this belongs to it.

        Args:
            options: what it was asked to do, plain data.
        """
        with self.database.explained():
            cursor = self.database.connection.execute(
                "INSERT INTO run (began, options) VALUES (?, ?)", (utc_now(), json.dumps(dict(options)))
            )
            self._batch = cursor.lastrowid

    def _newest(self) -> int:
        """Returns the batch that runs now; else the last that ran to its end, so that later results are added to it.

        A batch that was stopped has graded a part of the class, and removes nothing.
        """
        if self._batch is not None:
            return self._batch
        return self.database.value("SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL")

    def stopped(self) -> int:
        """Returns how many results are from batches that were stopped, since the last that ran to its end."""
        return self.database.value("SELECT count(*) FROM submission WHERE run > (SELECT coalesce(max(id), 0) FROM run"
                                   " WHERE ended IS NOT NULL)")

    def end_batch(self) -> None:
        """Notes that the batch ran to its end."""
        with self.database.explained():
            self.database.connection.execute("UPDATE run SET ended = ? WHERE id = ?", (utc_now(), self._batch))

    def record(self, result: SubmissionResult, fingerprint: str) -> None:
        """Writes one result in the place of an earlier one of the same submission, in one transaction."""
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM submission WHERE learner = ? AND name = ? AND assignment IN (?, '')",
                (result.learner, result.submission, result.assignment),
            )
            cursor = connection.execute(
                "INSERT INTO submission (run, learner, name, assignment, status, reason, score, possible,"
                " seconds, sandbox, fingerprint, graded, result, seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._batch,
                    result.learner,
                    result.submission,
                    result.assignment,
                    result.status.value,
                    result.reason,
                    result.score,
                    result.possible,
                    result.seconds,
                    result.sandbox,
                    fingerprint,
                    utc_now(),
                    json.dumps(result.to_json()),
                    self._batch,
                ),
            )
            connection.executemany(
                "INSERT INTO question (submission, position, name, score, possible, checked)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        cursor.lastrowid,
                        position,
                        question.name,
                        question.score,
                        question.possible,
                        question.checked,
                    )
                    for position, question in enumerate(result.questions)
                ],
            )

    def find(self, learner: str, name: str, fingerprint: str) -> SubmissionResult | None:
        """Returns the checks' result for this submission, if it was graded under the same fingerprint.

        A row that cannot be read counts as none: the submission is graded again, which repairs it.
        """
        rows = self.database.rows(
            "SELECT result FROM submission WHERE learner = ? AND name = ? AND fingerprint = ?",
            (learner, name, fingerprint))
        return _read_result(rows[0][0])[0] if rows else None

    def handed_in_again(self, results: Iterable[tuple[SubmissionResult, SubmissionResult]]) -> None:
        """Notes that these submissions, graded before, were handed in to the batch that runs now.

        In one transaction: each has to reach the disk, which takes longer than everything else about an unchanged
        class.

        Args:
            results: each as `find` gave it, and with what is known now of its handing in.
        """
        pairs = list(results)
        with self.database.transaction() as connection:
            connection.executemany(
                "UPDATE submission SET seen = ? WHERE learner = ? AND name = ? AND assignment = ?",
                [(self._batch, now.learner, now.submission, now.assignment) for _, now in pairs],
            )
            connection.executemany(
                "UPDATE submission SET result = ? WHERE learner = ? AND name = ? AND assignment = ?",
                [(json.dumps(now.to_json()), now.learner, now.submission, now.assignment)
                 for before, now in pairs if now != before],
            )

    def assignments(self) -> list[str]:
        """Returns the names of all exercises for which it holds a result or a score set by hand."""
        rows = self.database.rows(
            "SELECT assignment FROM submission UNION SELECT assignment FROM adjustment ORDER BY assignment")
        return [row[0] for row in rows if row[0]]

    def stored(self, *, newest_batch: bool = False) -> list[SubmissionResult]:
        """Returns all results as the checks gave them, without the scores that were set by hand.

        Args:
            newest_batch: only what was handed in to the newest batch, and to those that were stopped after it.
        """
        newest = self._newest()
        return [result for result, _, seen in self._all() if not newest_batch or seen >= newest]

    def undecided(self) -> list[SubmissionResult]:
        """Returns the submissions that are no longer handed in, and may be another learner's by now."""
        return [result for result in self.stored()
                if of_kind(result.identity.doubts, {Why.RENAMED, Why.OVERWRITTEN})]

    def results(self, *, newest_batch: bool = False) -> list[SubmissionResult]:
        """Returns all results, by assignment, learner and name; with the scores that were set by hand.

        Args:
            newest_batch: only what was handed in to the newest batch, and to those that were stopped after it.
        """
        newest = self._newest()
        return [
            adjusted(result, corrections)
            for result, corrections, seen in self._all()
            if not newest_batch or seen >= newest
        ]

    def counting(self, policy: str | None = None) -> Counting:
        """Returns the attempts that count, with the scores that were set by hand and the cost of being late.

        Args:
            policy: `latest` or `best`; that of the newest batch when not given.
        """
        policy = policy or str(self.options().get("attempts", attempts.LATEST))
        rule = self.rule()
        everything = attempts.numbered((rule.apply(adjusted(result, made)), batch)
                                       for result, made, batch in self._all())
        counting, uncertain, others = attempts.counting(everything, policy)
        newest = self._newest()
        pairs = {(result.learner, result.assignment) for result, batch in everything if batch >= newest}
        now = {id(result) for result, batch in everything if batch >= newest}
        whole = {assignment for _, assignment in pairs} if self.options().get("roster") else set()
        batch_ = [result for result in counting if id(result) in now or (
            result.assignment and result.learner.strip() and (
                result.assignment in whole or (result.learner, result.assignment) in pairs))]
        return Counting(counting, batch_, uncertain, len(everything) - len(counting), others)

    def rule(self) -> Rule:
        """Returns the due dates and the late rule of the newest batch."""
        return Rule.from_json(self.options().get("due"))

    def options(self) -> dict[str, Any]:
        """Returns the options of the newest batch, as `begin_batch` got them; empty before the first."""
        rows = self.database.rows("SELECT options FROM run WHERE id >= ? ORDER BY id LIMIT 1", (self._newest(),))
        try:
            return dict(json.loads(rows[0][0])) if rows else {}
        except (ValueError, TypeError, RecursionError) as error:
            raise CourseError(
                f"{self.path} is damaged: the options of its newest batch cannot be read ({error}). No score is lost. "
                "Run `autograder grade` on the class once more; what is unchanged is not run again."
            ) from None

    def _all(self) -> list[tuple[SubmissionResult, dict[str, Correction], int]]:
        """Returns each result, the corrections for its learner in its exercise, and the newest batch that had it."""
        rows = self.database.rows("SELECT result, seen, learner, name, assignment, id FROM submission"
                                  " ORDER BY assignment, learner, name")
        by_learner = self.adjustments.all()
        results, broken = [], []
        for text, seen, *whose in rows:
            result, error = _read_result(text)
            if result is None:
                broken.append("{!r} by {!r} (exercise {!r}, row {})".format(*whose[1::-1], *whose[2:]) + f": {error}")
            else:
                results.append((result, seen))
        if broken:
            raise CourseError(
                f"{self.path} is damaged: {len(broken)} of its {len(rows)} results cannot be read; the others can, and"
                " nothing of them is lost. Grade again what they are of into the same --output; where a file is gone, "
                f"take the row out of the table `submission`. They are: {listed(broken, between='; ')}."
            )
        return [(result, by_learner.get((result.learner, result.assignment), {}), seen) for result, seen in results]


def _read_result(text: str) -> tuple[SubmissionResult | None, str]:
    """Returns the result that a row holds, or what is wrong with it: the file may have been edited, or damaged."""
    try:
        return SubmissionResult.from_json(json.loads(text)), ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return None, one_line(f"{type(error).__name__}: {error}", 120)
