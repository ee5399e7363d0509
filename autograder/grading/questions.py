"""Trusted side: runs one question's test file by Otter's own test classes, to a `QuestionResult`.

It runs in the checker's child, in `testfacts` and while building; it must never run where a learner's code does.

The classes decide which cases there are, how many points each has, and whether
all must pass; this module only gives them their environment, case by case, and
turns failures into messages. A case whose exception is not an `Exception` (a
learner's function may raise `SystemExit`, and time may run out) fails like any
other, so that one case never takes the rest with it.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from otter.nbmeta_config import OK_FORMAT_VARNAME
from otter.test_files import TestFile
from otter.test_files.abstract_test import TestCase, TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile
from otter.test_files.ok_test import OKTestFile

from autograder.grading import testsource
from autograder.grading.endings import PENDING
from autograder.grading.messages import Failure, explain, hint, is_about_names, no_file, plainly, withheld
from autograder.grading.redaction import TrustedTexts
from autograder.grading.results import CaseResult, CellResult, QuestionResult
from autograder.grading.text import one_line, plain
from autograder.grading.variables import Environment, Source

OTTER_FAILED = "❌ Test case failed\n"

UNEXAMINED = (
    "{question}, case {number} ({which}), failed on what the grader cannot examine: {what}. Under Otter it may pass. "
    "Look at the answer, and set the score with `autograder adjust` if it is right."
)
"""A sentence for the instructor alone."""

def what_was_not_examined(flags: Collection[str], question: str, number: int) -> str:
    """Returns the text behind `UNEXAMINED`, if that is what a submission's flag says of a case; else empty."""
    begins = f"{question}, case {number} ("
    said = next((flag for flag in flags if flag.startswith(begins)), "")
    return said.partition("cannot examine: ")[2].rpartition(". Under Otter")[0]


UNJUDGED = (
    "{question}, case {number} ({which}), is pending: the solution, too, fails it here. This answer {did} it{why}. "
    "Look at the answer, and set the score with `autograder adjust`."
)
"""The same for a case that cannot judge any answer."""


class BrokenTestFileError(Exception):
    """A test file cannot be loaded: the grader's own failure."""


class KeepingExceptionTestFile(ExceptionTestFile):
    """Otter's exception tests. Keeps the exception of a failed case instead of quoting the test's source."""

    error: BaseException | None = None

    def _generate_error_message(self, excp: BaseException, context: int = 0) -> str:
        self.error = excp
        return ""


@dataclass
class CaseHooks:
    """The functions called around each test case.

    Attributes:
        before: called before a case, with whether it is hidden.
        trouble: called after it; returns a sentence when the case must fail whatever it returned, because the learner's
            function had to be stopped or its process ended.
        unexamined: called after it; returns what it wanted to examine of the notebook and could not.
        told: returns what the learner reads of that sentence; None if that is all of it. The way a process ended can
            carry a number that the learner's code chose.
        learner_error: the last exception that the learner's code raised since `before`.
        heard: whether a hidden case has called anything in the notebook, now or earlier.
    """

    before: Callable[[bool], None]
    trouble: Callable[[], str]
    learner_error: Callable[[], BaseException | None]
    heard: Callable[[], bool] = lambda: False
    told: Callable[[], str | None] = lambda: None
    unexamined: Callable[[], list[str]] = list


@dataclass(frozen=True)
class _Outcome:
    """The outcome of a case.

    Attributes:
        passed: whether it passed.
        message: its message.
        told: what the learner reads, if not that.
        stopped: whether the answer had to be stopped, or its process is gone.
        no_name: whether the notebook lacks a name that the case asks for.
        no_file: the file that the test wanted to read, and that is not there for it.
        pending: whether the grader cannot know if the answer is wrong.
        why: what failed, for the instructor alone.
    """

    passed: bool
    message: str
    told: str | None = None
    stopped: bool = False
    no_name: bool = False
    no_file: str = ""
    pending: bool = False
    why: str = ""


@dataclass
class QuestionRun:
    """Runs one question against one notebook.

    Attributes:
        path: its test file.
        source: the notebook's variables.
        hooks: the functions called around each case.
        authored: folders whose assertion messages may be shown for hidden cases.
        cells: source and result of each code cell so far.
        own: whether the tests keep this course's rule that the message of a hidden case is a hint for the learner. In
            other tests only a text given as the hint, `failure_message`, is one.
        unjudged: the cases that the assignment's own solution fails here, by their numbers from 1; and whether it fails
            because a name is missing in the solution, too.
        proven: whether the solution was tried. It then shows what the tests ask for that does not exist here, and their
            source is not searched for that.
        trial: whether the notebook is the assignment's own solution, which no learner reads of: the message of a hidden
            case that it fails says what failed.
        unexamined: a sentence for each case whose outcome decides nothing: it is pending.
    """

    path: Path
    source: Source
    hooks: CaseHooks
    authored: Collection[Path] = ()
    cells: Sequence[tuple[str, CellResult]] = field(default_factory=list)
    own: bool = True
    unjudged: Mapping[int, bool] = field(default_factory=dict)
    proven: bool = False
    trial: bool = False
    unexamined: list[str] = field(default_factory=list)

    def result(self, name: str, checked: str) -> QuestionResult:
        """Runs all cases and adds up the score as Otter does.

        Raises:
            BrokenTestFileError: the test file cannot be loaded.
        """
        test_file = load_test_file(self.path)
        cases = list(test_file.test_cases)
        outcomes = [self._outcome(test_file, case, name, number) for number, case in enumerate(cases, 1)]
        test_file.test_cases = cases
        test_file.test_case_results = [
            TestCaseResult(case, "", outcome.passed) for case, outcome in zip(cases, outcomes, strict=True)
        ]
        return QuestionResult(
            name=name,
            score=_points(test_file.score),
            possible=_points(test_file.possible),
            checked=checked,
            cases=tuple(
                CaseResult(
                    one_line(str(case.name), 200), outcome.passed, bool(case.hidden), _points(case.points),
                    outcome.message, outcome.told if outcome.told != outcome.message else None, outcome.pending,
                )
                for case, outcome in zip(cases, outcomes, strict=True)
            ),
        )

    def _outcome(self, test_file: TestFile, case: TestCase, question: str, number: int) -> _Outcome:
        """Returns the outcome of a case; pending, with a note, if the grader cannot know if the answer is wrong."""
        outcome = self._run_case(test_file, case)
        what = self.hooks.unexamined()
        if self.own or (outcome.no_name and not self.unjudged.get(number)):
            return outcome
        known = {"question": question, "number": number, "which": "hidden" if case.hidden else "public"}
        if number in self.unjudged:
            failed = " and ".join(dict.fromkeys([*what, *self._unlike(case, outcome)])) or outcome.why
            did, why = ("passes", "") if outcome.passed else ("fails", f" ({one_line(failed, 200)})")
            self.unexamined.append(UNJUDGED.format(**known, did=did, why=why))
        elif outcome.passed or outcome.stopped:
            return outcome
        elif found := dict.fromkeys([*what, *self._unlike(case, outcome)]):
            self.unexamined.append(UNEXAMINED.format(**known, what=one_line(" and ".join(found), 300)))
        else:
            return replace(outcome, message=outcome.why) if self.trial else outcome
        return outcome if outcome.passed else _Outcome(False, PENDING, pending=True)

    def _unlike(self, case: TestCase, outcome: _Outcome) -> list[str]:
        """Returns what a failed case asks for and cannot have here, as far as its source, or its error, shows it."""
        found = [f"a file that is not there for tests ({outcome.no_file})"] if outcome.no_file else []
        return found if self.proven else [*found, *testsource.unlike(testsource.of_case(self.path, case.body))]

    def _run_case(self, test_file: TestFile, case: TestCase) -> _Outcome:
        """Runs one case. Returns whether it passed, its message, and what the learner reads of it if not that."""
        environment = Environment(self.source)
        error: BaseException | None = None
        report = ""
        passed = False
        test_file.test_cases = [case]
        if trouble := self.hooks.trouble():  # the process is gone already: nothing to run against
            return _Outcome(False, trouble, self.hooks.told(), stopped=True, why=trouble)
        self.hooks.before(bool(case.hidden))
        if isinstance(test_file, KeepingExceptionTestFile):
            test_file.error = None
        try:
            test_file.run(environment)
        except BaseException as other:  # not an `Exception`: Otter has handled those
            error = other
        else:
            outcome = test_file.test_case_results[0]
            passed = outcome.passed
            if isinstance(test_file, KeepingExceptionTestFile):
                error = None if passed else test_file.error
            else:
                report = "" if passed else (outcome.message or "").removeprefix(OTTER_FAILED)
        if trouble := self.hooks.trouble():
            return _Outcome(False, trouble, self.hooks.told(), stopped=True, why=trouble)
        if passed:
            return _Outcome(True, plain(case.success_message or "", 500))
        failure = Failure(
            hidden=bool(case.hidden),
            error=error,
            report=report,
            hint=case.failure_message or "",
            learner_error=self.hooks.learner_error(),
            missing=sorted(environment.missing),
            test_path=str(self.path),
            authored=self.authored,
            own=self.own,
        )
        message = explain(failure, self._names() if failure.missing else [], self.cells)
        return _Outcome(False, message, self._told(failure, message), no_name=is_about_names(failure),
                        no_file=no_file(failure), why=message if is_about_names(failure) else plainly(failure))

    def _told(self, failure: Failure, message: str) -> str | None:
        if is_about_names(failure):
            return None
        if failure.hidden:
            return hint(failure, self._known)
        return withheld(failure, message, self._known) if self.hooks.heard() else None

    @cached_property
    def _known(self) -> TrustedTexts:
        return TrustedTexts(self.path, self.authored)

    def _names(self) -> list[str]:
        """Returns the notebook's variables, for a hint; none if its time is up, which is no reason to fail.

        The name of a variable can carry a message, too: once a hidden case was heard, they are read from the code
        handed in.
        """
        if self.hooks.heard():
            return sorted({name for source, _ in self.cells for name in re.findall(r"\b[^\W\d]\w*", source[:100_000])})
        try:
            return self.source.names()
        except Exception:
            return []


def _points(points: float | None) -> float:
    """Returns points without the error that floating point adds when they are split: 2, not 1.9999999999999998."""
    return round(float(points or 0), 9)


def load_test_file(path: Path) -> TestFile:
    """Loads the test file into Otter's class for its format.

    Raises:
        BrokenTestFileError: it is not there, or not a test file.
    """
    try:
        source = path.read_text(encoding="utf-8")
        if _ok_format(source):
            return OKTestFile.from_file(str(path))
        return KeepingExceptionTestFile.from_string(source, path=str(path))
    except AssertionError as error:
        rule = traceback.extract_tb(error.__traceback__)[-1].line or ""
        found = re.search(r"""\.get\(["'](\w+)["']""", rule)
        what = f"its suite has a {found[1]}" if found else f"`{rule.removeprefix('assert ')}` is not so"
        why = str(error) or f"it does not keep to Otter's format: {what}"
        raise BrokenTestFileError(f"{path.name} cannot be loaded: {why}") from error
    except (Exception, SystemExit) as error:
        raise BrokenTestFileError(f"{path.name} cannot be loaded: {type(error).__name__}: {error}") from error


def _ok_format(source: str) -> bool:
    """Returns the format that the file names, read from the line that Otter requires and writes."""
    said = re.search(rf"^{OK_FORMAT_VARNAME}\s*=\s*(True|False)\s*$", source, re.MULTILINE)
    if not said:
        raise ValueError(f"it has no line `{OK_FORMAT_VARNAME} = True` or `{OK_FORMAT_VARNAME} = False`")
    return said.group(1) == "True"
