"""Makes text that came from a submission fit to store and show as plain text, and lists names in a sentence.

The modules that write HTML or spreadsheets escape it for these.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.bridge.plaintext import stripped


def plain(text: str, limit: int) -> str:
    """Returns `text` without escape sequences, control characters and halves of characters, at most `limit` long.

    A text that is too long loses its middle: the beginning says what it was, the end how it ended.
    """
    if len(text) > 4 * limit + 1000:  # before the work below, which is proportional to the length
        text = text[: 2 * limit] + text[-2 * limit :]
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = stripped(text)
    if len(text) > limit:
        half = (limit - 5) // 2
        text = f"{text[:half]} ... {text[-half:]}"
    return text


def one_line(text: str, limit: int) -> str:
    """Returns `plain`, on one line."""
    return plain(" ".join(text.split()), limit)


LISTED = 10
"""How many names stand in a sentence, unless it says otherwise."""

NEW_LINE = "\n  "
"""Between two lines of a list that stands below its message."""


def listed(names: Sequence[str], most: int = LISTED, between: str = ", ") -> str:
    """Returns the first of these names and how many more there are: "ada, bo and 3 more".

    Args:
        names: names, or whole lines.
        most: how many of them are shown.
        between: what stands between two of them; another one than the comma also stands before the rest.
    """
    shown = between.join(names[:most])
    if len(names) <= most:
        return shown
    return f"{shown}{' ' if between == ', ' else between}and {len(names) - most} more"
