"""One nursery and one checker, and an attempt at a notebook as a stream of events.

This is the controller's side: no TensorFlow here, and no test is read. An
engine starts both processes when it is first needed and starts them again when
one of them has died; an attempt that was under way is then the grader's own
failure (`EngineError`), never the submission's.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO

from autograder.bridge.notebooks import Notebooks
from autograder.course import quiet_environment
from autograder.grading import checker
from autograder.grading.bundle import EVERYTHING, Ready
from autograder.grading.events import Begun, Event, Exited, Failed, Finished, Lost, Request, from_line
from autograder.sandbox.limits import READY_SECONDS, Limits
from autograder.sandbox.nursery import IMPORT_SECONDS, LARGE_PAGES, Runner, SandboxError

GIVEN_UP = "silent"
"""In place of an exit code: the checker's child was given up."""

BEGIN_SECONDS = 2 * READY_SECONDS + 60
"""Seconds that an attempt may be silent before the learner's first line: twice as long as a notebook may take to start,
as the checker's child asks it for two things, and gives up by itself. After that, something of the grader hangs."""

SEND_SECONDS = 60.0
"""Seconds that the checker may take to receive a request."""

WATCH_INTERVAL = 0.25
"""Seconds between two looks at whether the batch is being stopped."""


class EngineError(Exception):
    """The nursery or the checker failed: nothing is known about the submission.

    The message is one line, fit to stand in a report; `details` is for the log only, it may quote a test.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text.strip().splitlines()[-1] if text.strip() else "unknown")
        self.details = text


class StoppedError(Exception):
    """The batch is being stopped."""


class Engine:
    """Starts attempts, side by side, from any number of threads. A context manager."""

    def __init__(self, confined: bool = True, ready: Ready = EVERYTHING) -> None:
        """Makes the engine; starts nothing yet.

        Args:
            confined: False runs notebooks without isolation, for code one trusts.
            ready: what its processes prepare once for all attempts.
        """
        self.confined = confined
        self.ready = ready
        self._lock = threading.Lock()
        self._nursery: Notebooks | None = None
        self._checker: _CheckerProcess | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> str:
        """Starts the processes that do not run; returns the isolation level in use.

        Raises:
            EngineError: the checker does not start.
            CourseError: this machine cannot isolate a notebook, and that was asked for.
        """
        nursery, _ = self._pair()
        return nursery.level

    def _pair(self) -> tuple[Notebooks, _CheckerProcess]:
        with self._lock:
            self._heed_stop()
            if self._checker is not None and not self._checker.alive:
                self._checker.close()
                self._checker = None
            starting = self._checker is None
            if self._checker is None:
                self._checker = _CheckerProcess(self.ready)  # it imports while the nursery does
            if self._nursery is None:
                try:
                    self._nursery = Notebooks(
                        "auto" if self.confined else "none",
                        stopped=self._stopped,
                        imports=self.ready.imports,
                        files=self.ready.support,
                    )
                except SandboxError as error:
                    self._heed_stop()
                    raise EngineError(f"the nursery does not start: {error}") from error
            if starting:
                self._checker.wait_until_ready(self._stopped)
            return self._nursery, self._checker

    def _heed_stop(self) -> None:
        if self._stopped.is_set():
            raise StoppedError

    def attempt(
        self, request: Request, files: Mapping[str, bytes | Path], limits: Limits, silence: float
    ) -> Iterator[Event | Lost]:
        """Makes one run of one notebook. Yields its events, as the checker's child reports them.

        The last one is `Finished`; or `Lost` when the child died or was ended, because the notebook's answers were too
        much for its limits, or because it was silent for longer than any check may take.

        Args:
            request: the task for `child.run`.
            files: the files in the notebook's folder, by name.
            limits: of the notebook's processes.
            silence: seconds without an event after which it is ended from here, once the learner's code runs.

        Raises:
            EngineError: the nursery or the checker failed.
            StoppedError: `stop` was called.
        """
        nursery, checker_ = self._pair()
        try:
            runner = nursery.spawn(files, limits)
        except (OSError, SandboxError) as error:
            self._heed_stop()
            self._drop_nursery(nursery)
            raise EngineError(f"the nursery cannot start a notebook: {error}") from error
        here, there = socket.socketpair()
        try:
            with there:
                checker_.send([there.fileno(), runner.sock.fileno(), runner.pidfd])
            runner.sock.close()  # the checker's child alone holds it now: when it dies, so does the sandbox
            here.settimeout(SEND_SECONDS)
            here.sendall(replace(request, pid=runner.pid).to_line())
            yield from self._events(here, silence)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EngineError("the checker is gone") from error
        except (TimeoutError, _NotBegunError) as error:
            self._drop_checker(checker_)
            raise EngineError("the checker does not answer") from error
        finally:
            here.close()
            _end(runner)

    def _events(self, channel: socket.socket, silence: float) -> Iterator[Event | Lost]:
        begun = False
        for line in _lines(channel, silence, self._stopped):
            if line is None:
                if not begun:
                    raise _NotBegunError
                yield Lost(GIVEN_UP)
                return
            try:
                event = from_line(line)
            except ValueError:
                continue  # a child that died in the middle of a line
            match event:
                case Begun():
                    begun = True
                case Failed(text):
                    raise EngineError(text)
                case Exited(code):
                    yield Lost(code)
                    return
                case _:
                    yield event
                    if isinstance(event, Finished):
                        return
        raise EngineError("the checker is gone")

    def _drop_nursery(self, nursery: Notebooks) -> None:
        """Gives this nursery up; the next attempt starts another."""
        with self._lock:
            if self._nursery is nursery:
                nursery.close()
                self._nursery = None

    def _drop_checker(self, checker_: _CheckerProcess) -> None:
        """Gives this checker up; the next attempt starts another."""
        with self._lock:
            if self._checker is checker_:
                checker_.kill()
                self._checker = None

    def stop(self) -> None:
        """Ends all attempts and starts no new ones."""
        self._stopped.set()

    def close(self) -> None:
        self.stop()
        with self._lock:
            if self._checker is not None:
                self._checker.close()
            if self._nursery is not None:
                self._nursery.close()
            self._checker = self._nursery = None


class _CheckerProcess:
    """The checker's process, seen from here."""

    def __init__(self, ready: Ready) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", checker.__name__, str(theirs.fileno()), ",".join(ready.imports),
                 *map(str, ready.helpers)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env=one_thread_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the controller
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self, stopped: threading.Event) -> None:
        end = time.monotonic() + IMPORT_SECONDS
        readable: list[socket.socket] = []
        while not readable and time.monotonic() < end:
            if stopped.is_set():
                raise StoppedError
            readable, _, _ = select.select([self._control], [], [], WATCH_INTERVAL)
        self._control.settimeout(SEND_SECONDS)
        if not readable or self._control.recv(1) != checker.READY:
            self._log.seek(0)
            said = self._log.read()[-2000:].decode("utf-8", "replace")
            self.close()
            raise EngineError(f"the checker does not start:\n{said}")

    def send(self, descriptors: list[int]) -> None:
        with self._lock:
            socket.send_fds(self._control, [checker.REQUEST], descriptors)

    def close(self) -> None:
        self._control.close()  # the checker ends when it sees this, and its children with it
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._log.close()

    def kill(self) -> None:
        """Ends it and its children at once."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)


class _NotBegunError(Exception):
    """No event of an attempt came, not even that it began."""


def _end(runner: Runner) -> None:
    """Makes sure that nothing of the sandbox is left; usually the session has ended it."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(runner.pidfd, signal.SIGKILL)
    select.select([runner.pidfd], [], [], 10)
    runner.close()


def one_thread_environment() -> dict[str, str]:
    """Returns the environment of a process that must fork: no library may start a thread at import."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH", "")]))
    return quiet_environment() | LARGE_PAGES | threads | {"PYTHONPATH": path, "MPLBACKEND": "agg"}


def _lines(channel: socket.socket, silence: float, stopped: threading.Event) -> Iterator[bytes | None]:
    """Yields lines from the channel until it closes; None, and no more, when none has come for `silence` seconds.

    The first line may take longer.
    """
    buffer = b""
    deadline = time.monotonic() + max(silence, BEGIN_SECONDS)
    while True:
        if stopped.is_set():
            raise StoppedError
        left = deadline - time.monotonic()
        if left <= 0:
            yield None
            return
        readable, _, _ = select.select([channel], [], [], min(left, WATCH_INTERVAL))
        if not readable:
            continue
        try:
            piece = channel.recv(1 << 16)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return
        deadline = time.monotonic() + silence
        *lines, buffer = (buffer + piece).split(b"\n")
        yield from (line for line in lines if line)
