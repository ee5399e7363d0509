"""The sample class: the same every time. That it is graded as its file says: tests/book/test_commands.py, which has
it graded by `autograder demo`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder import course
from autograder.authoring.corpus import Edit, Insert
from autograder.authoring.sample_class import MANIFEST, combined, described, drawn, sample_class
from autograder.course import Assignment, CourseError, assignment

NAME = "02-preprocessing"


@pytest.fixture(scope="module")
def exercise() -> Assignment:
    return assignment(NAME)


@pytest.mark.fast
def test_the_small_class_has_one_of_each_kind(exercise: Assignment) -> None:
    samples = described(exercise)
    assert len(samples) >= 8
    assert {sample.status.value for sample in samples if sample.status} == {
        "graded", "timeout", "crashed", "unreadable"}
    assert len({sample.learner for sample in samples}) == len(samples)


@pytest.mark.fast
def test_the_same_seed_is_the_same_class(exercise: Assignment, tmp_path: Path) -> None:
    files = []
    for folder in ("one", "two"):
        sample_class(exercise, tmp_path / folder, learners=60)
        files.append({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()})
    assert files[0] == files[1]
    assert drawn(exercise, 60, seed=1) != drawn(exercise, 60, seed=2)


@pytest.mark.fast
def test_a_large_class_is_mixed_as_it_should_be(exercise: Assignment) -> None:
    samples = drawn(exercise, 2000)
    assert len({sample.learner for sample in samples}) == 2000
    attacks = sum(sample.attack is not None for sample in samples)
    assert 0.03 < attacks / 2000 < 0.1
    perfect = sum(sample.edit == Edit() and sample.attack is None for sample in samples)
    assert 0.2 < perfect / 2000 < 0.3


@pytest.mark.fast
def test_a_class_replaces_only_a_class(exercise: Assignment, tmp_path: Path) -> None:
    sample_class(exercise, tmp_path, learners=9)
    sample_class(exercise, tmp_path, learners=3)
    names = json.loads((tmp_path / MANIFEST).read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, MANIFEST])
    assert len(names) == 3
    (tmp_path / "real-learner.ipynb").write_text("{}")
    with pytest.raises(CourseError, match=r"real-learner.ipynb.*--output"):
        sample_class(exercise, tmp_path, learners=3)
    assert (tmp_path / "real-learner.ipynb").read_text() == "{}"


@pytest.mark.fast
def test_an_exercise_without_a_class_of_its_own_says_so(tiny: Assignment, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="--learners"):
        sample_class(tiny, tmp_path / "class")
    assert len(sample_class(tiny, tmp_path / "class", learners=5)) == 5


@pytest.mark.fast
def test_mistakes_go_together_where_they_can() -> None:
    one, two = Edit(replace={"q9_1": "a"}), Edit(replace={"q9_2": "b"})
    assert combined([one, two]) == Edit(replace={"q9_1": "a", "q9_2": "b"})
    assert combined([one, one]) is None
    assert combined([one, Edit(insert=(Insert("end", "x"),))]) is None


@pytest.mark.fast
@pytest.mark.parametrize(("text", "problem"), [
    ("{learner: a, is: solution, status: fine}", "learner a: status: 'fine': there is no such verdict"),
    ("{learner: a, is: somebody, status: graded}", "'somebody': it is nobody; say one of"),
    ("{learner: a, is: {mistakes: [never made]}, status: graded}", "there is no case 'never made'"),
    ("{learner: a, is: {attack: never-tried}, status: graded}", "there is no attack 'never-tried'"),
    ("{learner: a, is: solution, status: graded, scores: {q9_7: 1}}", "q9_7: 1 is no score of a question"),
    ("{learner: a, is: solution, status: graded, as: letter}", "say notebook or zip"),
    ("{learner: a, is: solution, status: graded, mood: good}", "unknown key 'mood'"),
    ("{learner: a, is: {}, status: graded}", "say one of right, mistakes and attack"),
])
def test_a_slip_in_the_file_is_an_error(
        tiny: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str) -> None:
    monkeypatch.setattr(course, "SOLUTIONS", tmp_path)
    (tmp_path / "90-tiny" / "sample_class.yaml").write_text(f"class:\n  - {text}\n")
    with pytest.raises(CourseError, match=problem) as caught:
        described(tiny)
    assert "90-tiny/sample_class.yaml" in str(caught.value)
