"""Outside, in the nursery process and in the checker: a fork server with one thread, which collects its children.

The two processes stay apart: the nursery has no
secret, and its children run learners' code; the checker has the tests, and its
children never run learners' code. They share only this module. It must never know what
a request or a child is for.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import threading
from collections.abc import Callable


def one_thread() -> None:
    """Checks that this process has one thread; raises `RuntimeError` when it has more."""
    folder = "/proc/self/task"
    threads = len(os.listdir(folder)) if os.path.isdir(folder) else threading.active_count()
    if threads != 1:
        raise RuntimeError(f"the process must have one thread before a fork, and has {threads}")


def fork() -> int:
    """Forks, as `os.fork` does, in a process with one thread.

    A lock that another thread holds would stay locked in the child for ever.

    In the child, SIGCHLD has its default action until the child sets a handler.

    Raises:
        RuntimeError: there are more threads than one.
    """
    one_thread()
    child = os.fork()
    if not child:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return child


class ForkServer:
    """Waits for requests of the host and for the ends of children, one after another.

    Args:
        control: the socket to the host.
        request: called when the host has said something, or hung up; False ends the serving.
        child_ended: called with each child that has ended, and its wait status.

    Attributes:
        channels: child -> the socket to whoever waits for it. When its other end is closed, the child is killed.
    """

    def __init__(
        self, control: socket.socket, request: Callable[[], bool], child_ended: Callable[[int, int], None]
    ) -> None:
        self.control = control
        self.request = request
        self.child_ended = child_ended
        self.channels: dict[int, socket.socket] = {}
        self._awake, self._wake = os.pipe()
        for end in (self._awake, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)  # only the wake-up matters
        gc.collect()
        gc.freeze()  # objects that exist now stay shared with all children

    def serve(self) -> None:
        """Serves until `request` returns False."""
        while True:
            ready = self._wait()
            if self._awake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._awake, 4096)
                self.collect()
            for child, sock in self.channels.items():
                if sock.fileno() in ready:
                    os.kill(child, signal.SIGKILL)
            if self.control.fileno() in ready and not self.request():
                return

    def _wait(self) -> set[int]:
        """Returns the descriptors on which something has happened."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self._awake, select.POLLIN)
        for sock in self.channels.values():
            poll.register(sock, 0)  # a hang-up is always reported
        return {descriptor for descriptor, _ in poll.poll()}

    def collect(self, options: int = os.WNOHANG) -> None:
        """Collects the children that have ended; with 0 for `options`, waits for all of them."""
        with contextlib.suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, options)
                if not child:
                    return
                self.child_ended(child, status)

    def leave(self) -> None:
        """Runs in a child: closes what belongs to the server."""
        for sock in (self.control, *self.channels.values()):
            sock.close()
        for end in (self._awake, self._wake):
            os.close(end)
