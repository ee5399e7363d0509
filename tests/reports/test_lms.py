"""Grade files for other systems: what their imports need, nobody mistaken for another, nothing wiped out."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports import lms, roster
from autograder.reports.targets import EXPORTS
from autograder.submissions.identity import Identity
from autograder.submissions.systems import moodle
from tests.grades import read_grades
from tests.reports import hostile

pytestmark = pytest.mark.fast

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),02 Preprocessing (12),Made up (77),Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,10.00,15.00,4.00,(read only)
"Lovelace, Ada",40312,S1,ada@uni.example,Group A,9,,,0
"Müller, Jörg",40313,S2,jm77,Group A,EX,,1.5,0
"=1+1, Eve",40314,S3,-eve,"=cmd|' /C calc'!A0",8,,N/A,0
"Smith, Sam",40315,S4,sam1,B,,,,0
"Smith, Sam",40316,S5,sam2,B,,,2,0
"Student, Test",40399,,abc,A,,,,0
"""

MOODLE = """\
First name,Surname,ID number,Institution,Department,Email address,Assignment: Made up (Real),Course total (Real),Last downloaded
Ada,Lovelace,S1,,,ada@uni.example,-,-,1700000000
Jörg,Müller,S2,,,jm@uni.example,1.50,-,1700000000
"""  # noqa: E501

WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 88101,Ada Lovelace,ada@uni.example,Submitted,-,4.00,Yes,"Monday, 3 March 2025, 4:05 PM",-,=1+1
Participant 88102,Jörg Müller,jm@uni.example,Submitted,3.00,4.00,No,-,-,
Participant 88103,Bo Ek,bo@uni.example,No submission,-,4.00,Yes,-,-,
"""


def result(
    learner: str, score: float = 3.0, status: Verdict = Verdict.GRADED, assignment: str = "77-made-up"
) -> SubmissionResult:
    questions = (
        QuestionResult("q7_1", min(score, 2.0), 2.0, "in-place"),
        QuestionResult("q7_2", max(score - 2.0, 0.0), 2.0, "in-place"),
    )
    return SubmissionResult(learner, f"{learner}.ipynb", assignment, status, "", questions)


def from_moodle(name: str, **changes: float) -> SubmissionResult:
    """Of somebody whom Moodle's download names."""
    named = moodle.named(f"{name}_assignsubmission_file")
    assert named
    return replace(result(named.learner, **changes), identity=Identity(ids=named.ids, system="Moodle"))


def save(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "template.csv"
    path.write_bytes(content.encode(encoding))
    return path


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_canvas_golden(tmp_path: Path) -> None:
    results = [
        result("lovelaceada", 3.25),
        result("JM77", 4.0),
        result("-eve", 0.0),
        result("Sam Smith"),
        result("nobody"),
        result("sam2", status=Verdict.ERROR),
    ]
    path = tmp_path / "canvas.csv"
    done = lms.export("canvas", results, path, template=save(tmp_path, CANVAS))
    assert table(path) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Made up (77)"],
        ["    Points Possible", "", "", "", "", "4.00"],
        ["Lovelace, Ada", "40312", "S1", "ada@uni.example", "Group A", "3.25"],
        ["Müller, Jörg", "40313", "S2", "jm77", "Group A", "4"],
        ["'=1+1, Eve", "40314", "S3", "-eve", "'=cmd|' /C calc'!A0", "0"],
    ]
    assert done.written == ("lovelaceada", "JM77", "-eve")
    assert done.unmatched == ("nobody",) and done.ambiguous == ("Sam Smith",) and done.ungraded == ("sam2",)
    assert done.absent == ("Smith, Sam", "Smith, Sam")
    assert [line.partition(":")[2].strip() for line in done.remarks()] == [
        "sam2",
        "nobody (nobody there has the login, address, number or name 'nobody')",
        "Sam Smith (2 people have the same 'Sam Smith' as a name)",
        "-eve",
        "Smith, Sam; Smith, Sam",
        "Student, Test",
    ]


PEOPLE = """\
First Name,Last Name,SID,Email,Sections
Ada,Lovelace,S1,ada@uni.example,A
Jörg,Müller,S2,jm@uni.example,A
"""

BLACKBOARD = """\
Last Name,First Name,Username,Student ID,Last Access,Availability,Made up [Total Pts: 4 Score] |664617
Lovelace,Ada,ada@uni.example,S1,,Yes,
Müller,Jörg,jm77,S2,,Yes,
"""
BRIGHTSPACE = """\
OrgDefinedId,Username,Last Name,First Name,Email,Made up Points Grade <Numeric MaxPoints:4>,End-of-Line Indicator
#S1,#ada,Lovelace,Ada,ada@uni.example,,#
#S2,#jm77,Müller,Jörg,jm@uni.example,,#
"""
SAKAI = """\
Student ID,Student Name,Made up [4],# Made up
ada@uni.example,"Lovelace, Ada",,
jm77,"Müller, Jörg",,
"""
ILIAS = """\
update;usr_id;login;lastname;firstname;status;mark;notice
0;311;ada@uni.example;Lovelace;Ada;notgraded;;
0;312;jm77;Müller;Jörg;notgraded;;
"""

TAKEN_BACK = [
    ("canvas", CANVAS, "Made up (77)"), ("moodle", MOODLE, "Assignment: Made up (Real)"),
    ("moodle", WORKSHEET.replace("4.00,No", "4.00,Yes"), "Grade"), ("gradescope", PEOPLE, "Total Score"),
    ("blackboard", BLACKBOARD, "Made up [Total Pts: 4 Score] |664617"),
    ("brightspace", BRIGHTSPACE, "Made up Points Grade <Numeric MaxPoints:4>"), ("sakai", SAKAI, "Made up [4]"),
    ("ilias", ILIAS, "mark"),
]
"""For each system what it gives, and where the score goes."""


@pytest.mark.parametrize(("target", "template", "column"), TAKEN_BACK)
def test_every_system_takes_its_own_export_back(target: str, template: str, column: str, tmp_path: Path) -> None:
    """What was exported is itself a template, and says the same again."""
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    results = [result("ada@uni.example", 3.25), result("Jörg Müller", 1 / 3)]
    done = lms.export(target, results, first, template=save(tmp_path, template))
    lms.export(target, results, second, template=first)
    assert table(first) == table(second)
    assert set(done.written) == {"ada@uni.example", "Jörg Müller"}
    header, *rows = table(first)
    scores = [row[header.index(column)] for row in rows if "Points Possible" not in row[0]]
    assert scores == ["3.25", "0.33333"]


def test_the_table_of_questions_adds_up_to_that_of_scores(tmp_path: Path) -> None:
    results = [result("ada@uni.example", 3.25), result("=1+1", 1 / 3), result("err", status=Verdict.ERROR)]
    lms.export("csv", results, tmp_path / "1.csv")
    done = lms.export("csv-questions", results, tmp_path / "2.csv")
    assert set(done.written) == {"ada@uni.example", "=1+1", "err"}
    whole = {row["learner"]: row["score"] for row in read_grades(tmp_path / "1.csv")}
    asked: dict[str, list[str]] = {}
    for row in read_grades(tmp_path / "2.csv"):
        asked.setdefault(row["learner"], []).append(row["score"])
    assert whole.pop("err") == "" and set(asked.pop("err")) == {""}
    assert {name: sum(map(float, scores)) for name, scores in asked.items()} == pytest.approx(
        {name: float(score) for name, score in whole.items()})


def test_the_plain_table_says_the_same_again_after_it_was_read(tmp_path: Path) -> None:
    ours = {"csv", "csv-questions"}
    assert {target for target, _, _ in TAKEN_BACK} | ours == set(EXPORTS), "each target has its round trip"
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    results = [result("ada@uni.example", 3.25), result("=1+1", 1 / 3), result("'Zoë,\n2"),
               result("err", status=Verdict.ERROR)]
    lms.export("csv", results, first)
    lms.export("csv", [SubmissionResult(
        row["learner"], row["submission"], row["assignment"], Verdict(row["status"]), "",
        tuple(QuestionResult(name, float(row[name] or 0), 2.0, "in-place") for name in ("q7_1", "q7_2")),
    ) for row in read_grades(first)], second)
    assert first.read_bytes() == second.read_bytes()
    assert [row[4] for row in table(first)] == ["score", "3", "0.33333", "3.25", ""]


def test_canvas_several_exercises_and_what_is_there_already(tmp_path: Path) -> None:
    results = [
        result("jm77", assignment="02-preprocessing", score=4.0),
        result("ada@uni.example"),
        result("sam2"),
    ]
    path = tmp_path / "canvas.csv"
    with pytest.raises(CourseError, match=r"02-preprocessing has .* points, but Canvas counts 15"):
        lms.export("canvas", results, path, template=save(tmp_path, CANVAS))
    lms.export("canvas", results, path, template=save(tmp_path, CANVAS), scale=True)
    rows = {row[1]: row[5:] for row in table(path)}
    assert rows["ID"] == ["02 Preprocessing (12)", "Made up (77)"]
    assert rows["40313"] == ["15", "1.5"], "the score he has in the other exercise stays"
    assert rows["40316"] == ["", "3"]


def test_canvas_without_a_template(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    done = lms.export("canvas", [result("ada"), result("=1+1")], path)
    assert [line for line in done.remarks() if "an apostrophe in front" in line and line.endswith(": =1+1")]
    assert table(path) == [
        ["Student", "ID", "SIS Login ID", "Section", "77-made-up"],
        ["    Points Possible", "", "", "", "4"],
        ["'=1+1", "", "'=1+1", "", "3"],
        ["ada", "", "ada", "", "3"],
    ]


def test_moodle_golden(tmp_path: Path) -> None:
    path = tmp_path / "moodle.csv"
    done = lms.export("moodle", [result("Ada Lovelace"), result("x")], path, template=save(tmp_path, MOODLE))
    assert table(path) == [
        ["First name", "Surname", "ID number", "Email address", "Assignment: Made up (Real)"],
        ["Ada", "Lovelace", "S1", "ada@uni.example", "3"],
    ]
    assert done.unmatched == ("x",) and done.absent == ("Jörg Müller",)


@pytest.mark.parametrize(("mark", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8")])
def test_templates_with_other_marks_and_encodings(tmp_path: Path, mark: str, encoding: str) -> None:
    path = tmp_path / "moodle.csv"
    template = save(tmp_path, MOODLE.replace(",", mark), encoding)
    assert lms.export("moodle", [result("Jörg Müller")], path, template=template).written == ("Jörg Müller",)
    assert table(path)[1][-2:] == ["jm@uni.example", "3"]


def test_moodle_worksheet(tmp_path: Path) -> None:
    path = tmp_path / "worksheet.csv"
    results = [from_moodle("Ada Lovelace_88101"), result("Jörg Müller")]
    done = lms.export("moodle", results, path, template=save(tmp_path, WORKSHEET))
    assert table(path) == [
        [
            "Identifier",
            "Full name",
            "Email address",
            "Grade",
            "Maximum Grade",
            "Grade can be changed",
            "Last modified (submission)",
            "Last modified (grade)",
        ],
        [
            "Participant 88101",
            "Ada Lovelace",
            "ada@uni.example",
            "3",
            "4.00",
            "Yes",
            "Monday, 3 March 2025, 4:05 PM",
            "-",
        ],
    ]
    assert done.locked == ("Jörg Müller",) and done.absent == ("Bo Ek",)


def test_moodle_without_a_template(tmp_path: Path) -> None:
    path = tmp_path / "moodle.csv"
    lms.export("moodle", [result("a@b.example"), result("c@d.example")], path, column="Exercise 77")
    assert table(path)[:2] == [["Email address", "Exercise 77"], ["a@b.example", "3"]]
    lms.export("moodle", [result("a@b.example"), result("c")], path)
    assert table(path)[0] == ["Username", "77-made-up"]


@pytest.mark.parametrize(("target", "template"), [
    ("moodle", MOODLE), ("moodle", ""), ("canvas", ""), ("gradescope", ""), ("csv", ""),
])
def test_nothing_is_scaled_where_nobody_says_to_how_many_points(target: str, template: str, tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    with pytest.raises(CourseError, match=r"--scale.*maximum.* 4 points"):
        lms.export(target, [result("Ada Lovelace")], path, scale=True,
                   template=save(tmp_path, template) if template else None)
    assert not path.exists()


def test_the_worksheet_is_scaled(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    template = save(tmp_path, WORKSHEET.replace("4.00,Yes", "100.00,Yes"))
    lms.export("moodle", [result("Ada Lovelace")], path, template=template, scale=True)
    assert table(path)[1][3:5] == ["75", "100.00"]


def test_gradescope_table(tmp_path: Path) -> None:
    people = "First Name,Last Name,SID,Email,Sections\nAda,Lovelace,S1,ada@uni.example,A\n"
    path = tmp_path / "gs.csv"
    lms.export("gradescope", [result("ada@uni.example", 2.5)], path, template=save(tmp_path, people))
    assert table(path) == [
        [
            "First Name",
            "Last Name",
            "SID",
            "Email",
            "Total Score",
            "Max Points",
            "Status",
            "Submission ID",
            "1: q7_1 (2.0 pts)",
            "2: q7_2 (2.0 pts)",
        ],
        ["Ada", "Lovelace", "S1", "ada@uni.example", "2.5", "4", "Graded", "", "2", "0.5"],
    ]


def test_plain_csv_can_be_read_back_whole(tmp_path: Path) -> None:
    results = [*hostile.attackers(), result("Zoë"), result("err", status=Verdict.ERROR)]
    path = tmp_path / "all.csv"
    lms.export("csv", results, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 only with this mark"
    rows = read_grades(path)
    assert len(rows) == len(results)
    assert {row["learner"]: row["score"] for row in rows}["Zoë"] == "3"


@pytest.mark.parametrize("target", ["canvas", "moodle", "gradescope", "csv"])
def test_no_formula_and_no_control_character_in_any_file(tmp_path: Path, target: str) -> None:
    path = tmp_path / "out.csv"
    done = lms.export(target, hostile.attackers(), path)
    for cell in (cell for row in table(path) for cell in row):
        if re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", cell):
            assert re.fullmatch(r"[\w.@+-]+", cell), "only identifiers, with which nothing can be called"
        assert not re.search(r"[\x00-\x1f]", cell)
    if target != "csv":
        assert len(done.nameless) == 2


def test_the_best_of_several_submissions_counts(tmp_path: Path) -> None:
    path = tmp_path / "moodle.csv"
    done = lms.export("moodle", [result("a", 1.0), result("a", 4.0), result("a", 2.0), result("b")], path)
    assert table(path)[1:] == [["a", "4"], ["b", "3"]] and done.several == ("a",)


def test_who_is_who(tmp_path: Path) -> None:
    people = roster.read_table(save(tmp_path, CANVAS + "?,12,S7,zed,B,,,,0\n"))

    def found(*learners: str) -> dict[str, str]:
        claims = {learner: roster.of_result(result(learner)) for learner in learners}
        return {learner: row[1] for learner, row in roster.find(people, people.rows, claims).rows}

    for learner in (
        "ada@uni.example",
        "ADA@uni.example",
        "S1",
        "Ada Lovelace",
        "Lovelace, Ada",
        "lovelaceada",
        "lovelace ada",
        "lovelaceada_40312",
    ):
        assert found(learner) == {learner: "40312"}, learner
    assert found("Jorg Muller") == {"Jorg Muller": "40313"}
    assert found("Sam Smith", "Ada", "Zed 12", "", "!!") == {}
    assert found("sam1", "Sam Smith") == {"sam1": "40315"}
    assert found("!!") == {}, "nothing in common is nothing, not a match"
    assert found("40312", "x_40312_991") == {}, "a number of Canvas' own is compared with what Canvas says, only"
    assert found("Ada Lovelace", "S1") == {}, "two that claim to be one person are both uncertain"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no table"),
        ("just one column\nx\n", "no table"),
        ("a,b,a\n1,2,3\n", "two columns called 'a'"),
        ("Name,Grade\nAda,1\n", "no Canvas gradebook"),
        (
            CANVAS.replace("Made up (77)", "Something else (77)"),
            "No column .* fits 77-made-up.*'Something else .77.'",
        ),
        (CANVAS.replace("Essay (11)", "77 made up (11)"), "More than one column .* fits 77-made-up"),
        (CANVAS.replace("4.00", "100.00"), "77-made-up has 4 points, but Canvas counts 100.*--scale"),
    ],
)
def test_templates_that_do_not_fit(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(CourseError, match=message):
        lms.export("canvas", [result("ada@uni.example")], path, template=save(tmp_path, content))
    assert not path.exists()


def test_a_new_or_another_column_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    for column, title in (("Essay (11)", "Essay (11)"), ("Brand new", "Brand new")):
        lms.export(
            "canvas",
            [result("ada@uni.example")],
            path,
            template=save(tmp_path, CANVAS),
            column=column,
            scale=True,
        )
        assert table(path)[0][-1] == title
    assert table(path)[1][-1] == "4", "a new exercise gets its own points"


def test_what_cannot_be_exported(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(CourseError, match="no export to 'moodel'"):
        lms.export("moodel", [result("a")], path)
    with pytest.raises(CourseError, match="nothing to export"):
        lms.export("csv", [], path)
    with pytest.raises(CourseError, match="nothing to export: no submission of '78-b'"):
        lms.export("canvas", [result("a")], path, assignment="78-b")
    with pytest.raises(CourseError, match=r"Choose one exercise .*77-made-up, 78-b"):
        lms.export("moodle", [result("a"), result("a", assignment="78-b")], path)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("Student,ID,Section\nIñigo,1,A\n".encode("latin-1"))
    with pytest.raises(CourseError, match="CSV UTF-8"):
        lms.export("canvas", [result("a")], path, template=latin)


BRIGHTSPACE = "OrgDefinedId,Username,Made up Points Grade <Numeric MaxPoints:4>,End-of-Line Indicator\n#1,ada,,#\n"
BLACKBOARD = '"Last Name","First Name","Username","Made up [Total Pts: 4 Score] |7"\n"L","Ada","ada",""\n'
STATUS = "update,usr_id,login,lastname,firstname,mark\n0,5,ada,L,Ada,\n"


@pytest.mark.parametrize(("system", "text"), [
    ("Canvas", CANVAS), ("Moodle", WORKSHEET), ("Brightspace", BRIGHTSPACE), ("Blackboard", BLACKBOARD),
    ("ILIAS", STATUS),
])  # fmt: skip
def test_a_table_of_another_system_is_refused(tmp_path: Path, system: str, text: str) -> None:
    template = save(tmp_path, text)
    for target in set(EXPORTS) - {"csv", "csv-questions", "gradescope", system.casefold()}:
        with pytest.raises(CourseError, match=rf"is a table of {system}, and {target} takes back none but its own"):
            lms.export(target, [result("ada")], tmp_path / "out.csv", template=template)
    assert not (tmp_path / "out.csv").exists()


def test_canvas_points_are_nobody_also_where_its_gradebook_is_a_class_list(tmp_path: Path) -> None:
    done = lms.export("gradescope", [result("ada@uni.example")], tmp_path / "gs.csv", template=save(tmp_path, CANVAS))
    assert done.written == ("ada@uni.example",) and len(done.absent) == 4
    assert not any("Points" in name or "Test" in name for name in done.absent)


@pytest.mark.parametrize("columns", [None, {"grade": "Grade", "maximum": "Maximum Grade"}])
def test_a_worksheet_that_was_cut_down_is_called_so(tmp_path: Path, columns: dict[str, str] | None) -> None:
    rows = [row[:7] for row in csv.reader(WORKSHEET.splitlines())]
    template = save(tmp_path, "\n".join(map(",".join, rows)))
    with pytest.raises(CourseError, match=r"is cut down: behind 'Maximum Grade' .* Download the worksheet"):
        lms.export("moodle", [result("Ada Lovelace")], tmp_path / "out.csv", template=template, columns=columns)
    with pytest.raises(CourseError, match="is no grading worksheet as Moodle writes it"):
        lms.export("moodle", [result("Ada Lovelace")], tmp_path / "out.csv", template=save(tmp_path, "\n".join(
            ",".join((*row[4:6], *row[:4], *row[6:])) for row in rows)), columns={
                "grade": "Grade", "maximum": "Maximum Grade"})
