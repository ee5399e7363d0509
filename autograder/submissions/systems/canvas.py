"""Canvas: *Download Submissions* of an assignment. All files lie in one folder; each file's name says whose it is.

    lovelaceada_LATE_40312_991_02-preprocessing-1.ipynb     name, late or not, user, upload, file
    anon_Ab3dE_991_02-preprocessing.ipynb                   where grading is anonymous
    teama_501_992_02-preprocessing.ipynb                    a group: its name, and a member's user number

The name is the sortable one, "Lovelace, Ada", in lower case and without all that is no letter, digit or underscore.
Uploads are counted upward, so the greater one is the later. Of several attempts Canvas packs the latest, and adds -1 to
the file's name. So in a download the files of one user belong to one attempt, and none of them is the later, whatever
their names. Files of several downloads in one folder may be different attempts; only LATE shows that: a later attempt
came late, after one that did not.

    stoneeve_505_text.html                                  what was typed into Canvas in place of a file
    goldfay_LATE_506_link.html                              the address of a web page

Sources, read for this: Canvas LMS, `lib/content_zipper.rb` (`add_submission`, `get_filename`) at commit 05e9653, and
`Assignment#representatives`, which gives a group's name to one of its members. What is read back, by
`Assignment#generate_comments_from_files`, was not read again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.submissions.names import clean_name, is_handed_in, stem
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of

SYSTEM = "Canvas"

FILE = re.compile(
    r"""(?P<learner>(?:(?P<late_too>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]+))
        |(?:(?P<name>.+?)(?P<late>[_-]LATE)?_(?P<user>[1-9]\d*)))
        _(?P<upload>[1-9]\d*)_(?P<file>(?!\d\dT\d\d_).+)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

OTHER = re.compile(r"(?P<learner>(?P<name>.+?)(?P<late>[_-]LATE)?_(?P<user>[1-9]\d*))_(?:text|link)\.html",
                   re.IGNORECASE | re.DOTALL)
"""Names of entries that are no file handed in: text, or the address of a page."""

EXPORTED = re.compile(r"_\d{4}_\d\d_\d\dT\d\d")
"""The time of Otter's export, whose numbers are no user's."""

RESUBMITTED = re.compile(r"-\d{1,3}$")
"""The number that Canvas writes behind the name of a file that a learner hands in again."""


def named(name: str) -> Named | None:
    """Reads the name of a file, if Canvas gave it."""
    return _said(FILE.fullmatch(clean_name(name)))


def _said(match: re.Match[str] | None) -> Named | None:
    if not match or EXPORTED.search(match["learner"]):
        return None
    upload = match.groupdict().get("upload", "0")
    late = match["late"] or match.groupdict().get("late_too") or ""
    learner = match["learner"].replace(late, "", 1) if late else match["learner"]
    anonymous = match.groupdict().get("anonymous")
    ids = {Kind.ANONYMOUS: [anonymous]} if anonymous else {
        Kind.CANVAS: [match["user"]], Kind.GLUED: [match["name"]], Kind.GROUP: [match["name"]]}
    return Named(learner, "the file's name, as Canvas writes it", ids, int(upload), bool(late))


def _are_attempts(names: Sequence[str], authors: Mapping[str, tuple[Named, ...]]) -> bool:
    """Returns whether files of one name are attempts: the later came late, and no number of Canvas' contradicts."""
    ordered = sorted(names, key=lambda name: authors[name][0].order)
    numbers = [int(mark[0][1:]) if (mark := RESUBMITTED.search(stem(match["file"]))) else 0
               for name in ordered if (match := FILE.fullmatch(clean_name(name)))]
    late = [authors[name][0].late for name in ordered]
    return late == [False, True] and numbers[0] <= numbers[1]


def recognize(listing: Listing) -> Recognized:
    flat = [name for name in listing.handed_in if len(parts_of(name)) == 1]
    authors = {name: (one,) for name in flat if (one := named(name) or (
        None if is_handed_in(name) else _said(OTHER.fullmatch(clean_name(name)))))}
    uploads: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, (one,) in authors.items():
        if match := FILE.fullmatch(clean_name(name)):
            uploads[one.learner][RESUBMITTED.sub("", stem(match["file"]))].append(name)
    for files in uploads.values():
        own = [name for names in files.values() for name in names]
        if len(own) > 1 and (len(files) > 1 or not _are_attempts(own, authors)):  # none of them is the later
            latest = max(authors[name][0].order for name in own)
            authors |= {name: (replace(authors[name][0], order=latest),) for name in own}
    return Recognized(SYSTEM, authors, specific=False, counted=len(flat))


def alone(file: str, folders: Sequence[str]) -> Named | None:
    """Reads one name; see `Rules`. All of Canvas' files lie in one folder, whose name is no evidence."""
    return named(file)


RULES = Rules(writes_names=True, alone=alone)
