"""A tiny exercise of the tests' own: what the loader and the notebook maker are tried on, without a build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course import METADATA_KEY, Assignment, Question


def cell(source: str, answer: str | None = None, kind: str = "code", identity: str = "") -> dict[str, object]:
    """A cell as the builder leaves it; `answer` marks it as the answer to a question."""
    made: dict[str, object] = {
        "cell_type": kind, "id": identity, "source": source,
        "metadata": {METADATA_KEY: {"answer": answer}} if answer else {},
    }
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def notebook(answers: dict[str, str]) -> dict[str, object]:
    cells = [cell("# Tiny", kind="markdown"), cell("import otter\ngrader = otter.Notebook()")]
    for question, source in answers.items():
        cells += [cell(source, answer=question), cell(f'grader.check("{question}")')]
    for number, one in enumerate(cells):
        one["id"] = f"cell-{number}"
    return {"cells": cells, "metadata": {METADATA_KEY: {"assignment": "90-tiny", "version": "1"}},
            "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def tiny(tmp_path: Path) -> Assignment:
    """An exercise with two questions, on disk."""
    folder = tmp_path / "90-tiny"
    folder.mkdir()
    solved, untouched = folder / "solved.ipynb", folder / "untouched.ipynb"
    solved.write_text(json.dumps(notebook({"q9_1": "def one():\n    return 1", "q9_2": "two = 2"})))
    untouched.write_text(json.dumps(notebook({"q9_1": "def one():\n    ...", "q9_2": "two = ..."})))
    return Assignment(
        name="90-tiny", title="Tiny", chapter="tiny",
        questions=(Question("q9_1", 2.0), Question("q9_2", 1.0)),
        tests=folder / "tests", public_tests=folder / "public", solution=solved, learner=untouched,
        gradescope=folder / "none.zip")
