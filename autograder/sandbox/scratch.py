"""Nursery process and inside: makes, measures and removes scratch folders, whatever is in them.

The nursery process makes and removes them; where there are no namespaces the supervisor, which is outside then,
measures them. A stranger's code fills them, and decides with `mkdir` and `umask` who may enter and list them: perhaps
nobody. This module must work whatever the modes, and however deep the folders: it goes from folder to folder by
descriptor, gives itself the rights that it lacks, follows no link, and holds few descriptors at once. It must never
go up to another folder than the one that it came from, and never remove what is in use.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path

PREFIX = "reading-digits-scratch-"
"""How the name begins of the folder of a nursery process, in which its sandboxes have theirs."""
LOOKS = 3
"""How often a measurement starts again because a folder was moved during it; by accident that happens once."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OWNER = 0o700


class Moved(Exception):
    """A folder is no longer where it was a moment ago."""


@dataclass
class Home:
    """The folder of one nursery process. It stays as long as `held` is open somewhere, and locked.

    Attributes:
        path: the folder.
        held: its descriptor. Whoever has it holds the lock; a sandbox does not have it.
    """

    path: str
    held: int


def home() -> Home:
    """Makes a home folder.

    Only its user can list it; everybody may pass through, as a sandbox started by root has another user.
    """
    while True:
        path = tempfile.mkdtemp(prefix=PREFIX)
        held = os.open(path, _FOLDER)
        os.fchmod(held, 0o711)
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.fstat(held).st_nlink:  # Between these lines `remove_leftovers` of another process may have removed it.
            return Home(path, held)
        os.close(held)


def remove_leftovers() -> None:
    """Removes the folders of this user's nursery processes that were killed and could not do so themselves."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != os.geteuid():
                continue
            held = os.open(path, _FOLDER)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # Somebody holds the lock, so it is in use.
                remove(str(path))
            finally:
                os.close(held)


# --- Removing ----------------------------------------------------------------------------------------------


def remove(folder: str) -> None:
    """Removes `folder` with all that is in it.

    Deeper folders are moved up first, so no path is ever longer than three names, however deep they were.
    """
    with contextlib.suppress(FileNotFoundError):
        top = _opened(folder, None)
        try:
            waiting, number = deque(_emptied(top)), 0
            while waiting:
                inner = _opened(waiting[0], top)
                try:
                    for name in _emptied(inner):
                        os.close(_opened(name, inner))  # Only somebody who may write in a folder may move it.
                        number = _moved_up(name, inner, top, number)
                        waiting.append(_new_name(number))
                finally:
                    os.close(inner)
                os.rmdir(waiting.popleft(), dir_fd=top)
        finally:
            os.close(top)
        os.rmdir(folder)


def _emptied(folder: int) -> list[str]:
    """Removes everything but folders from an open folder; returns the names of the folders."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
    return [name for name, is_folder in found if is_folder]


def _moved_up(name: str, folder: int, top: int, number: int) -> int:
    """Moves a folder from an open one into another, under a new name; returns its number."""
    while True:
        number += 1
        if not _exists(_new_name(number), top):
            os.rename(name, _new_name(number), src_dir_fd=folder, dst_dir_fd=top)
            return number


def _new_name(number: int) -> str:
    return f"removed-{number}"


def _exists(name: str, folder: int) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


# --- Measuring ---------------------------------------------------------------------------------------------


def measured(folder: str, most: int) -> tuple[int, int]:
    """Returns bytes on the disk, and number of files and folders, in `folder`.

    It counts up to `most` of them and one more.

    Raises:
        Moved: folders are moved about all the time, so there is no answer.
    """
    for look in range(LOOKS):
        try:
            return _measured(folder, most)
        except Moved:
            if look == LOOKS - 1:
                raise
    raise AssertionError


def _measured(folder: str, most: int) -> tuple[int, int]:
    here = _opened(folder, None)
    try:
        size, count, inner = _listed(here, most)
        above = [(_identity(here), inner)]
        while count <= most:
            if inner := above[-1][1]:
                try:
                    below = _opened(inner.pop(), here)
                except FileNotFoundError:  # It has just been removed.
                    continue
                except OSError as error:
                    raise Moved from error
                os.close(here)
                here = below
                more, found, inner = _listed(here, most - count)
                size, count = size + more, count + found
                above.append((_identity(here), inner))
                continue
            above.pop()
            if not above:
                break
            try:
                up = os.open("..", _FOLDER, dir_fd=here)
            except OSError as error:
                raise Moved from error
            os.close(here)
            here = up
            if _identity(here) != above[-1][0]:
                raise Moved
        return size, count
    finally:
        os.close(here)


def _listed(folder: int, most: int) -> tuple[int, int, list[str]]:
    """Returns bytes and number of entries in an open folder, up to `most` and one, and the names of folders in it."""
    size, count, inner = 0, 0, []
    with os.scandir(folder) as entries:
        for entry in entries:
            count += 1
            if count > most:
                break
            with contextlib.suppress(FileNotFoundError):  # It has just been removed.
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.name)
    return size, count, inner


def _identity(folder: int) -> tuple[int, int]:
    status = os.fstat(folder)
    return status.st_dev, status.st_ino


def _opened(name: str, within: int | None) -> int:
    """Opens a folder in which its owner may do everything. A link is no folder here."""
    try:
        folder = os.open(name, _FOLDER, dir_fd=within)
    except PermissionError:
        _give_rights(name, within)
        folder = os.open(name, _FOLDER, dir_fd=within)
    try:
        if os.fstat(folder).st_mode & _OWNER != _OWNER:
            os.fchmod(folder, _OWNER)
    except BaseException:
        os.close(folder)
        raise
    return folder


def _give_rights(name: str, within: int | None) -> None:
    if not hasattr(os, "O_PATH"):  # macOS, which in turn can change the mode of a link
        os.chmod(name, _OWNER, dir_fd=within, follow_symlinks=False)
        return
    place = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=within)
    try:
        os.chmod(f"/proc/self/fd/{place}", _OWNER)
    finally:
        os.close(place)
