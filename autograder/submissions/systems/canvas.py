"""Canvas: *Download Submissions* of an assignment. All files lie in one folder; who it is stands in each name.

    lovelaceada_LATE_40312_991_02-preprocessing-1.ipynb     name, late or not, user, upload, file
    anon_Ab3dE_991_02-preprocessing.ipynb                   where grading is anonymous
    teama_501_992_02-preprocessing.ipynb                    a group: its name, and a member's user number

The name is the sortable one, "Lovelace, Ada", in lower case and without all that is no letter, digit or underscore.
Uploads are counted upward, so the greater one is the later. Of several attempts Canvas packs the latest, and adds -1 to
the file's name.

Sources, read for this: Canvas LMS, `lib/content_zipper.rb` (`add_submission`, `get_filename`) at commit 05e9653, and
`Assignment#representatives`, which gives a group's name to one of its members. What is read back, by
`Assignment#generate_comments_from_files`, was not read again.
"""

from __future__ import annotations

import re

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, parts_of

SYSTEM = "Canvas"

FILE = re.compile(
    r"""(?P<learner>(?:(?P<late_too>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]+))
        |(?:(?P<name>.+?)(?P<late>[_-]LATE)?_(?P<user>[1-9]\d*)))
        _(?P<upload>[1-9]\d*)_(?!\d\dT\d\d_).+""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def named(name: str) -> Named | None:
    """What the name of a file says if Canvas gave it."""
    match = FILE.fullmatch(clean_name(name))
    if not match:
        return None
    late = match["late"] or match["late_too"] or ""
    learner = match["learner"].replace(late, "", 1) if late else match["learner"]
    ids = {Kind.ANONYMOUS: [match["anonymous"]]} if match["anonymous"] else {
        Kind.CANVAS: [match["user"]], Kind.GLUED: [match["name"]], Kind.GROUP: [match["name"]]}
    return Named(learner, "the file's name, as Canvas writes it", ids, int(match["upload"]), bool(late))


def recognize(listing: Listing) -> Recognized:
    flat = [name for name in listing.handed_in if len(parts_of(name)) == 1]
    authors = {name: (one,) for name in flat if (one := named(name))}
    return Recognized(SYSTEM, authors, specific=False, counted=len(flat))
