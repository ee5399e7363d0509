"""Sandboxes for tests: one nursery for each level of isolation that holds on this machine.

`conftest.py` has pytest load this for all tests. One that takes `level` runs at each level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from autograder.bridge.notebooks import Notebooks
from autograder.bridge.session import CellOutcome
from autograder.sandbox.limits import ISOLATING, Limits, SandboxError, Unavailable
from autograder.sandbox.nursery import try_level


def levels_here() -> list[str]:
    """The levels that isolate and hold here. `test_levels.py` sees to it that these are all that should."""
    found = []
    for level in ISOLATING:
        try:
            if all(held for _, held, _ in try_level(level)):
                found.append(level)
        except (Unavailable, SandboxError):
            continue
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "level" in metafunc.fixturenames:
        asked = metafunc.definition.get_closest_marker("levels")
        metafunc.parametrize("level", asked.args if asked else ISOLATING)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is about a level that this machine cannot have; `test_levels.py` asks the machine itself."""
    asked = [item for item in items if "level" in getattr(getattr(item, "callspec", None), "params", {})]
    if not asked:
        return
    holding = [*_holding(config), "none"]
    left_out = [item for item in asked if item.callspec.params["level"] not in holding]  # type: ignore[attr-defined]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _holding(config: pytest.Config) -> list[str]:
    if not hasattr(config, "levels_here"):
        config.levels_here = levels_here()  # type: ignore[attr-defined]
    return config.levels_here  # type: ignore[attr-defined]


class Sandbox:
    """A session whose checks and cells are short to write."""

    def __init__(
        self, notebooks: Notebooks, limits: Limits | None = None, files: Mapping[str, bytes | Path] | None = None
    ) -> None:
        self.checks: list[str] = []
        self.session = notebooks.open(files, limits, self.checks.append)
        self.cells = 0

    def run(self, source: str, timeout: float = 20) -> CellOutcome:
        """Runs a cell, whatever becomes of it."""
        self.cells += 1
        return self.session.run_cell(self.cells, source, timeout)

    def value(self, source: str, name: str = "result", timeout: float = 20) -> object:
        """Runs a cell that must end well, and returns the variable `name`."""
        outcome = self.run(source, timeout)
        assert outcome.status == "ok", outcome
        return self.session.get(name)


@pytest.fixture(scope="session")
def nursery_at() -> Iterator[Callable[..., Notebooks]]:
    """Level (and whether warm) -> its nursery, started when first asked for."""
    started: dict[tuple[str, bool], Notebooks] = {}

    def get(level: str, warm: bool = False) -> Notebooks:
        if (level, warm) not in started:
            started[level, warm] = Notebooks(level, warm=warm)
        return started[level, warm]

    yield get
    for nursery in started.values():
        nursery.close()


@pytest.fixture
def sandbox_of(nursery_at: Callable[..., Notebooks]) -> Iterator[Callable[..., Sandbox]]:
    """Makes sandboxes, and ends them with the test."""
    made: list[Sandbox] = []

    def make(
        level: str,
        limits: Limits | None = None,
        files: Mapping[str, bytes | Path] | None = None,
        warm: bool = False,
    ) -> Sandbox:
        made.append(Sandbox(nursery_at(level, warm), limits, files))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.session.close()


@pytest.fixture(scope="session")
def best_level(request: pytest.FixtureRequest) -> str:
    """The best level that holds here, for tests of what is the same at each."""
    return _holding(request.config)[0]


@pytest.fixture(scope="session")
def holding(request: pytest.FixtureRequest) -> list[str]:
    """The levels that hold here."""
    return _holding(request.config)


@pytest.fixture
def sandbox(level: str, sandbox_of: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox at each level that holds here."""
    return sandbox_of(level)
