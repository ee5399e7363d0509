"""Finds the person in the name of a file or folder, by removing all words that name nobody.

The words are a table (`words.toml` beside this file): those for copies, in the languages in which Colab, Drive,
Windows, macOS and browsers write them; and those for exercises and folders that systems and instructors use.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

NOTEBOOKS = (".ipynb", ".ipynb.json", ".ipynb.txt")
"""Endings of a notebook's name; the last two are those that browsers and mail programs make."""

SUFFIXES = (*NOTEBOOKS, ".zip")
"""Files that are graded."""

OTTER_TIME = re.compile(r"_(\d{4})_(\d\d)_(\d\d)T(\d\d)_(\d\d)_(\d\d)_(\d{1,6})")
BROWSER = re.compile(r"[\s_\-]*\(\d+\)$")
"""Marks that browsers append to a second file of the same name."""

MARKS = re.compile(
    r"""[\s_\-]*\(\d+\)$|[\s_\-]*(?:late|final|submission|checkpoint
        |\d{4}_\d{2}_\d{2}T\d{2}_\d{2}_\d{2}_\d{1,6})$|(?:^|[\s_\-]+)\d{1,2}$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Marks that browsers, Jupyter, Otter's export and learners append to an exercise's name. Digits directly behind a word
are a part of it: `kay3` is no copy of `kay`."""

WORDS = re.compile(r"[\s_\-]+(?:late|final|submission)$", re.IGNORECASE)
NUMBER = re.compile(r"[\s_\-]+\d{1,2}$")
"""Numbers that macOS and iCloud append to a second file of the same name, and that stand at the end of many a name."""


@dataclass(frozen=True)
class Reading:
    """A reading of a name as that of a person.

    Attributes:
        person: the person it names; empty if nobody.
        others: other readings: the name as it is written, and with less of it.
        doubt: why `person` is uncertain unless a class list has just one of the readings; empty if it is certain.
    """

    person: str = ""
    others: tuple[str, ...] = ()
    doubt: str = ""


@functools.lru_cache(8192)  # each system examines each name
def clean_name(name: str) -> str:
    """Returns a file's name as text that can be stored: whole characters, composed, no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(one).startswith("C") else one for one in text)


def is_handed_in(name: str) -> bool:
    """Returns whether a file of this name is graded."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """Returns a file's name without the endings of a notebook or zip; else without its last one."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return os.path.splitext(name)[0]


@functools.cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """Returns the table, each list with its longest entries first."""
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {name: tuple(sorted((clean_name(word).casefold() for word in words), key=len, reverse=True))
            for name, words in table.items()}


@functools.cache
def _copies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = ("|".join(map(re.escape, _words()[name])) for name in ("copy_before", "copy_after"))
    number = r"[\s_]*(?:\d{1,2}|\(\d+\))?"
    return (re.compile(rf"^(?:{before})(?=[\s_\-(:]|$)[\s_\-:]*|^(?:副本|사본)[\s_\-:]*", re.IGNORECASE),
            re.compile(rf"(?:[\s_\-(]+(?:{after})\)?|(?:のコピー|的副本|副本|의 ?사본|사본)){number}$", re.IGNORECASE))


@functools.cache
def _marked_copies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Returns the marks of copies that only a system writes: several words before, a separator or own script after."""
    before = "|".join(re.escape(word) for word in _words()["copy_before"] if " " in word)
    after = "|".join(map(re.escape, _words()["copy_after"]))
    return (re.compile(rf"^(?:{before})[\s_:]+|^(?:副本|사본)[\s_\-:]+", re.IGNORECASE),
            re.compile(rf"(?:[\s_]+-[\s_]+(?:{after})|\s*(?:のコピー|的副本|의 ?사본))[\s_]*(?:\d{{1,2}}|\(\d+\))?$",
                       re.IGNORECASE))


@functools.cache
def _conflicts() -> re.Pattern[str]:
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return re.compile(rf"(?:{'|'.join(table['conflicts'])})$")


def _without(text: str, *patterns: re.Pattern[str]) -> str:
    """Returns a name without all matches of the patterns, removed again and again until none is left."""
    while True:
        shorter = text
        for pattern in patterns:
            shorter = pattern.sub("", shorter, count=1).strip()
        if shorter == text:
            return text
        text = shorter


def without_copies(text: str) -> str:
    """Returns a title without the words and numbers of copies. A surname may be such a word: see `without_marks`."""
    return _without(text, *_copies(), BROWSER)


def without_marks(text: str) -> str:
    """Returns a person's name without the marks that only a system writes on a copy."""
    return _without(text, *_marked_copies(), BROWSER)


def person_in(part: str, exercises: Iterable[str]) -> str:
    """Returns the part of a file's or folder's name that names a person: all, or what is beside an exercise's name.

    Args:
        part: the name, without the ending of a file.
        exercises: names that are nobody's.

    Returns:
        The person; empty if it is only words of copies, of exercises and of systems.
    """
    return reading(part, exercises).person


def reading(part: str, exercises: Iterable[str]) -> Reading:
    """Reads a file's or folder's name as that of a person, with all other readings.

    Args:
        part: the name, without the ending of a file.
        exercises: names that are nobody's.
    """
    return _reading(part, tuple(exercises))


@functools.lru_cache(4096)  # many paths contain the same folders
def _reading(part: str, exercises: tuple[str, ...]) -> Reading:
    written = clean_name(part).strip()
    beside = next((exercise for exercise in exercises if exercise in written), "")
    if beside:
        before, _, after = written.partition(beside)
        before = "" if not without_copies(before.strip()).strip(" _-.") else before
        if not before.strip(" _-.") and not _without(after, MARKS, *_copies(), _conflicts()).strip(" _-."):
            return Reading()
        written = before.strip(" _-.") or after.strip(" _-.")
    text = without_marks(_without(written, WORDS) if beside else written)
    meant = _without(text, _conflicts())
    other = without_copies(meant)
    if is_nobody(other, exercises) or is_nobody(meant, exercises):
        return Reading()
    doubt = ""
    if meant != text:
        text, doubt = meant, (f"its name ends as those of conflicts do that a synchronized folder keeps; without that "
                              f"it is {meant!r}")
    if beside and (word := WORDS.search(written)) and word[0][0].isspace():
        doubt = f"{written!r} may be a name, or {text!r} and a word about the file"
    if other != text:
        doubt = f"{text!r} may be a name, or a copy of {other!r}"
    short = NUMBER.sub("", other)
    others = dict.fromkeys((written, other, *([] if is_nobody(short, exercises) else [short])))
    return Reading(text, tuple(one for one in others if one and one != text), doubt)


@functools.cache
def _nobody(exercises: tuple[str, ...]) -> frozenset[str]:
    parts = (part for exercise in exercises for part in re.split(r"[\W_]+", exercise.casefold()))
    return frozenset({*_words()["nobody"], *(part for part in parts if not part.isdigit())})


def is_nobody(text: str, exercises: Iterable[str]) -> bool:
    """Returns whether a name is only words of exercises, folders and systems, with or without numbers."""
    nobody = _nobody(tuple(exercises))
    parts = [part for part in re.split(r"[\W_]+|(?<=[^\W\d_])(?=\d)", text.casefold()) if part]
    whole = " ".join(parts)
    return not parts or whole in nobody or (
        all(part in nobody or (part.isdigit() and len(part) < 3) for part in parts)
        and any(part in nobody for part in parts))


def without_words(name: str) -> str:
    """Returns a name without words about the file, as `attempt 2` or `final`; empty if it has none, or only these."""
    parts = [part for part in re.split(r"[\W_]+|(?<=[^\W\d_])(?=\d)", name.casefold()) if part]
    left: list[str] = []
    word = False
    for part, after in itertools.zip_longest(parts, parts[1:], fillvalue=""):
        if word and part.isdigit() and len(part) < 3:  # its number
            continue
        word = part in _words()["about_file"] and (len(part) > 1 or after.isdigit())  # else an initial
        left += [] if word else [part]
    return " ".join(left) if len(left) < len(parts) else ""


SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe"})


def spelled_out(name: str) -> str:
    """Returns a name in small letters, its umlauts written as on a keyboard that has none: `mueller`."""
    return unicodedata.normalize("NFC", name).lower().translate(SPELLED)


def time_of_export(name: str) -> int:
    """Returns the time that Otter's export wrote into a name, as a number; 0 where there is none, or no such time."""
    match = OTTER_TIME.search(name)
    return int("".join(match.groups()[:-1]) + match[7].zfill(6)) if match and when_exported(name) else 0


def when_exported(name: str) -> str:
    """Returns the same as ISO 8601 text, by the learner's own clock; empty where there is none."""
    match = OTTER_TIME.search(name)
    try:
        return datetime(*map(int, match.groups()[:-1])).isoformat() if match else ""  # type: ignore[arg-type]
    except ValueError:
        return ""
