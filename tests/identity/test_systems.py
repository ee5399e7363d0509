"""Ten systems, six people, from the download to the grade in their row: at numbers that collide on purpose."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from autograder.course import BOOK
from autograder.submissions import systems
from tests.grades import read_grades
from tests.identity.conftest import Run
from tests.identity.downloads import SYSTEMS, TEMPLATES, class_list, people, unpacked, zipped

pytestmark = pytest.mark.fast

ANONYMOUS = {"Moodle, blind"}
NUMBERED = {"Moodle", "Moodle, flat", *ANONYMOUS}
"""Downloads with Moodle's participants, which a blind worksheet knows."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("digits", "packed"), [(3, False), (4, True), (5, False), (8, True)])
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_point_lands_in_the_right_row(
    system: str, packed: bool, digits: int, tmp_path: Path, run: Run
) -> None:
    class_ = people(digits)
    points = {one: one.points[-1] for one in class_ if one.points}
    files = SYSTEMS[system](class_)
    # ILIAS' and Google's names alone do not tell a class from a learner's folder; they are taken whole all the same.
    path = zipped(files, tmp_path / "from.zip") if packed else unpacked(files, tmp_path / "from")
    (tmp_path / "class.csv").write_bytes(class_list(class_))
    out = tmp_path / "out"

    done = run("grade", path, "--output", out, "--roster", tmp_path / "class.csv")
    assert done.exit_code == 0, done.output
    graded = {row["name"]: row for row in read_grades(out / "grades.csv")}
    handed_in = {row["identity"] for row in read_grades(out / "grades.csv") if row["status"] != "missing"}
    assert handed_in == {"certain"}, done.output
    assert {row["identity"] for row in graded.values() if row["status"] == "missing"} == {
        "check" if system in ANONYMOUS else "certain"}, "in an anonymous class nobody knows who is missing"
    if system not in ANONYMOUS:
        assert len(read_grades(out / "grades.csv")) == len(class_), done.output
        for one in class_:
            row = graded[one.name]
            assert (row["id"], row["email"]) == (one.number, one.email)
            assert row["score"] == (str(points[one]) if one in points else "")
            assert row["status"] == ("graded" if one in points else "missing")
            if system in ("Canvas", "Sakai"):
                assert row.get("late", "") == ("late" if one.late else "")

    for name, template in TEMPLATES.items():
        if (name == "blind" and system not in NUMBERED) or (system in ANONYMOUS and name not in ("blind",)):
            continue
        (tmp_path / "template.csv").write_bytes(template.made(class_))
        done = run("export", template.target, "--output", out, "--template", tmp_path / "template.csv",
                   "--to", tmp_path / "back.csv")
        assert done.exit_code == 0, done.output
        back = {row[template.key]: row[template.grade] for row in rows(tmp_path / "back.csv")
                if "Points Possible" not in next(iter(row.values()))}
        assert back == {template.of(one): str(score) for one, score in points.items()}, (name, done.output)


def test_appendix_c_says_of_each_system_how_its_names_are_known() -> None:
    page = (BOOK / "appendix" / "c-teaching.md").read_text("utf-8")
    for module in systems.SYSTEMS:
        rows = re.findall(rf"^\| {module.SYSTEM}\b[^|]*\|", page, re.MULTILINE)
        assert len(rows) >= 2, f"{module.SYSTEM}: what to download, and how its names are known"
        said = " ".join((module.__doc__ or "").partition("Sources")[2].split())
        assert re.search(r"read for this|we had no|from memory", said), module.SYSTEM
        known = re.search(rf"^\| {module.SYSTEM}\b[^|]*\| ([^|]*)\| [^|]*\|$", page, re.MULTILINE)
        assert known and ("source text" in known[1]) == said.startswith(", read for this"), module.SYSTEM


def test_a_template_that_knows_nobody_is_refused_with_the_reasons(tmp_path: Path, run: Run) -> None:
    class_ = people(5)
    run("grade", unpacked(SYSTEMS["Canvas"](class_), tmp_path / "from"), "--output", tmp_path / "out")
    strangers = "Student,ID,SIS User ID,SIS Login ID,Section,Sample (77123)\nNobody,1,2,x,A,\n"
    (tmp_path / "template.csv").write_text(strangers)
    done = run("export", "canvas", "--output", tmp_path / "out", "--template", tmp_path / "template.csv")
    assert done.exit_code == 2 and "so nothing is written" in done.output
    for one in class_[:6]:
        assert f"_{one.system}: nobody there has the user number of Canvas '{one.system}'" in done.output
    assert not (tmp_path / "out" / "canvas.csv").exists()


def test_moodles_number_alone_is_not_enough_where_the_name_is_anothers(tmp_path: Path, run: Run) -> None:
    """A team's number is no participant's: Team A_501 is not the participant 501."""
    class_ = people(3)
    files = {f"Team {one.login}_{one.participant}_assignsubmission_file/x.ipynb": content
             for one, content in zip(class_, SYSTEMS["Moodle, flat"](class_).values(), strict=False)}
    run("grade", unpacked(files, tmp_path / "from"), "--output", tmp_path / "out")
    (tmp_path / "template.csv").write_bytes(TEMPLATES["worksheet"].made(class_))
    done = run("export", "moodle", "--output", tmp_path / "out", "--template", tmp_path / "template.csv")
    assert done.exit_code == 2 and "but the name is not" in done.output


def test_a_team_is_all_its_members_where_the_list_says_so(tmp_path: Path, run: Run) -> None:
    class_ = people(3)
    files = {f"Team {letter}_50{n}_assignsubmission_file/x.ipynb": content for n, (letter, content) in
             enumerate(zip("AB", SYSTEMS["Moodle, flat"](class_).values(), strict=False))}
    text = "Name,Email,Group\n" + "".join(f"{one.name},{one.email},Team {'AB'[one.place % 2]}\n" for one in class_)
    (tmp_path / "class.csv").write_text(text)
    out = tmp_path / "out"
    done = run("grade", unpacked(files, tmp_path / "from"), "--output", out, "--roster", tmp_path / "class.csv")
    assert [row["identity"] for row in read_grades(out / "grades.csv")] == ["certain", "certain"], done.output
    template = "Email address,Group,Sample\n" + "".join(
        f"{one.email},Team {'AB'[one.place % 2]},\n" for one in class_)
    (tmp_path / "template.csv").write_text(template)
    done = run("export", "moodle", "--output", out, "--template", tmp_path / "template.csv")
    assert done.exit_code == 0, done.output
    assert {row["Email address"]: row["Sample"] for row in rows(out / "moodle.csv")} == {
        one.email: ("10", "8")[one.place % 2] for one in class_}
