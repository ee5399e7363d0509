"""Compares where two files come from that count as one learner's: may they be two people's, and which came later?

One learner's name in two folders or downloads may be two people. Nothing is decided here: who asks gives a doubt, or
does not take one file for another attempt of the other.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from autograder.submissions.identity import Identity
from autograder.submissions.names import BROWSER
from autograder.submissions.people import SYSTEMS, WRITTEN, Kind, plain

COUNTED = {Kind.PARTICIPANT, Kind.ANONYMOUS}
"""Numbers that have no meaning outside of one assignment."""


def is_another(one: Identity, other: Identity) -> bool:
    """Returns whether two files handed in under one name may be two people's: nothing shows that they are one's.

    The instructor shows it, or one folder that names them, a newer copy of the same download, or a number or an address
    of a system's. A number that is only counted within one course needs a name beside it.
    """
    if one.confirmed and other.confirmed:
        return False
    if not one.source or not other.source:  # of an earlier version
        return False
    if one.system and one.system == other.system:
        shared = {kind for kind, values in one.given.items()
                  if set(map(plain, values)) & set(map(plain, other.given.get(kind, ())))}
        if shared & {*SYSTEMS, *WRITTEN, Kind.GITHUB} - COUNTED or (shared & COUNTED and shared & {Kind.NAME}):
            return False
    if _origin(one) != _origin(other):
        return True
    return one.file != other.file and _folder(one) != _folder(other)


def is_of_same_download(one: Identity, other: Identity) -> bool:
    """Returns whether two files lie in copies of one download, of one system, however often it was downloaded."""
    return bool(one.system) and one.system == other.system and _origin(one) == _origin(other)


def _folder(identity: Identity) -> str:
    return identity.origin.partition("\n")[0] if not identity.system else ""


def _origin(identity: Identity) -> str:
    """Returns the origin of a file: the folder or the download, however often it was downloaded."""
    lone = identity.file == identity.place
    source = PurePath(identity.source)
    if lone:
        return str(source.parent)
    return str(source.with_name(BROWSER.sub("", source.name.removesuffix(".zip"))))


def is_later(one: Identity, other: Identity) -> bool:
    """Returns whether the download that contains a file is later than another's, by all the evidence there is.

    The evidence is the number that a browser appends, and the time at which each zip was made. Missing evidence does
    not count against it, but there must be some. A download of another system is no evidence: each packs what was
    handed in there.
    """
    if one.system != other.system:
        return False
    said = []
    if one.made and other.made and one.made != other.made:
        said.append(one.made > other.made)
    (name, number), (other_name, other_number) = _downloaded(one), _downloaded(other)
    if name == other_name and number != other_number:
        said.append(number > other_number)
    return bool(said) and all(said)


def _downloaded(identity: Identity) -> tuple[str, int]:
    """Returns the name of a download, and the number that a browser appended to it; 0 for none."""
    name = PurePath(identity.source).name.removesuffix(".zip")
    mark = BROWSER.search(name)
    return BROWSER.sub("", name), int(re.sub(r"\D", "", mark[0])) if mark else 0
