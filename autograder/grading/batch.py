"""A batch: everything handed in under some paths, graded side by side, into one gradebook.

The steps, in the order of `grade_paths`: find and name what was handed in; move
what the gradebook has of it to whose it is now; then, for each (`_Run`), read it,
take its fingerprint, grade it, record it; and say what came of all of them.

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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from rich.console import Console

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading import ledger, moves, worker
from autograder.grading.attempts import LATEST
from autograder.grading.bundle import Bundle, bundle, fingerprint
from autograder.grading.confirm import confirm
from autograder.grading.engine import EngineError
from autograder.grading.gradebook import Counting, Gradebook, Kept
from autograder.grading.ledger import Line
from autograder.grading.log import FILE, BatchLog
from autograder.grading.progress import BatchProgress
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits, refused, ungraded
from autograder.grading.text import one_line
from autograder.grading.timing import default_timeout
from autograder.grading.worker import Task
from autograder.submissions.doubts import Doubt, Why
from autograder.submissions.find import Found, Search, apart, find
from autograder.submissions.identity import REMEDY, Decision, decide, held_against_before, hold_against, needs
from autograder.submissions.names import clean_name
from autograder.submissions.people import Person
from autograder.submissions.read import WRONG_ASSIGNMENT, Submission, content_of, read_submission
from autograder.submissions.systems import nbgrader

GRADEBOOK = "gradebook.sqlite"

LEFT_OUT = "Files of the zip that the notebook was not given, being too large or too many"
"""How a flag begins that says so."""

LISTED = 10
"""So many names stand in a line; `files.csv` has every one."""

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
        remarks: what was not graded, and what else there is to say of the paths.
        undecided: what is no longer handed in, and may be another's by now.
        ledger: what became of each file.
        learners: everybody of whom there is work in the gradebook.
        left: the paths of what was found and is not graded.
    """

    results: list[SubmissionResult]
    counting: list[SubmissionResult]
    grader_errors: list[str]
    others: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    undecided: list[SubmissionResult] = field(default_factory=list)
    ledger: list[Line] = field(default_factory=list)
    learners: frozenset[str] = frozenset()
    left: list[str] = field(default_factory=list)


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
    decisions: Mapping[str, Sequence[Decision]] | None = None,
    people: Sequence[Person] = (),
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
        decisions: what the instructor wrote into `identity.csv`, by file.
        people: the class list.

    Raises:
        CourseError: a mistake of the instructor's: wrong path, unknown exercise, gradebook in use.
        BatchStopped: interrupted from the keyboard.
    """
    batch = _Batch(assignment, timeout, memory_mb, confined, console or Console(stderr=True), output)
    before = _kept_before(output / GRADEBOOK)
    search = find(paths, _called(before), output)
    is_gone = moves.gone_from(search.found, paths, before)
    decided = decide(search.found, decisions or {}, content_of, is_gone)
    found = apart(hold_against(decided, people))
    for remark in search.remarks:
        batch.say(remark)
    if assignment is not None:
        batch.bundle(assignment)  # an unknown exercise is said at once
    options = {
        "assignment": assignment, "timeout": timeout, "memory_mb": memory_mb, "confined": confined,
        "attempts": attempts, **(notes or {}),
    }  # fmt: skip
    workers = pool or _Threads(jobs or cores())
    with Gradebook(output / GRADEBOOK) as gradebook, batch.log, _end_told(batch.log):
        found = batch.begin(found, search, gradebook, options)
        batch.log.began(paths, {**options, "jobs": workers.size})
        for remark in search.remarks:
            batch.log.write("note", remark)  # said above, when there was no log yet
        moves.to_their_owners(found, gradebook, batch.tell)
        found = moves.renamed(found, is_gone, assignment, gradebook, batch.tell)
        moves.tell_older(found, assignment, gradebook, batch.tell)
        results = batch.grade(found, gradebook, workers)
        told = confirm(gradebook, decisions or {}, people)  # held against what earlier batches had
        if told is not None:
            results = gradebook.stored(newest_batch=True)
        for remark in told or ():
            batch.tell(remark)
        counting, undecided = batch.end(search, gradebook, attempts, results)
        learners = frozenset(kept.learner for kept in gradebook.kept())
    errors = batch.say_failures(results)
    accounts = ledger.lines(search, batch.passed, results, counting.everything, batch.inside)
    lost = ledger.lost(paths, search, accounts)
    errors += batch.say_lost(lost)
    return Outcome(results, counting.batch, errors, list(search.others), batch.remarks,
                   [*undecided, *counting.others], [*lost, *accounts], learners, _left(search))


def _kept_before(path: Path) -> list[Kept]:
    """What is in a gradebook, if there is one."""
    if not path.is_file():
        return []
    with Gradebook(path) as gradebook:
        return gradebook.kept()


def _called(before: Sequence[Kept]) -> dict[str, set[str]]:
    """How paths were called that were graded before, each with those, absolute, that were called so."""
    known: dict[str, set[str]] = {}
    for kept in before:
        known.setdefault(kept.identity.place, set()).add(kept.identity.source)
    return known


class _Batch:
    """One run of `grade_paths`: what it was asked for, and what it says.

    Attributes:
        known: the exercises of the course.
        assignments: those that were handed in, with their bundles.
        unbuilt: exercises that were handed in and are not built, each with what there is to do. It blocks no other.
        timeouts: of those that are graded; seconds for one cell.
        remarks: what the instructor should know of the batch.
        kept: what had to be read before its turn came, by `id` of what was found.
        passed: what was found and is not graded, each with the reason.
        inside: of learners' zips, by their path, what else is in them and why it is not read.
    """

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
        self.assignments: dict[str, tuple[Assignment, Bundle]] = {}
        self.unbuilt: dict[str, str] = {}
        self.timeouts: dict[str, float] = {}
        self.remarks: list[str] = []
        self.kept: dict[int, Submission] = {}
        self.passed: list[tuple[Found, str]] = []
        self.inside: dict[str, dict[str, str]] = {}

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def tell(self, text: str) -> None:
        """Says it, and writes it into the log."""
        self.say(text)
        self.log.write("note", text)

    def begin(
        self, found: Sequence[Found], search: Search, gradebook: Gradebook, options: Mapping[str, object]
    ) -> list[Found]:
        """Opens the batch in the gradebook; returns what of `found` is to be graded."""
        if search.others:
            self.remarks.append(_not_graded(search))
        self.remarks += search.remarks
        kept = [one for one in gradebook.kept() if self.assignment in (None, one.assignment) or not one.assignment]
        found = held_against_before(found, {  # what was gone is there again
            (one.identity.file, one.learner): one.identity.undoubted(Why.RENAMED) for one in kept})
        found = self._of_exercise(moves.beside_others(found, kept))
        gradebook.begin_run({**options, "remarks": self.remarks, "left": _left(search)})
        return found

    def end(
        self, search: Search, gradebook: Gradebook, attempts: str, results: Sequence[SubmissionResult]
    ) -> tuple[Counting, list[SubmissionResult]]:
        """Closes the batch, and says what is left to say; returns what counts, and what is undecided."""
        counting, undecided = gradebook.counting(attempts), gradebook.undecided()
        open_ = [one_line(f"{paragraph} Exports leave it out. In identity.csv, write whose it is.", 4000)
                 for paragraph in needs(undecided)]
        self.remarks += open_
        gradebook.end_run()
        if search.others:
            self.tell(_not_graded(search))
        self.tell_attempts(counting, attempts)
        self.tell_wrong(results, counting)
        self.tell_needs(counting)
        for paragraph in open_:
            self.tell(f"What needs you: {paragraph}")
        self.log.write("ended", self.summary)
        return counting, undecided

    def say_failures(self, results: Sequence[SubmissionResult]) -> list[str]:
        """Says what the grader itself failed on: a broken test file is everybody's, and one line."""
        failed: dict[str, list[str]] = {}
        for result in results:
            if result.status is Verdict.ERROR:
                of = f"{one_line(result.learner, 80)} ({one_line(result.submission, 80)})"
                failed.setdefault(result.reason, []).append(of)
        for reason, whose in failed.items():
            self.say(f"Not graded: {_listed(whose)}: {reason}")
        return [f"{one}: {reason}" for reason, whose in failed.items() for one in whose]

    def say_lost(self, lost: Sequence[Line]) -> list[str]:
        """Says what was found and stands nowhere, which is the grader's own fault."""
        errors = [f"{line.file}: {line.why}" for line in lost]
        for error in errors:
            self.say(f"Not graded: {error}")
        return errors

    def tell_attempts(self, counting: Counting, policy: str) -> None:
        """What of a learner's several attempts became."""
        if counting.left_out:
            names = [one_line(result.learner, 60) for result in counting.uncertain]
            but = f" (of {_listed(names)} the best, for nothing says which is the latest)" if names else ""
            if names:
                self.remarks.append(f"Nothing says which is the latest of several files of {_listed(names)}; the best "
                                    "counts.")  # fmt: skip
            self.tell(f"Of learners with several attempts the {policy} counts{but}; {counting.left_out} other attempts "
                      "stay in the gradebook.")  # fmt: skip

    def tell_wrong(self, results: Sequence[SubmissionResult], counting: Counting) -> None:
        """Notebooks of another exercise that do not take the place of what was handed in before."""
        right = {(result.learner, result.assignment) for result in counting.batch
                 if result.status is not Verdict.WRONG_ASSIGNMENT}
        wrong = [result.identity.file or result.submission for result in results
                 if result.status is Verdict.WRONG_ASSIGNMENT and (result.learner, result.assignment) in right]
        if wrong:
            self.remarks.append(f"Of another exercise, so that what was handed in before counts: {_listed(wrong)}.")
            self.tell(self.remarks[-1])

    def tell_needs(self, counting: Counting) -> None:
        """Of whom it is not certain who they are, with the files and what to do."""
        doubted = [result for result in counting.batch if result.identity.doubts]
        if doubted:
            self.tell(f"What needs you: of {len(doubted)} submissions it is not certain whose they are. Exports leave "
                      "them out until you confirm them.")  # fmt: skip
            for paragraph in needs(doubted):
                self.tell(one_line(paragraph, 4000))
            self.tell(REMEDY)

    def _of_exercise(self, found: Sequence[Found]) -> list[Found]:
        """What is handed in for the exercise that is graded.

        Where somebody's folder holds more notebooks of the course, as their copy of it does, these are passed over.
        """
        if self.assignment is not None:
            found = self._of_folder(found)
        several = {learner for learner, times in Counter(item.learner for item in found).items() if times > 1}
        if self.assignment is None or not several:
            return list(found)
        problems = {id(item): self._read_before(item) for item in found if item.learner in several}
        right = {item.learner for item in found if problems.get(id(item)) == ""}
        passed = [item for item in found if item.learner in right and problems[id(item)] == WRONG_ASSIGNMENT]
        if passed:
            self._pass_over(passed, f"because there is a notebook of {self.assignment} from the same learner")
        skip = set(map(id, passed))
        for place in skip:
            self.kept.pop(place, None)
        return [item for item in found if id(item) not in skip]

    def _of_folder(self, found: Sequence[Found]) -> list[Found]:
        """Without what lies in a folder of nbgrader's for another exercise of the course."""
        others = [name for name in self.known if name != self.assignment]
        passed = [item for item in found if item.identity.system == nbgrader.SYSTEM
                  and nbgrader.assignment_in(item.identity.file, others)]
        if passed:
            self._pass_over(passed, f"because it lies in nbgrader's folder of another exercise than {self.assignment}")
        if passed and len(passed) == len(found):
            raise CourseError(f"There is nothing of {self.assignment} there. {self.remarks[-1]}")
        skip = set(map(id, passed))
        return [item for item in found if id(item) not in skip]

    def _pass_over(self, passed: Sequence[Found], why: str) -> None:
        self.passed += [(item, why) for item in passed]
        self.remarks.append(f"Passed over, {why}: {_listed([item.identity.file for item in passed])}.")
        self.say(self.remarks[-1])

    def bundle(self, name: str) -> Bundle:
        """The bundle of an exercise of the course, the same for all of the batch."""
        if name not in self.assignments:
            found = course.assignment(name)
            self.assignments[name] = (found, bundle(found))
        return self.assignments[name][1]

    def bundle_of(self, submission: Submission) -> Bundle | None:
        """That of its exercise; None where it is for none, or for one that is `unbuilt`."""
        if submission.assignment not in self.known:
            return None
        try:
            return self.bundle(submission.assignment)
        except CourseError as error:
            self.unbuilt[submission.assignment] = str(error)
            return None

    def read(self, item: Found) -> Submission:
        """What was handed in, read once."""
        kept = self.kept.pop(id(item), None)
        return read_submission(item, self.assignment, self.known) if kept is None else kept

    def _read_before(self, item: Found) -> str:
        """What is wrong with it, before its turn has come. It is kept for then, if it is small."""
        submission = read_submission(item, self.assignment, self.known)
        if not submission.files:
            self.kept[id(item)] = submission
        return submission.problem

    def fingerprint(self, submission: Submission) -> str:
        """All that its result depends on."""
        limits: dict[str, object] = {
            "timeout": self.timeout,  # the default follows from what else is in the fingerprint
            "memory_mb": self.memory_mb,
            "confined": self.confined,
        }
        return fingerprint(submission, self.bundle_of(submission), limits)

    def limits(self, own: Bundle, local: bool) -> RunLimits:
        """What a submission may use. An engine needed here is started first, so that a fault shows at once."""
        if own.name not in self.timeouts:
            try:
                engine = worker.engine(self.confined, own.ready())
                if local:
                    engine.start()
                self.timeouts[own.name] = self.timeout or default_timeout(
                    self.assignments[own.name][0], own, engine, self.memory_mb
                )
            except EngineError as error:
                raise CourseError(f"The grader does not work on this machine: {error}") from error
        return RunLimits(self.timeouts[own.name], self.memory_mb)

    def grade(self, found: Sequence[Found], gradebook: Gradebook, workers: Pool) -> list[SubmissionResult]:
        """All results, in the order of `found`; what is unchanged is not run again."""
        with BatchProgress(len(found), self.console) as progress, _resumable(progress, gradebook):
            results = _Run(self, found, gradebook, progress, workers).results()
            if progress.known:
                self.tell(f"{progress.known} of {len(found)} are unchanged since they were graded.")
        self.summary = f"{len(found)} submissions: {progress.summary()}."
        self.say(self.summary)
        return results


@dataclass(frozen=True)
class _Place:
    """A submission on its way: where it stands among those found, and what its result depends on."""

    number: int
    fingerprint: str
    head: Submission
    """What is told of it; the rest of a submission is large."""


class _Run:
    """The way of each submission: read, fingerprint, grade, record.

    One after another, as room for them comes: no more of a class is in memory than is being graded.
    """

    def __init__(
        self,
        batch: _Batch,
        found: Sequence[Found],
        gradebook: Gradebook,
        progress: BatchProgress,
        workers: Pool,
    ) -> None:
        self.batch = batch
        self.found = found
        self.gradebook = gradebook
        self.progress = progress
        self.workers = workers
        self.made: dict[int, SubmissionResult] = {}
        self.running: dict[Future[SubmissionResult], tuple[Task, _Place]] = {}
        self.unchanged: list[tuple[SubmissionResult, SubmissionResult]] = []

    def results(self) -> list[SubmissionResult]:
        """All of them, in the order of what was found.

        Raises:
            CourseError: a mistake of the instructor's, or there is nobody any more who could run a task.
        """
        try:
            for number in range(len(self.found)):
                self._take(number)
            self._see_unchanged()
            while self.running:
                self._collect()
        except CancelledError as error:
            raise CourseError(
                "The connection to the workers is lost. What is graded is kept; run the same command again."
            ) from error
        finally:
            self._stop()
        return [self.made[number] for number in range(len(self.found))]

    def _take(self, number: int) -> None:
        """Reads one and takes its fingerprint; then it is unchanged, refused, or graded."""
        item = self.found[number]
        submission = self.batch.read(item)
        place = _Place(number, self.batch.fingerprint(submission), replace(submission, cells=(), files={}))
        self.batch.inside[item.identity.file] = {**submission.passed, **submission.closed}
        known = self.gradebook.find(item.learner, item.name, place.fingerprint)
        if known is not None:
            self._keep(place, known)
            return
        self._see_unchanged()
        if submission.problem:
            self._record(place, refused(submission, self.batch.bundle_of(submission)))
        elif why := self.batch.unbuilt.get(submission.assignment):
            self._record(place, ungraded(submission, None, why))
        else:
            self._start(place, submission)

    def _keep(self, place: _Place, known: SubmissionResult) -> None:
        """What the gradebook has of it is its result."""
        self.made[place.number] = self._handed_in(place, known)
        self.unchanged.append((known, self.made[place.number]))
        self.progress.add(known.status, known=True)

    def _see_unchanged(self) -> None:
        """Notes in the gradebook that these were handed in again, together."""
        if self.unchanged:
            self.gradebook.see(self.unchanged)
            self.unchanged.clear()

    def _start(self, place: _Place, submission: Submission) -> None:
        """Hands it to a worker, when there is room for it."""
        own = self.batch.bundle(submission.assignment)
        limits = self.batch.limits(own, local=isinstance(self.workers, _Threads))
        self.progress.begin()
        while len(self.running) >= 2 * self.workers.size:
            self._collect()
        task = Task(submission, own, limits, self.batch.confined)
        self.running[self.workers.submit(task)] = task, place

    def _collect(self) -> None:
        """Waits until something is graded, and records it."""
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        for future in done:
            task, place = self.running.pop(future)
            self._record(place, _result(future, task))

    def _record(self, place: _Place, result: SubmissionResult) -> None:
        """Writes a result down, where nothing can change it any more."""
        result = self._handed_in(place, result)
        # What the grader failed on is tried again next time.
        self.gradebook.record(result, "" if result.status is Verdict.ERROR else place.fingerprint)
        self.batch.log.result(result)
        self.made[place.number] = result
        self.progress.add(result.status)

    def _handed_in(self, place: _Place, result: SubmissionResult) -> SubmissionResult:
        """The result, with what is known of its handing in."""
        found = self.found[place.number]
        flags = tuple(flag for flag in result.flags if not flag.startswith(LEFT_OUT))
        if place.head.left_out:
            flags = (*flags, f"{LEFT_OUT}: {_listed(place.head.left_out)}")
        doubts = [] if found.identity.confirmed else map(Doubt, place.head.doubts)
        return replace(result, order=found.order, late=found.late, handed_in=found.handed_in, flags=flags,
                       identity=replace(found.identity, content=place.head.sha256).doubted(*doubts))

    def _stop(self) -> None:
        """Nothing goes on, whether all is done or not."""
        for future in self.running:
            future.cancel()
        worker.stop_engines()
        if isinstance(self.workers, _Threads):
            self.workers.executor.shutdown(wait=True, cancel_futures=True)
        worker.close_engines()


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


def _left(search: Search) -> list[str]:
    return [clean_name(str(path)) for path, _ in search.left]


def _not_graded(search: Search) -> str:
    more = " files.csv names them all." if len(search.others) > LISTED else ""
    return (f"Not graded, being neither notebook nor zip: {_listed([clean_name(str(path)) for path in search.others])}."
            f"{more}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return shown if len(names) <= LISTED else f"{shown} and {len(names) - LISTED} more"
