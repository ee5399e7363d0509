"""Groups and anonymous downloads: every member gets the row, or it is said; no number passes for another kind's."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import (
    Files,
    Learner,
    canvas_template,
    class_list,
    moodle_template,
    notebook,
    people,
    table,
    unpacked,
    worksheet,
)

pytestmark = pytest.mark.fast

TEAMS = {"Team A": (0, 1, 2), "Team B": (3, 4, 5)}
POINTS = {"Team A": 9, "Team B": 4}


def canvas_groups(class_: list[Learner]) -> Files:
    """A group's name, and the user number of one of its members."""
    return {f"{team.replace(' ', '').lower()}_{class_[places[1]].system}_99{n}_{NAME}.ipynb": notebook(POINTS[team])
            for n, (team, places) in enumerate(TEAMS.items(), start=1)}


def moodle_teams(class_: list[Learner]) -> Files:
    """The group's number is the participant's number of somebody in the other one."""
    return {f"{team}_{class_[(places[0] + 3) % 6].participant}_assignsubmission_file/{NAME}.ipynb":
            notebook(POINTS[team]) for team, places in TEAMS.items()}


def ilias_teams(class_: list[Learner]) -> Files:
    return {"Exercise 2/exercise.xlsx": b"PK"} | {
        f"Exercise 2/Submissions/{team.replace('A', '501').replace('B', '502')}/Lovelace_Ada_{class_[places[0]].login}"
        f"_{class_[places[0]].system}/{NAME}.ipynb": notebook(POINTS[team]) for team, places in TEAMS.items()}


def sakai_groups(class_: list[Learner]) -> Files:
    files = {}
    for n, (team, places) in enumerate(TEAMS.items()):
        folder = f"Exercise 2/{team} (5d2e1c0a-0000-4000-8000-00000000000{n})"
        members = "; ".join(f"{class_[place].last}, {class_[place].first}({class_[place].login})" for place in places)
        files[f"{folder}/Submission attachment(s)/{NAME}.ipynb"] = notebook(POINTS[team])
        files[f"{folder}/members.txt"] = members.encode()
        files[f"{folder}/timestamp.txt"] = b"2026-03-02T10:15:00.123Z"
    return files


def gradescope_groups(class_: list[Learner]) -> Files:
    around, lines, files = "assignment_5512345_export/", ["---"], {}
    for n, (team, places) in enumerate(TEAMS.items(), start=1):
        files[f"{around}submission_{n}/{NAME}.ipynb"] = notebook(POINTS[team])
        lines += [f"submission_{n}:", "  :submitters:"]
        for place in places:
            lines += [f"  - :name: {class_[place].name}", f"    :sid: '{class_[place].number}'",
                      f"    :email: {class_[place].email}"]
        lines += ["  :created_at: 2026-03-02 10:15:11.123456000 Z"]
    return files | {f"{around}submission_metadata.yml": "\n".join(lines).encode()}


def team_of(place: int, ilias: bool = False) -> str:
    team = next((team for team, places in TEAMS.items() if place in places), "")
    return team.replace("A", "501").replace("B", "502") if ilias else team


def listed(class_: list[Learner], *, groups: bool, ilias: bool = False) -> bytes:
    if not groups:
        return class_list(class_)
    return table([["Name", "Email", "ID", "Username", "Group"], *(
        [one.name, one.email, one.number, one.login, team_of(one.place, ilias)] for one in class_)])


LAYOUTS: dict[str, Callable[[list[Learner]], Files]] = {
    "Canvas": canvas_groups, "Moodle": moodle_teams, "ILIAS": ilias_teams, "Sakai": sakai_groups,
    "Gradescope": gradescope_groups,
}  # fmt: skip
NAMED = {"Sakai", "Gradescope"}
"""Whose downloads say who is in a group."""


@pytest.mark.parametrize("groups", [True, False])
@pytest.mark.parametrize("system", LAYOUTS)
def test_every_member_gets_the_row_or_it_is_said(system: str, groups: bool, tmp_path: Path, run: Run) -> None:
    class_ = people(4)
    (tmp_path / "class.csv").write_bytes(listed(class_, groups=groups, ilias=system == "ILIAS"))
    out = tmp_path / "out"
    files = LAYOUTS[system](class_)
    done = run("grade", unpacked(files, tmp_path / "from"), "--output", out, "--roster", tmp_path / "class.csv")
    graded = [row for row in read_grades(out / "grades.csv") if row["status"] == "graded"]
    for name, made, key in (("canvas", canvas_template, "SIS Login ID"), ("moodle", moodle_template, "E-Mail-Adresse"),
                            ("moodle", worksheet, "Aitheantóir")):
        (tmp_path / "template.csv").write_bytes(made(class_))
        sent = run("export", name, "--output", out, "--template", tmp_path / "template.csv",
                   "--to", tmp_path / "back.csv")
        if not groups and system not in NAMED:
            assert {row["identity"] for row in graded} == {"check"}, done.output
            assert "column Group there says who is in it" in done.output or "is in the group" in done.output
            assert sent.exit_code == 2 and "certain whose the work is" in sent.output
            assert {row["identity"] for row in read_grades(out / "grades.csv")} == {"check"}, "nor who is missing"
            continue
        assert {row["identity"] for row in graded} == {"certain"}, done.output
        assert sent.exit_code == 0, sent.output
        with (tmp_path / "back.csv").open(encoding="utf-8-sig", newline="") as file:
            back = {row[key]: next(cell for title, cell in row.items() if "Sample" in title or title == "Grád")
                    for row in csv.DictReader(file) if row[key]}
        keys = {"SIS Login ID": lambda one: one.login, "E-Mail-Adresse": lambda one: one.email,
                "Aitheantóir": lambda one: f"Rannpháirtí {one.participant}"}
        assert back == {keys[key](one): str(POINTS[team_of(one.place)]) for one in class_[:6]}, sent.output
    assert sum(row["status"] == "missing" for row in read_grades(out / "grades.csv")) == (
        1 if groups or system in NAMED else 7), "who handed in with a group is not missing"


def test_who_has_left_a_group_is_told_and_the_others_get_it(tmp_path: Path, run: Run) -> None:
    class_ = people(4)
    (tmp_path / "class.csv").write_bytes(listed(class_, groups=True))
    run("grade", unpacked(moodle_teams(class_), tmp_path / "from"), "--output", tmp_path / "out", "--roster",
        tmp_path / "class.csv")
    (tmp_path / "template.csv").write_bytes(moodle_template(class_[1:]))
    done = run("export", "moodle", "--output", tmp_path / "out", "--template", tmp_path / "template.csv")
    assert done.exit_code == 0 and "5 learners" in done.output
    assert ", Ada Lovelace (nobody there has the" in done.output
    assert len((tmp_path / "out" / "moodle.csv").read_text("utf-8").splitlines()) == 1 + 5


def test_a_group_that_is_called_like_somebody_else_is_not_certain(tmp_path: Path, run: Run) -> None:
    class_ = people(4)
    (tmp_path / "class.csv").write_bytes(table([["Name", "Email", "Group"], *(
        [one.name, one.email, "Grace Hopper" if one.place < 3 else "Ada Lovelace"] for one in class_)]))
    files = {f"{name}_50{n}_assignsubmission_file/x.ipynb": notebook(3 + n)
             for n, name in enumerate(("Grace Hopper", "Ada Lovelace"))}
    done = run("grade", unpacked(files, tmp_path / "from"), "--output", tmp_path / "out", "--roster",
               tmp_path / "class.csv")
    assert "a group is called so, and the name is that of Grace Hopper" in done.output
    assert {row["identity"] for row in read_grades(tmp_path / "out" / "grades.csv")} == {"check"}


def canvas_anonymous(class_: list[Learner]) -> Files:
    """Two of the anonymous numbers are somebody's own."""
    return {f"{'LATE_' if one.late else ''}anon_{one.number if one.place < 2 else f'Ab{one.place}dE'}_99{one.place}1_"
            f"{NAME}.ipynb": notebook(one.points[-1]) for one in class_[:6]}


def moodle_anonymous(class_: list[Learner]) -> Files:
    """The participant's number is somebody's number at the institution."""
    return {f"Teilnehmer/in_{one.number}_assignsubmission_file".replace("/", "") + f"/{NAME}.ipynb":
            notebook(one.points[-1]) for one in class_[:6]}


def sakai_anonymous(class_: list[Learner]) -> Files:
    return {f"Exercise 2/0f3c0000-0000-4000-8000-00000000000{one.place} Anonymous/Submission attachment(s)/"
            f"{NAME}.ipynb": notebook(one.points[-1]) for one in class_[:6]}


def blackboard_anonymous(class_: list[Learner]) -> Files:
    """How Blackboard names them then is not known here; so that nobody is certain is what is tried."""
    return {f"Exercise 2_{one.number}x_attempt_2026-03-02-10-15-1{one.place}_{NAME}.ipynb": notebook(one.points[-1])
            for one in class_[:6]}


ANONYMOUS: dict[str, tuple[Callable[[list[Learner]], Files], str]] = {
    "Canvas": (canvas_anonymous, "anonymous number"), "Moodle": (moodle_anonymous, "participant number of Moodle"),
    "Sakai": (sakai_anonymous, "anonymous number"), "Blackboard": (blackboard_anonymous, "login"),
}  # fmt: skip


@pytest.mark.parametrize("system", ANONYMOUS)
def test_an_anonymous_number_is_nobodys_number_of_another_kind(system: str, tmp_path: Path, run: Run) -> None:
    class_ = people(4)
    made, kind = ANONYMOUS[system]
    (tmp_path / "class.csv").write_bytes(class_list(class_))
    out = tmp_path / "out"
    done = run("grade", unpacked(made(class_), tmp_path / "from"), "--output", out, "--roster", tmp_path / "class.csv")
    rows = read_grades(out / "grades.csv")
    graded = [row for row in rows if row["status"] == "graded"]
    assert len(graded) == 6, done.output
    assert not any(row["name"] or row["id"] or row["email"] for row in graded), "nobody is named"
    missing = [row for row in rows if row["status"] == "missing"]
    assert len(missing) == 7 and {row["identity"] for row in missing} == {"check"}, "who is missing is not known"
    assert "6 learners that nobody on the roster fits" in done.output
    (tmp_path / "template.csv").write_bytes(canvas_template(class_))
    done = run("export", "canvas", "--output", out, "--template", tmp_path / "template.csv")
    assert done.exit_code == 2 and (f"nobody there has the {kind}" in done.output
                                    or "certain whose the work is" in done.output)
    assert not (out / "canvas.csv").exists()


def rows_of(out: Path) -> dict[str, tuple[str, str, str]]:
    return {row["learner"]: (row["status"], row["score"], row["identity"]) for row in read_grades(out / "grades.csv")}


GROUPED = "Name,Email,Group\nCem Cee,c@x.org,Group 1\nDan Dee,d@x.org,Group 1\nEva Eee,e@x.org,\n"


def test_own_work_of_one_member_is_not_the_group_s(tmp_path: Path, run: Run) -> None:
    (tmp_path / "class.csv").write_text(GROUPED, "utf-8")
    out, given = tmp_path / "out", ["--roster", tmp_path / "class.csv"]
    done = run("grade", unpacked({"Cem Cee.ipynb": notebook(3)}, tmp_path / "in"), "--output", out, *given)
    assert "2 of 3 on the roster handed in nothing for 90-sample: Dan Dee, Eva Eee" in done.output
    assert rows_of(out) == {"Cem Cee": ("graded", "3", "certain"), "Dan Dee": ("missing", "", "certain"),
                            "Eva Eee": ("missing", "", "certain")}
    done = run("export", "gradescope", "--template", tmp_path / "class.csv", "--output", out)
    assert "1 learner:" in done.output and "Dan Dee" not in (out / "gradescope.csv").read_text("utf-8")


@pytest.mark.parametrize("how", ["a folder", "a line"])
def test_what_is_called_like_a_group_of_the_list_is_every_members(how: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "class.csv").write_text(GROUPED, "utf-8")
    out, given = tmp_path / "out", ["--roster", tmp_path / "class.csv"]
    name = "group_1/x.ipynb" if how == "a folder" else "Untitled.ipynb"
    run("grade", unpacked({name: notebook(3)}, tmp_path / "in"), "--output", out, *given)
    if how == "a line":
        assert ("graded", "3", "check") in rows_of(out).values()
        (out / "identity.csv").write_text(f"file,learner,whose\nin/{name},,Group 1\n", "utf-8")
        run("grade", tmp_path / "in", "--output", out, *given)
    (group, missing) = read_grades(out / "grades.csv")
    assert (group["name"], group["identity"]) == ("Cem Cee, Dan Dee", "certain") and missing["name"] == "Eva Eee"
    (tmp_path / "back.csv").write_text("First name,Last name,Email\nCem,Cee,c@x.org\nDan,Dee,d@x.org\n", "utf-8")
    done = run("export", "gradescope", "--template", tmp_path / "back.csv", "--output", out)
    assert "2 learners" in done.output, done.output


def test_who_may_have_handed_in_what_is_to_be_checked_did_not_hand_in_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "class.csv").write_text("Name,Email\nAnn Ash,a@x\nAnn Ash,b@x\nCem Cee,c@x\nEva Eee,e@x\n", "utf-8")
    out = tmp_path / "out"
    files = {"Ann Ash.ipynb": notebook(3), "Untitled.ipynb": notebook(4), "Cem Cee.ipynb": notebook(5)}
    done = run("grade", unpacked(files, tmp_path / "in"), "--output", out, "--roster", tmp_path / "class.csv")
    assert "1 of 4 on the roster handed in nothing for 90-sample, unless some of the 2 to check are theirs: Eva Eee" \
        in done.output
    assert ("2 of 4 on the roster may be one of those to check for 90-sample: Ann Ash (a@x), Ann Ash (b@x)"
            in done.output)
    without = ("Ann Ash (a@x)", "Ann Ash (b@x)", "Eva Eee")
    assert {rows_of(out)[name] for name in without} == {("missing", "", "check")}
    assert "Here yes cannot help: write the name, number or address as the class list has it" in done.output
    (tmp_path / "back.csv").write_text(
        "Student,ID,SIS Login ID,Section,Sample (7)\n\"Ash, Ann\",1,a@x,A,\n\"Cee, Cem\",3,c@x,A,\n"
        "\"Eee, Eva\",4,e@x,A,\n", "utf-8")
    done = run("export", "canvas", "--template", tmp_path / "back.csv", "--output", out, "--column", "Sample (7)")
    assert "1 in the template, who may be one of those left out above; left as they are: Ash, Ann" in done.output
    assert "1 in the template, but not graded here, unless one of those to confirm is theirs" in done.output


def test_a_number_that_two_have_in_the_template_is_nobody_s(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    run("grade", unpacked({"102.ipynb": notebook(3), "103.ipynb": notebook(4)}, tmp_path / "in"), "--output", out)
    (tmp_path / "back.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Sample (7)\n\"Ash, Ann\",1,102,a,A,\n\"Bee, Ben\",102,7,b,A,\n"
        "\"Cee, Cem\",3,103,c,A,\n", "utf-8")
    done = run("export", "canvas", "--template", tmp_path / "back.csv", "--output", out, "--column", "Sample (7)")
    assert "102 ('102' is a number of Ash, Ann, and" in done.output
    assert "1 learner:" in done.output and "Ash" not in (out / "canvas.csv").read_text("utf-8")
    run("grade", tmp_path / "in", "--output", out, "--roster", tmp_path / "back.csv")
    assert rows_of(out) == {"102": ("graded", "3", "check"), "103": ("graded", "4", "certain"),
                            "Ash, Ann": ("missing", "", "check"), "Bee, Ben": ("missing", "", "check")}


def test_members_of_one_group_may_have_the_same_code(tmp_path: Path, run: Run) -> None:
    (tmp_path / "class.csv").write_text(GROUPED, "utf-8")
    out, files = tmp_path / "out", {"Cem Cee.ipynb": notebook(3), "Dan Dee.ipynb": notebook(3)}
    run("grade", unpacked(files, tmp_path / "in"), "--output", out, "--roster", tmp_path / "class.csv")
    assert "Same code" not in (out / "report.html").read_text("utf-8")
    unpacked({"Eva Eee.ipynb": notebook(3)}, tmp_path / "in")
    run("grade", tmp_path / "in", "--output", out, "--roster", tmp_path / "class.csv")
    assert "Same code" in (out / "report.html").read_text("utf-8")
