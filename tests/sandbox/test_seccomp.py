"""The seccomp filter, run on a small model of the kernel's machine; so for both architectures, on any."""

from __future__ import annotations

import errno
import struct
import subprocess
import sys

import pytest

from autograder.course import ROOT
from autograder.sandbox import seccomp

pytestmark = pytest.mark.fast

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def run(program: list[bytes], architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would answer to a system call."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator, at = 0, 0
    for _ in range(10_000):
        code, if_true, if_false, value = struct.unpack("=HBBI", program[at])
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        elif code == 0x45:
            at += if_true if accumulator & value else if_false
        elif code == 0x35:
            at += if_true if accumulator >= value else if_false
        elif code == 0x06:
            return value
        else:
            raise AssertionError(f"the machine has no instruction {code:#x}")
    raise AssertionError("the program does not end")


@pytest.fixture(params=ARCHITECTURES)
def machine(request):
    return request.param


@pytest.fixture(params=["full", "no-namespaces"])
def answer(request, machine):
    """(name, arguments) -> "allow", or an errno."""
    full = request.param == "full"
    program = seccomp.program(machine, processes=full, alone=None if full else 77, reserve=full)
    numbers: dict[str, int] = {}
    for table in (seccomp.ALLOWED, seccomp.PRETENDED, seccomp.CHECKED):
        numbers |= seccomp.numbers(table, machine)

    def ask(name: str | int, *arguments: int) -> str | int:
        number = name if isinstance(name, int) else numbers[name]
        result = run(program, ARCHITECTURES[machine], number, *arguments)
        return "allow" if result == ALLOW else result - ERRNO

    ask.full, ask.numbers, ask.program = full, numbers, program
    return ask


def test_listed_calls_are_allowed(answer, machine):
    for name in seccomp.numbers(seccomp.ALLOWED, machine):
        assert answer(name) == "allow", name


def test_pretended_calls_do_nothing(answer, machine):
    for name in seccomp.numbers(seccomp.PRETENDED, machine):
        assert answer(name) == 0, name


def test_all_others_do_not_exist(answer):
    for number in set(range(1100)) - set(answer.numbers.values()):
        assert answer(number) == errno.ENOSYS, number


def test_every_number_has_one_name(answer):
    assert len(set(answer.numbers.values())) == len(answer.numbers)


def test_other_architectures_are_killed(answer, machine):
    for name, architecture in {**ARCHITECTURES, "i386": 0x40000003, "arm": 0x40000028}.items():
        if name != machine:
            assert run(answer.program, architecture, 1) == KILL


def test_the_second_set_of_numbers_does_not_exist(answer):
    for number in (0x40000000, 0x40000001, 0x40000000 | 59):
        assert answer(number) == errno.ENOSYS


def test_threads_may_be_started_and_processes_only_at_level_full(answer):
    thread = 0x3D0F00  # what the C library asks for
    assert answer("clone", thread) == "allow"
    assert answer("clone", 17) == ("allow" if answer.full else errno.EPERM)
    assert answer("clone", 0x1200011) == ("allow" if answer.full else errno.EPERM)
    assert answer("clone", 0x8000 | 17) == errno.EPERM, "a process that its parent would have to answer for"
    assert answer("clone3", 0) == errno.ENOSYS
    for name in ("fork", "vfork"):
        if name in answer.numbers:
            assert answer(name) == ("allow" if answer.full else errno.EPERM)


@pytest.mark.parametrize("flag", [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80])
def test_namespaces_may_not_be_made(answer, flag):
    assert answer("clone", flag | 17) == errno.EPERM


def test_signals_go_where_they_may(answer):
    for name in ("kill", "tgkill"):
        assert answer(name, 77, 9) == "allow"
        for target in (1, 78, 0, 2**32 - 1, 2**64 - 1):
            assert answer(name, target, 9) == ("allow" if answer.full else errno.EPERM)


def test_of_processes_it_sees_itself_alone(answer):
    for name in ("sched_getaffinity", "sched_getparam", "sched_getscheduler", "getpgid", "getsid", "get_robust_list"):
        assert answer(name, 0) == answer(name, 77) == "allow"
        for other in (1, 76, 78, 2**32 - 1):
            assert answer(name, other) == ("allow" if answer.full else errno.ENOSYS), (name, other)


def test_the_clocks_of_other_processes_do_not_exist(answer):
    """A clock of processor time has the id of its process in its number, see CLOCK in the kernel's posix-timers.h."""
    for name in ("clock_gettime", "clock_getres", "clock_nanosleep"):
        for clock in range(12):
            assert answer(name, clock) == "allow"
        for kind in range(3):
            for process in (0, 77):
                assert answer(name, (~process << 3 | kind) & 0xFFFFFFFF) == "allow"
            for process in (1, 76, 78, 4_000_000):
                clock = (~process << 3 | kind) & 0xFFFFFFFF
                assert answer(name, clock) == ("allow" if answer.full else errno.EINVAL), (name, process)
            assert answer(name, (~78 << 3 | kind | 4) & 0xFFFFFFFF) == "allow", "a thread, of its own or of nobody"


def test_only_stream_socket_pairs(answer):
    assert answer("socketpair", 1, 1) == "allow"
    assert answer("socketpair", 1, 1 | 0x80000 | 0x800) == "allow"
    for family, kind in ((1, 2), (1, 5), (2, 1), (10, 1), (16, 3), (1, 1 | 0x100)):
        assert answer("socketpair", family, kind) == errno.EPERM, (family, kind)


def test_files_are_truncated_only_by_who_may_write(answer):
    read, write, both, truncate, create = 0, 1, 2, 0x200, 0x40
    for name, place in (("open", 1), ("openat", 2)):
        if name in answer.numbers:
            for flags in (read, write, both, write | truncate, both | truncate | create, read | 0x80000):
                assert answer(name, *[0] * place, flags) == "allow", flags
            for flags in (truncate, truncate | create, truncate | 0x80000):
                assert answer(name, *[0] * place, flags) == errno.EPERM, flags


def test_no_write_waits_for_the_disk_and_no_read_goes_past_the_cache(answer, machine):
    at_once, synchronous, past_the_cache = 0x1000, 0x101000, {"x86_64": 0x4000, "aarch64": 0x10000}[machine]
    folder = {"x86_64": 0x10000, "aarch64": 0x4000}[machine]  # O_DIRECTORY, which each has where the other has O_DIRECT
    for name, place in (("open", 1), ("openat", 2)):
        if name in answer.numbers:
            assert answer(name, *[0] * place, folder | 0x80000) == "allow"
            for flag in (at_once, synchronous, past_the_cache):
                assert answer(name, *[0] * place, flag) == answer(name, *[0] * place, 1 | 0x40 | flag) == errno.EINVAL
    assert answer("fcntl", 0, 4, past_the_cache | 0x800) == errno.EINVAL and answer("fcntl", 0, 4, 0x800) == "allow"
    assert answer("fcntl", 0, 3, past_the_cache) == "allow", "asking needs no argument"


def test_nobody_is_told_what_is_in_the_cache(answer):
    for name in ("preadv2", "pwritev2"):
        assert answer(name, 0, 0, 1, 0, 0, 0) == "allow"
        for flag in (1, 2, 4, 8, 0x10, 0x80):  # RWF_NOWAIT is 8
            assert answer(name, 0, 0, 1, 0, 0, flag) == errno.EOPNOTSUPP, flag
    if "fork" in answer.numbers:  # the numbers are those of x86_64
        for name, number in {"mincore": 27, "cachestat": 451, "mlock2": 325, "mlockall": 151}.items():
            assert answer(number) == errno.ENOSYS, name
    assert answer("mmap", 0, 4096, 3, 0x2022) == errno.EPERM, "locked memory, which /proc/meminfo shows to all"


def test_arguments_of_the_rest(answer):
    assert answer("prctl", 15) == "allow" and answer("prctl", 4) == errno.EPERM and answer("prctl", 1) == errno.EPERM
    assert answer("prlimit64", 0) == "allow" and answer("prlimit64", 1) == errno.EPERM
    assert answer("ioctl", 0, 0x5401) == "allow" and answer("ioctl", 0, 0x5412) == errno.EPERM


COMMANDS = {  # call: where its command stands, what is allowed, what is not
    "fcntl": (1, (0, 1, 2, 3, 4, 5, 9, 1030, 1032),
              # owner, signal, leases, watched folders, larger pipes, locks of an open file, seals, hints
              (8, 10, 15, 16, 36, 37, 38, 1024, 1025, 1026, 1027, 1031, 1033, 1035, 1036, 1037, 1038, 1039, 1040)),
    "ioctl": (1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
              # input for a terminal, owner, signals, clones of files, of the namespace
              (0x5412, 0x8901, 0x8902, 0x5452, 0x40049409, 0x4020940D, 0xB701, 0xB703, 0x894C)),
    "prctl": (0, (3, 15, 16, 23, 39, 0x53564D41), (1, 4, 8, 22, 24, 36, 38, 40, 47, 53, 59, 62, 0x59616D61)),
    "futex": (1, (0, 1, 3, 4, 5, 9, 10, 128, 129, 137, 138, 0x189),
              (2, 6, 7, 8, 11, 12, 13, 0x86, 0x87, 0x8B, 0x8C, 0x8D, 0x7F)),
    "madvise": (2, (0, 1, 2, 3, 4, 8, 14, 15, 18, 102), (9, 12, 13, 20, 21, 22, 23, 24, 25, 100, 101)),
    "fadvise64": (3, (0, 1, 2, 3, 5), (4, 6, 7)),
    "membarrier": (0, (0, 8, 16), (1, 2, 4, 32, 64, 128, 256)),
    "arch_prctl": (0, (0x1002, 0x1023), (0x1012, 0x2003, 0x4001, 0x5001)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_of_a_call_with_commands_only_some_are_allowed(name, answer):
    place, allowed, refused = COMMANDS[name]
    if name in answer.numbers:
        for command in allowed:
            assert answer(name, *[0] * place, command) == "allow", hex(command)
        for command in (*refused, 0x7FFF, 1 << 31):
            masked = name == "futex" and command & 0x7F in allowed
            assert masked or answer(name, *[0] * place, command) == errno.EPERM, hex(command)


def test_locks_are_pretended(answer):
    for command in (6, 7):
        assert answer("fcntl", 0, command) == 0
    assert answer("fcntl", 0, 37) == answer("fcntl", 0, 38) == errno.EPERM, "those of an open file"


def test_calls_with_a_count_of_the_user_do_not_exist(answer):
    for name, number in {"timer_create": 222, "epoll_create": 213, "epoll_create1": 291, "epoll_ctl": 233,
                         "inotify_init1": 294, "mq_open": 240, "signalfd4": 289, "sendfile": 40, "vmsplice": 278,
                         "splice": 275, "tee": 276}.items():  # fmt: skip
        assert name not in answer.numbers
        if "fork" in answer.numbers:  # the numbers are those of x86_64
            assert answer(number) == errno.ENOSYS, name


def test_memory_is_shared_through_files_only(answer):
    private, shared, shared_validate, anonymous, stack, pool = 0x2, 0x1, 0x3, 0x20, 0x20000, 0x40000
    for flags in (private, shared, shared_validate, private | anonymous, private | anonymous | stack):
        assert answer("mmap", 0, 0, 0, flags) == "allow", hex(flags)
    unseen = shared | anonymous
    for flags in (unseen, shared_validate | anonymous, unseen | stack, private | anonymous | pool):
        assert answer("mmap", 0, 0, 0, flags) == errno.EPERM, hex(flags)


def test_the_high_word_of_a_command_changes_nothing(answer):
    """The kernel drops it: 1024 with anything above is still a lease."""
    assert answer("fcntl", 0, 1024 | 1 << 32) == answer("fcntl", 0, 1024 | 0xFFFFFFFF << 32) == errno.EPERM


def test_of_its_socket_it_learns_only_what_it_is(answer):
    for option in (3, 4, 7, 8, 38, 39):
        assert answer("getsockopt", 0, 1, option) == "allow"
    for level, option in ((1, 17), (1, 31), (1, 77), (1, 25), (0, 3), (6, 3), (41, 3)):
        assert answer("getsockopt", 0, level, option) == errno.EPERM, (level, option)
    for name in ("sendto", "recvfrom"):
        assert answer(name, 0, 0, 0, 0x4040) == "allow" and answer(name, 0, 0, 0, 0x4041) == errno.EPERM


def test_memory_comes_not_from_the_pool_of_large_pages(answer):
    assert answer("mmap", 0, 4096, 3, 0x22) == "allow" and answer("mmap", 0, 1 << 21, 3, 0x40022) == errno.EPERM


def test_space_is_reserved_only_where_the_kernel_limits_it(answer):
    assert answer("fallocate") == ("allow" if answer.full else errno.EOPNOTSUPP)


def test_there_is_one_who_is_asked():
    """Where a container's manager is already, it says so."""
    code = """
from autograder.sandbox import linux, seccomp
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
seccomp.ask_before_threads()
try:
    seccomp.ask_before_threads()
except OSError as error:
    print(error.strerror)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert "there can be only one" in done.stdout


def test_numbers_are_those_of_the_kernel_headers():
    """Where the headers are installed; the table is compared with what they say, not with itself."""
    import re
    from pathlib import Path

    found = {}
    for path in (*Path("/usr/include").glob("*/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")):
        if path.exists():
            found = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", path.read_text()))
    known = found if found else {"read": "0", "openat": "257", "clone3": "435"}
    for table in (seccomp.ALLOWED, seccomp.PRETENDED, seccomp.CHECKED):
        for name, number in seccomp.numbers(table, "x86_64").items():
            if name in known:
                assert int(known[name]) == number, name
