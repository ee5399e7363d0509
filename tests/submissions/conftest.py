"""A course of two exercises, of which nothing but the names is there."""

from __future__ import annotations

import pytest

from autograder import course
from tests.submissions.class_folder import KNOWN


@pytest.fixture
def exercises(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    solutions = tmp_path_factory.mktemp("solutions")
    for name in KNOWN:
        (solutions / name).mkdir()
        (solutions / name / "master.md").touch()
    monkeypatch.setattr(course, "SOLUTIONS", solutions)
