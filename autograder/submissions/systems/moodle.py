"""Moodle: *Download all submissions* of an assignment, in folders or, by choice and before 3.1, without.

    Ada Lovelace_88101_assignsubmission_file/02-preprocessing.ipynb    full name, participant, what it is
    Ada Lovelace_88101_assignsubmission_file_02-preprocessing.ipynb    without folders
    Participant_88101_assignsubmission_file/...                        blind: that word in the site's language
    Team A_501_assignsubmission_file/...                               a team: its name, and the group's number
    Team A-Ada Lovelace_88101_assignsubmission_file/...                a team's work, once for each member

The number is that of the column Identifier in the grading worksheet, never the user's ID number. A group's number is no
participant's, and the name does not show which of the two it is; so a name must agree with its number. Where all names
have a hyphen, a team may stand before it, and the name is one of its ends. Moodle packs only the latest attempt, and
does not say which files came late.

Sources, read for this: Moodle, `mod/assign/classes/downloader.php` (`get_student_prefix`,
`load_submissionplugin_filelist`), in a copy at commit 2a6fd31. Not read again: `mod/assign/locallib.php`
(`get_uniqueid_for_user`; `download_submissions`, which puts a team before each member's name),
`mod/assign/feedback/file/importziplib.php`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from autograder.submissions.names import clean_name, is_handed_in
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of

SYSTEM = "Moodle"
FILE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_file(?:_.*)?", re.DOTALL)
OTHER = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assign(?:submission_(?!file)|feedback_)[a-z]+(?:_.*)?", re.DOTALL)
"""Names of entries that are no file handed in: online text, comments."""

TEAMLESS = re.compile(r"[^_]+_assignsubmission_file(?:_.*)?", re.DOTALL)
"""The work of those who are in no team, which Moodle packs as one team without a number."""


def named(part: str) -> Named | None:
    """Reads the name of a folder, or of a file that lies in none, if Moodle gave it."""
    clean = clean_name(part)
    # The first mark counts: a learner may have chosen the text after it.
    end = clean.find("_assignsubmission_file")
    return _said(FILE.fullmatch(clean if end < 0 else clean[: end + len("_assignsubmission_file")]))


def _said(match: re.Match[str] | None) -> Named | None:
    if not match:
        return None
    ids = {Kind.PARTICIPANT: [match["id"]], Kind.NAME: [match["name"]], Kind.GROUP: [match["name"]]}
    return Named(f"{match['name']}_{match['id']}", "the name that Moodle gave it", ids)


def _ends(name: str) -> list[str]:
    """Returns the name, and its ends that may be a person's where a team stands before it."""
    parts = name.split("-")
    ends = [end for place in range(1, len(parts)) if (end := "-".join(parts[place:]).strip())]
    return list(dict.fromkeys((name, *([end for end in ends if " " in end] or ends))))


def _beside(name: str) -> Named | None:
    """Returns whose a text or a feedback is."""
    return _said(OTHER.fullmatch(clean_name(parts_of(name)[0])))


def recognize(listing: Listing) -> Recognized:
    found = {name: one for name in listing.handed_in
             if (one := named(parts_of(name)[0]) or (None if is_handed_in(name) else _beside(name)))}
    numbers: dict[str, set[str]] = defaultdict(set)
    for one in found.values():
        numbers[one.ids[Kind.NAME][0]].add(one.learner)
    people = Counter(one.learner for one in found.values())
    teams = len(people) > 1 and all("-" in name for name in numbers)
    authors = {}
    for name, one in found.items():
        shared = numbers[one.ids[Kind.NAME][0]]
        if len(people) > 1 and len(shared) == len(people):  # the word for a participant, in any language
            one = Named(one.learner, one.evidence, {Kind.PARTICIPANT: one.ids[Kind.PARTICIPANT]})
        elif teams:
            one = replace(one, ids={**one.ids, Kind.NAME: _ends(one.ids[Kind.NAME][0])})
        authors[name] = (one,)
    for name in listing.handed_in:
        folder = parts_of(name)[0]
        if name not in authors and TEAMLESS.fullmatch(clean_name(folder)):
            team = clean_name(folder).partition("_assignsubmission_file")[0]
            authors[name] = (Named(team, "the name that Moodle gave it", {}, doubts=(
                f"Moodle calls it the work of {team!r}, which is everybody who is in no group",)),)
    own = frozenset(name for name in listing.files if (one := _beside(name)) and one.learner in people)
    return Recognized(SYSTEM, authors, own=own)


def alone(file: str, folders: Sequence[str]) -> Named | None:
    """Reads one name; see `Rules`. The name is the file's or that of a folder around it."""
    return next((one for part in (file, *folders) if (one := named(part))), None)


RULES = Rules(writes_names=True, alone=alone)
