"""Runs notebooks cell by cell, and notes what each check says, with Otter and with what stands for it.

    python -m tests.page.checked tensorflow EXERCISES NOTEBOOKS OUT.json otter stand-in
    python -m tests.page.checked page EXERCISES NOTEBOOKS OUT.json otter stand-in         as in the page: no TensorFlow

EXERCISES is a folder with digits.py and the data and checks; NOTEBOOKS one with notebooks, at any depth. OUT.json
holds, for each way that is asked for, for each notebook by its path, its checks in the order in which they were made:
question, of each case whether it passed and Otter's message, and the messages that the learner reads. Each notebook
runs in a process of its own, which is ended when it takes longer than LIMIT. What stands in the notebooks was written
by us, so that nothing confines them.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import ROOT
from tests.page.as_in_page import only_what_a_page_has

STAND_INS = str(ROOT / "book" / "page")
LIMIT = 900
"""Seconds for one notebook: those that train take minutes on a busy machine."""


def cells(path: Path) -> list[str]:
    """The sources of the notebook's code cells."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def run(path: Path) -> list[list[Any]]:
    """Runs the notebook; a cell that raises ends there, as in Jupyter. Returns what its checks said."""
    import digits

    said: list[list[Any]] = []
    of = digits.Feedback.of.__func__

    def noted(cls: Any, question: str, cases: Any, *cause: str) -> Any:
        feedback = of(cls, question, cases, *cause)
        messages = [*feedback.messages, *filter(None, [feedback.also])]
        said.append([question, [[bool(case.passed), case.message] for case in cases], messages])
        return feedback

    digits.Feedback.of = classmethod(noted)
    digits.show = lambda *_, **__: None
    names = {"__name__": "__main__"}
    for number, source in enumerate(cells(path)):
        with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.parse(source), f"cell {number}", "exec"), names)
    return said


def in_a_process_of_its_own(made: Callable[[], Any]) -> Any:
    """What `made` returns in a fork of this process; a text, where that ended otherwise."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "w", encoding="utf-8") as file:
                json.dump(made(), file)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        text = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(text) if status == 0 else f"ended with {status}"


def within_the_limit(path: Path) -> list[list[Any]]:
    """What `run` returns. The same random numbers each time, whichever way it goes."""
    signal.alarm(LIMIT)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)
    random.seed(0)
    np.random.seed(0)
    return run(path)


def go(way: str, exercises: str, folder: Path) -> dict[str, Any]:
    """Runs all notebooks of the folder, their checks with Otter or with its stand-in."""
    with tempfile.TemporaryDirectory() as scratch:
        before = list(sys.path)
        if way == "otter":
            sys.path = [place for place in sys.path if place != STAND_INS]
        else:
            shutil.copytree(Path(STAND_INS) / "otter", Path(scratch) / "otter")
            sys.path.insert(0, scratch)
        import otter

        assert (Path(scratch) in Path(str(otter.__file__)).parents) == (way != "otter"), f"another Otter: {otter}"
        sys.path = [exercises, *before]
        import digits  # noqa: F401 - once, for all the processes to come

        os.chdir(scratch)
        return {path.relative_to(folder).as_posix(): in_a_process_of_its_own(partial(within_the_limit, path))
                for path in sorted(folder.rglob("*.ipynb"))}  # fmt: skip


def main(keras: str, exercises: str, notebooks: str, out: str, *ways: str) -> None:
    warnings.simplefilter("ignore")
    assert keras in ("tensorflow", "page")
    if keras == "page":
        only_what_a_page_has(STAND_INS)
    if any("keras" in source for path in Path(notebooks).rglob("*.ipynb") for source in cells(path)):
        importlib.import_module("keras")  # once, for all the processes to come
    said = {way: in_a_process_of_its_own(partial(go, way, exercises, Path(notebooks))) for way in ways}
    Path(out).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
