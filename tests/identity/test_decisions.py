"""What the instructor writes into identity.csv counts, for this file as it was, and is never lost."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from autograder.authoring import sample_class
from autograder.grading import exercises, worker
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports.grades import to_csv
from tests.grades import read_grades
from tests.grading.conftest import NAME
from tests.identity.conftest import Run
from tests.identity.downloads import notebook, unpacked
from tests.reports.test_write import Page

pytestmark = pytest.mark.fast


def lines(out: Path) -> dict[str, dict[str, str]]:
    with (out / "identity.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def write(out: Path, whose: dict[str, str], **cells: str) -> None:
    rows = lines(out)
    for file, learner in whose.items():
        rows[file] |= {"whose": learner, **cells}
    header = list(next(iter(rows.values())))
    (out / "identity.csv").write_text(to_csv([header, *(list(row.values()) for row in rows.values())]), "utf-8")


def grades(out: Path) -> dict[str, tuple[str, str]]:
    return {row["learner"]: (row["score"], row["identity"]) for row in read_grades(out / "grades.csv")}


COPY, SECOND = f"Copy of {NAME}.ipynb", f"Copy of {NAME} (1).ipynb"


@pytest.fixture
def out(tmp_path: Path, run: Run) -> Path:
    unpacked({COPY: notebook(8), SECOND: notebook(3), "carol.ipynb": notebook(5)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", tmp_path / "out")
    assert "What needs you: of 2 submissions" in done.output and f"class/{COPY}" in done.output
    return tmp_path / "out"


def test_a_line_counts_from_then_on_and_what_is_not_certain_is_not_exported(
    tmp_path: Path, run: Run, out: Path
) -> None:
    assert grades(out) == {COPY[:-6]: ("8", "check"), SECOND[:-6]: ("3", "check"), "carol": ("5", "certain")}
    done = run("export", "csv", "--output", out)
    assert "2 left out, because it is not certain whose it is" in done.output and "1 learner:" in done.output
    write(out, {f"class/{COPY}": "Ada Lovelace", f"class/{SECOND}": "yes"})
    for _ in range(2):
        done = run("grade", tmp_path / "class", "--output", out)
        assert "3 of 3 are unchanged" in done.output and "What needs you" not in done.output
        assert grades(out) == {"Ada Lovelace": ("8", "certain"), SECOND[:-6]: ("3", "certain"),
                               "carol": ("5", "certain")}
        assert lines(out)[f"class/{COPY}"]["whose"] == "Ada Lovelace"
    done = run("export", "csv", "--output", out)
    assert "left out" not in done.output and "3 learners" in done.output, "nobody stands in it twice"


def forget_paths(out: Path) -> None:
    """A gradebook as an earlier version left it."""
    with sqlite3.connect(out / "gradebook.sqlite") as base:
        base.execute("UPDATE submission SET result = json_remove(result, '$.identity')")
    base.close()
    (out / "identity.csv").unlink()


def test_an_older_gradebook_keeps_scores_that_were_set_by_hand(tmp_path: Path, run: Run, out: Path) -> None:
    run("adjust", "carol", "q1", "0", "--reason", "why", "--output", out)
    before = grades(out)["carol"]
    forget_paths(out)
    done = run("grade", tmp_path / "class", "--output", out)
    assert "3 of 3 are unchanged" in done.output and grades(out)["carol"] == before
    write(out, {"class/carol.ipynb": "Carol Shaw"})
    run("export", "csv", "--output", out)
    assert grades(out)["Carol Shaw"] == before, "now it has a path, and goes with the file"


def test_a_name_that_an_earlier_version_gave_is_corrected_with_its_scores(run: Run, out: Path) -> None:
    run("adjust", "carol", "q1", "0", "--reason", "why", "--output", out)
    before = grades(out)["carol"]
    forget_paths(out)
    (out / "identity.csv").write_text("file,learner,whose\ncarol.ipynb,carol,Carol Shaw\n", "utf-8")
    done = run("export", "csv", "--output", out)
    assert "carol.ipynb counted as carol and is now Carol Shaw's" in done.output
    assert grades(out)["Carol Shaw"] == before and "carol" not in grades(out)


def test_scores_of_a_name_that_nobody_has_any_more_are_told(tmp_path: Path, run: Run, out: Path) -> None:
    run("adjust", "carol", "q1", "0", "--reason", "why", "--output", out)
    forget_paths(out)
    (tmp_path / "class" / "dora").mkdir()
    (tmp_path / "class" / "carol.ipynb").rename(tmp_path / "class" / "dora" / "carol.ipynb")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "scores set by hand of carol in 90-sample (q1) are of carol.ipynb, which an earlier version" in done.output
    run("adjust", "carol", "q1", "--undo", "--output", out)
    assert "an earlier version" not in run("grade", tmp_path / "class", "--output", out).output


@pytest.mark.parametrize("when", ["at the grading", "at the export"])
def test_an_export_has_the_columns_of_the_class_list(when: str, tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", tmp_path / "class"
    unpacked({"alovelace/x.ipynb": notebook(8), "stranger/x.ipynb": notebook(2)}, class_)
    roster = tmp_path / "class.csv"
    roster.write_text("Name,ID,Email,Username\nAda Lovelace,1011,ada@uni.example,alovelace\n", "utf-8")
    given = ["--roster", roster]
    run("grade", class_, "--output", out, *(given if when == "at the grading" else []))
    done = run("export", "csv", "--output", out, *(given if when == "at the export" else []))
    assert done.exit_code == 0, done.output
    (row,) = read_grades(out / "csv.csv")
    assert (row["name"], row["id"], row["email"]) == ("Ada Lovelace", "1011", "ada@uni.example")
    assert "1 left out, because it is not certain whose it is" in done.output, "stranger is not on the list"
    roster.write_text("Name,ID,Email,Username\nAda King,1012,ada@uni.example,alovelace\n", "utf-8")
    run("export", "csv", "--output", out, *given)
    (row,) = read_grades(out / "csv.csv")
    assert (row["name"], row["id"]) == ("Ada King", "1012"), "the list as it is now"


def test_the_demo_says_whose_everything_is(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(_: object, folder: Path, __: int | None) -> None:
        unpacked({"ada/x.ipynb": notebook(8), COPY: notebook(2)}, folder)

    monkeypatch.setattr(sample_class, "sample_class", made)
    monkeypatch.setattr(sample_class, "telling", lambda results: results[0])
    monkeypatch.setattr(exercises, "default_timeout", lambda *_: 5.0)
    done = run("demo", "--assignment", NAME, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {file: line["identity"] for file, line in lines(tmp_path / "out").items()} == {
        "class/ada/x.ipynb": "certain", f"class/{COPY}": "check"}
    write(tmp_path / "out", {f"class/{COPY}": "Bob"})
    run("demo", "--assignment", NAME, "--output", tmp_path / "out")
    assert grades(tmp_path / "out") == {"ada": ("8", "certain"), "Bob": ("2", "certain")}


def test_another_file_in_its_place_is_not_confirmed(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada"})
    unpacked({COPY: notebook(1)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "The file has changed since identity.csv said 'Ada'" in done.output
    assert grades(out)[COPY[:-6]] == ("1", "check")
    assert lines(out)[f"class/{COPY}"]["whose"] == "Ada", "what somebody wrote is not wiped out"


def test_a_line_of_a_file_that_is_not_there_stays(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada"})
    (tmp_path / "class" / COPY).unlink()
    run("grade", tmp_path / "class", "--output", out)
    assert lines(out)[f"class/{COPY}"]["whose"] == "Ada"


def test_a_score_set_by_hand_goes_with_the_file(tmp_path: Path, run: Run, out: Path) -> None:
    run("adjust", COPY[:-6], "q1", "1", "--reason", "why", "--output", out)
    write(out, {f"class/{COPY}": "Ada"})
    done = run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["Ada"] == ("5", "certain"), done.output


def test_whoever_changes_another_column_is_told(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": ""}, learner="Ada")
    done = run("grade", tmp_path / "class", "--output", out)
    assert f"class/{COPY} was 'Ada'" in done.output and "write into the column `whose`" in done.output


def test_two_files_of_one_person_need_a_word_and_then_not(tmp_path: Path, run: Run, out: Path) -> None:
    unpacked({"carol (1).ipynb": notebook(2)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "class/carol (1).ipynb, class/carol.ipynb" in done.output
    assert grades(out)["carol"] == ("5", "check")
    write(out, {"class/carol (1).ipynb": "Dave"})
    run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["carol"] == ("5", "certain") and grades(out)["Dave"] == ("2", "certain")


def test_a_line_counts_at_once_for_export_and_feedback_and_reports(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada Lovelace", f"class/{SECOND}": "yes"})
    done = run("export", "csv", "--output", out)
    assert done.exit_code == 0 and "left out" not in done.output and "3 learners" in done.output
    assert "is now Ada Lovelace's" in done.output and "are written anew" in done.output
    rows = {row["learner"]: row["score"] for row in read_grades(out / "csv.csv")}
    assert rows == {"Ada Lovelace": "8", SECOND[:-6]: "3", "carol": "5"}
    assert grades(out)["Ada Lovelace"] == ("8", "certain")
    assert "Ada Lovelace" in (out / "report.html").read_text("utf-8")
    line = lines(out)[f"class/{COPY}"]
    assert (line["learner"], line["whose"], line["identity"]) == ("Ada Lovelace", "Ada Lovelace", "certain")
    done = run("export", "csv", "--output", out)
    assert "is now" not in done.output and "anew" not in done.output, "nothing is left to do"
    done = run("grade", tmp_path / "class", "--output", out)
    assert "3 of 3 are unchanged" in done.output and grades(out)["Ada Lovelace"] == ("8", "certain")


def test_a_line_counts_at_once_for_adjust(run: Run, out: Path) -> None:
    run("adjust", COPY[:-6], "q1", "1", "--reason", "why", "--output", out)
    before = grades(out)[COPY[:-6]][0]
    write(out, {f"class/{COPY}": "Ada"})
    done = run("adjust", "Ada", "q1", "2", "--reason", "again", "--output", out)
    assert done.exit_code == 0 and "Ada, 90-sample, q1: 1 became 2" in done.output
    assert grades(out)["Ada"] == (str(int(before) + 1), "certain") and COPY[:-6] not in grades(out)


def test_a_line_counts_at_once_for_feedback(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    run("grade", unpacked({f"Ada_{n}_assignsubmission_file/x.ipynb": notebook(n) for n in (1, 2)} | {
        "odd/x.ipynb": notebook(3)}, tmp_path / "from"), "--output", out)
    write(out, {"from/Ada_1_assignsubmission_file/x.ipynb": "Somebody Else"})
    done = run("feedback", "moodle", "--output", out)
    assert done.exit_code == 0 and "1 page:" in done.output and "is now Somebody Else's" in done.output


def test_a_line_that_is_taken_back_is_to_be_checked(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada", f"class/{SECOND}": "yes"})
    run("export", "csv", "--output", out)
    write(out, {f"class/{COPY}": ""})
    done = run("export", "csv", "--output", out)
    assert "1 left out, because it is not certain whose it is" in done.output and "2 learners" in done.output
    run("grade", tmp_path / "class", "--output", out)
    assert grades(out)[COPY[:-6]] == ("8", "check")


def test_two_who_change_places_keep_their_files_and_scores(tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", tmp_path / "class"
    unpacked({"ada/x.ipynb": notebook(8), "bob/x.ipynb": notebook(2)}, class_)
    run("grade", class_, "--output", out)
    run("adjust", "ada", "q1", "0", "--reason", "ada's file", "--output", out)
    run("adjust", "bob", "q1", "1", "--reason", "bob's file", "--output", out)
    before = grades(out)
    write(out, {"class/ada/x.ipynb": "bob", "class/bob/x.ipynb": "ada"})
    for again in (("export", "csv", "--output", out), ("grade", class_, "--output", out)):
        done = run(*again)
        assert grades(out) == {"ada": before["bob"], "bob": before["ada"]}, done.output


def test_a_second_file_of_the_same_name_is_not_lost(tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", tmp_path / "class"
    unpacked({"ada/x.ipynb": notebook(3), "bob/x.ipynb": notebook(8)}, class_)
    run("grade", class_, "--output", out)
    write(out, {"class/bob/x.ipynb": "ada"})
    for again in (("export", "csv", "--output", out), ("grade", class_, "--output", out)):
        done = run(*again)
        assert grades(out) == {"ada": ("8", "check")}, "both are there, and nothing says which is the later"
        assert len(lines(out)) == 2, done.output
    done = run("grade", class_, "--output", out)
    assert "2 of 2 are unchanged" in done.output


def test_scores_that_cannot_go_with_a_file_are_told(tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", tmp_path / "class"
    unpacked({"ada/x.ipynb": notebook(3), "bob/x.ipynb": notebook(8)}, class_)
    run("grade", class_, "--output", out)
    for who in ("ada", "bob"):
        run("adjust", who, "q1", "1", "--reason", who, "--output", out)
    write(out, {"class/bob/x.ipynb": "ada"})
    done = run("export", "csv", "--output", out)
    assert "Scores set by hand stay bob's (q1): set them again with `autograder adjust`" in done.output


@pytest.mark.parametrize(("content", "message"), [
    ("file,learner\na,b\n", "has no column 'whose'"), ("file,learner,whose\na,b,c,d\n", "line 2, has 4 cells"),
    (b"file,learner,whose\na,I\xf1igo,x\n", "line 2 has a letter in another encoding"),
])
def test_a_file_that_cannot_be_read_is_said_before_anything_is_graded(
    tmp_path: Path, run: Run, out: Path, content: str | bytes, message: str
) -> None:
    (out / "identity.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = (out / "grades.csv").read_bytes()
    done = run("grade", tmp_path / "class", "--output", out)
    assert done.exit_code == 2 and message in done.output and "identity.csv" in done.output
    assert (out / "grades.csv").read_bytes() == before


def test_a_line_that_does_not_count_never_renews_itself(tmp_path: Path, run: Run, out: Path) -> None:
    file = f"class/{COPY}"
    write(out, {file: "Ada"})
    run("grade", tmp_path / "class", "--output", out)
    was = lines(out)[file]["content"]
    unpacked({COPY: notebook(1)}, tmp_path / "class")
    grade, export = ("grade", tmp_path / "class"), ("export", "csv")
    for again in (grade, grade, export, export, grade):
        run(*again, "--output", out)
        assert grades(out)[COPY[:-6]] == ("1", "check"), again
        assert lines(out)[file]["content"] == was, "it was not said of the new file"
        assert "the file has changed since identity.csv said 'Ada'" in lines(out)[file]["why"]
    write(out, {file: "yes"})
    run("export", "csv", "--output", out)
    assert "write the name, for it may mean this or" in lines(out)[file]["why"], "Ada, or the file's own name?"
    write(out, {file: "Ada"})
    run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["Ada"] == ("1", "certain") and lines(out)[file]["void"] == ""


def test_the_same_name_is_said_again_with_an_empty_cell(tmp_path: Path, run: Run, out: Path) -> None:
    file = f"class/{COPY}"
    write(out, {file: "Ada"})
    unpacked({COPY: notebook(1)}, tmp_path / "class")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "to say the same again, empty the cell `content` beside it" in done.output
    write(out, {file: "Ada"}, content="")
    run("export", "csv", "--output", out)
    assert grades(out)["Ada"] == ("1", "certain")


def test_a_yes_for_another_learner_never_renews_itself(tmp_path: Path, run: Run, out: Path) -> None:
    file = f"class/{COPY}"
    write(out, {file: "yes"}, learner="Somebody")
    for again in ("grade", "grade"):
        run(again, tmp_path / "class", "--output", out)
        assert grades(out)[COPY[:-6]] == ("8", "check")
        assert "confirms it as 'Somebody'" in lines(out)[file]["why"]


def test_lines_that_contradict_each_other_are_refused(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Eva"})
    with (out / "identity.csv").open("a", encoding="utf-8") as file:
        file.write(f"class/{COPY},{COPY[:-6]},check,Fay,,,,\n")
    before = {path: path.read_bytes() for path in out.iterdir() if path.is_file() and path.suffix != ".sqlite"}
    for what in (("grade", tmp_path / "class"), ("export", "csv")):
        done = run(*what, "--output", out)
        assert done.exit_code == 2 and "says 'Eva'" in done.output and "line 5 says 'Fay'" in done.output
        assert {path: path.read_bytes() for path in before} == before


def test_a_line_of_what_is_not_there_is_told(tmp_path: Path, run: Run, out: Path) -> None:
    with (out / "identity.csv").open("a", encoding="utf-8") as file:
        file.write("class/nowhere.ipynb,,,Eva,,,,\n")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "line 5 (class/nowhere.ipynb, 'Eva')" in done.output
    assert lines(out)["class/nowhere.ipynb"]["whose"] == "Eva"


@pytest.mark.parametrize("word", ["Ja", "?", "x", "sí", "nein", "–"])
def test_a_word_that_is_no_name_is_nobody(word: str, tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": word})
    for again in (("grade", tmp_path / "class"), ("export", "csv"), ("grade", tmp_path / "class")):
        done = run(*again, "--output", out)
        assert grades(out)[COPY[:-6]] == ("8", "check"), done.output
    assert f"says '{word}', which is no name; write yes" in done.output


def test_a_file_that_is_renamed_takes_its_grade_and_its_scores_along(tmp_path: Path, run: Run, out: Path) -> None:
    run("adjust", "carol", "q1", "0", "--reason", "why", "--output", out)
    before = grades(out)["carol"]
    (tmp_path / "class" / "carol.ipynb").rename(tmp_path / "class" / "dora.ipynb")
    done = run("grade", tmp_path / "class", "--output", out)
    assert "class/carol.ipynb is gone" in done.output and "is now dora's" in done.output
    assert grades(out)["dora"] == before
    run("export", "csv", "--output", out)
    assert "carol" not in {row["learner"] for row in read_grades(out / "csv.csv")}


def test_where_it_is_not_clear_what_was_renamed_it_is_asked(tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", unpacked({"ann.ipynb": notebook(5), "ben.ipynb": notebook(2)}, tmp_path / "class")
    run("grade", class_, "--output", out)
    (class_ / "ann.ipynb").rename(class_ / "ben.ipynb")
    for again in (1, 2):
        done = run("grade", class_, "--output", out)
        assert "What needs you: This file is no longer handed in" in done.output, again
        assert "class/ben.ipynb (as ben)" in (out / "report.html").read_text("utf-8")
        run("export", "csv", "--output", out)
        assert [row["learner"] for row in read_grades(out / "csv.csv")] == ["ben"]
    write(out, {"class/ann.ipynb": "yes"})
    run("export", "csv", "--output", out)
    assert [row["learner"] for row in read_grades(out / "csv.csv")] == ["ann", "ben"]


def test_a_file_that_is_only_not_given_this_time_keeps_its_grade(tmp_path: Path, run: Run) -> None:
    out, class_ = tmp_path / "out", unpacked({"ann.ipynb": notebook(5), "ben.ipynb": notebook(5)}, tmp_path / "class")
    run("grade", class_ / "ann.ipynb", "--output", out)
    done = run("grade", class_ / "ben.ipynb", "--output", out)
    assert "gone" not in done.output and "no longer" not in done.output
    run("export", "csv", "--output", out)
    assert [row["learner"] for row in read_grades(out / "csv.csv")] == ["ann", "ben"]


def test_two_files_that_are_confirmed_as_one_learner_s_are_told(tmp_path: Path, run: Run, out: Path) -> None:
    write(out, {f"class/{COPY}": "Ada", f"class/{SECOND}": "Ada"})
    done = run("grade", tmp_path / "class", "--output", out)
    assert grades(out)["Ada"] == ("8", "certain") and "of Ada the best, for nothing says" in done.output
    assert "Nothing says which is the latest of several files of Ada; the best counts." in (
        out / "report.html").read_text("utf-8")


def test_after_other_checks_it_is_said_whose_points_changed_and_what_set_by_hand_no_longer_fits(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checks(**points: float) -> None:
        monkeypatch.setattr(worker, "grade_task", lambda task: SubmissionResult(
            task.submission.learner, task.submission.name, task.bundle.name, Verdict.GRADED, "",
            tuple(QuestionResult(name, most - (task.submission.learner == "bob"), most, "at-end")
                  for name, most in points.items())))

    class_ = unpacked({f"{name}.ipynb": notebook(8) for name in ("ada", "bob", "eve")}, tmp_path / "class")
    out = tmp_path / "out"
    checks(q1=4, q2=2)
    done = run("grade", class_, "--output", out)
    assert "another score" not in done.output and "set by hand" not in done.output
    for name in ("q1", "q2"):
        assert run("adjust", "bob", name, "1.5", "--reason", "why", "--output", out).exit_code == 0
    checks(q1=1, q2x=2)
    done = run("grade", class_, "--output", out, "--memory", "1000")
    said = ["The same work has another score than after the last grading: ada, 90-sample (6 became 3 points), "
            "bob, 90-sample (3 became 2 points), eve, 90-sample (6 became 3 points).",
            "1 score is set by hand and more than the question gives now, so that all of its points count: "
            "bob, 90-sample, q1 (1.5, of 1 now).",
            "1 score is set by hand for a question that is not there any more, and not counted: "
            "bob, 90-sample, q2 (1.5)."]
    words, log = Page(out / "report.html").words, (out / "grading.log").read_text("utf-8")
    assert said[0] in done.output and said[0] in words
    assert log.count(" changed: The same work has another score") == 3 and "bob, 90-sample (3 became 2 points)" in log
    for one in said[1:]:
        assert f"What needs you: {one}" in done.output and one in words and f"What needs you: {one}" in log
    done = run("grade", class_, "--output", out, "--memory", "1000")
    assert "another score" not in done.output and f"What needs you: {said[1]}" in done.output, "until it is decided"
