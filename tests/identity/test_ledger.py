"""Every file that was handed in ends in one stated place: counted, another attempt, or not graded with a reason.

Hypothesis invents what is handed in: folders, links, hidden files, copies of programs, zips with doubled entries, zips
in zips, what is no notebook, and downloads. Nothing of it may be missing in files.csv.
"""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.cli import main
from autograder.grading import batch
from autograder.submissions import find as finding
from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, unpacked

pytestmark = pytest.mark.fast

FOLDERS = ("", "ada/", "bob/", "bob/old/", "cy (2)/", ".cache/", "ada/.ipynb_checkpoints/", "__MACOSX/", "Ada L_11_"
           "assignsubmission_file/", "submission_7/", "node_modules/x/", NAME + "/")
NAMES = (f"{NAME}.ipynb", "x.ipynb", "x (1).ipynb", ".x.ipynb", "x.ipynb.json", "X.IPYNB", "x.json", "x.pdf", "pam",
         "lovelaceada_403_99_x.ipynb", "._x.ipynb", "x.zip", "export.zip")
PLACES = {"counted", "another attempt", "not graded"}

Tree = list[tuple[str, int]]


def packed(tree: Tree, depth: int) -> bytes:
    """A zip with all of a tree's files; what is a zip there is one with a notebook, and one with that."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")
        for name, points in tree:
            archive.writestr(name, content(name, points, depth - 1))
    return file.getvalue()


def content(name: str, points: int, depth: int = 3) -> bytes:
    if not name.endswith(".zip"):
        return notebook(points) if points else b"{"
    return packed([("in.ipynb", points), ("in.zip", points)][: 1 + (depth > 0)], depth) if points else b"PK"


def handed_in(names: list[str]) -> list[str]:
    return [name for name in names if name.lower().endswith((".ipynb", ".ipynb.json", ".ipynb.txt", ".zip"))]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "files.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grade(path: Path, out: Path) -> list[dict[str, str]]:
    done = CliRunner().invoke(main, ["grade", str(path), "--output", str(out), "--assignment", NAME, "--timeout", "5"])
    if done.exit_code == 2:
        assert any(said in done.output for said in ("no notebook and no zip", "download", "holds")), done.output
        return []
    assert done.exit_code == 0, f"{done.output}\n{done.exception!r}"
    made = rows(out)
    assert {row["place"] for row in made} <= PLACES and all(row["why"] for row in made if row["place"] != "counted")
    return made


trees = st.lists(st.tuples(st.builds("".join, st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES))),
                           st.integers(0, 9)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(tree=trees)
def test_every_file_of_a_folder_has_its_line(tree: Tree) -> None:
    with tempfile.TemporaryDirectory() as place:
        files = {name: content(name, points) for name, points in tree}
        folder = unpacked(files, Path(place) / "class")
        (folder / "link").symlink_to(folder)
        if made := grade(folder, Path(place) / "out"):
            told = {PurePosixPath(row["file"].removeprefix(place + "/").removeprefix("class/")) for row in made}
            for name in handed_in(list(files)):
                path = PurePosixPath(name)
                assert told & {path, *path.parents} - {PurePosixPath()}, f"{name} is nowhere in {told}"
            counted = Counter((row["file"], row["learner"]) for row in made)
            assert max(counted.values()) == 1, "one place each"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(tree=trees, system=st.booleans())
def test_every_entry_of_a_zip_has_its_line(tree: Tree, system: bool) -> None:
    """Of a download, and of a learner's zip."""
    with tempfile.TemporaryDirectory() as place:
        if system:
            tree = [(f"P_{1 + points % 3}_assignsubmission_file/{name}", points) for name, points in tree]
        path = Path(place) / ("class.zip" if system else "class/ada.zip")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(packed(tree, 3))
        made = grade(path if system else path.parent, Path(place) / "out")
        if not made:
            return
        whole = [row for row in made if row["file"].endswith(path.name)]
        if system and not whole:
            assert len(made) >= len(handed_in([name for name, _ in tree]))
        elif whole and not whole[0]["why"]:  # it was read: one of its notebooks counts, and each other is told
            inside = [name for name, _ in tree if name.lower().endswith((".ipynb", ".ipynb.json"))]
            assert len(made) - 1 >= len(set(inside)) - 1


def test_what_is_lost_is_the_graders_own_fault(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class_ = unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "class")
    real = finding.find

    def find(*arguments: object) -> finding.Search:
        search = real(*arguments)  # type: ignore[arg-type]
        return finding.Search(search.found[:1], search.others, search.remarks, search.left, search.downloads)

    monkeypatch.setattr(batch, "find", find)
    done = run("grade", class_, "--output", tmp_path / "out")
    assert done.exit_code == 1 and "bob/x.ipynb: it was found, and nothing became of it" in done.output
    assert [(Path(row["file"]).parent.name, row["place"]) for row in rows(tmp_path / "out")] == [
        ("bob", "error"), ("ada", "counted")]


def test_what_makes_an_attempt_another_is_said(tmp_path: Path, run: Run) -> None:
    files = {f"ada/{NAME}_2026_02_2{day}T10_15_51_000001.ipynb": notebook(day) for day in (1, 2)}
    files |= {"bob/a.ipynb": notebook(3), "bob/b.ipynb": notebook(4), f"cy/{NAME}.ipynb": notebook(5),
              "cy/other.ipynb": notebook(5).replace(NAME.encode(), b"91-another")}
    run("grade", unpacked(files, tmp_path / "class"), "--output", tmp_path / "out")
    said = {row["file"].removeprefix("class/"): (row["place"], row["why"]) for row in rows(tmp_path / "out")}
    older, newer = (name for name in files if name.startswith("ada"))
    assert said[older] == ("another attempt", f"handed in before; class/{newer} counts")
    assert said["bob/a.ipynb"] == ("another attempt", "nothing says which is the latest; class/bob/b.ipynb counts")
    assert said["cy/other.ipynb"][0] == "not graded" and f"a notebook of {NAME} from the same" in said[
        "cy/other.ipynb"][1]


def test_the_folder_of_the_submissions_takes_no_grades(tmp_path: Path, run: Run) -> None:
    class_ = unpacked({f"ada/{NAME}.ipynb": notebook(6)}, tmp_path / "class")
    done = run("grade", class_, "--output", class_)
    assert done.exit_code == 2 and "is where the submissions lie" in done.output
    assert [path.name for path in class_.iterdir()] == ["ada"], "nothing is written"
    assert run("grade", class_, "--output", class_ / "grades").exit_code == 0
    assert run("grade", class_, "--output", class_ / "others").exit_code == 0
    assert [row["learner"] for row in read_grades(class_ / "others" / "grades.csv")] == ["ada"]
