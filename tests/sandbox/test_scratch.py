"""Scratch folders: measured and removed whatever a stranger's code made of them, by a user for whom modes count."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.course import ROOT
from tests.ordinary_user import as_ordinary_user

pytestmark = pytest.mark.fast

BEGIN = """
import fcntl, os, sys, tempfile, threading
sys.path.insert(0, {root!r})
from autograder.sandbox import scratch
os.chdir({home!r})
tempfile.tempdir = {home!r}
os.umask(0)
os.mkdir("outside"); open("outside/kept", "w").close()
os.mkdir("top")
"""
MODES = "(0, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600, 0o700)"
CLOSED = f"""
for mode in {MODES}:
    os.makedirs(f"top/{{mode:o}}/in", 0o700)
    for name in ("file", "in/file"):
        open(f"top/{{mode:o}}/{{name}}", "wb").write(b"x" * 100_000)
    os.symlink(os.path.abspath("outside"), f"top/{{mode:o}}/in/link")
    os.close(os.open(f"top/{{mode:o}}/in/unreadable", os.O_CREAT | os.O_WRONLY, 0))
    os.chmod(f"top/{{mode:o}}/in", mode); os.chmod(f"top/{{mode:o}}", mode)
"""
DEEP = """
os.chdir("top")
for _ in range(DEPTH):
    os.mkdir("d" * 200, 0o300); os.chdir("d" * 200)
open("file", "wb").write(b"x" * 100_000)
os.chdir({home!r})
"""


@pytest.fixture
def said():
    """What code prints that an ordinary user runs in an empty folder with `outside/kept` and `top`."""

    def run(code: str) -> str:
        with tempfile.TemporaryDirectory() as home:
            command = as_ordinary_user([sys.executable, "-c", (BEGIN + code).replace("{root!r}", repr(str(ROOT)))
                                        .replace("{home!r}", repr(home))], ROOT, home)
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            assert Path(home, "outside", "kept").exists()
            return done.stdout.strip()

    return run


def test_what_lies_in_closed_folders_is_measured(said):
    """Of eight folders each: itself, a folder and a file in it; in that a file, a link and a file without a right."""
    size, count = map(int, said(CLOSED + "print(*scratch.measured('top', 1000))").split())
    assert count == 8 * 6
    assert 16 * 100_000 <= size < 16 * 150_000


def test_what_lies_in_closed_folders_is_removed_and_no_link_is_followed(said):
    assert said(CLOSED + "scratch.remove('top'); print(os.listdir('.'))") == "['outside']"


@pytest.mark.parametrize("depth", [3, 1500])
def test_however_deep_it_is_measured_and_removed(said, depth):
    code = DEEP.replace("DEPTH", str(depth)) + """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
size, count = scratch.measured('top', 2000)
assert 100_000 <= size < 200_000 + 8192 * count, size
scratch.remove('top')
print(count, os.listdir('.'))
"""
    assert said(code) == f"{depth + 1} ['outside']"


def test_what_is_removed_may_be_called_as_the_names_on_the_way(said):
    code = """
for name in ("removed-1", "removed-2/removed-1/removed-3", "x/removed-1/y/z", "x/removed-2/removed-2"):
    os.makedirs(f"top/{name}")
open("top/removed-3", "w").close(); open("top/x/removed-4", "w").close()
scratch.remove("top"); scratch.remove("top"); print(os.listdir("."))
"""
    assert said(code) == "['outside']"


def test_no_more_is_counted_than_matters(said):
    code = """
for number in range(60): os.makedirs(f"top/{number}/in")
print(scratch.measured("top", 50)[1], scratch.measured("top", 200)[1])
"""
    assert said(code) == "51 120"


def test_a_folder_that_is_moved_leads_nowhere_else(said):
    """Up from a folder that was moved is another folder. Nothing of that may be looked at, or given rights."""
    code = """
os.makedirs("top/a/b/c/d"); os.makedirs("top/x"); os.mkdir("outside/c", 0o100)
real, moves = scratch._listed, []
def listed(folder, most):
    found = real(folder, most)
    if "d" in found[2] and len(moves) < MOVES:  # in a/b/c
        here = "top/a/b" if os.path.isdir("top/a/b") else "top/b"
        os.rename(here, "top/b" if here == "top/a/b" else "top/a/b"); moves.append(here)
    return found
scratch._listed = listed
try:
    print(scratch.measured("top", 100)[1])
except scratch.Moved:
    print("moved")
print(oct(os.stat("outside/c").st_mode & 0o777))
"""
    assert said(code.replace("MOVES", "1")) == "5\n0o100"
    assert said(code.replace("MOVES", "99")) == "moved\n0o100"


def test_what_a_killed_process_left_is_removed_at_the_next_start_and_nothing_in_use(said):
    code = CLOSED + """
mine, other = scratch.home(), scratch.home()
os.rename("top", f"{other.path}/top")
os.mkdir(f"{mine.path}/top")
os.mkdir(f"{scratch.PREFIX}outside", 0o700)
os.symlink("outside", f"{scratch.PREFIX}link")
os.close(other.held)  # as a process that was killed: the lock goes with it
me, os.geteuid = os.geteuid, lambda: me() + 1
scratch.remove_leftovers()
assert os.path.exists(f"{scratch.PREFIX}outside"), "another user's"
os.geteuid = me
scratch.remove_leftovers()
print(os.path.exists(mine.path + "/top"), os.path.exists(other.path), os.path.exists("outside/kept"),
      os.path.exists(f"{scratch.PREFIX}outside"))
"""
    assert said(code) == "True False True False"


def test_a_folder_that_is_removed_before_it_is_locked_is_not_used(said):
    code = """
real, taken = fcntl.flock, []
def flock(held, how):
    if not taken:
        taken.append(1); os.rmdir(os.readlink(f"/proc/self/fd/{held}"))
    return real(held, how)
fcntl.flock = flock
print(os.path.isdir(scratch.home().path), len(taken))
"""
    assert said(code) == "True 1"
