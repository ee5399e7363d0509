"""Nursery process and inside: namespaces, in which a process sees only Python, its own scratch folder and processes.

It happens in three steps. The nursery process, once, before it imports
anything: `enter_view` leaves it a file system with nothing but what Python
needs, read-only. Each child: `unshare_all` gives it a user, mount, pid, ipc,
network and uts namespace of its own. The first process in them: `furnish`
mounts a fresh /proc and a scratch folder limited in size.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox import linux
from autograder.sandbox.limits import Limits

DEVICES = ("null", "full", "random", "urandom")
"""Harmless devices. /dev/zero is not among them: memory mapped from it is in no process's count after the process lets
go of its pages."""
INSIDE_ID = 1000
"""User and group id inside the sandbox."""

_STAGE = "/tmp"
"""The folder in which the new root is put together; every Linux has it."""


def scratch_beside(roots: Sequence[str]) -> str:
    """Returns a path for a sandbox's scratch folder that covers none of `roots`, which the mount would hide."""
    name = "/scratch"
    while _inside(roots, name):
        name += "-"
    return name


def enter_view(roots: Sequence[str]) -> None:
    """Limits the view of this process to `roots`, read-only, an empty /tmp, /proc and harmless devices."""
    scratch = scratch_beside(roots)
    if os.geteuid() == 0:
        linux.unshare(linux.CLONE_NEWNS)
    else:
        user, group = os.geteuid(), os.getegid()
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
        _map_ids(user, user, group, group)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("view", _STAGE, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=0755")
    os.mkdir(f"{_STAGE}/old")
    linux.pivot_root(_STAGE, f"{_STAGE}/old")
    os.chdir("/")
    os.mkdir("/tmp")  # mounted first, because Python may lie in it
    linux.mount("tmp", "/tmp", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=64m")
    for root in roots:
        _show(root)
    os.makedirs("/dev/shm", exist_ok=True)
    for device in DEVICES:
        Path(f"/dev/{device}").touch()
        linux.bind(f"/old/dev/{device}", f"/dev/{device}")
    for folder in ("/proc", scratch):
        os.makedirs(folder, exist_ok=True)
    linux.bind("/old/proc", "/proc")
    os.makedirs("/etc", exist_ok=True)
    Path("/etc/passwd").write_text(f"learner:x:{INSIDE_ID}:{INSIDE_ID}::{scratch}:/bin/false\n")
    Path("/etc/group").write_text(f"learner:x:{INSIDE_ID}:\n")
    linux.unmount("/old")
    os.rmdir("/old")
    linux.set_mount("/", linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NOSUID, recursive=False)


def _show(root: str) -> None:
    """Shows one file, folder or link of the old root at its own path."""
    old = f"/old{root}"
    if not os.path.lexists(old) or os.path.lexists(root):
        return
    os.makedirs(os.path.dirname(root), exist_ok=True)
    if os.path.islink(old):  # /lib -> usr/lib
        os.symlink(os.readlink(old), root)
        return
    if os.path.isdir(old):
        os.mkdir(root)
    else:
        Path(root).touch()
    linux.bind(old, root)
    linux.set_mount(root, linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NOSUID | linux.MOUNT_ATTR_NODEV)


def unshare_all() -> None:
    """Gives this process namespaces of its own; its next child is the first process in the new pid namespace."""
    user, group = os.geteuid(), os.getegid()
    linux.unshare(
        linux.CLONE_NEWUSER
        | linux.CLONE_NEWNS
        | linux.CLONE_NEWPID
        | linux.CLONE_NEWIPC
        | linux.CLONE_NEWNET
        | linux.CLONE_NEWUTS
    )
    _map_ids(INSIDE_ID, user, INSIDE_ID, group)


def _inside(roots: Sequence[str], folder: str) -> list[str]:
    """Returns those of `roots` that are `folder` or lie in it."""
    return [root for root in roots if root == folder or root.startswith(f"{folder}/")]


def furnish(limits: Limits, roots: Sequence[str]) -> None:
    """Mounts /proc and the scratch folder; called by the first process of the pid namespace."""
    scratch = scratch_beside(roots)
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    size = f"size={limits.scratch_mb}m,nr_inodes={limits.scratch_files},mode=0700"
    linux.mount("scratch", scratch, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, size)
    for name, place in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        os.mkdir(f"{scratch}/{name}")
        for root in _inside(roots, place):  # Python may lie there: a course that was cloned into /tmp
            _show_again(root, f"{scratch}/{name}{root.removeprefix(place)}", f"{scratch}/{name}")
        linux.bind(f"{scratch}/{name}", place)
    linux.set_hostname("sandbox")


def _show_again(root: str, where: str, top: str) -> None:
    """Shows `root` at `where`, below `top`, too, read-only.

    The folders in between can be passed, not listed or changed.
    """
    between = os.path.relpath(os.path.dirname(where), top).split("/")
    for depth in range(1, len(between) + 1):
        folder = os.path.join(top, *between[:depth])
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o111)
    if os.path.islink(root):
        os.symlink(os.readlink(root), where)
        return
    if os.path.isdir(root):
        os.mkdir(where)
    else:
        Path(where).touch()
    linux.bind(root, where)
    linux.set_mount(where, linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NOSUID | linux.MOUNT_ATTR_NODEV)


def _map_ids(inside_user: int, user: int, inside_group: int, group: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside_user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside_group} {group} 1")
