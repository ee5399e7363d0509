"""The fate of each file that was handed in: counted, another attempt, or not graded, and why. It lists every file.

The batch's knowledge makes the lines (`lines`), and they are compared with the files that lie there (`inventory`). A
file without a line is the grader's own fault, and is reported as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.results import SubmissionResult, Verdict
from autograder.submissions.find import Found, Search
from autograder.submissions.inventory import unaccounted
from autograder.submissions.names import clean_name

COUNTED = "counted"
EARLIER = "another attempt"
NOT_GRADED = "not graded"
LOST = "error"


@dataclass(frozen=True)
class Line:
    """The fate of one file.

    Attributes:
        file: its path, as `identity.csv` has it, or from where the command was run.
        place: `COUNTED`, `EARLIER`, `NOT_GRADED` or `LOST`.
        learner: the learner whose it is; empty where that is not known.
        why: the reason for its place.
    """

    file: str
    place: str
    learner: str = ""
    why: str = ""


def lines(search: Search, passed: Iterable[tuple[Found, str]], results: Sequence[SubmissionResult],
          counting: Sequence[SubmissionResult], inside: Mapping[str, Mapping[str, str]]) -> list[Line]:
    """Returns one line for each file, and for each notebook in a learner's zip that is not the one that was read.

    Args:
        search: what was found.
        passed: the files that were not graded, each with the reason.
        results: the graded ones, as the gradebook has them.
        counting: of each learner and exercise the attempt that counts.
        inside: the other files in a learner's zip, by its path, and why they are not graded.
    """
    counts = {(result.learner, result.assignment): result for result in counting}
    made = [Line(clean_name(str(path)), NOT_GRADED, why=why) for path, why in search.left]
    made += [Line(item.identity.file, NOT_GRADED, item.learner, why) for item, why in passed]
    for result in results:
        file = result.identity.file
        made.append(_graded(file, result, counts.get((result.learner, result.assignment))))
        made += [Line(f"{file}/{clean_name(name)}", NOT_GRADED, result.learner, why)
                 for name, why in sorted(inside.get(file, {}).items())]
    return sorted(made, key=lambda line: (line.file, line.learner))


def _graded(file: str, result: SubmissionResult, counted: SubmissionResult | None) -> Line:
    if counted is None or (counted.learner, counted.submission) == (result.learner, result.submission):
        return Line(file, COUNTED, result.learner, result.reason if result.status is not Verdict.GRADED else "")
    which = counted.identity.file or counted.submission
    if result.status is Verdict.WRONG_ASSIGNMENT:
        why = f"of another exercise; {which} counts"
    elif result.order and counted.order and result.order != counted.order:
        when = "before" if result.order < counted.order else "after it, with fewer points"
        why = f"handed in {when}; {which} counts"
    else:
        why = f"nothing says which is the latest; {which} counts"
    return Line(file, EARLIER, result.learner, why)


def lost(paths: Sequence[Path], search: Search, made: Iterable[Line]) -> list[Line]:
    """Returns lines for files under the paths that have none, which no batch should have.

    Args:
        paths: the paths that were given to be graded.
        search: the files found there.
        made: the lines of the batch.
    """
    told = {line.file for line in made}
    accounted = [item.path for item in search.found if item.identity.file in told]
    accounted += [path for path, _ in search.left if clean_name(str(path)) in told]
    return [Line(clean_name(name), LOST, why="it was found, and nothing became of it; this is a fault of the grader")
            for name in unaccounted(paths, search.downloads, accounted)]
