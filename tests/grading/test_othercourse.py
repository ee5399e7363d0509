"""Another course's assignment, as `otter assign` leaves it: from notebooks to grades; what is wrong is said."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading import othercourse
from autograder.grading.bundle import Seeding, pack, unpack
from tests import otter_course
from tests.by_otter import by_otter
from tests.engines import Engines
from tests.grades import read_grades
from tests.grading.conftest import NAME, SOLUTION, write_notebook
from tests.grading.local_cluster import Dask

MONEY = """class Money:
    def __init__(self, n): self.n = n
    def __gt__(self, other): return self.n > other
    def __eq__(self, other): return self.n == other
total = Money(24)"""


IN_THE_OTHER_FORMAT = """from otter.test_files import test_case
OK_FORMAT = False
name = "q11"
points = [1, 2]
@test_case(hidden=False)
def test_rows(visits):
    assert len(visits) == 3
@test_case(hidden=True)
def test_sum(env):
    assert env["visits"]["count"].sum() == 13
"""

ACROSS_THE_WALL = """from otter.test_files import test_case
OK_FORMAT = False
name = "q12"
points = [1, 2, 4, 8]
@test_case(hidden=False)
def test_one_object(b1, b2, b3):
    assert b1 is b2 and b1 is not b3
    b1.append(9)
    assert b2[-1] == 9 and len(b3) == 2
@test_case(hidden=False)
def test_classes(Dog, Animal, rex):
    assert isinstance(rex, Dog) and issubclass(Dog, Animal) and not issubclass(Animal, Dog) and not issubclass(int, Dog)
@test_case(hidden=False)
def test_order_of_classes(Dog, Animal, Odd):
    assert Dog.__mro__[1] is Animal and Dog.__bases__ == (Animal,) and issubclass(Odd, ValueError)
@test_case(hidden=False)
def test_functions_of_python(apply):
    import math
    assert apply(len, ["a", "bb"]) == [1, 2] and apply(math.sqrt, [4]) == [2]
"""
AN_ANSWER = """b1 = [1, 2]
b2 = b1
b3 = list(b1)
class Animal: pass
class Dog(Animal): pass
class Odd(ValueError): pass
rex = Dog()
def apply(f, values):
    return [f(value) for value in values]"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return otter_course.assign(tmp_path_factory.mktemp("another-course"))


@pytest.fixture(scope="module", autouse=True)
def engines() -> Iterator[None]:
    """What the batches here start serves them all. No TensorFlow is in it: no such course asks for it."""
    with Engines() as started, started.shared():
        yield


def command(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert "Traceback" not in result.output and (result.exception is None or isinstance(result.exception, SystemExit))
    return result.exit_code, result.output


def test_a_course_that_is_not_ours_goes_from_notebooks_to_grades(dist: Path, tmp_path: Path) -> None:
    handed_in, output = tmp_path / "class", tmp_path / "grades"
    dist = shutil.copytree(dist, handed_in / "dist")  # its notebooks are nobody's
    otter_course.hand_in(dist, handed_in / "alice_lab01.ipynb", otter_course.ANSWERS)
    wrong = {"q1": "total = 1", "q2": "by_city = visits['count']\ntable = visits",
             "q10": "def longest(table):\n    return 1 / 0"}
    otter_course.hand_in(dist, handed_in / "bob_lab01.ipynb", wrong)
    otter_course.hand_in(dist, handed_in / "carol_lab01.ipynb", {"q1": MONEY})
    write_notebook(handed_in / "dora.ipynb", [*SOLUTION], NAME)
    before = sorted((path, path.stat().st_mtime_ns) for path in dist.rglob("*"))

    code, said = command("grade", handed_in, "--assignment", dist, "--output", output)
    assert code == 0, said
    assert command("export", "csv", "--output", output, "--to", tmp_path / "exported.csv")[0] == 0

    for line in ("lab01: 4 questions, 10 points, from ", "otter_config.json, points_possible: ",
                 "otter_config.json, show_stdout: ", "the package no-such-package-anywhere, which is not installed",
                 "A cell, and a check, may take 60 s", "Its solution, lab01.ipynb, gets all 10 points here"):
        assert line in said
    assert [key for key in read_grades(output / "grades.csv")[0] if key.startswith("q")] == ["q1", "q2", "q3", "q10"]
    rows = {row["learner"]: row for row in read_grades(tmp_path / "exported.csv")}
    found = {learner: (row["status"], *(row[question] for question in otter_course.POINTS))
             for learner, row in rows.items()}
    assert found == {"alice": ("graded", "2", "3", "1", "4"), "bob": ("graded", "1", "1", "0", "0"),
                     "carol": ("review", "0", "0", "0", "0"), "dora": ("wrong-assignment", "0", "0", "0", "0")}

    page = (output / "feedback" / "bob.html").read_text(encoding="utf-8")
    assert "Each city once, please." in page and "longest(visits).year" not in page and "ZeroDivisionError" in page
    assert "not meant for learners" not in page and "== 24" not in page and "In the book" not in page
    assert "Reading Digits" not in page
    results = json.loads((output / "results" / "carol.json").read_text(encoding="utf-8"))
    report = (output / "report.html").read_text(encoding="utf-8")
    assert "q1, case 1 (public), failed on what the grader cannot examine: a Money." in report
    assert "Under Otter" not in json.dumps(results)  # that is for the instructor

    assert before == sorted((path, path.stat().st_mtime_ns) for path in dist.rglob("*"))
    assert len(list((output / othercourse.FOLDER).iterdir())) == 1
    next((dist / "autograder").glob("*.zip")).rename(tmp_path / "autograder.zip")
    shutil.rmtree(dist)
    code, said = command("grade", handed_in, "--assignment", tmp_path / "autograder.zip", "--output", output)
    assert code == 0 and "4 of 4 are unchanged" in said
    assert len(list((output / othercourse.FOLDER).iterdir())) == 1


def test_a_cluster_gives_the_same_scores(dist: Path, tmp_path: Path) -> None:
    """The worker has never seen that course: its tests and files come with the first submission."""
    otter_course.hand_in(dist, tmp_path / "class" / "alice_lab01.ipynb", otter_course.ANSWERS)
    otter_course.hand_in(dist, tmp_path / "class" / "bob_lab01.ipynb", {"q1": "total = 1"})
    (tmp_path / "dask").mkdir()
    with Dask(tmp_path / "dask") as dask:
        dask.add_worker()
        there, said = command("grade", tmp_path / "class", "--assignment", dist, "--output", tmp_path / "there",
                              "--scheduler", dask.address)
    assert there == 0, said
    assert command("grade", tmp_path / "class", "--assignment", dist, "--output", tmp_path / "here")[0] == 0
    scores = [[(row["learner"], row["status"], *(row[question] for question in otter_course.POINTS))
               for row in read_grades(tmp_path / place / "grades.csv")] for place in ("here", "there")]
    assert scores[0] == scores[1]
    assert scores[0][0] == ("alice", "graded", "2", "3", "1", "4") and scores[0][1][1:3] == ("graded", "1")


def test_all_that_otter_leaves_is_the_same_assignment(dist: Path, tmp_path: Path) -> None:
    packed = next((dist / "autograder").glob("*.zip"))
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(unpacked)
    read = [othercourse.read(path, tmp_path / "grades") for path in (dist, dist / "autograder", packed, unpacked)]
    assert len({(one.name, one.called, one.bundle.digest) for one in read}) == 1
    bundle = read[0].bundle
    assert bundle.seeding == Seeding(42) and sorted(bundle.support) == ["data.csv", "more/factors.csv"]
    assert bundle.ready().imports == ("pandas",) and not bundle.ready().support
    tests = othercourse.read(unpacked / "tests", tmp_path / "grades")
    assert (tests.name, tests.called, tests.bundle.questions) == ("unpacked", "", bundle.questions)
    there = unpack(pack(replace(bundle, unjudged=(("q1", 1, False),), proven=True)), tmp_path / "worker")
    assert there.unjudged == (("q1", 1, False),) and there.proven
    assert there.support["more/factors.csv"].read_text() == "2" and there.seeding == bundle.seeding and not there.own


@pytest.mark.slow
def test_each_question_scores_what_otter_gives_it(dist: Path, tmp_path: Path) -> None:
    """With its seed, its files, both kinds of answers, and questions in the other format of tests."""
    packed = tmp_path / "lab01.zip"
    shutil.copy(next((dist / "autograder").glob("*.zip")), packed)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("tests/q11.py", IN_THE_OTHER_FORMAT)
        archive.writestr("tests/q12.py", ACROSS_THE_WALL)
    answers = {
        **otter_course.ANSWERS,
        "q2": "np.random.rand(5)\nby_city = visits.groupby('city')['count'].sum()\ntable = visits.iloc[::-1]",
        "q10": "import matplotlib.pyplot as plt\nplt.plot(visits['count'])\nplt.show()\nraise NameError('left_out')",
        "q3": f"{otter_course.ANSWERS['q3']}\n{AN_ANSWER}",
    }
    path = otter_course.hand_in(dist, tmp_path / "class" / "alice.ipynb", answers)
    assert command("grade", path, "--assignment", packed, "--output", tmp_path / "grades")[0] == 0
    (row,) = read_grades(tmp_path / "grades" / "grades.csv")
    ours = {question: float(row[question]) for question in (*otter_course.POINTS, "q11", "q12")}
    assert ours == pytest.approx(by_otter(path, packed, tmp_path / "otter"), abs=1e-5)
    assert ours == {"q1": 2, "q2": 2, "q3": 1, "q10": 0, "q11": 1, "q12": 15}


def test_a_seed_goes_into_the_variable_that_is_named(tmp_path: Path) -> None:
    """Before each cell, whatever a learner has set it to; but not into a cell that is a magic's."""
    write(tmp_path / "course", {
        "otter_config.json": '{"seed": 7, "seed_variable": "rng_seed"}',
        "tests/q1.py": exception_test("q1").replace("x", "drawn").replace("assert drawn", "assert drawn == [7, 2]"),
    })  # fmt: skip
    cells = ["rng_seed = 1", "first = rng_seed\nrng_seed = 2", "%%capture\ndrawn = [first, rng_seed]"]
    write_notebook(tmp_path / "class" / "alice.ipynb", [*cells], "")
    output = tmp_path / "grades"
    assert command("grade", tmp_path / "class", "--assignment", tmp_path / "course", "--output", output)[0] == 0
    (row,) = read_grades(output / "grades.csv")
    assert (row["assignment"], row["status"], row["q1"]) == ("course", "graded", "1")


# --- what is wrong with one -----------------------------------------------------------------------------------


def exception_test(name: str, points: str = "1", begins: str = "") -> str:
    return (f"{begins}\nfrom otter.test_files import test_case\nOK_FORMAT = False\nname = {name!r}\npoints = {points}\n"
            "@test_case(points=None, hidden=False)\ndef test_it(x):\n    assert x\n")


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def refused(path: Path, tmp_path: Path) -> str:
    with pytest.raises(CourseError) as caught:
        othercourse.read(path, tmp_path / "grades")
    assert not list((tmp_path / "grades").rglob("*.py")), "nothing is left of it"
    return str(caught.value)


def test_every_test_file_that_does_not_load_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "course", {
        "tests/q1.py": exception_test("q1"),
        "tests/q2.py": exception_test("q2", "[1, 2]"),
        "tests/q3.py": exception_test("q3", begins="import no_such_module"),
        "tests/q4.py": "OK_FORMAT = True\ndef (",
        "tests/q5.py": "test = {}",
        "tests/q6.py": exception_test("q6", begins="raise SystemExit"),
        "tests/q7.py": "OK_FORMAT = True\ntest = {'name': 'q7', 'points': 1, 'suites': [{'cases': [{'code': '>>> x'}], "
                       "'type': 'doctest', 'setup': '>>> x = 1', 'scored': True}]}",
    })  # fmt: skip
    said = refused(folder, tmp_path)
    for line in ("q2.py: its points do not add up (Points specified", "q3.py: ModuleNotFoundError",
                 "Install no_such_module", "q4.py: SyntaxError",
                 "q5.py: ValueError: it has no line `OK_FORMAT", "it belongs into a folder `files`",
                 "q6.py: SystemExit", "q7.py: it does not keep to Otter's format: its suite has a setup"):
        assert line in said
    assert "q1.py" not in said


def test_a_question_is_there_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "course", {"tests/a.py": exception_test("q1"), "tests/b.py": exception_test("q1")})
    assert "a.py and b.py are both called 'q1'" in refused(folder, tmp_path)


def test_a_test_that_ends_python_is_no_traceback(tmp_path: Path) -> None:
    folder = write(tmp_path / "course", {"tests/q1.py": "import os\nOK_FORMAT = True\nos._exit(3)"})
    assert "one of them ended Python" in refused(folder, tmp_path)


@pytest.mark.fast
@pytest.mark.parametrize(("files", "said"), [
    ({"notes.txt": ""}, "There are no test files"),
    ({"tests/q1.R": "test = list()"}, "are in R. This grader runs notebooks in Python"),
    ({"tests/q1.py": "", "otter_config.json": '{"lang": "r"}'}, "says that the assignment is in r"),
    ({"tests/q1.py": "", "otter_config.json": "{"}, "is no JSON"),
    ({"tests/q1.py": "", "otter_config.json": "[]"}, "should hold an object"),
    ({"tests/q1.py": "", "otter_config.json": '{"seed": "x"}'}, "seed should be a whole number"),
    ({"tests/q1.py": "", "otter_config.json": '{"seed": 1, "seed_variable": "a; b"}'}, "the name of a variable"),
    ({"tests/q1.py": "", "otter_config.json": '{"assignment_name": 3}'}, "assignment_name should be a text"),
    ({"tests/q1.py": "", **{f"files/{number}": "" for number in range(200)}}, "at most 148 can lie there"),
])  # fmt: skip
def test_what_is_no_assignment_is_refused_with_a_remedy(tmp_path: Path, files: dict[str, str], said: str) -> None:
    folder = write(tmp_path / "course", files)
    assert said in refused(folder, tmp_path)
    with zipfile.ZipFile(tmp_path / "autograder.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert said in refused(tmp_path / "autograder.zip", tmp_path)


@pytest.mark.fast
def test_a_zip_that_is_none_or_points_outside_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"damaged.zip": "PK", "lab.py": ""})
    assert "cannot be read as a zip" in refused(tmp_path / "damaged.zip", tmp_path)
    assert "is no Otter assignment" in refused(tmp_path / "lab.py", tmp_path)
    assert "There is no" in refused(tmp_path / "gone.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "climbs.zip", "w") as archive:
        archive.writestr("files/../../x.py", "")
    assert "points outside of it" in refused(tmp_path / "climbs.zip", tmp_path)


@pytest.mark.fast
def test_of_several_assignments_in_a_folder_none_is_taken(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("tests/q1.py", "")
    assert "a.zip, b.zip. Give the one that counts" in refused(tmp_path, tmp_path)


def test_the_command_says_what_is_wrong_and_exits_with_2(tmp_path: Path) -> None:
    write_notebook(tmp_path / "class" / "alice.ipynb", [*SOLUTION])
    write(tmp_path, {"some.zip": "no zip"})
    output = tmp_path / "grades"
    code, said = command("grade", tmp_path / "class", "--assignment", tmp_path / "some.zip", "--output", output)
    assert code == 2 and "cannot be read as a zip" in said and not output.exists()


@pytest.mark.fast
def test_what_the_configuration_asks_for_in_vain_is_said(tmp_path: Path) -> None:
    asked = {"plugins": ["x"], "grade_from_log": True, "logo": False, "show_hidden": False, "seed": 1, "made_up": 1}
    said = othercourse._unheeded(asked)
    assert [line.partition(":")[0].removeprefix("otter_config.json, ") for line in said] == [
        "plugins", "grade_from_log", "made_up"]


@pytest.mark.fast
def test_a_name_of_this_course_is_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {f"{NAME}/x": "", "lab/x": ""})
    paths = [text for text in (NAME, "lab", "other", "other.zip", "a/b") if othercourse.is_path(text)]
    assert paths == ["lab", "other.zip", "a/b"]


def test_what_learners_get_is_no_assignment(dist: Path, tmp_path: Path) -> None:
    """But the folder of the master leads to what `otter assign` has left in it."""
    with pytest.raises(CourseError, match="is what learners get"):
        othercourse.read(dist / "student", tmp_path / "grades")
    master = othercourse.read(dist.parent, tmp_path / "grades")
    assert master.solution == dist / "autograder" / "lab01.ipynb" and master.bundle.name == "lab01"


@pytest.mark.fast
@pytest.mark.parametrize(("line", "another"), [
    ("packaging<1.0", True), ("packaging>=1", False), ("packaging", False), ("packaging==1.0", True),
    ("packaging=1.0", True), ("packaging>=1,<2  # old", True), ("packaging==1.0; python_version < '3'", False),
])  # fmt: skip
def test_another_version_than_is_asked_for_is_named(line: str, another: bool) -> None:
    said = othercourse._missing([line])
    assert bool(said) is another and all("is installed here" in sentence for sentence in said)


@pytest.mark.fast
def test_questions_graded_by_hand_are_named_with_their_points(tmp_path: Path) -> None:
    """Of the master, where it lies beside `dist`; else they are counted."""
    def written(path: Path, cells: list[tuple[str, str]]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": [{"cell_type": kind, "source": [source]} for kind, source in cells]}))
        return path

    solution = written(tmp_path / "dist" / "autograder" / "lab.ipynb", [
        ("markdown", "<!-- BEGIN QUESTION -->\n\nExplain"), ("markdown", "because"),
        ("markdown", "<!-- END QUESTION -->\n\n<!-- BEGIN QUESTION -->\nPlot"), ("code", "grader.check('q7')"),
        ("markdown", "<!-- END QUESTION -->")])
    (said,) = othercourse._by_hand(solution)
    assert said.startswith("Graded by hand, and not counted here: 1 question without tests.")
    written(tmp_path / "lab.ipynb", [
        ("raw", "# ASSIGNMENT CONFIG\nname: lab"), ("raw", "# BEGIN QUESTION\nname: q6\npoints: 5\nmanual: true"),
        ("raw", "# BEGIN QUESTION\nname: q7\npoints: 2"), ("raw", "# BEGIN QUESTION\nname: q8\nmanual: true")])
    (said,) = othercourse._by_hand(solution)
    assert said.startswith("Graded by hand, and not counted here: q6 (5 points), q8 (1 point).")
    assert othercourse._by_hand(None) == []
