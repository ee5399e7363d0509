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
from playwright.sync_api import Browser, Page

from autograder.authoring.casefiles import apply
from autograder.authoring.corpus import Edit, Mistake
from autograder.authoring.verify import MISTAKE, Trial, hand_in_corpus, trials
from autograder.cli import main
from autograder.course import Assignment, assignment, exercise_names
from tests.engines import Engines
from tests.page.test_checks import checked, trains
from tests.page.visit import LIMIT, Visit, run_all, run_each, run_one, solve
from tests.samples import sampled

pytestmark = pytest.mark.browser

MISTAKES = 3
"""At least so many are told in the page, each in another question."""

TRAINS = """
import keras
import numpy as np
keras.utils.set_random_seed(0)
tried = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
tried.compile(loss="mse", optimizer="adam")
history = tried.fit(np.eye(4, dtype="float32"), np.ones(4), epochs=20, verbose=0).history["loss"]
print("LEARNS", tried.count_params(), history[-1] < history[0])
"""

HELD = {
    "for _ in range(100_000): print('x' * 80)": "This cell has printed 100,000 characters.",
    "def deeper(): return deeper()\ndeeper()": "RecursionError",
    "import torch": 'In this page there is no package "torch"',
    "!pip install torch": "Nothing can be installed in this page",
    "%pip install torch": "Nothing can be installed in this page",
    "%%bash\nls": "This page runs Python, and no other program",
    "exit()": 'A page has nothing to exit: "Stop Python"',
    "del grader\ngrader.check('q2_1')": "Run the notebook from its top",
}
"""What would freeze the page, or only a page cannot do -> what is shown."""


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


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with Engines() as made:
        yield made


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def answers(path: Path) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in cells_of(path) if cell["id"].startswith("answer-")}


def wrong(exercise: Assignment) -> Iterator[Trial]:
    """Notebooks in which each question that can be is answered wrongly, each in another way."""
    cases: dict[str, list[str]] = {}
    for trial in trials(exercise):
        if isinstance(trial.case, Mistake) and list(trial.edit.replace) == list(trial.case.fails) and (
            trial.edit == Edit(replace=trial.edit.replace)
        ):
            for question, code in trial.edit.replace.items():
                cases.setdefault(question, []).append(code)
    for number in range(4):
        yield Trial(MISTAKE, str(number), Edit(replace={
            question: codes[min(number, len(codes) - 1)] for question, codes in cases.items()}))  # fmt: skip


def most_told(exercise: Assignment, folder: Path) -> tuple[Trial, list[str]]:
    """Of these notebooks the one whose checks say most, natively with Otter; and what they say."""
    handed_in = hand_in_corpus(exercise, folder, list(wrong(exercise)))
    (natively,) = checked("tensorflow", folder, "otter")
    told = {path: [text for _, _, messages in checks for text in messages] for path, checks in natively.items()}
    most = max(told, key=lambda path: len(told[path]))
    return handed_in[most.removesuffix(".ipynb")], told[most]


@pytest.mark.parametrize("exercise", sampled(exercise_names(), ["02-preprocessing"]))
def test_mistakes_are_told_as_natively_and_a_solution_earns_full_marks(
    visit: Visit, engines: Engines, exercise: str, tmp_path: Path
) -> None:
    solution = assignment(exercise).solution
    page = visit.open(exercise)
    if not trains(exercise):  # messages about a training have its numbers in them, which are NumPy's in the page
        mistakes_are_told(page, exercise, tmp_path / "wrong")
    solve(page, cells_of(solution))
    shown = "\n".join(run_all(page))
    for question in assignment(exercise).questions:
        assert f"✔ {question.name} passed" in shown, shown
    save(page)
    handed_in = tmp_path / "class" / "ada" / f"{exercise}.ipynb"
    until = time.monotonic() + LIMIT
    while not handed_in.exists() or answers(handed_in) != answers(solution):
        assert time.monotonic() < until, "what was typed is not in the notebook that was saved"
        visit.download(exercise, handed_in)
    assert graded(handed_in.parents[1], engines) == ("ada", exercise, "graded", "full marks")

    assert "LEARNS 49 True" in run_one(page, 0, TRAINS)
    for source, said in HELD.items():
        assert said in run_one(page, 0, source), source


def mistakes_are_told(page: Page, exercise: str, folder: Path) -> None:
    trial, told = most_told(assignment(exercise), folder)
    assert len(told) >= MISTAKES
    solve(page, apply(trial.edit, assignment(exercise))["cells"])
    shown = plain("\n".join(run_each(page)))
    for text in told:
        assert plain(text) in shown


def plain(text: str) -> str:
    """A message as it is shown: without the marks of code, on one line."""
    return " ".join(text.replace("`", "").split())


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_function("() => document.title.indexOf('*') < 0")


def graded(folder: Path, engines: Engines) -> tuple[str, ...]:
    """What the grader says of the one notebook in it: whose, of which exercise, and what it earns."""
    grades = folder.with_name("grades")
    with engines.shared():
        done = CliRunner().invoke(main, ["grade", str(folder), "--output", str(grades), "--timeout", "120"])
    assert done.exit_code == 0, done.output
    header, row = (line.split(",") for line in (grades / "grades.csv").read_text(encoding="utf-8").splitlines())
    result = dict(zip(header, row, strict=True))
    score = "full marks" if result["score"] == result["possible"] else f"{result['score']} of {result['possible']}"
    return result["learner"], result["assignment"], result["status"], score
