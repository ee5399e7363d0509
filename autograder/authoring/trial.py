"""Runs a notebook of our own against its full tests, as `otter run` does, in a process of its own.

Only for notebooks that this repository wrote: nothing is confined here. Used
by the builder to hold a master to its promises before anything is written.

    python -m autograder.authoring.trial NOTEBOOK TESTS RESULTS
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder import course


@dataclass
class Trial:
    """What came of it.

    Attributes:
        error: of the first cell that raised, with its source; empty when none did.
        scores: question -> points earned.
        possible: question -> points there are.
        failures: question -> messages of the test cases that failed.
    """

    error: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    possible: dict[str, float] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)


class Running:
    """A trial in a process of its own; `result()` waits for it."""

    def __init__(self, notebook: Path, tests: Path, folder: Path) -> None:
        """Start it. `folder` is empty and becomes its working folder, with digits.py and the data."""
        folder.mkdir()
        for file in course.SUPPORT_FILES:
            (folder / file).symlink_to(course.EXERCISES / file)
        self._results = folder / "results.json"
        self._log = (folder / "output.txt").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.authoring.trial", str(notebook), str(tests), str(self._results)],
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=course.quiet_environment() | {"MPLBACKEND": "agg", "PYTHONPATH": str(folder)},
        )

    def result(self) -> Trial:
        self._process.wait()
        if self._process.returncode != 0:
            self._log.seek(0)
            output = self._log.read().decode(errors="replace")
            raise RuntimeError(f"The trial run itself failed:\n{output[-3000:]}")
        self._log.close()
        return Trial(**json.loads(self._results.read_text(encoding="utf-8")))


def run(notebook: Path, tests: Path) -> Trial:
    """Run the code cells of `notebook` here and now, and every question's whole test file."""
    import nbformat
    import otter
    from IPython.core.interactiveshell import InteractiveShell
    from otter.execute import Checker

    otter.Notebook.init_grading_mode(str(tests))
    shell = InteractiveShell.instance()
    trial = Trial()
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        outcome = shell.run_cell(cell.source)
        if not outcome.success:
            error = outcome.error_before_exec or outcome.error_in_exec
            trial.error = f"{type(error).__name__}: {error}, in the cell\n{cell.source}"
            break
    for path in sorted(tests.glob("*.py")):
        Checker.check_if_not_already_checked(str(path), shell.user_ns)
    for result in Checker.get_results():
        trial.scores[result.name] = result.score
        trial.possible[result.name] = result.possible
        trial.failures[result.name] = [case.message for case in result.test_case_results if not case.passed]
    return trial


if __name__ == "__main__":
    # A notebook may print what it likes; the results go to a file.
    notebook, tests, results = (Path(argument) for argument in sys.argv[1:])
    Path(results).write_text(json.dumps(asdict(run(notebook, tests))), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)  # without TensorFlow's slow farewell
