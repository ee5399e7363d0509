"""Makes the notebooks of the corpora: turns cases into files.

`apply` makes a case's notebook from the solved or the untouched one,
`write_notebook` writes it as a learner would have saved it, and `hand_in`
writes the files of an attack, also those that are no notebook at all. The same
case always gives the same bytes.

Nothing here runs a case. Attacks are hostile programs; this module only puts
them into files, and only into the folder it is given.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import nbformat

from autograder.authoring.corpus import UNTOUCHED, Attack, Edit, HandIn
from autograder.course import METADATA_KEY, Assignment, CourseError

Notebook = dict[str, Any]
"""A notebook as the JSON of its file."""



def load_notebook(path: Path) -> Notebook:
    """Returns a notebook's JSON, with every cell's source as one text."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return notebook


def _code_cell(source: str, seed: str) -> dict[str, Any]:
    """Makes a code cell whose id follows from its content, so that the same case is the same file."""
    identity = hashlib.sha256(f"{seed}\n{source}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return {"cell_type": "code", "execution_count": None, "id": identity, "metadata": {}, "outputs": [],
            "source": source}


def _find(notebook: Notebook, name: str) -> list[int]:
    """Returns the places of the cells called `name`; none when there is no such cell."""
    cells = notebook["cells"]
    code = [i for i, cell in enumerate(cells) if cell["cell_type"] == "code"]
    if name == "setup":
        return code[:1]
    if name.startswith("with "):
        containing = [i for i in code if name.removeprefix("with ") in cells[i]["source"]]
        return containing if len(containing) == 1 else []
    if name.startswith("check "):
        call = re.compile(rf"""\.check\(\s*["']{name.removeprefix("check ")}["']""")
        return [i for i in code if call.search(cells[i]["source"])]
    return [i for i in code if cells[i]["metadata"].get(METADATA_KEY, {}).get("answer") == name]


def _found(notebook: Notebook, name: str) -> list[int]:
    places = _find(notebook, name)
    if not places:
        raise CourseError(f"The notebook has no such cell, or more than one: {name!r}.")
    return places


def _place(notebook: Notebook, where: str) -> int:
    """Returns the index at which a cell that goes `where` is inserted."""
    if where == "start":
        return 0
    if where == "end":
        return len(notebook["cells"])
    side, _, cell = where.partition(" ")
    places = _found(notebook, cell)
    return places[0] if side == "before" else places[-1] + 1


def _set(notebook: Notebook, path: str, value: object) -> None:
    """Changes one place in the notebook's JSON, such as `metadata.reading_digits.assignment`."""
    *folders, last = path.split(".")
    target: Any = notebook
    for step in folders:
        target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
    if isinstance(target, list):
        target[int(last)] = value
    elif value is None:
        target.pop(last, None)
    else:
        target[last] = value


def fill(text: str, values: Mapping[str, str]) -> str:
    """Returns `text` with each `@NAME@` replaced by its value."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def apply(edit: Edit, assignment: Assignment, values: Mapping[str, str] | None = None) -> Notebook:
    """Returns the notebook that results when `edit` is made.

    Args:
        edit: the changes.
        assignment: the exercise, built.
        values: the text in place of each `@NAME@` in the case's own code.

    Raises:
        CourseError: the built notebook has no such cell.
    """
    solved = load_notebook(assignment.solution)
    untouched = load_notebook(assignment.learner)
    notebook = copy.deepcopy(untouched if edit.base == "untouched" else solved)
    if edit.base == "bare":
        notebook["cells"] = [notebook["cells"][i] for i in _found(notebook, "setup")]

    def code(text: str) -> str:
        return fill(text, values or {})

    for cell, source in edit.replace.items():
        places = _found(notebook, cell)
        new = [untouched["cells"][i]["source"] for i in _found(untouched, cell)] if source == UNTOUCHED else [
            code(source)]
        for place, text in zip(places, new + [""] * len(places), strict=False):
            notebook["cells"][place]["source"] = text
            notebook["cells"][place]["outputs"] = []
    for cell in edit.duplicate:
        places = _found(notebook, cell)
        copies = [_code_cell(notebook["cells"][i]["source"], f"copy {cell}") for i in places]
        notebook["cells"][places[-1] + 1 : places[-1] + 1] = copies
    for number, item in enumerate(edit.insert):
        place = _place(notebook, item.where)
        notebook["cells"].insert(place, _code_cell(code(item.code), f"insert {number}"))
    for cell, where in edit.move.items():
        moved = [notebook["cells"][i] for i in _found(notebook, cell)]
        rest = [c for c in notebook["cells"] if not any(c is m for m in moved)]
        notebook["cells"] = rest
        place = _place(notebook, where)
        notebook["cells"][place:place] = moved
    for cell in edit.remove:
        for i in reversed(_found(notebook, cell)):
            del notebook["cells"][i]
    for path, value in edit.set.items():
        _set(notebook, path, code(value) if isinstance(value, str) else value)
    return notebook


def to_text(notebook: Notebook) -> str:
    """Returns the notebook as the text of its file: the same text for the same notebook."""
    # ensure_ascii: an attack may hold half a surrogate pair, which UTF-8 cannot write.
    return json.dumps(notebook, indent=1, ensure_ascii=True, sort_keys=True) + "\n"


def write_notebook(notebook: Notebook, path: Path) -> Path:
    """Writes it as Jupyter would; returns the path.

    Raises:
        CourseError: the result is no valid notebook (a fault of the case or of the build).
    """
    try:
        nbformat.validate(nbformat.from_dict(notebook))
    except nbformat.ValidationError as problem:
        raise CourseError(f"{path.name} would not be a valid notebook: {problem.message}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_text(notebook), encoding="utf-8")
    return path


def _content(handed_in: HandIn, notebook: bytes) -> Iterator[bytes]:
    """Yields the bytes of one file, piece by piece, so that a zip bomb never lies in memory."""
    if not handed_in.parts:
        yield notebook
    for part in handed_in.parts:
        if "text" in part:
            yield part["text"].encode("utf-8")
        elif "hex" in part:
            yield part["hex"]
        elif "repeat" in part:
            text, times = part["repeat"]
            piece = text.encode("utf-8")
            at_once = max(1, 1_000_000 // max(1, len(piece)))
            for start in range(0, times, at_once):
                yield piece * min(at_once, times - start)
        else:
            first, encoding = part["notebook"]
            yield notebook.decode("ascii").encode(encoding)[:first]


def _entry(archive: zipfile.ZipFile, entry: HandIn, name: str, notebook: bytes) -> None:
    # ZipInfo takes a name as it is. A fixed time stamp: the same case is the same archive.
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    if entry.link is not None:
        info.external_attr = 0o120777 << 16
        archive.writestr(info, entry.link)
    elif entry.zip is not None:
        inner = io.BytesIO()
        _zip(entry.zip, notebook, inner)
        archive.writestr(info, inner.getvalue())
    else:
        with archive.open(info, "w", force_zip64=True) as stream:
            for piece in _content(entry, notebook):
                stream.write(piece)


def _zip(entries: Sequence[HandIn], notebook: bytes, target: IO[bytes]) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for entry in entries:
            for copy_number in range(entry.copies):
                name = entry.name if entry.copies == 1 else f"{entry.name}{copy_number}"
                _entry(archive, entry, name, notebook)


def _filled(handed_in: HandIn, values: Mapping[str, str]) -> HandIn:
    """Returns the same file with its names and the target of its link filled in."""
    return replace(
        handed_in,
        name=fill(handed_in.name, values),
        link=None if handed_in.link is None else fill(handed_in.link, values),
        zip=None if handed_in.zip is None else tuple(_filled(entry, values) for entry in handed_in.zip),
    )


def write_zip(files: Mapping[str, bytes], path: Path) -> None:
    """Makes a zip of these files, by name: the same bytes for the same files."""
    with path.open("wb") as stream:
        _zip([HandIn(name, ({"hex": content},)) for name, content in files.items()], b"", stream)


def hand_in(
    attack: Attack, assignment: Assignment, folder: Path, values: Mapping[str, str], learner: str = ""
) -> list[Path]:
    """Writes the files of the attack below `folder`; returns the paths. Runs nothing.

    Args:
        attack: the case.
        assignment: its exercise, built.
        folder: the folder of the class.
        values: the values common to all cases, see `Attack.values`.
        learner: call the file so, instead of as the case says.

    Raises:
        CourseError: a name would leave `folder`. Attacks on that belong inside a zip.
    """
    values = attack.values(values)
    notebook = to_text(apply(attack.edit, assignment, values)).encode("ascii")
    written = []
    for handed_in in attack.files:
        file = _filled(handed_in, values)
        name = PurePosixPath(file.name)
        if name.is_absolute() or ".." in name.parts:
            raise CourseError(f"{attack.folder}: {file.name!r} would be written outside its folder")
        path = (folder / attack.name if attack.own_folder else folder) / name
        if learner:
            path = folder / (learner + name.suffix)
        if os.path.lexists(path):
            raise CourseError(f"{attack.folder}: another case has handed in {file.name!r} already")
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.link is not None:
            path.symlink_to(file.link)
        elif file.fifo:
            os.mkfifo(path)
        elif file.folder:
            path.mkdir()
        else:
            with path.open("wb") as stream:
                if file.zip is not None:
                    _zip(file.zip, notebook, stream)
                else:
                    for piece in _content(file, notebook):
                        stream.write(piece)
        written.append(path)
    return written
