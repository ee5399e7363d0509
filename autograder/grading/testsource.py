"""Trusted side: finds in the source of a test case what it asks for that Otter has and this grader does not.

Under Otter a test runs in the notebook's process, here across a wall: its changes to its own process have no effect on
the learner's code. If such a case fails, the answer may be right. This module reads the source, never runs it, and
reads only that of a trusted test file; nothing here may look at values from a notebook.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograder.grading.variables import BUILTINS

SEEDING = frozenset({"seed", "set_seed", "set_random_seed"})
PATCHING = frozenset({"patch", "setattr", "monkeypatch"})
READING = frozenset({"open", "exists", "isfile", "isdir", "getsize", "loadtxt", "genfromtxt", "imread"})
"""Calls whose first argument is a file; so are those of pandas, which begin with `read_`."""
LOOKING = frozenset({"getsource", "getsourcelines", "get_fignums", "gca", "gcf", "globals", "locals"})
MODULES = frozenset({"builtins", "math", "np", "numpy", "os", "plt", "random", "sys", "time"})
"""Modules whose attributes a test changes for the learner's code, too."""
LISTENED_TO = frozenset({"stdout", "stderr"})
"""Attributes of `sys`: a function prints into the object that a test puts there."""


def of_case(path: Path, body: str | Callable[..., Any]) -> str:
    """Returns the source of a case of the test file at `path`: a doctest without its prompts, or a test's function.

    It is empty where it cannot be found, as for a function that was made by another.
    """
    try:
        if isinstance(body, str):
            return "".join(example.source for example in doctest.DocTestParser().get_examples(body))
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    name = getattr(getattr(body, "test_func", body), "__name__", "")  # the arguments of Otter's decorator
    named = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return "".join(map(ast.unparse, named))


def unlike(source: str) -> list[str]:
    """Returns what it asks for, each thing once; nothing where it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    imported = {(alias.asname or alias.name).partition(".")[0] for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    return list(dict.fromkeys(_found(tree, imported | MODULES)))


def _found(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for operator, pair in zip(node.ops, pairwise(sides), strict=True):
                if isinstance(operator, ast.Is | ast.IsNot) and all(map(_may_be_a_copy, pair)):
                    yield f"whether two are one and the same ({ast.unparse(node)})"
        elif isinstance(node, ast.Assign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and _root(target) in modules and target.attr not in LISTENED_TO:
                    yield f"{ast.unparse(target)}, which the test replaces"
        elif isinstance(node, ast.Call):
            yield from _in_call(node)


def _in_call(node: ast.Call) -> Iterator[str]:
    names = [part.attr if isinstance(part, ast.Attribute) else part.id for part in ast.walk(node.func)
             if isinstance(part, ast.Attribute | ast.Name)]
    called = ast.unparse(node.func)
    if names and names[0] in SEEDING:
        yield f"{called}(), which seeds the test and not the notebook"
    elif PATCHING & set(names):
        yield f"{called}(), which replaces something for the test and not for the notebook"
    elif names and names[0] in LOOKING:
        yield f"{called}(), which sees nothing of the notebook"
    elif names and names[0] == "id":
        yield "whether two are one and the same (id)"
    elif names and (names[0] in READING or names[0].startswith("read_")):
        first = node.args[0] if node.args else None
        file = first.value if isinstance(first, ast.Constant) else None
        if isinstance(file, str) and not Path(file).exists():
            yield f"a file that is not there for tests ({file})"


def _may_be_a_copy(side: ast.expr) -> bool:
    """Returns whether `is` may give another answer for it here: not for None, for a type, or for a call's result."""
    if isinstance(side, ast.Name):
        return side.id not in BUILTINS
    return isinstance(side, ast.Attribute | ast.Subscript)


def _root(node: ast.expr) -> str:
    """Returns `np` of `np.random.rand`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
