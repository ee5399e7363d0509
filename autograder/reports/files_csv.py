"""`files.csv`: what became of each file that was handed in to the newest batch. It lists every file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.grading.ledger import Line
from autograder.reports import text
from autograder.reports.files import write_text
from autograder.reports.grades import to_csv

FILE = "files.csv"
COLUMNS = ("file", "place", "learner", "why")


def write_ledger(output: Path, lines: Sequence[Line]) -> None:
    """Writes the lines of a batch into the file of an output folder.

    Raises:
        CourseError: it cannot be written.
    """
    table = [list(COLUMNS), *([text.cell(one) for one in (line.file, line.place, line.learner, line.why)]
                              for line in lines)]
    write_text(output / FILE, to_csv(table))
