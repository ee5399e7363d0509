"""What stands for Otter in the page says what Otter says, letter by letter, about right answers and about mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.verify import SOLUTION, Trial, hand_in_corpus, trials
from autograder.course import EXERCISES, assignment, exercise_names
from tests.samples import sampled

EVERY = 30
"""Of an exercise's notebooks, `make test` tries one in so many."""

TRAIN = ("06-train-and-test", "07-debugging-clinic", "08-capstone")
"""Exercises whose notebooks train: each of them takes minutes, and is left to `make verify`."""


def checked(way: str, notebooks: Path, out: Path) -> dict[str, list[Any]]:
    """What `tests.page.checked` notes about these notebooks."""
    subprocess.run([sys.executable, "-m", "tests.page.checked", way, str(EXERCISES), str(notebooks), str(out)],
                   check=True, env={**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"})  # fmt: skip
    return json.loads(out.read_text(encoding="utf-8"))


def different(exercise: str) -> list[Trial]:
    """The notebooks of its corpora, each name once."""
    return list({trial.learner: trial for trial in trials(assignment(exercise))}.values())


QUICK = [name for name in exercise_names() if name not in TRAIN]
SOME = [(name, EVERY) for name in QUICK]
ALL = [(name, 1) for name in exercise_names()]


@pytest.mark.slow
@pytest.mark.parametrize("part", sampled([*SOME, *ALL], SOME), ids="{0[0]}, one in {0[1]}".format)
def test_the_checks_say_what_otter_says(part: tuple[str, int], tmp_path: Path) -> None:
    exercise, every = part
    handed_in = hand_in_corpus(assignment(exercise), tmp_path, different(exercise)[::every])
    with_otter = checked("otter", tmp_path, tmp_path / "otter.json")
    assert len(with_otter) == len(handed_in)
    cases = [case for said in with_otter.values() for _, question, _ in said for case in question]
    assert {passed for passed, _ in cases} == {True, False}
    assert checked("stand-in", tmp_path, tmp_path / "stand-in.json") == with_otter


@pytest.mark.slow
@pytest.mark.parametrize("exercise", sampled(exercise_names(), QUICK))
def test_the_solution_passes_its_checks_with_what_a_page_has(exercise: str, tmp_path: Path) -> None:
    solution = [trial for trial in trials(assignment(exercise)) if trial.kind == SOLUTION]
    hand_in_corpus(assignment(exercise), tmp_path, solution)
    (said,) = checked("page", tmp_path, tmp_path / "page.json").values()
    assert {question for question, _, _ in said} == {question.name for question in assignment(exercise).questions}
    failed = [message for _, cases, _ in said for passed, message in cases if not passed]
    assert not failed
