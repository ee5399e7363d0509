"""Sakai: *Download All* of an assignment. A folder for each learner, and a table of them.

    Exercise 2/grades.csv                                                   user, number, name, date, late
    Exercise 2/Lovelace, Ada(alovelace)/Submission attachment(s)/lab.ipynb
    Exercise 2/Lovelace, Ada(alovelace)/timestamp.txt                       20260302101500123

Whoever handed in again has the latest attempt in it alone.

Sources: Sakai, `AssignmentServiceImpl.java` (`zipSubmissions`, `getSubmissionsZip`): folder names, `grades.csv`,
`timestamp.txt`.
"""

from __future__ import annotations

import csv
import re

from autograder.course import CourseError
from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind, plain
from autograder.submissions.systems.base import Listing, Named, Recognized, parts_of, when

SYSTEM = "Sakai"
FOLDER = re.compile(r"(?P<last>[^/]*?), ?(?P<first>[^/]*)\((?P<login>[^()/]+)\)")
GRADES = "grades.csv"
STAMP = "timestamp.txt"


def recognize(listing: Listing) -> Recognized:
    table = _grades(listing) if GRADES in listing.files else {}
    names = set(listing.files)
    authors, own = {}, {GRADES}
    for name in listing.files:
        parts = parts_of(name)
        match = FOLDER.fullmatch(clean_name(parts[0])) if len(parts) > 1 else None
        if not match:
            continue
        if len(parts) == 2:  # the system's: time, text, comments
            own.add(name)
        if name not in listing.handed_in or "feedback" in parts[1].casefold():
            continue
        stamp = f"{parts[0]}/{STAMP}"
        order, at = when(listing.read(stamp)[:64].decode("ascii", "replace")) if stamp in names else (0, "")
        login = match["login"]
        number, late = table.get(plain(login), ("", False))
        ids = {Kind.LOGIN: [login], Kind.NAME: [f"{match['first']} {match['last']}"]}
        authors[name] = (Named(login, f"the folder's name, as Sakai writes it{', and ' + GRADES if number else ''}",
                               {**ids, Kind.NUMBER: [number]} if number else ids, order, late, at),)
    return Recognized(SYSTEM, authors, bool(table) and bool(authors), own=frozenset(own) if authors else frozenset())


def _grades(listing: Listing) -> dict[str, tuple[str, bool]]:
    """By user: the number, and whether it came late. Empty if it is another table."""
    try:
        rows = list(csv.reader(listing.read(GRADES).decode("utf-8-sig").splitlines()))
    except (CourseError, UnicodeError, csv.Error):
        return {}
    start = next((place for place, row in enumerate(rows) if "Display ID" in row and "ID" in row), None)
    if start is None:
        return {}
    header = rows[start]
    known = {}
    for row in rows[start + 1 :]:
        cells = dict(zip(header, row, strict=False))
        late = cells.get("Late submission", "").strip().casefold()
        if user := plain(cells.get("Display ID", "")):
            known[user] = clean_name(cells.get("ID", "")), late.startswith(("late", "yes", "true"))
    return known
