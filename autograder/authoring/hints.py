"""Checks that hidden tests show only their hint: whatever fails in one, the learner reads a sentence by its author.

A message of `digits.expect_number` gives the expected and the actual value. That is right for a public test; in a
hidden one it gives the test away. So every line that examines an answer must stand inside `with digits.hint("...")`:
each use of `digits.call` and of the functions that expect something, each `assert`, each `raise`, and each call of what
the notebook defines. `digits.expect_written` may stand outside, because it says only that there is no answer. The same
rule holds for a function of the test helpers, or one within the test, that is called outside of a hint.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

HARMLESS = frozenset({"expect_written", "sample", "load", "describe", "hint", "Told"})
"""Functions of `digits` that may stand outside of a hint."""


def problem(hidden: str, helpers: str) -> str:
    """Returns why a hidden test could reveal more than its hint, and the remedy; empty where it cannot.

    Args:
        hidden: its source, one function.
        helpers: the source of the test helpers.
    """
    shared = {node.name: node for node in ast.parse(helpers).body if isinstance(node, ast.FunctionDef)}
    test = ast.parse(hidden).body[0]
    assert isinstance(test, ast.FunctionDef)
    answers = {argument.arg for argument in test.args.args}
    own = {node.name: node for node in ast.walk(test) if isinstance(node, ast.FunctionDef) and node is not test}
    hinted = False
    for node, inside in _walk(test.body, shared | own, frozenset()):
        hinted = hinted or inside
        if not inside and (what := _speaks(node, answers)):
            return (
                f"the hidden test `{test.name}` uses {what} outside of a hint (line {node.lineno} of its function), "
                f"so a learner could read what it compares. {REMEDY}"
            )
    return "" if hinted else f"the hidden test `{test.name}` has no hint. {REMEDY}"


REMEDY = 'Put it inside `with digits.hint("..."):`, a sentence that says what the answer must do.'


def _walk(
    body: Sequence[ast.AST], shared: dict[str, ast.FunctionDef], seen: frozenset[str], inside: bool = False
) -> Iterator[tuple[ast.expr | ast.stmt, bool]]:
    """Yields each statement and expression below `body`, with whether it stands inside of a hint; also in helpers."""
    for node in body:
        within = inside
        if isinstance(node, ast.With) and any(_is_hint(item.context_expr) for item in node.items):
            within = True
        if isinstance(node, ast.expr | ast.stmt):
            yield node, within
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in shared:
            name = node.func.id
            if not inside and name not in seen:
                yield from _walk(shared[name].body, shared, seen | {name})
        if not isinstance(node, ast.FunctionDef):  # where it is called it counts
            yield from _walk(list(ast.iter_child_nodes(node)), shared, seen, within)


def _is_hint(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "digits.hint"


def _speaks(node: ast.expr | ast.stmt, answers: set[str]) -> str:
    """Returns the part of `node` that could put a value into a message; empty if there is none."""
    if isinstance(node, ast.Assert):
        return "`assert`"
    if isinstance(node, ast.Raise):
        told = isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "digits.Told"
        return "" if told else "`raise`"
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        module, _, function = name.partition(".")
        if (module == "digits" and function not in HARMLESS) or name in answers:
            return f"`{name}`"
    return ""
