"""What the page changes in its kernel, without a page: how much output is shown, how fast it comes, what errors say."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from autograder.page import site

pytestmark = pytest.mark.fast


def module(name: str) -> ModuleType:
    """A module of the package, which is not on the path here."""
    spec = importlib.util.spec_from_file_location(
        f"kernel_in_page_{name}", site.IN_THE_PAGE / "kernel_in_page" / f"{name}.py")  # fmt: skip
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


output, hints = module("output"), module("hints")


class Screen:
    """What the page's thread got, and a clock that goes only while the cell works or waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.messages: list[str] = []
        self.output = output.Output(clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, name: str, text: str) -> None:
        self.messages.append(text)

    def print(self, text: str) -> None:
        """Each print takes a microsecond."""
        self.now += 1e-6
        self.output.print(self.send, "stdout", text)

    @property
    def shown(self) -> str:
        return "".join(self.messages)


def test_what_a_cell_prints_is_shown_up_to_an_amount_and_one_sentence_says_so() -> None:
    screen = Screen()
    for _ in range(20_000):
        screen.print("x" * 80)
        screen.print("\n")
    assert screen.shown.startswith(("x" * 80 + "\n") * 1000)
    assert screen.shown.count("This cell has printed 100,000 characters.") == 1
    assert len(screen.shown) < output.CHARACTERS + 200
    assert len(screen.messages) < 2 * output.BURST
    screen.output.begin()
    screen.print("the next cell")
    screen.output.flush()
    assert screen.shown.endswith("the next cell")


def test_one_endless_text_is_cut_as_well() -> None:
    screen = Screen()
    screen.print("x" * 10_000_000)
    assert output.CHARACTERS < len(screen.shown) < output.CHARACTERS + 200


def test_little_is_shown_at_once_and_all_of_it() -> None:
    screen = Screen()
    for number in range(output.BURST // 2):
        screen.print(f"{number}\n")
        assert screen.messages[-1] == f"{number}\n"


@pytest.mark.parametrize("text", ["\rstep 12", "\b" * 8 + "step 12", "\n"])
def test_whatever_is_printed_comes_at_a_pace_and_a_line_that_is_overwritten_counts_once(text: str) -> None:
    screen = Screen()
    for _ in range(90_000):
        screen.print(text)
    screen.output.flush()
    assert screen.shown == text * 90_000
    assert len(screen.messages) < output.BURST + screen.now / output.SECONDS + 2


def test_figures_come_at_a_pace_up_to_a_number_and_again_once_the_output_is_cleared() -> None:
    screen = Screen()
    assert sum(screen.output.display() for _ in range(1000)) == output.DISPLAYS
    assert screen.now > (output.DISPLAYS - output.BURST - 2) * output.SECONDS
    for _ in range(1000):
        screen.output.message()
        screen.output.begin()
        assert screen.output.display()


def test_what_was_printed_stands_before_a_figure() -> None:
    screen = Screen()
    for _ in range(3 * output.BURST):
        screen.print("x")
    assert len(screen.shown) < 3 * output.BURST
    assert screen.output.display()
    assert len(screen.shown) == 3 * output.BURST


def error_of(source: str) -> BaseException:
    try:
        exec(source, {})
    except Exception as error:
        return error
    raise AssertionError(source)


@pytest.mark.parametrize(("source", "first", "said"), [
    ("import torch", False, 'In this page there is no package "torch"'),
    ("import tqdm_of_nobody.auto", False, 'In this page there is no package "tqdm_of_nobody"'),
    ("import tensorflow.keras", False, "In this page there is no TensorFlow"),
    ("import numpy.of_nobody", False, ""),
    ("raise ModuleNotFoundError('This notebook needs digits.py')", False, ""),
    ("grader", False, "`grader` comes from the first cell of the notebook. Run the notebook from its top"),
    ("digits", True, "`digits` comes from the first cell of the notebook"),
    ("x_train", True, "If another cell defines this one, run the notebook from its top"),
    ("x_train", False, ""),
    ("1 / 0", True, ""),
])
def test_an_error_that_only_a_page_has_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, source: str, first: bool, said: str
) -> None:
    for name in ("torch", "tensorflow"):
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setattr(hints.importlib.util, "find_spec", found(name, hints.importlib.util.find_spec))
    hint = hints.hint(error_of(source), first)
    assert said in hint and bool(said) == bool(hint)


def found(missing: str, find: Callable[[str], object]) -> Callable[[str], object]:
    return lambda name: None if name == missing else find(name)


@pytest.mark.parametrize(("refuse", "line", "said"), [
    ("_refuse_command", "ls -l", 'no other program: "ls -l" cannot be run'),
    ("_refuse_command", "pip install torch", "Nothing can be installed in this page"),
    ("_refuse_command", "/usr/bin/python -m pip install torch", "Nothing can be installed in this page"),
    ("_refuse_installing", "install torch", "Nothing can be installed in this page"),
])
def test_what_a_page_cannot_do_is_refused_in_one_sentence(refuse: str, line: str, said: str) -> None:
    with pytest.raises(hints.NotInThePage) as refused:
        getattr(hints, refuse)(line)
    (shown,) = refused.value._render_traceback_()
    assert said in shown and "appendix B" in shown
