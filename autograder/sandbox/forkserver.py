"""Nursery process and inside: prepares once what all submissions need, and forks a sandbox for each of them.

The nursery process runs no learner's code and no TensorFlow operation, and has exactly one
thread, always (`forking.py`). It has no secrets: its environment is fixed and holds nothing of
yours, it knows of the course only the files it is handed, and at level full it sees no others.
The code here takes a sandbox from the fork to the program's first line.

It serves one socket to the host (`nursery.py`). A request is JSON, with the
submission's files as descriptors; the answer is the pid of the new sandbox's
first process, with its pidfd and the host's end of the socket to its cell
runner. Each sandbox takes three forks:

    nursery -> child, which enters the namespaces and ends
                 -> supervisor, first process in them
                      -> cell runner
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from autograder.sandbox import linux, scratch, selfcheck
from autograder.sandbox.confinement import Confinement
from autograder.sandbox.control import ends_with, receive, send
from autograder.sandbox.forking import ForkServer, fork
from autograder.sandbox.limits import Limits, Unavailable
from autograder.sandbox.supervisor import Supervisor

Entry = Callable[[socket.socket, Limits], None]
"""Called in the new process once it is confined, with its end of the socket to the host."""


SANDBOX_SECONDS = 60.0
"""Seconds that a sandbox may take until it is confined: hundredths of a second on a quiet machine."""

END_SECONDS = 10.0
"""Seconds that a process may take to end once it is killed."""


def program(name: str) -> ModuleType:
    """Returns the module of this package that runs in the sandboxes.

    Its `main(sock, limits)` is the `Entry`. Its `warm_up(imports, files)` runs in the nursery process and prepares what
    all sandboxes need: it imports these packages, and takes from these files, by name, what every sandbox may see. It
    runs no stranger's code, starts no thread, and keeps nothing that a sandbox must not know.

    Raises:
        ValueError: this package has no module called `name`.
    """
    package = __name__.partition(".")[0]
    if not re.fullmatch(rf"{package}(\.[a-z_]+)+", name):
        raise ValueError(f"{name!r} is no module of {package}")
    return importlib.import_module(name)


class NurseryProcess:
    """The nursery process."""

    def __init__(self, level: str, entry: Entry | None = None) -> None:
        self.confinement = Confinement(level)
        self.entry = entry
        self.folders: dict[int, str] = {}
        """First process of a sandbox -> the folder to clear when it has ended."""
        self.home: scratch.Home | None = None

    def prepare(self) -> list[selfcheck.Result]:
        """Takes on the level, and tries it in a sandbox without a learner. Raises `Unavailable`."""
        self.confinement.prepare()
        self.home = scratch.home()
        self.confinement.home = self.home.path
        os.environ["HOME"] = f"{self.home.path}/home"
        os.mkdir(os.environ["HOME"])
        level, pid, outside = self.confinement.level, os.getpid(), selfcheck.namespaces_of_this_process()

        def check(sock: socket.socket, limits: Limits) -> None:
            sock.sendall(json.dumps(selfcheck.try_promises(level, pid, outside)).encode())

        supervisor, sock = self.sandbox(Limits(), [], check)
        sock.settimeout(SANDBOX_SECONDS)
        try:
            with sock, sock.makefile("rb") as answer:
                results, _ = json.JSONDecoder().raw_decode(answer.read().decode("utf-8", "replace"))
        except TimeoutError:
            _end(supervisor)
            raise Unavailable(f"the self-check does not end within {SANDBOX_SECONDS:g} s") from None
        _end(supervisor)
        self.cleared(supervisor)
        return [tuple(result) for result in results]

    def serve(self, control: socket.socket) -> None:
        """Answers requests until the host is gone, then waits until the last sandbox is.

        The second wait has no limit, and nobody waits for it: a sandbox ends as soon as the process that checks its
        submission is gone.
        """
        server = ForkServer(control, lambda: self.request(control), lambda ended, status: self.cleared(ended))
        send(control, {"ready": self.confinement.level})
        server.serve()
        server.collect(0)

    def close(self) -> None:
        """Removes all files that are left. The sandboxes have ended before."""
        if self.home:
            _end(_clear(self.home.path))
            os.close(self.home.held)

    def request(self, control: socket.socket) -> bool:
        """Answers one request; returns False when the host is gone."""
        asked, descriptors = receive(control)
        if asked is None:
            return False
        try:
            assert self.entry is not None
            supervisor, sock = self.sandbox(Limits(**asked["limits"]), descriptors, self.entry)
            with sock:
                pidfd = [os.pidfd_open(supervisor)] if hasattr(os, "pidfd_open") else []
                send(control, {"pid": supervisor}, [sock.fileno(), *pidfd])
                for descriptor in pidfd:
                    os.close(descriptor)
        except Exception as error:
            send(control, {"error": f"{type(error).__name__}: {error}"})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def cleared(self, supervisor: int) -> None:
        """Clears the folder of a sandbox that has ended."""
        folder = self.folders.pop(supervisor, None)
        if folder is not None:
            _clear(folder)

    def sandbox(self, limits: Limits, files: list[int], entry: Entry) -> tuple[int, socket.socket]:
        """Starts a sandbox.

        Args:
            limits: what it may use.
            files: for its scratch folder: a descriptor of a list of names, and one of each file; or nothing. Only the
                new process reads the names: all later sandboxes see the memory of this process.
            entry: called in the sandbox.

        Returns:
            Its first process, and the host's end of the socket that `entry` has.

        Raises:
            Unavailable: it did not start, or not in time.
        """
        self.confinement.new_sandbox()
        host, inside = socket.socketpair()
        status, status_end = os.pipe()
        child = fork()
        if not child:
            _Child(self.confinement, limits, files, entry, inside, status_end).run()
        inside.close()
        os.close(status_end)
        said, in_time = _heard(status, SANDBOX_SECONDS)
        _end(child, patience=1.0)
        supervisor = said.get("pid", 0)
        if self.confinement.level != "full":
            self.folders[supervisor] = self.confinement.base
            if not supervisor:
                self.cleared(supervisor)
        if "confined" not in said:
            host.close()
            if supervisor and not in_time:
                os.kill(supervisor, signal.SIGKILL)
            silence = f"the new process is not ready after {SANDBOX_SECONDS:g} s"
            raise Unavailable(said.get("error", "the new process ended without a word" if in_time else silence))
        return supervisor, host


class _Child:
    """The new sandbox, from the fork on. Never returns to the nursery's code."""

    def __init__(
        self,
        confinement: Confinement,
        limits: Limits,
        files: list[int],
        entry: Entry,
        sock: socket.socket,
        status: int,
    ) -> None:
        self.confinement = confinement
        self.limits = limits
        self.files = files
        self.entry = entry
        self.sock = sock
        self.status = status

    def run(self) -> NoReturn:
        code = 1
        try:
            self.child()
            code = 0
        except OSError as error:  # Most often a layer that the machine does not allow.
            self.say({"error": error.strerror or str(error)})
        except BaseException:
            self.say({"error": traceback.format_exc(limit=-3)[-3000:]})
        finally:
            os._exit(code)

    def say(self, what: dict[str, object]) -> None:
        """Sends a line to the nursery, as long as it listens."""
        with contextlib.suppress(OSError):
            os.write(self.status, json.dumps(what).encode() + b"\n")

    def child(self) -> None:
        """Enters the namespaces and starts their first process, which the nursery adopts."""
        _close_all_but({self.sock.fileno(), self.status, *self.files})
        self.confinement.separate()
        supervisor = os.fork()
        if supervisor:
            self.say({"pid": supervisor})
        else:
            self.supervisor()

    def supervisor(self) -> None:
        os.setsid()
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        self.confinement.furnish(self.limits)
        _place(self.files)
        full = self.confinement.level == "full"
        supervisor = Supervisor(self.sock, self.limits, "" if full else self.confinement.base, counted=full)
        if full:
            self.confinement.enclose()
        asked, asks = socket.socketpair() if self.confinement.level == "no-namespaces" else (None, None)
        runner = os.fork()
        if not runner:
            self.runner(asks)
        os.close(self.status)
        if full:
            self.confinement.restrict(processes=False)
            linux.prctl(linux.PR_SET_NAME, b"supervisor")
        listeners: list[int] = []
        if asked and asks:
            asks.close()
            with asked:
                listeners = socket.recv_fds(asked, 1, 1)[1]
        supervisor.watch(runner, listeners)

    def runner(self, supervisor: socket.socket | None) -> None:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(signum, signal.SIG_DFL)
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        _close_all_but({self.sock.fileno(), self.status, *([supervisor.fileno()] if supervisor else [])})
        self.confinement.restrict(supervisor=supervisor)
        if supervisor:
            supervisor.close()
        self.say({"confined": True})
        os.close(self.status)
        self.entry(self.sock, self.limits)
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    """Closes every other descriptor, and points standard input, output and error to nowhere."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard, inheritable=False)
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    for descriptor in map(int, os.listdir(folder)):
        if descriptor not in kept | {0, 1, 2}:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _names(files: Sequence[int]) -> list[str]:
    """Returns the names of the other descriptors, which the first of these holds."""
    return json.loads(os.pread(files[0], os.fstat(files[0]).st_size, 0)) if files else []


def _read(files: Sequence[int]) -> dict[str, bytes]:
    """Returns the content of the files, by name, and closes their descriptors."""
    found = {
        name: os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        for name, descriptor in zip(_names(files), files[1:], strict=True)
    }
    for descriptor in files:
        os.close(descriptor)
    return found


def _place(files: Sequence[int]) -> None:
    """Copies files into the current folder and closes their descriptors."""
    for name, descriptor in zip(_names(files), files[1:], strict=True):
        if folder := os.path.dirname(name):
            os.makedirs(folder, exist_ok=True)
        with open(name, "xb") as copy:
            offset = 0
            while piece := os.pread(descriptor, 1 << 20, offset):
                copy.write(piece)
                offset += len(piece)
    for descriptor in files:
        os.close(descriptor)


def _heard(status: int, seconds: float) -> tuple[dict[str, Any], bool]:
    """Reads what a new sandbox says on `status` until it closes it. Returns it, and whether it came in time."""
    end = time.monotonic() + seconds
    data = b""
    poll = select.poll()
    poll.register(status, select.POLLIN)
    while in_time := bool(poll.poll(max(end - time.monotonic(), 0) * 1000)):
        piece = os.read(status, 1 << 16)
        if not piece:
            break
        data += piece
    os.close(status)
    said: dict[str, Any] = {}
    for line in data.split(b"\n")[:-1]:
        said |= json.loads(line)
    return said, in_time


def _clear(folder: str) -> int:
    """Has a child remove what a sandbox left.

    Returns:
        The child. Nobody has to wait for it, but somebody must collect it.
    """
    child = fork()
    if not child:
        try:
            _close_all_but(set())
            scratch.remove(folder)
        finally:
            os._exit(0)
    return child


def _end(process: int, patience: float = END_SECONDS) -> None:
    """Collects a child that ends by itself; kills it if it still runs after `patience` seconds.

    Raises:
        Unavailable: it runs on although it was killed.
    """
    for seconds in (patience, END_SECONDS):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(process, os.WNOHANG)[0] == 0:
                    time.sleep(0.001)
                    continue
            return
        os.kill(process, signal.SIGKILL)
    raise Unavailable("a process does not end when it is killed")


def main(descriptor: int) -> None:
    """Serves the host on `descriptor`. Its first message names the level, the purpose and the program."""
    control = socket.socket(fileno=descriptor)
    asked, descriptors = receive(control)
    if asked is None:
        return
    files = _read(descriptors)
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    scratch.remove_leftovers()
    # Now, because the course's own folder is about to disappear from view.
    runs = program(asked["program"]) if asked["purpose"] != "try" else None
    nursery = NurseryProcess(asked["level"], runs.main if runs else None)
    try:
        try:
            results = nursery.prepare()
        except (Unavailable, OSError) as error:
            send(control, {"unavailable": str(error)})
            return
        if runs is None or not all(held for _, held, _ in results):
            send(control, {"checks": results})
            return
        if asked["purpose"] == "warm":
            with ends_with(control):
                runs.warm_up(asked["imports"], files)
        sys.path.remove(str(Path(__file__).resolve().parents[2]))
        nursery.serve(control)
    finally:
        nursery.close()
