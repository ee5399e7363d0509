"""Writes all reports of a batch into one folder.

    grades.csv            one row per submission, and per learner who handed in none
    questions.csv         one row per submission and question
    points.csv            the most that each question can give
    report.html           the class report
    feedback/NAME.html    one page per learner, with all of that learner's submissions
    results/NAME.json     one file per submission, in Gradescope's format; with more
                          than one exercise in the batch results/EXERCISE/NAME.json
    instructor-only/      the instructor's page of each submission, where there is a desk (`desk.py`)

NAME is the learner's name made fit for a file system (`text.file_names`); a
second submission of the same learner and exercise is `NAME (2)`. A submission
without a learner's name gets a page of its own, named after its file, so that
two strangers never share one. Files of earlier runs that this batch does not
concern are left alone.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from autograder.grading.results import SubmissionResult
from autograder.reports import desk, text, words
from autograder.reports.classreport import class_report
from autograder.reports.feedback import feedback_page
from autograder.reports.files import write_text
from autograder.reports.grades import grades_csv, in_order, points_csv, questions_csv
from autograder.reports.gradescope import results_json
from autograder.reports.roster import Attendance

ACCOUNT = ".written.json"
"""The account of whose each file in feedback/ and results/ is."""


def write_reports(results: Sequence[SubmissionResult], output: Path, *, book: str = "",
                  attendance: Attendance | None = None, released: bool = False,
                  remarks: Sequence[str] = (), learners: Collection[str] | None = None) -> int:
    """Writes the table, the pages and the result files of a batch into the folder `output`.

    Each file is replaced in one step; the class report comes last, so that
    what it links to is there.

    Args:
        results: the batch, in any order.
        output: made where it is missing.
        book: address of the book's start page, if learners can reach one. Feedback pages then link to it.
        attendance: who is missing, where there is a roster.
        released: as in `feedback_page`.
        remarks: sentences on what was not graded, and on the batch.
        learners: everybody who has work in the gradebook. Files of others, written when work counted as theirs, are
            removed; None to leave them.

    Returns:
        The number of submissions whose instructor's page has no code, where there is a desk.

    Raises:
        CourseError: a file cannot be written.
    """
    ordered = in_order(results)
    owners = _owners(ordered)
    names = text.file_names(owners)
    possible = words.possible_points(ordered)

    write_text(output / "grades.csv", grades_csv(ordered, attendance.without if attendance else None,
                                                 attendance.persons if attendance else None,
                                                 attendance.maybe if attendance else None))
    write_text(output / "questions.csv", questions_csv(ordered, attendance.without if attendance else None,
                                                       attendance.persons if attendance else None))
    write_text(output / "points.csv", points_csv(ordered))
    written: dict[str, str] = {}
    placed = _result_files(ordered, owners, names)
    for path, result in placed:
        content = json.dumps(results_json(result, released=released), ensure_ascii=False, indent=1)
        write_text(output / "results" / path, content + "\n")
        written[f"results/{path.as_posix()}"] = result.learner

    own: dict[str, list[SubmissionResult]] = defaultdict(list)
    for result, owner in zip(ordered, owners, strict=True):
        own[owner].append(result)
    for owner, submissions in own.items():
        learner = submissions[0].learner.strip() and submissions[0].learner
        page = feedback_page(learner, submissions, possible, book, released=released)
        write_text(output / "feedback" / f"{names[owner]}.html", page)
        written[f"feedback/{names[owner]}.html"] = learner
    _remove_former(output, written, learners)

    links = [f"feedback/{quote(names[owner])}.html" for owner in owners]
    has_desk = desk.is_kept(output)
    unknown = 0
    if has_desk:
        pages = [PurePosixPath(path).with_suffix(".html") for path, _ in placed]
        unknown = desk.write_desk(output, list(zip(pages, ordered, links, strict=True)))
        links = [f"{desk.FOLDER}/{quote(page.as_posix())}" for page in pages]
    write_text(output / "report.html", class_report(ordered, links, attendance, remarks, desk=has_desk))
    return unknown


def _remove_former(output: Path, written: dict[str, str], learners: Collection[str] | None) -> None:
    """Removes what earlier batches wrote for those who have no work any more, and keeps account of what is written.

    It removes only files in that account, and none that a person put there.
    """
    account = output / ACCOUNT
    try:
        before = {str(path): str(learner) for path, learner in json.loads(account.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        before = {}
    now = set(written.values())
    former = [path for path, learner in before.items() if path not in written and learners is not None
              and (learner not in learners or (learner in now and path.startswith("feedback/"))) and learner.strip()
              and PurePosixPath(path).parts[0] in ("feedback", "results") and ".." not in PurePosixPath(path).parts]
    for path in former:
        (output / path).unlink(missing_ok=True)
        del before[path]
    write_text(account, json.dumps({**before, **written}, indent=1) + "\n")


def _owners(ordered: Sequence[SubmissionResult]) -> list[str]:
    """Returns whose page each submission belongs to: its learner, or itself where the learner is unknown."""
    learners = {result.learner for result in ordered}
    seen: Counter[str] = Counter()
    owners = []
    for result in ordered:
        owner = result.learner
        if not owner.strip():
            seen[result.submission] += 1
            owner = f"{result.submission}/{seen[result.submission]}"
            while owner in learners:
                owner = f"/{owner}"
        owners.append(owner)
    return owners


def _result_files(ordered: Sequence[SubmissionResult], owners: Sequence[str],
                  names: dict[str, str]) -> list[tuple[Path, SubmissionResult]]:
    """Returns where each submission's result file goes, relative to `results/`."""
    named = {result.assignment for result in ordered if result.assignment}
    folders = text.file_names(named | {"unknown"}) if len(named) > 1 else {}
    seen: Counter[tuple[str, str]] = Counter()
    files = []
    for result, owner in zip(ordered, owners, strict=True):
        folder = folders.get(result.assignment or "unknown", "")
        seen[folder, owner] += 1
        times = seen[folder, owner]
        name = names[owner] if times == 1 else f"{names[owner]} ({times})"
        files.append((Path(folder, f"{name}.json"), result))
    return files
