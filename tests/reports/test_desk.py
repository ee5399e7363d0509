"""The instructor's pages: which code stands beside which question, that nothing in it can act, and who never gets it.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.grading.results import CellResult, SubmissionResult, Verdict
from autograder.reports import answers, desk
from autograder.reports.answers import Code
from autograder.reports.write import write_reports
from autograder.submissions.identity import Identity
from autograder.submissions.notebook import Cell
from autograder.submissions.people import Kind
from tests.reports import hostile
from tests.reports.made_up import graded, handed_in, made_up_class
from tests.reports.test_write import Page, check_harmless

pytestmark = pytest.mark.fast

MARK = "only_in_the_code_of"


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(main, list(arguments))
    assert "Traceback" not in done.output
    return done


def marked(result: SubmissionResult) -> dict[str, str]:
    return {question.name: f"{MARK} = {question.name!r}" for question in result.questions}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A class that was graded, with a desk."""
    results = made_up_class(8)
    graded(tmp_path / "grades", handed_in(results, tmp_path / "class", marked(results[0])))
    done = run("desk", "--output", str(tmp_path / "grades"))
    assert done.exit_code == 0 and "They are for you alone" in done.output
    return tmp_path / "grades"


def pages(output: Path) -> dict[str, Page]:
    return {path.stem: Page(path) for path in sorted((output / desk.FOLDER).glob("*.html"))}


def cells(*sources: str) -> tuple[Cell, ...]:
    return tuple(Cell(source) for source in sources)


def shape(
    code: tuple[Cell, ...], questions: tuple[str, ...], former: str = ""
) -> list[tuple[tuple[str, ...], list[int]]]:
    return [(part.questions, [place for place, _ in part.cells]) for part in answers.parts(code, questions, former)]


def test_a_notebook_is_cut_where_the_check_that_counts_stands() -> None:
    one, two = 'grader.check("q2_1")', "grader.check( 'q2_2' )"
    names = ("q2_1", "q2_2")
    assert shape(cells("a", one, "b", two, "c"), names) == [(("q2_1",), [0, 1]), (("q2_2",), [2, 3]), ((), [4])]
    assert shape(cells("a", one, "b", two, one), names) == [(("q2_2",), [0, 1, 2, 3]), (("q2_1",), [4])]
    assert shape(cells("a", f"# {one}", f"{one}\n{two}"), names) == [(names, [0, 1, 2])]
    assert shape((Cell("a", ("q2_2",)), Cell("b")), names) == [(("q2_2",), [0]), ((), [1])]
    assert shape(cells("a", 'grader.check("q9_9")'), names) == [((), [0, 1])]
    assert shape(cells("a", 'grader.check("q6_1")'), ("q7_1",), "06-training") == [(("q7_1",), [0, 1])]
    assert shape((), names) == []


def test_each_answer_stands_beside_its_question(output: Path) -> None:
    found = pages(output)
    results = [result for result in made_up_class(8) if result.questions]
    for result in results:
        sections = found[result.learner].source.split('<section class="beside"')[1:]
        for question, section in zip(result.questions, sections, strict=True):
            assert f'id="{question.name}"' in section and f"{MARK} = &#39;{question.name}&#39;" in section
            assert f": {question.score:g} of {question.possible:g}</h2>" in section
    report = Page(output / "report.html")
    assert {f"{desk.FOLDER}/{name.replace(' ', '%20')}.html" for name in found if name.isascii() and "'" not in name
            } <= set(report.values("href"))
    assert not any(link.startswith("feedback/") for link in report.values("href"))


def test_the_page_says_how_it_ended_what_was_printed_and_what_the_learner_does_not_read(
    tmp_path: Path,
) -> None:
    one = next(result for result in made_up_class(8) if result.status is Verdict.GRADED)
    told = replace(one.questions[0].cases[0], passed=False, message="got 254", told="got …")
    one = replace(
        one, flags=("a flag",), reason="a reason", status=Verdict.REVIEW,
        questions=(replace(one.questions[0], cases=(told,)), *one.questions[1:]),
        cells=(CellResult(0, "ok", 0.1, output="printed <b>by</b> cell 1"),
               CellResult(2, "raised", 0.1, "NameError: name 'x'", "NameError"), *one.cells[4:]))
    (made,) = handed_in([one], tmp_path / "class")
    made = replace(made, identity=replace(made.identity, evidence="the folder 'Ada'",
                                          ids={Kind.LOGIN: ["ada7"], Kind.LABEL: ["Ada"]}))
    graded(tmp_path / "grades", [made])
    assert run("desk", "--output", str(tmp_path / "grades")).exit_code == 0
    (page,) = pages(tmp_path / "grades").values()
    for said in ("review: graded, but something needs your eyes. a reason", "Marked for a look: a flag",
                 "printed <b>by</b> cell 1", "Code cell 3 stopped with an error", "NameError: name 'x'", "got 254",
                 "The learner reads: got …", "certain: the folder 'Ada'", "Login ada7"):
        assert said in page.words, said


def test_code_is_read_again_only_as_it_was_graded(output: Path, tmp_path: Path) -> None:
    first, second = sorted(pages(output))[:2]
    shutil.rmtree(output / desk.FOLDER)
    (tmp_path / "class" / f"{first}.ipynb").write_text("{}")
    (tmp_path / "class" / f"{second}.ipynb").unlink()
    said = run("desk", "--output", str(output))
    assert "Of 2 the code is not there; their pages say why." in said.output
    found = pages(output)
    assert "is another file now than the one that was graded" in found[first].words
    assert re.search(rf"class/{re.escape(second)}\.ipynb is not in .* any more\. Put the class back",
                     found[second].words)
    assert sum("digits.load()" in page.words for page in found.values()) == len(found) - 2

    # What was read is kept with the pages: the class may lie elsewhere by the time that a score is set.
    (tmp_path / "class").rename(tmp_path / "moved")
    third = next(result for result in made_up_class(8) if result.status is Verdict.GRADED
                 and result.learner not in (first, second))
    done = run("adjust", third.learner, "q2_1", "0.5", "--reason", "why <not>", "--output", str(output))
    assert done.exit_code == 0
    page = pages(output)[third.learner]
    assert MARK in page.words and "Set by hand. The checks give" in page.words and "why <not>" in page.words


def test_a_zip_and_a_file_that_was_graded_alone_are_found_again(tmp_path: Path) -> None:
    result = next(result for result in made_up_class(8) if result.questions)
    (made,) = handed_in([result], tmp_path / "class", marked(result))
    alone = replace(made, identity=replace(made.identity, place=f"{result.learner}.ipynb",
                                           file=f"{result.learner}.ipynb",
                                           source=str(tmp_path / "class" / f"{result.learner}.ipynb")))
    codes = answers.read([made, alone], {})
    assert codes[answers.key(made)].cells and codes == answers.read([alone], {})
    assert answers.read([made], {answers.key(made): Code(cells("kept"))})[answers.key(made)].cells[0].source == "kept"
    assert "an earlier version graded it" in answers.read([replace(made, identity=Identity())], {})[" ".join(
        (made.assignment, ""))].missing


def test_what_was_kept_damaged_is_read_anew(output: Path) -> None:
    before = {name: page.source for name, page in pages(output).items()}
    for broken in ('{"pages": ["../../grades.csv", "/etc/x.html"], "code": "[1]"}', "not JSON", '{"pages": 7}'):
        (output / desk.FOLDER / desk.RECORD).write_text(broken)
        assert run("desk", "--output", str(output)).exit_code == 0
        assert {name: page.source for name, page in pages(output).items()} == before
    assert (output / "grades.csv").is_file()


def test_who_is_no_longer_in_the_class_is_no_longer_on_the_desk(output: Path, tmp_path: Path) -> None:
    left = [result for result in made_up_class(8) if result.questions][:2]
    graded(output, handed_in(left, tmp_path / "again"))
    assert sorted(pages(output)) == sorted(result.learner for result in left)
    kept = json.loads((output / desk.FOLDER / desk.RECORD).read_text())
    assert len(json.loads(kept["code"])) == 2, "nor is their code"


def test_strangers_text_stays_text(tmp_path: Path) -> None:
    attack = f"{hostile.HTML}{hostile.ANSI}{hostile.TEMPLATE}</script></pre>\u202e"
    results = []
    for number, name in enumerate(hostile.NAMES):
        result = replace(hostile.attacked(name, number), told=attack)
        result = replace(result, cells=(CellResult(0, "raised", 0.1, attack, output=attack),
                                        CellResult(1, attack, 0.1)),
                         identity=Identity(file=attack, evidence=attack, ids={attack: [attack]}, content=str(number),
                                           person={"name": attack}))
        results.append(result)
    desk.begin(tmp_path)
    (tmp_path / desk.FOLDER / desk.RECORD).write_text(json.dumps({"pages": [], "code": answers.to_json(
        {answers.key(result): Code((Cell(attack), Cell(f'{attack}\ngrader.check("{hostile.FORMULA}")')))
         for result in results})}))
    write_reports(results, tmp_path)
    found = sorted((tmp_path / desk.FOLDER).rglob("*.html"))
    assert len(found) == len(results)
    for path in found:
        check_harmless(Page(path))
    shown = Page(found[0])
    assert shown.text.count("<script>alert(1)</script>") >= 8, "as the text that it is"


@pytest.mark.parametrize("name", ["Ada", "O'Neill $(rm x) `y` \"z\"; exit", "-rf", "--help", "李 明", "a\\b"])
def test_a_command_says_what_is_meant_whatever_the_name(tmp_path: Path, name: str) -> None:
    result = replace(hostile.attacked(name), assignment="02-preprocessing")
    command = desk._Command(result, tmp_path / "it's here")
    words = shlex.split(f"autograder adjust {command.options} --reason 'why' {command.whom('q2_1')} 1.5")
    assert words == ["autograder", "adjust", "--output", str(tmp_path / "it's here"), "--assignment",
                     "02-preprocessing", "--reason", "why", "--", name, "q2_1", "1.5"]


@pytest.mark.parametrize("name", ["line\nbreak", "\x03rm -r x", "\u202egnp.exe", "\x1b[2J", "", " "])
def test_a_name_that_a_terminal_may_act_on_gets_no_command(tmp_path: Path, name: str) -> None:
    assert not desk._Command(hostile.attacked(name), tmp_path).whom("q2_1")


def test_nothing_that_is_handed_back_has_any_of_it(tmp_path: Path) -> None:
    results = made_up_class(8)
    made = [replace(result, learner=f"{result.learner}_{number}", submission=f"{number}.ipynb",
                    cells=tuple(replace(cell, output=f"{MARK} output") for cell in result.cells))
            for number, result in enumerate(results, start=1001)]
    made = handed_in(made, tmp_path / "class", marked(results[0]))
    output = graded(tmp_path / "grades", made)
    assert run("desk", "--output", str(output)).exit_code == 0
    assert run("feedback", "moodle", "--output", str(output)).exit_code == 0
    with zipfile.ZipFile(output / "moodle-feedback.zip") as packed:
        assert len(packed.namelist()) == 8
        texts = [packed.read(name).decode() for name in packed.namelist()]
    assert run("export", "csv", "--output", str(output)).exit_code == 0
    ours = (output / desk.FOLDER, output / "gradebook.sqlite")
    others = [path for path in output.rglob("*") if path.is_file() and not any(
        path == one or one in path.parents for one in ours) and path.suffix != ".zip"]
    assert {path.parent.name for path in others} == {"grades", "feedback", "results"}
    assert not any(MARK in one for one in [*texts, *(path.read_text() for path in others)])
    assert any(MARK in page.source for page in pages(output).values())


def test_one_command_removes_it(output: Path) -> None:
    (output / desk.FOLDER / "notes.txt").write_text("mine")
    said = run("desk", "--delete", "--output", str(output))
    assert said.exit_code == 0 and "8 pages with learners' code are removed" in said.output
    assert "left alone" in said.output and "notes.txt" in said.output
    assert [path.name for path in (output / desk.FOLDER).iterdir()] == ["notes.txt"]
    assert not any(MARK in path.read_text() for path in output.rglob("*") if path.suffix in (".html", ".json", ".csv"))
    assert any(link.startswith("feedback/") for link in Page(output / "report.html").values("href"))

    (output / desk.FOLDER / "notes.txt").unlink()
    assert run("desk", "--output", str(output)).exit_code == 0
    assert run("desk", "--delete", "--output", str(output)).exit_code == 0
    assert not (output / desk.FOLDER).exists()
    said = run("desk", "--delete", "--output", str(output))
    assert said.exit_code == 2 and "nothing is to be removed" in said.output
    assert run("desk", "--output", str(output / "none")).exit_code == 2


def test_missing_code_is_counted_by_submissions_and_not_by_contents(output: Path, tmp_path: Path) -> None:
    first = next(result for result in made_up_class(8) if result.status is Verdict.GRADED)
    same = handed_in([replace(first, learner=name) for name in ("Twin A", "Twin B")], tmp_path / "other")
    same = [replace(one, identity=replace(one.identity, content=same[0].identity.content)) for one in same]
    shutil.rmtree(tmp_path / "other")
    graded(tmp_path / "two", same)
    said = run("desk", "--output", str(tmp_path / "two"))
    assert "Of 2 the code is not there; their pages say why." in said.output


def test_a_gradebook_without_submissions_has_no_desk(tmp_path: Path) -> None:
    (tmp_path / "gradebook.sqlite").touch()
    said = run("desk", "--output", str(tmp_path))
    assert said.exit_code == 2 and "There is no submission in" in said.output
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.sqlite"]
