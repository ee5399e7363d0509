"""Names that are nearly another's: digits of a login, surnames that mean copy, conflicts, two systems in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.reports.roster import people_of, read_roster
from autograder.submissions.find import Found, find
from autograder.submissions.identity import hold_against, needs, without_the_lists
from autograder.submissions.read import read_submission
from tests.grading.conftest import NAME
from tests.identity.downloads import notebook, unpacked

pytestmark = pytest.mark.fast


def held(tmp_path: Path, files: list[str], roster: str = "") -> list[Found]:
    folder = unpacked({name: notebook(place + 1) for place, name in enumerate(files)}, tmp_path / "class")
    found = find([folder]).found
    if not roster:
        return hold_against(found, [])
    (tmp_path / "class.csv").write_text(roster, "utf-8")
    return hold_against(found, people_of(read_roster(tmp_path / "class.csv")))


def whose(items: list[Found]) -> dict[str, str]:
    """Of each file the person on the list, or the learner; with a question mark where it is to be checked."""
    return {item.identity.file.removeprefix("class/"): (item.identity.person.get("name") or item.learner)
            + ("?" if item.identity.doubts else "") for item in items}


DIGITS = "Name,Username\nJo Smith,jsmith\nJan Smith,jsmith1\nJim Smith,jsmith2\nKai Kay,kay\nKim Kay,kay3\n"


@pytest.mark.parametrize("file", [
    "{}_{}.ipynb", "{} {}.ipynb", "{}-{}.ipynb", "{}_{} (1).ipynb", "{}_{} - Copy.ipynb", "{}_{} copy 2.ipynb",
    "Copy of {}_{}.ipynb",
])
def test_the_digits_of_a_login_are_its_own(tmp_path: Path, file: str) -> None:
    logins = {"jsmith": "Jo Smith", "jsmith1": "Jan Smith", "jsmith2": "Jim Smith", "kay3": "Kim Kay"}
    files = {file.format(NAME, login): name for login, name in logins.items()}
    assert whose(held(tmp_path, list(files), DIGITS)) == files


def test_a_number_behind_a_separator_may_be_either(tmp_path: Path) -> None:
    roster = "Name,Username\nJo,jsmith\nJan,jsmith_1\nKai,kay\n"
    files = [f"{NAME}_jsmith_1.ipynb", f"{NAME}_kay_1.ipynb"]
    said = whose(held(tmp_path, files, roster))
    assert said[files[0]].endswith("?") and said[files[1]] == "Kai", "only one reading of kay_1 is anybody's"


@pytest.mark.parametrize("name", ["Maria Copia", "Anna Kopie", "Ann Final", "Kopia Anna"])
@pytest.mark.parametrize("form", ["{}.ipynb", "{}/work.ipynb", NAME + " {}.ipynb"])
def test_a_word_that_copies_have_may_be_a_surname(tmp_path: Path, name: str, form: str) -> None:
    file = form.format(name)
    short = name.replace(" Copia", "").replace(" Kopie", "").replace(" Final", "").replace("Kopia ", "")
    only = whose(held(tmp_path, [file], f"Name,Email\n{name},a@x.org\nBo,b@x.org\n"))
    assert only == {file: name}
    if "Final" not in name or NAME in form:
        both = whose(held(tmp_path, [file], f"Name,Email\n{name},a@x.org\n{short},b@x.org\n"))
        assert both[file].endswith("?")
        assert whose(held(tmp_path, [file]))[file].endswith("?"), "without a list nothing says which"


def test_what_only_a_system_writes_is_no_name(tmp_path: Path) -> None:
    files = {"Copy of alice.ipynb": "alice", "bob - Kopie (2).ipynb": "bob", "carol (1).ipynb": "carol",
             "Team 3/x.ipynb": "Team 3", "Team 4/x.ipynb": "Team 4"}
    assert whose(held(tmp_path, list(files))) == files


CONFLICTS = ("{}-LAPTOP-7QK2XYZ", "{} (Erin's conflicted copy 2024-10-01)", "{}.sync-conflict-20241001-101010-ABCDEFG",
             "{} [Conflict]", "{}-Anns-MacBook-Pro", "{}-checkpoint", "{} 2", "{} (1)", "{} - Copy")


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_a_conflict_copy_is_nobody_new(tmp_path: Path, conflict: str) -> None:
    files = ["erin.ipynb", conflict.format("erin") + ".ipynb", "dan.ipynb"]
    assert [one for one in whose(held(tmp_path, files)).values() if one.endswith("?")] != []
    items = held(tmp_path, files)
    assert {item.learner for item in items if not item.identity.doubts} == {"dan"}
    if conflict not in ("{} 2", "{} (1)", "{} - Copy"):
        assert whose(held(tmp_path / "alone", [files[1]]))[files[1]].endswith("?")
    assert "erin" in " ".join(needs(items))


@pytest.mark.parametrize("files", [
    ["alice/x.ipynb", "Alice.ipynb"], ["Ann Ash.ipynb", "ann_ash/x.ipynb"], ["José.ipynb", "Jose.ipynb"],
    ["ccee/x.ipynb", "ccee-1/x.ipynb"], ["Ann Ash.ipynb", "Ash, Ann.ipynb"],
    [f"beeben_105_901_{NAME}.ipynb", f"bee-ceeben_105_902_{NAME}.ipynb"],
])
def test_learners_who_are_nearly_equal_are_both_checked(tmp_path: Path, files: list[str]) -> None:
    items = held(tmp_path, files)
    assert all(item.identity.doubts for item in items) and len({item.learner for item in items}) == 2
    (said,) = [one for one in needs(items) if "may be one person" in one]
    assert all(item.identity.file in said for item in items), "in one paragraph"


def test_a_list_settles_it_and_another_list_asks_again(tmp_path: Path) -> None:
    items = held(tmp_path, ["kay.ipynb", "kay 2.ipynb"], "Name,Username\nKai Kay,kay\nKim Kay,kay 2\n")
    assert whose(items)["kay.ipynb"] == "Kai Kay"
    for item in items:
        again = without_the_lists(item.identity)
        assert any("may be one person" in doubt for doubt in again.doubts)


def test_two_systems_in_one_folder(tmp_path: Path) -> None:
    canvas = [f"annash_101_9001_{NAME}.ipynb", f"beeben_102_9002_{NAME}.ipynb"]
    moodle = [f"{name}_assignsubmission_file_/{NAME}.ipynb" for name in ("Dan Dee_301", "Ann Ash_302")]
    items = held(tmp_path, [*canvas, *moodle])
    assert {item.identity.system for item in items} == {"Canvas", "Moodle"}
    assert {item.learner for item in items if item.identity.doubts} == {"annash_101", "Ann Ash_302"}
    items = held(tmp_path, [*canvas, *moodle, "zoe.ipynb", "yan.ipynb", "xi.ipynb"])
    assert {item.learner for item in items if not item.identity.doubts} == {"zoe", "yan", "xi"}


def test_one_address_of_two_people_at_gradescope(tmp_path: Path) -> None:
    lines = "---\n" + "".join(
        f"submission_{n}:\n  :submitters:\n  - :name: {name}\n    :sid: '{sid}'\n    :email: {email}\n"
        for n, name, sid, email in ((1, "Ann Ash", "11", "a@x.org"), (2, "Ben Bee", "12", "a@x.org"),
                                    (3, "Cem", "13", "c@x.org")))
    folder = unpacked({"e/submission_metadata.yml": lines.encode(),
                       **{f"e/submission_{n}/x.ipynb": notebook(n) for n in (1, 2, 3)}}, tmp_path / "class")
    items = find([folder]).found
    assert len({item.learner for item in items}) == 3
    assert {item.learner for item in items if not item.identity.doubts} == {"c@x.org"}
    assert "'a@x.org' with more than one number or name: 11 Ann Ash and 12 Ben Bee" in " ".join(needs(items))


def test_of_a_download_everybody_is_told(tmp_path: Path) -> None:
    files = {f"{name}_assignsubmission_{what}": content for name, what, content in (
        ("Ada_1", "file_/x.ipynb", notebook(1)), ("Bo_2", "file_/x.ipynb", notebook(2)),
        ("Ada_1", "onlinetext_/onlinetext.html", b"<p>"), ("Zed_15", "onlinetext_/onlinetext.html", b"<p>"),
        ("Pia_16", "file_/photo.heic", b"x"))}
    folder = unpacked(files, tmp_path / "class")
    (folder / "Eli_17_assignsubmission_file_").mkdir()
    search = find([folder])
    read = {item.learner: read_submission(item, NAME, [NAME]) for item in search.found}
    assert set(read) == {"Ada_1", "Bo_2", "Zed_15", "Pia_16", "Eli_17"}
    assert "web page" in read["Zed_15"].reason and "photo.heic" in read["Pia_16"].reason
    assert "empty folder" in read["Eli_17"].reason and read["Eli_17"].problem == "unreadable"


def test_work_in_a_folder_of_copies_is_told_where_it_is_all_there_is(tmp_path: Path) -> None:
    folder = unpacked({"ada/x.ipynb": notebook(1), f"frank/.ipynb_checkpoints/{NAME}-checkpoint.ipynb": notebook(2),
                       "ada/.ipynb_checkpoints/x-checkpoint.ipynb": notebook(2),
                       f"{NAME}-checkpoint.ipynb": notebook(4),
                       f"kim/__pycache__/{NAME}.ipynb": notebook(3)}, tmp_path / "class")
    (folder / "hal").mkdir()
    search = find([folder])
    said = " ".join(search.remarks)
    assert "frank/.ipynb_checkpoints" in said and "kim/__pycache__" in said and "ada" not in said
    assert "Empty folders: " in said and "class/hal" in said
    assert {item.learner for item in search.found if item.identity.doubts} == {f"{NAME}-checkpoint"}


@pytest.mark.parametrize("name", ["canvas.zip", "moodle.zip", "all.zip"])
def test_a_system_is_no_learner(tmp_path: Path, name: str) -> None:
    assert whose(held(tmp_path, [name, "ada.ipynb"])) == {name: f"{name[:-4]}?", "ada.ipynb": "ada"}


def test_a_number_beside_the_exercise_is_that_person(tmp_path: Path) -> None:
    file = f"{NAME}_1001.ipynb"
    assert whose(held(tmp_path, [file], "Name,ID\nAda,1001\nBo,1002\n")) == {file: "Ada"}
    roster = "Student,ID,SIS User ID,SIS Login ID,Section\nAda,7,1001,ada,x\nBo,1001,1002,bo,x\n"
    assert whose(held(tmp_path, [file], roster))[file].endswith("?"), "Canvas has another person of that number"
