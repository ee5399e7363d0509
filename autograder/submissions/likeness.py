"""Learners of one batch who may be the same person, or files of one learner who may be two, with the doubt that follows.

Names that are equal but for capitals, accents, signs or a number at the end are one person's as often as two people's:
`alice` and `Alice`, `Bob` and `Bob 2`. Nothing is merged or split here; both are to be checked, unless a class list
says who they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from autograder.submissions.identity import HasIdentity, Whose
from autograder.submissions.names import NUMBER
from autograder.submissions.people import NAMES, SYSTEMS, WRITTEN, Kind, name_keys, plain, squashed, unaccented

Item = TypeVar("Item", bound=Whose)


def near(items: Sequence[Item]) -> list[Item]:
    """The same, with a doubt each where learners are nearly equal, or equal only without the marks of copies."""
    of: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        of[item.learner].append(item)
    doubts: dict[str, list[str]] = defaultdict(list)
    for alike in _alike(of):
        shown = " and ".join(map(repr, sorted(alike)))
        for learner in alike:
            doubts[learner].append(f"{shown} are called nearly the same, or have one number, and may be one person")
    for learner, own in of.items():
        written = {tuple(item.identity.ids.get(Kind.LABEL, ())) for item in own if not item.identity.system}
        if len(written) > 1:
            names = " and ".join(sorted({repr(labels[1] if len(labels) > 1 else learner) for labels in written}))
            doubts[learner].append(f"{names} count as one learner's, because only a mark of copies tells them apart")
    return [_doubted(item, doubts[item.learner]) if doubts.get(item.learner) else item for item in items]


def _doubted(item: Item, doubts: Sequence[str]) -> Item:
    identity = item.identity.doubted(*doubts)
    return item.of(item.learner, replace(identity, unlisted=tuple(dict.fromkeys((*identity.unlisted, *doubts)))))


def _alike(of: dict[str, list[Item]]) -> Iterable[set[str]]:
    """Learners who may be one person, each set once."""
    named = [learner for learner, own in of.items() if any(item.identity.evidence != "nothing" for item in own)]
    groups: dict[str, set[str]] = defaultdict(set)
    for learner in named:
        groups[_key(learner)].add(learner)
    for learner in named:
        short = NUMBER.sub("", learner)
        if short != learner and _key(short) in groups:
            groups[_key(short)].add(learner)
    for learner in named:  # in either order, and as Canvas glues them
        for kind in (*NAMES, Kind.LABEL):
            names = {values[0] for item in of[learner] if (values := item.identity.ids.get(kind))}
            for key in {key for name in names for key in name_keys(unaccented(name), glued=True)}:
                groups[f"name/{key}"].add(learner)
    for learner, own in of.items():
        for kind, value in {(kind, plain(value)) for item in own for kind, values in item.identity.ids.items()
                            if kind in SYSTEMS - {Kind.ANONYMOUS} for value in values}:
            groups[f"{own[0].identity.system}/{kind}/{value}"].add(learner)
    seen = set()
    for group in groups.values():
        alike = {one for one in group if any(one != other and not _differ(of[one], of[other]) for other in group)}
        if len(alike) > 1 and frozenset(alike) not in seen:
            seen.add(frozenset(alike))
            yield alike


def _key(learner: str) -> str:
    """What nearly equal names have in common; the name itself where that is nothing."""
    return squashed(unaccented(learner)) or learner


def _differ(one: Sequence[HasIdentity], other: Sequence[HasIdentity]) -> bool:
    """Whether an identifier says that they are two people."""
    return any(mine and yours and not mine & yours for kind in (*SYSTEMS, *WRITTEN)
               for mine, yours in [(_values(one, kind), _values(other, kind))])


def _values(items: Sequence[HasIdentity], kind: Kind) -> set[str]:
    return {plain(value) for item in items for value in item.identity.ids.get(kind, ())}
