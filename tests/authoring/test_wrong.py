"""Wrong variants: read strictly, proven to be told apart, and handed out as sketches and sentences only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder import course
from autograder.authoring import build, leaks, wrong
from autograder.authoring.master import read_master
from autograder.course import CourseError
from autograder.grading import causes
from tests.authoring.conftest import edit

VARIANTS = """
q9_1:
  - name: square
    says: That is the square. Take twice as much.
    code: |
      def double(x):
          return x * x
  - name: as it was
    says: That is the number itself. Take twice as much.
    code: |
      def double(x):
          return x
"""
PREDICTED = """
q9_2:
  - name: one too few
    says: That is one too few.
    code: answer = 41
"""


def written(root: Path, text: str) -> Path:
    """The variants of the tiny exercise, whose public check tries two numbers."""
    edit(root, """    assert digits.call(
        double, 3, name="double",
    ) == 6, "`double(3)` should be 6"
""", """    found = [digits.call(double, x, name="double") for x in (3, 4)]
    assert found == [6, 8], "`double(3)` should be 6"
""")
    file = root / "solutions" / "91-tiny" / wrong.FILE
    file.write_text(text, encoding="utf-8")
    return file


def refused(root: Path, text: str) -> str:
    file = root / "solutions" / "91-tiny" / wrong.FILE
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as error:
        wrong.read(read_master(course.master("91-tiny")), file)
    return str(error.value)


@pytest.mark.fast
@pytest.mark.parametrize(("old", "new", "said"), [
    ("q9_1", "q9_7", "there is no question q9_7; it has q9_1, q9_2"),
    ("q9_1", "one", "unknown key 'one'"),
    ("code: |", "cod: |", "the key 'code' is missing"),
    ("name: as it was", "name: square", "variant square: another variant of q9_1 has this name too"),
    ("return x * x", "return x *", "q9_1, variant square: its code is not Python, line 2"),
    ("double(x):\n          return x * x", "twice(x):\n          return x", "its code defines twice; the tests"),
    ("Take twice as much.\n    code", "Take twice as much\n    code", "is a sentence or two, and ends with a period"),
])  # fmt: skip
def test_what_is_not_in_order_is_named(tiny: Path, old: str, new: str, said: str) -> None:
    assert old in VARIANTS
    assert said in refused(tiny, VARIANTS.replace(old, new, 1))


@pytest.mark.fast
def test_no_file_no_variants(tiny: Path) -> None:
    assert not wrong.read(read_master(course.master("91-tiny")), tiny / "nowhere.yaml").variants


def test_what_is_built_of_them(tiny: Path) -> None:
    written(tiny, VARIANTS + PREDICTED)
    build.build_exercise("91-tiny")
    exercise = course.assignment("91-tiny")
    known = causes.load(exercise.variants)
    assert {question: [one.name for one in about.variants] for question, about in known.items()} == {
        "q9_1": ["square", "as it was"], "q9_2": ["one too few"]}
    public = (exercise.public_tests / course.CAUSES).read_text(encoding="utf-8")
    told = json.loads(public)
    assert [one["says"] for one in told["q9_1"]] == [one.says for one in known["q9_1"].variants]
    assert "q9_2" not in told  # its public checks pass
    assert "def " not in public and "return" not in public
    secret = leaks.secrets(course.master("91-tiny"))
    assert not leaks.find({f"tests/91-tiny/{course.CAUSES}": public.encode()}, [secret])
    found = leaks.find({"tests/91-tiny/other.json": b"That is one too few.\nreturn x * x"}, [secret])
    assert {leak.what.partition(":")[0] for leak in found} == {
        "the hint of a hidden test of 91-tiny", "a line of the solution or of a hidden test of 91-tiny"}


@pytest.mark.parametrize(("old", "new", "said"), [
    ("return x * x", "return abs(x) * abs(x)\n  - name: power\n    says: That is a power.\n    code: |\n"
                     "      def double(x):\n          return x ** 2",
     "q9_1, variant 'square': on the inputs of the tests it gives the same as 'power'"),
    ("return x * x", "return x + x", "q9_1, variant 'square': it earns everything"),
    ("return x * x", "raise ValueError", "q9_1, variant 'square': it cannot be told from the solution, or only"),
])  # fmt: skip
def test_what_cannot_be_told_apart_is_refused(tiny: Path, old: str, new: str, said: str) -> None:
    written(tiny, VARIANTS.replace(old, new, 1))
    with pytest.raises(CourseError) as error:
        build.build_exercise("91-tiny")
    assert said in str(error.value) and "solutions/91-tiny/variants.yaml" in str(error.value)
    assert not (tiny / "build" / "91-tiny" / "assignment.json").exists()


@pytest.mark.fast
def test_a_question_inherits_the_mistakes_of_what_it_calls() -> None:
    variants = {"q1": (wrong.Written("no bias", "The bias is missing.", "def f(x):\n    return x"),)}
    known = wrong.Wrong("", {"q1": "def f(x):\n    return x + 1", "q2": "def g(x):\n    return f(f(x))"}, variants)
    inherited, = known.inherited("q2")
    assert inherited.name == "q1: no bias"
    assert (inherited.says, inherited.of) == ("The bias is missing.", "f")
    assert not known.inherited("q1")
    assert known.helpers == {"q2": {"f": "q1"}}


@pytest.mark.fast
def test_what_an_answer_calls_is_known_without_any_variant(tmp_path: Path) -> None:
    file = tmp_path / "variants.py"
    answers = {"q1": "def f(x):\n    return x + 1", "q2": "def g(x):\n    return f(f(x))"}
    file.write_bytes(wrong.to_python(wrong.Wrong("\n\n".join(answers.values()), answers)))
    known = causes.load(file)
    assert {question: about.helpers for question, about in known.items()} == {"q2": ("f",)}
    assert known["q2"].solution is not None and known["q2"].solution()["g"](1) == 3


@pytest.mark.fast
def test_the_file_that_is_run_holds_what_was_written(tmp_path: Path) -> None:
    variants = {"q1": (wrong.Written('a "name"', "It's so.", "count = 3"),)}
    file = tmp_path / "variants.py"
    file.write_bytes(wrong.to_python(wrong.Wrong("def given():\n    return 2", {"q1": ""}, variants)))
    known = causes.load(file)["q1"]
    assert known.solution is None and not known.inherited
    assert [(one.name, one.says, one.answer()) for one in known.variants] == [('a "name"', "It's so.", {"count": 3})]
