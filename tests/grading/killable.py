"""A batch in a process of its own, for the tests to kill.

    python -m tests.grading.killable ROOT CLASS OUTPUT SECONDS

The notebooks are not run: a stand-in task gives each a result that depends only
on its code, after SECONDS. What is tried is the batch and its gradebook.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import time
from pathlib import Path

from autograder import course
from autograder.grading import batch, worker
from autograder.grading.bundle import code_digest
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict

SECONDS = 0.0


def stand_in(task: worker.Task) -> SubmissionResult:
    """A result that depends on the submission only."""
    time.sleep(SECONDS)
    print("a task is done", flush=True)
    digest = hashlib.sha256(code_digest(task.submission.cells).encode()).digest()
    questions = tuple(
        QuestionResult(question.name, digest[n] % 2 * question.points, question.points, "at-end")
        for n, question in enumerate(task.bundle.questions)
    )
    return SubmissionResult(
        task.submission.learner, task.submission.name, task.bundle.name, Verdict.GRADED, "", questions
    )


class NoEngine:
    """Nothing has to be started for a stand-in."""

    def start(self) -> str:
        return "none"


def main() -> None:
    global SECONDS
    # Where the tests run in the background of a script, SIGINT is ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    root, handed_in, output, seconds = sys.argv[1:]
    SECONDS = float(seconds)
    for name in ("exercises", "build", "solutions"):
        setattr(course, name.upper(), Path(root) / name)
    worker.grade_task = stand_in
    worker.engine = lambda confined, helpers=(): NoEngine()
    try:
        batch.grade_paths([Path(handed_in)], output=Path(output), jobs=2, timeout=5)
    except batch.BatchStopped as stopped:
        print(stopped)
        sys.exit(130)


if __name__ == "__main__":
    main()
