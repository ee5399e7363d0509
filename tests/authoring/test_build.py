"""The builder on a tiny course: what it writes, the same every time, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Collection
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import nbformat
import pytest
from click.testing import CliRunner

from autograder import course
from autograder.authoring import build, trial
from autograder.cli import main
from autograder.course import CourseError
from tests.authoring.conftest import MASTER, PORTRAIT, edit


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the trial runs, which start processes of their own."""
    monkeypatch.setattr(build, "_hold_to_promises", lambda *args: None)


def contents(root: Path) -> dict[str, bytes]:
    files = [path for folder in ("exercises", "build") for path in (root / folder).rglob("*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files
            if path.is_file() and path.name != "stamp.json"}


def cells(path: Path) -> dict[str, nbformat.NotebookNode]:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


@pytest.mark.fast
@pytest.mark.usefixtures("untried")
class TestOutput:
    def test_everything_is_where_it_belongs(self, tiny: Path) -> None:
        build.build_exercises()
        assert sorted(contents(tiny)) == [
            "build/91-tiny/91-tiny-autograder.zip", "build/91-tiny/91-tiny.ipynb",
            "build/91-tiny/assignment.json", "build/91-tiny/tests/q9_1.py", "build/91-tiny/tests/q9_2.py",
            "exercises/91-tiny.ipynb", "exercises/digits.py", "exercises/mnist.npz",
            "exercises/requirements.txt", "exercises/tests/91-tiny/q9_1.py",
            "exercises/tests/91-tiny/q9_2.py", "exercises/tests/91-tiny/tried.json",
        ]

    def test_the_course_reads_what_was_built(self, tiny: Path) -> None:
        build.build_exercises(["91-tiny"])
        exercise = course.assignment("91-tiny")
        assert (exercise.title, exercise.chapter, exercise.possible) == ("Tiny", "data/02-shapes", 2.5)
        assert [(q.name, q.points) for q in exercise.questions] == [("q9_1", 2), ("q9_2", 0.5)]
        for path in (exercise.learner, exercise.solution, exercise.gradescope, exercise.tests / "q9_1.py",
                     exercise.public_tests / "q9_2.py"):
            assert path.is_file(), path

    def test_twice_is_the_same_byte_for_byte(self, tiny: Path) -> None:
        build.build_exercises()
        first = contents(tiny)
        for path in (tiny / "build").rglob("*"):
            if path.is_file():
                path.unlink()
        build.build_exercises()
        assert contents(tiny) == first

    def test_what_has_not_changed_is_left_alone(self, tiny: Path) -> None:
        assert build.build_exercise("91-tiny") is True
        assert build.build_exercise("91-tiny") is False
        edit(tiny, "Double it.", "Double it!")
        assert build.build_exercise("91-tiny") is True

    @pytest.mark.parametrize("file", [
        "exercises/91-tiny.ipynb", "exercises/tests/91-tiny/q9_1.py", "build/91-tiny/tests/q9_2.py",
        "exercises/digits.py",
    ])
    def test_what_was_changed_by_hand_is_made_anew(self, tiny: Path, file: str) -> None:
        build.build_exercise("91-tiny")
        (tiny / file).write_text("# edited\n", encoding="utf-8")
        assert build.build_exercise("91-tiny") is True
        assert build.build_exercise("91-tiny") is False

    def test_what_was_deleted_is_made_anew(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        (tiny / "exercises" / "91-tiny.ipynb").unlink()
        assert build.build_exercise("91-tiny") is True

    def test_a_question_that_is_gone_leaves_no_file(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        edit(tiny, "q9_2", "q9_3")
        build.build_exercise("91-tiny")
        for folder in ("exercises/tests/91-tiny", "build/91-tiny/tests"):
            assert sorted(path.name for path in (tiny / folder).glob("*.py")) == ["q9_1.py", "q9_3.py"]

    def test_learners_get_what_hidden_tests_try(self, tiny: Path) -> None:
        edit(tiny, "# HIDDEN: whether the answer is right\n", '# HIDDEN, as asked: "See [Shapes] and Double it"\n')
        edit(tiny, "### Question 9.2 (0.5 points)\n", "### Question 9.2 (0.5 points)\n\nSee [Shapes]\nand Double it.\n")
        build.build_exercise("91-tiny")
        told = (tiny / "exercises" / "tests" / "91-tiny" / "tried.json").read_text(encoding="utf-8")
        assert json.loads(told) == {"q9_1": "negative numbers, fractions", "q9_2": "what else the question asks"}

    def test_learners_get_the_former_names(self, tiny: Path) -> None:
        edit(tiny, "minutes: 20\n", "minutes: 20\nformerly: [90-wee, 89-wee]\n")
        build.build_exercise("91-tiny")
        told = tiny / "exercises" / "tests" / "91-tiny" / "formerly.txt"
        assert told.read_text() == "90-wee\n89-wee\n"
        assert course.former_names() == {"90-wee": "91-tiny", "89-wee": "91-tiny"}
        edit(tiny, "formerly: [90-wee, 89-wee]\n", "")
        build.build_exercise("91-tiny")
        assert not told.exists() and course.former_names() == {}

    def test_stubs_speak(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        made = cells(tiny / "exercises" / "91-tiny.ipynb")
        assert made["answer-q9_1"].source == (
            'def double(x):\n    """Twice x."""\n'
            '    raise NotImplementedError("Write your answer in `double` and run its cell.")')
        assert made["answer-q9_2"].source == "def half(x):\n    return x / 3\n\n\nanswer = ..."

    def test_the_solved_notebook_reads_as_if_handed_in(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        made = cells(tiny / "build" / "91-tiny" / "91-tiny.ipynb")
        assert made["answer-q9_1"].source == 'def double(x):\n    """Twice x."""\n    return x + x'
        assert made["answer-q9_2"].source == "def half(x):\n    return x / 2\n\n\nanswer = 42"

    def test_answer_cells_know_their_question(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        for path in ("exercises/91-tiny.ipynb", "build/91-tiny/91-tiny.ipynb"):
            made = cells(tiny / path)
            assert made["answer-q9_1"].metadata == {"reading_digits": {"answer": "q9_1"}}
            assert made["check-q9_1"].source == 'grader.check("q9_1")'
            others = [cell for name, cell in made.items() if name.startswith("cell-")]
            assert all(cell.metadata == {} for cell in others)

    def test_the_setup_cell_is_the_first_code_cell(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        code = [cell.source for cell in cells(tiny / "exercises" / "91-tiny.ipynb").values()
                if cell.cell_type == "code"]
        assert code[0].startswith("try:\n    import digits\n")
        assert code[0].endswith('grader = digits.checks("91-tiny")')
        assert code[1] == "import math"

    def test_links_lead_to_the_book(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        text = cells(tiny / "exercises" / "91-tiny.ipynb")["cell-000"].source
        assert "[Shapes](../build/book/html/data/02-shapes.html)" in text
        assert "[a section](../build/book/html/data/02-shapes.html#rows)" in text

    def test_public_tests_hold_public_cases_as_they_were_written(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        public = (tiny / "exercises" / "tests" / "91-tiny" / "q9_1.py").read_text()
        assert public == (
            "import digits\nimport numpy as np\nfrom otter.test_files import test_case\n\n"
            "OK_FORMAT = False\n\n"
            'name = "q9_1"\npoints = 2\n\n\n@test_case(points=None, hidden=False)\n'
            "def double_of_three(double):\n    # A comment that stays.\n    assert digits.call(\n"
            '        double, 3, name="double",\n    ) == 6, "`double(3)` should be 6"\n')

    def test_nothing_secret_is_handed_out(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        for key, written in contents(tiny).items():
            if key.startswith("exercises/") and "91-tiny" in key:
                for secret in (b"reference", b"x + x", b"x / 2", b"42", b"double_of_many", b"any number"):
                    assert secret not in written, key

    def test_full_tests_hold_hidden_cases_and_helpers(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        full = (tiny / "build" / "91-tiny" / "tests" / "q9_1.py").read_text()
        assert "def reference(x):" in full and full.count("hidden=True") == 1
        assert "def double_of_many(double):\n    with digits.hint(" in full
        repair = (tiny / "build" / "91-tiny" / "tests" / "q9_2.py").read_text()
        assert "all_or_nothing = True" in repair and "def the_answer(answer):" in repair

    def test_the_zip_holds_the_same_tests_and_no_dates(self, tiny: Path) -> None:
        build.build_exercise("91-tiny")
        with zipfile.ZipFile(tiny / "build" / "91-tiny" / "91-tiny-autograder.zip") as file:
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            for question in ("q9_1", "q9_2"):
                full = (tiny / "build" / "91-tiny" / "tests" / f"{question}.py").read_bytes()
                assert file.read(f"tests/{question}.py") == full
            assert file.read("files/digits.py") == (tiny / "exercises" / "digits.py").read_bytes()
            assert json.loads(file.read("otter_config.json")) == {"lang": "python", "show_hidden": True}
            assert [entry.filename for entry in file.infolist() if entry.external_attr >> 16 & 0o111] == [
                "run_autograder", "setup.sh"], "Gradescope wants programs"

    def test_the_working_folder_stays(self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tiny)
        build.build_exercise("91-tiny")
        assert Path.cwd() == tiny
        assert not list(tiny.glob("*.ipynb")) and len(os.listdir(tiny)) == 3


@pytest.mark.fast
@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("title: Tiny\n", "", "the front matter lacks title"),
    ("name: q9_1", "name: first", "question first: call it q<exercise>_<number>"),
    ("name: q9_2", "name: q9_1", "question q9_1: there is another question of that name"),
    ("points: 2\n", "points: [1, 1]\n", "question q9_1: `points` must be one number above 0"),
    ("points: 2\n", "points: 0\n", "question q9_1: `points` must be one number above 0"),
    ("(2 points)", "(3 points)", r"question q9_1: its text must say what it is worth: \(2 points\)"),
    ("# HIDDEN: negative numbers, fractions\n", "", "question q9_1: it has no hidden test"),
    ("# HIDDEN: negative numbers, fractions\n", "# HIDDEN\n",
     "line 65, question q9_1: the hidden test `double_of_many` does not say what it tries. Begin it with"),
    ("# HIDDEN: whether the answer is right\n", "# Hidden from learners\n",
     "question q9_2: the hidden test `the_answer` does not say what it tries. Begin it with"),
    ("# HIDDEN: whether the answer is right\n", "# HIDDEN: whether it is 42\n",
     "question q9_2: the hidden test `the_answer` names 'whether it is 42' .*, and learners would read `42`"),
    ("# HIDDEN: whether the answer is right\n", '# HIDDEN, as asked: "Double it."\n', "quote at least three words"),
    ("# HIDDEN: whether the answer is right\n", '# HIDDEN, as asked: "(2 points) Double it."\n',
     "question q9_2: the hidden test `the_answer` quotes .* the text of its question has no such words"),
    ('with digits.hint("`double` must work for any number.")', "if True",
     "q9_1: the hidden test `double_of_many` uses `assert` outside of a hint"),
    ("def double_of_three(", "# HIDDEN\ndef double_of_three(", "question q9_1: it has no public test"),
    ("def half_of_four", "# hidden\ndef half_of_four", "question q9_2: it has no public test"),
    ("def the_answer(answer):", "x = 1\ndef the_answer(answer):", "q9_2: a test cell holds one function"),
    ("def the_answer(answer):", "def the_answer(answer:", "line 129: this is not Python: .* was never closed"),
    ("def double(x):", "pass\n```\n\n```{code-cell} python\ndef double(x):", "q9_1: it has 2 answer cells"),
    ("    # END SOLUTION\n```", "```", "line 43: `# BEGIN SOLUTION` has no `# END SOLUTION` in this cell"),
    ("title: Tiny\n", "title: [Tiny\n", "line 6: the front matter is no YAML: expected ',' or ']'"),
    ("title: Tiny\n", "title: Tiny: small\n", "line 5: the front matter is no YAML: mapping values are not allowed"),
    ("minutes: 20\n---\n", "minutes: 20\n", "line 1: the front matter is missing or has no end"),
    ("minutes: 20\n", "minutes: soon\n", "line 7: `minutes` is 'soon'; say a whole number from 20 to 60"),
    ("minutes: 20\n", "minutes: 90\n", "line 7: `minutes` is 90; say a whole number from 20 to 60"),
    ("minutes: 20\n", "minutes: 20\nformerly: tiny\n", "line 8: `formerly` is 'tiny'; say what the exercise"),
    ("minutes: 20\n", "minutes: 20\nformerly: [7]\n", r"line 8: `formerly` is \[7\]; say what the exercise was called"),
    ("minutes: 20\n", "minutes: 20\nformerly: 91-tiny\n", "line 8: `formerly` names 91-tiny, which is an exercise of"),
    ("chapter: data/02-shapes", "chapter: data/shapes", "line 6: the book has no page data/shapes. Name one"),
    ("book:data/02-shapes#rows", "book:data/rows#rows", "line 14: the book has no page data/rows"),
    ("2.5 points, about", "3 points, about", "line 10: the text before the first cell must .*: 2.5 points, about"),
    ("points: 2\n", "", "line 27, question q9_1: `points` must be one number above 0"),
    ("points: 2\n", "points: 2: 3\n", "line 29: what stands below `# BEGIN QUESTION` is no YAML"),
    ("    return x + x\n", "    return x +\n", "line 44: this is not Python: invalid syntax"),
    ("return 2 * x\n", "return 2 * (x\n", "line 23: this is not Python: .* was never closed"),
    ("```otter\n# END TESTS\n```\n\n```otter\n# END QUESTION", "```otter\n# END QUESTION",
     "line 53: `# BEGIN TESTS` has no `# END TESTS` before `# END QUESTION` in line 73"),
    ("```otter\n# END QUESTION\n```\n", "", "line 27: `# BEGIN QUESTION` has no `# END QUESTION` before `# BEGIN"),
    ("```otter\n# BEGIN TESTS\n```\n", "", "line 70: `# END TESTS` has no `# BEGIN TESTS`"),
    ("== reference(x)\n```\n", "== reference(x)\n", "line 64: the cell that begins here has no end before .* line 71"),
])
def test_a_master_that_is_not_in_order_is_refused(
        tiny: Path, old: str, new: str, complaint: str) -> None:
    edit(tiny, old, new)
    with pytest.raises(CourseError, match=complaint) as caught:
        build.build_exercises()
    assert "solutions/91-tiny/master.md" in str(caught.value)
    assert not (tiny / "exercises" / "91-tiny.ipynb").exists(), "nothing was written"


@pytest.mark.fast
def test_a_master_that_is_no_utf_8(tiny: Path) -> None:
    path = course.master("91-tiny")
    path.write_bytes(path.read_bytes().replace(b"Double it.", "Verdopple für".encode("latin-1")))
    with pytest.raises(CourseError, match=r"91-tiny/master.md, line 34: the byte 0xfc is no UTF-8. Save the file as"):
        build.build_exercises()


@pytest.mark.fast
def test_two_cells_that_are_the_same_have_each_its_line(tiny: Path) -> None:
    text = course.master("91-tiny").read_text(encoding="utf-8")
    twice = text[text.index("```otter\n# BEGIN QUESTION\nname: q9_1"):text.index("```{code-cell} python\nwith dig")]
    course.master("91-tiny").write_text(text.replace(twice, twice * 2), encoding="utf-8")
    second = text[:text.index(twice) + len(twice)].count("\n") + 2
    with pytest.raises(CourseError, match=f"line {second}, question q9_1: there is another question of that name"):
        build.build_exercises()


@pytest.mark.fast
def test_an_exercise_that_does_not_exist(tiny: Path) -> None:
    with pytest.raises(CourseError, match=r"no exercise called 'shapes'. The course has: 91-tiny"):
        build.build_exercises(["shapes"])


@pytest.mark.fast
def test_a_helper_module_that_is_missing(tiny: Path) -> None:
    (tiny / "exercises" / "digits.py").unlink()
    with pytest.raises(CourseError, match=r"digits.py is missing; without it no exercise can be built"):
        build.build_exercises()


@pytest.mark.slow
def test_a_solution_with_full_marks_is_built(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build.build_exercises()
    assert capsys.readouterr().out == (
        "91-tiny: building, which runs its solution\n91-tiny: built; its solution earns full marks\n"
        "91-tiny: no page of the book leads to it. `:::{practice} 91-tiny` at a chapter's end does.\n")
    build.build_exercises()
    assert capsys.readouterr().out == "91-tiny: unchanged\n"
    assert not [path for path in tiny.rglob("*") if "ipython" in path.name]


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("return x + x", "return x * x",
     r"question q9_1: its solution earns 0 of 2 points(.|\n)*`double\(3\)` should be 6"),
    ("    print(double(4))", "    print(undefined)",
     r"the solution stops with NameError: name 'undefined' is not defined\nin the cell\nwith digits"),
    ("import math\n", "import os; os._exit(3)\n", "solved.ipynb ended its process with code 3"),
    ("    # A comment that stays.\n", "    import inspect\n    assert 'double' in inspect.getsource(double)\n",
     r"question q9_1: its solution earns 2 points from Otter and 1 from the grader, where a test says: .*\n.*The test"),
])
def test_a_solution_that_does_not_run_or_earn_everything_is_refused(
        tiny: Path, old: str, new: str, complaint: str) -> None:
    edit(tiny, old, new)
    with pytest.raises(CourseError, match=complaint):
        build.build_exercises()
    assert not (tiny / "exercises" / "91-tiny.ipynb").exists(), "nothing was written"


BEFORE_PORTRAIT = "```{code-cell} python\nwith digits.once_written():"


@pytest.mark.fast
@pytest.mark.usefixtures("untried")
class TestPortrait:
    def test_it_is_for_our_grader_alone(self, tiny: Path) -> None:
        build.build_exercises()
        without = contents(tiny)
        edit(tiny, BEFORE_PORTRAIT, PORTRAIT + BEFORE_PORTRAIT)
        build.build_exercises()
        files = contents(tiny)
        assert set(files) - set(without) == {"build/91-tiny/portrait.py"}
        written = files["build/91-tiny/portrait.py"].decode()
        assert written.startswith("import digits\nimport numpy as np\n\n\ndef portrait(double):\n    answers = ")
        for path, data in files.items():
            assert path.endswith("portrait.py") or b"portrait" not in data, path
        assert course.assignment("91-tiny").portrait.is_file()
        edit(tiny, PORTRAIT, "")
        build.build_exercises()
        assert not course.assignment("91-tiny").portrait.exists(), "what the master lost is taken away"

    @pytest.mark.parametrize(("old", "new", "complaint"), [
        ("def portrait(", "def picture(", "holds one function, called `portrait`"),
        ("# PORTRAIT\n", "# PORTRAIT\nimport os\n", "holds one function, called `portrait`"),
        ("double):", "double:", "is not Python"),
        (PORTRAIT, PORTRAIT * 2, "2 cells that begin with `# PORTRAIT`"),
    ])
    def test_one_that_is_not_in_order_is_refused(self, tiny: Path, old: str, new: str, complaint: str) -> None:
        edit(tiny, BEFORE_PORTRAIT, PORTRAIT.replace(old, new) + BEFORE_PORTRAIT)
        with pytest.raises(CourseError, match=complaint):
            build.build_exercises()


def test_a_portrait_is_tried_on_the_solution(tiny: Path) -> None:
    edit(tiny, BEFORE_PORTRAIT, PORTRAIT + BEFORE_PORTRAIT)
    assert build.build_exercise("91-tiny") is True
    edit(tiny, '"labels": np', '"label": np')
    with pytest.raises(CourseError, match="no portrait of the solution: KeyError: 'labels'"):
        build.build_exercise("91-tiny")


FULL = trial.TrialResult(scores={"q9_1": 2, "q9_2": 0.5}, failures={"q9_1": [], "q9_2": []})
NOTHING = trial.TrialResult(scores={"q9_1": 0, "q9_2": 0}, failures={"q9_1": ["no"], "q9_2": ["no"]})


@pytest.mark.fast
@pytest.mark.parametrize(("solved", "untouched", "complaint"), [
    (FULL, NOTHING, None),
    (replace(FULL, scores={"q9_1": 2, "q9_2": 0.4}), NOTHING, r"q9_2: its solution earns 0.4 of 0.5 points"),
    (replace(FULL, failures={"q9_1": ["too big"], "q9_2": []}), NOTHING, r"q9_1: its solution(.|\n)*too big"),
    (replace(FULL, error="ValueError: no"), NOTHING, "the solution stops with ValueError: no"),
    (replace(FULL, no_portrait="KeyError: 'labels'"), NOTHING, "makes no portrait of the solution: KeyError"),
    (FULL, replace(NOTHING, error="ValueError: no"),
     r"the untouched notebook stops with ValueError: no\n.*digits.once_written"),
    (FULL, replace(NOTHING, scores={"q9_1": 0, "q9_2": 0.5}),
     "q9_2: the untouched notebook earns 0.5 points, so some test passes without an answer"),
])
def test_a_master_is_held_to_its_promises(
        tiny: Path, monkeypatch: pytest.MonkeyPatch, solved: trial.TrialResult, untouched: trial.TrialResult,
        complaint: str | None) -> None:
    class Ran:
        process = Mock()

        def __init__(self, notebook: Path, tests: Path, folder: Path, portrait: Path | None = None,
                     predictions: Collection[str] | None = None) -> None:
            assert portrait is None or (notebook.stem == "solved" and portrait.is_file())
            assert sorted(path.name for path in tests.iterdir()) == ["q9_1.py", "q9_2.py"]
            self.result = {"solved": lambda: solved, "untouched": lambda: untouched}[notebook.stem]

    if "portrait" in (complaint or ""):
        edit(tiny, BEFORE_PORTRAIT, PORTRAIT + BEFORE_PORTRAIT)
    monkeypatch.setattr(trial, "start", Ran)
    monkeypatch.setattr(build, "_hold_to_grader", lambda *args: None)
    if complaint is None:
        assert build.build_exercise("91-tiny") is True
        return
    with pytest.raises(CourseError, match=complaint):
        build.build_exercise("91-tiny")
    assert not (tiny / "exercises" / "91-tiny.ipynb").exists(), "nothing was written"


# --- Several, of which one cannot be built -----------------------------------------------------------------

@pytest.mark.slow
def test_one_that_cannot_be_built_harms_no_other(tmp_path: Path) -> None:
    """The command itself, in a copy of the package: the processes that it starts know nothing of a patch in here."""
    shutil.copytree(course.ROOT / "autograder", tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("exercises", "solutions"):
        (tmp_path / folder).mkdir()
    for file in ("digits.py", "requirements.txt"):
        shutil.copy(course.EXERCISES / file, tmp_path / "exercises")
    (tmp_path / "exercises" / "mnist.npz").write_bytes(b"not needed here")

    def write(name: str, text: str) -> None:
        folder = tmp_path / "solutions" / name
        folder.mkdir(exist_ok=True)
        (folder / "master.md").write_text(text, encoding="utf-8")

    def built() -> tuple[int, str, str]:
        done = subprocess.run([sys.executable, "-m", "autograder", "build"], cwd=tmp_path, text=True,
                              capture_output=True, env=course.quiet_environment() | {"PYTHONPATH": str(tmp_path)})
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    write("92-tiny", MASTER)
    assert built()[0] == 0
    before = contents(tmp_path)
    write("91-tiny", MASTER)
    write("92-tiny", MASTER.replace("return x + x", "return x * x"))
    write("93-tiny", MASTER.replace("title: Tiny\n", ""))
    code, out, err = built()
    assert code == 1
    assert "91-tiny: built" in out and "92-tiny: built" not in out
    for name, cause in (("92-tiny", "question q9_1: its solution earns 0 of 2 points"),
                        ("93-tiny", "the front matter lacks title")):
        assert f"{name}/master.md" in err and cause in err
        assert f"Mend solutions/{name}/master.md and run `autograder build {name}`; until then it stays as it" in err
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before, "what cannot be built is as it was"
    new = {name.replace("91-tiny", "92-tiny") for name in after.keys() - before.keys()}
    assert new and new <= before.keys(), "what was built is all there, and nothing left over"


class Pool:
    """In place of processes: builds here, where the tiny course is; the process of `dies` ends before its time."""

    dies = ""

    def __init__(self, *args: Any) -> None:
        self.shutdown = Mock()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, work: Any, name: str) -> Future[str]:
        future: Future[str] = Future()
        if name == self.dies:
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(work(name))
        return future


@pytest.mark.fast
@pytest.mark.usefixtures("untried")
class TestSideBySide:
    @pytest.fixture(autouse=True)
    def pool(self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(build, "ProcessPoolExecutor", Pool)
        monkeypatch.setattr(Pool, "dies", "")
        (tiny / "solutions" / "92-tiny").mkdir()
        (tiny / "solutions" / "92-tiny" / "master.md").write_text(MASTER, encoding="utf-8")

    def test_all_others_are_built(self, tiny: Path) -> None:
        edit(tiny, "title: Tiny\n", "")
        with pytest.raises(build.BuildError, match=r"91-tiny/master.md, line 1: the front matter lacks title.*\nMend"):
            build.build_exercises()
        assert not any("91-tiny" in name for name in contents(tiny))
        assert (tiny / "exercises" / "92-tiny.ipynb").is_file()

    def test_every_one_that_cannot_be_built_is_named(self, tiny: Path) -> None:
        for name in ("91-tiny", "92-tiny"):
            (tiny / "solutions" / name / "master.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
        with pytest.raises(build.BuildError) as caught:
            build.build_exercises()
        assert str(caught.value).count("Mend solutions/") == 2
        assert "91-tiny/master.md, line 2: " in str(caught.value) and "92-tiny/master.md, line 2: " in str(caught.value)

    def test_a_process_that_dies_is_said(self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Pool, "dies", "91-tiny")
        with pytest.raises(build.BuildError, match=r"91-tiny/master.md: not built, as a process .* `autograder build"):
            build.build_exercises()
        assert (tiny / "exercises" / "92-tiny.ipynb").is_file()

    def test_the_command_exits_with_1_and_with_2_where_the_command_is_wrong(self, tiny: Path) -> None:
        edit(tiny, "title: Tiny\n", "")
        for arguments, code in (([], 1), (["91-tiny"], 1), (["92-tiny"], 0), (["shapes"], 2)):
            done = CliRunner().invoke(main, ["build", *arguments])
            assert done.exit_code == code and "Traceback" not in done.output, done.output

    def test_a_disk_that_is_full_leaves_everything_as_it_was(
            self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        build.build_exercises()
        before = contents(tiny)
        edit(tiny, "Double it.", "Double it!")
        real, room = Path.write_bytes, [4]

        def write(path: Path, data: bytes) -> int:
            if tiny in path.parents:
                room[0] -= 1
                if not room[0]:
                    raise OSError(28, "No space left on device")
            return real(path, data)

        monkeypatch.setattr(Path, "write_bytes", write)
        with pytest.raises(build.BuildError, match=r"91-tiny/master.md: OSError: .*No space left on device"):
            build.build_exercises()
        assert contents(tiny) == before
