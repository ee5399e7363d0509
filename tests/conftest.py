"""What all tests share: sandboxes, one browser, their order, and that none leaves the process other than it found it.

Playwright runs once in a process, so every browser test must use this one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from book.chromium import chromium

pytest_plugins = ["tests.sandboxes"]

TESTS = Path(__file__).parent
CORPORA = TESTS / "corpora"

SET_ON_IMPORT = {"TF2_BEHAVIOR", "TPU_ML_PLATFORM", "TPU_ML_PLATFORM_VERSION", "ENABLE_RUNTIME_UPTIME_TELEMETRY",
                 "HDF5_PLUGIN_PATH", "PYTEST_CURRENT_TEST"}
"""What TensorFlow, h5py and pytest set by themselves."""


LONGEST = ("corpora/test_exercises.py", "book/test_commands.py", "book/test_browser.py", "authoring/test_new.py",
           "book/test_experiments.py", "sandbox/test_unprivileged.py", "authoring/test_gradescope.py",
           "corpora/test_killed.py", "sandbox/test_places.py", "grading/test_batch.py", "exercises/test_run_through.py",
           "authoring/test_build.py", "page/test_page_in_browser.py", "page/test_checks.py", "grading/test_cluster.py",
           "book/test_build.py")
"""The files that take longest, in this order before all others. A worker takes a whole file, so a long one at the end
would keep the other worker waiting. `make test` says at its end what took long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, and what is quick fills the gaps at the end: the workers stop together."""
    place = {TESTS / file: number for number, file in enumerate(LONGEST)}
    assert all(file.is_file() for file in place), "LONGEST names a file that is gone"
    items.sort(key=lambda item: (item.get_closest_marker("fast") is not None, place.get(item.path, len(place))))
    # `make test` looks for those that run by themselves in one folder only; elsewhere they would never run.
    lost = [item.nodeid for item in items if item.get_closest_marker("alone") and CORPORA not in item.path.parents]
    assert not lost, f"marked alone, but not in {CORPORA}: {lost}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Processor time, which says what the tests cost whatever else the machine does meanwhile."""
    if not hasattr(config, "workerinput"):
        seconds = sum(os.times()[:4])
        terminalreporter.write_line(f"{seconds:.0f} s of processor time, by the processes that have ended")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # for what comes in a moment, on cores that others use, too
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def unchanged_environment() -> Iterator[None]:
    """A variable left behind changes what later tests see, and only those that the same process happens to run."""
    before, folder = dict(os.environ), os.getcwd()
    yield
    here = os.getcwd()
    os.chdir(folder)
    left = {name for name in before.keys() | os.environ.keys()
            if before.get(name) != os.environ.get(name) and name not in SET_ON_IMPORT}
    for name in left:
        os.environ.pop(name, None)
        os.environ |= {name: before[name]} if name in before else {}
    assert not left, f"the test left these environment variables changed: {sorted(left)}"
    assert here == folder, f"the test left the process in {here}"
