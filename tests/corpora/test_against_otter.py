"""What is published about the attacks on plain `otter run` is what was observed, and of the attacks of today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.corpora import against_otter

pytestmark = pytest.mark.fast


def observed() -> dict[str, dict[str, dict[str, object]]]:
    return json.loads(against_otter.DATA.read_text(encoding="utf-8"))


def test_the_observations_are_of_the_cases_of_today() -> None:
    stale = against_otter.stale(observed(), against_otter.comparable())
    assert not stale, f"As root: .venv/bin/python -m tests.corpora.against_otter {' '.join(stale)}"


def test_no_observation_is_of_a_case_that_is_gone() -> None:
    assert set(observed()["cases"]) <= {case.name for case in against_otter.comparable()}


def test_the_table_is_made_from_the_observations() -> None:
    assert against_otter.TABLE.read_text(encoding="utf-8") == against_otter.write_table(observed())


def test_nothing_of_this_machine_is_told() -> None:
    reached = ["/tmp/a/b.txt", f"{Path.home()}/x", "/dev/shm/reading-digits-outside-giiv7vqu", "pid 4711"]
    said = against_otter.in_short(reached)
    assert said == ["TEMPORARY/b.txt", "HOME/x", "/dev/shm/reading-digits-outside", "pid N"]


def test_of_much_that_was_reached_the_first_lines_are_told() -> None:
    said = against_otter.in_short([f"/etc/{name}" for name in "aabcdefg"])
    assert said == ["/etc/a", "/etc/b", "/etc/c", "/etc/d", "3 more"]
    assert against_otter.in_short(["/etc/a", "/etc/a"]) == ["/etc/a"]


def test_a_number_alone_says_nothing() -> None:
    assert against_otter.in_short(["2000", ""]) == ["what was tried"]
