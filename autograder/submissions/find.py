"""Turns paths on the command line into submissions, each with its learner and the evidence.

It searches a folder for notebooks and zips (`folder`); `attribution` says whose each is, by a system's download or by
the names of folders and files: `class/alice.ipynb`, `class/alice/02-preprocessing.ipynb`,
`class/02-preprocessing/alice.ipynb` and `class/alice_02-preprocessing.zip` are all Alice's.

Each file is found once, and gets a name that no other of the same learner has. If it is uncertain whose it is, it gets
a doubt (`identity`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.course import CourseError
from autograder.submissions.attribution import in_download, in_folder, lone_files
from autograder.submissions.doubts import Doubt
from autograder.submissions.download import Entry, classes
from autograder.submissions.folder import GRADEBOOK, KEPT_BY_PROGRAM, WRITTEN, Folder
from autograder.submissions.identity import Identity
from autograder.submissions.names import clean_name, is_handed_in, person_in, stem, time_of_export, when_exported
from autograder.submissions.people import squashed
from autograder.submissions.systems import Named

BEGUN = (GRADEBOOK, "grading.log")
TABLES = ("grades.csv", "questions.csv", "points.csv", "report.html")
"""Files that a grading writes anew each time, whatever is in them."""

WRITTEN_INTO = "the folder that the grader writes into"
ASSIGNMENT = "the assignment that is graded, and nobody's work"


@dataclass(frozen=True)
class Found:
    """A file handed in, not read yet.

    Attributes:
        path: its place.
        learner: the learner who handed it in.
        name: the file's name; with its folder where another file has the same name.
        order: grows from attempt to attempt; the system's own number, or the time as digits; 0 when not known.
        late: whether the system says that it came late.
        entry: its place in a download; None for a file of its own.
        handed_in: when, as ISO 8601 text: the system's time, else that of Otter's export; empty when not known.
        identity: the learner whose it is, and why.
        lacking: why there is no work in it, where only the download's own file says that it was handed in; else empty.
    """

    path: Path
    learner: str
    name: str
    order: int = 0
    late: bool = False
    entry: Entry | None = None
    handed_in: str = ""
    identity: Identity = field(default_factory=Identity)
    lacking: str = ""

    def reassigned(self, learner: str, identity: Identity) -> Found:
        """Returns the same file, as somebody's."""
        return replace(self, learner=learner, identity=identity)


@dataclass(frozen=True)
class Search:
    """The outcome of a search for work to grade.

    Attributes:
        found: the files that will be graded, sorted by learner.
        others: files that are neither notebook nor zip.
        left: everything that is not graded, files and folders with all their content, each with the reason.
        downloads: the zips that were taken for a whole class.
        remarks: sentences for the instructor about the paths.
    """

    found: tuple[Found, ...]
    others: tuple[Path, ...]
    remarks: tuple[str, ...] = ()
    left: tuple[tuple[Path, str], ...] = ()
    downloads: tuple[Path, ...] = ()


def refuse_output(paths: Sequence[Path], output: Path, other: Path | None = None) -> None:
    """Refuses an output folder that others would take for work handed in, or for an assignment.

    A folder inside that of the submissions is allowed, because the search leaves it out, and so is one around it.

    Args:
        paths, output, other: as for `find`.

    Raises:
        CourseError: the output is the folder of the submissions or of the assignment, the submissions lie where
            the grader writes its own files, or a table of somebody else's would be overwritten.
    """
    there = output.resolve()
    for path in paths:
        here = path.resolve()
        if here == there:
            raise CourseError(
                f"--output {output} is where the submissions lie. What is written there would be taken for work handed "
                "in, the next time, and hidden tests would lie among it. Name another folder, such as "
                f"{output.with_name(f'grades-{there.name}')}; it may lie beside the submissions.")
        if here.is_relative_to(there) and here.relative_to(there).parts[0] in WRITTEN:
            raise CourseError(f"{path} is what the grader itself writes, in --output {output}, and nobody's work. Give "
                              "the folder that the submissions lie in.")
    if other is not None and other.resolve() == there:
        raise CourseError(f"--output {output} is where the assignment lies. Name another folder, such as "
                          f"{output.with_name(f'grades-{there.name}')}.")
    # A grading begins its gradebook and its log before it writes anything else.
    if not any((output / name).exists() for name in BEGUN):
        for name in TABLES:
            if (output / name).exists():
                raise CourseError(f"{output / name} would be overwritten, and the grader did not write it: neither "
                                  f"{' nor '.join(BEGUN)} is beside it. Name another folder with --output, or move "
                                  "that file away.")


def find(paths: Sequence[Path], known: Mapping[str, Collection[str]] | None = None,
         output: Path | None = None, also: Sequence[str] = (), other: Path | None = None) -> Search:
    """Finds everything handed in under `paths`, each file once.

    Args:
        paths: folders, notebooks, zips of one learner each, or downloads of a system as it packs them.
        known: earlier names of paths -> the absolute paths that had them: one that still exists keeps its name.
        output: the folder that the grader writes into; the files in it are not handed in.
        also: the name of another course's assignment, as a part of files' names, like the course's exercises.
        other: the place of that assignment; the files there are not handed in.

    Raises:
        CourseError: a path does not exist, there is nothing to grade in any of them, or it is not clear whether a
            zip holds one learner's work or a class.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise CourseError(f"There is no {path}{_seen_from(path)}. Give a folder, a notebook or a zip.")
    paths = list(dict.fromkeys(paths))
    places = _places(paths, known or {})
    exercises = [*course.exercise_names(), *course.former_names(), *filter(None, also)]
    downloads, remarks, either = classes(paths)
    files = [path for path in paths if path not in downloads and not _is_folder(path)]
    found: dict[tuple[str, str], tuple[Found, str]] = {}
    others: list[Path] = []
    left_out: dict[Path, str] = {}

    def add(path: Path, authors: Iterable[Named], given: Path, system: str, entry: Entry | None, whole: str) -> None:
        for author in authors:
            item = _found(path, author, (places[given], given), system, entry, also)
            found.setdefault((os.path.abspath(path), item.learner), (item, whole))

    lone = lone_files(files, exercises)
    for path in paths:
        if path in downloads:
            download = downloads[path]
            seen, listing = download.seen, download.listing
            authors, left = in_download(seen, listing)
            for name, own in authors.items():
                add(path / name, own, path, seen.system, download.entries.get(name), clean_name(name))
            others += [path / name for name in left]
            left_out |= dict.fromkeys((path / name for name in download.left_out), KEPT_BY_PROGRAM)
        elif _is_folder(path):
            tree = Folder(path, {output: WRITTEN_INTO, other: ASSIGNMENT})
            remarks += tree.remarks
            left_out |= tree.left_out
            authors, left, systems = in_folder(tree, exercises, one_of_many=len(paths) > 1)
            for name, own in authors.items():
                add(path / name, own, path, systems.get(name, ""), None, clean_name(name))
            others += [path / name for name in left]
            remarks += tree.forgotten({one.learner for own in authors.values() for one in own}, authors, exercises)
        else:
            doubts = (either[path],) if path in either else ()
            own = [replace(one, doubts=(*one.doubts, *doubts)) for one in lone[path]]
            add(path, own, path, "", None, clean_name(path.as_posix()))
    if not any(is_handed_in(item.path.name) or item.path in lone for item, _ in found.values()):
        where = ", ".join(str(path) for path in paths)
        raise CourseError(f"There is no notebook and no zip in {where}.")
    handed = tuple(sorted(_distinct(found.values()), key=lambda item: (item.learner, item.name)))
    left_out |= dict.fromkeys(others, "neither a notebook nor a zip")
    return Search(handed, tuple(others), tuple(remarks), tuple(sorted(left_out.items())), tuple(downloads))


def _found(path: Path, author: Named, given: tuple[str, Path], system: str, entry: Entry | None,
           also: Sequence[str]) -> Found:
    """Describes a file as one of its authors'. Otter's export gives its date if the system gives no number.

    Args:
        given: the name of the path under which it was found, and that path.
        also: as for `find`.
    """
    name = clean_name(path.name)
    place, source = given
    file = place if path == source else f"{place}/{clean_name(path.relative_to(source).as_posix())}"
    unlisted = tuple(map(Doubt, author.unlisted))
    identity = Identity(
        file, author.evidence, author.ids, (*map(Doubt, author.doubts), *unlisted), system=system, unlisted=unlisted,
        place=place, source=clean_name(os.path.abspath(source)), origin="" if system else _origin(file, author, also),
        given=author.ids if system else {}, made=_made(source) if entry else "", lacking=bool(author.lacking))
    return Found(path, author.learner, name, author.order or time_of_export(name), author.late, entry,
                 author.handed_in or when_exported(name), identity, author.lacking)


def _made(source: Path) -> str:
    """Returns when the zip of a download was made, by the disk."""
    return datetime.fromtimestamp(source.stat().st_mtime, UTC).isoformat()


def _origin(file: str, author: Named, also: Sequence[str]) -> str:
    """Returns what names the learner of a file: the folder's path, or its own; and whom else its name mentions."""
    parts = PurePosixPath(file).parts
    end = next((place for place, part in enumerate(parts[:-1], start=1)
                if author.evidence == f"the folder {part!r}"), len(parts) - 1)
    own = person_in(stem(parts[-1]), [*course.exercise_names(), *filter(None, also)])
    also = "" if squashed(own) in ("", squashed(author.learner)) else f"\n{own}"
    return "/".join(parts[:end]) + also


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _places(paths: Sequence[Path], known: Mapping[str, Collection[str]]) -> dict[Path, str]:
    """Returns the names of the paths in messages: their last part, or more of it where two would be the same.

    A name that another path had before, and that still exists, is not used again.
    """
    whole = {path: [clean_name(part) for part in path.absolute().resolve().parts] if path.name in ("", "..") else
             [clean_name(part) for part in path.absolute().parts] for path in paths}
    length = dict.fromkeys(paths, 1)
    while True:
        places = {path: "/".join(whole[path][-length[path] :]) for path in paths}
        times = Counter(places.values())
        others = {path: set(known.get(places[path], ())) - {clean_name(os.path.abspath(path))} for path in paths}
        short = [path for path in paths if length[path] < len(whole[path]) and (
            times[places[path]] > 1 or any(map(os.path.lexists, others[path])))]
        if not short:
            return places
        for path in short:
            length[path] += 1


def _seen_from(path: Path) -> str:
    """Returns from where a path that does not exist was searched, if it does not say so itself."""
    return "" if path.is_absolute() else f" in {Path.cwd()}"


def distinctly_named(found: Iterable[Found]) -> list[Found]:
    """Returns the same files, with another name for each that became the learner's of another file of its name."""
    found = list(found)
    times = Counter((item.learner, item.name) for item in found)
    return [replace(item, name=item.identity.file) if times[item.learner, item.name] > 1 and item.identity.confirmed
            else item for item in found]


def _distinct(found: Collection[tuple[Found, str]]) -> Iterator[Found]:
    """Yields each file with a name that no other of the same learner has: its path if the file name is not enough."""
    seen = Counter((item.learner, item.name) for item, _ in found)
    taken: set[tuple[str, str]] = set()
    for item, path in found:
        base = name = item.name if seen[item.learner, item.name] == 1 else path
        number = 2
        while (item.learner, name) in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add((item.learner, name))
        yield replace(item, name=name)
