"""The parts of documents that tell what was measured. They stand between two marks, and commands write them, not hands.

    <!-- measured: begin; `make bench` writes what is between these lines -->
    ...
    <!-- measured: end -->
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """What stands between the marks called `name` in `file`."""

    file: Path
    name: str = "measured"

    def put(self, text: str) -> None:
        """Puts `text` there, in the place of what there is."""
        self.file.write_text(self._with(text), encoding="utf-8")

    def holds(self, text: str) -> bool:
        """Whether `text` stands there, and nothing else."""
        return self._with(text) == self.file.read_text(encoding="utf-8")

    def _with(self, text: str) -> str:
        document = self.file.read_text(encoding="utf-8")
        marks = rf"(<!-- {self.name}: begin[^\n]*\n).*?(<!-- {self.name}: end -->)"
        parts = re.split(marks, document, flags=re.DOTALL)
        assert len(parts) == 4, f"{self.file} must have one part {self.name!r}"
        before, begin, end, after = parts
        return f"{before}{begin}\n{text}\n\n{end}{after}"
