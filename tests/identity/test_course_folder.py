"""The course's own folder, zipped: the one notebook that somebody worked on counts, or it is said what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder import course
from autograder.cli import main
from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.downloads import Files, notebook, zipped

pytestmark = pytest.mark.fast

OTHERS = ("91-other", "92-third")


def as_handed_out(name: str) -> bytes:
    return notebook(0).replace(NAME.encode(), name.encode())


@pytest.fixture(autouse=True)
def handed_out() -> None:
    for name in OTHERS:
        (course.SOLUTIONS / name).mkdir()
        (course.SOLUTIONS / name / "master.md").write_text("", "utf-8")
    for name in (NAME, *OTHERS):
        (course.EXERCISES / f"{name}.ipynb").write_bytes(as_handed_out(name))


def folder(**worked_on: bytes) -> Files:
    files = {f"reading-digits/exercises/{name}.ipynb": as_handed_out(name) for name in (NAME, *OTHERS)}
    files |= {"reading-digits/README.md": b"#", "reading-digits/exercises/digits.py": b""}
    return files | {f"reading-digits/exercises/{name}.ipynb": content for name, content in worked_on.items()}


def grade(path: Path, out: Path) -> Result:
    return CliRunner().invoke(main, ["grade", str(path), "--output", str(out), "--timeout", "5"])


@pytest.mark.parametrize("directly", [True, False])
def test_the_one_that_somebody_worked_on_counts(directly: bool, tmp_path: Path) -> None:
    path = zipped(folder(**{NAME: notebook(7)}), tmp_path / "class" / "ada.zip")
    done = grade(path if directly else path.parent, tmp_path / "out")
    (row,) = read_grades(tmp_path / "out" / "grades.csv")
    assert (row["learner"], row["assignment"], row["score"]) == ("ada", NAME, "7"), done.output


@pytest.mark.parametrize(("worked_on", "count"), [({}, "none"), (
    {NAME: notebook(7), OTHERS[0]: as_handed_out(OTHERS[0]).replace(b"points = 0", b"points = 3")}, "2")])
def test_where_it_is_not_one_the_flag_is_named(worked_on: dict[str, bytes], count: str, tmp_path: Path) -> None:
    done = grade(zipped(folder(**worked_on), tmp_path / "class" / "ada.zip"), tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "grades.csv").is_file()
    (row,) = read_grades(tmp_path / "out" / "grades.csv")
    assert row["status"] == "unreadable"
    page = next((tmp_path / "out" / "feedback").iterdir()).read_text("utf-8")
    assert f"{count} of them not as the course hands it out" in page and "--assignment" in page
