"""The gradebook: every result of every batch, in one SQLite file. The only module that knows SQL.

Schema, version 3 (`PRAGMA user_version`; `PRAGMA application_id` says that the file is a gradebook):

    run         one row per batch: when it began and ended, the options it was given
    submission  one row per thing handed in, the newest grading of it; `result` is the
                whole `SubmissionResult` as JSON, the columns beside it are for reading with SQL
    question    one row per question of a submission: score, possible points, how it was checked
    adjustment  one row per question of which a person said something: a score set by hand and why, or a comment

Among the keys of `result` are some that no column has:

    cells, output, flags, portrait   as `SubmissionResult` describes them
    environment  versions, seed and limits of the run; `code` is the SHA-256 of the code cells
    order        grows from attempt to attempt of a learner; 0 when not known
    late         whether the learning management system says that it came late
    handed_in    when, as ISO 8601 text; empty when no system says so
    identity     whose it is, and why: the file's whole path and SHA-256, the evidence, the learner's identifiers
                 by kind, what is not certain, and who on the class list it is
    former       what a notebook of an earlier numbering calls its exercise; empty for all others

A result that an earlier version stored lacks the newer ones, and is read with their defaults. The number of an attempt
is never stored as known, for it changes with the next one: it is counted where attempts are compared (`attempts.py`).

`submission.fingerprint` is the hash of everything a grading depends on; a
submission with the same fingerprint need not be run again.

`submission` and `question` hold what the checks gave, `adjustment` what a
person decided. They are joined when results are read, so no new grading touches
an adjustment. It belongs to the learner, the exercise and the question, not to
one file: it stays when the learner hands in again.

Version 1 had no table `adjustment` and no column `submission.seen`, version 2 no
comments. A gradebook of an earlier version is brought to this one when it is
opened, in one transaction; as it was it stays beside it, under a name of its own.

Every attempt of a learner is a row of `submission`. Which of them counts follows
from `attempts` in the newest run's options (`attempts.py`).

Each submission is written in one transaction, so a batch that is killed at any
moment leaves what was graded and nothing half. One grader at a time: the file
is locked while it is open (the lock ends with the process, however it ends).
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.course import CourseError
from autograder.grading import attempts
from autograder.grading.due import Rule
from autograder.grading.results import Adjustment, Comment, SubmissionResult
from autograder.grading.text import one_line
from autograder.submissions.doubts import Why, of_kind
from autograder.submissions.identity import Identity

VERSION = 3
APPLICATION = 0x52444742  # "RDGB", Reading Digits gradebook

ADJUSTMENT = """
CREATE TABLE adjustment (
    learner       TEXT NOT NULL,
    assignment    TEXT NOT NULL,
    question      TEXT NOT NULL,            -- empty for what is said of the whole submission
    score         REAL,                     -- counts instead of what the checks give, NULL where none was set
    computed      REAL,                     -- what the checks gave when it was set
    reason        TEXT NOT NULL DEFAULT '',
    made_by       TEXT NOT NULL DEFAULT '', -- login
    made          TEXT NOT NULL DEFAULT '', -- UTC, ISO 8601
    comment       TEXT NOT NULL DEFAULT '', -- empty where there is none
    comment_by    TEXT NOT NULL DEFAULT '',
    comment_made  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (learner, assignment, question)
);
"""

SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    began    TEXT NOT NULL,             -- UTC, ISO 8601
    ended    TEXT,                      -- empty while it runs, and when it was killed
    options  TEXT NOT NULL              -- JSON: the exercise, limits, which attempts count, the class list
);
CREATE TABLE submission (
    id           INTEGER PRIMARY KEY,
    run          INTEGER NOT NULL REFERENCES run (id),  -- that graded it
    learner      TEXT NOT NULL,
    name         TEXT NOT NULL,         -- the file's name as handed in
    assignment   TEXT NOT NULL,         -- empty when it is not known
    status       TEXT NOT NULL,         -- a verdict
    reason       TEXT NOT NULL,
    score        REAL NOT NULL,
    possible     REAL NOT NULL,
    seconds      REAL NOT NULL,
    sandbox      TEXT NOT NULL,         -- the isolation level it ran under
    fingerprint  TEXT NOT NULL,         -- SHA-256 of all that the grading depends on
    graded       TEXT NOT NULL,         -- UTC, ISO 8601
    result       TEXT NOT NULL,         -- SubmissionResult.to_json()
    seen         INTEGER NOT NULL DEFAULT 0,  -- the newest run that it was handed in to, changed or not
    UNIQUE (learner, name, assignment)
);
CREATE TABLE question (
    submission  INTEGER NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,       -- in the order of the exercise, from 0
    name        TEXT NOT NULL,
    score       REAL NOT NULL,
    possible    REAL NOT NULL,
    checked     TEXT NOT NULL,          -- in-place, at-end or not-checked
    PRIMARY KEY (submission, position)
);
{ADJUSTMENT}"""

MIGRATIONS = {
    1: f"""
ALTER TABLE submission ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
UPDATE submission SET seen = run;
{ADJUSTMENT}""",
    2: f"""
ALTER TABLE adjustment RENAME TO adjustment_2;
{ADJUSTMENT}
INSERT INTO adjustment (learner, assignment, question, score, computed, reason, made_by, made)
    SELECT learner, assignment, question, score, computed, reason, made_by, made FROM adjustment_2;
DROP TABLE adjustment_2;
""",
}
"""What brings a gradebook of one version to the next."""


@dataclass(frozen=True)
class Counting:
    """The attempts that count.

    Attributes:
        everything: in the whole gradebook.
        batch: of the learners and exercises of the newest batch; with a class list of everybody in these exercises.
        uncertain: those of `everything` where nothing says which attempt is the latest.
        left_out: how many attempts do not count.
        others: attempts that do not count and may be another's.
    """

    everything: list[SubmissionResult]
    batch: list[SubmissionResult]
    uncertain: list[SubmissionResult]
    left_out: int
    others: list[SubmissionResult] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """What a person says of a question, or of a whole submission.

    Attributes:
        learner, assignment, question: as they are called in the results; no question for the whole.
        score: counts from now on, whatever the checks give; None to leave what counts.
        computed: what the checks give now.
        reason: why that score.
        comment: what else the learner shall read; None to leave what is there, empty to take it away.
        by: who says so.
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
class _ByHand:
    """What a person said of a question, as it is kept."""

    score: float | None
    adjustment: Adjustment | None
    comment: Comment | None


@dataclass(frozen=True)
class Kept:
    """A submission as it is kept: under which names, which attempt it is, and whose and why."""

    learner: str
    name: str
    assignment: str
    order: int
    identity: Identity


@dataclass(frozen=True)
class Move:
    """A submission that is another's than it is kept as.

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
    """What became of a `Move`.

    Attributes:
        name: how it is called now: where they have another file of that name, its path.
        stay: the questions whose scores set by hand did not go with it.
        went: those whose scores did.
    """

    name: str
    stay: tuple[str, ...] = ()
    went: tuple[str, ...] = ()

    def told(self, file: str, move: Move) -> str:
        """What to say of it."""
        scores = (f" Scores set by hand stay {one_line(move.learner, 80)}'s ({', '.join(self.stay)}): set them again "
                  "with `autograder adjust` if they are of this file.") if self.stay else ""
        went = f" Scores set by hand went along ({', '.join(self.went)})." if self.went else ""
        return (f"{one_line(file, 200)} counted as {one_line(move.learner, 80)} and is now {one_line(move.to, 80)}'s."
                f"{went}{scores}")


FILE_OF = ("SELECT json_extract(result, '$.identity.file') FROM submission"
           " WHERE learner = ? AND name = ? AND assignment = ?")


def _on_the_way(place: int) -> str:
    """A learner that nobody is, for what is between two."""
    return f"\x01 {place}"


class Gradebook:
    """A gradebook, open for one grader. A context manager; closing it releases the file."""

    def __init__(self, path: Path) -> None:
        """Opens the gradebook at `path`, or begins one there.

        Raises:
            CourseError: another grader has it open, a newer version wrote it, it is not a gradebook, or
                it cannot be written.
        """
        self.path = path
        self._run: int | None = None
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            with self._explained():
                self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        # An exclusive lock, taken with the first write and kept, keeps a second grader out.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._keep_if_older()
        self._connection.execute("BEGIN EXCLUSIVE")
        empty = not self._value("SELECT count(*) FROM sqlite_master")
        application = self._value("PRAGMA application_id")
        version = self._value("PRAGMA user_version")
        if empty and application == 0:
            self._script(SCHEMA)
        elif application != APPLICATION:
            raise CourseError(
                f"{self.path} is a database, but not a gradebook. Choose another --output folder."
            )
        elif version > VERSION:
            raise CourseError(
                f"{self.path} was written by a newer version of this program (gradebook version {version}; "
                f"this one knows {VERSION}). Use that version, or choose another --output folder."
            )
        else:
            for older in range(version, VERSION):
                self._script(MIGRATIONS[older])
            self._connection.execute(f"PRAGMA user_version = {VERSION}")
        self._connection.execute("COMMIT")

    def _keep_if_older(self) -> None:
        """Copies a gradebook of an earlier version beside itself, before anything in it changes."""
        version = self._value("PRAGMA user_version")
        if self._value("PRAGMA application_id") != APPLICATION or version >= VERSION:
            return
        numbers = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
        stem = f"{self.path.stem}-version-{version}"
        copy = next(place for number in numbers
                    if not (place := self.path.with_name(f"{stem}{number}{self.path.suffix}")).exists())
        new = copy.with_name(f".{copy.name}.new")
        new.unlink(missing_ok=True)
        self._connection.execute("VACUUM INTO ?", (str(new),))
        new.rename(copy)

    def _script(self, statements: str) -> None:
        """Runs them within the transaction that is open; sqlite3's own `executescript` would end it."""
        for statement in statements.split(";"):
            self._connection.execute(statement)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def begin_run(self, options: Mapping[str, Any]) -> None:
        """Notes that a batch begins; every result recorded after this belongs to it.

        Args:
            options: what it was asked to do, plain data.
        """
        with self._explained():
            cursor = self._connection.execute(
                "INSERT INTO run (began, options) VALUES (?, ?)", (_now(), json.dumps(dict(options)))
            )
            self._run = cursor.lastrowid

    def _newest(self) -> int:
        """The batch that runs now; else the last that ran to its end, so that what came after it is added to it.

        A batch that was stopped has graded a part of the class, and takes nothing away of what was there.
        """
        if self._run is not None:
            return self._run
        with self._explained():
            return self._value("SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL")

    def stopped(self) -> int:
        """How many results are from batches that were stopped, since the last that ran to its end."""
        with self._explained():
            return self._value("SELECT count(*) FROM submission WHERE run > (SELECT coalesce(max(id), 0) FROM run"
                               " WHERE ended IS NOT NULL)")

    def end_run(self) -> None:
        """Notes that the batch ran to its end."""
        with self._explained():
            self._connection.execute("UPDATE run SET ended = ? WHERE id = ?", (_now(), self._run))

    def record(self, result: SubmissionResult, fingerprint: str) -> None:
        """Writes one result in the place of an earlier one of the same submission, in one transaction."""
        with self._explained(), self._transaction():
            self._connection.execute(
                "DELETE FROM submission WHERE learner = ? AND name = ? AND assignment IN (?, '')",
                (result.learner, result.submission, result.assignment),
            )
            cursor = self._connection.execute(
                "INSERT INTO submission (run, learner, name, assignment, status, reason, score, possible,"
                " seconds, sandbox, fingerprint, graded, result, seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._run,
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
                    _now(),
                    json.dumps(result.to_json()),
                    self._run,
                ),
            )
            self._connection.executemany(
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
        """What the checks gave this submission, if it was graded under the same fingerprint.

        A row that cannot be read counts as none: the submission is graded anew, which mends it.
        """
        with self._explained():
            row = self._connection.execute(
                "SELECT result FROM submission WHERE learner = ? AND name = ? AND fingerprint = ?",
                (learner, name, fingerprint),
            ).fetchone()
        return None if row is None else _read_result(row[0])[0]

    def see(self, results: Iterable[tuple[SubmissionResult, SubmissionResult]]) -> None:
        """Notes that these submissions, graded before, were handed in to the batch that runs now.

        In one transaction: each has to reach the disk, which takes longer than everything else about an unchanged
        class.

        Args:
            results: each as `find` gave it, and with what is known now of its handing in.
        """
        pairs = list(results)
        with self._explained(), self._transaction():
            self._connection.executemany(
                "UPDATE submission SET seen = ? WHERE learner = ? AND name = ? AND assignment = ?",
                [(self._run, now.learner, now.submission, now.assignment) for _, now in pairs],
            )
            self._connection.executemany(
                "UPDATE submission SET result = ? WHERE learner = ? AND name = ? AND assignment = ?",
                [(json.dumps(now.to_json()), now.learner, now.submission, now.assignment)
                 for before, now in pairs if now != before],
            )

    def assignments(self) -> list[str]:
        """The names of all exercises of which it holds a result or a score set by hand."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT assignment FROM submission UNION SELECT assignment FROM adjustment ORDER BY assignment")
            return [row[0] for row in rows if row[0]]

    def elsewhere(self, files: Mapping[str, Collection[tuple[str, str]]]) -> list[tuple[str, str, str, str, str]]:
        """What is kept of these files as somebody's who is not their learner now, or under another name.

        Args:
            files: the learners of each file, and how it is called among theirs, by its whole path.

        Returns:
            File, the SHA-256 of its content, and learner, name and assignment as they are kept.
        """
        return [row for row in self.files() if row[0] in files and row[2:4] not in files[row[0]]]

    def files(self) -> list[tuple[str, str, str, str, str]]:
        """What is kept with its whole path: this, the SHA-256 of its content, and learner, name and assignment."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT json_extract(result, '$.identity.file'), json_extract(result, '$.identity.content'),"
                " learner, name, assignment FROM submission WHERE json_valid(result)"
            ).fetchall()
        return [row for row in rows if row[0] and row[1]]

    def undecided(self) -> list[SubmissionResult]:
        """What is no longer handed in, and may be another's by now."""
        return [result for result in self.stored()
                if of_kind(result.identity.doubts, {Why.RENAMED, Why.OVERWRITTEN})]

    def said_of(self) -> set[tuple[str, str]]:
        """The learners, each with an exercise, of whom the instructor has set a score or confirmed a file."""
        with self._explained():
            return set(self._connection.execute(
                "SELECT learner, assignment FROM adjustment UNION SELECT learner, assignment FROM submission"
                " WHERE json_valid(result) AND json_extract(result, '$.identity.confirmed')").fetchall())

    def without_a_path(self) -> list[tuple[str, str, str, str]]:
        """Submissions that an earlier version graded, which kept no path, of learners with scores set by hand.

        Returns:
            Learner, name, assignment, and the questions, with commas between.
        """
        with self._explained():
            return self._connection.execute(
                "SELECT learner, name, assignment, group_concat(question, ', ') FROM submission"
                " JOIN adjustment USING (learner, assignment) WHERE json_valid(result)"
                " AND coalesce(json_extract(result, '$.identity.file'), '') = '' GROUP BY submission.id"
            ).fetchall()

    def stored(self, *, newest_batch: bool = False) -> list[SubmissionResult]:
        """All results as the checks gave them, without the scores that were set by hand.

        Args:
            newest_batch: only what was handed in to the newest batch, and to those that were stopped after it.
        """
        newest = self._newest()
        return [result for result, _, seen in self._all() if not newest_batch or seen >= newest]

    def kept(self) -> list[Kept]:
        """All that is kept, with whose it is and why."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT learner, name, assignment, json_extract(result, '$.order'), json_extract(result, '$.identity')"
                " FROM submission WHERE json_valid(result)").fetchall()
        return [Kept(learner, name, assignment, order or 0, Identity.from_json(json.loads(text)))
                for learner, name, assignment, order, text in rows if text]

    def restate(self, result: SubmissionResult) -> None:
        """Writes anew what is known of whose a submission is; it keeps its fingerprint and its batch."""
        with self._explained(), self._transaction():
            self._connection.execute(
                "UPDATE submission SET result = ? WHERE learner = ? AND name = ? AND assignment = ?",
                (json.dumps(result.to_json()), result.learner, result.submission, result.assignment))

    def move(self, moves: Sequence[Move]) -> list[Moved]:
        """Makes submissions other learners', as it turned out to be, all at once, so that two may change places.

        Scores set by hand go with the last submission of a learner, if all of theirs went to one other who has no
        score of their own for that question; else they stay.
        """
        done: list[Moved] = []
        with self._explained(), self._transaction():
            for place, move in enumerate(moves):
                self._connection.execute(
                    "UPDATE submission SET learner = ? WHERE learner = ? AND name = ? AND assignment = ?",
                    (_on_the_way(place), move.learner, move.name, move.assignment))
            before = self._adjusted()
            taken = self._take_adjustments(moves)
            for place, move in enumerate(moves):
                own = (move.learner, move.assignment)
                stay = taken.get(own, ())
                done.append(Moved(self._arrive(place, move), stay,
                                  tuple(name for name in before.get(own, ()) if name not in stay)))
        return done

    def _take_adjustments(self, moves: Sequence[Move]) -> dict[tuple[str, str], tuple[str, ...]]:
        """Takes the scores set by hand to whom they go; gives the questions of those that stay, by whose they are."""
        going: dict[tuple[str, str], set[str]] = {}
        for move in moves:
            going.setdefault((move.learner, move.assignment), set()).add(move.to)
        sent: list[tuple[str, str, str, str]] = []
        stay: dict[tuple[str, str], tuple[str, ...]] = {}
        for place, ((learner, assignment), to) in enumerate(going.items()):
            own = (learner, assignment)
            questions = [row[0] for row in self._connection.execute(
                "SELECT question FROM adjustment WHERE learner = ? AND assignment = ?", own)]
            left = self._connection.execute(
                "SELECT count(*) FROM submission WHERE learner = ? AND assignment = ?", own).fetchone()[0]
            if left or len(to) > 1:
                stay[own] = tuple(questions)
                continue
            self._connection.execute("UPDATE adjustment SET learner = ? WHERE learner = ? AND assignment = ?",
                                     (_on_the_way(place), *own))
            sent.append((_on_the_way(place), learner, assignment, next(iter(to))))
        for between, learner, assignment, to_whom in sent:
            self._connection.execute("UPDATE OR IGNORE adjustment SET learner = ? WHERE learner = ? AND assignment = ?",
                                     (to_whom, between, assignment))
            stay[learner, assignment] = tuple(row[0] for row in self._connection.execute(
                "SELECT question FROM adjustment WHERE learner = ?", (between,)))
            self._connection.execute("UPDATE adjustment SET learner = ? WHERE learner = ?", (learner, between))
        return stay

    def _adjusted(self) -> dict[tuple[str, str], list[str]]:
        """The questions whose scores were set by hand, by learner and exercise."""
        of: dict[tuple[str, str], list[str]] = {}
        for learner, assignment, question in self._connection.execute(
                "SELECT learner, assignment, question FROM adjustment ORDER BY question"):
            of.setdefault((learner, assignment), []).append(question)
        return of

    def _arrive(self, place: int, move: Move) -> str:
        """Gives a submission on its way to whose it is; how it is called among theirs."""
        between = (_on_the_way(place), move.name, move.assignment)
        there = self._connection.execute(
            FILE_OF, (move.to, move.new_name, move.assignment)).fetchone()  # fmt: skip
        own = self._connection.execute(
            FILE_OF, between).fetchone()
        file = own[0] if own and own[0] else ""
        if there and file and there[0] == file:  # graded before under this name
            self._connection.execute("DELETE FROM submission WHERE learner = ? AND name = ? AND assignment = ?",
                                     between)
            return move.new_name
        base = file or move.new_name
        names = itertools.chain((move.new_name, base), (f"{base} ({number})" for number in itertools.count(2)))
        name = next(name for name in names if not self._connection.execute(
            "SELECT count(*) FROM submission WHERE learner = ? AND name = ? AND assignment = ?",
            (move.to, name, move.assignment)).fetchone()[0])
        self._connection.execute(
            "UPDATE submission SET learner = ?1, name = ?2, result = json_set(result, '$.learner', ?1,"
            " '$.submission', ?2) WHERE learner = ?3 AND name = ?4 AND assignment = ?5", (move.to, name, *between))
        return name

    def results(self, *, newest_batch: bool = False) -> list[SubmissionResult]:
        """All results, by assignment, learner and name; with the scores that were set by hand.

        Args:
            newest_batch: only what was handed in to the newest batch, and to those that were stopped after it.
        """
        newest = self._newest()
        return [
            _with_adjustments(result, adjustments)
            for result, adjustments, seen in self._all()
            if not newest_batch or seen >= newest
        ]

    def counting(self, policy: str | None = None) -> Counting:
        """The attempts that count, with the scores that were set by hand and what being late takes.

        Args:
            policy: `latest` or `best`; that of the newest batch when not given.
        """
        policy = policy or str(self.options().get("attempts", attempts.LATEST))
        rule = self.rule()
        everything = attempts.numbered((rule.apply(_with_adjustments(result, made)), batch)
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
        """The due dates and the late rule of the newest batch."""
        return Rule.from_json(self.options().get("due"))

    def options(self) -> dict[str, Any]:
        """What the newest batch was asked to do, as `begin_run` was told; empty before the first."""
        newest = self._newest()
        with self._explained():
            row = self._connection.execute(
                "SELECT options FROM run WHERE id >= ? ORDER BY id LIMIT 1", (newest,)).fetchone()
        try:
            return {} if row is None else dict(json.loads(row[0]))
        except (ValueError, TypeError, RecursionError) as error:
            raise CourseError(
                f"{self.path} is damaged: the options of its newest batch cannot be read ({error}). No score is lost. "
                "Run `autograder grade` on the class once more; what is unchanged is not run again."
            ) from None

    def _all(self) -> list[tuple[SubmissionResult, dict[str, _ByHand], int]]:
        """Each result, what was said by hand of its learner in its exercise, and the newest batch that had it."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT result, seen, learner, name, assignment, id FROM submission"
                " ORDER BY assignment, learner, name"
            ).fetchall()
            made = self._connection.execute(
                "SELECT learner, assignment, question, score, computed, reason, made_by, made,"
                " comment, comment_by, comment_made FROM adjustment"
            ).fetchall()
        of: dict[tuple[str, str], dict[str, _ByHand]] = {}
        for learner, assignment, question, score, computed, reason, by, when, comment, *who in made:
            of.setdefault((learner, assignment), {})[question] = _ByHand(
                score, None if score is None else Adjustment(0.0, computed, reason, by, when),
                Comment(comment, *who) if comment else None)
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
                f"take the row out of the table `submission`. They are: {'; '.join(broken[:10])}"
                f"{f' and {len(broken) - 10} more' if len(broken) > 10 else ''}."
            )
        return [(result, of.get((result.learner, result.assignment), {}), seen) for result, seen in results]

    def adjust(
        self, learner: str, assignment: str, question: str, score: float, *, computed: float, reason: str, by: str
    ) -> None:
        """Sets the score of a question by hand, in the place of an earlier one; arguments as in `Said`."""
        self.say([Said(learner, assignment, question, score, computed, reason, by=by)])

    def say(self, said: Iterable[Said]) -> None:
        """Keeps what a person says, all of it or nothing, in the place of what they said before of the same."""
        with self._explained(), self._transaction():
            for one in said:
                whose = (one.learner, one.assignment, one.question)
                self._connection.execute(
                    "INSERT OR IGNORE INTO adjustment (learner, assignment, question) VALUES (?, ?, ?)", whose)
                if one.score is not None:
                    self._connection.execute(
                        "UPDATE adjustment SET score = ?, computed = ?, reason = ?, made_by = ?, made = ?"
                        " WHERE learner = ? AND assignment = ? AND question = ?",
                        (one.score, one.computed, one.reason, one.by, _now(), *whose))
                if one.comment is not None:
                    self._connection.execute(
                        "UPDATE adjustment SET comment = ?, comment_by = ?, comment_made = ?"
                        " WHERE learner = ? AND assignment = ? AND question = ?",
                        (one.comment, one.by, _now(), *whose))
            self._drop_empty()

    def undo(self, learner: str, assignment: str, question: str) -> bool:
        """Takes a score set by hand back; whether there was one. A comment stays."""
        with self._explained(), self._transaction():
            done = self._connection.execute(
                "UPDATE adjustment SET score = NULL, computed = NULL, reason = '', made_by = '', made = ''"
                " WHERE learner = ? AND assignment = ? AND question = ? AND score IS NOT NULL",
                (learner, assignment, question),
            ).rowcount  # fmt: skip
            self._drop_empty()
        return bool(done)

    def _drop_empty(self) -> None:
        """Nothing is left of what says nothing any more."""
        self._connection.execute("DELETE FROM adjustment WHERE score IS NULL AND comment = ''")

    def _value(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as messages that say what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "locked" in text:
                raise CourseError(
                    f"{self.path} is in use by another grader. Wait until it has finished, or choose "
                    "another --output folder."
                ) from error
            if "full" in text:
                raise CourseError(
                    f"The disk is full: {self.path} cannot be written. Everything graded so far is in it. "
                    "Make room and run the same command again; it goes on from there."
                ) from error
            raise CourseError(f"{self.path} cannot be opened or written ({text}). {self._remedy()}") from error
        except sqlite3.DatabaseError as error:
            raise CourseError(
                f"{self.path} is not a gradebook, or it is damaged ({error}). Move it away, or choose "
                "another --output folder."
            ) from error
        except OSError as error:
            raise CourseError(f"{self.path} cannot be written ({error.strerror}). {self._remedy()}") from error

    def _remedy(self) -> str:
        """What to do where there can be no gradebook."""
        above = next((folder for folder in self.path.parents if folder.exists()), self.path.parent)
        if not above.is_dir():
            return f"{above} is a file, and --output names a folder: choose another one."
        return f"Is {above} yours to write to? Else choose another --output folder."


def _read_result(text: str) -> tuple[SubmissionResult | None, str]:
    """The result that a row holds, or what is wrong with it: the file may have been edited, or damaged."""
    try:
        return SubmissionResult.from_json(json.loads(text)), ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return None, one_line(f"{type(error).__name__}: {error}", 120)


def _with_adjustments(result: SubmissionResult, by_hand: Mapping[str, _ByHand]) -> SubmissionResult:
    questions = []
    for question in result.questions:
        said = by_hand.get(question.name)
        if said and said.adjustment and said.score is not None:
            question = replace(
                question, score=said.score, adjustment=replace(said.adjustment, computed=question.score)
            )
        questions.append(replace(question, comment=said.comment) if said else question)
    whole = by_hand.get("")
    return replace(result, questions=tuple(questions), comment=whole.comment if whole else None)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
