"""Both sides: the few system calls of Linux that Python does not offer, through ctypes.

Each raises `OSError` on failure.

Numbers and constants come from the kernel's own headers; system calls added
since 2018 have one number on all architectures.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

CAP_DAC_READ_SEARCH = 2

_MACHINE = os.uname().machine
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(_MACHINE, -1)
_SYS_MOUNT_SETATTR = 442
_SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}.get(_MACHINE, -1)
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION_3 = 0x20080522


def check(result: int, what: str) -> int:
    """Returns `result` of a C call; raises `OSError` naming `what` when it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: object) -> int:
    """Makes a system call by its number."""
    return check(_libc.syscall(ctypes.c_long(number), *arguments), what)


def prctl(option: int, value: int | bytes = 0, data: bytes | None = None) -> None:
    zero = ctypes.c_ulong(0)
    first = value if isinstance(value, bytes) else ctypes.c_ulong(value)
    check(_libc.prctl(option, first, data, zero, zero), f"prctl {option}")


def seccomp(operation: int, flags: int, data: bytes) -> int:
    return syscall("seccomp", _SYS_SECCOMP, ctypes.c_uint(operation), ctypes.c_uint(flags), data)


def unshare(flags: int) -> None:
    check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    arguments = [text.encode() for text in (source, target, kind)]
    check(_libc.mount(*arguments, ctypes.c_ulong(flags), data.encode()), f"mount {kind or 'bind'} on {target}")


def bind(source: str, target: str) -> None:
    """Shows `source`, with all that is mounted below it, at `target`, too."""
    mount(source, target, "", MS_BIND | MS_REC)


def set_mount(target: str, attributes: int, recursive: bool = True) -> None:
    """Adds mount attributes to `target` and, if `recursive`, to all mounts below it."""
    wanted = struct.pack("=QQQQ", attributes, 0, 0, 0)
    syscall(
        f"mount_setattr {target}",
        _SYS_MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(target.encode()),
        _AT_RECURSIVE if recursive else 0,
        wanted,
        ctypes.c_size_t(len(wanted)),
    )


def unmount(target: str) -> None:
    """Removes `target` and all mounts below it from view."""
    check(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def keep_times(paths: Iterable[str]) -> list[str]:
    """Returns, sorted, the mount points of those `paths` whose files record when they were last read."""
    found = set()
    for path in paths:
        if not os.statvfs(path).f_flag & (os.ST_NOATIME | os.ST_RDONLY):
            while not os.path.ismount(path):
                path = os.path.dirname(path)
            found.add(path)
    return sorted(found)


def pivot_root(new: str, old: str) -> None:
    """Makes `new` the root and mounts the previous one at `old`."""
    syscall("pivot_root", _SYS_PIVOT_ROOT, ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


def set_capabilities(capabilities: int = 0) -> None:
    """Gives up all capabilities but those of the bit mask `capabilities`."""
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("=IIIIII", low, low, 0, high, high, 0)
    check(_libc.capset(header, data), "capset")


def set_hostname(name: str) -> None:
    check(_libc.sethostname(name.encode(), ctypes.c_size_t(len(name))), "sethostname")
