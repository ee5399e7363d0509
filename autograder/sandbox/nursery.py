"""Outside: starts the nursery process and asks it for sandboxes.

The controller uses this module; it imports no TensorFlow. Nothing that comes
from a sandbox passes through here.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from autograder.course import QUIET, CourseError
from autograder.sandbox.control import MAX_DESCRIPTORS, receive, send
from autograder.sandbox.limits import ISOLATING, LEVELS, Limits, SandboxError, Unavailable

IMPORT_SECONDS = 600.0
"""Seconds that the nursery may take to import TensorFlow: a few on a quiet machine, minutes on a busy one."""

ANSWER_SECONDS = 90.0
"""Seconds that it may take to start a sandbox: more than it gives the sandbox itself (`forkserver.SANDBOX_SECONDS`)."""

WATCH_INTERVAL = 0.25
"""Seconds between two looks at whether the host wants to stop."""

LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Makes malloc ask for large pages: training then takes fewer page faults, which autograder/README.md counts. It has no
effect without glibc."""


@dataclass
class Runner:
    """A fresh sandbox.

    Attributes:
        sock: the conversation with what runs in it; how that ended comes here, too (`exitstatus.py`).
        pidfd: the sandbox's first process; -1 where the system has none (macOS).
        pid: its number.
        limits: what it may use.
    """

    sock: socket.socket
    pidfd: int
    pid: int
    limits: Limits

    def signal(self, signum: int) -> None:
        """Sends a signal to the sandbox's first process; nothing where it has ended."""
        with contextlib.suppress(ProcessLookupError):
            if self.pidfd >= 0:
                signal.pidfd_send_signal(self.pidfd, signum)
            else:
                os.kill(self.pid, signum)

    def end(self) -> None:
        """Makes the supervisor end everything; if it does not, kills the supervisor, and everything with it."""
        self.signal(signal.SIGTERM)
        if not self._dead(1):
            self.signal(signal.SIGKILL)
            self._dead(10)

    def ended(self, timeout: float) -> bool:
        """Returns whether the first process ends by itself in `timeout` seconds; True where the system cannot say."""
        poll = select.poll()
        if self.pidfd >= 0:
            poll.register(self.pidfd, select.POLLIN)
        return self.pidfd < 0 or bool(poll.poll(timeout * 1000))

    def _dead(self, timeout: float) -> bool:
        """Waits until the sandbox is dead: its first process, and all that hold its end of the socket."""
        end = time.monotonic() + timeout
        for descriptor, event in ((self.pidfd, select.POLLIN), (self.sock.fileno(), 0)):
            if descriptor >= 0:
                poll = select.poll()
                poll.register(descriptor, event)
                if not poll.poll(max(end - time.monotonic(), 0) * 1000):
                    return False
        return True

    def close(self) -> None:
        """Closes the descriptors here; the sandbox ends when nobody else holds `sock`."""
        self.sock.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1


@dataclass(frozen=True)
class Program:
    """The program in the sandboxes, and what the nursery process prepares for it once; see `forkserver.program`.

    Attributes:
        module: a module of this package.
        imports: packages to import in advance.
        files: files that every sandbox may see, by name, for the program to prepare.
    """

    module: str = ""
    imports: Sequence[str] = ()
    files: Mapping[str, Path] = field(default_factory=dict)


class Nursery:
    """A running nursery process. Thread-safe; a context manager.

    Args:
        program: the program that runs in the sandboxes, or the name of its module.
        level: "auto" (the best of "full" and "no-namespaces" that holds here), or one of `LEVELS`.
        warm: whether to import once, here, what the program needs. Otherwise each sandbox imports it.
        stopped: ends all waits for the nursery when it is set.

    Attributes:
        level: the isolation in use.

    Raises:
        CourseError: the level does not hold on this machine.
        SandboxError: the process does not start, or is not ready in time.
    """

    def __init__(
        self,
        program: str | Program,
        level: str = "auto",
        warm: bool = True,
        stopped: threading.Event | None = None,
    ) -> None:
        if level not in ("auto", *LEVELS):
            raise CourseError(f"There is no isolation level {level!r}. There are: auto, {', '.join(LEVELS)}.")
        self._lock = threading.Lock()
        self._program = Program(program) if isinstance(program, str) else program
        self._purpose = "warm" if warm else "cold"
        self._stopped = stopped or threading.Event()
        self._process: _Process | None = None
        reasons = []
        for candidate in ISOLATING if level == "auto" else [level]:
            self.level = candidate
            try:
                self._process = self._new_process()
                return
            except Unavailable as reason:
                reasons.append(f"  {candidate}: {reason}")
        raise CourseError(
            "This machine cannot isolate learners' code, so it is not run.\n" + "\n".join(reasons) + "\n"
            "Run the grader on Linux 5.13 or newer: on a machine of its own, a virtual one (on macOS and "
            "Windows, too), or in a container that allows Landlock; `autograder doctor` shows what holds. "
            "For notebooks you trust as your own code, and only for those, there is --no-sandbox."
        )

    def spawn(self, files: Mapping[str, bytes | Path], limits: Limits | None = None) -> Runner:
        """Starts a sandbox.

        Args:
            files: files for its scratch folder: name, or folders and name with "/" in between -> content, or a path to
                copy from.
            limits: of the sandbox; the default limits without.

        Raises:
            SandboxError: it could not be started. A nursery process that has died, or does not answer in time, is
                ended and started anew first, once.
        """
        limits = limits or Limits()
        request = {"limits": asdict(limits)}
        with self._lock:
            if self._process is None:
                raise SandboxError("the nursery is closed")
            try:
                answer, descriptors = self._process.ask(request, files, ANSWER_SECONDS)
            except _Gone as gone:
                self._process.close()
                self._process = None
                try:
                    self._process = self._new_process()
                    answer, descriptors = self._process.ask(request, files, ANSWER_SECONDS)
                except (_Gone, Unavailable) as again:
                    raise SandboxError(f"{gone}; then, started anew: {again}") from again
        if "error" in answer:
            raise SandboxError(answer["error"])
        sock, pidfd = socket.socket(fileno=descriptors[0]), descriptors[1] if descriptors[1:] else -1
        return Runner(sock, pidfd, answer["pid"], limits)

    def _new_process(self) -> _Process:
        return _Process(self.level, self._purpose, self._program, self._stopped)

    def close(self) -> None:
        """Ends the nursery process, which stays until the last of its sandboxes has ended."""
        with self._lock:
            if self._process is not None:
                self._process.close()
                self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Gone(Exception):
    """The nursery process has died, or does not answer."""


class _Process:
    """The process, and the conversation with it."""

    def __init__(
        self,
        level: str,
        purpose: str,
        program: Program = Program(),
        stopped: threading.Event | None = None,
    ) -> None:
        self._stopped = stopped or threading.Event()
        self._silent = False
        self._control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        repository = str(Path(__file__).resolve().parents[2])
        code = (
            f"import sys; sys.path.insert(0, {repository!r}); "
            f"from autograder.sandbox.forkserver import main; main({theirs.fileno()})"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", code],
                pass_fds=[theirs.fileno()],
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd="/",
                start_new_session=True,
            )
        try:
            asked = {"level": level, "purpose": purpose, "program": program.module, "imports": list(program.imports)}
            self.checks = self._started(asked, program.files if purpose == "warm" else {})
        except BaseException:
            self.close()
            raise

    def _started(self, first: dict[str, Any], files: Mapping[str, Path]) -> list[tuple[str, bool, str]]:
        """Sends the first message; returns which promises hold."""
        try:
            answer, _ = self.ask(first, files, IMPORT_SECONDS)
        except _Gone as gone:
            if self._silent:
                raise SandboxError(f"while it started, {gone}") from None
            self._process.wait(10)
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip()[-2000:]
            raise SandboxError(f"the nursery process ended while it started:\n{said}") from None
        if "unavailable" in answer:
            raise Unavailable(answer["unavailable"])
        checks = [(str(what), bool(held), str(detail)) for what, held, detail in answer.get("checks", ())]
        broken = [f"{what} ({detail})" for what, held, detail in checks if not held]
        if broken and first["purpose"] != "try":
            raise Unavailable(f"these promises do not hold: {'; '.join(broken)}")
        return checks

    def ask(
        self, request: dict[str, Any], files: Mapping[str, bytes | Path], seconds: float
    ) -> tuple[dict[str, Any], list[int]]:
        """Sends a request with files; returns the answer and its descriptors, within `seconds`.

        Raises:
            _Gone: the process has died, or did not answer.
            SandboxError: the host wants to stop.
        """
        if len(files) >= MAX_DESCRIPTORS:
            raise CourseError(f"A submission has at most {MAX_DESCRIPTORS - 1} files beside its notebook.")
        descriptors: list[int] = []
        try:
            for name, content in files.items():
                if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
                    raise CourseError(f"{name!r} is no name for a file beside a notebook.")
                descriptors.append(_descriptor(content))
            if files:  # In a file of their own: the process that gets the request must not have them in its memory.
                descriptors.insert(0, _descriptor(json.dumps(list(files)).encode()))
            self._control.settimeout(seconds)
            send(self._control, request, descriptors)
            self._wait(seconds)
            answer, received = receive(self._control)
        except ConnectionError:
            raise _Gone("the nursery process has ended") from None
        except TimeoutError:
            self._silent = True
            raise _Gone(f"the nursery process did not answer within {seconds:g} s") from None
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        if answer is None:
            raise _Gone("the nursery process has ended")
        return answer, received

    def _wait(self, seconds: float) -> None:
        """Waits for an answer. Raises `TimeoutError`, or `SandboxError` when the host wants to stop."""
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while not poll.poll(WATCH_INTERVAL * 1000):
            if self._stopped.is_set():
                raise SandboxError("stopped")
            if time.monotonic() > end:
                raise TimeoutError

    def close(self) -> None:
        self._control.close()
        if self._silent:  # No further message would reach it.
            self._process.kill()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:  # It stays as long as its last sandbox; but nobody needs those any more.
            if self._stopped.is_set():
                self._process.kill()
                self._process.wait(5)
        self._errors.close()


def try_level(level: str) -> list[tuple[str, bool, str]]:
    """Tries `level` in a process of its own, without TensorFlow.

    Returns:
        For each promise: its text, whether it holds, and what happened instead.

    Raises:
        Unavailable: a layer of it is missing.
        SandboxError: the process failed otherwise.
    """
    process = _Process(level, "try")
    process.close()
    return process.checks


def environment() -> dict[str, str]:
    """Returns the whole environment of the nursery process, from which cell runners start, too.

    TensorFlow gets one thread: submissions run side by side, and a convolution's sums depend on the number of threads.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "USER": "learner",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "KERAS_BACKEND": "tensorflow",
    } | QUIET | LARGE_PAGES


def _descriptor(content: bytes | Path) -> int:
    """Returns a descriptor from which `content` can be read."""
    if isinstance(content, Path):
        return os.open(content, os.O_RDONLY | os.O_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return os.dup(file.fileno())
