"""The exercises of one batch: their bundles, and the limits of their submissions. Read or measured once each.

An exercise that is not built blocks no other.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder import course
from autograder.course import Assignment, CourseError
from autograder.grading import worker
from autograder.grading.bundle import Bundle, bundle, fingerprint
from autograder.grading.engine import EngineError
from autograder.grading.gradebook import Gradebook
from autograder.grading.othercourse import PLAIN_TIMEOUT, OtherAssignment
from autograder.grading.submission import RunLimits
from autograder.grading.timing import default_timeout
from autograder.submissions.identity import joined
from autograder.submissions.read import Submission


@dataclass(frozen=True)
class Settings:
    """The arguments of a batch; see `batch.grade_paths`."""

    assignment: str | None
    timeout: float | None
    memory_mb: int
    confined: bool


class Exercises:
    """The exercises of one batch.

    Attributes:
        settings: the arguments of the batch.
        other: the assignment of another course that is graded; then there are no others.
        known: the names of all exercises of the course.
        former: their names in earlier numberings -> their names now.
        unbuilt: exercises that were handed in and are not built, each with the remedy.
    """

    def __init__(self, settings: Settings, other: OtherAssignment | None = None) -> None:
        self.settings = settings
        self.other = other
        self.known = [other.name] if other else course.exercise_names()
        self.former = {} if other else course.former_names()
        self.unbuilt: dict[str, str] = {}
        self._built: dict[str, tuple[Assignment, Bundle]] = {}
        self._timeouts: dict[str, float] = {}

    def bundle(self, name: str) -> Bundle:
        """Returns the bundle of an exercise of the course, the same for all of the batch.

        Raises:
            CourseError: there is no such exercise, or it is not built.
        """
        if self.other:
            return self.other.bundle
        if name in self.former:  # an earlier build may still lie there under that name
            course.require_known([name])
        if name not in self._built:
            found = course.assignment(name)
            self._built[name] = (found, bundle(found))
        return self._built[name][1]

    def require_numbering_of(self, gradebook: Gradebook) -> None:
        """Refuses a gradebook of an earlier numbering: its results would stand beside those under the new names.

        Nothing in it has been changed. Reports and exports read it as it is.

        Raises:
            CourseError: it is of one.
        """
        if earlier := [name for name in gradebook.assignments() if name in self.former]:
            renamed = joined([f"{name} is {self.former[name]} now" for name in earlier])
            raise CourseError(
                f"{gradebook.path} is of an earlier numbering of the course: {renamed}. It stays as it is, with its "
                "scores; `autograder export` and `autograder adjust` go on working with it. Grade into another folder, "
                "with another --output. Notebooks of the earlier numbering are graded there under their new names."
            )

    def bundle_of(self, submission: Submission) -> Bundle | None:
        """Returns the bundle of its exercise; None where it is for none, or for one that is `unbuilt`."""
        if submission.assignment not in self.known:
            return None
        try:
            return self.bundle(submission.assignment)
        except CourseError as error:
            self.unbuilt[submission.assignment] = str(error)
            return None

    def fingerprint(self, submission: Submission) -> str:
        """Returns the hash of everything that its result depends on."""
        limits: dict[str, object] = {
            "timeout": self.settings.timeout,  # the default follows from what else is in the fingerprint
            "memory_mb": self.settings.memory_mb,
            "confined": self.settings.confined,
        }
        return fingerprint(submission, self.bundle_of(submission), limits)

    def limits(self, own: Bundle, *, local: bool) -> RunLimits:
        """Returns the limits of a submission. The first of its exercise starts its engine, and has its time measured.

        Args:
            own: the bundle of its exercise.
            local: submissions run in this process.

        Raises:
            CourseError: the grader does not work here, or the solution does not earn full marks.
        """
        if own.name not in self._timeouts:
            self._timeouts[own.name] = self._timeout(own, local)
        return RunLimits(self._timeouts[own.name], self.settings.memory_mb)

    def _timeout(self, own: Bundle, local: bool) -> float:
        """Returns the seconds for one cell.

        It starts an engine that is needed here first, so that a fault shows at once.
        """
        try:
            engine = worker.engine(self.settings.confined, own.ready())
            if local:
                engine.start()
            if self.other:
                return self.settings.timeout or PLAIN_TIMEOUT
            if self.settings.timeout:
                return self.settings.timeout
            return default_timeout(self._built[own.name][0], own, engine, self.settings.memory_mb)
        except EngineError as error:
            raise CourseError(f"The grader does not work on this machine: {error}") from error
