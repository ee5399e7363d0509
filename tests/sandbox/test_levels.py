"""Which level a machine gets, and what it says when it gets none."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import pytest

from autograder.bridge.notebooks import Notebooks
from autograder.course import ROOT, CourseError
from autograder.probes import doctor, overuse
from autograder.sandbox import confinement, forking, forkserver, linux, nursery, scratch, selfcheck
from autograder.sandbox.limits import ISOLATING, LEVELS, Limits, SandboxError, Unavailable
from autograder.sandbox.nursery import Nursery, try_level


def test_every_promise_of_every_level_here_is_tried_and_holds(level):
    checks = try_level(level)
    assert len(checks) > 10
    assert [what for what, held, _ in checks if not held] == []


def test_namespaces_are_used_where_the_machine_allows_them(holding):
    """Asks the system's own `unshare`, so that a mistake here cannot hide as a machine that allows nothing."""
    program = shutil.which("unshare")
    command = [program, "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "--mount-proc", "true"]
    allowed = program is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert ("full" in holding) >= allowed


def test_landlock_is_used_where_the_kernel_has_it(holding):
    """Asks the kernel for its version of Landlock, likewise."""
    version = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
    assert ("no-namespaces" in holding) >= (version >= 1)


def test_some_level_holds_here(holding):
    assert holding, "run `autograder doctor` to see why"


@pytest.mark.fast
def test_auto_takes_the_best_level_that_holds(monkeypatch):
    tried = []

    class Process:
        def __init__(self, level, purpose, program, stopped):
            tried.append(level)
            if level == "full":
                raise Unavailable("no namespaces today")

        def close(self):
            pass

    monkeypatch.setattr(nursery, "_Process", Process)
    assert Notebooks().level == "no-namespaces" and tried == ["full", "no-namespaces"]


WITHOUT = """
import ctypes, errno, os, struct, sys
sys.path.insert(0, {root!r})
from autograder.sandbox import linux, seccomp
from autograder.bridge.notebooks import Notebooks

# What a container's own filter does: the call is forbidden, here and in all children.
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
program = [
    seccomp._instruction(0x20, 0),
    seccomp._instruction(0x15, {number}, 0, 1),
    seccomp._deny(errno.EPERM),
    seccomp._instruction(0x06, 0x7FFF0000),
]
code = ctypes.create_string_buffer(b"".join(program))
linux.prctl(linux.PR_SET_SECCOMP, 2, struct.pack("@HP", len(program), ctypes.addressof(code)))
with Notebooks(warm=False) as notebooks, notebooks.open() as session:
    session.run_cell(0, "result = 6 * 7", 60)
    print(notebooks.level, session.get("result"))
"""


@pytest.mark.parametrize("call", ["unshare", "mount", "pivot_root"])
def test_where_namespaces_are_forbidden_the_second_level_is_used(call, holding):
    """As in a container, or on Ubuntu 24.04, where `unshare` works and `mount` does not."""
    assert "no-namespaces" in holding
    number = {"unshare": (272, 97), "mount": (165, 40), "pivot_root": (155, 41)}[call]
    source = WITHOUT.format(root=str(ROOT), number=number[os.uname().machine == "aarch64"])
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["no-namespaces", "42"], done.stderr


@pytest.mark.fast
def test_a_machine_without_isolation_is_told_the_remedy(monkeypatch):
    class Process:
        def __init__(self, level, purpose, program, stopped):
            raise Unavailable(f"no {level} on this machine")

    monkeypatch.setattr(nursery, "_Process", Process)
    with pytest.raises(CourseError) as error:
        Notebooks()
    for words in ("no full on this machine", "no no-namespaces on this machine", "--no-sandbox", "doctor", "virtual"):
        assert words in str(error.value)


@pytest.mark.fast
def test_an_explicit_level_is_not_replaced_by_a_weaker_one(monkeypatch):
    class Process:
        def __init__(self, level, purpose, program, stopped):
            raise Unavailable("no")

    monkeypatch.setattr(nursery, "_Process", Process)
    with pytest.raises(CourseError):
        Notebooks("full")
    with pytest.raises(CourseError, match="no isolation level 'most'"):
        Notebooks("most")


@pytest.mark.fast
def test_other_systems_than_linux_have_no_isolation(monkeypatch):
    other = types.SimpleNamespace(platform="darwin", prefix=sys.prefix, base_prefix=sys.base_prefix)
    monkeypatch.setattr(confinement, "sys", other)
    for level in ("full", "no-namespaces"):
        with pytest.raises(Unavailable, match="Linux"):
            confinement.Confinement(level).prepare()
    confinement.Confinement("none").prepare()


@pytest.mark.fast
def test_a_kernel_without_landlock_has_no_isolation(monkeypatch):
    monkeypatch.setattr(confinement.landlock, "abi", lambda: 0)
    with pytest.raises(Unavailable, match="Landlock"):
        confinement.Confinement("no-namespaces").prepare()


@pytest.mark.fast
def test_the_repository_is_never_among_what_learners_code_can_read():
    repository = Path(__file__).resolve().parents[2]
    for root in confinement.python_roots():
        assert not repository.is_relative_to(root)
        assert root not in ("/", "/home", "/root", "/usr", os.path.expanduser("~"))


@pytest.mark.fast
def test_a_repository_inside_python_is_refused(monkeypatch):
    inside = Path(confinement.sysconfig.get_path("purelib"), "x", "y", "z.py")
    monkeypatch.setattr(confinement, "__file__", str(inside))
    monkeypatch.setattr(confinement.Path, "exists", lambda self: True)
    with pytest.raises(Unavailable, match="move it"):
        confinement.python_roots()


@pytest.mark.fast
def test_a_promise_that_does_not_hold_is_noticed(monkeypatch):
    """The self-check itself, in a process that is not confined at all."""
    monkeypatch.setattr(selfcheck.os, "execv", lambda *arguments: None)
    held = {what: holds for what, holds, _ in selfcheck.try_promises("no-namespaces", os.getppid(), {})}
    assert held["threads"] and held["Python's own files can be read"]
    assert not [name for name in os.listdir(sys.prefix) if "check" in name]
    for what in ("no network", "no programs can be run", "the course's own files cannot be read", "no new processes",
                 selfcheck.OTHERS_CLOSED, "no privileges, and none to be gained",
                 "folders outside cannot be listed",
                 "what is in the file cache cannot be asked, where another notebook may have put it",
                 "no write waits for the disk, for which others would have to wait, too", FURTHER_SESSION):  # fmt: skip
        assert not held[what], what


FURTHER_SESSION = "no further session, each of which would get a share of the processor"

WITH_SESSIONS = """
import json, sys
sys.path.insert(0, {root!r})
from autograder.sandbox import forkserver, seccomp
seccomp.ALLOWED += "    setsid 112 157"
nursery = forkserver.NurseryProcess({level!r})
print(json.dumps([what for what, held, _ in nursery.prepare() if not held]))
nursery.close()
"""


def test_a_filter_that_lets_sessions_through_is_noticed(level):
    """At the level without namespaces, too, where nothing in the sandbox could get one: its process leads a session."""
    source = WITH_SESSIONS.format(root=str(ROOT), level=level)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [FURTHER_SESSION], done.stderr


@pytest.mark.fast
def test_namespaces_that_are_not_ones_own_are_noticed(monkeypatch):
    monkeypatch.setattr(selfcheck.os, "execv", lambda *arguments: None)
    shared = selfcheck.namespaces_of_this_process()
    assert set(shared) == {"user", "mnt", "pid", "ipc", "net", "uts"}
    for name in shared:
        others = {other: place for other, place in shared.items() if other == name}
        held = {what: holds for what, holds, _ in selfcheck.try_promises("full", os.getppid(), others)}
        assert not held["namespaces of its own"], name


@pytest.mark.fast
def test_broken_promises_make_a_level_unavailable(monkeypatch):
    checks = [["no network", False, "it was possible"]]
    monkeypatch.setattr(nursery._Process, "ask", lambda self, request, files, seconds: ({"checks": checks}, []))
    with pytest.raises(Unavailable, match="no network"):
        nursery._Process("none", "warm")


@pytest.mark.fast
def test_a_process_with_two_threads_does_not_fork():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="one thread"):
            forking.one_thread()
    finally:
        stop.set()
        thread.join()


# --- the nursery ----------------------------------------------------------------------


def run(notebooks: Notebooks, source: str) -> object:
    with notebooks.open() as session:
        outcome = session.run_cell(0, source, 30)
        assert outcome.status == "ok", outcome
        return session.get("result")


def test_the_nursery_process_has_one_thread_and_no_secrets(nursery_at, best_level):
    process = nursery_at(best_level, warm=True)._process._process.pid
    assert len(os.listdir(f"/proc/{process}/task")) == 1
    environment = Path(f"/proc/{process}/environ").read_bytes()
    assert {line.split(b"=")[0] for line in environment.split(b"\0") if line} == {
        name.encode() for name in nursery.environment()
    }


def test_what_runs_in_a_sandbox_is_a_module_of_this_package(best_level):
    for name in ("os", "autograder", "autograder.bridge.cellrunner.os:system", "autograders.evil", "autograder..x"):
        with pytest.raises(SandboxError, match="is no module of autograder"):
            Nursery(name, best_level, warm=False)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", "a//b", "a/", "a/./b", "", ".", "..", "x\0y"])
def test_files_stay_in_the_folder(nursery_at, name):
    with pytest.raises(CourseError, match="name"):
        nursery_at("none").spawn({name: b""})


def test_the_levels_of_the_tests_are_those_that_the_doctor_names(capsys, monkeypatch):
    """A level that is added anywhere must be tried everywhere."""
    tried = []

    def nothing_holds(level):
        tried.append(level)
        raise Unavailable("not here")

    monkeypatch.setattr(doctor, "try_level", nothing_holds)
    assert doctor.report() == 1
    shown = capsys.readouterr().out
    assert tuple(tried) == ISOLATING == tuple(doctor.REMEDIES)
    assert all(f"Level {level}" in shown and f"For level {level}:" in shown for level in ISOLATING)
    assert {*ISOLATING, "none"} == set(LEVELS)


def test_a_nursery_that_does_not_answer_is_ended_and_started_anew(best_level, monkeypatch):
    with Notebooks(best_level, warm=False) as here:
        process = here._process._process
        monkeypatch.setattr(nursery, "ANSWER_SECONDS", 2.0)
        os.kill(process.pid, signal.SIGSTOP)
        assert run(here, "result = 1") == 1
        assert process.poll() == -signal.SIGKILL
        assert here._process._process is not process


@pytest.mark.levels("no-namespaces")
def test_what_a_killed_nursery_left_is_gone_when_the_next_one_starts(level):
    with Notebooks(level, warm=False) as here:
        place = Path(str(run(here, "import os; result = os.getcwd()")))
        home = place.parents[1]
        (home / "left").mkdir()
        process = here._process._process
        process.kill()
        process.wait(10)
    assert home.name.startswith(scratch.PREFIX) and home.is_dir()
    with Notebooks(level, warm=False):
        assert not home.exists()


@pytest.mark.levels("no-namespaces", "none")
def test_a_nursery_leaves_nothing_behind(level):
    with Notebooks(level, warm=False) as here:
        place = Path(str(run(here, "import os; os.umask(0); os.mkdir('closed', 0); result = os.getcwd()")))
    assert not place.parents[1].exists()


def test_who_waits_for_a_nursery_can_be_told_to_stop(best_level):
    stopped = threading.Event()
    with Notebooks(best_level, warm=False, stopped=stopped) as here:
        os.kill(here._process._process.pid, signal.SIGSTOP)
        timer = threading.Timer(0.5, stopped.set)
        timer.start()
        began = time.monotonic()
        with pytest.raises(SandboxError, match="stopped"):
            here.spawn({})
        assert time.monotonic() - began < 5
        os.kill(here._process._process.pid, signal.SIGCONT)
        timer.join()


@pytest.mark.parametrize("step", ["separate", "furnish"])
def test_a_sandbox_that_is_not_ready_in_time_is_ended(step, monkeypatch):
    """As if this were the nursery's process: what a new sandbox does before it is confined does not end."""
    from tests.sandbox.test_promises import descendants, eventually

    def collected() -> None:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    monkeypatch.setattr(forkserver, "SANDBOX_SECONDS", 0.5)
    before = descendants(os.getpid())
    here = forkserver.NurseryProcess("none")
    monkeypatch.setattr(here.confinement, step, lambda *limits: time.sleep(60))
    monkeypatch.setattr(forking, "one_thread", lambda: None)
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"not ready after 0\.5 s"):
        here.sandbox(Limits(), [], lambda sock, limits: None)
    assert time.monotonic() - began < 10
    for supervisor in here.folders:  # adopted by another process than a nursery would be
        assert eventually(lambda process=supervisor: not os.path.exists(f"/proc/{process}"))
    assert eventually(lambda: collected() or descendants(os.getpid()) <= before)


def test_a_nursery_that_was_killed_is_started_anew(best_level):
    with Notebooks(best_level, warm=False) as here:
        os.kill(here._process._process.pid, signal.SIGKILL)
        assert run(here, "result = 1") == 1


def test_a_closed_nursery_says_so(best_level):
    here = Notebooks(best_level, warm=False)
    here.close()
    with pytest.raises(SandboxError, match="closed"):
        here.spawn({})


def test_a_nursery_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(nursery.sys, "executable", shutil.which("false") or "/bin/false")
    with pytest.raises(SandboxError, match="ended while it started"):
        Notebooks("none")


@pytest.mark.parametrize("before", [True, False])
def test_a_process_at_its_imports_ends_with_whoever_started_it(before):
    ours, theirs = socket.socketpair()
    source = f"""
import socket, sys, time
from autograder.sandbox.control import ends_with
sock = socket.socket(fileno={theirs.fileno()})
print("started", flush=True)
sys.stdin.read(1)
with ends_with(sock):
    print("at it", flush=True)
    sock.sendall(b"what is sent is no end")
    while True:
        time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", source], pass_fds=[theirs.fileno()], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        theirs.close()
        try:
            assert process.stdout.readline() == b"started\n"
            if before:
                ours.close()
            process.stdin.write(b"x")
            process.stdin.flush()
            if not before:
                assert process.stdout.readline() == b"at it\n"
                ours.sendall(b"nor is what comes")
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.5)
                ours.close()
            assert process.wait(5) == 1
            assert process.stdout.read() == b"", "it ended before it began"
        finally:
            process.kill()


def test_sandboxes_run_side_by_side(nursery_at, best_level):
    sessions = [nursery_at(best_level).open() for _ in range(4)]
    for number, session in enumerate(sessions):
        session.run_cell(0, f"x = {number}", 20)
    assert [session.get("x") for session in sessions] == [0, 1, 2, 3]
    for session in sessions:
        session.close()


def test_nothing_is_left_behind(nursery_at, level):
    from tests.sandbox.test_promises import descendants, eventually

    here = nursery_at(level)
    process = here._process._process.pid
    descriptors = len(os.listdir(f"/proc/{process}/fd"))
    source = "import os; open('x', 'w').write('x' * 1000); result = os.getcwd()"
    folders = {os.path.dirname(run(here, source)) for _ in range(5)}
    assert eventually(lambda: not descendants(process), 20)
    assert len(os.listdir(f"/proc/{process}/fd")) == descriptors
    assert eventually(lambda: not any(map(os.path.exists, folders)), 20)


# --- doctor -------------------------------------------------------------------------------


@pytest.mark.slow
def test_doctor_reports(capsys):
    assert doctor.report() == 0
    shown = capsys.readouterr().out
    for words in ("Landlock", "seccomp", "no network", "images per second", "Submissions will run at",
                  *(trial.what for trial in overuse.TRIALS if LEVELS[0] in trial.levels)):
        assert words in shown


def test_doctor_says_what_to_do_when_nothing_holds(capsys, monkeypatch):
    def unavailable(level):
        raise Unavailable("forbidden here")

    monkeypatch.setattr(doctor, "try_level", unavailable)
    assert doctor.report() == 1
    shown = capsys.readouterr().out
    for words in ("forbidden here", "sysctl", "--no-sandbox", "cannot be isolated"):
        assert words in shown


@pytest.mark.fast
@pytest.mark.parametrize("places", [["/", "/opt"], []])
def test_doctor_says_where_the_time_of_reading_is_a_message(places, capsys, monkeypatch):
    def without_namespaces(level):
        if level == "full":
            raise Unavailable("forbidden here")
        return [("everything", True, "")]

    monkeypatch.setattr(doctor, "try_level", without_namespaces)
    monkeypatch.setattr(doctor, "_show_limits", lambda console, level: True)
    monkeypatch.setattr(doctor, "_show_speed", lambda console, level: True)
    monkeypatch.setattr(linux, "keep_times", lambda paths: places)
    assert doctor.report() == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert ("mount -o remount,noatime, here of / and /opt." in shown) == bool(places)


@pytest.mark.fast
@pytest.mark.parametrize(
    ("flags", "kept"), [(0, True), (os.ST_RDONLY, False), (os.ST_NOATIME | 4, False), (4096, True)]
)
def test_files_keep_the_time_of_reading_where_the_mount_says_so(flags, kept, monkeypatch):
    real = os.statvfs("/")
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result([*tuple(real)[:8], flags, real[9]]))
    assert linux.keep_times([os.__file__, "/"])[:1] == (["/"] if kept else [])
    monkeypatch.setattr(selfcheck.os, "execv", lambda *arguments: None)
    promise = "no file keeps the time at which it was read, which the next notebook could see"
    shared = selfcheck.namespaces_of_this_process()
    held = {what: holds for what, holds, _ in selfcheck.try_promises("full", os.getppid(), shared)}
    assert held[promise] is not kept


def test_importing_the_host_side_does_not_import_tensorflow():
    code = "import sys, autograder.sandbox.nursery, autograder.probes.doctor; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
