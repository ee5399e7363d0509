"""Finds whose the files in a download, in a folder, or alone on the command line are: by the system, else by names.

If the folder, or the zip, is as a whole the download of a system, the system's names count (`systems`). Otherwise
folders and files name the learner (`bynames`). If a learner handed in only a file that is no notebook, it is found as
well: the reading of it will say what it is.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.course import CourseError
from autograder.submissions.bynames import by_folder, by_names, by_own_name, nobodys
from autograder.submissions.filetypes import TELLING
from autograder.submissions.folder import Folder, reader
from autograder.submissions.names import clean_name, is_handed_in, person_in, stem
from autograder.submissions.people import Kind
from autograder.submissions.systems import (
    Listing,
    Named,
    Recognized,
    attribute,
    is_download,
    is_export,
    is_submission,
    named_alone,
    own_files,
    recognize,
    several,
)

ALONE = "it is named as a system names it, but alone, without its download"


# ---------------------------------------------------------------- in a download


def _is_ours(name: str) -> bool:
    """Returns whether a file needs no mention, as it is the course's or the system's own."""
    return name in course.SUPPORT_FILES or name in own_files()


def in_download(
    seen: Recognized, listing: Listing, empty: Sequence[str] = ()
) -> tuple[dict[str, Sequence[Named]], list[str]]:
    """Returns whose the files in a recognized download are, and the empty folders; and what else is in it."""
    authors: dict[str, Sequence[Named]] = dict(seen.authors)
    left = [name for name in listing.files if name not in authors and not is_handed_in(name) and name not in seen.own
            and name not in seen.absent and not _is_ours(PurePosixPath(name).name)]
    for name in listing.handed_in:
        if name not in authors:
            authors[name] = [_odd_one(name, seen)]
    left += empty
    left = _with_stand_ins(authors, left, attribute(listing, seen, left), of_any_kind=True)
    _with_absent(authors, seen.absent)
    return authors, left


def _with_absent(authors: dict[str, Sequence[Named]], absent: Mapping[str, Sequence[Named]], inside: str = "") -> None:
    """Adds the attempts that a download only mentions, except those for which another file stands in."""
    have = {(one.learner, one.order) for own in authors.values() for one in own}
    for name, own in absent.items():
        if not all((one.learner, one.order) in have for one in own):
            authors.setdefault(f"{inside}{name}", own)


def _odd_one(name: str, seen: Recognized) -> Named:
    """Describes a file in a system's download that the system did not name."""
    inside = PurePosixPath(name.removeprefix(seen.around))
    learner = clean_name(inside.parts[0] if len(inside.parts) > 1 else stem(inside.name))
    return Named(learner, "the folder" if len(inside.parts) > 1 else "the file's own name", {Kind.LABEL: [learner]},
                 doubts=(f"it lies in a download from {seen.system} and is not named as {seen.system} names it",))


def _with_stand_ins(
    authors: dict[str, Sequence[Named]], left: Sequence[str], of: Mapping[str, Sequence[Named]], *,
    of_any_kind: bool = False
) -> list[str]:
    """Adds to `authors` a file of each person who handed in no notebook; returns the other files."""
    have = {one.learner for own in authors.values() for one in own}
    added = set()
    for name in sorted(left, key=lambda name: (_telling(name), name)):
        own = of.get(name, ())
        if own and (of_any_kind or _telling(name) < len(TELLING)) and not any(one.learner in have for one in own):
            authors[name] = own
            have |= {one.learner for one in own}
            added.add(name)
    return [name for name in left if name not in added]


def _telling(name: str) -> int:
    """Returns how near a file is to a notebook that somebody meant to hand in; the nearest first."""
    suffix = PurePosixPath(name).suffix.lower()
    return list(TELLING).index(suffix) if suffix in TELLING else len(TELLING)


# ---------------------------------------------------------------- in a folder


def in_folder(
    tree: Folder, exercises: Sequence[str], *, one_of_many: bool
) -> tuple[dict[str, Sequence[Named]], list[str], dict[str, str]]:
    """Returns whose the files in a folder on the command line are.

    Args:
        tree: the folder.
        exercises: names that are nobody's.
        one_of_many: whether there are more paths on the command line.

    Returns:
        The authors; what else is there; and of which system's download each is.
    """
    listing = tree.listing()
    seen = _recognized(tree.root, listing)
    if seen:
        named, left = in_download(seen, listing, tree.empty)
        left = [name for name in left if name not in tree.empty]
        _own_folders(named, seen, exercises)
        return named, left, dict.fromkeys(named, seen.system)
    authors: dict[str, Sequence[Named]] = {}
    systems: dict[str, str] = {}
    by_systems = several(listing)
    counted = Counter(system for said in by_systems.values() for system in said)
    if len(counted) > 1 and min(counted.values()) > 1 and all(
            len(by_systems.get(name, ())) == 1 for name in listing.handed_in):  # several downloads in one folder
        for name, said in by_systems.items():
            ((systems[name], authors[name]),) = said.items()
    rest, own = set(listing.handed_in) - set(authors), set[str]()
    for folder in sorted({name.partition("/")[0] for name in listing.handed_in if "/" in name}):
        if is_export(folder):
            inner = tree.listing(f"{folder}/")
            export = _recognized(tree.root / folder, inner)
            if export:
                authors.update({f"{folder}/{name}": named for name, named in export.authors.items()})
                _with_absent(authors, export.absent, f"{folder}/")
                systems |= {f"{folder}/{name}": export.system for name in (*export.authors, *export.absent)}
                own |= {f"{folder}/{name}" for name in export.own}
                rest -= set(systems)
    alike = _look_alikes(tree, listing)
    for name, plain in by_names(tree.root, sorted(rest), exercises, one_of_many=one_of_many).items():
        doubt = [said for folder, said in alike.items() if name.startswith(f"{folder}/")]
        doubt += [f"it is named as {' or '.join(by_systems[name])} names it, and what lies beside it is not"
                  ] if name in by_systems and len(by_systems) > 1 else []
        authors[name] = [replace(one, doubts=(*one.doubts, *doubt)) for one in plain]
    left = [name for name in listing.files if not is_handed_in(name) and name not in own
            and not _is_ours(PurePosixPath(name).name)]
    folders = {name: [one] for name in left if "/" in name and (one := by_folder(name, exercises))}
    return authors, _with_stand_ins(authors, left, folders), systems


def _recognized(folder: Path, listing: Listing) -> Recognized | None:
    try:
        seen = recognize(listing)
    except CourseError as error:
        raise CourseError(f"In {folder}: {error}") from None
    if seen and len(listing.handed_in) == 1 and not seen.marked:  # one file does not show that it is a download
        return replace(seen, authors={name: tuple(replace(one, doubts=(*one.doubts, ALONE)) for one in own)
                                      for name, own in seen.authors.items()})
    return seen if seen and is_download(seen, len(listing.handed_in), strictly=False) else None


def _own_folders(authors: dict[str, Sequence[Named]], seen: Recognized, exercises: Sequence[str]) -> None:
    """Gives a folder that an instructor put into a download to the learner it names, if the system makes none."""
    flat = all("/" not in name.removeprefix(seen.around) for name in seen.authors)
    for name in authors:
        if flat and name not in seen.authors and (named := by_folder(name.removeprefix(seen.around), exercises)):
            authors[name] = [named]


def _look_alikes(tree: Folder, listing: Listing) -> dict[str, str]:
    """Returns the folders inside that look like downloads themselves, each with the doubt that follows."""
    said = {}
    within = Counter(name.partition("/")[0] for name in listing.handed_in if "/" in name)
    for folder in sorted(within):
        if within[folder] > 2 and not is_export(folder):
            inner = tree.listing(f"{folder}/")
            try:
                seen = recognize(inner)
            except CourseError:
                continue
            if seen and is_download(seen, len(inner.handed_in), strictly=False):
                said[folder] = (f"it lies in a folder that looks like a download from {seen.system}; to grade the "
                                f"class in it, grade {clean_name(str(tree.root / folder))} by itself")
    return said


# ---------------------------------------------------------------- alone


def lone_files(files: Sequence[Path], exercises: Sequence[str]) -> dict[Path, Sequence[Named]]:
    """Returns whose the files on the command line are that stand in no folder there."""
    if not files:
        return {}
    above = Path(os.path.commonpath([path.absolute().parent for path in files]))
    if len(files) == 1 and is_submission(clean_name(above.name)):
        above = above.parent
    inside = {path.absolute().relative_to(above).as_posix(): path for path in files}
    metadata = [name for name in own_files() if (above / name).is_file()]
    listing = Listing([*inside, *metadata], list(inside), reader(above), clean_name(above.name))
    seen = _recognized(above, listing) if len(files) > 1 or metadata else None
    authors: dict[Path, Sequence[Named]] = {}
    for name, path in inside.items():
        authors[path] = (seen.authors.get(name) or [_odd_one(name, seen)]) if seen else [
            _lone_file(path, exercises, is_all=len(files) == 1)]
    return authors


def _lone_file(path: Path, exercises: Sequence[str], *, is_all: bool) -> Named:
    """Returns whose one file is: by its own name, else by the nearest folder that names anybody."""
    folders = path.parent.absolute().parts[1:][-3:]
    system = named_alone(path.name, folders)
    if system and is_all:
        return replace(system, doubts=(ALONE,))
    if named := by_own_name(path.name, exercises):
        return named
    for part in reversed(path.parts[:-1]):
        if part not in (os.sep, os.curdir, os.pardir) and (learner := person_in(part, exercises)):
            return Named(learner, f"the folder {clean_name(part)!r}", {Kind.LABEL: [learner]})
    return nobodys(path.name)
