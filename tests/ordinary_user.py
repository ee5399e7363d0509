"""Runs a command as an ordinary user, as most instructors do, where the tests run as root."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

USER = 65534

AS_USER = '''
import os, sys, tempfile
sys.path.insert(0, {root!r})
from autograder.sandbox import linux

def uncover(paths):
    """Makes the paths reachable although a folder above them, such as /root, is closed to others."""
    closed = {{above for path in paths for above in path.parents if not above.stat().st_mode & 1}}
    hidden = [path for path in paths if closed & set(path.parents)]
    kept = tempfile.mkdtemp()
    linux.mount("kept", kept, "tmpfs", 0, "mode=0755")
    for number, path in enumerate(hidden):
        Path(f"{{kept}}/{{number}}").mkdir()
        linux.bind(str(path), f"{{kept}}/{{number}}")
    for above in sorted(closed):
        if not closed & set(above.parents):
            linux.mount("open", str(above), "tmpfs", 0, "mode=0755")
    for number, path in enumerate(hidden):
        path.mkdir(parents=True, exist_ok=True)
        linux.bind(f"{{kept}}/{{number}}", str(path))

from pathlib import Path
linux.unshare(linux.CLONE_NEWNS)
linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
uncover(sorted(map(Path, {reachable!r})))
os.setgroups([]); os.setresgid({user}, {user}, {user}); os.setresuid({user}, {user}, {user})
os.environ["HOME"] = {home!r}
os.execv({command!r}[0], {command!r})
'''


def as_ordinary_user(command: Sequence[str], root: Path, home: str, reachable: Sequence[Path] = ()) -> list[str]:
    """The command line that runs `command` as `USER`; `command` itself where these tests do not run as root.

    Args:
        command: a program's path, and its arguments.
        root: the repository.
        home: a folder, which becomes the user's.
        reachable: folders that the command needs, beside Python and the repository.
    """
    if os.geteuid() != 0:
        return list(command)
    os.chown(home, USER, USER)
    paths = {str(path.resolve()) for path in (Path(sys.base_prefix), root, *reachable)}
    source = AS_USER.format(root=str(root), reachable=sorted(paths), user=USER, home=home, command=list(command))
    return [sys.executable, "-c", source]
