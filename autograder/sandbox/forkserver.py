"""The nursery process: imports TensorFlow once and forks a child for each submission.

It runs no learner's code and no TensorFlow operation, and has exactly one
thread, always: a fork in a process with more would leave locks held for ever
in the child. It has no secrets: its environment is empty, and it knows of the
course only the files it is handed.

It serves one socket to the host (`nursery.py`). A request is JSON with the
files of the submission as descriptors; the answer is the pid of the new
sandbox's first process with its pidfd and the socket to its cell runner.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from autograder.sandbox import wire
from autograder.sandbox.limits import Limits

MAX_REQUEST = 1 << 20
MAX_FILES = 200
"""Descriptors in one request; the kernel passes at most 253."""

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class File:
    """A file for the scratch folder: its name there, and a descriptor to copy it from."""

    name: str
    descriptor: int


def one_thread() -> None:
    """Raises `RuntimeError` when this process has more than one thread."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the process must have one thread before a fork, and has {threads}")


def warm_up() -> None:
    """Imports what cell runners need. Imports only: see the module's first lines."""
    import IPython.core.interactiveshell
    import keras
    import matplotlib.pyplot
    import tensorflow

    from autograder.sandbox import cellrunner  # noqa: F401

    _ = IPython, keras.layers, keras.optimizers, keras.losses, keras.metrics, matplotlib, tensorflow


class ForkServer:
    """The nursery process's loop."""

    def __init__(self, control: socket.socket, level: str, preload: list[File]) -> None:
        self.control = control
        self.level = level
        self.preload = preload

    def serve(self) -> None:
        wakeup, wakeup_end = os.pipe()
        os.set_blocking(wakeup, False)
        os.set_blocking(wakeup_end, False)
        signal.set_wakeup_fd(wakeup_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        gc.collect()
        gc.freeze()
        self.reply({"ready": self.level})
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wakeup, 4096)
                    self.reap()
                elif not self.request():
                    return

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def request(self) -> bool:
        """Answers one request; False when the host is gone."""
        data, descriptors, _, _ = socket.recv_fds(self.control, MAX_REQUEST, MAX_FILES)
        if not data:
            return False
        try:
            asked = json.loads(data)
            files = [File(name, fd) for name, fd in zip(asked["files"], descriptors, strict=True)]
            self.spawn(Limits(**asked["limits"]), files)
        except Exception as error:
            self.reply({"error": f"{type(error).__name__}: {error}"})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def reply(self, answer: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        socket.send_fds(self.control, [json.dumps(answer).encode()], descriptors)

    def spawn(self, limits: Limits, files: list[File]) -> None:
        one_thread()
        host_end, runner_end = socket.socketpair()
        status, status_end = os.pipe()
        child = os.fork()
        if not child:
            _Child(self.level, limits, [*self.preload, *files]).run(runner_end, status_end)
        runner_end.close()
        os.close(status_end)
        os.waitpid(child, 0)
        with open(status) as said:
            report = json.loads(said.read() or '{"error": "the new process ended without a word"}')
        with host_end:
            if "error" in report:
                raise RuntimeError(report["error"])
            pidfd = os.pidfd_open(report["pid"])
            self.reply(report, [host_end.fileno(), pidfd])
            os.close(pidfd)


class _Child:
    """The new sandbox: from the fork to the cell runner. Never returns to the nursery's code."""

    def __init__(self, level: str, limits: Limits, files: list[File]) -> None:
        self.level = level
        self.limits = limits
        self.files = files

    def run(self, sock: socket.socket, status: int) -> NoReturn:
        code = 1
        try:
            self.first(sock, status)
            code = 0
        except BaseException:
            with contextlib.suppress(OSError):
                os.write(status, json.dumps({"error": traceback.format_exc()[-4000:]}).encode())
        finally:
            os._exit(code)

    def first(self, sock: socket.socket, status: int) -> None:
        """Forks the warden, which becomes a child of the nursery when this process ends."""
        _close_all_but({0, 1, 2, sock.fileno(), status, *(file.descriptor for file in self.files)})
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        warden = os.fork()
        if warden:
            return
        from autograder.sandbox import warden as warden_module

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        runner = os.fork()
        if runner:
            os.write(status, json.dumps({"pid": os.getpid()}).encode())
            os.close(status)
            warden_module.watch(runner, sock)
            os._exit(0)
        os.close(status)
        self.become_runner(sock)

    def become_runner(self, sock: socket.socket) -> None:
        import tempfile

        from autograder.sandbox import cellrunner

        scratch = tempfile.mkdtemp()
        os.chdir(scratch)
        place(self.files)
        cellrunner.main(wire.Channel(sock), self.limits.output_bytes)
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    """Closes every other descriptor: above all the host's end of the socket, which must hang up with the host."""
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor not in kept:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def place(files: list[File]) -> None:
    """Copies `files` into the current folder."""
    for file in files:
        size = os.fstat(file.descriptor).st_size
        with open(file.name, "xb") as copy:
            offset = 0
            while offset < size:
                offset += os.sendfile(copy.fileno(), file.descriptor, offset, size - offset)


def main() -> None:
    """Starts serving on descriptor 3; the first message names the level and the preloaded files."""
    control = socket.socket(fileno=3)
    data, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, MAX_FILES)
    asked = json.loads(data)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    warm_up()
    preload = [File(name, fd) for name, fd in zip(asked["files"], descriptors, strict=True)]
    try:
        ForkServer(control, asked["level"], preload).serve()
    except KeyboardInterrupt:
        sys.exit(130)
