"""The words for each way to end: none is missing, and what is said to learners is told to them."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from string import Formatter

import pytest

from autograder.grading import endings, messages
from autograder.grading.endings import ENDINGS, TRUSTED, End, of_cell, of_check
from autograder.grading.redaction import WITHHELD, TrustedTexts, cell_error
from autograder.grading.results import CellResult, Verdict

pytestmark = pytest.mark.fast

OF_CELLS = {End.RAISED, End.TIMEOUT, End.KILLED, End.MEMORY, End.EXITED, End.LIMIT, End.CUT,
            End.PROTOCOL, End.SKIPPED, End.OVER}
OF_CHECKS = set(End) - {End.RAISED, End.SKIPPED}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def filled(sentence: str, value: str) -> str:
    return sentence.format(**dict.fromkeys(fields(sentence), value))


@pytest.mark.parametrize("end", End)
def test_each_ending_has_every_word(end: End) -> None:
    row = ENDINGS[end]
    assert (row.cell is not None, row.check is not None) == (end in OF_CELLS, end in OF_CHECKS)
    assert (row.verdict is None) == (end is End.RAISED)  # of that the checks say what it costs
    if row.cell:
        assert all(astuple(row.cell)) or end is End.RAISED
        assert row.cell.page and row.cell.of_missing_name and not fields("".join(astuple(row.cell)[1:]))
        assert fields(row.cell.reason) <= {"number", "limit", "memory", "error"}
    if row.check:
        assert row.check.reason and fields(row.check.message) <= {"limit"}
        assert bool(row.check.message) == (end is not End.MEMORY_ERROR)


def test_no_ending_is_without_a_row_nor_a_row_without_an_ending() -> None:
    assert set(ENDINGS) == set(End)
    assert {row.verdict for row in ENDINGS.values()} == {None, Verdict.TIMEOUT, Verdict.MEMORY, Verdict.CRASHED}


@pytest.mark.parametrize("sentence", TRUSTED)
def test_what_is_said_to_learners_is_told_but_for_what_fills_it(sentence: str, tmp_path: Path) -> None:
    test = tmp_path / "q1.py"
    test.write_text("OK_FORMAT = False\n")
    known = TrustedTexts(test, ())
    assert known.redacted(filled(sentence, "31 and 7")) == filled(sentence, WITHHELD)
    assert known.redacted(f"{filled(sentence, '31')} And 7.") != f"{filled(sentence, '31')} And 7."


def test_what_a_learner_is_told_of_a_stopped_cell_or_check_is_trusted() -> None:
    for end in OF_CELLS - {End.RAISED, End.OVER}:
        assert cell_error(end, "number 7", []) in TRUSTED and cell_error(end, "", []) == of_cell(end).told
    for end in OF_CHECKS - {End.MEMORY_ERROR}:
        assert messages.stopped(end, 2.5) == of_check(end).message.format(limit="2.5")
        assert of_check(end).message in TRUSTED


def test_of_a_status_that_is_none_a_page_says_that_the_cell_did_not_end() -> None:
    assert of_cell("<b>").page == "did not end"


def test_nothing_but_sentences_is_trusted(tmp_path: Path) -> None:
    """A word of the code, such as a key of a table, says nothing of its own, and so could be made to say something."""
    test = tmp_path / "q1.py"
    test.write_text("OK_FORMAT = False\n")
    for word in [*(set(End) - {End.MEMORY_ERROR}), "cell", messages.__name__, "utf-8", ""]:  # that is one of Python's
        assert TrustedTexts(test, ()).redacted(word) == ""
    assert all(len(sentence) > 15 for sentence in TRUSTED)


def test_only_a_process_that_ended_says_how() -> None:
    ended = "the code ended its own process with exit code 7"
    said = {end: messages.stopped(end, 2.5, ended) for end in OF_CHECKS}
    assert said.pop(End.EXITED) == f"Your code ended the notebook's process when a test used it: {ended}."
    assert said.pop(End.LIMIT).endswith(f"than it may when a test used it: {ended}.")
    assert not any(ended in text for text in said.values())
    assert messages.stopped("", 2.5, ended) == ""


@pytest.mark.parametrize("end", sorted(OF_CELLS - {End.OVER}))
def test_a_missing_name_says_how_its_cell_ended(end: End) -> None:
    cell = CellResult(0, end, 1.0)
    said = messages.missing_names(["answer"], [], [("answer = 1", cell)])
    how = endings.of_cell(end).of_missing_name
    assert said == f"The notebook has no `answer`. It belongs to code cell 1, which {how}."
