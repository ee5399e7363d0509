"""One submission's result in the format that Gradescope reads and shows.

Source of the format: Gradescope's "Autograder Specifications", section
"Output format".

What a learner may see when: everything that depends on hidden checks, the
points included, only after the instructor publishes the grades; the outcome
of public checks at once. Never here: test source, the name of a hidden
check, and what is the instructor's alone (reasons for review, flags).
"""

from __future__ import annotations

from typing import Any

from autograder.grading.redaction import OTHERS
from autograder.grading.results import CaseResult, Comment, QuestionResult, SubmissionResult, Verdict
from autograder.reports import text, words

LONGEST_MESSAGE = 5_000  # characters


def results_json(result: SubmissionResult, *, released: bool = False) -> dict[str, Any]:
    """Returns the content of `results.json` for one submission, as plain data; `released` as in `feedback_page`.

    The score stands once at the top, so that it is exact whatever points the checks have. If the grader itself failed
    there is none, and Gradescope lists the submission as not graded. The duration is left out: a notebook can carry a
    message in its seconds.
    """
    others = OTHERS if result.others_stopped and not released else ""
    result = result.for_learner(released=released)
    data: dict[str, Any] = {
        "output": _summary(result, others),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [],
        "extra_data": {
            "assignment": text.line(result.assignment),
            "submission": text.line(result.submission),
            "status": result.status.value,
            "possible": round(result.possible, 5),
            "sandbox": text.line(result.sandbox),
        },
    }
    if not words.has_score(result):
        data["tests"] = [{"name": "The autograder failed", "status": "failed", "visibility": "visible",
                          "output": words.LEARNER[Verdict.ERROR].what}]
        return data
    data["score"] = round(result.score, 5)
    for position, question in enumerate(result.questions, start=1):
        data["tests"] += _question(question, str(position))
    return data


def _summary(result: SubmissionResult, others: str) -> str:
    """Returns what happened, for the learner: the verdict in words, and where code stopped."""
    parts = [*filter(None, (words.late(result), _commented(result.comment)))]
    if result.status in words.LEARNER:
        told = words.LEARNER[result.status]
        parts.append(f"{told.what} {told.next}")
    if result.reason and result.status in words.REASON_IS_FOR_LEARNERS:
        parts.append(text.clip(text.lines(result.reason), LONGEST_MESSAGE))
    if renamed := words.renamed(result):
        parts.append(renamed)
    if words.has_score(result):
        stopped = [item for item in result.cells if item.error]
        parts += [f"Code cell {item.index + 1}:\n{text.clip(text.lines(item.error), LONGEST_MESSAGE)}"
                  for item in stopped[:words.MOST_CELLS]]
        parts += [others] if others else []
    return "\n\n".join(parts)


def _question(question: QuestionResult, label: str) -> list[dict[str, Any]]:
    """Returns one entry with the points, then one for each check, without points of their own."""
    hidden = any(case.hidden for case in question.cases)
    entries: list[dict[str, Any]] = [{
        "number": label,
        "name": text.line(question.name),
        "score": round(question.score, 5),
        "max_score": round(question.possible, 5),
        "visibility": "after_published" if hidden or not question.cases else "visible",
        "output": text.clip(text.lines("\n".join(filter(None, (_adjusted(question), _commented(question.comment),
                                                                   question.note)))),
                            LONGEST_MESSAGE),
    }]
    for position, (name, case) in enumerate(named_cases(question), start=1):
        entries.append({
            "number": f"{label}.{position}",
            "name": f"{text.line(question.name)}: {name}",
            **({} if case.pending else {"status": "passed" if case.passed else "failed"}),
            "visibility": "after_published" if case.hidden else "visible",
            "output": text.clip(text.lines(case.message), LONGEST_MESSAGE),
        })
    return entries


def _adjusted(question: QuestionResult) -> str:
    made = question.adjustment
    if made is None:
        return ""
    points = text.number(made.computed), text.number(question.score)
    return f"Set by hand, from {points[0]} to {points[1]} points. The reason: {made.reason}"


def _commented(comment: Comment | None) -> str:
    return f"Your instructor says: {comment.text}" if comment else ""


def named_cases(question: QuestionResult) -> list[tuple[str, CaseResult]]:
    """Returns the checks of a question with names that reveal nothing: public ones first, each kind counted."""
    public = [case for case in question.cases if not case.hidden]
    hidden = [case for case in question.cases if case.hidden]
    return ([(f"check {position}", case) for position, case in enumerate(public, start=1)]
            + [(f"hidden check {position}", case) for position, case in enumerate(hidden, start=1)])
