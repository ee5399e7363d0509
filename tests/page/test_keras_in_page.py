"""Keras as it is in the page: the NumPy backend, stand-ins, and a `fit` of our own, held to TensorFlow.

Two processes run the same trainings: one with TensorFlow, one with what a page has. Both use the Keras that is
installed, so that a newer one which needs something else of the stand-ins fails here, and not a learner.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import ROOT, quiet_environment
from tests.samples import sampled

PAGE = ROOT / "book" / "page"
CLOSE = 1e-6
"""How far a number may be from TensorFlow's: a millionth, or a millionth of itself where it is more than 1."""


def process(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900,
                          env=quiet_environment())  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("asked") / "out.json"
    process("tests.page.asked", str(PAGE), str(out))
    return json.loads(out.read_text(encoding="utf-8"))


EVERY = 8
"""Of the trainings, `make test` tries one in so many: with TensorFlow, each takes most of a second."""


@pytest.mark.slow
@pytest.mark.parametrize("every", sampled([EVERY, 1], [EVERY]), ids="one in {}".format)
def test_trainings_come_out_as_with_tensorflow(every: int, tmp_path: Path) -> None:
    here, there = tmp_path / "page.npz", tmp_path / "tensorflow.npz"
    process("tests.page.trainings", str(PAGE), str(here), str(every))
    process("tests.page.trainings", "-", str(there), str(every))
    with np.load(here) as in_page, np.load(there) as with_tensorflow:
        assert in_page.files == with_tensorflow.files
        apart = {}
        for name in in_page.files:
            ours, theirs = in_page[name], with_tensorflow[name]
            assert ours.shape == theirs.shape, name
            assert np.isfinite(theirs).all(), name
            distance = (abs(ours - theirs) / np.maximum(1, abs(theirs))).max()
            if not distance <= CLOSE:
                apart[name] = distance
    assert not apart


@pytest.mark.slow
def test_there_is_a_training_with_each_activation_and_each_loss(asked: dict[str, Any]) -> None:
    tried = set(asked["told"]["trainings"])
    assert {f"activation {name}" for name in asked["told"]["activations"]} <= tried
    sparse = "sparse_categorical_crossentropy"  # of all trainings where nothing else is said
    assert {f"loss {name}" for name in asked["told"]["losses"] if name != sparse} <= tried


@pytest.mark.slow
def test_the_readme_names_the_layers_that_can_be_trained(asked: dict[str, Any]) -> None:
    _, _, readme = (PAGE / "README.md").read_text(encoding="utf-8").partition("\n## What it can train\n")
    named = re.findall(r"`([A-Z][a-z]\w*)`", readme.partition("With any")[0])
    assert sorted({*named} - {"Sequential"}) == asked["told"]["layers"]


@pytest.mark.slow
def test_what_cannot_be_trained_is_refused_by_name_before_a_weight_changes(asked: dict[str, Any]) -> None:
    for name, refused in asked["refusals"].items():
        assert refused["kind"] == "Unavailable", (name, refused)
        assert name in refused["text"], refused
        assert "In this page there is no" in refused["text"]
        assert "Hand this one in from an installation with TensorFlow" in refused["text"]
        assert not refused["changed"], name


@pytest.mark.slow
def test_the_slope_through_a_dropout_is_the_one_by_nudging(asked: dict[str, Any]) -> None:
    assert asked["dropout"]["kept"] == [0, 2], "it drops half of the numbers, and doubles the others"
    assert sum(abs(slope) > 1e-4 for _, slope in asked["dropout"]["slopes"]) > 1
    for nudged, slope in asked["dropout"]["slopes"]:
        assert slope == pytest.approx(nudged, rel=0.01, abs=1e-5)


@pytest.mark.slow
def test_what_else_a_notebook_asks_of_keras_is_there(asked: dict[str, Any]) -> None:
    told = asked["told"]
    assert told["parameters"] == 2 * 9 + 2 + 26 * 26 * 2 * 3 + 3
    assert told["shape"] == [None, 3]
    assert told["as an array"] == [0, 0, 0]
    assert "is incompatible with the layer" in told["a wrong shape"]


@pytest.mark.slow
def test_the_page_is_tried_with_the_keras_of_the_lock(asked: dict[str, Any]) -> None:
    (locked,) = re.findall(r"^keras==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert asked["told"]["version"] == locked


@pytest.mark.fast
def test_the_readme_lists_what_can_be_trained() -> None:
    """Against the tables of the code, read without importing it: that would import Keras."""
    said = " ".join((PAGE / "README.md").read_text(encoding="utf-8").split())
    found = re.search(r"With the activations (.+?)\.", said)
    assert found
    code = (PAGE / "keras_in_page" / "training.py").read_text(encoding="utf-8")
    table = re.search(r"^ACTIVATIONS: .+?^}", code, re.MULTILINE | re.DOTALL)
    assert table
    assert sorted(re.split(r", | and ", found[1])) == sorted(re.findall(r'^    "(\w+)":', table[0], re.MULTILINE))


@pytest.mark.fast
def test_nothing_of_the_page_imports_the_grader_nor_the_other_way_round() -> None:
    ours = {path.relative_to(PAGE).parts[0].removesuffix(".py") for path in PAGE.rglob("*.py")}
    assert "keras_in_page" in ours
    for path in PAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) autograder", text, re.MULTILINE), path
        assert text.startswith('"""In the page: '), path
    for path in (ROOT / "autograder").rglob("*.py"):
        assert not re.search(r"^\s*(import|from) keras_in_page", path.read_text(encoding="utf-8"), re.MULTILINE), path
