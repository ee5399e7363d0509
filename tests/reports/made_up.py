"""A made-up class, seeded: results as grading would yield them, without any grading.

    .venv/bin/python -m tests.reports.made_up FOLDER [LEARNERS]

writes the reports of such a class into FOLDER, for looking at.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.grading.gradebook import Gradebook
from autograder.grading.results import (
    CaseResult,
    CellResult,
    Portrait,
    QuestionResult,
    SubmissionResult,
    Verdict,
    WrongDigit,
)
from autograder.reports.write import write_reports
from autograder.submissions.identity import Identity

FIRST = (
    "Ada",
    "José",
    "Zoë",
    "Mehmet",
    "李",
    "Olga",
    "Kwame",
    "Nour",
    "Ravi",
    "Ingrid",
    "Tomás",
    "Yuki",
    "Amara",
    "Łukasz",
    "Fatima",
    "Sean",
    "Chiara",
    "Dmitri",
    "Anh",
    "Noa",
)
LAST = (
    "Lovelace",
    "Ñandú",
    "Brontë",
    "Yılmaz",
    "明",
    "Sørensen",
    "Mensah",
    "Haddad",
    "Iyer",
    "Dahl",
    "García",
    "Tanaka",
    "Okafor",
    "Wójcik",
    "Rahman",
    "O'Neill",
    "Rossi",
    "Orlov",
    "Nguyễn",
    "Levi",
)

# Question, points, how hard (an ability at which half solve it), and its checks:
# hidden or not, and what a failing one says.
QUESTIONS = (
    (
        "q2_1",
        2.0,
        -1.2,
        (
            (
                False,
                "Expected an array of shape (3, 784), got (3, 28, 28). Did you return the reshaped array?",
            ),
            (True, "Try your function on images that are not 28 × 28."),
        ),
    ),
    (
        "q2_2",
        3.0,
        -0.4,
        (
            (False, "`scale` returned values up to 255.0; expected at most 1.0. Did you divide by 255?"),
            (False, "Expected float32, got float64. What does dividing an integer array give?"),
            (True, "What happens to the array that was passed in? It should be as it was before the call."),
        ),
    ),
    (
        "q2_3",
        3.0,
        0.2,
        (
            (False, "`preprocess` returned shape (784, 3); expected (3, 784). One row per image."),
            (True, "Look at the dtype of what you return."),
        ),
    ),
    (
        "q2_4",
        3.0,
        0.5,
        (
            (
                False,
                "`unflatten` turned row 0 into a picture that is transposed. Which index changes fastest?",
            ),
            (True, "Try height and width that differ, for example 4 and 7."),
        ),
    ),
    ("q2_5", 1.0, 0.0, ((True, "Work out one value by hand: what is 254 // 255?"),)),
    (
        "q2_6",
        3.0,
        1.1,
        (
            (False, "After the repair the largest value is 0.0039; expected 1.0. Is it still divided twice?"),
            (True, "Repair the cause, not the symptom: the raw images must stay as they are."),
        ),
    ),
)

ENVIRONMENT = {"python": "3.11.9", "tensorflow": "2.20.0", "keras": "3.11.2", "numpy": "2.3.1", "seed": "0"}


def question(
    name: str, possible: float, checks: tuple[tuple[bool, str], ...], passed: list[bool]
) -> QuestionResult:
    each = possible / len(checks)
    cases = tuple(
        CaseResult(f"{name} - {n}", ok, hidden, each, "" if ok else message)
        for n, ((hidden, message), ok) in enumerate(zip(checks, passed, strict=True), start=1)
    )
    return QuestionResult(name, sum(each for ok in passed if ok), possible, "in-place", cases)


def unchecked(name: str, possible: float, note: str) -> QuestionResult:
    return QuestionResult(name, 0.0, possible, "not-checked", (), note)


def portrait(epochs: int = 15, wrong: int = 40, seed: int = 1, sure: bool = True) -> Portrait:
    """Of a network that was trained for so long and reads so many of 1,000 test images wrong."""
    rng = random.Random(seed)
    loss = [0.4 / (1 + 0.6 * n) + 0.02 for n in range(epochs)]
    curves = {
        "loss": tuple(loss),
        "val_loss": tuple(0.8 * value + 0.02 + 0.004 * n for n, value in enumerate(loss)),
        "accuracy": tuple(1 - value / 3 for value in loss),
        "val_accuracy": tuple(0.98 - 0.1 / (n + 2) for n in range(epochs)),
    }
    confusion = [[100 if label == read else 0 for read in range(10)] for label in range(10)]
    digits = []
    for _ in range(wrong):
        label, read = rng.sample(range(10), 2)
        confusion[label][label] -= 1
        confusion[label][read] += 1
        sureness = rng.randint(4000, 10_000) / 10_000
        digits.append(WrongDigit(rng.randrange(1000), label, read, sureness if sure else None))
    digits.sort(key=lambda digit: -(digit.sureness or 0))
    return Portrait(curves if epochs else {}, tuple(map(tuple, confusion)), tuple(digits[:24]))


def submission(learner: str, rng: random.Random, ability: float) -> SubmissionResult:
    """A notebook by somebody of the given ability, 0 being the middle of the class."""
    questions = []
    for name, possible, hard, checks in QUESTIONS:
        chance = 1 / (1 + 2.718281828 ** (-2.2 * (ability - hard + 0.6)))
        passed = [rng.random() < chance + (0.1 if not hidden else -0.1) for hidden, _ in checks]
        questions.append(question(name, possible, checks, passed))
    cells = [CellResult(n, "ok", round(rng.uniform(0.01, 0.4), 3)) for n in range(14)]
    if ability < -1 and rng.random() < 0.6:
        error = (
            "---------------------------------------------------------------------------\n"
            "NameError                                 Traceback (most recent call last)\n"
            "Cell In[7], line 2\n      1 def scale(images):\n"
            "----> 2     return imgs.astype('float32') / 255\n\n"
            "NameError: name 'imgs' is not defined"
        )
        cells[6] = CellResult(6, "raised", 0.1, error)
    file = f"{learner.replace(' ', '_')}_02-preprocessing.ipynb"
    return SubmissionResult(
        learner,
        file,
        "02-preprocessing",
        Verdict.GRADED,
        "",
        tuple(questions),
        tuple(cells),
        round(rng.lognormvariate(0.9, 0.4), 2),
        "full",
        "",
        (),
        {**ENVIRONMENT, "code": f"{rng.getrandbits(256):064x}"},
    )


def ended(result: SubmissionResult, status: Verdict, reason: str, after: int) -> SubmissionResult:
    """The same notebook, stopped after `after` questions."""
    note = "The notebook stopped before this question could be checked."
    questions = (
        *result.questions[:after],
        *(unchecked(q.name, q.possible, note) for q in result.questions[after:]),
    )
    state = {Verdict.TIMEOUT: "timeout", Verdict.MEMORY: "memory", Verdict.CRASHED: "killed"}[status]
    error = {
        Verdict.TIMEOUT: "KeyboardInterrupt",
        Verdict.MEMORY: "MemoryError: Unable to allocate 7.45 GiB",
        Verdict.CRASHED: "",
    }[status]
    cells = (
        *result.cells[:8],
        CellResult(8, state, 20.0, error),
        *(CellResult(n, "skipped", 0.0) for n in range(9, 14)),
    )
    return replace(
        result, status=status, reason=reason, questions=questions, cells=cells, seconds=result.seconds + 20
    )


def made_up_class(learners: int = 60, seed: int = 1) -> list[SubmissionResult]:
    """A class of `learners` for one exercise, with a few of everything that goes wrong."""
    rng = random.Random(seed)
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    rng.shuffle(names)
    class_ = [
        submission(names[n % 400] + (f" {n // 400 + 1}" if n >= 400 else ""), rng, rng.gauss(0.4, 1.1))
        for n in range(learners)
    ]
    odd = rng.sample(range(learners), max(7, learners // 12))
    for place, n in enumerate(odd):
        kind = place % 7
        if kind == 0:
            class_[n] = ended(class_[n], Verdict.TIMEOUT, "Code cell 9 ran longer than 20 s.", 3)
        elif kind == 1:
            class_[n] = ended(class_[n], Verdict.MEMORY, "Code cell 9 asked for more than 4096 MB.", 4)
        elif kind == 2:
            class_[n] = ended(class_[n], Verdict.CRASHED, "Code cell 9 ended the process.", 2)
        elif kind == 3:
            class_[n] = replace(
                class_[n],
                status=Verdict.UNREADABLE,
                questions=(),
                cells=(),
                seconds=0.02,
                reason="The file is not valid JSON: it ends in the middle of a string.",
            )
        elif kind == 4:
            class_[n] = replace(
                class_[n],
                status=Verdict.REVIEW,
                reason="The model could not be rebuilt.",
                flags=("A model could not be rebuilt, so its answers come from the submission itself: Lambda.",),
            )
        elif kind == 5:
            class_[n] = replace(
                class_[n],
                status=Verdict.WRONG_ASSIGNMENT,
                questions=(),
                cells=(),
                reason="The notebook says it is 01-dataset.",
                seconds=0.05,
            )
        else:
            twin = class_[(n + 1) % learners]
            class_[n] = replace(class_[n], environment=dict(twin.environment))
    if learners >= 40:
        class_[odd[0]] = replace(
            class_[odd[0]],
            status=Verdict.ERROR,
            questions=(),
            cells=(),
            reason="The checker could not be started: no space left on device.",
        )
    return class_


def notebook(result: SubmissionResult, answers: dict[str, str] | None = None) -> bytes:
    """A notebook with two cells before the questions, and an answer and a check for each of them."""
    cells = [f"# {result.learner}\nimport digits", "x = digits.load()"]
    for asked in result.questions:
        cells += [(answers or {}).get(asked.name, f"def {asked.name}():\n    return {asked.score}  # {result.learner}"),
                  f'grader.check("{asked.name}")']
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in cells]}).encode()


def handed_in(
    results: Sequence[SubmissionResult], folder: Path, answers: dict[str, str] | None = None
) -> list[SubmissionResult]:
    """The same, each with a notebook in `folder`, which it says it was graded from."""
    folder.mkdir(parents=True)
    made = []
    for result in results:
        content = notebook(result, answers)
        (folder / f"{result.learner}.ipynb").write_bytes(content)
        made.append(replace(result, submission=f"{result.learner}.ipynb", identity=Identity(
            file=f"{folder.name}/{result.learner}.ipynb", place=folder.name, source=str(folder.absolute()),
            evidence="the file's own name", content=hashlib.sha256(content).hexdigest())))
    return made


def kept(output: Path, results: Sequence[SubmissionResult]) -> Path:
    """A folder with a gradebook, without reports."""
    with Gradebook(output / "gradebook.sqlite") as book:
        book.begin_batch({})
        for number, result in enumerate(results):
            book.record(result, str(number))
        book.end_batch()
    return output


def graded(output: Path, results: Sequence[SubmissionResult]) -> Path:
    """A folder as `grade` leaves it."""
    with Gradebook(kept(output, results) / "gradebook.sqlite") as book:
        write_reports(book.counting().batch, output)
    return output


if __name__ == "__main__":
    write_reports(made_up_class(int(sys.argv[2]) if len(sys.argv) > 2 else 60), Path(sys.argv[1]))
