"""The learning systems whose downloads are known, a module each: how their names look, and whose a file in them is.

A download is recognized as a whole (`recognize`), by the system's own file or by all of its names: one name that looks
like a system's is no evidence, because learners choose names.

    base         the listing of a download, and what a module says of it
    canvas       one folder, name and number in each file's name
    moodle       folders or files, name and participant's number
    gradescope   folders, and a file of who is who
    blackboard   one folder, and a text file for each attempt
    brightspace  folders or files, number, name and time
    sakai        folders, a table and times
    ilias        folders, name, user and number
    google       copies for each student, and what forms append
    github       repositories, and a table of who is who
    nbgrader     submitted/, student, assignment

Each has `SYSTEM`, its name, `recognize`, which says what of a listing fits it and whose that is, and `RULES`, what is
true of its names outside of a download. Its first lines show the layout and name its sources.

A new system
============

1. A module here, in the map above and in `SYSTEMS`; where its rules have `alone`, in `ALONE`, too. That is all that
   finding and grading its downloads needs. An example of one goes to those of the others in the tests of identity,
   which grade and export a class of each.

Only where it has more than that:

2. Numbers that it counts: a `Kind` in `submissions/people.py`, and there in `SYSTEMS`.
3. Its name, as a folder may be called: `nobody` in `submissions/words.toml`.
4. Titles of its tables that are new: `reports/titles.toml`. What a title means in its tables alone, or that its list
   of the class says by each cell's form what that is: `Table.identifiers` in `reports/roster.py`.
5. Grades that it takes back: `_TABLES` in `reports/lms.py`, and `EXPORTS` in `reports/targets.py`.
6. Pages that it gives back: `SYSTEMS` in `reports/handback.py`, and `FEEDBACK` in `reports/targets.py`.
7. What to download, how its names are known, and what it takes back: the tables of `book/appendix/c-teaching.md`, and
   the list of systems in `README.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.submissions.names import clean_name
from autograder.submissions.systems import (
    blackboard,
    brightspace,
    canvas,
    github,
    google,
    gradescope,
    ilias,
    moodle,
    nbgrader,
    sakai,
)
from autograder.submissions.systems.base import Authors, Listing, Named, Recognized, parts_of

SYSTEMS = (gradescope, sakai, blackboard, brightspace, moodle, nbgrader, github, ilias, canvas, google)
"""The order: of two that fit equally well, the first has the more specific names."""

ALONE = (canvas, moodle, gradescope)
"""Systems for which one name is evidence without its download; if two recognize it, the first counts."""

MOST_AROUND = 3
"""How many folders may lie around a download."""


def recognize(listing: Listing) -> Recognized | None:
    """Returns the system that this download looks most like, whether it is one or not; None where no name fits any."""
    best: Recognized | None = None
    for around, inner in _unwrapped(listing):
        for module in SYSTEMS:
            seen = module.recognize(inner)
            if seen.authors and (best is None or _rank(seen) > _rank(best)):
                best = replace(seen, authors={around + name: authors for name, authors in seen.authors.items()},
                               own=frozenset(around + name for name in seen.own), around=around,
                               absent={around + name: authors for name, authors in seen.absent.items()})
    return best


def attribute(listing: Listing, seen: Recognized, names: Sequence[str]) -> Authors:
    """Returns whose the other files in a recognized download are: those that are not graded."""
    inner = next(inner for around, inner in _unwrapped(listing) if around == seen.around)
    module = next(module for module in SYSTEMS if seen.system == module.SYSTEM)
    inside = [name.removeprefix(seen.around) for name in names if name not in seen.own]
    found = module.recognize(replace(inner, handed_in=inside)).authors
    return {seen.around + name: authors for name, authors in found.items()}


def several(listing: Listing) -> dict[str, dict[str, tuple[Named, ...]]]:
    """Returns, by file and system, what each system that writes names of its own says of the files handed in."""
    said: dict[str, dict[str, tuple[Named, ...]]] = defaultdict(dict)
    for module in SYSTEMS:
        if not module.RULES.writes_names:
            continue
        for name, authors in module.recognize(listing).authors.items():
            if name in set(listing.handed_in):
                said[name][module.SYSTEM] = authors
    return dict(said)


def named_alone(file: str, folders: Sequence[str]) -> Named | None:
    """Returns whose a file is by its own name and its folders' names, the outermost first, without its download."""
    return next((named for module in ALONE if (named := module.RULES.alone(file, folders))), None)


def own_files() -> list[str]:
    """Returns the systems' own files, which lie beside the files handed in and say who is who."""
    return [module.RULES.metadata for module in SYSTEMS if module.RULES.metadata]


def is_submission(folder: str) -> bool:
    """Returns whether a folder has the name of one submission, in a system whose own file lies beside it."""
    return any(module.RULES.folder.fullmatch(folder) for module in SYSTEMS if module.RULES.folder)


def is_export(folder: str) -> bool:
    """Returns whether a folder has the name of a whole download. Several of these may lie side by side."""
    return any(module.RULES.export.fullmatch(folder) for module in SYSTEMS if module.RULES.export)


def assignment_in(system: str, path: str, exercises: Sequence[str]) -> str:
    """Returns the exercise of a system's file, as its folder names it; empty where it names none."""
    rules = next((module.RULES for module in SYSTEMS if system == module.SYSTEM), None)
    return rules.assignment(path, exercises) if rules and rules.assignment else ""


def for_another(file: str, zipped: str, exercises: Sequence[str]) -> str:
    """Returns the system that names the one notebook in a zip after somebody whom the zip does not name, or ""."""
    return next((module.SYSTEM for module in SYSTEMS if (rule := module.RULES.for_another)
                 and rule(file, zipped, exercises)), "")


def _rank(seen: Recognized) -> tuple[int, bool]:
    return len(seen.authors), seen.marked


def is_download(seen: Recognized, handed_in: int, *, strictly: bool) -> bool:
    """Returns whether a listing is a download as a whole.

    Args:
        seen: the part of it that fits.
        handed_in: how many files in it are graded.
        strictly: all names must fit. In a folder an instructor may have put something beside them.
    """
    if strictly and seen.needs_mark and not seen.marked:
        return False
    fits = len(seen.authors)
    counted = handed_in if strictly or seen.counted is None else seen.counted
    odd = counted - fits
    if strictly:
        return odd == 0 and fits + len(seen.absent) > 1
    if seen.marked:
        return odd <= fits
    return fits > 1 and (odd < fits if seen.specific else 3 * odd <= fits)


def _unwrapped(listing: Listing) -> Iterator[tuple[str, Listing]]:
    """Yields the listing, and the rest of it without each folder that lies around everything."""
    yield "", listing
    around = ""
    for _ in range(MOST_AROUND):
        first = {name[len(around) :].partition("/")[0] for name in listing.files}
        folder = next(iter(first), "")
        if len(first) != 1 or any(len(parts_of(name[len(around) :])) == 1 for name in listing.files):
            return
        around += f"{folder}/"
        start = len(around)

        def read(name: str, around: str = around) -> bytes:
            return listing.read(around + name)

        yield around, Listing([name[start:] for name in listing.files], [name[start:] for name in listing.handed_in],
                              read, clean_name(folder))


__all__ = [
    "ALONE", "SYSTEMS", "Listing", "Named", "Recognized", "assignment_in", "attribute", "is_download", "is_export",
    "is_submission", "named_alone", "own_files", "recognize", "several",
]  # fmt: skip
