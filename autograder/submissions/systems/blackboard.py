"""Blackboard Learn: *Download Results* of an assignment. One folder, with a text file for each attempt.

    Exercise 2_alovelace_attempt_2026-03-02-10-15-11.txt                        Name: Ada Lovelace (alovelace)
    Exercise 2_alovelace_attempt_2026-03-02-10-15-11_02-preprocessing.ipynb     column, user, time, file

A text file without another file is an attempt that consists only of typed text, or whose file is lost. Column and
user may have underscores in them; the text file says which is which, and without it the common beginning of all
names is the column. Each attempt has its time. Nothing says which attempts came late.

Sources: Blackboard documents no names, and we had no download of it. The form of the names, up to the time and the text
file of each attempt, is what public tools of instructors read; the first line of the text file, and how groups and
anonymous attempts are named, is from memory or not known. A learner whose identity is uncertain must be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.course import CourseError
from autograder.submissions.names import clean_name
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import (
    AGAIN,
    Listing,
    Named,
    Recognized,
    Rules,
    lacks,
    parts_of,
    shared_start,
)
from autograder.submissions.times import when

SYSTEM = "Blackboard"
ATTEMPT = re.compile(r"(?P<before>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?P<rest>_.+|\.txt)", re.DOTALL)
WHO = re.compile(r"^[^\n:]{1,40}:[ \t]*(?P<name>[^\n]*?)[ \t]*\((?P<login>[^()\n]+)\)[ \t]*\r?$", re.MULTILINE)
EVIDENCE = "the text file that Blackboard put beside it"
MOST = 16 * 1024  # bytes of a text file: who it is stands in its first line


def recognize(listing: Listing) -> Recognized:
    flat = [name for name in listing.handed_in if len(parts_of(name)) == 1]
    attempts = {name: match for name in flat if (match := ATTEMPT.fullmatch(clean_name(name)))}
    if not attempts:
        return Recognized(SYSTEM, {}, counted=len(flat))
    texts = {_attempt(match): name for name in listing.files
             if (match := ATTEMPT.fullmatch(clean_name(name))) and match["rest"] == ".txt"}
    column = _shared({match["before"] for match in attempts.values()})
    authors = {}
    for name, match in attempts.items():
        order, at = when(match["when"])
        stem = _attempt(match)
        who = _who(listing, texts[stem]) if stem in texts else None
        if who and match["before"].endswith(f"_{who[1]}"):
            authors[name] = (Named(who[1], EVIDENCE,
                                   {Kind.LOGIN: [who[1]], Kind.NAME: [who[0]]} if who[0] else {Kind.LOGIN: [who[1]]},
                                   order, handed_in=at),)
            continue
        login = match["before"].removeprefix(column) if column else match["before"].rpartition("_")[2]
        doubts: tuple[str, ...] = () if match["before"].count("_") == 1 or column.count("_") == 1 else (
            "Blackboard's name for it can be read in more than one way, and its text file is missing",)
        doubts += (f"Blackboard's text file beside it says that it is {who[1]!r}'s",) if who else ()
        authors[name] = (Named(login, "the file's name, as Blackboard writes it", {Kind.LOGIN: [login]}, order,
                               handed_in=at, doubts=doubts),)
    there = {stem for match in attempts.values() if (stem := _attempt(match))}
    absent = {name: (_absent(listing, name, stem, column),) for stem, name in texts.items() if stem not in there}
    return Recognized(SYSTEM, authors, bool(texts), counted=len(flat), own=frozenset(texts.values()) - set(absent),
                      absent=absent)


def _attempt(match: re.Match[str]) -> str:
    return f"{match['before']}_attempt_{match['when']}"


def _absent(listing: Listing, text: str, stem: str, column: str) -> Named:
    """Describes an attempt that has a text file and no notebook: a file that it names is missing, or there was none."""
    before, _, at = stem.rpartition("_attempt_")
    who = _who(listing, text)
    login = who[1] if who else before.removeprefix(column) if column else before.rpartition("_")[2]
    ids = {Kind.LOGIN: [login]} | ({Kind.NAME: [who[0]]} if who and who[0] else {})
    order, handed_in = when(at)
    with_files = [name for name in listing.files if clean_name(name).startswith(f"{stem}_")]
    doubts: tuple[str, ...] = () if who else ("Blackboard's text file does not say whose it is",)
    if f"{stem}_" in _said(listing, text) and not with_files:
        return Named(login, EVIDENCE, ids, order, handed_in=handed_in,
                     doubts=(*doubts, lacks("Blackboard's text file", f"a file of {login!r}")),
                     lacking=f"Blackboard's text file names a file that is not in this download. {AGAIN}")
    what = (f"This attempt has {clean_name(with_files[0])}, and no notebook" if with_files else
            "No file was handed in with this attempt, only what was typed, which Blackboard's text file has")
    return Named(login, EVIDENCE, ids, order, handed_in=handed_in, doubts=doubts,
                 lacking=f"{what}. Ask for the notebook.")


def _said(listing: Listing, name: str) -> str:
    """Returns all that a text file says; it lists the files at its end."""
    try:
        return clean_name(listing.read(name).decode("utf-8-sig", "replace"))
    except CourseError:
        return ""


def _shared(before: Iterable[str]) -> str:
    """Returns the column, with which all names begin; empty where they do not differ."""
    before = list(before)
    return shared_start(before, "_") if len(before) > 1 else ""


def _who(listing: Listing, name: str) -> tuple[str, str] | None:
    """Returns name and user, as the text file has them; None where it does not."""
    try:
        found = WHO.search(listing.read(name)[:MOST].decode("utf-8-sig", "replace").partition("\n")[0])
    except CourseError:
        return None
    return (clean_name(found["name"]), clean_name(found["login"])) if found else None


RULES = Rules(writes_names=True)
