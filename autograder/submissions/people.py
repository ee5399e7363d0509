"""Matches learners with people on a list by identifiers of several kinds: for certain, or not at all.

A number alone is ambiguous: 1011 may be a student's number, a user of Canvas, a participant of Moodle, or a time. So
every identifier has a kind, and two of them are equal only in the same kind. Names are equal in either order and in
the form in which Canvas joins them; accents, capitals and punctuation do not matter. Two candidates are no match. A
short name in one piece that may be one word or two is no match either: `lina` is Lina, or Li, Na, and only a number
beside it decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kind of an identifier, and who gave it."""

    LOGIN = "login"
    EMAIL = "email"
    NUMBER = "institution's number"
    CANVAS = "user number of Canvas"
    BRIGHTSPACE = "user number of Brightspace"
    ILIAS = "user number of ILIAS"
    PARTICIPANT = "participant number of Moodle"
    GITHUB = "GitHub user name"
    ANONYMOUS = "anonymous number"
    GROUP = "group"
    NAME = "name"
    GLUED = "name in one piece"
    """The form in which Canvas joins the sortable name: `lovelaceada`."""

    SAID = "the instructor's word"
    """A name that an instructor wrote for somebody, or confirmed."""

    LABEL = "name of a folder or file"
    """A text of an instructor or a learner: a login, an address, a number or a name; the kind is not known."""


NAMES = (Kind.NAME, Kind.GLUED)

SYSTEMS = frozenset({Kind.CANVAS, Kind.BRIGHTSPACE, Kind.ILIAS, Kind.PARTICIPANT, Kind.ANONYMOUS})
"""Numbers that a system counts. They are short, and soon used again for another: a name beside one must agree."""

COUNTED_BY = tuple(kind for kind in Kind if kind in SYSTEMS and kind is not Kind.ANONYMOUS)
"""Those of them that identify a person."""

WRITTEN = (Kind.LOGIN, Kind.EMAIL, Kind.NUMBER)
"""The possible kinds of a label, beside a name."""

LEAST_GLUED = 8
"""Letters of a name in one piece that is hardly one word by chance as well: `wangwei` may be one, `lovelaceada` not."""

Ids = Mapping[Any, Sequence[str]]
"""The identifiers of somebody, by kind. A plain dict of lists and texts, so that it can be stored."""


@dataclass(frozen=True)
class Person:
    """Somebody on a list.

    Attributes:
        ids: the identifiers on the list.
        shown: their name in a message.
        row: the place in the list, from 0.
    """

    ids: Ids
    shown: str
    row: int = 0

    def first(self, kind: Kind) -> str:
        """Returns the first identifier of the kind; empty if there is none."""
        return next(iter(self.ids.get(kind, ())), "")


@dataclass(frozen=True)
class Matches:
    """The outcome of matching.

    Attributes:
        places: the place on the list of each learner who matches for certain; several places for a group.
        unmatched: learners who match nobody on the list, with the reason.
        ambiguous: learners whose match is uncertain, with the reason.
        claimed: the places that match a learner, for certain or not.
        shared: those of `ambiguous` that are a group's work, or work that may be a member's own.
        twice: those of `ambiguous` who clearly match a person whom another learner matches, too.
    """

    places: Mapping[str, tuple[int, ...]]
    unmatched: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    claimed: frozenset[int] = frozenset()
    shared: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()


def plain(value: str) -> str:
    """Returns an identifier without the marks that systems and spreadsheets put around it, and without case."""
    return unicodedata.normalize("NFKC", value).strip().removeprefix("#").strip().casefold()


def squashed(value: str) -> str:
    """Returns letters and digits only, without case."""
    return "".join(character for character in plain(value) if character.isalnum())


def unaccented(value: str) -> str:
    """Returns the same text without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", value) if not unicodedata.combining(one))


def words_of(name: str) -> tuple[str, ...]:
    """Returns the parts of a name: apostrophes join, and every other sign that is no letter and no digit divides."""
    joined = re.sub(r"['’ʼ`´]", "", plain(name))
    return tuple(part for part in re.split(r"[\W_]+", joined) if part)


def name_keys(name: str, *, glued: bool = False) -> set[str]:
    """Returns the keys that equal names share: their parts from every part on, as first and last name may be swapped.

    Args:
        name: `Ada Lovelace` or `Lovelace, Ada`.
        glued: whether to join them into one word each, for a comparison with a name without parts, as `lovelaceada`.
    """
    parts = words_of(name)
    between = "" if glued else " "
    return {between.join((*parts[place:], *parts[:place])) for place in range(len(parts))}


def _in_order(name: str) -> str:
    """Returns a text as it is written; a name with a comma with its first part last."""
    last, comma, first = unicodedata.normalize("NFC", name).strip().partition(",")
    return f"{first.strip()} {last}" if comma and "," not in first else unicodedata.normalize("NFC", name).strip()


def _called(ids: Ids) -> str:
    return next((value for kind in (Kind.NAME, *ids) for value in ids.get(kind, ())), "(no name)")


class Directory:
    """The people of a list, searched for matches."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._by_id: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_name: list[dict[str, set[int]]] = [defaultdict(set) for _ in range(4)]
        for place, person in enumerate(people):
            for kind, values in person.ids.items():
                for value in values:
                    if key := squashed(value) if kind == Kind.GROUP else "" if kind in NAMES else plain(value):
                        self._by_id[kind, key].add(place)
            for name in person.ids.get(Kind.NAME, ()):
                for accents in (0, 1):
                    text = unaccented(name) if accents else name
                    for key in name_keys(text):
                        self._by_name[2 * accents][key].add(place)
                    for key in name_keys(text, glued=True):
                        self._by_name[2 * accents + 1][key].add(place)

    def match(self, claims: Mapping[str, Ids], members: Mapping[str, Sequence[Ids]] | None = None,
              confirmed: Collection[str] = ()) -> Matches:
        """Matches each learner with people on the list.

        Args:
            claims: their identifiers, by learner.
            members: the members of those learners that are groups, where they are known. Each is searched for alone;
                one who is not there is reported under the group's name and their own.
            confirmed: those whom the instructor confirmed. Their own work is then theirs alone, and their group's
                counts for the others.
        """
        found: dict[str, tuple[int, ...]] = {}
        maybe: dict[str, set[int]] = {}
        unmatched: dict[str, str] = {}
        ambiguous: dict[str, str] = {}
        for learner, ids in claims.items():
            if group := (members or {}).get(learner):
                places, why = set[int](), "nobody of the group is there"
                for one in group:
                    these, missing = self._places(one)
                    if missing:
                        (ambiguous if these else unmatched)[f"{learner}, {_called(one)}"] = missing
                    else:
                        places, why = places | these, ""
            else:
                places, why = self._places(ids)
            maybe[learner] = places
            if not places:
                unmatched[learner] = why
            elif why:
                ambiguous[learner] = why
            else:
                found[learner] = tuple(sorted(places))
        alone = {own[0] for learner, own in found.items() if len(own) == 1 and learner in confirmed}
        for learner, own in found.items():
            if len(own) > 1 and (rest := tuple(place for place in own if place not in alone)):
                found[learner] = rest
        times = Counter(place for places in found.values() for place in places)
        with_members: set[str] = set()
        twice: set[str] = set()
        for learner, own in list(found.items()):
            others = [one for one in ambiguous if one in maybe and one in claims and maybe[one] & set(own)]
            if len(own) > 1 and others:
                ambiguous[learner] = (f"{self._shown(maybe[others[0]] & set(own))} may have handed in alone, as "
                                      f"{', '.join(map(repr, others[:3]))}")
                with_members.add(learner)
                del found[learner]
        for learner, own in list(found.items()):
            if shared := [place for place in own if times[place] > 1]:
                others = [one for one, places in found.items() if one != learner and shared[0] in places]
                ambiguous[learner] = (f"{self._shown(shared[:1])} would be "
                                      f"{', '.join(map(repr, others[:3])) or 'somebody else'} too")
                if sum(len(places) > 1 for places in found.values() if shared[0] in places) == 1:
                    ambiguous[learner] += "; confirm what is somebody's own, and the group's counts for the others"
                    with_members.add(learner)
                else:
                    twice.add(learner)
        return Matches({learner: own for learner, own in found.items() if learner not in ambiguous}, unmatched,
                       ambiguous, frozenset(place for own in maybe.values() for place in own), frozenset(with_members),
                       frozenset(twice))

    def _places(self, ids: Ids) -> tuple[set[int], str]:
        """Returns the people whom somebody may be; and why that is uncertain, empty if it is certain.

        One piece of evidence that fits is not enough where another contradicts it, unless the instructor said it.
        """
        places, why = self._fits(ids)
        if len(places) == 1 and not why and not any(self.exactly(word) is not None for word in ids.get(Kind.SAID, ())):
            (place,) = places
            why = self._contradiction(place, ids)
        return places, why

    def _contradiction(self, place: int, ids: Ids) -> str:
        """Returns what else of somebody's contradicts the person at a place, who they seem to be; empty if nothing.

        A number is one person's, and people have several addresses: another one is no contradiction where a number or
        a login agrees.
        """
        person = self.people[place]
        known = {plain(value) for kind, values in person.ids.items() if kind not in (*NAMES, Kind.GROUP)
                 for value in values}
        compared = {kind: ({plain(value) for value in ids[kind]}, {plain(value) for value in person.ids[kind]})
                    for kind in (*COUNTED_BY, *WRITTEN, Kind.GITHUB) if ids.get(kind) and person.ids.get(kind)}
        agree = {kind for kind, (mine, theirs) in compared.items() if mine & theirs}
        for kind, (mine, theirs) in compared.items():
            if kind in agree or mine & known or {one.lstrip("0") for one in mine} & {one.lstrip("0") for one in theirs}:
                continue
            if kind in (Kind.EMAIL, Kind.LOGIN) and agree:
                continue
            return (f"the {kind} is {' or '.join(sorted(mine))}, and that of {person.shown} there is "
                    f"{' or '.join(sorted(theirs))}")
        return ""

    def _fits(self, ids: Ids) -> tuple[set[int], str]:
        """Returns the people whom some evidence fits; and why that is uncertain, empty if it is certain."""
        for word in ids.get(Kind.SAID, ()):
            if (place := self.exactly(word)) is not None:
                counted = set().union(*(self._by_id.get((kind, plain(value)), set())
                                        for kind in SYSTEMS for value in ids.get(kind, ())))
                if counted and place not in counted:
                    return {place, *counted}, f"{word!r} and the download's number fit different people"
                return {place}, ""
        own_names = [name for kind in NAMES for name in ids.get(kind, ())]
        names = self._named(own_names)
        for group in ids.get(Kind.GROUP, ()):
            if members := self._by_id.get((Kind.GROUP, squashed(group))):
                return self._members(members, names, ids)
        said: dict[str, set[int]] = {}
        unsure: set[str] = set()
        for kind, values in ids.items():
            if kind not in (*NAMES, Kind.LABEL, Kind.GROUP, Kind.SAID):
                places = set().union(*(self._by_id.get((kind, plain(value)), set()) for value in values))
                if places:
                    said[kind] = places
        for label in ids.get(Kind.LABEL, ()):
            for kind in (*WRITTEN, Kind.LABEL):
                if places := self._by_id.get((kind, plain(label)), set()):
                    said[f"{label!r} as {kind}"] = places
            if places := self._named([label]):
                said[f"{label!r} as a name"] = places
                if self._may_be_two(label, places):
                    unsure.add(f"{label!r} as a name")
        for label in ids.get(Kind.LABEL, ()) if set(ids) - {Kind.SAID} == {Kind.LABEL} else ():
            also = set().union(*(self._by_id.get((kind, plain(label)), set()) for kind in SYSTEMS))
            if said and label.isdigit() and (others := also - set().union(*said.values())):
                return also | set().union(*said.values()), (
                    f"{label!r} is a number of {self._shown(set().union(*said.values()))}, and a system's number of "
                    f"{self._shown(others)}")
        if not said:
            if len(names) > 1:
                return names, f"{len(names)} people have this name"
            short = self._short(ids, names)
            return names, self._one_word(short, names) if short else "" if names else self._why_nobody(ids)
        shared = set.intersection(*said.values())
        everybody = set().union(*said.values(), names)
        if not shared:
            return everybody, f"{' and '.join(said)} fit different people"
        if len(shared) > 1:
            narrowed = shared & names
            many = f"{len(shared)} people have the same {next(iter(said))}"
            return (narrowed, "") if len(narrowed) == 1 else (shared, many)
        if names and not shared & names:
            return everybody, f"{' and '.join(said)} and the name fit different people"
        (place,) = shared
        if set(said) <= SYSTEMS and own_names and self.people[place].ids.get(Kind.NAME) and not names:
            return shared, f"the {' and the '.join(said)} is that of {self.people[place].shown}, but the name is not"
        if set(said) <= unsure:
            return shared, self._one_word(ids[Kind.LABEL][0], shared)
        return shared, ""

    def _short(self, ids: Ids, places: set[int]) -> str:
        """Returns the name by which somebody is found, if it may be one word or two; empty if another fits, too."""
        short = ""
        for kind in NAMES:
            for name in ids.get(kind, ()):
                if places and self._may_be_two(name, places, glued=kind == Kind.GLUED):
                    short = short or name
                elif self._named([name]):
                    return ""
        return short

    def is_called(self, place: int, names: Iterable[str]) -> bool:
        """Returns whether one of the names is that of the person at a place."""
        return place in self._named(names)

    def exactly(self, word: str) -> int | None:
        """Returns the one person for whom the list has exactly this name, login, address or number."""
        kinds = (Kind.NAME, *WRITTEN, Kind.LABEL)
        for form in (_in_order, lambda text: plain(_in_order(text))):
            places = [place for place, person in enumerate(self.people)
                      if any(form(value) == form(word) for kind in kinds for value in person.ids.get(kind, ()))]
            if len(places) == 1:
                return places[0]
        if both := re.fullmatch(r"(.+) \((.+)\)", word.strip()):  # the form in which grades.csv distinguishes namesakes
            name = plain(_in_order(both[1]))
            places = [place for place, person in enumerate(self.people)
                      if any(plain(_in_order(known)) == name for known in person.ids.get(Kind.NAME, ()))
                      and any(plain(value) == plain(both[2]) for kind, values in person.ids.items()
                              if kind not in (Kind.NAME, Kind.GROUP) for value in values)]
            return places[0] if len(places) == 1 else None
        return None

    def _members(self, members: set[int], names: set[int], ids: Ids) -> tuple[set[int], str]:
        """Returns the people of a group, unless the evidence shows that it is somebody else's, or a member's own."""
        labels = ids.get(Kind.LABEL, ())
        called = names | self._named(labels) | set().union(*(
            self._by_id.get((kind, plain(label)), set()) for kind in WRITTEN for label in labels))
        if (own := called & members) and own != members:
            alone = set().union(*(self._by_id.get((Kind.PARTICIPANT, plain(value)), set())
                                  for value in ids.get(Kind.PARTICIPANT, ())))
            if alone == own and len(own) == 1:
                return own, ""
            return members, f"a group is called so, and {self._shown(own)}, who is in it"
        numbers = set().union(*(self._by_id.get((Kind.CANVAS, plain(value)), set())
                                for value in ids.get(Kind.CANVAS, ())))
        for others, what in ((names - members, "the name"), (numbers - members, f"the {Kind.CANVAS}")):
            if others:
                return members | others, f"a group is called so, and {what} is that of {self._shown(others)}"
        return members, ""

    def _may_be_two(self, name: str, places: set[int], *, glued: bool = False) -> bool:
        """Returns whether a name in one piece fits, but may as well be another's: one word, or two that were joined.

        Args:
            name: as it is claimed.
            places: the people it fits.
            glued: whether a system put it into one piece, so that a name of one word is no better than two.
        """
        parts = words_of(name)
        if len(parts) != 1 or len(parts[0]) >= LEAST_GLUED or not any(one.islower() for one in parts[0]):
            return False
        whole = {words_of(unaccented(known)) for place in places for known in self.people[place].ids.get(Kind.NAME, ())}
        return glued or words_of(unaccented(name)) not in whole

    def _one_word(self, name: str, places: set[int]) -> str:
        return (f"{name!r} may be {self._shown(places)}, or somebody whose name has other parts; a number or an "
                "address beside it that the list has, too, would say it")

    def _shown(self, places: Iterable[int]) -> str:
        return " and ".join(self.people[place].shown for place in sorted(places)[:3])

    def _named(self, names: Iterable[str]) -> set[int]:
        """Returns the people with one of the names; without accents only if nobody has it with them."""
        names = list(names)
        for accents in (0, 1):
            found: set[int] = set()
            for name in names:
                text = unaccented(name) if accents else name
                parts = words_of(text)
                key = " ".join(parts)
                found |= self._by_name[2 * accents].get(key, set())
                # A name in one piece was joined by Canvas, or is in a script that puts nothing between names.
                if len(parts) == 1 or (parts and not any(one.isupper() or one.islower() for one in text)):
                    found |= self._by_name[2 * accents + 1].get("".join(parts), set())
            if found:
                return found
        return set()

    def _why_nobody(self, ids: Ids) -> str:
        """Returns why somebody is not on the list: the identifiers that were searched for."""
        kinds = {Kind.LABEL: "login, address, number or name"}
        looked = [f"{kinds.get(kind, kind)} {next(iter(values))!r}" for kind, values in ids.items()
                  if values and kind not in (Kind.GROUP, Kind.SAID) and not (kind == Kind.NAME and Kind.LABEL in ids)]
        group = next(iter(ids.get(Kind.GROUP, ())), "")
        if not looked and not group:
            return "nothing says who this is"
        if not looked:
            return f"nobody there is in the group {group!r}"
        hint = f"; if {group!r} is a group, a column Group there says who is in it" if group else ""
        for value in (value for kind in (*WRITTEN, Kind.LABEL) for value in ids.get(kind, ()) if value.isdigit()):
            if people := [place for place, one in enumerate(self.people) if any(
                    other != value and other.lstrip("0") == value.lstrip("0") for other in one.ids.get(Kind.NUMBER, ()))
                    ]:
                hint += f"; the number of {self._shown(people)} differs in zeros alone, which a spreadsheet cuts off"
        return f"nobody there has the {' or the '.join(looked)}{hint}"
