"""Reads a master: one exercise in MyST Markdown, with Otter Assign's markers.

`solutions/README.md` tells an author how to write one. What this module adds to
Otter's format, so that nine masters need not repeat it: the assignment's
settings, the setup cell, links to the book, and helpers for hidden tests. It
knows nothing of where things are written. An error names the file, the line and
the remedy; `build` adds how to go on.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from otter.assign.blocks import extract_all_fenced_otter_cells

from autograder.authoring import hints, tried
from autograder.course import CourseError, Question

BOOK_ADDRESS = "../build/book/html"
"""The address to which `book:` links of a master lead, seen from the notebook: a folder or a site."""

SETTINGS = """\
# ASSIGNMENT CONFIG
init_cell: false
export_cell: false
check_all_cell: false
tests:
    files: true
    ok_format: false
requirements: requirements.txt
python_version: "3.12"
generate:
    show_hidden: true
"""
"""Otter Assign's settings for every master: test files beside the notebook, in exception format.

The last three are for Gradescope. Its image has a Python between the oldest and the newest that the course
supports. Learners read the hints of hidden checks, and the points of each question, once the grades are
published there; Otter alone would hide both from them for good.
"""

SETUP = """\
try:
    import digits
except ModuleNotFoundError as missing:
    if missing.name != "digits":
        raise
    raise ModuleNotFoundError(
        "This notebook needs digits.py, mnist.npz and the folder tests/ beside it: "
        "fetch them from the course's exercises folder, then run this cell again."
    ) from None
grader = digits.checks("{name}")"""
"""The first code cell of every notebook."""

HELPERS = "# TEST HELPERS"
"""A cell that begins so is put on top of each full test file, and nowhere else."""

PORTRAIT = "# PORTRAIT"
"""A cell that begins so holds the function that makes the portrait of a learner's network; see `grading.portrait`."""

FORMER_NAME = re.compile(r"[0-9]{2}(-[a-z0-9]+)+")
"""The form of an exercise's former name. `course.former_names` reads the same line."""

BOOK_LINK = re.compile(r"\]\(book:([\w/-]+)(#[\w-]+)?\)")
PREDICTION = re.compile(r"^### .*\bpredict\b", re.MULTILINE)
"""Marks the heading of a question that learners must answer before anything is run: nothing at home may reveal its
answer."""
QUESTION_NAME = re.compile(r"q\d+_\d+")


@dataclass
class TestCell:
    """One test case as its author wrote it: a function, and whether it is hidden from learners.

    `said`: what stands behind `# HIDDEN` in its first line; see `tried`.
    """

    source: str
    hidden: bool
    said: str = ""


@dataclass
class Master:
    """One exercise, read and found in order.

    Attributes:
        name: of its folder.
        version: a hash of the file.
        title, chapter, minutes: from the front matter.
        notebook: the input of `otter assign`.
        questions: in their order.
        tests: the test cells of each question, in their order.
        answers: the answer cell of each question, with Otter's markers.
        predictions: the questions that learners must answer before anything is run.
        helpers: code for the top of the full test files.
        portrait: the function that makes a portrait of the learner's network; empty without one.
        formerly: its names in earlier numberings of the course.
    """

    name: str
    version: str
    title: str
    chapter: str
    minutes: int
    notebook: NotebookNode
    questions: list[Question] = field(default_factory=list)
    tests: dict[str, list[TestCell]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    predictions: frozenset[str] = frozenset()
    helpers: str = ""
    portrait: str = ""
    formerly: tuple[str, ...] = ()


MINUTES = range(20, 61)
"""Minutes that a learner may be asked to plan for one exercise."""


@dataclass(frozen=True)
class _Source:
    """The text of a master, and the beginning of its errors.

    `file`: its path as an author sees it from the repository's root.
    """

    file: str
    text: str

    def error(self, line: int, problem: str, question: str = "") -> CourseError:
        of = f", question {question}" if question else ""
        return CourseError(f"{self.file}, line {line}{of}: {problem}")

    def lines(self, cells: Sequence[NotebookNode]) -> Iterator[int]:
        """Yields the line where each cell begins; for one that is not the author's, the line of the cell before."""
        begin = end = 0
        for cell in cells:
            found = self.text.find(cell.source, end) if cell.source.strip() else -1
            if found >= 0:
                begin, end = found, found + len(cell.source)
            yield self.text.count("\n", 0, begin) + 1


def read_master(path: Path) -> Master:
    """Reads the master at `path`.

    Raises:
        CourseError: it is not in order; the message names the file, the line, the question and what to do.
    """
    source = _read(path)
    front = _header(source)
    _require_closed(source)
    notebook = jupytext.reads(source.text, fmt="md:myst")
    _require_python(source, notebook)
    opening, opening_line = notebook.cells[0].source.replace("\n", " "), next(source.lines(notebook.cells))
    helpers = [cell.source for cell in notebook.cells if cell.source.startswith(HELPERS)]
    name = path.parent.name
    master = Master(
        name=name,
        version=hashlib.sha256(source.text.encode()).hexdigest()[:12],
        title=str(front["title"]),
        chapter=str(front["chapter"]),
        minutes=front["minutes"],
        notebook=_for_otter(notebook, name),
        helpers="\n\n".join(code.removeprefix(HELPERS).strip() for code in helpers),
        portrait=_portrait(source, notebook),
        formerly=_formerly(source, front, path),
    )
    for draft in _questions(source, master.notebook):
        _require_in_order(source, draft, seen=master.tests)
        for test, line in zip(draft.tests, draft.lines, strict=True):
            if test.hidden and (problem := hints.problem(test.source, master.helpers)
                                or tried.problem(test.said, test.source, draft.read, draft.answer)):
                raise source.error(line, problem, draft.name)
        master.questions.append(Question(draft.name, draft.points))
        master.tests[draft.name] = draft.tests
        master.answers[draft.name] = draft.answer
        if PREDICTION.search(draft.text):
            master.predictions |= {draft.name}
    if not master.questions:
        raise CourseError(f"{source.file} has no question. See solutions/README.md, A question.")
    worth = f"{sum(question.points for question in master.questions):g} points, about {master.minutes} minutes"
    if worth not in opening:
        raise source.error(opening_line, f"the text before the first cell must say what the exercise takes: {worth}.")
    return master


def _read(path: Path) -> _Source:
    file = "/".join(path.parts[-3:])
    data = path.read_bytes()
    try:
        return _Source(file, data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"{file}, line {line}: the byte 0x{data[error.start]:02x} is no UTF-8. Save the file as UTF-8."
        ) from None


def _header(source: _Source) -> dict[str, Any]:
    """Returns the front matter, with everything that a master must state there."""
    lines = source.text.split("\n")
    ends = [number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        raise source.error(1, "the front matter is missing or has no end. It stands on top, between two lines `---`; "
                              "see solutions/README.md, How to write a master.")
    try:
        front = yaml.safe_load("\n".join(lines[1 : ends[0] - 1]))
    except yaml.YAMLError as error:
        raise source.error(_yaml_line(error) + 1, f"the front matter is no YAML: {_yaml_problem(error)}. "
                                                  "Put a value with `:` or `[` in it into quotation marks.") from None
    if not isinstance(front, dict):
        raise source.error(2, "the front matter holds no keys such as `title: Preprocessing`.")
    missing = [key for key in ("jupytext", "title", "chapter", "minutes") if key not in front]
    if missing:
        raise source.error(1, f"the front matter lacks {', '.join(missing)}.")
    if front["minutes"] not in MINUTES:
        line = next(number for number, line in enumerate(lines, 1) if line.startswith("minutes"))
        raise source.error(line, f"`minutes` is {front['minutes']!r}; say a whole number from {MINUTES[0]} to "
                                 f"{MINUTES[-1]}. What takes longer is two exercises.")
    return front


def _formerly(source: _Source, front: dict[str, Any], path: Path) -> tuple[str, ...]:
    """Returns the exercise's former names; none where the front matter has no `formerly`."""
    said = front.get("formerly", [])
    names = [said] if isinstance(said, str) else said
    line = next((number for number, text in enumerate(source.text.split("\n"), 1) if text.startswith("formerly")), 1)
    if not isinstance(names, list) or not all(isinstance(name, str) and FORMER_NAME.fullmatch(name) for name in names):
        raise source.error(line, f"`formerly` is {said!r}; say what the exercise was called in an earlier numbering, "
                                 "06-training, or several such names in square brackets.")
    if taken := [name for name in names if (path.parents[1] / name / path.name).is_file()]:
        raise source.error(line, f"`formerly` names {taken[0]}, which is an exercise of the course now. Take it out: a "
                                 "name can stand for one exercise only.")
    return tuple(names)


def _yaml_line(error: yaml.YAMLError) -> int:
    """Returns the line of a piece of YAML at which it stops being YAML; the first is 1."""
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _yaml_problem(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or str(error).split("\n")[0]


FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
MARKER = re.compile(r"# (BEGIN|END) (QUESTION|SOLUTION|TESTS)\b")


def _require_closed(source: _Source) -> None:
    """Checks that every cell has its end, and every `# BEGIN` of Otter its `# END`: else the rest would be misread.

    Raises:
        CourseError: one has none.
    """
    begun: tuple[int, str] | None = None  # the cell under way: its line, and what it must end with
    otter = False
    opened: list[tuple[int, str]] = []
    for number, line in enumerate(source.text.split("\n"), 1):
        fence = FENCE.fullmatch(line.rstrip())
        if fence and begun is None:
            begun, otter = (number, fence[1]), fence[2].strip() == "otter"
        elif fence and begun and not fence[2] and fence[1].startswith(begun[1]):
            begun = None
        elif fence and begun and len(begun[1]) == 3 and re.match(r"\{code-cell\}|otter$", fence[2].strip()):
            raise source.error(begun[0], f"the cell that begins here has no end before the next one, in line {number}. "
                                         "End it with a line of three backquotes.")
        elif otter and begun and (marker := MARKER.match(line)):
            _follow(source, opened, number, marker[1], marker[2])
    if begun:
        raise source.error(begun[0], "the cell that begins here has no end. End it with a line of three backquotes.")
    if opened:
        line_of, kind = opened[-1]
        raise source.error(line_of, f"`# BEGIN {kind}` has no `# END {kind}`. Add it, in an otter cell of its own.")


def _follow(source: _Source, opened: list[tuple[int, str]], line: int, side: str, kind: str) -> None:
    """Follows one marker of Otter, after those that are still `opened`."""
    inside = [of for _, of in opened]
    if side == "BEGIN":
        if inside != ([] if kind == "QUESTION" else ["QUESTION"]):
            if not inside:
                raise source.error(line, f"`# BEGIN {kind}` stands outside of a question. Put it after "
                                         "`# BEGIN QUESTION`.")
            raise source.error(opened[-1][0], f"`# BEGIN {inside[-1]}` has no `# END {inside[-1]}` before "
                                              f"`# BEGIN {kind}` in line {line}. Add it, in an otter cell of its own.")
        opened.append((line, kind))
        return
    if kind not in inside:
        raise source.error(line, f"`# END {kind}` has no `# BEGIN {kind}`. Add it, or take the line out.")
    if inside[-1] != kind:
        raise source.error(opened[-1][0], f"`# BEGIN {inside[-1]}` has no `# END {inside[-1]}` before `# END {kind}` "
                                          f"in line {line}. Add it, in an otter cell of its own.")
    opened.pop()


def _require_python(source: _Source, notebook: NotebookNode) -> None:
    """Checks that every code cell is Python, with Jupyter's own commands."""
    for cell, first in zip(notebook.cells, source.lines(notebook.cells), strict=True):
        if cell.cell_type != "code":
            continue
        try:
            ast.parse(TransformerManager().transform_cell(cell.source))
        except SyntaxError as error:
            line = first + (error.lineno or 1) - 1
            raise source.error(line, f"this is not Python: {error.msg}. Mend the cell.") from None
        for begin in re.finditer(r"^[ \t]*# BEGIN SOLUTION.*$", cell.source, re.MULTILINE):
            rest = cell.source[begin.end():]
            end = re.search(r"# (BEGIN|END) SOLUTION", rest)
            if end is None or end[1] != "END":
                line = first + cell.source.count("\n", 0, begin.start())
                raise source.error(line, "`# BEGIN SOLUTION` has no `# END SOLUTION` in this cell. Add it below the "
                                         "answer.")


def _for_otter(notebook: NotebookNode, name: str) -> NotebookNode:
    """Returns the notebook with settings, setup cell and working links; without the parts for the grader alone."""
    cells = [cell for cell in notebook.cells if not cell.source.startswith((HELPERS, PORTRAIT))]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = BOOK_LINK.sub(rf"]({BOOK_ADDRESS}/\1.html\2)", cell.source)
    first_code = next((i for i, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    settings = nbformat.v4.new_raw_cell(SETTINGS)
    setup = nbformat.v4.new_code_cell(SETUP.format(name=name))
    return nbformat.v4.new_notebook(
        cells=[settings, *cells[:first_code], setup, *cells[first_code:]],
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    )


def _portrait(source: _Source, notebook: NotebookNode) -> str:
    """Returns the function in the cell that begins with `# PORTRAIT`; empty without one."""
    cells = {line: cell.source for cell, line in zip(notebook.cells, source.lines(notebook.cells), strict=True)
             if cell.source.startswith(PORTRAIT)}
    if not cells:
        return ""
    line, code = cells.popitem()
    if cells:
        raise source.error(line, f"it has {len(cells) + 1} cells that begin with `{PORTRAIT}`; one is enough.")
    code = code.removeprefix(PORTRAIT).strip()
    body = ast.parse(code).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or body[0].name != "portrait":
        raise source.error(line, f"the cell `{PORTRAIT}` holds one function, called `portrait`, and nothing else.")
    return code


@dataclass
class _Draft:
    """A question as it stands in the master, in order or not; it begins in `line`, and its tests in `lines`.

    `before`: the text between the last question, or the beginning, and this one.
    """

    line: int
    name: str
    points: Any
    before: str = ""
    text: str = ""
    answers: int = 0
    answer: str = ""
    tests: list[TestCell] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def read(self) -> str:
        """What a learner reads before the answer."""
        return f"{self.before}\n{self.text}"


def _questions(source: _Source, notebook: NotebookNode) -> Iterator[_Draft]:
    question: _Draft | None = None
    block = before = ""
    cells = extract_all_fenced_otter_cells(notebook.cells)
    for cell, line in zip(cells, source.lines(cells), strict=True):
        marker = re.match(r"# (BEGIN|END) (\w+)", cell.source) if cell.cell_type == "raw" else None
        if marker and marker.groups() == ("BEGIN", "QUESTION"):
            facts = _facts(source, line, cell.source)
            question = _Draft(line, str(facts.get("name")), facts.get("points"), before)
        elif marker and marker.groups() == ("END", "QUESTION"):
            if question is not None:
                yield question
            question, before = None, ""
        elif marker:
            block = marker.group(2) if marker.group(1) == "BEGIN" else ""
        elif question is None:
            before += f"{cell.source}\n" if cell.cell_type == "markdown" else ""
        elif cell.cell_type == "markdown":
            question.text += cell.source
        elif block == "TESTS":
            first, _, rest = cell.source.partition("\n")
            hidden = first.startswith("#") and "hidden" in first.lower()  # as Otter reads it
            said = re.sub("^# HIDDEN", "", first.rstrip()) if hidden else ""
            question.tests.append(TestCell(rest if hidden else cell.source, hidden, said))
            question.lines.append(line)
        elif block == "SOLUTION":
            question.answers += 1
            question.answer = cell.source


def _facts(source: _Source, line: int, text: str) -> dict[str, Any]:
    """Returns the facts in a question's `# BEGIN QUESTION`."""
    try:
        facts = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise source.error(line + _yaml_line(error) - 1, f"what stands below `# BEGIN QUESTION` is no YAML: "
                                                         f"{_yaml_problem(error)}.") from None
    if not isinstance(facts, dict):
        raise source.error(line, "below `# BEGIN QUESTION` stand `name: q2_1` and `points: 2`, each on a line.")
    return facts


def _require_in_order(source: _Source, question: _Draft, seen: Collection[str]) -> None:
    points = question.points

    def error(problem: str, line: int = question.line) -> CourseError:
        return source.error(line, problem, question.name)

    if not QUESTION_NAME.fullmatch(question.name):
        raise error("call it q<exercise>_<number>, for example q2_1.")
    if question.name in seen:
        raise error("there is another question of that name. Give this one a name of its own.")
    if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
        raise error("`points` must be one number above 0.")
    if not re.search(rf"\({points:g} points?\b", question.text):
        raise error(f"its text must say what it is worth: ({points:g} points).")
    if question.answers != 1:
        raise error(f"it has {question.answers} answer cells; its answer belongs into one.")
    if all(test.hidden for test in question.tests):
        raise error("it has no public test, so a learner would get no answer.")
    if not any(test.hidden for test in question.tests):
        raise error("it has no hidden test. Begin a test cell with `# HIDDEN`.")
    for test, line in zip(question.tests, question.lines, strict=True):
        body = ast.parse(test.source).body
        if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
            raise error("a test cell holds one function and nothing else.", line)
