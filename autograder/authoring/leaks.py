"""Finds solutions, hidden tests and held-back answers in files that are handed out.

`secrets` reads from a master what learners must not see; `find` looks for it in files, into zips and
notebooks as well. It knows no place and writes nothing. Two degrees of strictness:

- what is made from a master (its notebook, its public tests) must not hold a single line of the solution
  or of a hidden test, nor a hint or the name of a hidden test, nor a marker of the master;
- everything else (the book, other exercises) may teach with similar lines. It must not hold three lines
  of a hidden test in a row, the hint of one, or a whole answer.

A learner gets the feedback page last: it shows the hints, and must not show the rest.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from otter.assign.blocks import extract_all_fenced_otter_cells

from autograder import course
from autograder.authoring import finish, wrong
from autograder.authoring.master import Master, read_master

MARKERS = ("hidden=True", "HIDDEN", "SOLUTION", "BEGIN", "```otter", "TEST HELPERS", "# PORTRAIT")
"""Markers that stand in masters and in full test files only. A portrait belongs to the grader, as hidden tests do."""

ROW = 3
"""How many lines of a hidden test one after another give it away, wherever they stand."""

SHORT = 12
"""An answer of fewer characters (`n = 5`) may stand in a chapter by chance."""

LONG = 24
"""A secret line of at least so many characters is also searched for inside longer lines."""

TEXT = {".html", ".js", ".css", ".py", ".txt", ".md", ".yml", ".yaml", ".json", ".map", ".svg", ".po", ".toml",
        ".lock", ".cfg", ".webmanifest", ""}
BINARY = {".png", ".jpg", ".woff", ".woff2", ".ttf", ".ico", ".mo"}
"""Pictures, fonts and catalogs: searched as they are. A file in neither list cannot be searched."""


@dataclass(frozen=True)
class Secrets:
    """The parts of one exercise that learners must not see.

    Attributes:
        exercise: its name.
        lines: lines of the solution, of hidden tests, of their helpers, of the portrait and of wrong variants that are
            nowhere visible.
        rows: `ROW` lines in a row, or all where there are fewer, of each hidden test, helper and portrait.
        answers: whole answers, as lines: each answer cell, each function in it without its docstring, and each
            predicted value.
        names: the names of hidden tests.
        hints: the messages of hidden tests and their helpers that no public test has; and the sentences of wrong
            variants of which learners get nothing.
    """

    exercise: str
    lines: frozenset[str]
    rows: frozenset[tuple[str, ...]]
    answers: frozenset[tuple[str, ...]]
    names: frozenset[str]
    hints: frozenset[str]


@dataclass(frozen=True)
class Leak:
    """One find: in which file (`outer.zip/inner` inside a zip), and what it is."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


# --- What is secret ----------------------------------------------------------------------------------------


def secrets(path: Path) -> Secrets:
    """Returns the secrets of the master at `path`."""
    master = read_master(path)
    hidden = [case.source for cases in master.tests.values() for case in cases if case.hidden]
    public = [case.source for cases in master.tests.values() for case in cases if not case.hidden]
    solutions, secret, visible = _answers(master)
    variants = [variant for of_one in wrong.read(master, path.with_name(wrong.FILE)).variants.values()
                for variant in of_one]
    for source in (*hidden, master.helpers, master.portrait, *(variant.code for variant in variants)):
        secret.update(_lines(source))
    for source in public:
        visible.update(_lines(source))
    trees = [ast.parse(source) for source in hidden]
    said = [text for source in public for text in _texts_in(ast.parse(source))]
    shown = "\n".join(visible)
    return Secrets(
        exercise=master.name,
        lines=frozenset(line for line in secret if re.search(r"\w.*\w", line) and line not in visible
                        and not (len(line) >= LONG and line in shown)),
        rows=frozenset(row for source in (*hidden, master.helpers, master.portrait) for row in _rows(_lines(source))
                       if not set(row) <= visible),
        answers=frozenset(answer for source in solutions for answer in _whole_answers(source)
                          if not set(answer) <= visible and sum(map(len, answer)) >= SHORT),
        names=frozenset(tree.body[0].name for tree in trees if isinstance(tree.body[0], ast.FunctionDef)),
        hints=frozenset(words for tree in (*trees, ast.parse(master.helpers)) for words in _hints(tree)
                        if not any(words in text for text in said))
        | _untold(master, variants),
    )


def _untold(master: Master, variants: Iterable[wrong.Written]) -> frozenset[str]:
    """Returns the sentences of wrong variants that no learner reads before grading: they pass all public checks."""
    file = course.EXERCISES / "tests" / master.name / course.CAUSES
    told = file.read_text(encoding="utf-8") if file.is_file() else ""
    return frozenset(variant.says for variant in variants if json.dumps(variant.says, ensure_ascii=False) not in told)


def _answers(master: Master) -> tuple[list[str], set[str], set[str]]:
    """Returns the answer cells as a learner would hand them in; the secret and the visible lines outside of tests."""
    solutions: list[str] = []
    secret: set[str] = set()
    visible: set[str] = set()
    block = ""
    for cell in extract_all_fenced_otter_cells(master.notebook.cells):
        if marker := re.match(r"# (BEGIN|END) (TESTS|SOLUTION)", cell.source) if cell.cell_type == "raw" else None:
            block = marker[2] if marker[1] == "BEGIN" else ""
        elif block != "TESTS":
            if block == "SOLUTION" and cell.cell_type == "code":
                solutions.append(finish.without_markers(cell.source))
            solving = False
            for line in cell.source.split("\n"):
                if re.search(r"# (BEGIN|END) SOLUTION", line):
                    solving = "BEGIN" in line
                else:
                    solved = solving or line.rstrip().endswith("# SOLUTION")
                    (secret if solved else visible).add(re.sub(r"\s*# SOLUTION$", "", line).strip())
    return solutions, secret, visible


def _lines(text: str) -> list[str]:
    """Returns the lines of a text that are not blank, without indentation."""
    return [line for line in (line.strip() for line in text.split("\n")) if line]


def _rows(lines: list[str]) -> Iterator[tuple[str, ...]]:
    """Yields all runs of `ROW` lines that have substance: one of brackets and names alone may stand anywhere."""
    for start in range(max(1, len(lines) - ROW + 1)):
        row = tuple(lines[start:start + ROW])
        if sum(map(len, row)) >= 2 * LONG:
            yield row


def _whole_answers(source: str) -> Iterator[tuple[str, ...]]:
    """Yields each answer cell, each function in it without its docstring, and each predicted value (`a_name = 2`)."""
    yield tuple(_lines(source))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    lines = source.split("\n")
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            first = node.body[1 if ast.get_docstring(node) is not None and len(node.body) > 1 else 0]
            head = lines[node.lineno - 1:node.body[0].lineno - 1]
            yield tuple(_lines("\n".join(head + lines[first.lineno - 1:node.end_lineno])))
        elif isinstance(node, ast.Assign) and "_" in ast.unparse(node.targets[0]):
            with contextlib.suppress(ValueError):
                ast.literal_eval(node.value)
                yield tuple(_lines("\n".join(lines[node.lineno - 1:node.end_lineno])))


def _hints(tree: ast.Module) -> Iterator[str]:
    """Yields the texts in `digits.hint(...)` and `digits.Told(...)`, split where values stand in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("hint", "Told") and node.args:
            yield from (text.strip() for text in _texts_in(node.args[0]) if len(text) >= LONG)


def _texts_in(tree: ast.AST) -> Iterator[str]:
    """Yields every text in code; of one with values in it the parts between them."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


# --- Searching files ---------------------------------------------------------------------------------------


def find(files: Mapping[str, bytes], hidden: Iterable[Secrets], *, hints_may_show: bool = False,
         of_others: Collection[str] = ()) -> list[Leak]:  # fmt: skip
    """Returns the leaks in `files`, by their paths; none when all is well.

    Args:
        files: path, with forward slashes -> contents. Zips are opened, zips inside of them as well.
        hidden: of every exercise.
        hints_may_show: for feedback pages. All of them are then looked at strictly.
        of_others: SHA-256 of files that were there before the course, such as WebAssembly. They are not searched.
    """
    known = [_without_hints(one) if hints_may_show else one for one in hidden]
    found = []
    for file, data in files.items():
        for path, text in _texts(file, data, of_others):
            if text is None:
                found.append(Leak(path, "a kind of file that cannot be looked into"))
                continue
            for one in known:
                strict = hints_may_show or _made_from(path, text, one.exercise)
                found += [Leak(path, what) for what in _given_away(text, one, strict)]
                if strict and not hints_may_show:
                    found += [Leak(path, f"a marker of the master, {marker}") for marker in MARKERS if marker in text]
    return list(dict.fromkeys(found))


def _made_from(path: str, text: str, exercise: str) -> bool:
    """Returns whether a file is the exercise's notebook, whatever its name now, or one of its public tests."""
    parts = PurePosixPath(path)
    if parts.suffix == ".ipynb":
        of_the_book = "_sources" in parts.parts  # a chapter may have the name of an exercise
        return (parts.stem == exercise and not of_the_book) or f"\nassignment\n{exercise}\n" in text
    return parts.suffix in (".py", ".json") and exercise in parts.parts


def _without_hints(one: Secrets) -> Secrets:
    """Returns the secrets without the hints, and without lines of code that are nothing but a part of a hint."""
    shown = frozenset(line for line in one.lines if any(line.strip("\"' ,") in hint for hint in one.hints))
    return replace(one, hints=frozenset(), lines=one.lines - shown)


def _given_away(text: str, one: Secrets, strict: bool) -> Iterator[str]:
    lines = _lines(text)
    of = f"of {one.exercise}"
    rows = {tuple(lines[i:i + size]) for size in {len(row) for row in one.rows} for i in range(len(lines))}
    for row in one.rows & rows:
        yield f"lines of a hidden test {of}: {_short(row[0])}"
    whole = "\n" + "\n".join(lines) + "\n"
    for answer in one.answers:
        if "\n" + "\n".join(answer) + "\n" in whole:
            yield f"an answer {of}: {_short(answer[0])}"
    for name in one.names:
        if strict and name in text:
            yield f"the name of a hidden test {of}: {name}"
    for hint in one.hints:
        if hint in text:
            yield f"the hint of a hidden test {of}: {_short(hint)}"
    if strict:
        for line in one.lines & set(lines) | {line for line in one.lines if len(line) >= LONG and line in text}:
            yield f"a line of the solution or of a hidden test {of}: {_short(line)}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _texts(path: str, data: bytes, of_others: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Yields the readable text of a file, with its path; None where it cannot be read."""
    if of_others and hashlib.sha256(data).hexdigest() in of_others:
        return
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".zip", ".whl", ".npz"):
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            yield path, None
            return
        for name in archive.namelist():
            if suffix == ".npz" and name.endswith(".npy"):
                continue  # numbers
            if not name.endswith("/"):
                yield from _texts(f"{path}/{name}", archive.read(name), of_others)
    elif suffix == ".ipynb":
        yield path, "\n".join(_strings(json.loads(data)))
    elif suffix == ".inv":  # Sphinx: four lines of head, and the rest compressed
        head = data.split(b"\n", 4)
        yield path, zlib.decompress(head[4]).decode(errors="replace") if len(head) == 5 else None
    elif suffix in TEXT:
        text = data.decode(errors="replace")
        if suffix in (".html", ".svg"):
            text = html.unescape(re.sub(r"<[^<>]*>", "", text)) + "\n" + html.unescape(text)
        elif suffix in (".js", ".json", ".map"):
            text = text + "\n" + text.replace("\\n", "\n").replace('\\"', '"')
        if suffix == ".json":
            with contextlib.suppress(ValueError):  # damaged, or something else: looked at as it is
                text = "\n".join([text, *_strings(json.loads(data))])
        yield path, text
    elif suffix in BINARY:
        yield path, data.decode("latin-1")
    else:
        yield path, None


def _strings(value: Any) -> Iterator[str]:
    """Yields every text in a notebook's JSON: keys, metadata and outputs as well, a list of lines as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            yield "".join(value)
        else:
            for part in value:
                yield from _strings(part)
