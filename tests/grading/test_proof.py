"""Another course's own solution is graded first. What it fails here nobody's answer is judged by, and it is said."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from autograder.grading.endings import PENDING
from autograder.grading.events import SEED
from autograder.grading.gradebook import Gradebook
from tests.engines import Engines
from tests.grades import read_grades
from tests.grading.conftest import write_notebook
from tests.grading.test_othercourse import command
from tests.reports.test_write import Page

SECRET = 40417
"""What the hidden cases hand in; no learner may read it."""

TESTS = {
    "hof": [("assert my_map(lambda x: x + 1, [1, 2]) == [2, 3]", False),
            (f"assert my_map(lambda x: x + {SECRET}, [0]) == [{SECRET}]", True)],
    "asked": [("import builtins\nold = builtins.input\nbuiltins.input = lambda *a: '4'\ntry:\n    assert ask() == 5\n"
               "finally:\n    builtins.input = old", False)],
    "drawn": [("np.random.seed(3)\nassert roll() == "
               f"{np.random.RandomState(SEED).randint(0, 1000)}", False)],  # right by chance, in one run
    "kept": [("assert pd.read_csv('out.csv')['a'].sum() == 3", True)],
    "plain": [("assert double(4) == 8", False), (f"assert double({SECRET}) == {2 * SECRET}", True)],
    "one": [("assert b1 is b2 and b1 is not b3", False), ("b1.append(9)\nassert b2[-1] == 9 and len(b3) == 2", True)],
    "classes": [("assert isinstance(rex, Dog) and issubclass(Dog, Animal) and not issubclass(Animal, Dog)", False),
                ("assert Dog.__mro__[1] is Animal and issubclass(Odd, ValueError)", True)],
    "given": [("assert my_map(len, ['a', 'bb']) == [1, 2]", False), ("assert my_map(math.sqrt, [4]) == [2]", True)],
}  # fmt: skip
SOLUTION = {
    "": "import math\nimport numpy as np\nimport pandas as pd",
    "hof": "def my_map(f, xs):\n    return [f(x) for x in xs]",
    "asked": "def ask():\n    return int(input('n? ')) + 1",
    "drawn": "def roll():\n    return np.random.randint(0, 1000)",
    "kept": "pd.DataFrame({'a': [1, 2]}).to_csv('out.csv', index=False)",
    "plain": "def double(x):\n    return 2 * x",
    "one": "b1 = [1, 2]\nb2 = b1\nb3 = list(b1)",
    "classes": "class Animal: pass\nclass Dog(Animal): pass\nrex = Dog()\nclass Odd(ValueError): pass",
    "given": "",
}
PENDS = ("hof", "asked", "drawn", "kept")
"""Questions that this grader cannot judge, of those above."""


def ok_test(name: str, cases: list[tuple[str, bool]]) -> str:
    prompts = [("\n".join((">>> " if not line.startswith(" ") and line[:7] != "finally" else "... ") + line
                          for line in code.splitlines()), hidden) for code, hidden in cases]
    made = [{"code": code, "hidden": hidden, "locked": False} for code, hidden in prompts]
    suite = {"cases": made, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return f"OK_FORMAT = True\ntest = {{'name': {name!r}, 'points': 2, 'suites': [{suite!r}]}}\n"


def course(folder: Path) -> Path:
    """What `otter assign` leaves of such a course: the folder `dist`."""
    left = folder / "dist" / "autograder"
    write_notebook(left / "lab04.ipynb", [*SOLUTION.values()], "")
    (left / "otter_config.json").write_text('{"assignment_name": ""}')
    with zipfile.ZipFile(left / "lab04-autograder.zip", "w") as archive:
        for name, cases in TESTS.items():
            archive.writestr(f"tests/{name}.py", ok_test(name, cases))
    return folder / "dist"


def hand_in(folder: Path, learner: str, answers: Mapping[str, str]) -> None:
    write_notebook(folder / f"{learner}.ipynb", list({**SOLUTION, **answers}.values()), "")


@pytest.fixture(scope="module", autouse=True)
def engines() -> Iterator[None]:
    with Engines() as started, started.shared():
        yield


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    hand_in(folder, "right", {})
    hand_in(folder, "wrong", {"plain": "def double(x):\n    return x", "one": "b1 = [1, 2]\nb2 = list(b1)\nb3 = b1",
                              "classes": "class Animal: pass\nclass Dog: pass\nrex = 1\nclass Odd: pass"})
    hand_in(folder, "unwritten", dict.fromkeys(PENDS, ""))
    return folder


def points(output: Path) -> dict[str, tuple[str, ...]]:
    return {row["learner"]: (row["status"], *(row[name] for name in TESTS)) for row in
            read_grades(output / "grades.csv")}


def test_what_the_solution_fails_here_is_pending_for_all(handed_in: Path, tmp_path: Path) -> None:
    """Judged is what can be: two names of one object, learners' classes, functions of Python's as arguments."""
    dist, output = course(tmp_path), tmp_path / "grades"
    code, said = command("grade", handed_in, "--assignment", dist, "--output", output)
    assert code == 0, said
    found = points(output)
    assert found["right"] == ("review", "0", "0", found["right"][3], "0", "2", "2", "2", "2")
    assert found["wrong"] == ("review", "0", "0", found["right"][3], "0", "0", "0", "0", "2")
    assert found["unwritten"] == ("review", "0", "0", "0", "0", "2", "2", "2", "0")
    page = (output / "feedback" / "unwritten.html").read_text(encoding="utf-8")
    assert page.count(PENDING) == 1 and "The notebook has no" in page  # whether `kept` is answered, nobody knows

    report = (output / "report.html").read_text(encoding="utf-8")
    for said_of_all in (said, report):
        assert "Its own solution, lab04.ipynb, gets " in said_of_all and "5 of 13 test cases say nothing" in said_of_all
        for line in ("hof cannot be judged here: case 1 (public), a function that the test hands to the learner",
                     "asked cannot be judged here: case 1 (public), builtins.input, which the test replaces",
                     "drawn cannot be judged here: case 1 (public), ",
                     "kept cannot be judged here: case 1 (hidden), a file that is not there for tests (out.csv)"):
            assert said_of_all.count(line.replace("'", "&#39;") if said_of_all is report else line) == 1
    assert "Nothing.</span> Every submission ran" not in report

    page = (output / "feedback" / "right.html").read_text(encoding="utf-8")
    results = json.loads((output / "results" / "right.json").read_text(encoding="utf-8"))
    for told in (page, json.dumps(results)):
        assert PENDING in told
        for false in ("EOFError", "Try your code on other inputs", "Under Otter", "out.csv", str(SECRET)):
            assert false not in told
    assert "Fix this first" not in page and "pending</span>" in page
    assert [test for test in results["tests"] if PENDING in test["output"] and "status" in test] == []
    assert "Fix this first" in (output / "feedback" / "wrong.html").read_text(encoding="utf-8")

    (dist / "autograder" / "lab04.ipynb").unlink()
    code, said = command("grade", handed_in, "--assignment", dist, "--output", output)
    assert code == 0 and "3 of 3 are unchanged" in said and "5 of 13 test cases say nothing" in said
    assert "First its solution is graded" not in said


def test_without_a_solution_a_case_is_pending_where_the_grader_can_know_it(handed_in: Path, tmp_path: Path) -> None:
    dist, output = course(tmp_path), tmp_path / "grades"
    solution = (dist / "autograder" / "lab04.ipynb").rename(tmp_path / "solved.ipynb")
    code, said = command("grade", handed_in, "--assignment", dist, "--output", output)
    assert code == 0 and "Its solution is not beside it" in said and "--solution NOTEBOOK" in said
    found = points(output)
    assert found["right"] == ("review", "0", "0", "2", "0", "2", "2", "2", "2")  # by chance: only a solution tells
    report = (output / "report.html").read_text(encoding="utf-8")
    for what in ("a function that the test hands to the learner", "builtins.input, which the test replaces",
                 "a file that is not there for tests (out.csv)"):
        assert f"failed on what the grader cannot examine: {what}" in report
    page = (output / "feedback" / "right.html").read_text(encoding="utf-8")
    assert PENDING in page and "EOFError" not in page and "out.csv" not in page

    code, said = command("grade", handed_in, "--assignment", dist, "--solution", solution, "--output", output)
    assert code == 0 and "5 of 13 test cases say nothing" in said and "3 of 3 are unchanged" not in said


def test_a_solution_that_earns_all_is_said_to(tmp_path: Path) -> None:
    """Then what its tests ask for is no reason to look at an answer that fails."""
    (tmp_path / "course" / "tests").mkdir(parents=True)
    (tmp_path / "course" / "tests" / "q1.py").write_text(ok_test("q1", [("np.random.seed(3)\nassert x is y", False)]))
    solution = write_notebook(tmp_path / "solved.ipynb", ["import numpy as np", "x = y = [1]"], "")
    write_notebook(tmp_path / "class" / "wrong.ipynb", ["import numpy as np", "x = [1]\ny = [1]"], "")
    output = tmp_path / "grades"
    asked = ["grade", tmp_path / "class", "--assignment", tmp_path / "course", "--output", output]
    for more in (["--solution", solution], []):
        code, said = command(*asked, *more)
        assert code == 0 and "Its solution, solved.ipynb, gets all 2 points here" in said
        assert [row["status"] for row in read_grades(output / "grades.csv")] == ["graded"]


@pytest.mark.parametrize(("assignment", "notebook", "said"), [
    ("NAME", [], "--solution is for another course's assignment"),
    ("course", None, "cannot be graded"),
    ("among", [], "would be graded as a learner's notebook, too"),
])  # fmt: skip
def test_what_is_no_solution_is_refused(
    assignment: str, notebook: list[str] | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course(tmp_path)
    write_notebook(tmp_path / "class" / "alice.ipynb", ["x = 1"], "")
    solution = tmp_path / ("class/solved.ipynb" if assignment == "among" else "solved.ipynb")
    solution.write_text("no notebook") if notebook is None else write_notebook(solution, notebook, "")
    path = "02-preprocessing" if assignment == "NAME" else tmp_path / "dist"
    code, output = command("grade", tmp_path / "class", "--assignment", path, "--solution", solution, "--output",
                           tmp_path / "grades")
    assert code == 2 and said in output


def test_where_the_solution_itself_does_not_run_a_missing_name_is_nobodys_fault(tmp_path: Path) -> None:
    (tmp_path / "course" / "tests").mkdir(parents=True)
    (tmp_path / "course" / "tests" / "q1.py").write_text(ok_test("q1", [("assert x == 1", False)]))
    cells = ["import urllib.request\nx = int(urllib.request.urlopen('http://127.0.0.1:9').read())"]
    solution = write_notebook(tmp_path / "solved.ipynb", cells, "")
    write_notebook(tmp_path / "class" / "right.ipynb", cells, "")
    output = tmp_path / "grades"
    code, said = command("grade", tmp_path / "class", "--assignment", tmp_path / "course", "--output", output,
                         "--solution", solution)
    assert code == 0 and "gets 0 of 2 points here" in said
    assert "q1 cannot be judged here: case 1 (public), The notebook has no `x`. It belongs to code cell 1" in said
    assert [row["status"] for row in read_grades(output / "grades.csv")] == ["review"]


def test_the_instructor_reads_what_the_solution_fails_and_the_learner_what_is_true(tmp_path: Path) -> None:
    """A test that is wrong itself, one whose cell in the master was not run, and one that cannot be judged here."""
    tests = tmp_path / "course" / "tests"
    tests.mkdir(parents=True)
    (tests / "q1.py").write_text(ok_test("q1", [("assert double(4) == 8", False),
                                                (f"assert double({SECRET}) == {SECRET}", True)]))
    (tests / "q2.py").write_text(ok_test("q2", [("double(2) == 4", True), ("bool(triple(2) == 6)", False)]))
    (tests / "q3.py").write_text(ok_test("q3", TESTS["kept"]))
    (tests / "q4.py").write_text(
        "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q4'\npoints = 1\n\n"
        f"@test_case(points=1, hidden=True)\ndef test_it(double):\n    assert double({SECRET}) is None\n")
    cells = ["import pandas as pd", SOLUTION["plain"], SOLUTION["kept"], "triple = lambda x: 3 * x"]
    solution = write_notebook(tmp_path / "solved.ipynb", cells, "")
    write_notebook(tmp_path / "class" / "right.ipynb", cells, "")
    write_notebook(tmp_path / "class" / "stopped.ipynb", [*cells, "import time\ntime.sleep(60)"], "")
    output = tmp_path / "grades"
    code, said = command("grade", tmp_path / "class", "--assignment", tmp_path / "course", "--output", output,
                         "--solution", solution, "--timeout", "4")
    assert code == 0, said
    file = "a file that is not there for tests (out.csv)"
    report = Page(output / "report.html").words
    for told in (said, report):
        assert f"q1 cannot be judged here: case 2 (hidden), This is not so: double({SECRET}) == {SECRET}" in told
        assert ("q2 cannot be judged here: case 1 (hidden), This is not as expected: double(2) == 4 Expected nothing"
                in told)
        assert "run the master's test cells, save it, and run `otter assign` again" in told.replace("’", "'")
        assert f"q3 cannot be judged here: case 1 (hidden), {file}" in told
        assert f"q4 cannot be judged here: case 1 (hidden), This is not so: double({SECRET}) is None" in told
    assert report.count(f"This answer fails it ({file})") == 2
    assert report.count(f"This answer fails it (This is not so: double({SECRET}) == {SECRET})") >= 2

    assert "2 submissions: 2 review (1 of them timeout, too)." in said
    rows = {row["learner"]: (row["status"], row["stopped"]) for row in read_grades(output / "grades.csv")}
    assert rows == {"right": ("review", ""), "stopped": ("review", "timeout")}

    with Gradebook(output / "gradebook.sqlite") as book:
        told = {result.learner: result.for_learner().reason for result in book.results()}
    assert told["right"] == "" and told["stopped"].startswith("Code cell 5 was stopped after 4 s.")
    for learner in rows:
        for path in (output / "feedback" / f"{learner}.html", output / "results" / f"{learner}.json"):
            told = path.read_text(encoding="utf-8")
            assert PENDING in told and "This is not so" not in told
            assert not any(hidden in told for hidden in (str(SECRET), "out.csv", "double(2)", "is None"))
