"""Paths on the command line to the things handed in, each with whose it is and what says so.

A folder is searched for notebooks and zips. What a system's download says of them counts first, if the folder, or the
zip, is such a download as a whole (`systems`, `download`). Else the learner is named by the first folder below the one
that was given, if the file lies in one; else by the file's own name without the exercise's name in it.
`class/alice.ipynb`, `class/alice/02-preprocessing.ipynb`, `class/02-preprocessing/alice.ipynb` and
`class/alice_02-preprocessing.zip` are all Alice's.

What names nobody for certain keeps a name of its own, so that it is merged with nobody's, and has its doubts
(`identity`). What was handed in by somebody and is no notebook is found as well, if it is all that there is of them:
reading it says what it is.

Links are listed but never followed; reading one says so.
"""

from __future__ import annotations

import os
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder import course
from autograder.course import CourseError
from autograder.submissions.archive import NOISE
from autograder.submissions.doubts import Doubt
from autograder.submissions.download import Download, Entry, look
from autograder.submissions.identity import Identity
from autograder.submissions.lookalikes import TELLING
from autograder.submissions.names import (
    Reading,
    clean_name,
    is_handed_in,
    is_nobody,
    person_in,
    reading,
    stem,
    time_of_export,
    when_exported,
)
from autograder.submissions.people import Kind, squashed
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

MAX_METADATA = 32 * 1024 * 1024
"""Bytes of a system's own file that are read."""

SILENT = frozenset({".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git", ".venv", ".ipython", ".jupyter"})
"""Folders in which nobody looks for work: they are passed over without a word."""


KEPT_BY_PROGRAM = "lies where a program or a system keeps its own files"

WRITTEN_INTO = "the folder that the grader writes into"
ASSIGNMENT = "the assignment that is graded, and nobody's work"

ALONE = "it is named as a system names it, but alone, without its download"


@dataclass(frozen=True)
class Found:
    """One thing handed in, not read yet.

    Attributes:
        path: where it lies.
        learner: who handed it in.
        name: the file's name; with its folder where another file would be called the same.
        order: grows from attempt to attempt; the system's own number, or the time as digits; 0 when not known.
        late: whether the system says that it came late.
        entry: where it is in a download; None for a file of its own.
        handed_in: when, as ISO 8601 text: the system's time, else that of Otter's export; empty when not known.
        identity: whose it is, and why.
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

    def of(self, learner: str, identity: Identity) -> Found:
        """The same, as somebody's."""
        return replace(self, learner=learner, identity=identity)


@dataclass(frozen=True)
class Search:
    """What there is to grade.

    Attributes:
        found: what will be graded, sorted by learner.
        others: files that are neither notebook nor zip.
        left: all that is not graded, files and folders with all that is in them, each with the reason.
        downloads: the zips that were taken for a whole class.
        remarks: what the instructor should know about the paths, a sentence each.
    """

    found: tuple[Found, ...]
    others: tuple[Path, ...]
    remarks: tuple[str, ...] = ()
    left: tuple[tuple[Path, str], ...] = ()
    downloads: tuple[Path, ...] = ()


def find(paths: Sequence[Path], known: Mapping[str, Collection[str]] | None = None,
         output: Path | None = None, also: Sequence[str] = (), brought: Path | None = None) -> Search:
    """Everything handed in under `paths`, each once.

    Args:
        paths: folders, notebooks, zips of one learner each, or downloads of a system as it packs them.
        known: how paths were called before, each with those, absolute, that were called so: another that is still
            there keeps its name.
        output: the folder that the grader writes into; what lies in it nobody handed in.
        also: what an assignment of another course is called, as a part of files' names, like the course's exercises.
        brought: where that assignment lies; what lies there nobody handed in.

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
    downloads, remarks, either = _downloads(paths)
    files = [path for path in paths if path not in downloads and not _is_folder(path)]
    found: dict[tuple[str, str], tuple[Found, str]] = {}
    others: list[Path] = []
    left_out: dict[Path, str] = {}

    def add(path: Path, authors: Iterable[Named], given: Path, system: str, entry: Entry | None, whole: str) -> None:
        for author in authors:
            item = _found(path, author, (places[given], given), system, entry, also)
            found.setdefault((os.path.abspath(path), item.learner), (item, whole))

    lone = _lone_files(files, exercises)
    for path in paths:
        if path in downloads:
            download = downloads[path]
            seen, listing = download.seen, download.listing
            authors, left = _in_download(seen, listing)
            for name, own in authors.items():
                add(path / name, own, path, seen.system, download.entries.get(name), clean_name(name))
            others += [path / name for name in left]
            left_out |= dict.fromkeys((path / name for name in download.left_out), KEPT_BY_PROGRAM)
        elif _is_folder(path):
            tree = _Tree(path, {output: WRITTEN_INTO, brought: ASSIGNMENT})
            remarks += tree.remarks
            left_out |= tree.left_out
            authors, left, systems = _in_folder(tree, exercises, one_of_many=len(paths) > 1)
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
    """What is in a file, as one of its authors'; dated by Otter where the system gives no number.

    Args:
        given: how the path is called under which it was found, and that path.
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
    """When the zip of a download was made, as the disk has it."""
    return datetime.fromtimestamp(source.stat().st_mtime, UTC).isoformat()


def _origin(file: str, author: Named, also: Sequence[str]) -> str:
    """What names the learner of a file: the folder's path, or the file's own; and whom else the file's name names."""
    parts = PurePosixPath(file).parts
    end = next((place for place, part in enumerate(parts[:-1], start=1)
                if author.evidence == f"the folder {part!r}"), len(parts) - 1)
    own = person_in(stem(parts[-1]), [*course.exercise_names(), *filter(None, also)])
    also = "" if squashed(own) in ("", squashed(author.learner)) else f"\n{own}"
    return "/".join(parts[:end]) + also


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _places(paths: Sequence[Path], known: Mapping[str, Collection[str]]) -> dict[Path, str]:
    """How the paths are called in messages: by their last part, and by more of it where two would be the same.

    Nor as another was called before that is still there.
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


# ---------------------------------------------------------------- downloads


def _downloads(paths: Sequence[Path]) -> tuple[dict[Path, Download], list[str], dict[Path, str]]:
    """The zips that are a class, what to say of them, and what is doubted of those that may be one or a learner's.

    Only if every path is such a zip. Where a shell has written all files of a folder for `*.zip`, a learner's zip
    full of others' names stays this learner's, and is to be checked.

    Raises:
        CourseError: beside a class there is a zip that may be a class, too, or one learner's.
    """
    seen: dict[Path, Download] = {}
    either: dict[Path, str] = {}
    refused: CourseError | None = None
    for path in paths:
        if path.suffix.lower() != ".zip" or path.is_dir() or _is_named_by_system(path):
            continue
        try:
            download = look(path)
        except CourseError as error:
            if len(paths) == 1:
                raise
            refused = refused or error
            either[path] = "this zip may be a class, or one learner's; beside other paths it counts as one learner's"
            continue
        if download:
            seen[path] = download
    if refused and len(seen) + len(either) == len(paths) > len(either):
        raise refused
    if len(seen) < len(paths):
        said = {path: f"{clean_name(str(path))} looks like a download from {download.seen.system}. Beside other paths "
                "it counts as one learner's zip; to grade the class in it, give it alone"
                for path, download in seen.items()}
        return {}, [f"{one}." for one in said.values()], {**either, **said}
    remarks = []
    for path, download in seen.items():
        authors = download.seen.authors
        learners = {named.learner for own in authors.values() for named in own}
        remarks.append(
            f"{clean_name(str(path))} is a download from {download.seen.system}: {len(authors)} notebooks and "
            f"zips of {len(learners)} {'learner' if len(learners) == 1 else 'learners'}."
        )
    return seen, remarks, {}


def _is_named_by_system(path: Path) -> bool:
    """Whether a zip's own name, or its folder's, is one that a system gives to one learner's work."""
    folders = [clean_name(part) for part in path.absolute().parts[-3:-1]]
    return any(named_alone(path.name, folders[:around]) for around in range(len(folders) + 1))


def _is_ours(name: str) -> bool:
    """Whether a file need not be told of: it is the course's or the system's."""
    return name in course.SUPPORT_FILES or name in own_files()


def _in_download(
    seen: Recognized, listing: Listing, empty: Sequence[str] = ()
) -> tuple[dict[str, Sequence[Named]], list[str]]:
    """Whose the files in a recognized download are, and of the empty folders; and what else is in it."""
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
    """Adds the attempts of which a download has no more than a word; not where another file stands in for one."""
    have = {(one.learner, one.order) for own in authors.values() for one in own}
    for name, own in absent.items():
        if not all((one.learner, one.order) in have for one in own):
            authors.setdefault(f"{inside}{name}", own)


def _odd_one(name: str, seen: Recognized) -> Named:
    """What a system's download holds, and the system did not name."""
    inside = PurePosixPath(name.removeprefix(seen.around))
    learner = clean_name(inside.parts[0] if len(inside.parts) > 1 else stem(inside.name))
    return Named(learner, "the folder" if len(inside.parts) > 1 else "the file's own name", {Kind.LABEL: [learner]},
                 doubts=(f"it lies in a download from {seen.system} and is not named as {seen.system} names it",))


def _with_stand_ins(
    authors: dict[str, Sequence[Named]], left: Sequence[str], of: Mapping[str, Sequence[Named]], *,
    of_any_kind: bool = False
) -> list[str]:
    """Adds to `authors` what those handed in who handed in no notebook; gives what is left of the others."""
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
    """How near a file is to a notebook that somebody meant to hand in; the nearest first."""
    suffix = PurePosixPath(name).suffix.lower()
    return list(TELLING).index(suffix) if suffix in TELLING else len(TELLING)


# ---------------------------------------------------------------- folders


class _Tree:
    """The names in a folder, and what was not looked into."""

    def __init__(self, root: Path, own: Mapping[Path | None, str]) -> None:
        self.root = root
        self.left_out: dict[Path, str] = {}
        """What is not searched: files and folders, each with the reason."""
        ours = {path.resolve(): why for path, why in own.items() if path}
        called = {path.name for path in ours}
        self.files: list[str] = []
        self.remarks: list[str] = []
        self.empty: list[str] = []
        """Folders with nothing in them, not even noise; with a slash at the end."""
        self._silent: list[str] = []
        passed: list[str] = []
        for parent, folders, names in os.walk(root, onerror=_refuse):
            here = Path(parent)
            if not folders and not names and here != root:
                self.empty.append(f"{here.relative_to(root).as_posix()}/")
            for name in list(folders):
                path = here / name
                if path.is_symlink():
                    passed.append(f"{path} (a link to a folder)")
                    self.left_out[path] = "a link to a folder, which is not followed"
                elif why := ours.get(path.resolve()):
                    self.left_out[path] = why
                elif name in NOISE or name.startswith("."):
                    self.left_out[path] = KEPT_BY_PROGRAM
                    if name in SILENT:
                        self._silent += [path.relative_to(root).as_posix()] if _has_work(path) else []
                    elif _has_work(path):
                        passed.append(str(path))
                else:
                    continue
                folders.remove(name)
            folders.sort()
            for name in sorted(names):
                if name in called and (why := ours.get((here / name).resolve())):
                    self.left_out[here / name] = why
                elif not name.startswith("."):
                    self.files.append((here / name).relative_to(root).as_posix())
                elif is_handed_in(name):
                    passed.append(str(here / name))
                    self.left_out[here / name] = "its name begins with a dot, as those of hidden files do"
        if passed:
            self.remarks.append(
                f"Not searched, and what is in it not graded: {', '.join(map(clean_name, passed))}. If it is "
                "somebody's work, give it a name that does not begin with a dot, or put it itself where the link is."
            )

    def forgotten(self, learners: Collection[str], found: Iterable[str], exercises: Sequence[str]) -> list[str]:
        """Folders that are passed over or empty, of those who have nothing else here: a sentence each."""
        found = list(found)

        def is_all(folder: str) -> bool:
            inside = folder.rpartition("/")[0]
            own = _by_folder(f"{folder}/x", exercises)
            return not (own and own.learner in learners) and not any(
                name.startswith(f"{inside}/" if inside else "") for name in found)

        kept = [clean_name(str(self.root / folder)) for folder in self._silent if is_all(folder)]
        empty = [clean_name(str(self.root / folder)) for folder in self.empty
                 if folder.rstrip("/") not in (name.rstrip("/") for name in found)
                 and (own := _by_folder(f"{folder}x", exercises)) and own.learner not in learners]
        return [said for said, folders in (
            (f"Not graded: {', '.join(kept)}. A program keeps its copies there, and there is no other notebook beside. "
             "If one is somebody's work, copy it out of that folder, or ask for the notebook itself.", kept),
            (f"Empty folders: {', '.join(empty)}. If somebody's work should be there, download it again.", empty),
        ) if folders]

    def listing(self, inside: str = "") -> Listing:
        """The names in it, or in a folder of it."""
        files = [name[len(inside) :] for name in self.files if name.startswith(inside)]

        title = PurePosixPath(inside).name or self.root.resolve().name
        handed_in = [name for name in files if is_handed_in(name)]
        return Listing(files, handed_in, _reader(self.root / inside), clean_name(title))


def _reader(folder: Path) -> Callable[[str], bytes]:
    """Reads a system's own file in a folder."""
    def read(name: str) -> bytes:
        path = folder / name
        try:
            if path.is_symlink() or not path.is_file():
                raise CourseError(f"{path} is no plain file. Unpack the export again.")
            with path.open("rb") as file:
                return file.read(MAX_METADATA)
        except OSError as error:
            raise CourseError(f"{path} cannot be opened ({error.strerror}). Unpack the export again.") from None
    return read


def _has_work(folder: Path) -> bool:
    """Whether a notebook or zip lies in a folder that is not searched; a look into its first thousand files."""
    seen = 0
    for _, _, names in os.walk(folder):
        seen += len(names)
        if any(is_handed_in(name) and not name.startswith("._") for name in names):
            return True
        if seen > 1000:
            break
    return False


def _in_folder(
    tree: _Tree, exercises: Sequence[str], *, one_of_many: bool
) -> tuple[dict[str, Sequence[Named]], list[str], dict[str, str]]:
    """Whose the files in a folder on the command line are.

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
        named, left = _in_download(seen, listing, tree.empty)
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
    for name, plain in _plain(tree.root, sorted(rest), exercises, one_of_many=one_of_many).items():
        doubt = [said for folder, said in alike.items() if name.startswith(f"{folder}/")]
        doubt += [f"it is named as {' or '.join(by_systems[name])} names it, and what lies beside it is not"
                  ] if name in by_systems and len(by_systems) > 1 else []
        authors[name] = [replace(one, doubts=(*one.doubts, *doubt)) for one in plain]
    left = [name for name in listing.files if not is_handed_in(name) and name not in own
            and not _is_ours(PurePosixPath(name).name)]
    folders = {name: [one] for name in left if "/" in name and (one := _by_folder(name, exercises))}
    return authors, _with_stand_ins(authors, left, folders), systems


def _recognized(folder: Path, listing: Listing) -> Recognized | None:
    try:
        seen = recognize(listing)
    except CourseError as error:
        raise CourseError(f"In {folder}: {error}") from None
    if seen and len(listing.handed_in) == 1 and not seen.marked:  # of one file nothing says that it is a download
        return replace(seen, authors={name: tuple(replace(one, doubts=(*one.doubts, ALONE)) for one in own)
                                      for name, own in seen.authors.items()})
    return seen if seen and is_download(seen, len(listing.handed_in), strictly=False) else None


def _own_folders(authors: dict[str, Sequence[Named]], seen: Recognized, exercises: Sequence[str]) -> None:
    """A folder that an instructor put into a download names its learner, where the system makes none."""
    flat = all("/" not in name.removeprefix(seen.around) for name in seen.authors)
    for name in authors:
        if flat and name not in seen.authors and (named := _by_folder(name.removeprefix(seen.around), exercises)):
            authors[name] = [named]


def _look_alikes(tree: _Tree, listing: Listing) -> dict[str, str]:
    """Folders in the one that was given that look like downloads themselves, each with the doubt that follows."""
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


def _by_folder(name: str, exercises: Iterable[str]) -> Named | None:
    """Whose a file in a folder is, as the first folder says that names anybody; None where none does."""
    exercises = tuple(exercises)
    for part in PurePosixPath(name).parts[:-1]:
        if (said := reading(part, exercises)).person:
            return _read(said, f"the folder {clean_name(part)!r}")
    return None


def _read(said: Reading, evidence: str, *doubts: str) -> Named:
    """Whose something is, as a name says that may have more than one reading."""
    return Named(said.person, evidence, {Kind.LABEL: [said.person, *said.others]}, doubts=doubts,
                 unlisted=(said.doubt,) if said.doubt else ())


def _by_own_name(name: str, exercises: Iterable[str]) -> Named | None:
    """Whose a file is, as its own name says; None where it names nobody."""
    said = reading(stem(PurePosixPath(name).name), exercises)
    if not said.person:
        return None
    doubts = ("its name has more than one part, and nothing says which is the learner's",)
    return _read(said, "the file's own name", *(doubts if " - " in said.person else ()))


def _nobodys(name: str, learner: str = "") -> Named:
    """What names nobody. It keeps a name of its own, so that two such files are not one learner's."""
    own = learner or clean_name(stem(PurePosixPath(name).name))
    return Named(own, "nothing", {Kind.LABEL: [own]}, doubts=(
        "neither a folder nor the file's own name says whose it is",))


def _plain(
    root: Path, handed_in: Sequence[str], exercises: Sequence[str], *, one_of_many: bool
) -> dict[str, Sequence[Named]]:
    """Whose files are that no system named, by their folders and names."""
    named = {name: _by_folder(name, exercises) or _by_own_name(name, exercises) for name in handed_in}
    nameless = [name for name, one in named.items() if one is None]
    if nameless and len(nameless) == len(named):
        learner = person_in(root.resolve().name, exercises)
        if learner and one_of_many:  # each path is one learner's folder
            told = Named(learner, f"the folder {clean_name(root.resolve().name)!r}", {Kind.LABEL: [learner]})
            return {name: [told] for name in handed_in}
        if learner and len(handed_in) == 1:
            return {handed_in[0]: [_nobodys(handed_in[0], learner)]}
    numbered = Counter(clean_name(stem(PurePosixPath(name).name)) for name in nameless)
    for name in nameless:
        short = clean_name(stem(PurePosixPath(name).name))
        named[name] = _nobodys(name, short if numbered[short] == 1 else clean_name(name))
    folders: dict[str, list[str]] = defaultdict(list)
    for name in handed_in:
        folders[name.partition("/")[0] if "/" in name else ""].append(name)
    around = next(iter(folders)) if len(folders) == 1 else ""
    doubt: tuple[str, ...] = ()
    if around and len(handed_in) > 1 and not is_nobody(around, exercises) and person_in(around, exercises):
        doubt = (f"one folder, {clean_name(around)!r}, lies around everything, and counts as one learner; if it is the "
                 f"class, grade {clean_name(str(root / around))} instead",)
    return {name: [replace(one, doubts=(*one.doubts, *doubt))] for name, one in named.items() if one}


# ---------------------------------------------------------------- files


def _lone_files(files: Sequence[Path], exercises: Sequence[str]) -> dict[Path, Sequence[Named]]:
    """Whose the files on the command line are, which stand in no folder there."""
    if not files:
        return {}
    above = Path(os.path.commonpath([path.absolute().parent for path in files]))
    if len(files) == 1 and is_submission(clean_name(above.name)):
        above = above.parent
    inside = {path.absolute().relative_to(above).as_posix(): path for path in files}
    metadata = [name for name in own_files() if (above / name).is_file()]
    listing = Listing([*inside, *metadata], list(inside), _reader(above), clean_name(above.name))
    seen = _recognized(above, listing) if len(files) > 1 or metadata else None
    authors: dict[Path, Sequence[Named]] = {}
    for name, path in inside.items():
        authors[path] = (seen.authors.get(name) or [_odd_one(name, seen)]) if seen else [
            _lone_file(path, exercises, is_all=len(files) == 1)]
    return authors


def _lone_file(path: Path, exercises: Sequence[str], *, is_all: bool) -> Named:
    """Whose one file is: by its own name, else by the nearest folder that names anybody."""
    folders = path.parent.absolute().parts[1:][-3:]
    system = named_alone(path.name, folders)
    if system and is_all:
        return replace(system, doubts=(ALONE,))
    if named := _by_own_name(path.name, exercises):
        return named
    for part in reversed(path.parts[:-1]):
        if part not in (os.sep, os.curdir, os.pardir) and (learner := person_in(part, exercises)):
            return Named(learner, f"the folder {clean_name(part)!r}", {Kind.LABEL: [learner]})
    return _nobodys(path.name)


def _refuse(error: OSError) -> None:
    """Whose work is in a folder that cannot be searched would be missing without a word."""
    raise CourseError(
        f"The folder {error.filename} cannot be searched ({error.strerror}). Make it readable for you, for "
        f"example with `chmod -R u+rX {shlex.quote(str(error.filename))}`, and run the same command again."
    ) from error


def _seen_from(path: Path) -> str:
    """Where a path that is not there was looked for, if it does not say so itself."""
    return "" if path.is_absolute() else f" in {Path.cwd()}"


def apart(found: Iterable[Found]) -> list[Found]:
    """The same, with another name for each that became the learner's of another file of its name."""
    found = list(found)
    times = Counter((item.learner, item.name) for item in found)
    return [replace(item, name=item.identity.file) if times[item.learner, item.name] > 1 and item.identity.confirmed
            else item for item in found]


def _distinct(found: Collection[tuple[Found, str]]) -> Iterator[Found]:
    """Each with a name that no other of the same learner has: its path where the file name is not enough."""
    seen = Counter((item.learner, item.name) for item, _ in found)
    taken: set[tuple[str, str]] = set()
    for item, path in found:
        base = name = item.name if seen[item.learner, item.name] == 1 else path
        number = 2
        while (item.learner, name) in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add((item.learner, name))
        yield replace(item, name=name)
