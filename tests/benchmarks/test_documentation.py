"""What the documentation says about speed is what was measured, and nothing else."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest

from tests.benchmarks import book, checks, documentation

pytestmark = pytest.mark.fast

RESULTS: dict[str, Any] = {
    "machine": {"cores": 2, "processor": "x86_64", "python": "3.11.7"}, "rounds": 3, "few": 4, "learners": 12,
    "trains": {"otter_1": {"seconds": 15.0, "times": 1.0}, "otter_2": {"seconds": 9.0, "times": 1.7},
               "ours": {"seconds": 3.0, "times": 5.0, "start": 6.0, "warm_seconds": 2.0},
               "floor_1": {"seconds": 1.9, "times": 7.9, "processor": 3.2, "faults": 1.1e5},
               "floor_50": {"seconds": 1.5, "times": 10.0, "processor": 2.7, "faults": 1.2e5},
               "floor_pages": {"seconds": 1.4, "times": 10.7, "processor": 2.5, "faults": 4.8e4}},
    "parts": {"start": 0.1, "data": 0.4, "training": 2.5, "check": 0.8, "end": 0.04},
    "numpy": {"otter_1": {"seconds": 11.0, "times": 1.0}, "otter_2": {"seconds": 7.0, "times": 1.6},
              "ours": {"seconds": 1.4, "times": 7.9, "start": 5.0, "warm_seconds": 0.5}},
    "size": {kind: {"learners": 12, "many": 120, "seconds": 2.1, "seconds_of_many": 2.2, "whole": 290.0,
                    "again_seconds": 0.4, "again_share": 0.002, "again_batch": 0.2,
                    "again_batch_share": 0.001, "early_mb": 410.0, "late_mb": 415.0}
             for kind in ("trains", "numpy")},
    "sizes_apart": False, "cluster": {"one": 3.1, "two": 1.6, "times": 1.94, "worker_mb": 1800.0},
    "matching": {"learners": 1000, "find": 0.2, "match": 0.1, "rows": 0.05},
}
"""Made up, in the form of `make bench`."""

UNTOLD = {"trains/floor_1/processor", "trains/floor_1/faults", "numpy/ours/start"}
"""Measured by the way: it is told what large pages change where there are many steps, and one start of two."""


@pytest.mark.parametrize("measured", [documentation, book, checks], ids=["grading", "book", "checks"])
def test_the_documentation_has_what_is_recorded_and_nothing_else(measured: ModuleType) -> None:
    assert measured.PART.holds(measured.told())


def test_what_is_recorded_reaches_the_goals() -> None:
    """Of the class that trains, and of the one that does not: after start-up, which comes once a batch."""
    found = json.loads(documentation.RESULTS.read_text(encoding="utf-8"))
    trains, plain, size = found["trains"], found["numpy"], found["size"]
    assert trains["otter_1"]["seconds"] / trains["ours"]["seconds"] >= 6, "start-up included"
    assert trains["ours"]["warm_seconds"] / trains["floor_50"]["seconds"] <= 1.15
    assert plain["otter_1"]["seconds"] / plain["ours"]["warm_seconds"] >= 20
    for kind in size.values():
        assert kind["seconds_of_many"] <= 1.05 * kind["seconds"] and kind["late_mb"] <= 1.1 * kind["early_mb"]
        assert kind["again_batch_share"] < 0.01
    assert size["trains"]["again_share"] < 0.01, "Python's start and the reports included"
    whole = json.loads(documentation.CLASS.read_text(encoding="utf-8"))
    assert whole["seconds of grading again"] / whole["seconds"] < 0.01
    times = json.loads(book.RESULTS.read_text(encoding="utf-8"))
    assert times["nothing"] < 360 and times["unchanged"] < 10 and times["changed"] < 60
    waits = json.loads(checks.RESULTS.read_text(encoding="utf-8"))
    waits.pop(checks.LOADED, None)  # an earlier version did not record it
    assert all(check["seconds"] < checks.LIMIT for of in waits.values() for check in of.values() if not check["trains"])


def test_a_check_that_trains_stands_apart() -> None:
    told = checks.table({"90-tiny": {"q1": {"seconds": 0.2, "trains": False}, "q2": {"seconds": 0.1, "trains": False},
                                     "q3": {"seconds": 4.0, "trains": True}}})
    assert "| 90-tiny | 0.20 s (q1) | 4.00 s (q3) |" in told


def test_it_is_told_when_sizes_come_from_another_run() -> None:
    assert "another run" not in documentation.speed(RESULTS)
    assert "another run" in documentation.speed(RESULTS | {"sizes_apart": True})


def numbers(results: Any) -> list[list[str]]:
    """The way to each measured number."""
    if isinstance(results, dict):
        return [[key, *rest] for key, value in results.items() for rest in numbers(value)]
    return [[]] if isinstance(results, float) else []


@pytest.mark.parametrize("way", numbers(RESULTS), ids="/".join)
def test_every_number_is_told(way: list[str]) -> None:
    changed = copy.deepcopy(RESULTS)
    place = changed
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] *= 3
    untold = documentation.speed(changed) == documentation.speed(RESULTS)
    assert untold == ("/".join(way) in UNTOLD)


def test_what_a_learner_waits_for_is_told_of_what_trains_nothing() -> None:
    found = {"01-a": {f"q1_{n}": {"seconds": n / 1000, "trains": False} for n in range(1, 101)},
             "02-b": {"q2_1": {"seconds": 9.0, "trains": True}}}
    load = {"seconds": 0.21, "processor": 0.14}
    told = checks.recorded({checks.LOADED: load, **found})
    assert told.endswith("takes 0.21 s, of which the processor is busy for 0.14 s. "
                         "Of the checks that train nothing, 95 in 100 answer within 0.10 s.")
    assert checks.most({"01-a": found["01-a"]}) == 0.095
    assert "digits.load" not in checks.recorded(found)
