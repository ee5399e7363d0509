"""Checks that hidden tests say what they try: a learner reads it in the question, or in a line after ✔.

A hidden test begins with one of two lines:

    # HIDDEN: other sizes, no images               what it tries, in words for learners
    # HIDDEN, as asked: "even for none"            a quotation: the question says it already

From the first kind `build` makes the line that `digits.py` shows after ✔. What could be written into an answer stays
hidden: a subject has no number, no code and no text of the solution, unless the question has it as well.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Iterable, Mapping

AS_ASKED = "what else the question asks"
"""What the line after ✔ says of the tests whose subject the question names."""

LONGEST = 60
"""So many characters may have one subject: the learner reads them all in one line."""

QUOTED = re.compile(r', as asked: "(.+)"')


def subjects(said: str) -> tuple[str, ...]:
    """What a hidden test tries besides what the question says; empty where it says nothing, or quotes the question.

    Args:
        said: what stands behind `# HIDDEN`.
    """
    named = said.removeprefix(":").strip()
    return tuple(" ".join(subject.split()) for subject in named.split(",")) if said.startswith(":") and named else ()


def problem(said: str, hidden: str, question: str, answer: str) -> str:
    """Why a learner would not know what a hidden test tries, or know too much, and the remedy; empty if all is well.

    Args:
        said: what stands behind `# HIDDEN` in the test's first line.
        hidden: its source, one function.
        question: the text that a learner reads before the answer.
        answer: the answer cell, with the solution in it.
    """
    function = ast.parse(hidden).body[0]
    assert isinstance(function, ast.FunctionDef)
    test = f"the hidden test `{function.name}`"
    text = " ".join(question.split())
    if quoted := QUOTED.fullmatch(said):
        quote = " ".join(quoted[1].split())
        if len(quote.split()) < 3:
            return f'{test} quotes "{quote}"; quote at least three words of the question. {REMEDY}'
        return "" if quote in text else (
            f'{test} quotes "{quote}", and the text of its question has no such words. {REMEDY}'
        )
    if not (found := subjects(said)):
        return f"{test} does not say what it tries. {REMEDY}"
    for subject in found:
        if not subject or len(subject) > LONGEST or subject.endswith("."):
            return (f"{test} names {subject!r} as what it tries; learners read a few words, {LONGEST} "
                    "characters at most, without a period. A comma parts two subjects.")
        if given_away := _given_away(subject, text, answer):
            return (f"{test} names {subject!r} as what it tries, and learners would read `{given_away}`, "
                    "which the text of the question does not have and an answer could be made for. Say it in words.")
    return ""


REMEDY = (
    "Begin it with what it tries, in words that learners read after ✔, as in `# HIDDEN: other sizes, no images`; or, "
    'where the question says it, with its own words, as in `# HIDDEN, as asked: "even for none"`.'
)


def _given_away(subject: str, text: str, answer: str) -> str:
    """The first word of `subject` that is a number, code or a text of the solution and not in `text`; empty if none."""
    solution: set[str] = set()
    with contextlib.suppress(SyntaxError):  # a cell may have Jupyter's own commands
        solution = {node.value.lower() for node in ast.walk(ast.parse(answer))
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for word in subject.split():
        bare = word.strip("`'\"()")
        plain = re.sub("[-'’]", "", bare).isalpha()
        if bare and (not plain or bare.lower() in solution) and not re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", text):
            return bare
    return ""


def line(hidden: Iterable[str]) -> str:
    """What a learner reads after `Also tried when graded:`, of all that the hidden tests of a question try.

    Args:
        hidden: of each of them, what stands behind `# HIDDEN`.
    """
    of_each = [subjects(said) for said in hidden]
    named = list(dict.fromkeys(subject for found in of_each for subject in found))
    if all(of_each):
        return ", ".join(named)
    return ", ".join([*named, f"and {AS_ASKED}"]) if named else AS_ASKED


def to_json(lines: Mapping[str, str]) -> bytes:
    """The file for learners: the line of each question."""
    return (json.dumps(dict(lines), indent=1, ensure_ascii=False) + "\n").encode()
