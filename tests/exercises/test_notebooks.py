"""The built notebooks as learners find them: complete, in order, and without a word of the answers."""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from functools import lru_cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

from autograder import course
from autograder.authoring import build, leaks, wrong, zips
from autograder.authoring.master import Master, read_master

pytestmark = pytest.mark.fast

EXERCISES = course.exercise_names()
every_exercise = pytest.mark.parametrize("name", EXERCISES)


def master(name: str) -> Master:
    return read_master(course.master(name))


def learner(name: str) -> nbformat.NotebookNode:
    return nbformat.read(course.EXERCISES / f"{name}.ipynb", as_version=4)


@lru_cache
def assigned(name: str) -> dict[str, bytes]:
    """What the builder makes of the master now, whatever lies in build/."""
    with tempfile.TemporaryDirectory() as scratch:
        return build._assign(master(name), Path(scratch))


def handed_out(name: str) -> dict[str, bytes]:
    """Everything made from the master `name` that learners get."""
    paths = [course.EXERCISES / f"{name}.ipynb", *sorted((course.EXERCISES / "tests" / name).glob("*.*"))]
    return {path.relative_to(course.ROOT).as_posix(): path.read_bytes() for path in paths}


@every_exercise
def test_nothing_hidden_is_handed_out(name: str) -> None:
    """No line of the solution or of a hidden test, no hint, no name of one, no marker; `tests/authoring/test_leaks.py`
    shows that each of them would be found."""
    secrets = leaks.secrets(course.master(name))
    assert secrets.lines and secrets.names and secrets.answers, "the test sees what is secret"
    assert leaks.find(handed_out(name), [secrets]) == []


@every_exercise
def test_metadata_and_outputs_hold_nothing_else(name: str) -> None:
    notebook = learner(name)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info", course.METADATA_KEY}
    assert notebook.metadata[course.METADATA_KEY] == {"assignment": name, "version": master(name).version}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
        assert set(cell.metadata) <= {"deletable", "editable", course.METADATA_KEY}
        if course.METADATA_KEY in cell.metadata:
            assert cell.metadata[course.METADATA_KEY] == {"answer": cell.id.removeprefix("answer-")}


@every_exercise
def test_it_is_what_the_master_makes(name: str) -> None:
    """Byte for byte, so a master that was edited and not built is found."""
    for key, contents in assigned(name).items():
        place, _, relative = key.partition("/")
        if place == "exercises":
            assert (course.EXERCISES / relative).read_bytes() == contents, f"run `autograder build {name}`"


@every_exercise
def test_every_question_has_its_answer_cell_check_cell_and_checks(name: str) -> None:
    questions = [question.name for question in master(name).questions]
    cells = learner(name).cells
    assert [cell.id for cell in cells if cell.id.startswith("answer-")] == [f"answer-{q}" for q in questions]
    assert [cell.source for cell in cells if "grader.check(" in cell.source] == [
        f'grader.check("{question}")' for question in questions]
    tests = course.EXERCISES / "tests" / name
    former = ["formerly.txt"] if master(name).formerly else []
    known = wrong.read(master(name), course.SOLUTIONS / name / wrong.FILE)
    # Of models there is nothing that could be compared at home: then an exercise with wrong variants has none of them.
    causes = ["causes.json"] if known.helpers or (known.variants and (tests / "causes.json").is_file()) else []
    assert sorted(path.name for path in tests.iterdir() if path.name != "__pycache__") == sorted(
        [*former, *causes, course.TRIED, *(f"{question}.py" for question in questions)])
    told = json.loads((tests / "causes.json").read_text(encoding="utf-8")) if causes else {}
    assert told.pop("helpers", {}) == known.helpers
    assert told.keys() <= known.variants.keys()


@every_exercise
def test_after_a_check_that_passed_learners_read_what_else_is_tried(name: str) -> None:
    told = json.loads((course.EXERCISES / "tests" / name / course.TRIED).read_text(encoding="utf-8"))
    assert told.keys() == master(name).tests.keys() and all(told.values())
    for cases in master(name).tests.values():
        for case in cases:
            if case.hidden and "digits.expect_unchanged" in case.source:
                assert "whether its input stays as it was" in case.said, case.source.partition("(")[0]


BY_HAND = {"q3_1", "q4_3", "q6_1"}
"""Questions that ask for a prediction and have another heading."""


@every_exercise
def test_after_a_prediction_comes_a_cell_that_shows_what_comes_out_and_not_before(
        name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = [cell for cell in learner(name).cells if cell.cell_type == "code"]
    for question in master(name).predictions | BY_HAND & {one.name for one in master(name).questions}:
        place = [cell.id for cell in code].index(f"check-{question}")
        answer, reveals = code[place - 1].source, code[place + 1].source
        predicted = re.findall(r"^(\w+) = \.\.\.$", answer, re.M)
        assert predicted and all(re.search(rf"\b{one}\b", reveals) for one in predicted), question
        for unwritten in predicted:
            written = dict.fromkeys(predicted, 1) | {unwritten: ...}
            exec(reveals, {"np": np, "digits": None} | written)
            assert re.fullmatch(r"(First write down .*\n)?", capsys.readouterr().out), question


@every_exercise
def test_its_links_lead_to_chapters(name: str) -> None:
    """Those that the builder did not turn into links would not; that the pages are there, it looks itself."""
    assert not any(b"book:" in contents for contents in handed_out(name).values())


def test_the_readme_lists_what_the_book_leads_to_with_true_points() -> None:
    """One that is new may stand in neither; the build then says so."""
    readme = (course.EXERCISES / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)\.ipynb` \| .* \| (\d+) \|$", readme, re.MULTILINE))
    boxes = {name for page in course.BOOK.rglob("*.md")
             for name in re.findall(r"^:::\{practice\} (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE)}
    assert rows.keys() == boxes
    for name, points in rows.items():
        assert int(points) == sum(question.points for question in master(name).questions), name
    assert f"{sum(map(int, rows.values()))} points" in readme


def test_nothing_else_lies_in_the_learners_folder() -> None:
    """No exercise whose master is gone, and no file that a test or a notebook left behind."""
    ours = {"README.md", "requirements.txt", "digits.py", "mnist.npz", "tests"}
    ours |= {f"{name}.ipynb" for name in EXERCISES}
    passing = {"__pycache__", ".ipynb_checkpoints"}
    assert {path.name for path in course.EXERCISES.iterdir()} - passing == ours
    assert {path.name for path in (course.EXERCISES / "tests").iterdir()} - passing == set(EXERCISES)


def test_the_learners_requirements_are_the_courses() -> None:
    lines = (course.EXERCISES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")}
    pyproject = (course.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(pyproject)["project"]
    learners = pyproject.split("# The learner's side", 1)[1].split("# The instructor's side", 1)[0]
    named = re.findall(r'^\s*"(.+)",$', learners, flags=re.MULTILINE)
    assert set(named) <= set(project["dependencies"])
    assert wanted == {*named, *project["optional-dependencies"]["course"]}


@every_exercise
def test_gradescopes_image_has_the_courses_packages(name: str, tmp_path: Path) -> None:
    (tmp_path / "autograder.zip").write_bytes(assigned(name)[f"build/{name}/{name}-autograder.zip"])
    packed = zips.read_zip(tmp_path / "autograder.zip")
    environment = yaml.safe_load(packed["environment.yml"])
    assert "python=3.12" in environment["dependencies"]
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip[0].startswith("otter-grader[grading,plugins]==7.")
    for package in ("numpy", "tensorflow-cpu", "keras", "matplotlib"):
        assert any(requirement.startswith(package) for requirement in pip), package
    assert packed["files/digits.py"] == (course.EXERCISES / "digits.py").read_bytes()
    assert packed["files/mnist.npz"] == (course.EXERCISES / "mnist.npz").read_bytes()
