"""Makes strangers' text fit to be shown, put into a spreadsheet or used as a file name.

Nothing here knows of grades. Pages escape HTML by themselves (Jinja's
autoescaping); this module handles what escaping does not cover: control
characters, text that a spreadsheet would run as a formula, and names that are
no file names.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from autograder.bridge.plaintext import ESCAPES

SHOWN = (
    {code: chr(0x2400 + code) for code in range(0x20)}
    | {0x7F: "\u2421"}
    | {code: f"\u27e8U+{code:04X}\u27e9" for code in (*range(0x80, 0xA0), 0x2028, 0x2029, 0xFEFF)}
    # Characters that reorder what stands around them: a name must not rewrite the line it is in.
    | {code: f"\u27e8U+{code:04X}\u27e9" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # half of a pair: cannot be written as UTF-8
)
SHOWN_LINES = {code: shown for code, shown in SHOWN.items() if code not in (0x09, 0x0A)}

FORMULA = re.compile(r"'|[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""Characters that make a spreadsheet take a cell for a formula, and the apostrophe, so that `bare` undoes `cell`.

Source: OWASP, "CSV Injection"; the last four are the full-width forms of `=`, `+`, `-` and `@`.
"""

INNER = r"(?='*[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
INNER_FORMULA = re.compile(rf"[;|]{INNER}")
"""The same inside of a text: where semicolons separate cells, the text after one is a cell of its own."""

INNER_MARKED = re.compile(rf"([;|])'{INNER}")

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""File names that Windows keeps for devices, with any suffix."""

LONGEST_STEM = 80  # bytes; with suffix, digest and folder far below the 255 that file systems take


def line(text: str) -> str:
    """Returns `text` on one line: every control character, line breaks included, as a visible symbol."""
    return text.translate(SHOWN)


def lines(text: str) -> str:
    """Returns `text` without terminal control sequences; line breaks and tabs stay, other controls become symbols."""
    return ESCAPES.sub("", text.replace("\r\n", "\n")).translate(SHOWN_LINES).strip("\n")


def clip(text: str, limit: int) -> str:
    """Returns the first `limit` characters of `text`, and how many were left out, if any."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\u2026 ({len(text) - limit:,} more characters)"


def short(name: str, limit: int = 80) -> str:
    """Returns a name for a page: on one line, its end cut off where it is longer than any real one."""
    return clip(line(name), limit)


def number(value: float, digits: int = 2) -> str:
    """Returns `value` with at most `digits` decimals and no trailing zeros: `3`, `2.5`, `0.67`."""
    rounded = round(value, digits)
    return f"{rounded:.{digits}f}".rstrip("0").rstrip(".") if rounded else "0"


def percent(share: float) -> str:
    """Returns a share between 0 and 1 as whole percent; 100% and 0% only when it is exactly that."""
    value = round(100 * share)
    if value == 100 and share < 1:
        value = 99
    if value == 0 and share > 0:
        value = 1
    return f"{value}%"


def cell(text: str) -> str:
    """Returns `text` as a spreadsheet cell that is text and stays text.

    A cell that a spreadsheet would compute gets an apostrophe in front, which makes it text in Excel and LibreOffice
    alike. So does a part that would be a cell of its own where semicolons separate cells. `bare` takes it away again.
    """
    shown = INNER_FORMULA.sub(lambda mark: f"{mark[0]}'", line(text))
    return f"'{shown}" if FORMULA.match(shown) or FORMULA.match(text) else shown


def bare(text: str) -> str:
    """Returns the text that `cell` was given (with control characters as symbols)."""
    return INNER_MARKED.sub(r"\1", text.removeprefix("'"))


def digest(text: str) -> str:
    """Returns the SHA-256 of `text`, as hexadecimal digits; also of text that is not valid Unicode."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Returns a file name without suffix for each of `names`: safe on every system, and no two alike.

    A name that is a good file name stays as it is. One that had to be changed,
    or that differs from another only in case or in the way its accents are
    written, gets a part of its own digest, so that the file of a learner does
    not depend on the order in which the class handed in.
    """
    known = sorted(set(names))
    stems = {name: _stem(name) for name in known}
    rivals = Counter(_key(stems[name]) for name in known)
    # Good names first, so that nobody can take another's by calling himself like its digest.
    kept = {name: stems[name] for name in known if stems[name] == name and rivals[_key(name)] == 1}
    taken = {_key(stem) for stem in kept.values()}
    for name in known:
        if name not in kept:
            code = digest(name)
            stem = next(stem for length in (8, 16, 32, 64)
                        if _key(stem := f"{stems[name]}-{code[:length]}") not in taken)
            taken.add(_key(stem))
            kept[name] = stem
    return kept


def _key(stem: str) -> str:
    """Returns a name as a file system sees it that ignores case and composition."""
    return unicodedata.normalize("NFKC", stem).casefold()


def _stem(name: str) -> str:
    """Returns `name` reduced to letters, digits, spaces and `.-_@+'`, short, and nothing a system reserves."""
    letters = (character if unicodedata.category(character)[0] in "LMN" or character in " .-_@+'" else "_"
               for character in unicodedata.normalize("NFC", name[:1000]))
    stem = re.sub(r"\.{2,}", "_", "".join(letters))
    stem = stem.encode("utf-8")[:LONGEST_STEM].decode("utf-8", "ignore").lstrip(" .-").rstrip(" .")
    if not stem:
        return "unnamed"
    return f"_{stem}" if RESERVED.match(stem) else stem
