"""nbgrader: the tree that *collect* and *zip_collect* fill.

    submitted/alovelace/02-preprocessing/02-preprocessing.ipynb       student, assignment, notebook
    submitted/alovelace/02-preprocessing/timestamp.txt                2026-03-02 10:15:00.123456 UTC

The student is the id that nbgrader's own database has: a login, a number or an address, as the instructor chose. The
tree holds only the latest attempt at an assignment, so files in folders of several assignments are not attempts of each
other.

Sources, read for this: nbgrader, `nbgrader/exchange/default/collect.py` at commit 3f75113, which puts the latest of
each student there. The form of the time was not: it has a zone's abbreviation, which the instructor may choose.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import AGAIN, Listing, Named, Recognized, Rules, lacks, parts_of
from autograder.submissions.times import when

SYSTEM = "nbgrader"
STAMP = "timestamp.txt"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")  # Sakai's file of that name has its time in another form


def recognize(listing: Listing) -> Recognized:
    stamps = {name: said for name in listing.files if len(parts_of(name)) == 3 and parts_of(name)[2] == STAMP
              and TIME.match(said := listing.read(name)[:64].decode("ascii", "replace"))}
    if not stamps and listing.title != "submitted":
        return Recognized(SYSTEM, {})
    authors = {}
    folders: dict[str, set[str]] = defaultdict(set)
    for name in listing.handed_in:
        if len(parts := parts_of(name)) > 2:
            folders[parts[0]].add(parts[1])
    for name in listing.handed_in:
        parts = parts_of(name)
        if len(parts) < 3:
            continue
        stamp = f"{parts[0]}/{parts[1]}/{STAMP}"
        if stamp in stamps or listing.title == "submitted":
            order, at = when(stamps[stamp]) if stamp in stamps else (0, "")
            student = clean_name(parts[0])
            order = order if len(folders[parts[0]]) == 1 else 0
            authors[name] = (Named(student, "the folder of nbgrader's submitted/", _ids(student), order,
                                   handed_in=at),)
    there = {parts_of(name)[:2] for name in authors}
    absent = {name: (_absent(name, said),) for name, said in stamps.items() if parts_of(name)[:2] not in there}
    return Recognized(SYSTEM, authors, own=frozenset(stamps), absent=absent)


def _absent(stamp: str, said: str) -> Named:
    """Describes work that was collected, as its time shows, and is not there."""
    student = clean_name(parts_of(stamp)[0])
    order, at = when(said)
    return Named(student, "the folder of nbgrader's submitted/", _ids(student), order, handed_in=at,
                 doubts=(lacks(STAMP, f"a submission of {student!r}"),),
                 lacking=f"{STAMP} says that something was handed in, and there is no notebook beside it. {AGAIN}")


def _ids(student: str) -> dict[Kind, list[str]]:
    """Returns the possible kinds of a student's id."""
    return {Kind.LOGIN: [student]} | ({Kind.NUMBER: [student]} if student.isdigit() else {}) | (
        {Kind.EMAIL: [student]} if "@" in student else {})


def assignment_in(path: str, exercises: Iterable[str]) -> str:
    """Returns the exercise of a file, by the folder that nbgrader gave it; empty where it names none.

    Args:
        path: ends in assignment and file.
        exercises: their names.
    """
    parts = parts_of(path)[:-1]
    return next((name for name in exercises if name in parts), "")


RULES = Rules(assignment=assignment_in)
