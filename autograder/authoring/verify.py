"""Proves the exercises' graders: `autograder verify`.

For each exercise the whole corpus is handed in like a class and graded by the
real grader. Then the results are compared with the expected ones:

- the solution earns full marks, and so does every right answer;
- the untouched notebook earns nothing, without an error;
- every mistake loses points in exactly the questions it concerns, and what the
  learner reads names the cause;
- a mistake that leaves no trace loses nothing.

`hand_in_corpus` and `judge` are what the tests use, too.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder import course
from autograder.authoring import corpus, wrong
from autograder.authoring.casefiles import apply, write_notebook
from autograder.authoring.corpus import Edit, Mistake, RightAnswer
from autograder.authoring.master import read_master
from autograder.course import Assignment, CourseError
from autograder.grading import causes
from autograder.grading.batch import BatchStopped, grade_paths
from autograder.grading.results import CaseResult, QuestionResult, SubmissionResult, Verdict, all_points

SOLUTION, UNTOUCHED, RIGHT, MISTAKE = "solution", "untouched", "right answer", "mistake"


@dataclass(frozen=True)
class Trial:
    """One notebook of the corpus: its kind, its name, and how it is made.

    `case` is the mistake it stands for, where it is one.
    """

    kind: str
    name: str
    edit: Edit
    case: Mistake | RightAnswer | None = None

    @property
    def learner(self) -> str:
        """The name under which it is handed in."""
        return "-".join(re.findall(r"[a-z0-9]+", f"{self.kind} {self.name}".lower()))


@dataclass(frozen=True)
class Finding:
    """The outcome of one trial. `problems` is empty when all is as it must be.

    `caught_by`: `public` when the learner sees it at once, `hidden` when only grading shows it, empty when nothing
    failed. `message`: the one that names the cause.
    """

    trial: Trial
    result: SubmissionResult
    problems: tuple[str, ...]
    caught_by: str = ""
    message: str = ""


def trials(assignment: Assignment) -> list[Trial]:
    """Returns all notebooks of the exercise's corpora, the solution and the untouched one first."""
    return [
        Trial(SOLUTION, "", Edit()),
        Trial(UNTOUCHED, "", Edit(base="untouched")),
        *(Trial(RIGHT, case.name, case.edit, case) for case in corpus.right_answers(assignment)),
        *(Trial(MISTAKE, case.name, case.edit, case) for case in corpus.mistakes(assignment)),
    ]


def hand_in_corpus(assignment: Assignment, folder: Path, chosen: Sequence[Trial]) -> dict[str, Trial]:
    """Writes the notebooks of the chosen trials into `folder`; returns the trials by learner."""
    handed_in: dict[str, Trial] = {}
    for trial in chosen:
        if trial.learner in handed_in:
            raise CourseError(f"{assignment.name}: another case is called like {trial.name!r}")
        handed_in[trial.learner] = trial
        write_notebook(apply(trial.edit, assignment), folder / f"{trial.learner}.ipynb")
    return handed_in


def require_causes(assignment: Assignment, chosen: Sequence[Trial]) -> None:
    """Refuses a case that names a wrong variant which does not exist, before anything is graded.

    Raises:
        CourseError: it names the file, the case, the question and the variant.
    """
    says = said_by_variants(assignment.name)
    for case in (trial.case for trial in chosen if isinstance(trial.case, Mistake)):
        for question, names in case.causes.items():
            for name in names:
                if (question, name) not in says:
                    raise CourseError(
                        f"{case.file}: case {case.name}: {question} has no wrong variant called {name!r}. Name one of "
                        f"{course.SOLUTIONS.name}/{assignment.name}/{wrong.FILE}, or give the case a message."
                    )


def loses_points(question: QuestionResult) -> bool:
    return not all_points(question.score, question.possible)


def failing_cases(question: QuestionResult) -> list[CaseResult]:
    return [case for case in question.cases if not case.passed]


@cache
def known_of(exercise: str) -> wrong.Wrong:
    """Returns the wrong variants of an exercise, and which functions its answers call."""
    path = course.master(exercise)
    if not path.is_file():
        return wrong.Wrong()
    return wrong.read(read_master(path), path.with_name(wrong.FILE))


@cache
def said_by_variants(exercise: str) -> Mapping[tuple[str, str], str]:
    """Returns the first sentence of each wrong variant of an exercise, by question and name; of inherited ones, too."""
    known = known_of(exercise)
    return {(question, one.name): causes.sentences(one.says)[0]
            for question in known.answers for one in known.all_of(question)}


def judge(trial: Trial, result: SubmissionResult) -> Finding:
    """Compares the result with the expected one."""
    problems = []
    review = trial.case.review if isinstance(trial.case, RightAnswer) else None
    if result.status is not (Verdict.REVIEW if review else Verdict.GRADED):
        problems.append(f"its status is {result.status.value}: {result.reason}")
    elif review and not review.search(result.reason):
        problems.append(f"it is to be reviewed for another reason: {result.reason}")
    if not result.questions:
        problems.append("no question was graded")
    if trial.kind == UNTOUCHED:
        problems += [f"{q.name} earns {q.score:g} for nothing" for q in result.questions if q.score]
        problems += [f"code cell {cell.index + 1} raised: {_last_line(cell.error)}"
                     for cell in result.cells if cell.status != "ok"]
        return Finding(trial, result, tuple(problems))
    fails = trial.case.fails if isinstance(trial.case, Mistake) else ()
    for question in result.questions:
        lost = loses_points(question)
        if lost and question.name not in fails:
            said = "; ".join(case.message for case in failing_cases(question)) or question.note
            problems.append(f"{question.name} lost points, and should not: {said}")
        if not lost and question.name in fails:
            problems.append(f"{question.name} lost no points")
    caught_by, message = "", ""
    if isinstance(trial.case, Mistake) and not trial.case.report_only:
        caught_by, message, unnamed = _messages(trial.case, result)
        problems += unnamed
        problems += _false_causes(trial.case, result)
        problems += _blame(trial.case, result)
    return Finding(trial, result, tuple(problems), caught_by, message)


def _messages(case: Mistake, result: SubmissionResult) -> tuple[str, str, list[str]]:
    """Returns which kind of test caught it, the first message that names the cause, and what is wrong."""
    questions = {question.name: question for question in result.questions}
    caught_by, message, problems = "", "", []
    for name in case.fails:
        failing = failing_cases(questions[name]) if name in questions else []
        naming = [one for one in failing if _names_it(case, name, one.message, result.assignment)]
        if failing and not naming:
            said = " | ".join(one.message for one in failing)
            problems.append(f"{name}: no message names the cause ({case.cause}). They say: {said}")
        if naming and not message:
            caught_by = "hidden" if all(one.hidden for one in failing) else "public"
            message = naming[0].message
    return caught_by, message, problems


def _names_it(case: Mistake, question: str, message: str, exercise: str) -> bool:
    """Returns whether a message says what is true of the case."""
    if question not in case.causes:
        return bool(case.messages[question].search(message))
    says = said_by_variants(exercise)
    return any(_blamed(message)[1].startswith(says[question, name]) for name in case.causes[question])


def _false_causes(case: Mistake, result: SubmissionResult) -> Iterator[str]:
    """Yields each message that names a cause which the case does not have."""
    for question in result.questions:
        for one in failing_cases(question):
            if case.never and case.never.search(one.message):
                yield f"{question.name}: a message says what is not so: {one.message}"
            told = {name for (of, name), says in said_by_variants(result.assignment).items()
                    if of == question.name and _blamed(one.message)[1].startswith(says)}
            # Two variants of one kind may have the same sentence.
            if told and not told & set(case.causes.get(question.name, ())):
                yield f"{question.name}: it names a cause that is not listed, {sorted(told)[0]!r}: {one.message}"


def _blame(case: Mistake, result: SubmissionResult) -> Iterator[str]:
    """Yields right functions that are blamed, and failed answers that are the solution's and blame none."""
    helpers = known_of(result.assignment).helpers
    for question in result.questions:
        of_others = helpers.get(question.name, {})
        failing = failing_cases(question)
        blamed = {name for one in failing for name in _blamed(one.message)[0]}
        for name in sorted(blamed):
            if of_others.get(name) not in case.fails:
                yield f"{question.name}: it blames `{name}`, which is right."
        broken = sorted(name for name, of in of_others.items() if of in case.edit.replace and of in case.fails)
        own = question.name in case.edit.replace or not _only_replaced(case.edit)
        said = " | ".join(one.message for one in failing)
        missing = any(f"name '{name}' is not defined" in said for name in broken)
        if failing and question.name in case.fails and broken and not own and not blamed and not missing:
            yield f"{question.name}: no message says that it comes of {' or '.join(broken)}. They say: {said}"


def _only_replaced(edit: Edit) -> bool:
    """Returns whether only code of cells differs from the solution."""
    return edit == Edit(replace=edit.replace)


def _blamed(message: str) -> tuple[tuple[str, ...], str]:
    """Returns the earlier functions that a message blames, and the rest of it."""
    first, _, rest = message.partition(". ")
    if not first.startswith(causes.INHERITED):
        return (), message
    return tuple(re.findall(r"`(\w+)`", first)), rest


def _last_line(text: str) -> str:
    return text.strip().rsplit("\n", 1)[-1]


def verify_exercise(
    assignment: Assignment, console: Console, jobs: int | None = None, chosen: Sequence[Trial] | None = None
) -> list[Finding]:
    """Grades the corpus of one exercise, or the trials chosen of it, and judges each, in the corpus' order."""
    everything = [(assignment, trials(assignment) if chosen is None else chosen)]
    return verify_together(everything, console, jobs)[assignment.name]


def verify_together(
    chosen: Sequence[tuple[Assignment, Sequence[Trial]]], console: Console, jobs: int | None = None,
    timeout: float | None = None
) -> dict[str, list[Finding]]:
    """Grades trials of several exercises in one batch; does the work of `verify_exercise` for each, in less time.

    Args:
        timeout: seconds for a cell. When not given, each exercise's solution runs once more, to see how long it takes.
    """
    for assignment, of_it in chosen:
        require_causes(assignment, of_it)
    with tempfile.TemporaryDirectory(prefix="verify-") as temporary:
        folder = Path(temporary)
        handed_in = {assignment.name: hand_in_corpus(assignment, folder / assignment.name / "class", of_it)
                     for assignment, of_it in chosen}
        only = chosen[0][0].name if len(chosen) == 1 else None  # without it each notebook says which exercise it is for
        try:
            outcome = grade_paths([folder / name / "class" for name in handed_in], assignment=only,
                                  output=folder / "grades", jobs=jobs, timeout=timeout, console=console)
        except BatchStopped:  # its own message names a gradebook that will soon be gone
            raise BatchStopped("Stopped. Nothing of a verification is kept.") from None
    results = {(result.assignment, result.learner): result for result in outcome.results}
    return {name: [judge(trial, results[name, learner]) for learner, trial in of_it.items()]
            for name, of_it in handed_in.items()}


def verify(
    names: Sequence[str], console: Console, find: Callable[[str], Assignment] = course.assignment
) -> bool:
    """Verifies the exercises called `names`, or all; returns True when all is well.

    One that is not built, or whose corpora are not in order, is named and keeps no other from being verified.

    Raises:
        CourseError: the only exercise does not exist, is not built, or its corpora are not in order.
    """
    findings: dict[str, list[Finding]] = {}
    left_out: dict[str, str] = {}
    wanted = names or course.exercise_names()
    for name in wanted:
        try:
            assignment = find(name)
            findings[name] = verify_exercise(assignment, console)
        except CourseError as error:
            if len(wanted) == 1:
                raise
            left_out[name] = str(error)
            console.print(f"{name} is left out: {error}", style="bold red", markup=False, highlight=False)
            continue
        console.print(_table(assignment, findings[name]))
    console.print(_summary(findings))
    if left_out:
        console.print(f"Left out: {', '.join(left_out)}; see above.", style="bold red", markup=False, highlight=False)
    return not left_out and not any(finding.problems for found in findings.values() for finding in found)


def _table(assignment: Assignment, findings: Sequence[Finding]) -> Table:
    """Returns one row a trial: what it is, its score, and the messages about it."""
    table = Table(title=f"{assignment.name}: {assignment.title}", title_justify="left")
    table.add_column("case", ratio=3)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("caught by", ratio=2)
    table.add_column("message, or what is wrong", ratio=5)
    for finding in findings:
        trial, result = finding.trial, finding.result
        name = f"{trial.kind}: {trial.name}" if trial.name else trial.kind
        lost = ", ".join(q.name for q in result.questions if loses_points(q))
        caught = f"{lost} ({finding.caught_by})" if finding.caught_by else ""
        said = "\n".join(f"WRONG: {problem}" for problem in finding.problems) or finding.message
        table.add_row(escape(name), f"{result.score:g}/{result.possible:g}", caught, escape(said),
                      style="bold red" if finding.problems else None)
    return table


def _summary(findings: Mapping[str, Sequence[Finding]]) -> Table:
    """Returns one row an exercise: how many of each kind, and how many are as they must be."""
    table = Table(title="Summary", title_justify="left")
    for heading in ("exercise", "solution", "untouched", "right", "false\nalarms", "mistakes",
                    "caught,\ncause\nnamed", "told at\nonce"):
        table.add_column(heading, justify="left" if heading == "exercise" else "right")
    for name, found in findings.items():
        kinds = {kind: [finding for finding in found if finding.trial.kind == kind]
                 for kind in (SOLUTION, UNTOUCHED, RIGHT, MISTAKE)}
        well = {kind: sum(not f.problems for f in of_kind) for kind, of_kind in kinds.items()}
        table.add_row(
            name,
            "full marks" if well[SOLUTION] else "WRONG",
            "nothing" if well[UNTOUCHED] else "WRONG",
            str(len(kinds[RIGHT])),
            str(len(kinds[RIGHT]) - well[RIGHT]),
            str(len(kinds[MISTAKE])),
            str(well[MISTAKE]),
            str(sum(f.caught_by == "public" for f in kinds[MISTAKE])),
        )
    return table
