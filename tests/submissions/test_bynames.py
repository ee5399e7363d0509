"""Who handed in what, as folders and file names say; and what nobody is named by."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.submissions.find import Search, find
from autograder.submissions.identity import needs
from tests.submissions.class_folder import NAME, learners, put

pytestmark = [pytest.mark.fast, pytest.mark.usefixtures("exercises")]


@pytest.mark.parametrize(
    ("inside", "learner"),
    [
        ("alice.ipynb", "alice"),
        (f"alice/{NAME}.ipynb", "alice"),
        ("alice/anything.ipynb", "alice"),
        (f"alice/{NAME}/{NAME}.ipynb", "alice"),
        (f"{NAME}/alice.ipynb", "alice"),
        (f"{NAME}/alice/work.ipynb", "alice"),
        (f"alice_{NAME}.ipynb", "alice"),
        (f"{NAME}-alice.ipynb", "alice"),
        (f"{NAME} (1).ipynb", f"{NAME} (1)"),
        (f"{NAME}_2026_01_31T09_30_00_123456 (1).zip", f"{NAME}_2026_01_31T09_30_00_123456 (1)"),
        (f"{NAME}.ipynb", NAME),
        ("alice (1).ipynb", "alice"),
        (f"Kopie von {NAME}-alice.ipynb", "alice"),
        (f"Exercise 2/alice/{NAME}.ipynb", "alice"),
        (f"alice/{NAME}_2026_01_31T09_30_00_123456.zip", "alice"),
        (f"alice_{NAME}_2026_01_31T09_30_00_123456.zip", "alice"),
        ("Ångström Émilie.ipynb", "Ångström Émilie"),
        ("Ангелина/work.ipynb", "Ангелина"),
        ("x" * 240 + ".ipynb", "x" * 240),
        ("=cmd()<b>.ipynb", "=cmd()<b>"),
        ("two\nlines.ipynb", "two lines"),
    ],
)
def test_the_learner_is_named_by_the_path(tmp_path: Path, inside: str, learner: str) -> None:
    put(tmp_path / "class" / inside)
    assert [name for name, _ in learners(tmp_path / "class")] == [learner]


@pytest.mark.parametrize(
    ("path", "learner"),
    [
        ("alice.ipynb", "alice"),
        (f"alice/{NAME}.ipynb", "alice"),
        (f"alice/{NAME}/{NAME}.ipynb", "alice"),
    ],
)
def test_the_learner_of_a_single_file(tmp_path: Path, path: str, learner: str) -> None:
    assert [name for name, _ in learners(put(tmp_path / path))] == [learner]


def guessed(search: Search) -> dict[str, str]:
    """The files that nothing names for certain, and as whom they count; all of them are told, and no others."""
    told = {item.name: item.learner for item in search.found if item.identity.doubts}
    said = " ".join(needs(search.found))
    for item in search.found:
        assert (f"{item.identity.file} (as {item.learner})" in said) == bool(item.identity.doubts)
        assert item.identity.status == ("check" if item.identity.doubts else "certain")
    return told


class TestANameThatNobodyGave:
    def test_that_of_the_folder_on_the_command_line(self, tmp_path: Path) -> None:
        put(tmp_path / "class" / "alice.ipynb")
        lone = put(tmp_path / "class" / f"{NAME}.ipynb")
        put(tmp_path / "class" / NAME / f"{NAME} (1).ipynb")
        nobodys = {f"{NAME}.ipynb": NAME, f"{NAME} (1).ipynb": f"{NAME} (1)"}
        assert guessed(find([tmp_path / "class"])) == nobodys, "two people, and neither of them is called class"
        put(tmp_path / "class" / "carol" / f"{NAME}.ipynb")
        lone.rename(tmp_path / "class" / "bob.ipynb")
        search = find([tmp_path / "class"])
        assert guessed(search) == {f"{NAME} (1).ipynb": f"{NAME} (1)"}
        assert {item.learner for item in search.found if not item.identity.doubts} == {"alice", "bob", "carol"}

    def test_but_not_where_each_folder_is_named_there(self, tmp_path: Path) -> None:
        """As a shell writes them for `class/*`."""
        folders = [put(tmp_path / name / f"{NAME}.ipynb").parent for name in ("alice", "bob")]
        search = find(folders)
        assert (guessed(search), [item.learner for item in search.found]) == ({}, ["alice", "bob"])
        put(tmp_path / "alice" / "carol.ipynb")
        assert guessed(find(folders)) == {f"{NAME}.ipynb": NAME}, "that folder is not one learner's"

    @pytest.mark.parametrize("system", [
        ["ada_1_5_x.ipynb", "bob_2_6_x.ipynb", "li_LATE_3_7_x.zip"],
        [f"{name}_assignsubmission_file{end}" for name, end in (
            ("Ada_1", "/x.ipynb"), ("Bob_2", "_/deep/x.ipynb"), ("Li_3", "_x.ipynb"))],
    ], ids=["Canvas", "Moodle"])  # fmt: skip
    @pytest.mark.parametrize("around", ["", "download/"])
    def test_an_odd_one_in_a_download(self, tmp_path: Path, system: list[str], around: str) -> None:
        files = [put(tmp_path / "class" / f"{around}{name}") for name in (*system, "scan.ipynb")]
        assert guessed(find([tmp_path / "class"])) == {"scan.ipynb": "scan"}
        if not around:
            assert guessed(find(files)) == {"scan.ipynb": "scan"}, "also when the files themselves are named"
        put(tmp_path / "class" / "Zoe" / "work.ipynb")
        search = find([tmp_path / "class"])
        assert "Zoe" in {item.learner for item in search.found}, "a folder of her own names her"
        if around:
            assert set(guessed(search)) == {Path(name).name for name in (*system, "scan.ipynb")}
            assert f"grade {tmp_path}/class/download by itself" in " ".join(needs(search.found))
        else:
            odd = {"work.ipynb": "Zoe"} if "assignsubmission" in system[0] else {}
            assert guessed(search) == {"scan.ipynb": "scan", **odd}, "Moodle has folders of its own"

    def test_but_not_where_most_names_are_our_own(self, tmp_path: Path) -> None:
        for name in ("alice", "bob", "carol_4_9_x"):
            put(tmp_path / "class" / f"{name}.ipynb")
        assert guessed(find([tmp_path / "class"])) == {}
        assert guessed(find(sorted((tmp_path / "class").iterdir()))) == {}

    def test_a_submission_without_authors_in_gradescopes_export(self, tmp_path: Path) -> None:
        export = tmp_path / "assignment_7_export"
        for number in (98765, 98766, 98767):
            put(export / f"submission_{number}" / f"work{number}.ipynb")
        who = "".join(f"submission_{number}:\n  :submitters:\n  - :name: {name}\n"
                      for number, name in ((98765, "Ada"), (98766, "Bob")))  # fmt: skip
        put(export / "submission_metadata.yml", who)
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as made:
            for path in export.rglob("*.*"):
                made.write(path, path.relative_to(tmp_path))
        for path in (export, tmp_path / "class.zip"):
            search = find([path])
            assert guessed(search) == {"work98767.ipynb": "submission_98767"}
        (export / "submission_metadata.yml").unlink()
        assert len(guessed(find([export]))) == 3, "their numbers name nobody"

    def test_many_are_as_many_people(self, tmp_path: Path) -> None:
        for number in range(13):
            put(tmp_path / "class" / NAME / f"{NAME}_{number}.ipynb")
        assert len(set(guessed(find([tmp_path / "class"])).values())) == 13
