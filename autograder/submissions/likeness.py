"""Finds learners who may be the same person, or one learner who may be two, and gives them a doubt.

Names that are equal except for capitals, accents, signs or a number at the end belong to one person as often as to
two: `alice` and `Alice`, `Bob` and `Bob 2`. Nothing is merged or split here; both must be checked, unless a class list
says who they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self, TypeVar

from autograder.submissions.doubts import Doubt, Why, without
from autograder.submissions.names import NUMBER, spelled_out, stem, without_copies, without_words
from autograder.submissions.people import NAMES, SYSTEMS, WRITTEN, Kind, name_keys, plain, squashed, unaccented

IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
"""Words that programs write behind a name: for a former version, or an edited one."""


class HasIdentity(Protocol):
    """Anything that belongs to somebody, as in `identity`.

    That module imports this one, so this one cannot import it.
    """

    @property
    def learner(self) -> str: ...
    @property
    def identity(self) -> Any: ...


class Whose(HasIdentity, Protocol):
    """Anything that may turn out to be another's."""

    def reassigned(self, learner: str, identity: Any) -> Self: ...


Item = TypeVar("Item", bound=Whose)


def doubt_alike(items: Sequence[Item]) -> list[Item]:
    """Adds a doubt to learners who are nearly equal, or equal only without the marks of copies.

    Its earlier doubts about them, from when others were there, are removed. Learners whom the instructor confirmed, or
    who were found on a class list, get none.
    """
    by_learner: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_learner[item.learner].append(item)
    doubts: dict[str, list[Doubt]] = defaultdict(list)
    for alike in _alike(by_learner):
        shown = " and ".join(map(repr, sorted(alike)))
        for learner in alike:
            doubts[learner].append(Doubt(
                f"{shown} are called nearly the same, or have one number, and may be one person", Why.ALIKE))
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in items:
        if not item.identity.system and not item.identity.confirmed and item.identity.ids.get(Kind.LABEL):
            written[item.learner, _given_path(item)].add(_written(item))
    for (learner, _), names in written.items():
        if len(names) > 1:
            shown = " and ".join(map(repr, sorted(names)))
            doubts[learner].append(Doubt(
                f"{shown} count as one learner's, because only a mark of copies tells them apart", Why.COPIES))
    return [_doubted(item, doubts.get(item.learner, ())) for item in items]


def _given_path(item: HasIdentity) -> str:
    """Returns the path that was given to be graded, with others' work in it."""
    folder, slash, _ = item.identity.file.partition("/")
    return folder if slash else ""


def _written(item: HasIdentity) -> str:
    """Returns the name of the file or folder before anything was removed from it."""
    labels = item.identity.ids[Kind.LABEL]
    return labels[1] if len(labels) > 1 and labels[1].startswith(labels[0]) else labels[0]


def _doubted(item: Item, doubts: Sequence[Doubt]) -> Item:
    identity = item.identity
    if identity.confirmed or (identity.person and not identity.doubts):
        return item
    before, unlisted = (without(said, {Why.ALIKE, Why.COPIES}) for said in (identity.doubts, identity.unlisted))
    now = tuple(dict.fromkeys((*before, *doubts)))
    return item.reassigned(item.learner, replace(
        identity, doubts=identity.doubts if set(now) == set(identity.doubts) else now,
        unlisted=tuple(dict.fromkeys((*unlisted, *doubts)))))


def _alike(by_learner: dict[str, list[Item]]) -> Iterable[set[str]]:
    """Yields learners who may be one person, each set once."""
    named = [learner for learner, own in by_learner.items()
             if learner and any(item.identity.evidence != "nothing" for item in own)]
    groups: dict[str, set[str]] = defaultdict(set)
    for learner in named:
        groups[_key(learner)].add(learner)
    for learner in named:
        short = NUMBER.sub("", learner)
        if short != learner and _key(short) in groups:
            groups[_key(short)].add(learner)
    for learner in named:
        if short := without_words(learner):
            groups[_key(short)].add(learner)
        groups[_key(spelled_out(learner))].add(learner)
        for short in (without_copies(learner), IN_BRACKETS.sub("", learner), stem(learner)):
            if short != learner and _key(short) in groups:
                groups[_key(short)].add(learner)
    for learner in named:  # in either order, and in the form in which Canvas joins them
        for kind in (*NAMES, Kind.LABEL):
            names = {values[0] for item in by_learner[learner] if (values := item.identity.ids.get(kind))}
            for key in {key for name in names for text in {unaccented(name), spelled_out(name)}
                        for key in name_keys(unaccented(text), glued=True)}:
                groups[f"name/{key}"].add(learner)
    for learner, own in by_learner.items():
        for place, system, kind, value in {
                (_given_path(item), item.identity.system, kind, plain(value)) for item in own
                for kind, values in item.identity.ids.items() if kind in SYSTEMS - {Kind.ANONYMOUS}
                for value in values}:
            groups[f"{place}/{system}/{kind}/{value}"].add(learner)
    numbers: dict[str, set[str]] = defaultdict(set)
    for learner, own in by_learner.items():
        for item in own:
            if item.identity.system:
                for value in item.identity.given.get(Kind.NUMBER, ()):
                    numbers[plain(value)].add(learner)
    yield from (group for group in numbers.values() if len(group) > 1)  # whatever else distinguishes them
    seen = set(map(frozenset, numbers.values()))
    for group in groups.values():
        if len(group) == 1 or _all_differ([by_learner[one] for one in group]):
            continue
        alike = {one for one in group if any(
            one != other and not _differ(by_learner[one], by_learner[other]) for other in group)}
        if len(alike) > 1 and frozenset(alike) not in seen:
            seen.add(frozenset(alike))
            yield alike


def _key(learner: str) -> str:
    """Returns what nearly equal names have in common; the name itself where that is nothing."""
    return squashed(unaccented(learner)) or learner


def _differ(one: Sequence[HasIdentity], other: Sequence[HasIdentity]) -> bool:
    """Returns whether an identifier shows that they are two people."""
    return any(mine and yours and not mine & yours for kind in (*SYSTEMS, *WRITTEN)
               for mine, yours in [(_values(one, kind), _values(other, kind))])


def _all_differ(learners: Sequence[Sequence[HasIdentity]]) -> bool:
    """Returns whether one kind of identifier distinguishes all of them.

    It is quick, as a whole class may have one name.
    """
    for kind in (*SYSTEMS, *WRITTEN):
        values = [_values(own, kind) for own in learners]
        if all(values) and len(set().union(*values)) == sum(map(len, values)):
            return True
    return False


def _values(items: Sequence[HasIdentity], kind: Kind) -> set[str]:
    return {plain(value) for item in items for value in item.identity.ids.get(kind, ())}
