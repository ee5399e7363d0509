"""A batch: everything gets a row, nothing is run twice, and a batch that is killed loses nothing."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading import selection, timing, worker
from autograder.grading.batch import GRADEBOOK, Outcome, grade_paths
from autograder.grading.bundle import Bundle
from autograder.grading.engine import Engine, EngineError
from autograder.grading.gradebook import Gradebook
from autograder.grading.progress import BatchProgress, duration
from autograder.grading.results import SubmissionResult, Verdict
from autograder.grading.submission import RunLimits
from autograder.grading.worker import Task
from autograder.submissions.find import Found
from autograder.submissions.notebook import Cell
from autograder.submissions.read import Submission
from tests.grading.conftest import ANSWER, NAME, SCALE, SOLUTION, START, build_course, scores, write_notebook
from tests.samples import sampled


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch here must not run anything."""

    def fail(confined: bool, helpers: object = ()) -> Engine:
        raise AssertionError("an engine was asked for")

    monkeypatch.setattr(worker, "engine", fail)


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    write_notebook(folder / "alice.ipynb", [*SOLUTION])
    write_notebook(folder / "bob" / f"{NAME}.ipynb", [START, ANSWER, "1 / 0"])
    write_notebook(folder / "carol" / f"{NAME}.ipynb", [START, SCALE, "while True:\n    pass"])
    write_notebook(folder / "dave.ipynb", [START], assignment="91-other")
    (folder / "eve.ipynb").write_text("{")
    (folder / "essay.pdf").write_text("not a notebook")
    return folder


def run(folder: Path, output: Path, **options: Any) -> tuple[Outcome, str]:
    said = StringIO()
    console = Console(file=said, width=200)
    outcome = grade_paths([folder], output=output, console=console, **{"timeout": 6.0, **options})
    return outcome, said.getvalue()


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The learners whose notebooks were run, as they are."""
    learners: list[str] = []
    real = worker.grade_task

    def noting(task: Task) -> SubmissionResult:
        learners.append(task.submission.learner)
        return real(task)

    monkeypatch.setattr(worker, "grade_task", noting)
    return learners


def test_everything_handed_in_gets_a_row_and_is_run_once(
    handed_in: Path, tmp_path: Path, shared_engine: Engine, ran: list[str]
) -> None:
    outcome, said = run(handed_in, tmp_path / "out")
    assert [(result.learner, result.status, result.score) for result in outcome.results] == [
        ("alice", Verdict.GRADED, 10), ("bob", Verdict.GRADED, 3), ("carol", Verdict.TIMEOUT, 4),
        ("dave", Verdict.WRONG_ASSIGNMENT, 0), ("eve", Verdict.UNREADABLE, 0),
    ]  # fmt: skip
    assert outcome.grader_errors == []
    assert "essay.pdf" in said
    assert "5 submissions: 2 graded, 1 timeout, 1 unreadable, 1 wrong-assignment." in said
    assert sorted(ran) == ["alice", "bob", "carol"]

    ran.clear()
    again, said = run(handed_in, tmp_path / "out")
    assert (again.results, ran) == (outcome.results, [])
    assert "5 of 5 are unchanged" in said

    # Other outputs and text are no change; other code, another limit and another test are.
    noted = json.loads((handed_in / "alice.ipynb").read_text())
    noted["cells"].append({"cell_type": "markdown", "source": "note", "metadata": {}, "id": "n"})
    (handed_in / "alice.ipynb").write_text(json.dumps(noted))
    write_notebook(handed_in / "bob" / f"{NAME}.ipynb", [START, ANSWER])
    run(handed_in, tmp_path / "out")
    assert ran == ["bob"]


def test_a_changed_test_or_limit_is_graded_again(
    tmp_path: Path, tiny_course: Path, shared_engine: Engine, ran: list[str]
) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [START, ANSWER])
    for _ in range(2):
        run(tmp_path / "class", tmp_path / "out")
    assert ran == ["alice"]
    run(tmp_path / "class", tmp_path / "out", memory_mb=4000)
    assert ran == ["alice"] * 2
    test = tiny_course / "build" / NAME / "tests" / "q2.py"
    kept = test.read_text()
    try:
        test.write_text(kept.replace("answer == 42", "answer == 43"))
        outcome, _ = run(tmp_path / "class", tmp_path / "out", memory_mb=4000)
    finally:
        test.write_text(kept)
    assert ran == ["alice"] * 3
    assert scores(outcome.results[0])["q2"] == 0


def test_a_changed_test_concerns_its_own_exercise_only(
    tmp_path: Path, shared_engine: Engine, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "course"
    for name in (NAME, "91-other"):
        build_course(root, name=name)
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), root / name)
    handed_in = {"alice": NAME, "bob": "91-other", "carol": NAME, "dave": "91-other"}
    for learner, name in handed_in.items():
        write_notebook(tmp_path / "class" / f"{learner}.ipynb", [START, ANSWER], name)
    run(tmp_path / "class", tmp_path / "out")
    assert sorted(ran) == sorted(handed_in)
    ran.clear()
    test = root / "build" / "91-other" / "tests" / "q2.py"
    test.write_text(test.read_text().replace("answer == 42", "answer == 43"))
    outcome, said = run(tmp_path / "class", tmp_path / "out")
    assert sorted(ran) == ["bob", "dave"]
    assert "2 of 4 are unchanged" in said
    assert {result.learner: scores(result)["q2"] for result in outcome.results} == {
        "alice": 3, "bob": 0, "carol": 3, "dave": 0}


def test_a_broken_test_file_is_the_graders_error_and_is_tried_again(
    tmp_path: Path, tiny_course: Path, shared_engine: Engine, ran: list[str]
) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    (tmp_path / "class" / "bob.ipynb").write_text("{")
    test = tiny_course / "build" / NAME / "tests" / "q2.py"
    kept = test.read_text()
    try:
        test.write_text("OK_FORMAT = False\nimport nothing_of_this_name")
        outcome, said = run(tmp_path / "class", tmp_path / "out")
    finally:
        test.write_text(kept)
    assert [result.status for result in outcome.results] == [Verdict.ERROR, Verdict.UNREADABLE]
    assert {question.checked for question in outcome.results[0].questions} == {"not-checked"}
    (error,) = outcome.grader_errors
    assert error.startswith("alice (alice.ipynb): The grader failed: ") and "nothing_of_this_name" in error
    assert "Not graded: alice" in said
    again, _ = run(tmp_path / "class", tmp_path / "out")
    assert again.results[0].score == 10
    assert ran == ["alice", "alice"]


def test_what_the_grader_failed_on_is_tried_again_though_nothing_changed(
    tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [START, ANSWER])
    real = worker.one.grade

    def fail(*_: object) -> SubmissionResult:
        raise EngineError("out of luck")

    monkeypatch.setattr(worker.one, "grade", fail)
    first, _ = run(tmp_path / "class", tmp_path / "out")
    assert [result.status for result in first.results] == [Verdict.ERROR]
    monkeypatch.setattr(worker.one, "grade", real)
    second, _ = run(tmp_path / "class", tmp_path / "out")
    assert scores(second.results[0])["q2"] == 3


@pytest.mark.parametrize("victim", ["_checker", "_nursery"])
def test_a_killed_checker_or_nursery_costs_nothing(graded_task: Any, shared_engine: Engine, victim: str) -> None:
    shared_engine.start()
    process = getattr(shared_engine, victim)._process
    pid = getattr(process, "_process", process).pid
    killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()
    for sources in ((START, "import time; time.sleep(1)", ANSWER), (START, ANSWER)):
        result = graded_task(*sources)
        assert (result.status, scores(result)["q2"]) == (Verdict.GRADED, 3)
    killer.join()


@pytest.fixture
def graded_task(sample_bundle: Bundle) -> Any:
    def run_task(*sources: str) -> SubmissionResult:
        submission = Submission("alice", "a.ipynb", NAME, tuple(Cell(source) for source in sources))
        return worker.grade_task(Task(submission, sample_bundle, RunLimits(30, 4096), True))

    return run_task


@pytest.mark.slow
class TestDefaultTimeout:
    """A multiple of what the solution takes here, measured once."""

    def test_it_is_measured_once_and_kept(
        self, sample: Assignment, sample_bundle: Bundle, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert timing.default_timeout(sample, sample_bundle, engine, 4096) == timing.FLOOR
        kept = json.loads((course.BUILD / NAME / "reference-time.json").read_text())
        assert 0 <= kept["slowest_seconds"] < 5
        kept["slowest_seconds"] = 30
        (course.BUILD / NAME / "reference-time.json").write_text(json.dumps(kept))
        assert timing.default_timeout(sample, sample_bundle, engine, 4096) == 30 * timing.FACTOR
        monkeypatch.setattr(timing, "_measure", lambda *_: 7.0)
        changed = replace(sample_bundle, digest="other")
        assert timing.default_timeout(sample, changed, engine, 4096) == 7 * timing.FACTOR
        (course.BUILD / NAME / "reference-time.json").write_text("damaged")
        assert timing.default_timeout(sample, sample_bundle, engine, 4096) == 7 * timing.FACTOR

    def test_a_solution_that_fails_here_stops_everything(
        self, sample: Assignment, sample_bundle: Bundle, engine: Engine, tmp_path: Path
    ) -> None:
        wrong = replace(sample, solution=write_notebook(tmp_path / "wrong.ipynb", [START, ANSWER]))
        with pytest.raises(CourseError, match=r"solution of 90-sample earns 3 of 10 points here: q1: .*no `scale`"):
            timing.default_timeout(wrong, sample_bundle, engine, 4096)


@pytest.fixture
def not_built() -> Iterator[str]:
    """The name of an exercise that has a master and nothing else."""
    master = course.master("91-other")
    master.parent.mkdir()
    master.touch()
    yield master.parent.name
    shutil.rmtree(master.parent)


def test_an_exercise_that_is_not_built_blocks_only_itself(
    tmp_path: Path, not_built: str, shared_engine: Engine
) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    write_notebook(tmp_path / "class" / "dave.ipynb", [START], assignment=not_built)
    for _ in range(2):  # what could not be graded is tried again
        outcome, _ = run(tmp_path / "class", tmp_path / "out", timeout=30)
        alice, dave = outcome.results
        assert (alice.status, alice.score) == (Verdict.GRADED, 10)
        assert (dave.status, dave.assignment, dave.questions) == (Verdict.ERROR, not_built, ())
        assert dave.reason == "91-other has not been built yet. Run `autograder build 91-other` and try again."
        assert outcome.grader_errors == [f"dave (dave.ipynb): {dave.reason}"]


@pytest.mark.fast
class TestMistakesOfTheInstructor:
    """Said at once, and nothing is run."""

    def test_an_unknown_exercise(self, handed_in: Path, tmp_path: Path, no_engine: None) -> None:
        with pytest.raises(CourseError, match="There is no exercise called '99-none'"):
            run(handed_in, tmp_path / "out", assignment="99-none")

    def test_an_exercise_that_is_not_built(self, tmp_path: Path, not_built: str, no_engine: None) -> None:
        write_notebook(tmp_path / "class" / "dave.ipynb", [START], assignment=not_built)
        with pytest.raises(CourseError, match="91-other has not been built yet"):
            run(tmp_path / "class", tmp_path / "out", assignment=not_built)

    def test_an_exercise_whose_master_has_changed_since(self, handed_in: Path, tmp_path: Path, no_engine: None) -> None:
        master = course.master(NAME)
        before = master.read_bytes()
        try:
            master.write_text("another check")
            with pytest.raises(CourseError, match=r"master\.md has changed since 90-sample was built"):
                run(handed_in, tmp_path / "out", assignment=NAME)
        finally:
            master.write_bytes(before)

    def test_a_build_of_another_version(self, handed_in: Path, tmp_path: Path, no_engine: None,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(course, "BUILD_FORMAT", 0)
        with pytest.raises(CourseError, match="90-sample was built by another version of the course"):
            run(handed_in, tmp_path / "out", assignment=NAME)

    def test_a_gradebook_in_use(self, handed_in: Path, tmp_path: Path, no_engine: None) -> None:
        with Gradebook(tmp_path / "out" / GRADEBOOK), pytest.raises(CourseError, match="in use"):
            run(handed_in, tmp_path / "out")


# --- a batch in a process of its own, killed and stopped ---


def start(root: Path, folder: Path, output: Path, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.grading.killable", root, folder, output, str(seconds)],
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def wait_for_a_moment(process: subprocess.Popen[str], moments: random.Random) -> None:
    """While it starts, or in the middle of its work, however busy the machine is."""
    if moments.random() < 0.2:
        time.sleep(moments.uniform(0, 1))
        return
    assert process.stdout is not None
    for _ in range(moments.randint(1, 20)):
        process.stdout.readline()
    time.sleep(moments.uniform(0, 0.03))


def recorded(output: Path) -> list[tuple[str, str, float]]:
    with Gradebook(output / GRADEBOOK) as book:
        return [(result.learner, result.submission, result.score) for result in book.results()]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    for number in range(40):
        write_notebook(tmp_path / "class" / f"learner{number:02}.ipynb", [f"x = {number}"])
    (tmp_path / "class" / "bad.ipynb").write_text("{")
    return tmp_path / "class"


@pytest.mark.parametrize("wanted", sampled([15, 50], [15]))
def test_a_batch_killed_at_random_moments_ends_with_the_same_gradebook(
    tiny_course: Path, many: Path, tmp_path: Path, wanted: int
) -> None:
    """The kills are spread over as many batches as it takes; each batch is resumed until it ends by itself."""
    whole = start(tiny_course, many, tmp_path / "whole", 0.01)
    whole.communicate(timeout=120)
    expected = recorded(tmp_path / "whole")
    assert len(expected) == 41
    assert len({score for _, _, score in expected}) > 3
    moments = random.Random(5)
    kills, midway, batch = 0, 0, 0
    while kills < wanted:
        batch += 1
        output = tmp_path / f"batch-{batch}"
        known = 0
        while True:
            process = start(tiny_course, many, output, 0.02)
            if kills < wanted:
                wait_for_a_moment(process, moments)
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            if process.returncode == 0:
                break
            kills += 1
            if not (output / GRADEBOOK).exists():
                continue
            now = len(recorded(output))
            assert now >= known
            midway += known < now < len(expected)
            known = now
        assert recorded(output) == expected
    assert midway > wanted / 10  # Else the moments are too early or too late to interrupt anything.


def test_ctrl_c_stops_and_says_how_to_go_on(tiny_course: Path, many: Path, tmp_path: Path) -> None:
    process = start(tiny_course, many, tmp_path / "out", 0.3)
    assert process.stdout is not None
    done = (line for line in process.stdout if line == "a task is done\n")
    for _ in range(4):  # two side by side: by now the first is recorded, however busy the machine is
        next(done)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    stopped = re.search(r"Stopped\. (\d+) of 41 are graded and kept in .*gradebook\.sqlite\. Run the same", said)
    assert stopped, said
    assert 0 < int(stopped[1]) < 41
    assert len(recorded(tmp_path / "out")) == int(stopped[1])
    assert "Traceback" not in said


@pytest.mark.fast
class TestProgress:
    """How far it has come."""

    def test_rate_time_left_and_verdicts(self) -> None:
        with BatchProgress(10, Console(file=StringIO())) as progress:
            for _ in range(4):
                progress.add(Verdict.GRADED, known=True)
            assert progress.line(time.monotonic()) == "4 graded"
            progress.begin()
            progress.add(Verdict.GRADED)
            progress.add(Verdict.TIMEOUT)
            assert progress._began
            assert progress.line(progress._began + 4) == "2.0 s each, 8 s left, 5 graded, 1 timeout"
            assert progress.line(progress._began + 0.5) == "4.0 a second, 1 s left, 5 graded, 1 timeout"

    def test_a_terminal_shows_a_bar(self) -> None:
        screen = StringIO()
        with BatchProgress(3, Console(file=screen, force_terminal=True, width=120)) as progress:
            progress.add(Verdict.GRADED)
        assert "1/3" in screen.getvalue() and "1 graded" in screen.getvalue()

    @pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (89, "89 s"), (600, "10 min"), (9000, "2 h 30 min")])
    def test_durations_read_well(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text


def test_each_notebook_is_read_once(
    handed_in: Path, tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = selection.read_submission

    def noting(found: Found, *arguments: Any) -> Submission:
        read.append(found.learner)
        return real(found, *arguments)

    monkeypatch.setattr(selection, "read_submission", noting)
    everybody = ["alice", "bob", "carol", "dave", "eve"]
    run(handed_in, tmp_path / "out")
    assert read == everybody
    read.clear()
    write_notebook(handed_in / "carol" / f"{NAME}.ipynb", [START, SCALE])
    _, said = run(handed_in, tmp_path / "out")
    assert (read, "4 of 5 are unchanged" in said) == (everybody, True)
    with Gradebook(tmp_path / "out" / GRADEBOOK) as book:
        assert len(book.results(newest_batch=True)) == 5
