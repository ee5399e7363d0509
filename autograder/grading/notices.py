"""The notices of a batch: what it reports, and where.

    say     in the terminal
    tell    in the terminal and in the log
    remark  in the reports, for the instructor
    note    in all of them

Each notice is a whole sentence; the batch knows which results it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from autograder.grading.gradebook import Counting
from autograder.grading.ledger import Line
from autograder.grading.log import FILE, BatchLog
from autograder.grading.results import SubmissionResult, Verdict, same_points
from autograder.grading.text import LISTED, listed, one_line
from autograder.submissions.find import Found, Search
from autograder.submissions.identity import REMEDY, joined, needs
from autograder.submissions.names import clean_name


class Notices:
    """The notices of one batch.

    Args:
        console: the terminal.
        output: the folder of the log.

    Attributes:
        log: nothing is written before it is entered.
        remarks: sentences that the instructor should read about the batch.
    """

    def __init__(self, console: Console, output: Path) -> None:
        self.console = console
        self.log = BatchLog(output / FILE, self.say)
        self.remarks: list[str] = []

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def tell(self, text: str) -> None:
        self.say(text)
        self.log.write("note", text)

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    def note(self, text: str) -> None:
        self.remark(text)
        self.tell(text)

    def passed_over(self, passed: Sequence[Found], why: str) -> str:
        """Reports files that were handed in, but not for the exercise that is graded; used when there is no log yet."""
        text = f"Passed over, {why}: {listed([item.identity.file for item in passed])}."
        self.remark(text)
        self.say(text)
        return text

    def attempts(self, counting: Counting, policy: str) -> None:
        """Reports which of a learner's several attempts count."""
        if counting.left_out:
            names = [one_line(result.learner, 60) for result in counting.uncertain]
            but = f" (of {listed(names)} the best, for nothing says which is the latest)" if names else ""
            if names:
                self.remark(f"Nothing says which is the latest of several files of {listed(names)}; the best counts.")
            self.tell(f"Of learners with several attempts the {policy} counts{but}; {counting.left_out} other "
                      f"attempt{' stays' if counting.left_out == 1 else 's stay'} in the gradebook.")  # fmt: skip

    def other_work(self, before: Sequence[SubmissionResult], now: Sequence[SubmissionResult]) -> None:
        """Reports whose other work counts than after the last grading, with another score."""
        was = {(result.learner, result.assignment): result for result in before}
        changed = [f"{one_line(result.learner, 60)} ({old.score:g} became {result.score:g} points)"
                   for result in now if (old := was.get((result.learner, result.assignment)))
                   and (old.identity.file, old.identity.content) != (result.identity.file, result.identity.content)
                   and old.score != result.score]
        if changed:
            self.note(f"Other work counts than after the last grading: {listed(changed)}.")

    def other_scores(self, before: Sequence[SubmissionResult], now: Sequence[SubmissionResult]) -> None:
        """Reports whose same work has another score than after the last grading; the log lists all of them."""
        was = {(result.learner, result.assignment): result for result in before}
        changed = [f"{one_line(result.learner, 60)}, {result.assignment} ({old.score:g} became {result.score:g} points)"
                   for result in now if (old := was.get((result.learner, result.assignment)))
                   and (old.identity.file, old.identity.content) == (result.identity.file, result.identity.content)
                   and Verdict.ERROR not in (old.status, result.status) and not same_points(old.score, result.score)]
        if changed:
            text = "The same work has another score than after the last grading"
            self.remark(f"{text}: {listed(changed)}.")
            self.say(f"{text}: {listed(changed)}.")
            for one in changed:
                self.log.write("changed", f"{text}: {one}")

    def wrong_exercise(self, results: Sequence[SubmissionResult], counting: Counting) -> None:
        """Reports notebooks of another exercise that do not take the place of earlier work."""
        right = {(result.learner, result.assignment) for result in counting.batch
                 if result.status is not Verdict.WRONG_ASSIGNMENT}
        wrong = [result.identity.file or result.submission for result in results
                 if result.status is Verdict.WRONG_ASSIGNMENT and (result.learner, result.assignment) in right]
        if wrong:
            self.note(f"Of another exercise, so that what was handed in before counts: {listed(wrong)}.")

    def renumbered(self, results: Sequence[SubmissionResult], former: Mapping[str, str]) -> None:
        """Reports which notebooks have an earlier numbering, and the present names of their exercises."""
        if earlier := Counter(result.former for result in results if result.former):
            renamed = [f"{name} is {former[name]} now ({count})" for name, count in sorted(earlier.items())]
            self.note(f"Of an earlier numbering, and graded under the new name: {joined(renamed)}.")

    def doubted(self, counting: Counting) -> None:
        """Reports whose identity is uncertain, with the files and the remedy."""
        doubted = [result for result in counting.batch if result.identity.doubts]
        if doubted:
            self.tell(f"What needs you: of {len(doubted)} submissions it is not certain whose they are. Exports leave "
                      "them out until you confirm them.")  # fmt: skip
            for paragraph in needs(doubted):
                self.tell(one_line(paragraph, 4000))
            self.tell(REMEDY)

    def failures(self, results: Sequence[SubmissionResult]) -> list[str]:
        """Reports what the grader itself failed on. A broken test file concerns everybody, and gets one line.

        Returns:
            One sentence for each submission.
        """
        failed: dict[str, list[str]] = {}
        for result in results:
            if result.status is Verdict.ERROR:
                of = f"{one_line(result.learner, 80)} ({one_line(result.submission, 80)})"
                failed.setdefault(result.reason, []).append(of)
        for reason, whose in failed.items():
            self.say(f"Not graded: {listed(whose)}: {reason}")
        return [f"{one}: {reason}" for reason, whose in failed.items() for one in whose]

    def lost(self, lines: Sequence[Line]) -> list[str]:
        """Reports files that were found and are in no list, which is the grader's own fault.

        Returns:
            One sentence for each file.
        """
        errors = [f"{line.file}: {line.why}" for line in lines]
        for error in errors:
            self.say(f"Not graded: {error}")
        return errors


def not_graded(search: Search) -> list[str]:
    """Returns the sentence on files that were neither notebook nor zip; none where there were none."""
    names = [clean_name(str(path)) for path in search.others]
    more = " files.csv names them all." if len(names) > LISTED else ""
    return [f"Not graded, being neither notebook nor zip: {listed(names)}.{more}"] if names else []


def undecided(results: Sequence[SubmissionResult]) -> list[str]:
    """Returns a paragraph on each submission that is no longer handed in, and may be another learner's by now."""
    return [one_line(f"{paragraph} Exports leave it out. In identity.csv, write whose it is.", 4000)
            for paragraph in needs(results)]
