"""Lists the differences between two releases, in words for the person who hands them out.

Zips are not compared, as they are made of files that are; nor are files that only determine the look of the book.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from autograder.grading.text import listed

MOST_NAMED = 8

EXERCISES, BOOK = "exercises/", "docs/"
NO_PAGES = ("docs/page/", "docs/_", "docs/genindex.html", "docs/search.html")
"""Pages beside the chapters: the page in which the exercises run, and those that Sphinx makes of all of them."""


def exercises_in(files: Mapping[str, bytes] | set[str]) -> list[str]:
    """Returns the exercises that a learners' repository holds, by the paths in it."""
    return sorted(PurePosixPath(path).stem for path in files
                  if path.startswith(EXERCISES) and path.count("/") == 1 and path.endswith(".ipynb"))


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Returns what is new, gone and changed, a line each, the exercises first; nothing if both are the same.

    Args:
        before, after: the files of the learners' repository, by path in it.
    """
    return [*_of_exercises(before, after), *_of_other_files(before, after), *_of_pages(before, after)]


def _of_exercises(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    old, new = exercises_in(before), exercises_in(after)
    for name in new:
        if name not in old:
            yield f"new: {name}"
    for name in old:
        if name not in new:
            yield f"gone: {name}. Who has it keeps it; it is no longer handed out"
    for name in new:
        if name in old and (parts := [*_of_notebook(name, before, after), *_of_checks(name, before, after)]):
            yield f"changed: {name}, {' and '.join(parts)}"


def _of_notebook(name: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    path = f"{EXERCISES}{name}.ipynb"
    if before[path] == after[path]:
        return
    old, new = _cells(before[path]), _cells(after[path])
    count = sum(old.get(cell) != new.get(cell) for cell in old.keys() | new.keys())
    yield f"its notebook ({count} {'cell' if count == 1 else 'cells'})" if count else "its notebook"


def _cells(data: bytes) -> dict[str, object]:
    """Returns the cells of a notebook by their names; none where it cannot be read."""
    try:
        return {str(cell["id"]): cell for cell in json.loads(data)["cells"]}
    except (ValueError, KeyError, TypeError):
        return {}


def _of_checks(name: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    folder = f"{EXERCISES}tests/{name}/"
    own = _differ(before, after, folder)
    checks = [PurePosixPath(path).stem for path in own if path.endswith(".py")]
    if checks:
        yield f"the checks of {listed(checks, MOST_NAMED)}"
    elif own:
        yield "what its checks say of a cause"


def _of_other_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    exercises = set(exercises_in(before)) | set(exercises_in(after))
    files = [path for path in _differ(before, after, "") if not path.startswith(BOOK)
             and not (path.startswith(f"{EXERCISES}tests/") or PurePosixPath(path).stem in exercises)]
    if files:
        yield f"changed: {listed(files, MOST_NAMED)}"


def _of_pages(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    pages = [path for path in _differ(before, after, BOOK) if path.endswith(".html") and not path.startswith(NO_PAGES)]
    if pages:
        named = [path.removeprefix(BOOK).removesuffix(".html") for path in pages]
        yield f"changed: {len(pages)} {'page' if len(pages) == 1 else 'pages'} of the book, {listed(named, MOST_NAMED)}"


def _differ(before: Mapping[str, bytes], after: Mapping[str, bytes], folder: str) -> list[str]:
    return sorted(path for path in before.keys() | after.keys()
                  if path.startswith(folder) and before.get(path) != after.get(path))
