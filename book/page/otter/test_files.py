"""In the page: stands for `otter.test_files`. A file of checks in Otter's format of exceptions, and how it is run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any


class test_case:
    """Decorates one check: a function that raises where something is not right."""

    def __init__(self, name: str | None = None, points: float | None = None, hidden: bool = False,
                 success_message: str | None = None, failure_message: str | None = None) -> None:  # fmt: skip
        """A page shows neither points nor the messages that Otter has for a whole check; nothing hidden comes here."""
        self.name = name

    def __call__(self, function: Callable[..., None]) -> test_case:
        self._function = function
        return self

    def call_func(self, global_environment: dict[str, Any]) -> None:
        """Calls the function with the variables it names: all of them as `env`, None where there is none."""
        names = inspect.signature(self._function).parameters
        self._function(**{name: global_environment if name == "env" else global_environment.get(name)
                          for name in names})  # fmt: skip


@dataclass
class TestCaseResult:
    """What one check said."""

    test_case: test_case
    message: str
    passed: bool


class ExceptionTestFile:
    """The checks of one question."""

    def __init__(self, name: str, source: str, cases: list[test_case]) -> None:
        self.name = name
        self._lines = source.split("\n")
        self._cases = cases
        self.test_case_results: list[TestCaseResult] = []

    @classmethod
    def from_file(cls, path: Path) -> ExceptionTestFile:
        """Reads a file of checks, and runs it, which defines them.

        Raises:
            ValueError: it does not say what question it is about.
        """
        source = path.read_text(encoding="utf-8")
        defined: dict[str, Any] = {}
        exec(compile(source, str(path), "exec"), defined)
        if "name" not in defined:
            raise ValueError(f"Test file {path} does not define 'name'")
        return cls(defined["name"], source, [case for case in defined.values() if isinstance(case, test_case)])

    def run(self, global_environment: dict[str, Any]) -> None:
        """Runs all checks, whichever of them fails; `test_case_results` then holds what they said."""
        self.test_case_results = []
        for case in self._cases:
            try:
                case.call_func(global_environment)
            except Exception as error:
                message = f"❌ Test case failed\n{self._about(error)}"
                self.test_case_results.append(TestCaseResult(case, message, passed=False))
            else:
                self.test_case_results.append(TestCaseResult(case, "✅ Test case passed", passed=True))

    def _about(self, error: Exception) -> str:
        """The line of the check that raised, and what it raised."""
        assert error.__traceback__ and error.__traceback__.tb_next and error.__traceback__.tb_next.tb_next
        number = error.__traceback__.tb_next.tb_next.tb_lineno  # this module, then `call_func`, then the check
        line = indent(self._lines[number - 1], "  ")
        said = str(error).strip("'")
        return f"Error at line {number} in test {self.name}:\n{line}\n{type(error).__name__}: {said}"
