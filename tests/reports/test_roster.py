"""The class list: who handed in nothing is known and shown, and nobody is counted as missing by mistake."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError
from autograder.grading.batch import Outcome
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports.roster import attendance, people_of, read_roster
from autograder.submissions.identity import Identity
from autograder.submissions.people import Kind
from tests.grades import read_grades
from tests.reports.made_up import made_up_class
from tests.reports.test_write import Page

pytestmark = pytest.mark.fast

PEOPLE = """\
Name,Email
"Lovelace, Ada",ada@uni.example
Jörg Müller,jm@uni.example
Sam Smith,sam1@uni.example
Sam Smith,sam2@uni.example
=1+1,eve@uni.example
"""


SAMS = ("Sam Smith (sam1@uni.example)", "Sam Smith (sam2@uni.example)")


def save(folder: Path, content: str) -> Path:
    path = folder / "roster.csv"
    path.write_text(content, encoding="utf-8")
    return path


def handed_in(*pairs: tuple[str, str]) -> list[SubmissionResult]:
    return [SubmissionResult(learner, "x.ipynb", assignment, Verdict.GRADED, "", ()) for learner, assignment in pairs]


def test_who_is_missing_and_who_is_not_on_the_list(tmp_path: Path) -> None:
    found = attendance(read_roster(save(tmp_path, PEOPLE)), handed_in(
        ("Ada Lovelace", "01-a"), ("Ada Lovelace", "02-b"), ("jm@uni.example", "02-b"), ("Sam Smith", "02-b"),
        ("stranger", "02-b"), ("eve@uni.example", ""), ("", "02-b"),
    ))  # fmt: skip
    assert found.people == 5
    assert found.missing == {"01-a": ("Jörg Müller", *SAMS, "=1+1"), "02-b": ("=1+1",)}
    assert found.persons["Jörg Müller"] == {"name": "Jörg Müller", "id": "", "email": "jm@uni.example"}
    assert (found.unmatched, found.ambiguous) == (("stranger",), ("Sam Smith",)), "one of two is not missing"
    assert found.maybe == {"01-a": (), "02-b": SAMS} and found.without["02-b"] == ("=1+1", *SAMS)
    assert found.remarks() == [
        f"4 of 5 on the roster handed in nothing for 01-a: Jörg Müller, {', '.join(SAMS)}, =1+1",
        "1 of 5 on the roster handed in nothing for 02-b: =1+1",
        f"2 of 5 on the roster may be one of those to check for 02-b: {', '.join(SAMS)}",
        "1 learners that nobody on the roster fits: stranger",
        "1 learners of whom it is not certain who they are: Sam Smith",
    ]


def test_a_list_of_names_alone_and_a_canvas_gradebook_are_rosters(tmp_path: Path) -> None:
    found = attendance(read_roster(save(tmp_path, "Learner\nada\n\nbob\n")), handed_in(("ada", "01-a")))
    assert (found.people, found.missing) == (2, {"01-a": ("bob",)})
    bulk = handed_in(("Ada_881", "01-a"), ("bob_4", "01-a"))
    people = read_roster(save(tmp_path, "Name\nAda\nBob\n"))
    assert attendance(people, bulk).missing == {"01-a": ()}, "as Moodle names them"
    canvas = "Student,ID,Section\n    Points Possible,,\n\"Lovelace, Ada\",40312,A\n"
    ada = replace(handed_in(("lovelaceada_40312", "01-a"))[0], identity=Identity(ids={
        Kind.CANVAS: ["40312"], Kind.NAME: ["lovelaceada"]}))  # fmt: skip
    assert attendance(read_roster(save(tmp_path, canvas)), [ada]).missing == {"01-a": ()}


@pytest.mark.parametrize("content", [
    "\ufeffName,Email\r\nJörg Müller,jm@uni.example\r\n".encode(), "Name;Email\rJörg Müller;jm@uni.example\r".encode(),
    "sep=|\nName|Email\nJörg Müller|jm@uni.example\n".encode(),
    "Name\tEmail\nJörg Müller\tjm@uni.example".encode("utf-16"),
    "Name,Email\nJörg Müller,jm@uni.example\n".encode("utf-16-le"),
    "Name,Email\nJörg Müller,jm@uni.example\n".encode("utf-16-be"),
    'Vorname,Name,E-Mail\nJörg,"Müller",jm@uni.example\n'.encode(),
    "Name;Email\r\nJörg Müller;jm@uni.example\r\n".encode("cp1252"),
    "Name;Email\r\nJörg Müller;jm@uni.example\r\n".encode("latin-1"),
    "Name;Email\r\nJörg Müller;jm@uni.example\r\n".encode("cp1250"),
], ids=range(10))
def test_a_list_is_read_in_any_form(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    (one,) = people_of(read_roster(tmp_path / "roster.csv"))
    assert (one.shown, one.first(Kind.EMAIL)) == ("Jörg Müller", "jm@uni.example")


@pytest.mark.parametrize(("content", "message"), [
    ("Name,Email\nAda,a@b.c\nJörg,x@y.z\n".encode("mac_roman"), "line 3 has a letter in another encoding .near 'Jšrg,"),
    ("Name,Email\rAda,a@b.c\rJörg,x@y.z\r".encode("cp850"), "line 3 has a letter in another encoding .near 'J”rg,"),
    ("Name,Email\nAda,a@b.c\nGroß,x@y.z\n".encode("cp850"), "line 3 has a letter in another encoding .near 'Groá,"),
    ("Name,Email\nAda,a@b.c\nIñigo,x@y.z\n".encode("cp1252"), "line 3 has a letter in another encoding .near 'Iñigo"),
    ("Name,Email\nAda,a@b.c\nДорофеев,x@y.z\n".encode("cp1251"), "line 3 has a letter in another encoding"),
    ("Name,Email\nAda,a@b.c\nцй,x@y.z\n".encode("cp1251"), "line 3 has a letter in another encoding"),
    ("Name,Email\nAda,a@b.c\n王小明,x@y.z\n".encode("gb18030"), "line 3 has a letter in another encoding"),
    (b"Name,Email\nAda,a@b.c\nLovelace, Ada,a@b.d\n", "line 3, has 3 cells, and the header 2"),
], ids=["mac", "dos", "sharp s", "west or center", "cyrillic", "cyrillic that is alike", "chinese", "cells"])
def test_a_list_that_cannot_be_read_says_where_and_why(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(CourseError, match=message):
        read_roster(tmp_path / "roster.csv")


def test_two_of_one_name_who_are_missing_are_told_apart(tmp_path: Path) -> None:
    found = attendance(read_roster(save(tmp_path, PEOPLE)), handed_in(("Ada Lovelace", "01-a")))
    assert found.missing["01-a"][1:3] == ("Sam Smith (sam1@uni.example)", "Sam Smith (sam2@uni.example)")
    assert [found.persons[name]["email"] for name in found.missing["01-a"][1:3]] == [
        "sam1@uni.example", "sam2@uni.example"]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), [
    (PEOPLE + "Ada,ADA@uni.example\n", "same Email in more than one row: 'ada@uni.example'.* remove the other rows"),
    ("First name,Surname\nAda,L\nada,L\n", "same name in more than one row: 'ada l'"),
    ("Learner\nada\nada\n", "same Learner in more than one row: 'ada'"),
    ("Color,Points\nred,1\n", "no column that says who somebody is.* it has: 'Color', 'Points'"),
    ("Name,Email\n", "There is nobody in"),
    ("", "is no table"),
])  # fmt: skip
def test_a_roster_that_is_not_in_order(tmp_path: Path, content: str, message: str) -> None:
    path = save(tmp_path, content)
    with pytest.raises(CourseError, match=message):
        read_roster(path)
    (tmp_path / "alice.ipynb").write_text("{")
    done = CliRunner().invoke(main, ["grade", str(tmp_path), "--roster", str(path), "--output", str(tmp_path / "out")])
    assert done.exit_code == 2 and "roster.csv" in done.output and "Traceback" not in done.output
    assert not (tmp_path / "out").exists(), "said before anything is graded"


def test_the_command_shows_it_everywhere_and_adjust_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = made_up_class(8)
    names = [result.learner for result in results[1:]]
    roster = save(tmp_path, "Name\n" + "\n".join([*names, "=1+1 <b>", "Late Larry"]) + "\n")
    output = tmp_path / "out"

    def grade_paths(paths: object, *, output: Path, notes: dict[str, str], **_: object) -> Outcome:
        with Gradebook(output / "gradebook.sqlite") as book:
            book.begin_batch(notes)
            for result in results:
                book.record(result, "")
            book.end_batch()
            return Outcome(results, book.results(newest_batch=True), [])

    monkeypatch.setattr("autograder.grading.batch.grade_paths", grade_paths)
    done = CliRunner().invoke(main, ["grade", str(tmp_path), "--output", str(output), "--roster", str(roster)])
    assert done.exit_code == 0, done.output
    assert "2 of 9 on the roster handed in nothing for 02-preprocessing: =1+1 <b>, Late Larry" in done.output
    assert f"1 learners that nobody on the roster fits: {results[0].learner}" in done.output

    def check(unless: str = "") -> None:
        rows = read_grades(output / "grades.csv")
        assert len(rows) == 10
        for row, name in zip(rows[-2:], ("=1+1 <b>", "Late Larry"), strict=True):
            assert (row["learner"], row["status"], row["score"]) == (name, "missing", "")
            assert (row["assignment"], row["possible"]) == ("02-preprocessing", "15")
        assert "'=1+1" in (output / "grades.csv").read_text(encoding="utf-8"), "no formula"
        report = Page(output / "report.html")
        assert f"Not handed in 2 of 9 on the roster{unless}: =1+1 <b> Late Larry" in report.words
        assert f"{results[0].learner}: nobody on the roster fits" in report.words
        assert not (output / "feedback" / "Late Larry.html").exists()

    check()
    someone = next(result for result in results if result.status.value == "graded")
    arguments = ["adjust", someone.learner, "q2_1", "1", "--reason", "why", "--output", str(output)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    check(", unless the one to check is theirs")  # who is not on the list is to be checked by now
    shutil.move(roster, tmp_path / "moved.csv")
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0 and "roster.csv is gone; the reports no longer say who is missing" in done.output


@pytest.mark.parametrize(("content", "message"), [
    (b"Ann Ash,ann@x.org,11\nBen Bee,ben@x.org,12\n", "has no header: its first line names somebody .'ann@x.org'"),
    (b"Ann Ash,1011\nBen Bee,1012\n", "has no header: its first line names somebody .'1011'"),
    (b"Ann Ash\nBen Bee\n", "it has: 'Ann Ash'. If that is a person, put a line with the names of the columns above"),
    (b'Name,Email\nAda,a@x.org\n"Bo,b@x.org\nCem,c@x.org\n', "line 3, has a quotation mark that opens .* never closed"),
    (b'Name,Email\n"Bo,b@x.org\nCem"x,c@x.org\n', "line 3: the cell under 'Name' goes over several lines"),
    (b"PK\x03\x04\x14\x00xl/workbook.xml", "is an Excel workbook .*CSV UTF-8"),
    (b"PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "is a LibreOffice table"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook"),
    (b"Name,ID\nAda,11\nBo,1.2E+01\n", "line 3: '1.2E.01' under 'ID' is a number that a spreadsheet has changed"),
    (b"Name,ID\nAda,11.0\n", "line 2: '11.0' under 'ID'"),
    (b"Name,Email\nAda,a@x.org\nBo,b@x.org\nCy,a@x.org\n", "'a@x.org' .lines 2 and 4."),
], ids=range(11))
def test_what_is_no_list_says_line_and_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(CourseError, match=message):
        read_roster(tmp_path / "roster.csv")


def test_a_column_that_is_not_understood_is_told_and_one_of_another_language_is_not(tmp_path: Path) -> None:
    told = attendance(read_roster(save(tmp_path, "Zzz,Username\nCem Cee,ben\n")), handed_in(("x", "01-a"))).remarks()
    assert any("No column of the roster is known to hold names" in one and "Zzz" in one for one in told)
    for word in ("Estudiante", "Schueler", "Schüler", "Étudiant(e)", "学生"):
        table = read_roster(save(tmp_path, f"{word},Username\nCem Cee,ben\n"))
        assert people_of(table)[0].first(Kind.NAME) == "Cem Cee"
        assert not attendance(table, handed_in(("x", "01-a"))).not_understood
