"""The corpora: learners' mistakes, their right answers in other ways, and strangers' attacks.

A case is data, never code of ours. It says how a notebook differs from the
solved one (or from the untouched one), and what the outcome must be:

    solutions/02-preprocessing/mistakes.yaml        a list of cases, each must be caught
    solutions/02-preprocessing/right_answers.yaml   a list of cases, each must earn full marks
    solutions/02-preprocessing/permitted.yaml       mutants of the solution that a question allows
    solutions/attacks/CASE/case.yaml                one folder a case, with its code in .py files

Adding a case needs no code; `solutions/corpora.md` and
`solutions/attacks/README.md` describe the keys. Reading is strict: a key (see
`schemas`), question or cell that does not exist is an error that names the file
and the case, because a case that silently does nothing would prove nothing.

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
from autograder.authoring import schemas
from autograder.course import Assignment, CourseError
from autograder.grading.results import Verdict

ATTACKS = course.SOLUTIONS / "attacks"

UNTOUCHED = "(untouched)"
"""In place of new code for a cell: the code that the learner was given there."""


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
        replace: cell -> its new code. `(untouched)` stands for the code that the learner was given.
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
    """A wrong answer, and what the messages about it must say.

    Attributes:
        name: unique in its file.
        source: the line of solutions/known_mistakes.yaml it comes from, or `own`.
        cause: the cause that the message must name, in words; written before any message was seen.
        edit: the wrong answer.
        fails: exactly the questions that must lose points.
        messages: for each of them that has no entry in `causes` a pattern that a failing case's message must match.
        causes: by question, the names of the wrong variants that are true of this case. The message must hold their
            sentence, and that of no other variant.
        never: a pattern that no message of this case may match: a similar mistake that it is not.
        report_only: it leaves no trace in what is handed in; nothing may be deducted.
        file: the file that contains it.
    """

    name: str
    source: str
    cause: str
    edit: Edit
    fails: tuple[str, ...]
    messages: Mapping[str, re.Pattern[str]]
    report_only: bool
    file: Path
    causes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never: re.Pattern[str] | None = None


@dataclass(frozen=True)
class RightAnswer:
    """A full-mark answer in another style; `style` says in words how it differs from ours.

    `review` matches why somebody has to look at it, for an answer of which the grader takes the learner's own word.
    """

    name: str
    style: str
    edit: Edit
    file: Path
    review: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Permitted:
    """Mutants of the solution, by their names in `verify --mutants`, that a sentence of their question allows."""

    question: str
    sentence: str
    mutants: tuple[str, ...]
    where: str


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
    """The expected outcome of an attack.

    Attributes:
        status: the verdicts allowed; empty when no row at all is expected.
        scores: question -> `full`, `zero`, a number, or a bound such as `<= 2`;
            `rest` stands for all questions not named.
        reason: a pattern the reason must match.
        output, output_not: patterns for the output of the notebook.
        shown_not: patterns that no report may contain as they stand.
        told_not: texts that no file for a learner may contain.
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
    told_not: tuple[str, ...] = ()
    messages: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    flags: re.Pattern[str] | None = None
    cells: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    within: float | None = None
    control: bool = False


@dataclass(frozen=True)
class Attack:
    """An attack that a submission may try; `line` names the promise it tests.

    In its code and its names `@NAME@` and the like are filled in, see `values`. `own_folder`: whether its files are
    handed in inside a folder with the name of the case, so that this is the learner's name. `otter`: whether it also
    makes sense for plain `otter run`.
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
        """Returns the values to fill in: the common ones, a name of this case's own, and a path that must not appear.

        `OUTSIDE` is a folder outside every sandbox; `MARKER` lies in it. An attack that gets through writes it.
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


@dataclass(frozen=True)
class Entry:
    """One case as it stands in its file, checked against its schema; `where` names file and case in errors."""

    where: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, data: object, schema: schemas.Schema, where: str) -> Entry:
        """Checks an entry against this schema, and returns it.

        Raises:
            CourseError: it does not fit the schema.
        """
        return cls(where, schemas.require(data, schema, where))

    def error(self, problem: str) -> CourseError:
        return CourseError(f"{self.where}: {problem}")


def parse(file: Path) -> Any:
    """Returns the content of a YAML file, read strictly."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_StrictLoader)
    except yaml.YAMLError as problem:
        raise CourseError(f"{file}: {problem}") from None
    except UnicodeDecodeError as problem:
        raise CourseError(f"{file} is no UTF-8 ({problem}). Save it as UTF-8.") from None


def _cases(file: Path, schema: schemas.Schema) -> Iterator[Entry]:
    """Yields the cases of one YAML file, each of which knows file and case; none where there is no file."""
    if not file.is_file():
        return
    listed = parse(file)
    if not isinstance(listed, list):
        raise CourseError(f"{file}: expected a list of cases, each with a dash before its name")
    names = set()
    for number, data in enumerate(listed, start=1):
        name = data.get("name") if isinstance(data, dict) else None
        entry = Entry.read(data, schema, f"{file}: case {name if name is not None else number}")
        if name in names:
            raise entry.error("another case has this name too")
        names.add(name)
        yield entry


_CELL = re.compile(r"(?:check )?(?P<question>q\d+_\d+)|setup|with .+")


def _check_cell(entry: Entry, assignment: Assignment, cell: str) -> str:
    match = _CELL.fullmatch(cell)
    if not match:
        raise entry.error(f"there is no cell {cell!r}; say q2_1, `check q2_1`, setup or `with TEXT`")
    if match["question"]:
        _check_question(entry, assignment, match["question"])
    return cell


def _check_question(entry: Entry, assignment: Assignment, name: str) -> str:
    known = [question.name for question in assignment.questions]
    if name not in known:
        raise entry.error(f"{assignment.name} has no question {name!r}; it has {', '.join(known)}")
    return name


def _check_where(entry: Entry, assignment: Assignment, where: str) -> str:
    side, _, cell = where.partition(" ")
    if where in ("start", "end"):
        return where
    if side not in ("before", "after") or not cell:
        raise entry.error(f"{where!r} is no place; say start, end, `before CELL` or `after CELL`")
    _check_cell(entry, assignment, cell)
    return where


def _read_edit(entry: Entry, assignment: Assignment, folder: Path | None = None) -> Edit:
    """Reads the keys that change a notebook. In an attack, a value like `answer.py` names a file of its folder."""

    def code(value: str) -> str:
        if folder is not None and re.fullmatch(r"[\w-]+\.py", value.strip()):
            file = folder / value.strip()
            if not file.is_file():
                raise entry.error(f"{file} does not exist")
            return file.read_text(encoding="utf-8")
        return value

    def cell(name: str) -> str:
        return _check_cell(entry, assignment, name)

    def where(place: str) -> str:
        return _check_where(entry, assignment, place)

    data = entry.data
    return Edit(
        base=data.get("base", "solved"),
        replace={cell(name): code(value) for name, value in data.get("replace", {}).items()},
        duplicate=tuple(map(cell, data.get("duplicate", ()))),
        insert=tuple(Insert(where(item["where"]), code(item["code"])) for item in data.get("insert", ())),
        move={cell(name): where(place) for name, place in data.get("move", {}).items()},
        remove=tuple(map(cell, data.get("remove", ()))),
        set=data.get("set", {}),
    )


def mistakes(assignment: Assignment) -> list[Mistake]:
    """Returns the mistakes known for this exercise; an empty list where there is no file yet.

    Raises:
        CourseError: a case is not valid; the message names the file, the case and the problem.
    """
    file = course.master(assignment.name).with_name("mistakes.yaml")
    cases = []
    for entry in _cases(file, schemas.MISTAKE):
        data = entry.data
        edit = _read_edit(entry, assignment)
        if edit == Edit():
            raise entry.error("it changes nothing")
        fails = tuple(_check_question(entry, assignment, question) for question in data.get("fails", ()))
        message = data.get("message", "")
        causes = {question: (names,) if isinstance(names, str) else tuple(names)
                  for question, names in data.get("causes", {}).items()}
        if wrong := causes.keys() - set(fails):
            raise entry.error(f"causes: {', '.join(sorted(wrong))} is not in fails")
        rest = [question for question in fails if question not in causes]
        if isinstance(message, dict) and set(message) != set(rest):
            raise entry.error("message must have one pattern for each question in fails that has no causes")
        if bool(rest) != ("message" in data) and "report_only" not in data:
            raise entry.error("message is for the questions in fails that have no causes, and must be there for them")
        said = message if isinstance(message, dict) else dict.fromkeys(rest, message)
        patterns = {question: re.compile(text) for question, text in said.items()}
        cases.append(Mistake(data["name"], data["source"], data["cause"], edit, fails, patterns,
                             "report_only" in data, file, causes,
                             re.compile(data["never"]) if "never" in data else None))
    return cases


def right_answers(assignment: Assignment) -> list[RightAnswer]:
    """Returns the full-mark answers in other styles; an empty list where there is no file yet.

    Raises:
        CourseError: a case is not valid; the message names the file, the case and the problem.
    """
    file = course.master(assignment.name).with_name("right_answers.yaml")
    cases = []
    for entry in _cases(file, schemas.RIGHT_ANSWER):
        edit = _read_edit(entry, assignment)
        if edit == Edit():
            raise entry.error("it changes nothing")
        review = re.compile(entry.data["review"]) if "review" in entry.data else None
        cases.append(RightAnswer(entry.data["name"], entry.data["style"], edit, file, review))
    return cases


def permitted(assignment: Assignment) -> list[Permitted]:
    """Returns the entries of `permitted.yaml`; an empty list where there is no file.

    Raises:
        CourseError: an entry is not valid; the message names the file, the entry and the problem.
    """
    file = course.master(assignment.name).with_name("permitted.yaml")
    listed = parse(file) if file.is_file() else []
    if not isinstance(listed, list):
        raise CourseError(f"{file}: expected a list, each entry with a dash before its question")
    entries = [Entry.read(data, schemas.PERMITTED, f"{file}: entry {number}") for number, data in enumerate(listed, 1)]
    return [Permitted(_check_question(entry, assignment, entry.data["question"]), entry.data["sentence"],
                      tuple(entry.data["mutants"]), entry.where) for entry in entries]


def _read_expected(entry: Entry, assignment: Assignment) -> Expected:
    """Reads the expected outcome of an attack from its key `expect`."""
    data = entry.data["expect"]

    def pattern(key: str) -> re.Pattern[str] | None:
        return re.compile(data[key]) if key in data else None

    scores = {question: str(score) for question, score in data.get("scores", {}).items()}
    for question in scores.keys() - {"rest"}:
        _check_question(entry, assignment, question)
    if "status" in data and data["status"] and not scores:
        raise entry.error("expect: say what the scores must be")
    if scores and "rest" not in scores and set(scores) != {q.name for q in assignment.questions}:
        raise entry.error("expect: say what the other questions must score, under `rest`")
    return Expected(
        status=tuple(map(Verdict, data.get("status", ()))),
        scores=scores,
        reason=pattern("reason"),
        output=pattern("output"),
        output_not=pattern("output_not"),
        shown_not=tuple(data.get("shown_not", ())),
        told_not=tuple(data.get("told_not", ())),
        messages={_check_question(entry, assignment, question): re.compile(text)
                  for question, text in data.get("messages", {}).items()},
        flags=pattern("flags"),
        cells=tuple(data.get("cells", ())),
        absent=tuple(data.get("absent", ())),
        within=data.get("within"),
        control=data.get("control", False),
    )


def _part(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a part of a file, in the form of `HandIn.parts`."""
    part = dict(data)
    if "repeat" in part:
        part["repeat"] = (part["repeat"]["text"], part["repeat"]["times"])
    if "notebook" in part:
        part["notebook"] = (part["notebook"].get("first_bytes"), part["notebook"].get("encoding", "utf-8"))
    if "hex" in part:
        part["hex"] = bytes.fromhex(part["hex"])
    return part


def _file(data: Mapping[str, Any]) -> HandIn:
    return HandIn(
        name=data["name"],
        parts=tuple(map(_part, data.get("parts", ()))),
        zip=tuple(map(_file, data["zip"])) if "zip" in data else None,
        link=data.get("link"),
        fifo=data.get("fifo", False),
        folder=data.get("folder", False),
        copies=data.get("copies", 1),
    )


def read_attack(folder: Path, assignment_of: Callable[[str], Assignment]) -> Attack:
    """Reads one attack from its folder.

    Raises:
        CourseError: the case is not valid; the message names the file and the problem.
    """
    file = folder / "case.yaml"
    entry = Entry.read(parse(file), schemas.ATTACK, str(file))
    data, assignment = entry.data, assignment_of(entry.data["assignment"])
    edit = _read_edit(entry, assignment, folder)
    files = tuple(map(_file, data.get("files", ())))
    if edit == Edit() and not files:
        raise entry.error("it changes nothing and hands in nothing of its own")
    return Attack(folder.name, data["line"], assignment.name, edit, files or (HandIn(f"{folder.name}.ipynb"),),
                  _read_expected(entry, assignment), data.get("own_folder", True), data.get("otter", True), folder)


def attacks(assignment_of: Callable[[str], Assignment], folder: Path = ATTACKS) -> list[Attack]:
    """Returns all attacks, by name. `assignment_of` is `autograder.course.assignment`, or a test's own."""
    return [read_attack(case.parent, assignment_of) for case in sorted(folder.glob("*/case.yaml"))]
