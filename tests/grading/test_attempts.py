"""Several attempts of one learner: all are kept, and one counts."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.course import CourseError
from autograder.grading import worker
from autograder.grading.adjust import adjust
from autograder.grading.attempts import BEST, LATEST, counting, numbered
from autograder.grading.batch import GRADEBOOK, Outcome, grade_paths
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import QuestionResult, SubmissionResult, Verdict
from autograder.reports.classreport import class_report
from autograder.reports.feedback import feedback_page
from autograder.submissions.find import find
from autograder.submissions.identity import Decision
from tests.grading import killable
from tests.grading.conftest import NAME, write_notebook

pytestmark = pytest.mark.fast


def result(name: str, score: float, order: int = 0, learner: str = "ada", **changes: Any) -> SubmissionResult:
    question = QuestionResult("q1", score, 4.0, "in-place")
    made = SubmissionResult(learner, name, NAME, Verdict.GRADED, "", (question,), order=order)
    return replace(made, **changes)


def names(results: list[SubmissionResult]) -> list[str]:
    return [result.submission for result in results]


@pytest.mark.parametrize(("attempts", "latest", "best", "uncertain"), [
    ([(result("a", 4, 7), 1), (result("b", 2, 9), 1), (result("c", 3, 8), 1)], "b", "a", False),
    ([(result("a", 2, 7), 1), (result("b", 2, 9), 1)], "b", "b", False),
    ([(result("a", 4, 7), 1), (result("b", 2), 1)], "a", "a", True),
    ([(result("a", 4), 1), (result("b", 2), 2)], "b", "a", False),
    ([(result("a", 4, 7, status=Verdict.ERROR), 1), (result("b", 0, 6), 1)], "a", "b", False),
    ([(result("a", 0, 7, status=Verdict.UNREADABLE), 1), (result("b", 3, 6), 1)], "a", "b", False),
])  # fmt: skip
def test_which_attempt_counts(
    attempts: list[tuple[SubmissionResult, int]], latest: str, best: str, uncertain: bool
) -> None:
    for order in (attempts, attempts[::-1]):
        chosen, unsure, _ = counting(order, LATEST)
        assert (names(chosen), bool(unsure)) == ([latest], uncertain)
        chosen, unsure, _ = counting(order, BEST)
        assert (names(chosen), unsure) == ([best], [])


def test_attempts_are_numbered_where_their_order_is_known() -> None:
    seen = [
        (result("third", 1, 30), 1), (result("first", 4, 7), 2), (result("second", 2, 8), 1),
        (result("only", 1, learner="bob"), 1), (result("a", 1, 5, learner="eve"), 1),
        (result("b", 1, learner="eve"), 2),
        (result("x", 1, 5, learner="li"), 1), (result("y", 1, 5, learner="li"), 1), (result("nobody", 1, 5, ""), 1),
        (result("other", 1, 9, assignment="91"), 1),
    ]  # fmt: skip
    made = numbered(seen)
    assert {one.submission: (one.attempt, one.attempts) for one, _ in made} == {
        "third": (3, 3), "first": (1, 3), "second": (2, 3), "only": (1, 1), "a": (0, 2), "b": (0, 2),
        "x": (0, 2), "y": (0, 2), "nobody": (0, 0), "other": (1, 1),
    }  # fmt: skip
    assert [(replace(one, attempt=0, attempts=0), batch) for one, batch in made] == seen


def test_what_belongs_to_nobody_or_to_no_exercise_is_not_dropped() -> None:
    seen = [
        (result("a", 1, learner=""), 1), (result("b", 2, learner=" "), 1), (result("c", 0, assignment=""), 1),
        (result("d", 0, assignment=""), 1), (result("e", 2, learner="bob"), 1), (result("f", 1, assignment="91"), 1),
    ]  # fmt: skip
    assert names(counting(seen, LATEST)[0]) == list("abcdef")


@pytest.fixture
def no_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run: a result that depends on the code alone."""
    monkeypatch.setattr(worker, "grade_task", killable.stand_in)
    monkeypatch.setattr(worker, "engine", lambda confined, helpers=(): killable.NoEngine())


def run(folder: Path, output: Path, **options: Any) -> tuple[Outcome, str]:
    said = StringIO()
    outcome = grade_paths([folder], output=output, timeout=5, console=Console(file=said, width=300), **options)
    return outcome, said.getvalue()


def test_a_batch_keeps_all_and_counts_one(tmp_path: Path, no_running: None) -> None:
    first, second = tmp_path / "monday", tmp_path / "friday"
    write_notebook(first / f"lovelaceada_40312_991_{NAME}.ipynb", ["x = 1"])
    write_notebook(first / f"mueller_LATE_40313_992_{NAME}.ipynb", ["x = 1"])
    write_notebook(second / f"lovelaceada_LATE_40312_1007_{NAME}-1.ipynb", ["x = 0"])
    run(first, tmp_path / "out")
    scores = {}
    for attempts in ("latest", "best"):
        outcome, said = run(second, tmp_path / "out", attempts=attempts)
        (one,) = outcome.counted
        scores[attempts] = one.score
        assert one.learner == "lovelaceada_40312"
        assert f"the {attempts} counts; 1 other attempt stays in the gradebook" in said
        assert (one.order == 1007, one.late) == ((True, True) if attempts == "latest" else (one.late, one.late))
    with Gradebook(tmp_path / "out" / GRADEBOOK) as book:
        all_ = book.results()
        assert len(all_) == 3
        ada = [r for r in all_ if r.learner == "lovelaceada_40312"]
        assert scores["latest"] == max(ada, key=lambda r: r.order).score
        assert scores["best"] == max(r.score for r in ada)
        assert len({r.score for r in ada}) == 2, "else this proves nothing"
        assert [r.late for r in all_ if r.learner == "mueller_40313"] == [True]
        assert book.counting().everything == book.counting("best").everything, "as the newest batch was told"
        assert names(book.counting("latest").everything) != names(book.counting("best").everything) or (
            scores["latest"] == scores["best"])
        adjust(book, "lovelaceada_40312", "q1", 1.5, "why")
        assert {r.questions[0].score for r in book.results() if r.learner == "lovelaceada_40312"} == {1.5}


def test_a_download_is_graded_as_it_comes_and_as_it_is_unpacked(tmp_path: Path, no_running: None) -> None:
    folder = tmp_path / "unpacked"
    for name in ("lovelaceada_40312_991", "lovelaceada_LATE_40312_1007", "mueller_40313_992"):
        write_notebook(folder / f"{name}_{NAME}.ipynb", [f"name = {name!r}"])
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as made:
        for path in folder.iterdir():
            made.write(path, path.name)
    first, said = run(tmp_path / "submissions.zip", tmp_path / "out")
    assert "is a download from Canvas: 3 notebooks and zips of 2 learners." in said and "unchanged" not in said
    for path in (tmp_path / "submissions.zip", folder):
        again, said = run(path, tmp_path / "out")
        assert "3 of 3 are unchanged since they were graded." in said
        for now, then in ((again.results, first.results), (again.counted, first.counted)):
            assert [replace(one, identity=other.identity) for one, other in zip(now, then, strict=True)] == then
            for one, other in zip(now, then, strict=True):
                inside = other.identity.file.replace("submissions.zip", path.name)
                made = other.identity.made if path.suffix else ""
                assert one.identity == replace(other.identity, file=inside, place=path.name, source=str(path),
                                               made=made)


def test_several_files_without_an_order_are_said(tmp_path: Path, no_running: None) -> None:
    for name in ("a", "b"):
        write_notebook(tmp_path / "class" / "ada" / f"{name}.ipynb", [f"{name} = 1"])
    outcome, said = run(tmp_path / "class", tmp_path / "out")
    assert (len(outcome.results), len(outcome.counted)) == (2, 1)
    assert "the latest counts (of ada the best, for nothing says which is the latest); 1 other" in said
    assert "files with different answers count as one learner's, and nothing says" in said.lower()
    assert "class/ada/a.ipynb, class/ada/b.ipynb" in said and "it is not certain whose they are" in said
    assert outcome.counted[0].identity.status == "check"


def test_a_name_that_nobody_gave_is_marked_until_somebody_gives_it(tmp_path: Path, no_running: None) -> None:
    for name in ("alice", NAME):
        write_notebook(tmp_path / "class" / f"{name}.ipynb", [f"name = {name!r}"])
    outcome, said = run(tmp_path / "class", tmp_path / "out")
    assert {one.learner: one.identity.status for one in outcome.counted} == {"alice": "certain", NAME: "check"}
    assert f"Neither a folder nor the file's own name says whose it is: class/{NAME}.ipynb (as {NAME})." in said
    page = class_report(outcome.counted, ["a.html", "b.html"])
    assert f"class/{NAME}.ipynb (as {NAME})" in page and "Whose it is" in page

    content = {one.learner: one.identity.content for one in outcome.results}
    line = Decision("bob", NAME, content["alice"])
    _, said = run(tmp_path / "class", tmp_path / "out", decisions={f"class/{NAME}.ipynb": [line]})
    assert "has changed since identity.csv said" in said, "the line was of another content"
    line = replace(line, content=content[NAME][:16])
    outcome, said = run(tmp_path / "class", tmp_path / "out", decisions={f"class/{NAME}.ipynb": [line]})
    assert "2 of 2 are unchanged" in said and f"counted as {NAME} and is now bob's" in said
    for results in (outcome.results, outcome.counted):
        assert {one.learner: one.identity.status for one in results} == {"alice": "certain", "bob": "certain"}
    with Gradebook(tmp_path / "out" / GRADEBOOK) as book:
        assert {one.learner for one in book.results()} == {"alice", "bob"}, "nothing is left of the name that was wrong"


def test_the_number_and_the_time_are_in_the_gradebook_and_on_the_page(tmp_path: Path, no_running: None) -> None:
    for number in (98765, 98766, 98800):
        write_notebook(tmp_path / "export" / f"submission_{number}" / "work.ipynb", [f"x = {number}"])
    metadata = METADATA + "submission_98800:\n  :submitters:\n  - :email: ada@uni.example\n  :created_at: never\n"
    (tmp_path / "export" / "submission_metadata.yml").write_text(metadata, encoding="utf-8")
    run(tmp_path / "export", tmp_path / "out")
    with Gradebook(tmp_path / "out" / GRADEBOOK) as book:
        latest = {one.learner: one for one in book.counting("latest").everything}
        when = {(one.learner, one.order): one.handed_in for one in book.results()}
    assert when == {
        ("ada@uni.example", 98765): "2026-01-18T20:29:43+00:00", ("ada@uni.example", 98800): "",
        ("40313", 98765): "2026-01-18T20:29:43+00:00", ("李 明", 98766): "2026-01-18T20:29:43+00:00",
    }  # fmt: skip
    assert {who: (one.attempt, one.attempts) for who, one in latest.items()} == {
        "ada@uni.example": (2, 2), "40313": (1, 1), "李 明": (1, 1)}  # fmt: skip
    shown = feedback_page("ada@uni.example", [latest["ada@uni.example"]], {})
    assert "attempt 2 of 2" in shown and "dated" not in shown
    shown = feedback_page("40313", [latest["40313"]], {})
    assert "dated 2026-01-18 20:29:43 UTC" in shown and "attempt" not in shown


@pytest.mark.parametrize(("name", "when"), [
    (f"{NAME}_2026_10_31T09_30_00_12.zip", "2026-10-31T09:30:00"), (f"{NAME}_2026_13_31T09_30_00_12.zip", ""),
    (f"{NAME}_2026_10_31.zip", ""),
])  # fmt: skip
def test_otters_export_says_when(tmp_path: Path, name: str, when: str) -> None:
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / name).write_text("")
    assert [item.handed_in for item in find([tmp_path]).found] == [when]


METADATA = """\
---
submission_98765:
  :submitters:
  - :name: Ada Lovelace
    :sid: '40312'
    :email: ada@uni.example
  - :name: Jörg Müller
    :sid: '40313'
    :email:
  :created_at: 2026-01-18 20:29:43.210614000 Z
  :score: 10.0
submission_98766:
  :submitters:
  - :name: 李 明
  :created_at: 2026-01-18 20:29:43.210614000 Z
"""


def found(folder: Path) -> list[tuple[str, int, bool]]:
    return [(item.learner, item.order, item.late) for item in find([folder]).found]


@pytest.mark.parametrize(("inside", "expected"), [
    (f"lovelaceada_40312_991_{NAME}.ipynb", ("lovelaceada_40312", 991, False)),
    (f"lovelaceada_LATE_40312_991_{NAME}-1.ipynb", ("lovelaceada_40312", 991, True)),
    (f"loe-lace--ada-late_40312_991_{NAME}.zip", ("loe-lace--ada_40312", 991, True)),
    ("李明_7_12_my_work_3_4_x.ipynb", ("李明_7", 12, False)),
    (f"anon_Ab3dE_991_{NAME}.ipynb", ("anon_Ab3dE", 991, False)),
    (f"LATE_anon_Ab3dE_991_{NAME}.ipynb", ("anon_Ab3dE", 991, True)),
    (f"download/lovelaceada_40312_991_{NAME}.ipynb", ("lovelaceada_40312", 991, False)),
    (f"a_4_9_{NAME}_2026_10_31T09_30_00_12.zip", ("a_4", 9, False)),
    (f"Jörg Müller_88101_assignsubmission_file_/{NAME}.ipynb", ("Jörg Müller_88101", 0, False)),
    (f"Jörg Müller_88101_assignsubmission_file/deep/{NAME}.ipynb", ("Jörg Müller_88101", 0, False)),
    (f"Jörg Müller_88101_assignsubmission_file_{NAME}.ipynb", ("Jörg Müller_88101", 0, False)),
    ("Participant_88101_assignsubmission_file_/work.ipynb", ("Participant_88101", 0, False)),
    (f"submission_5/{NAME}.ipynb", ("submission_5", 5, False)),
    (f"alice_{NAME}_2026_10_31T09_30_00_12.zip", ("alice", 20261031093000000012, False)),
])  # fmt: skip
def test_names_of_learning_management_systems(tmp_path: Path, inside: str, expected: tuple[str, int, bool]) -> None:
    path = tmp_path / "class" / inside
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert found(tmp_path / "class") == [expected]
    if expected[1] != 20261031093000000012:
        (alone,) = find([path]).found
        assert (alone.learner, alone.order, alone.late) == expected, "also when the file itself is named"


def test_gradescope_says_who_is_who(tmp_path: Path) -> None:
    for number in (98765, 98766, 98767):
        (tmp_path / "export" / f"submission_{number}").mkdir(parents=True)
        (tmp_path / "export" / f"submission_{number}" / "work.ipynb").write_text("{}")
    metadata = tmp_path / "export" / "submission_metadata.yml"
    metadata.write_text(METADATA, encoding="utf-8")
    for folder in (tmp_path, tmp_path / "export"):
        assert found(folder) == [
            ("40313", 98765, False), ("ada@uni.example", 98765, False), ("submission_98767", 98767, False),
            ("李 明", 98766, False),
        ]  # fmt: skip
        assert find([folder]).others == ()
    for broken in ("a: [", "- 1\n", "submission_1: {}\n"):
        metadata.write_text(broken)
        with pytest.raises(CourseError, match=r"submission_metadata\.yml cannot be read .*Download the export again"):
            find([tmp_path])
