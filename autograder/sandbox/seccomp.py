"""Nursery process and inside: seccomp, which decides what system calls a process may make.

It is put in place inside, before a stranger's code begins; the doctor tries it in a process of its own.

An allow list: what Python, NumPy, TensorFlow and matplotlib need to compute, to
use files and to start threads. Everything else is answered "no such system
call", which libraries take as an old kernel and do without: sockets, running
programs, tracing other processes, mounts, new namespaces, keys, BPF, io_uring,
and what holds memory that the memory watch does not see (memfd_create, System V
shared memory, shared memory without a file, passing descriptors, a file's pages
in a pipe). Calls that use up what the kernel counts for the whole user are
missing, too: timers with signals, watches of epoll.

A call that asks about a process reveals whether it exists, and some reveal more: its session, or its processor
time. Where no pid namespace hides the others, these calls answer about the caller alone.

A call that carries a command number (fcntl, ioctl, prctl, futex, madvise and
the like) is many calls, and every kernel adds some. Of these, too, only the
listed commands are allowed. Some commands look harmless, but reach beyond the
process, and are left out on purpose: a lease on a file makes everyone wait who
opens it, an advice empties the file cache for all, a lock on a library's file
is visible to the next process that locks it, and a million locks are memory
that nobody counts. A read can ask whether the file is in the cache, where
another notebook may have put it; a write can wait for the disk, and then all
wait who use it. A new session reaches beyond, too: Linux divides the processor
among sessions first, and a hundred of them would leave a neighbor a hundredth.

Where no pid namespace counts threads, a process asks the supervisor, outside,
before each start of a thread: `ask_before_threads`.

The filter is a program for the kernel's classic BPF machine; see
Documentation/userspace-api/seccomp_filter in the kernel's tree.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterable

from autograder.sandbox import linux

ALLOWED = """
    read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69
    pwritev 296 70, close 3 57, close_range 436 436, stat 4 -, fstat 5 80, lstat 6 -
    newfstatat 262 79, statx 332 291, statfs 137 43
    fstatfs 138 44, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -, readlinkat 267 78
    lseek 8 62, getdents 78 -, getdents64 217 61, dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -
    pipe2 293 59, ftruncate 77 46
    mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -
    unlinkat 263 35, rename 82 -, renameat 264 38, renameat2 316 276, link 86 -, linkat 265 37
    symlink 88 -, symlinkat 266 36, creat 85 -, umask 95 166, chdir 80 49, fchdir 81 50, getcwd 79 17
    copy_file_range 326 285
    mprotect 10 226, munmap 11 215, mremap 25 216, brk 12 214, get_mempolicy 239 236
    exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95, set_tid_address 218 96
    set_robust_list 273 99, rseq 334 293
    sched_yield 24 124, sched_get_priority_max 146 125, sched_get_priority_min 147 126, gettid 186 178, getpid 39 172
    getppid 110 173, getpgrp 111 -, getuid 102 174
    geteuid 107 175, getgid 104 176, getegid 108 177, getresuid 118 148, getresgid 120 150
    getgroups 115 158, getrusage 98 165, times 100 153, getrlimit 97 163, setrlimit 160 164
    getcpu 309 168, uname 63 160, sysinfo 99 179, getrandom 318 278
    restart_syscall 219 128
    nanosleep 35 101
    gettimeofday 96 169, time 201 -, alarm 37 -, pause 34 -, getitimer 36 102, setitimer 38 103
    timerfd_create 283 85, timerfd_settime 286 86, timerfd_gettime 287 87
    rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136
    rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132
    poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72, eventfd 284 -, eventfd2 290 19
    shutdown 48 210, getsockname 51 204, getpeername 52 205
"""
"""Name, number on x86_64, number on aarch64 (which has only the newer ones)."""

PRETENDED = """
    chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -
    fchownat 260 54, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, listxattr 194 11
    llistxattr 195 12, flistxattr 196 13, flock 73 32
    fsync 74 82, fdatasync 75 83, sync 162 81, syncfs 306 267, sync_file_range 277 84, msync 26 227
    readahead 187 213, mlock 149 228, munlock 150 229
"""
"""Calls that answer "done" without doing anything: what copying a file does besides copying; what Landlock, where it
stands alone, would let a process do to its user's files anywhere; a lock that takes no more than the right to read;
writing to the disk, for which all would wait who use it, although these files vanish with the sandbox anyway; and
locked memory, because the whole machine can see how much of it there is."""

CHECKED = """
    futex 202 98, mmap 9 222, madvise 28 233, open 2 -, openat 257 56, fcntl 72 25, ioctl 16 29
    sendto 44 206, recvfrom 45 207, clone 56 220, clone3 435 435, fork 57 -, vfork 58 -, kill 62 129
    tgkill 234 131, prctl 157 167, arch_prctl 158 -, prlimit64 302 261, socketpair 53 199
    getsockopt 55 209, membarrier 324 283, fadvise64 221 223, fallocate 285 47, preadv2 327 286
    pwritev2 328 287, clock_gettime 228 113, clock_nanosleep 230 115, clock_getres 229 114
    sched_getaffinity 204 123, sched_getparam 143 121, sched_getscheduler 145 120, getpgid 121 155
    getsid 124 156, get_robust_list 274 100
"""
"""Calls with a rule of their own in `program`; the most frequent ones come first."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column in the tables above, and the kernel's AUDIT_ARCH number."""

_CLONE_THREAD = 0x00010000
_NEW_NAMESPACES = 0x7E020000 | 0x80
"""All flags CLONE_NEW..., of which clone takes only some."""
_CLONE_PARENT = 0x00008000
"""With this flag the new process would have the caller's parent, and a chain of such processes would leave no orphans
for the supervisor to count."""
_PRCTL_OPTIONS = (3, 15, 16, 23, 39, 0x53564D41)
"""Commands that ask whether the process is dumpable, name threads, ask for capabilities and no_new_privs, or name
memory areas."""
_IOCTL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""Commands for isatty and the window's size, bytes to read, non-blocking, and close on exec."""
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 9, 1030, 1032)
"""Commands that duplicate, read and set flags, and ask for a POSIX lock, the owner, or a pipe's size. So there are no
leases, no signals on input and output, no watching of folders, and no larger pipes."""
_F_SETFL = 4
_FCNTL_PRETENDED = (6, 7)
"""POSIX locks, as SQLite takes them: within one process they never make anybody wait."""
_FUTEX_COMMANDS = (0, 1, 3, 4, 5, 9, 10)
"""Commands that wait, wake, and move those who wait. None of those that lend priorities."""
_FUTEX_COMMAND = 0x7F
"""The bits that hold the command; the others say "private" and which clock."""
_ADVICES = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 102, 103)
"""Advice about how memory will be used, or that it will not be; large pages; what a fork and a dump take along; guards
of stacks. No advice that pushes out pages which others use, too, or merges pages with those of others, which timing
would reveal."""
_FILE_ADVICES = (0, 1, 2, 3, 5)
"""All but "not needed", which drops a file from the cache, even if others read it."""
_LARGE_PAGES_OF_THE_POOL = 0x40000
"""MAP_HUGETLB: pages that the machine has set aside, and that no count of a process's memory contains."""
_LOCKED = 0x2000
"""MAP_LOCKED; see `mlock` in `PRETENDED`."""
_OF_A_PROCESS = 0x80000000
"""Marks the number of a clock that counts the processor time of a process or thread. Its id is in the number as
well."""
_OF_A_THREAD = 0x4
"""Marks the clock of a single thread. The kernel knows those of the caller's own threads; of all others it says that
there is no such clock."""
_AT_ONCE = 0x1000
"""The bit that O_DSYNC and O_SYNC have in common: each write waits for the disk, and others who use the disk wait,
too."""
_PAST_THE_CACHE = {"x86_64": 0x4000, "aarch64": 0x10000}
"""O_DIRECT: its writes wait for the disk, too, and so do its reads."""
_SHARED_AND_OF_NO_FILE = 0x21
"""MAP_SHARED and MAP_ANONYMOUS together. Such pages stay even when every process that mapped them says it no longer
needs them, and then they are in no process's count of memory."""
_MEMBARRIER_COMMANDS = (0, 8, 16)
"""Commands that ask which commands exist, and those that concern the process alone."""
_ARCH_PRCTL_OPTIONS = (0x1001, 0x1002, 0x1003, 0x1004, 0x1021, 0x1022, 0x1023)
"""Commands for the thread's own registers, and for the large ones (AMX)."""
_SOL_SOCKET = 1
_SOCKET_OPTIONS = (3, 4, 7, 8, 20, 21, 30, 38, 39, 66, 67)
"""Options of a socket that may be read: its kind, its error, its buffers, its time limits. Not who is at the other end:
the nursery, outside, made that."""
_MSG_OOB = 1
_AF_UNIX = 1
_STREAM_TYPES = tuple(1 | cloexec | nonblock for cloexec in (0, 0x80000) for nonblock in (0, 0x800))
"""Stream sockets only: a datagram can be sent to any address without connecting."""

# The BPF machine: it loads the word at an offset of `struct seccomp_data`, masks it, jumps, and returns.
_LOAD, _AND, _JUMP_EQUAL, _JUMP_ANY_BIT, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _ASK, _KILL = 0x7FFF0000, 0x7FC00000, 0x80000000

# The kernel's notification: its id, who asks, flags, and the call, with six arguments; and the answer to it.
_QUESTION, _ANSWER = struct.Struct("=QII" + "iIQ6Q"), struct.Struct("=QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_GO_ON = 1
_NEW_LISTENER, _ONLY_A_KILL_INTERRUPTS = 1 << 3, 1 << 5

Program = list[bytes]


def _deny(number: int) -> bytes:
    return _instruction(_RETURN, 0x00050000 | number)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _argument(index: int) -> bytes:
    """Loads the low word of an argument. All arguments examined here are ints, whose high word the kernel drops."""
    return _instruction(_LOAD, 16 + 8 * index)


def _one_of(index: int, values: Iterable[int], mask: int | None = None, refused: int = errno.EPERM) -> Program:
    """Allows the call if the argument, or the part of it in `mask`, is one of `values`; otherwise answers `refused`."""
    program = [_argument(index), *([] if mask is None else [_instruction(_AND, mask)])]
    for value in values:
        program += [_instruction(_JUMP_EQUAL, value, 0, 1), _instruction(_RETURN, _ALLOW)]
    return [*program, _deny(refused)]


def _opens(index: int, machine: str) -> Program:
    """Denies opening with O_TRUNC but without a right to write, which Landlock before version 3 lets through.

    Requests to write or read past the cache fail, as on a file system that cannot do so.
    """
    truncate, writing = 0x200, 0x3
    allow = _instruction(_RETURN, _ALLOW)
    return [
        _argument(index),
        _instruction(_JUMP_ANY_BIT, _AT_ONCE | _PAST_THE_CACHE[machine], 0, 1),
        _deny(errno.EINVAL),
        _instruction(_JUMP_ANY_BIT, truncate, 1, 0),
        allow,
        _instruction(_JUMP_ANY_BIT, writing, 0, 1),
        allow,
        _deny(errno.EPERM),
    ]


def _of_process(index: int, process: int | None) -> Program:
    """Allows the call about the caller: 0, or its own id. For all others it answers that there is no such call."""
    if process is None:
        return [_instruction(_RETURN, _ALLOW)]
    return _one_of(index, [0, process], refused=errno.ENOSYS)


def _clock(process: int | None) -> Program:
    """Allows the clocks of the machine, and those of the caller's own processor time; others do not exist."""
    allow = _instruction(_RETURN, _ALLOW)
    if process is None:
        return [allow]
    own = [(~one << 3 | kind) & 0xFFFFFFFF for one in (0, process) for kind in range(3)]
    return [
        _argument(0),
        _instruction(_JUMP_AT_LEAST, _OF_A_PROCESS, 1, 0),
        allow,
        _instruction(_JUMP_ANY_BIT, _OF_A_THREAD, 0, 1),
        allow,
        *_one_of(0, own, refused=errno.EINVAL),
    ]


def _if_any_bit(index: int, bits: int, then: bytes, otherwise: bytes) -> Program:
    return [_argument(index), _instruction(_JUMP_ANY_BIT, bits, 0, 1), then, otherwise]


def _if_all_bits(index: int, bits: int, then: bytes) -> Program:
    """Answers `then` if the argument has all of these bits; otherwise the following instructions decide."""
    return [_argument(index), _instruction(_AND, bits), _instruction(_JUMP_EQUAL, bits, 0, 1), then]


def numbers(table: str, machine: str) -> dict[str, int]:
    """Returns name -> number for one of the tables above on `machine`."""
    column = _ARCHITECTURES[machine][0]
    entries = (entry.split() for line in table.strip().splitlines() for entry in line.split(", "))
    return {name: int(number) for name, *row in entries if (number := row[column]) != "-"}


def program(machine: str, *, processes: bool, alone: int | None, reserve: bool) -> Program:
    """Builds the filter.

    Args:
        machine: `os.uname().machine`.
        processes: whether the process may start other processes (threads it always may).
        alone: its own id, where no namespace hides other processes: the only one it may ask about or send signals to.
            None if it may do so with every process that it sees.
        reserve: whether it may reserve space on the disk. It must not if its files are only measured now and then: it
            could take gigabytes between two measurements.
    """
    allow, refuse = _instruction(_RETURN, _ALLOW), _deny(errno.EPERM)
    signals = [allow] if alone is None else _one_of(0, [alone])
    asked = _of_process(0, alone)
    # Flags that ask whether the data is in the cache, that keep it out of the cache, or that wait for the disk: an old
    # kernel has none of them.
    without_flags = _if_any_bit(5, 0xFFFFFFFF, _deny(errno.EOPNOTSUPP), allow)
    checked: dict[str, Program] = {
        # The filter cannot see the flags of clone3; without it the C library falls back to clone.
        "clone3": [_deny(errno.ENOSYS)],
        "clone": _if_any_bit(0, _NEW_NAMESPACES | _CLONE_PARENT, refuse, allow)
        if processes
        else _if_any_bit(0, _CLONE_THREAD, allow, refuse),
        "fork": [allow if processes else refuse],
        "vfork": [allow if processes else refuse],
        "kill": signals,
        "tgkill": signals,
        "prctl": _one_of(0, _PRCTL_OPTIONS),
        "prlimit64": _one_of(0, [0]),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        "fcntl": [
            _argument(1),
            *(step for lock in _FCNTL_PRETENDED for step in (_instruction(_JUMP_EQUAL, lock, 0, 1), _deny(0))),
            _instruction(_JUMP_EQUAL, _F_SETFL, 0, 4),
            *_if_any_bit(2, _PAST_THE_CACHE[machine], _deny(errno.EINVAL), allow),
            *_one_of(1, _FCNTL_COMMANDS),
        ],
        "futex": _one_of(1, _FUTEX_COMMANDS, _FUTEX_COMMAND),
        "mmap": [
            *_if_all_bits(3, _SHARED_AND_OF_NO_FILE, refuse),
            *_if_any_bit(3, _LARGE_PAGES_OF_THE_POOL | _LOCKED, refuse, allow),
        ],
        "madvise": _one_of(2, _ADVICES),
        "fadvise64": _one_of(3, _FILE_ADVICES),
        "fallocate": [allow if reserve else _deny(errno.EOPNOTSUPP)],
        "membarrier": _one_of(0, _MEMBARRIER_COMMANDS),
        "arch_prctl": _one_of(0, _ARCH_PRCTL_OPTIONS),
        "sendto": _if_any_bit(3, _MSG_OOB, refuse, allow),
        "recvfrom": _if_any_bit(3, _MSG_OOB, refuse, allow),
        "getsockopt": [
            _argument(1),
            _instruction(_JUMP_EQUAL, _SOL_SOCKET, 1, 0),
            refuse,
            *_one_of(2, _SOCKET_OPTIONS),
        ],
        "open": _opens(1, machine),
        "openat": _opens(2, machine),
        "preadv2": without_flags,
        "pwritev2": without_flags,
        **dict.fromkeys(("clock_gettime", "clock_nanosleep", "clock_getres"), _clock(alone)),
        **dict.fromkeys(("sched_getaffinity", "sched_getparam", "sched_getscheduler"), asked),
        **dict.fromkeys(("getpgid", "getsid", "get_robust_list"), asked),
        "socketpair": [
            _argument(0),
            _instruction(_JUMP_EQUAL, _AF_UNIX, 1, 0),
            refuse,
            *_one_of(1, _STREAM_TYPES),
        ],
    }
    result = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, _ARCHITECTURES[machine][1], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        # x86_64's second set of numbers, x32.
        _instruction(_JUMP_AT_LEAST, 0x40000000, 0, 1),
        _deny(errno.ENOSYS),
    ]
    for name, number in numbers(CHECKED, machine).items():
        result += [_instruction(_JUMP_EQUAL, number, 0, len(checked[name])), *checked[name]]
    for number in numbers(ALLOWED, machine).values():
        result += [_instruction(_JUMP_EQUAL, number, 0, 1), allow]
    for number in numbers(PRETENDED, machine).values():
        result += [_instruction(_JUMP_EQUAL, number, 0, 1), _deny(0)]
    return [*result, _deny(errno.ENOSYS)]


def install(*, processes: bool, alone: int | None, reserve: bool) -> None:
    """Installs the filter for good, for this process and all that it will start. It must have no_new_privs."""
    instructions = program(_machine(), processes=processes, alone=alone, reserve=reserve)
    filter_mode, (header, code) = 2, _loadable(instructions)
    linux.prctl(linux.PR_SET_SECCOMP, filter_mode, header)
    del code


def ask_before_threads() -> int:
    """Makes each `clone` of this process wait from now on, for good, for an answer on the descriptor that it returns.

    A call that `install` refuses is refused without a question. When nobody has the descriptor any more, the answer is
    that there is no such system call. This process must have no_new_privs.

    Raises:
        OSError: the kernel does not do it, or somebody outside listens to this process's calls already.
    """
    machine = _machine()
    header, code = _loadable([
        _instruction(_LOAD, _NUMBER),
        _instruction(_JUMP_EQUAL, numbers(CHECKED, machine)["clone"], 0, 1),
        _instruction(_RETURN, _ASK),
        _instruction(_RETURN, _ALLOW),
    ])
    set_filter = 1
    try:  # Otherwise a signal during the wait makes the start of the thread fail. Linux 5.19:
        listener = linux.seccomp(set_filter, _NEW_LISTENER | _ONLY_A_KILL_INTERRUPTS, header)
    except OSError as error:
        if error.errno == errno.EBUSY:
            listens = "somebody outside, such as this container's manager, listens to system calls already"
            raise OSError(errno.EBUSY, f"seccomp: {listens}; there can be only one") from error
        if error.errno != errno.EINVAL:
            raise
        listener = linux.seccomp(set_filter, _NEW_LISTENER, header)
    del code
    return listener


def answer(listener: int, start: Callable[[], bool]) -> None:
    """Answers one question on the descriptor of `ask_before_threads`: a thread may start, or may try again later.

    Args:
        listener: the descriptor, on which a question waits.
        start: called once it is certain that a question was asked.
    """
    question = bytearray(_QUESTION.size)
    with contextlib.suppress(FileNotFoundError):  # Whoever asked has been killed meanwhile.
        _uninterrupted(listener, _RECEIVE, question)
        refused, flags = (0, _GO_ON) if start() else (-errno.EAGAIN, 0)
        _uninterrupted(listener, _SEND, bytearray(_ANSWER.pack(_QUESTION.unpack(question)[0], 0, refused, flags)))


def _uninterrupted(listener: int, request: int, message: bytearray) -> None:
    """Calls `fcntl.ioctl` without interruption: a signal would lose the answer, and the thread would wait for ever."""
    while True:
        try:
            fcntl.ioctl(listener, request, message)
            return
        except InterruptedError:
            continue


def _machine() -> str:
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        raise OSError(f"no seccomp filter for {machine}; it is written for {' and '.join(_ARCHITECTURES)}")
    return machine


def _loadable(instructions: Program) -> tuple[bytes, object]:
    """Returns a program in the form that the kernel takes, and an object to keep alive until the kernel has it."""
    code = ctypes.create_string_buffer(b"".join(instructions))
    return struct.pack("@HP", len(instructions), ctypes.addressof(code)), code
