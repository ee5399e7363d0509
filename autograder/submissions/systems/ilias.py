"""ILIAS: *Download All Submissions* of an exercise. A folder for each learner, in a team's folder for a team.

    Submissions/Lovelace_Ada_alovelace_4711/02-preprocessing.ipynb            last name, first name, user, number
    Submissions/Lovelace_Ada_alovelace_4711/02-preprocessing (2).ipynb        another file, which need not be the later
    Team 501/Lovelace_Ada_alovelace_4711/...                                  a team's, under whoever uploaded it

Names are in ASCII there, and may have underscores in them, as user names may; so where one ends and the next begins is
tried in every way. Nothing says when a file came; a late file says so in front of its name, in the site's language.
Newer versions put a spreadsheet beside it, and a folder around it. No name says who else is in a team. The
multi-feedback zip has the same folders, but nothing in them that was handed in. Some versions begin each file with its
time: files with other names that were uploaded within an hour are one hand-in, and none of them is the later.

Sources, read for this: ILIAS, `Modules/Exercise/classes/class.ilExSubmission.php` (`downloadAllAssignmentFiles`) of two
versions, one at commit 03cc48e and a newer one, and `class.ilExAssignment.php` (`sendMultiFeedbackStructureFile`).
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules, parts_of
from autograder.submissions.times import when

SYSTEM = "ILIAS"
FOLDER = re.compile(r"(?P<names>[^/_]+(?:_[^/_]+){2,})_(?P<user>\d+)")
TEAM = re.compile(r"(?:team|équipe|equipe|equipo|squadra|gruppo|zespół|csapat)[ _]\d+", re.IGNORECASE)
"""The folder of a team. In another language a team's work counts for the member who uploaded it."""

STAMP = re.compile(r"(\d{14})_")
ONE_HAND_IN = timedelta(hours=1)


def recognize(listing: Listing) -> Recognized:
    authors = {}
    for name in listing.handed_in:
        parts = [clean_name(part) for part in parts_of(name)]
        place = next((place for place, part in enumerate(parts[:-1]) if FOLDER.fullmatch(part)), None)
        if place is None:
            continue
        team = parts[place - 1] if place and TEAM.fullmatch(parts[place - 1]) else ""
        stamp = STAMP.match(parts[-1])
        order, at = when(stamp[1]) if stamp else (0, "")
        authors[name] = (_named(parts[place], team, order, at),)
    uploads: dict[str, list[str]] = defaultdict(list)
    for name in sorted((name for name, (one,) in authors.items() if one.handed_in),
                       key=lambda name: authors[name][0].handed_in):
        uploads[authors[name][0].learner].append(name)
    for own in uploads.values():
        for before, name in itertools.pairwise(own):
            if _at_once(authors[before][0], authors[name][0]) and _title(before) != _title(name):
                authors[name] = (replace(authors[name][0], order=authors[before][0].order),)
    return Recognized(SYSTEM, authors, specific=False)


def _at_once(before: Named, after: Named) -> bool:
    return datetime.fromisoformat(after.handed_in) - datetime.fromisoformat(before.handed_in) < ONE_HAND_IN


def _title(name: str) -> str:
    """Returns a file's name without its time."""
    return STAMP.sub("", clean_name(parts_of(name)[-1]), count=1)


def _named(folder: str, team: str, order: int, at: str) -> Named:
    if team:
        return Named(team, "the folder of a team, as ILIAS writes it", {Kind.GROUP: [team]}, order, handed_in=at)
    match = FOLDER.fullmatch(folder)
    assert match is not None
    names = match["names"].split("_")
    splits = [(" ".join(names[:place]), "_".join(names[place:])) for place in range(len(names) - 1, 1, -1)]
    ids = {Kind.LOGIN: [login for _, login in splits], Kind.ILIAS: [match["user"]],
           Kind.NAME: [name for name, _ in splits]}
    learner = splits[0][1] if len(splits) == 1 else folder
    return Named(learner, "the folder's name, as ILIAS writes it", ids, order, handed_in=at)


RULES = Rules(writes_names=True)
