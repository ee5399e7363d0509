"""Selects which files that were handed in are graded, and under which name.

If one exercise is graded, notebooks of others are left out if the same learner has one for it; some of them must be
read for that before their turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import CourseError
from autograder.grading import moves
from autograder.grading.exercises import Exercises
from autograder.grading.gradebook import Gradebook
from autograder.grading.notices import Notices
from autograder.submissions.doubts import Why
from autograder.submissions.find import Found
from autograder.submissions.identity import held_against_before
from autograder.submissions.read import WRONG_ASSIGNMENT, Submission, read_submission
from autograder.submissions.systems import assignment_in


@dataclass
class Selected:
    """A submission that is graded. `ahead` is what was read of it before its turn, if that is small."""

    found: Found
    ahead: Submission | None = None


class Selection:
    """The selection of one batch.

    Args:
        exercises: the course's, and which of them is graded, if it is only one.
        notices: reports what is left out.

    Attributes:
        passed: the files that were found and are not graded, each with the reason.
        inside: the other files in learners' zips, by the path of the zip, and why they are not read.
    """

    def __init__(self, exercises: Exercises, notices: Notices) -> None:
        self.assignment = exercises.settings.assignment
        self.known = exercises.known
        self.former = exercises.former
        self.other = exercises.other
        self.notices = notices
        self.passed: list[tuple[Found, str]] = []
        self.inside: dict[str, dict[str, str]] = {}

    def graded(self, found: Sequence[Found], gradebook: Gradebook) -> list[Selected]:
        """Returns the submissions of `found` that are graded.

        Raises:
            CourseError: all of it is for another exercise.
        """
        kept = [one for one in gradebook.ownership.kept()
                if self.assignment in (None, one.assignment) or not one.assignment]
        found = held_against_before(found, {  # a file that was gone is there again
            (one.identity.file, one.learner): one.identity.undoubted(Why.RENAMED) for one in kept})
        found = moves.beside_others(found, kept)
        if self.assignment is None:
            return [Selected(item) for item in found]
        return self._of_learners(self._of_folders(found))

    def read(self, item: Selected) -> Submission:
        """Reads a submission once; it is not kept after this."""
        submission, item.ahead = item.ahead or self._read(item.found), None
        self.inside[item.found.identity.file] = {**submission.passed, **submission.closed}
        return submission

    def _of_folders(self, found: Sequence[Found]) -> list[Found]:
        """Leaves out files in a folder that its system has made for another exercise of the course."""
        others = [name for name in self.known if name != self.assignment]
        elsewhere = [assignment_in(item.identity.system, item.identity.file, others) for item in found]
        if any(elsewhere):
            passed = [item for item, so in zip(found, elsewhere, strict=True) if so]
            system = passed[0].identity.system
            said = self._pass_over(
                passed, f"because it lies in {system}'s folder of another exercise than {self.assignment}")
            if all(elsewhere):
                raise CourseError(f"There is nothing of {self.assignment} there. {said}")
        return [item for item, so in zip(found, elsewhere, strict=True) if not so]

    def _of_learners(self, found: Sequence[Found]) -> list[Selected]:
        """Leaves out a learner's other notebooks if there is one of the exercise.

        A copy of the course has the others, too.
        """
        times = Counter(item.learner for item in found)
        selected = [Selected(item) for item in found]
        problems = [self._look(item) if times[item.found.learner] > 1 else None for item in selected]
        right = {item.found.learner for item, problem in zip(selected, problems, strict=True) if problem == ""}
        passed = [problem == WRONG_ASSIGNMENT and item.found.learner in right
                  for item, problem in zip(selected, problems, strict=True)]
        if any(passed):
            over = [item.found for item, so in zip(selected, passed, strict=True) if so]
            self._pass_over(over, f"because there is a notebook of {self.assignment} from the same learner")
        return [item for item, so in zip(selected, passed, strict=True) if not so]

    def _pass_over(self, passed: Sequence[Found], why: str) -> str:
        self.passed += [(item, why) for item in passed]
        return self.notices.passed_over(passed, why)

    def _look(self, item: Selected) -> str:
        """Returns what is wrong with it, before its turn has come. Keeps it until then, if it is small."""
        submission = self._read(item.found)
        if not submission.files:
            item.ahead = submission
        return submission.problem

    def _read(self, item: Found) -> Submission:
        if self.other:
            return read_submission(item, self.assignment, self.known, is_for=self.other.is_for, beside=())
        return read_submission(item, self.assignment, self.known, self.former)
