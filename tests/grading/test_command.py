"""`autograder grade` as it is typed: what it writes, and what its exit code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import course
from autograder.bridge.notebooks import Notebooks
from autograder.cli import main
from autograder.grading import worker
from autograder.grading.batch import BatchStopped
from autograder.grading.engine import Engine
from tests.grading.conftest import NAME, SOLUTION, START, write_notebook


@pytest.fixture
def asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether notebooks were to be confined, each time an engine was asked for. It is the tests' engine."""
    asked: list[bool] = []

    def noting(confined: bool, helpers: object = ()) -> Engine:
        asked.append(confined)
        return engine

    monkeypatch.setattr(worker, "engine", noting)
    monkeypatch.setattr(worker, "stop_engines", lambda: None)
    return asked


@pytest.fixture
def output(tmp_path: Path, asked: list[bool]) -> Path:
    """A class of one, and the tests' engine."""
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    return tmp_path / "grades"


def grade(output: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["grade", str(output.parent / "class"), "--output", str(output), *more])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_it_writes_everything_and_exits_with_0(output: Path) -> None:
    code, said = grade(output)
    assert code == 0
    assert "1 submission: 1 graded" in said and "Warning" not in said
    assert "alice,alice.ipynb,90-sample,graded,10,10" in (output / "grades.csv").read_text()
    for file in ("gradebook.sqlite", "report.html", "feedback/alice.html", "results/alice.json"):
        assert (output / file).stat().st_size > 100, file
    (output / "grades.csv").unlink()
    (output / "grades.csv").mkdir()
    code, said = grade(output)
    assert code == 2 and "All results are kept in the gradebook; the reports are not written anew: Cannot write" in said
    assert "Then run the same command again; what is graded is not run again." in said


def test_notebooks_are_confined_unless_it_is_told_otherwise(output: Path, asked: list[bool]) -> None:
    assert grade(output)[0] == 0
    assert set(asked) == {True}
    asked.clear()
    assert grade(output, "--no-sandbox")[0] == 0
    assert set(asked) == {False}


def test_without_the_sandbox_the_terminal_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an engine of its own; its nursery imports nothing in advance, to be quick."""
    monkeypatch.setattr("autograder.grading.engine.Notebooks",
                        lambda level, **options: Notebooks(level, warm=False, **options))
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    write_notebook(tmp_path / "class" / "bob.ipynb", [START])
    command = ["grade", str(tmp_path / "class"), "--output", str(tmp_path / "grades"), "--timeout", "20"]
    result = CliRunner().invoke(main, [*command, "--no-sandbox"])
    assert result.exit_code == 0
    said = result.stderr.splitlines()
    (line,) = [line for line in said if line.startswith("Warning")]
    assert said[0].startswith("Without the sandbox every notebook runs as an ordinary program"), "before anything runs"
    assert "trust every author" in said[0]
    assert line.startswith("Warning: 2 of 2 ran without the sandbox, as ordinary programs with your own rights.")
    assert result.stdout == ""
    assert "ran without any isolation" in (tmp_path / "grades" / "report.html").read_text()
    assert '"sandbox": "none"' in (tmp_path / "grades" / "results" / "alice.json").read_text()
    assert "Run without the sandbox:" in (tmp_path / "grades" / "feedback" / "alice.html").read_text()


@pytest.mark.fast
@pytest.mark.parametrize(("confined", "asked_for"), [(True, "auto"), (False, "none")])
def test_the_engine_asks_for_what_the_command_says(
    monkeypatch: pytest.MonkeyPatch, confined: bool, asked_for: str
) -> None:
    class Started:
        alive = True

        def __init__(self, asked: object, **options: object) -> None:
            self.level = asked

        def wait_until_ready(self, stopped: object) -> None:
            pass

        def close(self) -> None:
            pass

    monkeypatch.setattr("autograder.grading.engine.Notebooks", Started)
    monkeypatch.setattr("autograder.grading.engine._CheckerProcess", Started)
    monkeypatch.setattr(worker, "_engines", {})
    assert worker.engine(confined).start() == asked_for
    worker.close_engines()


def test_the_report_names_those_whose_code_is_the_same(output: Path) -> None:
    for learner, cells in (("bob", SOLUTION), ("carol", [*SOLUTION, "1 + 1"])):
        write_notebook(output.parent / "class" / f"{learner}.ipynb", [*cells])
    assert grade(output, "--timeout", "20")[0] == 0
    (alike,) = re.findall(r"<h3>Same code, character for character</h3>.*?</ul>", (output / "report.html").read_text(),
                          re.DOTALL)
    assert re.findall(r"feedback/(\w+)\.html", alike) == ["alice", "bob"]


def test_due_dates_count_until_others_are_given(output: Path, tmp_path: Path) -> None:
    (output.parent / "class" / "alice.ipynb").unlink()
    write_notebook(output.parent / "class" / "alice" / f"{NAME}_2026_11_05T10_00_00_000000.ipynb", [*SOLUTION])
    dates, none = tmp_path / "dates.toml", tmp_path / "none.toml"
    dates.write_text(f"zone = 'UTC'\npercent_per_day = 10\n[due]\n{NAME} = 2026-11-03")
    none.write_text("[due]\n")
    code, said = grade(output, "--timeout", "20", "--due", str(dates))
    assert code == 0 and "1 of 1 came after the due date; points are taken from 1." in said
    assert ",8,10," in (output / "grades.csv").read_text()
    log = (output / "grading.log").read_text()
    assert re.search(r' late: "alice", 90-sample, due 2026-11-03T23:59:59\+00:00, handed in "2026-11-05T10:00:00": '
                     r"2 days begun, 20%, 2 points taken$", log, re.MULTILINE)
    assert '"percent_per_day": 10.0' in log, "the rule itself"
    code, said = grade(output, "--timeout", "20")
    assert code == 0 and "The due dates of dates.toml, given before, still count." in said
    wrong = CliRunner().invoke(main, ["grade", str(tmp_path / "nosuch"), "--output", str(output)])
    assert wrong.exit_code == 2 and "nosuch" in wrong.output and "still count" not in wrong.output
    assert "1 of 1 are unchanged" in said and ",8,10," in (output / "grades.csv").read_text()
    code, said = grade(output, "--timeout", "20", "--due", str(none))
    assert code == 0 and "due date" not in said and ",10,10," in (output / "grades.csv").read_text()
    dates.write_text("percent_per_day = -1")
    code, said = grade(output, "--due", str(dates))
    assert code == 2 and f"{dates}: percent_per_day = -1 is no number from 0 to 100." in said


def test_the_graders_own_failure_exits_with_1(output: Path, tiny_course: Path) -> None:
    test = tiny_course / "build" / NAME / "tests" / "q1.py"
    kept = test.read_text()
    try:
        test.write_text("OK_FORMAT = False\n")
        write_notebook(output.parent / "class" / "bob.ipynb", [*SOLUTION])
        code, said = grade(output, "--timeout", "20")
    finally:
        test.write_text(kept)
    assert code == 1
    assert "Not graded: alice (alice.ipynb), bob (bob.ipynb): The grader failed: " in said


@pytest.mark.fast
@pytest.mark.parametrize("arguments", [
    ["grade"], ["grade", "nowhere"], ["grade", ".", "--assignment", "99-none"],
    ["grade", ".", "--timeout", "0"],
])  # fmt: skip
def test_wrong_usage_exits_with_2(arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "alice.ipynb", ["x = 1"])
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.output.strip()


@pytest.mark.fast
def test_ctrl_c_exits_with_130(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stopped(*args: object, **options: object) -> None:
        raise BatchStopped("Stopped. 1 of 2")

    monkeypatch.setattr("autograder.grading.batch.grade_paths", stopped)
    monkeypatch.setattr("autograder.authoring.verify.grade_paths", stopped)
    monkeypatch.setattr("autograder.authoring.verify.trials", lambda exercise: [])
    monkeypatch.setattr("autograder.authoring.verify.require_causes", lambda *args: None)
    monkeypatch.setattr("autograder.authoring.verify.hand_in_corpus", lambda *args: {})
    monkeypatch.setattr("autograder.authoring.sample_class.sample_class", lambda *args: [])
    name = course.exercise_names()[0]
    for command in (["grade", str(tmp_path)], ["demo", "--assignment", name, "--output", str(tmp_path / "out")]):
        result = CliRunner().invoke(main, command)
        assert (result.exit_code, result.output) == (130, "Stopped. 1 of 2\n"), command

    result = CliRunner().invoke(main, ["verify", name])
    assert (result.exit_code, result.output) == (130, "Stopped. Nothing of a verification is kept.\n")


@pytest.mark.fast
def test_ctrl_c_anywhere_exits_with_130(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stopped(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.authoring.sample_class.sample_class", stopped)
    monkeypatch.setattr("autograder.authoring.release.release", stopped)
    name = course.exercise_names()[0]
    for command in (["demo", "--assignment", name, "--output", str(tmp_path)], ["release"]):
        result = CliRunner().invoke(main, command)
        assert (result.exit_code, result.output) == (
            130, "autograder: stopped. Run the same command again to do all of it.\n"), command


@pytest.mark.fast
def test_what_the_disk_refuses_is_one_message_with_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("a file")
    place = tmp_path / "class.csv" / "class"
    command = ["demo", "--assignment", course.exercise_names()[0], "--output", str(place.parent)]
    monkeypatch.setattr("autograder.authoring.sample_class.sample_class", lambda of, folder, learners: folder.mkdir())
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert result.output.startswith(f"autograder: Cannot read or write {place}: Not a directory. Is the path right")

    def broken(*args: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("autograder.authoring.sample_class.sample_class", broken)
    assert "autograder:" not in CliRunner().invoke(main, command).output
