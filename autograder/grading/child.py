"""In the checker's child: runs one notebook cell by cell, checks its questions, and reports each score at once.

It follows Otter: the cells run in order, whatever they raise; a
`grader.check(q)` runs the whole test file of the question against the notebook
as it is at that moment; a later check of the same question counts instead; a
question never checked is checked at the end. It differs from Otter on purpose
here: a cell and a check have a time limit, and a notebook that breaks it, or
dies, keeps the scores it has.

Every event (`events.py`) is sent the moment it is known, so that nothing that
happens later can touch a score.

A question is heard once in a run: its tests use the learner's functions in one of its checks and in no other. The
number of calls of a function reveals which case has failed, so no check that counts may follow one that could have
revealed it. If a notebook checks a question again, the run counts how often (`repeated`), and another run, in a process
that knows nothing of this one, makes the last of these checks and none before it (`last`).
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import numpy as np

from autograder.bridge.records import ERROR_LIMIT
from autograder.bridge.remote import RemoteFunction
from autograder.bridge.session import CellOutcome
from autograder.course import VARIANTS
from autograder.grading import causes, messages, portrait
from autograder.grading.endings import End, of_cell
from autograder.grading.events import (
    AT_END,
    OUTPUT_LIMIT,
    SEED,
    Begun,
    CellRan,
    CheckBegun,
    Ending,
    Event,
    Finished,
    Portrayed,
    Request,
    Scored,
    Settled,
)
from autograder.grading.questions import CaseHooks, QuestionRun
from autograder.grading.redaction import cell_error
from autograder.grading.results import CellResult, Portrait, QuestionResult
from autograder.grading.text import one_line, plain
from autograder.grading.timed import TimedSession
from autograder.grading.variables import Environment
from autograder.sandbox.limits import READY_SECONDS, Limits, SandboxError
from autograder.sandbox.nursery import Runner

SEED_SOURCE = """
import random, sys, numpy
random.seed({seed})
numpy.random.seed({seed})
if "keras" in sys.modules:
    sys.modules["keras"].utils.set_random_seed({seed})
del random, sys, numpy
"""
"""Sets all seeds. If Keras is imported, its own function seeds TensorFlow, and the first two once more."""

MAX_CHECKS = 20
"""Checks of one question that a run counts: of more, as of a notebook that loops over `grader.check`, the last of these
is the one that is made."""

PORTRAIT_SECONDS = 20.0
"""Seconds that a portrait may take; less where `--timeout` is less."""

BLAME_SECONDS = 4.0
"""If a check took longer, the learner's functions are not run once more to find which of them is to blame. Running them
may take twice as long."""


def run(
    request: Request, sock: socket.socket, pidfd: int, emit: Callable[[Event], None]
) -> None:
    """Makes one attempt at one notebook.

    Args:
        request: as in `events.py`.
        sock, pidfd: of the cell runner.
        emit: sends an event to the controller.
    """
    if tf := sys.modules.get("tensorflow"):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    Attempt(request, sock, pidfd, emit).run()


def _seed(seed: int = SEED) -> None:
    """Seeds Python, NumPy, and TensorFlow where it is there."""
    random.seed(seed)
    np.random.seed(seed)
    if keras := sys.modules.get("keras"):
        keras.utils.set_random_seed(seed)


def seed_source(seed: int, variable: str) -> str:
    """Returns the code that Otter puts before each cell of an assignment with a seed; here it leaves no name behind."""
    if variable:
        return f"{variable} = {seed}"
    return f"__import__('numpy').random.seed({seed}); __import__('random').seed({seed})"


class Attempt:
    """One run of one notebook; see the module."""

    def __init__(
        self, request: Request, sock: socket.socket, pidfd: int, emit: Callable[[Event], None]
    ) -> None:
        self.request = request
        self.emit = emit
        self.timeout = request.timeout
        runner = Runner(sock, pidfd, request.pid, Limits(**request.limits))
        self.session = TimedSession(runner, self.on_check)
        self.session.heard = request.heard
        self.cells: list[tuple[str, CellResult]] = []
        self.here = AT_END
        self.question = ""
        self.done = set(request.done)
        self.last = request.last
        self.checks: Counter[str] = Counter()
        self.nth: Counter[tuple[int, str]] = Counter()
        self.flags: list[str] = []
        self.slow = False
        self.memory = False
        self.check_began = self.check_seconds = 0.0
        if request.folder:
            os.chdir(request.folder)
        signal.signal(signal.SIGALRM, self._alarm)

    def run(self) -> None:
        """Runs everything, from the first cell to the last check."""
        try:
            self._run_cells()
            self._seed_notebook("")
            for question in self.request.questions:
                if self.session.alive and question not in self.done:
                    self.here = AT_END
                    self.nth[AT_END, question] = 1
                    self._check(question, "at-end")
            ending = self._ending()
            if self.session.alive and self.request.portrait:
                self.emit(Settled(ending))
                self._portray()
        finally:
            self.session.close()
        self.emit(Finished(ending))

    def _ending(self) -> Ending:
        """Returns how the notebook's process ended, if it did, and what an instructor may want to know."""
        ended = self.session.ended
        return Ending(
            status=ended.status if ended else "",
            error=plain(ended.error, 500) if ended else "",
            cell=self.here,
            question=self.question if ended else "",
            repeated={question: times for question, times in self.checks.items() if times > 1},
            review=[plain(flag, 500) for flag in self.session.flags],
            flags=list(self.flags),
        )

    def _portray(self) -> None:
        """Sends a portrait of the learner's network, or why there is none."""
        _seed()
        self._begin_check("portrait", time.monotonic(), min(self.timeout, PORTRAIT_SECONDS))
        made: Portrait | None = None
        note = ""
        try:
            drawn = portrait.make(Path(self.request.portrait), Environment(self.session))
            # Copies for which there was no time do not count as read wrong.
            made = replace(drawn, copies=None) if self.session.late else drawn
        except BaseException as error:  # TooSlowError, or whatever the learner's answers led to
            note = one_line(f"{type(error).__name__}: {error}", 500)
        finally:
            self._end_check()
        self.emit(Portrayed(made, note))

    def _begin(self) -> None:
        """Does everything that comes before the learner's first line. A failure here is not the learner's fault."""
        outcome = self.session.run_cell(AT_END, SEED_SOURCE.format(seed=self.request.begins_with), READY_SECONDS)
        if outcome.status != "ok":
            raise SandboxError(f"a notebook did not start: {outcome.status} {outcome.error}")
        self.emit(Begun())

    def _run_cells(self) -> None:
        self._begin()
        end = time.monotonic() + self.request.total
        for index, cell in enumerate(self.request.cells):
            if not self.session.alive:
                return
            self.here = index
            source = cell.source
            if index in self.request.skip_cells:
                outcome = CellOutcome(End.SKIPPED, "", 0.0, "")
            elif time.monotonic() > end:
                outcome = CellOutcome(End.SKIPPED, of_cell(End.SKIPPED).told, 0.0, "")
            else:
                self._seed_notebook(source)
                outcome = self.session.run_cell(index, source, self.timeout)
            self._report_cell(index, source, outcome)
            if cell.checks:
                self._seed_notebook("")
            for question in cell.checks:
                self.on_check(question)

    def _seed_notebook(self, source: str) -> None:
        """Sets the seed before a cell, and before checks outside cells, in an assignment with a seed."""
        if self.request.seed is not None and self.session.alive and not source.startswith("%%"):
            before = seed_source(self.request.seed, self.request.seed_variable)
            self.session.run_cell(AT_END, before, self.timeout)

    def _report_cell(self, index: int, source: str, outcome: CellOutcome) -> None:
        if self.question:  # a check in this cell ended the process; the next attempt reports how the cell goes
            return
        error = plain(outcome.error, ERROR_LIMIT)
        told = None
        if self.session.heard and outcome.status == End.SKIPPED:
            told = error
        elif self.session.heard and outcome.status != "ok":
            told = cell_error(outcome.status, error, [cell.source for cell in self.request.cells])
        result = CellResult(index, outcome.status, round(outcome.seconds, 3), error, told)
        self.cells.append((source, result))
        output = plain(outcome.output[-2 * OUTPUT_LIMIT :], OUTPUT_LIMIT)
        self.emit(CellRan(result, output, outcome.status == "memory" and self.session.over))

    def on_check(self, question: str) -> bool:
        """Handles a notebook that stands at `grader.check(question)`. Returns whether there is such a question."""
        question = self.request.former.get(question, question)
        if question not in self.request.questions:
            return False
        if question in self.request.skip_checks:
            return True
        if self.question or not self.session.alive:  # a check within a check; or too late
            return True
        if self.checks[question] >= MAX_CHECKS:
            flag = f"{question} was checked more than {MAX_CHECKS} times; the rest was ignored."
            if flag not in self.flags:
                self.flags.append(flag)
            return True
        self.checks[question] += 1
        self.nth[self.here, question] += 1
        if self.checks[question] == self.last.get(question, 1):
            self._check(question, "in-place")
        return True

    def _check(self, question: str, checked: str) -> None:
        """Runs the question's test file, and sends its score."""
        nth = self.nth[self.here, question]
        self.emit(CheckBegun(question, self.here, nth))
        known = causes.load(Path(self.request.tests).with_name(VARIANTS)).get(question)
        self.session.recording = recording = causes.Recording() if known else None
        _seed(self._checks_seed)
        self._begin_check(question, time.monotonic(), self.timeout)
        try:
            path = Path(self.request.tests) / f"{question}.py"
            helpers = [Path(folder) for folder in self.request.helpers]
            hooks = CaseHooks(
                self._before_case,
                self._trouble,
                lambda: self.session.learner_error,
                lambda: self.session.heard,
                self._told,
                self._unexamined,
            )
            run = QuestionRun(
                path, self.session, hooks, helpers, self.cells, own=self.request.own,
                unjudged={number: absent for name, number, absent in self.request.unjudged if name == question},
                proven=self.request.proven, trial=self.request.trial,
            )
            result = run.result(question, checked)
            if not self.request.own:  # in this course's exercises such an answer is a wrong one
                self.session.flags += [said for said in run.unexamined if said not in self.session.flags]
        finally:
            self._end_check()
            self.session.recording = None
        troubles = self._troubles()
        if known and recording and not troubles and not all(case.passed for case in result.cases):
            result = self._with_cause(result, known, recording)
        self.done.add(question)
        self.emit(Scored(self.here, nth, result, troubles, self.session.heard))
        if self.session.alive:
            self.question = ""

    @property
    def _checks_seed(self) -> int:
        """The seed of a check.

        Under Otter tests draw from the notebook's generators, so they get the same seed as these.
        """
        return SEED if self.request.seed is None or self.request.seed_variable else self.request.seed

    def _with_cause(self, result: QuestionResult, known: causes.Answers, recording: causes.Recording) -> QuestionResult:
        """Returns the result with its cause, where a wrong variant shows one.

        It costs no point, and only its own time.
        """
        signal.setitimer(signal.ITIMER_REAL, 10 * causes.SECONDS)  # beside busy neighbors
        try:
            match = self._blamed(known, recording)
            return causes.named(result, match if match.blamed else causes.find(known, recording))
        except (Exception, TooSlowError):  # whatever the notebook gave to compare: a message is not worth a score
            self.slow = False
            return result
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.session.deadline = None

    def _blamed(self, known: causes.Answers, recording: causes.Recording) -> causes.Match:
        """Returns which of the learner's earlier functions make the answer fail.

        They run in the notebook, on the arguments that the answer was given before. After a check that took long they
        do not run: a slow function must not be stopped only for a message.
        """
        if self.check_seconds > BLAME_SECONDS:
            return causes.Match()
        self.session.deadline = time.monotonic() + 2 * BLAME_SECONDS
        theirs = {}
        for name in known.helpers:
            with suppress(Exception):  # not there
                if isinstance(value := self.session.get(name), RemoteFunction):
                    theirs[name] = value
        return causes.blamed(known, recording, theirs)

    def _begin_check(self, question: str, now: float, limit: float) -> None:
        self.question = question
        self.slow = self.memory = self.session.late = self.session.arriving = False
        self.session.learner_error = None
        self.session.deadline = now + limit
        self.check_began = now
        signal.setitimer(signal.ITIMER_REAL, limit + 5)

    def _end_check(self) -> None:
        self.check_seconds = time.monotonic() - self.check_began
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.session.deadline = None
        self.session.hidden = False

    def _alarm(self, number: int, frame: FrameType | None) -> None:
        """Stops a check that takes too long on the checker's side; an answer from the notebook has its own limit."""
        if self.session.asking:
            signal.setitimer(signal.ITIMER_REAL, 1)
            return
        self.slow = True
        raise TooSlowError

    # --- around each test case ---

    def _before_case(self, hidden: bool) -> None:
        self.session.learner_error = None
        self.session.forget()
        self.session.hidden = hidden
        if self.session.recording:
            self.session.recording.next_case()

    def _trouble(self) -> str:
        """Returns why the case at hand must fail, whatever it returned; empty if nothing is wrong."""
        if isinstance(self.session.learner_error, MemoryError):
            self.memory = True
        ended = self.session.ended
        return messages.stopped(self._stopped(), self.timeout, ended.error if ended else "")

    def _unexamined(self) -> list[str]:
        """Returns what the case at hand could not examine; nothing if it was stopped, which says enough."""
        found = list(self.session.unexamined)
        self.session.forget()
        return [] if self._trouble() else found

    def _stopped(self) -> str:
        """Returns what stopped the check at hand, an `End`; empty where nothing did."""
        if self.session.slow_to_come:
            return End.SLOW_TO_COME
        if self.session.ended is not None:
            return self.session.ended.status
        return End.TIMEOUT if self.session.late else End.SLOW if self.slow else ""

    def _told(self) -> str | None:
        """Returns what the learner reads of `_trouble`, where that is not all: not how the process ended."""
        text = messages.stopped(self._stopped(), self.timeout)
        return text if text != self._trouble() else None

    def _troubles(self) -> list[str]:
        ended = self.session.ended
        if self.session.slow_to_come:
            return [End.SLOW_TO_COME]
        found = {
            End.TIMEOUT: self.session.late,
            End.SLOW: self.slow and not self.session.late,
            End.MEMORY_ERROR: self.memory,
            End.OVER if self.session.over else ended.status if ended else "": ended is not None,
        }
        return [name for name, so in found.items() if so]


class TooSlowError(BaseException):
    """A check takes too long on the checker's side. Not an `Exception`, so that no test swallows it."""
