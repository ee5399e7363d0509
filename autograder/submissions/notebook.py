"""Reads the bytes of a notebook, as handed in, and returns the code cells that will be run.

Trusted side. The bytes come from a stranger. This module reads them as JSON, after
`skim` has cut out the unneeded parts and checked the rest against limits; it reads
only the fields it needs, and says in one sentence what is wrong with a notebook it
cannot read. It must never run, import or unpickle anything from it, and never do
work on it without bounds. Notebooks of old formats are read as `nbformat` would
convert them, without its conversion, whose work knows no bounds.

Which cells count follows Otter: a cell tagged `otter_ignore`, or whose Otter
metadata says `ignore`, is left out, and a check that Otter wrote into a cell's
metadata is made after that cell.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

from autograder.course import METADATA_KEY
from autograder.submissions.skim import TooMuchError, skim

MAX_NOTEBOOK_BYTES = 32 * 1024 * 1024
"""Bytes of a notebook. One with every figure of the longest exercise in it has about 3 MB."""
CLEAR = "Clear its outputs and hand it in again."

MAX_CODE_CELLS = 2000
MAX_SOURCE_CHARACTERS = 2_000_000

SKIP_TAGS = frozenset({"otter_ignore", "skip-execution"})
"""Tags that keep a cell from running under `otter run`: Otter's own and nbclient's."""


class UnreadableError(Exception):
    """The file handed in cannot be graded; the message is one sentence for the instructor and the learner."""


@dataclass(frozen=True)
class Cell:
    """One code cell. `checks`: the questions Otter's metadata asks to check right after it."""

    source: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notebook:
    """The code cells in order, and the exercise that the notebook names, for this course or for Otter; or empty."""

    cells: tuple[Cell, ...]
    assignment: str


def parse_notebook(data: bytes) -> Notebook:
    """Returns the code cells of a notebook of any format version that Jupyter still knows.

    Args:
        data: the file's bytes.

    Raises:
        UnreadableError: with the reason.
    """
    document = _json(data)
    version = _version(document)
    cells = _cells(document, version)
    code = [cell for number, entry in enumerate(cells, 1) if (cell := _code_cell(entry, number, version)) is not None]
    if not any(cell.source.strip() for cell in code):
        if kept := sum(_code_of(entry, number, version).strip() != "" for number, entry in enumerate(cells, 1)):
            raise UnreadableError(
                f"None of the notebook's code may run: {kept} code cells have code, and each is tagged "
                "`skip-execution` or `otter_ignore`, or marked to be ignored. Take the tags off and hand it in again."
            )
        raise UnreadableError("The notebook has no code: every code cell is empty, or there is none.")
    if len(code) > MAX_CODE_CELLS or sum(len(cell.source) for cell in code) > MAX_SOURCE_CHARACTERS:
        raise UnreadableError(
            f"The notebook is too long: more than {MAX_CODE_CELLS} code cells "
            f"or {MAX_SOURCE_CHARACTERS:,} characters of code."
        )
    assignment = _assignment(document) if version > 1 else ""  # format 1 has no metadata
    return Notebook(tuple(cell for cell in code if cell.source.strip()), assignment)


def _json(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise UnreadableError(
            f"The notebook is too large: {len(data) / 2**20:.0f} MB, at most "
            f"{MAX_NOTEBOOK_BYTES // 2**20} MB. {CLEAR}"
        )
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data or data.isspace():
        raise UnreadableError("The file is empty.")
    if b"\0" in data:
        raise UnreadableError("The file is damaged: a notebook is text, and this one has null bytes in it.")
    try:
        document = json.loads(skim(data).decode())
    except UnicodeDecodeError:
        raise UnreadableError("The file is damaged: a notebook is text in UTF-8, and this is not.") from None
    except TooMuchError as error:
        raise UnreadableError(str(error)) from None
    except RecursionError:
        raise UnreadableError("The notebook's JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(f"The file is not a notebook: its JSON is malformed ({error}).") from None
    except ValueError:
        raise UnreadableError("The file is not a notebook: its JSON is malformed (a number is too long).") from None
    if not isinstance(document, dict):
        raise UnreadableError("This is JSON, but not a notebook.")
    return document


def _version(document: dict[str, Any]) -> int:
    """Returns the number of its format."""
    version = document.get("nbformat")
    if type(version) is not int or version < 1:
        raise UnreadableError("This is JSON, but not a notebook: it has no format version.")
    if version > 4:
        raise UnreadableError(f"The notebook has format {version}; this grader knows formats up to 4.")
    return version


def _cells(document: dict[str, Any], version: int) -> list[Any]:
    """Returns its cells, of whatever kind; formats 2 and 3 have them on worksheets."""
    sheets = document.get("worksheets") if version in (2, 3) else [document]
    lists = [_dict(sheet).get("cells") for sheet in sheets] if isinstance(sheets, list) else [None]
    if all(isinstance(cells, list) for cells in lists):
        return [cell for cells in lists for cell in cells or ()]
    if version == 4:
        raise UnreadableError("This is JSON, but not a notebook: it has no list of cells.")
    raise UnreadableError(
        f"The notebook has the old format {version}, and no list of cells where that format has it. "
        "Open it in Jupyter, save it, and hand it in again."
    )


def _code_of(entry: Any, number: int, version: int) -> str:
    """Returns the source of a code cell; empty for another kind of cell."""
    if not isinstance(entry, dict):
        raise UnreadableError(f"Cell {number} of the notebook is not a cell.")
    if entry.get("cell_type") != "code":
        return ""
    source = entry.get("source") if version == 4 else entry.get("code" if version == 1 else "input", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableError(f"Cell {number} of the notebook has no source.")
    return source


def _code_cell(entry: Any, number: int, version: int) -> Cell | None:
    """Returns the code cell, or None for another kind of cell and for one that is not to run."""
    source = _code_of(entry, number, version)
    if entry.get("cell_type") != "code":
        return None
    metadata = _dict(entry.get("metadata")) if version > 1 else {}
    otter = _dict(metadata.get("otter"))
    tags = metadata.get("tags")
    ignored = isinstance(tags, list) and any(tag in SKIP_TAGS for tag in tags if isinstance(tag, str))
    if ignored or otter.get("ignore"):
        return None
    checks = otter.get("tests")
    names = tuple(name for name in checks if isinstance(name, str)) if isinstance(checks, list) else ()
    return Cell(whole_characters(source), names)


def _assignment(document: dict[str, Any]) -> str:
    metadata = _dict(document.get("metadata"))
    names = (_dict(metadata.get(METADATA_KEY)).get("assignment"), _dict(metadata.get("otter")).get("assignment_name"))
    return next((whole_characters(name) for name in names if isinstance(name, str) and name), "")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def whole_characters(text: str) -> str:
    """Returns `text` with halves of characters replaced: JSON and file names can hold them, UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
