"""A batch on a Dask cluster: `autograder grade --scheduler ADDRESS`.

A submission is one independent task, and Dask gives tasks to whichever worker
is free. Each worker has its own nursery and checker, as on one machine. It gets
the exercise's tests and data once, when the first task of that exercise is on
its way, or when the worker joins later. The gradebook stays here: a worker that
dies costs nothing, its submissions go to another one.

Dask's own connections carry pickles. They join the instructor's machines and
nothing else: never expose a scheduler to machines you do not trust. Learners'
code runs in the sandbox of each worker and does not reach them (no network).
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.grading import worker
from autograder.grading.bundle import PackedBundle, environment, pack, unpack
from autograder.grading.results import SubmissionResult
from autograder.grading.worker import Task

CONNECT_SECONDS = 20

RETRIES = 3
"""How many workers a submission may bring down before it is given up as the grader's own failure."""


class Cluster:
    """A pool of workers, in the part of `concurrent.futures.Executor` that a batch uses."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.sent: set[str] = set()

    @property
    def size(self) -> int:
        """Tasks that can run at the same moment; 1 while no worker is there, so that the batch waits for one."""
        with _connected():
            return max(sum(self.client.nthreads().values()), 1)

    def submit(self, task: Task) -> Future[SubmissionResult]:
        """Starts the task on a free worker. The files that it depends on are there before it.

        Raises:
            CourseError: a worker has no place for the exercise's tests and data.
            CancelledError: no worker is left that could run it.
        """
        if task.bundle.digest not in self.sent:
            plugin = _plugin(pack(task.bundle))
            try:
                with _connected():
                    self.client.register_plugin(plugin)
            except OSError as error:
                raise CourseError(
                    f"A worker cannot take the tests and data of {task.bundle.name}: {error}. "
                    "Is there room in its folder for temporary files?"
                ) from error
            self.sent.add(task.bundle.digest)
        with _connected():
            executor = self.client.get_executor(pure=False, retries=RETRIES)
            return executor.submit(worker.grade_task, task)


@contextlib.contextmanager
def _connected() -> Iterator[None]:
    """Turns a lost connection into the error that a batch knows: no worker is left that could run a task."""
    from distributed.comm import CommClosedError

    try:
        yield
    except (CommClosedError, ConnectionError, TimeoutError) as error:
        raise CancelledError from error


def _plugin(packed: PackedBundle) -> Any:
    from distributed import WorkerPlugin

    class CourseFiles(WorkerPlugin):
        """Lays out an exercise's tests and data on a worker."""

        name = f"autograder-{packed.digest}"

        def setup(self, worker: Any) -> None:
            from autograder.grading import cluster

            cluster.lay_out(packed)

        def teardown(self, worker: Any) -> None:
            from autograder.grading import cluster

            cluster.clear(packed.digest)

    return CourseFiles()


_folders: dict[str, Path] = {}


def lay_out(packed: PackedBundle) -> None:
    """Runs on a worker: writes the files into a folder of this process alone, for `worker.grade_task` to use."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-"))
    worker.BUNDLES[packed.digest] = unpack(packed, folder)
    _folders[packed.digest] = folder


def clear(digest: str) -> None:
    """Runs on a worker: removes them again."""
    worker.BUNDLES.pop(digest, None)
    if digest in _folders:
        shutil.rmtree(_folders.pop(digest), ignore_errors=True)


@contextlib.contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """Connects to the cluster whose scheduler listens at `address`, such as `tcp://10.0.0.5:8786`.

    Raises:
        CourseError: Dask is not installed, nobody answers, or a worker would grade differently.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CourseError(
            "A cluster needs Dask: pip install 'autograder[cluster]', here and on every worker."
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"No Dask scheduler answers at {address} ({str(error)[:200]}). Start one with `dask scheduler` and "
            "name the address it prints."
        ) from None
    with client:
        _same_everywhere(client)
        yield Cluster(client)


def _ours() -> dict[str, str]:
    return environment()


def _same_everywhere(client: Any) -> None:
    """Refuses workers that would grade differently: other versions, another grader."""
    ours = _ours()
    for address, theirs in client.run(environment).items():
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                raise CourseError(
                    f"The worker {address} has {name} {theirs.get(name, 'missing')}, and this machine "
                    f"{ours.get(name, 'none')}: the same notebook could score differently. Install the same "
                    "requirements.lock and the same version of the course there, and restart the worker."
                )
