"""Finds whose a file is that no system's download names: by its folders, else by its own name, else it is nobody's.

The learner is named by the first folder below the one that was given, if the file lies in one; else by the file's own
name without the exercise's name in it. A file that names nobody for certain keeps a name of its own, so that it is not
merged with another's, and gets its doubts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.submissions.names import Reading, clean_name, is_nobody, person_in, reading, stem
from autograder.submissions.people import Kind
from autograder.submissions.systems import Named


def by_folder(name: str, exercises: Iterable[str]) -> Named | None:
    """Returns whose a file in a folder is, by the first folder that names anybody; None where none does."""
    exercises = tuple(exercises)
    for part in PurePosixPath(name).parts[:-1]:
        if (said := reading(part, exercises)).person:
            return _read(said, f"the folder {clean_name(part)!r}")
    return None


def _read(said: Reading, evidence: str, *doubts: str) -> Named:
    """Returns whose a thing is by a name that may have more than one reading."""
    return Named(said.person, evidence, {Kind.LABEL: [said.person, *said.others]}, doubts=doubts,
                 unlisted=(said.doubt,) if said.doubt else ())


def by_own_name(name: str, exercises: Iterable[str]) -> Named | None:
    """Returns whose a file is by its own name; None where it names nobody."""
    said = reading(stem(PurePosixPath(name).name), exercises)
    if not said.person:
        return None
    doubts = ("its name has more than one part, and nothing says which is the learner's",)
    return _read(said, "the file's own name", *(doubts if " - " in said.person else ()))


def nobodys(name: str, learner: str = "") -> Named:
    """Describes a file that names nobody. It keeps a name of its own, so that two such files are not one learner's."""
    own = learner or clean_name(stem(PurePosixPath(name).name))
    return Named(own, "nothing", {Kind.LABEL: [own]}, doubts=(
        "neither a folder nor the file's own name says whose it is",))


def by_names(
    root: Path, handed_in: Sequence[str], exercises: Sequence[str], *, one_of_many: bool
) -> dict[str, Sequence[Named]]:
    """Returns whose files are that no system named, by their folders and names."""
    named = {name: by_folder(name, exercises) or by_own_name(name, exercises) for name in handed_in}
    nameless = [name for name, one in named.items() if one is None]
    if nameless and len(nameless) == len(named):
        learner = person_in(root.resolve().name, exercises)
        if learner and one_of_many:  # each path is one learner's folder
            told = Named(learner, f"the folder {clean_name(root.resolve().name)!r}", {Kind.LABEL: [learner]})
            return {name: [told] for name in handed_in}
        if learner and len(handed_in) == 1:
            return {handed_in[0]: [nobodys(handed_in[0], learner)]}
    numbered = Counter(clean_name(stem(PurePosixPath(name).name)) for name in nameless)
    for name in nameless:
        short = clean_name(stem(PurePosixPath(name).name))
        named[name] = nobodys(name, short if numbered[short] == 1 else clean_name(name))
    folders: dict[str, list[str]] = defaultdict(list)
    for name in handed_in:
        folders[name.partition("/")[0] if "/" in name else ""].append(name)
    around = next(iter(folders)) if len(folders) == 1 else ""
    doubt: tuple[str, ...] = ()
    if around and len(handed_in) > 1 and not is_nobody(around, exercises) and person_in(around, exercises):
        doubt = (f"one folder, {clean_name(around)!r}, lies around everything, and counts as one learner; if it is the "
                 f"class, grade {clean_name(str(root / around))} instead",)
    return {name: [replace(one, doubts=(*one.doubts, *doubt))] for name, one in named.items() if one}
