"""Runs a notebook of our own against its full tests, as `otter run` does, in a process of its own.

The builder uses it to check a master's promises before anything is written. It
is only for notebooks that this repository made: nothing is confined here, and
it must never run anything that a learner handed in.

    python -m autograder.authoring.trial NOTEBOOK TESTS RESULTS PORTRAIT PREDICTIONS
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from autograder import course
from autograder.authoring import wrong
from autograder.course import CourseError
from autograder.grading import causes

TIME_LIMIT = 1200.0
"""Seconds that a whole notebook may take. A solution that trains takes a minute or two."""


@dataclass
class TrialResult:
    """The outcome of a trial.

    Attributes:
        error: of the first cell that raised, with its source; empty when none did.
        scores: question -> points earned.
        failures: question -> messages of the test cases that failed.
        problems: what is wrong with the wrong variants, where they were tried.
        causes: the facts about them that learners get, by question.
        no_portrait: why no portrait of the network could be made; empty where one was, or was not asked for.
    """

    error: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    no_portrait: str = ""
    problems: list[str] = field(default_factory=list)
    causes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Running:
    """A trial under way."""

    notebook: Path
    process: subprocess.Popen[bytes]
    results: Path
    output: BinaryIO

    def result(self) -> TrialResult:
        """Waits for the outcome.

        Raises:
            CourseError: the process hung or died, which is the notebook's fault.
        """
        try:
            code = self.process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise CourseError(f"{self.notebook.name} was stopped after {TIME_LIMIT:.0f} seconds.") from None
        with self.output:
            if code != 0:
                self.output.seek(0)
                end = self.output.read().decode(errors="replace")[-2000:]
                raise CourseError(f"{self.notebook.name} ended its process with code {code}:\n{end}")
        return TrialResult(**json.loads(self.results.read_text(encoding="utf-8")))


def furnish(folder: Path) -> dict[str, str]:
    """Makes `folder`, with digits.py and the data in it; returns the environment of a process that works there."""
    folder.mkdir()
    for file in course.SUPPORT_FILES:
        (folder / file).symlink_to(course.EXERCISES / file)
    return course.quiet_environment() | {
        "MPLBACKEND": "agg", "IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(folder)}


def start(
    notebook: Path, tests: Path, folder: Path, portrait: Path | None = None, predictions: Collection[str] | None = None
) -> Running:
    """Starts a trial of `notebook` against the test files in `tests`, and of its file `portrait` where there is one.

    If `predictions` is given, which may be empty, the wrong variants beside the tests are tried as well, and learners
    get nothing about those of these questions.

    `folder` must not exist yet; it becomes the working folder, with digits.py and the data.
    """
    environment = furnish(folder)
    results, output = folder / "results.json", (folder / "output.txt").open("w+b")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.authoring.trial", str(notebook), str(tests), str(results),
         str(portrait or ""), "-" if predictions is None else " ".join(predictions)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    return Running(notebook, process, results, output)


@contextmanager
def _while_unwritten() -> Iterator[None]:
    """Stands for `digits.once_written`: only what is unwritten may stop a cell, for a solution's error is an error."""
    try:
        yield
    except NotImplementedError as error:
        print(error)


def run(
    notebook: Path, tests: Path, portrait: Path | None = None, predictions: Collection[str] | None = None
) -> TrialResult:
    """Runs in this process the code cells of `notebook`, every question's test file, and the extras of `start`."""
    import nbformat
    import otter
    from IPython.core.interactiveshell import InteractiveShell
    from otter.execute import Checker

    importlib.import_module("digits").once_written = _while_unwritten  # type: ignore[attr-defined]
    otter.Notebook.init_grading_mode(str(tests))
    shell = InteractiveShell.instance()
    trial = TrialResult()
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        outcome = shell.run_cell(cell.source)
        if not outcome.success:
            error = outcome.error_before_exec or outcome.error_in_exec
            trial.error = f"{type(error).__name__}: {error}\nin the cell\n{cell.source}"
            break
    for path in sorted(tests.glob("*.py")):
        Checker.check_if_not_already_checked(str(path), shell.user_ns)
    for result in Checker.get_results():
        trial.scores[result.name] = result.score
        trial.failures[result.name] = [case.message for case in result.test_case_results if not case.passed]
    if portrait and not trial.error:
        from autograder.grading.portrait import make

        try:
            if not make(portrait, shell.user_ns).curves:
                trial.no_portrait = "it has no learning curve"
        except Exception as error:
            trial.no_portrait = f"{type(error).__name__}: {error}"
    if predictions is not None and not trial.error:
        proof = wrong.prove(causes.load(tests.with_name(course.VARIANTS)), tests, shell.user_ns, frozenset(predictions))
        trial.problems, trial.causes = proof.problems, proof.public
    return trial


if __name__ == "__main__":
    notebook, tests, results, portrait, predictions = sys.argv[1:]
    came = run(Path(notebook), Path(tests), Path(portrait) if portrait else None,
               None if predictions == "-" else predictions.split())
    # A notebook may print what it likes, so the results go to a file.
    Path(results).write_text(json.dumps(asdict(came)), encoding="utf-8")
    os._exit(0)  # skip TensorFlow's clean-up at exit, which is slow
