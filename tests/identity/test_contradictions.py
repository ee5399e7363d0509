"""Two pieces of evidence that contradict each other are a doubt, and nothing that was there is overwritten by less."""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.grading import worker
from autograder.grading.gradebook import Gradebook
from autograder.grading.worker import Task
from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run, stand_in
from tests.identity.downloads import notebook, table, unpacked, zipped
from tests.identity.test_decisions import grades, lines, write
from tests.identity.test_several_places import exported

pytestmark = pytest.mark.fast

FILE = "assignsubmission_file"
Said = Mapping[int, tuple[list[tuple[str, str, str]], str]]
"""Of Gradescope's submissions by number: name, number and address of each author, and when it came."""


def gradescope(said: Said, there: Mapping[int, int]) -> dict[str, bytes]:
    """An export: what its metadata says, and the points of those submissions that are there."""
    lines_ = []
    for number, (authors, when) in said.items():
        lines_ += [f"submission_{number}:", "  :submitters:"]
        lines_ += [f"  - :name: {name}\n    :sid: '{sid}'\n    :email: {email}" for name, sid, email in authors]
        lines_ += [f"  :created_at: {when}"]
    files = {f"submission_{number}/{NAME}.ipynb": notebook(points) for number, points in there.items()}
    return {"submission_metadata.yml": "\n".join(lines_).encode(), **files}


ADA, BEA = ("Ada L", "1", "ada@x"), ("Bea M", "2", "bea@x")
EARLY, LATE = "2026-03-01 10:00:00 Z", "2026-03-04 10:00:00 Z"


def roster(tmp_path: Path, *rows: str, name: str = "class.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def stop_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Ctrl-C when so many notebooks have been graded."""
    done: list[int] = []

    def grade(task: Task) -> object:
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(1)
        return stand_in(task)

    monkeypatch.setattr(worker, "grade_task", grade)


# ---------------------------------------------------------------- what was there is not overwritten by less


@pytest.mark.parametrize("then", ["adjust", "export"])
def test_a_stopped_grading_takes_no_row_away(
    then: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_, out = tmp_path / "class", tmp_path / "out"
    people = ("ada", "bob", "cat", "dan")
    given = ("--output", out, "--roster", roster(tmp_path, "Name", *people, "zoe"), "--jobs", "1")
    unpacked({f"{one}/x.ipynb": notebook(2) for one in people}, class_)
    run("grade", class_, *given)
    unpacked({f"{one}/x.ipynb": notebook(8) for one in people}, class_)
    write(out, {"class/dan/x.ipynb": "yes"})
    with monkeypatch.context() as patch:
        stop_at(patch, 3)
        assert run("grade", class_, *given).exit_code == 130
    if then == "adjust":
        done = run("adjust", "bob", "q1", "0", "--reason", "why", "--output", out)
    else:
        done = run("export", "csv", "--output", out)
    assert re.search(r"was stopped before its end: [123] results are of it, all others of gradings before", done.output)
    after = read_grades(out / "grades.csv")
    assert {row["learner"] for row in after} >= {"ada", "bob", "cat", "zoe"} and len(after) == 5, after
    assert {row["learner"]: row["status"] for row in after}["zoe"] == "missing"
    assert run("grade", class_, *given).exit_code == 0
    assert "was stopped" not in run("export", "csv", "--output", out).output


@pytest.mark.parametrize("policy", ["latest", "best"])
@pytest.mark.parametrize("newer_first", [True, False])
def test_an_attempt_never_takes_anothers_place(policy: str, newer_first: bool, tmp_path: Path, run: Run) -> None:
    new = zipped(gradescope({101: ([BEA], EARLY), 200: ([ADA], LATE)}, {101: 3, 200: 2}), tmp_path / "export (1).zip")
    old = zipped(gradescope({100: ([ADA], EARLY), 101: ([BEA], EARLY)}, {100: 9, 101: 3}), tmp_path / "export.zip")
    out = tmp_path / "out"
    for path in ((new, old) if newer_first else (old, new)):
        run("grade", path, "--output", out, "--attempts", policy)
    for path in (old, new):  # and grading again changes nothing
        assert "2 of 2 are unchanged" in run("grade", path, "--output", out, "--attempts", policy).output
    assert grades(out)["ada@x"] == ("2" if policy == "latest" else "9", "certain")
    with Gradebook(out / "gradebook.sqlite") as book:
        assert sorted((one.learner, one.order) for one in book.ownership.kept()) == [
            ("ada@x", 100), ("ada@x", 200), ("bea@x", 101)]


@pytest.mark.parametrize(("first", "second"), [("02.ipynb", "02.ipynb"), ("neu.ipynb", "02.ipynb")])
def test_an_older_download_is_no_newer_attempt(first: str, second: str, tmp_path: Path, run: Run) -> None:
    """Moodle says no times: only the files of the downloads do."""
    def download(name: str, file: str, points: int) -> Path:
        return zipped({f"Ada L_88101_{FILE}/{file}": notebook(points), f"Bob M_88102_{FILE}/02.ipynb": notebook(4)},
                      tmp_path / name)

    monday, tuesday = download("mon.zip", second, 9), download("tue.zip", first, 2)
    os.utime(monday, (1, 1_000_000))
    os.utime(tuesday, (1, 2_000_000))
    in_order, reversed_ = tmp_path / "in order", tmp_path / "reversed"
    for path in (monday, tuesday):
        run("grade", path, "--output", in_order)
    assert grades(in_order) == {"Ada L_88101": ("2", "certain"), "Bob M_88102": ("4", "certain")}
    for path in (tuesday, monday):
        done = run("grade", path, "--output", reversed_)
    assert grades(reversed_) == {"Ada L_88101": ("9", "check"), "Bob M_88102": ("4", "certain")}
    assert "nothing else says that it was handed in later" in done.output and "tue.zip/Ada" in done.output
    with Gradebook(reversed_ / "gradebook.sqlite") as book:
        assert sum(one.learner == "Ada L_88101" for one in book.ownership.kept()) == 2, "both stay"
    file = next(file for file in lines(reversed_) if file.startswith("mon.zip/Ada"))
    write(reversed_, {file: "yes"})
    assert "Ada L_88101" not in exported(reversed_, run), "whose it is does not say which counts"
    write(reversed_, {file: "yes"}, counts="yes")
    assert exported(reversed_, run)["Ada L_88101"] == "9"


def test_a_browsers_number_against_the_time_of_a_download_is_a_doubt(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    for time, (name, points) in enumerate((("class (1).zip", 3), ("class.zip", 9)), start=1):
        path = zipped({f"Ada L_88101_{FILE}/x.ipynb": notebook(points), f"Bob_2_{FILE}/x.ipynb": notebook(4)},
                      tmp_path / name)
        os.utime(path, (time, time))
        run("grade", path, "--output", out)
    assert grades(out)["Ada L_88101"] == ("9", "check")


# ---------------------------------------------------------------- names, numbers and addresses


@pytest.mark.parametrize(("row", "why"), [
    ("Cy N,78,old@x", "the institution's number is 77, and that of Cy N there is 78"),
    ("Cy N,,cy@x", "the email is old@x, and that of Cy N there is cy@x"),
    ("Cy N,77,cy@x", ""),  # people have several addresses
    ("Cy N,0077,old@x", ""),  # what a spreadsheet cuts off
    ("Cy N,,", ""),
])
def test_a_name_does_not_overrule_a_number_or_an_address(row: str, why: str, tmp_path: Path, run: Run) -> None:
    files = gradescope({1: ([("Cy N", "77", "old@x")], EARLY), 2: ([BEA], EARLY)}, {1: 3, 2: 4})
    class_, out = unpacked(files, tmp_path / "class"), tmp_path / "out"
    done = run("grade", class_, "--output", out, "--roster", roster(tmp_path, "Name,ID,Email", row, "Bea M,2,bea@x"))
    assert grades(out)["old@x"] == ("3", "check" if why else "certain"), done.output
    assert why in done.output


def test_a_template_of_another_section_is_not_filled_by_name(tmp_path: Path, run: Run) -> None:
    class_ = unpacked({f"müllerjörg_40399_991_{NAME}.ipynb": notebook(2),
                       f"lovelaceada_40311_992_{NAME}.ipynb": notebook(3)}, tmp_path / "class")
    template = tmp_path / "canvas.csv"
    template.write_bytes(table([
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sample (1)"],
        ["    Points Possible", "", "", "", "", "10"], ["Müller, Jörg", "40312", "1", "jm", "S", ""],
        ["Lovelace, Ada", "40311", "2", "al", "S", ""]]))
    run("grade", class_, "--output", tmp_path / "out")
    done = run("export", "canvas", "--output", tmp_path / "out", "--template", template, "--column", "Sample (1)")
    assert "the user number of Canvas is 40399, and that of Müller, Jörg there is 40312" in done.output
    assert "40312" not in (tmp_path / "out" / "canvas.csv").read_text("utf-8")


def test_an_export_asks_the_list_that_it_is_given(tmp_path: Path, run: Run) -> None:
    """What the list of the grading added does not decide about the next one."""
    class_ = unpacked({"Anna Berg/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "c")
    out = tmp_path / "out"
    run("grade", class_, "--output", out, "--roster", roster(tmp_path, "Name,ID", "Anna Berg,1", "bob,2"))
    namesakes = roster(tmp_path, "Name,ID", "Anna Berg,1", "bob,2", "Anna Berg,3", name="new.csv")
    assert exported(out, run, "--roster", namesakes) == {"bob": "2"}
    run("grade", class_, "--output", out, "--roster", namesakes)
    assert grades(out)["Anna Berg"] == ("8", "check")
    write(out, {"c/Anna Berg/x.ipynb": "Anna Berg (3)"})  # as grades.csv tells them apart
    run("export", "csv", "--output", out)
    (row,) = (row for row in read_grades(out / "csv.csv") if row["score"] == "8")
    assert (row["name"], row["id"]) == ("Anna Berg", "3")


@pytest.mark.parametrize("decided", [True, False])
def test_a_login_that_is_somebody_elses_now_moves_nothing(decided: bool, tmp_path: Path, run: Run) -> None:
    file, out = f"class/{'x' if decided else 'zoe'}/x.ipynb", tmp_path / "out"
    class_ = unpacked({file.removeprefix("class/"): notebook(8), "ada/x.ipynb": notebook(2)}, tmp_path / "class")
    before = roster(tmp_path, "Name,ID,Username", "Zoe Z,2,zoe", "Ada A,1,ada")
    run("grade", class_, "--output", out, "--roster", before)
    if decided:
        write(out, {file: "zoe"})
    run("export", "csv", "--output", out)
    after = roster(tmp_path, "Name,ID,Username", "Zoe Z,2,zz", "Zora Q,3,zoe", "Ada A,1,ada", name="new.csv")
    for _ in range(3):  # it does not become certain by itself
        done = run("grade", class_, "--output", out, "--roster", after)
        (row,) = (row for row in read_grades(out / "grades.csv") if row["score"] == "8")
        assert (row["name"], row["identity"]) == ("", "check"), done.output
        assert "said that it is Zoe Z (2)'s, and now it says Zora Q (3)" in done.output
        assert exported(out, run) == {"ada": "2"}
    write(out, {file: "2"})
    run("grade", class_, "--output", out, "--roster", after)
    (row,) = (row for row in read_grades(out / "grades.csv") if row["score"] == "8")
    assert (row["name"], row["identity"]) == ("Zoe Z", "certain")


def test_one_github_name_of_two_people(tmp_path: Path, run: Run) -> None:
    files = {f"sub-submissions/sub-{one}/x.ipynb": notebook(points) for one, points in (("ada", 2), ("cat", 4))}
    files["classroom_roster.csv"] = table([
        ["identifier", "github_username", "github_id", "name"], ["a@x", "ada", "1", "Ada A"],
        ["b@x", "ADA", "2", "Bob B"], ["c@x", "cat", "3", "Cat C"], ["c@x", "cat", "3", "Cat C"]])
    done = run("grade", unpacked(files, tmp_path / "class"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"ada": ("2", "check"), "cat": ("4", "certain")}
    assert "classroom_roster.csv has the GitHub user 'ada' in 2 rows" in done.output.replace("Classroom", "classroom")


def test_one_number_under_two_addresses(tmp_path: Path, run: Run) -> None:
    for place, email in enumerate(("bea@x", "bea@new")):
        zipped(gradescope({place: ([("Bea M", "2", email)], EARLY), 10 + place: ([ADA], EARLY)},
                          {place: 3, 10 + place: 4}), tmp_path / f"{place}.zip")
    run("grade", tmp_path / "0.zip", tmp_path / "1.zip", "--output", tmp_path / "out")
    assert {grades(tmp_path / "out")[one][1] for one in ("bea@x", "bea@new")} == {"check"}


def test_blackboards_text_file_that_names_another(tmp_path: Path, run: Run) -> None:
    start = "Exercise 2_{}_attempt_2026-03-02-10-15-5{}"
    files = {start.format(one, place) + f"_{NAME}.ipynb": notebook(place) for place, one in enumerate(("ada", "bob"))}
    files |= {start.format("ada", 0) + ".txt": b"Name: Ada A (ada)\n", start.format("bob", 1) + ".txt":
              b"Name: Cat C (cat)\n"}
    run("grade", unpacked(files, tmp_path / "class"), "--output", tmp_path / "out")
    assert {one: said for one, (_, said) in grades(tmp_path / "out").items()} == {"ada": "certain", "bob": "check"}


# ---------------------------------------------------------------- groups


def test_a_group_that_is_called_like_its_member(tmp_path: Path, run: Run) -> None:
    names = roster(tmp_path, "Name,ID,Group", "Eve,5,Eve", "Fay,6,Eve", "Bob,2,Team B", "Cy,3,Team B")
    moodle = {f"Eve_504_{FILE}/x.ipynb": notebook(6), f"Team B_501_{FILE}/x.ipynb": notebook(8)}
    for files in (moodle, {"Eve/x.ipynb": notebook(6), "Team B/x.ipynb": notebook(8)}):
        place = tmp_path / ("moodle" if files is moodle else "plain")
        class_, out = unpacked(files, place / "class"), place / "out"
        done = run("grade", class_, "--output", out, "--roster", names)
        rows = {row["learner"].partition("_")[0]: row for row in read_grades(out / "grades.csv") if row["score"]}
        assert (rows["Eve"]["identity"], rows["Team B"]["identity"]) == ("check", "certain"), done.output
        missing = {row["learner"]: row["identity"] for row in read_grades(out / "grades.csv") if not row["score"]}
        assert missing == {"Eve": "check", "Fay": "check"}
        assert "a group is called so, and Eve, who is in it" in done.output


def test_a_group_waits_for_its_member_who_may_have_handed_in_alone(tmp_path: Path, run: Run) -> None:
    names = roster(tmp_path, "Name,ID,Group", "Ada,1,Team A", "Bob,2,Team A", "Eve,5,Ada", "Fay,6,Ada")
    files = {f"Ada_502_{FILE}/x.ipynb": notebook(4), f"Team A_500_{FILE}/x.ipynb": notebook(8)}
    out = tmp_path / "out"
    run("grade", zipped(files, tmp_path / "m.zip"), "--output", out, "--roster", names)
    assert {row["learner"]: row["identity"] for row in read_grades(out / "grades.csv") if row["score"]} == {
        "Ada_502": "check", "Team A_500": "check"}


# ---------------------------------------------------------------- which is the latest


def test_what_gradescope_names_and_is_not_there(tmp_path: Path, run: Run) -> None:
    said = {100: ([ADA], EARLY), 101: ([ADA], LATE), 102: ([BEA], EARLY), 103: ([("Cy", "3", "c@x")], EARLY),
            104: ([("Di", "4", "d@x")], LATE), 105: ([("Di", "4", "d@x")], EARLY)}
    files = gradescope(said, {100: 8, 103: 5, 105: 4}) | {"submission_101/answers.pdf": b"%PDF-"}
    class_ = unpacked(files, tmp_path / "class")
    for number, path in enumerate((class_, zipped(files, tmp_path / "class.zip"))):
        done = run("grade", path, "--output", tmp_path / f"out{number}")
        assert grades(tmp_path / f"out{number}") == {
            "ada@x": ("8", "check"), "bea@x": ("0", "check"), "c@x": ("5", "certain"), "d@x": ("4", "certain")}
        assert "names submission_101 of 'ada@x', and there is no notebook of it" in done.output


def test_a_number_against_a_time_is_a_doubt(tmp_path: Path, run: Run) -> None:
    files = gradescope({100: ([ADA], LATE), 101: ([ADA], EARLY), 102: ([BEA], EARLY)}, {100: 9, 101: 2, 102: 3})
    class_, out = unpacked(files, tmp_path / "class"), tmp_path / "out"
    done = run("grade", class_, "--output", out)
    assert grades(out) == {"ada@x": ("2", "check"), "bea@x": ("3", "certain")}
    assert "the number of the attempt says that it is the latest, and the time that it is not" in done.output.lower()
    assert run("grade", class_, "--output", out, "--attempts", "best").exit_code == 0
    assert grades(out)["ada@x"] == ("9", "certain"), "the best needs no order"


@pytest.mark.parametrize("when", ["2026_02_30T10_15_51", "2026_13_01T10_15_51", "2026_02_28T25_61_51"])
def test_an_export_of_a_time_that_there_is_not_is_no_latest(when: str, tmp_path: Path, run: Run) -> None:
    class_ = unpacked({f"ada/{NAME}_{when}_000001.ipynb": notebook(2),
                       f"ada/{NAME}_2026_02_28T10_15_51_000001.ipynb": notebook(8)}, tmp_path / "class")
    run("grade", class_, "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"ada": ("8", "check")}


@pytest.mark.parametrize(("names", "latest"), [
    (("1_final", "2_final-1"), False), (("1_02-2", "2_02-1"), False), (("1_02", "LATE_2_02-1"), True),
    (("LATE_1_02", "2_02-1"), False),
])
def test_two_files_of_one_download_from_canvas(names: tuple[str, str], latest: bool, tmp_path: Path, run: Run) -> None:
    files = {f"moecid_503_{one}.ipynb".replace("503_LATE", "LATE_503"): notebook(points)
             for one, points in zip(names, (9, 4), strict=True)} | {"kahnbob_502_7_x.ipynb": notebook(5)}
    run("grade", zipped(files, tmp_path / "canvas.zip"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out")["moecid_503"] == (("4", "certain") if latest else ("9", "check"))


# ---------------------------------------------------------------- files that change places


def test_a_score_set_by_hand_is_not_a_strangers(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "class"), tmp_path / "o"
    run("grade", class_, "--output", out)
    run("adjust", "ada", "q1", "0", "--reason", "copied", "--output", out)
    (class_ / "ada").rename(class_ / "ada lovelace")
    unpacked({"ada/x.ipynb": notebook(7)}, class_)
    for _ in range(2):  # nor by grading again
        done = run("grade", class_, "--output", out)
        assert {one: grades(out)[one][1] for one in ("ada", "ada lovelace")} == {
            "ada": "check", "ada lovelace": "check"}, done.output
    assert "or the score that you set, was of what is now class/ada lovelace/x.ipynb" in done.output
    write(out, {"class/ada/x.ipynb": "yes", "class/ada lovelace/x.ipynb": "yes"})
    assert set(exported(out, run)) == {"ada", "ada lovelace", "bob"}


def test_a_decision_is_not_lost_where_another_file_comes_into_the_old_place(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "class"), tmp_path / "o"
    run("grade", class_, "--output", out)
    write(out, {"class/bob/x.ipynb": "Robert"})
    run("export", "csv", "--output", out)
    (class_ / "bob").rename(class_ / "cat")
    unpacked({"bob/x.ipynb": notebook(7)}, class_)
    for _ in range(2):
        done = run("grade", class_, "--output", out)
        assert {one: said for one, (_, said) in grades(out).items()} == {
            "ada": "certain", "bob": "check", "cat": "check"}, done.output
        assert exported(out, run) == {"ada": "8"}, "not Robert's and cat's, one work of two"


def test_the_pages_of_a_former_name_go(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"cy/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "class"), tmp_path / "o"
    run("grade", class_, "--output", out)
    (out / "feedback" / "mine.html").write_text("an instructor's own")
    write(out, {"class/cy/x.ipynb": "di"})
    run("export", "csv", "--output", out)
    for _ in range(2):
        assert sorted(os.listdir(out / "feedback")) == ["bob.html", "di.html", "mine.html"]
        assert sorted(os.listdir(out / "results")) == ["bob.json", "di.json"]
        run("grade", class_, "--output", out)


def test_a_folder_that_is_renamed_as_a_whole(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "sub"), tmp_path / "out"
    run("grade", class_, "--output", out)
    write(out, {"sub/bob/x.ipynb": "Robert"})
    run("export", "csv", "--output", out)
    class_.rename(tmp_path / "submissions")
    run("grade", tmp_path / "submissions", "--output", out)
    assert exported(out, run) == {"ada": "8"}, "nobody twice, and not bob, of whom Robert was said"


def test_it_is_said_that_a_score_set_by_hand_went_along(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, tmp_path / "sub"), tmp_path / "out"
    run("grade", class_, "--output", out)
    run("adjust", "bob", "q1", "0", "--reason", "why", "--output", out)
    write(out, {"sub/bob/x.ipynb": "Robert"})
    done = run("export", "csv", "--output", out)
    assert "counted as bob and is now Robert's. Scores set by hand went along (q1)." in done.output


# ---------------------------------------------------------------- zips, copies, and what is not read


def test_two_entries_of_one_name(tmp_path: Path, run: Run) -> None:
    path, entry = tmp_path / "class.zip", f"Bob_1_{FILE}/x.ipynb"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as packed:
        warnings.simplefilter("ignore")
        for name, points in ((entry, 9), (entry, 2), (f"./Cat_2_{FILE}/x.ipynb", 3), (f"Cat_2_{FILE}//x.ipynb", 4)):
            packed.writestr(name, notebook(points))
    done = run("grade", path, "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"Bob_1": ("9", "check"), "Cat_2": ("4", "check")}, done.output
    assert "class.zip/Bob_1_assignsubmission_file/x [entry 2].ipynb" in done.output


def of_moodle(names: tuple[str, ...]) -> dict[str, bytes]:
    return {f"{one}_{FILE}/x.ipynb": notebook(place + 2) for place, one in enumerate(names)}


def test_a_download_of_one_beside_that_of_a_class_is_refused(tmp_path: Path, run: Run) -> None:
    class_, one = (zipped(of_moodle(names), tmp_path / f"{len(names)}.zip")
                   for names in (("Ada_11", "Bob_12"), ("Cy_13",)))
    done = run("grade", class_, one, "--output", tmp_path / "out")
    assert done.exit_code == 2 and "holds one submission" in done.output
    beside = unpacked({"di.ipynb": notebook(5)}, tmp_path / "late")
    run("grade", class_, one, beside, "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"di": ("5", "certain"), "2": ("0", "check"), "1": ("2", "check")}


@pytest.mark.parametrize(("name", "message"), [
    ("google.zip", "holds one submission, Ada Lovelace - 90-sample.ipynb, named as in a download from Google"),
    ("Lovelace, Ada.zip", ""),
])
def test_a_folder_of_drive_with_one_students_copy(name: str, message: str, tmp_path: Path, run: Run) -> None:
    path = zipped({f"Ada Lovelace - {NAME}.ipynb": notebook(5)}, tmp_path / name)
    done = run("grade", path, "--output", tmp_path / "out")
    assert (done.exit_code == 2) == bool(message) and message in done.output


def test_a_class_in_a_zip_in_a_zip(tmp_path: Path, run: Run) -> None:
    inner = zipped(of_moodle(("Ada_11", "Bob_12")), tmp_path / "m.zip").read_bytes()
    done = run("grade", zipped({"m.zip": inner}, tmp_path / "outer.zip"), "--output", tmp_path / "out")
    assert done.exit_code == 2 and "holds m.zip, which looks like a whole class" in done.output
    unpacked({"section1.zip": inner, "ada/x.ipynb": notebook(3)}, tmp_path / "class")
    run("grade", tmp_path / "class", "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"section1": ("0", "check"), "ada": ("3", "certain")}


def test_the_output_in_the_class_is_nobodys(tmp_path: Path, run: Run) -> None:
    class_ = unpacked({"ada/x.ipynb": notebook(8)}, tmp_path / "class")
    for _ in range(2):
        run("grade", class_, "--output", class_ / "grades")
        assert grades(class_ / "grades") == {"ada": ("8", "certain")}


@pytest.mark.parametrize("other", [
    "ivy (2026_03_02 10_15_00 UTC)", "ivy (edited)", "ivy.ipynb", "ivy-副本", "ivy — копия"])
def test_a_copy_beside_what_it_is_of(other: str, tmp_path: Path, run: Run) -> None:
    class_ = unpacked({"ivy.ipynb": notebook(8), f"{other}.ipynb": notebook(3), "bob (x).ipynb": notebook(2)},
                      tmp_path / "class")
    run("grade", class_, "--output", tmp_path / "out")
    assert {said for one, (_, said) in grades(tmp_path / "out").items() if one.startswith("ivy")} == {"check"}
    assert grades(tmp_path / "out")["bob (x)"] == ("2", "certain")


def test_who_may_have_handed_in_what_is_not_read_is_not_missing_for_certain(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/x.ipynb": notebook(8), "gus.7z": b"7z", "pam": b"{", "sue.json": b"{}",
                            "kim/.x.ipynb": notebook(4)}, tmp_path / "class"), tmp_path / "out"
    names = roster(tmp_path, "Name", "ada", "gus", "pam", "sue", "kim", "zoe")
    run("grade", class_, "--output", out, "--roster", names)
    assert {row["learner"]: row["identity"] for row in read_grades(out / "grades.csv") if not row["score"]} == {
        "gus": "check", "pam": "check", "sue": "check", "kim": "check", "zoe": "certain"}
    run("adjust", "ada", "q1", "0", "--reason", "why", "--output", out)
    assert {row["learner"]: row["identity"] for row in read_grades(out / "grades.csv")}["sue"] == "check"


def test_yes_on_one_of_two_files_does_not_choose_it(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"ada/a.ipynb": notebook(8), "ada/b.ipynb": notebook(2), "bob/x.ipynb": notebook(3)},
                           tmp_path / "class"), tmp_path / "out"
    done = run("grade", class_, "--output", out)
    assert "With yes beside each of them the best counts" in done.output
    for whose in ({"class/ada/b.ipynb": "yes", "class/ada/a.ipynb": ""}, {"class/ada/b.ipynb": "", "class/ada/a.ipynb":
                                                                         "yes"}):
        write(out, whose)
        assert exported(out, run) == {"bob": "3"}
    write(out, {"class/ada/b.ipynb": "yes", "class/ada/a.ipynb": "yes"})
    assert exported(out, run) == {"ada": "8", "bob": "3"}


def csv_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_more_than_a_few_files_that_cannot_be_graded_are_all_named(tmp_path: Path, run: Run) -> None:
    class_ = unpacked({**{f"j{number:02}.json": b"{}" for number in range(13)}, "ada/x.ipynb": notebook(8)},
                      tmp_path / "class")
    done = run("grade", class_, "--output", tmp_path / "out")
    assert "and 3 more. files.csv names them all." in done.output
    rows = {Path(row["file"]).name: row for row in csv_rows(tmp_path / "out" / "files.csv")}
    assert len(rows) == 14
    assert {rows[f"j{number:02}.json"]["why"] for number in range(13)} == {"neither a notebook nor a zip"}
