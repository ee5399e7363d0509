"""Inside, or outside where there are no namespaces: the supervisor, the runner's parent, which counts and clears away.

When the supervisor ends, nothing of the sandbox is left. It waits for the runner
and passes on interrupts; it must never run what the stranger sent. It ends when
the runner has ended, when the trusted side is gone, or when it is told to. The
last thing it sends says how the runner ended; where the supervisor is inside, that
is a claim, like everything from there.

At level full it is the first process of the pid namespace, and as confined as
the runner: a learner's code that took it over would gain nothing. At level
no-namespaces it is outside, where the runner cannot reach it, and sets the
limits that namespaces would have set: it watches the size of the scratch
folder, and it must be asked before any thread starts (seccomp.py). The kernel's
own limit would count all threads of the user there, the neighbors', too, and
one sandbox could use it up for all of them.

At either level it limits how many processes and threads are started in all. In
a chain of processes, each of which starts the next and ends, none lives long
enough to be held back, and together they take what others need.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox import exitstatus, scratch, seccomp
from autograder.sandbox.limits import Limits

WATCH_INTERVAL = 0.1
"""Seconds between two looks at the scratch folder, and at how many processes and threads were started."""

STAY_SECONDS = 2.0
"""Seconds that it waits to be ended where it cannot say how the runner ended. Perhaps nobody is left to end it."""

REAPED_AT_ONCE = 1000
"""Ended children collected between two looks at the limits: a chain of processes delivers them without end."""


class Supervisor:
    """The runner's parent. It is made before the cell runner is forked, so that no signal is missed.

    Args:
        sock: the cell runner's end of the conversation.
        folder: the scratch folder to watch, or "" when the kernel limits it.
        counted: whether this is the first process of a pid namespace, whose ids count what was started in it.
    """

    def __init__(self, sock: socket.socket, limits: Limits, folder: str, counted: bool) -> None:
        self.sock = sock
        self.limits = limits
        self.folder = folder
        # The last number in it is the last id given in the reader's namespace. Opened now: later no file can be opened.
        self.load = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC) if counted else -1
        self.last = 0
        self.started = 0
        self.reaped = 0
        self.runner = 0
        self.ending = self.told = False
        self.awake, wake = os.pipe()
        os.set_blocking(self.awake, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(signum, self.signaled)

    def signaled(self, signum: int, frame: object) -> None:
        if signum == signal.SIGINT and self.runner:
            _kill(self.runner, signal.SIGINT)
        elif signum == signal.SIGTERM:
            self.ending = self.told = True

    def watch(self, runner: int, listeners: Sequence[int] = ()) -> None:
        """Waits until the process `runner` has ended, and reports how.

        Args:
            runner: the process.
            listeners: descriptors on which it asks before it starts a thread, if it does; see
                `seccomp.ask_before_threads`.
        """
        self.runner = runner
        hang_up = getattr(select, "POLLRDHUP", select.POLLHUP)
        poll = select.poll()
        poll.register(self.awake, select.POLLIN)
        poll.register(self.sock, hang_up)
        for listener in listeners:
            poll.register(listener, select.POLLIN)
        reason = ""
        look = time.monotonic()
        while not (status := self.reap()):
            for descriptor, event in poll.poll(max(look - time.monotonic(), 0) * 1000):
                if descriptor == self.sock.fileno():
                    if not self.ending:  # From inside, or nobody outside is left to read this.
                        reason = reason or exitstatus.HUNG_UP
                    self.ending = True
                    poll.unregister(self.sock)
                elif descriptor in listeners:
                    if event & select.POLLIN:
                        seccomp.answer(descriptor, self.may_start)
                    else:  # Nobody is left who could ask.
                        poll.unregister(descriptor)
            with contextlib.suppress(BlockingIOError):
                os.read(self.awake, 4096)
            if time.monotonic() >= look:
                reason = reason or self.looked()
                look = time.monotonic() + WATCH_INTERVAL
            if self.ending or reason:
                _kill(runner, signal.SIGKILL)
        _clear_away()
        try:
            self.sock.shutdown(socket.SHUT_RD)
            self.sock.settimeout(1)
            self.sock.sendall(exitstatus.written(exitstatus.Ended(os.waitstatus_to_exitcode(status[0]), reason)))
        except OSError:
            self.stay()

    def stay(self) -> None:
        """Waits to be ended.

        The host hears nothing and sees this process, so it knows that the socket was shut from inside.
        """
        end = time.monotonic() + STAY_SECONDS
        while not self.told and (left := end - time.monotonic()) > 0:
            select.select([self.awake], [], [], left)
            with contextlib.suppress(BlockingIOError):
                os.read(self.awake, 4096)

    def reap(self) -> list[int]:
        """Collects ended children. Returns the runner's wait status, in a list, when it is among them."""
        with contextlib.suppress(ChildProcessError):
            for _ in range(REAPED_AT_ONCE):
                ended = os.waitpid(-1, os.WNOHANG)
                if ended[0] == self.runner:
                    return [ended[1]]
                if not ended[0]:
                    break
                self.reaped += 1
        return []

    def looked(self) -> str:
        """Looks at the limits. Returns why the runner must end; "" if it need not."""
        if self.folder and (reason := self.too_much()):
            return reason
        if (self.load >= 0 and self.too_many()) or self.started > self.limits.started:
            return exitstatus.STARTED
        return exitstatus.ORPHANS if self.reaped > self.limits.orphans else ""

    def may_start(self) -> bool:
        """Returns whether the runner, which asks, may start a thread.

        A thread that may start but has not yet is not counted.
        """
        self.started += 1
        try:
            threads = len(os.listdir(f"/proc/{self.runner}/task"))
        except OSError:  # It has ended.
            return False
        return threads < self.limits.processes and self.started <= self.limits.started

    def too_many(self) -> bool:
        """Returns whether more processes and threads were started than allowed, where the namespace counts them."""
        last, self.last = self.last, int(os.pread(self.load, 200, 0).split()[-1])
        return self.last > self.limits.started or self.last < last  # it restarts after the highest id

    def too_much(self) -> str:
        """Returns why the files in the scratch folder, with deleted ones in use, are too much; "" if they are not."""
        try:
            size, count = scratch.measured(self.folder, self.limits.scratch_files)
        except (scratch.Moved, OSError):
            return exitstatus.MOVED
        if count > self.limits.scratch_files:
            return exitstatus.FILES
        return exitstatus.SPACE if size + self.deleted() > self.limits.scratch_mb << 20 else ""

    def deleted(self) -> int:
        """Returns the bytes of the files that have no name any more, but are still open, or mapped."""
        sizes = {}
        with contextlib.suppress(OSError):
            for link in Path(f"/proc/{self.runner}/fd").iterdir():
                with contextlib.suppress(OSError):
                    status = link.stat()
                    if status.st_nlink == 0:
                        sizes[status.st_ino] = status.st_blocks * 512
        # Closed, but in memory: nothing tells how large such a file is, so it counts as large as it may be.
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.runner}/maps").read_text(errors="replace").splitlines():
                if line.endswith(" (deleted)") and f" {self.folder}/" in line:
                    sizes.setdefault(int(line.split()[4]), self.limits.file_mb << 20)
        return sum(sizes.values())


def _kill(process: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signum)


def _clear_away() -> None:
    """Kills the processes that the cell runner left; orphans have become this process's children."""
    if os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        return
    with contextlib.suppress(ChildProcessError):
        while True:
            with contextlib.suppress(FileNotFoundError):
                for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                    _kill(int(child), signal.SIGKILL)
            os.waitpid(-1, 0)
