"""What the instructor said stays said: after a rename, another copy of the download, another system, an export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, table, unpacked, zipped
from tests.identity.test_decisions import grades, lines, write

pytestmark = pytest.mark.fast


def test_a_new_name_does_not_overrule_a_line(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"x1/a.ipynb": notebook(8), "x2/a.ipynb": notebook(3)}, tmp_path / "class"), tmp_path / "out"
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Username\nAlice A,alice\nBob B,bob\n", "utf-8")
    run("grade", class_, "--output", out, "--roster", roster)
    write(out, {"class/x1/a.ipynb": "Alice A", "class/x2/a.ipynb": "Bob B"})
    run("export", "csv", "--output", out)
    (class_ / "x1").rename(class_ / "bob")
    (class_ / "x2").rename(class_ / "alice")
    for again in (("grade", class_, "--roster", roster), ("export", "csv"), ("grade", class_, "--roster", roster)):
        done = run(*again, "--output", out)
        assert {grades(out)[one][1] for one in ("alice", "bob")} == {"check"}, done.output
    assert "identity.csv says 'Alice A' of class/x1/a.ipynb, which is gone and had the same content" in done.output


def test_a_line_counts_in_another_copy_of_the_download(tmp_path: Path, run: Run) -> None:
    files, out = {f"lina_503_99_{NAME}.ipynb": notebook(8), f"x_504_98_{NAME}.ipynb": notebook(3)}, tmp_path / "out"
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Email\nLi Na,l@x\n", "utf-8")
    run("grade", zipped(files, tmp_path / "in.zip"), "--output", out, "--roster", roster)
    write(out, {f"in.zip/lina_503_99_{NAME}.ipynb": "Li Na"})
    zipped(files, tmp_path / "in (1).zip")
    unpacked(files, tmp_path / "in")
    for copy in ("in.zip", "in (1).zip", "in"):
        done = run("grade", tmp_path / copy, "--output", out, "--roster", roster)
        assert grades(out)["Li Na"] == ("8", "certain"), done.output
        assert lines(out)[f"{copy}/lina_503_99_{NAME}.ipynb"]["whose"] == "Li Na"
        assert "is kept for another" not in done.output
    other = zipped({**files, f"lina_503_99_{NAME}.ipynb": notebook(1)}, tmp_path / "in (2).zip")
    run("grade", other, "--output", out, "--roster", roster)
    assert lines(out)[f"in (2).zip/lina_503_99_{NAME}.ipynb"]["identity"] == "check", "it was said of another file"


def test_a_chain_of_renamed_files_takes_its_scores_along(tmp_path: Path, run: Run) -> None:
    class_, out = tmp_path / "class", tmp_path / "out"
    unpacked({f"{name}.ipynb": notebook(points) for name, points in (("ann", 3), ("ben", 5), ("cy", 8))}, class_)
    run("grade", class_, "--output", out)
    for score, name in enumerate(("ann", "ben")):
        run("adjust", name, "q1", str(score), "--reason", name, "--output", out)
    before = grades(out)
    (class_ / "ben.ipynb").rename(class_ / "dora.ipynb")
    (class_ / "ann.ipynb").rename(class_ / "ben.ipynb")
    done = run("grade", class_, "--output", out)
    assert grades(out) == {"ben": before["ann"], "dora": before["ben"], "cy": before["cy"]}, done.output
    assert "class/ben.ipynb is another file now" in done.output
    unpacked({"cy.ipynb": notebook(9), "eve.ipynb": notebook(8)}, class_)
    done = run("grade", class_, "--output", out)
    assert "called otherwise" not in done.output, "eve may have copied it"


def canvas_table(tmp_path: Path) -> Path:
    path = tmp_path / "canvas.csv"
    path.write_bytes(table([["Student", "ID", "SIS Login ID", "Section", "Sample (1)"], [
        "    Points Possible", "", "", "", "10"], ["Smith, John", "601", "js", "A", ""],
        ["Smith, John", "602", "js2", "A", ""], ["Na, Li", "603", "ln", "A", ""], ["Li, Na", "604", "nl", "A", ""]]))
    return path


def test_whom_a_line_names_keeps_the_number_of_the_download(tmp_path: Path, run: Run) -> None:
    files = {f"{who}_{number}_99{number}_{NAME}.ipynb": notebook(points) for who, number, points in (
        ("smithjohn", 601, 8), ("smithjohn", 602, 3), ("nali", 603, 5), ("lina", 604, 6))}
    out, roster = tmp_path / "out", tmp_path / "class.csv"
    roster.write_text("Name,Email\nJohn Smith,js@x\nJohn Smith,js2@x\nLi Na,ln@x\nNa Li,nl@x\n", "utf-8")
    run("grade", zipped(files, tmp_path / "in.zip"), "--output", out, "--roster", roster)
    path = f"in.zip/{{}}_99{{}}_{NAME}.ipynb".format
    write(out, {path("smithjohn_601", 601): "js@x", path("smithjohn_602", 602): "js2@x", path("nali_603", 603): "Li Na",
                path("lina_604", 604): "Li Na"})
    done = run("export", "canvas", "--output", out, "--template", canvas_table(tmp_path))
    made = (out / "canvas.csv").read_text("utf-8")
    assert '"Smith, John",601,js,A,8' in made and '"Smith, John",602,js2,A,3' in made, done.output
    write(out, {path("lina_604", 604): "Na Li"})
    done = run("export", "canvas", "--output", out, "--template", canvas_table(tmp_path))
    made = (out / "canvas.csv").read_text("utf-8")
    assert '"Na, Li",603,ln,A,5' in made and '"Li, Na",604,nl,A,6' in made, done.output
    done = run("feedback", "canvas", "--output", out)
    assert "4 pages" in done.output, done.output


def test_grade_and_export_agree_on_two_systems_in_one_output(tmp_path: Path, run: Run) -> None:
    out, roster = tmp_path / "out", tmp_path / "class.csv"
    roster.write_text("Name,Email\nAda Lovelace,a@x\nBob Kahnweiler,b@x\n", "utf-8")
    canvas = {f"{who}_{number}_99{number}_{NAME}.ipynb": notebook(2) for who, number in (
        ("lovelaceada", 501), ("kahnweilerbob", 502))}
    run("grade", zipped(canvas, tmp_path / "c.zip"), "--output", out)
    moodle = {f"{who}_{number}_assignsubmission_file/{NAME}.ipynb": notebook(4) for who, number in (
        ("Ada Lovelace", 881), ("Bob Kahnweiler", 882))}
    zipped(moodle, tmp_path / "m.zip")
    for again in (("grade", tmp_path / "m.zip", "--roster", roster), ("export", "csv")) * 2:
        done = run(*again, "--output", out)
        assert "certain" not in {status for score, status in grades(out).values() if score}, done.output
        assert len(lines(out)) == 4, "each can be answered"


def test_a_team_before_each_name_is_no_part_of_it(tmp_path: Path, run: Run) -> None:
    files = {f"{team}-{who}_88{number}_assignsubmission_file/{NAME}.ipynb": notebook(number) for team, who, number in (
        ("Team A", "Ada Lovelace", 1), ("Team A", "Eva Braun-Koch", 2), ("Default", "Uli Ritter", 3))}
    out, roster = tmp_path / "out", tmp_path / "class.csv"
    roster.write_text("Name,Email\nAda Lovelace,a@x\nEva Braun-Koch,e@x\nUli Ritter,u@x\n", "utf-8")
    done = run("grade", zipped(files, tmp_path / "in.zip"), "--output", out, "--roster", roster)
    assert {status for _, status in grades(out).values()} == {"certain"} and len(grades(out)) == 3, done.output


def test_what_canvas_took_in_place_of_a_file_is_somebody_s(tmp_path: Path, run: Run) -> None:
    files = {f"{who}_{number}_99{number}_{NAME}.ipynb": notebook(4) for who, number in (
        ("greygil", 507), ("hayhal", 508))}
    files |= {"stoneeve_505_text.html": b"<p>hello", "goldfay_LATE_506_link.html": b"<a>"}
    run("grade", zipped(files, tmp_path / "in.zip"), "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"greygil_507": ("4", "certain"), "hayhal_508": ("4", "certain"),
                                        "stoneeve_505": ("0", "certain"), "goldfay_506": ("0", "certain")}


def test_the_roster_of_github_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, run: Run) -> None:
    files = {f"x-submissions/x-{who}/{NAME}.ipynb": notebook(4) for who in ("gh1", "gh2")}
    files["classroom_roster.csv"] = (b"sep=;\r\nidentifier;github_username;github_id;name\r\n"
                                     b"a@x;gh1;1;\r\nb@x;gh2;2;\r\n")
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Email\nAda L,a@x\nBob K,b@x\n", "utf-8")
    run("grade", unpacked(files, tmp_path / "in"), "--output", tmp_path / "out", "--roster", roster)
    assert grades(tmp_path / "out") == {"gh1": ("4", "certain"), "gh2": ("4", "certain")}


def test_one_person_by_two_words_is_one(tmp_path: Path, run: Run) -> None:
    class_, out = unpacked({"x1.ipynb": notebook(8), "x2.ipynb": notebook(3)}, tmp_path / "class"), tmp_path / "out"
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Username\nAlice A,alice\n", "utf-8")
    run("grade", class_, "--output", out, "--roster", roster)
    write(out, {"class/x1.ipynb": "Alice A", "class/x2.ipynb": "alice"})
    for again in (("export", "csv"), ("grade", class_, "--roster", roster)):
        done = run(*again, "--output", out)
        assert grades(out) == {"Alice A": ("8", "certain")}, done.output


@pytest.mark.parametrize(("one", "other"), [
    ("Jörg Müller", "Joerg Mueller"), ("attempt2_dave", "dave attempt 1"), ("Bob Final", "final_bob_v2"),
    ("Kai", "kai v2")])
def test_one_name_in_two_spellings_is_asked(tmp_path: Path, run: Run, one: str, other: str) -> None:
    files = {f"{name}.ipynb": notebook(4) for name in (one, other, "Zoe", "Zoe B", "team 1 final", "team 2 final")}
    run("grade", unpacked(files, tmp_path / "in"), "--output", tmp_path / "out")
    assert {name for name, (_, status) in grades(tmp_path / "out").items() if status == "check"} == {one, other}


def test_a_name_with_a_dash_in_it_ends_at_the_date(tmp_path: Path, run: Run) -> None:
    files = {f"15{place}-351765 - {name} - Mar 2, 2026 100{place} AM/{NAME}.ipynb": notebook(points)
             for place, (name, points) in enumerate((("Anna Berg - Koch", 3), ("Bob Kahn", 8)))}
    roster = tmp_path / "class.csv"
    roster.write_text("Name,Email\nAnna Berg - Koch,k@x\nAnna Berg,b@x\nBob Kahn,bk@x\n", "utf-8")
    run("grade", zipped(files, tmp_path / "in.zip"), "--output", tmp_path / "out", "--roster", roster)
    assert grades(tmp_path / "out") == {"Anna Berg - Koch_150": ("3", "certain"), "Bob Kahn_151": ("8", "certain"),
                                        "Anna Berg": ("", "certain")}
