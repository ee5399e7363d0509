"""A Dask cluster on this machine: a real scheduler and real workers, each a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType


class Dask:
    """A scheduler and its workers; as a context manager it ends them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.address = self._said(self.scheduler, "scheduler", r"Scheduler at: +(tcp://\S+)")
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self, core: int | None = None) -> subprocess.Popen[bytes]:
        """One worker with one thread, kept on one core if that is given. Without Dask's nanny: killing it is final."""
        name = f"worker-{len(self.workers)}"
        worker = self._start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                             "--local-directory", str(self.folder / name), log=name, core=core)
        self.workers.append(worker)
        self._said(worker, name, r"(Registered to|Starting established)")
        return worker

    def _start(self, *arguments: str, log: str = "scheduler", core: int | None = None) -> subprocess.Popen[bytes]:
        pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        with (self.folder / f"{log}.log").open("wb") as out:
            more = ["--no-dashboard"] if arguments[0] == "scheduler" else []
            return subprocess.Popen([*pinned, sys.executable, "-m", "dask", *arguments, *more], stdout=out, stderr=out,
                                    cwd=self.folder, start_new_session=True)

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
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait(20)

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.close()
