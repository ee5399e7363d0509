"""The words of the reports for verdicts, isolation levels and questions, in plain language; templates do the layout.

Two readers: a learner, who wants to know what happened and what to do next,
and an instructor, who wants to know whether to act.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder import course
from autograder.grading.results import CellResult, SubmissionResult, Verdict, all_points
from autograder.reports import text


@dataclass(frozen=True)
class ForLearner:
    """A message for a learner: `what` happened, and what to do `next`."""

    what: str
    next: str


LEARNER: dict[Verdict, ForLearner] = {
    Verdict.TIMEOUT: ForLearner(
        "A cell ran longer than the time allowed and was stopped. What was checked before that counts, and "
        "the other cells were run as far as possible.",
        "Look for a loop that never ends, or for training with far more epochs than asked. Then choose "
        "“Restart kernel and run all cells”: it should reach the end in a few minutes.",
    ),
    Verdict.MEMORY: ForLearner(
        "Your notebook ran out of the memory that the grader allows, or stopped with a MemoryError. What was checked "
        "before that counts.",
        "Look for an array or a list that grows in a loop, for a very large layer, and for a comparison of "
        "shapes (n, 1) and (n,), which makes n × n values.",
    ),
    Verdict.CRASHED: ForLearner(
        "Python itself stopped while your notebook ran, or could not be followed any further. What was checked before "
        "that counts.",
        "Take out calls that end the program, such as exit(), quit() or os._exit(), that copy it, such as os.fork(), "
        "or that close files which your notebook has not opened. Then choose “Restart kernel and run all cells” and "
        "see that it reaches the end.",
    ),
    Verdict.UNREADABLE: ForLearner(
        "The file could not be read as a notebook, so nothing in it could be run.",
        "Open the file in Jupyter. If it opens, save it and hand in that .ipynb file, one file, not renamed "
        "from another format. If it does not open, go back to your last copy that does.",
    ),
    Verdict.WRONG_ASSIGNMENT: ForLearner(
        "This file belongs to another exercise, so nothing in it was graded.",
        "Hand in the notebook of this exercise. Its name starts with the number of the exercise.",
    ),
    Verdict.REVIEW: ForLearner(
        "Your notebook was graded, and your instructor will also look at it in person. That happens, for "
        "example, when an answer is made in a way that the grader cannot examine by itself. It says nothing "
        "against you.",
        "You need not do anything about that. The score below stands until your instructor says otherwise.",
    ),
    Verdict.ERROR: ForLearner(
        "The grader itself failed on your submission. This is not your fault: no points were given or taken.",
        "You need not do anything. Your instructor sees this too and will grade it again.",
    ),
}
"""All verdicts but `GRADED`, whose words depend on the score."""

INSTRUCTOR: dict[Verdict, str] = {
    Verdict.GRADED: "ran to its end, every question checked",
    Verdict.TIMEOUT: "a cell took too long and was stopped; what was checked counts",
    Verdict.MEMORY: "out of memory, or a MemoryError; what was checked counts",
    Verdict.CRASHED: "Python itself stopped, or broke off the conversation; what was checked counts",
    Verdict.UNREADABLE: "the file is no readable notebook; no points",
    Verdict.WRONG_ASSIGNMENT: "the notebook of another exercise; no points",
    Verdict.REVIEW: "graded, but something needs your eyes",
    Verdict.ERROR: "the grader's own failure; no points given or taken, grade it again",
}

MOST_CELLS = 20
"""Cells of a notebook whose errors a learner reads. The first ones say most, and a notebook may have thousands."""

REASON_IS_FOR_LEARNERS = {
    Verdict.TIMEOUT, Verdict.MEMORY, Verdict.CRASHED, Verdict.UNREADABLE, Verdict.WRONG_ASSIGNMENT,
}
"""Verdicts whose reason speaks of the learner's own file. The others' reasons are the instructor's alone."""

SANDBOX = {
    "full": (
        "Full isolation. Each notebook ran in namespaces of its own, without network, with no file of this "
        "machine in reach but its own scratch folder, and with limits on time, memory, processes and disk."
    ),
    "no-namespaces": (
        "Second level of isolation. This machine forbids user namespaces, so each notebook was held by "
        "Landlock, a system call filter and limits alone: no files but its own, no network, no new programs."
    ),
    "none": (
        "No isolation. Every notebook ran as an ordinary program with your own rights: it could read, change "
        "and send your files, the hidden tests and the other submissions. Trust these scores only if you "
        "trust every author."
    ),
}


def renamed(result: SubmissionResult) -> str:
    """Returns a sentence with the new name of an exercise, for a notebook of an earlier numbering; else empty."""
    if not result.former:
        return ""
    return (f"The notebook is of an earlier numbering of the course: {text.short(result.former)} is called "
            f"{text.short(result.assignment)} now, and was graded as that. Its questions have the new number, too.")


@dataclass(frozen=True)
class ExerciseFacts:
    """The facts in reports about an exercise. `possible` and `questions` are empty where nothing is known."""

    title: str
    chapter: str = ""
    possible: float = 0.0
    questions: tuple[str, ...] = ()


def facts(name: str) -> ExerciseFacts:
    """Returns title, chapter, points and questions of the exercise `name`, as far as they are known.

    Never fails: results are read on machines where the exercise is not built,
    and `name` may be what a stranger wrote into a notebook's metadata.
    """
    found = re.fullmatch(r"(\d+)-([\w-]{1,60})", name, re.ASCII)
    if not found:
        return ExerciseFacts(title=name or "unknown exercise")
    numbered = f"Exercise {int(found[1])}: "
    try:
        assignment = course.assignment(name)
        return ExerciseFacts(numbered + assignment.title, _chapter_title(assignment.chapter), assignment.possible,
                     tuple(question.name for question in assignment.questions))
    except (course.CourseError, OSError, ValueError, KeyError, TypeError):
        return ExerciseFacts(numbered + found[2].replace("-", " ").capitalize())


def _chapter_title(chapter: str) -> str:
    """Returns the title of a book page as readers find it, `chapter 2, Shapes`: its number, and its first heading.

    Without the book, the heading is guessed from the page's name.
    """
    number, name = re.fullmatch(r"(?:(\d+)-)?(.*)", chapter.rsplit("/", 1)[-1], re.DOTALL).groups()  # type: ignore[union-attr]
    heading = name.replace("-", " ").capitalize()
    try:
        lines = (course.BOOK / f"{chapter}.md").read_text(encoding="utf-8").splitlines()
        heading = next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), heading)
    except OSError:
        pass
    return f"chapter {int(number)}, {heading}" if number else heading


def question_label(name: str) -> str:
    """Returns `q2_1` in the form for readers: `Question 2.1`; any other name as it is."""
    found = re.fullmatch(r"q(\d+)_(\d+)", name)
    return f"Question {found[1]}.{found[2]}" if found else name


def anchor(name: str) -> str:
    """Returns a question's name in the address of a page: its own, if that can be one; else a substitute."""
    return name if re.fullmatch(r"\w[\w.-]{0,60}", name, re.ASCII) else f"q-{text.digest(name)[:10]}"


def gist(cell: CellResult) -> str:
    """Returns the most telling part of a cell's error: its last line; for a cell that was stopped, where it was."""
    said = [line for line in text.lines(cell.error).splitlines() if line.strip()]
    if cell.status == "timeout":
        # The way it was stopped is no information, and the two lines above it say where.
        said = said[:-1] if said and said[-1].startswith("KeyboardInterrupt") else said
        return "\n".join(said[-2:])
    return "".join(said[-1:])


GONE = "there is no such question any more"


def adjusted(result: SubmissionResult) -> str:
    """Returns which scores were set by hand, from what to what, and why; empty where none was."""
    said = [
        f"{question.name}: {text.number(made.computed, 5)} to {text.number(question.score, 5)} "
        + ("" if made.given is None else f"in place of {text.number(made.given, 5)}, which is more than it gives now ")
        + f"({text.line(made.reason)})"
        for question in result.questions if (made := question.adjustment)
    ]
    said += [f"{text.line(stray.question)}: {text.number(stray.score, 5)} not counted, {GONE} "
             f"({text.line(stray.reason)})" for stray in result.strays if stray.score is not None]
    return "; ".join(said)


def commented(result: SubmissionResult) -> str:
    """Returns the instructor's comments, question by question, and on the whole; empty where there are none."""
    said = [(question.name, question.comment) for question in result.questions] + [("the whole", result.comment)]
    told = [f"{where}: {text.line(comment.text)}" for where, comment in said if comment]
    told += [f"{text.line(stray.question)} ({GONE}): {text.line(stray.comment)}" for stray in result.strays
             if stray.comment]
    return "; ".join(told)


def late(result: SubmissionResult) -> str:
    """Returns how late a submission came and what that took, in sentences for its learner; empty if it is not known."""
    found = result.lateness
    if found is None or not found.days:
        return ""
    how_long = duration(found.seconds)
    came = f"Handed in {how_long} after it was due ({moment(found.due)})."
    if not found.percent:
        return f"{came} No points are taken for that."
    days = "The first day has begun" if found.days == 1 else f"{found.days} days had begun"
    return (f"{came} {days}, for which {text.number(found.percent)}% of your {text.number(result.earned)} points are "
            f"taken: {text.number(found.taken)}. So {text.number(result.score)} count.")


def moment(when: str) -> str:
    """Returns a time as ISO 8601 text, to the minute, in the form for readers: `2026-11-02 23:59 (UTC+01:00)`."""
    day, _, clock = when.partition("T")
    zone = re.search(r"[+-]\d\d:\d\d$|Z$", clock)
    return f"{day} {clock[:5]}" + (f" (UTC{'' if zone[0] in ('Z', '+00:00') else zone[0]})" if zone else "")


def duration(seconds: float) -> str:
    """Returns a duration in its two largest units: `2 days and 3 hours`."""
    minutes = max(int(seconds // 60), 1)
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " and ".join(said[:2])


def is_full(score: float, possible: float) -> bool:
    """Returns whether all points were reached, but for the rounding of sums."""
    return possible > 0 and all_points(score, possible)


def has_score(result: SubmissionResult) -> bool:
    """Returns whether points were given or taken: always, except for the grader's own failures."""
    return result.status is not Verdict.ERROR


def was_run(result: SubmissionResult) -> bool:
    """Returns whether the notebook's answers were examined, so that they say something about the questions."""
    return bool(result.questions) and result.status not in (
        Verdict.ERROR, Verdict.UNREADABLE, Verdict.WRONG_ASSIGNMENT)


def ran_unconfined(result: SubmissionResult) -> bool:
    """Returns whether the notebook ran as an ordinary program, as with `--no-sandbox`."""
    return result.sandbox == "none"


def unconfined_remark(results: Sequence[SubmissionResult]) -> str:
    """Returns how many of `results` ran without a sandbox, as one line for the terminal; empty where none did."""
    count = sum(map(ran_unconfined, results))
    if not count:
        return ""
    return (f"Warning: {count} of {len(results)} ran without the sandbox, as ordinary programs with your own rights. "
            "Trust these scores, and this machine, only if you trust every author.")


BEFORE_UNCONFINED = (
    "Without the sandbox every notebook runs as an ordinary program with your own rights. It can read, change "
    "and send your files, the hidden tests and the other submissions, and forge its score. Press Ctrl-C now unless you "
    "trust every author."
)
"""The warning before anything runs."""


def withheld_remark(results: Sequence[SubmissionResult]) -> str:
    """Returns in how many learners' files texts are withheld, as one line for the terminal; empty where in none."""
    count = sum(bool(result.withheld) for result in results)
    if not count:
        return ""
    return (f"In the learners' files of {count} of {len(results)} some texts are withheld, as they could quote hidden "
            "checks. The gradebook has them in full; --release-messages shows them to learners.")


def possible_points(results: Sequence[SubmissionResult]) -> dict[str, float]:
    """Returns the points of each exercise in `results`, also where every submission of it was unreadable."""
    points = {name: max(result.possible for result in results if result.assignment == name)
              for name in {result.assignment for result in results}}
    return {name: value or facts(name).possible for name, value in points.items()}
