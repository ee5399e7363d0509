"""Outside: runs code of ours that takes too much of everything in a sandbox, and says which limits hold.

Each trial has a sandbox of its own, with limits so low that it ends within seconds. The code is this module's own, so
it is believed about what happened inside. It must never run with a learner's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.bridge.notebooks import Notebooks
from autograder.bridge.session import CellOutcome, Session
from autograder.sandbox.limits import LEVELS, Limits

SECONDS = 20
"""Seconds for a cell of a trial, unless the trial is about that."""

LOW = Limits(memory_mb=512, file_mb=4, scratch_mb=12, scratch_files=50, output_bytes=10_000)
"""Limits so low that a trial ends soon. A sandbox without TensorFlow starts with 140 MB of addresses; the number of
processes is low enough as it is, and so many threads need more addresses than this."""

UNTIL_REFUSED = """
import time
try:
    for number in range({times}):
        {attempt}
    time.sleep(2 * {seconds})  # Where no call is refused, somebody looks from time to time, and ends everything.
    refused = False
except {error}:
    refused = True
"""


@dataclass(frozen=True)
class Overuse:
    """An attempt to take too much.

    Attributes:
        what: the name of the limit.
        source: the cell that tries it; it sets `refused`.
        limits: of the sandbox.
        seconds: the time limit of the cell.
        ends: the statuses with which the cell may end, if not with `refused`; see `CellOutcome`.
        levels: the levels at which it can be tried.
    """

    what: str
    source: str
    limits: Limits = LOW
    seconds: float = SECONDS
    ends: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS


def _until_refused(what: str, attempt: str, times: int, error: str = "OSError", **attributes: Any) -> Overuse:
    source = UNTIL_REFUSED.format(attempt=attempt, error=error, times=times, seconds=SECONDS)
    return Overuse(what, "import threading\nthreading.stack_size(65536)\nkept = []\n" + source, **attributes)


PATIENT = """
import time
while True:
    try:
        while True:
            {wait}
    except KeyboardInterrupt:
        continue
"""

TOGETHER = f"""
import os, time
for _ in range(4):
    if os.fork() == 0:
        kept = b"x" * ({LOW.memory_mb} * 2 // 5 << 20)
        time.sleep({2 * SECONDS})
        os._exit(0)
time.sleep({2 * SECONDS})
refused = False
"""

CHAIN = f"""
import os, time
if os.fork() == 0:
    for _ in range(1000):
        if os.fork():
            os._exit(0)
    os._exit(0)
time.sleep({2 * SECONDS})
refused = False
"""

TRIALS = (
    Overuse("wall-clock time", PATIENT.replace("continue", "raise").format(wait="time.sleep(0.01)"), seconds=0.5,
            ends=("timeout",)),
    Overuse("wall-clock time, the interrupt ignored", PATIENT.format(wait="time.sleep(0.01)"), seconds=0.5,
            ends=("killed",)),
    Overuse("processor time", PATIENT.format(wait="pass"), replace(LOW, cpu_seconds=1), ends=("exited",)),
    _until_refused("memory of a process", "kept.append(bytearray(16 << 20))", 2 * LOW.memory_mb // 16, "MemoryError",
                   ends=("memory",)),
    Overuse("memory of all its processes", TOGETHER, ends=("memory",), levels=("full",)),
    _until_refused("processes and threads",
                   "kept.append(threading.Thread(target=time.sleep, args=(600,), daemon=True)); kept[-1].start()",
                   10_000, "RuntimeError", limits=replace(LOW, memory_mb=Limits.memory_mb)),
    _until_refused("processes and threads in all",
                   "one = threading.Thread(target=int); one.start(); one.join()", 10_000, "RuntimeError",
                   limits=replace(LOW, started=500), ends=("limit",)),
    Overuse("processes that outlive their parents", CHAIN, replace(LOW, orphans=50), ends=("limit",),
            levels=("full",)),
    _until_refused("size of a file", f"open('one', 'ab').write(bytes({LOW.file_mb} << 20))", 2),
    _until_refused("all files together", f"open(f'file-{{number}}', 'wb').write(bytes({LOW.file_mb} << 19))",
                   4 * LOW.scratch_mb // LOW.file_mb, ends=("limit",)),
    _until_refused("number of files", "open(f'empty-{number}', 'w').close()", 4 * LOW.scratch_files, ends=("limit",)),
    Overuse("output", f"print('x' * {10 * LOW.output_bytes})\nrefused = True"),
)


def tried(level: str) -> Iterator[tuple[str, bool, str]]:
    """Tries each limit at `level`; yields the limit, whether it holds, and what happened.

    Raises:
        SandboxError: a sandbox could not be started.
    """
    with Notebooks(level, warm=False) as notebooks:
        for trial in TRIALS:
            if notebooks.level not in trial.levels:
                continue
            with notebooks.open({}, trial.limits) as session:
                yield trial.what, *_judged(trial, session)


def _judged(trial: Overuse, session: Session) -> tuple[bool, str]:
    began = time.monotonic()
    outcome = session.run_cell(0, trial.source, trial.seconds)
    took = f"after {time.monotonic() - began:.1f} s"
    if len(outcome.output) > LOW.output_bytes + 1000:
        return False, f"{len(outcome.output):,} characters came"
    if outcome.status in trial.ends:
        return True, f"{_how(outcome)} {took}"
    if outcome.status == "ok" and "refused" in session.names() and session.get("refused") is True:
        return True, f"refused {took}"
    return False, f"{_how(outcome)} {took}"


def _how(outcome: CellOutcome) -> str:
    return {"timeout": "interrupted", "ok": "not refused"}.get(outcome.status, outcome.status)
