"""Outside: removes from a stranger's text what a terminal would act on, escape sequences and control characters."""

from __future__ import annotations

import re

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
"""Colors and cursor movements, titles and links, and the sequences of two characters."""

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters other than tab, newline and carriage return, and those that reverse the direction of text."""


def stripped(text: str) -> str:
    """Returns `text` without escape sequences and control characters."""
    return CONTROLS.sub("", ESCAPES.sub("", text))


def shown(text: str) -> str:
    """Returns `text` as a terminal shows it in the end: `stripped`, with only the last state of an overwritten line."""
    lines = stripped(text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
