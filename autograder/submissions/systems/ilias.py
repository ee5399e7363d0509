"""ILIAS: *Download All Submissions* and *Multi-Feedback* of an exercise. A folder for each learner, or in a team's.

    Lovelace_Ada_alovelace_4711/20260302101500_02-preprocessing.ipynb        last name, first name, user, number
    Team_501/Lovelace_Ada_alovelace_4711/...                                 a team's

Blanks in names are underscores, so where the last name ends is not said; the user name is the last part before the
number. Each file begins with its time.

Sources: ILIAS, `Modules/Exercise/classes/class.ilExSubmission.php` (`downloadAllAssignmentFiles`), and
`class.ilExAssignment.php` (`sendMultiFeedbackStructureFile`).
"""

from __future__ import annotations

import re

from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, parts_of, when

SYSTEM = "ILIAS"
FOLDER = re.compile(r"(?P<name>[^/]+_[^/]+)_(?P<login>[^_/]+)_(?P<user>\d+)")
TEAM = re.compile(r"Team_\d+", re.IGNORECASE)
STAMP = re.compile(r"(\d{14})_")


def recognize(listing: Listing) -> Recognized:
    authors = {}
    for name in listing.handed_in:
        parts = parts_of(name)
        folder = parts[1] if len(parts) > 2 and TEAM.fullmatch(parts[0]) else parts[0]
        match = FOLDER.fullmatch(clean_name(folder)) if len(parts) > 1 else None
        if match:
            stamp = STAMP.match(parts[-1])
            order, at = when(stamp[1]) if stamp else (0, "")
            ids = {Kind.LOGIN: [match["login"]], Kind.ILIAS: [match["user"]],
                   Kind.NAME: [match["name"].replace("_", " ")]}
            authors[name] = (Named(match["login"], "the folder's name, as ILIAS writes it", ids, order, handed_in=at),)
    return Recognized(SYSTEM, authors, specific=False)
