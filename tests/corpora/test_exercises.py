"""The corpora of right and wrong answers through the real grader: what `autograder verify` does, as tests.

A part of them: every twelfth right answer, and of the mistakes each question's first one, several in one notebook.
`make verify` runs the whole corpus, each case by itself; that takes about as long as all other tests together. The
untouched notebooks are run by test_run_through.py, and the solutions by each `autograder build`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from autograder.authoring import leaks, verify, wrong
from autograder.authoring.casefiles import apply
from autograder.authoring.corpus import Edit, Mistake, RightAnswer
from autograder.authoring.verify import Finding, Trial, judge, trials, verify_together
from autograder.course import Assignment, CourseError, assignment, exercise_names, master
from autograder.grading.results import CaseResult, CellResult, QuestionResult, SubmissionResult, Verdict
from autograder.reports.write import write_reports

EVERY = 12
"""Of the right answers of an exercise one in so many is tried, the first one always."""

OF_A_QUESTION = 1
"""How many mistakes are tried of each question."""

TIMEOUT = 120.0
"""Seconds for a cell; given, so that the solutions need not run once more to find one."""


def some(trials: list[Trial]) -> list[Trial]:
    """Every twelfth right answer, each question's first mistake."""
    right = [trial for trial in trials if trial.kind == verify.RIGHT]
    firsts, seen = [], Counter[str]()
    for trial in trials:
        questions = trial.case.fails if isinstance(trial.case, Mistake) else ()
        if any(seen[question] < OF_A_QUESTION for question in questions):
            firsts.append(trial)
            seen.update(questions)
    return [*right[::EVERY], *together(firsts)]


def together(trials: list[Trial]) -> list[Trial]:
    """The same mistakes in fewer notebooks: those that change the answer to one question share one with others.

    No question needs another one's answer, and so none may lose points for a neighbor's mistake, either.
    """
    notebooks: list[list[Trial]] = []
    for trial in trials:
        here = next((made for made in notebooks if all(_share(trial, other) for other in made)), None)
        if here is None:
            notebooks.append([trial])
        else:
            here.append(trial)
    return [_joined(made, number) if len(made) > 1 else made[0] for number, made in enumerate(notebooks)]


def _share(one: Trial, other: Trial) -> bool:
    """Whether each changes only the answers that it gets wrong, and both leave the rest of the notebook alike."""
    rest = []
    for trial in (one, other):
        fails = trial.case.fails if isinstance(trial.case, Mistake) else ()
        if trial.edit != Edit(replace=trial.edit.replace) or not trial.edit.replace.keys() >= set(fails):
            return False
        if isinstance(trial.case, Mistake) and trial.case.never:
            return False
        rest.append({cell: code for cell, code in trial.edit.replace.items() if cell not in fails})
    answers = [trial.edit.replace.keys() - rest[0].keys() for trial in (one, other)]
    return rest[0] == rest[1] and not answers[0] & answers[1]


def _joined(trials: list[Trial], number: int) -> Trial:
    cases = [trial.case for trial in trials if isinstance(trial.case, Mistake)]
    edit = Edit(replace={cell: code for case in cases for cell, code in case.edit.replace.items()})
    case = replace(cases[0], name=f"together {number}", edit=edit,
                   cause="; ".join(f"{'/'.join(case.fails)}: {case.cause}" for case in cases),
                   fails=tuple(question for case in cases for question in case.fails),
                   messages={question: pattern for case in cases for question, pattern in case.messages.items()},
                   causes={question: names for case in cases for question, names in case.causes.items()})
    return Trial(verify.MISTAKE, case.name, edit, case)


TRIED = {name: some(trials(assignment(name))) for name in exercise_names()}
ALL = [(name, trial.learner) for name, tried in TRIED.items() for trial in tried]


@pytest.fixture(scope="module")
def findings() -> dict[tuple[str, str], Finding]:
    chosen = [(assignment(name), TRIED[name]) for name in exercise_names()]
    found = verify_together(chosen, Console(quiet=True), jobs=2, timeout=TIMEOUT)
    return {(name, finding.trial.learner): finding for name, findings in found.items() for finding in findings}


@pytest.mark.slow
@pytest.mark.parametrize(("exercise", "learner"), ALL, ids=[f"{name}-{learner}" for name, learner in ALL])
def test_it_is_graded_as_it_must_be(
        findings: dict[tuple[str, str], Finding], exercise: str, learner: str) -> None:
    finding = findings[exercise, learner]
    assert not finding.problems, "\n".join(finding.problems)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", exercise_names())
def test_no_feedback_page_gives_anything_away(
        findings: dict[tuple[str, str], Finding], exercise: str, tmp_path: Path) -> None:
    """Nor a result file for Gradescope, whatever the answer was. Hints are meant to be read, and so are lines
    that the learner has written: the notebooks of the corpora are solutions but for their one mistake."""
    of_exercise = [finding for (name, _), finding in findings.items() if name == exercise]
    write_reports([finding.result for finding in of_exercise], tmp_path)
    secrets = leaks.secrets(master(exercise))
    hints_shown = False
    for finding in of_exercise:
        learner = finding.trial.learner
        pages = {path: (tmp_path / path).read_bytes() for path in (f"feedback/{learner}.html",
                                                                   f"results/{learner}.json")}
        own = {line.strip() for cell in apply(finding.trial.edit, assignment(exercise))["cells"]
               for line in cell["source"].split("\n")}
        foreign = replace(secrets, lines=secrets.lines - own,
                          answers=frozenset(answer for answer in secrets.answers if not set(answer) <= own))
        assert leaks.find(pages, [foreign], hints_may_show=True) == []
        hints_shown |= any(html.escape(hint).encode() in page or hint.encode() in page
                           for hint in secrets.hints for page in pages.values())
    assert len(of_exercise) == len(TRIED[exercise])
    assert secrets.hints and hints_shown, "what hidden checks say is read by some learner"


# --- the judge itself, on results made up for it ----------------------------------------------------------

MISTAKE = Mistake("says two", "own", "it is two", Edit(replace={"q9_1": "2"}), ("q9_1",),
                  {"q9_1": re.compile("two")}, False, Path("x.yaml"))
TRIALS = {
    "solution": Trial(verify.SOLUTION, "", Edit()),
    "untouched": Trial(verify.UNTOUCHED, "", Edit(base="untouched")),
    "mistake": Trial(verify.MISTAKE, MISTAKE.name, MISTAKE.edit, MISTAKE),
    "report only": Trial(verify.MISTAKE, "x", MISTAKE.edit, replace(MISTAKE, fails=(), messages={},
                                                                    report_only=True)),
    "own class": Trial(verify.RIGHT, "y", MISTAKE.edit, RightAnswer("y", "a class", MISTAKE.edit, Path("x.yaml"),
                                                                    re.compile("a reas"))),
}


def result(one: float, two: float, message: str = "it says two", hidden: bool = False,
           status: Verdict = Verdict.GRADED, cell: str = "ok") -> SubmissionResult:
    case = CaseResult("test", one == 2, hidden, 2.0, "" if one == 2 else message)
    return SubmissionResult(
        "ada", "ada.ipynb", "90-tiny", status, "a reason",
        (QuestionResult("q9_1", one, 2.0, "in-place", (case,)), QuestionResult("q9_2", two, 1.0, "in-place")),
        (CellResult(0, cell, 0.1, "NameError: x" if cell != "ok" else ""),))


@pytest.mark.fast
@pytest.mark.parametrize(("kind", "came", "problem"), [
    ("solution", result(2, 1), None),
    ("solution", result(2, 0.5), "q9_2 lost points, and should not"),
    ("solution", result(2, 1, status=Verdict.REVIEW), "its status is review: a reason"),
    ("untouched", result(0, 0), None),
    ("untouched", result(0, 1), "q9_2 earns 1 for nothing"),
    ("untouched", result(0, 0, cell="raised"), "code cell 1 raised: NameError: x"),
    ("mistake", result(1, 1), None),
    ("mistake", result(2, 1), "q9_1 lost no points"),
    ("mistake", result(1, 0), "q9_2 lost points, and should not"),
    ("mistake", result(1, 1, message="wrong"), r"no message names the cause \(it is two\). They say: wrong"),
    ("own class", result(2, 1, status=Verdict.REVIEW), None),
    ("own class", result(2, 1), "its status is graded: a reason"),
    ("own class", replace(result(2, 1, status=Verdict.REVIEW), reason="other"), "for another reason: other"),
    ("report only", result(2, 1), None),
    ("report only", result(1, 1), "q9_1 lost points, and should not"),
])
def test_the_judge(kind: str, came: SubmissionResult, problem: str | None) -> None:
    finding = judge(TRIALS[kind], came)
    if problem is None:
        assert finding.problems == ()
    else:
        assert len(finding.problems) == 1
        assert re.search(problem, finding.problems[0])


@pytest.mark.fast
@pytest.mark.parametrize(("causes", "never", "message", "problem"), [
    (("square",), None, "That is the square. It says two", None),
    (("square",), None, "it says two", "no message names the cause"),
    ((), None, "it says two", None),
    ((), None, "That is the square. It says two", "it names a cause that is not listed, 'square'"),
    (("half",), None, "That is the square. It says two", "it names a cause that is not listed, 'square'"),
    (("half", "square"), None, "That is the square.", None),
    (("twin",), None, "That is the square.", None),
    ((), "two", "it says two", "a message says what is not so: it says two"),
])
def test_the_judge_knows_which_causes_are_true(
        monkeypatch: pytest.MonkeyPatch, causes: tuple[str, ...], never: str | None, message: str,
        problem: str | None) -> None:
    monkeypatch.setattr(verify, "said_by_variants", lambda exercise: {
        ("q9_1", "square"): "That is the square.", ("q9_1", "twin"): "That is the square.", ("q9_1", "half"): "Half."})
    case = replace(MISTAKE, causes={"q9_1": causes} if causes else {}, never=re.compile(never) if never else None)
    problems = judge(Trial(verify.MISTAKE, case.name, case.edit, case), result(1, 1, message)).problems
    assert bool(problems) == bool(problem)
    assert problem is None or any(problem in one for one in problems)


@pytest.mark.fast
def test_a_cause_that_is_no_variant_is_refused_before_anything_is_graded(
        tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "said_by_variants", lambda exercise: {("q9_1", "square"): "That is the square."})
    for names, refused in ((("square",), False), (("square", "half"), True)):
        case = replace(MISTAKE, causes={"q9_1": names})
        chosen = [TRIALS["solution"], Trial(verify.MISTAKE, case.name, case.edit, case)]
        if not refused:
            verify.require_causes(tiny, chosen)
            continue
        with pytest.raises(CourseError, match="case says two: q9_1 has no wrong variant called 'half'"):
            verify.verify_exercise(tiny, Console(), chosen=chosen)


@pytest.mark.fast
@pytest.mark.parametrize(("replaced", "fails", "message", "problem"), [
    (["q9_2"], ["q9_1", "q9_2"], "This comes of `half`, which does not give what it should. It says two", None),
    (["q9_2"], ["q9_1", "q9_2"], "it says two: name 'half' is not defined", None),
    (["q9_2"], ["q9_1", "q9_2"], "it says two", "q9_1: no message says that it comes of half"),
    (["q9_1", "q9_2"], ["q9_1", "q9_2"], "it says two", None),
    (["q9_1"], ["q9_1"], "it says two", None),
    (["q9_1"], ["q9_1"], "This comes of `half`, which does not give what it should. It says two",
     "blames `half`, which is right"),
])
def test_the_judge_knows_who_is_to_blame(
        monkeypatch: pytest.MonkeyPatch, replaced: list[str], fails: list[str], message: str,
        problem: str | None) -> None:
    """An answer of the solution's that calls the function of another cell fails because of that, and none else does."""
    answers = {"q9_1": "def both(x):\n    return half(x)", "q9_2": "def half(x):\n    return x / 2"}
    monkeypatch.setattr(verify, "known_of", lambda exercise: wrong.Wrong("", answers))
    monkeypatch.setattr(verify, "said_by_variants", lambda exercise: {})
    case = replace(MISTAKE, edit=Edit(replace=dict.fromkeys(replaced, "2")), fails=tuple(fails),
                   messages=dict.fromkeys(fails, re.compile("two|^$")))
    came = result(1, 0 if "q9_2" in fails else 1, message)
    problems = judge(Trial(verify.MISTAKE, case.name, case.edit, case), came).problems
    assert bool(problems) == bool(problem) and (problem is None or problem in problems[0])


@pytest.mark.fast
def test_the_judge_says_when_the_learner_is_told() -> None:
    assert judge(TRIALS["mistake"], result(1, 1)).caught_by == "public"
    assert judge(TRIALS["mistake"], result(1, 1, hidden=True)).caught_by == "hidden"
    assert judge(TRIALS["mistake"], result(1, 1)).message == "it says two"


@pytest.mark.fast
@pytest.mark.parametrize(("one", "well"), [(1.0, True), (2.0, False)])
def test_verify_fails_when_one_case_does(
        tiny: Assignment, monkeypatch: pytest.MonkeyPatch, one: float, well: bool) -> None:
    found = [judge(TRIALS["mistake"], result(one, 1))]
    monkeypatch.setattr(verify, "verify_exercise", lambda assignment, console: found)
    console = Console(record=True, width=150, quiet=False, file=Path("/dev/null").open("w"))  # noqa: SIM115
    assert verify.verify(["90-tiny"], console, find=lambda name: tiny) is well
    said = console.export_text()
    assert "says two" in said
    assert ("WRONG: q9_1 lost no points" in said) is not well


@pytest.mark.fast
def test_one_that_cannot_be_verified_keeps_no_other_from_it(
        tiny: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Assignment:
        if name == "91-broken":
            raise CourseError("91-broken has not been built yet.")
        return tiny

    monkeypatch.setattr(verify, "verify_exercise", lambda of, console: [])
    console = Console(record=True, width=200)
    assert verify.verify(["90-tiny"], console, find) is True
    assert verify.verify(["91-broken", "90-tiny"], console, find) is False
    said = console.export_text()
    assert "91-broken is left out: 91-broken has not been built yet." in said and said.count("90-tiny: Tiny") == 2
    with pytest.raises(CourseError, match="has not been built yet"):
        verify.verify(["91-broken"], console, find)
