"""Inside: keeps what a notebook prints, up to a limit, and what a test hears of it.

The streams are in the learner's process, which may change all of it: their content is the learner's word.
"""

from __future__ import annotations

HEARD_LIMIT = 100_000
"""Characters of what a function prints that a test may hear."""


class Output:
    """A text stream that keeps the first part of what is written and counts on."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.parts: list[str] = []
        self.muted = False
        self.heard: list[str] = []
        self.deaf = 0

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.muted and self.deaf < HEARD_LIMIT:
            self.heard.append(text[: HEARD_LIMIT - self.deaf])
            self.deaf += len(text)
        return self.keep(text)

    def keep(self, text: str) -> int:
        """Writes a text that no test hears."""
        if not self.muted and self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n[output cut here: the notebook printed more than is kept]\n")
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def take_heard(self) -> str:
        text = "".join(self.heard)
        self.heard.clear()
        self.deaf = 0
        return text

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("the notebook's output is no file")

    @property
    def closed(self) -> bool:
        return False


class Errors(Output):
    """Standard error. It goes where the output goes, and a test does not hear it."""

    def __init__(self, output: Output) -> None:
        super().__init__(0)
        self.output = output

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        return self.output.keep(text)
