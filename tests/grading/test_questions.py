"""A question's test file on a lazily filled environment: scores as Otter's, messages a learner may read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.questions import BrokenTestFileError, CaseHooks, QuestionRun
from autograder.grading.results import CellResult, QuestionResult
from autograder.grading.variables import Environment

pytestmark = pytest.mark.fast


class Variables:
    """A notebook that has these variables."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.generation = 0
        self.asked: list[str] = []

    def names(self) -> list[str]:
        return list(self.values)

    def get(self, name: str, among: Mapping[str, object]) -> object:
        self.asked.append(name)
        return self.values[name]


def run(tmp_path: Path, source: str, trouble: str = "", error: BaseException | None = None,
        cells: list[tuple[str, CellResult]] | None = None, **values: Any) -> QuestionResult:  # fmt: skip
    path = tmp_path / "q1.py"
    path.write_text(source)
    begun: list[bool] = []  # trouble comes with the case
    hooks = CaseHooks(lambda hidden: begun.append(True), lambda: trouble if begun else "", lambda: error)
    return QuestionRun(path, Variables(**values), hooks, [tmp_path], cells or []).result("q1", "at-end")


def exception_test(body: str, hidden: bool = False, parameters: str = "x", more: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = 2\n"
        f"@test_case(points=None, hidden={hidden}{more})\ndef test_it({parameters}):\n{lines}\n"
    )


def ok_test(code: str, hidden: bool = False) -> str:
    case = {"code": code, "hidden": hidden}
    suite = {"type": "doctest", "scored": True, "setup": "", "teardown": "", "cases": [case]}
    return f"OK_FORMAT = True\ntest = {{'name': 'q1', 'points': 2, 'suites': [{suite!r}]}}\n"


def message(result: QuestionResult) -> str:
    (case,) = result.cases
    assert not case.passed
    assert result.score == 0
    return case.message


@pytest.mark.parametrize("hidden", [False, True])
def test_an_assertions_text_is_the_message(tmp_path: Path, hidden: bool) -> None:
    assert message(run(tmp_path, exception_test("assert x == 2, 'Two, please.'", hidden), x=1)) == "Two, please."
    assert message(run(tmp_path, ok_test(">>> assert x == 2, 'Two, please.'", hidden), x=1)) == "Two, please."


def test_a_public_case_without_text_says_what_is_not_so(tmp_path: Path) -> None:
    assert message(run(tmp_path, exception_test("assert x == 2"), x=1)) == "This is not so: x == 2"
    assert message(run(tmp_path, exception_test("1 / x"), x=0)) == "ZeroDivisionError: division by zero"
    assert message(run(tmp_path, ok_test(">>> y = x + 1\n>>> assert y == 3"), x=1)) == "This is not so: y == 3"
    said = "This is not as expected: x + 1\nExpected:\n    3\nGot:\n    2"
    assert message(run(tmp_path, ok_test(">>> x + 1\n3"), x=1)) == said
    assert message(run(tmp_path, ok_test(">>> 1 / x"), x=0)) == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("source", [
    exception_test("assert x == 987654", True),
    exception_test("assert 987654 / x", True),
    exception_test("import numpy as np\nnp.testing.assert_array_equal(x, [987654])", True),
    exception_test("raise ValueError(987654)", True),
    ok_test(">>> x + 987654\n987656", True),
    ok_test(">>> assert x == 987654", True),
    ok_test(">>> raise ValueError(987654)", True),
])  # fmt: skip
def test_a_hidden_case_shows_no_value_and_no_source(tmp_path: Path, source: str) -> None:
    text = message(run(tmp_path, source, x=0))
    assert text.startswith("A hidden test of this question failed.")
    assert "98765" not in text


def test_a_cases_own_hint_is_shown(tmp_path: Path) -> None:
    hint = ", failure_message='Think of zero.'"
    assert message(run(tmp_path, exception_test("assert x", True, more=hint), x=0)) == "Think of zero."
    assert message(run(tmp_path, exception_test("assert x, 'No.'", more=hint), x=0)) == "Think of zero.\nNo."


def test_of_a_public_doctest_its_own_lines_are_told_whatever_was_heard(tmp_path: Path) -> None:
    heard = CaseHooks(lambda hidden: None, lambda: "", lambda: None, lambda: True)

    def told(name: str, source: str) -> str:
        (tmp_path / name).write_text(source)  # the texts of a file are read once
        (case,) = QuestionRun(tmp_path / name, Variables(x=1), heard, [tmp_path]).result("q1", "at-end").cases
        return case.message if case.told is None else case.told

    said = "This is not as expected: [y, y]\nExpected:\n    [3, 3]\nGot:\n    …"
    assert told("shown.py", ok_test(">>> y = x + 1\n>>> [y,\n...  y]\n[3, 3]")) == said
    assert told("asserted.py", ok_test(">>> assert x == 2")) == "This is not so: x == 2"
    for number, source in enumerate((">>> assert x == 2", ">>> x\n2", ">>> assert x == 2, 'Two.' * x")):
        assert told(f"hidden{number}.py", ok_test(source, hidden=True)).startswith("A hidden test")


@pytest.mark.parametrize("own", [True, False])
def test_what_a_hidden_case_of_another_course_says_is_no_hint(tmp_path: Path, own: bool) -> None:
    path = tmp_path / "q1.py"
    source = exception_test("assert x == 2, 'Two, please.'", True, more=", failure_message='Think of two.'")
    path.write_text(source)
    hooks = CaseHooks(lambda hidden: None, lambda: "", lambda: None)
    (case,) = QuestionRun(path, Variables(x=1), hooks, [tmp_path], own=own).result("q1", "at-end").cases
    assert case.message == "Think of two.\nTwo, please."  # for the instructor
    assert (case.told or case.message) == ("Think of two.\nTwo, please." if own else "Think of two.")


@pytest.mark.parametrize("source", [exception_test("assert f(1) == 2", True, "f"), ok_test(">>> f(1)\n2", True)])
def test_what_the_learners_own_code_raised_is_shown(tmp_path: Path, source: str) -> None:
    error = ValueError("mine")

    def f(x: int) -> None:
        raise error

    assert message(run(tmp_path, source, error=error, f=f)) == "Your code raised ValueError: mine"
    error.args = ("secret input " * 100,)
    assert len(message(run(tmp_path, source, error=error, f=f))) < 150


@pytest.mark.parametrize("source", [
    exception_test("assert scale(1) == 1", parameters="scale"),
    exception_test("assert scale(1) == 1", True, parameters="scale"),
    exception_test("assert env['scale'](1) == 1", parameters="env"),
    exception_test("assert scale is not None", True, parameters="scale"),
    ok_test(">>> scale(1)\n1"), ok_test(">>> [scale(i) for i in range(2)]\n[0, 1]", True),
    ok_test(">>> def f(x):\n...     return scale(x)\n>>> f(1)\n1"),
])  # fmt: skip
def test_a_missing_name_is_named(tmp_path: Path, source: str) -> None:
    assert message(run(tmp_path, source, other=1)) == (
        "The notebook has no `scale`. Was it renamed, or is its cell missing?"
    )
    assert "It has `scle`" in message(run(tmp_path, source, scle=1))


def test_a_notebook_that_says_nothing_any_more_gives_no_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(self: Variables) -> list[str]:
        raise TimeoutError

    monkeypatch.setattr(Variables, "names", late)
    text = message(run(tmp_path, exception_test("scale()", parameters="scale"), scle=1))
    assert text == "The notebook has no `scale`. Was it renamed, or is its cell missing?"


def test_a_message_that_names_the_missing_name_itself_stays(tmp_path: Path) -> None:
    source = exception_test("assert scale, 'Define `scale` first.'", parameters="scale")
    assert message(run(tmp_path, source)) == "Define `scale` first."


@pytest.mark.parametrize(("source", "found"), [
    ("def scale(x):", True), ("scale = 1", True), ("a, scale = 1, 2", True), ("scale: int = 3", True),
    ("class scale:", True), ("for i in x:\n    scale = i", True), ("(a, scale) = t", True),
    ("scale == 1", False), ("rescale = 1", False), ("scale2 = 1", False), ("x = scale", False),
    ("def f(scale):", False),
])  # fmt: skip
def test_the_cell_that_should_have_made_it_is_named(tmp_path: Path, source: str, found: bool) -> None:
    cells = [
        ("a = 1", CellResult(0, "ok", 0.1)),
        (source, CellResult(1, "raised", 0.1, "...\nNameError: hm\n")),
    ]
    text = message(run(tmp_path, exception_test("scale()", parameters="scale"), cells=cells))
    assert ("It belongs to code cell 2, which stopped with NameError: hm." in text) == found


@pytest.mark.parametrize("source", [exception_test("pass"), ok_test(">>> 1\n1")])
def test_trouble_fails_a_case_that_passed(tmp_path: Path, source: str) -> None:
    assert message(run(tmp_path, source, trouble="It died.", x=1)) == "It died."


def test_after_trouble_no_case_is_run(tmp_path: Path) -> None:
    source = exception_test("pass") + "@test_case(points=1)\ndef test_next(): open('reached', 'w')\n"
    result = run(tmp_path, source, trouble="It died.", x=1)
    assert [case.message for case in result.cases] == ["It died."] * 2
    assert not Path("reached").exists()


def test_points_are_split_as_otter_splits_them(tmp_path: Path) -> None:
    source = (
        "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = 5\n"
        "@test_case(points=2)\ndef a(x): assert x\n"
        "@test_case(points=None, hidden=True)\ndef b(x): assert x\n"
        "@test_case(points=None, hidden=True)\ndef c(x): assert not x\n"
    )
    result = run(tmp_path, source, x=1)
    assert [case.points for case in result.cases] == [2, 1.5, 1.5]
    assert (result.score, result.possible) == (3.5, 5)
    assert run(tmp_path, source + "all_or_nothing = True\n", x=1).score == 0
    sixths = exception_test("pass") + "".join(f"@test_case(points=None)\ndef test_{n}(x): pass\n" for n in range(5))
    assert run(tmp_path, sixths).score == 2


def test_one_case_that_leaves_does_not_take_the_others(tmp_path: Path) -> None:
    source = exception_test("raise SystemExit") + "@test_case(points=1)\ndef test_next(x): assert x == 1\n"
    result = run(tmp_path, source, x=1)
    assert [case.passed for case in result.cases] == [False, True]


@pytest.mark.parametrize("source", ["", "OK_FORMAT = False\n", "OK_FORMAT = False\n1 / 0", "OK_FORMAT = True\nx = ("])
def test_a_broken_test_file_is_the_graders_fault(tmp_path: Path, source: str) -> None:
    with pytest.raises(BrokenTestFileError, match=r"q1\.py cannot be loaded"):
        run(tmp_path, source)


class TestEnvironment:
    """The dictionary that is filled when asked."""

    def test_nothing_is_asked_for_before_it_is_used(self) -> None:
        source = Variables(x=1, y=2)
        environment = Environment(source)
        assert source.asked == []
        assert (environment["x"], environment.get("x"), environment.get("z", 7)) == (1, 1, 7)
        assert source.asked == ["x", "z"]
        assert environment.missing == {"z"}

    def test_it_looks_like_the_notebooks_variables(self) -> None:
        environment = Environment(Variables(x=1, y=2))
        environment["t"] = 3
        assert "x" in environment and "t" in environment and "z" not in environment
        assert sorted(environment) == sorted(environment.keys()) == ["t", "x", "y"]
        assert dict(environment.items()) == {"x": 1, "y": 2, "t": 3}
        assert sorted(environment.values()) == [1, 2, 3]
        assert len(environment) == 3
        with pytest.raises(KeyError):
            environment["z"]

    def test_a_value_is_asked_for_again_when_something_has_run(self) -> None:
        source = Variables(x=[1])
        environment = Environment(source)
        first = environment["x"]
        assert environment["x"] is first
        source.values["x"] = [2]
        assert environment["x"] is first
        source.generation += 1
        assert environment["x"] == [2]

    def test_what_a_test_assigns_stays(self) -> None:
        source = Variables(x=1)
        environment = Environment(source)
        _ = environment["x"]
        environment["x"] = 5
        source.generation += 1
        assert environment["x"] == 5

    def test_a_copy_is_apart_but_shares_what_is_missing(self) -> None:
        environment = Environment(Variables(x=1))
        copy = environment.copy()
        copy["t"] = 1
        assert "t" not in environment
        assert copy.get("z") is None
        assert environment.missing == {"z"}
