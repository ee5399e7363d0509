"""`autograder verify --mutants`: counts the mutants of each solution that the tests kill, and lists those they miss.

A mutant that earns its question's full points has survived. Either it is
*equivalent*: it gives what the solution gives on fresh valid inputs (`same`).
Or it is *permitted*: a sentence of the question allows it, and `permitted.yaml`
quotes that. Whatever is left is unexplained: a hole in the tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder import course
from autograder.authoring import trial
from autograder.authoring.casefiles import load_notebook
from autograder.authoring.corpus import Permitted
from autograder.authoring.mutants.operators import Mutant, mutants
from autograder.authoring.mutants.permitted import permitted
from autograder.authoring.mutants.runner import Job, Outcome, Task
from autograder.course import METADATA_KEY, Assignment, CourseError

KILLED, EQUIVALENT, PERMITTED, UNEXPLAINED = "killed", "equivalent", "permitted", "unexplained"

TIMES_THE_SOLUTION = 10.0
LEAST_SECONDS = 15.0
"""A mutant may take so many times what its solution takes, and at least this many seconds; then it is killed."""

COMPARING_SECONDS = 300.0
"""Seconds that comparing two answers on all inputs may take."""


@dataclass(frozen=True)
class Fate:
    """The fate of one mutant.

    Attributes:
        question: whose solution it changes.
        mutant: the change.
        fate: killed, equivalent, permitted or unexplained.
        why: what killed it, the inputs on which it gives the same, the sentence that allows it, or its difference from
            the solution.
    """

    question: str
    mutant: Mutant
    fate: str
    why: str

    def __str__(self) -> str:
        return f"{self.question}, line {self.mutant.line}: {self.mutant.change}"


@dataclass(frozen=True)
class Examined:
    """All mutants of an exercise, or of some of its questions.

    `stale`: entries of `permitted.yaml` for which no mutant survives under that name.
    """

    assignment: Assignment
    fates: tuple[Fate, ...]
    stale: tuple[str, ...]
    seconds: float

    def of(self, fate: str) -> list[Fate]:
        return [one for one in self.fates if one.fate == fate]

    @property
    def well(self) -> bool:
        return not self.stale and not self.of(UNEXPLAINED)


def examine(assignment: Assignment, questions: Collection[str] = (), jobs: int | None = None,
            least_seconds: float = LEAST_SECONDS) -> Examined:
    """Tries all mutants of an exercise, or of the questions named.

    Args:
        assignment: the exercise, built.
        questions: only these; all when empty.
        jobs: mutants side by side; one per core when not given.
        least_seconds: see `LEAST_SECONDS`.

    Raises:
        CourseError: a solution does not pass its own tests, or a file beside the master is not in order.
    """
    began = time.monotonic()
    allowed = [entry for entry in permitted(assignment) if not questions or entry.question in questions]
    cells, answers = _cells(assignment)
    chosen = [question.name for question in assignment.questions if not questions or question.name in questions]
    inputs = course.master(assignment.name).with_name("inputs.py")
    job = Job(cells, answers, str(assignment.tests), str(inputs) if inputs.is_file() else "",
              jobs or os.cpu_count() or 1)
    all_mutants = [(name, mutant) for name in chosen for mutant in mutants(cells[answers[name]])]

    with Runner(job) as runner:
        solutions = runner.run([Task(number, name, cells[answers[name]], trial.TIME_LIMIT)
                                for number, name in enumerate(chosen)])
        for number, name in enumerate(chosen):
            if not solutions[number].passed:
                raise CourseError(f"{assignment.name}, question {name}: its own solution does not pass: "
                                  f"{solutions[number].why}")
        limits = {name: max(least_seconds, TIMES_THE_SOLUTION * solutions[number].seconds)
                  for number, name in enumerate(chosen)}
        tried = runner.run([Task(number, name, mutant.code, limits[name])
                            for number, (name, mutant) in enumerate(all_mutants)])
        compared = runner.run([Task(number, name, mutant.code, COMPARING_SECONDS, same_as=cells[answers[name]])
                               for number, (name, mutant) in enumerate(all_mutants) if tried[number].passed])
    fates = tuple(_fate(name, mutant, tried[number], compared.get(number), allowed)
                  for number, (name, mutant) in enumerate(all_mutants))
    return Examined(assignment, fates, _stale(allowed, fates), time.monotonic() - began)


def _cells(assignment: Assignment) -> tuple[list[str], dict[str, int]]:
    """Returns the solved notebook's code cells without its checks, and which of them are the answers."""
    cells: list[str] = []
    answers: dict[str, int] = {}
    for cell in load_notebook(assignment.solution)["cells"]:
        if cell["cell_type"] != "code" or "grader.check" in cell["source"]:
            continue
        answer = cell["metadata"].get(METADATA_KEY, {}).get("answer")
        if answer:
            answers[answer] = len(cells)
        cells.append(cell["source"])
    return cells, answers


class Runner:
    """A process that tries answers; it imports what they need once, and forks."""

    def __init__(self, job: Job) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="mutants-")
        folder = Path(self._scratch.name)
        asked = folder / "job.json"
        asked.write_text(json.dumps(asdict(job)), encoding="utf-8")
        self._output = (folder / "output.txt").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.authoring.mutants.runner", str(asked)], cwd=folder / "work",
            env=trial.furnish(folder / "work"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._output)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._output.close()
        self._scratch.cleanup()

    def run(self, tasks: Sequence[Task]) -> dict[int, Outcome]:
        """Returns the outcome of each task, by its number. Each has a limit, and so have all of them together.

        Raises:
            CourseError: the process itself ended too soon, or did not keep the limits.
        """
        if not tasks:
            return {}
        sent, received = self._process.stdin, self._process.stdout
        assert sent and received
        outcomes: dict[int, Outcome] = {}
        guard = threading.Timer(trial.TIME_LIMIT + sum(task.seconds for task in tasks), self._process.kill)
        guard.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                sent.write(json.dumps([asdict(task) for task in tasks]).encode() + b"\n")
                sent.flush()
            while len(outcomes) < len(tasks) and (line := received.readline()):
                one = Outcome(**json.loads(line))
                outcomes[one.number] = one
        finally:
            guard.cancel()
        if len(outcomes) < len(tasks):
            self._output.seek(0)
            said = self._output.read().decode(errors="replace")[-2000:]
            raise CourseError(f"The process that tries mutants ended after {len(outcomes)} of {len(tasks)}:\n{said}")
        return outcomes


def _fate(name: str, mutant: Mutant, tried: Outcome, compared: Outcome | None, allowed: Sequence[Permitted]) -> Fate:
    if not tried.passed or compared is None:
        return Fate(name, mutant, KILLED, tried.why)
    if compared.passed:
        return Fate(name, mutant, EQUIVALENT, compared.why)
    for entry in allowed:
        if entry.question == name and mutant.change in entry.mutants:
            return Fate(name, mutant, PERMITTED, entry.sentence)
    return Fate(name, mutant, UNEXPLAINED, compared.why)


def _stale(allowed: Sequence[Permitted], fates: Sequence[Fate]) -> tuple[str, ...]:
    """Returns permitted mutants that need no permission: killed, equivalent, or no mutant at all."""
    by_name = {(fate.question, fate.mutant.change): fate.fate for fate in fates}
    return tuple(f"{entry.where}: {entry.question}: {change!r} is {by_name.get((entry.question, change), 'no mutant')}"
                 for entry in allowed for change in entry.mutants
                 if by_name.get((entry.question, change)) != PERMITTED)


def verify_mutants(names: Sequence[str], console: Console,
                   find: Callable[[str], Assignment] = course.assignment) -> bool:
    """Examines the exercises called `names`, or all; returns True when nothing is unexplained.

    Raises:
        CourseError: an exercise does not exist, is not built, or is not in order; others are examined before.
    """
    examined: dict[str, Examined] = {}
    left_out: dict[str, str] = {}
    for name in names or course.exercise_names():
        try:
            examined[name] = examine(find(name))
        except CourseError as error:
            left_out[name] = str(error)
            console.print(f"{name} is left out: {error}", style="bold red", markup=False, highlight=False)
            continue
        _say(examined[name], console)
    console.print(_summary(examined))
    return not left_out and all(one.well for one in examined.values())


def _say(examined: Examined, console: Console) -> None:
    """Prints what is left of an exercise, mutant by mutant."""
    for fate in examined.of(UNEXPLAINED):
        console.print(f"{examined.assignment.name}, {fate} ({fate.why})", style="bold red", markup=False,
                      highlight=False, soft_wrap=True)
    for stale in examined.stale:
        console.print(f"{stale}; take it out", style="bold red", markup=False, highlight=False, soft_wrap=True)


def _summary(examined: Mapping[str, Examined]) -> Table:
    table = Table(title="Mutants", title_justify="left")
    for heading in ("exercise", "mutants", KILLED, EQUIVALENT, PERMITTED, UNEXPLAINED, "seconds"):
        table.add_column(heading, justify="left" if heading == "exercise" else "right")
    for name, one in examined.items():
        count = Counter(fate.fate for fate in one.fates)
        table.add_row(name, str(len(one.fates)), *(str(count[fate]) for fate in (KILLED, EQUIVALENT, PERMITTED)),
                      str(count[UNEXPLAINED]), f"{one.seconds:.0f}", style=None if one.well else "bold red")
    return table
