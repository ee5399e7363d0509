"""The instructor's desk: a page for each submission, with its code beside each question. For nobody else.

    instructor-only/NAME.html    one page per submission; with more than one exercise in EXERCISE/NAME.html
    instructor-only/.code.json   the code that they show, and which pages these are

A command makes the folder; from then on it is kept up to date with the other reports, and one command removes it.
No file that is handed back is made from it.

Code, output, names and messages are strangers' text. All of it is escaped, no output is shown as HTML, and the pages'
policy names our own script and style by their hashes, so that nothing else can act there.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from autograder.course import CourseError
from autograder.grading.endings import of_cell
from autograder.grading.results import CaseResult, CellResult, QuestionResult, Stray, SubmissionResult
from autograder.reports import answers, templating, text, words
from autograder.reports.answers import Code
from autograder.reports.files import write_text

FOLDER = "instructor-only"
RECORD = ".code.json"
SCRIPT = "desk.js"

LONGEST_CODE = 20_000  # characters of one cell
LONGEST_BEGINNING = 50
LONGEST_MESSAGE = 5_000
MOST_CELLS = 200
"""Cells on a page; a hostile notebook may have 2,000."""


@dataclass(frozen=True)
class CellShown:
    """A code cell: `number` counts from 1, `what` says how it ended if it did not end well."""

    number: int
    source: str
    begins: str
    as_handed_out: bool
    what: str
    error: str
    output: str


@dataclass(frozen=True)
class Check:
    """Checks that failed with the same message; `told` is what the learner reads of it, where that is less."""

    kind: str
    names: tuple[str, ...]
    message: str
    told: str


@dataclass(frozen=True)
class QuestionShown:
    """The outcome of a question.

    Attributes:
        whom: learner and question as a command takes them; empty where it cannot.
        given: the score that was set by hand, if it is more than the question gives now; else None.
    """

    anchor: str
    label: str
    name: str
    score: float
    possible: float
    complete: bool
    checked: str
    note: str
    failed: tuple[Check, ...]
    passed: int
    computed: float | None
    reason: str
    whom: str
    comment: str
    given: float | None


@dataclass(frozen=True)
class PartShown:
    """Cells of the notebook with the questions that are checked at their end."""

    questions: tuple[QuestionShown, ...]
    cells: tuple[CellShown, ...]


def is_kept(output: Path) -> bool:
    """Returns whether the folder has a desk, which must then be kept up to date."""
    return (output / FOLDER / RECORD).is_file()


def begin(output: Path) -> None:
    """Makes the folder, empty.

    Raises:
        CourseError: it cannot be written.
    """
    if not is_kept(output):
        write_text(output / FOLDER / RECORD, json.dumps({"pages": [], "code": "{}"}))


def remove(output: Path) -> tuple[int, tuple[Path, ...]]:
    """Removes the pages and the code. Returns how many pages there were, and which other files stay in the folder.

    Raises:
        CourseError: there is no desk there.
    """
    folder = output / FOLDER
    if not folder.is_dir():
        raise CourseError(f"There is no {folder}: nothing is to be removed.")
    names = [name for name in _record(folder)[0] if (folder / name).is_file()]
    for name in names:
        (folder / name).unlink()
    (folder / RECORD).unlink(missing_ok=True)
    for place in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(place.iterdir()):
            place.rmdir()
    left = tuple(sorted(path for path in folder.rglob("*") if path.is_file()))
    if not left:
        folder.rmdir()
    return len(names), left


def write_desk(output: Path, placed: Sequence[tuple[PurePosixPath, SubmissionResult, str]]) -> int:
    """Writes the pages again, in place of those that are there.

    Args:
        output: the folder of `grade`.
        placed: the place of each page, below `FOLDER`; its submission; and the address of the learner's page from
            `output`.

    Returns:
        The number of submissions whose code is not known.

    Raises:
        CourseError: a file cannot be written.
    """
    folder = output / FOLDER
    before, kept = _record(folder)
    codes = answers.read([result for _, result, _ in placed], kept)
    names = [path.as_posix() for path, _, _ in placed]
    # The account first: if something stops this, one command can remove what was written.
    write_text(folder / RECORD, json.dumps({"pages": sorted({*names, *before}), "code": answers.to_json(codes)}))
    possible = words.possible_points([result for _, result, _ in placed])
    for place, (path, result, feedback) in enumerate(placed):
        around = [names[near] if 0 <= near < len(names) else "" for near in (place - 1, place + 1)]
        write_text(folder / path, _page(result, codes[answers.key(result)], path, feedback, around, output,
                                        possible[result.assignment]))
    for name in set(before) - set(names):
        (folder / name).unlink(missing_ok=True)
    write_text(folder / RECORD, json.dumps({"pages": sorted(names), "code": answers.to_json(codes)}))
    return sum(not codes[answers.key(result)].cells for _, result, _ in placed)


def _record(folder: Path) -> tuple[list[str], dict[str, Code]]:
    """Returns which pages are ours, and the code that was read for them."""
    try:
        data = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        names = [str(name) for name in data["pages"]]
        return [name for name in names if _is_inside(name)], answers.from_json(str(data["code"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return [], {}


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.suffix == ".html"


def _page(result: SubmissionResult, code: Code, path: PurePosixPath, feedback: str, around: Sequence[str],
          output: Path, possible: float) -> str:
    up = "../" * len(path.parts)
    before, after = (f"{'../' * (len(path.parts) - 1)}{quote(name)}" if name else "" for name in around)
    command = _Command(result, output)
    questions = {question.name: _question(question, command) for question in result.questions}
    shown = _parts(result, code, questions)
    there = {question.name for part in shown for question in part.questions}
    name = text.short(result.learner).strip() or "(no name)"
    return templating.render(
        "desk.html", SCRIPT,
        learner=name,
        title=text.short(words.facts(result.assignment).title),
        file=text.short(result.identity.file or result.submission, 400),
        up=up, report=f"{up}report.html", feedback=f"{up}{feedback}", before=before, after=after,
        graded=words.has_score(result),
        score=result.score,
        possible=result.possible or possible,
        status=result.status.value,
        meaning=words.INSTRUCTOR[result.status],
        reason=_message(result.reason),
        told=_message(result.told) if result.told is not None else "",
        flags=[_message(flag) for flag in result.flags],
        facts=_facts(result),
        doubts=[_message(str(doubt)) for doubt in result.identity.doubts],
        missing=_message(code.missing),
        questions=tuple(questions.values()),
        comment=_message(result.comment.text) if result.comment else "",
        parts=shown,
        elsewhere=[question for question in questions.values() if question.name not in there],
        more_cells=max(len(code.cells) - MOST_CELLS, 0),
        printed=_message(result.output) if not any(cell.output for cell in result.cells) else "",
        whole=command.whom(),
        options=command.options,
    )


def _parts(result: SubmissionResult, code: Code, questions: Mapping[str, QuestionShown]) -> tuple[PartShown, ...]:
    ran = {cell.index: cell for cell in result.cells}
    known = answers.handed_out(result.assignment)
    shown = []
    for part in answers.parts(code.cells[:MOST_CELLS], questions, result.former):
        cells = tuple(_cells(part, ran, known))
        shown.append(PartShown(tuple(questions[name] for name in part.questions), cells))
    return tuple(shown)


def _cells(part: answers.Part, ran: Mapping[int, CellResult], known: frozenset[str]) -> Iterator[CellShown]:
    for place, cell in part.cells:
        outcome = ran.get(place)
        ended = outcome is None or outcome.status == "ok"
        if answers.ONLY_A_CHECK.fullmatch(cell.source) and ended:
            continue
        source = text.clip(text.lines(cell.source), LONGEST_CODE)
        begins = next((line for line in source.splitlines() if line.strip()), "")
        yield CellShown(place + 1, source, _beginning(begins.strip()), cell.source.strip() in known,
                        "" if ended or outcome is None else of_cell(outcome.status).page,
                        _message(outcome.error) if outcome else "", _message(outcome.output) if outcome else "")


def _beginning(line: str) -> str:
    return line if len(line) <= LONGEST_BEGINNING else f"{line[:LONGEST_BEGINNING].rstrip()}…"


def _question(question: QuestionResult, command: _Command) -> QuestionShown:
    groups: dict[tuple[bool, str, str], list[str]] = {}
    for case in question.cases:
        if not case.passed:
            groups.setdefault((case.hidden, _message(case.message), _told(case)), []).append(text.short(case.name))
    name = text.short(question.name)
    made = question.adjustment
    return QuestionShown(
        words.anchor(question.name), words.question_label(name), name, question.score, question.possible,
        complete=words.is_full(question.score, question.possible),
        checked=question.checked,
        note=_message(question.note),
        failed=tuple(Check("hidden" if hidden else "public", tuple(names), message, told)
                     for (hidden, message, told), names in groups.items()),
        passed=sum(case.passed for case in question.cases),
        computed=made.computed if made else None,
        reason=_message(made.reason) if made else "",
        given=made.given if made else None,
        whom=command.whom(question.name),
        comment=_message(question.comment.text) if question.comment else "",
    )


def _stray(stray: Stray) -> str:
    """Returns the correction to a question that no longer exists."""
    score = "" if stray.score is None else f"{text.number(stray.score)} points, not counted ({text.line(stray.reason)})"
    return f"{text.short(stray.question)}, {words.GONE}: {', '.join(filter(None, (score, text.line(stray.comment))))}"


def _told(case: CaseResult) -> str:
    return "" if case.told is None or case.told == case.message else _message(case.told)


def _message(said: str) -> str:
    return text.clip(text.lines(said), LONGEST_MESSAGE)


def _facts(result: SubmissionResult) -> list[tuple[str, str]]:
    """Returns the facts on whose it is and how it ran, each with its name."""
    identity = result.identity
    facts = [("Whose it is", f"{identity.status}: {identity.evidence}" if identity.evidence else identity.status)]
    if identity.person:
        facts.append(("On the class list", ", ".join(value for value in identity.person.values() if value)))
    if result.strays:
        facts.append(("Said by hand", text.clip("; ".join(_stray(stray) for stray in result.strays), LONGEST_MESSAGE)))
    facts += [(text.short(str(kind)).capitalize(), ", ".join(values))
              for kind, values in identity.ids.items() if values]
    facts += [
        ("File", identity.file or result.submission),
        ("Handed in", " ".join(filter(None, (result.handed_in.replace("T", " "), "late" if result.late else "")))),
        ("Due", words.late(result) or (words.moment(result.lateness.due) if result.lateness else "")),
        ("Attempt", f"{result.attempt} of {result.attempts}" if result.attempt else ""),
        ("Isolation", "none: it ran as an ordinary program" if words.ran_unconfined(result) else result.sandbox),
        ("Time", f"{text.number(result.seconds, 1)} s"),
        ("Earlier numbering", words.renamed(result)),
    ]
    return [(what, text.short(said, 400)) for what, said in facts if said]


class _Command:
    """A command that decides otherwise, as it is typed in a shell: nothing in a name can end its quotes.

    A name with invisible characters gets no command, because a terminal may act on them.
    """

    def __init__(self, result: SubmissionResult, output: Path) -> None:
        self._learner = result.learner
        exercise = ["--assignment", result.assignment] if result.assignment else []
        self._options = ["--output", str(output.resolve()), *exercise]

    @property
    def options(self) -> str:
        return shlex.join(self._options)

    def whom(self, *question: str) -> str:
        """Returns the learner, with a question or without."""
        named = [self._learner, *question]
        if not self._learner.strip() or not all(word.isprintable() for word in (*named, *self._options)):
            return ""
        return f"-- {shlex.join(named)}"
