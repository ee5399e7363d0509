"""Runs notebooks cell by cell, and notes what each check says: with Otter, with what stands for it, or as in the page.

    python -m tests.page.checked otter     EXERCISES NOTEBOOKS OUT.json
    python -m tests.page.checked stand-in  EXERCISES NOTEBOOKS OUT.json     Otter's stand-in, and TensorFlow
    python -m tests.page.checked page      EXERCISES NOTEBOOKS OUT.json     no TensorFlow either

EXERCISES is a folder with digits.py and the data and checks; NOTEBOOKS one with notebooks. OUT.json holds, for each
notebook, its checks in the order in which they were made: question, of each case whether it passed and Otter's message,
and the messages that the learner reads. Each notebook runs in a process of its own, which is ended when it takes longer
than LIMIT. What stands in the notebooks was written by us, so that nothing confines them.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from autograder.course import ROOT
from tests.page.as_in_page import only_what_a_page_has

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

    def noted(cls: Any, question: str, cases: Any) -> Any:
        feedback = of(cls, question, cases)
        said.append([question, [[bool(case.passed), case.message] for case in cases], feedback.messages])
        return feedback

    digits.Feedback.of = classmethod(noted)
    digits.show = lambda *_, **__: None
    names = {"__name__": "__main__"}
    for number, source in enumerate(cells(path)):
        with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.parse(source), f"cell {number}", "exec"), names)
    return said


def in_a_process_of_its_own(path: Path) -> Any:
    """What `run` returns; a text, where the process ended otherwise."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as file:
            json.dump(run(path), file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        text = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(text) if status == 0 else f"ended with {status}"


def main(way: str, exercises: str, notebooks: str, out: str) -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        if way == "stand-in":
            shutil.copytree(ROOT / "page" / "otter", Path(folder) / "otter")
            sys.path.insert(0, folder)
        elif way == "page":
            only_what_a_page_has(str(ROOT / "page"))
        sys.path.insert(0, exercises)
        import otter

        here = ROOT / "page" in Path(otter.__file__).parents or Path(folder) in Path(otter.__file__).parents
        assert here == (way != "otter"), f"another Otter than meant: {otter.__file__}"
        paths = sorted(Path(notebooks).glob("*.ipynb"))
        if any("keras" in source for path in paths for source in cells(path)):
            import keras  # noqa: F401 - once, for all the processes to come
        os.chdir(folder)
        said = {path.stem: in_a_process_of_its_own(path) for path in paths}
    Path(out).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
