"""Downloads of ten systems in their real layouts, with class lists and grade templates; six people.

Every number is somebody else's number of another kind, on purpose: Ada's number at Canvas is Jörg's matriculation
number, and so on. Whoever compares numbers of different kinds gives a grade to the wrong person.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import METADATA_KEY
from autograder.submissions.people import unaccented
from tests.grading.conftest import NAME, code_cell

Files = dict[str, bytes]


@dataclass(frozen=True)
class Learner:
    """Somebody, and what they handed in: the points of each attempt."""

    first: str
    last: str
    login: str
    points: tuple[int, ...]
    late: bool = False
    place: int = 0
    digits: int = 8

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        return f"{self.login}@uni.example"

    def _number(self, shift: int) -> str:
        return str(10 ** (self.digits - 1) + (self.place + shift) % 7)

    @property
    def number(self) -> str:
        return self._number(0)

    @property
    def system(self) -> str:
        """The system's own number: somebody else's `number`."""
        return self._number(1)

    @property
    def participant(self) -> str:
        return self._number(3)


def people(digits: int) -> list[Learner]:
    """Six who hand in, and one who does not."""
    rows = [
        ("Ada", "Lovelace", "alovelace", (10,)), ("Jörg", "Müller", "jmueller", (8,)),
        ("María José", "García López", "mgarcia", (3, 9)), ("小明", "王", "xwang", (7,)),
        ("Anne-Marie", "O'Neill", "aoneill", (6,), True), ("Thị Hồng", "Đặng", "dhong", (5,)),
        ("Grace", "Hopper", "ghopper", ()),
    ]  # fmt: skip
    return [Learner(*row, place=place, digits=digits) for place, row in enumerate(rows)]  # type: ignore[arg-type]


def notebook(points: int) -> bytes:
    """A notebook that the tests' stand-in gives so many points."""
    cell = {**code_cell(f"points = {points}"), "id": "a"}
    return json.dumps({"cells": [cell], "metadata": {METADATA_KEY: {"assignment": NAME}}, "nbformat": 4,
                       "nbformat_minor": 5}).encode()  # fmt: skip


def table(rows: Sequence[Sequence[str]], mark: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows(rows)
    return file.getvalue().encode("utf-8")


def attempts(class_: Sequence[Learner]) -> list[tuple[Learner, int, int, int]]:
    """Each thing handed in: whose, which attempt, its points, and a number that grows."""
    return [(one, turn, points, 1000 * turn + 10 * one.place + 5)
            for one in class_ for turn, points in enumerate(one.points)]


def latest(class_: Sequence[Learner]) -> list[tuple[Learner, int, int, int]]:
    return [(one, turn, points, at) for one, turn, points, at in attempts(class_) if turn + 1 == len(one.points)]


def canvas(class_: Sequence[Learner]) -> Files:
    files = {}
    for one, turn, points, at in latest(class_):
        glued = re.sub(r"\W", "", f"{one.last}, {one.first}".lower())
        mark, again = "_LATE" if one.late else "", f"-{turn}" if turn else ""
        files[f"{glued}{mark}_{one.system}_{990000 + at}_{NAME}{again}.ipynb"] = notebook(points)
    return files


def moodle(class_: Sequence[Learner]) -> Files:
    return {f"{one.name}_{one.participant}_assignsubmission_file/{NAME}.ipynb": notebook(points)
            for one, _, points, _ in latest(class_)} | {
        f"{class_[0].name}_{class_[0].participant}_assignsubmission_onlinetext/onlinetext.html": b"<p>hello</p>"}


def moodle_flat(class_: Sequence[Learner]) -> Files:
    return {f"{one.name}_{one.participant}_assignsubmission_file_{NAME}.ipynb": notebook(points)
            for one, _, points, _ in latest(class_)}


def moodle_blind(class_: Sequence[Learner]) -> Files:
    return {f"Teilnehmerin_{one.participant}_assignsubmission_file/{NAME}.ipynb": notebook(points)
            for one, _, points, _ in latest(class_)}


def gradescope(class_: Sequence[Learner]) -> Files:
    around, lines, files = "assignment_5512345_export/", ["---"], {}
    for one, turn, points, at in attempts(class_):
        files[f"{around}submission_{23100000 + at}/{NAME}.ipynb"] = notebook(points)
        lines += [f"submission_{23100000 + at}:", "  :submitters:", f"  - :name: {one.name}",
                  f"    :sid: '{one.number}'", f"    :email: {one.email}",
                  f"  :created_at: 2026-03-0{2 + turn} 10:15:11.123456000 Z"]
    return files | {f"{around}submission_metadata.yml": "\n".join(lines).encode()}


def blackboard(class_: Sequence[Learner]) -> Files:
    files = {}
    for one, turn, points, _ in attempts(class_):
        stem = f"Exercise_2 b_{one.login}_attempt_2026-03-0{2 + turn}-10-15-11"
        files[f"{stem}.txt"] = f"Name: {one.name} ({one.login})\r\nAssignment: Exercise_2 b\r\n".encode()
        files[f"{stem}_{NAME}.ipynb"] = notebook(points)
    return files


def brightspace(class_: Sequence[Learner]) -> Files:
    return {"index.html": b"<html></html>"} | {
        f"{one.system}-351765 - {one.name} - Mar {2 + turn}, 2026 {1011 + one.place} AM/{NAME}.ipynb": notebook(points)
        for one, turn, points, _ in attempts(class_)}


def brightspace_flat(class_: Sequence[Learner]) -> Files:
    return {f"{one.system}-351765 - {one.name} - Mar {2 + turn}, 2026 {1011 + one.place} AM - {NAME}.ipynb":
            notebook(points) for one, turn, points, _ in attempts(class_)}


def sakai(class_: Sequence[Learner]) -> Files:
    rows = [["Exercise 2", "Points", "", "", ""], [],
            ["Display ID", "ID", "Last Name", "First Name", "grade", "Submission date", "Late submission"]]
    files = {}
    for one, _, points, at in latest(class_):
        folder = f"Exercise 2/{one.last}, {one.first}({one.login})"
        files[f"{folder}/Submission attachment(s)/{NAME}.ipynb"] = notebook(points)
        files[f"{folder}/timestamp.txt"] = f"2026-03-02T10:15:{at % 60:02}.123Z".encode()
        files[f"{folder}/{one.last}, {one.first}_submissionText.html"] = b""
        rows.append([one.number, one.login, one.last, one.first, "", "", "Late" if one.late else "On time"])
    return files | {"Exercise 2/grades.csv": table(rows)}


def ilias_folder(one: Learner) -> str:
    """In ASCII; what has no letters there is left out."""
    known = {ord("Đ"): "D"} | {ord(letter): f"{unaccented(letter)}e" for letter in "äöü"}
    name = unaccented(f"{one.last}_{one.first}".translate(known)).encode("ascii", "ignore").decode()
    return f"{name if name != '_' else 'x_x'}_{one.login}_{one.system}"


def ilias(class_: Sequence[Learner]) -> Files:
    return {f"Exercise 2/{ilias_folder(one)}/2026030{2 + turn}101511_{NAME}.ipynb": notebook(points)
            for one, turn, points, _ in attempts(class_)}


def ilias_newer(class_: Sequence[Learner]) -> Files:
    return {"Exercise 2/exercise.xlsx": b"PK"} | {
        f"Exercise 2/Submissions/{ilias_folder(one)}/{'Late Submission - ' if one.late else ''}{NAME}.ipynb":
        notebook(points) for one, _, points, _ in latest(class_)}


def google(class_: Sequence[Learner]) -> Files:
    return {f"{one.name} - {NAME}.ipynb": notebook(points) for one, _, points, _ in latest(class_)}


def forms(class_: Sequence[Learner]) -> Files:
    return {f"Kopie von {NAME}.ipynb - {one.name}.ipynb": notebook(points) for one, _, points, _ in latest(class_)}


def github(class_: Sequence[Learner]) -> Files:
    rows = [["identifier", "github_username", "github_id", "name"]]
    rows += [[one.email, f"gh-{one.login}", one.system, one.name] for one in class_]
    files = {"classroom_roster.csv": table(rows)}
    for one, _, points, _ in latest(class_):
        repository = f"exercise-2-submissions/exercise-2-gh-{one.login}"
        files[f"{repository}/{NAME}.ipynb"] = notebook(points)
        files[f"{repository}/README.md"] = b"# exercise"
    return files


def nbgrader(class_: Sequence[Learner]) -> Files:
    files = {}
    for one, _, points, _ in latest(class_):
        files[f"submitted/{one.login}/{NAME}/{NAME}.ipynb"] = notebook(points)
        files[f"submitted/{one.login}/{NAME}/timestamp.txt"] = b"2026-03-02 10:15:00.123456 UTC"
    return files


SYSTEMS: Mapping[str, Callable[[Sequence[Learner]], Files]] = {
    "Canvas": canvas, "Moodle": moodle, "Moodle, flat": moodle_flat, "Moodle, blind": moodle_blind,
    "Gradescope": gradescope, "Blackboard": blackboard, "Brightspace": brightspace,
    "Brightspace, flat": brightspace_flat, "Sakai": sakai, "ILIAS": ilias, "ILIAS, newer": ilias_newer,
    "Google": google, "Google, forms": forms, "GitHub Classroom": github, "nbgrader": nbgrader,
}  # fmt: skip


def class_list(class_: Sequence[Learner]) -> bytes:
    return table([["Name", "Email", "ID", "Username"],
                  *([one.name, one.email, one.number, one.login] for one in class_)])


def canvas_template(class_: Sequence[Learner]) -> bytes:
    return table([["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sample (77123)", "Final Score"],
                  ["    Points Possible", "", "", "", "", "10.00", "(read only)"],
                  *([f"{one.last}, {one.first}", one.system, one.number, one.login, "A", "", "0"] for one in class_),
                  ["Student, Test", "49999", "", "abc123def", "A", "", "0"]])


def moodle_template(class_: Sequence[Learner]) -> bytes:
    return table([["Vorname", "Nachname", "ID-Nummer", "Institution", "Abteilung", "E-Mail-Adresse",
                   "Aufgabe: Sample (Punkte)", "Kurs gesamt (Punkte)"],
                  *([one.first, one.last, one.number, "", "", one.email, "-", "-"] for one in class_)], ";")


def worksheet(class_: Sequence[Learner]) -> bytes:
    """In a language that no table knows."""
    return table([["Aitheantóir", "Ainm iomlán", "Seoladh", "Stádas", "Grád", "Uasghrád", "Inathraithe", "Aighneacht",
                   "Grádú", "Aiseolas"],
                  *([f"Rannpháirtí {one.participant}", one.name, one.email, "Curtha isteach", "", "10,00", "Tá", "-",
                     "-", ""] for one in class_)])


def blind_worksheet(class_: Sequence[Learner]) -> bytes:
    return table([["ID", "Status", "Bewertung", "Bestwertung", "Bewertung kann geändert werden", "Zuletzt geändert",
                   "Zuletzt geändert (Bewertung)", "Feedback als Kommentar"],
                  *([f"Teilnehmer/in{one.participant}", "Zur Bewertung", "", "10,00", "Ja", "-", "-", ""]
                    for one in class_)])


def blackboard_template(class_: Sequence[Learner]) -> bytes:
    return table([["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability",
                   "Sample [Total Pts: 10 Score] |664617"],
                  *([one.last, one.first, one.login, one.number, "2026-03-02", "Yes", ""] for one in class_)])


def brightspace_template(class_: Sequence[Learner]) -> bytes:
    return table([["OrgDefinedId", "Username", "Last Name", "First Name", "Email",
                   "Sample Points Grade <Numeric MaxPoints:10>", "End-of-Line Indicator"],
                  *([f"#{one.number}", f"#{one.login}", one.last, one.first, one.email, "", "#"] for one in class_)])


def sakai_template(class_: Sequence[Learner]) -> bytes:
    return table([["Student ID", "Student Name", "Sample [10]", "# Sample"],
                  *([one.login, f"{one.last}, {one.first}", "", ""] for one in class_)])


def ilias_template(class_: Sequence[Learner]) -> bytes:
    return table([["update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice"],
                  *(["0", one.system, one.login, one.last, one.first, "notgraded", "", ""] for one in class_)], ";")


@dataclass(frozen=True)
class Template:
    """A system's own table: the export that it is for, and where it says who somebody is and the grade."""

    target: str
    made: Callable[[Sequence[Learner]], bytes]
    key: str
    of: Callable[[Learner], str]
    grade: str


TEMPLATES: Mapping[str, Template] = {
    "Canvas": Template("canvas", canvas_template, "SIS User ID", lambda one: one.number, "Sample (77123)"),
    "Moodle": Template("moodle", moodle_template, "ID-Nummer", lambda one: one.number, "Aufgabe: Sample (Punkte)"),
    "worksheet": Template("moodle", worksheet, "Aitheantóir", lambda one: f"Rannpháirtí {one.participant}", "Grád"),
    "blind": Template("moodle", blind_worksheet, "ID", lambda one: f"Teilnehmer/in{one.participant}", "Bewertung"),
    "Blackboard": Template("blackboard", blackboard_template, "Username", lambda one: one.login,
                           "Sample [Total Pts: 10 Score] |664617"),
    "Brightspace": Template("brightspace", brightspace_template, "OrgDefinedId", lambda one: f"#{one.number}",
                            "Sample Points Grade <Numeric MaxPoints:10>"),
    "Sakai": Template("sakai", sakai_template, "Student ID", lambda one: one.login, "Sample [10]"),
    "ILIAS": Template("ilias", ilias_template, "usr_id", lambda one: one.system, "mark"),
}


def unpacked(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zipped(files: Files, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path
