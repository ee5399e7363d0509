"""Nursery process and inside, in a sandbox without a learner: tries what must fail, and what must work.

It runs once whenever a nursery starts, before it takes any submission, and in
`autograder doctor`. The nursery refuses a level if one of its promises does not
hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from autograder.sandbox import linux

Result = tuple[str, bool, str]
"""A promise, whether it holds, and what happened instead."""


OTHERS_UNSEEN = "other processes cannot be seen"
OTHERS_CLOSED = "of other processes cannot be seen what they are and do, only that a number is taken, and by which user"
"""The same without a pid namespace: Landlock refuses to read and to list `/proc`, but anybody may ask whether
`/proc/1234` exists and whose it is."""


def namespaces_of_this_process() -> dict[str, str]:
    """Returns kind of namespace -> the kernel's name for the one that this process is in."""
    kinds = ("user", "mnt", "pid", "ipc", "net", "uts")
    return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in kinds if os.path.exists("/proc/self/ns")}


def try_promises(level: str, nursery: int, outside: dict[str, str]) -> list[Result]:
    """Tries every promise of `level` in this process.

    Args:
        level: the level of isolation.
        nursery: the process id of the nursery process.
        outside: the namespaces of the nursery process.
    """
    promises: list[tuple[str, Callable[[], object]]] = [
        ("a scratch folder to write in", _scratch),
        ("threads", _thread),
        ("Python's own files can be read", lambda: Path(os.__file__).read_bytes()),
    ]
    if level != "none":
        promises += [
            ("no network", _refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))),
            ("no sockets of other processes", _refused(lambda: socket.socket(socket.AF_UNIX))),
            ("the course's own files cannot be read", _refused(lambda: Path(__file__).read_bytes())),
            ("folders outside cannot be listed", _refused(lambda: os.listdir("/"))),
            ("nothing outside can be written", _refused(_write_outside)),
            ("no signals to other processes", _refused(lambda: os.kill(nursery, 0))),
            ("its process group is its own", _own_group),
            ("no further session, each of which would get a share of the processor", _no_session),
            ("no shared memory without a file, which nobody would count", _refused(_shared_memory)),
            ("no watches of epoll, which are counted for all that the user runs", _refused(_epoll)),
            ("no timers with signals, which are, too", _refused(_timer)),
            ("no lease on a file, for which others would have to wait", _refused(_lease)),
            ("what is in the file cache cannot be asked, where another notebook may have put it", _refused(_cached)),
            ("no write waits for the disk, for which others would have to wait, too", _nothing_written_out),
            ("nobody at the other end of its socket", _refused(_peer)),
            ("the machine's network cannot be looked at", lambda: _no_network_seen(level)),
            (OTHERS_UNSEEN if level == "full" else OTHERS_CLOSED, lambda: _alone(level, nursery)),
            ("no programs can be run", _refused(lambda: os.execv(sys.executable, ["python", "-c", ""]))),
            ("no privileges, and none to be gained", _unprivileged),
        ]
    if level == "full":
        promises += [
            ("namespaces of its own", lambda: _own_namespaces(outside)),
            ("no file keeps the time at which it was read, which the next notebook could see", _no_times),
        ]
    if level == "no-namespaces":
        promises.append(("no new processes", _refused(_fork)))
    return [_try(what, promise) for what, promise in promises]


def _try(what: str, promise: Callable[[], object]) -> Result:
    try:
        promise()
    except Exception as error:
        return what, False, f"{type(error).__name__}: {error}"
    return what, True, ""


class _Possible(Exception):
    """An action that should have been refused was possible."""


def _refused(attempt: Callable[[], object]) -> Callable[[], None]:
    def check() -> None:
        with contextlib.suppress(OSError):
            attempt()
            raise _Possible("it was possible")

    return check


def _scratch() -> None:
    Path("self-check").write_text("x" * 10_000)
    os.remove("self-check")


def _write_outside() -> None:
    trace = Path(sys.prefix, "self-check")
    trace.write_text("")
    trace.unlink()


def _thread() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _fork() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _alone(level: str, other: int) -> None:
    if level == "full":
        others = [name for name in os.listdir("/proc") if name.isdigit()]
        if len(others) > 2:  # The supervisor and this one.
            raise _Possible(f"{len(others)} processes")
        return
    _refused(lambda: os.listdir("/proc"))()
    _refused(lambda: Path(f"/proc/{other}/environ").read_bytes())()
    for ask in (os.getsid, os.getpgid, os.sched_getscheduler, os.sched_getparam, os.sched_getaffinity, _time_of):
        _refused(lambda ask=ask: ask(other))()  # type: ignore[misc]


def _time_of(process: int) -> float:
    """Returns a process's seconds of processor time, by the clock whose number clock_getcpuclockid makes of its id."""
    return time.clock_gettime(~process << 3 | 2)


def _own_group() -> None:
    if not os.getpid() == os.getpgrp() == os.getsid(0):
        raise _Possible("others are in it")


def _no_session() -> None:
    """Tries to start a session.

    This process leads one already, so that the kernel would refuse with EPERM. The filter says that there is no such
    call: any other answer shows that the kernel was asked, and would have started one for a child or a program.
    """
    _own_group()
    try:
        os.setsid()
    except OSError as error:
        if error.errno == errno.ENOSYS:
            return
    raise _Possible("setsid reaches the kernel")


def _shared_memory() -> None:
    mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)


def _epoll() -> None:
    select.epoll().close()


def _timer() -> None:
    number = 107 if os.uname().machine == "aarch64" else 222
    linux.syscall("timer_create", number, time.CLOCK_MONOTONIC, None, ctypes.create_string_buffer(8))


def _lease() -> None:
    """Tries a lease on a file of its own, where the kernel alone would allow it to everybody."""
    with open("self-check", "w"):
        pass
    descriptor = os.open("self-check", os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    finally:
        os.close(descriptor)
        os.remove("self-check")


def _cached() -> None:
    descriptor = os.open(os.__file__, os.O_RDONLY)
    try:
        os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
    finally:
        os.close(descriptor)


def _nothing_written_out() -> None:
    """Tries to write out a pipe. That fails in the kernel, so a success shows that the kernel was not asked."""
    ends = os.pipe()
    try:
        os.fsync(ends[0])
    except OSError:
        raise _Possible("fsync reaches the kernel") from None
    finally:
        for end in ends:
            os.close(end)
    for flag in (os.O_SYNC, os.O_DIRECT):
        _refused(lambda flag=flag: os.close(os.open("self-check", os.O_WRONLY | os.O_CREAT | flag)))()  # type: ignore[misc]


def _no_times() -> None:
    """Checks that no file of all sandboxes records when it was read.

    A folder that only contains such a mount may be in the sandbox's own /tmp.
    """
    files = {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    if linux.keep_times([os.__file__, *filter(os.path.isfile, files)]):
        raise _Possible("they keep it")


def _peer() -> None:
    """Asks, by SO_PEERCRED, who has made a socket pair."""
    one, other = socket.socketpair()
    with one, other:
        one.getsockopt(socket.SOL_SOCKET, 17, 12)


def _no_network_seen(level: str) -> None:
    if level == "full":  # The sandbox has one of its own, with nothing in it.
        interfaces = Path("/proc/self/net/dev").read_text().splitlines()[2:]
        if [line for line in interfaces if line.split(":")[0].strip() != "lo"]:
            raise _Possible(f"{len(interfaces)} interfaces")
    else:
        _refused(lambda: Path("/proc/self/net/dev").read_bytes())()
        _refused(lambda: Path(f"/proc/self/task/{os.getpid()}/net/dev").read_bytes())()


def _own_namespaces(outside: dict[str, str]) -> None:
    inside = namespaces_of_this_process()
    shared = [kind for kind, place in outside.items() if inside[kind] == place]
    if shared:
        raise _Possible(f"shared with the nursery: {', '.join(shared)}")


def _unprivileged() -> None:
    status = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    reading_only = 1 << 2
    if int(status["CapEff"], 16) & ~reading_only or int(status["CapPrm"], 16) & ~reading_only:
        raise _Possible("this process has capabilities")
    if status["NoNewPrivs"].strip() != "1" or status["Seccomp"].strip() != "2":
        raise _Possible("no_new_privs or seccomp is missing")
    if os.geteuid() == 0:
        raise _Possible("this process is root")
