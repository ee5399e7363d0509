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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from rich.console import Console

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading import worker
from autograder.grading.attempts import LATEST
from autograder.grading.bundle import Bundle, bundle, fingerprint
from autograder.grading.engine import EngineError
from autograder.grading.gradebook import RENAMED, Counting, Gradebook, Move
from autograder.grading.log import FILE, BatchLog
from autograder.grading.progress import BatchProgress
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits, refused, ungraded
from autograder.grading.text import one_line
from autograder.grading.timing import default_timeout
from autograder.grading.worker import Task
from autograder.submissions.find import Found, apart, find
from autograder.submissions.identity import REMEDY, Decision, decide, hold_against, joined, needs
from autograder.submissions.names import clean_name
from autograder.submissions.people import Person
from autograder.submissions.read import WRONG_ASSIGNMENT, Submission, content_of, read_submission

GRADEBOOK = "gradebook.sqlite"

LEFT_OUT = "Files of the zip that the notebook was not given, being too large or too many"
"""How a flag begins that says so."""

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
    """

    results: list[SubmissionResult]
    counting: list[SubmissionResult]
    grader_errors: list[str]
    others: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    undecided: list[SubmissionResult] = field(default_factory=list)


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
    search = find(paths)
    found = apart(hold_against(decide(search.found, decisions or {}, content_of), people))
    for remark in search.remarks:
        batch.say(remark)
    if assignment is not None:
        batch.bundle(assignment)  # an unknown exercise is said at once
    with Gradebook(output / GRADEBOOK) as gradebook, batch.log, _end_told(batch.log):
        options = {
            "assignment": assignment, "timeout": timeout, "memory_mb": memory_mb, "confined": confined,
            "attempts": attempts, **(notes or {}),
        }  # fmt: skip
        others = [clean_name(str(path)) for path in search.others]
        if others:
            batch.remarks.append(f"Not graded, being neither notebook nor zip: {_listed(others)}.")
        batch.remarks += search.remarks
        found = batch.of_exercise(found)
        gradebook.begin_run({**options, "remarks": batch.remarks})
        batch.log.began(paths, {**options, "jobs": pool.size if pool else jobs or cores()})
        for remark in search.remarks:
            batch.log.write("note", remark)  # said above, when there was no log yet
        batch.move(found, gradebook)
        batch.move_renamed(found, paths, gradebook)
        batch.tell_older(found, gradebook)
        results = batch.run(found, gradebook, jobs or cores(), pool)
        counting = gradebook.counting(attempts)
        undecided = gradebook.undecided()
        open_ = [one_line(f"{paragraph} Exports leave it out. In identity.csv, write whose it is.", 4000)
                 for paragraph in needs(undecided)]
        batch.remarks += open_
        gradebook.end_run()
        if others:
            batch.tell(f"Not graded, being neither notebook nor zip: {_listed(others)}.")
        batch.tell_attempts(counting, attempts)
        batch.tell_needs(counting)
        for paragraph in open_:
            batch.tell(f"What needs you: {paragraph}")
        batch.log.write("ended", batch.summary)
    failed: dict[str, list[str]] = {}
    for result in results:
        if result.status is Verdict.ERROR:
            of = f"{one_line(result.learner, 80)} ({one_line(result.submission, 80)})"
            failed.setdefault(result.reason, []).append(of)
    for reason, whose in failed.items():  # a broken test file is everybody's, and one sentence
        batch.say(f"Not graded: {_listed(whose)}: {reason}")
    errors = [f"{one}: {reason}" for reason, whose in failed.items() for one in whose]
    return Outcome(results, counting.batch, errors, list(search.others), batch.remarks, undecided)


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
        self.remarks: list[str] = []
        self.read: dict[int, Submission] = {}

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def tell(self, text: str) -> None:
        """Says it, and writes it into the log."""
        self.say(text)
        self.log.write("note", text)

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

    def tell_needs(self, counting: Counting) -> None:
        """Of whom it is not certain who they are, with the files and what to do."""
        doubted = [result for result in counting.batch if result.identity.doubts]
        if doubted:
            self.tell(f"What needs you: of {len(doubted)} submissions it is not certain whose they are. Exports leave "
                      "them out until you confirm them.")  # fmt: skip
            for paragraph in needs(doubted):
                self.tell(one_line(paragraph, 4000))
            self.tell(REMEDY)

    def of_exercise(self, found: Sequence[Found]) -> list[Found]:
        """What is handed in for the exercise that is graded.

        Where somebody's folder holds more notebooks of the course, as their copy of it does, these are passed over.
        """
        several = {learner for learner, times in Counter(item.learner for item in found).items() if times > 1}
        if self.assignment is None or not several:
            return list(found)
        says = {id(item): self._read(item) for item in found if item.learner in several}
        right = {item.learner for item in found if item.learner in several and not says[id(item)].problem}
        passed = [item for item in found if item.learner in right and says[id(item)].problem == WRONG_ASSIGNMENT
                  and not item.order]
        if passed:
            files = _listed([item.identity.file for item in passed])
            self.remarks.append(f"Passed over, because their folders hold a notebook of {self.assignment}: {files}.")
            self.say(self.remarks[-1])
        skip = set(map(id, passed))
        return [item for item in found if id(item) not in skip]

    def move(self, found: Sequence[Found], gradebook: Gradebook) -> None:
        """Moves what is kept as somebody else's to those whose it is now known to be."""
        now: dict[str, list[Found]] = {}
        for item in found:
            now.setdefault(item.identity.file, []).append(item)
        called = {file: {(item.learner, item.name) for item in items} for file, items in now.items()}
        moves: dict[Move, str] = {}
        for file, content, learner, name, assignment in gradebook.elsewhere(called):
            item, *more = now[file]
            if not more and content_of(item) == content:
                moves[Move(learner, name, assignment, item.learner, item.name)] = file
        for (move, file), became in zip(moves.items(), gradebook.move(list(moves)), strict=True):
            if move.learner != move.to:
                self.tell(became.told(file, move))

    def move_renamed(self, found: Sequence[Found], paths: Sequence[Path], gradebook: Gradebook) -> None:
        """What is kept of a file that is gone, and was handed in now under another name, as another's.

        Only of the folders that are graded now: what lies elsewhere may still be there. One file that is gone and one
        that is new are one that was renamed. Where there are more, which is which is for the instructor to say.
        """
        there = {item.identity.file for item in found}
        kept = gradebook.files()
        roots = _roots(found, paths)
        gone: dict[str, list[tuple[str, str, str, str, str]]] = {}
        for row in kept:
            if row[0] not in there and _is_gone(row[0], roots) and self.assignment in (None, row[4]):
                gone.setdefault(row[1], []).append(row)
        before = {row[:2] for row in kept}
        names = {row[0] for row in kept}
        new: dict[str, list[Found]] = {}
        for item in found if gone else ():
            content = content_of(item)
            if content in gone and (item.identity.file, content) not in before:
                new.setdefault(content, []).append(item)
        moves: dict[Move, str] = {}
        doubted: dict[str, str] = {}
        for content, items in new.items():
            item, *more = items
            row, *others = gone[content]
            if {row[2] for row in gone[content]} == {item.learner for item in items}:
                continue  # the same people, who call their files otherwise
            if not more and not others and item.identity.file not in names:
                moves[Move(*row[2:], to=item.learner, new_name=item.name)] = row[0]
            else:
                listed = joined(sorted(f"{item.identity.file} (as {item.learner})" for item in items))
                doubted |= {row[0]: f"{RENAMED}{listed}" for row in gone[content]}
        for (move, file), became in zip(moves.items(), gradebook.move(list(moves)), strict=True):
            self.tell(f"{one_line(file, 200)} is gone, and the same file is now called otherwise. "
                      f"{became.told(file, move)}")
        for result in gradebook.stored() if doubted else ():
            if why := doubted.get(result.identity.file):
                gradebook.restate(replace(result, identity=replace(result.identity, confirmed=False).doubted(why)))

    def tell_older(self, found: Sequence[Found], gradebook: Gradebook) -> None:
        """Scores set by hand of somebody whom nobody is any more, since files are named by better rules."""
        learners = {item.learner for item in found}
        names = {item.path.name for item in found}
        for learner, name, assignment, questions in gradebook.without_a_path():
            if learner not in learners and PurePosixPath(name).name in names and self.assignment in (None, assignment):
                self.tell(
                    f"What needs you: scores set by hand of {one_line(learner, 80)} in {assignment} ({questions}) are "
                    f"of {one_line(name, 120)}, which an earlier version graded without its path, and nobody is called "
                    "so now. If it is somebody's here, set them again with `autograder adjust`, and take the old ones "
                    "back with --undo.")  # fmt: skip

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
            self.read[position] = replace(submission, cells=(), files={})  # what is told of it; the rest is large
            fingerprint_ = self._fingerprint(submission)
            known = gradebook.find(item.learner, item.name, fingerprint_)
            if known is not None:
                results[position] = self._handed_in(known, position)
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

    def _handed_in(self, result: SubmissionResult, position: int) -> SubmissionResult:
        """The result, with what is known of its handing in."""
        found, submission = self.found[position], self.read[position]
        flags = tuple(flag for flag in result.flags if not flag.startswith(LEFT_OUT))
        if submission.left_out:
            flags = (*flags, f"{LEFT_OUT}: {_listed(submission.left_out)}")
        return replace(result, order=found.order, late=found.late, handed_in=found.handed_in, flags=flags,
                       identity=replace(found.identity, content=submission.sha256))

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
                engine = worker.engine(self.confined, own.ready())
                if local:
                    engine.start()
                self.timeouts[own.name] = self.timeout or default_timeout(
                    self.assignments[own.name][0], own, engine, self.memory_mb
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
        result = self._handed_in(result, position)
        # What the grader failed on is tried again next time.
        gradebook.record(result, "" if result.status is Verdict.ERROR else fingerprint_)
        self.log.result(result)
        results[position] = result
        progress.add(result.status)


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


def _roots(found: Sequence[Found], paths: Sequence[Path]) -> dict[str, tuple[Path, bool]]:
    """How messages call the folders that are graded, with where they are, and whether all that is in them is graded."""
    roots: dict[str, tuple[Path, bool]] = {}
    for item in found:
        above = list(PurePosixPath(item.identity.file).parents)
        for path in paths:
            if item.path == path and above:
                roots.setdefault(above[0].as_posix(), (path.parent, False))
            elif path in item.path.parents and len(depth := item.path.relative_to(path).parts) <= len(above):
                roots[above[len(depth) - 1].as_posix()] = path, True
    return roots


def _is_gone(file: str, roots: Mapping[str, tuple[Path, bool]]) -> bool:
    """Whether a file lay in one of the folders, and does not any more."""
    for place, parent in enumerate(PurePosixPath(file).parents):
        root, whole = roots.get(parent.as_posix(), (None, False))
        if root is not None and (whole or place == 0):
            return not os.path.lexists(root / PurePosixPath(file).relative_to(parent))
    return False


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
