"""Each notebook run through in a kernel, as a learner and as Otter's own grader run it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder import course
from autograder.authoring.verify import SOLUTION, UNTOUCHED
from tests.by_otter import by_otter
from tests.exercises.through_otter import as_demanded, demanded
from tests.samples import sampled

pytestmark = pytest.mark.slow

IN_A_KERNEL = ("02-preprocessing", "07-train-and-test")
"""One exercise in NumPy alone and one that trains; `make verify` takes all of them. Each `autograder build` has run
the untouched notebook, too, and demands that no cell raises."""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, value in course.quiet_environment().items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def copy_folder(target: Path, leave_out: tuple[str, ...] = ()) -> Path:
    """The learner's folder as it is handed out."""
    target.mkdir()
    for path in course.EXERCISES.iterdir():
        if path.name in leave_out or path.suffix == ".ipynb" or path.name == "__pycache__":
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        else:
            (target / path.name).symlink_to(path) if path.suffix == ".npz" else shutil.copy(path, target)
    return target


def run(notebook: NotebookNode, folder: Path, file: str = "notebook.ipynb") -> NotebookNode:
    """`notebook`, run from top to bottom as the file `file` in `folder`."""
    nbformat.write(notebook, folder / file)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True,
                            resources={"metadata": {"path": str(folder)}})
    return client.execute()


def learner(name: str) -> NotebookNode:
    return nbformat.read(course.EXERCISES / f"{name}.ipynb", as_version=4)


def feedback(notebook: NotebookNode) -> dict[str, tuple[str, str]]:
    """What each check said: question -> (plain text, HTML)."""
    said = {}
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            data = cell.outputs[-1].data
            said[cell.id.removeprefix("check-")] = (data["text/plain"], data["text/html"])
    return said


def errors(notebook: NotebookNode) -> list[str]:
    return [f"{output.ename}: {output.evalue}" for cell in notebook.cells if cell.cell_type == "code"
            for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("name", sampled(course.exercise_names(), IN_A_KERNEL))
def test_the_untouched_notebook_runs_through_and_says_what_to_write(name: str, tmp_path: Path) -> None:
    folder = copy_folder(tmp_path / "exercises")
    before = {path for path in folder.rglob("*") if "__pycache__" not in path.parts}
    notebook = run(learner(name), folder, "my own copy (2).ipynb")
    assert errors(notebook) == []
    said = feedback(notebook)
    assert set(said) == {question.name for question in course.assignment(name).questions}
    for question, (plain, page) in said.items():
        assert plain.startswith(f"✘ {question} is not"), plain
        assert "Write your answer in" in plain or "is still `...`" in plain or "expected" in plain
        assert plain.count("\n") >= 1 and "<code>" in page
        for boilerplate in ("Error at line", "Test case", "Traceback", "AssertionError", "✅"):
            assert boilerplate not in plain + page
    after = {path for path in folder.rglob("*") if "__pycache__" not in path.parts}
    assert after - before == {folder / "my own copy (2).ipynb"}, "nothing is left behind"


def test_the_solved_notebook_passes_every_check_in_the_learners_folder(tmp_path: Path) -> None:
    exercise = course.assignment("02-preprocessing")
    notebook = run(nbformat.read(exercise.solution, as_version=4), copy_folder(tmp_path / "exercises"))
    assert errors(notebook) == []
    for question, (plain, _) in feedback(notebook).items():
        assert plain.startswith(f"✔ {question} passed "), plain


def test_a_lone_notebook_says_in_one_sentence_what_to_fetch(tmp_path: Path) -> None:
    alone = tmp_path / "downloads"
    alone.mkdir()
    notebook = learner("02-preprocessing")
    notebook.cells = notebook.cells[:2]
    assert errors(run(notebook, alone)) == [
        "ModuleNotFoundError: This notebook needs digits.py, mnist.npz and the folder tests/ beside it: "
        "fetch them from the course's exercises folder, then run this cell again."]


def test_without_its_checks_a_notebook_runs_and_says_what_to_fetch(tmp_path: Path) -> None:
    folder = copy_folder(tmp_path / "exercises", leave_out=("tests",))
    notebook = run(learner("02-preprocessing"), folder)
    assert errors(notebook) == []
    for question, (plain, _) in feedback(notebook).items():
        assert plain.startswith(f"✘ {question} could not be checked.\n")
        assert "fetch the folder tests/02-preprocessing" in plain


def test_without_the_data_it_says_what_to_fetch(tmp_path: Path) -> None:
    folder = copy_folder(tmp_path / "exercises", leave_out=("mnist.npz",))
    notebook = learner("02-preprocessing")
    notebook.cells = notebook.cells[:3]
    assert errors(run(notebook, folder)) == [
        f"DataError: {folder / 'mnist.npz'} is missing. Fetch mnist.npz again from the course's exercises "
        "folder and put it there."]


def test_the_comparison_with_otter_notices_a_lost_point() -> None:
    assert as_demanded({"q1": 2, "q2": 0.9999999}, {"q1": 2, "q2": 1})
    assert not as_demanded({"q1": 2, "q2": 0.5}, {"q1": 2, "q2": 1})
    assert not as_demanded({"q1": 2}, {"q1": 2, "q2": 0}), "a question that was not graded"


def test_otter_run_gives_the_solution_everything_and_the_stubs_nothing(tmp_path: Path) -> None:
    """Of one exercise; `make verify` does it for all, and with this course's grader beside it."""
    exercise = course.assignment("02-preprocessing")
    found = {kind: by_otter(notebook, exercise.gradescope, tmp_path / kind)
             for kind, notebook in ((SOLUTION, exercise.solution), (UNTOUCHED, exercise.learner))}
    for kind, scores in found.items():
        assert as_demanded(scores, demanded(exercise, kind)), scores
    assert sum(found[SOLUTION].values()) == pytest.approx(15)
