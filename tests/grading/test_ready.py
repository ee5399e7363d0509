"""What is made ready before a batch: what it needs, once, and nothing that takes seconds for nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import course
from autograder.grading import worker
from autograder.grading.batch import grade_paths
from autograder.grading.bundle import MODELS, Bundle, Ready, bundle, names_any, pack, unpack
from autograder.grading.engine import Engine
from autograder.grading.results import Verdict
from autograder.submissions.notebook import Cell
from autograder.submissions.read import Submission
from tests.grading.conftest import NAME, SOLUTION, START, build_course, write_notebook


def handed_in(*sources: str, files: dict[str, bytes] | None = None) -> Submission:
    cells = tuple(Cell(source, ()) for source in sources)
    return Submission(learner="alice", name="lab.ipynb", assignment=NAME, cells=cells, files=files or {})


@pytest.mark.fast
@pytest.mark.parametrize(
    ("submission", "uses"),
    [
        (handed_in("import numpy as np", "np.zeros(3)"), False),
        (handed_in("import numpy as np", "from keras import layers"), True),
        (handed_in("__import__('tensorflow')"), True),
        (handed_in("import mine", files={"mine.py": b"import tensorflow as tf"}), True),
        (handed_in("import mine", files={"mine.py": b"import numpy"}), False),
        (handed_in("text = '\ud800'"), False),
    ],
)
def test_who_names_keras_or_tensorflow_gets_them(submission: Submission, uses: bool, sample_bundle: Bundle) -> None:
    assert names_any(submission, MODELS) is uses
    plain = replace(sample_bundle, models=False)
    assert plain.ready(submission).models is uses and plain.ready().models is False
    assert sample_bundle.ready(submission).models is True, "its exercise needs them"
    assert plain.ready(submission).imports == (MODELS if uses else ())


@pytest.mark.fast
def test_what_is_alike_is_made_ready_once_wherever_it_lies(sample_bundle: Bundle, tmp_path: Path) -> None:
    elsewhere = unpack(pack(sample_bundle), tmp_path / "worker")
    assert elsewhere.support != sample_bundle.support and elsewhere.ready() == sample_bundle.ready()
    assert len({sample_bundle.ready(), elsewhere.ready()}) == 1
    (course.EXERCISES / "digits.py").write_text("here = False\n")
    try:
        assert bundle(course.assignment(NAME)).ready() != sample_bundle.ready()
    finally:
        (course.EXERCISES / "digits.py").write_text("here = True\n")


def has_tensorflow(engine: Engine) -> list[bool]:
    """Whether it is in the memory of the nursery, and in that of the checker."""
    assert engine._nursery and engine._nursery._process and engine._checker
    pids = engine._nursery._process._process.pid, engine._checker._process.pid
    return ["libtensorflow" in Path(f"/proc/{pid}/maps").read_text() for pid in pids]


def test_only_who_uses_tensorflow_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_course(tmp_path)
    facts = tmp_path / "build" / NAME / "assignment.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "models": False}))
    for name in ("exercises", "build", "solutions"):
        monkeypatch.setattr(course, name.upper(), tmp_path / name)
    without = "import sys\nassert 'tensor' + 'flow' not in sys.modules"
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION, without])
    before = "import sys\nassert 'tensorflow' in sys.modules, 'before the time of the first cell begins'"
    write_notebook(tmp_path / "class" / "bob.ipynb", [START, before, *SOLUTION[1:], "import keras"])
    monkeypatch.setattr(worker, "_engines", {})
    seen: dict[bool, list[bool]] = {}
    close_engines = worker.close_engines

    def close() -> None:
        seen.update({ready.models: has_tensorflow(engine) for (_, ready), engine in worker._engines.items()})
        close_engines()

    monkeypatch.setattr(worker, "close_engines", close)
    outcome = grade_paths([tmp_path / "class"], output=tmp_path / "grades", timeout=60)
    assert [(result.status, result.score) for result in outcome.results] == [(Verdict.GRADED, 10.0)] * 2
    assert [cell.error for result in outcome.results for cell in result.cells if cell.error] == []
    assert seen == {False: [False, False], True: [True, True]}


def test_otter_comes_without_its_company_and_the_company_later() -> None:
    code = """
import sys
from autograder.grading.checker import otter_without_its_company
with otter_without_its_company():
    import otter.test_files
print(*sorted({"pandas", "nbconvert", "rfc3987_syntax", "tensorflow"} & set(sys.modules)))
import otter.api, otter.export, rfc3987_syntax
print(otter.api.export_notebook is otter.export.export_notebook, callable(otter.export.export_notebook))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=course.ROOT)
    assert done.stdout == "\nTrue True\n"


def test_ready_is_what_an_engine_is_shared_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_engines", {})
    one, other = Ready(True, "a"), Ready(False, "a")
    assert worker.engine(True, one) is worker.engine(True, Ready(True, "a", {"digits.py": Path("x")}))
    assert len({id(worker.engine(True, ready)) for ready in (one, other)} | {id(worker.engine(False, one))}) == 3


WITHOUT = """
import importlib, pkgutil, sys
sys.modules.update({"tensorflow": None, "keras": None})  # as where they are not installed
from autograder.grading.checker import otter_without_its_company
with otter_without_its_company():
    import autograder.bridge.cellrunner, autograder.grading.child
assert "pandas" not in sys.modules, "who has no tables does without"
import autograder
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    if not module.name.startswith(("autograder.authoring", "autograder.page", "autograder.__main__")):
        importlib.import_module(module.name)
from autograder.grading.bundle import Ready
assert Ready(models=True, tables=True).imports == ("pandas",)
"""


def test_without_tensorflow_everything_but_models_works() -> None:
    """What grades another course, in that course's environment."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
