"""The checker: the trusted process that has the hidden tests. It starts a child for each submission.

    controller  --(channel, runner's socket, runner's pidfd)-->  checker  --fork-->  child
    controller  --(one line: what to do)--------------------------channel----------->  child
    controller  <-(one line of JSON per event)--------------------channel------------  child, then the checker

The checker imports TensorFlow, Keras and Otter once, has `digits` read the data,
and runs nothing else; it must
have exactly one thread whenever it forks, or the child would hang in a lock
that no one holds. The child drives the notebook's cell runner over the socket
and runs the tests. It has limits, because even plain data can be a bomb.

What must never happen here, or anywhere in `grading`: executing, evaluating,
unpickling or importing anything that came from inside the sandbox. What comes
from there is what `bridge.wire` decoded; a learner's function is only ever
called where it lives.

The child's last event is `Finished`, or `Failed`. The checker itself then writes `Exited` with how
the child ended, so that the controller can tell a child that died from one
that is silent.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from autograder.grading.events import Event, Exited, Failed, Request, to_line
from autograder.sandbox import linux
from autograder.sandbox.control import ends_with

DESCRIPTORS = 3
"""What comes with each request: the channel, the runner's socket and its pidfd."""

READY = b"R"
REQUEST = b"Q"
MAX_REQUEST = 64 * 1024 * 1024


def main() -> None:
    """The checker's process: `python -m autograder.grading.checker CONTROL-DESCRIPTOR [HELPERS...]`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with ends_with(control):
        from autograder.bridge import fasterfit
        from autograder.grading import child  # with TensorFlow, Keras and Otter, once for all children

        fasterfit.install()
        _read_data(sys.argv[2:])
    gc.collect()
    gc.freeze()
    control.sendall(READY)
    _serve(control, child.run)


def _read_data(helpers: list[str]) -> None:
    """Has the course's own helper module read the data once, for all children: half a second for each of them.

    A child whose exercise has other helpers forgets this module; see `_child`.
    """
    for folder in helpers:
        sys.path.insert(0, folder)
    if helpers:
        with contextlib.suppress(Exception):  # Whatever is wrong with it, the test that needs it says so.
            importlib.import_module("digits").sample(1)
    _prepared.extend(helpers)


_prepared: list[str] = []


def _serve(control: socket.socket, run: Any) -> None:
    """Forks a child for each request until the controller is gone; its children end with this process."""
    wake_read, wake_write = socket.socketpair()
    for end in (wake_read, wake_write):
        end.setblocking(False)
    signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _nothing)
    children: dict[int, socket.socket] = {}
    while True:
        events = _wait(control, wake_read, children)
        if events.get(wake_read.fileno()):
            with contextlib.suppress(BlockingIOError):
                wake_read.recv(4096)
            _reap(children)
        for pid, channel in children.items():
            if events.get(channel.fileno()):  # the controller has hung up
                os.kill(pid, signal.SIGKILL)
        if events.get(control.fileno()):
            message, descriptors, _, _ = socket.recv_fds(control, 1, DESCRIPTORS)
            if not message:
                return
            if len(descriptors) != DESCRIPTORS:
                raise RuntimeError("a request came without its descriptors")
            pid = _fork(control, wake_read, wake_write, children, descriptors, run)
            children[pid] = socket.socket(fileno=descriptors[0])
            for descriptor in descriptors[1:]:
                os.close(descriptor)


def _wait(control: socket.socket, wake: socket.socket, children: dict[int, socket.socket]) -> dict[int, int]:
    """Waits for a request, the end of a child, or the controller hanging up on one: events by descriptor."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake, select.POLLIN)
    for channel in children.values():
        poll.register(channel, 0)  # a hang-up is always reported
    return dict(poll.poll())


def _fork(
    control: socket.socket,
    wake_read: socket.socket,
    wake_write: socket.socket,
    children: dict[int, socket.socket],
    descriptors: list[int],
    run: Any,
) -> int:
    threads = _thread_count()
    if threads != 1:
        raise RuntimeError(f"the checker has {threads} threads; it can only fork with one")
    checker = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _end_with_parent(checker)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (control, wake_read, wake_write, *children.values()):
            end.close()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        status = _child(socket.socket(fileno=descriptors[0]), descriptors[1], descriptors[2], run)
    finally:
        os._exit(status)


def _child(channel: socket.socket, runner: int, pidfd: int, run: Any) -> int:
    """Reads the request, does it, and says so. An exception here is the grader's own failure."""
    lines = channel.makefile("rb")

    def emit(event: Event) -> None:
        channel.sendall(to_line(event))

    try:
        request = Request.from_line(lines.readline(MAX_REQUEST))
        _limit_memory(request.limits["memory_mb"])
        resource.setrlimit(resource.RLIMIT_CPU, (request.cpu_seconds, request.cpu_seconds + 5))
        if request.helpers != _prepared:
            sys.modules.pop("digits", None)
            for folder in request.helpers:
                sys.path.insert(0, folder)
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

    Counted is what it may write to (RLIMIT_DATA), not its addresses: TensorFlow maps gigabytes that it never touches.
    """
    if sys.platform != "linux":
        return
    status = Path("/proc/self/status").read_text()
    shared = next(int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, ((shared + megabytes) << 20,) * 2)


def _reap(children: dict[int, socket.socket]) -> None:
    """Tells the controller of each child that has ended how it ended."""
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        with children.pop(pid) as channel, contextlib.suppress(OSError):
            code = os.waitstatus_to_exitcode(status)
            # The child may have died in the middle of a line.
            channel.send(b"\n" + to_line(Exited(code)), socket.MSG_DONTWAIT)


def _end_with_parent(parent: int) -> None:
    """This process is killed when its parent ends, however that ends."""
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        os._exit(1)


def _thread_count() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def _nothing(number: int, frame: FrameType | None) -> None:
    """SIGCHLD: only the wake-up descriptor matters."""


if __name__ == "__main__":
    main()
