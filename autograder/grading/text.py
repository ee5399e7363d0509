"""Makes text that came from a submission fit to store and show as plain text.

The modules that write HTML or spreadsheets escape it for these.
"""

from __future__ import annotations

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
