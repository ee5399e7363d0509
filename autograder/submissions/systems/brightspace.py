"""Brightspace (D2L): *Download* of an assignment folder's submissions, a folder or a file for each.

    150311-351765 - Ada Lovelace - Mar 2, 2026 1011 AM/02-preprocessing.ipynb       user, item, name, time
    150311-351765 - Ada Lovelace - Mar 2, 2026 1011 AM - 02-preprocessing.ipynb     in one folder

`index.html` lists them. The number is Brightspace's own, not the OrgDefinedId. Each submission has its time, to the
minute and in the site's language; it is read only in English, to find the latest. A name may have ` - ` in it, as a
file's may: the name ends where the time begins, which is the first part with a year in it.

Sources: D2L documents no names, and we had no download of it. The folder's name is as public tools of instructors
describe it; that of a file without folders, and how groups are named, is not known for certain.
"""

from __future__ import annotations

import re
from datetime import datetime

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of

SYSTEM = "Brightspace"
PERSON = r"(?P<user>\d+)-(?P<item>\d+) - (?P<name>.+?) - "
DATED = r"[A-Z][a-z]{2}[a-z]* \d{1,2}, \d{4} \d{3,4} ?[AP]M"
YEAR = r"(?:(?! - )[^/])*?\d{4}(?:(?! - )[^/])*"
FOLDERS = tuple(re.compile(rf"{PERSON}(?P<when>{when})(?: - .+)?", re.DOTALL) for when in (DATED, YEAR))
"""Names with a time in English, which occur nowhere else; else with a year, in any language."""

TIME = re.compile(r"([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4}) (\d{1,2})(\d\d) ?([AP]M)")


def _time(text: str) -> tuple[int, str]:
    """Returns the time as a number and as ISO 8601 text; 0 and empty in another language."""
    match = TIME.match(text)
    try:
        if match:
            at = datetime.strptime(" ".join(match.groups()), "%b %d %Y %I %M %p")
            return int(at.strftime("%Y%m%d%H%M")), at.isoformat()
    except ValueError:
        pass
    return 0, ""


def recognize(listing: Listing) -> Recognized:
    authors = {}
    for name in listing.handed_in:
        written = clean_name(parts_of(name)[0])
        if match := next((match for form in FOLDERS if (match := form.fullmatch(written))), None):
            order, at = _time(match["when"])
            authors[name] = (Named(f"{match['name']}_{match['user']}", "the name that Brightspace gave it",
                                   {Kind.BRIGHTSPACE: [match["user"]], Kind.NAME: [match["name"]]}, order,
                                   handed_in=at),)
    return Recognized(SYSTEM, authors, own=frozenset({"index.html"}) if authors else frozenset())


RULES = Rules(writes_names=True)
