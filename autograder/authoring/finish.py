"""Puts the output of Otter Assign in order: notebooks and test files, the same byte for byte every time.

Otter's cell ids are random, its stubs silently return None, and its test files
went through `ast.unparse`, which drops comments and line breaks and differs
between versions of Python. Its script for Gradescope installs a browser that
nothing of ours needs, and its messages for learners show the line of a check
that failed, hidden ones included. This module repairs all of that.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from importlib.metadata import version

from nbformat import NotebookNode

from autograder import course
from autograder.authoring.master import Master, TestCell
from autograder.course import CourseError

ANSWER_TAGS = {"otter_assign_solution_cell", "otter_answer_cell"}
CHECK_CELL = re.compile(r'grader\.check\("(\w+)"\)')
PROMPT = re.compile(r'^[ \t]*""" *# BEGIN PROMPT\n.*?""" *;? *# END PROMPT[ \t]*\n?', re.S | re.M)
OTTER_IMPORT = "from otter.test_files import test_case\n"
IMPORTS = "import digits\nimport numpy as np\n"
TEST_IMPORTS = IMPORTS + OTTER_IMPORT
BROWSER = b'mamba run -n otter-env bash -c "playwright install-deps && playwright install chromium"\n'
"""The line of Otter's `setup.sh` that installs a browser to print notebooks as PDF."""
RUNS = b'\n\nif __name__ == "__main__":\n    run_autograder("/autograder")\n'
"""The end of Otter's `run_otter.py`, which runs everything."""
RUNS_AND_TELLS = b'''
import json
import re


def tell_messages_alone(file):
    """A learner reads what a check says, and no line of the check: in a hidden one it may hold the answer."""
    with open(file, encoding="utf-8") as results:
        told = json.load(results)
    for test in told["tests"]:
        test["output"] = re.sub(r"Error at line \\d+ in test \\S+:\\n[^\\n]*\\n\\s*\\w+: ", "", test.get("output", ""))
    with open(file, "w", encoding="utf-8") as results:
        json.dump(told, results)


if __name__ == "__main__":
    run_autograder("/autograder")
    tell_messages_alone("/autograder/results/results.json")
'''


def finish_notebook(notebook: NotebookNode, master: Master, *, solved: bool) -> bytes:
    """Returns Otter's notebook as a file: fixed ids, no outputs, our metadata; an answer cell knows its question.

    Raises:
        CourseError: the question of an answer cell cannot be found.
    """
    cells: list[NotebookNode] = []
    answer: NotebookNode | None = None
    for cell in notebook.cells:
        clean = NotebookNode(
            cell_type=cell.cell_type, id=f"cell-{len(cells):03}", metadata={}, source=cell.source.strip("\n")
        )
        cells.append(clean)
        if cell.cell_type != "code":
            continue
        clean.update(execution_count=None, outputs=[])
        check = CHECK_CELL.fullmatch(clean.source)
        if ANSWER_TAGS.intersection(cell.metadata.get("tags", [])):
            clean.source = without_markers(clean.source) if solved else raising_while_unwritten(clean.source)
            answer = clean
        elif check:
            question = check.group(1)
            if answer is None:
                raise CourseError(f"question {question}: its answer cell was not found.")
            answer.id, answer.metadata = f"answer-{question}", {course.METADATA_KEY: {"answer": question}}
            clean.id, clean.metadata = f"check-{question}", {"deletable": False, "editable": False}
            answer = None
    facts = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            course.METADATA_KEY: {"assignment": master.name, "version": master.version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def without_markers(source: str) -> str:
    """Returns a solution as a learner would hand it in: without Otter's markers and prompts."""
    lines = [
        re.sub(r"\s*# ?SOLUTION( NO PROMPT)?\s*$", "", line)
        for line in PROMPT.sub("", source).split("\n")
        if not re.match(r"\s*# (BEGIN|END) SOLUTION", line)
    ]
    return "\n".join(lines).strip("\n")


def raising_while_unwritten(source: str) -> str:
    """Returns a stub whose unwritten functions raise an error when they are called, instead of returning None."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a repair may begin with code that is not Python
        return source
    lines = source.split("\n")
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        last = function.body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...:
            message = f"Write your answer in `{function.name}` and run its cell."
            lines[last.lineno - 1] = f'{" " * last.col_offset}raise NotImplementedError("{message}")'
    return "\n".join(lines)


def finish_test(written: str, cases: Sequence[TestCell], helpers: str = "") -> bytes:
    """Returns Otter's test file with each function as its author wrote it, and with imports and `helpers` on top."""
    functions = [node for node in ast.parse(written).body if isinstance(node, ast.FunctionDef)]
    lines = written.split("\n")
    for node, case in reversed(list(zip(functions, cases, strict=True))):
        lines[node.lineno - 1 : node.end_lineno] = case.source.strip().split("\n")
    top = TEST_IMPORTS + (f"\n{helpers}\n" if helpers else "")
    text = "\n".join(lines).replace(OTTER_IMPORT, top, 1)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n+@test_case", "\n\n\n@test_case", text)
    return (text.rstrip() + "\n").encode()


def finish_portrait(source: str) -> bytes:
    """Returns the file that makes a portrait: its function, with the imports of test files."""
    return f"{IMPORTS}\n\n{source.strip()}\n".encode()


def finish_setup(script: bytes) -> bytes:
    """Returns Otter's `setup.sh` for Gradescope's image, without the browser that prints notebooks.

    Our zips for Gradescope print none. The browser would add some two hundred packages from two more servers, and the
    failure of any one of these makes the image fail.

    Raises:
        CourseError: the script is not the one that was known when this was written.
    """
    return _with("setup.sh", script, "BROWSER", BROWSER, b"")


def finish_run(script: bytes) -> bytes:
    """Returns Otter's `run_otter.py` for Gradescope, changed to show the message of a failed check and not its line.

    Raises:
        CourseError: the script is not the one that was known when this was written.
    """
    return _with("run_otter.py", script, "RUNS", RUNS, RUNS_AND_TELLS)


def _with(file: str, script: bytes, name: str, known: bytes, ours: bytes) -> bytes:
    """Returns Otter's script with `ours` for `known`, the constant called `name` here, which must occur once in it."""
    if script.count(known) != 1:
        raise CourseError(
            f"The {file} of Otter-Grader {version('otter-grader')} is another one than is known here. "
            f"Read what it does now, and change {name} in autograder/authoring/finish.py."
        )
    return script.replace(known, ours)
