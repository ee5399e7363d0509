"""Masters -> exercises/ and build/: what `autograder build` does.

For each master in solutions/: jupytext reads it, Otter Assign splits it into
the learner's and the solved notebook and their test files, and this module
makes both the same byte for byte on every machine, gives unwritten functions
a voice, and packs the zip for `otter run` and Gradescope. Nothing is written
unless the solution earns every point and the untouched notebook earns none.
"""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import nbformat
import otter.assign
from nbformat import NotebookNode

from autograder import course
from autograder.authoring import trial
from autograder.authoring.bundle import read_zip, write_zip
from autograder.authoring.master import Master, TestCell, read_master
from autograder.course import CourseError

TEST_HEADER = "from otter.test_files import test_case\n"
TEST_IMPORTS = "import digits\nimport numpy as np\n" + TEST_HEADER


def build_exercises(names: Sequence[str] = ()) -> None:
    """Build the exercises called `names`, or all of them; what has not changed is left as it is.

    Raises:
        CourseError: there is no such exercise, a master is not in order, or its
            solution does not earn full marks.
    """
    known = course.exercise_names()
    for name in names:
        if name not in known:
            raise CourseError(f"There is no exercise called {name!r}. The course has: {', '.join(known)}.")
    for name in names or known:
        built = build_exercise(name)
        print(f"{name}: {'built' if built else 'unchanged'}", flush=True)


def build_exercise(name: str) -> bool:
    """Build one exercise; whether there was anything to do."""
    path = course.SOLUTIONS / f"{name}.md"
    fingerprint = _fingerprint(path)
    stamp = course.BUILD / name / "stamp.json"
    if _is_current(stamp, fingerprint):
        return False
    master = read_master(path)
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as scratch:
        files = _assign(master, Path(scratch))
        _try(master, files, Path(scratch))
    written = _install(name, files)
    facts = {"fingerprint": fingerprint, "files": {str(path): _digest(path) for path in written}}
    stamp.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return True


def _assign(master: Master, scratch: Path) -> dict[str, bytes]:
    """Everything to be written, by where it goes: what `otter assign` made of the master, put in order.

    Keys begin with `exercises/` or `build/`, as in this repository.
    """
    name = master.name
    source = scratch / "master" / f"{name}.ipynb"
    source.parent.mkdir()
    nbformat.write(master.notebook, source)
    (source.parent / "requirements.txt").write_text(_image_requirements(), encoding="utf-8")
    logging.getLogger("otter").setLevel(logging.ERROR)
    try:
        otter.assign.main(str(source), str(scratch / "assigned"), no_run_tests=True, no_pdfs=True)
    except Exception as error:
        raise CourseError(f"{name}.md: Otter Assign refused it: {error}") from error
    student, solved = scratch / "assigned" / "student", scratch / "assigned" / "autograder"
    files = {
        f"exercises/{name}.ipynb": _finish(student / f"{name}.ipynb", master, solved=False),
        f"build/{name}/{name}.ipynb": _finish(solved / f"{name}.ipynb", master, solved=True),
        f"build/{name}/assignment.json": _assignment_json(master),
    }
    for question in master.questions:
        test = f"{question.name}.py"
        cases = master.tests[question.name]
        public = [case for case in cases if not case.hidden]
        files[f"build/{name}/tests/{test}"] = _finish_test(solved / "tests" / test, cases, master.helpers)
        files[f"exercises/tests/{name}/{test}"] = _finish_test(student / "tests" / test, public)
    zipped = read_zip(next(solved.glob("*-autograder_*.zip")))
    zipped |= {f"tests/{q.name}.py": files[f"build/{name}/tests/{q.name}.py"] for q in master.questions}
    zipped |= {f"files/{file}": (course.EXERCISES / file).read_bytes() for file in course.SUPPORT_FILES}
    bundle = scratch / "autograder.zip"
    write_zip(bundle, zipped)
    return files | {f"build/{name}/{name}-autograder.zip": bundle.read_bytes()}


def _image_requirements() -> str:
    """What Gradescope's image needs besides Otter, which Otter pins itself."""
    lines = (course.EXERCISES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "otter-grader", "notebook"))]
    return "\n".join(wanted) + "\n"


def _assignment_json(master: Master) -> bytes:
    facts = {
        "name": master.name,
        "title": master.title,
        "chapter": master.chapter,
        "questions": [{"name": q.name, "points": q.points} for q in master.questions],
    }
    return (json.dumps(facts, indent=1) + "\n").encode()


def _finish(path: Path, master: Master, *, solved: bool) -> bytes:
    """Otter's notebook with fixed ids, our metadata and no outputs; answer cells know their question."""
    notebook = nbformat.read(path, as_version=4)
    cells: list[NotebookNode] = []
    answer: NotebookNode | None = None
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        clean = NotebookNode(cell_type=cell.cell_type, id=f"cell-{number:03}", metadata={}, source=cell.source)
        if cell.cell_type == "code":
            clean |= {"execution_count": None, "outputs": []}
            check = re.fullmatch(r'grader\.check\("(\w+)"\)', cell.source)
            if {"otter_assign_solution_cell", "otter_answer_cell"} & set(tags):
                answer = clean
                clean.source = _without_markers(cell.source) if solved else _with_voice(cell.source)
            elif check:
                question = check.group(1)
                clean.id = f"check-{question}"
                clean.metadata = {"deletable": False, "editable": False}
                if answer is not None:
                    answer.id, answer.metadata = f"answer-{question}", {course.METADATA_KEY: {"answer": question}}
                answer = None
        cells.append(clean)
    return (
        json.dumps(
            {
                "cells": cells,
                "metadata": {
                    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                    "language_info": {"name": "python"},
                    course.METADATA_KEY: {"assignment": master.name, "version": master.version},
                },
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
            sort_keys=True,
            ensure_ascii=False,
        )
        + "\n"
    ).encode()


def _without_markers(source: str) -> str:
    """A solution as it would be handed in: Otter's markers and prompts taken out."""
    source = re.sub(r'^[ \t]*""" # BEGIN PROMPT\n.*?""" *;? *# END PROMPT[ \t]*\n?', "", source, flags=re.DOTALL | re.MULTILINE)
    lines = [
        re.sub(r"\s*# ?SOLUTION( NO PROMPT)?\s*$", "", line)
        for line in source.split("\n")
        if not re.match(r"\s*# (BEGIN|END) SOLUTION", line)
    ]
    return "\n".join(lines).rstrip("\n")


def _with_voice(source: str) -> str:
    """A stub whose unwritten functions say so when they are called, instead of returning None."""
    lines = source.split("\n")
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            last = function.body[-1]
            if isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...:
                lines[last.lineno - 1] = " " * last.col_offset + (
                    f'raise NotImplementedError("Write your answer in `{function.name}`, then run this cell again.")'
                )
    return "\n".join(lines)


def _finish_test(path: Path, cases: Sequence[TestCell], helpers: str = "") -> bytes:
    """Otter's test file with each function as its author wrote it, and imports on top.

    Otter passes the code through `ast.unparse`, which loses comments and line breaks and
    differs from one version of Python to the next.
    """
    written = path.read_text(encoding="utf-8")
    functions = [node for node in ast.parse(written).body if isinstance(node, ast.FunctionDef)]
    lines = written.split("\n")
    for node, case in reversed(list(zip(functions, cases, strict=True))):
        if ast.dump(ast.parse(case.source).body[0]) != ast.dump(_undecorated(node)):
            raise RuntimeError(f"Otter Assign wrote the test {node.name} differently from its master.")
        lines[node.lineno - 1 : node.end_lineno] = case.source.strip().split("\n")
    text = "\n".join(lines).replace(TEST_HEADER, TEST_IMPORTS + (f"\n{helpers}\n" if helpers else ""), 1)
    return (re.sub(r"\n{4,}", "\n\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).rstrip() + "\n").encode()


def _undecorated(function: ast.FunctionDef) -> ast.FunctionDef:
    function.decorator_list = []
    return function


def _try(master: Master, files: dict[str, bytes], scratch: Path) -> None:
    """Refuse a master whose solution does not earn everything, or whose stubs earn something."""
    name = master.name
    tests = scratch / "trial-tests"
    tests.mkdir()
    for question in master.questions:
        (tests / f"{question.name}.py").write_bytes(files[f"build/{name}/tests/{question.name}.py"])
    solved, untouched = scratch / "solved.ipynb", scratch / "untouched.ipynb"
    solved.write_bytes(files[f"build/{name}/{name}.ipynb"])
    untouched.write_bytes(files[f"exercises/{name}.ipynb"])
    trials = [trial.Running(notebook, tests, scratch / f"try-{notebook.stem}") for notebook in (solved, untouched)]
    solution, stubs = (running.result() for running in trials)
    if solution.error:
        raise CourseError(f"{name}.md: a cell of the solution stops with {solution.error}")
    if stubs.error:
        raise CourseError(f"{name}.md: a cell of the untouched notebook stops with {stubs.error}\n"
                          "If it uses an answer, put it under `with digits.once_written():`.")
    for question in master.questions:
        failures = solution.failures[question.name]
        if failures:
            raise CourseError(f"{name}.md, question {question.name}: its solution fails.\n" + "\n".join(failures))
        if abs(solution.scores[question.name] - question.points) > 1e-9:
            raise CourseError(f"{name}.md, question {question.name}: its solution earns {solution.scores[question.name]} "
                              f"of {question.points} points.")
        if stubs.scores[question.name]:
            raise CourseError(f"{name}.md, question {question.name}: the untouched notebook earns "
                              f"{stubs.scores[question.name]:g} points. A test passes without an answer.")


def _install(name: str, files: dict[str, bytes]) -> list[Path]:
    """Put everything in its place, and take away what an earlier build left there."""
    shutil.rmtree(course.BUILD / name, ignore_errors=True)
    shutil.rmtree(course.EXERCISES / "tests" / name, ignore_errors=True)
    written = []
    for relative, contents in files.items():
        place, _, rest = relative.partition("/")
        path = (course.EXERCISES if place == "exercises" else course.BUILD) / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
        written.append(path)
    return written


def _fingerprint(master: Path) -> str:
    """A hash of everything the outcome depends on."""
    digest = hashlib.sha256()
    inputs = [master, *(course.EXERCISES / file for file in course.SUPPORT_FILES),
              course.EXERCISES / "requirements.txt", *sorted(Path(__file__).parent.glob("*.py"))]
    for path in inputs:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(" ".join(version(package) for package in ("otter-grader", "jupytext", "nbformat")).encode())
    return digest.hexdigest()


def _is_current(stamp: Path, fingerprint: str) -> bool:
    """Whether the last build saw the same inputs and its files are still as it wrote them."""
    try:
        facts = json.loads(stamp.read_text(encoding="utf-8"))
        return facts["fingerprint"] == fingerprint and all(
            _digest(Path(path)) == digest for path, digest in facts["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
