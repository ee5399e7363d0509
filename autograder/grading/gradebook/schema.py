"""The tables of a gradebook, and the migrations from earlier versions.

Version 3 (`PRAGMA user_version`; `PRAGMA application_id` says that the file is a gradebook):

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
submission with the same fingerprint is not run again.

`submission` and `question` hold what the checks gave, `adjustment` what a
person decided. They are joined when results are read, so no new grading touches
an adjustment. It belongs to the learner, the exercise and the question, not to
one file: it stays when the learner hands in again.

Version 1 had no table `adjustment` and no column `submission.seen`, version 2 no
comments.
"""

from __future__ import annotations

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
"""Version of a gradebook -> statements that bring it to the next."""


def between_learners(place: int) -> str:
    """Returns a learner that nobody is, for a submission between two learners."""
    return f"\x01 {place}"
