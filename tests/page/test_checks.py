"""What stands for Otter in the page says what Otter says, letter by letter, about right answers and about mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.verify import SOLUTION, Trial, hand_in_corpus, trials
from autograder.course import EXERCISES, assignment, exercise_names, quiet_environment
from tests.samples import sampled

pytestmark = pytest.mark.slow

EVERY = 60
"""Of an exercise's notebooks, `make test` tries the solution, the untouched one, and of all others one in so many."""

TRAIN = ("train-and-test", "debugging-clinic", "capstone")
"""What exercises are called whose notebooks train: each of them takes minutes, and is left to `make verify`."""


def trains(exercise: str) -> bool:
    return exercise.partition("-")[2] in TRAIN


def checked(keras: str, notebooks: Path, *ways: str) -> list[dict[str, list[Any]]]:
    """What `tests.page.checked` notes about these notebooks, for each of the ways."""
    out = notebooks / "said.json"
    subprocess.run([sys.executable, "-m", "tests.page.checked", keras, EXERCISES, notebooks, out, *ways],
                   check=True, env={**quiet_environment(), "MPLBACKEND": "agg"})  # fmt: skip
    found: dict[str, dict[str, list[Any]]] = json.loads(out.read_text(encoding="utf-8"))
    return list(found.values())


def some(exercise: str, every: int) -> list[Trial]:
    """Of the notebooks of its corpora, each name once."""
    solution, untouched, *others = {trial.learner: trial for trial in trials(assignment(exercise))}.values()
    return [solution, untouched, *others[every - 1 :: every]]


QUICK = tuple(name for name in exercise_names() if not trains(name))
SOME = ("page", QUICK, EVERY)
ALL = [(keras, (name,), 1) for keras in ("tensorflow", "page") for name in exercise_names()]


@pytest.mark.parametrize("part", sampled([SOME, *ALL], [SOME]), ids=lambda part: f"{part[1][0]}, {part[0]}, {part[2]}")
def test_the_checks_say_what_otter_says(part: tuple[str, tuple[str, ...], int], tmp_path: Path) -> None:
    """With TensorFlow, and with what a page has. There, the solutions pass."""
    keras, exercises, every = part
    count = sum(len(hand_in_corpus(assignment(name), tmp_path / name, some(name, every))) for name in exercises)
    with_otter, with_stand_in = checked(keras, tmp_path, "otter", "stand-in")
    assert len(with_otter) == count
    for name in exercises:
        of_it = [checks for path, checks in with_otter.items() if path.startswith(f"{name}/")]
        cases = [case for checks in of_it for _, question, _ in checks for case in question]
        assert {passed for passed, _ in cases} == {True, False}, name
    assert with_stand_in == with_otter
    for name in exercises:
        checks = with_stand_in[f"{name}/{SOLUTION}.ipynb"]
        assert {question for question, _, _ in checks} == {question.name for question in assignment(name).questions}
        assert not [message for _, cases, _ in checks for passed, message in cases if not passed], name


def test_what_trains_is_there() -> None:
    assert {name.partition("-")[2] for name in exercise_names() if trains(name)} == set(TRAIN)
