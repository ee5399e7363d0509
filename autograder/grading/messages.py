"""In the checker's child: the message of a test case that failed or was stopped, in full and as a learner reads it.

Public cases show the text of the assertion, or the exception. Hidden cases show
the hint that their author wrote and nothing else; never a line of the test, and
never a library's text about the values it compared. Both show the exception of the
learner's own function; `redaction.py` decides how much of a message the learner
reads.

If something stopped a check from outside (time, memory, the end of the process), `stopped` says so. The sentences
themselves are in `endings.py`.

This module must never put test source of a hidden case into a message. `plainly` alone does; what it returns goes into
notes for the instructor, and never into a message.
"""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.bridge import remote
from autograder.bridge.remote import RemoteError
from autograder.grading.endings import (
    CODE_RAISED,
    HIDDEN_HINT,
    NOT_AS_EXPECTED,
    NOT_SO,
    NOT_WRITTEN,
    PUBLIC_HINT,
    End,
    of_cell,
    of_check,
)
from autograder.grading.redaction import LOST, RUN_IT, TrustedTexts, example_line, raised
from autograder.grading.results import CellResult
from autograder.grading.text import one_line, plain

MESSAGE_LIMIT = 2000
NO_NAME = "The notebook has no "
LEARNER_ERROR_LIMIT = 300
HIDDEN_LEARNER_ERROR_LIMIT = 120
"""Characters of a learner's error in a hidden case: enough to know one's own error, little for a function that raises
its arguments."""


@dataclass(frozen=True)
class Failure:
    """Why a test case failed.

    Attributes:
        hidden: whether the case is hidden.
        error: the exception, where the test format has one.
        report: the output of doctest, for cases in the OK format.
        hint: the case's own failure message, if its author gave one.
        learner_error: the last exception that the learner's own function raised during this case.
        missing: names the case asked for and the notebook does not have.
        test_path: the test file.
        authored: folders whose assertion messages were written for learners (the course's helper module).
        own: as in `QuestionRun`.
    """

    hidden: bool
    error: BaseException | None
    report: str
    hint: str
    learner_error: BaseException | None
    missing: Sequence[str]
    test_path: str
    authored: Collection[Path]
    own: bool = True


def explain(failure: Failure, names: Iterable[str], cells: Sequence[tuple[str, CellResult]]) -> str:
    """Returns the message for the learner.

    Args:
        failure: the reason.
        names: the notebook's variables, to suggest one that looks like a missing name.
        cells: source and result of each code cell so far, to say where a missing name should come from.
    """
    said = _said(failure)
    if is_about_names(failure):
        return plain(missing_names(failure.missing, names, cells), MESSAGE_LIMIT)
    shown = "\n".join(part for part in (failure.hint, said.text) if part)
    return plain(shown or (HIDDEN_HINT if failure.hidden else PUBLIC_HINT), MESSAGE_LIMIT)


def plainly(failure: Failure) -> str:
    """Returns what failed, for the instructor alone: of a hidden case, too, the test's own line, and the error."""
    return plain(_said(replace(failure, hidden=False)).text or explain(failure, (), ()), MESSAGE_LIMIT)


def stopped(end: str, limit: float, ending: str = "") -> str:
    """Returns the message of a check that did not come to its end by itself; empty where nothing stopped it.

    Args:
        end: the `End` that stopped it; or empty.
        limit: seconds that the learner's code, and the test, may take each.
        ending: how the process ended, where nothing else is known; a learner does not read it.
    """
    if not end:
        return ""
    message = of_check(end).message.format(limit=f"{limit:.3g}")
    return f"{message.removesuffix('.')}: {ending}." if ending and end in (End.EXITED, End.LIMIT) else message


def is_about_names(failure: Failure) -> bool:
    """Returns whether the message says that names are missing: our own words, with names of the notebook as written."""
    said = _said(failure)
    named = any(name in said.text for name in failure.missing)
    return bool(failure.missing) and not (named and said.by_author)


def is_of_missing_names(message: str) -> bool:
    """Returns whether a message is one of `missing_names`."""
    return message.startswith(NO_NAME)


def no_file(failure: Failure) -> str:
    """Returns the missing file that the test, and not the learner's code, wanted to read; empty if there is none."""
    if isinstance(failure.error, FileNotFoundError) and failure.learner_error is None:
        return one_line(str(failure.error.filename or "without a name"), 100)
    found = re.search(r"^ *FileNotFoundError: .*?'([^'\n]*)'$", failure.report, re.M)
    return one_line(found[1], 100) if found and failure.learner_error is None else ""


def hint(failure: Failure, known: TrustedTexts) -> str:
    """Returns all that a learner reads of a hidden case that failed: its hint, as the trusted test file holds it.

    If the learner's own code raised an error meanwhile, its kind stands before the hint.

    Args:
        failure: the reason.
        known: the texts of the test file and its helpers.
    """
    error, said = failure.error, _said(failure)
    text = said.text if said.by_author and failure.own else ""
    parts = [failure.hint]
    if failure.learner_error is not None:
        parts.append(" ".join(filter(None, [raised(failure.learner_error), known.hint(text)])))
    elif error is not None and failure.own and known.from_helpers(error):
        parts.append(known.redacted(text))
    else:
        parts.append(known.hint(text))
    return plain("\n".join(filter(None, parts)) or HIDDEN_HINT, MESSAGE_LIMIT)


def withheld(failure: Failure, message: str, known: TrustedTexts) -> str:
    """Returns all that a learner reads of a public case that failed after a hidden one was heard.

    Args:
        failure: the reason.
        message: the whole message.
        known: the texts of the test file and its helpers.
    """
    if failure.learner_error is None:
        return known.redacted(message) or LOST
    said = raised(failure.learner_error)
    said = said if said == NOT_WRITTEN else f"{said} {RUN_IT}"
    return plain("\n".join(filter(None, [failure.hint, said])), MESSAGE_LIMIT)


def missing_names(
    missing: Sequence[str], names: Iterable[str], cells: Sequence[tuple[str, CellResult]]
) -> str:
    """Returns one or two sentences that name what is missing, and where it was lost."""
    listed = [f"`{one_line(name, 60)}`" for name in sorted(missing)]
    sentence = f"{NO_NAME}{' and no '.join(listed)}."
    first = sorted(missing)[0]
    belongs = [(number, cell) for number, (source, cell) in enumerate(cells, 1) if _assigns(source, first)]
    stopped = [(number, cell) for number, cell in belongs if cell.status != "ok"]
    for number, cell in stopped:
        if cell.told is None:
            return f"{sentence} It belongs to code cell {number}, which {_how_it_ended(cell)}."
    if stopped:  # after a hidden test was heard: which of several stopped, and how, could carry a message
        return f"{sentence} It belongs to code cell {belongs[0][0]}: does that run to its end?"
    similar = difflib.get_close_matches(first, [name for name in names if len(name) < 100], n=1, cutoff=0.75)
    if similar:
        return f"{sentence} It has `{similar[0]}`: is that the same thing under another name?"
    return f"{sentence} Was it renamed, or is its cell missing?"


def exception_text(error: BaseException, hidden: bool = False) -> str:
    """Returns `TypeError: ...` on one line, without anything from the traceback."""
    limit = HIDDEN_LEARNER_ERROR_LIMIT if hidden else LEARNER_ERROR_LIMIT
    if type(error) is RemoteError:  # stands for an exception of the learner's own, and names it
        return one_line(str(error), limit)
    return one_line("".join(traceback.format_exception_only(error)), limit)


@dataclass(frozen=True)
class ShownText:
    """The part of a failure's own text that may be shown, and whether the test's author wrote it for learners."""

    text: str = ""
    by_author: bool = False


def _said(failure: Failure) -> ShownText:
    if failure.report:
        return _from_doctest(failure)
    error = failure.error
    if error is None:
        return ShownText()
    if error is failure.learner_error:
        return ShownText(CODE_RAISED.format(error=exception_text(error, failure.hidden)))
    frames = traceback.extract_tb(error.__traceback__)
    if frames and frames[-1].filename == remote.__file__:  # a placeholder describes itself
        return ShownText(str(error))
    if isinstance(error, AssertionError):
        if str(error) and (not failure.hidden or _authored(error, failure)):
            return ShownText(str(error), by_author=True)
        return ShownText("" if failure.hidden else _failed_assertion(error, failure.test_path))
    return ShownText("" if failure.hidden else exception_text(error))


def _authored(error: AssertionError, failure: Failure) -> bool:
    """Returns whether the test's author wrote the message, and not a library that prints the values it compared."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return True
    file = frames[-1].filename
    return file == failure.test_path or any(Path(file).is_relative_to(folder) for folder in failure.authored)


def _failed_assertion(error: AssertionError, test_path: str) -> str:
    """Returns the line of a public test that failed without a message; the learner has that file."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == test_path and frame.line:
            return NOT_SO.format(line=frame.line.removeprefix("assert ").strip())
    return ""


def _from_doctest(failure: Failure) -> ShownText:
    """Returns the part of a doctest's report that may be shown."""
    sections = failure.report.split("*" * 70 + "\n")
    if len(sections) < 2:
        return ShownText()
    section = re.split(r"\n(?=Trying:\n|\d+ items? )", sections[1])[0]
    if "\nException raised:\n" in section:
        return _raised_in_doctest(section, failure)
    got = re.search(r"^Expected(?: nothing|:)\n.*", section, re.M | re.S)
    if failure.hidden or got is None:
        return ShownText()
    return ShownText(f"{NOT_AS_EXPECTED.format(line=_failed_example(section))}\n{got.group(0).strip()}")


def _failed_example(section: str) -> str:
    """Returns the line of a public doctest that failed; the learner has that file."""
    example = re.search(r"^Failed example:\n((?:    .*\n)+)", section, re.M)
    return example_line(example[1].splitlines()) if example else ""


def _raised_in_doctest(section: str, failure: Failure) -> ShownText:
    if failure.learner_error is not None:
        return ShownText(CODE_RAISED.format(error=exception_text(failure.learner_error, failure.hidden)))
    _, _, trace = section.partition("\nException raised:\n")
    lines = trace.splitlines()
    at_margin = [number for number, line in enumerate(lines) if re.match(r"    \S", line)]
    text = "\n".join(line.strip() for line in lines[at_margin[-1] :]) if at_margin else ""
    kind, _, message = text.partition(": ")
    if kind == "AssertionError" and message:
        return ShownText(message, by_author=True)
    if kind == "AssertionError":
        line = _failed_example(section).removeprefix("assert ")
        return ShownText("" if failure.hidden else NOT_SO.format(line=line))
    return ShownText("" if failure.hidden else text)


def _assigns(source: str, name: str) -> bool:
    """Returns whether a line of `source` defines `name` or assigns to it, judged by the beginning of the line."""
    quoted = re.escape(name)
    definition = re.compile(
        rf"(?:(?:async\s+)?def|class)\s+{quoted}\b"
        rf"|(?:[\w ,()*]*[ ,(*])?{quoted}\s*(?:[,:)][^=]*)?=(?!=)"
    )
    beginnings = (line.strip()[:200] for line in source[:100_000].splitlines() if name in line)
    return any(definition.match(line) for line in beginnings)


def _how_it_ended(cell: CellResult) -> str:
    lines = [line for line in cell.for_learner.strip().splitlines() if line.strip()]
    if cell.status == End.RAISED and lines:
        return f"stopped with {one_line(lines[-1], 200)}"
    return of_cell(cell.status).of_missing_name
