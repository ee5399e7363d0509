"""A cause is named only where it reproduces the result: which wrong variant gives what the answer gave."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import VARIANTS
from autograder.grading.bundle import bundle, pack, unpack
from autograder.grading.causes import (
    Answers,
    Match,
    RecordedError,
    Recording,
    Variant,
    blamed,
    find,
    load,
    named,
    recorded_error,
    same,
    shared,
)
from autograder.grading.results import CaseResult, QuestionResult, SubmissionResult
from tests.grading.conftest import ANSWERS, START

INPUTS = [np.array([[1.0, 5.0], [4.0, 2.0], [0.0, 3.0]]), np.array([[2.0, 1.0, 0.5]])]


def answer(function: Callable[..., Any]) -> Callable[[], dict[str, Any]]:
    return lambda: {"largest": function}


def right(x: np.ndarray) -> Any:
    return x.argmax(axis=1)


VARIANTS_OF_LARGEST = (
    Variant("axis 0", "Taken along axis 0. Use axis 1.", answer(lambda x: x.argmax(axis=0))),
    Variant("the value", "That is the value. Use axis 1.", answer(lambda x: x.max(axis=1))),
    Variant("smallest", "That is the smallest.", answer(lambda x: x.argmin(axis=1))),
    Variant("float", "These are floats.", answer(lambda x: x.argmax(axis=1).astype("float32"))),
)
KNOWN = Answers(answer(right), VARIANTS_OF_LARGEST)


def recorded(function: Callable[..., Any], inputs: list[np.ndarray] = INPUTS) -> Recording:
    """What a learner's `function` gave, each input in a test case of its own."""
    recording = Recording()
    for given in inputs:
        recording.next_case()
        call = recording.call("largest", [given], {})
        assert call is not None
        argument = given.copy()
        try:
            value = function(argument)
        except Exception as error:
            call.outcome = recorded_error(error)
            continue
        recording.returned(call, value, None if np.array_equal(argument, given) else [argument])
    return recording


def names(match: Match) -> list[str]:
    return [variant.name for variant, _ in match.found]


@pytest.mark.fast
class TestFinding:
    @pytest.mark.parametrize("variant", VARIANTS_OF_LARGEST, ids=lambda variant: variant.name)
    def test_a_variant_is_found_for_what_it_is(self, variant: Variant) -> None:
        assert names(find(KNOWN, recorded(variant.answer()["largest"]))) == [variant.name]

    def test_another_way_to_the_same_result_is_the_same_cause(self) -> None:
        assert names(find(KNOWN, recorded(lambda x: x.T.argmax(axis=1)))) == ["axis 0"]

    def test_a_mistake_that_nobody_wrote_down_is_not_guessed_at(self) -> None:
        for function in (lambda x: x.argmax(), lambda x: x.argmax(axis=1) + 1, lambda x: "text", lambda x: 1 / 0):
            assert not find(KNOWN, recorded(function)).found

    def test_what_looks_like_a_variant_on_one_input_is_not_accused(self) -> None:
        """The first call gives what axis 0 would give, the second does not."""
        calls = iter([INPUTS[0].argmax(axis=0), np.array([7])])
        assert not find(KNOWN, recorded(lambda x: next(calls))).found

    def test_the_right_values_are_no_cause_whatever_else_fails(self) -> None:
        assert not find(KNOWN, recorded(right)).found

    def test_other_numbers_of_the_same_kind_are_the_same_cause(self) -> None:
        assert names(find(KNOWN, recorded(lambda x: x.argmin(axis=1).astype("float64")))) == ["smallest"]

    def test_one_input_is_not_enough(self) -> None:
        smallest = VARIANTS_OF_LARGEST[2].answer()["largest"]
        assert not find(KNOWN, recorded(smallest, INPUTS[:1])).found
        assert not find(KNOWN, recorded(smallest, [INPUTS[0], INPUTS[0]])).found

    def test_errors_alone_show_nothing(self) -> None:
        def fails(x: np.ndarray) -> None:
            raise ValueError("no")

        known = Answers(answer(right), (Variant("raises", "It raises.", answer(fails)),))
        assert not find(known, recorded(fails)).found

    def test_an_input_without_an_answer_does_not_hide_the_cause(self) -> None:
        """The same mistake ends with an error or not, depending on what is written around it."""
        nothing = np.zeros((0, 3))

        def careful(x: np.ndarray) -> Any:
            if not len(x):
                raise ValueError("nothing to read")
            return x.argmin(axis=1)

        assert names(find(KNOWN, recorded(careful, [*INPUTS, nothing]))) == ["smallest"]

    def test_an_error_does_not_hide_a_cause_that_ends_in_nan(self) -> None:
        """It stops where there is nothing to read, and where there is something gives nan as the variant does."""

        def fails_for_none(x: np.ndarray) -> Any:
            if not len(x):
                raise ValueError("nothing to read")
            return np.log(-x).sum(axis=1)

        known = Answers(answer(lambda x: np.log(x).sum(axis=1)), (
            Variant("sign", "The sign is turned.", answer(lambda x: np.log(-x).sum(axis=1))),
            Variant("zero", "It is zero.", answer(lambda x: np.zeros(len(x)))),
        ))  # fmt: skip
        with np.errstate(all="ignore"):
            inputs = [*INPUTS, -INPUTS[1], np.zeros((0, 3))]
            assert names(find(known, recorded(fails_for_none, inputs))) == ["sign"]

    def test_what_is_changed_in_place_is_a_part_of_the_result(self) -> None:
        def smallest_in_place(x: np.ndarray) -> Any:
            x.sort(axis=1)
            return np.zeros(len(x), dtype=int)

        known = Answers(answer(right), (Variant("sorts", "It sorts.", answer(smallest_in_place)),))
        assert names(find(known, recorded(smallest_in_place))) == ["sorts"]
        assert not find(known, recorded(lambda x: np.zeros(len(x), dtype=int))).found

    def test_what_another_question_hands_on_is_looked_at_last(self) -> None:
        inherited = (Variant("q1: zero", "It comes from q1.", answer(lambda x: np.zeros(len(x), dtype=int))),)
        known = Answers(KNOWN.solution, KNOWN.variants, inherited)
        assert names(find(known, recorded(lambda x: np.zeros(len(x), dtype=int)))) == ["q1: zero"]
        assert names(find(known, recorded(lambda x: x.argmin(axis=1)))) == ["smallest"]

    def test_a_variable_is_compared_with_its_value(self) -> None:
        known = Answers(None, (Variant("one", "One too few.", lambda: {"count": 9}),))
        for value, found in ((9, ["one"]), (np.int64(9), ["one"]), (10, []), ("9", []), (True, [])):
            recording = Recording()
            recording.next_case()
            recording.got("count", value)
            assert names(find(known, recording)) == found

    def test_a_call_without_an_answer_ends_it(self) -> None:
        recording = recorded(VARIANTS_OF_LARGEST[2].answer()["largest"])
        recording.whole = False
        assert not find(KNOWN, recording).found

    def test_there_is_a_time_limit(self) -> None:
        def slow(x: np.ndarray) -> Any:
            until = time.process_time() + 0.2
            while time.process_time() < until:
                pass
            return x.argmin(axis=1)

        known = Answers(answer(right), tuple(Variant(str(n), "Slow.", answer(slow)) for n in range(50)))
        began = time.process_time()
        assert not find(known, recorded(lambda x: x.argmin(axis=1)), seconds=0.3).found
        assert time.process_time() - began < 2

    def test_large_inputs_are_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("autograder.grading.causes.MOST_BYTES", 100)
        recording = Recording()
        assert recording.call("largest", [np.zeros(13)], {}) is None
        assert recording.call("largest", [np.zeros(3)], {}) is not None
        assert recording.call("largest", [object()], {}) is None


def halves(x: np.ndarray) -> np.ndarray:
    return x / 2


def fifths(x: np.ndarray) -> np.ndarray:
    return x / 5


def sums_of_halves(x: np.ndarray) -> Any:
    return halves(fifths(x)).sum(axis=1)


def of_helpers(given: np.ndarray, **theirs: Callable[..., Any]) -> Any:
    """What an answer gives that is the solution, with functions of its own."""
    half, fifth = theirs.get("halves", halves), theirs.get("fifths", fifths)
    return half(fifth(given)).sum(axis=1)


TENTHS = Variant("q1: tenths", "These are tenths.", answer(lambda x: of_helpers(x, halves=tenths)), "halves")
DEPENDENT = Answers(answer(sums_of_halves), (), (TENTHS,), ("fifths", "halves"))


def tenths(x: np.ndarray) -> np.ndarray:
    return x / 10


@pytest.mark.fast
class TestBlame:
    """Which earlier function an answer fails because of: tried with the learner's own functions, whatever is wrong."""

    @pytest.mark.parametrize(("theirs", "blamed"), [
        ({}, ()),
        ({"halves": halves}, ()),
        ({"halves": tenths}, ("halves",)),
        ({"halves": lambda x: x - 1}, ("halves",)),
        ({"halves": lambda x: (x / 2).astype("float32")}, ("halves",)),
        ({"fifths": lambda x: np.abs(x) + 3, "halves": halves}, ("fifths",)),
        ({"fifths": lambda x: x + 3, "halves": tenths}, ("fifths", "halves")),
    ])  # fmt: skip
    def test_it_is_what_with_which_the_solution_gives_the_same(
        self, theirs: dict[str, Callable[..., Any]], blamed: tuple[str, ...]
    ) -> None:
        match = find_blamed(lambda x: of_helpers(x, **theirs), theirs)
        assert match.blamed == blamed
        assert match.because == (frozenset({1, 2}) if blamed else frozenset())

    def test_a_mistake_that_is_known_is_told_as_well(self) -> None:
        match = find_blamed(lambda x: of_helpers(x, halves=tenths), {"halves": tenths})
        assert match.says(1) == "This comes of `halves`, which does not give what it should. These are tenths."
        match = find_blamed(lambda x: of_helpers(x, halves=np.negative), {"halves": np.negative})
        assert match.says(1) == "This comes of `halves`, which does not give what it should. Mend that first."
        assert match.says(3) == ""

    def test_an_error_in_it_is_its_doing(self) -> None:
        def fails_for_one(x: np.ndarray) -> Any:
            if len(x) == 1:
                raise ValueError("one")
            return x / 2

        match = find_blamed(lambda x: of_helpers(x, halves=fails_for_one), {"halves": fails_for_one})
        assert (match.blamed, match.because) == (("halves",), frozenset({2}))

    def test_the_answers_own_mistake_is_not_laid_on_another(self) -> None:
        wrong = {"halves": tenths}
        for own in (lambda x: of_helpers(x).max(), lambda x: of_helpers(x, halves=tenths) + 1, lambda x: of_helpers(x)):
            assert not find_blamed(own, wrong).blamed

    def test_only_plain_data_goes_on(self) -> None:
        assert not find_blamed(lambda x: of_helpers(x, halves=tenths), {"halves": lambda x: Liar()}).blamed

    def test_the_solution_is_whole_again_afterwards(self) -> None:
        find_blamed(lambda x: of_helpers(x, halves=tenths), {"halves": tenths})
        assert np.allclose(sums_of_halves(INPUTS[0]), INPUTS[0].sum(axis=1) / 10)

    def test_there_is_a_time_limit(self) -> None:
        assert not find_blamed(lambda x: of_helpers(x, halves=tenths), {"halves": tenths}, seconds=0).blamed


def find_blamed(own: Callable[..., Any], theirs: dict[str, Callable[..., Any]], **options: Any) -> Match:
    return blamed(DEPENDENT, recorded(own), theirs, **options)


class Liar:
    """Says that it equals everything, and is of any class."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("asked")

    __hash__ = None  # type: ignore[assignment]

    @property
    def __class__(self) -> Any:
        return np.ndarray


@pytest.mark.fast
@pytest.mark.parametrize(("got", "wanted", "strict", "loosely"), [
    (np.ones(3), np.ones(3), True, True),
    (np.ones(3, "float32"), np.ones(3), False, True),
    (np.ones(3, int), np.ones(3), False, True),
    (np.ones((1, 3)), np.ones(3), False, False),
    (np.ones(3) + 1e-7, np.ones(3), True, True),
    (np.ones(3) + 1e-3, np.ones(3), False, False),
    (np.array([np.nan, 1]), np.array([np.nan, 1]), True, True),
    (np.array([np.nan, 1]), np.array([1, 1.0]), False, False),
    (2, np.int64(2), True, True), (2.0, 2, False, True), (True, 1, False, True), (np.array(2.5), 2.5, True, True),
    ((1, 2), (1, 2), True, True), ([1, 2], (1, 2), False, True), ([1], [1, 2], False, False),
    ({"a": 1}, {"a": 1}, True, True), ({"a": 1}, {"b": 1}, False, False),
    ("a", "a", True, True), ("a", "b", False, False), (None, None, True, True), (None, 0, False, False),
    (RecordedError("ValueError", "a"), RecordedError("ValueError", "a"), True, True),
    (RecordedError("ValueError", "a"), RecordedError("ValueError", "b"), False, True),
    (RecordedError("ValueError", "a"), RecordedError("KeyError", "a"), False, False),
    (RecordedError("ValueError", "a"), 3, False, False),
    (Liar(), np.ones(3), False, False), (Liar(), "a", False, False), ([Liar()], [1], False, False),
    (10**400, 10**400, False, False), (np.array(["a"]), np.ones(1), False, False),
])  # fmt: skip
def test_the_same(got: Any, wanted: Any, strict: bool, loosely: bool) -> None:
    assert (same(got, wanted, True), same(got, wanted, False)) == (strict, loosely)


@pytest.mark.fast
def test_of_several_only_what_all_of_them_say() -> None:
    assert shared(["One. Two.", "One. Three."]) == "One."
    assert shared(["One. Two."]) == "One. Two."
    assert shared(["One.", "Two."]) == ""
    assert shared([]) == ""
    assert shared(["It is 0.5 of all. `x` is.", "It is 0.5 of all. `y` is."]) == "It is 0.5 of all."


@pytest.mark.fast
def test_the_sentence_stands_first_and_in_a_hidden_check_alone() -> None:
    cases = (CaseResult("a", False, False, 1, "got 1, expected 2.", "got …"), CaseResult("b", False, True, 1, "hint"),
             CaseResult("c", True, True, 1, ""), CaseResult("d", False, True, 1, "another hint"))  # fmt: skip
    match = Match(((Variant("v", "It is this.", dict), frozenset({1, 2, 3})),))
    told = named(QuestionResult("q", 1, 4, "in-place", cases), match).cases
    assert [case.message for case in told] == ["It is this. got 1, expected 2.", "It is this.", "", "another hint"]
    assert [case.told for case in told] == ["It is this. got …", None, None, None]


VARIANTS_FILE = """
import numpy as np

def q3_variant_1():
    def double(x):
        return x * x
    return locals()

def q3_variant_2():
    def double(x):
        while True:
            pass
    return locals()

def q3_solution():
    def double(n):
        return 2 * n
    return locals()

def scale(x):
    return x / 10

def q4_solution():
    def refuse(n):
        if scale(n) < 0:
            raise ValueError("negative")
    return locals()

ANSWERS = {
    "q3": (q3_solution, [("square", "That is the square.", q3_variant_1)], [], []),
    "q4": (q4_solution, [], [], ["scale"]),
}
"""


@pytest.fixture
def variants(tiny_course: Path) -> Any:
    file = tiny_course / "build" / "90-sample" / VARIANTS

    def write(source: str = VARIANTS_FILE) -> None:
        file.write_text(source)

    yield write
    file.unlink()


def cells(**changed: str) -> list[str]:
    return [START, *(cell for question, code in ANSWERS.items()
                     for cell in (changed.get(question, code), f"grader.check('{question}')"))]  # fmt: skip


def test_casefiles_travel_with_the_tests_and_count_for_what_is_graded_again(
    sample: Any, variants: Any, tmp_path: Path
) -> None:
    before = bundle(sample).digest
    variants()
    with_variants = bundle(sample)
    assert with_variants.digest != before
    there = unpack(pack(with_variants), tmp_path / "there")
    assert [one.name for one in load(there.tests.with_name(VARIANTS))["q3"].variants] == ["square"]
    assert json.dumps(sorted(path.name for path in there.tests.iterdir())).count(".py") == len(sample.questions)


def cases_of(result: SubmissionResult, name: str = "q3") -> tuple[CaseResult, ...]:
    return next(question for question in result.questions if question.name == name).cases


def test_the_cause_is_what_the_learner_reads(graded: Any, variants: Any) -> None:
    variants()
    result = graded(*cells(q3="def double(x):\n    return x * x\ntotal = 7"))
    public, hidden = cases_of(result)
    assert public.message.startswith("That is the square. This is not as expected: [double(i) for i in range(3)]")
    assert (hidden.message, hidden.told) == ("That is the square.", None)
    look_alike = graded(*cells(q3="def double(x):\n    return x * x if x < 6 else 0\ntotal = 7"))
    assert not [case for case in cases_of(look_alike) if "square" in case.message]


def test_an_earlier_function_is_blamed_only_where_it_brings_it_about(graded: Any, variants: Any) -> None:
    variants()
    refuse = "word = 'digit'\ndef refuse(n):\n    if scale(n) < 0:\n        raise ValueError('negative')"
    public, hidden = cases_of(graded(*cells(q1="def scale(x):\n    return -x", q4=refuse)), "q4")
    assert public.passed
    assert hidden.message == "This comes of `scale`, which does not give what it should. Mend that first."
    own = graded(*cells(q4=refuse.replace("<", ">")))
    assert not [case for case in cases_of(own, "q4") if "comes of" in case.message]


@pytest.mark.parametrize("helper", ["while True: pass", "import os\n    os._exit(1)", "return [0] * 3_000_000"],
                         ids=["endless", "exit", "huge"])
def test_a_hostile_earlier_function_costs_no_other_question(graded: Any, variants: Any, helper: str) -> None:
    """It turns hostile once a check is over, when it is asked whether it is to blame."""
    variants()
    refuse = "calls = [0]\nword = 'digit'\ndef refuse(n):\n    calls[0] += 1\n    return -1"
    scale = f"def scale(x):\n    if 'calls' not in globals():\n        return x / 10\n    {helper}"
    notebook = cells(q1=scale)
    result = graded(*notebook[:3], refuse, "grader.check('q4')", *notebook[3:-2], timeout=5)
    assert {question.name: question.score for question in result.questions if question.name != "q4"} == {
        "q1": 4, "q2": 3, "q3": 2}
    assert not [case for case in cases_of(result, "q4") if "comes of" in case.message]


@pytest.mark.parametrize("answer", [
    "def double(x):\n    while True: pass",
    "def double(x):\n    return [0] * 3_000_000",
    "def double(x):\n    a = []\n    for _ in range(900): a = [a]\n    return a",
    "class E:\n    def __eq__(self, other): raise SystemExit\ndef double(x):\n    return E()",
    "import os\ndef double(x):\n    os._exit(1)",
], ids=["endless", "huge", "deep", "object", "exit"])  # fmt: skip
def test_a_hostile_answer_costs_its_own_question_only(graded: Any, variants: Any, answer: str) -> None:
    variants()
    result = graded(*cells(q3=f"{answer}\ntotal = 7"), timeout=5)
    assert {question.name: question.score for question in result.questions} == {"q1": 4, "q2": 3, "q3": 0, "q4": 1}
    assert not [case for question in result.questions for case in question.cases if "square" in case.message]


def test_a_variant_that_never_ends_costs_the_cause_and_no_point(graded: Any, variants: Any) -> None:
    variants(VARIANTS_FILE.replace('("square",', '("endless", "It never ends.", q3_variant_2), ("square",'))
    result = graded(*cells(q3="def double(x):\n    return x * x\ntotal = 7"))
    assert {question.name: question.score for question in result.questions} == {"q1": 4, "q2": 3, "q3": 0, "q4": 1}
    assert not [case for question in result.questions for case in question.cases if "square" in case.message]
