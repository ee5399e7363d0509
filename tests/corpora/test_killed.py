"""The real command, killed at random moments: nothing of it is left running, and the next run goes on.

`tests/grading/test_batch.py` kills a batch of stand-ins fifty times. Here the nursery, the checker and the
sandboxes are real, and so is the exercise; so the moments are few.
"""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring import corpus
from autograder.authoring.casefiles import apply, write_notebook
from autograder.authoring.corpus import Edit, Insert
from autograder.course import ROOT, assignment, quiet_environment
from autograder.grading.batch import GRADEBOOK
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import QuestionResult, Verdict
from tests.samples import sampled

EXERCISE = "02-preprocessing"
LEARNERS = 8
WHILE_IT_STARTS, AT_WORK = "while it starts", "at work"
MOMENTS = (WHILE_IT_STARTS, AT_WORK)
"""Each kill starts the command anew. `make verify` has twice as many."""
A_MOMENT = Insert("start", "import time\ntime.sleep(0.5)")
"""Takes no processor time, and leaves room for a kill."""

LIMIT = 10.0
"""Seconds that the killed command's processes may outlive it: those that are just importing TensorFlow notice its
end only after that."""


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """The solution, the untouched notebook, and one mistake each."""
    exercise = assignment(EXERCISE)
    mistakes = [mistake.edit for mistake in corpus.mistakes(exercise) if mistake.fails]
    step = len(mistakes) // (LEARNERS - 2)
    edits = [Edit(), Edit(base="untouched"), *mistakes[::step][:LEARNERS - 2]]
    for number, edit in enumerate(edits):
        slow = replace(edit, insert=(*edit.insert, A_MOMENT))
        write_notebook(apply(slow, exercise), tmp_path / "class" / f"learner{number}.ipynb")
    return tmp_path / "class"


def start(handed_in: Path, output: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", handed_in, "--output", output, "--jobs", "2", "--timeout", "60"],
        cwd=ROOT, env=quiet_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True)


def recorded(output: Path) -> list[tuple[str, str, Verdict, str, tuple[QuestionResult, ...]]]:
    """All that a result says, but for how long it took."""
    if not (output / GRADEBOOK).exists():
        return []
    with Gradebook(output / GRADEBOOK) as book:
        return [(result.learner, result.submission, result.status, result.reason, result.questions)
                for result in book.results()]


def running() -> dict[int, tuple[int, int]]:
    """Each living process, with its parent and its session."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if state not in "ZX":
                    found[int(folder.name)] = int(parent), int(session)
    return found


def families_of(command: int) -> dict[int, set[int]]:
    """The nursery and the checker, as far as they run, each with all below it."""
    families = {begun: {begun} for begun, (parent, _) in running().items() if parent == command}
    for family in families.values():
        family |= set(left_of(family))
    return families


def at_work(command: int) -> bool:
    """Whether a notebook is being graded: only then has the checker forked something, too."""
    families = families_of(command)
    return len(families) == 2 and all(len(processes) > 1 for processes in families.values())


def left_of(family: Iterable[int]) -> list[int]:
    """Those that run, of the family, of the sessions that it has begun, and what they have started since."""
    processes, known = running(), set(family)
    while more := {process for process, (parent, session) in processes.items()
                   if process not in known and (parent in known or session in known)}:
        known |= more
    return sorted(known & processes.keys())


def wait_for(moment: str, command: subprocess.Popen[bytes], moments: random.Random) -> None:
    """While the command and its two processes import what they need; or until a third notebook has begun, so that
    one of the two before it is done, and a moment longer."""
    if moment == WHILE_IT_STARTS:
        time.sleep(moments.uniform(0.5, 3.5))
        return
    seen: defaultdict[int, set[int]] = defaultdict(set)
    while command.poll() is None and not (len(seen) == 2 and all(len(processes) > 3 for processes in seen.values())):
        for begun, processes in families_of(command.pid).items():
            seen[begun] |= processes
        time.sleep(0.1)
    time.sleep(moments.uniform(0, 0.8))


def kill(command: subprocess.Popen[bytes]) -> set[int]:
    """Kills it, and nothing else; returns the processes that it has started, and they."""
    command.send_signal(signal.SIGSTOP)  # so that it starts nothing between the look and the kill
    family = set().union(*families_of(command.pid).values())
    command.kill()
    command.wait()
    return family


@pytest.mark.slow
@pytest.mark.parametrize("times", sampled([1, 2], [1]))
def test_the_command_killed_at_random_moments_leaves_nothing_and_goes_on(
        times: int, handed_in: Path, tmp_path: Path) -> None:
    assert start(handed_in, tmp_path / "whole").wait(300) == 0
    expected = recorded(tmp_path / "whole")
    assert len(expected) == LEARNERS
    assert len({sum(question.score for question in questions) for *_, questions in expected}) > 3
    moments = random.Random(11)
    output, known, midway, busy = tmp_path / "killed", 0, 0, 0
    for moment in MOMENTS * times:
        command = start(handed_in, output)
        wait_for(moment, command, moments)
        assert command.poll() is None, "it was done before it could be killed"
        busy += at_work(command.pid)
        family = kill(command)
        end = time.monotonic() + LIMIT
        while left := left_of(family):
            assert time.monotonic() < end, f"killed {moment}, it left {len(left)} processes running for {LIMIT:g} s"
            time.sleep(0.1)
        now = len(recorded(output))
        assert now >= known
        midway += known < now < LEARNERS
        known = now
    assert busy, "no kill met a sandbox"
    assert midway, "no kill came between two results"
    assert start(handed_in, output).wait(300) == 0
    assert recorded(output) == expected
