"""Work of one name in several folders, downloads, gradings and hand-ins: asked, never merged and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, table, unpacked, zipped
from tests.identity.test_decisions import grades, lines, write

pytestmark = pytest.mark.fast

TWO = "may be two people's"


def exported(out: Path, run: Run, *more: str | Path) -> dict[str, str]:
    run("export", "csv", "--output", out, *more)
    return {row["learner"]: row["score"] for row in read_grades(out / "csv.csv")}


@pytest.mark.parametrize("points", [3, 8], ids=["the same content", "another"])
def test_one_name_in_two_folders_is_asked_whatever_is_in_it(tmp_path: Path, run: Run, points: int) -> None:
    first = unpacked({"anna.ipynb": notebook(3), "bob.ipynb": notebook(5)}, tmp_path / "A")
    second = unpacked({"anna.ipynb": notebook(points), "cy.ipynb": notebook(4)}, tmp_path / "B")
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Username\nAnna A,anna\nAnna B,anna2\nBob B,bob\nCy C,cy\n", "utf-8")
    out = tmp_path / "out"
    for more in ((), ("--roster", roster)):
        done = run("grade", first, second, "--output", out, *more)
        assert TWO in done.output and "A/anna.ipynb, B/anna.ipynb" in done.output
        assert grades(out)["anna"][1] == "check"
        assert "anna" not in exported(out, run)
    assert "Anna B" in done.output and "unless the one to check is theirs" in done.output
    assert grades(out)["Anna B"] == ("", "check")
    write(out, {"A/anna.ipynb": "yes", "B/anna.ipynb": "anna2"})
    done = run("grade", first, second, "--output", out, "--roster", roster)
    assert grades(out)["anna"] == ("3", "certain") and grades(out)["anna2"] == (str(points), "certain"), done.output


def test_two_names_in_one_folder_are_asked_whatever_is_in_them(tmp_path: Path, run: Run) -> None:
    folder = unpacked({f"Section A/{name}.ipynb": notebook(3) for name in ("ada", "bob")}, tmp_path / "class")
    unpacked({"cid/a.ipynb": notebook(4), f"cid/{NAME}.ipynb": notebook(4), f"eve/{NAME}.ipynb": notebook(2),
              f"eve/work/{NAME} (1).ipynb": notebook(2)}, folder)
    done = run("grade", folder, "--output", tmp_path / "out")
    assert f"{TWO}: class/Section A/ada.ipynb, class/Section A/bob.ipynb" in done.output
    assert grades(tmp_path / "out")["Section A"][1] == "check"
    assert grades(tmp_path / "out")["eve"] == ("2", "certain"), "two copies of one's own need no word"


def test_a_number_of_one_course_is_nobody_in_another(tmp_path: Path, run: Run) -> None:
    def blind(*points: int) -> dict[str, bytes]:
        return {f"Participant_{10 + one}_assignsubmission_file/{NAME}.ipynb": notebook(one) for one in points}

    first, second = zipped(blind(1, 2), tmp_path / "a.zip"), zipped(blind(2, 3), tmp_path / "b.zip")
    done = run("grade", first, second, "--output", tmp_path / "together")
    assert TWO in done.output and grades(tmp_path / "together")["Participant_12"] == ("2", "check")
    out = tmp_path / "out"
    run("grade", first, "--output", out)
    done = run("grade", second, "--output", out)
    assert f"{TWO}: a.zip/Participant_12" in done.output
    assert exported(out, run) == {"Participant_11": "1", "Participant_13": "3"}
    again = zipped(blind(1, 2), tmp_path / "a (1).zip")
    done = run("grade", again, "--output", tmp_path / "again")
    run("grade", first, "--output", tmp_path / "again")
    assert set(exported(tmp_path / "again", run)) == {"Participant_11", "Participant_12"}, "one download"


def test_a_second_grading_takes_nobody_s_place(tmp_path: Path, run: Run) -> None:
    first = unpacked({"in/anna.ipynb": notebook(3), "in/bob.ipynb": notebook(5)}, tmp_path / "A")
    second = unpacked({"in/anna.ipynb": notebook(8), "in/cy.ipynb": notebook(4)}, tmp_path / "B")
    roster, out = tmp_path / "class.csv", tmp_path / "out"
    roster.write_text("Name,Username\nAnna A,anna\nAnna B,anna2\nBob B,bob\nCy C,cy\nDora D,dora\n", "utf-8")
    run("grade", first / "in", "--output", out, "--roster", roster)
    done = run("grade", second / "in", "--output", out, "--roster", roster)
    assert f"{TWO}: B/in/anna.ipynb, in/anna.ipynb" in done.output
    assert grades(out)["bob"] == ("5", "certain"), "who is in the gradebook is not missing"
    assert "Bob B" not in done.output.partition("handed in nothing")[2].partition("\n")[0]
    assert set(exported(out, run)) == {"bob", "cy"}
    assert set(lines(out)) == {"in/anna.ipynb", "B/in/anna.ipynb", "B/in/cy.ipynb"}
    write(out, {"in/anna.ipynb": "yes", "B/in/anna.ipynb": "anna2"})
    for again in (("export", "csv"), ("grade", second / "in", "--roster", roster), ("grade", first / "in")):
        done = run(*again, "--output", out)
        assert exported(out, run) == {"anna": "3", "anna2": "8", "bob": "5", "cy": "4"}, done.output


def test_a_newer_download_replaces_without_a_word(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    for name, points in (("in.zip", 3), ("in (1).zip", 8), ("latest.zip", 9)):
        files = {f"{one}_88{n}_assignsubmission_file/{NAME}.ipynb": notebook(points - n)
                 for n, one in enumerate(("Ada A", "Bob B"), 1)}
        done = run("grade", zipped(files, tmp_path / name), "--output", out)
        assert "What needs you" not in done.output
        assert exported(out, run) == {"Ada A_881": str(points - 1), "Bob B_882": str(points - 2)}


def test_files_of_one_hand_in_are_no_attempts(tmp_path: Path, run: Run) -> None:
    canvas = {f"kahnbob_502_99{place}_{name}.ipynb": notebook(points)
              for place, name, points in ((1, NAME, 9), (2, "scratch", 0), (3, "other", 1))}
    canvas |= {f"moecid_503_99{place}_{NAME}{again}.ipynb": notebook(points)
               for place, again, points in ((4, "", 9), (5, "-1", 4))}
    run("grade", zipped(canvas, tmp_path / "canvas.zip"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"kahnbob_502": ("9", "check"), "moecid_503": ("9", "check")}, (
        "Canvas packs one hand-in, and a number at the end is no attempt")
    ilias = {f"x/Love_Ada_alove_300/20260302101500_{NAME}.ipynb": notebook(9),
             "x/Love_Ada_alove_300/20260302101501_scratch.ipynb": notebook(0),
             f"x/Kahn_Bob_bkahn_301/20260302101500_{NAME}.ipynb": notebook(9),
             f"x/Kahn_Bob_bkahn_301/20260302101900_{NAME}.ipynb": notebook(4)}
    run("grade", zipped(ilias, tmp_path / "ilias.zip"), "--output", tmp_path / "out2")
    assert grades(tmp_path / "out2") == {"alove": ("9", "check"), "bkahn": ("4", "certain")}


def other_exercise() -> bytes:
    return notebook(7).replace(NAME.encode(), b"91-another")


def test_a_notebook_of_another_exercise_is_no_later_attempt(tmp_path: Path, run: Run) -> None:
    canvas = {f"moecid_503_9904_{NAME}.ipynb": notebook(9), "moecid_503_9905_91-another-1.ipynb": other_exercise(),
              f"kahnbob_502_9906_{NAME}.ipynb": notebook(5)}
    done = run("grade", zipped(canvas, tmp_path / "canvas.zip"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"moecid_503": ("9", "certain"), "kahnbob_502": ("5", "certain")}
    assert "Passed over, because there is a notebook" in done.output and "9905_91-another" in done.output
    later = {"moecid_503_9990_91-another-2.ipynb": other_exercise(), f"kahnbob_502_9906_{NAME}.ipynb": notebook(5)}
    done = run("grade", zipped(later, tmp_path / "canvas (1).zip"), "--output", tmp_path / "out")
    assert "so that what was handed in before counts: canvas (1).zip/moecid_503_9990_91-another-2" in done.output
    assert grades(tmp_path / "out")["moecid_503"] == ("9", "certain"), "nor in another grading"


def test_nbgrader_s_folders_of_other_exercises_are_passed_over(tmp_path: Path, run: Run) -> None:
    files = {f"ada/{NAME}/{NAME}.ipynb": notebook(9), f"ada/{NAME}/timestamp.txt": b"2026-03-02 10:15:00.123456 UTC",
             "ada/91-another/w.ipynb": other_exercise(), "ada/91-another/timestamp.txt":
             b"2026-03-09 10:15:00.123456 UTC", f"bob/{NAME}/x.ipynb": notebook(4)}
    done = run("grade", unpacked(files, tmp_path / "submitted"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"ada": ("9", "certain"), "bob": ("4", "certain")}
    assert "Passed over" in done.output and "ada/91-another/w.ipynb" in done.output


def test_the_student_of_nbgrader_may_be_a_number(tmp_path: Path, run: Run) -> None:
    files = {f"{one}/{NAME}/{NAME}.ipynb": notebook(points) for one, points in (("0012340", 9), ("0012341", 4))}
    folder, roster = unpacked(files, tmp_path / "submitted"), tmp_path / "class.csv"
    roster.write_text("Name,Student ID\nAda A,0012340\nBob B,0012341\n", "utf-8")
    run("grade", folder, "--output", tmp_path / "out", "--roster", roster)
    assert grades(tmp_path / "out") == {"0012340": ("9", "certain"), "0012341": ("4", "certain")}
    roster.write_text("Name,Student ID\nAda A,12340\nBob B,0012341\n", "utf-8")
    done = run("grade", folder, "--output", tmp_path / "out", "--roster", roster)
    assert "the number of Ada A differs in zeros alone, which a spreadsheet cuts off" in done.output


def test_a_line_that_was_used_is_contradicted_by_a_second_one(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"x1.ipynb": notebook(8), "x2.ipynb": notebook(3)}, tmp_path / "class"), tmp_path / "out"
    run("grade", class_, "--output", out)
    write(out, {"class/x1.ipynb": "Bob B"})
    for used in (("export", "csv"), ("grade", class_)):
        run(*used, "--output", out)
        assert grades(out)["Bob B"] == ("8", "certain")
    with (out / "identity.csv").open("a", encoding="utf-8") as file:
        file.write("class/x1.ipynb,x1,check,Carl C,,,,\n")
    for what in (("grade", class_), ("export", "csv")):
        done = run(*what, "--output", out)
        assert done.exit_code == 2 and "says 'Bob B'" in done.output and "line 4 says 'Carl C'" in done.output
        assert grades(out)["Bob B"] == ("8", "certain")


def test_a_group_s_work_beside_a_member_s_own_is_settled_by_a_line(tmp_path: Path, run: Run) -> None:
    class_ = unpacked({f"Rockets/{NAME}.ipynb": notebook(8), "ash.ipynb": notebook(3)}, tmp_path / "class")
    roster, out = tmp_path / "class.csv", tmp_path / "out"
    roster.write_text("Name,Username,Group\n" + "".join(
        f"{name},{name[:4].strip().lower()},Rockets\n" for name in ("Ash K", "Mist W", "Broc S")), "utf-8")
    done = run("grade", class_, "--output", out, "--roster", roster)
    assert (grades(out)["Rockets"], grades(out)["ash"]) == (("8", "check"), ("3", "check"))
    assert "confirm what is somebody's own, and the group's counts for the others" in done.output
    write(out, {"class/ash.ipynb": "Ash K"})
    template = tmp_path / "canvas.csv"
    template.write_bytes(table([["Student", "ID", "SIS Login ID", "Section", "Sample (1)"], [
        "    Points Possible", "", "", "", "10"], *([name, str(place), name[:4].strip().lower(), "A", ""]
        for place, name in enumerate(("Ash K", "Mist W", "Broc S"), 1))]))
    for again in (("export", "csv"), ("grade", class_, "--roster", roster)):
        done = run(*again, "--output", out)
        assert grades(out) == {"Rockets": ("8", "certain"), "Ash K": ("3", "certain")}, done.output
        run("export", "canvas", "--output", out, "--template", template)
        made = (out / "canvas.csv").read_text("utf-8")
        assert "Ash K,1,ash,A,3" in made and "Mist W,2,mist,A,8" in made and "Broc S,3,broc,A,8" in made, made


