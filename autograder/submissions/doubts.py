"""The doubts about whose a thing is: a sentence for the instructor, and the kind of the doubt.

Two pieces of evidence that contradict each other are a doubt, whichever is the stronger. A doubt reads as its sentence.
The kind says who raised it, so who may take it back, and what helps; no code reads that from the beginning of a
sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any, Self


class Why(StrEnum):
    """The kind of a doubt."""

    EVIDENCE = "evidence"
    """The work handed in gives too little evidence of whose it is, or contradictory evidence."""

    NOBODY = "nobody"
    """Nobody on the class list fits."""

    NOT_SURE = "not-sure"
    """Several on the class list fit, or two pieces of evidence fit different people there."""

    GROUP = "group"
    """A group's work is there, and also work that may be a member's own."""

    ALIKE = "alike"
    """Another learner has nearly the same name."""

    COPIES = "copies"
    """Only a mark of copies distinguishes the learner's files."""

    PLACES = "places"
    """Only a name says that work from several places is one person's."""

    DIFFERENT = "different"
    """One learner's files differ, and it is not known which is the latest."""

    ORDER = "order"
    """The evidence of which is the latest contradicts itself."""

    TWICE = "twice"
    """Another's work seems to be that of the same person on the class list."""

    LACKING = "lacking"
    """The download only mentions an attempt that may be the one to count."""

    LINE = "line"
    """A line of the instructor's does not count."""

    CHANGED = "changed"
    """A line of the instructor's does not count, because the file has changed."""

    GONE = "gone"
    """A line of the instructor's that had counted is gone."""

    RENAMED = "renamed"
    """The file is no longer handed in, and the same content is, under another name."""

    REPLACED = "replaced"
    """The file handed in under this name before lies elsewhere now, and a decision or a score was tied to it."""

    OVERWRITTEN = "overwritten"
    """Another file lies where this one did, and counts as somebody else's."""

    RELISTED = "relisted"
    """The class list said before that it is somebody else's."""


LISTS = frozenset({Why.NOBODY, Why.NOT_SURE, Why.GROUP, Why.TWICE})
"""Doubts that a class list raised, and that the next one may settle."""

LINES = frozenset({Why.LINE, Why.CHANGED, Why.RELISTED})
"""Doubts that refuse a line of the instructor's."""

ATTEMPTS = frozenset({Why.ORDER, Why.LACKING})
"""Doubts about which attempt counts, whoever's they are: knowing whose they are does not settle these."""

TWO_PEOPLE = frozenset({Why.PLACES, Why.DIFFERENT})
"""Doubts about whether all files of a learner are one person's."""

STAYING = frozenset({Why.REPLACED, Why.RELISTED, Why.RENAMED, Why.OVERWRITTEN})
"""Doubts that only the first grading after a change can see. They stay until the instructor has said whose it is."""

BEGINNINGS = {
    "it is not certain who this is on the class list: ": Why.NOT_SURE,
    "nobody on the class list fits: ": Why.NOBODY,
    "files of one name from several places count as one learner's": Why.PLACES,
    "files with different answers count as one learner's": Why.DIFFERENT,
    "the file has changed since identity.csv said ": Why.CHANGED,
    "identity.csv confirms ": Why.LINE,
    "identity.csv says ": Why.LINE,
    "identity.csv said whose it is and no longer does": Why.GONE,
    "the class list said that it is ": Why.RELISTED,
    "this file is no longer handed in, and the same content is": Why.RENAMED,
}
"""The beginnings of doubts from an earlier version, which wrote down no kinds."""


class Doubt(str):
    """Why it is uncertain whose a thing is: a sentence, without a capital and a period, that knows its kind."""

    kind: Why

    def __new__(cls, text: str, kind: Why = Why.EVIDENCE) -> Self:
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    def to_json(self) -> list[str]:
        """Returns plain data: the kind and the sentence."""
        return [self.kind.value, str(self)]

    @staticmethod
    def from_json(data: Any) -> Doubt:
        """Does the inverse of `to_json`; also takes the bare sentence of an earlier version."""
        if isinstance(data, Doubt):
            return data
        if isinstance(data, str):
            return Doubt(data, next((kind for start, kind in BEGINNINGS.items() if data.startswith(start)),
                                    Why.EVIDENCE))
        kind, text = data
        return Doubt(text, Why(kind))


def without(doubts: Iterable[Doubt], kinds: Collection[Why]) -> tuple[Doubt, ...]:
    """Returns those that are of none of these kinds."""
    return tuple(doubt for doubt in doubts if doubt.kind not in kinds)


def of_kind(doubts: Iterable[Doubt], kinds: Collection[Why]) -> tuple[Doubt, ...]:
    """Returns those that are of one of these kinds."""
    return tuple(doubt for doubt in doubts if doubt.kind in kinds)
