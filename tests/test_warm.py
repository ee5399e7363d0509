"""The process that forks for the tests: each fork's own exit code, and a limit."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.warm import Warm

PROCESS = Warm("colorsys")


def write(path: Path) -> None:
    """In a fork: what it has imported, and what the fork before has left behind."""
    path.write_text(f"{'colorsys' in sys.modules} {os.environ.get('LEFT_BEHIND', 'nothing')}")
    os.environ["LEFT_BEHIND"] = "something"


def test_each_run_is_a_fork_of_the_process_that_has_imported(tmp_path: Path) -> None:
    for number in range(2):
        assert PROCESS.run(write, tmp_path / f"{number}", limit=60) == 0
        assert (tmp_path / f"{number}").read_text() == "True nothing"


def test_the_exit_code_is_handed_on_and_what_takes_too_long_is_killed() -> None:
    assert PROCESS.run(sys.exit, 3, limit=60) == 3
    assert PROCESS.run(time.sleep, 60, limit=0.5) is None
