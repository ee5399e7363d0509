"""Every attack beside two honest notebooks, a slow one and a quick one: neither score, verdict nor time may change.

    python -m tests.corpora.neighbors [CASE...]

At each level of isolation that holds here; as root and, where it was started as root, as an ordinary user, too. What
"no longer" means is measured first, beside a harmless notebook that is as busy. `make verify` runs it on all cases,
which takes more than an hour; `tests/corpora/test_attacks.py` has all of them in a few batches with some neighbors.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

from autograder.authoring import corpus
from autograder.authoring.corpus import ATTACKS, Edit, Insert
from autograder.authoring.variants import apply, hand_in, write_notebook
from autograder.bridge.notebooks import Notebooks
from autograder.course import ROOT, Assignment, assignment, exercise_names
from autograder.grading import engine
from autograder.grading.bundle import Bundle, bundle
from autograder.grading.engine import Engine
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits, grade
from autograder.submissions.find import find
from autograder.submissions.read import read_submission
from tests.corpora.host import Host
from tests.ordinary_user import as_ordinary_user
from tests.sandboxes import levels_here

EXERCISE = "02-preprocessing"
SLOW_SECONDS = 0.8
"""What a slow neighbor sleeps before each of its checks: so it is at work while the attack is."""
LIMITS = RunLimits(timeout=15.0, memory_mb=4096)
BUSY = Edit(insert=(Insert("after setup", "while True: pass"),))
TIMES, MORE = 2.0, 4.0
"""A neighbor may take this many times as long as beside a busy one, and this many seconds more: other programs of the
machine share it, and an attack on memory or on the disk costs the machine itself some time."""


BESIDE = ATTACKS / "beside_neighbors"
"""Attacks of which nothing is expected but that they harm nobody; what stands in them, solutions/attacks says."""


def read_beside(path: Path) -> Edit:
    """The notebook that a file of `BESIDE` describes.

    Raises:
        ValueError: a section does not begin as it should.
    """
    replace, insert = {}, []
    for section in f"\n{path.read_text(encoding='utf-8')}".split("\n# %% ")[1:]:
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


def side_by_side(folder: Path, running: Engine) -> dict[str, SubmissionResult]:
    """Grades all of `folder` at once; by learner. What cannot be read is left out: nothing of it runs."""
    bundles: dict[str, Bundle] = {}
    tasks = {}
    for found in find([folder]).found:
        submission = read_submission(found, None, exercise_names())
        if not submission.problem:
            bundles.setdefault(submission.assignment, bundle(assignment(submission.assignment)))
            tasks[f"{found.learner}/{found.name}"] = submission
    with ThreadPoolExecutor(len(tasks)) as pool:
        done = {name: pool.submit(grade, one, bundles[one.assignment], running, LIMITS) for name, one in tasks.items()}
        return {name.partition("/")[0]: future.result() for name, future in done.items()}


def harmed(results: dict[str, SubmissionResult], usual: dict[str, float]) -> Iterator[str]:
    """What is wrong with the neighbors."""
    for name, seconds in usual.items():
        result = results[name]
        if (result.status, result.score) != (Verdict.GRADED, result.possible):
            yield f"{name}: {result.status.value}, {result.score:g} of {result.possible:g}: {result.reason}"
        elif result.seconds > TIMES * seconds + MORE:
            yield f"{name}: {result.seconds:.1f} s, and {seconds:.1f} s beside a busy one"


def tried(level: str, names: Sequence[str]) -> list[str]:
    """Tries the cases at `level`; what went wrong, one line each."""
    exercise = assignment(EXERCISE)
    problems: list[str] = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "class"
        stack.enter_context(mock.patch.object(
            engine, "Notebooks", lambda level_, **options: Notebooks(level, **options)))
        host = stack.enter_context(Host(exercise, folder))
        running = stack.enter_context(Engine())

        def batch(name: str) -> dict[str, SubmissionResult]:
            shutil.rmtree(folder, ignore_errors=True)
            if name == "busy":
                write_notebook(apply(BUSY, exercise), folder / "busy.ipynb")
            elif (beside := BESIDE / f"{name}.py").is_file():
                write_notebook(apply(read_beside(beside), exercise, host.values), folder / f"{name}.ipynb")
            else:
                case = corpus.read_attack(ATTACKS / name, assignment)
                hand_in(case, assignment(case.assignment), folder, host.values)
            write_notebook(apply(slow(exercise), exercise), folder / "slow-neighbor.ipynb")
            write_notebook(apply(Edit(), exercise), folder / "neighbor-0.ipynb")
            return side_by_side(folder, running)

        beside_busy = batch("busy")
        usual = {name: beside_busy[name].seconds for name in ("slow-neighbor", "neighbor-0")}
        problems += [f"busy: {problem}" for problem in harmed(beside_busy, usual)]
        for name in names:
            found = list(harmed(batch(name), usual))
            if found and all(" beside a busy one" in one for one in found):
                found = list(harmed(batch(name), usual))  # another program may have been at work
            print(f"{level}: {name}: {'; '.join(found) or 'no neighbor harmed'}", flush=True)
            problems += [f"{level}: {name}: {problem}" for problem in found]
    return problems


def main(names: Sequence[str]) -> int:
    """Tries `names`, or all cases, at all levels, as all users; returns 0 when no neighbor was harmed."""
    cases = list(names) or [path.parent.name for path in sorted(ATTACKS.glob("*/case.yaml"))] + [
        path.stem for path in sorted(BESIDE.glob("*.py"))]
    print(f"{len(cases)} attacks as {'root' if os.geteuid() == 0 else 'an ordinary user'}", flush=True)
    problems = [problem for level in levels_here() for problem in tried(level, cases)]
    for problem in problems:
        print(problem, file=sys.stderr)
    as_user = 0
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", __spec__.name, *cases]
            as_user = subprocess.run(as_ordinary_user(command, ROOT, home), cwd=ROOT, check=False).returncode
    return 1 if problems or as_user else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
