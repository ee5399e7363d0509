"""`identity.csv`: for every file whose it is and why, and the instructor's decision.

It is read before a grading, and written again after it.

The instructor's columns are `whose`, a learner's name or yes, and `counts`, yes beside the attempt that counts where
nothing says which is the latest. A choice is one among the attempts that there were: the cell then says among which,
and counts no more when there is another.

The entry in `whose` is kept, also for files that a later grading does not have. It counts for the file as it was,
recognized by its SHA-256: it does not confirm another file in its place. The line does not count for that other file
later, either, until somebody writes something else into it: the column `void` keeps the former entry, and beside it
stays the SHA-256 of the file that it was about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course import CourseError
from autograder.grading.attempts import CHOSEN
from autograder.grading.results import SubmissionResult
from autograder.reports import text
from autograder.reports.files import write_text
from autograder.reports.grades import to_csv
from autograder.reports.roster import read_table
from autograder.submissions.doubts import ATTEMPTS, TWO_PEOPLE, Why, of_kind
from autograder.submissions.identity import CONFIRMED, Decision, Identity, contradiction, joined, refusal, same_copy
from autograder.submissions.people import plain

FILE = "identity.csv"
COLUMNS = ("file", "learner", "identity", "whose", "counts", "evidence", "why", "content", "void")
DIGITS = 16  # of the SHA-256, behind a word that keeps a spreadsheet from taking them for a number
MARK = "sha256:"
LINE = "\0line"  # no column has this name
VOID = re.compile(r"(?P<whose>.*) \(for sha256:(?P<content>\w*)\): (?P<why>.*)", re.DOTALL)
"""The content of the cell `void`: the line that does not count, the file that was there then, and why."""

AMONG = re.compile(rf"yes \(of {MARK}(?P<among>\w+)\)")
"""The content of the cell `counts` once a choice has counted: the attempts among which it was made."""


def read_decisions(output: Path) -> dict[str, list[Decision]]:
    """Returns the instructor's decisions from the file of an output folder, by file; empty if there is none.

    Raises:
        CourseError: it is no such table.
    """
    path = output / FILE
    return _decisions(path, _lines(path))


def _lines(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    table = read_table(path)
    missing = [name for name in ("file", "learner", "whose") if name not in table.header]
    if missing:
        raise CourseError(f"{path} has no column {missing[0]!r}. Put the column back, or remove the file: the next "
                          "grading writes it anew.")
    lines = [{name: text.bare(cell.strip()) for name, cell in zip(table.header, row, strict=True)} | {LINE: str(line)}
             for line, row in zip(table.lines, table.rows, strict=True)]
    for line in lines:
        if counts := line.get("counts", ""):
            if plain(counts) not in CONFIRMED and not AMONG.fullmatch(counts):
                raise CourseError(f"{path}, line {line[LINE]}, has {counts!r} in the column `counts`. Write yes beside "
                                  "the attempt that counts, and nothing beside others.")
            line["whose"] = line["whose"] or CONFIRMED[0]  # whichever counts is the learner's
    return lines


def _decisions(path: Path, lines: Sequence[Mapping[str, str]]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = defaultdict(list)
    for line in lines:
        if not line["whose"]:
            continue
        one = _decision(line)
        for other in found[line["file"]]:
            if plain(other.whose) != plain(one.whose) and (other.learner == one.learner
                                                           or not (other.learner and one.learner)):
                raise CourseError(contradiction(line["file"], other, one, str(path)))
        found[line["file"]].append(one)
    return dict(found)


def _decision(line: Mapping[str, str]) -> Decision:
    content = line.get("content", "").removeprefix(MARK)
    counts = line.get("counts", "")
    among = AMONG.fullmatch(counts)
    made = Decision(line["whose"], line["learner"], content, int(line[LINE]),
                    counts=among["among"] if among else CHOSEN if counts else "")
    void = VOID.fullmatch(line.get("void", ""))
    if not void or not content:  # an empty cell says that it counts for the file as it is now
        return made
    if void["whose"] == line["whose"]:
        return replace(made, spent=void["why"], before=void["whose"])
    return replace(made, content=void["content"], before=void["whose"])


def write_identity(output: Path, results: Sequence[SubmissionResult],
                   counting: Sequence[SubmissionResult],
                   undecided: Sequence[SubmissionResult] = (),
                   stored: Sequence[SubmissionResult] = ()) -> list[str]:
    """Writes the file again.

    Args:
        output: the folder.
        results: everything in the batch.
        counting: those of them that count, with the doubts about several files of one learner.
        undecided: submissions that are no longer handed in, and may be another learner's.
        stored: everything in the gradebook, also from earlier batches.

    Returns:
        Sentences for the instructor.

    Raises:
        CourseError: it cannot be read or written.
    """
    path = output / FILE
    before = _lines(path)
    _decisions(path, before)
    doubts = {(result.learner, result.assignment): result.identity.doubts for result in counting}
    chosen = {(result.identity.file, result.learner): result.identity.chosen for result in counting}
    table = [list(COLUMNS)]
    kept: set[str] = set()
    carried: set[str] = set()  # to the same file in another copy of the download
    now: dict[str, set[str]] = defaultdict(set)
    there = {(result.identity.file, result.learner) for result in results}
    asked = [result for result in counting if result.identity.doubts]  # of an earlier batch, too
    which = {(result.learner, result.assignment) for result in asked
             if of_kind(result.identity.doubts, ATTEMPTS | TWO_PEOPLE)}
    others = [result for result in stored if (result.learner, result.assignment) in which]
    spoken = {(line["file"], line["learner"]) for line in before if line["whose"]}
    others += [result for result in stored if (_cell(result.identity.file), _cell(result.learner)) in spoken]
    open_ = {(result.identity.file, result.learner): result for result in (*others, *undecided, *asked)
             if (result.identity.file, result.learner) not in there}
    for result in sorted((*results, *open_.values()), key=lambda result: (result.identity.file, result.learner)):
        about = doubts.get((result.learner, result.assignment), ())
        identity = result.identity.doubted(*(of_kind(about, ATTEMPTS) if result.identity.confirmed else about))
        file = _cell(identity.file or result.submission)
        now[file].add(_cell(result.learner))
        said = _said([line for line in before if line["file"] == file and line["whose"]], result)
        kept |= {said[LINE]} if said else set()
        said = said or _said_of_copy(before, file, result)
        if of_kind(identity.doubts, {Why.OVERWRITTEN}):  # the line is about the file that lies there now
            said = None
        carried |= {line[LINE] for line in before if said and line["whose"] == said["whose"]
                    and same_copy(line["file"]) == same_copy(file)}
        table.append(_row(file, result.learner, identity, said, chosen.get((identity.file, result.learner), "")))
    idle = [line for line in before if line["whose"] and line[LINE] not in kept
            and not (line["file"] in now and line["learner"] in ("", *now[line["file"]]))]
    table += [[line.get(name, "") for name in COLUMNS] for line in idle]
    for row in table[1:]:
        row[:] = [text.cell(cell) for cell in row]
    write_text(path, to_csv(table))
    changed = [f"{line['file']} was {line['learner']!r}" for line in before if not line["whose"]
               and line["file"] in now and line["learner"] not in now[line["file"]]]
    told = [f"{FILE} was changed, or other evidence came: {text.clip(', '.join(changed), 1000)}. What you decide, "
            "write into the column `whose`; other columns are written anew."] if changed else []
    if unused := [line for line in idle if line[LINE] not in carried]:
        listed = joined([f"line {line[LINE]} ({line['file']}, {line['whose']!r})" for line in unused])
        told.append(f"{FILE} speaks of what is not in this batch, and is kept for another: {text.clip(listed, 1000)}. "
                    "If it should count here, write the file's path as in the other lines.")
    return told


def _said(lines: Sequence[Mapping[str, str]], result: SubmissionResult) -> Mapping[str, str] | None:
    """Returns the line that the instructor had written about this file for this learner."""
    own = [line for line in lines if line["learner"] in ("", result.learner)] or (lines if len(lines) == 1 else [])
    return own[0] if own else None


def _said_of_copy(lines: Sequence[Mapping[str, str]], file: str, result: SubmissionResult) -> Mapping[str, str] | None:
    """Returns the line of the same file in another copy of the download, where it counts."""
    if not result.identity.confirmed or any(line["file"] == file and line["whose"] for line in lines):
        return None
    return next((line for line in lines if line["whose"] and same_copy(line["file"]) == same_copy(file)
                 and (content := line.get("content", "").removeprefix(MARK)) and result.identity.content.startswith(
                     content) and plain(line["whose"]) in (plain(result.learner), *CONFIRMED)), None)


def _cell(value: str) -> str:
    """Returns a text as it comes back from the file."""
    return text.bare(text.cell(value))


def _row(file: str, learner: str, identity: Identity, said: Mapping[str, str] | None, chosen: str) -> list[str]:
    """Returns the line of a file.

    Args:
        file, learner, identity: as they are now.
        said: the instructor's line, if there is one.
        chosen: the attempts among which it was chosen, if it counts for that reason.
    """
    content = f"{MARK}{identity.content[:DIGITS]}" if identity.content else ""
    whose, void, of = said["whose"] if said else "", "", content
    counts = f"yes (of {MARK}{chosen})" if chosen and chosen != CHOSEN else said.get("counts", "") if said else ""
    if said and (why := refusal(identity)):
        void, of = f"{whose} (for {content or MARK}): {why}", said.get("content", "") or content
        counts = ""
    return [file, learner, identity.status, whose, counts, identity.evidence, "; ".join(identity.doubts), of, void]
