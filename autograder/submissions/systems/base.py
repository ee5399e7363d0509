"""The common types of every system's module: the names in a download, the learners of its files, and its rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.submissions.people import Ids


@dataclass(frozen=True)
class Named:
    """The author of a file handed in, as a system or another source names them.

    Attributes:
        learner: the learner who handed it in.
        evidence: the source that says so, for the instructor.
        ids: the learner's identifiers, by kind.
        order: grows from attempt to attempt; 0 when the system counts nothing.
        late: whether the system says that it came late.
        handed_in: when, as text of `times.when`; empty when the system does not say.
        doubts: why it is uncertain whose it is, a sentence each; none if it is certain.
        unlisted: further doubts, dropped once a class list names the learner.
        lacking: why there is no work, where the system's own file says that something was handed in; else empty.
    """

    learner: str
    evidence: str = ""
    ids: Ids = field(default_factory=dict)
    order: int = 0
    late: bool = False
    handed_in: str = ""
    doubts: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    lacking: str = ""


Authors = Mapping[str, tuple[Named, ...]]
"""The authors of each name in a download that fits: several for a group."""


@dataclass(frozen=True)
class Listing:
    """The names in a download, in a zip or unpacked.

    Attributes:
        files: every file's path in it, except noise.
        handed_in: those that are graded.
        read: gives the bytes of one of the files, within limits; raises `CourseError` where it cannot.
        title: the name of the folder around them; empty when there is none.
    """

    files: Sequence[str]
    handed_in: Sequence[str]
    read: Callable[[str], bytes]
    title: str = ""


@dataclass(frozen=True)
class Recognized:
    """A listing as one system's module sees it.

    Attributes:
        system: its name.
        authors: the files whose authors it knows.
        marked: whether the system's own file is there, which says who is who.
        specific: whether nobody gives such names by chance.
        counted: how many of the files handed in lie where the system puts them.
        own: files of the system itself, which nobody handed in.
        needs_mark: whether a zip is no download of this system without its own file.
        absent: attempts that the system's own file names and whose work is not there, by the path of that file or of
            the folder that the work should lie in. Each has `lacking`.
        around: the folders that lie around all of it, with a slash at the end.
    """

    system: str
    authors: Authors
    marked: bool = False
    specific: bool = True
    counted: int | None = None
    own: frozenset[str] = frozenset()
    needs_mark: bool = False
    absent: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    around: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules for a system's names outside of a whole download. A system without such rules has `Rules()`.

    Attributes:
        writes_names: whether it writes names of its own into each file's or folder's name, so that a few of them can be
            distinguished from those of another system in the same folder.
        alone: reads the name of one file, and those of the folders around it, the outermost first, without the rest of
            the download; None where they name nobody.
        metadata: a file of its own, beside the folders of a download, that says who is who. Nobody handed it in.
        folder: the name of the folder of one submission, where `metadata` lies beside it.
        export: the name of the folder of a whole download. Several of them may lie side by side.
        assignment: takes a file's path and the names of exercises; returns which of them its folder names.
        for_another: takes the one notebook in a zip, the zip's name, and those of the exercises; returns whether the
            notebook's name is one that the system gives to somebody's work, although the zip's is not.
    """

    writes_names: bool = False
    alone: Callable[[str, Sequence[str]], Named | None] | None = None
    metadata: str = ""
    folder: re.Pattern[str] | None = None
    export: re.Pattern[str] | None = None
    assignment: Callable[[str, Sequence[str]], str] | None = None
    for_another: Callable[[str, str, Sequence[str]], bool] | None = None


AGAIN = "Download it again; where it stays so, ask for the notebook."
"""Advice for a download that lacks work which its own file names."""


def lacks(source: str, what: str, download: str = "download") -> str:
    """Returns the doubt about an attempt that a system's own file names and whose work is not there."""
    return f"{source} names {what}, and there is no notebook of it in this {download}"


def parts_of(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.split("/") if part not in ("", "."))


def shared_start(names: Sequence[str], mark: str) -> str:
    """Returns the common beginning of all names, up to the last `mark` in it."""
    low, high = min(names, default=""), max(names, default="")
    length = next((place for place, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    return low[: low.rfind(mark, 0, length) + 1]
