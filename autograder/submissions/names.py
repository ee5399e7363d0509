"""What the name of a file or folder says about a person, once everything is taken away that names nobody.

The words are a table (`words.toml` beside this file): of copies, in the languages in which Colab, Drive, Windows, macOS
and browsers write them; of exercises and folders, as systems and instructors call them.
"""

from __future__ import annotations

import functools
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

NOTEBOOKS = (".ipynb", ".ipynb.json", ".ipynb.txt")
"""How a notebook's name ends; the last two are what browsers and mail programs make of it."""

SUFFIXES = (*NOTEBOOKS, ".zip")
"""Files that are graded."""

OTTER_TIME = re.compile(r"_(\d{4})_(\d\d)_(\d\d)T(\d\d)_(\d\d)_(\d\d)_(\d{1,6})")
BROWSER = re.compile(r"[\s_\-]*\(\d+\)$")
"""What browsers append to a second file of the same name."""

MARKS = re.compile(
    r"""[\s_\-]*(?:\(\d+\)|\d{1,2}|copy|late|final|submission
        |\d{4}_\d{2}_\d{2}T\d{2}_\d{2}_\d{2}_\d{1,6})$""",
    re.VERBOSE | re.IGNORECASE,
)
"""What browsers, Otter's export and learners append to an exercise's name."""


@functools.lru_cache(8192)  # each system looks at each name
def clean_name(name: str) -> str:
    """A file's name as text that can be stored: whole characters, composed, no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(one).startswith("C") else one for one in text)


def is_handed_in(name: str) -> bool:
    """Whether a file of this name is graded."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """A file's name without the endings of a notebook or zip; else without its last one."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return os.path.splitext(name)[0]


@functools.cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """The table, each list with its longest entries first."""
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {name: tuple(sorted((clean_name(word).casefold() for word in words), key=len, reverse=True))
            for name, words in table.items()}


@functools.cache
def _copies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = ("|".join(map(re.escape, _words()[name])) for name in ("copy_before", "copy_after"))
    number = r"[\s_]*(?:\d{1,2}|\(\d+\))?"
    return (re.compile(rf"^(?:{before})(?=[\s_\-(:]|$)[\s_\-:]*|^(?:副本|사본)[\s_\-:]*", re.IGNORECASE),
            re.compile(rf"(?:[\s_\-(]+(?:{after})\)?|(?:のコピー|的副本|副本|의 ?사본|사본)){number}$", re.IGNORECASE))


def without_copies(text: str) -> str:
    """The name without the words and numbers of copies."""
    before, after = _copies()
    while True:
        shorter = BROWSER.sub("", after.sub("", before.sub("", text, count=1))).strip()
        if shorter == text:
            return text
        text = shorter


def person_in(part: str, exercises: Iterable[str]) -> str:
    """What of a file's or folder's name names a person: all of it, or what is beside an exercise's name.

    Args:
        part: the name, without the ending of a file.
        exercises: names that are nobody's.

    Returns:
        The person; empty if it is only words of copies, of exercises and of systems.
    """
    return _person_in(part, tuple(exercises))


@functools.lru_cache(4096)  # folders stand in many paths
def _person_in(part: str, exercises: tuple[str, ...]) -> str:
    text = without_copies(clean_name(part).strip())
    for exercise in exercises:
        if exercise in text:
            before, _, after = text.partition(exercise)
            while (shorter := MARKS.sub("", after)) != after:
                after = shorter
            text = before.strip(" _-.") or after.strip(" _-.")
            break
    text = without_copies(text)
    return "" if is_nobody(text, exercises) else text


@functools.cache
def _nobody(exercises: tuple[str, ...]) -> frozenset[str]:
    parts = (part for exercise in exercises for part in re.split(r"[\W_]+", exercise.casefold()))
    return frozenset({*_words()["nobody"], *(part for part in parts if not part.isdigit())})


def is_nobody(text: str, exercises: Iterable[str]) -> bool:
    """Whether a name is only words of exercises, folders and systems, with or without numbers."""
    nobody = _nobody(tuple(exercises))
    parts = [part for part in re.split(r"[\W_]+|(?<=[^\W\d_])(?=\d)", text.casefold()) if part]
    whole = " ".join(parts)
    return not parts or whole in nobody or (
        all(part in nobody or (part.isdigit() and len(part) < 3) for part in parts)
        and any(part in nobody for part in parts))


def time_of_export(name: str) -> int:
    """The time that Otter's export wrote into a name, as a number; 0 where there is none."""
    match = OTTER_TIME.search(name)
    return int("".join(match.groups()[:-1]) + match[7].zfill(6)) if match else 0


def when_exported(name: str) -> str:
    """The same as ISO 8601 text, by the learner's own clock; empty where there is none."""
    match = OTTER_TIME.search(name)
    try:
        return datetime(*map(int, match.groups()[:-1])).isoformat() if match else ""  # type: ignore[arg-type]
    except ValueError:
        return ""
