"""Every attack of solutions/attacks/ against the real grader: one class, graded as any other.

The whole corpus is handed in together, with honest notebooks in between, and
graded once. Then each case is held to what its case.yaml demands, and the host
is looked at: nothing written, read, reached or left running. Last, the probes
that would do no harm are run without the sandbox, where they must succeed: a
probe that reaches nothing anywhere would prove nothing.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.authoring import corpus
from autograder.authoring.casefiles import apply, hand_in, write_notebook
from autograder.authoring.corpus import ATTACKS, Attack, Edit, Expected
from autograder.bridge.notebooks import Notebooks
from autograder.course import Assignment, assignment
from autograder.grading import engine
from autograder.grading.batch import grade_paths
from autograder.grading.results import ROUNDING, SubmissionResult, Verdict
from autograder.reports.portrait import too_good
from autograder.reports.write import write_reports
from autograder.sandbox.limits import ISOLATING
from autograder.submissions.find import find
from tests.corpora.host import Host, alive
from tests.corpora.neighbors import slow
from tests.engines import Engines

pytestmark = [pytest.mark.slow, pytest.mark.alone]

EXERCISE = "02-preprocessing"
"""Of most cases: quick, and whatever a notebook can do can be done in it."""

CASES = [path.parent.name for path in sorted(ATTACKS.glob("*/case.yaml"))]
CONTROLS = [name for name in CASES if "control: true" in (ATTACKS / name / "case.yaml").read_text("utf-8")]
WEAKER = [name for name in CASES if name.startswith("reach-")] + [
    "end-forks-and-both-go-on", "end-kills-the-first-process", "end-os-exit", "end-shuts-the-connection",
    "score-forged-check", "score-forged-last-word", "score-poisons-imports", "score-shell-commands",
    "time-child-left-running", "time-closed-folders", "time-endless-loop-ignores-interrupt",
    "time-fork-bomb", "time-fork-doubling", "time-full-closed-folders", "time-full-disk", "time-memory-files",
    "time-million-files", "time-reserves-the-disk"]
"""What is tried again at the level for machines that forbid namespaces."""

NETWORKS = [case.name for case in corpus.attacks(assignment) if case.assignment != EXERCISE]
"""The answer is a network, or should be: exercises of their own, which take their time."""

MEMORY = [case.name for case in corpus.attacks(assignment)
          if Verdict.MEMORY in case.expect.status and Verdict.TIMEOUT not in case.expect.status]
"""Filling the memory takes its time, and the clock must not be what stops it: graded with a patient one."""

NEIGHBORS = 6
FEWER_NEIGHBORS = 2
"""Of the attacks through networks: theirs take longer."""

TIMEOUT = 4.0
"""Seconds for a cell. The corpus has some forty cells that never end, and honest ones take a tenth of it."""

JOBS = 3
"""Submissions side by side: those that wait for the end of their time leave the processor to the others."""

PATIENT_JOBS = 2
"""Of those that fill the memory, each of which may have gigabytes, and of those that train, which are never idle."""

PATIENCE = 60.0

LIMIT = 300.0
"""Seconds for the corpus on two cores, without the attacks on memory."""


@dataclass
class Graded:
    """The corpus after it was graded."""

    host: Host
    cases: dict[str, Attack]
    results: dict[str, list[SubmissionResult]]
    neighbors: list[SubmissionResult]
    lost: list[str]
    errors: list[str]
    output: Path
    seconds: float


@dataclass
class Confined:
    """What the classes at one level share: a host, and engines that are started when the host is there."""

    host: Host
    engines: Engines
    level: str

    def grade(self, names: Sequence[str], exercise: Assignment, folder: Path, **how: Any) -> Graded:
        """As `grade_all`, at this level."""
        cases = [corpus.read_attack(ATTACKS / name, assignment) for name in names]
        with pytest.MonkeyPatch.context() as patch, self.engines.shared():
            # Only while grading: what comes after must have its own level.
            patch.setattr(engine, "Notebooks", lambda level, **options: Notebooks(self.level, **options))
            return grade_all(cases, exercise, self.host, folder, confined=True, **how)


@contextmanager
def confined(level: str, holding: list[str], exercise: Assignment, folder: Path) -> Iterator[Confined]:
    """Attacks are never run where nothing holds them."""
    assert level in ISOLATING and level in holding, f"{level!r} does not hold here: no attack is run in it"
    with Host(exercise, folder / "class") as host, Engines() as engines:
        yield Confined(host, engines, level)


def hand_in_all(cases: list[Attack], exercise: Assignment, folder: Path, host: Host,
                neighbors: int) -> dict[str, list[Path]]:
    paths = {case.name: hand_in(case, assignment(case.assignment), folder, host.values) for case in cases}
    for number in range(neighbors):
        # By their names they come one by one between the attacks, and every other one is slow: at work beside several.
        beside = f"{cases[number * len(cases) // neighbors].name}-" if number else ""
        edit = Edit() if number % 2 else slow(exercise)
        write_notebook(apply(edit, exercise), folder / f"{beside}neighbor-{number}.ipynb")
    return paths


def grade_all(cases: list[Attack], exercise: Assignment, host: Host, folder: Path, confined: bool,
              timeout: float = TIMEOUT, jobs: int = JOBS, mixed: bool = False) -> Graded:
    """Grades the cases with neighbors of `exercise` in between; `mixed`: each notebook says what it is for."""
    handed_in = folder / "class"
    paths = hand_in_all(cases, exercise, handed_in, host, FEWER_NEIGHBORS if mixed else NEIGHBORS)
    began = time.monotonic()
    outcome = grade_paths([handed_in], assignment=None if mixed else exercise.name, output=folder / "grades",
                          jobs=jobs, timeout=timeout, confined=confined, console=Console(quiet=True))
    seconds = time.monotonic() - began
    write_reports(outcome.results, folder / "grades")
    rows = {(result.learner, result.submission): result for result in outcome.results}
    results: dict[str, list[SubmissionResult]] = {case.name: [] for case in cases}
    neighbors, lost = [], []
    case_of = {path: name for name, handed in paths.items() for path in handed}
    for found in find([handed_in]).found:
        result = rows.get((found.learner, found.name))
        if result is None:
            lost.append(f"{found.path}")
        elif found.path in case_of:
            results[case_of[found.path]].append(result)
        else:
            neighbors.append(result)
    return Graded(host, {case.name: case for case in cases}, results, neighbors, lost,
                  outcome.grader_errors, folder / "grades", seconds)


@pytest.fixture(scope="module")
def exercise() -> Assignment:
    return assignment(EXERCISE)


@pytest.fixture(scope="module")
def full(
    best_level: str, holding: list[str], exercise: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Confined]:
    """The best level that holds here, as for everybody."""
    with confined(best_level, holding, exercise, tmp_path_factory.mktemp("full")) as started:
        yield started


@pytest.fixture(scope="module")
def second(
    holding: list[str], exercise: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Confined]:
    """The second level: no namespaces, as in most containers."""
    with confined("no-namespaces", holding, exercise, tmp_path_factory.mktemp("second")) as started:
        yield started


@pytest.fixture(scope="module")
def graded(full: Confined, exercise: Assignment) -> Graded:
    names = [name for name in CASES if name not in {*MEMORY, *NETWORKS}]
    return full.grade(names, exercise, full.host.handed_in.parent)


@pytest.fixture(scope="module")
def patient(full: Confined, exercise: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The attacks on memory."""
    return full.grade(MEMORY, exercise, tmp_path_factory.mktemp("patient"), timeout=PATIENCE, jobs=PATIENT_JOBS)


@pytest.fixture(scope="module")
def networks(full: Confined, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The attacks through a model where a model is asked for, in one class of several exercises."""
    folder = tmp_path_factory.mktemp("networks")
    return full.grade(NETWORKS, assignment("04-model"), folder, timeout=PATIENCE, jobs=PATIENT_JOBS, mixed=True)


@pytest.fixture(scope="module")
def weaker(second: Confined, exercise: Assignment) -> Graded:
    """A part of the corpus at the second level."""
    return second.grade([name for name in WEAKER if name not in MEMORY], exercise, second.host.handed_in.parent)


@pytest.fixture(scope="module")
def weaker_patient(second: Confined, exercise: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    names = [name for name in WEAKER if name in MEMORY]
    folder = tmp_path_factory.mktemp("weaker-patient")
    return second.grade(names, exercise, folder, timeout=PATIENCE, jobs=PATIENT_JOBS)


@pytest.fixture(scope="module")
def unconfined(
    graded: Graded, exercise: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graded]:
    """The harmless probes without the sandbox. After `graded`, whose host must be left alone until then."""
    folder = tmp_path_factory.mktemp("control")
    cases = [corpus.read_attack(ATTACKS / name, assignment) for name in CONTROLS]
    with Host(exercise, folder / "class") as host:
        yield grade_all(cases, exercise, host, folder, confined=False)


def wanted_score(text: str, possible: float) -> tuple[float, float]:
    """The lowest and highest score that a word of `scores` allows."""
    if text == "full":
        return possible, possible
    if text == "zero":
        return 0.0, 0.0
    if text.startswith("<="):
        return 0.0, min(possible, float(text.removeprefix("<=")))
    return float(text), float(text)


def score_problems(expect: Expected, result: SubmissionResult, exercise: Assignment) -> list[str]:
    got = {question.name: question.score for question in result.questions}
    problems = []
    for question in exercise.questions:
        low, high = wanted_score(expect.scores.get(question.name, expect.scores.get("rest", "zero")),
                                 question.points)
        score = got.get(question.name, 0.0)
        if not low - ROUNDING <= score <= high + ROUNDING:
            problems.append(f"{question.name} scored {score:g}; must be {low:g} to {high:g}")
    return problems


def shown(graded: Graded, result: SubmissionResult) -> str:
    """All the HTML that concerns this learner, and the class."""
    own = [path for path in (graded.output / "feedback").glob("*.html")
           if path.stem.startswith(result.learner)]
    pages = [graded.output / "report.html", *own]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in pages)


def told(graded: Graded, result: SubmissionResult) -> str:
    """All that is handed back to this learner."""
    files = [path for folder in ("feedback", "results") for path in (graded.output / folder).iterdir()
             if path.stem.startswith(result.learner)]
    assert len(files) >= 2, files
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def problems(case: Attack, result: SubmissionResult, graded: Graded) -> list[str]:
    """Everything about the result that is not as the case demands."""
    expect = case.expect
    found = score_problems(expect, result, assignment(case.assignment))
    if result.status not in expect.status:
        allowed = " or ".join(verdict.value for verdict in expect.status)
        found.append(f"its status is {result.status.value} ({result.reason}); must be {allowed}")
    for name, pattern, text in (("reason", expect.reason, result.reason),
                                ("output", expect.output, result.output),
                                ("flags", expect.flags, " | ".join([*result.flags, too_good(result.portrait)]))):
        if pattern is not None and not pattern.search(text):
            found.append(f"its {name} does not match {pattern.pattern!r}: {text[-800:]!r}")
    if expect.output_not is not None and expect.output_not.search(result.output):
        found.append("it printed " + "; ".join(line for line in result.output.splitlines()
                                               if expect.output_not.search(line))[:800])
    for text in expect.shown_not:
        if text in shown(graded, result):
            found.append(f"a report shows {text!r} as it stands")
    found += [f"the learner is told {text!r}" for text in expect.told_not if text in told(graded, result)]
    for question, pattern in expect.messages.items():
        said = [one.message for q in result.questions if q.name == question
                for one in q.cases if not one.passed]
        if not any(pattern.search(message) for message in said):
            found.append(f"{question}: no message matches {pattern.pattern!r}: {said}")
    statuses = {cell.status for cell in result.cells}
    found += [f"no cell is {status!r}" for status in expect.cells if status not in statuses]
    found += [f"{path} exists" for path in expect.absent if Path(path).exists()]
    if expect.within is not None and result.seconds > expect.within:
        found.append(f"it took {result.seconds:.0f} s; at most {expect.within:g}")
    if result.status is not Verdict.GRADED and not result.reason:
        found.append("there is no reason")
    return found


@pytest.mark.parametrize("name", [name for name in CASES if name not in {*MEMORY, *NETWORKS}])
def test_attack(graded: Graded, name: str) -> None:
    assert_as_demanded(graded, name)


@pytest.mark.parametrize("name", MEMORY)
def test_attack_on_memory(patient: Graded, name: str) -> None:
    assert_as_demanded(patient, name)


@pytest.mark.parametrize("name", NETWORKS)
def test_attack_through_a_network(networks: Graded, name: str) -> None:
    assert_as_demanded(networks, name)


def assert_as_demanded(graded: Graded, name: str) -> None:
    case, results = graded.cases[name], graded.results[name]
    assert len(results) == len(case.files), f"{len(results)} rows for {len(case.files)} files"
    for result in results:
        found = problems(case, result, graded)
        assert not found, f"{result.submission}: " + "\n".join([*found, _story(result)])


@pytest.mark.parametrize("name", [name for name in WEAKER if name not in MEMORY])
def test_attack_without_namespaces(weaker: Graded, name: str) -> None:
    assert_as_demanded_of_the_weaker(weaker, name)


@pytest.mark.parametrize("name", [name for name in WEAKER if name in MEMORY])
def test_attack_on_memory_without_namespaces(weaker_patient: Graded, name: str) -> None:
    assert_as_demanded_of_the_weaker(weaker_patient, name)


def assert_as_demanded_of_the_weaker(weaker: Graded, name: str) -> None:
    result, = weaker.results[name]
    assert result.sandbox == "no-namespaces"
    found = [problem for problem in problems(weaker.cases[name], result, weaker)
             # Landlock lets a process see that a file is there, and how large it is; no more than that.
             if not re.fullmatch(r"it printed SEEN [^;]*(; SEEN [^;]*)*", problem)]
    assert not found, "\n".join([*found, _story(result)])


def test_without_namespaces_the_host_is_as_it_was(weaker: Graded) -> None:
    assert_untouched(weaker)


def test_without_namespaces_the_host_is_as_it_was_after_the_attacks_on_memory(weaker_patient: Graded) -> None:
    assert_untouched(weaker_patient)


def _story(result: SubmissionResult) -> str:
    """What happened, for whoever reads the failure."""
    cells = ", ".join(f"{c.index + 1} {c.status}" for c in result.cells if c.status != "ok")
    questions = "; ".join(f"{q.name} {q.score:g} {q.checked} {q.note}" for q in result.questions)
    return (f"status {result.status.value}: {result.reason}\nflags: {result.flags}\ncells: {cells}\n"
            f"questions: {questions}\noutput: {result.output[-1500:]}")


def test_no_submission_is_lost(graded: Graded) -> None:
    assert_none_lost(graded)


def assert_none_lost(graded: Graded, neighbors: int = NEIGHBORS) -> None:
    assert not graded.lost
    assert not graded.errors
    with (graded.output / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == neighbors + sum(len(results) for results in graded.results.values())


def test_neighbors_are_unharmed(graded: Graded) -> None:
    assert_neighbors_unharmed(graded)


CLASSES = ["patient", "weaker", "weaker_patient"]
"""The other classes with as many neighbors, by their fixtures."""


@pytest.mark.parametrize("name", CLASSES)
def test_no_submission_of_the_other_classes_is_lost(name: str, request: pytest.FixtureRequest) -> None:
    assert_none_lost(request.getfixturevalue(name))


@pytest.mark.parametrize("name", CLASSES)
def test_neighbors_in_the_other_classes_are_unharmed(name: str, request: pytest.FixtureRequest) -> None:
    assert_neighbors_unharmed(request.getfixturevalue(name))


def assert_neighbors_unharmed(graded: Graded, neighbors: int = NEIGHBORS) -> None:
    assert len(graded.neighbors) == neighbors
    for result in graded.neighbors:
        assert (result.status, result.score) == (Verdict.GRADED, result.possible), _story(result)


def assert_untouched(graded: Graded) -> None:
    host = graded.host
    assert host.written() == [], "something was written outside"
    assert host.changed() == [], "someone else's file was changed"
    everything = [json.dumps(result.to_json()) for results in graded.results.values() for result in results]
    assert not [text[:200] for text in everything if host.secret in text], "a secret came out"
    assert host.touched == [], "a connection was made"
    assert not host.was_signaled(), "the bystander got a signal"
    assert alive(host.bystander)
    assert host.left_running() == [], "a process was left running"


def test_the_host_is_as_it_was(graded: Graded) -> None:
    assert_untouched(graded)


def test_after_the_attacks_through_networks_the_host_is_as_it_was(networks: Graded) -> None:
    assert_none_lost(networks, FEWER_NEIGHBORS)
    assert_neighbors_unharmed(networks, FEWER_NEIGHBORS)
    assert_untouched(networks)


def test_after_the_attacks_on_memory_the_host_is_as_it_was(patient: Graded) -> None:
    assert_untouched(patient)


def test_no_cell_of_the_table_is_a_formula(graded: Graded) -> None:
    with (graded.output / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            assert not [cell for cell in row if re.match(r"[=+\-@\t\r]", cell) and not _number(cell)]


def test_no_control_character_is_in_the_table(graded: Graded) -> None:
    text = (graded.output / "grades.csv").read_bytes().decode("utf-8-sig")
    assert not re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def _number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def test_the_corpus_takes_minutes(graded: Graded) -> None:
    assert graded.seconds < LIMIT


def test_every_probe_has_a_control() -> None:
    assert len(CONTROLS) >= 8


@pytest.mark.parametrize("name", CONTROLS)
def test_without_the_sandbox_the_probe_reaches(unconfined: Graded, name: str) -> None:
    result, = unconfined.results[name]
    assert result.sandbox == "none"
    assert "REACHED" in result.output, _story(result)


def test_without_the_sandbox_the_host_notices(unconfined: Graded) -> None:
    assert len(unconfined.host.touched) >= 4
    assert unconfined.host.was_signaled()
