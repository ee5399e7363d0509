"""Whose a thing handed in is, on what evidence, and what is not certain about it.

The evidence has an order, the strongest first:

    1. a line of the instructor's in `identity.csv`
    2. the metadata file of a recognized download
    3. the names in a recognized download
    4. the folder
    5. the file's own name

`find` gathers what paths and downloads say (2 to 5). Here the instructor's lines and the class list are held against
it. Nobody is merged, split or guessed in silence: what is not certain has its doubts, and they go with the submission
into the gradebook, the reports and the terminal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeVar

from autograder.submissions.likeness import near
from autograder.submissions.people import SYSTEMS, Directory, Ids, Kind, Person, plain, squashed, words_of

CERTAIN = "certain"
CHECK = "check"

NOT_SURE = "it is not certain who this is on the class list: "
NOBODY = "nobody on the class list fits: "
"""How a doubt begins that a class list raised."""

CONFIRMED = ("yes", "ok")
"""What an instructor writes to say that the learner is right as it stands."""

CHANGED = "the file has changed since identity.csv said "
LINE_SAYS = "identity.csv confirms "
REFUSALS = (CHANGED, LINE_SAYS, "identity.csv says ")
"""How a doubt begins where a line of the instructor's does not count."""

NO_NAME = frozenset({
    "ja", "j", "y", "yep", "yeah", "yup", "sure", "true", "wahr", "stimmt", "richtig", "korrekt", "correct",
    "right", "oui", "vrai", "si", "sí", "sì", "sim", "da", "tak", "hai", "ano", "igen", "evet", "kyllä",
    "jah", "jā", "taip", "no", "nein", "non", "nope", "não", "nej", "nie", "false", "falsch", "unknown", "unklar",
    "unbekannt", "nobody", "none",
})
"""Words of agreement, or of none, that are nobody's name by themselves."""


@dataclass(frozen=True)
class Identity:
    """Whose a submission is, and why.

    Attributes:
        file: the whole path of what was handed in, from the folder or zip that was graded.
        evidence: what says whose it is.
        ids: the learner's identifiers, by kind.
        doubts: why it is not certain, a sentence each; none if it is.
        person: `name`, `id` and `email` as the class list has them, and `group` where it has any; empty without one.
        members: of a group the identifiers of each member, as the class list has them.
        content: SHA-256 of the file; empty when it could not be read.
        confirmed: whether a line in `identity.csv` says so.
        system: whose download it is from; empty when from none.
        unlisted: those of the doubts that a class list settles when it says who it is.
    """

    file: str = ""
    evidence: str = ""
    ids: Ids = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Ids, ...] = ()
    content: str = ""
    confirmed: bool = False
    system: str = ""
    unlisted: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """`certain` or `check`."""
        return CHECK if self.doubts else CERTAIN

    def doubted(self, *doubts: str) -> Identity:
        """The same with more doubts, each once."""
        return replace(self, doubts=tuple(dict.fromkeys((*self.doubts, *doubts))))

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Identity:
        """The inverse of `dataclasses.asdict`; also takes what `json.loads` made of it."""
        ids = {str(kind): list(values) for kind, values in data.get("ids", {}).items()}
        members = tuple({str(kind): list(values) for kind, values in one.items()} for one in data.get("members", ()))
        return Identity(**{**data, "ids": ids, "doubts": tuple(data.get("doubts", ())), "members": members,
                           "unlisted": tuple(data.get("unlisted", ()))})


@dataclass(frozen=True)
class Decision:
    """What the instructor wrote into `identity.csv` of a file.

    Attributes:
        whose: the learner; or one of `CONFIRMED`.
        learner: as whom the file counted when that was written.
        content: SHA-256 that the file had then, or its beginning; empty when not known.
        line: where in the file it stands, for messages.
        spent: why this text does not count, where a grading has said so already; empty where it may. It stays so
            until somebody writes something else.
        before: what stood there when a grading said so.
    """

    whose: str
    learner: str
    content: str = ""
    line: int = 0
    spent: str = ""
    before: str = ""


class HasIdentity(Protocol):
    """Something that is somebody's: a thing found, or a result."""

    @property
    def learner(self) -> str: ...
    @property
    def identity(self) -> Identity: ...


class Whose(HasIdentity, Protocol):
    """Something that may turn out to be another's: what `find` found."""

    def of(self, learner: str, identity: Identity) -> Self: ...


Item = TypeVar("Item", bound=Whose)


def decide(
    items: Sequence[Item], decisions: Mapping[str, Sequence[Decision]], content: Callable[[Item], str]
) -> list[Item]:
    """Each with what the instructor says of it.

    Args:
        items: what was handed in.
        decisions: the lines of `identity.csv`, by file.
        content: gives the SHA-256 of a file.
    """
    known = Directory([Person({**item.identity.ids, Kind.LABEL: [item.learner]}, item.learner) for item in
                       {item.learner: item for item in items if not item.identity.doubts}.values()])
    return [_decided(item, decisions.get(item.identity.file, ()), known, content) for item in items]


def _decided(
    item: Item, lines: Sequence[Decision], known: Directory, content: Callable[[Item], str]
) -> Item:
    line = next((line for line in lines if line.learner in ("", item.learner)), None) or next(
        (line for line in lines if len(lines) == 1), None)
    if line is None:
        return item
    says = plain(line.whose)
    if line.spent:
        return _refused(item, line.spent)
    if _is_no_name(says) and says != plain(item.learner) and not known.match(
            {says: {Kind.LABEL: [line.whose]}}).places:
        return _refused(item, f"identity.csv says {line.whose!r}, which is no name; write yes where {item.learner!r} "
                              "is right, else the learner's name")
    learner = item.learner if says in CONFIRMED or says == plain(item.learner) else line.whose.strip()
    if says in CONFIRMED and line.learner not in ("", item.learner):
        return _refused(item, f"{LINE_SAYS}it as {line.learner!r}, and it now counts as {item.learner!r}")
    if says in CONFIRMED and plain(line.before) not in ("", *CONFIRMED, plain(item.learner)):
        return _refused(item, f"identity.csv says {line.whose!r} where it said {line.before!r} of an earlier file; "
                              f"write the name, for it may mean this or {item.learner!r}")
    if line.content and not content(item).startswith(line.content):
        return _refused(item, f"{CHANGED}{line.whose!r}")
    said = "" if item.identity.evidence.endswith("identity.csv") else "; confirmed in identity.csv"
    told = replace(item.identity, doubts=(), confirmed=True, evidence=item.identity.evidence + said)
    if learner == item.learner:
        return item.of(learner, told)
    places = known.match({learner: {Kind.LABEL: [learner]}}).places.get(learner, ())
    same = known.people[places[0]] if len(places) == 1 else None
    ids = dict(same.ids) if same else {Kind.LABEL: [learner]}
    told = replace(told, evidence="identity.csv", ids=ids, person={}, members=())
    return item.of(same.shown if same else learner, told)


def _is_no_name(says: str) -> bool:
    """Whether a text is a mark, one letter, or a word of agreement."""
    letters = squashed(says)
    return len(words_of(says)) < 2 and says not in CONFIRMED and (
        letters in NO_NAME or not letters or (len(letters) == 1 and letters.isascii() and letters.isalpha()))


def _refused(item: Item, why: str) -> Item:
    """The same, where a line of the instructor's does not count."""
    doubts = tuple(doubt for doubt in item.identity.doubts if not doubt.startswith(REFUSALS))
    return item.of(item.learner, replace(item.identity, confirmed=False, doubts=doubts).doubted(why))


def refusal(identity: Identity) -> str:
    """Why the instructor's line of a file does not count; empty where it does, or there is none."""
    return next((doubt for doubt in identity.doubts if doubt.startswith(REFUSALS)), "")


def hold_against(items: Sequence[Item], people: Sequence[Person]) -> list[Item]:
    """Each with who on the class list it is; or with a doubt. Without a list only nearly equal learners have one."""
    items = near(items)
    if not people:
        return items
    said: dict[str, dict[Any, list[str]]] = defaultdict(dict)
    for item in items:  # of one learner, files may have been called differently
        for kind, values in (item.identity.ids or {Kind.LABEL: [item.learner]}).items():
            own = said[item.learner].setdefault(kind, [])
            own += [value for value in values if value not in own]
    claims: dict[str, Ids] = dict(said)
    directory = Directory(people)
    groups = {squashed(group) for one in people for group in one.ids.get(Kind.GROUP, ())}
    for learner in directory.match(claims).unmatched:  # a folder or a line may be called like a group
        if labels := [label for label in claims[learner].get(Kind.LABEL, ()) if squashed(label) in groups]:
            claims[learner] = {**claims[learner], Kind.GROUP: labels}
    found = directory.match(claims)
    held = []
    for item in items:
        identity = item.identity
        if Kind.GROUP in claims[item.learner]:
            identity = replace(identity, ids=claims[item.learner])
        if places := found.places.get(item.learner):
            listed = [people[place] for place in places]
            person = {name: joined([value for one in listed if (value := one.first(kind))])
                      for name, kind in (("name", Kind.NAME), ("id", Kind.NUMBER), ("email", Kind.EMAIL))}
            if group := {value for one in listed for value in one.ids.get(Kind.GROUP, ())}:
                person["group"] = joined(sorted(group))
            ids = {**identity.ids}
            if len(listed) == 1:
                for kind, values in listed[0].ids.items():
                    if kind == Kind.GROUP:  # whoever is in one does not stand for it
                        continue
                    ids[kind] = list(dict.fromkeys((*ids.get(kind, ()), *values)))
            identity = replace(identity, person=person, ids=ids,
                               doubts=tuple(one for one in identity.doubts if one not in identity.unlisted),
                               members=tuple(one.ids for one in listed) if len(listed) > 1 else ())
        elif identity.system and set(identity.ids) <= SYSTEMS:
            pass  # anonymous, as the system was told to make it: a list cannot say who it is, and nobody asks it to
        else:
            why = {**found.unmatched, **found.ambiguous}[item.learner]
            many = item.learner in found.ambiguous
            identity = identity.doubted(f"{NOT_SURE if many else NOBODY}{why}")
        held.append(item.of(item.learner, identity))
    return held


def joined(names: Sequence[str]) -> str:
    """Names in one text, with semicolons where one of them has a comma."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def without_the_lists(identity: Identity) -> Identity:
    """Without what a class list said of it, so that a list can be asked again."""
    doubts = [doubt for doubt in identity.doubts if not doubt.startswith((NOT_SURE, NOBODY))]
    again = () if identity.confirmed else identity.unlisted
    return replace(identity, person={}, members=(), doubts=tuple(dict.fromkeys((*doubts, *again))))


REMEDY = ("In identity.csv, write into the column `whose` the learner's name, or yes where it is right. Exports and "
          "feedback mind it at once, the reports when you run this command again.")


def needs(items: Iterable[HasIdentity]) -> list[str]:
    """What needs the instructor, a paragraph for each reason: whose, which files, and why."""
    groups: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for doubt in item.identity.doubts:
            groups[doubt].append(f"{item.identity.file or item.learner} (as {item.learner})")
    return [f"{doubt[:1].upper()}{doubt[1:]}: {joined(sorted(files))}.{_advice(doubt)}"
            for doubt, files in groups.items()]


def _advice(doubt: str) -> str:
    """What helps where the general remedy does not."""
    if doubt.startswith((NOBODY, NOT_SURE)):
        return " Here yes cannot help: write the name, number or address as the class list has it."
    if doubt.startswith(CHANGED):
        return " Write whose it is now; to say the same again, empty the cell `content` beside it."
    return ""
