"""`digits.checks`: found by folder whatever the notebook's name, the message first, nothing left behind."""

from __future__ import annotations

import builtins
import json
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import digits
import matplotlib
import numpy as np
import otter
import pytest

from tests.exercises.test_messages import GARBAGE

pytestmark = pytest.mark.fast

TEST_FILE = '''\
import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q9_1"
points = 2


@test_case(points=None, hidden=False)
def double_of_three(double):
    value = digits.call(double, 3, name="double")
    digits.expect_number(value, name="double(3)", equal=6, cause="Is it `2 * x`?")


@test_case(points=None, hidden=False)
def double_of_array(double):
    digits.expect_array(digits.call(double, np.ones(2), name="double"), name="double(ones)", equal=[2, 2])
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder with the checks of one exercise."""
    tests = tmp_path / "tests" / "09-tiny"
    tests.mkdir(parents=True)
    (tests / "q9_1.py").write_text(TEST_FILE)
    monkeypatch.setattr(digits, "HERE", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def feedback(**names: Any) -> digits.Feedback:
    """What `grader.check("q9_1")` answers in a notebook with these names."""
    result = digits.checks("09-tiny").check("q9_1", names)
    assert isinstance(result, digits.Feedback)
    return result


def test_right(folder: Path) -> None:
    result = feedback(double=lambda x: 2 * x)
    assert result.passed
    assert repr(result) == "✔ q9_1 passed all 2 checks you can see."
    assert "<b>q9_1</b> passed all 2 checks you can see." in result._repr_html_()


def test_wrong_puts_the_message_first_and_nothing_of_otters(folder: Path) -> None:
    result = feedback(double=lambda x: x * x)
    assert not result.passed
    assert result.messages == [
        "`double(3)` is 9; expected 6. Is it `2 * x`?",
        "`double(ones)` is wrong at index [0]: got 1, expected 2.",
    ]
    text, page = repr(result), result._repr_html_()
    assert text.startswith("✘ q9_1 is not right yet: 2 of 2 checks failed.\n  - `double(3)` is 9")
    assert "<code>double(3)</code> is 9; expected 6. Is it <code>2 * x</code>?" in page
    for boilerplate in ("Error at line", "Test case", "AssertionError", "digits.", "test_case"):
        assert boilerplate not in text + page


ALSO = "Also tried when graded: no numbers, <other> `x`."


def test_what_is_also_tried_when_graded_comes_after_a_check_that_passed(
        folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "tests" / "09-tiny" / "tried.json"
    file.write_text(json.dumps({"q9_1": "no numbers, <other> `x`"}))
    result = feedback(double=lambda x: 2 * x)
    assert repr(result) == f"✔ q9_1 passed all 2 checks you can see.\n  {ALSO}"
    assert "graded: no numbers, &lt;other&gt; <code>x</code>.</div>" in result._repr_html_()
    assert result.passed and not result.messages
    for double in (lambda x: x, ...):
        result = feedback(double=double)
        assert not result.passed and "graded" not in repr(result) + result._repr_html_()
    exec('double = lambda x: 2 * x\ndigits.checks("09-tiny").check_all()', {"digits": digits})
    assert ALSO in capsys.readouterr().out
    for damaged in ("", "[]", "{", '{"q9_1": 3}', '{"q9_2": "no numbers"}'):
        file.write_text(damaged)
        assert repr(feedback(double=lambda x: 2 * x)) == "✔ q9_1 passed all 2 checks you can see."


def test_half_right(folder: Path) -> None:
    def double(x: Any) -> Any:
        return 2 * x if isinstance(x, int) else x

    assert "1 of 2 checks failed" in repr(feedback(double=double))


def test_not_written(folder: Path) -> None:
    def double(x: Any) -> Any:
        raise NotImplementedError("Write your answer in `double` and run its cell.")

    result = feedback(double=double)
    assert repr(result) == (
        "✘ q9_1 is not written yet.\n  - Write your answer in `double` and run its cell. "
        "It goes in place of the line that begins with `raise`."
    )
    assert "There is no `double` in your notebook" in repr(feedback())


def test_the_same_error_is_told_once(folder: Path) -> None:
    message, = feedback(double=lambda x: y * x).messages  # type: ignore[name-defined]  # noqa: F821
    assert message.startswith("Given 3, `double` stopped with NameError: name 'y' is not defined.")
    numbers = iter(range(9))

    def double(x: Any) -> Any:
        raise ValueError(f"<Dense name=dense_{next(numbers)}>")

    message, = feedback(double=double).messages
    assert "dense_0" in message


def test_what_a_learner_wrote_is_not_taken_for_html(folder: Path) -> None:
    def double(x: Any) -> Any:
        raise ValueError("<script>alert(1)</script>")

    page = feedback(double=double)._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_check_sees_the_variables_of_the_cell_that_calls_it(folder: Path) -> None:
    cell = {"digits": digits}
    exec('double = lambda x: 2 * x\nresult = digits.checks("09-tiny").check("q9_1")', cell)
    assert cell["result"].passed  # type: ignore[attr-defined]


def test_all_questions_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec('double = lambda x: 2 * x\ndigits.checks("09-tiny").check_all()', {"digits": digits})
    assert capsys.readouterr().out == "✔ q9_1 passed all 2 checks you can see.\n"


def test_random_numbers_do_not_depend_on_checks(folder: Path) -> None:
    source = TEST_FILE + "\n    import random\n    random.random()\n    np.random.rand()\n"
    (folder / "tests" / "09-tiny" / "q9_1.py").write_text(source)
    drawn = []
    for checked in (False, True):
        random.seed(1)
        np.random.seed(1)
        if checked:
            result = feedback(double=lambda x: 2 * x)
            assert result.passed
            repr(result), result._repr_html_()
        drawn.append((random.random(), np.random.rand()))
    assert drawn[0] == drawn[1]


def test_nothing_is_left_behind(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    feedback(double=lambda x: 2 * x)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("others", [[], ["my own name.ipynb"], ["one.ipynb", "another.ipynb"]])
def test_the_notebooks_name_does_not_matter(folder: Path, others: list[str]) -> None:
    for name in others:
        (folder / name).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    assert feedback(double=lambda x: 2 * x).passed


def test_the_folder_of_the_kernel_does_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert feedback(double=lambda x: 2 * x).passed


def test_without_checks_it_says_what_to_fetch_and_goes_on(folder: Path) -> None:
    (folder / "tests" / "09-tiny" / "q9_1.py").unlink()
    (folder / "tests" / "09-tiny").rmdir()
    message, = feedback(double=lambda x: 2 * x).messages
    assert "fetch the folder tests/09-tiny from the course's exercises folder" in message
    assert str(folder / "tests" / "09-tiny") in message


def test_an_unknown_question(folder: Path) -> None:
    message, = digits.checks("09-tiny").check("q9_2", {}).messages
    assert message == "There is no question 'q9_2' in this exercise. It has q9_1."


def test_without_otter_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "otter":
            raise ModuleNotFoundError("No module named 'otter'", name="otter")
        return real(name, *args, **kwargs)

    real: Callable[..., Any] = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ModuleNotFoundError, match=r"run `%pip install otter-grader==[\d.]+`"):
        digits.checks("09-tiny")


def test_otters_grading_mode_uses_its_own_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `otter run` the checks come with the grader, and the learner's folder has none."""
    elsewhere = folder / "graders"
    (folder / "tests" / "09-tiny").rename(elsewhere)
    monkeypatch.setattr(otter.Notebook, "_grading_mode", True)
    monkeypatch.setattr(otter.Notebook, "_tests_dir_override", str(elsewhere))
    assert feedback(double=lambda x: 2 * x).passed


def test_a_grader_that_stands_in_for_otter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the cell runner `otter` is a stand-in: it is asked, and its answer is handed through."""

    asked = []

    class Neutral:
        """Stands any use, as the cell runner's does."""

        def __getattr__(self, name: str) -> object:
            return self

        def __len__(self) -> int:
            return 0

    class StandIn:
        def __init__(self, *args: object, **kwargs: object) -> None:
            pass

        def check(self, question: str, *args: object) -> Neutral:
            asked.append(question)
            return Neutral()

    monkeypatch.setattr(otter, "Notebook", StandIn)
    monkeypatch.setattr(digits, "HERE", folder / "nothing here")
    assert isinstance(digits.checks("09-tiny").check("q9_1", {}), Neutral)
    assert asked == ["q9_1"]


def test_once_written_goes_on_without_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with digits.once_written():
        raise NotImplementedError("Write your answer in `double` and run its cell.")
    said = capsys.readouterr().out
    assert said == "Write your answer in `double` and run its cell. Then run this cell again.\n"


def test_once_written_points_to_the_checks_when_an_answer_stops_the_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "FAILED", set())
    with digits.once_written():
        1 / 0  # noqa: B018
    said = capsys.readouterr().out
    assert "stopped with ZeroDivisionError: division by zero" in said and "`grader.check` cells above" in said
    digits.FAILED.update({"q6_4", "q6_3"})
    with digits.once_written():
        raise ValueError("shapes (3,2) and (3,4) not aligned\nand more")
    said = capsys.readouterr().out
    assert "not aligned\nNot right yet at the last check: q6_3, q6_4. Mend that first." in said
    with pytest.raises(KeyboardInterrupt), digits.once_written():
        raise KeyboardInterrupt


@pytest.mark.parametrize(("shape", "drawn"), [((28, 28), 1), ((1, 5, 3), 1), ((23, 4, 4), 23)])
def test_show_draws_every_image(shape: tuple[int, ...], drawn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: None)
    for dtype, white in (("uint8", 255), ("float32", 1)):
        digits.show(np.zeros(shape, dtype), labels=list(range(drawn)))
        axes = plt.gcf().axes
        assert sum(len(axis.images) for axis in axes) == drawn
        assert {image.get_clim() for axis in axes for image in axis.images} == {(0, white)}
        assert [text.get_text() for axis in axes for text in axis.texts] == [str(n) for n in range(drawn)]
        assert len(axes) == 1, "each axis takes longer to make than an image to draw"
        plt.close("all")


def test_show_says_what_it_can_draw() -> None:
    with pytest.raises(ValueError, match=r"got shape \(784,\)"):
        digits.show(np.zeros(784))
    with pytest.raises(ValueError, match=r"got shape \(0, 28, 28\)"):
        digits.show(np.zeros((0, 28, 28)))
    with pytest.raises(ValueError, match=r"at most 100 images at once; got 60,000.*`images\[:20\]`"):
        digits.show(np.broadcast_to(np.uint8(0), (60_000, 28, 28)))


class TestCauses:
    """What is told of an answer that gives exactly what a well-known wrong one gives."""

    @pytest.fixture(autouse=True)
    def wrong(self, folder: Path) -> None:
        def gave(*values: Any) -> list[Any]:
            return [["double", digits.sketch(value)] for value in values]

        variants = [
            {"says": "That is the square. Add in place of that.", "calls": gave(9, np.ones(2))},
            {"says": "That is the square. It is a float.", "calls": gave(9.0, np.ones(2))},
            {"says": "That is the number itself.", "calls": gave(3, np.ones(2))},
        ]
        text = json.dumps({"q9_1": [{**one, "values": {}, "dtype_only": False} for one in variants]})
        (folder / "tests" / "09-tiny" / "causes.json").write_text(text)

    def test_the_cause_comes_first_and_one_example_of_it(self) -> None:
        assert feedback(double=lambda x: x).messages == [
            "That is the number itself.", "`double(3)` is 3; expected 6. Is it `2 * x`?"]

    def test_no_cause_for_what_gives_something_else_anywhere(self) -> None:
        for double in (lambda x: x + 1, lambda x: x if isinstance(x, int) else 3 * x, lambda x: 1 / 0, lambda x: [x]):
            assert not any("number itself" in message for message in feedback(double=double).messages)

    def test_of_several_what_all_of_them_say(self) -> None:
        assert feedback(double=lambda x: x * x).messages[0] == "That is the square. Add in place of that."
        assert feedback(double=lambda x: np.float32(x * x) if isinstance(x, int) else x).messages[0] == (
            "That is the square. It is a float.")

        def odd(x: Any) -> Any:
            return np.bool_(True) if isinstance(x, int) else x.astype(int)

        assert "square" not in " ".join(feedback(double=odd).messages)

    def test_a_right_answer_is_right(self) -> None:
        assert feedback(double=lambda x: 2 * x).passed

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"q9_1": 3}'])
    def test_a_damaged_file_costs_nothing_but_the_cause(self, folder: Path, text: str) -> None:
        (folder / "tests" / "09-tiny" / "causes.json").write_text(text)
        assert feedback(double=lambda x: x).messages[0].startswith("`double(3)` is 3")

    def test_an_earlier_function_that_is_not_right_is_named(self, folder: Path) -> None:
        file = folder / "tests" / "09-tiny" / "causes.json"
        file.write_text(json.dumps({"helpers": {"q9_2": {"double": "q9_1"}}}))
        head = TEST_FILE.partition("@test_case")[0].replace("q9_1", "q9_2")
        (folder / "tests" / "09-tiny" / "q9_2.py").write_text(
            f"{head}@test_case(points=None, hidden=False)\n"
            "def the_total(total):\n    digits.expect_number(total, name='total', equal=6)\n")
        grader = digits.checks("09-tiny")
        wrong: dict[str, Any] = {"double": lambda x: x, "total": 5}
        told = "`double` is not right yet. If your answer here uses it, this may come of it: mend that first."
        assert told not in grader.check("q9_2", wrong).messages  # it was not checked
        assert not grader.check("q9_1", wrong).passed
        assert grader.check("q9_2", wrong).messages[0] == told
        assert told not in grader.check("q9_2", {**wrong, "double": lambda x: x + x}).messages  # changed since
        assert grader.check("q9_1", {**wrong, "double": lambda x: x + x}).passed
        assert told not in grader.check("q9_2", wrong).messages
        grader.check("q9_1", {"double": ...})
        assert told not in grader.check("q9_2", {"double": ..., "total": 5}).messages  # its own check says it

    def test_a_function_behind_the_one_that_is_called_is_named_first(self, folder: Path) -> None:
        tests = folder / "tests" / "09-tiny"
        (tests / "causes.json").write_text(
            json.dumps({"helpers": {"q9_2": {"four": "q9_3"}, "q9_3": {"double": "q9_1"}}}))
        for question, name in {"q9_2": "total", "q9_3": "four"}.items():
            head = TEST_FILE.partition("@test_case")[0].replace("q9_1", question)
            (tests / f"{question}.py").write_text(
                f"{head}@test_case(points=None, hidden=False)\n"
                f"def the_{name}({name}):\n    assert {name} == 6\n")
        grader = digits.checks("09-tiny")
        wrong: dict[str, Any] = {"double": lambda x: x, "four": lambda x: x, "total": 5}
        assert not grader.check("q9_1", wrong).passed and not grader.check("q9_3", wrong).passed
        assert {"q9_1", "q9_3"} <= digits.FAILED
        assert grader.check("q9_2", wrong).messages[0] == (
            "`double` and `four` are not right yet. If your answer here uses them, this may come of it: "
            "mend `double` first.")
        assert grader.check("q9_1", {**wrong, "double": lambda x: x + x}).passed and "q9_1" not in digits.FAILED

    def test_nothing_is_kept_between_checks(self) -> None:
        feedback(double=lambda x: x)
        assert digits._heard is None

    def test_it_takes_no_time_that_one_notices(self) -> None:
        """However large the array: no copy of it is made, and its own thread works for less than 50 ms."""
        big = np.random.default_rng(1).random((60_000, 784), dtype="float32")
        times = []
        for _ in range(5):  # the least: a core shared with others works more slowly
            began = time.thread_time()
            digits.sketch(big)
            times.append(time.thread_time() - began)
        tracemalloc.start()
        digits.sketch(big)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert min(times) < 0.05
        assert most < 80 * digits.MOST_SKETCHED < big.nbytes / 10  # 8 bytes each, in ten arrays at once


@pytest.mark.parametrize(("one", "other", "strict", "loosely"), [
    (np.arange(6.0), np.arange(6.0) + 1e-9, True, True),
    (np.arange(6.0), np.arange(6.0, dtype="float32"), False, True),
    (np.arange(6.0), np.arange(6.0)[::-1], False, False),
    (np.arange(6.0), np.arange(6.0).reshape(2, 3), False, False),
    (np.array([1, np.nan]), np.array([np.nan, 1]), False, False),
    (np.array([1, np.nan]), np.array([1, np.nan]), True, True),
    (np.array([0, np.inf]), np.array([0, np.nan]), False, False),
    (3, np.int64(3), True, True), (3, 3.0, False, True), (True, 1, False, True),
    ([1, 2], (1, 2), False, False), ([1, 2], [1, 2], True, True), ("a", "a", True, True), ("a", "b", False, False),
    (ValueError("a"), ValueError("a"), True, True), (ValueError("a"), ValueError("b"), False, True),
    (ValueError("a"), KeyError("a"), False, False), (object(), object(), False, False), (None, None, False, False),
])  # fmt: skip
def test_sketches(one: Any, other: Any, strict: bool, loosely: bool) -> None:
    """Two sketches are alike where the values are, as far as the strictness goes; JSON keeps them."""
    kept = json.loads(json.dumps(digits.sketch(one)))
    alike = [digits._alike(kept, digits.sketch(other), how) for how in (True, False)]
    assert alike == [strict, loosely]


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: type(value).__name__)
def test_garbage_has_a_sketch_or_none(value: Any) -> None:
    json.dumps(digits.sketch(value))
def test_a_notebook_of_an_earlier_numbering_finds_its_checks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tests" / "09-tiny" / "formerly.txt").write_text("08-small\n07-tiny\n")
    found = digits.checks("07-tiny").check("q7_1", {"double": lambda x: x * 2})
    assert isinstance(found, digits.Feedback) and (found.passed, found.question) == (True, "q9_1")
    assert "07-tiny is called 09-tiny now" in capsys.readouterr().out
    unknown = digits.checks("07-tiny").check("q8_1", {"double": lambda x: x * 2})
    assert isinstance(unknown, digits.Feedback) and "There is no question 'q8_1'" in unknown.messages[0]
    nowhere = digits.checks("06-tiny").check("q6_1", {})
    assert isinstance(nowhere, digits.Feedback) and "tests/06-tiny" in nowhere.messages[0]
