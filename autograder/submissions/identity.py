"""Identity: whose a submission is, on what evidence, and what is uncertain about it.

The evidence has an order, the strongest first:

    1. a line of the instructor's in `identity.csv`
    2. the metadata file of a recognized download
    3. the names in a recognized download
    4. the folder
    5. the file's own name

`find` gathers what paths and downloads say (2 to 5). This module compares it with the instructor's lines and the
class list. Nobody is merged, split or guessed in silence: an uncertain submission has doubts, and they go with it
into the gradebook, the reports and the terminal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeVar

from autograder.course import CourseError
from autograder.submissions.doubts import LINES, LISTS, STAYING, TWO_PEOPLE, Doubt, Why, of_kind, without
from autograder.submissions.likeness import doubt_alike
from autograder.submissions.names import BROWSER
from autograder.submissions.people import (
    NAMES,
    SYSTEMS,
    Directory,
    Ids,
    Kind,
    Person,
    name_keys,
    plain,
    squashed,
    words_of,
)

CERTAIN = "certain"
CHECK = "check"

CONFIRMED = ("yes", "ok")
"""Words with which an instructor says that the learner is right as it stands."""

NO_NAME = frozenset({
    "ja", "j", "y", "yep", "yeah", "yup", "sure", "true", "wahr", "stimmt", "richtig", "korrekt", "correct",
    "right", "oui", "vrai", "si", "sí", "sì", "sim", "da", "tak", "hai", "ano", "igen", "evet", "kyllä",
    "jah", "jā", "taip", "no", "nein", "non", "nope", "não", "nej", "nie", "false", "falsch", "unknown", "unklar",
    "unbekannt", "nobody", "none",
})
"""Words of agreement, or of none, that are nobody's name by themselves."""


@dataclass(frozen=True)
class Identity:
    """The learner whose a submission is, and why.

    Attributes:
        file: the whole path of the file handed in, from the folder or zip that was graded.
        evidence: the source that says whose it is.
        ids: the learner's identifiers, by kind.
        doubts: why it is uncertain, a sentence each; none if it is certain.
        person: `name`, `id` and `email` as the class list has them, and `group` where it has any; empty without one.
        members: the identifiers of each member of a group, as the class list has them.
        content: SHA-256 of the file; empty when it could not be read.
        confirmed: whether a line in `identity.csv` says so.
        system: the system whose download it is from; empty when from none.
        unlisted: those of the doubts that a class list settles when it says who it is.
        place: the name of the path on the command line under which it was found: the beginning of `file`.
        source: that path, absolute.
        origin: the folder that names the learner, or that contains the file whose name does; and in a second line whom
            else the file's name mentions. If files of one learner differ in it, they may be two people's.
        given: the identifiers that the system's download gave, whatever a line says since.
        claimed: the identifiers without those that the class list added; empty where it added none.
        made: when the zip of a download was made, as the disk has it; ISO 8601 text, empty for what is no zip.
        lacking: whether it is an attempt that the download only mentions.
        chosen: the instructor's entry in the column `counts`: that this attempt counts, and among which; empty where
            there is none.
    """

    file: str = ""
    evidence: str = ""
    ids: Ids = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Ids, ...] = ()
    content: str = ""
    confirmed: bool = False
    system: str = ""
    unlisted: tuple[Doubt, ...] = ()
    place: str = ""
    source: str = ""
    origin: str = ""
    given: Ids = field(default_factory=dict)
    made: str = ""
    claimed: Ids = field(default_factory=dict)
    lacking: bool = False
    chosen: str = ""

    @property
    def status(self) -> str:
        """`certain` or `check`."""
        return CHECK if self.doubts else CERTAIN

    @property
    def may_be_two(self) -> bool:
        """Whether it is doubted that all files of the learner are one person's."""
        return bool(of_kind(self.doubts, TWO_PEOPLE))

    def doubted(self, *doubts: Doubt) -> Identity:
        """Returns the same with more doubts, each once."""
        return replace(self, doubts=tuple(dict.fromkeys((*self.doubts, *doubts))))

    def undoubted(self, *kinds: Why) -> Identity:
        """Returns the same without the doubts of these kinds."""
        return replace(self, doubts=without(self.doubts, kinds))

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Identity:
        """Does the inverse of `dataclasses.asdict`; also takes what `json.loads` made of it."""
        ids = {str(kind): list(values) for kind, values in data.get("ids", {}).items()}
        members = tuple({str(kind): list(values) for kind, values in one.items()} for one in data.get("members", ()))
        given, claimed = ({str(kind): list(values) for kind, values in data.get(name, {}).items()}
                          for name in ("given", "claimed"))
        texts = {name: tuple(map(Doubt.from_json, data.get(name, ()))) for name in ("doubts", "unlisted")}
        return Identity(**{**data, **texts, "ids": ids, "given": given, "claimed": claimed, "members": members})


@dataclass(frozen=True)
class Decision:
    """The instructor's line about a file in `identity.csv`.

    Attributes:
        whose: the learner; or one of `CONFIRMED`.
        learner: the learner to whom the file counted when that was written.
        content: SHA-256 that the file had then, or its beginning; empty when not known.
        line: its number in the file, for messages.
        spent: why this text does not count, where a grading has said so already; empty where it may. It stays so
            until somebody writes something else.
        before: the text there when a grading said so.
        counts: the entry in the column `counts`: that this attempt counts, and among which; empty where there is none.
    """

    whose: str
    learner: str
    content: str = ""
    line: int = 0
    spent: str = ""
    before: str = ""
    counts: str = ""


class HasIdentity(Protocol):
    """Anything that belongs to somebody: a file found, or a result."""

    @property
    def learner(self) -> str: ...
    @property
    def identity(self) -> Identity: ...


class Whose(HasIdentity, Protocol):
    """Anything that may turn out to be another's: a file that `find` found."""

    def reassigned(self, learner: str, identity: Identity) -> Self: ...


Item = TypeVar("Item", bound=Whose)


def decide(
    items: Sequence[Item], decisions: Mapping[str, Sequence[Decision]], content: Callable[[Item], str],
    is_gone: Callable[[str], bool] = lambda file: False
) -> list[Item]:
    """Returns each item with the instructor's decision about it.

    A line counts for the same file in another copy of the same download, too: in `class (1).zip`, or unpacked.

    Args:
        items: the files handed in.
        decisions: the lines of `identity.csv`, by file.
        content: gives the SHA-256 of a file.
        is_gone: returns whether a file of a line lay where the batch is from, and no longer does.

    Raises:
        CourseError: two lines contradict each other.
    """
    known = Directory([Person({**item.identity.ids, Kind.LABEL: [item.learner]}, item.learner) for item in
                       {item.learner: item for item in items if not item.identity.doubts}.values()])
    by_file: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_file[item.identity.file].append(item)
    said = {id(item): line for file, own in by_file.items() for item, line in _lines_of(own, decisions.get(file, ()))}
    copies: dict[str, list[Decision]] = defaultdict(list)
    gone: list[tuple[str, Decision]] = []
    for file, lines in decisions.items():
        copies[same_copy(file)] += lines
        gone += [(file, line) for line in lines if line.content and (
            not any(content(item).startswith(line.content) for item in by_file[file]) if file in by_file
            else is_gone(file))]
    decided = []
    for item in items:
        line = said.get(id(item))
        file = item.identity.file
        if line is None and file not in decisions and item.identity.place:
            line = next((line for line in copies.get(same_copy(file), ()) if line.content and line.learner in (
                "", item.learner, line.whose.strip()) and content(item).startswith(line.content)), None)
        if line is not None:
            decided.append(_decided(item, line, known, content))
            continue
        was = next(((where, line) for where, line in gone if plain(line.whose) not in (plain(item.learner), *CONFIRMED)
                    and content(item).startswith(line.content)), None)
        decided.append(_refused(item, Doubt(f"identity.csv says {was[1].whose!r} of {was[0]}, which is gone and had "
                                            "the same content", Why.LINE)) if was else item)
    return decided


def same_copy(file: str) -> str:
    """Returns a file's path without what distinguishes copies of a download: `class.zip`, `class (1).zip`, unpacked."""
    place, slash, inside = file.partition("/")
    return f"{BROWSER.sub('', place.removesuffix('.zip'))}{slash}{inside}"


def _lines_of(items: Sequence[Item], lines: Sequence[Decision]) -> list[tuple[Item, Decision]]:
    """Returns the line of each author of a file: the one with their name, else the one that is left, if only one is."""
    pairs, left = [], list(lines)
    for item in items:
        if line := next((line for line in lines if line.learner in ("", item.learner)), None):
            pairs.append((item, line))
            left = [one for one in left if one is not line]
    without = [item for item in items if all(item is not one for one, _ in pairs)]
    if len(without) == len(left) == 1:
        return [*pairs, (without[0], left[0])]
    if len(without) < len(left):
        told = [*(line for _, line in pairs), *left]
        for other in told:
            for line in left:
                if _meant(line) != _meant(other):
                    first, second = sorted((other, line), key=lambda one: one.line)
                    raise CourseError(contradiction(items[0].identity.file, first, second))
    return pairs


def _meant(line: Decision) -> str:
    return plain(line.learner if plain(line.whose) in CONFIRMED and line.learner else line.whose)


def contradiction(file: str, first: Decision, second: Decision, where: str = "identity.csv") -> str:
    """Returns the message about two lines of one file that cannot both be right."""
    return (f"{where}: line {first.line} says {first.whose!r} of {file}, and line {second.line} says "
            f"{second.whose!r}. Nothing is done. Leave one of the two lines, and run the same command again.")


def _decided(item: Item, line: Decision, known: Directory, content: Callable[[Item], str]) -> Item:
    says = plain(line.whose)
    if line.spent:
        return _refused(item, _spent(line.spent))
    if _is_no_name(says) and says != plain(item.learner) and not known.match(
            {says: {Kind.LABEL: [line.whose]}}).places:
        return _refused(item, Doubt(f"identity.csv says {line.whose!r}, which is no name; write yes where "
                                    f"{item.learner!r} is right, else the learner's name", Why.LINE))
    learner = item.learner if says in CONFIRMED or says == plain(item.learner) else line.whose.strip()
    if says in CONFIRMED and line.learner not in ("", item.learner):
        return _refused(item, Doubt(
            f"identity.csv confirms it as {line.learner!r}, and it now counts as {item.learner!r}", Why.LINE))
    if says in CONFIRMED and plain(line.before) not in ("", *CONFIRMED, plain(item.learner)):
        return _refused(item, Doubt(
            f"identity.csv says {line.whose!r} where it said {line.before!r} of an earlier file; write the name, for "
            f"it may mean this or {item.learner!r}", Why.LINE))
    if line.content and not content(item).startswith(line.content):
        return _refused(item, Doubt(f"the file has changed since identity.csv said {line.whose!r}", Why.CHANGED))
    said = "" if item.identity.evidence.endswith("identity.csv") else "; confirmed in identity.csv"
    told = replace(item.identity, doubts=(), confirmed=True, chosen=line.counts,
                   evidence=item.identity.evidence + said)
    if learner == item.learner:
        word = {Kind.SAID: [learner]} if Kind.LABEL in told.ids else {}
        return item.reassigned(learner, replace(told, ids={**told.ids, **word}))
    places = known.match({learner: {Kind.LABEL: [learner]}}).places.get(learner, ())
    same = known.people[places[0]] if len(places) == 1 else None
    ids = {**(same.ids if same else {Kind.LABEL: [learner]}), Kind.SAID: [learner]}
    ids = {**_own_numbers(item.identity.given, learner), **ids}
    told = replace(told, evidence="identity.csv", ids=ids, person={}, members=())
    return item.reassigned(same.shown if same else learner, told)


def _own_numbers(given: Ids, learner: str) -> Ids:
    """Returns a system's own numbers, if its name agrees with what the instructor wrote."""
    names = [name for kind in NAMES for name in given.get(kind, ())]
    agree = any(name_keys(name, glued=True) & name_keys(learner, glued=True) for name in names)
    return numbers_of(given) if agree else {}


def numbers_of(given: Ids) -> Ids:
    """Returns the system's own numbers among a download's identifiers."""
    return {kind: values for kind, values in given.items() if kind in SYSTEMS}


def _is_no_name(says: str) -> bool:
    """Returns whether a text is a mark, one letter, or a word of agreement."""
    letters = squashed(says)
    return len(words_of(says)) < 2 and says not in CONFIRMED and (
        letters in NO_NAME or not letters or (len(letters) == 1 and letters.isascii() and letters.isalpha()))


def _refused(item: Item, why: Doubt) -> Item:
    """Returns the same item, where a line of the instructor's does not count."""
    doubts = without(item.identity.doubts, LINES)
    return item.reassigned(item.learner, replace(item.identity, confirmed=False, chosen="", doubts=doubts).doubted(why))


def _spent(why: str) -> Doubt:
    """Returns the doubt that a grading wrote into the line; its kind is derived from the text as far as possible."""
    said = Doubt.from_json(why)
    return said if said.kind in LINES else Doubt(why, Why.LINE)


def refusal(identity: Identity) -> str:
    """Returns why the instructor's line of a file does not count; empty where it does, or there is none."""
    return next(iter(of_kind(identity.doubts, LINES)), "")


def hold_against(items: Sequence[Item], people: Sequence[Person]) -> list[Item]:
    """Adds to each item who it is on the class list; or a doubt. Without a list only nearly equal learners get one."""
    items = doubt_alike(items)
    if not people:
        return items
    directory = Directory(people)
    items = _told_apart(items, directory)
    said: dict[str, dict[Any, list[str]]] = defaultdict(dict)
    for item in items:  # files of one learner may have had different names
        for kind, values in (item.identity.ids or {Kind.LABEL: [item.learner]}).items():
            own = said[item.learner].setdefault(kind, [])
            own += [value for value in values if value not in own]
    claims: dict[str, Ids] = dict(said)
    groups = {squashed(group) for one in people for group in one.ids.get(Kind.GROUP, ())}
    for learner, ids in claims.items():  # a folder or a line may be called like a group
        if (labels := [label for label in ids.get(Kind.LABEL, ()) if squashed(label) in groups]) and not any(
                directory.exactly(word) is not None for word in ids.get(Kind.SAID, ())):
            claims[learner] = {**ids, Kind.GROUP: labels}
    confirmed = {item.learner for item in items} - {item.learner for item in items if not item.identity.confirmed}
    found = directory.match(claims, confirmed=confirmed)
    if words := _same_people(directory, {one: claims[one] for one in found.ambiguous if one in confirmed}):
        return hold_against(
            [item.reassigned(words.get(item.learner, item.learner), item.identity) for item in items], people)
    held = []
    for item in items:
        identity = item.identity
        if Kind.GROUP in claims[item.learner]:
            identity = replace(identity, ids=claims[item.learner])
        if places := found.places.get(item.learner):
            listed = [people[place] for place in places]
            person = {name: joined([value for one in listed if (value := one.first(kind))])
                      for name, kind in (("name", Kind.NAME), ("id", Kind.NUMBER), ("email", Kind.EMAIL))}
            group = {value for one in listed for value in one.ids.get(Kind.GROUP, ())}
            if group:
                person["group"] = joined(sorted(group))
            ids = {**identity.ids}
            if len(listed) == 1:
                for kind, values in listed[0].ids.items():
                    if kind == Kind.GROUP:  # a learner who is in one does not stand for it
                        continue
                    ids[kind] = list(dict.fromkeys((*ids.get(kind, ()), *values)))
                given = [name for kind in NAMES for name in identity.given.get(kind, ())]
                if identity.confirmed and directory.is_called(places[0], given):
                    ids = {**numbers_of(identity.given), **ids}
            identity = replace(identity, person=person, ids=ids, claimed=identity.ids,
                               doubts=tuple(one for one in identity.doubts if one not in identity.unlisted),
                               members=tuple(_alone(one.ids) for one in listed) if len(listed) > 1 or (
                                   Kind.GROUP in claims[item.learner] and len(listed) < _size(group, people)) else ())
        elif identity.system and set(identity.ids) <= SYSTEMS:
            pass  # The system was told to make these anonymous: a list cannot name them, and should not
        else:
            why = {**found.unmatched, **found.ambiguous}[item.learner]
            many = item.learner in found.ambiguous
            identity = identity.doubted(
                Doubt(f"nobody on the class list fits: {why}", Why.NOBODY) if not many else
                Doubt(f"it is not certain who this is on the class list: {why}",
                      Why.GROUP if item.learner in found.shared else Why.TWICE if item.learner in found.twice else
                      Why.NOT_SURE))
        held.append(item.reassigned(item.learner, identity))
    return held


def held_against_before(items: Sequence[Item], before: Mapping[tuple[str, str], Identity]) -> list[Item]:
    """Adds a doubt where the class list named somebody else before; and the lasting doubts from then.

    Args:
        items: as `hold_against` gives them.
        before: by file and learner, whose it was, and why, when it was last graded or compared.
    """
    held = []
    for item in items:
        identity, was = item.identity, before.get((item.identity.file, item.learner))
        if was is not None:
            staying = of_kind(was.doubts, STAYING)
            if was.content != identity.content:  # it lies in the place of the file that was meant
                staying = without(staying, {Why.OVERWRITTEN})
            if _is_somebody_else(was.person, identity.person):
                why = Doubt(f"the class list said that it is {_called(was.person)}'s, and now it says "
                            f"{_called(identity.person)}", Why.RELISTED)
                identity = replace(identity, person={}, confirmed=False).doubted(why)
            elif staying and not (identity.confirmed and _says_more(identity, was)):
                identity = replace(identity, person={}, confirmed=False).doubted(*staying)
        held.append(item.reassigned(item.learner, identity))
    return held


def _says_more(identity: Identity, was: Identity) -> bool:
    """Returns whether the instructor has since said something about it that was not said already."""
    return not was.ids.get(Kind.SAID) or was.ids[Kind.SAID] != identity.ids.get(Kind.SAID)


def _is_somebody_else(was: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Returns whether entries of class lists are two people.

    Number and address decide, of which one may be corrected; else the name does.
    """
    if "group" in was or "group" in now:  # the members of a group may change
        return False
    both = [kind for kind in ("id", "email") if was.get(kind) and now.get(kind)] or [
        kind for kind in ("name",) if was.get(kind) and now.get(kind)]
    return bool(both) and all(plain(was[kind]) != plain(now[kind]) for kind in both)


def _called(person: Mapping[str, str]) -> str:
    return " ".join(filter(None, (person.get("name", ""), person.get("id", "") and f"({person['id']})")))


def _alone(ids: Ids) -> Ids:
    """Returns a member's identifiers, without that of the group, which would stand for all of it."""
    return {kind: values for kind, values in ids.items() if kind != Kind.GROUP}


def _size(groups: Collection[str], people: Sequence[Person]) -> int:
    """Returns how many people are in the groups."""
    return sum(bool(set(groups) & set(one.ids.get(Kind.GROUP, ()))) for one in people)


def _told_apart(items: Sequence[Item], directory: Directory) -> list[Item]:
    """Separates items whose lines name one learner in words that are two people's on the list: Li Na and Na Li."""
    places_of: dict[str, set[int]] = defaultdict(set)
    meant: dict[int, int] = {}
    for item in items:
        for word in item.identity.ids.get(Kind.SAID, ())[:1] if item.identity.confirmed else ():
            if (place := directory.exactly(word)) is not None:
                meant[id(item)] = place
                places_of[item.learner].add(place)
    apart = []
    for item in items:
        several = len(places_of[item.learner]) > 1
        if id(item) in meant and several and directory.exactly(item.learner) != meant[id(item)]:
            word = item.identity.ids[Kind.SAID][0]
            ids = {**_own_numbers(item.identity.given, word), Kind.LABEL: [word], Kind.SAID: [word]}
            item = item.reassigned(word, replace(item.identity, ids=ids))
        apart.append(item)
    return apart


def _same_people(directory: Directory, claims: Mapping[str, Ids]) -> dict[str, str]:
    """Returns one name for each confirmed person whom lines name in several ways, and who is one person on the list."""
    learners_at: dict[int, list[str]] = defaultdict(list)
    for learner, ids in claims.items():
        places = directory.match({learner: ids}).places.get(learner, ())
        if len(places) == 1:
            learners_at[places[0]].append(learner)
    return {learner: directory.people[place].shown if directory.people[place].shown in words else min(words)
            for place, words in learners_at.items() if len(words) > 1 for learner in words}


def joined(names: Sequence[str]) -> str:
    """Returns names in one text, with semicolons where one of them has a comma."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def without_the_lists(identity: Identity) -> Identity:
    """Returns the item without what a class list said of it, so that a list can be asked again."""
    doubts = without(identity.doubts, LISTS)
    again = () if identity.confirmed else identity.unlisted
    return replace(identity, person={}, members=(), claimed={}, ids=identity.claimed or identity.ids,
                   doubts=tuple(dict.fromkeys((*doubts, *again))))


ADVICE = {
    Why.NOBODY: " Here yes cannot help: write the name, number or address as the class list has it.",
    Why.NOT_SURE: " Here yes cannot help: write the name, number or address as the class list has it.",
    Why.DIFFERENT: " With yes beside each of them the best counts; for another to count, write yes beside that one "
                   "into the column `counts`.",
    Why.ORDER: " Whose it is does not say which counts: write yes beside that one into the column `counts`, or grade "
               "again with --attempts best.",
    Why.LACKING: " Download it again, or ask for the notebook. For what is there to count, write yes beside it into "
                 "the column `counts`.",
    Why.TWICE: " If both are one person's, write that name beside each of them; where they differ, the column `counts` "
               "says which counts.",
    Why.RELISTED: " Write the number, or the name as the class list has it.",
    Why.OVERWRITTEN: " If the file that lies there now is theirs, write so beside it, and it takes this one's place. "
                     "If not, put this one back under a name of its own, and grade again.",
    Why.CHANGED: " Write whose it is now; to say the same again, empty the cell `content` beside it.",
}
"""Advice for kinds of doubt for which the general remedy does not help."""

REMEDY = ("In identity.csv, write into the column `whose` the learner's name, or yes where it is right. Exports and "
          "feedback mind it at once, the reports when you run this command again.")


def needs(items: Iterable[HasIdentity]) -> list[str]:
    """Returns what needs the instructor, a paragraph for each reason: whose, which files, and why."""
    groups: dict[Doubt, list[str]] = defaultdict(list)
    for item in items:
        for doubt in item.identity.doubts:
            groups[doubt].append(f"{item.identity.file or item.learner} (as {item.learner})")
    return [f"{_capital(doubt)}: {joined(sorted(files))}.{_advice(doubt)}"
            for doubt, files in groups.items()]


def _capital(doubt: str) -> str:
    """Returns a sentence with its capital, unless it begins with a file's name."""
    return f"{doubt[:1].upper()}{doubt[1:]}" if doubt.partition(" ")[0].isalpha() else doubt


def _advice(doubt: Doubt) -> str:
    """Returns the advice where the general remedy does not help."""
    return ADVICE.get(doubt.kind, "")
