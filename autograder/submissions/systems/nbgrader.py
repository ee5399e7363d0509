"""nbgrader: the tree that *collect* and *zip_collect* fill.

    submitted/alovelace/02-preprocessing/02-preprocessing.ipynb       student, assignment, notebook
    submitted/alovelace/02-preprocessing/timestamp.txt                2026-03-02 10:15:00.123456 UTC

The student is the id that nbgrader's own database has, which is a login as a rule.

Sources, read for this: nbgrader, `nbgrader/exchange/default/collect.py` at commit 3f75113, which puts the latest of
each student there. The form of the time was not.
"""

from __future__ import annotations

import re

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, parts_of, when

SYSTEM = "nbgrader"
STAMP = "timestamp.txt"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")  # Sakai's file of that name has its time in another form


def recognize(listing: Listing) -> Recognized:
    stamps = {name: said for name in listing.files if len(parts_of(name)) == 3 and parts_of(name)[2] == STAMP
              and TIME.match(said := listing.read(name)[:64].decode("ascii", "replace"))}
    if not stamps and listing.title != "submitted":
        return Recognized(SYSTEM, {})
    authors = {}
    for name in listing.handed_in:
        parts = parts_of(name)
        if len(parts) < 3:
            continue
        stamp = f"{parts[0]}/{parts[1]}/{STAMP}"
        if stamp in stamps or listing.title == "submitted":
            order, at = when(stamps[stamp]) if stamp in stamps else (0, "")
            student = clean_name(parts[0])
            authors[name] = (Named(student, "the folder of nbgrader's submitted/", {Kind.LOGIN: [student]}, order,
                                   handed_in=at),)
    return Recognized(SYSTEM, authors, own=frozenset(stamps))
