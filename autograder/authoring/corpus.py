"""The corpora: what learners get wrong, what they get right in other ways, and what strangers try.

A case is data, never code of ours. It says how a notebook differs from the
solved one (or from the untouched one), and what must come of it:

    solutions/02-preprocessing/mistakes.yaml        a list of cases, each must be caught
    solutions/02-preprocessing/right_answers.yaml   a list of cases, each must earn full marks
    solutions/attacks/CASE/case.yaml                one folder a case, with its code in .py files

Adding a case needs no code; `solutions/corpora.md` and
`solutions/attacks/README.md` describe the keys. Reading is strict: a key, question
or cell that does not exist is an error that names the file and the case, because
a case that silently does nothing would prove nothing.

Nothing here runs or writes anything: `variants` makes the notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading.results import Verdict

ATTACKS = course.SOLUTIONS / "attacks"

UNTOUCHED = "(untouched)"
"""As new code for a cell: what the learner was given there."""


@dataclass(frozen=True)
class Insert:
    """New code cells; `where` is `start`, `end`, `before CELL` or `after CELL`."""

    where: str
    code: str


@dataclass(frozen=True)
class Edit:
    """How a case's notebook differs from the one it starts from.

    A cell is named by what it is: `q2_1` is the answer to that question,
    `check q2_1` the cell that checks it, `setup` the first code cell, `with TEXT`
    the one code cell that contains TEXT. The changes are made in the order of the
    attributes.

    Attributes:
        base: `solved`, `untouched` (as handed out) or `bare` (the setup cell alone).
        replace: cell -> its new code. `(untouched)` stands for what the learner was given.
        duplicate: cells to copy, the copy right after the original.
        insert: new cells.
        move: cell -> where it goes, as in `Insert.where`.
        remove: cells to delete.
        set: dotted path in the notebook's JSON -> its new value; `null` removes it.
    """

    base: str = "solved"
    replace: Mapping[str, str] = field(default_factory=dict)
    duplicate: tuple[str, ...] = ()
    insert: tuple[Insert, ...] = ()
    move: Mapping[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer, and what must be said about it.

    Attributes:
        name: unique in its file.
        source: the line of solutions/known_mistakes.yaml it comes from, or `own`.
        cause: what the message must name, in words; written before looking at any message.
        edit: the wrong answer.
        fails: exactly the questions that must lose points.
        messages: for each of them a pattern that a failing case's message must match.
        report_only: it leaves no trace in what is handed in; nothing may be deducted.
        file: where it stands.
    """

    name: str
    source: str
    cause: str
    edit: Edit
    fails: tuple[str, ...]
    messages: Mapping[str, re.Pattern[str]]
    report_only: bool
    file: Path


@dataclass(frozen=True)
class RightAnswer:
    """A full-mark answer in another style; `style` says in words how it differs from ours."""

    name: str
    style: str
    edit: Edit
    file: Path


@dataclass(frozen=True)
class HandIn:
    """One file of an attack, as it is handed in.

    `parts` are written one after another, or it is the notebook; `zip` makes it an
    archive of such files; `link` a symbolic link; `fifo` a named pipe; `folder` an
    empty folder. In a zip an entry may stand `copies` times, its name numbered.
    """

    name: str
    parts: tuple[Mapping[str, Any], ...] = ()
    zip: tuple[HandIn, ...] | None = None
    link: str | None = None
    fifo: bool = False
    folder: bool = False
    copies: int = 1


@dataclass(frozen=True)
class Expected:
    """What must come of an attack.

    Attributes:
        status: the verdicts allowed; empty when no row at all is expected.
        scores: question -> `full`, `zero`, a number, or a bound such as `<= 2`;
            `rest` stands for all questions not named.
        reason: a pattern the reason must match.
        output, output_not: patterns for what the notebook printed.
        shown_not: patterns that no report may contain as they stand.
        messages: question -> pattern for a failing case's message.
        flags: a pattern that some flag must match.
        cells: the statuses that must occur among the cells.
        absent: paths that must not exist on the host afterwards.
        within: seconds the submission may take at most.
        control: run without the sandbox, this harmless probe must print `REACHED`:
            the proof that the case can fail.
    """

    status: tuple[Verdict, ...]
    scores: Mapping[str, str] = field(default_factory=dict)
    reason: re.Pattern[str] | None = None
    output: re.Pattern[str] | None = None
    output_not: re.Pattern[str] | None = None
    shown_not: tuple[str, ...] = ()
    messages: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    flags: re.Pattern[str] | None = None
    cells: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    within: float | None = None
    control: bool = False


@dataclass(frozen=True)
class Attack:
    """Something a submission may try; `line` names the promise it tests.

    In its code and its names `@NAME@` and the like are filled in, see `values`.
    `own_folder`: its files are handed in inside a folder called as the case, so that
    this is the learner's name. `otter`: it also makes sense for plain `otter run`.
    """

    name: str
    line: str
    assignment: str
    edit: Edit
    files: tuple[HandIn, ...]
    expect: Expected
    own_folder: bool
    otter: bool
    folder: Path

    def values(self, common: Mapping[str, str]) -> dict[str, str]:
        """What is filled in: the common values, a name of this case's own, and a path that must not appear.

        `OUTSIDE` is a folder outside every sandbox; `MARKER` lies in it. Writing it
        is what an attack does when it got through.
        """
        name = f"reading-digits-{self.name}"
        outside = common.get("OUTSIDE", "/nowhere")
        return {"NAME": name, "MARKER": f"{outside}/{name}", **common}


class _StrictLoader(yaml.SafeLoader):
    """YAML as usual, but a key that stands twice is an error."""


def _unique_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {str(key) for key in keys if keys.count(key) > 1}
    if twice:
        raise yaml.constructor.ConstructorError(
            None, None, f"the key {min(twice)!r} stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


class CaseReader:
    """One case's keys, taken one by one; what is left over or of the wrong kind is an error."""

    def __init__(self, data: object, where: str) -> None:
        self.where = where
        if not isinstance(data, dict):
            raise self.error(f"expected keys and values, got {type(data).__name__}")
        self.data = dict(data)
        self.known: list[str] = []

    def error(self, problem: str) -> CourseError:
        return CourseError(f"{self.where}: {problem}")

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        self.known.append(key)
        if key not in self.data:
            if default is ...:
                raise self.error(f"the key {key!r} is missing")
            return default
        value = self.data.pop(key)
        if (isinstance(value, bool) and kind is not bool) or not isinstance(value, kind):
            raise self.error(f"{key!r} has the wrong kind of value: {value!r}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str):
                raise self.error(f"{key!r} has an item that is not text: {value!r}")
        return tuple(values)

    def table(self, key: str) -> dict[str, Any]:
        values: dict[str, Any] = self.take(key, dict, {})
        for name in values:
            if not isinstance(name, str):
                raise self.error(f"{key!r} has a key that is not text: {name!r}")
        return values

    def pattern(self, key: str) -> re.Pattern[str] | None:
        value = self.take(key, str, None)
        return None if value is None else self.compile(value)

    def compile(self, value: str) -> re.Pattern[str]:
        try:
            return re.compile(value)
        except re.error as problem:
            raise self.error(f"{value!r} is not a regular expression: {problem}") from None

    def finish(self) -> None:
        if self.data:
            unknown = ", ".join(repr(str(key)) for key in self.data)
            raise self.error(f"unknown key {unknown}; known are {', '.join(self.known)}")


def parse(file: Path) -> Any:
    """What stands in a YAML file, read strictly."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except yaml.YAMLError as problem:
        raise CourseError(f"{file}: {problem}") from None


def _cases(file: Path) -> Iterator[tuple[Path, CaseReader]]:
    """The cases of one YAML file, each with a reader that names file and case in its errors."""
    if not file.is_file():
        return
    listed = parse(file)
    if not isinstance(listed, list):
        raise CourseError(f"{file}: expected a list of cases")
    names = set()
    for number, data in enumerate(listed, start=1):
        name = data.get("name") if isinstance(data, dict) else None
        reader = CaseReader(data, f"{file}: case {name if name is not None else number}")
        if name in names:
            raise reader.error("another case has this name too")
        names.add(name)
        yield file, reader


_CELL = re.compile(r"(?:check )?(?P<question>q\d+_\d+)|setup|with .+")


def _check_cell(reader: CaseReader, assignment: Assignment, cell: str) -> str:
    match = _CELL.fullmatch(cell)
    if not match:
        raise reader.error(f"there is no cell {cell!r}; say q2_1, `check q2_1`, setup or `with TEXT`")
    if match["question"]:
        _check_question(reader, assignment, match["question"])
    return cell


def _check_question(reader: CaseReader, assignment: Assignment, name: str) -> str:
    known = [question.name for question in assignment.questions]
    if name not in known:
        raise reader.error(f"{assignment.name} has no question {name!r}; it has {', '.join(known)}")
    return name


def _check_where(reader: CaseReader, assignment: Assignment, where: str) -> str:
    side, _, cell = where.partition(" ")
    if where in ("start", "end"):
        return where
    if side not in ("before", "after") or not cell:
        raise reader.error(f"{where!r} is no place; say start, end, `before CELL` or `after CELL`")
    _check_cell(reader, assignment, cell)
    return where


def _read_edit(reader: CaseReader, assignment: Assignment, folder: Path | None = None) -> Edit:
    """The keys that change a notebook. In an attack, a value like `answer.py` names a file of its folder."""

    def code(value: object) -> str:
        if not isinstance(value, str):
            raise reader.error(f"expected code, got {value!r}")
        if folder is not None and re.fullmatch(r"[\w-]+\.py", value.strip()):
            file = folder / value.strip()
            if not file.is_file():
                raise reader.error(f"{file} does not exist")
            return file.read_text(encoding="utf-8")
        return value

    base = reader.take("base", str, "solved")
    if base not in ("solved", "untouched", "bare"):
        raise reader.error(f"base is {base!r}; say solved, untouched or bare")
    inserts = []
    for item in reader.take("insert", list, []):
        inner = CaseReader(item, f"{reader.where}: insert")
        where = _check_where(reader, assignment, inner.take("where", str))
        inserts.append(Insert(where, code(inner.take("code", str))))
        inner.finish()
    return Edit(
        base=base,
        replace={_check_cell(reader, assignment, cell): code(value)
                 for cell, value in reader.table("replace").items()},
        duplicate=tuple(_check_cell(reader, assignment, cell) for cell in reader.strings("duplicate")),
        insert=tuple(inserts),
        move={_check_cell(reader, assignment, cell): _check_where(reader, assignment, where)
              for cell, where in reader.table("move").items()},
        remove=tuple(_check_cell(reader, assignment, cell) for cell in reader.strings("remove")),
        set=reader.table("set"),
    )


def mistakes(assignment: Assignment) -> list[Mistake]:
    """The mistakes known for this exercise; an empty list where there is no file yet.

    Raises:
        CourseError: a case is not as it should be; names the file, the case and the problem.
    """
    cases = []
    for file, reader in _cases(course.master(assignment.name).with_name("mistakes.yaml")):
        report_only = "report_only" in reader.data
        name, source, cause = (reader.take(key, str) for key in ("name", "source", "cause"))
        if reader.take("report_only", bool, False) is False and report_only:
            raise reader.error("report_only is false; leave it out instead")
        edit = _read_edit(reader, assignment)
        if edit == Edit():
            raise reader.error("it changes nothing")
        fails = tuple(_check_question(reader, assignment, q) for q in reader.strings("fails"))
        message = reader.take("message", (str, dict), None)
        reader.finish()
        if report_only and (fails or message):
            raise reader.error("report_only means that nothing is deducted: leave out fails and message")
        if not report_only and (not fails or message is None):
            raise reader.error("say which questions it fails, and what the message must say")
        if isinstance(message, dict):
            if set(message) != set(fails):
                raise reader.error("message must have one pattern for each question in fails")
            patterns = {question: reader.compile(text) for question, text in message.items()}
        else:
            patterns = {question: reader.compile(message) for question in fails}
        cases.append(Mistake(name, source, cause, edit, fails, patterns, report_only, file))
    return cases


def right_answers(assignment: Assignment) -> list[RightAnswer]:
    """The full-mark answers in other styles; an empty list where there is no file yet.

    Raises:
        CourseError: a case is not as it should be; names the file, the case and the problem.
    """
    cases = []
    for file, reader in _cases(course.master(assignment.name).with_name("right_answers.yaml")):
        name, style = reader.take("name", str), reader.take("style", str)
        edit = _read_edit(reader, assignment)
        reader.finish()
        if edit == Edit():
            raise reader.error("it changes nothing")
        cases.append(RightAnswer(name, style, edit, file))
    return cases


_SCORE = re.compile(r"full|zero|(?:<= ?)?\d+(?:\.\d+)?")


def _read_expected(reader: CaseReader, assignment: Assignment) -> Expected:
    verdicts = {verdict.value: verdict for verdict in Verdict}
    statuses = reader.strings("status")
    for status in statuses:
        if status not in verdicts:
            raise reader.error(f"there is no verdict {status!r}; there are {', '.join(verdicts)}")
    scores = {}
    for question, score in reader.table("scores").items():
        if question != "rest":
            _check_question(reader, assignment, question)
        if isinstance(score, bool) or not _SCORE.fullmatch(str(score)):
            raise reader.error(f"{question}: {score!r} is no score; say full, zero, 2 or `<= 2`")
        scores[question] = str(score)
    if statuses and not scores:
        raise reader.error("say what the scores must be")
    if scores and "rest" not in scores and set(scores) != {q.name for q in assignment.questions}:
        raise reader.error("say what the other questions must score, under `rest`")
    expected = Expected(
        status=tuple(verdicts[status] for status in statuses),
        scores=scores,
        reason=reader.pattern("reason"),
        output=reader.pattern("output"),
        output_not=reader.pattern("output_not"),
        shown_not=reader.strings("shown_not"),
        messages={_check_question(reader, assignment, question): reader.compile(text)
                  for question, text in reader.table("messages").items()},
        flags=reader.pattern("flags"),
        cells=reader.strings("cells"),
        absent=reader.strings("absent"),
        within=reader.take("within", (int, float), None),
        control=reader.take("control", bool, False),
    )
    reader.finish()
    return expected


_PARTS = ("text", "hex", "repeat", "notebook")


def _read_part(data: object, where: str) -> Mapping[str, Any]:
    reader = CaseReader(data, where)
    if len(reader.data) != 1 or next(iter(reader.data)) not in _PARTS:
        raise reader.error(f"a part has one of the keys {', '.join(_PARTS)}")
    part: dict[str, Any] = dict(reader.data)
    if "repeat" in part:
        inner = CaseReader(part["repeat"], f"{where}: repeat")
        part["repeat"] = (inner.take("text", str), inner.take("times", int))
        inner.finish()
    if "notebook" in part:
        inner = CaseReader(part["notebook"], f"{where}: notebook")
        part["notebook"] = (inner.take("first_bytes", int, None), inner.take("encoding", str, "utf-8"))
        inner.finish()
    if "hex" in part:
        try:
            part["hex"] = bytes.fromhex(part["hex"])
        except (ValueError, TypeError):
            raise reader.error(f"{part['hex']!r} is not hexadecimal") from None
    if "text" in part and not isinstance(part["text"], str):
        raise reader.error(f"expected text, got {part['text']!r}")
    return part


def _read_file(data: object, where: str) -> HandIn:
    reader = CaseReader(data, where)
    name = reader.take("name", str)
    packed = reader.take("zip", list, None)
    handed_in = HandIn(
        name=name,
        parts=tuple(_read_part(part, f"{where}: {name}") for part in reader.take("parts", list, [])),
        zip=None if packed is None else tuple(_read_file(entry, f"{where}: {name}") for entry in packed),
        link=reader.take("link", str, None),
        fifo=reader.take("fifo", bool, False),
        folder=reader.take("folder", bool, False),
        copies=reader.take("copies", int, 1),
    )
    reader.finish()
    if sum((handed_in.zip is not None, handed_in.link is not None, handed_in.fifo, handed_in.folder,
            bool(handed_in.parts))) > 1:
        raise reader.error("a file is one thing: parts, zip, link, fifo or folder")
    return handed_in


def read_attack(folder: Path, assignment_of: Callable[[str], Assignment]) -> Attack:
    """One attack from its folder.

    Raises:
        CourseError: the case is not as it should be; names the file and the problem.
    """
    file = folder / "case.yaml"
    reader = CaseReader(parse(file), str(file))
    line, assignment = reader.take("line", str), assignment_of(reader.take("assignment", str))
    edit = _read_edit(reader, assignment, folder)
    files = tuple(_read_file(item, f"{file}: files") for item in reader.take("files", list, []))
    expect = _read_expected(CaseReader(reader.take("expect", dict), f"{file}: expect"), assignment)
    own_folder, otter = reader.take("own_folder", bool, True), reader.take("otter", bool, True)
    reader.finish()
    if edit == Edit() and not files:
        raise reader.error("it changes nothing and hands in nothing of its own")
    return Attack(folder.name, line, assignment.name, edit, files or (HandIn(f"{folder.name}.ipynb"),),
                  expect, own_folder, otter, folder)


def attacks(assignment_of: Callable[[str], Assignment], folder: Path = ATTACKS) -> list[Attack]:
    """All attacks, by name. `assignment_of` is `autograder.course.assignment`, or a test's own."""
    return [read_attack(case.parent, assignment_of) for case in sorted(folder.glob("*/case.yaml"))]
