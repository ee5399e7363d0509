"""A notebook or gradebook of an earlier numbering: told its new name, graded in full, and nothing is overwritten."""

from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder import course
from autograder.cli import main
from autograder.course import CourseError
from autograder.grading import worker
from autograder.grading.batch import GRADEBOOK, Outcome, grade_paths
from autograder.grading.engine import Engine
from autograder.grading.gradebook import Gradebook
from autograder.grading.gradebook.adjustments import Said
from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports import classreport, feedback, gradescope
from autograder.submissions.find import find
from autograder.submissions.names import person_in
from tests.grading.conftest import START, build_course, write_notebook

NOW, FORMERLY = "94-tiny", "93-tiny"
TEST = """
from otter.test_files import test_case
OK_FORMAT = False
name = "{name}"
points = 1

@test_case(points=None, hidden=False)
def right({answer}):
    assert {answer} == {value}
"""
ANSWERED = [START, "answer = 42", "grader.check('q93_1')", "answer = 0", "word = 'digit'", "grader.check('q93_2')"]
"""Right where it is checked, and spoiled below: only a check that is made in its place finds the first answer."""


@pytest.fixture
def renumbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose exercise 94 was exercise 93 before."""
    root = tmp_path / "course"
    tests = {"q94_1": TEST.format(name="q94_1", answer="answer", value=42),
             "q94_2": TEST.format(name="q94_2", answer="word", value="'digit'")}
    master = root / "solutions" / NOW / "master.md"
    master.parent.mkdir(parents=True)
    master.write_text(f"---\ntitle: Tiny\nformerly: {FORMERLY}\n---\n")
    build_course(root, tests, NOW)
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), root / name)
    return root


def grade(folder: Path, output: Path, assignment: str | None = None) -> tuple[Outcome, str]:
    said = StringIO()
    console = Console(file=said, width=400)
    return grade_paths([folder], assignment=assignment, output=output, console=console, timeout=20), said.getvalue()


def dump(gradebook: Path) -> list[str]:
    """All that is in it."""
    with closing(sqlite3.connect(gradebook)) as connection:
        return list(connection.iterdump())


@pytest.mark.fast
@pytest.mark.parametrize("said", ["formerly: 93-tiny", "formerly: [93-tiny]", "formerly: [92-wee, 93-tiny]  # of 2025"])
def test_former_names_are_read_from_the_front_matter_alone(renumbered: Path, said: str) -> None:
    (renumbered / "solutions" / NOW / "master.md").write_text(f"---\ntitle: Tiny\n{said}\n---\nformerly: 12-no\n")
    assert course.former_names() == dict.fromkeys(["92-wee", "93-tiny"] if "92" in said else ["93-tiny"], NOW)


@pytest.mark.fast
def test_a_former_name_on_the_command_line_is_told_the_new_one(renumbered: Path) -> None:
    with pytest.raises(CourseError, match="The exercise 93-tiny is called 94-tiny now"):
        course.require_known([FORMERLY])
    course.require_known([NOW])


@pytest.mark.fast
def test_what_was_built_under_a_former_name_is_not_graded_with(renumbered: Path, tmp_path: Path) -> None:
    (renumbered / "build" / NOW).rename(renumbered / "build" / FORMERLY)
    write_notebook(tmp_path / "class" / "alice.ipynb", [START], FORMERLY)
    with pytest.raises(CourseError, match="The exercise 93-tiny is called 94-tiny now"):
        grade(tmp_path / "class", tmp_path / "out", FORMERLY)


@pytest.mark.fast
def test_a_former_name_in_a_file_name_is_nobody(renumbered: Path, tmp_path: Path) -> None:
    write_notebook(tmp_path / "class" / f"alice_{FORMERLY}.ipynb", [START], FORMERLY)
    assert [found.learner for found in find([tmp_path / "class"]).found] == ["alice"]
    assert person_in(f"alice_{FORMERLY}", [NOW]) != "alice"  # so it is the former name that makes it so


@pytest.mark.parametrize("assignment", [None, NOW])
def test_a_notebook_of_an_earlier_numbering_loses_nothing_and_is_told(
    renumbered: Path, tmp_path: Path, shared_engine: Engine, assignment: str | None
) -> None:
    write_notebook(tmp_path / "class" / "alice" / f"{FORMERLY}.ipynb", ANSWERED, FORMERLY)
    outcome, said = grade(tmp_path / "class", tmp_path / "out", assignment)
    result, = outcome.results
    assert (result.status, result.assignment, result.former) == (Verdict.GRADED, NOW, FORMERLY)
    assert [(q.name, q.score, q.checked) for q in result.questions] == [
        ("q94_1", 1, "in-place"), ("q94_2", 1, "in-place"),
    ]  # fmt: skip
    assert "93-tiny is 94-tiny now (1)" in said and "93-tiny is 94-tiny now (1)" in " ".join(outcome.remarks)
    page = feedback.feedback_page("alice", [result], {NOW: 2.0})
    assert "93-tiny is called 94-tiny now, and was graded as that" in re.sub(r"<[^>]+>", "", page)
    assert "93-tiny is called 94-tiny now" in gradescope.results_json(result)["output"]
    assert "93-tiny is called 94-tiny now" in classreport.class_report([result], ["alice.html"])
    assert SubmissionResult.from_json(result.to_json()) == result

    outcome, said = grade(tmp_path / "class", tmp_path / "out", assignment)
    assert outcome.results == [result] and "1 of 1 are unchanged" in said


def test_a_notebook_of_today_is_told_nothing_of_it(renumbered: Path, tmp_path: Path, shared_engine: Engine) -> None:
    write_notebook(tmp_path / "class" / "alice" / f"{NOW}.ipynb", ANSWERED, NOW)
    outcome, said = grade(tmp_path / "class", tmp_path / "out")
    result, = outcome.results
    assert (result.former, [q.score for q in result.questions]) == ("", [0, 1])  # 93_1 is no question of its own
    assert "numbering" not in said and "numbering" not in feedback.feedback_page("alice", [result], {NOW: 2.0})


def test_a_gradebook_of_an_earlier_numbering_is_refused_and_stays_as_it_is(
    renumbered: Path, tmp_path: Path, shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = renumbered / "solutions" / NOW / "master.md"
    said = master.read_text()
    build_course(renumbered, {"q93_1": TEST.format(name="q93_1", answer="answer", value=42)}, FORMERLY)
    master.unlink()  # the course before: only exercise 93 was there
    write_notebook(tmp_path / "class" / "alice" / f"{FORMERLY}.ipynb", ANSWERED, FORMERLY)
    grade(tmp_path / "class", tmp_path / "out")
    with Gradebook(tmp_path / "out" / GRADEBOOK) as gradebook:
        gradebook.adjustments.say([Said("alice", FORMERLY, "q93_1", 0.5, 1.0, "late", by="teacher")])

    (renumbered / "solutions" / FORMERLY / "master.md").unlink()  # and now it is called 94
    master.write_text(said)
    before = dump(tmp_path / "out" / GRADEBOOK)
    monkeypatch.setattr(worker, "engine", lambda *_: pytest.fail("it was graded"))
    with pytest.raises(CourseError, match=r"93-tiny is 94-tiny now.*another --output"):
        grade(tmp_path / "class", tmp_path / "out")
    assert dump(tmp_path / "out" / GRADEBOOK) == before
    with Gradebook(tmp_path / "out" / GRADEBOOK) as gradebook:
        kept, = gradebook.results()
    assert (kept.assignment, kept.score) == (FORMERLY, 0.5)
    assert "Exercise 93" in feedback.feedback_page("alice", [kept], {})
    for command in (["adjust", "alice", "q93_1", "0.75", "--reason", "agreed"], ["export", "csv"]):
        done = CliRunner().invoke(main, [*command, "--output", str(tmp_path / "out")])
        assert done.exit_code == 0, (command, done.output)
    row, = csv.DictReader(StringIO((tmp_path / "out" / "csv.csv").read_text(encoding="utf-8-sig")))
    assert (row["assignment"], float(row["score"]), row["q93_1"]) == (FORMERLY, 0.75, "0.75")
