"""Puts the output of Otter Assign in order: notebooks and test files, the same byte for byte every time.

Otter's cell ids are random, its stubs silently return None, and its test files
went through `ast.unparse`, which drops comments and line breaks and differs
between versions of Python. This module repairs all of that.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence

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
