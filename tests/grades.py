"""Reads a table of grades back."""

from __future__ import annotations

import csv
from pathlib import Path

from autograder.reports import text


def read_grades(path: Path) -> list[dict[str, str]]:
    """The rows of a file that `grades_csv` made, with the texts as they were before `text.cell`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{text.bare(name): text.bare(value or "") for name, value in row.items() if name}
                for row in csv.DictReader(file, strict=True)]
