"""Reads the mutants that a question allows (`permitted.yaml`), and checks them against the text of the question."""

from __future__ import annotations

import re

from autograder.authoring import corpus
from autograder.authoring.casefiles import load_notebook
from autograder.authoring.corpus import Permitted
from autograder.course import METADATA_KEY, Assignment, CourseError


def permitted(assignment: Assignment) -> list[Permitted]:
    """Returns the entries of `permitted.yaml`. Each sentence must stand in the text of its question.

    Raises:
        CourseError: an entry is not in order, or its question has no such sentence.
    """
    entries = corpus.permitted(assignment)
    texts = question_texts(assignment)
    for entry in entries:
        if _one_line(entry.sentence) not in texts[entry.question]:
            raise CourseError(f"{entry.where}: the text of {entry.question} has no sentence {entry.sentence!r}. "
                              "Quote what the learner reads there, letter by letter.")
    return entries


def question_texts(assignment: Assignment) -> dict[str, str]:
    """Returns the text of each question for the learner, on one line: from the last question's check to its own.

    The text above the first answer holds for all questions, so each of them includes it.
    """
    texts: dict[str, str] = {}
    opening: list[str] = []
    read: list[str] = []
    question = ""
    for cell in load_notebook(assignment.learner)["cells"]:
        read.append(cell["source"])
        if "answer" in cell["metadata"].get(METADATA_KEY, {}):
            question = cell["metadata"][METADATA_KEY]["answer"]
            opening = opening or read[:-1]
        if question and re.search(rf"""\.check\(\s*["']{question}["']""", cell["source"]):
            texts[question] = _one_line(" ".join([*(opening if texts else []), *read]))
            read, question = [], ""
    return {known.name: texts.get(known.name, "") for known in assignment.questions}


def _one_line(text: str) -> str:
    return " ".join(text.replace("#", " ").split())
