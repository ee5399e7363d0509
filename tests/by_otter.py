"""The scores that the real `otter run` gives a notebook, to compare ours with."""

from __future__ import annotations

import json
import os
from pathlib import Path

from autograder.course import quiet_environment
from tests.warm import Warm

LIMIT = 150.0
"""Seconds that `otter run` may take for a notebook."""

TRIES = 2
"""Seldom the kernel that `otter run` starts never answers, and it waits without a limit: it is then run once more."""

OTTER = Warm("otter.cli", "otter.run")


def _command(arguments: list[str], folder: Path) -> None:
    """In a process of its own: the command `otter run`, in `folder`; what it says goes into the file `said` there."""
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.chdir(folder)
    os.environ.update(quiet_environment())
    from otter.cli import cli

    cli(["run", *arguments])


def by_otter(notebook: Path, autograder: Path, folder: Path) -> dict[str, float]:
    """Runs `otter run` on a notebook.

    Args:
        notebook: what was handed in.
        autograder: the exercise's zip, as `otter assign` makes it.
        folder: is made; the working folder of the command, and where it leaves its `results.json`.

    Returns:
        The score of each question; empty where the notebook leaves Otter without a result.

    Raises:
        AssertionError: the command failed, or took longer than `LIMIT` each time; with what it said.
    """
    folder.mkdir()
    arguments = ["--autograder", str(autograder), "--output-dir", str(folder), str(notebook)]
    for _ in range(TRIES):
        code = OTTER.run(_command, arguments, folder, limit=LIMIT)
        if code is not None:
            break
    assert code == 0, f"otter run {notebook}: {code}\n{(folder / 'said').read_text()}"
    tests = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    return {test["name"]: test["score"] for test in tests if "score" in test}
