"""Which of somebody's attempts counts: one that is lost, one of another system, one of an earlier download."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, unpacked, zipped
from tests.identity.test_decisions import grades, lines, write
from tests.identity.test_several_places import exported

pytestmark = pytest.mark.fast

FILE = "assignsubmission_file"


def files_csv(out: Path) -> dict[str, tuple[str, str]]:
    with (out / "files.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: (row["place"], row["why"]) for row in csv.DictReader(file)}


# ---------------------------------------------------------------- an attempt of which there is no more than a word


def blackboard(**attempts: dict[int, int | str]) -> dict[str, bytes]:
    """By user and day: the points of the notebook, or what is there in its place."""
    made = {}
    for user, days in attempts.items():
        for day, there in days.items():
            stem = f"Ex 2_{user}_attempt_2026-03-0{day}-09-00-00"
            said = f"Name: {user.title()} Q ({user})\r\nAssignment: Ex 2\r\n\r\nFiles:\r\n"
            if there != "typed":
                said += f"\tFilename: {stem}_x.ipynb\r\n"
            made[f"{stem}.txt"] = said.encode()
            if isinstance(there, int):
                made[f"{stem}_x.ipynb"] = notebook(there)
            elif there == "pdf":
                made[f"{stem}_x.pdf"] = b"%PDF-"
    return made


@pytest.mark.parametrize("packed", [True, False])
def test_an_attempt_without_its_work_is_one_and_the_former_does_not_count_in_silence(
    packed: bool, tmp_path: Path, run: Run
) -> None:
    made = blackboard(aa={2: 8}, cc={2: "typed"}, ee={2: "lost"}, gg={1: 7, 3: "lost"}, ii={1: 6, 4: "typed"},
                      jj={1: "lost", 2: 5}, kk={2: "pdf"}, ll={1: 4, 2: "pdf"})
    path = zipped(made, tmp_path / "from.zip") if packed else unpacked(made, tmp_path / "from")
    roster, out = tmp_path / "class.csv", tmp_path / "out"
    roster.write_text("Name,Username\n" + "".join(f"{one.title()} Q,{one}\n" for one in (
        "aa", "cc", "ee", "gg", "ii", "jj", "kk", "ll", "mm")), "utf-8")
    for more in ((), ("--roster", roster)):
        done = run("grade", path, "--output", out, *more)
        assert done.exit_code == 0, done.output
        assert {one: said for one, said in grades(out).items() if one != "Mm Q"} == {
            "aa": ("8", "certain"), "cc": ("0", "certain"), "ee": ("0", "check"), "gg": ("7", "check"),
            "ii": ("6", "check"), "jj": ("5", "certain"), "kk": ("0", "certain"), "ll": ("4", "check")}
    assert "handed in nothing for 90-sample: Mm Q" in done.output
    assert "names a file that is not in this download, so that another attempt counts" in done.output
    told = {Path(file).name: said for file, said in files_csv(out).items()}
    for name in ("cc_attempt_2026-03-02", "ee_attempt_2026-03-02", "gg_attempt_2026-03-03", "ii_attempt_2026-03-04",
                 "jj_attempt_2026-03-01", "ll_attempt_2026-03-02"):
        assert any(file.startswith(f"Ex 2_{name}") and file.endswith(".txt") for file in told), name
    assert "only what was typed" in told["Ex 2_cc_attempt_2026-03-02-09-00-00.txt"][1]
    assert told["Ex 2_gg_attempt_2026-03-03-09-00-00.txt"][0] == "another attempt"
    assert set(exported(out, run)) == {"aa", "cc", "jj", "kk"}
    old = next(file for file in lines(out) if "gg_attempt_2026-03-01" in file)
    write(out, {old: "yes"})
    assert "gg" not in exported(out, run), "whose it is is not what is asked"
    write(out, {old: "yes"}, counts="yes")
    assert exported(out, run)["gg"] == "7"
    lost = zipped(made | blackboard(gg={1: 7, 3: 9}), tmp_path / "from (1).zip")
    run("grade", lost, "--output", out, *more)
    assert grades(out)["gg"] == ("9", "certain"), "now it is there"
    run("grade", path, "--output", tmp_path / "best", "--attempts", "best")
    assert grades(tmp_path / "best")["jj"] == ("5", "check"), "the one that is lost may be the best"


def test_what_sakai_and_nbgrader_name_and_is_not_there(tmp_path: Path, run: Run) -> None:
    sakai = {f"Ex/{who}/timestamp.txt": b"2026-03-02T10:15:00.123Z" for who in ("Q, Aa(aa)", "Q, Bb(bb)", "Q, Cc(cc)")}
    sakai |= {f"Ex/Q, Aa(aa)/Submission attachment(s)/{NAME}.ipynb": notebook(8),
              f"Ex/Q, Bb(bb)/Submission attachment(s)/{NAME}.ipynb": notebook(7)}
    run("grade", zipped(sakai, tmp_path / "s.zip"), "--output", tmp_path / "s")
    assert grades(tmp_path / "s") == {"aa": ("8", "certain"), "bb": ("7", "certain"), "cc": ("0", "check")}
    tree = {f"submitted/{who}/{NAME}/timestamp.txt": b"2026-03-02 10:15:00.123456 UTC" for who in ("aa", "bb", "cc")}
    tree |= {f"submitted/{who}/{NAME}/{NAME}.ipynb": notebook(6) for who in ("aa", "bb")}
    run("grade", unpacked(tree, tmp_path / "n"), "--output", tmp_path / "o")
    assert grades(tmp_path / "o") == {"aa": ("6", "certain"), "bb": ("6", "certain"), "cc": ("0", "check")}


def test_a_time_counts_with_its_zone_in_every_system_s_reader(tmp_path: Path, run: Run) -> None:
    """Three hours after the end of the day in London is before its end in New York."""
    (tmp_path / "dates.toml").write_text(f"zone = 'America/New_York'\n[due]\n{NAME} = 2026-11-02T23:59:00\n", "utf-8")
    student = "\n- :name: Aa Q\n  :email: aa@x.org"
    systems = {
        "nbgrader": {f"submitted/aa/{NAME}/timestamp.txt": b"2026-11-03 03:00:00.948203 UTC",
                     f"submitted/aa/{NAME}/{NAME}.ipynb": notebook(6)},
        "sakai": {"Ex/Q, Aa(aa)/timestamp.txt": b"2026-11-03T03:00:00.123Z",
                  f"Ex/Q, Aa(aa)/Submission attachment(s)/{NAME}.ipynb": notebook(6),
                  "Ex/Q, Bb(bb)/timestamp.txt": b"2026-11-02T22:00:00.123-05:00",
                  f"Ex/Q, Bb(bb)/Submission attachment(s)/{NAME}.ipynb": notebook(6)},
    } | {f"gradescope {number}": {
        "assignment_1_export/submission_metadata.yml":
            f"submission_7:\n  :submitters:{student.replace(chr(10), chr(10) + '  ')}\n  :created_at: {said}".encode(),
        f"assignment_1_export/submission_7/{NAME}.ipynb": notebook(6),
    } for number, said in enumerate(("2026-11-03 03:00:00.123 Z", "2026-11-03 03:00:00.123 UTC",
                                     "2026-11-02 22:00:00 EST"))}
    for system, files in systems.items():
        output = tmp_path / system / "grades"
        done = run("grade", unpacked(files, tmp_path / system), "--output", output, "--due", tmp_path / "dates.toml")
        assert done.exit_code == 0 and "came after the due date" not in done.output, done.output
        for row in read_grades(output / "grades.csv"):
            assert (row["handed_in"], row.get("late", "")) == ("2026-11-03T03:00:00+00:00", ""), system


# ---------------------------------------------------------------- two systems, and downloads of one


def two_systems(folder: Path) -> tuple[Path, Path, Path]:
    canvas = zipped({f"lee{end}_4{n}_90{n}_hw.ipynb": notebook(9 - n) for n, end in enumerate(("ann", "bob"))},
                    folder / "submissions.zip")
    moodle = zipped({f"{name} Lee_7{n}_{FILE}/hw.ipynb": notebook(4 - n) for n, name in enumerate(("Ann", "Cyn"))},
                    folder / "ex2.zip")
    roster = folder / "class.csv"
    roster.write_text("Name,ID\nAnn Lee,1\nBob Lee,2\nCyn Lee,3\n", "utf-8")
    return canvas, moodle, roster


def test_whose_two_files_of_two_systems_are_does_not_say_which_counts(tmp_path: Path, run: Run) -> None:
    canvas, moodle, roster = two_systems(tmp_path)
    out = tmp_path / "out"
    for path in (canvas, moodle):
        run("grade", path, "--output", out, "--roster", roster)
    first, second = "submissions.zip/leeann_40_900_hw.ipynb", f"ex2.zip/Ann Lee_70_{FILE}/hw.ipynb"
    ann = dict.fromkeys((first, second), "Ann Lee")
    run("grade", canvas, "--output", out, "--roster", roster)
    write(out, {first: "Ann Lee"})
    run("export", "csv", "--output", out)
    write(out, ann)
    for path in (canvas, moodle, canvas):
        assert "Ann Lee" not in exported(out, run)
        done = run("grade", path, "--output", out, "--roster", roster)
        assert grades(out)["Ann Lee"][1] == "check"
        assert "Whose it is does not say which counts" in done.output and "Here yes cannot help" not in \
            "".join(line for line in done.output.splitlines() if "Ann" in line), done.output
        assert "speaks of what is not in this batch" not in done.output
        assert {lines(out)[file]["identity"] for file in ann} >= {"check"} and set(ann) <= set(lines(out))
    write(out, {second: "Ann Lee"}, counts="yes")
    for path in (canvas, moodle):
        assert exported(out, run)["Ann Lee"] == "4"
        done = run("grade", path, "--output", out, "--roster", roster)
        assert "speaks of what is not in this batch" not in done.output, done.output
        assert {lines(out)[file]["identity"] for file in ann} == {"certain"}
    assert lines(out)[second]["counts"].startswith("yes (of sha256:")
    newer = zipped({f"leeann_40_950_{NAME}.ipynb": notebook(10), "leebob_41_901_hw.ipynb": notebook(8)},
                   tmp_path / "submissions (1).zip")
    run("grade", newer, "--output", out, "--roster", roster)
    write(out, {"submissions (1).zip/leeann_40_950_90-sample.ipynb": "Ann Lee"})
    run("grade", newer, "--output", out, "--roster", roster)
    assert "Ann Lee" not in exported(out, run), "a choice is none among others"
    assert run("grade", newer, "--output", out, "--roster", roster, "--attempts", "best").exit_code == 0
    assert exported(out, run)["Ann Lee"] == "10"


def test_a_mark_in_the_column_counts_that_says_nothing_is_refused(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    run("grade", unpacked({"ada/x.ipynb": notebook(8)}, tmp_path / "class"), "--output", out)
    write(out, {"class/ada/x.ipynb": ""}, counts="perhaps")
    done = run("export", "csv", "--output", out)
    assert done.exit_code == 2 and "line 2, has 'perhaps' in the column `counts`. Write yes" in done.output


def moodle(folder: Path, name: str, time: int, **points: int) -> Path:
    path = zipped({f"{one.title()} L_8{n}_{FILE}/hw.ipynb": notebook(got) for n, (one, got) in enumerate(
        points.items())}, folder / name)
    os.utime(path, (time, time))
    return path


def test_a_second_download_keeps_what_was_there_and_says_what_changed(tmp_path: Path, run: Run) -> None:
    first, second = moodle(tmp_path, "e.zip", 1, ann=9, bob=4), moodle(tmp_path, "e (1).zip", 2, ann=5, bob=4)
    for policy, counts in (("best", "9"), ("latest", "5")):
        out = tmp_path / policy
        run("grade", first, "--output", out, "--attempts", policy)
        done = run("grade", second, "--output", out, "--attempts", policy)
        assert grades(out) == {"Ann L_80": (counts, "certain"), "Bob L_81": ("4", "certain")}
        assert "1 other attempt stays in the gradebook" in done.output
        assert ("Ann L_80 (9 became 5 points)" in done.output) == (policy == "latest")
        again = run("grade", moodle(tmp_path, "e (2).zip", 3, ann=5, bob=4), "--output", out, "--attempts", policy)
        assert "2 of 2 are unchanged" in again.output and grades(out)["Ann L_80"] == (counts, "certain")
        assert "1 other attempt stays" in again.output


def test_two_downloads_in_one_command_are_in_the_order_of_their_making(tmp_path: Path, run: Run) -> None:
    paths = moodle(tmp_path, "e.zip", 1, ann=9, bob=4), moodle(tmp_path, "e (1).zip", 2, ann=5, bob=4)
    for policy, counts in (("best", "9"), ("latest", "5")):
        done = run("grade", *paths, "--output", tmp_path / policy, "--attempts", policy)
        assert grades(tmp_path / policy) == {"Ann L_80": (counts, "certain"), "Bob L_81": ("4", "certain")}
        assert "What needs you" not in done.output
    os.utime(paths[0], (3, 3))  # against the browser's number
    run("grade", *paths, "--output", tmp_path / "unknown")
    assert grades(tmp_path / "unknown")["Ann L_80"] == ("9", "check")
    run("grade", *paths, "--output", tmp_path / "best of them", "--attempts", "best")
    assert grades(tmp_path / "best of them")["Ann L_80"] == ("9", "certain"), "the best needs no order"


def test_blind_numbers_become_the_people_whom_a_later_download_names(tmp_path: Path, run: Run) -> None:
    def download(name: str, *people: str, points: int = 8) -> Path:
        return zipped({f"{one}_1{n}_{FILE}/hw.ipynb": notebook(points - n) for n, one in enumerate(people)},
                      tmp_path / name)

    out = tmp_path / "out"
    run("grade", download("e.zip", "Participant", "Participant", "Participant"), "--output", out)
    run("adjust", "Participant_10", "q1", "0", "--reason", "why", "--output", out)
    before = grades(out)["Participant_10"]
    done = run("grade", download("e (1).zip", "Ann L", "Bob L", "Cyn L"), "--output", out)
    assert set(exported(out, run)) == {"Ann L_10", "Bob L_11", "Cyn L_12"} and grades(out)["Ann L_10"] == before
    assert "Scores set by hand went along (q1)" in done.output and "2 submissions that were graded under" in done.output
    other = tmp_path / "other"
    run("grade", download("x.zip", "Participant", "Participant", points=5), "--output", other)
    run("grade", download("y.zip", "Ann L", "Bob L"), "--output", other)
    assert len(grades(other)) == 2 and len(exported(other, run)) == 4, "a number of another assignment is another's"


def test_a_confirmed_file_that_is_overwritten_leaves_no_certain_row(tmp_path: Path, run: Run) -> None:
    class_, out, roster = tmp_path / "class", tmp_path / "out", tmp_path / "class.csv"
    unpacked({"x1/hw.ipynb": notebook(9), "ann/hw.ipynb": notebook(3)}, class_)
    roster.write_text("Name,Username\nAnn L,ann\nDan F,dan\n", "utf-8")
    run("grade", class_, "--output", out, "--roster", roster)
    write(out, {"class/x1/hw.ipynb": "dan"})
    assert exported(out, run) == {"ann": "3", "dan": "9"}
    unpacked({"x1/hw.ipynb": notebook(2)}, class_)
    for _ in range(2):
        done = run("grade", class_, "--output", out, "--roster", roster)
        assert exported(out, run) == {"ann": "3"}
        assert "Another file lies there now, and counts as 'x1': class/x1/hw.ipynb (as dan)" in done.output
    rows = (out / "identity.csv").read_text("utf-8").splitlines()
    (out / "identity.csv").write_text("\n".join(  # whoever says that the new one is Dan's, too
        row.replace("x1,check,dan,", "x1,check,Dan F,") if row.startswith("class/x1/hw.ipynb,x1") else row
        for row in rows) + "\n", "utf-8")
    assert set(exported(out, run).values()) == {"3", "2"}
    run("grade", class_, "--output", out, "--roster", roster)
    assert exported(out, run) == {"ann": "3", "Dan F": "2"}
    assert grades(out) == {"ann": ("3", "certain"), "Dan F": ("2", "certain")}, "it took the place of the former"


def test_an_identifier_that_is_on_the_list_needs_no_other_name(tmp_path: Path, run: Run) -> None:
    users = {"annlee": ("Ann Lee", "annie99"), "danf": ("Dan Fox", "Daniel"), "fay1": ("Fay Hay", "Bob"),
             "kim": ("", "kimlee")}
    made = {f"ex2-submissions/ex2-{user}/{NAME}.ipynb": notebook(8) for user in users}
    made["classroom_roster.csv"] = ("identifier,github_username,github_id,name\n" + "".join(
        f"{who},{user},,{name}\n" for user, (who, name) in users.items())).encode()
    roster, out = tmp_path / "class.csv", tmp_path / "out"
    roster.write_text("Name,ID\nAnn Lee,1\nDan Fox,2\nFay Hay,3\nBob Ray,4\nLee Kim,5\n", "utf-8")
    run("grade", unpacked(made, tmp_path / "d"), "--output", out, "--roster", roster)
    said = {one: said for one, (score, said) in grades(out).items() if score}
    assert said == {"annlee": "certain", "danf": "certain", "fay1": "certain", "kim": "check"}


# ---------------------------------------------------------------- what exports say


def test_an_export_says_why_a_name_in_whose_does_not_count(tmp_path: Path, run: Run) -> None:
    out, roster = tmp_path / "out", tmp_path / "class.csv"
    roster.write_text("Name,Username\nAnn L,ann\nJörg M,jm\nCy L,cy\n", "utf-8")
    run("grade", unpacked({f"{one}/x.ipynb": notebook(8) for one in ("ann", "x1", "x2")}, tmp_path / "class"),
        "--output", out, "--roster", roster)
    write(out, {"class/x1/x.ipynb": "Maier", "class/x2/x.ipynb": "ja"})
    done = run("export", "csv", "--output", out)
    assert "nobody there has the login, address, number or name 'Maier'" in done.output
    assert "identity.csv says 'ja', which is no name" in done.output


def test_a_column_of_comments_is_not_the_grade_s_and_a_title_without_its_marks_is_found(
    tmp_path: Path, run: Run
) -> None:
    out, template = tmp_path / "out", tmp_path / "t.csv"
    run("grade", unpacked({"ann/x.ipynb": notebook(8)}, tmp_path / "class"), "--output", out)
    template.write_text('"Student ID","Student Name","Sample [10]"," * Sample"\n"ann","L, Ann",,\n', "utf-8")
    for more in ((), ("--column", "Sample [10]"), ("--column", "Sample")):
        done = run("export", "sakai", "--output", out, "--template", template, *more)
        assert done.exit_code == 0, done.output
        assert "ann,\"L, Ann\",8" in (out / "sakai.csv").read_text("utf-8")
    done = run("export", "sakai", "--output", out, "--template", template, "--column", "Exam")
    assert done.exit_code == 2 and "It has: 'Student ID', 'Student Name', 'Sample [10]', '* Sample'" in done.output
    template.write_text('"Student ID","Name","Sample [10]"\n"q7","Q, Q",\n', "utf-8")
    done = run("export", "sakai", "--output", out, "--template", template)
    assert done.exit_code == 2 and "such as --columns \"login=Student ID\"" in done.output


def test_gradescope_s_own_table_has_what_its_export_says(tmp_path: Path, run: Run) -> None:
    said = b"submission_7:\n  :submitters:\n  - :name: Ann Lee\n    :sid: '1011'\n    :email: a@u.example\n"
    path = unpacked({"submission_metadata.yml": said, f"submission_7/{NAME}.ipynb": notebook(8)}, tmp_path / "class")
    run("grade", path, "--output", tmp_path / "out")
    run("export", "gradescope", "--output", tmp_path / "out")
    with (tmp_path / "out" / "gradescope.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["First Name"], row["Last Name"], row["SID"], row["Email"]) == ("Ann Lee", "", "1011", "a@u.example")


def test_a_sentence_that_begins_with_a_file_s_name_has_no_capital(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_systems(tmp_path)
    unpacked({"ann/x.ipynb": notebook(8)}, tmp_path / "mail")
    monkeypatch.chdir(tmp_path)
    done = run("grade", "submissions.zip", "mail", "--output", "out")
    assert "submissions.zip looks like a download" in done.output and "Submissions.zip" not in done.output


def test_a_line_above_the_header_of_a_class_list_is_named(tmp_path: Path, run: Run) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("Course,winter,2026\nName,Email,ID,Username\nAnn L,a@u,1,ann\n", "utf-8")
    done = run("grade", unpacked({"ann/x.ipynb": notebook(8)}, tmp_path / "class"), "--output", tmp_path / "out",
               "--roster", roster)
    assert done.exit_code == 2 and "is line 1 a title? Then take it out" in done.output
