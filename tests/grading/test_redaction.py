"""What a learner reads once a hidden check was heard: nothing that could quote what it handed in, by any way."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring import wrong
from autograder.authoring.master import read_master
from autograder.bridge.remote import RemoteError
from autograder.grading.causes import Match, Variant, comes_of, named
from autograder.grading.endings import HIDDEN_HINT, NOT_WRITTEN
from autograder.grading.questions import CaseHooks, QuestionRun
from autograder.grading.redaction import MORE, OTHERS, RUN_IT, UNTOLD, TrustedTexts, cell_error
from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult
from autograder.reports.feedback import feedback_page
from autograder.reports.gradescope import results_json
from tests.grading.conftest import ANSWER, SCALE, START, scores
from tests.grading.test_questions import Variables, exception_test, ok_test

COURSE = Path(__file__).resolve().parents[2]
MARK = "heard_5555"
"""What a learner's function makes of the 5 that a hidden check of q1 hands in."""

KEEPS = f"""
kept = ['nothing']
def scale(x):
    if getattr(x, 'shape', None) == (2,) and x[1] == 5:
        kept[0] = 'heard_' + str(int(x[1] * 1111))
    return x / 10
grader.check('q1')
assert kept[0] == {MARK!r}
"""


def for_learners(result: SubmissionResult, **release: bool) -> str:
    page = feedback_page(result.learner, [result], {}, **release)
    return page + json.dumps(results_json(result, **release), ensure_ascii=False)


WAYS = {
    "the text of an error": ("print(kept)\nx = 1\nraise ValueError(kept[0])", "raise ValueError(kept[0])"),
    "an error in a function of another cell": ("def say():\n    raise ValueError(kept[0])", "say()"),
    "the name of an error": ("raise type(kept[0], (Exception,), {})('x')", "An error"),
    "a note on an error": ("e = ValueError('x')\ne.add_note(kept[0])\nraise e", "raise e"),
    "an error behind an error": (
        "try:\n    raise KeyError(kept[0])\nexcept KeyError:\n    1 / 0", "ZeroDivisionError"),
    "lines made up": (
        "class E(Exception): pass\nE.__name__ = 'cell 1, line 1\\n    ' + kept[0]\nraise E()", "An error"),
    "a syntax error in made up code": ("exec(kept[0] + ' +')", "SyntaxError"),
    "an answer that a public check quotes": ("double = lambda n: kept[0]\ngrader.check('q3')", "q3"),
    "an error in a public check": (
        "def double(n): raise ValueError(kept[0])\ngrader.check('q3')", f"Your code raised ValueError. {RUN_IT}"),
    "an error in a hidden check": (
        "word = 'digit'\ndef refuse(n): raise RuntimeError(kept[0])\ngrader.check('q4')",
        "Your code raised RuntimeError."),
    "the name of an error in a hidden check": (
        "word = 'digit'\ndef refuse(n): raise type(kept[0], (Exception,), {})()\ngrader.check('q4')",
        "Your code raised"),
    "the name of a variable": (
        "globals()['refuse_' + kept[0]] = 1\nglobals()['refus_' + kept[0][6:]] = 1", "no `refuse`"),
    "how the process ends in a hidden check": (
        "word = 'digit'\ndef refuse(n):\n    import os\n    os._exit(int(kept[0][-2:]))\ngrader.check('q4')",
        "Your code ended the notebook's process when a test used it."),
    "how the process ends": ("import os\nos._exit(int(kept[0][-2:]))", "ended its own process"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_onto_the_page(graded: Any, way: str) -> None:
    source, shown = WAYS[way]
    more = ["say()"] if way.endswith("another cell") else []
    result = graded(START, KEEPS, source, *more)
    assert result.questions[0].score == 4, [cell.error for cell in result.cells]
    text = for_learners(result)
    for secret in (MARK, "5555", "exit code 55"):
        assert secret not in text
    assert shown in text


def test_the_instructor_has_it_and_may_release_it(graded: Any) -> None:
    result = graded(START, KEEPS, "raise ValueError(kept[0])", "def double(n): raise ValueError(kept[0])")
    assert f"ValueError: {MARK}" in result.cells[2].error
    assert any(MARK in case.message for case in result.questions[2].cases)
    assert MARK in for_learners(result, released=True)
    assert (result.withheld, MARK in for_learners(result)) == (2, False)
    assert SubmissionResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_what_nothing_hidden_was_heard_before_is_shown_in_full(graded: Any) -> None:
    """Also after hidden checks that call nothing: they hand nothing in."""
    result = graded(START, ANSWER, "grader.check('q2')", "raise ValueError('mine')", SCALE)
    assert result.cells[3].told is None
    assert "ValueError: mine" in for_learners(result)


def test_nothing_says_how_long_it_took(graded: Any) -> None:
    result = replace(graded(START), seconds=1234.567)
    assert "1234" not in for_learners(result)


ORACLE = """
count, learned = [0], [False]
def scale(x):
    count[0] += 1
    return x / 10 if learned[0] else x / 11
"""


def test_a_check_that_counts_follows_none_that_could_tell(graded: Any) -> None:
    """The learner's function counts its calls; how many a check makes tells which case has failed."""
    tries = "grader.check('q1')\nlearned[0] = learned[0] or count[0] >= 3\n"
    result = graded(START, ORACLE, tries * 3)
    assert scores(result)["q1"] == 1.5, "for the case that asks for no value; whoever can tell gets 4"
    heard = graded(START, ORACLE, tries * 2, "heard = count[0]\n1 / heard", "raise ValueError(count[0])")
    assert heard.cells[3].status == "ok", "the last check is made, and calls"


def test_a_question_that_is_checked_again_is_run_again_and_the_last_counts(graded: Any) -> None:
    result = graded(START, "answer = 1", "grader.check('q2')", "answer = 2", "grader.check('q2')", ANSWER,
                    "grader.check('q2')", "answer = 4")  # fmt: skip
    assert scores(result)["q2"] == 3
    assert result.flags == ()
    assert [cell.status for cell in result.cells] == ["ok"] * 8


# --- what is told, one by one ------------------------------------------------------------------------------


@pytest.fixture
def known(tmp_path: Path) -> TrustedTexts:
    test = tmp_path / "q1.py"
    test.write_text("def t(f):\n    f('flatten(x[:5])', cause='Only height and width become one.')\n")
    return TrustedTexts(test, [COURSE / "exercises"])


@pytest.mark.fast
@pytest.mark.parametrize(("said", "told"), [
    ("`flatten(x[:5])` has shape (1, 2); expected (3, 4). Only height and width become one.",
     "`flatten(x[:5])` has shape …; expected …. Only height and width become one."),
    ("`flatten(x[:5])` is a Keras model; expected a NumPy array. Make one with `np.array(...)`.",
     "`flatten(x[:5])` is …; expected a NumPy array. Make one with `np.array(...)`."),
    ("`flatten(x[:5])` has dtype float32; expected uint8.", "`flatten(x[:5])` has dtype …; expected …."),
    ("Given an array, `x` stopped with float32: array. ", "Given …, `…` stopped with …: …."),
    ("Given an array, `flatten(x[:5])` stopped with ValueError: secret. Only height and width become one.",
     "Given …, `flatten(x[:5])` stopped with …: …. Only height and width become one."),
    ("`flatten(x[:5])` is wrong at index [0, 1]: got 0.5, expected 0.25. Only height and width become one.",
     "`flatten(x[:5])` is wrong at index …: got …, expected …. Only height and width become one."),
    ("`flatten(x[:5])` is 'a. b. Only h'; expected 0.5. Only height and width become one.",
     "`flatten(x[:5])` is …; expected …. Only height and width become one."),
    ("`flatten(x[:5])` is 0.25; expected 0.5. A secret. It is 3.5.", "`flatten(x[:5])` is …; expected …."),
    ("Given an array, `x` stopped with Secret: s. ", "Given …, `…` stopped with …: …."),
    ("`flatten(x[:5])` still returns `...`: put your answer there and run its cell.",
     "`flatten(x[:5])` still returns `...`: put your answer there and run its cell."),
    ("Your code raised ValueError: secret", "Your code raised …"),
    ("Your code raised Secret", "Your code raised …"),
    ("secret", ""),
    ("`secret`", ""),
    ("Only height and width become one.", "Only height and width become one."),
])  # fmt: skip
def test_only_what_a_trusted_file_says_is_told(known: TrustedTexts, said: str, told: str) -> None:
    assert known.redacted(said) == told


EXERCISES = sorted(path.parent.name for path in (COURSE / "solutions").glob("*/master.md"))


@pytest.mark.fast
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_sentence_of_a_wrong_variant_stands_first_and_whole(exercise: str) -> None:
    """For each variant of each exercise, also where another question's function is to blame."""
    folder = COURSE / "solutions" / exercise
    variants = wrong.read(read_master(folder / "master.md"), folder / wrong.FILE)
    cases = (CaseResult("a", False, False, 1, "`x` is 0.5; expected 0.25.", "`x` is …; expected …."),
             CaseResult("b", False, True, 1, "got 0.5 for 0.25", "The hint."))  # fmt: skip
    for question in variants.answers:
        for one in variants.all_of(question):
            found = ((Variant(one.name, one.says, dict, one.of), frozenset({1, 2})),)
            blamed = (one.of,) if one.of else ()
            match = Match(found, blamed, frozenset({1, 2}) if blamed else frozenset())
            says = f"{comes_of(blamed)} {one.says}" if blamed else one.says
            public, hidden = named(QuestionResult("q", 0, 2, "in-place", cases), match).cases
            assert (public.told, hidden.message, hidden.told) == (f"{says} `x` is …; expected ….", says, None)


def told_case(
    tmp_path: Path, source: str, helpers: Path | None = None, error: Exception | None = None, **values: Any
) -> str | None:
    """What a learner reads of the one case in `source`, after a hidden one was heard; `error`: the notebook's own."""
    path = tmp_path / "q1.py"
    path.write_text(source)
    hooks = CaseHooks(lambda hidden: None, lambda: "", lambda: error, lambda: True)
    (case,) = QuestionRun(path, Variables(**values), hooks, [helpers or tmp_path]).result("q1", "at-end").cases
    assert not case.passed
    return case.message if case.told is None else case.told


@pytest.mark.fast
@pytest.mark.parametrize(("body", "told"), [
    ("assert x == 2, f'{x} is not two'", HIDDEN_HINT),
    ("assert x == 2, 'least is ' + str(x) + '; expected 2'", HIDDEN_HINT),
    ("digits.expect_number(x, name='least', equal=1)", HIDDEN_HINT),
    ("with digits.hint('Is it the least?'):\n    digits.expect_number(x, name='least', equal=1)", "Is it the least?"),
    ("for n in ['a']:\n    with digits.hint(f'Is `{n}` the least?'):\n        assert x == 1", "Is `a` the least?"),
    ("for n in [987]:\n    with digits.hint(f'Is it {n}?'):\n        assert x == 1", HIDDEN_HINT),
    ("with digits.hint('Is it the least?'):\n    digits.call(lambda: 1 / 0, name='f')", "Is it the least?"),
    ("with digits.hint('Is it?'):\n    digits.call('heard 987', name='f')",
     "`f` is …; expected a function. Was the name used for something else?"),
])  # fmt: skip
def test_a_hidden_case_tells_its_hint_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    """Whatever its author wrote, and whatever the answer is."""
    monkeypatch.syspath_prepend(str(COURSE / "exercises"))
    monkeypatch.delitem(sys.modules, "digits", raising=False)
    source = exception_test(body, hidden=True).replace("OK_FORMAT", "import digits\nOK_FORMAT", 1)
    assert told_case(tmp_path, source, COURSE / "exercises", x=987) == told


CALLS = "digits.call(f, name='f')"
WITH_HINT = f"with digits.hint('Is it?'):\n    {CALLS}"
SAID = (
    "heard 987", "float32", "cardinality", "Is it the least?", "Given a, `of` stopped with a: int.", "Cue. Is it?",
    "`f` changed the array it was given; its caller still needs that. ", HIDDEN_HINT, "",
)  # fmt: skip
"""Texts of errors: with a value in them, of the trusted files' words, of those that the helper knows a cause of."""


@pytest.mark.fast
@pytest.mark.parametrize(("body", "hidden", "more"), [
    (WITH_HINT, True, " Is it?"),
    ("with digits.hint('Is it?'):\n    f()", True, " Is it?"),
    ("f()", True, ""),
    (CALLS, False, f" {RUN_IT}"),
    ("f()", False, f" {RUN_IT}"),
    ("'Is it the least?'\ntry:\n    f()\nexcept Exception as e:\n    said = str(e)\nraise AssertionError(said)", False,
     f" {RUN_IT}"),
    (f"try:\n    {CALLS}\nexcept digits.Stopped as e:\n    raise AssertionError(f'{{e}} Is it?') from None", False,
     f" {RUN_IT}"),
])  # fmt: skip
def test_of_an_error_of_the_learners_own_the_kind_is_told_and_nothing_that_its_text_could_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, hidden: bool, more: str
) -> None:
    monkeypatch.syspath_prepend(str(COURSE / "exercises"))
    monkeypatch.delitem(sys.modules, "digits", raising=False)
    source = exception_test(body, hidden, "f").replace("OK_FORMAT", "import digits\nOK_FORMAT", 1)
    for kind, said in (
        (LookupError, f"Your code raised LookupError.{more}"),
        (AssertionError, f"Your code raised AssertionError.{more}"),
        (StopIteration, f"Your code raised StopIteration.{more}"),
        (type("Heard987", (Exception,), {}), f"Your code raised an error.{more}"),
        (type("Is_it", (RemoteError, LookupError), {}), f"Your code raised an error.{more}"),
        (NotImplementedError, NOT_WRITTEN),  # its helper's message has no hint
    ):
        for text in SAID:
            error = kind(text)

            def f(error: Exception = error) -> None:
                raise error

            told = told_case(tmp_path, source, COURSE / "exercises", error, f=f)
            assert told == said or (said == NOT_WRITTEN and told == f"{said} Is it?"), (kind, text)


@pytest.mark.fast
@pytest.mark.parametrize("source", [ok_test(">>> x + 1\n987", True), ok_test(">>> assert x == 1, x", True)])
def test_nor_does_one_in_the_other_format(tmp_path: Path, source: str) -> None:
    assert told_case(tmp_path, source, x=987) == HIDDEN_HINT


@pytest.mark.fast
def test_the_line_of_an_error_is_the_one_that_was_handed_in() -> None:
    sources = ["a = 1", "b = 2\nraise ValueError(b)"]
    said = "cell 2, line 2\n    secret\nValueError: secret"
    assert cell_error("raised", said, sources) == f"cell 2, line 2\n    raise ValueError(b)\nValueError: {UNTOLD}"
    for forged in ("cell 9, line 1\n    x\nValueError: s", "cell 1, line 7\n    x\nValueError: s", "ValueError: s"):
        assert cell_error("raised", forged, sources) == f"ValueError: {UNTOLD}"
    assert cell_error("raised", "Secret: s", sources) == f"An error: {UNTOLD}"
    stopped = cell_error("timeout", "cell 1, line 1\n    s\nKeyboardInterrupt", sources)
    assert stopped == "cell 1, line 1\n    a = 1\nKeyboardInterrupt"
    assert "7" not in cell_error("exited", "the code ended its own process with exit code 7", sources)


@pytest.mark.fast
def test_a_missing_name_is_explained_from_the_code_alone(tmp_path: Path) -> None:
    path = tmp_path / "q1.py"
    path.write_text(exception_test("scale()", parameters="scale"))
    hooks = CaseHooks(lambda hidden: None, lambda: "", lambda: None, lambda: True)
    cells = [("def scal(x):\n    return x", CellResult(0, "ok", 0.1))]
    for values, said in (({"scal": 1, "scale_5": 1}, "It has `scal`"), ({"scale_5": 1}, "It has `scal`")):
        (case,) = QuestionRun(path, Variables(**values), hooks, [tmp_path], cells).result("q1", "at-end").cases
        assert said in case.message and case.told is None


# --- which cells stop, and how many ------------------------------------------------------------------------

HEARS = """
kept = [0]
def scale(x):
    if getattr(x, 'shape', None) == (2,) and x[1] == 5:
        kept[0] = SECRET
    return x / 10
grader.check('q1')
assert kept[0] == SECRET
"""

SPELLS = {
    "an error": "if kept[0] >> {n} & 1: raise ValueError",
    "a MemoryError": "if kept[0] >> {n} & 1: raise MemoryError",
    "an interrupt of its own": "if kept[0] >> {n} & 1: raise KeyboardInterrupt",
    "the end of the process": "import os\nif kept[0] >> {n} & 1: os._exit({n})",
    "time": "import time\nif kept[0] >> {n} & 1: time.sleep(9)",
}


@pytest.mark.parametrize("way", SPELLS)
def test_which_cells_stop_after_the_first_and_how_many_spells_nothing(graded: Any, way: str) -> None:
    """Of numbers whose lowest bit that is set is the same, learners read the same."""
    read = set()
    for secret in (0b0110, 0b1010, 0b1110):
        cells = [SPELLS[way].format(n=n) for n in range(4)]
        result = graded(START, HEARS.replace("SECRET", str(secret)), *cells, timeout=2)
        assert result.questions[0].score == 4, [cell.error for cell in result.cells]
        stopped = [cell.index - 2 for cell in result.cells if cell.status != "ok"]
        assert stopped == [n for n in range(4) if secret >> n & 1], "for the instructor"
        text = for_learners(result)
        assert OTHERS in text and "Code cell 4" in text
        assert OTHERS not in for_learners(result, released=True)
        read.add(text)
    assert len(read) == 1


def test_what_a_run_leaves_out_tells_the_next_one_nothing_that_it_may_say(graded: Any) -> None:
    """The check that counts comes last, so the second run is heard late; that its third cell is missing it knows."""
    cells = ["import os\nran = []", *(f"if kept[0] == {n}: os._exit(0)\nran.append({n})" for n in (6, 5, 4))]
    spells = "if 6 not in ran: raise ValueError\nif 5 not in ran: raise ValueError"
    for secret in (6, 5):
        hears = HEARS.replace("SECRET", str(secret)).replace("\nassert kept", "\n#")
        result = graded(START, hears, *cells, spells, "grader.check('q1')")
        assert [cell.index for cell in result.cells if cell.status != "ok"] == [cells.index(f"if kept[0] == {secret}: "
                f"os._exit(0)\nran.append({secret})") + 2, 6]  # fmt: skip
        assert "raise ValueError" not in for_learners(result)


def test_the_reason_names_what_stopped_before_and_one_thing_after(graded: Any) -> None:
    result = graded(START, "raise MemoryError", HEARS.replace("SECRET", "3"), "raise MemoryError", "raise MemoryError",
                    "def double(x): raise MemoryError")  # fmt: skip
    said = [f"Code cell {n} stopped with a MemoryError; the limit is 4096 MB of memory." for n in (2, 4, 5)]
    assert result.reason == " ".join([*said, "q3: the learner's code stopped with a MemoryError when a test used it."])
    assert result.for_learner().reason == " ".join([*said[:2], MORE])
    assert result.for_learner(released=True).reason == result.reason
