"""Nursery process and inside: the parts of each level of isolation, and the order in which they are put in place.

| level         | a process is confined by                                                |
|---------------|-------------------------------------------------------------------------|
| full          | namespaces, Landlock, seccomp, no_new_privs, limits                     |
| no-namespaces | Landlock, seccomp that denies new processes too and asks the supervisor |
|               | before a thread starts, no_new_privs, limits                            |
| none          | limits                                                                  |

Started as root, every level but "none" first becomes a spare user.

The steps, by process (`forkserver.py` calls them):

    nursery     prepare()    full: sees only Python from here on
    child       separate()   a spare user; full: namespaces of its own
    supervisor  furnish()    scratch folder; full: fresh /proc; limits
                enclose()    full: no_new_privs and Landlock, for the runner, too, which starts after it
    runner      restrict()   capabilities, no_new_privs, Landlock, seccomp: no way back; no-namespaces: the supervisor
                             is asked before a thread starts

The supervisor restricts itself, too, at level full, where the runner could reach
it; at level no-namespaces the runner can neither signal nor trace anything.
Supervisor and runner each begin a session of their own (forkserver.py): a signal
to the process group, or to the session, reaches nobody else.
"""

from __future__ import annotations

import contextlib
import os
import resource
import site
import socket
import sys
import sysconfig
import tempfile
from pathlib import Path

from autograder.sandbox import landlock, linux, namespaces, seccomp
from autograder.sandbox.limits import Limits, Unavailable

SYSTEM_ROOTS = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
    "/usr/share/fonts", "/usr/share/zoneinfo",
    "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime",
)  # fmt: skip
PROC_FILES = (
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems",
    *(f"/proc/self/{name}" for name in (
        "auxv", "cmdline", "comm", "environ", "fdinfo", "io", "limits", "maps", "smaps", "smaps_rollup", "stat",
        "statm", "status",
    )),
)  # fmt: skip
"""Files in /proc that libraries read to learn about the machine and about themselves. Without a pid namespace the rest
of /proc stays closed: /proc/self/net, for example, shows the machine's network, and /proc/self/mountinfo its disks."""
PROC_FOLDERS = ("/proc/self/fd", "/proc/self/task")
"""Folders in /proc that may be listed and nothing more; each thread's folder contains everything a second time."""

SPARE_USERS = range(60706, 61184)
"""User ids that neither distributions nor systemd give to anyone."""

MAX_DESCRIPTORS = 256
MAX_PENDING_SIGNALS = 1024
"""Pending signals, timers included. Without this limit the sandboxes of one user share what the system allows that
user."""
CPU_GRACE = 5
"""Seconds of processor time between the warning signal and the kill."""


def python_roots() -> list[str]:
    """Returns the files and folders that Python and its packages need, sorted, none inside another.

    Raises:
        Unavailable: the repository is inside one of them, so it could not be kept out of sight.
    """
    base = Path(sys.base_prefix)
    wanted = {str(base / part) for part in ("lib", "lib64", "share/fonts", "share/zoneinfo")}
    wanted |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted |= set(site.getsitepackages()) | set(SYSTEM_ROOTS)
    if sys.prefix != sys.base_prefix:
        wanted.add(sys.prefix)
    wanted |= {os.path.realpath(path) for path in wanted}
    roots: list[str] = []
    for path in sorted(wanted):
        if os.path.exists(path) and not any(path.startswith(f"{root}/") for root in roots):
            roots.append(path)
    repository = Path(__file__).resolve().parents[2]
    for root in roots:
        if repository.is_relative_to(os.path.realpath(root)) and (repository / "solutions").exists():
            raise Unavailable(
                f"The course's folder {repository} is inside {root}, which learners' code must be able to "
                "read; move it elsewhere."
            )
    return roots


class Confinement:
    """One level of isolation, which the nursery process and its children put in place."""

    def __init__(self, level: str) -> None:
        self.level = level
        self.roots = python_roots() if level != "none" else []
        self.user = SPARE_USERS[os.getpid() % len(SPARE_USERS)]
        self.base = ""
        """The folder with the scratch folder, /tmp and /dev/shm of the next sandbox."""
        self.home = ""
        """Without namespaces: the folder of the nursery process (`scratch.home`), in which `base` is made."""

    def prepare(self) -> None:
        """Runs in the nursery before it imports anything: at level full, hides every file but Python's.

        Raises:
            Unavailable: the level does not hold here.
        """
        if self.level == "none":
            return
        if sys.platform != "linux":
            raise Unavailable(f"Isolation needs Linux; this is {sys.platform}. A virtual machine or container helps.")
        if landlock.abi() == 0:
            raise Unavailable("This kernel has no Landlock (Linux 5.13 or newer, with landlock in its lsm= list).")
        if self.level == "full":
            try:
                namespaces.enter_view(self.roots)
            except OSError as error:
                raise Unavailable(
                    f"User or mount namespaces are not available here ({error}). Containers forbid them by "
                    "default; Ubuntu 24.04 does with kernel.apparmor_restrict_unprivileged_userns=1."
                ) from error

    def new_sandbox(self) -> None:
        """Runs in the nursery before the fork: chooses the user of the next sandbox and the place of its files."""
        self.user = SPARE_USERS[(self.user + 1 - SPARE_USERS.start) % len(SPARE_USERS)]
        if self.level == "full":
            self.base = namespaces.scratch_beside(self.roots)
        else:
            self.base = tempfile.mkdtemp(dir=self.home or None)

    def separate(self) -> None:
        """Runs in the child: becomes a spare user, and at level full enters namespaces of its own."""
        if self.level == "none":
            return
        if os.geteuid() == 0:
            self._become_spare_user()
        if self.level == "full":
            namespaces.unshare_all()

    def _become_spare_user(self) -> None:
        if self.level != "full":
            os.chown(self.base, self.user, self.user)
            linux.prctl(linux.PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(self.user, self.user, self.user)
        os.setresuid(self.user, self.user, self.user)
        if self.level != "full":
            # Python may lie where only root can read, such as in /root. Then this user keeps one capability, the one to
            # read; Landlock still decides which files.
            readable = all(os.access(path, os.R_OK) for path in (os.__file__, sysconfig.get_path("purelib")))
            linux.set_capabilities(0 if readable else 1 << linux.CAP_DAC_READ_SEARCH)
        # The change of user made root the owner of /proc/self. Nothing here needs to be hidden from the spare user.
        linux.prctl(linux.PR_SET_DUMPABLE, 1)

    def furnish(self, limits: Limits) -> None:
        """Runs in the supervisor: makes the scratch folder the current one, and sets the environment and the limits."""
        if self.level == "full":
            namespaces.furnish(limits, self.roots)
        else:
            for name in ("tmp", "shm"):
                os.mkdir(f"{self.base}/{name}")
        os.mkdir(f"{self.base}/work")
        os.chdir(f"{self.base}/work")
        os.environ |= {
            "HOME": f"{self.base}/work",
            "TMPDIR": f"{self.base}/tmp",
            "MPLCONFIGDIR": f"{self.base}/tmp/matplotlib",
            "IPYTHONDIR": f"{self.base}/tmp/ipython",
        }
        tempfile.tempdir = None
        self._limit(limits)

    def _limit(self, limits: Limits) -> None:
        megabyte = 1 << 20
        processes = limits.processes
        # Without a user of its own this counts all processes of the user, the neighbors' too.
        if self.level == "no-namespaces" and os.geteuid() not in SPARE_USERS:
            # A sandbox with a lower limit than others would starve first. So all get the highest limit there is, and
            # each asks the supervisor before it starts a thread.
            processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        elif self.level == "none":
            processes += 1000 + _threads_of_user(os.geteuid())
        for kind, value in (
            (resource.RLIMIT_AS, limits.memory_mb * megabyte),
            (resource.RLIMIT_DATA, limits.memory_mb * megabyte),
            (resource.RLIMIT_NPROC, processes),
            (resource.RLIMIT_FSIZE, limits.file_mb * megabyte),
            (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_SIGPENDING, MAX_PENDING_SIGNALS),
            (resource.RLIMIT_MSGQUEUE, 0),
        ):
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError):  # macOS refuses some of them.
                resource.setrlimit(kind, (value, value))
        soft, hard = limits.cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard == resource.RLIM_INFINITY or soft + CPU_GRACE <= hard:
            resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + CPU_GRACE))
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")

    def enclose(self) -> None:
        """Gives up for good all files but those that it needs, and signals to processes that do not start later."""
        alone = self.level == "no-namespaces"
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict(
            read=[*self.roots, *PROC_FILES, "/etc/passwd"] if alone else [*self.roots, "/proc", "/etc"],
            write=[self.base, *([] if alone else ["/tmp", "/dev/shm"])],
            devices=[f"/dev/{name}" for name in namespaces.DEVICES],
            lists=PROC_FOLDERS if alone else (),
        )

    def restrict(self, *, processes: bool = True, supervisor: socket.socket | None = None) -> None:
        """Runs in the runner, and at level full in the supervisor: gives up for good all rights that are left.

        Args:
            processes: whether the process may start others, and has not been enclosed yet.
            supervisor: the socket of the supervisor that must be asked before a thread starts; None if nobody is asked.
        """
        if self.level == "none":
            return
        alone = self.level == "no-namespaces"
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        if not (alone and os.geteuid() in SPARE_USERS):
            linux.set_capabilities(0)
        if processes:  # The supervisor did this before it started the runner.
            self.enclose()
        if supervisor:
            listener = seccomp.ask_before_threads()
            socket.send_fds(supervisor, [b"?"], [listener])
            os.close(listener)
        seccomp.install(
            processes=processes and not alone, alone=os.getpid() if alone else None, reserve=not alone
        )


def _threads_of_user(user: int) -> int:
    """Returns the number of threads that the user has now."""
    threads = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == user:
                threads += len(os.listdir(folder / "task"))
    return threads
