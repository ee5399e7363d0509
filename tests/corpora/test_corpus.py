"""The corpora are read strictly: what is misspelled is an error that names the file and the case.

And no mistake is forgotten: each known one is tried in each exercise, or a reason says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder import course
from autograder.authoring import corpus
from autograder.course import ROOT, Assignment, CourseError, exercise_names
from autograder.grading.results import Verdict

pytestmark = pytest.mark.fast

MISTAKE = """
- name: says two
  source: own
  cause: the answer is two
  replace:
    q9_1: |
      def one():
          return 2
  fails: [q9_1]
  message: two
"""

ATTACK = """
line: "Time and resources: endless loop"
assignment: 90-tiny
replace:
  q9_1: loop.py
expect:
  status: [timeout]
  scores: {q9_1: zero, rest: full}
"""


@pytest.fixture(autouse=True)
def solutions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "SOLUTIONS", tmp_path)


def mistakes(folder: Path, text: str, tiny: Assignment) -> list[corpus.Mistake]:
    (folder / "90-tiny" / "mistakes.yaml").write_text(text)
    return corpus.mistakes(tiny)


def attack(folder: Path, text: str, tiny: Assignment) -> corpus.Attack:
    case = folder / "loop"
    case.mkdir()
    (case / "case.yaml").write_text(text)
    (case / "loop.py").write_text("while True:\n    pass\n")
    return corpus.read_attack(case, {"90-tiny": tiny}.__getitem__)


def test_a_mistake_is_read(tmp_path: Path, tiny: Assignment) -> None:
    case, = mistakes(tmp_path, MISTAKE, tiny)
    assert case.name == "says two"
    assert case.edit.replace == {"q9_1": "def one():\n    return 2\n"}
    assert case.fails == ("q9_1",)
    assert case.messages["q9_1"].search("it is two")
    assert not case.report_only


def test_one_pattern_for_each_question_can_be_given(tmp_path: Path, tiny: Assignment) -> None:
    text = MISTAKE.replace("[q9_1]", "[q9_1, q9_2]").replace("message: two", "message: {q9_1: a, q9_2: b}")
    case, = mistakes(tmp_path, text, tiny)
    assert {question: pattern.pattern for question, pattern in case.messages.items()} == {
        "q9_1": "a", "q9_2": "b"}


def test_the_causes_of_a_mistake_stand_in_place_of_a_pattern(tmp_path: Path, tiny: Assignment) -> None:
    case, = mistakes(tmp_path, MISTAKE.replace("message: two", "causes: {q9_1: [a, b]}\n  never: three"), tiny)
    assert case.causes == {"q9_1": ("a", "b")} and case.messages == {}
    assert case.never is not None and case.never.pattern == "three"
    both = MISTAKE.replace("[q9_1]", "[q9_1, q9_2]")
    case, = mistakes(tmp_path, both + "  causes: {q9_2: a}\n", tiny)
    assert case.causes == {"q9_2": ("a",)} and [*case.messages] == ["q9_1"]
    for text, said in ((MISTAKE + "  causes: {q9_2: a}\n", "q9_2 is not in fails"),
                       (MISTAKE + "  causes: {q9_1: a}\n", "for the questions in fails that have no causes"),
                       (both.replace("message: two", "causes: {q9_2: a}"), "for the questions in fails that have no"),
                       (MISTAKE + "  causes: {q9_1: []}\n", "the name of a wrong variant")):
        with pytest.raises(CourseError, match=said):
            mistakes(tmp_path, text, tiny)


def test_an_exercise_without_a_file_has_no_cases(tiny: Assignment) -> None:
    assert corpus.mistakes(tiny) == []
    assert corpus.right_answers(tiny) == []


def test_report_only_deducts_nothing(tmp_path: Path, tiny: Assignment) -> None:
    text = MISTAKE.replace("  fails: [q9_1]\n  message: two\n", "  report_only: true\n")
    case, = mistakes(tmp_path, text, tiny)
    assert case.report_only and case.fails == ()
    with pytest.raises(CourseError, match="nothing is deducted"):
        mistakes(tmp_path, MISTAKE + "  report_only: true\n", tiny)


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("fails:", "fail:", r"unknown key 'fail'; known are .*fails|say which questions"),
    ("  cause: the answer is two\n", "", "the key 'cause' is missing"),
    ("fails: [q9_1]", "fails: [q9_3]", "no question 'q9_3'; it has q9_1, q9_2"),
    ("fails: [q9_1]", "fails: q9_1", "fails: it has the wrong kind of value: 'q9_1'; say a list"),
    ("fails: [q9_1]", "fails: []", "say which questions it fails"),
    ("    q9_1: |", "    q9_7: |", "no question 'q9_7'"),
    ("    q9_1: |", "    first: |", "there is no cell 'first'"),
    ("message: two", "message: '('", "not a regular expression"),
    ("message: two", "message: {q9_2: two}", "one pattern for each question"),
    ("source: own", "source: own\n  source: twice", "the key 'source' stands twice"),
    ("  replace:", "  remove: [q9_1]\n  replacing:", "unknown key 'replacing'"),
    ("  replace:", "  insert: [{where: nowhere, code: x}]\n  replace:", "'nowhere' is no place"),
    ("  replace:", "  insert: [{where: after q9_5, code: x}]\n  replace:", "no question 'q9_5'"),
    ("  replace:", "  base: solution\n  replace:", "say solved, untouched or bare"),
    ("name: says two", "name: 2", "name: it has the wrong kind of value: 2; say text"),
])
def test_a_slip_is_an_error_that_names_file_and_case(
        tmp_path: Path, tiny: Assignment, old: str, new: str, problem: str) -> None:
    assert old in MISTAKE
    with pytest.raises(CourseError, match=problem) as caught:
        mistakes(tmp_path, MISTAKE.replace(old, new, 1), tiny)
    assert "90-tiny/mistakes.yaml" in str(caught.value)
    if "twice" not in problem and "name" not in old:
        assert "case says two" in str(caught.value)


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path, tiny: Assignment) -> None:
    (tmp_path / "90-tiny" / "mistakes.yaml").write_bytes(MISTAKE.replace("two", "zwölf").encode("latin-1"))
    with pytest.raises(CourseError, match=r"90-tiny/mistakes.yaml is no UTF-8 .*Save it as UTF-8"):
        corpus.mistakes(tiny)


def test_two_cases_of_one_name_are_an_error(tmp_path: Path, tiny: Assignment) -> None:
    with pytest.raises(CourseError, match="another case has this name"):
        mistakes(tmp_path, MISTAKE + MISTAKE, tiny)


def test_a_case_that_changes_nothing_is_an_error(tmp_path: Path, tiny: Assignment) -> None:
    (tmp_path / "90-tiny" / "right_answers.yaml").write_text("- name: same\n  style: the same\n")
    with pytest.raises(CourseError, match="case same: it changes nothing"):
        corpus.right_answers(tiny)


def test_an_attack_takes_its_code_from_its_folder(tmp_path: Path, tiny: Assignment) -> None:
    case = attack(tmp_path, ATTACK, tiny)
    assert case.name == "loop"
    assert case.edit.replace == {"q9_1": "while True:\n    pass\n"}
    assert case.expect.status == (Verdict.TIMEOUT,)
    assert case.expect.scores == {"q9_1": "zero", "rest": "full"}
    assert [handed_in.name for handed_in in case.files] == ["loop.ipynb"]


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("loop.py", "missing.py", "missing.py does not exist"),
    ("[timeout]", "[timeouts]", "status: 0: 'timeouts': there is no such verdict; say one of graded"),
    ("q9_1: zero", "q9_1: none", "scores: q9_1: 'none': that is no score; say full"),
    (", rest: full", "", "say what the other questions must score"),
    ("  scores: {q9_1: zero, rest: full}\n", "", "say what the scores must be"),
    ("  status:", "  outcome: bad\n  status:", "unknown key 'outcome'"),
    ("expect:", "files: [{name: a, fifo: true, folder: true}]\nexpect:", "a file is one thing"),
    ("expect:", "files: [{name: a, parts: [{hex: zz}]}]\nexpect:", "parts: 0: hex: 'zz': it is not hexadecimal"),
    ("expect:", "files: [{name: a, parts: [{words: zz}]}]\nexpect:",
     "parts: 0: unknown key 'words'; known are text, hex, repeat, notebook"),
    ("replace:\n  q9_1: loop.py\n", "", "changes nothing"),
])
def test_a_slip_in_an_attack_is_an_error_that_names_the_file(
        tmp_path: Path, tiny: Assignment, old: str, new: str, problem: str) -> None:
    assert old in ATTACK
    with pytest.raises(CourseError, match=problem) as caught:
        attack(tmp_path, ATTACK.replace(old, new, 1), tiny)
    assert "loop" in str(caught.value)


# --- The corpora of the exercises: every known mistake is tried, or a reason says why it is not ------------------

FIELD_GUIDE = course.SOLUTIONS / "field_guide.yaml"
EXERCISES = exercise_names()
LINES: list[str] = corpus.parse(course.SOLUTIONS / "known_mistakes.yaml")
TRIED: dict[str, list[dict[str, Any]]] = {
    path.parent.name: corpus.parse(path) for path in sorted(course.SOLUTIONS.glob("*/mistakes.yaml"))}
NOT_TRIED: dict[str, list[dict[str, Any]]] = {
    path.parent.name: corpus.parse(path) for path in sorted(course.SOLUTIONS.glob("*/not_tried.yaml"))}
"""Of the exercises that are tried on every known mistake. A new one begins without; its author decides."""


def test_the_list_of_lines_names_each_of_them_once() -> None:
    assert len(LINES) == len(set(LINES)) > 60
    assert len(NOT_TRIED) >= 8 and NOT_TRIED.keys() <= set(EXERCISES)


@pytest.mark.parametrize("exercise", TRIED)
def test_every_case_comes_from_a_line_of_the_list_or_is_our_own(exercise: str) -> None:
    unknown = {case["name"]: case["source"] for case in TRIED[exercise]
               if case["source"] not in {"own", *LINES}}
    assert not unknown, "solutions/known_mistakes.yaml has no such line"


@pytest.mark.parametrize("exercise", NOT_TRIED)
def test_every_line_has_a_case_or_a_reason(exercise: str) -> None:
    tried = {case["source"] for case in TRIED[exercise]}
    excused = [line for reason in NOT_TRIED[exercise] for line in reason["lines"]]
    assert all(reason.keys() == {"why", "lines"} and reason["why"] for reason in NOT_TRIED[exercise])
    assert len(excused) == len(set(excused)) and set(excused) <= set(LINES)
    assert set(LINES) - tried - set(excused) == set(), "neither a case nor a reason"
    assert tried & set(excused) == set(), "it has a case: the reason is out of date"


def test_the_graders_are_tried_on_every_mistake_of_the_field_guide() -> None:
    """As its page says."""
    tried = corpus.parse(FIELD_GUIDE)
    guide = yaml.safe_load((ROOT / "book" / "experiments" / "mistakes.yaml").read_text(encoding="utf-8"))
    assert set(tried) == {mistake["name"] for mistake in guide["mistakes"]}
    known = {(exercise, case["name"]) for exercise, cases in TRIED.items() for case in cases}
    for mistake, exercises in tried.items():
        named = {(exercise, case) for exercise, cases in exercises.items() for case in cases}
        assert named, mistake
        assert named <= known, f"{mistake}: no mistakes.yaml has such a case"
