"""Outside: `autograder doctor` shows what is installed, which layers of isolation hold, and how fast this machine is.

It tries everything that can be tried: it puts every layer in place, in a process of its
own, and then attacks every level. It must never run a learner's code.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from autograder.bridge.notebooks import Notebooks
from autograder.probes import overuse
from autograder.sandbox import landlock, linux, seccomp
from autograder.sandbox.confinement import python_roots
from autograder.sandbox.limits import ISOLATING, SandboxError, Unavailable
from autograder.sandbox.nursery import try_level

PACKAGES = ("tensorflow", "tensorflow_cpu", "keras", "numpy", "matplotlib", "ipython", "otter-grader")

REMEDIES = {
    "full": (
        "Ubuntu 24.04: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (or an AppArmor profile "
        "that allows userns to this Python). A container: --security-opt seccomp=unconfined, or a virtual "
        "machine. Old kernels: sysctl kernel.unprivileged_userns_clone=1."
    ),
    "no-namespaces": "Linux 5.13 or newer on x86_64 or aarch64, started with landlock in its lsm= list.",
}

TIMES = (
    "Without namespaces a notebook can see when a file was last read, and so what another notebook has read before it: "
    "two learners who agree on it can pass on what hidden tests hand in. It cannot where file systems do not keep that "
    "time: mount -o remount,noatime, here of {places}."
)

TRAINING = """
import numpy, keras, time
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("rmsprop", "sparse_categorical_crossentropy")
images, labels = numpy.random.rand(12800, 784).astype("float32"), numpy.arange(12800) % 10
model.fit(images[:256], labels[:256], batch_size=128, verbose=0)
began = time.perf_counter()
model.fit(images, labels, batch_size=128, epochs=3, verbose=0)
rate = 3 * 12800 / (time.perf_counter() - began)
"""


def report() -> int:
    """Prints the report. Returns 0 when learners' code can be isolated here, 1 when it cannot."""
    console = Console(highlight=False)
    _show_versions(console)
    _show_kernel(console)
    level = ""
    for candidate in ISOLATING:
        if _show_level(console, candidate) and not level:
            level = candidate
    if not level:
        console.print("\n[bold red]Learners' code cannot be isolated on this machine, and will not be run.[/]")
        for name, remedy in REMEDIES.items():
            console.print(f"  For level {name}: {remedy}")
        console.print(
            "  Or grade in a Linux virtual machine or container. For notebooks you trust as your own code, "
            "and only for those: --no-sandbox."
        )
        return 1
    console.print(f"\nSubmissions will run at isolation level [bold]{level}[/].")
    if level != "full":
        console.print(f"  For level full: {REMEDIES['full']}")
        if places := linux.keep_times(filter(os.path.exists, python_roots())):
            console.print(f"  {TIMES.format(places=' and '.join(places))}")
    return 0 if _show_limits(console, level) and _show_speed(console, level) else 1


def _show_versions(console: Console) -> None:
    console.print(f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} cores")
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    console.print(", ".join(versions))


def _show_kernel(console: Console) -> None:
    """Tries each layer by itself in a child process, and prints the outcome."""
    if sys.platform != "linux":
        console.print(f"No isolation: it needs Linux, and this is {sys.platform}.")
        return
    table = Table("layer", "holds", "", title="Layers, one by one", title_justify="left", box=None)
    spaces = {
        "user namespace": 0,
        "mount namespace": linux.CLONE_NEWNS,
        "process namespace": linux.CLONE_NEWPID,
        "network namespace": linux.CLONE_NEWNET,
        "ipc namespace": linux.CLONE_NEWIPC,
        "uts namespace": linux.CLONE_NEWUTS,
    }
    for name, flag in spaces.items():
        _row(table, name, lambda flag=flag: linux.unshare(linux.CLONE_NEWUSER | flag))  # type: ignore[misc]
    _row(table, "Landlock", lambda: _with_no_new_privileges(_landlock), f"version {landlock.abi()}")
    _row(table, "seccomp", lambda: _with_no_new_privileges(_seccomp))
    console.print(table)


def _with_no_new_privileges(layer: Callable[[], None]) -> None:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    layer()


def _landlock() -> None:
    landlock.restrict(read=["/usr"], write=[], devices=[])
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError("is installed, and does not hold")


def _seccomp() -> None:
    seccomp.install(processes=False, alone=os.getpid(), reserve=False)
    try:
        os.fork()
    except PermissionError:
        return
    raise OSError("is installed, and does not hold")


def _row(table: Table, name: str, layer: Callable[[], None], note: str = "") -> None:
    problem = _tried(layer)
    table.add_row(name, "[red]no[/]" if problem else "[green]yes[/]", problem or note)


def _tried(layer: Callable[[], None]) -> str:
    """Puts a layer in place in a child process; returns what went wrong, or ""."""
    answer, end = os.pipe()
    child = os.fork()
    if not child:
        try:
            layer()
            message = ""
        except BaseException as error:
            message = str(error) or type(error).__name__
        os.write(end, message.encode())
        os._exit(0)
    os.close(end)
    with open(answer, encoding="utf-8") as said:
        problem = said.read()
    status = os.waitpid(child, 0)[1]
    return problem or (f"the process ended with {os.waitstatus_to_exitcode(status)}" if status else "")


def _show_level(console: Console, level: str) -> bool:
    """Tries every promise of a level in a sandbox; returns whether all hold."""
    console.print()
    try:
        checks = try_level(level)
    except (Unavailable, SandboxError) as error:
        console.print(f"Level {level}: [red]not available[/]. {error}", soft_wrap=True)
        return False
    table = Table("promise", "holds", "", title=f"Level {level}", title_justify="left", box=None)
    for what, held, detail in checks:
        table.add_row(what, "[green]yes[/]" if held else "[red]no[/]", detail)
    console.print(table)
    return all(held for _, held, _ in checks)


def _show_limits(console: Console, level: str) -> bool:
    """Tries every limit in a sandbox that may use little of everything; returns whether all hold."""
    console.print()
    table = Table("limit on", "holds", "", title="Limits, one by one", title_justify="left", box=None)
    try:
        checks = list(overuse.tried(level))
    except SandboxError as error:
        console.print(f"[red]A sandbox could not be started:[/] {error}", soft_wrap=True)
        return False
    for what, held, detail in checks:
        table.add_row(what, "[green]yes[/]" if held else "[red]no[/]", detail)
    console.print(table)
    return all(held for _, held, _ in checks)


def _show_speed(console: Console, level: str) -> bool:
    """Times the start of a nursery and of a sandbox, and a small training inside."""
    began = time.perf_counter()
    try:
        with Notebooks(level) as notebooks:
            ready = time.perf_counter()
            with notebooks.open() as session:
                session.run_cell(0, "", 60)
                started = time.perf_counter()
                outcome = session.run_cell(1, TRAINING, 300)
                rate = session.get("rate") if outcome.status == "ok" else None
    except SandboxError as error:
        console.print(f"[red]A sandbox could not be started:[/] {error}", soft_wrap=True)
        return False
    if type(rate) is not float:
        console.print(f"[red]A small training did not run in the sandbox:[/] {outcome.status} {outcome.error}")
        return False
    console.print(
        f"Speed: nursery ready in {ready - began:.1f} s; a sandbox and its first cell in "
        f"{1000 * (started - ready):.0f} ms; trains on {rate:,.0f} images per second "
        "(784-128-10, one thread, batches of 128)."
    )
    return True
