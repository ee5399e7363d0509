"""Text from a submission becomes plain text of a bounded length."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.text import NEW_LINE, listed, one_line, plain

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(("text", "shown"), [
    ("plain text\n\tstays", "plain text\n\tstays"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07text", "text"),
    ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("a\x00b\x08c\x7f\x9bd", "abcd"),
    ("half \ud800 character", "half \ufffd character"),
    ("turned \u202e around", "turned  around"),
    ("<b>&amp;</b> =cmd()", "<b>&amp;</b> =cmd()"),
    ("Émilie 数字 🎉", "Émilie 数字 🎉"),
])  # fmt: skip
def test_what_would_do_something_is_taken_out(text: str, shown: str) -> None:
    assert plain(text, 100) == shown


def test_what_is_too_long_loses_its_middle() -> None:
    assert plain("a" * 50 + "b" * 50, 25) == "a" * 10 + " ... " + "b" * 10


def test_one_line_is_one_line() -> None:
    assert one_line(" two\n  lines\t", 100) == "two lines"


@pytest.mark.parametrize(("arguments", "shown"), [
    ((["ada", "bo"],), "ada, bo"),
    ((["ada", "bo", "cy"], 1), "ada and 2 more"),
    ((["ada, 1", "bo, 2", "cy, 3"], 2, "; "), "ada, 1; bo, 2; and 1 more"),
    ((["one", "two"], 1, NEW_LINE), "one\n  and 1 more"),
    (([],), ""),
])  # fmt: skip
def test_of_many_names_the_first_are_listed_and_the_others_counted(arguments: tuple[Any, ...], shown: str) -> None:
    assert listed(*arguments) == shown


@given(text=st.text(st.characters(), max_size=300), limit=st.integers(10, 200))
def test_no_text_gets_through(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    shown.encode("utf-8")
    assert not any(ord(character) < 32 and character not in "\t\n\r" for character in shown)
    assert "\x7f" not in shown


def test_a_flood_is_cut_before_it_is_cleaned() -> None:
    began = time.monotonic()
    assert len(plain("\x1b]" * 20_000_000, 1000)) <= 1000
    assert time.monotonic() - began < 5
