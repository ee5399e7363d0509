"""With the controller: tries another course's assignment on its own solution, before anybody's notebook is graded.

A test may ask for something that this grader does otherwise than Otter, such as the notebook's own process. A case that
the solution fails here cannot judge any answer: it is pending for all (`questions`), and named once for the class. The
solution runs as a learner's notebook does, in the sandbox, with the same limits. The outcome is kept beside the
unpacked assignment, so that the next batch does not run it again, even if the solution is no longer there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.grading import submission as one
from autograder.grading import worker
from autograder.grading.bundle import Bundle, environment
from autograder.grading.engine import EngineError
from autograder.grading.events import SEED
from autograder.grading.messages import is_of_missing_names
from autograder.grading.othercourse import OtherAssignment
from autograder.grading.questions import what_was_not_examined
from autograder.grading.results import CaseResult, SubmissionResult, Verdict, all_points
from autograder.grading.submission import RunLimits
from autograder.grading.text import one_line
from autograder.submissions.find import Found
from autograder.submissions.names import clean_name
from autograder.submissions.read import Submission, read_submission

KEPT = "proof.json"
"""The file beside the unpacked assignment."""

LONGEST = 200
"""Characters of the reason why the solution fails a case."""

UNPROVEN = (
    "Its solution is not beside it, so it is not known whether each test case can be judged here. A case is pending "
    "where the grader notices that it cannot; --solution NOTEBOOK has all of them tried before."
)

NOTHING = "\nExpected nothing\n"
UNSAVED = (
    "Where nothing was expected and something came, the test's cell in the master may have no saved output: run the "
    "master's test cells, save it, and run `otter assign` again."
)


@dataclass(frozen=True)
class Proof:
    """The outcome of the solution.

    Attributes:
        unjudged: the cases it fails, as in `Bundle`.
        remarks: sentences on it.
        models, tables: as in `Bundle`; it may be the solution alone that names these packages.
    """

    unjudged: tuple[tuple[str, int, bool], ...]
    remarks: tuple[str, ...]
    models: bool = False
    tables: bool = False


def prove(
    other: OtherAssignment, limits: RunLimits, *, confined: bool, say: Callable[[str], None]
) -> OtherAssignment:
    """Returns the assignment, with what its own solution shows about its tests.

    Args:
        other: as it was read.
        limits: of each notebook.
        confined: whether notebooks run in a sandbox.
        say: called with a sentence before something runs.

    Raises:
        CourseError: the solution cannot be read, or the grader does not work here.
    """
    bundle, file = other.bundle, other.bundle.tests.with_name(KEPT)
    of_it = (file.parent.name, bundle.questions, bundle.seeding)  # everything in the folder is in its name
    key = _hash(of_it, environment(), limits, confined)
    content = _content(other.solution)
    digest = hashlib.sha256(content).hexdigest() if content else ""
    proof = _kept(file, key, digest)
    if proof is None:
        if other.solution is None:
            return replace(other, remarks=(*other.remarks, UNPROVEN))
        say(f"First its solution is graded, {clean_name(str(other.solution))}.")
        proof = _made(other, other.solution, limits, confined)
        file.write_text(json.dumps({"key": key, "solution": digest, **asdict(proof)}, indent=1), encoding="utf-8")
    models, tables = bundle.models or proof.models, bundle.tables or proof.tables
    bundle = replace(bundle, digest=_hash(of_it, models, tables, proof.unjudged), models=models, tables=tables,
                     unjudged=proof.unjudged, proven=True)
    return replace(other, bundle=bundle, remarks=(*other.remarks, *proof.remarks))


def _hash(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _content(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else b""
    except OSError as error:
        raise CourseError(f"The solution {path} cannot be read ({error.strerror}).") from None


def _kept(file: Path, key: str, digest: str) -> Proof | None:
    """Returns the outcome from an earlier batch, with the same solution, or if the solution is gone."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if kept["key"] != key or digest not in ("", kept["solution"]):
            return None
        unjudged = tuple((str(question), int(number), bool(absent)) for question, number, absent in kept["unjudged"])
        return Proof(unjudged, tuple(map(str, kept["remarks"])), bool(kept["models"]), bool(kept["tables"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(other: OtherAssignment, path: Path, limits: RunLimits, confined: bool) -> Proof:
    submission = read_submission(Found(path, "solution", path.name), other.name, [other.name], is_for=other.is_for,
                                 beside=())
    if submission.problem:
        raise CourseError(f"The solution {path} cannot be graded: {submission.reason} Give the solved notebook that "
                          "`otter assign` leaves in dist/autograder, with --solution.")
    results = [_graded(submission, other.bundle, limits, confined, SEED)]
    if _seeds(other.bundle):  # what a test draws may come out right by chance
        results.append(_graded(submission, other.bundle, limits, confined, SEED + 1))
    return replace(_proof(path, results), models=other.bundle.models, tables=other.bundle.tables)


def _seeds(bundle: Bundle) -> bool:
    """Returns whether tests seed a generator, and the assignment does not make notebooks draw the same numbers."""
    return (bundle.seeding is None or bool(bundle.seeding.variable)) and any(
        "seed" in (bundle.tests / f"{question.name}.py").read_text(encoding="utf-8") for question in bundle.questions)


def _graded(submission: Submission, bundle: Bundle, limits: RunLimits, confined: bool, seed: int) -> SubmissionResult:
    try:
        engine = worker.engine(confined, bundle.ready(submission))
        result = one.grade(submission, replace(bundle, trial=True), engine, limits, seed)
    except EngineError as error:
        raise CourseError(f"The grader does not work on this machine: {error}") from error
    if result.status is Verdict.ERROR:
        raise CourseError(f"The grader failed on the solution: {result.reason}")
    return result


def _proof(path: Path, results: list[SubmissionResult]) -> Proof:
    """Combines the results of one solution: a case must pass in each of them."""
    unjudged: list[tuple[str, int, bool]] = []
    said: list[str] = []
    cases = 0
    for place, question in enumerate(results[0].questions):
        reasons = []
        cases += len(question.cases)
        for number in range(1, len(question.cases) + 1):
            why = next((_why(result, place, number) for result in results if _case(result, place, number) is None
                        or not _case(result, place, number).passed), "")  # type: ignore[union-attr]
            if why:
                hidden = "hidden" if question.cases[number - 1].hidden else "public"
                unjudged.append((question.name, number, is_of_missing_names(why)))
                reasons.append(f"case {number} ({hidden}), {why}")
        if not question.cases:
            reasons.append(one_line(question.note, LONGEST))
        if reasons:
            said.append(f"{clean_name(question.name)} cannot be judged here: {'; '.join(reasons)}")
    best = min(results, key=lambda result: result.score)
    name = clean_name(path.name)
    if any(NOTHING in case.message for result in results for question in result.questions for case in question.cases
           if not case.passed):
        said.append(UNSAVED)
    if not said:
        said = [f"Its solution, {name}, gets all {best.possible:g} points here: each test case can be judged."]
        return Proof((), tuple(said))
    points = "all" if all_points(best.score, best.possible) else f"{best.score:g} of {best.possible:g}"
    return Proof(tuple(unjudged), (
        f"Its own solution, {name}, gets {points} points here: {len(unjudged)} of {cases} test cases say nothing of "
        "anybody's answer. They are pending. Who answered such a question has the verdict review, and what the case is "
        "worth only when you set the score with `autograder adjust`. Or write the test otherwise, and grade again.",
        *said))


def _case(result: SubmissionResult, place: int, number: int) -> CaseResult | None:
    cases = result.questions[place].cases
    return cases[number - 1] if number <= len(cases) else None


def _why(result: SubmissionResult, place: int, number: int) -> str:
    """Returns why a result's case did not pass."""
    question, case = result.questions[place], _case(result, place, number)
    if case is None:
        return one_line(question.note or result.reason, LONGEST)
    return one_line(what_was_not_examined(result.flags, question.name, number) or case.message, LONGEST)
