"""Nursery process and inside: Landlock, with which the kernel checks every file that is opened against a list.

It holds for this process and its children, for good. The doctor tries it in a process of its own.

Unlike a mount namespace it needs no privilege and works inside containers.
It does not hide that a file exists, nor its size; it denies opening,
listing, creating, changing and running. Documentation/userspace-api/landlock
in the kernel's tree is the reference for the numbers below.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from autograder.sandbox import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_ABI = 1
_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8
MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = 1 << 9, 1 << 10, 1 << 11, 1 << 12
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM | REFER | TRUNCATE
"""Rights to write. They include no devices, sockets or FIFOs, and no right to execute."""
FILE_RIGHTS = WRITE_FILE | READ_FILE | TRUNCATE

NET_BIND_TCP, NET_CONNECT_TCP = 1, 2
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1, 2


def abi() -> int:
    """Returns the kernel's version of Landlock; 0 when it has none or Landlock is switched off."""
    try:
        return linux.syscall("landlock", _CREATE_RULESET, None, ctypes.c_size_t(0), _GET_ABI)
    except OSError:
        return 0


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str], lists: Iterable[str] = ()) -> None:
    """Confines this process for good. It must have no_new_privs.

    From version 6 on it also denies signals to processes outside, and connections to their abstract sockets. Outside
    are those that were not confined by this call, or below it.

    Args:
        read: files and folders that may be read, with all below them.
        write: files and folders that may be read and changed, with all below them.
        devices: files that may be read and written, not replaced.
        lists: folders that may be listed, with all below them; no file there may be opened.
    """
    version = abi()
    if version == 0:
        raise OSError("this kernel has no Landlock")
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    network = NET_BIND_TCP | NET_CONNECT_TCP if version >= 4 else 0
    scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if version >= 6 else 0
    handled = struct.pack("=QQQ", files, network, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = linux.syscall("landlock_create_ruleset", _CREATE_RULESET, handled, ctypes.c_size_t(size), 0)
    try:
        for paths, rights in ((read, READ), (write, WRITE), (devices, READ_FILE | WRITE_FILE), (lists, READ_DIR)):
            for path in paths:
                _allow(ruleset, path, rights & files)
        linux.syscall("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, descriptor)
        linux.syscall("landlock_add_rule", _ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
