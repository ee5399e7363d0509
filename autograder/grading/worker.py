"""Grades one submission wherever the task lands: in a thread here, in another process, on another machine.

Runs with the controller, or on a worker of a cluster; never in the checker. A
task is plain data. Each process has an engine for each kind of task: with the
sandbox or without, with TensorFlow or without. The first task of its kind
starts it, and all that follow share it.
"""

from __future__ import annotations

import atexit
import logging
import threading
import traceback
from dataclasses import dataclass

from autograder.course import CourseError
from autograder.grading import submission as one
from autograder.grading.bundle import EVERYTHING, Bundle, Ready
from autograder.grading.engine import Engine, StoppedError
from autograder.grading.results import SubmissionResult
from autograder.grading.submission import RunLimits
from autograder.grading.text import one_line
from autograder.submissions.read import Submission

LOG = logging.getLogger("autograder")
"""The grader's own errors: in full in `grading.log` during a batch, and a line on standard error."""


@dataclass(frozen=True)
class Task:
    """One submission to grade."""

    submission: Submission
    bundle: Bundle
    limits: RunLimits
    confined: bool


BUNDLES: dict[str, Bundle] = {}
"""The place of an exercise's files on this machine, by digest, when it is not the one that the task names: see
`cluster`."""

_engines: dict[tuple[bool, Ready], Engine] = {}
_lock = threading.Lock()


def engine(confined: bool, ready: Ready = EVERYTHING) -> Engine:
    """Returns this process's engine for such tasks, which starts what it needs by itself. Arguments as in `Engine`."""
    with _lock:
        if (confined, ready) not in _engines:
            _engines[confined, ready] = Engine(confined, ready)
        return _engines[confined, ready]


def stop_engines() -> None:
    """Stops all engines at once; tasks that begin only now find a stopped engine."""
    with _lock:
        for running in _engines.values():
            running.stop()


@atexit.register
def close_engines() -> None:
    """Ends this process's nursery and checker."""
    with _lock:
        while _engines:
            _engines.popitem()[1].close()


def grade_task(task: Task) -> SubmissionResult:
    """Grades one submission with this process's engine.

    When the grader itself fails, the submission is tried once more; a second failure is the result.

    Raises:
        CourseError: this machine cannot isolate a notebook, and that was asked for.
    """
    bundle = BUNDLES.get(task.bundle.digest, task.bundle)
    for last in (False, True):
        try:
            ready = bundle.ready(task.submission)
            return one.grade(task.submission, bundle, engine(task.confined, ready), task.limits)
        except CourseError:
            raise
        except StoppedError:
            return one.ungraded(task.submission, bundle, "The batch was stopped.")
        except Exception as error:  # whatever it is, the batch goes on, and the instructor reads of it
            if last:
                LOG.error(
                    "The grader failed on %s by %s:\n%s%s",
                    one_line(task.submission.name, 80),
                    one_line(task.submission.learner, 80),
                    traceback.format_exc(),
                    getattr(error, "details", ""),  # messages of another process of the grader
                )
                return one.ungraded(
                    task.submission, bundle, one_line(f"The grader failed: {error}", 500)
                )
    raise AssertionError("unreachable")
