"""`grading.log`: a record of each batch, line by line, for questions that come later.

    2026-11-02T16:05:12+00:00 began: in "/home/grace", paths ["submissions"], options {"assignment": null, ...}
    2026-11-02T16:05:31+00:00 graded: "alice", "alice.ipynb", 02-preprocessing, 13 of 15 points, 3.2 s
    2026-11-02T16:05:52+00:00 timeout: "bob", "bob.ipynb", 02-preprocessing, 4 of 15 points, 18.1 s; Code cell 3 ...
    2026-11-03T09:12:00+00:00 adjusted: "bob", 02-preprocessing, q2_1, 1 became 2 of 2 points, by "grace"; "also right"

Each batch appends to it, and so does each correction by hand. Only the controller writes it, in one write for each
entry, so that a batch which is killed leaves whole lines. An entry begins with the time, in UTC. Indented lines, such
as a traceback, belong to the entry above them. Text from a learner stands on one line, without control characters, and
names stand in quotes: nobody can write an entry, or a verdict, of their own.

Messages of this package in Python's `logging` arrive here while the log is open; standard error gets the first line,
and where the rest is. Messages of a worker in another process stay there; the reason comes with its result.

The log is no result. If it cannot be written, one message says so, and grading goes on.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType

from autograder.grading.adjust import Adjusted, login
from autograder.grading.bundle import environment
from autograder.grading.results import SubmissionResult
from autograder.grading.text import one_line, plain

FILE = "grading.log"

LOGGER = logging.getLogger("autograder")

LONGEST_LINE = 4000
LONGEST_DETAILS = 40_000
LONGEST_NAME = 80
LONGEST_REASON = 500
"""Characters of a reason; a longer one loses its middle."""


class BatchLog:
    """The log of one batch. A context manager; before it is entered, and after it is left, nothing is written."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        """Makes the log; opens nothing yet.

        Args:
            path: the log; its folder exists when the log is entered.
            say: tells the person at the keyboard that the log cannot be written.
        """
        self.path = path
        self._say = say
        self._file: FileIO | None = None
        self._lock = threading.RLock()
        self._handlers: list[logging.Handler] = []
        self._level = logging.NOTSET

    def __enter__(self) -> BatchLog:
        try:
            self._file = _opened(self.path)
        except OSError as error:
            self._give_up(error)
            return self
        self._handlers = [_Handler(self)]
        if not LOGGER.hasHandlers():
            self._handlers.append(_FirstLine(self.path))  # Python's own is off where there is any other
        self._level = LOGGER.level
        LOGGER.setLevel(min(LOGGER.getEffectiveLevel(), logging.INFO))
        for handler in self._handlers:
            LOGGER.addHandler(handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handlers:
            LOGGER.setLevel(self._level)
        for handler in self._handlers:
            LOGGER.removeHandler(handler)
        self._handlers = []
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def write(self, kind: str, text: str, details: str = "") -> None:
        """Writes one entry.

        Args:
            kind: the word after the time, such as a verdict; not from a learner.
            text: goes on the same line.
            details: lines that belong to it.
        """
        lines = [f"{datetime.now(UTC).isoformat(timespec='seconds')} {kind}: {one_line(text, LONGEST_LINE)}"]
        lines += [f"    {line}" for line in plain(details, LONGEST_DETAILS).splitlines() if line.strip()]
        data = ("\n".join(lines) + "\n").encode()
        with self._lock:
            if self._file is None:
                return
            try:
                while data:
                    data = data[self._file.write(data) :]
            except OSError as error:
                self._file.close()
                self._file = None
                self._give_up(error)

    def began(self, paths: Sequence[Path], options: Mapping[str, object]) -> None:
        """Writes that a batch begins: where, on what, with which options, and with which versions."""
        versions = ", ".join(f"{name} {version}" for name, version in environment().items())
        self.write(
            "began",
            f"in {_quoted(os.getcwd())}, paths {_quoted([str(path) for path in paths])}, "
            f"options {_quoted(dict(options))}, versions {versions}",
        )

    def result(self, result: SubmissionResult) -> None:
        """Writes the result of one submission."""
        reason = f"; {one_line(result.reason, LONGEST_REASON)}" if result.reason else ""
        self.write(
            result.status.value,
            f"{_quoted(one_line(result.learner, LONGEST_NAME))}, {_quoted(one_line(result.submission, LONGEST_NAME))}, "
            f"{result.assignment or 'unknown exercise'}, {result.score:g} of {result.possible:g} points, "
            f"{result.seconds:.1f} s{reason}",
        )

    def late(self, result: SubmissionResult) -> None:
        """Writes that a submission came late, if it did, and what that costs."""
        if late := result.lateness:
            by = f"{late.days} days begun, {late.percent:g}%, {late.taken:g} points taken" if late.days else (
                f"of which zone that is is not clear, {_quoted(late.unclear_zone)}, nothing taken" if late.unclear_zone
                else "by how much nobody says, nothing taken")
            self.write("late", f"{_quoted(one_line(result.learner, LONGEST_NAME))}, {result.assignment}, "
                               f"due {late.due}, handed in {_quoted(result.handed_in)}: {by}")

    def by_hand(self, kind: str, done: Adjusted) -> None:
        """Writes what an instructor has set, commented or taken back."""
        score = f", {done.before:g} became {done.after:g} of {done.possible:g} points" if done.why or (
            done.before != done.after) else ""
        if done.stray is not None:
            score = f", {done.stray:g} points that counted for nothing, the question being gone"
        words = (("", done.why), ("comment ", done.comment))
        said = "".join(f"; {what}{_quoted(text)}" for what, text in words if text)
        self.write(kind, f"{_quoted(one_line(done.learner, LONGEST_NAME))}, {done.assignment or 'unknown exercise'}, "
                         f"{done.question or 'the whole'}{score}, by {_quoted(login())}{said}")

    def _give_up(self, error: OSError) -> None:
        self._say(f"{self.path} cannot be written ({error.strerror or error}). It goes on without this log.")


def _opened(path: Path) -> FileIO:
    """Opens the file for appending. If a run ended in the middle of a line, a new line begins."""
    file = FileIO(path, "a+")
    try:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
    except OSError:
        file.close()
        raise
    return file


def _quoted(value: object) -> str:
    """Returns text as JSON: a quotation mark or a line break in a name cannot end it."""
    return json.dumps(value, ensure_ascii=False, default=str)


class _Handler(logging.Handler):
    """Handles messages from Python's `logging`."""

    def __init__(self, log: BatchLog) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            first, _, more = self.format(record).partition("\n")
            self._log.write(record.levelname.lower(), first, more)
        except Exception:  # as every handler does: a log must not end the program that it describes
            self.handleError(record)


class _FirstLine(logging.Handler):
    """Prints serious messages on standard error: a traceback is for the log."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.WARNING)
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        try:
            first, _, more = self.format(record).partition("\n")
            print(f"{first.rstrip(':')}. The details are in {self._path}." if more.strip() else first, file=sys.stderr)
        except Exception:
            self.handleError(record)
