"""Everything that the grading of a submission depends on, and one hash for all of it.

A `Bundle` is everything a grader needs of an exercise: the questions, the test files, the
portrait of a network, the files that lie beside the notebook. `fingerprint` adds the
submission, the limits and the environment; two gradings with the same fingerprint would do the
same thing, so the second is not needed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, util
from pathlib import Path

from autograder import course
from autograder.course import Assignment, CourseError, Question
from autograder.submissions.notebook import Cell
from autograder.submissions.read import Submission

PACKAGE = Path(__file__).resolve().parents[1]

MODELS = ("keras", "tensorflow")
"""Packages that an exercise with models imports. The import takes seconds, so other exercises do without."""

TABLES = ("pandas",)
"""Packages that another course's assignment with tables imports, for the same reason."""

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pandas", "otter-grader", "ipython")
"""The packages whose version can change a score."""


@dataclass(frozen=True)
class Ready:
    """The state that the grading processes prepare once, before the first submission, for all that are alike.

    Attributes:
        models: whether Keras and TensorFlow are imported, where they are installed.
        content: SHA-256 of the files beside each notebook, wherever they lie.
        support: these files, by name.
        helpers: as in `Bundle`.
        tables: whether pandas is imported.
    """

    models: bool = True
    content: str = ""
    support: dict[str, Path] = field(default_factory=dict, compare=False)
    helpers: tuple[Path, ...] = field(default=(), compare=False)
    tables: bool = False

    @property
    def imports(self) -> tuple[str, ...]:
        wanted = (*(MODELS if self.models else ()), *(TABLES if self.tables else ()))
        return tuple(name for name in wanted if util.find_spec(name))


EVERYTHING = Ready()
"""The default: all packages, and no files."""


@dataclass(frozen=True)
class Seeding:
    """The seed that Otter sets before each cell if an assignment has one, so that all learners draw the same numbers.

    Attributes:
        seed: seeds NumPy's generator and Python's.
        variable: a variable of the notebook that is set to the seed instead; empty where there is none.
    """

    seed: int
    variable: str = ""


@dataclass(frozen=True)
class Bundle:
    """The facts of one exercise that a grader needs, of this course or of another (`othercourse`).

    Attributes:
        name: the exercise.
        questions: in the order of the notebook.
        tests: the folder of the full test files, one for each question; wrong variants lie beside it.
        support: the files beside the notebook while it runs, by name; in another course's assignment with folders.
        helpers: folders that test files may import from, and whose messages are written for learners.
        digest: SHA-256 of all these files.
        portrait: the file that `portrait.make` runs; None if the exercise has none.
        models: whether its solution or its tests use Keras or TensorFlow.
        support_digest: SHA-256 of the files beside the notebook alone.
        tables: whether it uses pandas.
        own: whether it belongs to this course, whose tests keep its rules. Tests of another course run in the folder of
            the first of `helpers`, as beside a notebook, and learners do not read the messages of its hidden tests.
        seeding: the seed as Otter sets it; None where the assignment asks for none.
        unjudged: in another course's assignment, the cases that its own solution fails here, so that they cannot judge
            any answer (`proof`). Each as its question, its number from 1, and whether a name is missing in the
            solution.
        proven: whether its solution was tried.
        trial: whether what is graded is that solution. A hidden case that it fails then says to the instructor what
            failed.
    """

    name: str
    questions: tuple[Question, ...]
    tests: Path
    support: dict[str, Path]
    helpers: tuple[Path, ...]
    digest: str
    portrait: Path | None = None
    models: bool = True
    support_digest: str = ""
    tables: bool = False
    own: bool = True
    seeding: Seeding | None = None
    unjudged: tuple[tuple[str, int, bool], ...] = ()
    proven: bool = False
    trial: bool = False

    def ready(self, submission: Submission | None = None) -> Ready:
        """Returns what must be ready for the exercise; with `submission`, for that one, which may use more."""
        models = self.models or (submission is not None and names_any(submission, MODELS))
        # In this course's exercises a table is no answer; a notebook that uses one anyway imports pandas in its own
        # time.
        tables = self.tables or (submission is not None and not self.own and names_any(submission, TABLES))
        if not self.own:  # none of its files is prepared
            return Ready(models, tables=tables)
        return Ready(models, self.support_digest, self.support, self.helpers, tables)


def names_any(submission: Submission, packages: Sequence[str]) -> bool:
    """Returns whether its code names one of these packages, even if only in a comment."""
    texts = [*(cell.source.encode("utf-8", "replace") for cell in submission.cells), *submission.files.values()]
    return any(name.encode() in text for text in texts for name in packages)


def bundle(assignment: Assignment) -> Bundle:
    """Returns the bundle of a built exercise.

    Raises:
        CourseError: a test file or a support file is missing.
    """
    tests = [assignment.tests / f"{question.name}.py" for question in assignment.questions]
    support = {name: course.EXERCISES / name for name in course.SUPPORT_FILES}
    portrait = assignment.portrait if assignment.portrait.is_file() else None
    digest = hashlib.sha256(repr((assignment.questions, assignment.models)).encode())
    beside = hashlib.sha256()
    variants = assignment.variants if assignment.variants.is_file() else None
    for path in [*tests, *support.values(), *(path for path in (portrait, variants) if path)]:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CourseError(
                f"{path} cannot be read ({error.strerror}). "
                f"Run `autograder build {assignment.name}` and try again."
            ) from None
        for hashed in [digest, beside] if path in support.values() else [digest]:
            hashed.update(f"{path.name} {len(content)}\n".encode())
            hashed.update(content)
    return Bundle(
        assignment.name,
        assignment.questions,
        assignment.tests,
        support,
        (course.EXERCISES,),
        digest.hexdigest(),
        portrait,
        assignment.models,
        beside.hexdigest(),
    )


@dataclass(frozen=True)
class PackedBundle:
    """A bundle with the files themselves, for a machine that does not have them."""

    name: str
    questions: tuple[Question, ...]
    tests: dict[str, bytes]
    support: dict[str, bytes]
    digest: str
    portrait: bytes | None = None
    models: bool = True
    support_digest: str = ""
    variants: bytes | None = None
    tables: bool = False
    own: bool = True
    seeding: Seeding | None = None
    unjudged: tuple[tuple[str, int, bool], ...] = ()
    proven: bool = False


def pack(bundle: Bundle) -> PackedBundle:
    """Returns the bundle as plain data."""
    names = [f"{question.name}.py" for question in bundle.questions]
    tests = {name: (bundle.tests / name).read_bytes() for name in names}
    support = {name: path.read_bytes() for name, path in bundle.support.items()}
    portrait = bundle.portrait.read_bytes() if bundle.portrait else None
    beside = bundle.tests.with_name(course.VARIANTS)
    variants = beside.read_bytes() if beside.is_file() else None
    return PackedBundle(
        bundle.name, bundle.questions, tests, support, bundle.digest, portrait, bundle.models, bundle.support_digest,
        variants, bundle.tables, bundle.own, bundle.seeding, bundle.unjudged, bundle.proven,
    )  # fmt: skip


def unpack(packed: PackedBundle, folder: Path) -> Bundle:
    """Writes the files below `folder`; returns the bundle that names them there."""
    tests, support = folder / "tests", folder / "files"
    for place, files in ((tests, packed.tests), (support, packed.support)):
        place.mkdir(parents=True)
        for name, content in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
    paths = {name: support / name for name in packed.support}
    portrait = None
    if packed.portrait is not None:
        portrait = folder / "portrait.py"
        portrait.write_bytes(packed.portrait)
    if packed.variants is not None:
        tests.with_name(course.VARIANTS).write_bytes(packed.variants)
    return Bundle(
        packed.name, packed.questions, tests, paths, (support,), packed.digest, portrait, packed.models,
        packed.support_digest, packed.tables, packed.own, packed.seeding, packed.unjudged, packed.proven,
    )  # fmt: skip


@cache
def environment() -> dict[str, str]:
    """Returns the versions that a score may depend on, among them the grader's own code."""
    facts = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            facts[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    source = hashlib.sha256()
    for path in sources():
        source.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    facts["grader"] = source.hexdigest()[:16]
    return facts


def sources() -> list[Path]:
    """Returns the files of this package that a score may depend on.

    The files of `submissions` are not among them: the result of reading a notebook is in the fingerprint itself.
    """
    files = [path for part in ("sandbox", "bridge", "grading") for path in sorted((PACKAGE / part).rglob("*.py"))]
    return [*files, PACKAGE / "course.py"]


def code_digest(cells: tuple[Cell, ...]) -> str:
    """Returns the SHA-256 of the code that runs, whatever text, outputs and metadata surround it."""
    return hashlib.sha256(json.dumps([[cell.source, cell.checks] for cell in cells]).encode()).hexdigest()


def fingerprint(submission: Submission, bundle: Bundle | None, limits: dict[str, object]) -> str:
    """Returns the SHA-256 of everything that the grading of `submission` depends on.

    Args:
        submission: as read; one that cannot be graded has a fingerprint too.
        bundle: of its exercise; None when it has none.
        limits: the instructor's settings; plain data.
    """
    facts = [
        code_digest(submission.cells),
        {name: hashlib.sha256(content).hexdigest() for name, content in submission.files.items()},
        [submission.problem, submission.reason, submission.sha256 if submission.problem else ""],
        [submission.assignment, submission.former],
        bundle.digest if bundle else "",
        limits,
        environment(),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
