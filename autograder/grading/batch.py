"""A batch: grades everything handed in under some paths, side by side, into one gradebook.

The steps, in the order of `grade_paths`: find the files handed in, and name them, with the lines
of `identity.csv`; select those of them that are graded (`selection.py`); move earlier results in
the gradebook to the learners whose they are now; then, for each (`_Steps`), read it, take its
fingerprint, grade it, record it; apply the lines of `identity.csv` to earlier results, too
(`decisions.py`); and report the outcome (`notices.py`).

Each submission is one independent task (`worker.py`) for a pool of workers: threads of this
process by default, processes or a cluster as well. Only this process of a batch writes the
gradebook, after each submission. A batch that was stopped or killed goes on where it was: a
submission that is in the gradebook under the same fingerprint is not run again. The log beside it
says what happened, and when (`log.py`).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

from rich.console import Console

from autograder.course import CourseError
from autograder.grading import ledger, moves, othercourse, proof, worker
from autograder.grading.adjust import to_decide
from autograder.grading.attempts import LATEST
from autograder.grading.decisions import apply_decisions
from autograder.grading.due import told
from autograder.grading.exercises import Exercises, Settings
from autograder.grading.gradebook import Counting, Gradebook
from autograder.grading.gradebook.ownership import Kept
from autograder.grading.ledger import Line
from autograder.grading.log import BatchLog
from autograder.grading.notices import Notices, not_graded, undecided
from autograder.grading.othercourse import OtherAssignment
from autograder.grading.progress import BatchProgress
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.selection import Selected, Selection
from autograder.grading.submission import RunLimits, refused, ungraded
from autograder.grading.text import listed, one_line
from autograder.grading.worker import Task
from autograder.submissions.doubts import Doubt
from autograder.submissions.find import Search, distinctly_named, find, refuse_output
from autograder.submissions.folder import GRADEBOOK
from autograder.submissions.identity import Decision, decide, hold_against
from autograder.submissions.names import clean_name
from autograder.submissions.people import Person
from autograder.submissions.read import Submission, content_of

LEFT_OUT = "Files of the zip that the notebook was not given, being too large or too many"
"""The beginning of a flag that says so."""

LOG = logging.getLogger("autograder")


class Pool(Protocol):
    """Runs tasks elsewhere: a cluster, or processes.

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
    """The outcome of a batch.

    Attributes:
        results: the checks' result for each submission, in the order of learner and name.
        counted: the results for grades and reports, `Counting.batch`: of each learner the attempt that counts, with the
            scores that were set by hand.
        grader_errors: one sentence for each submission that the grader itself failed on.
        others: files that were neither a notebook nor a zip.
        remarks: sentences on what was not graded, and on the paths.
        undecided: submissions that are no longer handed in, and may be another learner's by now.
        ledger: a line on each file.
        learners: everybody who has work in the gradebook.
        left: the paths of files that were found and are not graded.
        stored: everything in the gradebook, also from earlier batches.
    """

    results: list[SubmissionResult]
    counted: list[SubmissionResult]
    grader_errors: list[str]
    others: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    undecided: list[SubmissionResult] = field(default_factory=list)
    ledger: list[Line] = field(default_factory=list)
    learners: frozenset[str] = frozenset()
    left: list[str] = field(default_factory=list)
    stored: list[SubmissionResult] = field(default_factory=list)


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
    notes: Mapping[str, object] | None = None,
    decisions: Mapping[str, Sequence[Decision]] | None = None,
    people: Sequence[Person] = (),
    solution: Path | None = None,
) -> Outcome:
    """Grades everything handed in under `paths`.

    Args:
        paths: folders, notebooks, zips, and downloads of a learning management system.
        assignment: the exercise they are for, or the path of another course's assignment (`othercourse`); None to take
            what each notebook says.
        output: the folder of the gradebook and the log.
        jobs: submissions side by side; one for each core when not given.
        timeout: seconds for one cell and for one check; by default see `timing`.
        memory_mb: what a submission may use.
        confined: False runs notebooks without isolation.
        pool: runs the tasks; `jobs` threads of this process when not given.
        console: where progress is shown; standard error when not given.
        attempts: `latest` or `best`: which of a learner's attempts counts.
        notes: further facts of this batch for the gradebook.
        decisions: what the instructor wrote into `identity.csv`, by file.
        people: the class list.
        solution: the solved notebook of another course's assignment.

    Raises:
        CourseError: a mistake of the instructor's: wrong path, unknown exercise, gradebook in use.
        BatchStopped: interrupted from the keyboard.
    """
    notices = Notices(console or Console(stderr=True), output)
    other_path = assignment if assignment and othercourse.is_path(assignment) else ""
    refuse_output(paths, output, Path(other_path) if other_path else None)
    if solution and not other_path:
        raise CourseError("--solution is for another course's assignment, which --assignment names by its path.")
    if solution and (around := _handed_in_with(solution, paths, Path(other_path))):
        raise CourseError(f"The solution {solution} lies in {around}, and would be graded as a learner's notebook, "
                          "too. Put it elsewhere.")
    other = None
    if other_path:
        other = _proven(othercourse.read(Path(other_path), output, solution), timeout, memory_mb, confined, notices)
        assignment = other.name
    settings = Settings(assignment, timeout, memory_mb, confined)
    options = {**asdict(settings), "attempts": attempts, **(notes or {})}
    exercises = Exercises(settings, other)
    other_remarks = _told_of(other, timeout) if other else []
    selection = Selection(exercises, notices)
    before = _kept_before(output / GRADEBOOK)
    also = [other.name, other.called] if other else ()
    search = find(paths, _called(before), output, also, Path(other_path) if other else None)
    is_gone = moves.gone_from(search.found, paths, before)
    decided = decide(search.found, decisions or {}, content_of, is_gone)
    found = distinctly_named(hold_against(decided, people))
    for remark in (*other_remarks, *search.remarks):
        notices.say(remark)
    if assignment is not None:
        exercises.bundle(assignment)  # reports an unknown exercise at once
    workers = pool or _Threads(jobs or cores())
    with Gradebook(output / GRADEBOOK) as gradebook, notices.log, _end_told(notices.log):
        exercises.require_numbering_of(gradebook)
        notices.remarks += [*not_graded(search), *other_remarks, *search.remarks]
        counted = _counted(gradebook)
        selected = selection.graded(found, gradebook)
        gradebook.begin_batch({**options, "remarks": notices.remarks, "left": _left(search)})
        notices.log.began(paths, {**options, "jobs": workers.size})
        for remark in (*other_remarks, *search.remarks):
            notices.log.write("note", remark)  # reported above, when there was no log yet
        _settle(selected, is_gone, assignment, gradebook, notices)
        results, summary = _graded(_Steps(exercises, selection, selected, gradebook, notices, workers))
        moved = apply_decisions(gradebook, decisions or {}, people)  # compared with what earlier batches had
        if moved is not None:
            results = gradebook.stored(newest_batch=True)
        for remark in moved or ():
            notices.tell(remark)
        notices.renumbered(results, exercises.former)
        now = gradebook.counting(attempts).everything
        notices.other_work(counted, now)
        notices.other_scores(counted, now)
        counting, left = _closed(search, gradebook, attempts, results, notices)
        notices.log.write("ended", summary)
        learners = frozenset(kept.learner for kept in gradebook.ownership.kept())
        stored = gradebook.results()
    errors = notices.failures(results)
    accounts = ledger.lines(search, selection.passed, results, counting.everything, selection.inside)
    lost = ledger.lost(paths, search, accounts)
    errors += notices.lost(lost)
    return Outcome(results, counting.batch, errors, list(search.others), notices.remarks,
                   [*left, *counting.others], [*lost, *accounts], learners, _left(search), stored)


def _handed_in_with(solution: Path, paths: Sequence[Path], beside: Path) -> Path | None:
    """Returns the graded path that contains a solution; None for one `beside` the assignment: nobody handed it in."""
    if solution.resolve().is_relative_to(beside.resolve()):
        return None
    return next((path for path in paths if solution.resolve().is_relative_to(path.resolve())), None)


def _proven(
    other: OtherAssignment, timeout: float | None, memory_mb: int, confined: bool, notices: Notices
) -> OtherAssignment:
    """Returns another course's assignment, tried on its own solution."""
    limits = RunLimits(timeout or othercourse.PLAIN_TIMEOUT, memory_mb)
    return proof.prove(other, limits, confined=confined, say=notices.say)


def _told_of(other: OtherAssignment, timeout: float | None) -> list[str]:
    """Returns sentences on another course's assignment."""
    if timeout:
        return list(other.remarks)
    limit = f"A cell, and a check, may take {othercourse.PLAIN_TIMEOUT:g} s; --timeout sets another limit."
    return [*other.remarks, limit]


def _settle(
    selected: Sequence[Selected], is_gone: Callable[[str], bool], assignment: str | None, gradebook: Gradebook,
    notices: Notices,
) -> None:
    """Moves results in the gradebook to the learners and names that these files have now.

    Files that may have changed places get a doubt.
    """
    found = [item.found for item in selected]
    moves.revealed(found, gradebook.ownership.kept(), gradebook, notices.tell)
    moves.to_their_owners(found, gradebook, notices.tell)
    found = moves.renamed(found, is_gone, assignment, gradebook, notices.tell)
    moves.overwritten(found, gradebook)
    moves.tell_older(found, assignment, gradebook, notices.tell)
    for item, now in zip(selected, found, strict=True):
        item.found = now


def _closed(
    search: Search, gradebook: Gradebook, attempts: str, results: Sequence[SubmissionResult], notices: Notices
) -> tuple[Counting, list[SubmissionResult]]:
    """Closes the batch in the gradebook, and says what is left to say. Returns what counts, and what is undecided."""
    counting, left = gradebook.counting(attempts), gradebook.undecided()
    paragraphs = undecided(left)
    notices.remarks += paragraphs
    gradebook.end_batch()
    for result in counting.batch:
        notices.log.late(result)
    rule = gradebook.rule()
    for sentence in told(counting.batch, rule) if rule.due else ():
        notices.tell(sentence)
    for sentence in not_graded(search):
        notices.tell(sentence)
    notices.attempts(counting, attempts)
    notices.wrong_exercise(results, counting)
    notices.doubted(counting)
    for sentence in to_decide(counting.batch):
        notices.tell(f"What needs you: {sentence}")
    for paragraph in paragraphs:
        notices.tell(f"What needs you: {paragraph}")
    return counting, left


def _counted(gradebook: Gradebook) -> list[SubmissionResult]:
    """Returns what counts before anything is graded. It ignores a damaged gradebook: grading repairs it."""
    try:
        return gradebook.counting().everything
    except CourseError:
        return []


def _kept_before(path: Path) -> list[Kept]:
    """Returns the contents of a gradebook, if there is one."""
    if not path.is_file():
        return []
    with Gradebook(path) as gradebook:
        return gradebook.ownership.kept()


def _called(before: Sequence[Kept]) -> dict[str, set[str]]:
    """Returns the paths that were graded before, each with the absolute paths that were written so."""
    known: dict[str, set[str]] = {}
    for kept in before:
        known.setdefault(kept.identity.place, set()).add(kept.identity.source)
    return known


def _left(search: Search) -> list[str]:
    return [clean_name(str(path)) for path, _ in search.left]


@dataclass(frozen=True)
class _Place:
    """A submission on its way: its place among those found, and the facts that its result depends on."""

    number: int
    fingerprint: str
    head: Submission
    """The part of the submission that messages need; the rest is large."""


class _Steps:
    """Takes each submission through its steps: read, fingerprint, grade, record.

    They follow one another as places become free: no more of a class is in memory than is being graded.
    """

    def __init__(
        self,
        exercises: Exercises,
        selection: Selection,
        selected: Sequence[Selected],
        gradebook: Gradebook,
        notices: Notices,
        workers: Pool,
    ) -> None:
        self.exercises = exercises
        self.selection = selection
        self.selected = selected
        self.gradebook = gradebook
        self.notices = notices
        self.workers = workers
        self.progress = BatchProgress(len(selected), notices.console)
        self.made: dict[int, SubmissionResult] = {}
        self.running: dict[Future[SubmissionResult], tuple[Task, _Place]] = {}
        self.unchanged: list[tuple[SubmissionResult, SubmissionResult]] = []

    def results(self) -> list[SubmissionResult]:
        """Returns all results, in the order in which their submissions were found.

        Raises:
            CourseError: a mistake of the instructor's, or no process is left that could run a task.
        """
        try:
            for number in range(len(self.selected)):
                self._take(number)
            self._note_unchanged()
            while self.running:
                self._collect()
        except CancelledError as error:
            raise CourseError(
                "The connection to the workers is lost. What is graded is kept; run the same command again."
            ) from error
        finally:
            self._stop()
        return [self.made[number] for number in range(len(self.selected))]

    def _take(self, number: int) -> None:
        """Reads one submission and takes its fingerprint; then it is unchanged, refused, or graded."""
        item = self.selected[number]
        submission = self.selection.read(item)
        place = _Place(number, self.exercises.fingerprint(submission), replace(submission, cells=(), files={}))
        known = self.gradebook.find(item.found.learner, item.found.name, place.fingerprint)
        if known is not None:
            self._keep(place, known)
            return
        self._note_unchanged()
        if submission.problem:
            self._record(place, refused(submission, self.exercises.bundle_of(submission)))
        elif why := self.exercises.unbuilt.get(submission.assignment):
            self._record(place, ungraded(submission, None, why))
        else:
            self._start(place, submission)

    def _keep(self, place: _Place, known: SubmissionResult) -> None:
        """Takes the gradebook's result for the submission."""
        self.made[place.number] = self._handed_in(place, known)
        self.unchanged.append((known, self.made[place.number]))
        self.progress.add(known.status, known=True, stopped=known.stopped)

    def _note_unchanged(self) -> None:
        """Notes in the gradebook, all at once, that these were handed in again."""
        if self.unchanged:
            self.gradebook.handed_in_again(self.unchanged)
            self.unchanged.clear()

    def _start(self, place: _Place, submission: Submission) -> None:
        """Hands the submission to a worker, when one is free."""
        own = self.exercises.bundle(submission.assignment)
        limits = self.exercises.limits(own, local=isinstance(self.workers, _Threads))
        self.progress.begin()
        while len(self.running) >= 2 * self.workers.size:
            self._collect()
        task = Task(submission, own, limits, self.exercises.settings.confined)
        self.running[self.workers.submit(task)] = task, place

    def _collect(self) -> None:
        """Waits until one is graded, and records it."""
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        for future in done:
            task, place = self.running.pop(future)
            self._record(place, _result(future, task))

    def _record(self, place: _Place, result: SubmissionResult) -> None:
        """Records a result in the gradebook, where nothing can change it any more."""
        result = self._handed_in(place, result)
        # A submission on which the grader failed is tried again next time.
        self.gradebook.record(result, "" if result.status is Verdict.ERROR else place.fingerprint)
        self.notices.log.result(result)
        self.made[place.number] = result
        self.progress.add(result.status, stopped=result.stopped)

    def _handed_in(self, place: _Place, result: SubmissionResult) -> SubmissionResult:
        """Returns the result with the facts of its handing in."""
        found = self.selected[place.number].found
        flags = tuple(flag for flag in result.flags if not flag.startswith(LEFT_OUT))
        if place.head.left_out:
            flags = (*flags, f"{LEFT_OUT}: {listed(place.head.left_out)}")
        doubts = [] if found.identity.confirmed else map(Doubt, place.head.doubts)
        return replace(result, order=found.order, late=found.late, handed_in=found.handed_in, flags=flags,
                       identity=replace(found.identity, content=place.head.sha256).doubted(*doubts),
                       former=place.head.former)

    def _stop(self) -> None:
        """Stops everything, whether all is done or not."""
        for future in self.running:
            future.cancel()
        worker.stop_engines()
        if isinstance(self.workers, _Threads):
            self.workers.executor.shutdown(wait=True, cancel_futures=True)
        worker.close_engines()


def _result(future: Future[SubmissionResult], task: Task) -> SubmissionResult:
    """Returns the result of the task; when its worker failed instead, that is the grader's own fault.

    Raises:
        CourseError: a mistake of the instructor's.
        CancelledError: no process is left that could run it.
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


def _graded(steps: _Steps) -> tuple[list[SubmissionResult], str]:
    """Returns all results, in the order of the selection, and a sentence that counts them.

    Unchanged submissions are not run.
    """
    total, progress = len(steps.selected), steps.progress
    with progress, _resumable(progress, steps.gradebook):
        results = steps.results()
        if progress.known:
            steps.notices.tell(f"{progress.known} of {total} are unchanged since they were graded.")
    summary = f"{total} submission{'' if total == 1 else 's'}: {progress.summary()}."
    steps.notices.say(summary)
    return results, summary


@contextmanager
def _resumable(progress: BatchProgress, gradebook: Gradebook) -> Iterator[None]:
    """Turns Ctrl-C into a message that says what is done and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        # The progress may have been stopped between the recording of a result and its count, so it does not count here.
        kept = len(gradebook.results(newest_batch=True))
        raise BatchStopped(
            f"Stopped. {kept} of {progress.total} are graded and kept in {gradebook.path}. "
            "Run the same command again to go on."
        ) from None


@contextmanager
def _end_told(log: BatchLog) -> Iterator[None]:
    """Notes how a batch ended that did not run to its end."""
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
    """Returns the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
