"""Every attack beside honest notebooks, slow and quick ones: neither score, verdict nor time may change.

    .venv/bin/python -m tests.corpora.neighbors [CASE...]

At each level of isolation that holds here; as root and, where it was started as root, as an ordinary user, too. A few
attacks run at any moment, and beside them two slow and two quick neighbors, each again and again. Where one is harmed,
every attack that was at work meanwhile is tried alone, to find which. What "no longer" means is measured first, beside
one harmless notebook that is as busy. `make verify` runs it on all cases; it says at its end how long that took.
`tests/corpora/test_attacks.py` has all of the corpus in a few batches with some neighbors.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from autograder.authoring import corpus
from autograder.authoring.casefiles import apply, hand_in, write_notebook
from autograder.authoring.corpus import ATTACKS, Edit, Insert
from autograder.bridge.notebooks import Notebooks
from autograder.course import ROOT, Assignment, assignment, exercise_names
from autograder.grading import engine
from autograder.grading.bundle import Bundle, bundle
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits
from autograder.grading.worker import Task, grade_task
from autograder.submissions.find import find
from autograder.submissions.read import Submission, read_submission
from tests.corpora.host import Host
from tests.engines import Engines
from tests.ordinary_user import as_ordinary_user
from tests.sandboxes import levels_here

EXERCISE = "02-preprocessing"
TOGETHER = 6
"""Attacks at work at the same moment."""
REST = 1.0
"""Seconds between two rounds of a neighbor, in which the processor is the attacks'."""
APART = 10
"""Attacks whose names follow one another, such as those on memory, are tried so far apart that they do not meet."""
SLOW_SECONDS = 0.8
"""What a slow neighbor sleeps before each of its checks: so it is at work while the attack is."""
LIMITS = RunLimits(timeout=15.0, memory_mb=4096)
BUSY = Edit(insert=(Insert("after setup", "while True: pass"),))
TIMES, MORE = 2.0, 4.0
"""A neighbor may take this many times as long as beside one busy notebook, and this many seconds more: other programs
of the machine share it, and an attack on memory or on the disk costs the machine itself some time."""


BESIDE = ATTACKS / "beside_neighbors"
"""Attacks of which nothing is expected but that they harm nobody; what stands in them, solutions/attacks says."""
TRIES = BESIDE / "tries.txt"
"""What many of them begin with; `@TRIES@` stands for it."""


def read_beside(path: Path) -> Edit:
    """The notebook that a file of `BESIDE` describes.

    Raises:
        ValueError: a section does not begin as it should.
    """
    replace, insert = {}, []
    text = path.read_text(encoding="utf-8").replace("@TRIES@", TRIES.read_text(encoding="utf-8"))
    for section in f"\n{text}".split("\n# %% ")[1:]:
        head, _, code = section.partition("\n")
        said = re.fullmatch(r"(?:replace (?P<cell>q\d_\d)|insert (?P<where>.+?)(?: times (?P<times>\d+))?)", head)
        if said is None:
            raise ValueError(f"{path.name}: {head!r} is neither `replace CELL` nor `insert WHERE`")
        if said["cell"]:
            replace[said["cell"]] = code
        else:
            cells = [_lines(code).replace("{K}", str(number)) for number in range(int(said["times"] or 1))]
            insert += [Insert(said["where"], cell) for cell in cells]
    return Edit(replace=replace, insert=tuple(insert))


def _lines(code: str) -> str:
    """A line with `{V}` stands for 256 lines, one with `{W}` for 4,096."""
    lines = []
    for line in code.split("\n"):
        mark, count = next(((mark, count) for mark, count in (("{V}", 256), ("{W}", 4096)) if mark in line), ("", 1))
        lines += [line.replace(mark, str(value)) if mark else line for value in range(count)]
    return "\n".join(lines)


def slow(exercise: Assignment) -> Edit:
    """An honest notebook that takes its time."""
    wait = f"import time\ntime.sleep({SLOW_SECONDS})"
    return Edit(insert=tuple(Insert(f"before check {question.name}", wait) for question in exercise.questions))


Grade = Callable[[Submission], SubmissionResult]


@dataclass(frozen=True)
class Round:
    """A neighbor, graded once.

    neighbor: its name.
    result: what it got.
    beside: the attacks that were at work meanwhile.
    """

    neighbor: str
    result: SubmissionResult
    beside: frozenset[str]


@dataclass(frozen=True)
class Harm:
    """What is wrong with a neighbor, and which attacks may have done it. `slow`: it is only late."""

    text: str
    suspects: frozenset[str]
    slow: bool = False


def side_by_side(
    attacks: Mapping[str, Sequence[Submission]], neighbors: Mapping[str, Submission], grade: Grade
) -> tuple[list[Round], list[Harm]]:
    """Grades the attacks, `TOGETHER` at a time, and meanwhile each neighbor again and again, at least once.

    Args:
        attacks: by case, what is handed in.
        neighbors: by name.
        grade: grades one submission.

    Returns:
        All rounds of the neighbors; and the attacks on which the grader itself failed.
    """
    at_work: set[str] = set()
    meanwhile: dict[str, set[str]] = {}
    rounds: list[Round] = []
    failed: list[Harm] = []
    lock, over = threading.Lock(), threading.Event()

    def attack(name: str, submission: Submission) -> None:
        with lock:
            at_work.add(name)
            for beside in meanwhile.values():
                beside.add(name)
        result = grade(submission)
        with lock:
            at_work.discard(name)
            if result.status is Verdict.ERROR:
                failed.append(Harm(f"the grader failed on it: {result.reason}", frozenset({name})))

    def neighbor(name: str, submission: Submission) -> None:
        while True:
            last = over.is_set()
            with lock:
                meanwhile[name] = set(at_work)
            result = grade(submission)
            with lock:
                rounds.append(Round(name, result, frozenset(meanwhile[name])))
            if last or over.wait(REST):
                return

    with ThreadPoolExecutor(TOGETHER) as attackers, ThreadPoolExecutor(len(neighbors)) as honest:
        at_home = [honest.submit(neighbor, name, submission) for name, submission in neighbors.items()]
        hostile = [attackers.submit(attack, name, submission) for name, handed_in in attacks.items()
                   for submission in handed_in]
        try:
            for future in hostile:
                future.result()
        finally:
            over.set()
        for future in at_home:
            future.result()
    return rounds, failed


def harmed(rounds: Sequence[Round], usual: Mapping[str, float]) -> Iterator[Harm]:
    """What is wrong with the neighbors. `usual`: how many seconds each takes beside a busy notebook."""
    for one in rounds:
        result, seconds = one.result, usual[one.neighbor]
        if (result.status, result.score) != (Verdict.GRADED, result.possible):
            text = f"{result.status.value}, {result.score:g} of {result.possible:g}: {result.reason}"
            yield Harm(f"{one.neighbor}: {text}", one.beside)
        elif result.seconds > TIMES * seconds + MORE:
            text = f"{result.seconds:.1f} s, and {seconds:.1f} s beside a busy one"
            yield Harm(f"{one.neighbor}: {text}", one.beside, slow=True)


def problems(
    attacks: Mapping[str, Sequence[Submission]], neighbors: Mapping[str, Submission], grade: Grade,
    usual: Mapping[str, float], say: Callable[[str], None] = print
) -> list[str]:
    """Tries the attacks together, and those beside which a neighbor was harmed alone; one line for each problem."""
    def tried(names: Sequence[str]) -> list[Harm]:
        rounds, failed = side_by_side({name: attacks[name] for name in names}, neighbors, grade)
        return [*harmed(rounds, usual), *failed]

    found = tried(list(attacks))
    suspects = [name for name in attacks if any(name in harm.suspects for harm in found)]
    told = [harm.text for harm in found if not harm.suspects]
    for harm in found:
        say(f"{harm.text} (beside {', '.join(sorted(harm.suspects)) or 'no attack'})")
    for name in suspects:
        alone = tried([name])
        if alone and all(harm.slow for harm in alone):
            alone = tried([name])  # another program may have been at work
        say(f"{name} alone: {'; '.join(harm.text for harm in alone) or 'no neighbor harmed'}")
        told += [f"{name}: {harm.text}" for harm in alone]
    if suspects and not told:
        told += [f"{', '.join(sorted(harm.suspects))} together: {harm.text}" for harm in tried(suspects)]
    return told


def spread(names: Sequence[str]) -> list[str]:
    """The names in an order in which those that follow one another are far apart."""
    return [name for start in range(APART) for name in names[start::APART]]


def handed_in(name: str, folder: Path, exercise: Assignment, host: Host) -> list[Submission]:
    """What a case hands in and what can be read of it. Of the rest nothing runs."""
    if name == "busy":
        write_notebook(apply(BUSY, exercise), folder / "busy.ipynb")
    elif (beside := BESIDE / f"{name}.py").is_file():
        write_notebook(apply(read_beside(beside), exercise, host.values), folder / f"{name}.ipynb")
    else:
        case = corpus.read_attack(ATTACKS / name, assignment)
        hand_in(case, assignment(case.assignment), folder, host.values)
    return [submission for found in find([folder]).found
            if not (submission := read_submission(found, None, exercise_names())).problem]


def tried(level: str, names: Sequence[str]) -> list[str]:
    """Tries the cases at `level`; what went wrong, one line each."""
    exercise = assignment(EXERCISE)
    bundles: dict[str, Bundle] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(mock.patch.object(
            engine, "Notebooks", lambda level_, **options: Notebooks(level, **options)))
        host = stack.enter_context(Host(exercise, folder / "class"))
        stack.enter_context(stack.enter_context(Engines()).shared())

        def grade(submission: Submission) -> SubmissionResult:
            result = grade_task(Task(submission, bundles[submission.assignment], LIMITS, confined=True))
            if submission.learner not in neighbors:
                print(f"{level}: {submission.learner}: {result.status.value}, {result.seconds:.1f} s", flush=True)
            return result

        for number in range(4):
            edit = Edit() if number % 2 == 0 else slow(exercise)
            write_notebook(apply(edit, exercise), host.handed_in / f"neighbor-{number}.ipynb")
        neighbors = {found.learner: read_submission(found, None, exercise_names())
                     for found in find([host.handed_in]).found}
        attacks = {name: handed_in(name, folder / "attacks" / name, exercise, host) for name in ("busy", *names)}
        for submissions in attacks.values():
            for submission in submissions:
                if submission.assignment not in bundles:
                    bundles[submission.assignment] = bundle(assignment(submission.assignment))
        rounds, _ = side_by_side({"busy": attacks.pop("busy")}, neighbors, grade)
        usual = {name: max(one.result.seconds for one in rounds if one.neighbor == name) for name in neighbors}
        print(f"{level}: beside a busy one: {usual}", flush=True)
        found = [f"busy: {harm.text}" for harm in harmed(rounds, usual)]
        found += problems(attacks, neighbors, grade, usual, lambda line: print(f"{level}: {line}", flush=True))
        return [f"{level}: {problem}" for problem in found]


def main(names: Sequence[str]) -> int:
    """Tries `names`, or all cases, at all levels, as all users; returns 0 when no neighbor was harmed."""
    cases = list(names) or spread([path.parent.name for path in sorted(ATTACKS.glob("*/case.yaml"))] + [
        path.stem for path in sorted(BESIDE.glob("*.py"))])
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    began = time.monotonic()
    found = [problem for level in levels_here() for problem in tried(level, cases)]
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(cases)} attacks as {who}, {time.monotonic() - began:.0f} s: {len(found) or 'no'} problems", flush=True)
    as_user = 0
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", __spec__.name, *cases]
            as_user = subprocess.run(as_ordinary_user(command, ROOT, home), cwd=ROOT, check=False).returncode
    return 1 if found or as_user else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
