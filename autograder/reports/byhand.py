"""Reads the table for `adjust --from`: scores and comments of many learners, as an instructor wrote them.

Columns `learner`, `question`, `score` and `reason`; `comment` and `assignment` where they are needed.
`grading/adjust.py` finds out what a line means.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course import CourseError
from autograder.grading.adjust import Wish
from autograder.reports import text
from autograder.reports.roster import read_table

NEEDED = ("learner", "question")
COLUMNS = (*NEEDED, "score", "reason", "comment", "assignment")


def read_wishes(path: Path) -> tuple[list[Wish], int]:
    """Returns the corrections in a table; and how many lines have neither score, reason nor comment.

    Raises:
        CourseError: it is no such table.
    """
    table = read_table(path)
    titles = {title.casefold(): place for place, title in enumerate(table.header)}
    missing = [name for name in NEEDED if name not in titles]
    missing += [] if {"score", "comment"} & titles.keys() else ["score"]
    if missing:
        raise CourseError(f"{path} has no column {missing[0]!r}. It needs learner and question, score and reason or "
                          "comment, and assignment where there are several; it has: "
                          + text.clip(", ".join(map(repr, table.header)), 300) + ".")
    wishes, empty = [], 0
    for line, row in zip(table.lines, table.rows, strict=True):
        said = {name: text.bare(row[titles[name]].strip()) if name in titles else "" for name in COLUMNS}
        if not said["score"] and not said["comment"] and not said["reason"]:
            empty += 1
            continue
        problem = _problem(said)
        score = read_score(said["score"]) if said["score"] and not problem else None
        wishes.append(Wish(said["learner"], said["question"], score, said["reason"], said["comment"],
                           said["assignment"] or None, line, problem))
    if not wishes:
        raise CourseError(f"{path} says nothing: no line has a score or a comment.")
    return wishes, empty


def _problem(said: dict[str, str]) -> str:
    """Returns what is wrong with a line by itself."""
    if not said["learner"]:
        return "No learner is named."
    if said["reason"] and not said["score"]:
        return "There is a reason and no score. What is said without a score goes into a column `comment`."
    try:
        read_score(said["score"] or "0")
    except CourseError as error:
        return str(error)
    return ""


def read_score(typed: str) -> float:
    """Returns a score as a person writes it, in a table or at the keyboard: digits, with a decimal point or comma.

    Raises:
        CourseError: it is no such number.
    """
    if not re.fullmatch(r"[+-]?(\d+[.,]?\d*|[.,]\d+)", typed.strip(), re.ASCII):
        raise CourseError(f"The score {text.clip(text.line(typed), 40)!r} is no number. Write it as in 1.5 or 1,5.")
    return float(typed.strip().replace(",", "."))

