"""Reads a master: one exercise in MyST Markdown, with Otter Assign's markers.

`solutions/README.md` tells an author how to write one. What this module adds
to Otter's format, so that eight masters need not repeat it: the assignment's
settings, the setup cell, links to the book, and helpers for hidden tests.
It knows nothing of where things are written.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode
from otter.assign.blocks import extract_all_fenced_otter_cells

from autograder.course import CourseError, Question

BOOK_ADDRESS = "../build/book/html"
"""Where `book:` links of a master lead, seen from the notebook: a folder or a site."""

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
"""How Otter Assign treats every master: test files beside the notebook, in exception format.

The last three are for Gradescope. Its image has a Python between the oldest and the newest that the course
supports. Learners read the hints of hidden checks, and the points of each question, once the grades are
published there; Otter would keep both from them for good.
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

BOOK_LINK = re.compile(r"\]\(book:([\w/-]+)(#[\w-]+)?\)")
QUESTION_NAME = re.compile(r"q\d+_\d+")


@dataclass
class TestCell:
    """One test case as its author wrote it: a function, and whether learners do not get to see it."""

    source: str
    hidden: bool


@dataclass
class Master:
    """One exercise, read and found in order.

    Attributes:
        name: of its folder.
        version: a hash of the file.
        title, chapter, minutes: from the front matter.
        notebook: what `otter assign` is given.
        questions: in their order.
        tests: the test cells of each question, in their order.
        helpers: code for the top of the full test files.
        portrait: the function that makes a portrait of the learner's network; empty without one.
    """

    name: str
    version: str
    title: str
    chapter: str
    minutes: int
    notebook: NotebookNode
    questions: list[Question] = field(default_factory=list)
    tests: dict[str, list[TestCell]] = field(default_factory=dict)
    helpers: str = ""
    portrait: str = ""


def read_master(path: Path) -> Master:
    """The master at `path`.

    Raises:
        CourseError: it is not in order; the message names the question and what to do.
    """
    where = f"{path.parent.name}/{path.name}"
    text = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="md:myst")
    front = notebook.metadata
    missing = [key for key in ("title", "chapter", "minutes") if key not in front]
    if missing:
        raise CourseError(f"{where}: the front matter lacks {', '.join(missing)}.")
    helpers = [cell.source for cell in notebook.cells if cell.source.startswith(HELPERS)]
    master = Master(
        name=path.parent.name,
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        title=str(front["title"]),
        chapter=str(front["chapter"]),
        minutes=int(front["minutes"]),
        notebook=_for_otter(notebook, path.parent.name),
        helpers="\n\n".join(source.removeprefix(HELPERS).strip() for source in helpers),
        portrait=_portrait(where, notebook),
    )
    for draft in _questions(master.notebook):
        _require_in_order(f"{where}, question {draft.name}", draft, seen=master.tests)
        master.questions.append(Question(draft.name, draft.points))
        master.tests[draft.name] = draft.tests
    if not master.questions:
        raise CourseError(f"{where} has no question. See solutions/README.md, How to write a master.")
    return master


def _for_otter(notebook: NotebookNode, name: str) -> NotebookNode:
    """The notebook with settings, the setup cell and links that lead somewhere; without what is the grader's."""
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


def _portrait(file: str, notebook: NotebookNode) -> str:
    """The function in the cell that begins with `# PORTRAIT`; empty without one."""
    cells = [cell.source for cell in notebook.cells if cell.source.startswith(PORTRAIT)]
    if not cells:
        return ""
    if len(cells) > 1:
        raise CourseError(f"{file}: it has {len(cells)} cells that begin with `{PORTRAIT}`; one is enough.")
    source = cells[0].removeprefix(PORTRAIT).strip()
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise CourseError(f"{file}: the cell `{PORTRAIT}` is not Python: {error}.") from None
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or body[0].name != "portrait":
        raise CourseError(f"{file}: the cell `{PORTRAIT}` holds one function, called `portrait`, and nothing else.")
    return source


@dataclass
class _Draft:
    """A question as it stands in the master, in order or not."""

    name: str
    points: Any
    text: str = ""
    answers: int = 0
    tests: list[TestCell] = field(default_factory=list)


def _questions(notebook: NotebookNode) -> Iterator[_Draft]:
    question: _Draft | None = None
    block = ""
    for cell in extract_all_fenced_otter_cells(notebook.cells):
        marker = re.match(r"# (BEGIN|END) (\w+)", cell.source) if cell.cell_type == "raw" else None
        if marker and marker.groups() == ("BEGIN", "QUESTION"):
            facts = yaml.safe_load(cell.source) or {}
            question = _Draft(str(facts.get("name")), facts.get("points"))
        elif marker and marker.groups() == ("END", "QUESTION"):
            if question is not None:
                yield question
            question = None
        elif marker:
            block = marker.group(2) if marker.group(1) == "BEGIN" else ""
        elif question is None:
            continue
        elif cell.cell_type == "markdown":
            question.text += cell.source
        elif block == "TESTS":
            first, _, rest = cell.source.partition("\n")
            hidden = first.startswith("#") and "hidden" in first.lower()  # as Otter reads it
            question.tests.append(TestCell(rest if hidden else cell.source, hidden))
        elif block == "SOLUTION":
            question.answers += 1


def _require_in_order(where: str, question: _Draft, seen: Collection[str]) -> None:
    points = question.points
    if not QUESTION_NAME.fullmatch(question.name):
        raise CourseError(f"{where}: call it q<exercise>_<number>, for example q2_1.")
    if question.name in seen:
        raise CourseError(f"{where}: there is another question of that name.")
    if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
        raise CourseError(f"{where}: `points` must be one number above 0.")
    if not re.search(rf"\({points:g} points?\b", question.text):
        raise CourseError(f"{where}: its text must say what it is worth: ({points:g} points).")
    if question.answers != 1:
        raise CourseError(f"{where}: it has {question.answers} answer cells; its answer belongs into one.")
    if all(test.hidden for test in question.tests):
        raise CourseError(f"{where}: it has no public test, so a learner would get no answer.")
    if not any(test.hidden for test in question.tests):
        raise CourseError(f"{where}: it has no hidden test. Begin a test cell with `# HIDDEN`.")
    for test in question.tests:
        try:
            body = ast.parse(test.source).body
        except SyntaxError as error:
            raise CourseError(f"{where}: a test cell is not Python: {error}.") from None
        if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
            raise CourseError(f"{where}: a test cell holds one function and nothing else.")
