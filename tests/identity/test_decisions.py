"""What the instructor writes into identity.csv counts, for this file as it was, and is never lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from autograder.reports.grades import read_grades, to_csv
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, unpacked

pytestmark = pytest.mark.fast


def lines(out: Path) -> dict[str, dict[str, str]]:
    with (out / "identity.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def write(out: Path, whose: dict[str, str], **cells: str) -> None:
    rows = lines(out)
    for file, learner in whose.items():
        rows[file] |= {"whose": learner, **cells}
    header = list(next(iter(rows.values())))
    (out / "identity.csv").write_text(to_csv([header, *(list(row.values()) for row in rows.values())]), "utf-8")


def grades(out: Path) -> dict[str, tuple[str, str]]:
    return {row["learner"]: (row["score"], row["identity"]) for row in read_grades(out / "grades.csv")}


COPY, SECOND = f"Copy of {NAME}.ipynb", f"Copy of {NAME} (1).ipynb"


@pytest.fixture
def out(tmp_path: Path, run: Run) -> Path:
    unpacked({COPY: notebook(8), SECOND: notebook(3), "carol.ipynb": notebook(5)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", tmp_path / "out")
    assert "What needs you: of 2 submissions" in done.output and f"class/{COPY}" in done.output
    return tmp_path / "out"


def test_a_line_counts_from_then_on_and_what_is_not_certain_is_not_exported(
    tmp_path: Path, run: Run, out: Path
) -> None:
    assert grades(out) == {COPY[:-6]: ("8", "check"), SECOND[:-6]: ("3", "check"), "carol": ("5", "certain")}
    done = run("export", "csv", "--output", out)
    assert "2 left out, because it is not certain whose it is" in done.output and "1 learners" in done.output
    write(out, {f"class/{COPY}": "Ada Lovelace", f"class/{SECOND}": "yes"})
    for _ in range(2):
        done = run("grade", tmp_path / "class", "--output", out)
        assert "3 of 3 are unchanged" in done.output and "What needs you" not in done.output
        assert grades(out) == {"Ada Lovelace": ("8", "certain"), SECOND[:-6]: ("3", "certain"),
                               "carol": ("5", "certain")}
        assert lines(out)[f"class/{COPY}"]["whose"] == "Ada Lovelace"
    done = run("export", "csv", "--output", out)
    assert "left out" not in done.output and "3 learners" in done.output, "nobody stands in it twice"


def test_another_file_in_its_place_is_not_confirmed(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada"})
    unpacked({COPY: notebook(1)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "The file has changed since identity.csv said 'Ada'" in done.output
    assert grades(out)[COPY[:-6]] == ("1", "check")
    assert lines(out)[f"class/{COPY}"]["whose"] == "Ada", "what somebody wrote is not wiped out"


def test_a_line_of_a_file_that_is_not_there_stays(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada"})
    (tmp_path / "class" / COPY).unlink()
    run("grade", tmp_path / "class", "--output", out)
    assert lines(out)[f"class/{COPY}"]["whose"] == "Ada"


def test_a_score_set_by_hand_goes_with_the_file(tmp_path: Path, run: Run, out: Path) -> None:
    run("adjust", COPY[:-6], "q1", "1", "--reason", "why", "--output", out)
    write(out, {f"class/{COPY}": "Ada"})
    done = run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["Ada"] == ("5", "certain"), done.output


def test_whoever_changes_another_column_is_told(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": ""}, learner="Ada")
    done = run("grade", tmp_path / "class", "--output", out)
    assert f"class/{COPY} was 'Ada'" in done.output and "write into the column `whose`" in done.output


def test_two_files_of_one_person_need_a_word_and_then_not(tmp_path: Path, run: Run, out: Path) -> None:
    unpacked({"carol (1).ipynb": notebook(2)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "class/carol (1).ipynb, class/carol.ipynb" in done.output
    assert grades(out)["carol"] == ("5", "check")
    write(out, {"class/carol (1).ipynb": "Dave"})
    run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["carol"] == ("5", "certain") and grades(out)["Dave"] == ("2", "certain")


@pytest.mark.parametrize(("content", "message"), [
    ("file,learner\na,b\n", "has no column 'whose'"), ("file,learner,whose\na,b,c,d\n", "line 2, has 4 cells"),
    (b"file,learner,whose\na,J\xf6rg,x\n", "line 2 has a letter in another encoding"),
])
def test_a_file_that_cannot_be_read_is_said_before_anything_is_graded(
    tmp_path: Path, run: Run, out: Path, content: str | bytes, message: str
) -> None:
    (out / "identity.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = (out / "grades.csv").read_bytes()
    done = run("grade", tmp_path / "class", "--output", out)
    assert done.exit_code == 2 and message in done.output and "identity.csv" in done.output
    assert (out / "grades.csv").read_bytes() == before
