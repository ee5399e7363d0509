"""Gradescope: *Export Submissions* of an assignment. A file says who is who.

    assignment_5512345_export/submission_metadata.yml               name, number, address, time of each submission
    assignment_5512345_export/submission_231000007/lab.ipynb        a group's stands in the file with all its members

Submissions are counted upward. The export holds the active submission of each learner or group.

Sources: Gradescope documents no format, and we had no export of it. That the folders are keys of the file, with
`:submitters` and `:sid` in it, public scripts of instructors say that read it; the other keys are from memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import yaml

from autograder.course import CourseError
from autograder.submissions.names import clean_name
from autograder.submissions.people import Ids, Kind
from autograder.submissions.systems.base import AGAIN, Listing, Named, Recognized, Rules, lacks, parts_of
from autograder.submissions.times import when

SYSTEM = "Gradescope"
FOLDER = re.compile(r"submission_(\d+)")
METADATA = "submission_metadata.yml"
EXPORT = re.compile(r"assignment_\d+_export")
REMEDY = (
    "Download the export again, or unpack it and remove this file to grade the submissions under their numbers."
)


@dataclass(frozen=True)
class HandedIn:
    """The export's entry of one submission: its authors, each with a name to show, when it came, and its doubts."""

    authors: Sequence[tuple[str, Ids]]
    when: str = ""
    doubts: tuple[str, ...] = ()


def read(text: bytes, where: str) -> Mapping[str, HandedIn]:
    """Returns the entry of `submission_metadata.yml` for each folder.

    An author is shown by email address, else number, else name.

    Args:
        text: the content of the file.
        where: the file, for the error.

    Raises:
        CourseError: it cannot be read.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(text.decode("utf-8"), Loader=loader)
        said = {}
        for folder, about in data.items():
            authors = [_author(one) for one in about[":submitters"]]
            said[str(folder)] = HandedIn(authors, _time(about.get(":created_at")))
    except (ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise CourseError(
            f"{where} cannot be read ({type(error).__name__}), and it says who is who in Gradescope's export. {REMEDY}"
        ) from None
    return {folder: one for folder, one in said.items() if one.authors}


def _author(one: Mapping[str, object]) -> tuple[str, Ids]:
    keys = {Kind.EMAIL: ":email", Kind.NUMBER: ":sid", Kind.NAME: ":name"}
    ids = {kind: [clean_name(str(one[key]))] for kind, key in keys.items() if one.get(key)}
    if not ids:
        raise KeyError(":name")
    return next(iter(ids.values()))[0], ids


def _distinct(people: Mapping[str, HandedIn]) -> dict[str, HandedIn]:
    """Returns the same entries, with those separated whom the file gives one address and different numbers or names."""
    called: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for said in people.values():
        for who, ids in said.authors:
            called[who].add(_own(ids))
    twice = {who for who, several in called.items() if _contradict(several)}
    return {folder: replace(
        said, authors=[(f"{who} ({' '.join(filter(None, _own(ids)))})" if who in twice else who, ids)
                       for who, ids in said.authors],
        doubts=tuple(f"{METADATA} has {who!r} with more than one number or name: "
                     f"{' and '.join(sorted(' '.join(filter(None, one)) or 'neither' for one in called[who]))}"
                     for who, _ in said.authors if who in twice)) for folder, said in people.items()}


def _contradict(several: set[tuple[str, str]]) -> bool:
    """Returns whether numbers and names cannot all be of one person. A missing one contradicts nothing."""
    numbers = {number for number, _ in several if number}
    names = {name for _, name in several if name}
    return len(numbers) > 1 or (len(names) > 1 and any(not number for number, _ in several))


def _own(ids: Ids) -> tuple[str, str]:
    """Returns number and name of somebody."""
    return next(iter(ids.get(Kind.NUMBER, ())), ""), next(iter(ids.get(Kind.NAME, ())), "")


def _time(value: object) -> str:
    """Returns a time from YAML as the text of `times.when`; empty for any other value."""
    try:
        if not isinstance(value, datetime):
            return when(value)[1] if isinstance(value, str) else ""
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


def recognize(listing: Listing) -> Recognized:
    inside = [name for name in listing.handed_in if len(parts_of(name)) > 1 or name.endswith("/")]
    folders = {name: match for name in inside if (match := FOLDER.fullmatch(clean_name(parts_of(name)[0])))}
    marked = METADATA in listing.files
    if not folders or len(folders) < len(listing.handed_in) / 2:
        return Recognized(SYSTEM, {})
    people = _distinct(read(listing.read(METADATA), METADATA)) if marked else {}
    authors: dict[str, tuple[Named, ...]] = {}
    there = {match[0] for match in folders.values()}
    absent = {f"{folder}/": tuple(_absent(who, ids, folder, said) for who, ids in said.authors)
              for folder, said in people.items() if folder not in there and FOLDER.fullmatch(folder)}
    for name, match in folders.items():
        said = people.get(match[0])
        if said is None:
            number = Named(match[0], "the number that Gradescope gave it", {}, int(match[1]), doubts=(
                f"{METADATA} does not say who handed it in" if marked else
                f"the export has no {METADATA}, which says who is who",))
            authors[name] = (number,)
        else:
            authors[name] = tuple(_named(who, ids, match[0], said) for who, ids in said.authors)
    return Recognized(SYSTEM, authors, marked, own=frozenset({METADATA}) if marked else frozenset(), needs_mark=True,
                      absent=absent)


def _named(who: str, ids: Ids, folder: str, said: HandedIn, *doubts: str) -> Named:
    """Returns whose a submission is, as the file says."""
    return Named(who, f"{METADATA} of Gradescope's export", ids, int(folder.rpartition("_")[2]), handed_in=said.when,
                 doubts=(*said.doubts, *doubts))


def _absent(who: str, ids: Ids, folder: str, said: HandedIn) -> Named:
    """Describes a submission that the file names, and that the export does not hold."""
    why = lacks(METADATA, f"{folder} of {who!r}", "export")
    return replace(_named(who, ids, folder, said, why), lacking=f"{why}. {AGAIN}")


def alone(file: str, folders: Sequence[str]) -> Named | None:
    """Reads one name; see `Rules`. The folder that contains it is a number."""
    match = FOLDER.fullmatch(folders[-1]) if folders else None
    return Named(match[0], "the number that Gradescope gave it", {}, int(match[1])) if match else None


RULES = Rules(alone=alone, metadata=METADATA, folder=FOLDER, export=EXPORT)
