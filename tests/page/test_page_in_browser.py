"""The page in a real Chromium, which reaches nothing but this machine: exercises are solved, saved, graded natively.

The site is served below a path, by a plain static server.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from autograder.authoring.corpus import Mistake
from autograder.authoring.variants import apply
from autograder.authoring.verify import Trial, hand_in_corpus, trials
from autograder.cli import main
from autograder.course import assignment, exercise_names
from tests.page.test_checks import checked
from tests.page.visit import LIMIT, Visit, run_all, solve
from tests.samples import sampled

pytestmark = pytest.mark.browser

SOLVED = [name for name in exercise_names() if name != "08-capstone"]
"""The capstone's solution trains for an hour there, and has a convolution in it that the page refuses."""


MISTAKES = 3
"""So many are tried, each in another question."""


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    made = Visit(context, address)
    yield made
    context.close()
    # Of this server alone. (JupyterLite asks its own service worker for /api/service-worker-heartbeat, at the root.)
    here = address.removesuffix("/below/a/path")
    assert [url for url in made.asked if not url.startswith((here, "data:", "blob:"))] == []
    assert made.failed == []


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def answers(path: Path) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in cells_of(path) if cell["id"].startswith("answer-")}


@pytest.mark.parametrize("exercise", sampled(SOLVED, ["02-preprocessing", "05-compile"]))
def test_a_solution_from_the_page_earns_full_marks(visit: Visit, exercise: str, tmp_path: Path) -> None:
    page = visit.open(exercise)
    solve(page, cells_of(assignment(exercise).solution))
    shown = "\n".join(run_all(page))
    for question in assignment(exercise).questions:
        assert f"✔ {question.name} passed" in shown, shown
    page.keyboard.press("Control+s")
    handed_in = tmp_path / "class" / "ada" / f"{exercise}.ipynb"
    until = time.monotonic() + LIMIT
    while not handed_in.exists() or answers(handed_in) != answers(assignment(exercise).solution):
        assert time.monotonic() < until, "what was typed is not in the notebook that was saved"
        visit.download(exercise, handed_in)
    grades = tmp_path / "grades"
    done = CliRunner().invoke(main, ["grade", str(tmp_path / "class"), "--output", str(grades), "--timeout", "120"])
    assert done.exit_code == 0, done.output
    header, row = (line.split(",") for line in (grades / "grades.csv").read_text(encoding="utf-8").splitlines())
    result = dict(zip(header, row, strict=True))
    assert (result["learner"], result["assignment"], result["status"]) == ("ada", exercise, "graded")
    assert result["score"] == result["possible"]


def test_a_mistake_gets_the_message_that_it_gets_natively(visit: Visit, tmp_path: Path) -> None:
    exercise = assignment("02-preprocessing")
    found: dict[str, Trial] = {}
    for trial in trials(exercise):
        if isinstance(trial.case, Mistake) and len(trial.case.fails) == 1 and len(found) < MISTAKES:
            found.setdefault(trial.case.fails[0], trial)
    hand_in_corpus(exercise, tmp_path, list(found.values()))
    natively = checked("otter", tmp_path, tmp_path / "said.json")
    page = visit.open(exercise.name)
    told = []
    for question, trial in found.items():
        solve(page, apply(trial.edit, exercise)["cells"])
        shown = " ".join("\n".join(run_all(page)).split())
        for text in next(messages for name, _, messages in natively[trial.learner] if name == question):
            assert " ".join(text.replace("`", "").split()) in shown
            told.append(text)
    assert len(told) >= MISTAKES
