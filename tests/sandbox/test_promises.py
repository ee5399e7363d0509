"""What the sandbox promises, each promise a test by its name, at every level of isolation that holds here.

`test_unprivileged.py` runs this file once more without root.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.bridge.notebooks import Notebooks
from autograder.bridge.session import SessionEnded
from autograder.course import ROOT, CourseError
from autograder.sandbox.limits import Limits
from tests.sandboxes import Sandbox

REFUSED = """
def refused(attempt):
    # Whether the attempt fails, and not for want of the thing attempted.
    try:
        attempt()
    except OSError:
        return True
    return False
"""


def descendants(process: int) -> set[int]:
    """The processes below `process`, as the machine sees them."""
    found = set()
    with contextlib.suppress(OSError):  # It has just ended.
        for thread in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{process}/task/{thread}/children").read_text().split()
                for child in map(int, children):
                    found |= {child} | descendants(child)
    return found


def eventually(condition: Callable[[], object], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


# --- reaching the machine -------------------------------------------------------


def test_can_compute_and_use_its_scratch_folder(sandbox):
    source = """
import os, tempfile, threading, numpy as np
open("notes.txt", "w").write("hello")
os.makedirs("a/b"); os.rename("notes.txt", "a/b/notes.txt")
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
thread = threading.Thread(target=list); thread.start(); thread.join()
import shutil; shutil.copy("a/b/notes.txt", "copy.txt")
result = open("copy.txt").read() + str(float(np.linalg.norm(np.eye(4))))
"""
    assert sandbox.value(source) == "hello2.0"


def test_cannot_use_network(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        datagrams.settimeout(0.2)
        ports = server.getsockname()[1], datagrams.getsockname()[1]
        source = REFUSED + f"""
import socket
result = [
    refused(lambda: socket.create_connection(("127.0.0.1", {ports[0]}), 2)),
    refused(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {ports[1]}))),
    refused(lambda: socket.socket(socket.AF_INET6)),
    refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
    refused(lambda: socket.getaddrinfo("localhost", 80)),
]
"""
        assert all(sandbox.value(source))
        with pytest.raises(TimeoutError):
            server.accept()
        with pytest.raises(TimeoutError):
            datagrams.recv(1)


def test_cannot_reach_sockets_of_other_processes(sandbox, tmp_path):
    os.chmod(tmp_path, 0o755)
    named, abstract = f"{tmp_path}/socket", f"\0sandbox-test-{os.getpid()}"
    with (
        socket.socket(socket.AF_UNIX) as first,
        socket.socket(socket.AF_UNIX) as second,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as third,
    ):
        for server, name in ((first, named), (second, abstract), (third, abstract + "d")):
            server.bind(name)
            server.setblocking(False)
        os.chmod(named, 0o777)
        first.listen()
        second.listen()
        source = REFUSED + f"""
import socket
result = [
    refused(lambda: socket.socket(socket.AF_UNIX).connect({named!r})),
    refused(lambda: socket.socket(socket.AF_UNIX).connect({abstract!r})),
    refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", {abstract + "d"!r})),
    refused(lambda: socket.socketpair()[0].sendto(b"x", {abstract + "d"!r})),
]
"""
        assert all(sandbox.value(source))
        with pytest.raises(BlockingIOError):
            third.recv(1)


def test_cannot_see_other_processes(sandbox, level):
    source = REFUSED + f"""
import os, signal, time
from pathlib import Path
other = {os.getpid()}
try:
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
except OSError:
    seen = []
result = [
    len(seen) <= 2,
    refused(lambda: os.kill(other, 0)),
    refused(lambda: os.kill(other, signal.SIGURG)),
    refused(lambda: Path(f"/proc/{{other}}/cmdline").read_bytes()),
    refused(lambda: Path(f"/proc/{{other}}/environ").read_bytes()),
    refused(lambda: os.listdir(f"/proc/{{other}}/fd")),
    refused(lambda: os.listdir(f"/proc/{{other}}/root")),
    refused(lambda: os.getsid(other)),
    refused(lambda: os.getpgid(other)),
    refused(lambda: os.sched_getscheduler(other)),
    refused(lambda: os.sched_getparam(other)),
    refused(lambda: os.sched_getaffinity(other)),
    refused(lambda: time.clock_gettime(~other << 3 | 2)),  # the processor time that it has used
    time.clock_gettime(~os.getpid() << 3 | 2) > 0 and time.process_time() > 0 and time.thread_time() >= 0,
    os.getsid(0) == os.getsid(os.getpid()) == os.getpgid(0) and len(os.sched_getaffinity(0)) > 0,
]
"""
    assert all(seen := sandbox.value(source)), seen


def test_cannot_signal_anything_but_itself(sandbox, level):
    source = REFUSED + """
import os, signal
targets = {"all": -1, "group": 0, "parent": os.getppid(), "init": 1}
result = {name: refused(lambda: os.kill(target, 0)) for name, target in targets.items()}
os.kill(os.getpid(), signal.SIGURG)
"""
    refused = sandbox.value(source)
    # At level full it sees no process but those of its own sandbox.
    assert level == "full" or all(refused.values()), refused
    assert sandbox.session.alive


def test_cannot_send_signals_through_a_file(sandbox, level):
    source = REFUSED + f"""
import fcntl, os
end, other = os.pipe()
result = [
    refused(lambda: fcntl.fcntl(end, fcntl.F_SETOWN, {os.getpid()})),
    refused(lambda: fcntl.fcntl(end, 10, 9)),  # F_SETSIG
]
"""
    assert all(sandbox.value(source))


def state(process: int) -> str:
    """The letter that says what the machine has a process do: T is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("number", ["SIGUSR1", "SIGSTOP", "SIGKILL", "SIGCONT"])
def test_a_signal_to_its_own_process_group_reaches_no_one_else(number, level, sandbox_of, nursery_at):
    neighbor, sandbox = sandbox_of(level), sandbox_of(level)
    nursery = nursery_at(level)._process._process.pid
    caught = "import signal; got = []; signal.signal(signal.SIGCONT, lambda *a: got.append(1))"
    assert neighbor.run(caught).status == sandbox.run("1").status == "ok"
    sandbox.run(f"import os, signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nos.kill(0, signal.{number})",
                timeout=0.5)
    assert state(nursery) in "RSD", "the nursery is stopped, or ended"
    assert neighbor.value("result = (6 * 7, got)") == (42, [])
    later = sandbox_of(level)
    assert later.run("1").status == "ok"


def test_its_session_and_process_group_are_its_own(level, sandbox_of, nursery_at):
    """So it cannot wake, either, who is in the same session, which the kernel allows to every user."""
    sandboxes = [sandbox_of(level) for _ in range(2)]
    for sandbox in sandboxes:
        assert sandbox.run("1").status == "ok"
    processes = [process for sandbox in sandboxes
                 for process in {sandbox.session.pid} | descendants(sandbox.session.pid)]
    assert len(processes) == 4
    assert [os.getpgid(process) for process in processes] == processes
    assert [os.getsid(process) for process in processes] == processes


def test_nobody_has_to_wait_for_a_file_that_it_has_open(sandbox):
    """A lease: whoever opens the file waits until it is given back. Everybody may take one on a file of their own."""
    source = REFUSED + """
import fcntl, os
open("mine", "w").close()
mine = os.open("mine", os.O_RDONLY)
result = [refused(lambda: fcntl.fcntl(mine, fcntl.F_SETLEASE, kind)) for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK)]
result += [refused(lambda: fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_WRLCK))]
result += [refused(lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE))]
"""
    assert sandbox.value(source) == [True] * 4


def test_a_lock_on_a_library_is_seen_by_nobody(level, sandbox_of):
    first, second = sandbox_of(level), sandbox_of(level)
    lock = "import fcntl, os; file = open(os.__file__); fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB); result = 1"
    assert first.value(lock) == second.value(lock) == 1
    with open(os.__file__) as file:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_UN)


def test_sqlite_still_locks_its_own_files(sandbox):
    source = """
import sqlite3
with sqlite3.connect("table.sqlite") as table:
    table.execute("create table t (x)"); table.execute("insert into t values (42)")
result = sqlite3.connect("table.sqlite").execute("select x from t").fetchone()[0]
"""
    assert sandbox.value(source) == 42


def test_cannot_empty_the_caches_that_others_use(sandbox):
    source = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
file = os.open(os.__file__, os.O_RDONLY)
memory = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
libc.madvise.argtypes = libc.mmap.argtypes = None
libc.mmap.restype = ctypes.c_void_p
place = libc.mmap(None, ctypes.c_size_t(4096), 1, 2, file, ctypes.c_long(0))
result = {"pageout": libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(4096), 21),
          "merge": libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(4096), 12),
          "drop": 0 if libc.posix_fadvise(file, ctypes.c_long(0), ctypes.c_long(0), 4) == 0 else -1,
          "what is cached": libc.mincore(ctypes.c_void_p(place), ctypes.c_size_t(4096), (ctypes.c_ubyte * 1)()),
          "pool": -1 if libc.mmap(None, ctypes.c_size_t(1 << 21), 3, 0x40022, -1, ctypes.c_long(0)) in (None, 2**64 - 1)
                  else 0}
"""
    assert set(sandbox.value(source).values()) == {-1}


def test_cannot_ask_what_is_in_the_cache_where_another_notebook_may_have_put_it(sandbox):
    source = REFUSED + """
import ctypes, os, re
file = os.open(os.__file__, os.O_RDONLY)
def locked():
    return int(re.search(r"Mlocked: +([0-9]+)", open("/proc/meminfo").read())[1])
libc, memory, before = ctypes.CDLL(None), bytearray(4 << 20), locked()
place = ctypes.c_void_p(ctypes.addressof((ctypes.c_char * len(memory)).from_buffer(memory)))
done = libc.mlock(place, ctypes.c_size_t(len(memory)))
result = [os.preadv(file, [bytearray(1)], 0), refused(lambda: os.preadv(file, [bytearray(1)], 0, os.RWF_NOWAIT)),
          done, locked() - before < 4096]
"""
    assert sandbox.value(source) == [1, True, 0, True]


def test_what_it_writes_makes_nobody_wait_for_the_disk(sandbox):
    """What a call answers that is not made: a pipe has nothing to write out, and the kernel would say so."""
    source = REFUSED + """
import ctypes, mmap, os
end, other = os.pipe()
libc = ctypes.CDLL(None, use_errno=True)
os.fsync(end); os.fdatasync(end); os.sync()
result = [libc.syncfs(-1), libc.sync_file_range(end, ctypes.c_long(0), ctypes.c_long(0), 2)]
with open("file", "wb") as file:
    file.write(b"x" * mmap.PAGESIZE)
with open("file", "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
    memory[:2] = b"ab"
    memory.flush()
    os.fsync(file.fileno())
result += [open("file", "rb").read(3) == b"abx"]
result += [refused(lambda: os.open("file", os.O_WRONLY | flag)) for flag in (os.O_SYNC, os.O_DSYNC, os.O_DIRECT)]
"""
    assert sandbox.value(source) == [0, 0, True, True, True, True]


def test_cannot_ask_who_is_at_the_other_end_of_its_socket(sandbox):
    source = REFUSED + FIND_SOCKET + """
one = socket.socket(fileno=os.dup(wire))
result = [refused(lambda: one.getsockopt(socket.SOL_SOCKET, option, 64)) for option in (17, 31, 59, 77)]
result += [refused(lambda: one.send(b"x", socket.MSG_OOB)), refused(lambda: one.recv(1, socket.MSG_OOB))]
"""
    assert sandbox.value(source) == [True] * 6


def test_cannot_see_the_network_of_the_machine(sandbox, level):
    """The port that a server of this test listens at, in the tables of all connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f":{server.getsockname()[1]:04X}"
        assert port in Path("/proc/net/tcp").read_text()
        source = """
import glob, os
seen = ""
for path in ["/proc/net/tcp", "/proc/self/net/tcp", "/proc/thread-self/net/tcp",
             f"/proc/self/task/{os.getpid()}/net/tcp", *glob.glob("/proc/[0-9]*/net/tcp")]:
    try:
        seen += open(path).read()
    except OSError:
        pass
result = seen
"""
        assert port not in sandbox.value(source)


def test_its_files_lie_in_their_folders_and_none_lies_outside(level, sandbox_of):
    sandbox = sandbox_of(level, files={"data/more/x.txt": b"1", "data/y.txt": b"2"})
    assert sandbox.value("import os\nopen('data/y.txt', 'a').write('3')\nos.mkdir('data/new')\n"
                         "result = [open('data/more/x.txt').read(), open('data/y.txt').read()]") == ["1", "23"]
    for name in ("../x", "/x", "a//b", "a/../../x", "", ".", "a/.", "a\0b"):
        with pytest.raises(CourseError, match="is no name for a file"):
            sandbox_of(level, files={name: b""})


def test_names_of_files_of_others_are_not_in_its_memory(level, sandbox_of, nursery_at):
    """Every sandbox gets a copy of the memory of the nursery, which hands on what others hand in; so it is looked at
    there, before anything new covers what was."""
    names = [f"lab-of-{''.join(letters)}-lovelace.csv" for letters in itertools.product("abcde", repeat=3)]
    sandbox = sandbox_of(level, files=dict.fromkeys(names, b"1"))
    assert sandbox.value("import os; result = sorted(os.listdir())") == sorted(names)
    nursery = nursery_at(level)._process._process.pid
    found = []
    with open(f"/proc/{nursery}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{nursery}/maps").read_text().splitlines():
            start, end = (int(number, 16) for number in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and "[v" not in line:
                found += re.findall(rb"lab-of-[a-e]+-lovelace", os.pread(memory.fileno(), end - start, start))
    assert not found


def test_cannot_read_the_repository(sandbox):
    secret = ROOT / "pyproject.toml"
    source = REFUSED + f"""
import os
from pathlib import Path
secret, root = Path({str(secret)!r}), {str(ROOT)!r}
os.symlink(secret, "link")
result = [
    refused(lambda: secret.read_text()),
    refused(lambda: Path("link").read_text()),
    refused(lambda: os.link(secret, "hard") or Path("hard").read_text()),
    refused(lambda: os.listdir(root)),
    refused(lambda: Path("/proc/1/root" + str(secret)).read_text()),
    refused(lambda: Path("/proc/1/cwd/" + str(secret)).read_text()),
    refused(lambda: Path("/proc/self/root" + str(secret)).read_text()),
    refused(lambda: Path("/old" + str(secret)).read_text()),
]
"""
    assert all(sandbox.value(source))


def test_cannot_find_the_repository_by_looking_everywhere(sandbox):
    source = f"""
import os
found = []
for folder in ("/", "/home", "/root", "/tmp", "/var", "/opt", "/mnt", "/srv", {str(ROOT.parent)!r}):
    for path, folders, files in os.walk(folder):
        if path.count("/") > 5 or path.startswith(("/proc", "/usr", "/lib")):
            folders.clear()
        found += [path for name in ("pyproject.toml", "mnist.npz", "solutions") if name in files + folders]
result = [path for path in found if "site-packages" not in path]
"""
    assert sandbox.value(source) == []


def test_cannot_read_another_submission(level, sandbox_of):
    first = sandbox_of(level, files={"answers.txt": b"forty-two"})
    place = first.value("import os; result = os.path.realpath('answers.txt')")
    second = sandbox_of(level)
    source = f"""
import glob, os
found = []
for pattern in ({place!r}, "/tmp/*/*/answers.txt", "/scratch/*/answers.txt", "/proc/*/cwd/answers.txt", "*"):
    for path in [pattern, *glob.glob(pattern)]:
        try:
            found.append(open(path).read())
        except OSError:
            pass
result = found
"""
    assert second.value(source) == []
    assert first.value("result = open('answers.txt').read()") == "forty-two"


def test_cannot_touch_another_submission(level, sandbox_of):
    first, second = sandbox_of(level), sandbox_of(level)
    processes = descendants(first.session.pid) | {first.session.pid}
    source = REFUSED + f"""
import os
result = [refused(lambda: os.kill(process, 9)) for process in {sorted(processes)}]
"""
    if level == "full":  # It has other numbers for its own processes; these may be its own.
        processes = {process for process in processes if process > 100}
    assert all(second.value(source))
    assert first.run("1").status == "ok"


def test_cannot_read_environment(sandbox_of, level, monkeypatch):
    monkeypatch.setenv("CLASS_SECRET", "do-not-tell")
    with Notebooks(level, warm=False) as notebooks:
        sandbox = Sandbox(notebooks)
        source = """
import glob, os
found = [repr(dict(os.environ))]
for path in glob.glob("/proc/*/environ") + ["/proc/self/environ"]:
    try:
        found.append(open(path, errors="replace").read())
    except OSError:
        pass
result = "".join(found)
"""
        seen = sandbox.value(source)
        sandbox.session.close()
    assert "PATH" in seen
    assert "do-not-tell" not in seen and "CLASS_SECRET" not in seen


def test_inherits_no_descriptors(sandbox):
    source = """
import os
result = {}
for name in os.listdir("/proc/self/fd"):
    try:
        result[int(name)] = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        pass
"""
    descriptors = sandbox.value(source)
    assert {descriptors.pop(number) for number in (0, 1, 2)} == {"/dev/null"}
    assert [name.split(":")[0] for name in descriptors.values()] == ["socket"], descriptors


def test_cannot_write_outside_its_scratch_folder(sandbox, level, tmp_path):
    os.chmod(tmp_path, 0o777)
    places = [str(tmp_path), "/", "/etc", "/var/tmp", "/usr/lib", os.path.dirname(os.__file__), "/dev"]
    places += ["/tmp", "/dev/shm"] if level != "full" else []
    source = REFUSED + f"""
import os
result = {{place: refused(lambda: open(os.path.join(place, "trace-of-a-test"), "w")) for place in {places}}}
"""
    assert all(sandbox.value(source).values())
    assert not any(os.path.exists(os.path.join(place, "trace-of-a-test")) for place in places)


def test_what_it_writes_in_tmp_is_its_own(sandbox, level):
    sandbox.run("import tempfile; open(tempfile.gettempdir() + '/trace-of-a-test', 'w').write('x')")
    sandbox.run("open('/tmp/trace-of-a-test', 'w'); open('/dev/shm/trace-of-a-test', 'w')")
    assert not os.path.exists("/tmp/trace-of-a-test")
    assert not os.path.exists("/dev/shm/trace-of-a-test")


def test_cannot_change_files_of_its_user_elsewhere(sandbox, tmp_path):
    """Landlock alone does not cover changing modes and times; so this is about the other layers."""
    os.chmod(tmp_path, 0o777)
    file = tmp_path / "mine.txt"
    file.write_text("precious")
    os.chown(file, os.stat(f"/proc/{sandbox.session.pid}").st_uid, -1)
    os.chmod(file, 0o666)
    before = file.stat()
    sandbox.run(f"""
import os
for attempt in (
    lambda: os.chmod({str(file)!r}, 0),
    lambda: os.utime({str(file)!r}, (0, 0)),
    lambda: os.truncate({str(file)!r}, 0),
    lambda: os.open({str(file)!r}, os.O_RDONLY | os.O_TRUNC),
    lambda: os.rename({str(file)!r}, {str(tmp_path / "gone")!r}),
    lambda: os.remove({str(file)!r}),
    lambda: os.setxattr({str(file)!r}, "user.x", b"x"),
    lambda: os.link({str(file)!r}, {str(tmp_path / "link")!r}),
):
    try:
        attempt()
    except OSError:
        pass
""")
    after = file.stat()
    assert (after.st_mode, after.st_mtime, after.st_size) == (before.st_mode, before.st_mtime, before.st_size)
    assert os.listdir(tmp_path) == ["mine.txt"] and os.listxattr(file) == []


def test_cannot_run_programs(sandbox):
    source = REFUSED + """
import os, subprocess, sys
open("program", "w").write("#!/bin/sh\\n"); os.chmod("program", 0o755)
result = [
    refused(lambda: subprocess.run([sys.executable, "-c", ""], check=True)),
    refused(lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True)),
    refused(lambda: os.execv("./program", ["program"])),
    refused(lambda: os.posix_spawn("/bin/true", ["true"], {})),
    refused(lambda: 1 / os.system("true") and None) if os.system("true") else False,
]
"""
    outcome = sandbox.value(source)
    assert outcome[:4] == [True] * 4


def test_shell_lines_do_nothing_and_say_so(sandbox):
    outcome = sandbox.run("!echo from the shell\nfiles = !ls\nprint(files)")
    assert outcome.status == "ok"
    assert "Shell commands do not run" in outcome.output and "from the shell\n" not in outcome.output[60:]


def test_has_no_privileges_and_gains_none(sandbox):
    source = REFUSED + """
import os, socket
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
result = {
    "not root": os.geteuid() != 0 and os.getuid() != 0,
    "no capability but to read": int(status["CapEff"], 16) & ~4 == 0 == int(status["CapPrm"], 16) & ~4,
    "no new privileges": status["NoNewPrivs"] == "1",
    "filtered": status["Seccomp"] == "2",
    "setuid": refused(lambda: os.setuid(0)),
    "chroot": refused(lambda: os.chroot(".")),
    "nice": refused(lambda: os.setpriority(os.PRIO_PROCESS, 0, -20)),
}
"""
    result = sandbox.value(source)
    assert all(result.values()), result


def test_is_never_root_to_the_machine(sandbox):
    assert sandbox.run("1").status == "ok"
    processes = descendants(sandbox.session.pid) | {sandbox.session.pid}
    for process in processes:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        users = next(line for line in lines if line.startswith("Uid:")).split()[1:]
        assert "0" not in users
    assert len(processes) == 2


SYSTEM_CALLS = {  # number on x86_64, on aarch64
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "sched_setaffinity": (203, 122),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "socket": (41, 198),
    "connect": (42, 203),
    "execve": (59, 221),
    "truncate": (76, 45),
    "mknodat": (259, 33),
    "clone3": (435, 435),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "a call yet to be invented": (999, 999),
}


def test_dangerous_system_calls_do_not_exist(sandbox):
    column = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
    numbers = {name: row[column] for name, row in SYSTEM_CALLS.items()}
    source = f"""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
result = {{}}
for name, number in {numbers}.items():
    answer = libc.syscall(number, 0, 0, 0, 0, 0, 0)
    result[name] = errno.errorcode.get(ctypes.get_errno()) if answer == -1 else "it worked"
"""
    assert sandbox.value(source) == dict.fromkeys(SYSTEM_CALLS, "ENOSYS")


def test_cannot_make_namespaces_by_cloning(sandbox):
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    source = f"""
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
result = []
for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x04000000, 0x08000000, 0x02000000):
    answer = libc.syscall({number}, flag | 17, 0, 0, 0, 0)
    if answer == 0:
        os._exit(0)
    result.append(answer == -1 and ctypes.get_errno() == errno.EPERM)
"""
    assert sandbox.value(source) == [True] * 7


def test_cannot_make_devices_or_fifos(sandbox):
    source = REFUSED + """
import os, stat
result = [refused(lambda: os.mkfifo("fifo")), refused(lambda: os.mknod("device", stat.S_IFCHR | 0o600, 0x103))]
"""
    assert all(sandbox.value(source))


# --- resources --------------------------------------------------------------------


@pytest.mark.levels("full")
def test_fork_bomb_is_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(processes=40))
    source = """
import os, time
result = 0
try:
    for _ in range(500):
        if not os.fork():
            time.sleep(60); os._exit(0)
        result += 1
except OSError as error:
    print(error)
"""
    assert 20 < sandbox.value(source) <= 40
    processes = descendants(sandbox.session.pid)
    assert len(processes) > 20
    sandbox.session.close()
    assert not any(os.path.exists(f"/proc/{process}") for process in processes)


@pytest.mark.levels("full")
def test_exponential_fork_bomb_leaves_the_machine_responsive(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(processes=60))
    began = time.monotonic()
    outcome = sandbox.run("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", timeout=1)
    assert outcome.status in ("timeout", "killed", "exited")
    sandbox.session.close()
    assert time.monotonic() - began < 15
    assert not descendants(sandbox.session.pid) if os.path.exists(f"/proc/{sandbox.session.pid}") else True


@pytest.mark.levels("no-namespaces")
def test_cannot_start_processes_without_namespaces(sandbox):
    source = REFUSED + """
import multiprocessing, os
result = [refused(os.fork), refused(lambda: multiprocessing.get_context("fork").Process(target=print).start())]
"""
    assert sandbox.value(source) == [True, True]


def test_thread_bomb_is_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(processes=60))
    source = """
import threading
threading.stack_size(65536)
stop, threads = threading.Event(), []
try:
    for _ in range(6000):
        threads.append(threading.Thread(target=stop.wait, daemon=True))
        threads[-1].start()
except RuntimeError as error:
    result = len(threads) - 1
stop.set()
for thread in threads[:-1]:
    thread.join()
again = threading.Thread(target=print); again.start(); again.join()
"""
    started = sandbox.value(source)
    # Without a user of its own, threads are counted together with all that the user runs elsewhere.
    shared = level == "no-namespaces" and os.geteuid() != 0
    assert started < 5000 if shared else 40 < started <= 60


def test_memory_bomb_in_one_process_gets_a_memory_error(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(memory_mb=1024))
    outcome = sandbox.run("hoard = []\nwhile True: hoard.append(bytearray(50_000_000))")
    assert outcome.status == "memory" and "MemoryError" in outcome.error
    assert sandbox.value("del hoard; result = 1") == 1


@pytest.mark.levels("full", "none")
def test_memory_bomb_over_many_processes_is_ended(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(memory_mb=600))
    source = """
import os, time
for _ in range(8):
    if not os.fork():
        hoard = bytearray(b"x") * 150_000_000
        time.sleep(60)
time.sleep(60)
"""
    outcome = sandbox.run(source, timeout=30)
    assert outcome.status == "memory" and "600 MB" in outcome.error, outcome
    assert not sandbox.session.alive


@pytest.mark.levels("full", "no-namespaces")
def test_there_is_no_memory_that_no_process_is_seen_to_have(sandbox):
    """Pages shared without a file, or of /dev/zero, stay when every process lets go of them, and are in no count."""
    outcome = sandbox.run("""
import mmap
for file in (-1, "/dev/zero"):
    try:
        mmap.mmap(file if file == -1 else open(file, "r+b").fileno(), 4096)
    except OSError as error:
        print(type(error).__name__)
print(len(mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)))
""")
    first, second, last = outcome.output.split()
    assert (first, last) == ("PermissionError", "4096") and second in ("PermissionError", "FileNotFoundError"), outcome


@pytest.mark.levels("full", "no-namespaces")
def test_it_has_one_session(sandbox):
    """Each session is a group of its own, among which Linux shares the processor out first."""
    outcome = sandbox.run("""
import os
try:
    if os.fork() == 0:
        try:
            os.setsid()
        except OSError:
            os._exit(3)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
except PermissionError:  # without namespaces it has one process, which leads its session
    try:
        os.setsid()
    except OSError:
        print(3)
""")
    assert outcome.output.split() == ["3"], outcome


UNTIL_REFUSED = """
import threading, time
threading.stack_size(65536)
for _ in range(400):
    try:
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except RuntimeError:
        break
print(threading.active_count())
"""


@pytest.mark.levels("full", "no-namespaces")
def test_it_has_no_more_threads_than_it_may_and_takes_nobody_elses(level, sandbox_of):
    """The kernel counts the user's without namespaces, the neighbors' included: so the supervisor is asked first."""
    few, many = sandbox_of(level, Limits(processes=60)), sandbox_of(level, Limits(processes=200))
    for sandbox, limit in ((many, 200), (few, 60)):
        outcome = sandbox.run(UNTIL_REFUSED)
        assert outcome.status == "ok" and limit - 10 < int(outcome.output) <= limit, outcome
    kernels = "print([line.split()[2] for line in open('/proc/self/limits') if line.startswith('Max processes')][0])"
    if level == "no-namespaces" and os.geteuid() != 0:  # Of root's, each has a user of its own.
        assert few.run(kernels).output == many.run(kernels).output, "who has the lower limit starves first"


@pytest.mark.levels("full")
def test_pipes_work_although_a_neighbor_has_filled_all_there_are(level, sandbox_of):
    """Beyond a number of pages, which is the user's, Linux makes new pipes smaller: and that is all."""
    hog, neighbor = sandbox_of(level), sandbox_of(level)
    assert hog.value("""
import fcntl, os, time
def fill():
    try:
        while True:
            os.set_blocking(os.pipe()[1], False)
    except OSError:
        pass
    for end in range(3, 256):
        try:
            os.write(end, bytes(65536)) if fcntl.fcntl(end, fcntl.F_GETFL) & os.O_NONBLOCK else None
        except OSError:
            pass
for _ in range(20):
    if os.fork() == 0:
        fill(); time.sleep(60); os._exit(0)
time.sleep(3)
result = fcntl.fcntl(os.pipe()[1], 1032)
""", timeout=60) == 8192
    assert neighbor.value("""
import os, threading
data, ends = [], os.pipe()
reader = threading.Thread(target=lambda: data.append(open(ends[0], "rb").read()))
reader.start()
with open(ends[1], "wb") as pipe:
    pipe.write(bytes(1 << 20))
reader.join(10)
result = len(data[0])
""") == 1 << 20


@pytest.mark.levels("full", "no-namespaces")
def test_threads_in_a_chain_are_counted(level, sandbox_of):
    outcome = sandbox_of(level, Limits(started=300)).run("""
import threading, time
try:
    for _ in range(3000):
        one = threading.Thread(target=int); one.start(); one.join()
except RuntimeError:
    pass
time.sleep(20)
""", timeout=40)
    assert outcome.status == "limit" and "more processes and threads than it may" in outcome.error, outcome


@pytest.mark.levels("full", "no-namespaces")
def test_who_starts_threads_can_be_interrupted(sandbox):
    """A start that waits for an answer is not given up because of an interrupt: that would be another error."""
    outcome = sandbox.run("""
import threading
while True:
    one = threading.Thread(target=int); one.start(); one.join()
""", timeout=1)
    assert outcome.status == "timeout" and "KeyboardInterrupt" in outcome.error, outcome
    assert sandbox.run("print(1)").output == "1\n"


@pytest.mark.levels("no-namespaces")
def test_files_that_are_only_mapped_count(level, sandbox_of):
    outcome = sandbox_of(level, Limits(scratch_mb=100, file_mb=30)).run("""
import mmap, os, time
for number in range(8):
    with open(f"f{number}", "w+b") as file:
        file.write(bytes(29 << 20)); file.flush()
        globals()[f"m{number}"] = mmap.mmap(file.fileno(), 0)
    os.remove(f"f{number}")
    time.sleep(0.3)
time.sleep(20)
""", timeout=60)
    assert outcome.status == "limit" and "its files took more space" in outcome.error, outcome


@pytest.mark.levels("full")
def test_memory_of_a_process_whose_first_thread_has_ended_counts(level, sandbox_of):
    """Of such a process /proc says that it has no memory; each of its other threads knows better."""
    sandbox = sandbox_of(level, Limits(memory_mb=500))
    outcome = sandbox.run("""
import ctypes, os, threading, time
for _ in range(4):
    if not os.fork():
        def grow():
            time.sleep(0.5)
            hoard = bytearray(b"x") * 200_000_000
            time.sleep(60)
        threading.Thread(target=grow).start()
        ctypes.CDLL(None).syscall(93 if os.uname().machine == "aarch64" else 60, 0)
time.sleep(60)
""", timeout=30)
    assert outcome.status == "memory" and "500 MB" in outcome.error, outcome


@pytest.mark.levels("full")
def test_memory_in_sockets_counts(level, sandbox_of):
    """The kernel keeps what has been sent and not been read, on nobody's account."""
    sandbox = sandbox_of(level, Limits(memory_mb=500))
    outcome = sandbox.run("""
import os, socket, time
for _ in range(40):
    if not os.fork():
        kept = []
        try:
            while True:
                kept.append(socket.socketpair())
        except OSError:
            time.sleep(60)
time.sleep(60)
""", timeout=30)
    assert outcome.status == "memory" and "500 MB" in outcome.error, outcome


def test_a_socket_holds_no_more_than_usual(sandbox):
    source = REFUSED + """
import socket
one, other = socket.socketpair()
result = [refused(lambda: one.setsockopt(socket.SOL_SOCKET, option, 1 << 22))
          for option in (socket.SO_SNDBUF, socket.SO_RCVBUF)]
"""
    assert sandbox.value(source) == [True, True]


@pytest.mark.levels("full")
def test_a_crowd_of_busy_processes_waits_for_its_neighbors(level, sandbox_of):
    crowd, neighbor = sandbox_of(level), sandbox_of(level)
    fork = """
import os, time
for _ in range(COUNT):
    if not os.fork():
        while True: pass
time.sleep(TIME)
"""
    def policies(sandbox):
        return {os.sched_getscheduler(process) for process in descendants(sandbox.session.pid)}

    assert neighbor.run(fork.replace("COUNT", "4").replace("TIME", "0.1")).status == "ok"
    assert crowd.run(fork.replace("COUNT", "20").replace("TIME", "0.1"), timeout=60).status == "ok"
    assert eventually(lambda: policies(crowd) == {os.SCHED_IDLE})
    assert len(descendants(crowd.session.pid)) == 21
    assert policies(neighbor) == {os.SCHED_OTHER}, "a few busy processes are left alone"


@pytest.mark.levels("full")
def test_memory_is_watched_between_cells(level, sandbox_of):
    """Processes that go on after their cell, while the grader is busy with a test."""
    sandbox = sandbox_of(level, Limits(memory_mb=600))
    source = """
import os, time
for _ in range(4):
    if not os.fork():
        time.sleep(0.5); hoard = bytearray(b"x") * 200_000_000; time.sleep(60); os._exit(0)
"""
    assert sandbox.run(source).status == "ok"
    assert eventually(lambda: not descendants(sandbox.session.pid), 30)
    assert sandbox.run("1").status == "memory"


@pytest.mark.levels("full")
def test_disk_is_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(scratch_mb=20))
    source = """
import errno, os
result = 0
for folder in (".", "/tmp", "/dev/shm"):
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                result += file.write(bytes(1_000_000))
    except OSError as error:
        assert error.errno == errno.ENOSPC
"""
    assert 15_000_000 < sandbox.value(source) <= 21_000_000


@pytest.mark.levels("no-namespaces")
def test_full_disk_is_noticed_without_namespaces(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(scratch_mb=20))
    source = "import time\nfor n in range(100):\n    open(str(n), 'wb').write(bytes(1_000_000))\ntime.sleep(30)"
    outcome = sandbox.run(source, timeout=40)
    assert outcome.status == "limit" and "scratch folder" in outcome.error, outcome
    assert outcome.seconds < 20


@pytest.mark.levels("no-namespaces")
def test_deleted_files_count_without_namespaces(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(scratch_mb=20))
    source = """
import os, time
hoard = []
for number in range(50):
    hoard.append(open("file", "wb")); hoard[-1].write(bytes(1_000_000)); hoard[-1].flush(); os.remove("file")
time.sleep(30)
"""
    outcome = sandbox.run(source, timeout=40)
    assert outcome.status == "limit" and "scratch folder" in outcome.error, outcome


def test_one_file_is_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(file_mb=2))
    source = REFUSED + """
import os
result = [refused(lambda: open("big", "wb", buffering=0).write(bytes(1_900_000)))]
file = open("big", "ab", buffering=0)
result.append(refused(lambda: file.write(bytes(500_000)) and file.write(bytes(500_000))))
result.append(os.path.getsize("big") <= 2 << 20)
"""
    assert sandbox.value(source) == [False, True, True]


def test_million_files_are_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(scratch_files=300))
    source = """
import time
result = 0
try:
    for number in range(1_000_000):
        open(str(number), "w").close(); result += 1
except OSError as error:
    pass
else:
    time.sleep(30)
"""
    outcome = sandbox.run(source, timeout=60)
    if level == "full":
        assert 200 < sandbox.session.get("result") <= 300
    else:
        assert outcome.status == "limit" and "more files and folders than it may" in outcome.error, outcome


CLOSED = """
import os, time
os.umask(0)
for mode in (0, 0o100, 0o200, 0o300, 0o400, 0o600):
    os.mkdir(f"mode-{mode}", mode)
os.mkdir("open"); open("open/file", "wb").write(b"x" * SIZE)
os.mkdir("closed", 0o300); os.rename("open/file", "closed/file")
time.sleep(0.5)  # a few looks
"""


def test_a_folder_that_nobody_may_list_is_measured_and_no_reason_to_end(level, sandbox_of):
    assert sandbox_of(level).run(CLOSED.replace("SIZE", "1000")).status == "ok"
    if level != "full":
        outcome = sandbox_of(level, Limits(scratch_mb=20)).run(CLOSED.replace("SIZE", "30_000_000"))
        assert outcome.status == "limit" and "its files took more space" in outcome.error, outcome


def test_too_many_open_files_are_refused(sandbox):
    source = """
import os
result = []
try:
    while True:
        result.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    for descriptor in result: os.close(descriptor)
result = len(result)
"""
    assert sandbox.value(source) < 256


@contextlib.contextmanager
def grown():
    """Yields a list, and then puts into it by how many megabytes this process has grown, at the most, meanwhile."""
    def held(what):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024

    most = []
    Path("/proc/self/clear_refs").write_text("5")  # From here on the kernel looks for the highest anew.
    before = held("VmRSS")
    yield most
    most.append(held("VmHWM") - before)


def test_output_flood_is_truncated(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(output_bytes=10_000))
    assert sandbox.run("1").status == "ok"
    with grown() as most:
        flood = "import sys\nfor _ in range(2_000_000): print('x' * 100)\nprint('y', file=sys.stderr)"
        outcome = sandbox.run(flood, timeout=60)
    assert outcome.status == "ok"
    assert 10_000 <= len(outcome.output) < 10_200 and "cut" in outcome.output
    assert sandbox.run("print('more')").output == ""
    assert most[0] < 100, "whoever reads the output holds 200 MB of it"


def test_output_that_is_not_cut_inside_is_cut_outside(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(output_bytes=10_000))
    assert sandbox.run("import sys; sys.stdout.left = 1 << 40").status == "ok"
    with grown() as most:
        outcome = sandbox.run("print('x' * 20_000_000)")
        assert (outcome.status, len(outcome.output)) == ("ok", 11_000)
        outcome = sandbox.run("for _ in range(10): print('x' * 20_000_000)")
    assert outcome.status == "protocol", "no message may be so long"
    assert most[0] < 100


def test_writing_to_standard_output_directly_goes_nowhere(sandbox, capfd):
    outcome = sandbox.run("import os\nfor _ in range(1000): os.write(1, b'x' * 10_000); os.write(2, b'x')")
    assert (outcome.status, outcome.output) == ("ok", "")
    assert capfd.readouterr() == ("", "")


def test_output_is_plain_text(sandbox):
    outcome = sandbox.run(r"print('\x1b[31mred\x1b[0m \x1b]0;title\x07 50%\r100%\x00\x9b')")
    assert outcome.output == "100%\n"


# --- time and ends ------------------------------------------------------------------


def test_endless_loop_is_interrupted_and_the_session_goes_on(sandbox):
    outcome = sandbox.run("x = 1\nwhile True: pass", timeout=0.5)
    assert outcome.status == "timeout" and 0.4 < outcome.seconds < 3
    assert "line 2" in outcome.error
    assert sandbox.value("result = x") == 1


def test_sleep_without_cpu_is_interrupted(sandbox):
    assert sandbox.run("import time; time.sleep(60)", timeout=0.3).status == "timeout"
    assert sandbox.session.alive


@pytest.mark.parametrize(
    "defiance",
    [
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "while True:\n    try:\n        x = 0\n        while True: x += 1\n    except BaseException: pass",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [2, 15])\nwhile True: pass",
    ],
)
def test_ignores_sigint_is_killed(defiance, sandbox):
    outcome = sandbox.run(defiance, timeout=1)
    assert outcome.status == "killed" and "1 s" in outcome.error
    assert outcome.seconds < 8 and not sandbox.session.alive


def test_processor_time_is_capped(level, sandbox_of):
    sandbox = sandbox_of(level, Limits(cpu_seconds=2))
    outcome = sandbox.run("while True: pass", timeout=60)
    assert outcome.status == "exited" and "processor time" in outcome.error


def test_everything_dies_with_the_supervisor(sandbox):
    assert sandbox.run("1").status == "ok"
    everything = descendants(sandbox.session.pid) | {sandbox.session.pid}
    os.kill(sandbox.session.pid, 9)
    assert eventually(lambda: not any(os.path.exists(f"/proc/{process}") for process in everything))
    assert sandbox.run("1").status == "exited"


def test_exit_is_recorded(sandbox):
    outcome = sandbox.run("import os; os._exit(3)")
    assert outcome.status == "exited" and "exit code 3" in outcome.error
    assert sandbox.run("1").status == "exited"


def test_sys_exit_ends_only_its_cell(sandbox):
    assert sandbox.run("import sys; sys.exit(3)").status == "raised"
    assert sandbox.run("exit()").status == "raised"
    assert sandbox.run("raise SystemExit").status == "raised"
    assert sandbox.run("1").status == "ok"


def test_segmentation_fault_is_recorded(sandbox):
    outcome = sandbox.run("import ctypes; ctypes.string_at(0)")
    assert outcome.status == "exited" and "SIGSEGV" in outcome.error


def test_kill_of_itself_is_recorded(sandbox):
    outcome = sandbox.run("import os; os.kill(os.getpid(), 9)")
    assert outcome.status == "exited" and "SIGKILL" in outcome.error


@pytest.mark.levels("full")
def test_killing_the_supervisor_ends_nothing_but_itself(sandbox):
    outcome = sandbox.run("""
import os
for number in (15, 9):
    try:
        os.kill(1, number)
    except PermissionError:  # where the kernel's Landlock denies signals, too
        pass
""")
    assert outcome.status in ("ok", "exited", "protocol")


@pytest.mark.levels("full", "none")
def test_child_left_running_is_dead(sandbox):
    source = """
import os, time
child = os.fork()
if not child:
    if not os.fork():
        time.sleep(300)
    os._exit(0)
os.waitpid(child, 0)
"""
    assert sandbox.run(source).status == "ok"
    everything = descendants(sandbox.session.pid) | {sandbox.session.pid}
    assert len(everything) >= 3
    sandbox.session.close()
    assert not any(os.path.exists(f"/proc/{one}/exe") and os.readlink(f"/proc/{one}/exe") for one in everything)


@pytest.mark.levels("full", "none")
def test_child_left_running_is_dead_when_its_parent_ends(sandbox):
    outcome = sandbox.run("import os, time\nif os.fork(): time.sleep(0.2); os._exit(0)\ntime.sleep(300)")
    assert outcome.status == "exited"
    assert eventually(lambda: not descendants(sandbox.session.pid))


def test_sandbox_ends_when_the_host_is_gone(level, nursery_at):
    runner = nursery_at(level).spawn({})
    everything = descendants(runner.pid) | {runner.pid}
    assert len(everything) == 2
    runner.close()
    assert eventually(lambda: not any(os.path.exists(f"/proc/{process}") for process in everything))


def test_busy_sandbox_ends_when_the_host_is_gone(level, nursery_at):
    from autograder.bridge import wire

    runner = nursery_at(level).spawn({})
    everything = descendants(runner.pid) | {runner.pid}
    channel = wire.Channel(runner.sock)
    assert channel.receive() == ("ready",)
    endless = "while True:\n    try:\n        x = 0\n        while True: x += 1\n    except BaseException: pass"
    channel.send(("run", 0, endless))
    time.sleep(0.3)
    runner.close()
    assert eventually(lambda: not any(os.path.exists(f"/proc/{process}") for process in everything))


@pytest.mark.parametrize("name", ["d", "long" * 60])
def test_scratch_folder_is_cleared_however_deep_and_whoever_may_list_it(name, level, sandbox_of):
    sandbox = sandbox_of(level)
    place = sandbox.value(timeout=60, source=f"""
import os
result = os.getcwd()
os.umask(0)
for number in range(1500):
    os.mkdir({name!r}, 0o300); os.chdir({name!r})
os.symlink("/", "link")
os.close(os.open("file", os.O_CREAT | os.O_WRONLY, 0)); os.mkdir("closed", 0)
""")
    sandbox.session.close()
    assert eventually(lambda: not os.path.lexists(os.path.dirname(place)), 60)


# --- the conversation ---------------------------------------------------------------


FIND_SOCKET = """
import os, socket, struct
for name in os.listdir("/proc/self/fd"):
    try:
        if os.readlink(f"/proc/self/fd/{name}").startswith("socket"):
            wire = int(name)
    except OSError:
        pass
"""


@pytest.mark.parametrize(
    "forged",
    [
        b"garbage" * 10,
        b"\xff" * 12,
        b"\x05\x00\x00\x00" + b"\x00" * 8 + b"l\xff\xff\xff\x7f",
        b"\x01\x00\x00\x00" + b"\x00" * 8 + b"N",
        b"\x01\x00\x00\x00" + b"\xff" * 7 + b"\x00N",
    ],
)
def test_forged_frame_ends_the_session(forged, sandbox_of):
    sandbox = sandbox_of("none")
    outcome = sandbox.run(FIND_SOCKET + f"os.write(wire, {forged!r})")
    assert outcome.status == "protocol" and "tag" not in outcome.error and "too large" not in outcome.error, outcome
    assert not sandbox.session.alive


def test_who_goes_on_talking_in_a_copy_of_the_notebook_reads_why_it_ended(sandbox_of):
    sandbox = sandbox_of("none")
    if sandbox.run("import os; os.fork()").status == "ok":  # one spoke after the other
        assert select.select([sandbox.session.runner.sock], [], [], 20)[0], "the copy's answer to the same question"
        with pytest.raises(SessionEnded):
            sandbox.session.names()
    ended = sandbox.session.ended
    assert ended.status == "protocol" and "a copy of the process, made by os.fork()" in ended.error, ended


def test_who_closes_the_connection_reads_so(level, sandbox):
    outcome = sandbox.run("import os; os.closerange(0, 256)")
    assert outcome.status == "cut" and "lost its connection" in outcome.error and "exit code" not in outcome.error


@pytest.mark.parametrize("how", ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"])
def test_who_shuts_the_connection_reads_so(how, level, sandbox):
    source = FIND_SOCKET + f"import time; socket.socket(fileno=wire).shutdown(socket.{how}); time.sleep(20)"
    outcome = sandbox.run(source, timeout=10)
    assert outcome.status == "cut" and "lost its connection" in outcome.error, outcome
    assert outcome.seconds < 10


@pytest.mark.parametrize("then", ["time.sleep(20)", "os._exit(0)", "while True: os.write(wire, bytes(9999))"])
def test_who_says_that_it_has_ended_and_goes_on_reads_that_it_broke_off(then, sandbox):
    """Twelve bytes that are an exit status, which none but the supervisor may say, and only when all is over."""
    outcome = sandbox.run(FIND_SOCKET + f"import time; os.write(wire, struct.pack('<IQ', 2**32 - 1, 0))\n{then}")
    assert outcome.status == "protocol" and "that it had ended, and it had not" in outcome.error, outcome


FORGE = """
import sys
for piece in sys.modules["autograder.bridge.wire"].encode(("check", "q1")):
    os.write(wire, piece)
"""


@pytest.mark.parametrize("known", [True, False])
def test_a_forged_check_is_a_fault_of_the_cell_that_forged_it(known, sandbox):
    sandbox.session.on_check = lambda question: known
    honest = "import otter; grader = otter.Notebook()\nfor _ in range(3): grader.check('q1')" if known else "1"
    assert sandbox.run(honest).status == "ok"
    outcome = sandbox.run(FIND_SOCKET + FORGE)
    assert outcome.status == "protocol" and "a check that the cell had not made" in outcome.error, outcome


def test_an_answer_to_a_check_that_nobody_made_is_not_the_end(sandbox):
    """Even where the notebook has made its runner count one more: no process has ended itself then."""
    forge = FIND_SOCKET + """
import gc
runner, = (one for one in gc.get_objects() if type(one).__name__ == "CellRunner")
runner.checks += 1
""" + FORGE
    assert sandbox.run(forge).status == "ok"
    outcome = sandbox.run("1")
    assert outcome.status == "protocol" and "a check that the cell had not made" in outcome.error, outcome


def test_answer_after_the_verdict_is_not_read(sandbox_of):
    sandbox = sandbox_of("none")
    sandbox.run("import os; os._exit(0)")
    assert sandbox.run("result = 1").status == "exited"
    with pytest.raises(Exception, match="exit code 0"):
        sandbox.session.get("result")


def test_random_numbers_differ_between_sandboxes(sandbox_of):
    source = "import random, numpy as np; result = (random.random(), np.random.rand())"
    values = [sandbox_of("none").value(source) for _ in range(2)]
    assert values[0][0] != values[1][0] and values[0][1] != values[1][1]
