"""Class lists, names and layouts that nobody thought of: no grade in another's row, no silent merge or split.

Hypothesis invents a class in which people share names, logins begin alike, and every number is also somebody else's of
another kind; and how they hand in. Only finding and matching is tried: nothing is run.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autograder.grading.attempts import LATEST, counting
from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports.grades import grades_csv
from autograder.reports.roster import attendance, people_of, read_roster
from autograder.submissions.find import Found, find
from autograder.submissions.identity import hold_against, needs
from tests.grading.conftest import NAME
from tests.identity.downloads import SYSTEMS, Files, Learner, class_list, notebook, table, unpacked

pytestmark = pytest.mark.fast

FIRST = ("Ada", "Ada - Li", "Li", "Jörg", "Jorg", "Na", "Anne-Marie", "Anne Marie", "María José", "小明", "O'Neill",
         "Copy", "Ben")
LAST = ("Lovelace", "Ada", "Li", "Müller", "Muller", "Na", "García López", "王", "Week", "Lee", "O'Neill", "Ben",
        "Li - Ben")


@st.composite
def classes(draw: st.DrawFn) -> list[Learner]:
    """People with other logins, and with names that may be the same."""
    count = draw(st.integers(3, 7))
    names = [(draw(st.sampled_from(FIRST)), draw(st.sampled_from(LAST))) for _ in range(count)]
    digits = draw(st.integers(1, 8))
    return [Learner(first, last, f"u{place}x{draw(st.integers(0, 3))}", (place + 1,), False, place, digits)
            for place, (first, last) in enumerate(names)]


def by_login(class_: list[Learner]) -> Files:
    return {f"{one.login}/{NAME}.ipynb": notebook(one.points[0]) for one in class_}


def by_number(class_: list[Learner]) -> Files:
    return {f"{one.number}/work.ipynb": notebook(one.points[0]) for one in class_}


def by_name(class_: list[Learner]) -> Files:
    return {f"{one.name}/{NAME}.ipynb": notebook(one.points[0]) for one in class_}


def by_file(class_: list[Learner]) -> Files:
    return {f"{one.last}, {one.first}_{NAME}.ipynb": notebook(one.points[0]) for one in class_}


def copies(class_: list[Learner]) -> Files:
    return {f"Kopie von {NAME} ({one.place}).ipynb": notebook(one.points[0]) for one in class_}


def wrapped(class_: list[Learner]) -> Files:
    return {f"Exercise 2/{name}": content for name, content in by_login(class_).items()}


def in_one(class_: list[Learner]) -> Files:
    return {f"Some One/{name}": content for name, content in by_login(class_).items()}


OURS = (by_login, by_number, by_name, by_file, copies, wrapped, in_one)
LAYOUTS = {**SYSTEMS, **{made.__name__: made for made in OURS}}


def points_of(item: Found) -> int:
    text = item.path.read_text(encoding="utf-8")
    return int(text.partition("points = ")[2].partition('"')[0])


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(class_=classes(), layout=st.sampled_from(sorted(LAYOUTS)), listed=st.integers(0, 7))
def test_never_in_anothers_row_and_never_merged_or_split_in_silence(
    class_: list[Learner], layout: str, listed: int
) -> None:
    files = LAYOUTS[layout](class_)
    lost = len([name for name in files if name.endswith(".ipynb")]) < len(class_)
    assume(not lost)  # two people whose folders would be one on the disk: no grader can tell
    with tempfile.TemporaryDirectory() as place:
        folder = unpacked(files, Path(place) / "handed")
        roster = Path(place) / "class.csv"
        roster.write_bytes(class_list(class_[:listed]))
        search = find([folder])
        held = hold_against(search.found, people_of(read_roster(roster)) if listed else [])
        owner = {points_of(item): class_[points_of(item) - 1] for item in held}

        for item in held:
            if item.identity.person and not item.identity.doubts:
                assert item.identity.person["email"] == owner[points_of(item)].email, "a grade in another's row"

        mine, whose = defaultdict(set), defaultdict(set)
        for item in held:
            mine[item.learner].add(points_of(item))
            whose[points_of(item)].add(item.learner)
        said = " ".join(needs(held))
        for learner, several in mine.items():
            if len(several) > 1:  # merged
                orderless = [item for item in held if item.learner == learner and not item.identity.doubts]
                assert not orderless, f"{several} became {learner} without a remark"
        for several in whose.values():
            assert len(several) == 1, "one person's file became two people"
        for item in held:
            assert (item.identity.file in said) == bool(item.identity.doubts)


LOGINS = ("kay", "kay1", "kay2", "kay3", "kay_1", "kay-1", "kay 2", "KAY4", "li", "li copy", "li final", "copy",
          "1001")
NAMED = ("Kai Kay", "Maria", "Maria Copia", "Anna", "Anna Kopie", "Kopie Anna", "Jo Final", "Jo", "Ann Ash",
         "Ann Ash 2")
FORMS = ("{}.ipynb", "{}/x.ipynb", NAME + "_{}.ipynb", "{}_" + NAME + ".ipynb", NAME + " {} (1).ipynb",
         "{} - Copy.ipynb", "Copy of {}.ipynb", NAME + "_{}_final.ipynb", "{} copy 2.ipynb",
         "{}-LAPTOP-7QK2XYZ.ipynb", NAME + "-{}-1.ipynb")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(logins=st.lists(st.sampled_from(LOGINS), min_size=1, max_size=6, unique=True), data=st.data())
def test_a_name_with_the_marks_of_a_copy_is_never_anothers(logins: list[str], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(NAMED), min_size=len(logins), max_size=len(logins), unique=True))
    form = data.draw(st.sampled_from(FORMS))
    called = data.draw(st.sampled_from((logins, names)))
    listed = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as place:
        files = {form.format(one): notebook(number + 1) for number, one in enumerate(called)}
        folder = unpacked(files, Path(place) / "handed")
        roster = Path(place) / "class.csv"
        roster.write_text("Name,Username\n" + "".join(f"{name},{login}\n" for name, login in zip(
            names, logins, strict=True)), "utf-8")
        held = hold_against(find([folder]).found, people_of(read_roster(roster)) if listed else [])
        assert len(held) == len(called)
        for item in held:
            if item.identity.person and not item.identity.doubts:
                assert item.identity.person["name"] == names[points_of(item) - 1], f"{item.identity.file}"
        sure = [item.learner for item in held if not item.identity.doubts]
        assert len(sure) == len(set(sure)), "two people became one without a word"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(class_=classes(), layout=st.sampled_from(sorted(LAYOUTS)), handing=st.integers(0, 7), listed=st.integers(1, 7),
       groups=st.lists(st.sampled_from(["", "Group 1", "Ada", "team-b"]), min_size=7, max_size=7))
def test_everybody_on_the_list_has_a_row(
    class_: list[Learner], layout: str, handing: int, listed: int, groups: list[str]
) -> None:
    handed = class_[:handing] or class_[-1:]
    with tempfile.TemporaryDirectory() as place:
        folder = unpacked(LAYOUTS[layout](handed), Path(place) / "handed")
        roster = Path(place) / "class.csv"
        roster.write_bytes(table([["Name", "Email", "Username", "Group"], *(
            [one.name, one.email, one.login, groups[one.place]] for one in class_[:listed])]))
        people = people_of(read_roster(roster))
        held = hold_against(find([folder]).found, people)
        results = [SubmissionResult(item.learner, item.name, NAME, Verdict.GRADED, "", (), identity=item.identity)
                   for item in held]
        there = attendance(read_roster(roster), results)
    rows = list(csv.DictReader(grades_csv(results, there.without, there.persons).splitlines()))
    named = [email for row in rows for email in re.split("[,;] ", row["email"]) if email]
    own = {email for item in held for email in re.split("[,;] ", item.identity.person.get("email", "")) if email}
    assert set(named) == {one.email for one in class_[:listed]}, "everybody, and nobody else"
    missing = [row for row in rows if row["status"] == "missing"]
    assert len(missing) == len(people) - len(own), "one row for each who has none of their own"
    assert len(rows) == len(results) + len(missing)
    assert not any("@" in row["email"] and row["email"] in own for row in missing)


PLACES = ("{}/anna.ipynb", "{}/anna/x.ipynb", "{}/Participant_12_assignsubmission_file/x.ipynb", "{}/sub/anna.ipynb",
          "{}/anna_2026_03_02T10_15_1{}_000001.ipynb")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(form=st.sampled_from(PLACES), same=st.booleans(), together=st.booleans(), names=st.sampled_from(
    [("A", "B"), ("in", "late"), ("Section 1", "Section 2"), ("x/in", "y/in")]))
def test_two_sources_with_one_name_are_never_one_person_s_in_silence(
    form: str, same: bool, together: bool, names: tuple[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folders = [unpacked({form.format(name, turn): notebook(1 if same else 1 + turn), f"{name}/zoe{turn}.ipynb":
                             notebook(5)}, Path(place)) / name for turn, name in enumerate(names)]
        known: dict[str, set[str]] = {}
        results = []
        for batch, paths in enumerate([folders] if together else [folders[:1], folders[1:]]):
            for item in hold_against(find(paths, known).found, []):
                known.setdefault(item.identity.place, set()).add(item.identity.source)
                results.append((SubmissionResult(item.learner, item.identity.file, NAME, Verdict.GRADED, "", (),
                                                 order=item.order, identity=item.identity), batch))
        chosen, _, others = counting(results, LATEST)
        files = {result.identity.file for result, _ in results}
        assert len(files) == 4, "each file has a line of its own"
        shared = {learner for learner, times in Counter(result.learner for result, _ in results).items() if times > 1}
        for result in chosen:
            assert (result.learner in shared) == bool(result.identity.doubts), result.identity
        assert {result.learner for result in others} == shared


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(layout=st.sampled_from(["Canvas", "ILIAS", "Brightspace", "Blackboard", "Sakai", "Moodle", "nbgrader"]),
       digits=st.integers(1, 8), name=st.sampled_from(["scratch", "Untitled", "01-dataset", "ada"]))
def test_two_files_of_one_hand_in_are_never_attempts(layout: str, digits: int, name: str) -> None:
    class_ = [Learner(first, "Lee", f"u{place}x", (place + 1,), False, place, digits)
              for place, first in enumerate(("Ada", "Ben"))]
    files = {path: content for path, content in SYSTEMS[layout](class_).items() if not path.endswith("grades.csv")}
    path = next(path for path in files if path.endswith(f"{NAME}.ipynb"))
    beside = path.removesuffix(f"{NAME}.ipynb") + f"{name}.ipynb"
    if layout == "Canvas":
        beside = re.sub(r"_99(\d+)_", r"_99\g<1>1_", beside)
    with tempfile.TemporaryDirectory() as place:
        found = find([unpacked({**files, beside: notebook(7)}, Path(place) / "handed")]).found
    results = [(SubmissionResult(item.learner, item.name, NAME, Verdict.GRADED, "", (), order=item.order,
                                 identity=replace(item.identity, content=str(number))), 1)
               for number, item in enumerate(found)]
    chosen, _, _ = counting(results, LATEST)
    assert len(found) == 3 and len(chosen) == 2
    assert [bool(result.identity.doubts) for result in chosen].count(True) == 1
