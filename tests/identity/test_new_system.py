"""A system that was not known yet: its module is all that finding and grading its downloads needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.course import ROOT
from autograder.reports import handback, lms, targets
from autograder.submissions import systems
from autograder.submissions.find import find
from autograder.submissions.people import Kind
from autograder.submissions.systems.base import Listing, Named, Recognized, Rules
from tests.grades import read_grades
from tests.identity.conftest import Run
from tests.identity.downloads import NAME, SYSTEMS, Learner, class_list, notebook, people, unpacked, zipped

FILE = re.compile(r"of=(?P<login>\w+)=(?P<file>.+)")
FOLDER = re.compile(r"no (?P<login>\w+)")
EXPORT = re.compile(r"course \d+")
WHO = "who.txt"


def named(name: str) -> Named | None:
    match = FILE.fullmatch(name) or FOLDER.fullmatch(name.partition("/")[0])
    return Named(match["login"], "the name that Novelty gave it", {Kind.LOGIN: [match["login"]]}) if match else None


def recognize(listing: Listing) -> Recognized:
    authors = {name: (one,) for name in listing.handed_in if (one := named(name))}
    return Recognized("Novelty", authors, WHO in listing.files, own=frozenset({WHO}) & set(listing.files))


def alone(file: str, folders: Sequence[str]) -> Named | None:
    return named(file)


def assignment(path: str, exercises: Sequence[str]) -> str:
    return next((name for name in exercises if path.endswith(f"={name}.ipynb")), "")


NOVELTY = SimpleNamespace(SYSTEM="Novelty", recognize=recognize, RULES=Rules(
    writes_names=True, alone=alone, metadata=WHO, folder=FOLDER, export=EXPORT, assignment=assignment))


@pytest.fixture(autouse=True)
def novelty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "SYSTEMS", (*systems.SYSTEMS, NOVELTY))
    monkeypatch.setattr(systems, "ALONE", (*systems.ALONE, NOVELTY))


def download(class_: Sequence[Learner]) -> dict[str, bytes]:
    return {f"of={one.login}={NAME}.ipynb": notebook(one.points[-1]) for one in class_ if one.points} | {WHO: b"them"}


def graded(out: Path) -> dict[str, tuple[str, str]]:
    return {row["learner"]: (row["identity"], row["score"]) for row in read_grades(out / "grades.csv")}


@pytest.mark.parametrize("packed", [False, True])
def test_a_class_is_graded_and_exported(packed: bool, tmp_path: Path, run: Run) -> None:
    class_ = people(5)
    files = download(class_)
    path = zipped(files, tmp_path / "from.zip") if packed else unpacked(files, tmp_path / "from")
    (tmp_path / "class.csv").write_bytes(class_list(class_))
    done = run("grade", path, "--output", tmp_path / "out", "--roster", tmp_path / "class.csv")
    assert done.exit_code == 0 and WHO not in done.output, done.output
    points = {one.number: str(one.points[-1]) for one in class_ if one.points}
    rows = {row["id"]: row for row in read_grades(tmp_path / "out" / "grades.csv") if row["status"] == "graded"}
    assert {number: row["score"] for number, row in rows.items()} == points
    assert {row["identity"] for row in rows.values()} == {"certain"}


def test_one_file_without_its_download_is_named_and_to_be_checked(tmp_path: Path, run: Run) -> None:
    files = download(people(5)[:1])
    path = unpacked({name: content for name, content in files.items() if name != WHO}, tmp_path / "from")
    one = next(path.iterdir())
    assert run("grade", one, "--output", tmp_path / "out").exit_code == 0
    assert list(graded(tmp_path / "out").values()) == [("check", str(people(5)[0].points[-1]))]
    assert list(graded(tmp_path / "out")) == [people(5)[0].login]


def test_its_own_file_is_nobodys_and_says_who_is_who_beside_one_submission(tmp_path: Path) -> None:
    plain = unpacked({"ada/lab.ipynb": notebook(1), "bob/lab.ipynb": notebook(2), WHO: b"them", "also.txt": b""},
                     tmp_path / "plain")
    assert [path.name for path in find([plain]).others] == ["also.txt"]
    folder = unpacked({"no ada/lab.ipynb": notebook(1), "no bob/lab.ipynb": notebook(2), WHO: b"them"}, tmp_path / "no")
    (item,) = find([folder / "no ada" / "lab.ipynb"]).found
    assert (item.learner, item.identity.doubts) == ("ada", ())


def test_it_may_lie_beside_another_systems_download(tmp_path: Path) -> None:
    files = [f"of={login}={NAME}.ipynb" for login in ("aash", "bbee")]
    others = [f"{name}_assignsubmission_file_/{NAME}.ipynb" for name in ("Dan Dee_301", "Eve Elm_302")]
    folder = unpacked({name: notebook(1) for name in (*files, *others)}, tmp_path / "from")
    assert {item.learner: item.identity.system for item in find([folder]).found} == {
        "aash": "Novelty", "bbee": "Novelty", "Dan Dee_301": "Moodle", "Eve Elm_302": "Moodle"}


def test_several_of_its_downloads_may_lie_side_by_side(tmp_path: Path, run: Run) -> None:
    files = {f"course {number}/{name}": content for number in (1, 2) for name, content in download(people(5)).items()}
    done = run("grade", unpacked(files, tmp_path / "from"), "--output", tmp_path / "out")
    assert done.exit_code == 0 and WHO not in done.output
    assert {identity for identity, _ in graded(tmp_path / "out").values()} <= {"certain", "check"}
    assert {learner.partition(" ")[0] for learner in graded(tmp_path / "out")} == {
        one.login for one in people(5) if one.points}


@pytest.mark.fast
def test_what_a_folder_says_of_the_exercise_is_asked_of_its_system() -> None:
    assert systems.assignment_in("Novelty", f"of=ada={NAME}.ipynb", [NAME]) == NAME
    assert systems.assignment_in("Canvas", f"of=ada={NAME}.ipynb", [NAME]) == ""
    assert systems.assignment_in("", f"submitted/ada/{NAME}/x.ipynb", [NAME]) == ""
    assert systems.assignment_in("nbgrader", f"submitted/ada/{NAME}/x.ipynb", [NAME]) == NAME


@pytest.mark.fast
def test_each_system_has_what_the_steps_for_a_new_one_ask_for() -> None:
    known = systems.SYSTEMS[:-1]
    assert {module.SYSTEM for module in known if module.RULES.alone} == {one.SYSTEM for one in systems.ALONE[:-1]}
    examples = {name.partition(",")[0] for name in SYSTEMS}
    assert {module.SYSTEM.removesuffix(" Classroom") for module in known} == {
        name.removesuffix(" Classroom") for name in examples}
    assert (*lms._TABLES, *lms._PLAIN) == targets.EXPORTS
    assert set(handback.SYSTEMS) == set(targets.FEEDBACK) <= set(targets.EXPORTS)
    steps = (systems.__doc__ or "").partition("A new system")[2]
    for file in re.findall(r"`([\w/.-]+/[\w.-]+)`", steps):
        assert any((folder / file).is_file() for folder in (ROOT, ROOT / "autograder")), file
