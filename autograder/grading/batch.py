"""A batch: everything handed in under some paths, graded side by side, into one gradebook.

Each submission is one independent task (`worker.py`) for a pool of workers:
threads of this process by default, processes or a cluster as well.
The gradebook is written here and nowhere else, after each submission. A batch
that was stopped or killed goes on where it was: what is in the gradebook under
the same fingerprint is not run again. What happened, and when, is in the log beside it (`log.py`).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from rich.console import Console

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading import worker
from autograder.grading.attempts import LATEST
from autograder.grading.bundle import Bundle, bundle, fingerprint
from autograder.grading.engine import EngineError
from autograder.grading.gradebook import Counting, Gradebook
from autograder.grading.log import FILE, BatchLog
from autograder.grading.progress import BatchProgress
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits, refused, ungraded
from autograder.grading.text import one_line
from autograder.grading.timing import default_timeout
from autograder.grading.worker import Task
from autograder.submissions.find import Found, find
from autograder.submissions.read import Submission, read_submission

GRADEBOOK = "gradebook.sqlite"

GUESSED = (
    "Nothing says for certain whose work this is; the name is a guess. Where it is wrong, name the file after its "
    "learner, or put it into a folder of the learner's name."
)
"""The flag of a submission whose path names nobody."""

LOG = logging.getLogger("autograder")


class Pool(Protocol):
    """What runs tasks elsewhere: a cluster, or processes.

    Attributes:
        size: tasks that can run at the same moment; may change while it works.
    """

    @property
    def size(self) -> int: ...

    def submit(self, task: Task) -> Future[SubmissionResult]: ...


class _Threads:
    """The default pool: threads of this process, which share its nursery and checker."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.executor = ThreadPoolExecutor(size)

    def submit(self, task: Task) -> Future[SubmissionResult]:
        return self.executor.submit(worker.grade_task, task)


class BatchStopped(Exception):
    """The person at the keyboard stopped the batch; the message says how to go on."""


@dataclass(frozen=True)
class Outcome:
    """What a batch yields.

    Attributes:
        results: what the checks gave, one for each submission, in the order of learner and name.
        counting: what goes into grades and reports: of each learner the attempt that counts, with the scores
            that were set by hand.
        grader_errors: one sentence for each submission that the grader itself failed on.
        others: files that were neither a notebook nor a zip.
    """

    results: list[SubmissionResult]
    counting: list[SubmissionResult]
    grader_errors: list[str]
    others: list[Path] = field(default_factory=list)


def grade_paths(
    paths: Sequence[Path],
    *,
    assignment: str | None = None,
    output: Path,
    jobs: int | None = None,
    timeout: float | None = None,
    memory_mb: int = 4096,
    confined: bool = True,
    pool: Pool | None = None,
    console: Console | None = None,
    attempts: str = LATEST,
    notes: Mapping[str, str] | None = None,
) -> Outcome:
    """Grades everything handed in under `paths`.

    Args:
        paths: folders, notebooks, zips, and downloads of a learning management system.
        assignment: the exercise they are for; None to take what each notebook says.
        output: the folder of the gradebook and the log.
        jobs: submissions side by side; one for each core when not given.
        timeout: seconds for one cell and for one check; by default see `timing`.
        memory_mb: what a submission may use.
        confined: False runs notebooks without isolation.
        pool: runs the tasks; `jobs` threads of this process when not given.
        console: where progress is shown; standard error when not given.
        attempts: `latest` or `best`: which of a learner's attempts counts.
        notes: what else the gradebook shall remember of this batch.

    Raises:
        CourseError: a mistake of the instructor's: wrong path, unknown exercise, gradebook in use.
        BatchStopped: interrupted from the keyboard.
    """
    batch = _Batch(assignment, timeout, memory_mb, confined, console or Console(stderr=True), output)
    search = find(paths)
    for remark in search.remarks:
        batch.say(remark)
    if assignment is not None:
        batch.bundle(assignment)  # an unknown exercise is said at once
    with Gradebook(output / GRADEBOOK) as gradebook, batch.log, _end_told(batch.log):
        options = {
            "assignment": assignment, "timeout": timeout, "memory_mb": memory_mb, "confined": confined,
            "attempts": attempts, **(notes or {}),
        }  # fmt: skip
        gradebook.begin_run(options)
        batch.log.began(paths, {**options, "jobs": pool.size if pool else jobs or cores()})
        for remark in search.remarks:
            batch.log.write("note", remark)  # said above, when there was no log yet
        results = batch.run(search.found, gradebook, jobs or cores(), pool)
        counting = gradebook.counting(attempts)
        gradebook.end_run()
        if search.others:
            others = [one_line(path.name, 60) for path in search.others]
            batch.tell(f"Not graded, being neither notebook nor zip: {_listed(others)}.")
        batch.tell_attempts(counting, attempts)
        batch.log.write("ended", batch.summary)
    failed: dict[str, list[str]] = {}
    for result in results:
        if result.status is Verdict.ERROR:
            of = f"{one_line(result.learner, 80)} ({one_line(result.submission, 80)})"
            failed.setdefault(result.reason, []).append(of)
    for reason, whose in failed.items():  # a broken test file is everybody's, and one sentence
        batch.say(f"Not graded: {_listed(whose)}: {reason}")
    errors = [f"{one}: {reason}" for reason, whose in failed.items() for one in whose]
    return Outcome(results, counting.batch, errors, list(search.others))


class _Batch:
    """One run of `grade_paths`."""

    def __init__(
        self,
        assignment: str | None,
        timeout: float | None,
        memory_mb: int,
        confined: bool,
        console: Console,
        output: Path,
    ) -> None:
        self.assignment = assignment
        self.timeout = timeout
        self.memory_mb = memory_mb
        self.confined = confined
        self.console = console
        self.log = BatchLog(output / FILE, self.say)
        self.summary = ""
        self.known = course.exercise_names()
        self.found: Sequence[Found] = ()
        self.assignments: dict[str, tuple[Assignment, Bundle]] = {}
        self.timeouts: dict[str, float] = {}

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def tell(self, text: str) -> None:
        """Says it, and writes it into the log."""
        self.say(text)
        self.log.write("note", text)

    def tell_attempts(self, counting: Counting, policy: str) -> None:
        """What of a learner's several attempts became."""
        if counting.left_out:
            self.tell(f"Of learners with several attempts the {policy} counts; {counting.left_out} other attempts "
                      "stay in the gradebook.")  # fmt: skip
        if counting.uncertain:
            names = ", ".join(one_line(result.learner, 60) for result in counting.uncertain[:10])
            self.tell(f"{len(counting.uncertain)} handed in several files, and nothing says which is the latest; "
                      f"the best of them counts: {names}.")  # fmt: skip

    def bundle(self, name: str) -> Bundle:
        if name not in self.assignments:
            found = course.assignment(name)
            self.assignments[name] = (found, bundle(found))
        return self.assignments[name][1]

    def run(
        self, found: Sequence[Found], gradebook: Gradebook, jobs: int, pool: Pool | None
    ) -> list[SubmissionResult]:
        """All results, in the order of `found`. Each is read once; what is unchanged is not run again."""
        self.found = found
        results: dict[int, SubmissionResult] = {}
        with BatchProgress(len(found), self.console) as progress, _resumable(progress, gradebook):
            self._grade(found, results, gradebook, progress, jobs, pool)
            if progress.known:
                self.tell(f"{progress.known} of {len(found)} are unchanged since they were graded.")
        self.summary = f"{len(found)} submissions: {progress.summary()}."
        self.say(self.summary)
        return [results[position] for position in range(len(found))]

    def _unknown(
        self,
        found: Sequence[Found],
        results: dict[int, SubmissionResult],
        gradebook: Gradebook,
        progress: BatchProgress,
    ) -> Iterator[tuple[Submission, tuple[int, str]]]:
        """Those to be graded, each with its place and its fingerprint; what the gradebook has becomes a result.

        One after another, as room for them comes: no more of a class is in memory than is being graded.
        """
        unchanged: list[tuple[SubmissionResult, SubmissionResult]] = []
        for position, item in enumerate(found):
            submission = self._read(item)
            fingerprint_ = self._fingerprint(submission)
            known = gradebook.find(item.learner, item.name, fingerprint_)
            if known is not None:
                results[position] = _handed_in(known, item)
                unchanged.append((known, results[position]))
                progress.add(known.status, known=True)
                continue
            if unchanged:
                gradebook.see(unchanged)
                unchanged.clear()
            yield submission, (position, fingerprint_)
        if unchanged:
            gradebook.see(unchanged)

    def _read(self, item: Found) -> Submission:
        return read_submission(item, self.assignment, self.known)

    def _bundle_of(self, submission: Submission) -> Bundle | None:
        return self.bundle(submission.assignment) if submission.assignment in self.known else None

    def _fingerprint(self, submission: Submission) -> str:
        limits: dict[str, object] = {
            "timeout": self.timeout,  # the default follows from what else is in the fingerprint
            "memory_mb": self.memory_mb,
            "confined": self.confined,
        }
        return fingerprint(submission, self._bundle_of(submission), limits)

    def _grade(
        self,
        found: Sequence[Found],
        results: dict[int, SubmissionResult],
        gradebook: Gradebook,
        progress: BatchProgress,
        jobs: int,
        elsewhere: Pool | None,
    ) -> None:
        """Grades and records what is not known yet."""
        tasks = self._tasks(self._unknown(found, results, gradebook, progress), progress, local=elsewhere is None)
        threads = _Threads(jobs) if elsewhere is None else None
        pool = elsewhere or threads
        assert pool is not None
        running: dict[Future[SubmissionResult], tuple[Task, tuple[int, str]]] = {}
        try:
            exhausted = False
            while running or not exhausted:
                while not exhausted and len(running) < 2 * pool.size:
                    submission, key, task = next(tasks, (None, (0, ""), None))
                    if submission is None:
                        exhausted = True
                    elif task is None:
                        refusal = refused(submission, self._bundle_of(submission))
                        self._record(refusal, key, results, gradebook, progress)
                    else:
                        running[pool.submit(task)] = task, key
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task, key = running.pop(future)
                    self._record(_result(future, task), key, results, gradebook, progress)
        except CancelledError as error:
            raise CourseError(
                "The connection to the workers is lost. What is graded is kept; run the same command again."
            ) from error
        finally:
            for future in running:
                future.cancel()
            worker.stop_engines()
            if threads is not None:
                threads.executor.shutdown(wait=True, cancel_futures=True)
            worker.close_engines()

    def _tasks(
        self, unknown: Iterable[tuple[Submission, tuple[int, str]]], progress: BatchProgress, local: bool
    ) -> Iterator[tuple[Submission, tuple[int, str], Task | None]]:
        """Each submission with its key and its task; without one when there is nothing to run."""
        for submission, key in unknown:
            if submission.problem:
                yield submission, key, None
                continue
            own = self.bundle(submission.assignment)
            limits = RunLimits(self._limit(own, local), self.memory_mb)
            progress.begin()
            yield submission, key, Task(submission, own, limits, self.confined)

    def _limit(self, own: Bundle, local: bool) -> float:
        """Seconds for one cell. An engine needed here is started first, so that a fault shows at once."""
        if own.name not in self.timeouts:
            try:
                if local:
                    worker.engine(self.confined, own.helpers).start()
                self.timeouts[own.name] = self.timeout or default_timeout(
                    self.assignments[own.name][0], own, worker.engine(self.confined, own.helpers), self.memory_mb
                )
            except EngineError as error:
                raise CourseError(f"The grader does not work on this machine: {error}") from error
        return self.timeouts[own.name]

    def _record(
        self,
        result: SubmissionResult,
        key: tuple[int, str],
        results: dict[int, SubmissionResult],
        gradebook: Gradebook,
        progress: BatchProgress,
    ) -> None:
        position, fingerprint_ = key
        result = _handed_in(result, self.found[position])
        # What the grader failed on is tried again next time.
        gradebook.record(result, "" if result.status is Verdict.ERROR else fingerprint_)
        self.log.result(result)
        results[position] = result
        progress.add(result.status)


def _handed_in(result: SubmissionResult, found: Found) -> SubmissionResult:
    """The result, with what the path says of its handing in."""
    flags = tuple(flag for flag in result.flags if flag != GUESSED)
    if found.guessed:
        flags = (*flags, GUESSED)
    return replace(result, order=found.order, late=found.late, handed_in=found.handed_in, flags=flags)


def _result(future: Future[SubmissionResult], task: Task) -> SubmissionResult:
    """What the task yields; when its worker failed instead, that is the grader's own fault.

    Raises:
        CourseError: a mistake of the instructor's.
        CancelledError: there is nobody any more who could run it.
    """
    try:
        return future.result()
    except (CourseError, CancelledError):
        raise
    except Exception as error:
        whose = f"{one_line(task.submission.name, 80)} by {one_line(task.submission.learner, 80)}"
        LOG.error("The worker failed on %s:\n%s", whose, "".join(traceback.format_exception(error)))
        reason = one_line(f"The worker failed: {type(error).__name__}: {error}", 500)
        return ungraded(task.submission, task.bundle, reason)


@contextmanager
def _resumable(progress: BatchProgress, gradebook: Gradebook) -> Iterator[None]:
    """Ctrl-C with a message that says what is done and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        # Not what the progress has counted: it may have been stopped between keeping a result and counting it.
        kept = len(gradebook.results(newest_batch=True))
        raise BatchStopped(
            f"Stopped. {kept} of {progress.total} are graded and kept in {gradebook.path}. "
            "Run the same command again to go on."
        ) from None


@contextmanager
def _end_told(log: BatchLog) -> Iterator[None]:
    """How a batch ended that did not run to its end."""
    try:
        yield
    except BatchStopped as stopped:
        log.write("stopped", f"Ctrl-C. {stopped}")
        raise
    except KeyboardInterrupt:
        log.write("stopped", "Ctrl-C, before or after the grading.")
        raise
    except CourseError as error:
        log.write("ended", str(error))
        raise
    except Exception as error:
        log.write("ended", f"The grader itself failed: {type(error).__name__}: {error}", traceback.format_exc())
        raise


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
