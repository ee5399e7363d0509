"""The log of a batch: what stands in it, that nobody writes into it from inside, and that it stops nothing."""

from __future__ import annotations

import json
import logging
import platform
import re
import signal
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.course import CourseError
from autograder.grading import exercises, worker
from autograder.grading.batch import GRADEBOOK, Outcome, grade_paths
from autograder.grading.engine import Engine, EngineError
from autograder.grading.gradebook import Gradebook
from autograder.grading.log import FILE, LOGGER, BatchLog
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.sandbox.limits import Limits
from tests.grading import killable
from tests.grading.conftest import ANSWER, NAME, SOLUTION, START, write_notebook
from tests.grading.test_batch import start

ENTRY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 ([a-z-]+): (\S.*)")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HOSTILE = 'ada", "a.ipynb\n2026-11-02T16:05:12+00:00 graded: \x1b[2J\x1b]0;t\x07\r\x85\u2028\u202eevil'


def entries(path: Path) -> list[tuple[str, str]]:
    """Kind and text of each entry; indented lines belong to the entry above them."""
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n") and not CONTROLS.search(text)
    found: list[tuple[str, str]] = []
    for line in text.split("\n")[:-1]:
        if line.startswith("    "):
            kind, above = found.pop()
            found.append((kind, f"{above}\n{line}"))
        else:
            match = ENTRY.fullmatch(line)
            assert match, line
            found.append((match[1], match[2]))
    return found


def run(folder: Path, output: Path, **options: Any) -> tuple[Outcome, str]:
    said = StringIO()
    outcome = grade_paths([folder], output=output, timeout=6, console=Console(file=said, width=300), **options)
    return outcome, said.getvalue()


@pytest.fixture
def no_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run: a result that depends on the code alone."""
    monkeypatch.setattr(worker, "grade_task", killable.stand_in)
    monkeypatch.setattr(worker, "engine", lambda confined, helpers=(): killable.NoEngine())


def test_each_submission_has_its_line_and_what_is_unchanged_is_a_count(
    tmp_path: Path, shared_engine: Engine
) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    write_notebook(tmp_path / "class" / "carol.ipynb", [START, ANSWER, "import os\nos._exit(3)"])
    (tmp_path / "class" / "bob.ipynb").write_text("{")
    (tmp_path / "class" / "essay.pdf").write_text("not a notebook")
    run(tmp_path / "class", tmp_path / "out", jobs=1, notes={"roster": "class.csv"})
    first = entries(tmp_path / "out" / FILE)
    assert (first[0][0], first[-1]) == ("began", ("ended", "3 submissions: 1 graded, 1 crashed, 1 unreadable."))
    for fact in (f'paths ["{tmp_path}/class"]', '"memory_mb": 4096', '"jobs": 1', '"roster": "class.csv"',
                 f"python {platform.python_version()}", "keras "):  # fmt: skip
        assert fact in first[0][1]
    assert dict(first[1:-2]).keys() == {"graded", "crashed", "unreadable"}
    said = dict(first)
    assert re.fullmatch(r'"alice", "alice.ipynb", 90-sample, 10 of 10 points, \d+\.\d s', said["graded"])
    crash = r'"carol", "carol.ipynb", 90-sample, 3 of 10 points, \d+\.\d s; Code cell 3: .+'
    assert re.fullmatch(crash, said["crashed"])
    unreadable = r'"bob", "bob.ipynb", unknown exercise, 0 of 0 points, 0\.0 s; .*malformed.*'
    assert re.fullmatch(unreadable, said["unreadable"])
    assert said["note"] == f"Not graded, being neither notebook nor zip: {tmp_path}/class/essay.pdf."

    write_notebook(tmp_path / "class" / "dave.ipynb", [START])
    run(tmp_path / "class", tmp_path / "out", jobs=1)
    both = entries(tmp_path / "out" / FILE)
    assert both[: len(first)] == first
    second = both[len(first) :]
    assert [kind for kind, _ in second] == ["began", "graded", "note", "note", "ended"]
    assert second[2][1] == "3 of 4 are unchanged since they were graded."
    assert second[1][1].startswith('"dave", ')


@pytest.mark.fast
class TestWhatALearnerMayTry:
    """One line each, whatever is in it."""

    def test_with_the_name_of_a_file(self, tmp_path: Path, no_running: None) -> None:
        write_notebook(tmp_path / "class" / f"{HOSTILE}.ipynb", ["x = 1"])
        run(tmp_path / "class", tmp_path / "out")
        assert [kind for kind, _ in entries(tmp_path / "out" / FILE)] == ["began", "graded", "ended"]

    def test_with_anything_else(self, tmp_path: Path) -> None:
        """Should a name not be clean already; a reason; the text of an error."""
        question = QuestionResult("q1", 1.5, 4.0, "in-place")
        result = SubmissionResult(HOSTILE, HOSTILE * 100, NAME, Verdict.TIMEOUT, HOSTILE, (question,), seconds=2.04)
        with BatchLog(tmp_path / FILE, print) as log:
            log.result(result)
            LOGGER.info("No portrait of %s", HOSTILE)
            log.write("error", HOSTILE, f"Traceback\n\n{HOSTILE}\n  half \udce9")
        (timeout, text), info, (error, _) = entries(tmp_path / FILE)
        assert (timeout, info[0], error) == ("timeout", "info", "error")
        learner, end = json.JSONDecoder().raw_decode(text)
        assert learner == 'ada", "a.ipynb 2026-11-02T16:05:12+00:00 graded: evil'
        name, end = json.JSONDecoder().raw_decode(text, end + 2)
        assert text[end:].startswith(f', {NAME}, 1.5 of 4 points, 2.0 s; ada", "a.ipynb 2026-')
        assert len(name) <= 80


@pytest.mark.fast
class TestTheGradersOwnFailures:
    def test_they_are_there_in_full_and_in_a_line_on_standard_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_: object) -> SubmissionResult:
            raise EngineError("in the other process\nout of luck")

        monkeypatch.setattr(worker, "engine", lambda confined, helpers=(): killable.NoEngine())
        monkeypatch.setattr(worker.one, "grade", fail)
        monkeypatch.setattr(LOGGER, "propagate", False)  # as outside of pytest, which listens to everything
        write_notebook(tmp_path / "class" / "alice.ipynb", ["x = 1"])
        run(tmp_path / "class", tmp_path / "out")
        _, failure, verdict, ended = entries(tmp_path / "out" / FILE)
        assert failure[0] == "error" and failure[1].startswith("The grader failed on alice.ipynb by alice:\n    Trace")
        assert failure[1].endswith("EngineError: out of luck\n    in the other process\n    out of luck")
        assert verdict[0] == "error" and verdict[1].endswith("; The grader failed: out of luck")
        assert ended == ("ended", "1 submission: 1 error.")
        said = capsys.readouterr().err
        assert f"The grader failed on alice.ipynb by alice. The details are in {tmp_path / 'out' / FILE}.\n" in said
        assert "Traceback" not in said

    def test_so_are_those_of_a_worker(
        self, tmp_path: Path, no_running: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(task: object) -> SubmissionResult:
            raise RuntimeError("gone")

        monkeypatch.setattr(worker, "grade_task", fail)
        write_notebook(tmp_path / "class" / "alice.ipynb", ["x = 1"])
        run(tmp_path / "class", tmp_path / "out")
        failure = entries(tmp_path / "out" / FILE)[1]
        assert failure[1].startswith("The worker failed on alice.ipynb by alice:\n    Traceback")
        assert failure[1].endswith("RuntimeError: gone")

    def test_and_how_it_ended(self, tmp_path: Path, no_running: None, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("no idea")

        monkeypatch.setattr(Gradebook, "counting", fail)
        write_notebook(tmp_path / "class" / "alice.ipynb", ["x = 1"])
        with pytest.raises(RuntimeError):
            run(tmp_path / "class", tmp_path / "out")
        kind, text = entries(tmp_path / "out" / FILE)[-1]
        assert kind == "ended" and text.startswith("The grader itself failed: RuntimeError: no idea\n    Traceback")


@pytest.mark.fast
def test_what_the_package_logs_arrives_and_logging_is_left_as_it_was(tmp_path: Path) -> None:
    before = LOGGER.level, list(LOGGER.handlers)
    with BatchLog(tmp_path / FILE, print):
        logging.getLogger("autograder").info("No portrait of %s", "a.ipynb")
        logging.getLogger("elsewhere").error("not ours")
    LOGGER.error("afterwards")
    assert entries(tmp_path / FILE) == [("info", "No portrait of a.ipynb")]
    assert (LOGGER.level, LOGGER.handlers) == before


@pytest.mark.fast
def test_a_mistake_of_the_instructors_is_how_it_ended(
    tmp_path: Path, no_running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> Limits:
        raise CourseError("the solution earns 9 of 10 points here")

    monkeypatch.setattr(exercises.Exercises, "limits", refuse)
    write_notebook(tmp_path / "class" / "dave.ipynb", ["x = 1"])
    with pytest.raises(CourseError):
        run(tmp_path / "class", tmp_path / "out")
    kind, text = entries(tmp_path / "out" / FILE)[-1]
    assert kind == "ended" and "the solution earns 9 of 10 points here" in text


@pytest.mark.fast
def test_who_is_turned_away_writes_nothing(tmp_path: Path, no_running: None) -> None:
    """The log is that of the batch that runs."""
    write_notebook(tmp_path / "class" / "alice.ipynb", ["x = 1"])
    with Gradebook(tmp_path / "out" / GRADEBOOK), pytest.raises(CourseError, match="in use"):
        run(tmp_path / "class", tmp_path / "out")
    assert not (tmp_path / "out" / FILE).exists()


@pytest.mark.fast
class TestALogThatCannotBeWritten:
    """It is said once, and everything is graded."""

    def test_because_it_is_no_file(self, tmp_path: Path, no_running: None) -> None:
        self.graded(tmp_path, lambda log: log.mkdir(), "Is a directory")

    def test_because_the_disk_is_full(self, tmp_path: Path, no_running: None) -> None:
        self.graded(tmp_path, lambda log: log.symlink_to("/dev/full"), "No space left on device")

    def graded(self, folder: Path, spoil: Any, why: str) -> None:
        for number in range(3):
            write_notebook(folder / "class" / f"learner{number}.ipynb", [f"x = {number}"])
        (folder / "out").mkdir()
        spoil(folder / "out" / FILE)
        outcome, said = run(folder / "class", folder / "out")
        assert [result.status for result in outcome.results] == [Verdict.GRADED] * 3
        assert said.count(f"{FILE} cannot be written ({why}). It goes on without this log.") == 1


@pytest.mark.fast
def test_after_half_a_line_a_new_one_begins(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("2026-11-02T16:05:12+00:00 note: whole\n2026-11-02T16:05:13+00:00 note: ha")
    with BatchLog(tmp_path / FILE, print) as log:
        log.write("note", "new")
    assert [text for _, text in entries(tmp_path / FILE)] == ["whole", "ha", "new"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_a_run_that_was_stopped_and_resumed_appends(tiny_course: Path, tmp_path: Path, how: signal.Signals) -> None:
    for number in range(12):
        write_notebook(tmp_path / "class" / f"learner{number:02}.ipynb", [f"x = {number}"])
    log = tmp_path / "out" / FILE
    process = start(tiny_course, tmp_path / "class", tmp_path / "out", 0.2)
    assert process.stdout is not None
    done = (line for line in process.stdout if line == "a task is done\n")
    for _ in range(4):  # two side by side: by now the first is recorded, however busy the machine is
        next(done)
    process.send_signal(how)
    process.communicate(timeout=30)
    first = entries(log)
    written = Counter(kind for kind, _ in first)
    assert first[0][0] == "began" and 0 < written["graded"] < 12
    if how == signal.SIGINT:
        assert first[-1][0] == "stopped" and first[-1][1].startswith("Ctrl-C. Stopped. ")
    assert written["ended"] == 0

    process = start(tiny_course, tmp_path / "class", tmp_path / "out", 0)
    process.communicate(timeout=60)
    assert process.returncode == 0
    both = entries(log)
    assert both[: len(first)] == first
    began, *graded, known, ended = both[len(first) :]
    unchanged = re.fullmatch(r"(\d+) of 12 are unchanged since they were graded\.", known[1])
    assert began[0] == "began" and unchanged
    kept = int(unchanged[1])
    assert kept - written["graded"] in (0, 1), "the last one may be in the gradebook, and not here"
    assert [kind for kind, _ in graded] == ["graded"] * (12 - kept)
    assert ended == ("ended", "12 submissions: 12 graded.")
