"""What a class is checked with is not in the memory of the process that its sandboxes are forked from."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder import course
from autograder.bridge.notebooks import Notebooks
from autograder.grading import worker
from autograder.grading.batch import grade_paths
from autograder.grading.engine import Engine
from autograder.grading.results import Verdict
from autograder.sandbox import nursery
from tests.grading.conftest import START, build_course, write_notebook

EXERCISE = "91-memory"

TEST = """
from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 1


@test_case(points=1, hidden=True)
def test_scale(scale):  # {token}
    assert scale(10.0) == 1.0, "{token}"
"""

SLOW = "import time\ndef scale(x):\n    time.sleep(12)\n    return x / 10"
"""While a test waits for it, the memory of all who take part is looked through."""

PIECE = 1 << 24


def found(process: int, texts: Collection[bytes]) -> set[bytes]:
    """Those of `texts`, none of them longer than 100 bytes, that stand anywhere in the memory of a process."""
    seen: set[bytes] = set()
    memory = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    try:
        for start, end in readable(process):
            for at in range(start, end, PIECE):
                with contextlib.suppress(OSError):  # Nobody may read that, such as the kernel's own page.
                    piece = os.pread(memory, min(PIECE + 100, end - at), at)
                    seen |= {text for text in texts if text in piece}
    finally:
        os.close(memory)
    return seen


def readable(process: int) -> Iterator[tuple[int, int]]:
    """From where to where the memory of a process reaches, as far as it may read it itself."""
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        if match := re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line):
            start, end = (int(number, 16) for number in match.groups())
            if end < 1 << 63:
                yield start, end


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_the_learners_parent_holds_nothing_that_a_class_is_checked_with(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test, solution = (secrets.token_hex(16) for _ in range(2))
    build_course(tmp_path, {"q1": TEST.format(token=test)}, EXERCISE)
    right = [START, f"def scale(x):  # {solution}\n    return x / 10", "grader.check('q1')"]
    write_notebook(tmp_path / "build" / EXERCISE / f"{EXERCISE}.ipynb", [*right], EXERCISE)
    for learner, answer in (("alice", SLOW), ("bob", "def scale(x):\n    return x")):
        write_notebook(tmp_path / "class" / f"{learner}.ipynb", [START, answer, "grader.check('q1')"], EXERCISE)
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), tmp_path / name)
    monkeypatch.setattr(worker, "engine", lambda confined, helpers=(): engine)
    monkeypatch.setattr(worker, "stop_engines", lambda: None)
    engine.start()
    assert engine._nursery and engine._nursery._process and engine._checker
    parent, checker = engine._nursery._process._process.pid, engine._checker._process.pid
    wanted = {test.encode(), solution.encode()}

    in_checks, in_parent = set(), set()
    with ThreadPoolExecutor(1) as pool:
        # Without a time limit of ours the solution is run first, from the same parent, to see how long it takes.
        grading = pool.submit(grade_paths, [tmp_path / "class"], output=tmp_path / "grades", jobs=2)
        while not grading.done() and not in_checks:
            for child in children(checker):
                with contextlib.suppress(OSError):  # It has ended.
                    in_checks |= found(child, wanted)
            in_parent |= found(parent, wanted)
        results = grading.result().results
    assert [result.status for result in results] == [Verdict.GRADED] * 2
    assert test.encode() in in_checks, "the search finds the test where it is run"
    assert not in_parent | found(parent, wanted)


def test_the_search_would_find_what_the_learners_parent_holds(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    token = secrets.token_hex(16)
    told = nursery.environment() | {"TOLD": token}
    monkeypatch.setattr(nursery, "environment", lambda: told)
    with Notebooks(engine.start(), warm=False) as notebooks:
        assert notebooks._process
        assert found(notebooks._process._process.pid, {token.encode(), b"0" * 100}) == {token.encode()}
