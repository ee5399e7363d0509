"""Sakai: *Download All* of an assignment. A folder for each learner or group, and a table of them.

    Exercise 2/grades.csv                                                   display ID, user, name, date, late
    Exercise 2/Lovelace, Ada(alovelace)/Submission attachment(s)/lab.ipynb
    Exercise 2/Lovelace, Ada(alovelace)/timestamp.txt                       2026-03-02T10:15:00.123Z
    Exercise 2/Lovelace, Ada(alovelace)_Submission attachment(s)_lab.ipynb  without folders
    Exercise 2/0f3c...-...-9a1e Anonymous/...                               anonymous: the submission's number
    Exercise 2/Team A (5d2e...-...-77b0)/members.txt                        a group: Lovelace, Ada(alovelace); ...

The zip holds only the latest attempt of each learner. The column `ID` of the table is the user name that stands in the
folder; the display ID is whatever the institution shows. The table's titles are read in English only.

Sources, read for this: Sakai, `AssignmentServiceImpl.java` (`zipSubmissions`, `zipGroupSubmissions`,
`zipAttachments`) at commit 00701f6. The titles of the table, which lie in a file of texts, were not.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace

from autograder.course import CourseError
from autograder.submissions.encoding import decode
from autograder.submissions.names import clean_name
from autograder.submissions.people import Ids, Kind, plain
from autograder.submissions.systems.base import AGAIN, Listing, Named, Recognized, Rules, lacks, parts_of
from autograder.submissions.times import when

SYSTEM = "Sakai"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WHO = re.compile(r"(?P<last>[^/]*?), ?(?P<first>[^/]*)\((?P<login>[^()/]+)\)")
FLAT = re.compile(WHO.pattern + r"_.+", re.DOTALL)
ANONYMOUS = re.compile(rf"(?P<number>{UUID}) \S.*")
GROUP = re.compile(rf"(?P<group>.+) \((?P<number>{UUID})\)")
GRADES = "grades.csv"
STAMP = "timestamp.txt"
MEMBERS = "members.txt"
MOST = 64 * 1024  # bytes of the members of a group


def recognize(listing: Listing) -> Recognized:
    table = _grades(listing) if GRADES in listing.files else {}
    names = set(listing.files)
    folders: dict[str, tuple[Named, ...]] = {}
    authors, own = {}, {GRADES}
    for name in listing.files:
        parts = parts_of(name)
        if parts[0] not in folders:
            folders[parts[0]] = _named(listing, parts[0], table, names)
        who = folders[parts[0]]
        if not who:
            continue
        if len(parts) == 2:  # the system's: time, text, comments, members
            own.add(name)
        if name in listing.handed_in and not (len(parts) > 1 and "feedback" in parts[1].casefold()):
            authors[name] = who
    own -= set(authors)
    there = {parts_of(name)[0] for name in authors}
    absent = {stamp: tuple(replace(
        one, doubts=(*one.doubts, lacks(STAMP, f"a submission of {one.learner!r}")),
        lacking=f"{STAMP} says that something was handed in, and there is no notebook beside it: something was typed, "
                f"or the file is lost. {AGAIN}") for one in who)
              for folder, who in folders.items() if who and folder not in there
              and (stamp := f"{folder}/{STAMP}") in names}
    return Recognized(SYSTEM, authors, bool(table) and bool(authors), own=frozenset(own) if authors else frozenset(),
                      absent=absent)


def _named(listing: Listing, first: str, table: dict[str, tuple[str, bool]], names: set[str]) -> tuple[Named, ...]:
    """Returns whose a folder is, or a file that lies in none; several for a group, nobody if Sakai did not name it."""
    clean = clean_name(first)
    stamp = f"{first}/{STAMP}"
    order, at = when(listing.read(stamp)[:64].decode("ascii", "replace")) if stamp in names else (0, "")
    is_flat = first in names
    if match := (FLAT if is_flat else WHO).fullmatch(clean):
        return (_person(match, "the folder's name, as Sakai writes it", table, order, at),)
    if is_flat:
        return ()
    if match := ANONYMOUS.fullmatch(clean):
        return (Named(match["number"], "the number that Sakai gave an anonymous submission",
                      {Kind.ANONYMOUS: [match["number"]]}, order, handed_in=at),)
    if match := GROUP.fullmatch(clean):
        said = _text(listing, f"{first}/{MEMBERS}", names)
        members = [found for part in said.split(";") if (found := WHO.fullmatch(part.strip()))]
        if members and len(members) == said.count(";") + 1:
            evidence = f"{MEMBERS} of the group {match['group']!r}"
            return tuple(_person(one, evidence, table, order, at) for one in members)
        return (Named(clean, "the folder's name, as Sakai writes it", {Kind.GROUP: [match["group"]]}, order,
                      handed_in=at),)
    return ()


def _person(match: re.Match[str], evidence: str, table: dict[str, tuple[str, bool]], order: int, at: str) -> Named:
    login = match["login"]
    shown, late = table.get(plain(login), ("", False))
    ids: Ids = {Kind.LOGIN: [login], Kind.NAME: [f"{match['first']} {match['last']}".strip()]}
    if shown and plain(shown) != plain(login):
        ids = {**ids, Kind.LABEL: [shown]}  # a number at one institution, an address at another
    return Named(login, f"{evidence}{', and ' + GRADES if shown else ''}", ids, order, late, at)


def _text(listing: Listing, name: str, names: set[str]) -> str:
    try:
        return clean_name(listing.read(name)[:MOST].decode("utf-8", "replace")).strip() if name in names else ""
    except CourseError:
        return ""


def _grades(listing: Listing) -> dict[str, tuple[str, bool]]:
    """Returns, by user, the display ID and whether it came late. Empty if it is another table."""
    try:
        rows = list(csv.reader(decode(listing.read(GRADES), GRADES).splitlines()))
    except (CourseError, csv.Error):  # a file that somebody saved again: the folders name the learners, too
        return {}
    start = next((place for place, row in enumerate(rows) if "Display ID" in row and "ID" in row), None)
    if start is None:
        return {}
    header = rows[start]
    known = {}
    for row in rows[start + 1 :]:
        cells = dict(zip(header, row, strict=False))
        late = cells.get("Late submission", "").strip().casefold()
        if user := plain(cells.get("ID", "")):
            known[user] = clean_name(cells.get("Display ID", "")), late.startswith(("late", "yes", "true"))
    return known


RULES = Rules(writes_names=True)
