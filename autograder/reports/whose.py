"""`identity.csv`: of every file whose it is and why, and what the instructor decided.

It is read before a grading, and written anew after it.

The instructor's column is `whose`: a learner's name, or yes. What stands in it is kept, also for files that a later
grading does not have. It counts for the file as it was, told by its SHA-256: another file in its place is not
confirmed by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course import CourseError
from autograder.grading.results import SubmissionResult
from autograder.reports import text
from autograder.reports.files import write_text
from autograder.reports.grades import to_csv
from autograder.reports.roster import read_table
from autograder.submissions.identity import Decision, Identity

FILE = "identity.csv"
COLUMNS = ("file", "learner", "identity", "whose", "evidence", "why", "content")
DIGITS = 16  # of the SHA-256, behind a word that keeps a spreadsheet from taking them for a number
MARK = "sha256:"


def read_decisions(output: Path) -> dict[str, list[Decision]]:
    """What the instructor wrote into the file of an output folder, by file; empty if there is none.

    Raises:
        CourseError: it is no such table.
    """
    return _decisions(_lines(output / FILE))


def _lines(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    table = read_table(path)
    missing = [name for name in ("file", "learner", "whose") if name not in table.header]
    if missing:
        raise CourseError(f"{path} has no column {missing[0]!r}. Put the column back, or remove the file: the next "
                          "grading writes it anew.")
    return [{name: text.bare(cell.strip()) for name, cell in zip(table.header, row, strict=True)}
            for row in table.rows]


def _decisions(lines: Sequence[Mapping[str, str]]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = defaultdict(list)
    for line in lines:
        if line["whose"]:
            found[line["file"]].append(Decision(line["whose"], line["learner"],
                                                line.get("content", "").removeprefix(MARK)))
    return dict(found)


def write_identity(output: Path, results: Sequence[SubmissionResult],
                   counting: Sequence[SubmissionResult]) -> list[str]:
    """Writes the file anew.

    Args:
        output: the folder.
        results: everything in the batch.
        counting: those of them that count, with the doubts about several files of one learner.

    Returns:
        What to tell the instructor.

    Raises:
        CourseError: it cannot be read or written.
    """
    before = _lines(output / FILE)
    kept: dict[str, list[Decision]] = _decisions(before)
    doubts = {(result.learner, result.assignment): result.identity.doubts for result in counting}
    table = [list(COLUMNS)]
    files: set[str] = set()
    now: dict[str, set[str]] = defaultdict(set)
    for result in sorted(results, key=lambda result: (result.identity.file, result.learner)):
        identity = result.identity.doubted(*doubts.get((result.learner, result.assignment), ())
                                           if not result.identity.confirmed else ())
        file = text.bare(text.cell(identity.file or result.submission))
        files.add(file)
        now[file].add(text.bare(text.cell(result.learner)))
        table.append(_row(file, result.learner, identity, _said(kept.get(file, ()), result)))
    table += [[line.get(name, "") for name in COLUMNS] for line in before
              if line["whose"] and line["file"] not in files]
    for row in table[1:]:
        row[:] = [text.cell(cell) for cell in row]
    write_text(output / FILE, to_csv(table))
    changed = [f"{line['file']} was {line['learner']!r}" for line in before if not line["whose"]
               and line["file"] in now and line["learner"] not in now[line["file"]]]
    return [f"{FILE} was changed, or other evidence came: {text.clip(', '.join(changed), 1000)}. What you decide, "
            "write into the column `whose`; other columns are written anew."] if changed else []


def _said(lines: Sequence[Decision], result: SubmissionResult) -> str:
    """What the instructor had written of this file for this learner."""
    own = [line for line in lines if line.learner in ("", result.learner)] or (lines if len(lines) == 1 else [])
    return own[0].whose if own else ""


def _row(file: str, learner: str, identity: Identity, whose: str) -> list[str]:
    content = f"{MARK}{identity.content[:DIGITS]}" if identity.content else ""
    return [file, learner, identity.status, whose, identity.evidence, "; ".join(identity.doubts), content]
