"""The systems whose downloads are known, a module each: what their names look like, and whose a file in them is.

A download is recognized as a whole (`recognize`), by the system's own file or by all of its names: that one name looks
like a system's says nothing, for learners choose names.

    base         the listing of a download, and what a module says of it
    canvas       one folder, name and number in each file's name
    moodle       folders or files, name and participant's number
    gradescope   folders, and a file of who is who
    blackboard   one folder, and a text file for each attempt
    brightspace  folders or files, number, name and time
    sakai        folders, a table and times
    ilias        folders, name, user and number
    google       copies for each student, and what forms append
    github       repositories, and a table of who is who
    nbgrader     submitted/, student, assignment

Each has `SYSTEM`, its name, and `recognize`, which says what of a listing fits it and whose that is. Its first lines
show the layout and name its sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.submissions.names import clean_name
from autograder.submissions.systems import (
    blackboard,
    brightspace,
    canvas,
    github,
    google,
    gradescope,
    ilias,
    moodle,
    nbgrader,
    sakai,
)
from autograder.submissions.systems.base import Authors, Listing, Named, Recognized, parts_of

SYSTEMS = (gradescope, sakai, blackboard, brightspace, moodle, nbgrader, github, ilias, canvas, google)
"""In this order: of two that fit alike, the first has the more specific names."""

MOST_AROUND = 3
"""So many folders may lie around a download."""


def recognize(listing: Listing) -> Recognized | None:
    """The system whose download this looks most like, whether it is one or not; None where no name fits any."""
    best: Recognized | None = None
    for around, inner in _unwrapped(listing):
        for module in SYSTEMS:
            seen = module.recognize(inner)
            if seen.authors and (best is None or _rank(seen) > _rank(best)):
                best = replace(seen, authors={around + name: authors for name, authors in seen.authors.items()},
                               own=frozenset(around + name for name in seen.own), around=around,
                               absent={around + name: authors for name, authors in seen.absent.items()})
    return best


def attribute(listing: Listing, seen: Recognized, names: Sequence[str]) -> Authors:
    """Whose other files in a recognized download are: those that are not graded."""
    inner = next(inner for around, inner in _unwrapped(listing) if around == seen.around)
    module = next(module for module in SYSTEMS if seen.system == module.SYSTEM)
    inside = [name.removeprefix(seen.around) for name in names if name not in seen.own]
    found = module.recognize(replace(inner, handed_in=inside)).authors
    return {seen.around + name: authors for name, authors in found.items()}


def several(listing: Listing) -> dict[str, dict[str, tuple[Named, ...]]]:
    """What each system that writes names of its own says of what is handed in, by file and system."""
    said: dict[str, dict[str, tuple[Named, ...]]] = defaultdict(dict)
    for module in (sakai, blackboard, brightspace, moodle, ilias, canvas):
        for name, authors in module.recognize(listing).authors.items():
            if name in set(listing.handed_in):
                said[name][module.SYSTEM] = authors
    return dict(said)


def _rank(seen: Recognized) -> tuple[int, bool]:
    return len(seen.authors), seen.marked


def is_download(seen: Recognized, handed_in: int, *, strictly: bool) -> bool:
    """Whether a listing is a download as a whole.

    Args:
        seen: what fits in it.
        handed_in: how many things in it are graded.
        strictly: all names must fit. In a folder an instructor may have put something beside them.
    """
    if strictly and seen.needs_mark and not seen.marked:
        return False
    fits = len(seen.authors)
    counted = handed_in if strictly or seen.counted is None else seen.counted
    odd = counted - fits
    if strictly:
        return odd == 0 and fits > 1
    if seen.marked:
        return odd <= fits
    return fits > 1 and (odd < fits if seen.specific else 3 * odd <= fits)


def _unwrapped(listing: Listing) -> Iterator[tuple[str, Listing]]:
    """The listing, and what is left without each folder that lies around all of it."""
    yield "", listing
    around = ""
    for _ in range(MOST_AROUND):
        first = {name[len(around) :].partition("/")[0] for name in listing.files}
        folder = next(iter(first), "")
        if len(first) != 1 or any(len(parts_of(name[len(around) :])) == 1 for name in listing.files):
            return
        around += f"{folder}/"
        start = len(around)

        def read(name: str, around: str = around) -> bytes:
            return listing.read(around + name)

        yield around, Listing([name[start:] for name in listing.files], [name[start:] for name in listing.handed_in],
                              read, clean_name(folder))


__all__ = ["SYSTEMS", "Listing", "Named", "Recognized", "attribute", "is_download", "recognize", "several"]
