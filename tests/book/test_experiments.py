"""The kept results of the book's experiments are those of the scripts, and can be had again.

The samples are run in one process, apart from this one: TensorFlow is imported once for all of them.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.samples import sampled

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = ROOT / "book" / "experiments"


def load_experiments() -> ModuleType:
    spec = importlib.util.spec_from_file_location("experiments", EXPERIMENTS / "__init__.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["experiments"] = module
    spec.loader.exec_module(module)
    return module


experiments = load_experiments()
NAMES = experiments.names()


# --- Are they up to date? ----------------------------------------------------------------------------------

@pytest.mark.fast
@pytest.mark.parametrize("name", NAMES)
def test_results_are_not_stale(name: str) -> None:
    assert not experiments.stale(name), (
        f"{experiments.stale(name)} Run: .venv/bin/python book/experiments/{name}.py")


SAMPLES = """
import sys
import experiments

for name in sys.argv[1:]:
    print("sample of", name, experiments.compare_sample(name), flush=True)
"""


QUICK = ("beyond", "field_guide", "learning_rates", "regularization", "sizes")
"""Those whose sample is less than a whole training of five epochs; `make verify` takes the others, too."""


@pytest.fixture(scope="module")
def compared(request: pytest.FixtureRequest) -> dict[str, tuple[str, str]]:
    """Experiment -> what comparing its sample has ended with, and what it said; of those that are asked for."""
    asked = [item.callspec.params["name"] for item in request.session.items if isinstance(item, pytest.Function)
             and item.originalname == test_a_sample_comes_out_again.__name__]
    done = subprocess.run(
        [sys.executable, "-c", SAMPLES, *asked], capture_output=True, text=True, timeout=900, check=False,
        env=os.environ | experiments.ENVIRONMENT | {"PYTHONPATH": str(EXPERIMENTS.parent)})
    parts = re.findall(r"(.*?)^sample of (\w+) (\d+)\n", done.stdout, re.DOTALL | re.MULTILINE)
    assert [name for _, name, _ in parts] == asked, done.stdout[-2000:] + done.stderr[-2000:]
    return {name: (code, said) for said, name, code in parts}


@pytest.mark.slow
@pytest.mark.parametrize("name", sampled(NAMES, QUICK))
def test_a_sample_comes_out_again(compared: dict[str, tuple[str, str]], name: str) -> None:
    code, said = compared[name]
    assert code == "0", said
    assert re.search(rf"^{name}: [1-9]\d* values compared", said, re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the experiments, to be spoiled."""
    folder = tmp_path / "experiments"
    shutil.copytree(EXPERIMENTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(experiments, "FOLDER", folder)
    for name in NAMES:
        monkeypatch.delitem(sys.modules, f"experiment_{name}", raising=False)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.fast
def test_changed_code_makes_results_stale(copy: Path) -> None:
    edit(copy / "seeds.py", "batch_size=1000", "batch_size=500")
    assert experiments.stale("seeds") == ["seeds.py is not what made the results."]


@pytest.mark.fast
def test_changed_common_code_makes_results_stale(copy: Path) -> None:
    edit(copy / "common.py", "Dense(512", "Dense(500")
    assert experiments.stale("learning_rates") == ["common.py is not what made the results."]


@pytest.mark.fast
def test_a_changed_mistake_makes_results_stale_and_its_wording_does_not(copy: Path) -> None:
    edit(copy / "mistakes.yaml", "cause: The exam was", "cause: This exam was")
    assert experiments.stale("field_guide") == []
    edit(copy / "mistakes.yaml", "SGD(10.0)", "SGD(20.0)")
    del sys.modules["experiment_field_guide"]
    assert experiments.stale("field_guide") == ["The runs are not those of the script."]


@pytest.mark.fast
def test_explanations_do_not_make_results_stale(copy: Path) -> None:
    edit(copy / "seeds.py", '"""Chapter 10:', '"""For chapter 10:')
    edit(copy / "seeds.py", "    measured: dict", "    # All that chapter 10 asks for.\n\n    measured: dict")
    assert experiments.stale("seeds") == []


@pytest.mark.fast
@pytest.mark.parametrize(("one", "other", "same"), [
    ("x = 1\n", '"""What for."""\n\nx=1  # why\n', True),
    ("def f(a):\n    return a\n", 'def f(a):\n    """Nothing."""\n    return (\n        a)\n', False),
    ("f(a,\n  b)\n", "f(a, b)\n", True),
    ("if a:\n    b\nc\n", "if a:\n    b\n    c\n", False),
    ("x = 'a # b'\n", "x = 'a'\n", False),
])
def test_the_digest_is_that_of_the_code(one: str, other: str, same: bool) -> None:
    assert (experiments.code_digest(one) == experiments.code_digest(other)) is same


@pytest.mark.fast
def test_a_number_that_moved_is_noticed() -> None:
    old = {"accuracy": [0.5, 0.9], "error": "ValueError", "loss": None}
    assert list(experiments.differences(old, old))
    assert all(experiments.close(a, b, 0) for _, a, b in experiments.differences(old, old))
    for new in ({**old, "accuracy": [0.5, 0.92]}, {**old, "error": "KeyError"}, {**old, "loss": 1.0},
                {**old, "accuracy": [0.5]}, {"accuracy": [0.5, 0.9]}):
        assert not all(experiments.close(a, b, 0.01) for _, a, b in experiments.differences(old, new))


# --- The corpus of mistakes --------------------------------------------------------------------------------

def corpus() -> dict[str, Any]:
    loaded = experiments.module("field_guide").CORPUS
    assert isinstance(loaded, dict)
    return loaded


def measured() -> dict[str, dict[str, Any]]:
    return {run["setting"]["name"]: run["result"] for run in experiments.results("field_guide")}



SECTIONS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "raises": lambda got: "error" in got,
    "chance": lambda got: got["truth"] < 0.25,
    "badly": lambda got: 0.15 < got["truth"] < 0.95,
    "test-worse": lambda got: got["accuracy"] < got["history"]["accuracy"][-1] - 0.03,
    "other-number": lambda got: "error" not in got,
    "looks-well": lambda got: got["accuracy"] > 0.95,
}
"""What must be true of what was measured, for a mistake to stand in that section of the field guide."""


@pytest.mark.fast
@pytest.mark.parametrize("case", corpus()["mistakes"], ids=lambda case: case["name"])
def test_a_mistake_looks_as_its_section_says(case: dict[str, Any]) -> None:
    got = measured()[case["name"]]
    assert SECTIONS[case["symptom"]](got), got
    if case["symptom"] not in ("raises", "other-number"):
        assert abs(got["accuracy"] - got["truth"]) < 0.001, "it says another accuracy than its network has"


@pytest.mark.fast
def test_the_right_program_is_right() -> None:
    right = measured()["right"]
    assert 0.975 < right["accuracy"] < 0.985
    assert right["accuracy"] == pytest.approx(right["truth"])
    assert right["loss"] < 0.1


@pytest.mark.fast
def test_the_corpus_is_well_formed() -> None:
    names = [case["name"] for case in corpus()["mistakes"]]
    assert len(names) == len(set(names))
    keys = {"name", "title", "symptom", "code", "cause", "fix"}
    for case in corpus()["mistakes"]:
        assert keys <= case.keys() <= keys | {"looks", "truth", "right"}, case["name"]
        assert case["code"].keys() <= corpus()["right"].keys(), case["name"]
        assert ("looks" in case) == (case["symptom"] != "raises"), case["name"]
        assert all(case["code"][step] != corpus()["right"][step] for step in case["code"]), case["name"]


@pytest.mark.fast
def test_no_message_tells_of_a_file_system() -> None:
    text = json.dumps(measured())
    assert "site-packages" not in text and os.sep + "home" not in text and str(ROOT) not in text


@pytest.mark.fast
def test_what_is_seen_is_put_in_from_what_was_measured() -> None:
    known = {"loss", "accuracy", "truth", "fine_accuracy", "fine_truth", "first_loss", "train_loss",
             "train_accuracy", "val_accuracy"}
    for case in corpus()["mistakes"]:
        fields = {field for _, field, _, _ in string.Formatter().parse(case.get("looks", "")) if field}
        assert fields <= known, case["name"]
        assert fields or case["symptom"] == "raises", case["name"]


@pytest.mark.fast
def test_the_field_guide_is_made_from_the_corpus_and_the_results() -> None:
    spec = importlib.util.spec_from_file_location(
        "write_field_guide", ROOT / "book" / "appendix" / "write_field_guide.py")
    assert spec and spec.loader
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    page = writer.PAGE.read_text(encoding="utf-8")
    assert writer.render(page) == page, "Run: .venv/bin/python book/appendix/write_field_guide.py"
    for case in corpus()["mistakes"]:
        assert page.count(f"(mistake-{case['name']})=") == 1
    assert set(re.findall(r"% begin ([\w-]+)", page)) == set(SECTIONS)
