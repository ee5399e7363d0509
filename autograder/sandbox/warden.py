"""Inside the sandbox: the parent of the cell runner. It waits, passes on interrupts, and clears away.

The warden is the first process of the sandbox; when it ends, nothing of the
sandbox is left. It ends when the cell runner has ended or the trusted side is
gone. Its last word on the socket says how the cell runner ended. It holds
nothing worth taking: a learner's code that got hold of it would have won
another process as confined as its own.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket

from autograder.sandbox import wire


def watch(runner: int, sock: socket.socket) -> None:
    """Waits for the process `runner` and reports its end on `sock`; kills it when `sock` hangs up."""
    signal.signal(signal.SIGINT, lambda signum, frame: _kill(runner, signal.SIGINT))
    pidfd = os.pidfd_open(runner)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(sock, select.POLLRDHUP)
    while all(fd != pidfd for fd, _ in poll.poll()):
        _kill(runner, signal.SIGKILL)
        poll.unregister(sock)
    status = os.waitstatus_to_exitcode(os.waitpid(runner, 0)[1])
    _clear_away()
    with contextlib.suppress(wire.Closed):
        wire.Channel(sock).send(("ended", status))


def _kill(process: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signum)


def _clear_away() -> None:
    """Kills what the cell runner left running; orphans have become this process's children."""
    with contextlib.suppress(ChildProcessError):
        while True:
            with contextlib.suppress(FileNotFoundError):
                for child in open(f"/proc/self/task/{os.getpid()}/children").read().split():
                    _kill(int(child), signal.SIGKILL)
            os.waitpid(-1, 0)
