"""A case's notebook is what the case says, the same bytes every time, and nothing leaves its folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.authoring.casefiles import apply, hand_in, to_text, write_notebook
from autograder.authoring.corpus import Attack, Edit, Expected, HandIn, Insert
from autograder.course import Assignment, CourseError

pytestmark = pytest.mark.fast


def sources(edit: Edit, tiny: Assignment) -> list[str]:
    """The code of the notebook, without the setup cell."""
    return [cell["source"] for cell in apply(edit, tiny)["cells"] if cell["cell_type"] == "code"][1:]


ONE, TWO = "def one():\n    return 1", "two = 2"
CHECK_1, CHECK_2 = 'grader.check("q9_1")', 'grader.check("q9_2")'


def attack(tiny: Assignment, *files: HandIn) -> Attack:
    return Attack("some-case", "own", tiny.name, Edit(), files, Expected(()), True, True, Path("some-case"))


@pytest.mark.parametrize(("edit", "expected"), [
    (Edit(), [ONE, CHECK_1, TWO, CHECK_2]),
    (Edit(base="untouched"), ["def one():\n    ...", CHECK_1, "two = ...", CHECK_2]),
    (Edit(base="bare", insert=(Insert("end", "x"),)), ["x"]),
    (Edit(replace={"q9_2": "two = 3"}), [ONE, CHECK_1, "two = 3", CHECK_2]),
    (Edit(replace={"q9_2": "(untouched)"}), [ONE, CHECK_1, "two = ...", CHECK_2]),
    (Edit(replace={"check q9_1": "pass"}), [ONE, "pass", TWO, CHECK_2]),
    (Edit(remove=("q9_1", "check q9_2")), [CHECK_1, TWO]),
    (Edit(duplicate=("q9_2",)), [ONE, CHECK_1, TWO, TWO, CHECK_2]),
    (Edit(replace={"with two =": "two = 5"}), [ONE, CHECK_1, "two = 5", CHECK_2]),
    (Edit(move={"q9_1": "end"}), [CHECK_1, TWO, CHECK_2, ONE]),
    (Edit(move={"q9_1": "after check q9_2"}), [CHECK_1, TWO, CHECK_2, ONE]),
    (Edit(move={"q9_2": "before q9_1"}), [TWO, ONE, CHECK_1, CHECK_2]),
    (Edit(insert=(Insert("after q9_1", "x"),)), [ONE, "x", CHECK_1, TWO, CHECK_2]),
    (Edit(insert=(Insert("before check q9_2", "x"),)), [ONE, CHECK_1, TWO, "x", CHECK_2]),
])
def test_each_change_does_what_it_says(tiny: Assignment, edit: Edit, expected: list[str]) -> None:
    assert sources(edit, tiny) == expected


def test_json_places_are_set_and_removed(tiny: Assignment) -> None:
    notebook = apply(Edit(set={"metadata.reading_digits.assignment": "01-x", "nbformat": 3,
                               "metadata.reading_digits.version": None, "cells.0.source": "# New"}), tiny)
    assert notebook["metadata"]["reading_digits"] == {"assignment": "01-x"}
    assert notebook["nbformat"] == 3
    assert notebook["cells"][0]["source"] == "# New"


def test_a_cell_that_does_not_exist_is_an_error(tiny: Assignment) -> None:
    with pytest.raises(CourseError, match=r"no such cell.*'check q9_1'"):
        apply(Edit(remove=("check q9_1",), base="bare"), tiny)


def test_a_cell_named_by_its_text_must_be_the_only_one(tiny: Assignment) -> None:
    with pytest.raises(CourseError, match="or more than one: 'with grader'"):
        apply(Edit(remove=("with grader",)), tiny)


def test_names_in_the_code_are_filled_in(tiny: Assignment) -> None:
    notebook = apply(Edit(replace={"q9_1": "open('@MARKER@')"}), tiny, {"MARKER": "/somewhere"})
    assert "open('/somewhere')" in to_text(notebook)


def test_the_same_case_is_the_same_file(tiny: Assignment, tmp_path: Path) -> None:
    edit = Edit(insert=(Insert("end", "x"), Insert("start", "x")), duplicate=("q9_1",))
    first = write_notebook(apply(edit, tiny), tmp_path / "a.ipynb").read_bytes()
    assert write_notebook(apply(edit, tiny), tmp_path / "b.ipynb").read_bytes() == first
    entries = (HandIn("x.txt", ({"text": "x"},)), HandIn("notebook.ipynb"))
    case = attack(tiny, HandIn("a.zip", zip=entries))
    one, = hand_in(case, tiny, tmp_path / "one", {})
    two, = hand_in(case, tiny, tmp_path / "two", {})
    assert one.read_bytes() == two.read_bytes()


def test_an_invalid_notebook_is_not_written_for_a_learner(tiny: Assignment, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="would not be a valid notebook"):
        write_notebook(apply(Edit(set={"cells.0.cell_type": "poem"}), tiny), tmp_path / "a.ipynb")


def test_parts_are_written_one_after_another(tiny: Assignment, tmp_path: Path) -> None:
    parts = ({"text": "a\n"}, {"hex": b"\x00\xff"}, {"repeat": ("xy", 3)}, {"notebook": (2, "utf-16-le")})
    path, = hand_in(attack(tiny, HandIn("raw.ipynb", parts)), tiny, tmp_path, {})
    assert path.read_bytes() == b"a\n\x00\xffxyxyxy{\x00"


def test_a_zip_holds_what_is_asked_for(tiny: Assignment, tmp_path: Path) -> None:
    entries = (HandIn("../up.ipynb"), HandIn("link", link="/etc/passwd"),
               HandIn("in.zip", zip=(HandIn("a"),)), HandIn("n", copies=2),
               HandIn("zeros", ({"repeat": ("\0", 5_000_000)},)))
    path, = hand_in(attack(tiny, HandIn("x.zip", zip=entries)), tiny, tmp_path, {})
    assert path.stat().st_size < 100_000
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["../up.ipynb", "link", "in.zip", "n0", "n1", "zeros"]
        assert archive.getinfo("link").external_attr >> 28 == 0o12
        assert archive.getinfo("zeros").file_size == 5_000_000


def test_links_pipes_and_folders(tiny: Assignment, tmp_path: Path) -> None:
    files = (HandIn("l.ipynb", link="@TARGET@"), HandIn("p.ipynb", fifo=True), HandIn("d.ipynb", folder=True))
    link, pipe, folder = hand_in(attack(tiny, *files), tiny, tmp_path, {"TARGET": "/nowhere"})
    assert str(link.readlink()) == "/nowhere" and pipe.is_fifo() and folder.is_dir()


@pytest.mark.parametrize("name", ["../x.ipynb", "/tmp/x.ipynb"])
def test_an_attack_is_never_written_outside_its_folder(tiny: Assignment, tmp_path: Path, name: str) -> None:
    with pytest.raises(CourseError, match="outside its folder"):
        hand_in(attack(tiny, HandIn(name)), tiny, tmp_path / "in", {})


def test_an_attack_never_overwrites_another(tiny: Assignment, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="already"):
        hand_in(attack(tiny, HandIn("a.ipynb"), HandIn("a.ipynb")), tiny, tmp_path, {})
