"""Decides how much of a message a learner reads, where it could reveal what a hidden test handed in.

It runs in the checker's child; controller and reports take the fixed sentences. A learner's function can keep its
arguments, and anything that it returns or prints later may quote them. Three rules keep that off the page.

If the learner's code raised an error, in a hidden test or after one was heard, the learner reads only its kind, and
only if it is one of Python's own (`raised`). The text of the error is neither shown nor used to choose a sentence.
Made of a trusted file's words, it could say anything.

The learner reads a message about a value as far as its text is known: from the test file, from the modules in the
folders of the helpers it imports, and from the grader's own sentences (`endings.TRUSTED`). The parts in between become
`…`, except a test's name for the answer and the cause that it names; the learner reads these if the test file holds
them. For an error of a cell, the learner reads its kind, and their own line, taken from the notebook as handed in.

For a hidden test that failed, the learner never reads more than the kind of an error and its hint. The instructor's
files keep every text.

This module must never let through a text because of how it looks: only because a trusted file, or that list, holds it.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import re
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter

from autograder.grading.endings import CODE_RAISED_KIND, CODE_RAISED_SOME, NOT_WRITTEN, TRUSTED, End, of_cell
from autograder.grading.text import one_line

WITHHELD = "…"
LOST = "This check failed. Run it in your notebook: there it says what it found."
RUN_IT = "Run this check in your notebook: there it says more."
UNTOLD = "its text is withheld, because checks that you cannot see had run before; run the cell to read it"
OTHERS = "Other cells stopped, too; run the notebook to see them."
"""In place of all cells but the first that stopped after a hidden test was heard: the choice of cells could carry a
message."""
MORE = "More of it stopped, too; run the notebook to see what."
"""The same sentence in a reason, which may name a check as well."""
KINDS = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)
"""Python's own exceptions. The name of any other may be chosen by the notebook."""

LONGEST_LINE = 200
DEEPEST = 3
"""How many texts within texts are recognized: a message, the cause in it, the name in that."""
MOST_SENTENCES = 12
"""How many sentences at the end of a message are searched for its hint."""
CAUSES = frozenset({"cause", "remedy"})
"""Names of fields that hold a possible cause, as the test's author has written it."""
NAMES = frozenset({"name"})
"""Names of fields that hold a test's name for the answer. In a helper only: a test may ask the notebook for a name. All
other fields may hold what the notebook chose."""
EXAMPLES = frozenset({"line", "want"})
"""Names of such fields in a sentence of ours: the line of a public test that is not so, and the value that it
expects."""

Template = tuple[tuple[str, ...], tuple[bool, ...]]
"""The constants of a text with values in between, one more than there are values; and for each value whether it is the
author's own."""


@dataclass(frozen=True)
class Texts:
    """The texts in some files: `whole` ones, and the `pieces` of those with values in between."""

    whole: frozenset[str]
    pieces: tuple[Template, ...]

    def __add__(self, other: Texts) -> Texts:
        return Texts(self.whole | other.whole, self.pieces + other.pieces)


@lru_cache(maxsize=64)
def texts(path: Path, authors: frozenset[str] = CAUSES) -> Texts:
    """Returns every text in the Python file at `path`, none where it cannot be read.

    Args:
        path: of the file.
        authors: the names of the fields that hold a text of the test's author.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return Texts(frozenset(), ())
    whole, pieces = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value.strip())
        elif isinstance(node, ast.JoinedStr):
            pieces.add(_pieces(node, authors))
        elif isinstance(node, ast.Dict):
            whole |= _public_examples(node)
    return _sorted(whole, pieces)


def _public_examples(node: ast.Dict) -> set[str]:
    """Returns the lines of a public case in the OK format, and what they expect: the learner has them, too."""
    known = {key.value: value.value for key, value in zip(node.keys, node.values, strict=True)
             if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)}
    code = known.get("code")
    if known.get("hidden") is not False or not isinstance(code, str):
        return set()
    try:
        examples = doctest.DocTestParser().get_examples(textwrap.dedent(code))
    except ValueError:
        return set()
    lines = {example_line(example.source.splitlines()) for example in examples}
    lines |= {line.removeprefix("assert ") for line in lines}
    return lines | {textwrap.indent(example.want, "    ").strip() for example in examples}


def example_line(lines: Iterable[str]) -> str:
    """Returns an example of a doctest on one line."""
    return one_line(" ".join(line.strip() for line in lines), 300)


def sentences(templates: Iterable[str]) -> Texts:
    """Returns the texts of our own sentences; one with fields is in pieces."""
    said = [_template(template) for template in templates]
    return _sorted((parts[0] for parts, authors in said if not authors), (one for one in said if one[1]))


def _template(format_string: str) -> Template:
    """Returns the template that a format string is."""
    parts, authors = [""], []
    for constant, name, _, _ in Formatter().parse(format_string):
        parts[-1] += constant
        if name is not None:
            parts.append("")
            authors.append(name in EXAMPLES)
    return tuple(parts), tuple(authors)


def _sorted(whole: Iterable[str], pieces: Iterable[Template]) -> Texts:
    # In one order, so that of two that fit equally well the same one is always chosen.
    return Texts(frozenset(whole), tuple(sorted(pieces, key=lambda one: (-sum(map(len, one[0])), one))))


def _pieces(node: ast.JoinedStr, names: Collection[str]) -> Template:
    """Returns the template that an f-string is, with fields of these `names` for the author's own."""
    parts, authors = [""], []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            parts.append("")
            authors.append(_name(value.value) in names)
        else:
            assert isinstance(value, ast.Constant)
            parts[-1] += str(value.value)
    return tuple(parts), tuple(authors)


def _name(value: ast.expr) -> str:
    """Returns the name of a field: `{name}`, or `{_because(name)}`."""
    if isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    return value.id if isinstance(value, ast.Name) else ""


class TrustedTexts:
    """The texts of trusted files.

    Args:
        test_path: the full test file.
        authored: folders of the modules that tests import, whose messages are written for learners.
    """

    def __init__(self, test_path: Path, authored: Collection[Path]) -> None:
        self.authored = authored
        self.test = texts(test_path)
        everything = self.test
        for folder in authored:
            for path in sorted(folder.glob("*.py")):
                everything += texts(path, CAUSES | NAMES)
        everything += sentences(TRUSTED)
        self.everything = _sorted(everything.whole, everything.pieces)

    def redacted(self, message: str) -> str:
        """Returns `message` with `…` for every part that no trusted file holds; empty where nothing of it is known."""
        told = self._known(message.strip())
        return "" if told == WITHHELD else told

    def hint(self, message: str) -> str:
        """Returns the hint of a hidden test at the end of `message`; empty where the test file holds none such.

        The text before it does not matter: the hint is the shortest end of the message that is one, from the start of a
        sentence.
        """
        starts = [0, *(found.end() for found in re.finditer(r"\. ", message))][-MOST_SENTENCES:]
        return next((rest for start in reversed(starts) if self._is_hint(rest := message[start:])), "")

    def _is_hint(self, text: str) -> bool:
        return bool(text.strip()) and self._in_test(text.strip(), DEEPEST)

    def _in_test(self, text: str, depth: int) -> bool:
        """Returns whether the test file holds `text` and the values in its fields."""
        if not text or text in self.test.whole:
            return True
        filled = (_values(text, parts) for parts, _ in self.test.pieces) if depth else ()
        found = next((values for values in filled if values is not None), None)
        return found is not None and all(self._in_test(value.strip(), depth - 1) for value in found)

    def _known(self, message: str) -> str:
        if message in self.everything.whole:
            return message
        # Of several that fit, the one that leaves the fewest characters open is the one that was used.
        told = max(self._fitting(message), key=lambda found: len(found.replace(WITHHELD, "")), default="")
        if told:
            return told
        kind, colon, _ = message.partition(":")
        return f"{kind}: {WITHHELD}" if colon and kind in KINDS else WITHHELD

    def _fitting(self, message: str) -> Iterator[str]:
        """Yields `message` as each text with values that it may be lets the learner read it."""
        for parts, authors in self.everything.pieces:
            values = _values(message, parts)
            if values is not None:
                values = _with_known_end(values, parts[-2], self.everything.whole)
                told = [self._authored(*pair) for pair in zip(values, authors, strict=True)]
                yield "".join(piece for pair in zip(parts, [*told, ""], strict=True) for piece in pair)

    def _authored(self, value: str, authors: bool) -> str:
        """Returns the part of a value that the learner may read.

        White space around it stays, as a cause brings its own.
        """
        inner = value.strip()
        if not inner or (authors and (inner in self.everything.whole or self._in_test(inner, DEEPEST - 1))):
            return value
        return value.replace(inner, WITHHELD, 1)

    def from_helpers(self, error: BaseException) -> bool:
        """Returns whether a helper module made the class of `error` to report on an answer as such."""
        module = sys.modules.get(type(error).__module__)
        file = getattr(module, "__file__", None)
        return (
            file is not None
            and getattr(module, type(error).__name__, None) is type(error)
            and any(Path(file).is_relative_to(folder) for folder in self.authored)
        )


def raised(error: BaseException) -> str:
    """Returns all that a learner reads of an error of their own code: its kind, where that is one of Python's."""
    kind = type(error).__name__
    if kind == NotImplementedError.__name__:
        return NOT_WRITTEN
    return CODE_RAISED_KIND.format(kind=kind) if kind in KINDS else CODE_RAISED_SOME


def _values(text: str, parts: Sequence[str]) -> list[str] | None:
    """Returns the texts between `parts` in `text`; None where the parts do not make it up. Takes time linear in `text`.

    A template with few constants fits anything; such a text has no meaning of its own.
    """
    if sum(map(len, parts)) < 4 or not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return None
    end = len(text) - len(parts[-1])
    position = len(parts[0])
    values = []
    for part in parts[1:-1]:
        found = _find(text, part, position, end)
        if found < 0:
            return None
        values.append(text[position:found])
        position = found + len(part)
    if position > end:
        return None
    return [*values, text[position:end]]


def _find(text: str, part: str, begin: int, end: int) -> int:
    """Finds where `part` is next; not where it begins with the point of a number, which does not end a sentence."""
    found = text.find(part, begin, end) if part else begin
    while part.startswith(".") and found > 0 and text[found - 1].isdigit() and text[found + 1 : found + 2].isdigit():
        found = text.find(part, found + 1, end)
    return found


def _with_known_end(values: list[str], separator: str, whole: frozenset[str]) -> list[str]:
    """Returns the values, with the last two split so that the last one is a known text, where that is possible.

    A check names a cause last. The learner reads it, whatever an answer has brought into the value before it.
    """
    if len(values) < 2 or not separator.strip() or values[-1].strip() in whole:
        return values
    *before, last = values
    found = last.find(separator)
    while found >= 0:
        if last[found + len(separator) :].strip() in whole:
            return [*before[:-1], before[-1] + separator + last[:found], last[found + len(separator) :]]
        found = last.find(separator, found + 1)
    return values


def cell_error(status: str, error: str, sources: Sequence[str]) -> str:
    """Returns what a learner may read of a cell's error.

    Args:
        status: of the cell, as in `results.CellResult`.
        error: the text from the notebook's process: its word, of which only numbers and one name are used.
        sources: of all code cells, as handed in.
    """
    if status not in (End.RAISED, End.TIMEOUT):
        return of_cell(status).told
    lines = [line for line in error.strip().splitlines() if line.strip()]
    kind = "".join(lines[-1:]).partition(":")[0].strip()
    told = []
    for cell, line in re.findall(r"^cell (\d{1,6}), line (\d{1,6})$", error, re.MULTILINE)[-1:]:
        own = sources[int(cell) - 1].splitlines() if 0 < int(cell) <= len(sources) else []
        if 0 < int(line) <= len(own):
            told = [f"cell {cell}, line {line}", f"    {one_line(own[int(line) - 1], LONGEST_LINE)}"]
    if status == End.TIMEOUT:
        return "\n".join([*told, "KeyboardInterrupt"]) if told else of_cell(status).told
    return "\n".join([*told, f"{kind if kind in KINDS else 'An error'}: {UNTOLD}"])
