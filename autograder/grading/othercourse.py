"""With the controller: an assignment of another course, as `otter assign` leaves it, as a `Bundle`.

    autograder.zip, dist/, dist/autograder/, a folder of tests
          |  _parts: its tests, its files, its otter_config.json; nothing of it runs here
          v
    OUTPUT/assignments/HASH/  tests/, files/      unpacked once, named by all that is in it
          |  testfacts: a process of its own loads the tests, and says what they are worth
          v
    OUTPUT/assignments/HASH/assignment.json       the facts, so that the next batch need not read again
          v
    OtherAssignment: the bundle, what a notebook must call itself, and what there is to say

The instructor's own files are only read. A line reports each setting of `otter_config.json` that does not apply here.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from autograder import course
from autograder.course import CourseError, Question
from autograder.grading import testfacts
from autograder.grading.bundle import MODELS, TABLES, Bundle, Seeding
from autograder.grading.text import listed
from autograder.sandbox.control import MAX_DESCRIPTORS
from autograder.submissions.archive import MAX_FILES
from autograder.submissions.names import clean_name

CONFIG = "otter_config.json"
FACTS = "assignment.json"
FOLDER = "assignments"
"""In the output folder: the unpacked assignment."""

PLAIN_TIMEOUT = 60.0
"""Seconds for a cell, and for a check: no solution is run to see how long they take."""

MAX_BYTES = 200 << 20
"""Bytes of all files of an assignment: each notebook has a copy of them, and may have 256 MB."""

MAX_BESIDE = MAX_DESCRIPTORS - MAX_FILES - 2
"""Files beside a notebook; a learner's zip may add `MAX_FILES`."""

NO_BUNDLE = ("It should be the autograder.zip that `otter assign` or `otter generate` writes, the folder that holds it "
             "(dist, dist/autograder), or a folder of test files.")

ONLY_PYTHON = "This grader runs notebooks in Python; grade those in R with Otter's own `otter grade`."

UNHEEDED = {
    "plugins": "plugins do not run here",
    "grade_from_log": "notebooks are run; Otter's log is not read",
    "serialized_variables": "notebooks are run; Otter's log is not read",
    "points_possible": "scores are out of what the questions are worth together",
    "score_threshold": "scores are not turned into pass or fail",
    "show_hidden": "of a hidden test that fails a learner reads its failure_message, and nothing else",
    "show_all_public": "learners read what their pages say",
    "show_stdout": "what a notebook prints is in the gradebook, and not on learners' pages",
    "debug": "a cell that raises stops no other",
    "token": "nothing is sent to Gradescope",
    "course_id": "nothing is sent to Gradescope",
    "assignment_id": "nothing is sent to Gradescope",
    "pdf": "no PDF is made",
    "warn_missing_pdf": "no PDF is made",
    "use_submission_pdf": "no PDF is made",
}
"""Settings of `otter_config.json` that do not apply here: what they ask for, and what happens instead."""

OF_NO_CONSEQUENCE = frozenset({
    "autograder_dir", "filtering", "force_public_test_summary", "log_level", "logo", "miniconda_path", "pagebreaks",
    "pdf_via_html", "print_score", "print_summary", "submit_blank_pdf_on_export_failure", "zips",
})  # fmt: skip
"""Settings for how Otter looks, logs, or makes a PDF; no score depends on them."""

HEEDED = frozenset({"lang", "seed", "seed_variable", "assignment_name"})

BY_HAND = (
    "Graded by hand, and not counted here: {listed}. Scores and points are those of the tests; enter the others where "
    "you keep your grades."
)

NOT_CHECKED = frozenset({"otter-grader", "otter_grader", "jupyter-server", "jupyter_server", "pip", "python"})
"""Packages that an assignment may name and that grading brings along itself."""


@dataclass(frozen=True)
class OtherAssignment:
    """An assignment of another course.

    Attributes:
        bundle: the facts of it that the grader needs.
        called: the name that a notebook must give itself, as Otter asks; empty if it need not.
        remarks: sentences on it.
        solution: its solved notebook, where one is given, or lies where `otter assign` leaves it.
    """

    bundle: Bundle
    called: str
    remarks: tuple[str, ...]
    solution: Path | None = None

    @property
    def name(self) -> str:
        return self.bundle.name

    def is_for(self, says: str) -> bool:
        """Returns whether a notebook that calls itself so is for this assignment."""
        return says == self.called if self.called else says not in course.exercise_names()


def is_path(asked: str) -> bool:
    """Returns whether the value of `--assignment` is a path, and not the name of an exercise of this course."""
    if asked in course.exercise_names() or asked in course.former_names():
        return False
    return Path(asked).exists() or "/" in asked or "\\" in asked or asked.lower().endswith(".zip")


def read(path: Path, output: Path, solution: Path | None = None) -> OtherAssignment:
    """Reads the assignment at a path.

    Args:
        path: a zip or a folder; see the module.
        output: the folder of the batch, below which it is unpacked.
        solution: its solved notebook, if it does not lie where `otter assign` leaves it.

    Raises:
        CourseError: the message names the fault and the remedy.
    """
    parts = _parts(path)
    if solution:
        parts.solution, parts.notebook = solution, _bytes(solution)
    config = _config(parts)
    seeding = _seeding(parts, config)
    folder = (output / FOLDER / parts.digest()[:32]).absolute()
    if not (folder / FACTS).is_file():
        _unpack(parts, folder)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    called = config.get("assignment_name") or ""
    name = clean_name(called or parts.name)[:80]
    if name in course.exercise_names():  # the reports would take it for ours
        name = f"{name} (Otter)"
    questions = tuple(Question(question["name"], question["points"]) for question in facts["questions"])
    files = folder / "files"
    models, tables = parts.names_any(MODELS), parts.names_any(TABLES)
    digest = hashlib.sha256(repr((parts.digest(), questions, seeding, models, tables)).encode()).hexdigest()
    bundle = Bundle(
        name, questions, folder / "tests", {one: files / one for one in parts.files}, (files,), digest,
        models=models, support_digest=digest, tables=tables, own=False, seeding=seeding,
    )  # fmt: skip
    points = sum(question.points for question in questions)
    first = (f"{name}: {len(questions)} question{'s' * (len(questions) != 1)}, {points:g} points, from "
             f"{clean_name(str(parts.origin))}.")
    remarks = (first, *parts.remarks, *_unheeded(config), *facts["remarks"], *_missing(parts.requirements),
               *_by_hand(parts.solution))
    return OtherAssignment(bundle, called, remarks, parts.solution)


# --- what lies at the path --------------------------------------------------------------------------------------


@dataclass
class _Parts:
    """The parts of an assignment. Names of files may have folders; names of tests have none."""

    origin: Path
    name: str
    tests: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    config: bytes = b""
    requirements: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    in_r: bool = False
    notebook: bytes = b""
    solution: Path | None = None

    def digest(self) -> str:
        """Returns the SHA-256 of tests and files, with their names."""
        hashed = hashlib.sha256()
        for kind, contents in (("test", self.tests), ("file", self.files)):
            for name, content in sorted(contents.items()):
                hashed.update(f"{kind} {name} {len(content)}\n".encode())
                hashed.update(content)
        return hashed.hexdigest()

    def names_any(self, packages: Sequence[str]) -> bool:
        """Returns whether tests, Python files beside the notebook, or the solved notebook name one of the packages."""
        texts = [*self.tests.values(), *(text for name, text in self.files.items() if name.endswith(".py")),
                 self.notebook, "\n".join(self.requirements).encode()]
        return any(name.encode() in text for text in texts for name in packages)


def _parts(path: Path) -> _Parts:
    if not path.exists():
        raise CourseError(f"There is no {path}. {NO_BUNDLE}")
    if path.is_dir():
        parts = _in_folder(path)
    elif path.suffix.lower() == ".zip":
        parts = _with_solution(_in_zip(path), path.parent)
    else:
        raise CourseError(f"{path} is no Otter assignment. {NO_BUNDLE}")
    if parts.in_r and not parts.tests:
        raise CourseError(f"The tests in {path} are in R. {ONLY_PYTHON}")
    if not parts.tests:
        raise CourseError(f"There are no test files (tests/*.py) in {path}. {NO_BUNDLE}")
    if len(parts.files) > MAX_BESIDE:
        raise CourseError(f"{path} has {len(parts.files)} files for the notebook's folder; at most {MAX_BESIDE} can "
                          "lie there. Pack what belongs together into one file.")
    if (size := sum(map(len, parts.files.values()))) > MAX_BYTES:
        raise CourseError(f"The files of {path} for the notebook's folder have {size >> 20} MB; at most "
                          f"{MAX_BYTES >> 20} MB can lie there.")
    return parts


def _in_zip(path: Path) -> _Parts:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > 2 * MAX_BYTES:
                raise CourseError(f"{path} is larger unpacked than an assignment may be ({2 * MAX_BYTES >> 20} MB).")
            contents = {entry.filename: archive.read(entry) for entry in entries
                        if _is_wanted(entry.filename) and not entry.filename.startswith("__MACOSX/")}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError) as error:
        raise CourseError(f"{path} cannot be read as a zip ({error}). Make it again with `otter assign`.") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror or error}).") from None
    for name in contents:
        if posixpath.isabs(name) or ".." in name.split("/") or "\\" in name:
            raise CourseError(f"{path} holds {clean_name(name)}, which points outside of it. Make it again with "
                              "`otter assign`.")
    inside = {posixpath.dirname(name) for name in contents if posixpath.basename(name) == CONFIG}
    if len(inside) == 1 and (around := inside.pop()):  # the folder was zipped, and not what is in it
        contents = {name.removeprefix(f"{around}/"): content for name, content in contents.items()
                    if name.startswith(f"{around}/")}
    return _sorted(path, _named(path), contents)


def _is_wanted(name: str) -> bool:
    """Returns whether a file of this name in a zip, or in a folder, can be of use."""
    return posixpath.basename(name) in (CONFIG, "environment.yml", "requirements.txt", "requirements.R") or (
        "tests/" in name or "files/" in name)


def _sorted(origin: Path, name: str, contents: Mapping[str, bytes]) -> _Parts:
    """Returns the parts of files that have the form of Otter's zip."""
    parts = _Parts(origin, name, config=contents.get(CONFIG, b""))
    for place, content in contents.items():
        folder, _, rest = place.partition("/")
        if folder == "files" and rest:
            parts.files[rest] = content
        elif folder == "tests" and "/" not in rest:
            _add_test(parts, rest, content)
    parts.requirements = _requirements(contents)
    return parts


def _add_test(parts: _Parts, name: str, content: bytes) -> None:
    if name.lower().endswith(".r"):
        parts.in_r = True
    elif name.endswith(".py") and name != "__init__.py":
        parts.tests[name] = content


def _named(path: Path) -> str:
    """Returns the name of an assignment by its path: Otter's zips carry its name, and when it was made."""
    stem = re.sub(r"-?autograder(_\d{4}_\d\d_\d\dT[\d_]+)?$", "", path.name.removesuffix(".zip"))
    if stem:
        return stem
    around = (folder.name for folder in path.absolute().parents)
    return next((name for name in around if name and name not in ("autograder", "dist", "tests")), "assignment")


def _in_folder(path: Path) -> _Parts:
    zips = [one for one in sorted(path.glob("*.zip")) if _is_bundle(one)]
    if len(zips) > 1:
        names = ", ".join(one.name for one in zips)
        raise CourseError(f"There are several Otter assignments in {path}: {names}. Give the one that counts.")
    if not zips and (path / "autograder").is_dir():
        return _in_folder(path / "autograder")
    if not zips and not (path / "tests").is_dir() and (path / "dist" / "autograder").is_dir():  # the master's folder
        return _in_folder(path / "dist")
    if not zips and _is_for_learners(path):
        raise CourseError(f"{path} is what learners get: of the tests it has the public ones at most. Give "
                          f"{path.absolute().parent / 'autograder'}.")
    if zips:
        return _with_solution(_in_zip(zips[0]), path)
    if (path / "tests").is_dir():
        contents = {one.relative_to(path).as_posix(): one for one in _files(path)}
        contents = {name: one for name, one in contents.items() if _is_wanted(name)}
        parts = _sorted(path, _named(path / "autograder.zip"), {name: _bytes(one) for name, one in contents.items()})
    else:
        parts = _Parts(path, _named(path if path.name != "tests" else path.absolute().parent))
        for one in sorted(path.iterdir()):
            if one.is_file():
                _add_test(parts, one.name, _bytes(one) if one.suffix == ".py" else b"")
        beside = [one.name for one in sorted(path.iterdir())
                  if one.is_file() and one.suffix.lower() not in (".py", ".r")]
        if parts.tests and beside:
            parts.remarks.append(f"Beside the tests lie {listed([*map(clean_name, beside)])}: notebooks do not get "
                                 "them. What they need lies in a folder `files`, beside a folder `tests`.")
    notebooks = sorted(path.glob("*.ipynb"))
    parts.notebook = b"\n".join(map(_bytes, notebooks))
    return parts


def _is_for_learners(path: Path) -> bool:
    """Returns whether a folder is the one that `otter assign` makes for learners, beside the one of the grader."""
    path = path.absolute()
    return any(path.glob("*.ipynb")) and any(map(_is_bundle, sorted((path.parent / "autograder").glob("*.zip"))))


def _with_solution(parts: _Parts, folder: Path) -> _Parts:
    """Adds the solved notebook that `otter assign` leaves beside the zip, where the configuration lies there, too."""
    notebooks = sorted(folder.glob("*.ipynb"))
    if len(notebooks) == 1 and (folder / CONFIG).is_file():
        parts.solution, parts.notebook = notebooks[0], _bytes(notebooks[0])
    return parts


def _is_bundle(path: Path) -> bool:
    """Returns whether a zip has the form of Otter's."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(re.search(r"(^|/)(tests/[^/]+\.(py|R|r)|otter_config\.json)$", name) for name in
                       archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _files(folder: Path) -> Iterable[Path]:
    """Returns the plain files below a folder, without those that a program keeps there."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}).") from None


def _requirements(contents: Mapping[str, bytes]) -> list[str]:
    """Returns the packages that an assignment names."""
    lines = contents.get("requirements.txt", b"").decode("utf-8", "replace").splitlines()
    try:
        environment = yaml.safe_load(contents.get("environment.yml", b"").decode("utf-8", "replace"))
    except yaml.YAMLError:
        environment = None
    for entry in environment.get("dependencies") or () if isinstance(environment, dict) else ():
        lines += entry.get("pip") or () if isinstance(entry, dict) else [entry] if isinstance(entry, str) else []
    return [line.strip() for line in lines if isinstance(line, str) and line.strip() and line.strip()[0] not in "#-"]


# --- what it asks for --------------------------------------------------------------------------------------------


def _config(parts: _Parts) -> dict[str, Any]:
    if not parts.config:
        return {}
    try:
        config = json.loads(parts.config)
    except ValueError as error:
        raise CourseError(f"{CONFIG} in {parts.origin} is no JSON: {error}.") from None
    if not isinstance(config, dict):
        raise CourseError(f"{CONFIG} in {parts.origin} should hold an object, with names and values.")
    if str(config.get("lang") or "python").lower() != "python":
        raise CourseError(f"{CONFIG} in {parts.origin} says that the assignment is in {config['lang']}. {ONLY_PYTHON}")
    if not isinstance(config.get("assignment_name") or "", str):
        raise CourseError(f"{CONFIG} in {parts.origin}: assignment_name should be a text.")
    return config


def _seeding(parts: _Parts, config: Mapping[str, Any]) -> Seeding | None:
    seed, variable = config.get("seed"), config.get("seed_variable")
    if seed is None:
        return None
    if type(seed) is not int or not 0 <= seed < 1 << 32:
        raise CourseError(f"{CONFIG} in {parts.origin}: seed should be a whole number from 0 to {(1 << 32) - 1}; it is "
                          f"{seed!r}.")
    if variable is not None and not (isinstance(variable, str) and variable.isidentifier()):
        raise CourseError(f"{CONFIG} in {parts.origin}: seed_variable should be the name of a variable; it is "
                          f"{variable!r}.")
    return Seeding(seed, variable or "")


def _unheeded(config: Mapping[str, Any]) -> list[str]:
    """Returns a line for each setting of the configuration that does not apply here."""
    asked = {key: value for key, value in config.items() if value not in (None, False, "", [], {})}
    said = [f"{CONFIG}, {key}: {UNHEEDED[key]}." for key in asked if key in UNHEEDED]
    unknown = [key for key in config if key not in {*UNHEEDED, *OF_NO_CONSEQUENCE, *HEEDED}]
    return said + [f"{CONFIG}, {clean_name(key)[:60]}: this grader does not know it, and does nothing for it."
                   for key in unknown]


def _by_hand(solution: Path | None) -> list[str]:
    """Returns sentences on the questions that a person grades: they have no tests, and so no points here.

    Only the master has their names and points; it lies beside `dist`, if it is there at all.
    """
    if solution is None:
        return []
    masters = [folder / solution.name for folder in solution.absolute().parents[1:3]]
    for master in masters:
        if master.is_file() and (asked := _manual(_sources(master, "raw"))) is not None:
            questions = [f"{clean_name(name)} ({points:g} point{'s' * (points != 1)})" for name, points in asked]
            return [BY_HAND.format(listed=", ".join(questions))] if questions else []
    marked = re.split(r"<!-- BEGIN QUESTION -->", "\n".join(_sources(solution, "")))[1:]
    count = sum(not re.search(r"\bgrader\.check\(", part.partition("<!-- END QUESTION -->")[0]) for part in marked)
    return [BY_HAND.format(listed=f"{count} question{'s' * (count != 1)} without tests")] if count else []


def _sources(notebook: Path, kind: str) -> list[str]:
    """Returns the sources of its cells, of one kind or, where it is empty, of all; none if it is no notebook."""
    try:
        cells = json.loads(_bytes(notebook))["cells"]
        return ["".join(cell["source"]) for cell in cells if kind in ("", cell["cell_type"])]
    except (ValueError, KeyError, TypeError):
        return []


def _manual(raw: Sequence[str]) -> list[tuple[str, float]] | None:
    """Returns the questions graded by hand in a master's raw cells, with their points; None if it is no master."""
    if not any(source.lstrip().upper().startswith("# ASSIGNMENT CONFIG") for source in raw):
        return None
    asked = []
    for source in raw:
        if source.lstrip().upper().startswith("# BEGIN QUESTION"):
            try:
                said = yaml.safe_load(source)
            except yaml.YAMLError:
                continue
            if isinstance(said, dict) and said.get("manual") is True:
                points = said.get("points", 1)
                points = points.get("each", 1) if isinstance(points, dict) else points
                asked.append((str(said.get("name", "")), float(points) if isinstance(points, int | float) else 1.0))
    return asked


def _missing(requirements: Sequence[str]) -> list[str]:
    """Returns the packages that it names and that are not installed here, or only in another version."""
    said = []
    for line in dict.fromkeys(requirements):
        line = line.partition("#")[0].strip()
        found = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:==?\s*([\w.+!-]+)\s*(?:;.*)?$)?", line)
        if not found or found[1].lower() in NOT_CHECKED:
            continue
        try:
            version = metadata.version(found[1])
        except metadata.PackageNotFoundError:
            said.append(f"It names the package {found[1]}, which is not installed here: notebooks and tests that "
                        f"import it fail. `pip install \"{line}\"` beside the grader, and grade again.")
            continue
        if _is_another(line, found[2] or "", version):
            said.append(f"It names {line}; {version} is installed here.")
    return said


def _is_another(line: str, exact: str, version: str) -> bool:
    """Returns whether a line of requirements, as pip or conda writes it, asks for another version; `exact`: conda's."""
    try:
        asked = Requirement(line)
    except InvalidRequirement:  # as conda writes it: `pandas=1.5`
        return bool(exact) and not f"{version}.".startswith(f"{exact}.")
    if asked.marker is not None and not asked.marker.evaluate():
        return False
    return not asked.specifier.contains(version, prereleases=True)


# --- unpacking ---------------------------------------------------------------------------------------------------


def _unpack(parts: _Parts, folder: Path) -> None:
    """Writes tests, files and facts into `folder`, whole or not at all.

    Raises:
        CourseError: the tests do not load, or contradict each other.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        for place, contents in (("tests", parts.tests), ("files", parts.files)):
            (new / place).mkdir()
            for name, content in contents.items():
                path = new / place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        facts = testfacts.read(new / "tests", new / "files")
        questions, remarks = _questions(parts.origin, facts)
        made = {"questions": [{"name": one.name, "points": one.points} for one in questions], "remarks": remarks}
        (new / FACTS).write_text(json.dumps(made, indent=1), encoding="utf-8")
        if folder.exists():  # of a batch that was killed
            shutil.rmtree(folder)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _questions(origin: Path, facts: Sequence[testfacts.TestFileFacts]) -> tuple[list[Question], list[str]]:
    """Returns the questions in their natural order, and sentences on them."""
    if broken := [fact for fact in facts if fact.error]:
        faults = "\n".join(f"  {fact.file}: {_advised(fact.error)}" for fact in broken)
        raise CourseError(f"Test files of {origin} cannot be loaded:\n{faults}")
    by_name: dict[str, str] = {}
    for fact in facts:
        if fact.name in by_name:
            raise CourseError(f"In {origin} {by_name[fact.name]} and {fact.file} are both called {fact.name!r}. Give "
                              "each question a name of its own.")
        by_name[fact.name] = fact.file
    remarks = [f"{fact.file} calls its question {clean_name(fact.name)!r}; it is graded as {Path(fact.file).stem}."
               for fact in facts if fact.name != Path(fact.file).stem]
    if empty := [fact.file for fact in facts if not fact.hidden]:
        raise CourseError(f"In {origin} there is no test case in {', '.join(empty)}: such a question has nothing to "
                          "check. Take the file out, or give it a case.")
    ordered = sorted(facts, key=lambda fact: [int(part) if part.isdigit() else part for part in
                                              re.split(r"(\d+)", Path(fact.file).stem)])
    return [Question(Path(fact.file).stem, fact.points) for fact in ordered], remarks


def _advised(error: str) -> str:
    """Returns why a test file cannot be loaded, and what to do about it."""
    if named := re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", error):
        package = named[1].partition(".")[0]
        return f"{error}. Install {package} beside the grader, or put {package}.py among the assignment's files."
    if "has no line `OK_FORMAT" in error:
        return f"{error}. If it is no test file, it belongs into a folder `files` beside a folder `tests`."
    if "does not keep to Otter's format" in error:
        return f"{error}. Otter refuses it, too. Mend it in the master, and run `otter assign` again."
    if "More points specified" in error or "different length" in error:
        return f"its points do not add up ({error.partition(': ')[2] or error}). Mend them in the master, and run " \
               "`otter assign` again."
    return f"{error}. Mend it in the master, and run `otter assign` again."
