"""In the checker's child, and while building: finds the wrong variant that gives exactly what the learner's code gave.

Trusted side. A cause is named only if it reproduces the result. While a question is checked, a `Recording` keeps the
arguments that the tests handed to the learner's functions and the results that came back. If a check fails, this module
runs the author's wrong variants (`solutions/README.md`, Wrong variants) and the solution on the same inputs, and
compares their results with the recorded ones: values within a tolerance, shape, dtype, changes in place, and errors. If
one variant gives the same everywhere, it is the cause, and its sentence is the message. If several do, only the
sentences that all of them share are true. If the solution does, the answer fails for another reason, and no cause is
named.

An answer may also fail because of an earlier one that it calls. This module tries that and does not guess (`blamed`):
it runs the solution with the learner's own earlier functions, which answer from the notebook as they do in a test,
and looks whether it gives the same as the answer.

This module runs only the course's own code, read from a file beside the tests. It must never run or evaluate anything
that came from the notebook, or compare it by its own methods: `same` looks only at plain data of known types, and of
the results of a learner's earlier function it passes on only a copy of plain data.
"""

from __future__ import annotations

import functools
import json
import re
import runpy
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.bridge.remote import Remote
from autograder.grading.results import QuestionResult

SECONDS = 1.0
"""Seconds of processor time for one comparison. Only answers that fail spend them, and twice at most: to find the
functions to blame (`blamed`), and the wrong variants, of these functions or of the question (`find`)."""

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of arguments kept for one question; a call with more than what is left is not compared."""

DEEPEST = 6
"""How many lists within lists are compared."""

RELATIVE, ABSOLUTE = 1e-5, 1e-7
"""How far two fractions may differ and still be the same."""


# --- What happened -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordedError:
    """A function stopped with an error."""

    kind: str
    text: str


@dataclass
class Call:
    """One call of one of the answer's functions, by the test case with this number, from 1.

    Attributes:
        args, keywords: copies, as they were before the call.
        outcome: what came back, or `RecordedError`.
        after: the arguments afterwards, where some were changed.
    """

    case: int
    name: str
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    outcome: Any = None
    after: tuple[Any, ...] | None = None


class Recording:
    """The record of what the tests of one question ask of the notebook.

    Attributes:
        calls: the calls of functions that a test got by their names, in order.
        values: by name, the value of each variable that is no function.
        asked: the names that each test case asked for, by its number.
        whole: False once a call got no answer: then no cause can be named.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.values: dict[str, Any] = {}
        self.asked: dict[int, set[str]] = {}
        self.whole = True
        self._case = 0
        self._names: dict[int, str] = {}
        self._left = MOST_BYTES

    def next_case(self) -> None:
        self._case += 1

    def got(self, name: str, value: object) -> None:
        """Notes that a test got the variable `name`."""
        self.asked.setdefault(self._case, set()).add(name)
        if isinstance(value, Remote):
            self._names[value._ref] = name
        else:
            self.values[name] = value

    def begin(self, ref: int, args: Sequence[Any], keywords: Mapping[str, Any]) -> Call | None:
        """Notes that a test is about to call a function; returns None where the call cannot be compared."""
        if (name := self._names.get(ref)) is None:
            return None
        return self.call(name, args, keywords)

    def call(self, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Call | None:
        """Does the same for a function known by its name."""
        try:
            copies = tuple(map(self._copy, args)), {key: self._copy(value) for key, value in keywords.items()}
        except _CannotCopy:
            return None
        self.calls.append(Call(self._case, name, *copies))
        return self.calls[-1]

    def returned(self, call: Call, value: object, args: Sequence[Any] | None) -> None:
        """Notes the result of a call, and the arguments, where some of them were changed."""
        call.outcome = value
        if args is not None:
            try:
                call.after = tuple(map(self._copy, args))
            except _CannotCopy:
                self.whole = False

    def _copy(self, value: Any) -> Any:
        copied, size = _copied(value, DEEPEST)
        self._left -= size
        if self._left < 0:
            self._left += size
            raise _CannotCopy
        return copied


class _CannotCopy(Exception):
    """A value is no plain data, or is too large."""


def _copied(value: Any, depth: int) -> tuple[Any, int]:
    """Returns a copy of plain data, and its bytes."""
    kind = type(value)
    if kind is np.ndarray and value.dtype.kind in "biuf":
        return value.copy(), value.nbytes
    if value is None or kind in (bool, int, float, str) or issubclass(kind, np.generic):
        return value, 0
    if kind in (list, tuple) and depth:
        parts = [_copied(part, depth - 1) for part in value]
        return kind(part for part, _ in parts), sum(size for _, size in parts)
    if kind is dict and depth:
        pairs = {key: _copied(part, depth - 1) for key, part in value.items()}
        return {key: part for key, (part, _) in pairs.items()}, sum(size for _, size in pairs.values())
    raise _CannotCopy


# --- Whether two things are the same -----------------------------------------------------------------------


def same(got: Any, wanted: Any, strict: bool, depth: int = DEEPEST) -> bool:
    """Returns whether a result of the notebook is the same as that of a variant.

    Args:
        got: from the notebook, of any type.
        wanted: from our own code.
        strict: dtypes count, and the text of an error; else any two kinds of number are alike.
        depth: how many levels of lists within lists are compared.
    """
    if isinstance(wanted, RecordedError):
        return type(got) is RecordedError and got.kind == wanted.kind and (not strict or got.text == wanted.text)
    built = _structure(wanted)
    if built is not None:
        return _structure(got) == built
    mine, theirs = _numbers(got), _numbers(wanted)
    if mine is not None or theirs is not None:
        return mine is not None and theirs is not None and _same_numbers(mine, theirs, strict)
    kind = type(wanted)
    if kind in (list, tuple) and depth:
        alike = type(got) is kind if strict else type(got) in (list, tuple)
        return alike and len(got) == len(wanted) and all(
            same(one, other, strict, depth - 1) for one, other in zip(got, wanted, strict=True)
        )
    if kind is dict and depth:
        return type(got) is dict and list(got) == list(wanted) and all(
            same(got[key], wanted[key], strict, depth - 1) for key in wanted
        )
    return type(got) is kind and kind in (str, type(None)) and bool(got == wanted)


def _structure(value: Any) -> str | None:
    """Returns the structure of a Keras model, and how it is compiled, without names; None for anything else.

    A model that came from the notebook was rebuilt here of Keras' own layers (`bridge.models`); any other does not
    count as a model.
    """
    keras = sys.modules.get("keras")
    if keras is None or not issubclass(type(value), keras.Model) or not hasattr(value, "get_compile_config"):
        return None
    layers = [[type(layer).__name__, layer.get_config()] for layer in value.layers
              if type(layer).__name__ != "InputLayer"]
    facts = [getattr(value, "input_shape", None), layers, value.get_compile_config() if value.compiled else None]
    return json.dumps(_nameless(facts), sort_keys=True, default=str)


def _nameless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nameless(part) for key, part in value.items() if key not in ("name", "build_config")}
    return [_nameless(part) for part in value] if isinstance(value, list | tuple) else value


def _numbers(value: Any) -> np.ndarray | None:
    """Returns an array of numbers, or one number, as an array; None for anything else."""
    kind = type(value)
    if kind is int and abs(value) >= 2**63:
        return None
    if kind is np.ndarray or kind in (bool, int, float) or issubclass(kind, np.generic):
        array = np.asarray(value)
        return array if array.dtype.kind in "biuf" else None
    return None


def _same_numbers(got: np.ndarray, wanted: np.ndarray, strict: bool) -> bool:
    if got.shape != wanted.shape:
        return False
    if strict and (got.dtype != wanted.dtype if got.ndim else got.dtype.kind != wanted.dtype.kind):
        return False
    if got.dtype.kind in "biu" and wanted.dtype.kind in "biu":
        return bool(np.array_equal(got, wanted))
    with np.errstate(all="ignore"):
        return bool(np.allclose(got.astype(float), wanted.astype(float), RELATIVE, ABSOLUTE, equal_nan=True))


# --- The variants ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Variant:
    """A wrong answer.

    Attributes:
        name: unique within its question.
        says: the message for a learner whose answer gives the same.
        answer: makes the functions and values that the answer defines, by name.
        of: the earlier function that is wrong, if the variant is inherited.
    """

    name: str
    says: str
    answer: Callable[[], dict[str, Any]]
    of: str = ""


@dataclass(frozen=True)
class Answers:
    """The known answers to one question, right and wrong.

    Attributes:
        solution: makes the functions that the solution defines, by name; None where it defines none.
        variants: the wrong ones.
        inherited: the solution with a wrong variant of another question's function that it calls. They are tried if
            none of its own variants gives the same.
        helpers: the functions of other questions that the solution calls.
    """

    solution: Callable[[], dict[str, Any]] | None
    variants: tuple[Variant, ...] = ()
    inherited: tuple[Variant, ...] = ()
    helpers: tuple[str, ...] = ()


INHERITED = "This comes of "
"""The beginning of the sentence that names an earlier function."""


def comes_of(names: Sequence[str]) -> str:
    """Returns the sentence that names the earlier functions which cause a failure."""
    if len(names) == 1:
        return f"{INHERITED}`{names[0]}`, which does not give what it should."
    listed = f"{', '.join(f'`{name}`' for name in names[:-1])} and `{names[-1]}`"
    return f"{INHERITED}{listed}, which do not give what they should."


@functools.lru_cache(maxsize=8)
def load(file: Path) -> dict[str, Answers]:
    """Returns the known answers by question, from the file that `autograder build` made; empty where there is none.

    Args:
        file: the course's own, never a learner's.
    """
    if not file.is_file():
        return {}
    return {
        question: Answers(
            solution, tuple(Variant(*one) for one in variants), tuple(Variant(*one) for one in inherited),
            tuple(helpers),
        )
        for question, (solution, variants, inherited, helpers) in runpy.run_path(str(file))["ANSWERS"].items()
    }


# --- Which variant it is -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """The variants that give the same as the answer, each with the numbers of the test cases that it explains.

    Attributes:
        found: these variants.
        blamed: the earlier functions that an answer fails because of.
        because: the test cases that fail because of them.
    """

    found: tuple[tuple[Variant, frozenset[int]], ...] = ()
    blamed: tuple[str, ...] = ()
    because: frozenset[int] = frozenset()

    def says(self, case: int) -> str:
        """Returns the message for a test case: the sentences that all of its variants share, true whichever it is."""
        said = shared([one.says for one, cases in self.found if case in cases])
        if case not in self.because:
            return said
        return f"{comes_of(self.blamed)} {said or 'Mend that first.'}"


def shared(texts: Sequence[str]) -> str:
    """Returns the sentences that all of these texts have, in the order of the first."""
    if len(texts) < 2:
        return "".join(texts)
    others = [set(sentences(text)) for text in texts[1:]]
    return " ".join(one for one in sentences(texts[0]) if all(one in other for other in others))


def sentences(text: str) -> list[str]:
    """Cuts a text into its sentences."""
    return re.split(r"(?<=[.?!]) (?=[A-Z`(])", text)


def find(known: Answers, recording: Recording, seconds: float = SECONDS) -> Match:
    """Finds the variants that give the same as the recorded answer; none where the solution does, or time is up."""
    if not recording.whole:
        return Match()
    in_time = _until_time_is_up(seconds)
    try:
        solution = _Answer(known.solution, recording, in_time) if known.solution else None
        for kind in (known.variants, known.inherited):
            answers = [(one, _Answer(one.answer, recording, in_time)) for one in kind]
            for strict, left_out in PASSES:
                if solution and solution.calls and solution.agrees(strict, left_out):
                    return Match()
                found = [(one, answer) for one, answer in answers if answer.explains(solution, strict, left_out)]
                if found:
                    return Match(tuple((one, frozenset(answer.cases(solution, strict))) for one, answer in found))
    except _TimeUp:
        pass
    return Match()


def blamed(
    known: Answers, recording: Recording, theirs: Mapping[str, Callable[..., Any]], seconds: float = SECONDS
) -> Match:
    """Finds the learner's own earlier functions that make an answer fail, and the test cases in which they do.

    They do if the solution, with these functions in place of the right ones, gives exactly the recorded results each
    time, and without them it does not. As few functions are named as that takes. If one of them matches a wrong
    variant, the result names that, too.

    Args:
        known: the known answers to the question.
        recording: what its tests asked of the answer, and the results.
        theirs: stand-ins for the learner's functions, by name; one that is called runs in the notebook.
        seconds: processor time that this may take.

    Returns:
        An empty match if no earlier function turns out to be the reason, or time is up.
    """
    if known.solution is None or not recording.whole:
        return Match()
    in_time = _until_time_is_up(seconds)

    def with_theirs(names: Sequence[str]) -> _Answer:
        return _Answer(known.solution or dict, recording, in_time, {name: _plain(theirs[name]) for name in names})

    def least(strict: bool) -> list[str]:
        """Returns the fewest of them with which the solution gives the recorded results; tries each alone first."""
        for name in theirs:
            if with_theirs([name]).agrees(strict):
                return [name]
        names = list(theirs)
        if len(names) < 2 or not with_theirs(names).agrees(strict):
            return []
        for name in theirs:
            if with_theirs(rest := [other for other in names if other != name]).agrees(strict):
                names = rest
        return names

    try:
        solution, names = with_theirs([]), list[str]()
        because = frozenset[int]()
        for strict in (True, False):  # at first a dtype counts
            if not solution.calls or solution.agrees(strict):
                return Match()
            if names := least(strict):
                because = frozenset(with_theirs(names).cases(solution, strict))
                break
    except _TimeUp:
        return Match()
    if not names:
        return Match()
    told = tuple(one for one in known.inherited if one.of in names)
    found = find(replace(known, variants=told, inherited=()), recording, seconds).found
    return Match(found, tuple(names), because)


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the learner's function, which passes on only plain data of its results."""

    def stand_in(*args: Any, **keywords: Any) -> Any:
        return _copied(function(*args, **keywords), DEEPEST)[0]

    return stand_in


class _TimeUp(Exception):
    """The comparison takes too long."""


def _until_time_is_up(seconds: float) -> Callable[[], None]:
    """Returns a function that raises `_TimeUp` once this process has computed for so many more seconds."""
    end = time.process_time() + seconds

    def in_time() -> None:
        if time.process_time() > end:
            raise _TimeUp

    return in_time


class _Answer:
    """Our own code beside the recorded results: the solution, or a variant, with `theirs` for functions it calls."""

    def __init__(
        self, answer: Callable[[], dict[str, Any]], recording: Recording, in_time: Callable[[], None],
        theirs: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.recording = recording
        self._theirs = theirs or {}
        self.names = answer()
        self.calls = [call for call in recording.calls if callable(self.names.get(call.name))]
        self.values = {name: value for name, value in self.names.items()
                       if not callable(value) and name in recording.values}
        self._in_time = in_time
        self._given: dict[int, tuple[Any, tuple[Any, ...] | None]] = {}

    def given(self, call: Call) -> tuple[Any, tuple[Any, ...] | None]:
        """Returns our function's result for the same arguments; and the arguments, if it changed some."""
        if id(call) not in self._given:
            self._in_time()
            with _in_place(self._theirs, self.names[call.name]):
                self._given[id(call)] = run(self.names[call.name], call)
        return self._given[id(call)]

    def agrees(self, strict: bool, left_out: Callable[[Any], bool] | None = None) -> bool:
        """Returns whether it gives the recorded result each time, except for outcomes that are left out."""
        calls = [call for call in self.calls if not (left_out and left_out(call.outcome))]
        return all(self._alike(call, strict) for call in calls) and all(
            same(self.recording.values[name], value, strict) for name, value in self.values.items()
        )

    def _alike(self, call: Call, strict: bool) -> bool:
        outcome, after = self.given(call)
        return same(call.outcome, outcome, strict) and _same_after(call.after, after, strict)

    def explains(
        self, solution: _Answer | None, strict: bool, left_out: Callable[[Any], bool] | None = None
    ) -> bool:
        """Returns whether it gives the recorded results, on enough inputs to tell, and the solution does not."""
        answered = any(not _nothing(call.outcome) for call in self.calls)
        looked_at = [call for call in self.calls if not (left_out and left_out(call.outcome))]
        enough = bool(self.values) or (answered and different(looked_at))
        return enough and self.agrees(strict, left_out) and self._shows(solution, strict)

    def _shows(self, solution: _Answer | None, strict: bool) -> bool:
        """Returns whether it differs visibly from the solution: by a value, or by an error with the very same text.

        Two mistakes that end in the same kind of error may still be different ones.
        """
        shown = any(names & self.values.keys() for names in self.recording.asked.values())
        return shown or any(
            type(call.outcome) is not RecordedError or same(call.outcome, self.given(call)[0], True)
            for call in self._explained(solution, strict)
        )

    def cases(self, solution: _Answer | None, strict: bool) -> Iterator[int]:
        """Yields the test cases in which it gives the recorded result, and the solution does not."""
        for number, names in self.recording.asked.items():
            if names & self.values.keys():
                yield number
        yield from (call.case for call in self._explained(solution, strict))

    def _explained(self, solution: _Answer | None, strict: bool) -> Iterator[Call]:
        """Yields the calls in which it gives the recorded result, and the solution does not."""
        for call in self.calls if solution else ():
            assert solution is not None
            mine, right = self.given(call), solution.given(call)
            is_right = same(right[0], mine[0], strict) and _same_after(right[1], mine[1], strict)
            if not is_right and self._alike(call, strict):
                yield call


@contextmanager
def _in_place(theirs: Mapping[str, Callable[..., Any]], function: Any) -> Iterator[None]:
    """Replaces the functions of these names that our own `function` calls by the learner's, while the block runs."""
    names = getattr(function, "__globals__", {})
    before = {name: names[name] for name in theirs if name in names}
    names.update({name: theirs[name] for name in before})
    try:
        yield
    finally:
        names.update(before)


def run(function: Any, call: Call) -> tuple[Any, tuple[Any, ...] | None]:
    """Returns our own function's result for the arguments of `call`; and the arguments, if it changed some."""
    args = tuple(_copied(value, DEEPEST)[0] for value in call.args)
    keywords = {key: _copied(value, DEEPEST)[0] for key, value in call.keywords.items()}
    try:
        with np.errstate(all="ignore"):
            outcome: Any = function(*args, **keywords)
    except Exception as error:
        outcome = recorded_error(error)
    changed = not all(same(one, other, True) for one, other in zip(args, call.args, strict=True))
    return outcome, args if changed else None


def recorded_error(error: Exception) -> RecordedError:
    """Returns an error in the form in which it is compared."""
    return RecordedError(type(error).__name__, str(error)[:500])


def _same_after(got: tuple[Any, ...] | None, wanted: tuple[Any, ...] | None, strict: bool) -> bool:
    if got is None or wanted is None:
        return got is wanted
    return same(got, wanted, strict)


def _stopped(outcome: Any) -> bool:
    """Returns whether it is an error, or None."""
    return outcome is None or type(outcome) is RecordedError


def _nothing(outcome: Any) -> bool:
    """Returns whether it is an error, no value at all, or not all of it finite numbers."""
    if _stopped(outcome):
        return True
    numbers = _numbers(outcome)
    return numbers is not None and (numbers.size == 0 or not np.isfinite(numbers).all())


PASSES: tuple[tuple[bool, Callable[[Any], bool] | None], ...] = (
    (True, None), (False, None), (False, _stopped), (False, _nothing),
)
"""The ways in which answers are compared, one after another until a variant gives the same: whether dtypes count, and
which outcomes are left out. The same mistake may end with an error, with nan, or with neither, depending on the code
around it, such as a test for a divisor of zero."""


def different(calls: Sequence[Call]) -> bool:
    """Returns whether two of the inputs differ; a function without any has only one."""
    return any(
        not (call.args or call.keywords) or not same([*call.args, *call.keywords.values()],
                                                     [*calls[0].args, *calls[0].keywords.values()], True)
        for call in calls
    )


# --- The messages --------------------------------------------------------------------------------------------


def named(result: QuestionResult, match: Match) -> QuestionResult:
    """Returns the result with the cause in the message of each failed case that it explains."""
    cases = []
    for number, case in enumerate(result.cases, 1):
        says = match.says(number)
        if case.passed or not says:
            cases.append(case)
        elif case.hidden:
            cases.append(replace(case, message=says, told=None))
        else:
            told = f"{says} {case.told}" if case.told is not None else None
            cases.append(replace(case, message=f"{says} {case.message}", told=told))
    return replace(result, cases=tuple(cases))
