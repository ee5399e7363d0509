"""A Dask cluster on this machine: a real scheduler and real workers, each a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

SCHEDULER = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")

WORKER = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
"""Without Dask's nanny: killing it is final."""


class Dask:
    """A scheduler and its workers; as a context manager it ends them all."""

    def __init__(self, folder: Path, options: Sequence[str] = SCHEDULER, core: int | None = None) -> None:
        """A scheduler, kept on one core if that is given."""
        self.folder = folder
        self.scheduler = self._start("scheduler", *options, core=core)
        self.address = self._said(self.scheduler, "scheduler", r"Scheduler at: +(tcp://\S+)")
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self, core: int | None = None, options: Sequence[str] = WORKER) -> subprocess.Popen[bytes]:
        """One worker, kept on one core if that is given."""
        name = f"worker-{len(self.workers)}"
        worker = self._start("worker", self.address, *options, log=name, core=core)
        self.workers.append(worker)
        self._said(worker, name, r"(Registered to|Starting established)")
        return worker

    def _start(self, *arguments: str, log: str = "scheduler", core: int | None = None) -> subprocess.Popen[bytes]:
        pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(self.folder)}
        with (self.folder / f"{log}.log").open("wb") as out:
            return subprocess.Popen([*pinned, sys.executable, "-m", "dask", *arguments], stdout=out, stderr=out,
                                    cwd=self.folder, env=environment, start_new_session=True)

    def _said(self, process: subprocess.Popen[bytes], log: str, pattern: str) -> str:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            found = re.search(pattern, (self.folder / f"{log}.log").read_text())
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError((self.folder / f"{log}.log").read_text())

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in (*self.workers, self.scheduler):
            process.wait(20)

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.close()
