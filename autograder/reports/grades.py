"""`grades.csv`: one row per submission, and per learner who handed in none, safe to open in any spreadsheet.

`questions.csv` has the same as one row per question, and `points.csv` the most that each can give.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from autograder.grading.results import CLASH, SubmissionResult
from autograder.reports import text, words
from autograder.submissions.identity import CERTAIN, CHECK

COLUMNS = ("learner", "submission", "assignment", "status", "score", "possible", "attempt", "handed_in", "identity")
"""The columns that every grades.csv has; earlier versions wrote the same."""

LISTED = ("name", "id", "email")
"""The columns by which a table with a class list can be joined with others: the list's entries for each row."""


NOTES = ("stopped", "late", "taken", "adjusted", "comments", "sandbox")
"""Columns that exist only if they are needed."""


RESERVED = frozenset({*COLUMNS, *LISTED, *NOTES})


def columns_of(questions: Iterable[str]) -> dict[str, str]:
    """Returns the names of the columns of questions: the questions' own, except those that another column has already.

    Those other columns are the ones of every table, needed or not. The same question has the same column name in all
    tables of a class.
    """
    taken: set[str] = set()
    titles = {}
    for name in questions:
        title = text.cell(name)
        while title in taken or title.casefold() in RESERVED:
            title += CLASH
        taken.add(title)
        titles[name] = title
    return titles


def in_order(results: Iterable[SubmissionResult]) -> list[SubmissionResult]:
    """Sorts results by exercise, then learner as a person would sort names, then file; equal ones keep their order."""
    def key(result: SubmissionResult) -> tuple[str, str, str, str]:
        name = unicodedata.normalize("NFKD", result.learner).casefold()
        return result.assignment, name, result.learner, result.submission
    return sorted(results, key=key)


def questions_of(results: Sequence[SubmissionResult]) -> list[str]:
    """Returns the names of all questions: by exercise, and in the exercise's own order."""
    names: dict[str, None] = {}
    for assignment in sorted({result.assignment for result in results}):
        own = [result for result in results if result.assignment == assignment]
        fullest = max(own, key=lambda result: len(result.questions))
        for name in (*words.facts(assignment).questions, *(question.name for question in fullest.questions)):
            names[name] = None
        for result in own:
            for question in result.questions:
                names[question.name] = None
    return list(names)


MISSING = "missing"
"""The status of a person on the roster who handed in nothing. It is no verdict, as there is nothing to judge."""


def grades_csv(results: Sequence[SubmissionResult], missing: Mapping[str, Sequence[str]] | None = None,
               persons: Mapping[str, Mapping[str, str]] | None = None,
               unsure: Mapping[str, Sequence[str]] | None = None) -> str:
    """Returns the table as CSV text: `COLUMNS`, with a class list `LISTED`, then one column for each question.

    `columns_of` gives the names of the columns of questions.

    Args:
        results: in any order.
        missing: for each exercise, the people who handed in nothing; they stand at the end, without a score.
        persons: name, id and email of those who are missing; None without a class list. If a person who is not on the
            list handed in an exercise, somebody must check who is missing.
        unsure: for each exercise, those of them who may be the author of an uncertain or ungraded file.

    A submission that the grader itself failed on has no score: its cells stay
    empty. Questions of another exercise stay empty, too. Where a submission with a worse status was stopped as well, a
    column `stopped` at the end says with which verdict. Where something came
    late, a column `late` at the end says so, and `taken` what that took of the score; where a score was set by hand, a
    column `adjusted` says which, from what to what, and why; where something was
    said by hand, a column `comments` has it; where something ran without the
    sandbox, a column `sandbox` says `none`. Decimal points,
    commas between cells, text through `text.cell`.
    """
    questions = questions_of(results)
    possible = words.possible_points(results)
    notes = dict(zip(NOTES, (
        lambda result: result.stopped,
        lambda result: "late" if result.late else "",
        lambda result: text.number(result.lateness.taken, 5) if result.lateness else "",
        words.adjusted,
        words.commented,
        lambda result: "none" if words.ran_unconfined(result) else "",
    ), strict=True))
    noted = [name for name, note in notes.items() if any(map(note, results))]
    listed = LISTED if persons is not None or any(result.identity.person for result in results) else ()
    table: list[list[str]] = [[*COLUMNS, *listed, *columns_of(questions).values(), *noted]]
    for result in in_order(results):
        scored = words.has_score(result)
        scores = {question.name: text.number(question.score, 5) for question in result.questions if scored}
        table.append([
            text.cell(result.learner), text.cell(result.submission), text.cell(result.assignment),
            result.status.value,
            text.number(result.score, 5) if scored else "",
            text.number(result.possible or possible[result.assignment], 5),
            str(result.attempt or ""),
            text.cell(result.handed_in),
            result.identity.status,
            *(text.cell(result.identity.person.get(name, "")) for name in listed),
            *(scores.get(name, "") for name in questions),
            *(text.cell(notes[name](result)) for name in noted),
        ])
    for assignment, names in (missing or {}).items():
        points = text.number(possible.get(assignment, 0.0), 5)
        status = CHECK if persons is not None and any(
            not result.identity.person or result.identity.may_be_two
            for result in results if result.assignment == assignment) else CERTAIN
        for name in names:
            said = CHECK if name in (unsure or {}).get(assignment, ()) else status
            row = [text.cell(name), "", text.cell(assignment), MISSING, "", points, "", "", said]
            row += [text.cell((persons or {}).get(name, {}).get(what, "")) for what in listed]
            table.append(row + [""] * (len(table[0]) - len(row)))
    return to_csv(table)


OF_QUESTIONS = (*LISTED, "learner", "submission", "assignment", "status", "attempt", "handed_in", "identity",
                "question", "score", "possible", "checked", "computed", "reason", "comment", "late", "sandbox")
"""The columns of the table with a row for each question; always all of them, so that tables of several classes fit."""


def questions_csv(results: Sequence[SubmissionResult], missing: Mapping[str, Sequence[str]] | None = None,
                  persons: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Returns a row for each question of each submission, and for those who handed in none.

    Arguments as in `grades_csv`.

    `learner`, `submission` and `assignment` are written as there, and `question` as there in the header (`columns_of`)
    and in `points_csv`. A question without a score has an empty one, and `possible` is always there. `checked` says how
    it was checked, `computed` is the checks' score where the score was set by hand, `late` and `sandbox` concern the
    whole submission.
    """
    table: list[list[str]] = [list(OF_QUESTIONS)]
    points = _points(results)
    called = columns_of(questions_of(results))
    for result in in_order(results):
        scored = words.has_score(result)
        whose = [*(text.cell(result.identity.person.get(name, "")) for name in LISTED), text.cell(result.learner),
                 text.cell(result.submission), text.cell(result.assignment), result.status.value,
                 str(result.attempt or ""), text.cell(result.handed_in), result.identity.status]
        whole = ["late" if result.late else "", text.cell(result.sandbox)]
        own = {question.name: question for question in result.questions}
        for name, possible in points[result.assignment].items():
            question = own.get(name)
            made = question.adjustment if question else None
            table.append([
                *whose, called[name],
                text.number(question.score, 5) if question and scored else "", text.number(possible, 5),
                question.checked if question else "not-checked",
                text.number(made.computed, 5) if made else "", text.cell(made.reason) if made else "",
                text.cell(question.comment.text) if question and question.comment else "", *whole])
    for assignment, names in (missing or {}).items():
        for learner in names:
            person = (persons or {}).get(learner, {})
            whose = [*(text.cell(person.get(name, "")) for name in LISTED), text.cell(learner), "",
                     text.cell(assignment), MISSING, "", "", ""]
            table += [[*whose, called[name], "", text.number(possible, 5), "", "", "", "", "", ""]
                      for name, possible in points.get(assignment, {}).items()]
    return to_csv(table)


def _points(results: Sequence[SubmissionResult]) -> dict[str, dict[str, float]]:
    """Returns, for each exercise, the most that each question can give, in the exercise's order."""
    found = {}
    for assignment in sorted({result.assignment for result in results}):
        own = [result for result in results if result.assignment == assignment]
        most = {question.name: question.possible for result in own for question in result.questions}
        found[assignment] = {name: most[name] for name in questions_of(own) if name in most}
    return found


def points_csv(results: Sequence[SubmissionResult]) -> str:
    """Returns the most that each question of each exercise can give, and each exercise, as CSV text."""
    table = [["assignment", "question", "possible"]]
    possible = words.possible_points(results)
    called = columns_of(questions_of(results))
    for assignment, points in _points(results).items():
        if not assignment:
            continue
        table += [[text.cell(assignment), called[name], text.number(most, 5)] for name, most in points.items()]
        table.append([text.cell(assignment), "score", text.number(possible[assignment], 5)])
    return to_csv(table)


def to_csv(table: Iterable[Sequence[str]]) -> str:
    """Returns rows of cells as CSV text (RFC 4180, but with plain line feeds)."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(table)
    return file.getvalue()
