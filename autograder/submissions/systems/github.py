"""GitHub Classroom: a folder for each learner's repository, as `gh classroom clone student-repos` makes it.

    02-preprocessing-submissions/02-preprocessing-alovelace/02-preprocessing.ipynb     assignment, user
    classroom_roster.csv                                        identifier, github_username, github_id, name

The user is GitHub's, which is no login of the institution. `classroom_roster.csv`, put into the folder or given with
`--roster`, says whose it is. A repository may hold the whole course; the notebooks themselves say which of them
counts.

Sources: the columns of the table, as public tools of instructors read them. The names of the folders that `gh classroom
clone` makes are from memory; we had no classroom to try it on.
"""

from __future__ import annotations

import csv
import re

from autograder.course import CourseError
from autograder.submissions.encoding import decode
from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind, plain
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of, shared_start

SYSTEM = "GitHub Classroom"
AROUND = re.compile(r"(?P<slug>.+)-submissions")
ROSTER = "classroom_roster.csv"


def recognize(listing: Listing) -> Recognized:
    first = {name.partition("/")[0] for name in listing.handed_in}
    inside = next(iter(first)) if len(first) == 1 else ""  # the table may lie beside the folder
    around = AROUND.fullmatch(clean_name(inside)) or AROUND.fullmatch(clean_name(listing.title))
    start = f"{inside}/" if inside and AROUND.fullmatch(clean_name(inside)) else ""
    paths = {name: parts_of(name.removeprefix(start)) for name in listing.handed_in}
    folders = {parts[0] for parts in paths.values() if len(parts) > 1}
    roster = _roster(listing) if ROSTER in listing.files else {}
    slug = f"{around['slug']}-" if around else ""
    if not slug and roster and len(folders) > 1:
        slug = shared_start([clean_name(folder) for folder in folders], "-")
    if not slug:
        return Recognized(SYSTEM, {}, specific=False)
    authors = {}
    for name, parts in paths.items():
        folder = clean_name(parts[0])
        user = folder.removeprefix(slug)
        if len(parts) > 1 and folder.startswith(slug) and user:
            rows = roster.get(plain(user), [])
            ids = rows[0] if len(rows) == 1 else {}
            evidence = f"the name of the repository{', and ' + ROSTER if ids else ''}"
            doubts = (f"{ROSTER} has the GitHub user {user!r} in {len(rows)} rows, of different people",
                      ) if len(rows) > 1 else ()
            authors[name] = (Named(user, evidence, {Kind.GITHUB: [user], **ids}, doubts=doubts),)
    return Recognized(SYSTEM, authors, bool(roster) and bool(authors), specific=False,
                      own=frozenset({ROSTER} & set(listing.files)))


def _roster(listing: Listing) -> dict[str, list[dict[Kind, list[str]]]]:
    """Returns, by GitHub user, identifier and name of each row that has another one. Empty if it is another table.

    Raises:
        CourseError: it cannot be read, or its encoding is not certain.
    """
    try:
        lines = decode(listing.read(ROSTER), ROSTER).splitlines()
        if lines and re.fullmatch(r"sep=.", lines[0]):  # Excel's own line
            del lines[0]
        mark = max(",;\t", key=lines[0].count) if lines else ","  # a spreadsheet saves it with its country's
        rows = csv.DictReader(lines, delimiter=mark)
        known: dict[str, list[dict[Kind, list[str]]]] = {}
        for row in rows:
            ids: dict[Kind, list[str]] = {}
            if identifier := clean_name(row.get("identifier") or "").strip():
                ids[kind_of(identifier)] = [identifier]
            if name := clean_name(row.get("name") or "").strip():
                ids.setdefault(Kind.NAME, []).append(name)
            if (user := plain(row.get("github_username") or "")) and ids not in known.setdefault(user, []):
                known[user].append(ids)
        return known
    except csv.Error as error:
        raise CourseError(
            f"{ROSTER} is no CSV file: {error}. Download it again, or take it out of the folder.") from None


def kind_of(identifier: str) -> Kind:
    """Returns the kind of an identifier that the instructor chose for the roster: address, number, login or name."""
    if "@" in identifier:
        return Kind.EMAIL
    if identifier.isdigit():
        return Kind.NUMBER
    return Kind.NAME if " " in identifier or "," in identifier else Kind.LOGIN


RULES = Rules()
