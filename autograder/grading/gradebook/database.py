"""The gradebook's file: opens, locks and upgrades it, runs transactions, and says what to do when it cannot be used.

The only module that imports sqlite3. It knows the tables by their version alone: what is in them is for others.

One grader at a time: the file is locked while it is open (the lock ends with the process, however it ends). A gradebook
of an earlier version is brought to this one when it is opened, in one transaction; as it was it stays beside it, under
a name of its own.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.grading.gradebook.schema import APPLICATION, MIGRATIONS, SCHEMA, VERSION


class Database:
    """A gradebook's file, open for one grader."""

    def __init__(self, path: Path) -> None:
        """Opens the gradebook at `path`, or begins one there.

        Raises:
            CourseError: another grader has it open, a newer version wrote it, it is not a gradebook, or
                it cannot be written.
        """
        self.path = path
        with self.explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            with self.explained():
                self._open()
        except BaseException:
            self.connection.close()
            raise

    def _open(self) -> None:
        # An exclusive lock, taken with the first write and kept, keeps a second grader out.
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self._keep_if_older()
        self.connection.execute("BEGIN EXCLUSIVE")
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
            self.connection.execute(f"PRAGMA user_version = {VERSION}")
        self.connection.execute("COMMIT")

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
        self.connection.execute("VACUUM INTO ?", (str(new),))
        new.rename(copy)

    def _script(self, statements: str) -> None:
        """Runs statements within the transaction that is open; sqlite3's own `executescript` would end it."""
        for statement in statements.split(";"):
            self.connection.execute(statement)

    def _value(self, query: str) -> int:
        return int(self.connection.execute(query).fetchone()[0])

    def close(self) -> None:
        self.connection.close()

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Returns all rows of a query.

        Raises:
            CourseError: the file cannot be read.
        """
        with self.explained():
            return self.connection.execute(query, parameters).fetchall()

    def value(self, query: str) -> int:
        """Returns the one number that a query gives; raises as `rows` does."""
        with self.explained():
            return self._value(query)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Opens a transaction: everything written to the connection is kept, or nothing of it.

        Raises:
            CourseError: the file cannot be written.
        """
        with self.explained():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns SQLite's errors into messages that say what to do."""
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
        """Returns what to do where there can be no gradebook."""
        above = next((folder for folder in self.path.parents if folder.exists()), self.path.parent)
        if not above.is_dir():
            return f"{above} is a file, and --output names a folder: choose another one."
        return f"Is {above} yours to write to? Else choose another --output folder."


def utc_now() -> str:
    """Returns the time, as gradebooks have it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
