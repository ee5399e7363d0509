"""The learner of each file in the gradebook; moves a submission and its corrections from one learner to another.

Which files turned out to be whose is decided before (`grading/moves.py`, `grading/decisions.py`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from autograder.grading.gradebook.adjustments import Adjustments
from autograder.grading.gradebook.database import Database
from autograder.grading.gradebook.schema import between_learners
from autograder.grading.results import SubmissionResult
from autograder.grading.text import one_line
from autograder.submissions.identity import Identity

FileRow = tuple[str, str, str, str, str]
"""What is kept of a file: its whole path, the SHA-256 of its content, learner, name and assignment."""


@dataclass(frozen=True)
class Kept:
    """A submission as it is kept: its names, its attempt, its learner, and the evidence."""

    learner: str
    name: str
    assignment: str
    order: int
    identity: Identity


@dataclass(frozen=True)
class Move:
    """A submission that belongs to another learner than the gradebook says.

    Attributes:
        learner, name, assignment: as it is kept.
        to: whose it is.
        new_name: how it is called among theirs.
    """

    learner: str
    name: str
    assignment: str
    to: str
    new_name: str


@dataclass(frozen=True)
class Moved:
    """The outcome of a `Move`.

    Attributes:
        name: how it is called now: where they have another file of that name, its path.
        scores_left: the questions whose scores set by hand did not go with it.
        scores_moved: those whose scores did.
    """

    name: str
    scores_left: tuple[str, ...] = ()
    scores_moved: tuple[str, ...] = ()

    def told(self, file: str, move: Move) -> str:
        """Returns a sentence on it."""
        left = (f" Scores set by hand stay {one_line(move.learner, 80)}'s ({', '.join(self.scores_left)}): set them "
                "again with `autograder adjust` if they are of this file.") if self.scores_left else ""
        went = f" Scores set by hand went along ({', '.join(self.scores_moved)})." if self.scores_moved else ""
        return (f"{one_line(file, 200)} counted as {one_line(move.learner, 80)} and is now {one_line(move.to, 80)}'s."
                f"{went}{left}")


FILE_OF = ("SELECT json_extract(result, '$.identity.file') FROM submission"
           " WHERE learner = ? AND name = ? AND assignment = ?")


class Ownership:
    """The learners to whom the files in a gradebook belong."""

    def __init__(self, database: Database, adjustments: Adjustments) -> None:
        self._database = database
        self._adjustments = adjustments

    def files(self) -> list[FileRow]:
        """Returns what is kept with its whole path."""
        rows = self._database.rows(
            "SELECT json_extract(result, '$.identity.file'), json_extract(result, '$.identity.content'),"
            " learner, name, assignment FROM submission WHERE json_valid(result)")
        return [row for row in rows if row[0] and row[1]]

    def under_other_names(self, files: Mapping[str, Collection[tuple[str, str]]]) -> list[FileRow]:
        """Returns what is kept of these files under another learner or another name than they have now.

        Args:
            files: the learners of each file, and how it is called among theirs, by its whole path.
        """
        return [row for row in self.files() if row[0] in files and row[2:4] not in files[row[0]]]

    def kept(self) -> list[Kept]:
        """Returns all that is kept, with its learner and the evidence."""
        rows = self._database.rows(
            "SELECT learner, name, assignment, json_extract(result, '$.order'), json_extract(result, '$.identity')"
            " FROM submission WHERE json_valid(result)")
        return [Kept(learner, name, assignment, order or 0, Identity.from_json(json.loads(text)))
                for learner, name, assignment, order, text in rows if text]

    def decided(self) -> set[tuple[str, str]]:
        """Returns the learners, each with an exercise, for whom the instructor has set a score or confirmed a file."""
        return set(self._database.rows(
            "SELECT learner, assignment FROM adjustment UNION SELECT learner, assignment FROM submission"
            " WHERE json_valid(result) AND json_extract(result, '$.identity.confirmed')"))

    def without_a_path(self) -> list[tuple[str, str, str, str]]:
        """Returns submissions from an earlier version, which kept no path, of learners with scores set by hand.

        Returns:
            Learner, name, assignment, and the questions, with commas between.
        """
        return self._database.rows(
            "SELECT learner, name, assignment, group_concat(question, ', ') FROM submission"
            " JOIN adjustment USING (learner, assignment) WHERE json_valid(result)"
            " AND coalesce(json_extract(result, '$.identity.file'), '') = '' GROUP BY submission.id")

    def update_identity(self, result: SubmissionResult) -> None:
        """Writes again whose a submission is; it keeps its fingerprint and its batch."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE submission SET result = ? WHERE learner = ? AND name = ? AND assignment = ?",
                (json.dumps(result.to_json()), result.learner, result.submission, result.assignment))

    def move(self, moves: Sequence[Move]) -> list[Moved]:
        """Makes submissions other learners', as it turned out to be, all at once, so that two may change places.

        Scores set by hand go along or stay as `Adjustments.follow` says.
        """
        done: list[Moved] = []
        with self._database.transaction() as connection:
            for place, move in enumerate(moves):
                connection.execute(
                    "UPDATE submission SET learner = ? WHERE learner = ? AND name = ? AND assignment = ?",
                    (between_learners(place), move.learner, move.name, move.assignment))
            before = self._adjustments.questions()
            going: dict[tuple[str, str], set[str]] = {}
            for move in moves:
                going.setdefault((move.learner, move.assignment), set()).add(move.to)
            staying = self._adjustments.follow(going)
            for place, move in enumerate(moves):
                own = (move.learner, move.assignment)
                stay = staying.get(own, ())
                done.append(Moved(self._arrive(place, move), stay,
                                  tuple(name for name in before.get(own, ()) if name not in stay)))
        return done

    def _arrive(self, place: int, move: Move) -> str:
        """Gives a submission on its way to its learner; returns its name among theirs."""
        connection = self._database.connection
        between = (between_learners(place), move.name, move.assignment)
        there = connection.execute(FILE_OF, (move.to, move.new_name, move.assignment)).fetchone()
        own = connection.execute(FILE_OF, between).fetchone()
        file = own[0] if own and own[0] else ""
        if there and file and there[0] == file:  # graded before under this name
            connection.execute("DELETE FROM submission WHERE learner = ? AND name = ? AND assignment = ?", between)
            return move.new_name
        base = file or move.new_name
        names = itertools.chain((move.new_name, base), (f"{base} ({number})" for number in itertools.count(2)))
        name = next(name for name in names if not connection.execute(
            "SELECT count(*) FROM submission WHERE learner = ? AND name = ? AND assignment = ?",
            (move.to, name, move.assignment)).fetchone()[0])
        connection.execute(
            "UPDATE submission SET learner = ?1, name = ?2, result = json_set(result, '$.learner', ?1,"
            " '$.submission', ?2) WHERE learner = ?3 AND name = ?4 AND assignment = ?5", (move.to, name, *between))
        return name
