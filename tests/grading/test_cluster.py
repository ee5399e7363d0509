"""A batch on a Dask cluster: a real scheduler and two workers, each a process of its own on this machine."""

from __future__ import annotations

import errno
import os
import re
import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed.comm import CommClosedError
from rich.console import Console

from autograder.course import ROOT, CourseError
from autograder.grading import bundle, cluster
from autograder.grading.batch import GRADEBOOK, Outcome, grade_paths
from autograder.grading.gradebook import Gradebook
from tests.grading.conftest import ANSWER, NAME, SCALE, SOLUTION, START, write_notebook
from tests.grading.local_cluster import Dask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("shared_engine"),  # what is graded here, beside the cluster; its workers have their own
]

LEARNERS = 12


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    (tmp_path / "dask").mkdir()
    with Dask(tmp_path / "dask") as started:
        yield started


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """Full marks, some points, none, in turn; each notebook takes a moment."""
    answers = [SOLUTION, [START, ANSWER], [START, SCALE, "grader.check('q1')"], [START]]
    for number in range(LEARNERS):
        wait = f"import time; time.sleep(0.3); me = {number}"
        write_notebook(tmp_path / "class" / f"learner{number:02}.ipynb", [*answers[number % 4], wait])
    return tmp_path / "class"


def recorded(output: Path) -> list[tuple[str, str, float, list[float]]]:
    with Gradebook(output / GRADEBOOK) as book:
        return [(result.learner, result.status.value, result.score, [question.score for question in result.questions])
                for result in book.results()]


def graded(handed_in: Path, output: Path, address: str = "") -> Outcome:
    def run(pool: cluster.Cluster | None) -> Outcome:
        return grade_paths([handed_in], assignment=NAME, output=output, jobs=2, timeout=20, pool=pool,
                           console=Console(file=StringIO()))

    if not address:
        return run(None)
    with cluster.connect(address) as pool:
        return run(pool)


def when(condition: Callable[[], bool], action: Callable[[], object]) -> threading.Thread:
    """Does something as soon as something else is so."""
    def wait() -> None:
        while not condition():
            time.sleep(0.05)
        action()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many results have been recorded."""
    count = 0
    record = Gradebook.record

    def counted(*args: Any, **kwargs: Any) -> None:
        nonlocal count
        record(*args, **kwargs)
        count += 1

    monkeypatch.setattr(Gradebook, "record", counted)
    return lambda: count


def test_the_gradebook_is_the_same_though_a_worker_joins_late_and_one_is_killed(
    handed_in: Path, tmp_path: Path, rows: Callable[[], int]
) -> None:
    """The scheduler, and the worker that joins, by the literal commands of the documentation, all but the address: with
    Dask's nanny, and as many threads as they say."""
    text = (ROOT / "autograder" / "README.md").read_text(encoding="utf-8")
    scheduler, worker = (shlex.split(line, comments=True) for line in re.findall(r"^dask .*", text, re.MULTILINE))
    assert scheduler[:2] == ["dask", "scheduler"] and worker[:3] == ["dask", "worker", "tcp://HOST:8786"]
    graded(handed_in, tmp_path / "here")
    expected = recorded(tmp_path / "here")
    assert [score for _, _, score, _ in expected[:4]] == [10, 3, 4, 0]
    before = rows()
    (tmp_path / "dask").mkdir()
    with Dask(tmp_path / "dask", scheduler[2:]) as dask:
        doomed = dask.add_worker()
        joins = when(lambda: rows() > before, lambda: dask.add_worker(options=worker[3:]))
        killer = when(lambda: not joins.is_alive(), lambda: os.kill(doomed.pid, signal.SIGKILL))
        outcome = graded(handed_in, tmp_path / "there", dask.address)
        killer.join(0)
        assert not killer.is_alive(), "the batch ended before the worker was killed"
        assert doomed.wait(10) == -signal.SIGKILL and len(dask.workers) == 2
        log = (tmp_path / "dask" / "worker-1.log").read_text()
    assert "Start Nanny" in log and re.search(r"Threads: +2\n", log)
    assert not outcome.grader_errors
    assert recorded(tmp_path / "there") == expected


def test_a_lost_scheduler_is_one_sentence_and_what_is_graded_is_kept(
    dask: Dask, handed_in: Path, tmp_path: Path, rows: Callable[[], int]
) -> None:
    dask.add_worker()
    output = tmp_path / "there"
    when(lambda: rows() >= 2, lambda: os.kill(dask.scheduler.pid, signal.SIGKILL))
    with pytest.raises(CourseError, match=r"connection to the workers is lost\. What is graded is kept"):
        graded(handed_in, output, dask.address)
    assert len(recorded(output)) >= 2
    outcome = graded(handed_in, output)
    assert len(outcome.results) == LEARNERS


def test_nobody_answers(handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        graded(handed_in, tmp_path / "out", "tcp://127.0.0.1:9")


@pytest.mark.parametrize(("error", "expected"), [
    (OSError(errno.ENOSPC, "No space left on device"), CourseError),
    (CommClosedError("in <TCP ...>: Stream is closed"), CancelledError),
    (ConnectionRefusedError(), CancelledError),
])
def test_a_worker_without_room_is_not_a_lost_connection(
    error: OSError, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Client:
        def register_plugin(self, plugin: object) -> None:
            raise error

    monkeypatch.setattr(cluster, "pack", lambda bundle: bundle)
    task = SimpleNamespace(bundle=bundle.PackedBundle("02-preprocessing", (), {}, {}, "digest"))
    with pytest.raises(expected) as caught:
        cluster.Cluster(Client()).submit(task)
    if expected is CourseError:
        assert "A worker cannot take the tests and data of 02-preprocessing: [Errno 28] No space" in str(caught.value)


def test_a_worker_that_would_grade_differently_is_refused(
    dask: Dask, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dask.add_worker()
    ours = bundle.environment() | {"keras": "1.0"}
    monkeypatch.setattr(cluster, "_ours", lambda: ours)
    with pytest.raises(CourseError, match=r"has keras 3\.\S+, and this machine 1\.0: .* could score differently"):
        graded(handed_in, tmp_path / "out", dask.address)
