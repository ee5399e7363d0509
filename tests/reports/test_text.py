"""Strangers' text: shown, put into spreadsheets, made into file names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports import text
from tests.reports import hostile

pytestmark = pytest.mark.fast

ANY_TEXT = st.text(st.characters(codec=None))


def test_control_characters_become_visible() -> None:
    assert text.line("a\x1b[31mb\nc\0") == "a␛[31mb␊c␀"
    assert text.lines("\x1b[31mred\x1b[0m\r\ntwo\tx\x07") == "red\ntwo\tx␇"
    assert text.line("\u202egnp.exe") == "⟨U+202E⟩gnp.exe"


@given(ANY_TEXT)
def test_shown_text_is_valid_and_harmless(anything: str) -> None:
    for shown in (text.line(anything), text.lines(anything)):
        shown.encode("utf-8")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert "\n" not in text.line(anything) and "\t" not in text.line(anything)


@given(ANY_TEXT)
def test_a_cell_is_no_formula_and_can_be_undone(anything: str) -> None:
    made = text.cell(anything)
    assert not re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", made)
    assert text.bare(made) == text.line(anything)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "＝1", "  -x"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(formula: str) -> None:
    assert text.cell(formula).startswith("'")


def test_harmless_text_stays_as_it_is() -> None:
    for name in ("Ada Lovelace", "李明", "O'Neill", "ada@uni.example", "3.5", "a=b", "x-y"):
        assert text.cell(name) == name


def test_numbers_and_shares() -> None:
    assert [text.number(value) for value in (3.0, 2.5, 2 / 3, 0.0, -0.001, 100.0)] == [
        "3",
        "2.5",
        "0.67",
        "0",
        "0",
        "100",
    ]
    assert text.percent(0.999) == "99%" and text.percent(1.0) == "100%"
    assert text.percent(0.001) == "1%" and text.percent(0.0) == "0%"


def test_clip_says_how_much_is_missing() -> None:
    assert text.clip("abc", 3) == "abc"
    assert text.clip("x" * 1300, 100) == "x" * 100 + "… (1,200 more characters)"


def unsafe(stem: str) -> bool:
    return bool(re.search(r"[\x00-\x1f<>:\"/\\|?*\x7f]", stem)) or stem[:1] in ".- ~" or stem[-1:] in ". "


def test_hostile_names_make_safe_and_different_files() -> None:
    names = text.file_names(hostile.NAMES)
    assert set(names) == set(hostile.NAMES)
    stems = list(names.values())
    assert not [stem for stem in stems if unsafe(stem) or ".." in stem]
    assert max(len(stem.encode()) for stem in stems) <= 80 + 1 + 64
    folded = [unicodedata.normalize("NFKC", stem).casefold() for stem in stems]
    assert len(set(folded)) == len(stems), "two files would be one where case does not count"
    assert not [stem for stem in stems if re.match(r"(?i)(con|nul|prn|aux)(\.|$)", stem)]


@given(st.lists(ANY_TEXT, max_size=8))
def test_file_names_are_safe_for_any_names(names: list[str]) -> None:
    made = text.file_names(names)
    assert set(made) == set(names)
    assert not [stem for stem in made.values() if not stem or unsafe(stem) or ".." in stem]
    assert len({unicodedata.normalize("NFKC", stem).casefold() for stem in made.values()}) == len(set(names))


def test_good_names_stay_and_do_not_depend_on_the_class() -> None:
    good = ["Ada Lovelace", "José Ñandú", "李明", "ada_l", "x.y@uni.example", "Sean O'Neill"]
    assert text.file_names(good) == {name: name for name in good}
    alone = text.file_names(["../x"])["../x"]
    assert text.file_names(["../x", *good])["../x"] == alone
    assert text.file_names(["../x", alone])[alone] == alone, "nobody takes a good name from its owner"
    assert text.file_names(["../x", alone])["../x"] != alone


@pytest.mark.parametrize("value", ["a;=1+1", "a|=1", "a; =cmd()", 'x;"=1+1', "a;'=1", ";-1", "=1;+2", "a;b", "'a;@x"])
def test_what_is_a_cell_of_its_own_where_semicolons_part_cells_is_no_formula(value: str) -> None:
    made = text.cell(value)
    assert text.bare(made) == value
    for part in re.split(r"[;|]", made):
        assert not re.match(r"[\s\"]*[=+\-@]", part)
