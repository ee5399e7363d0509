"""The checker: the trusted process that has the hidden tests. It forks a child for each attempt.

    controller  --(channel, runner's socket, runner's pidfd)-->  checker  --fork-->  child
    controller  --(one line: what to do)--------------------------channel----------->  child
    controller  <-(one line of JSON per event)--------------------channel------------  child, then the checker

The checker imports Otter once, and Keras and TensorFlow where they are needed. It makes `digits` read the
data, and runs nothing else; it has one thread whenever it forks (`sandbox/forking.py`). The child drives
the notebook's cell runner over the socket and runs the tests. It has limits, because even plain data can
be a bomb.

Here, and anywhere in `grading`, nothing that came from inside the sandbox may
ever be executed, evaluated, unpickled or imported. Values from there are those
that `bridge.wire` decoded; a learner's function is only ever called where it
lives.

The child's last event is `Finished`, or `Failed`. The checker itself then writes `Exited` with how
the child ended, so that the controller can distinguish a child that died from one that is silent.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import signal
import socket
import sys
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from autograder.course import SUPPORT_FILES
from autograder.grading.events import Event, Exited, Failed, Request, to_line
from autograder.sandbox import linux
from autograder.sandbox.control import ends_with
from autograder.sandbox.forking import ForkServer, fork

DESCRIPTORS = 3
"""The descriptors of each request: the channel, the runner's socket and its pidfd."""

READY = b"R"
REQUEST = b"Q"
MAX_REQUEST = 64 * 1024 * 1024


def main() -> None:
    """Runs the checker: `python -m autograder.grading.checker CONTROL-DESCRIPTOR [IMPORT,...] [HELPERS...]`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with ends_with(control):
        with otter_without_its_company():
            from autograder.grading import child  # with Otter, once for all children

        imports = list(filter(None, sys.argv[2].split(",")))
        for name in imports:
            importlib.import_module(name)
        if "keras" in imports:
            from autograder.bridge import fasterfit

            fasterfit.install()
        _read_data(sys.argv[3:])
    server = _Checker(control, child.run)
    control.sendall(READY)
    server.serve()


@contextlib.contextmanager
def otter_without_its_company() -> Iterator[None]:
    """Lets Otter be imported, while the block runs, without modules that only its other commands need: it saves 3.5 s.

    These modules export and run notebooks; another is the grammar with which `jsonschema` examines web addresses, and
    `jsonschema` works without it. Code that imports one of them later gets it.
    """
    company = {name: types.ModuleType(name) for name in ("otter.api", "otter.export")}
    company["otter.export"].export_notebook = None  # type: ignore[attr-defined]
    left_out = {name: module for name, module in {**company, "rfc3987_syntax": None}.items() if name not in sys.modules}
    sys.modules.update(left_out)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


def _read_data(helpers: list[str]) -> None:
    """Makes the course's own helper module read the data once, for all children.

    A child whose exercise has other helpers forgets this module; see `_attempt`.
    """
    for folder in helpers:
        sys.path.insert(0, folder)
    if any(all((Path(folder) / name).is_file() for name in SUPPORT_FILES) for folder in helpers):
        with contextlib.suppress(Exception):  # If something is wrong with it, the test that needs it reports that.
            importlib.import_module("digits").sample(1)
    _prepared.extend(helpers)


_prepared: list[str] = []


class _Checker(ForkServer):
    """Forks a child for each request until the controller is gone; the children end with this process."""

    def __init__(self, control: socket.socket, run: Any) -> None:
        super().__init__(control, self._asked, self._child_ended)
        self.run = run

    def _asked(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.control, 1, DESCRIPTORS)
        if not message:
            return False
        if len(descriptors) != DESCRIPTORS:
            raise RuntimeError("a request came without its descriptors")
        checker = os.getpid()
        child = fork()
        if not child:
            self._child(checker, descriptors)
        self.channels[child] = socket.socket(fileno=descriptors[0])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        return True

    def _child(self, checker: int, descriptors: list[int]) -> NoReturn:
        status = 1
        try:
            _end_with_parent(checker)
            self.leave()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            status = _attempt(socket.socket(fileno=descriptors[0]), descriptors[1], descriptors[2], self.run)
        finally:
            os._exit(status)

    def _child_ended(self, child: int, status: int) -> None:
        """Tells the controller how a child has ended."""
        with self.channels.pop(child) as channel, contextlib.suppress(OSError):
            # The child may have died in the middle of a line.
            channel.send(b"\n" + to_line(Exited(os.waitstatus_to_exitcode(status))), socket.MSG_DONTWAIT)


def _attempt(channel: socket.socket, runner: int, pidfd: int, run: Any) -> int:
    """Reads the request, runs it, and reports. An exception here is the grader's own failure."""
    lines = channel.makefile("rb")

    def emit(event: Event) -> None:
        channel.sendall(to_line(event))

    try:
        request = Request.from_line(lines.readline(MAX_REQUEST))
        _limit_memory(request.limits["memory_mb"])
        resource.setrlimit(resource.RLIMIT_CPU, (request.cpu_seconds, request.cpu_seconds + 5))
        if request.helpers != _prepared:
            sys.modules.pop("digits", None)
            for folder in request.helpers:  # of another course last, as under Otter: none must hide a package
                sys.path.insert(0 if request.own else len(sys.path), folder)
        run(request, socket.socket(fileno=runner), pidfd, emit)
        return 0
    except BrokenPipeError:  # the controller does not want it any more
        return 0
    except BaseException:
        with contextlib.suppress(OSError):
            emit(Failed(traceback.format_exc()[-4000:]))
        return 1


def _limit_memory(megabytes: int) -> None:
    """Gives this process as much memory as the notebook, beyond what all children share of the checker's.

    The limit is on memory that it may write to (RLIMIT_DATA), not on addresses: TensorFlow maps gigabytes that it never
    touches.
    """
    if sys.platform != "linux":
        return
    status = Path("/proc/self/status").read_text()
    shared = next(int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, ((shared + megabytes) << 20,) * 2)


def _end_with_parent(parent: int) -> None:
    """Has the kernel kill this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        os._exit(1)


if __name__ == "__main__":
    main()
