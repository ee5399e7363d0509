"""Trusted side: one question's test file, run by Otter's own test classes, to a `QuestionResult`.

It runs in the checker's child, in `testfacts` and while building; it must never run where a learner's code does.

The classes decide which cases there are, what each is worth, and whether all
must pass; this module only gives them their environment, case by case, and
turns what went wrong into messages. A case whose exception is not an
`Exception` (a learner's function may raise `SystemExit`, and time may run out)
fails like any other, so that one case never takes the rest with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from otter.nbmeta_config import OK_FORMAT_VARNAME
from otter.test_files import TestFile
from otter.test_files.abstract_test import TestCase, TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile
from otter.test_files.ok_test import OKTestFile

from autograder.grading.messages import Failure, explain, hint, is_about_names, withheld
from autograder.grading.redaction import Known
from autograder.grading.results import CaseResult, CellResult, QuestionResult
from autograder.grading.text import one_line, plain
from autograder.grading.variables import Environment, Source

OTTER_FAILED = "❌ Test case failed\n"

UNEXAMINED = (
    "{question}, case {number} ({which}), failed on what the grader cannot examine: {what}. Under Otter it may pass. "
    "Look at the answer, and set the score with `autograder adjust` if it is right."
)
"""For the instructor alone."""


class BrokenTestFileError(Exception):
    """A test file cannot be loaded: the grader's own failure."""


class KeepingExceptionTestFile(ExceptionTestFile):
    """Otter's exception tests; keeps the exception of a failed case instead of quoting the test's source."""

    error: BaseException | None = None

    def _generate_error_message(self, excp: BaseException, context: int = 0) -> str:
        self.error = excp
        return ""


@dataclass
class Watch:
    """What happens around each test case.

    Attributes:
        before: called before a case, with whether it is hidden.
        trouble: called after it; a sentence when the case must fail whatever it returned, because the
            learner's function had to be stopped or its process ended.
        unexamined: called after it; what it wanted to examine of the notebook and could not.
        told: what the learner reads of that sentence; None where that is all of it. How a process ended can carry a
            number that the learner's code chose.
        learner_error: the last exception that the learner's code raised since `before`.
        heard: whether a hidden case has called anything in the notebook, now or earlier.
    """

    before: Callable[[bool], None]
    trouble: Callable[[], str]
    learner_error: Callable[[], BaseException | None]
    heard: Callable[[], bool] = lambda: False
    told: Callable[[], str | None] = lambda: None
    unexamined: Callable[[], list[str]] = list


@dataclass
class QuestionRun:
    """Runs one question against one notebook.

    Attributes:
        path: its test file.
        source: the notebook's variables.
        watch: what happens around each case.
        authored: folders whose assertion messages may be shown for hidden cases.
        cells: source and result of each code cell so far.
        own: the tests keep this course's rule that what a hidden case says of an answer is a hint for its learner.
            Of other tests only the hint given as such, `failure_message`, is one.
        unexamined: a sentence for each case that failed, and for which the answer could not be examined.
    """

    path: Path
    source: Source
    watch: Watch
    authored: Collection[Path] = ()
    cells: Sequence[tuple[str, CellResult]] = field(default_factory=list)
    own: bool = True
    unexamined: list[str] = field(default_factory=list)

    def result(self, name: str, checked: str) -> QuestionResult:
        """Runs all cases and adds up the score as Otter does.

        Raises:
            BrokenTestFileError: the test file cannot be loaded.
        """
        test_file = load_test_file(self.path)
        cases = list(test_file.test_cases)
        outcomes = []
        for number, case in enumerate(cases, 1):
            outcomes.append(self._run_case(test_file, case))
            if (what := self.watch.unexamined()) and not outcomes[-1][0]:
                self.unexamined.append(UNEXAMINED.format(
                    question=name, number=number, which="hidden" if case.hidden else "public",
                    what=one_line(" and ".join(what), 200)))
        test_file.test_cases = cases
        test_file.test_case_results = [
            TestCaseResult(case, "", passed) for case, (passed, _, _) in zip(cases, outcomes, strict=True)
        ]
        return QuestionResult(
            name=name,
            score=_points(test_file.score),
            possible=_points(test_file.possible),
            checked=checked,
            cases=tuple(
                CaseResult(
                    one_line(str(case.name), 200), passed, bool(case.hidden), _points(case.points), message,
                    told if told != message else None,
                )
                for case, (passed, message, told) in zip(cases, outcomes, strict=True)
            ),
        )

    def _run_case(self, test_file: TestFile, case: TestCase) -> tuple[bool, str, str | None]:
        """Whether the case passed, its message, and what the learner reads of it if not that."""
        environment = Environment(self.source)
        error: BaseException | None = None
        report = ""
        passed = False
        test_file.test_cases = [case]
        if trouble := self.watch.trouble():  # the process is gone already: nothing to run against
            return False, trouble, self.watch.told()
        self.watch.before(bool(case.hidden))
        if isinstance(test_file, KeepingExceptionTestFile):
            test_file.error = None
        try:
            test_file.run(environment)
        except BaseException as other:  # not an `Exception`: those Otter has dealt with
            error = other
        else:
            outcome = test_file.test_case_results[0]
            passed = outcome.passed
            if isinstance(test_file, KeepingExceptionTestFile):
                error = None if passed else test_file.error
            else:
                report = "" if passed else (outcome.message or "").removeprefix(OTTER_FAILED)
        if trouble := self.watch.trouble():
            return False, trouble, self.watch.told()
        if passed:
            return True, plain(case.success_message or "", 500), None
        failure = Failure(
            hidden=bool(case.hidden),
            error=error,
            report=report,
            hint=case.failure_message or "",
            learner_error=self.watch.learner_error(),
            missing=sorted(environment.missing),
            test_path=str(self.path),
            authored=self.authored,
            own=self.own,
        )
        message = explain(failure, self._names() if failure.missing else [], self.cells)
        return False, message, self._told(failure, message)

    def _told(self, failure: Failure, message: str) -> str | None:
        if is_about_names(failure):
            return None
        if failure.hidden:
            return hint(failure, self._known)
        return withheld(failure, message, self._known) if self.watch.heard() else None

    @cached_property
    def _known(self) -> Known:
        return Known(self.path, self.authored)

    def _names(self) -> list[str]:
        """The notebook's variables, for a hint; none if its time is up, which is no reason to fail.

        A variable's name can say something, too: once a hidden case was heard, they are read off the code handed in.
        """
        if self.watch.heard():
            return sorted({name for source, _ in self.cells for name in re.findall(r"\b[^\W\d]\w*", source[:100_000])})
        try:
            return self.source.names()
        except Exception:
            return []


def _points(points: float | None) -> float:
    """Points without what floating point adds when they are split: 2, not 1.9999999999999998."""
    return round(float(points or 0), 9)


def load_test_file(path: Path) -> TestFile:
    """The test file in Otter's class for its format.

    Raises:
        BrokenTestFileError: it is not there, or not a test file.
    """
    try:
        source = path.read_text(encoding="utf-8")
        if _ok_format(source):
            return OKTestFile.from_file(str(path))
        return KeepingExceptionTestFile.from_string(source, path=str(path))
    except (Exception, SystemExit) as error:
        raise BrokenTestFileError(f"{path.name} cannot be loaded: {type(error).__name__}: {error}") from error


def _ok_format(source: str) -> bool:
    """What the file says its format is, read off the line that Otter requires and writes."""
    said = re.search(rf"^{OK_FORMAT_VARNAME}\s*=\s*(True|False)\s*$", source, re.MULTILINE)
    if not said:
        raise ValueError(f"it has no line `{OK_FORMAT_VARNAME} = True` or `{OK_FORMAT_VARNAME} = False`")
    return said.group(1) == "True"
