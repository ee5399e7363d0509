"""Decodes the bytes of a table that a person or a spreadsheet saved, only if its encoding is certain.

UTF-8 and UTF-16 can be recognized. Excel on Windows saves plain CSV in the code page of its country, and nothing in
the file says which. The file is read if that makes no difference: if each letter beyond ASCII is the same in the
code pages of Western and of Central Europe, and stands in a word that is otherwise Latin. In Cyrillic, Greek, or the
encodings of a Mac or MS-DOS, the same bytes would be other letters, so it is refused with line and remedy.
"""

from __future__ import annotations

import re

from autograder.course import CourseError

PAGES = ("cp1252", "cp1250", "cp1254", "iso8859-15", "iso8859-2")
"""Western, Central European and Turkish Windows, and what Linux had in their place."""

SHARP_S = 0xE1
"""The byte that is a sharp s on MS-DOS and an a with an accent on Windows. Alone it decides nothing; other letters of
Windows decide."""


def _alike() -> dict[int, str]:
    """Returns the bytes that are the same letter in all `PAGES`."""
    same = {}
    for byte in range(0xA0, 0x100):
        letters = {bytes([byte]).decode(page, "replace") for page in PAGES}
        if len(letters) == 1 and (letter := letters.pop()).isalpha():
            same[byte] = letter
    return same


ALIKE = _alike()
WORD = re.compile(rb"[A-Za-z\x80-\xff]+")


def decode(raw: bytes, where: str) -> str:
    """Returns the text of a table, without a byte order mark.

    Args:
        raw: the file's bytes.
        where: the file, for the error.

    Raises:
        CourseError: its encoding is not certain; the message names the line, the text nearby, and the remedy.
    """
    encoding = "utf-8-sig"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif raw[1:2] == b"\0" or raw[:1] == b"\0":
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        return raw.decode(encoding)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
    doubtful = _doubtful(raw) if encoding == "utf-8-sig" else start
    if doubtful is None:
        return raw.decode("cp1252")
    line = len(re.findall(rb"\r\n|\r|\n", raw[:doubtful])) + 1
    begins = max(raw.rfind(b"\n", 0, doubtful), raw.rfind(b"\r", 0, doubtful), doubtful - 20) + 1
    near = re.split(rb"[\r\n]", raw[begins : doubtful + 20])[0].decode("cp1252", "replace")
    raise CourseError(
        f"{where} is not in UTF-8: line {line} has a letter in another encoding (near {near!r}), which may be "
        "another letter, too. Save it in the spreadsheet as “CSV UTF-8” and try again."
    )


def _doubtful(raw: bytes) -> int | None:
    """Returns the place of the first letter that may be another; None where each is certain."""
    first = None
    sure = False
    for word in WORD.finditer(raw):
        beyond = [place for place, byte in enumerate(word[0], start=word.start()) if byte >= 0x80]
        if not beyond:
            continue
        first = beyond[0] if first is None else first
        odd = next((place for place in beyond if raw[place] not in ALIKE), None)
        if odd is None and 2 * len(beyond) > len(word[0]):
            odd = beyond[0]
        if odd is not None:
            return odd
        sure = sure or any(raw[place] != SHARP_S for place in beyond)
    return None if sure or first is None else first
