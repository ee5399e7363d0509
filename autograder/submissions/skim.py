"""Cuts from a notebook's JSON what grading never looks at, and checks limits, before any of it is decoded.

Trusted side. The bytes come from a stranger, and decoded JSON takes up to thirty times their size. So outputs,
attachments and the state of widgets are cut out while the bytes are still bytes, and the rest has a limit on its
size, its values and its nesting. A part that is cut is only followed to its closing bracket; this module does
not check whether it is JSON. It must never build an object for each value in the bytes.
"""

from __future__ import annotations

import codecs
import re

MAX_KEPT_BYTES = 8 * 1024 * 1024
"""Bytes that may be left without outputs and attachments; the longest exercise has 30 kB."""

MAX_VALUES = 500_000
"""Texts, lists and dictionaries that may be left. The size limits the numbers."""

MAX_BRACKETS = 2_500_000
"""Brackets in the parts that are cut out: to follow them takes a second or two."""

MAX_DEPTH = 100
"""Levels of nesting; a notebook has six, and outputs of widgets and plots have some more."""

STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)'
SPACE = rb"[ \t\r\n]*+"
KEPT = re.compile(
    rb'(?P<cut>"(?:outputs|attachments|widgets)"' + SPACE + rb":)"
    rb"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<text>" + STRING + rb')|[^"\[\]{}]++',
    re.DOTALL,
)
BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + STRING + rb")*+([\[{]|[\]}]|\Z)", re.DOTALL)
SCALAR = re.compile(SPACE + rb"(?:" + STRING + rb'|[^"\[\]{},]*+)', re.DOTALL)
OPENS = re.compile(SPACE + rb"(?=[\[{])")
PIECE = 1 << 20


class TooMuchError(Exception):
    """The notebook is beyond a limit; the message says which, as a sentence."""


def skim(data: bytes) -> bytes:
    """Returns the JSON in `data` with `null` in place of outputs, attachments and the state of widgets.

    Text that is no JSON comes back as it is, within the limits: the caller must parse it.

    Args:
        data: the file's bytes, without a byte order mark.

    Raises:
        TooMuchError: it is nested too deeply, or too much of it is left.
        UnicodeDecodeError: it is not UTF-8.
    """
    _require_utf8(data)
    kept: list[bytes] = []
    size = values = depth = start = position = 0
    end = len(data)
    brackets = [0]
    while position < end:
        found = KEPT.match(data, position)
        assert found is not None  # one of the alternatives takes any byte
        kind, position = found.lastgroup, found.end()
        if kind == "open":
            depth += 1
            _require_flat(depth)
        elif kind == "close":
            depth -= 1
        elif kind == "cut":
            kept.append(data[start:position])
            size += position - start
            start = position = _after(data, position, depth, brackets)
            kept.append(b"null")
        values += kind is not None
        if values > MAX_VALUES or size + position - start > MAX_KEPT_BYTES:
            raise TooMuchError(
                f"The notebook is too long: more than {MAX_KEPT_BYTES // 2**20} MB, or {MAX_VALUES:,} texts and "
                "lists, are neither output nor attachment."
            )
    kept.append(data[start:])
    return b"".join(kept)


def _after(data: bytes, position: int, depth: int, brackets: list[int]) -> int:
    """Returns where the value that begins at `position` ends."""
    opens = OPENS.match(data, position)
    if not opens:
        scalar = SCALAR.match(data, position)
        return scalar.end() if scalar else position
    position, outside = opens.end(), depth
    while True:
        found = BRACKET.match(data, position)
        if found is None or not found[1]:
            return len(data)
        position = found.end()
        brackets[0] += 1
        if brackets[0] > MAX_BRACKETS:
            raise TooMuchError("The notebook's outputs are too many. Clear its outputs and hand it in again.")
        if found[1] in b"[{":
            depth += 1
            _require_flat(depth)
        else:
            depth -= 1
            if depth <= outside:
                return position


def _require_flat(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TooMuchError("The notebook's JSON is nested too deeply.")


def _require_utf8(data: bytes) -> None:
    """Checks the encoding in pieces, because as a whole it would take four times its size."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), PIECE):
        decoder.decode(data[start : start + PIECE])
    decoder.decode(b"", final=True)
