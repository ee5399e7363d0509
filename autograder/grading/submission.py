"""One submission: makes attempts at its notebook until each question has a score, and gives the verdict.

One attempt is enough for nearly all. A cell or a check that ends the notebook's
process (it ignored its interrupt, ran out of memory, left) is left out of the next
attempt, which runs the notebook again for the questions that have no score yet. A
notebook that checks a question again needs a further attempt, too: the last of its
checks counts, as in Otter, and it is made in a run that has made none before it
(see `child.py`). A score that was given is kept; if the next attempt checks the
same question at the same place and disagrees, a flag says so.

Two kinds of failure are never mixed: the submission's fault becomes a verdict
here; the grader's own raises `EngineError`, and `ungraded` makes the result.
"""

from __future__ import annotations

import logging
import platform
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from autograder.course import former_question
from autograder.grading.bundle import Bundle, code_digest, environment
from autograder.grading.endings import (
    BROKEN_OFF,
    ENDINGS,
    NOT_TAKEN_IN,
    TOO_MUCH,
    TOO_MUCH_REASON,
    TOO_OFTEN,
    End,
    of_cell,
    of_check,
)
from autograder.grading.engine import GIVEN_UP, Engine, EngineError
from autograder.grading.events import (
    AT_END,
    OUTPUT_LIMIT,
    SEED,
    CellRan,
    CellToRun,
    CheckBegun,
    Ending,
    Finished,
    Lost,
    Portrayed,
    Request,
    Scored,
    Settled,
)
from autograder.grading.redaction import MORE
from autograder.grading.results import CellResult, Portrait, QuestionResult, SubmissionResult, Verdict
from autograder.sandbox.limits import Limits
from autograder.submissions.read import UNREADABLE, Submission

LOG = logging.getLogger("autograder")

MAX_ATTEMPTS = 6
"""The limit of attempts. After them questions without a score get none."""

TOTAL_FACTOR = 20
"""All cells of a submission together may take this many times the limit of one."""

CELL_OUTPUT = 2_000
"""Characters that are kept of a cell's output: its end, as of the whole notebook."""

CHILD_SILENCE = 60.0
"""Seconds without an event from the checker's child, beyond twice the limit of a cell, after which it is given up."""

LOST: Mapping[str | int, End] = {
    GIVEN_UP: End.TIMEOUT,
    -signal.SIGXCPU: End.TIMEOUT,
    -signal.SIGABRT: End.MEMORY,
    -signal.SIGSEGV: End.MEMORY,
    -signal.SIGBUS: End.MEMORY,
}
"""The ways in which the checker's child dies of an answer too large for its limits; other ways are the grader's
fault."""


@dataclass(frozen=True)
class RunLimits:
    """The limits of a submission: `timeout` in seconds for one cell and for one check; memory in MB."""

    timeout: float
    memory_mb: int


@dataclass(frozen=True)
class Blame:
    """The reason for a verdict.

    Attributes:
        reason: one sentence.
        told: the most that the learner reads of it; empty for nothing.
        cell: the code cell it is about, from 0; None if it is about something else.
        heard: whether a hidden test had been heard before.
    """

    reason: str
    told: str
    cell: int | None = None
    heard: bool = False


@dataclass
class Scores:
    """The questions' results so far, each with the place where it was checked.

    A place is the code cell, -1 at the end, and the how-manieth check of the question in that cell it is, from 1. The
    result at the last place counts, but a check at the end never replaces one in place.
    """

    results: dict[str, dict[tuple[int, int], QuestionResult]] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)

    def add(self, place: tuple[int, int], result: QuestionResult) -> None:
        """Adds a result; where its place has one already, adds only a flag if they disagree."""
        places = self.results.setdefault(result.name, {})
        earlier = places.get(place)
        if earlier is None:
            places[place] = result
        elif earlier.score != result.score:
            self.flags.append(
                f"{result.name} scored {earlier.score:g} in one run and {result.score:g} in the next, "
                "at the same place: the notebook does not do the same thing each time. The first counts."
            )

    def final(self, name: str) -> QuestionResult | None:
        """Returns the result that counts, or None."""
        places = self.results.get(name)
        return None if not places else places[max(places)]


class Grading:
    """The grading of one submission. `seed` is the seed with which its notebook begins."""

    def __init__(
        self, submission: Submission, bundle: Bundle, engine: Engine, limits: RunLimits, seed: int = SEED
    ) -> None:
        self.seed = seed
        self.submission = submission
        self.bundle = bundle
        self.engine = engine
        self.limits = limits
        cpu_seconds = max(Limits.cpu_seconds, int(4 * TOTAL_FACTOR * limits.timeout))  # the clock limits it
        self.sandbox_limits = Limits(memory_mb=limits.memory_mb, cpu_seconds=cpu_seconds)
        self.scores = Scores()
        self.cells: dict[int, CellResult] = {}
        self.output = ""
        self.skip_cells: set[int] = set()
        self.skip_checks: set[str] = set()
        self.last: dict[str, int] = {}
        self.verdicts: list[Verdict] = []
        self.blames: list[Blame] = []
        self.heard = False
        self.flags: list[str] = []
        self.place: tuple[str, int] | None = None
        self.portrait: Portrait | None = None

    def run(self) -> SubmissionResult:
        """Attempts the notebook until it is done.

        Raises:
            EngineError: the grader failed.
            StoppedError: the batch is being stopped.
        """
        level = self.engine.start()
        began = time.monotonic()
        for _ in range(MAX_ATTEMPTS):
            if self._attempt(began):
                break
        flags = [*self.flags, *self.scores.flags]
        reason = " ".join(dict.fromkeys(blame.reason for blame in self.blames))
        told = self._reason_for_learner()
        status = Verdict.worst(self.verdicts)
        stopped = Verdict.worst([verdict for verdict in self.verdicts if verdict is not Verdict.REVIEW])
        return SubmissionResult(
            learner=self.submission.learner,
            submission=self.submission.name,
            assignment=self.bundle.name,
            status=status,
            stopped=stopped.value if stopped not in (status, Verdict.GRADED) else "",
            reason=reason,
            told=told if told != reason else None,
            questions=tuple(
                self._question(question.name, question.points) for question in self.bundle.questions
            ),
            cells=tuple(
                self.cells.get(index, CellResult(index, "skipped", 0.0))
                for index in range(len(self.submission.cells))
            ),
            seconds=round(time.monotonic() - began, 3),
            sandbox=level,
            output=self.output[-OUTPUT_LIMIT:],
            flags=tuple(dict.fromkeys(flags)),
            environment=run_environment(self.submission, self.limits),
            portrait=self.portrait,
        )

    def _attempt(self, began: float) -> bool:
        """Makes one attempt; returns True when another attempt could give nothing more."""
        self.output = ""
        self.place = None
        ending: Ending | None = None
        silence = 2 * self.limits.timeout + CHILD_SILENCE
        files: dict[str, bytes | Path] = {**self.submission.files, **self.bundle.support}
        for event in self.engine.attempt(self._request(began), files, self.sandbox_limits, silence):
            match event:
                case CellRan(result, output, over):
                    self._cell(result, output, over)
                case CheckBegun(question, cell):
                    self.place = (question, cell)
                case Scored():
                    self.place = None
                    self._scored(event)
                case Settled(ending) | Finished(ending):
                    pass
                case Portrayed(portrait, note):
                    self._portrayed(portrait, note)
                case Lost(code):
                    if ending is None:
                        return self._lost(code)
                    self._portrayed(None, f"the checker's child ended with {code}")
        assert ending is not None  # the engine's last event is `Finished` or `Lost`
        self.flags += [*ending.review, *ending.flags]
        if ending.review:
            self.verdicts.append(Verdict.REVIEW)
            self.blames += [Blame(review, "") for review in ending.review[:1]]  # for the instructor alone
        done = self._ended(ending)
        again = {name: times for name, times in ending.repeated.items() if times > self.last.get(name, 1)}
        self.last |= again
        return done and not again

    def _request(self, began: float) -> Request:
        total = TOTAL_FACTOR * self.limits.timeout - (time.monotonic() - began)
        return Request(
            tests=str(self.bundle.tests),
            questions=[question.name for question in self.bundle.questions],
            helpers=[str(folder) for folder in self.bundle.helpers],
            cells=[CellToRun(cell.source, cell.checks) for cell in self.submission.cells],
            skip_cells=sorted(self.skip_cells),
            skip_checks=sorted(self.skip_checks),
            done=sorted(self.scores.results),
            last=self.last,
            portrait=str(self.bundle.portrait or ""),
            timeout=self.limits.timeout,
            total=max(total, self.limits.timeout),
            cpu_seconds=int((TOTAL_FACTOR + 4 * len(self.bundle.questions)) * self.limits.timeout) + 120,
            limits=asdict(self.sandbox_limits),
            heard=self.heard and bool(self.skip_cells or self.skip_checks),
            former={former_question(question.name, former): question.name for question in self.bundle.questions}
            if (former := self.submission.former) else {},
            folder="" if self.bundle.own else str(self.bundle.helpers[0]),
            own=self.bundle.own,
            seed=self.bundle.seeding.seed if self.bundle.seeding else None,
            seed_variable=self.bundle.seeding.variable if self.bundle.seeding else "",
            unjudged=self.bundle.unjudged,
            proven=self.bundle.proven,
            trial=self.bundle.trial,
            begins_with=self.seed,
        )

    # --- events ---

    def _cell(self, result: CellResult, output: str, over: bool) -> None:
        index, status = result.index, result.status
        if index in self.skip_cells:
            return  # the attempt that it ended has reported its outcome
        before = self.cells.get(index)
        if before and before.told is None and (before.status, before.error) == (status, result.error):
            result = before  # it raised the same when it could know of nothing hidden
        self.heard = self.heard or result.told is not None
        self.cells[index] = replace(result, output=output[-CELL_OUTPUT:])
        self.output += output
        self._blame_cell(result, over)

    def _blame_cell(self, result: CellResult, over: bool) -> None:
        end = End.OVER if over else result.status
        if result.status == "ok" or ENDINGS[end].verdict is None:
            return
        known = {
            "number": result.index + 1,
            "limit": f"{self.limits.timeout:.3g} s",
            "memory": f"{self.limits.memory_mb} MB of memory",
        }
        sentence = of_cell(end).reason
        reason, told = (sentence.format(**known, error=said.rstrip(".")) for said in (result.error, result.for_learner))
        self._blame(end, reason, told, cell=result.index, heard=result.told is not None)

    def _scored(self, event: Scored) -> None:
        self.scores.add((event.cell, event.nth), event.result)
        self.heard = self.heard or event.heard
        for trouble in event.trouble:
            reason = f"{event.result.name}: {of_check(trouble).reason} when a test used it."
            self._blame(trouble, reason, heard=event.heard)

    def _portrayed(self, portrait: Portrait | None, note: str) -> None:
        """Takes a portrait, or the reason why there is none: that costs nothing, and only the log reports it."""
        if portrait is None:
            LOG.info("No portrait of %s by %s: %s", self.submission.name, self.submission.learner, note)
        else:
            self.portrait = portrait

    def _ended(self, ending: Ending) -> bool:
        """Handles the end of the notebook: it came to its end, or the cell at hand or a check ended it."""
        if not ending.status:
            return True
        if ending.status == End.PROTOCOL:
            self._leave_rest(BROKEN_OFF)
            return True
        if ending.question:
            self.skip_checks.add(ending.question)
        elif ending.cell != AT_END:
            self.skip_cells.add(ending.cell)
        else:
            raise EngineError(f"the notebook's process ended before its first cell: {ending.error}")
        return self._nothing_left()

    def _lost(self, code: int | str) -> bool:
        """Handles a checker's child that died of the notebook's answers, or was busy with them for too long."""
        trouble = LOST.get(code)
        if trouble is None:
            raise EngineError(f"the checker's child ended with {code}")
        self.heard = True  # Perhaps; the child can no longer tell.
        if self.place is None:
            self._blame(trouble, NOT_TAKEN_IN, heard=True)
            self._leave_rest(NOT_TAKEN_IN)
            return True
        question, cell = self.place
        self._blame(trouble, f"{question}: {TOO_MUCH_REASON}.", heard=True)
        points = next(known.points for known in self.bundle.questions if known.name == question)
        self.scores.add((cell, 1 << 30), QuestionResult(question, 0.0, points, "not-checked", (), TOO_MUCH))
        self.skip_checks.add(question)
        return self._nothing_left()

    def _nothing_left(self) -> bool:
        return all(question.name in self.scores.results for question in self.bundle.questions)

    def _leave_rest(self, note: str) -> None:
        for question in self.bundle.questions:
            if question.name not in self.scores.results:
                missing = QuestionResult(question.name, 0.0, question.points, "not-checked", (), note)
                self.scores.add((AT_END, 0), missing)

    def _blame(
        self, trouble: str, reason: str, told: str = "", *, cell: int | None = None, heard: bool = False
    ) -> None:
        """Adds a verdict and its reason. Arguments as in `Blame`; `told` only where it is less than the reason."""
        verdict = ENDINGS[trouble].verdict
        assert verdict is not None, trouble
        self.verdicts.append(verdict)
        self.blames.append(Blame(reason, told or reason, cell, heard))

    def _reason_for_learner(self) -> str:
        """Returns the reason for the learner: all that stopped before a hidden test was heard, and one later cell.

        That is the cell which the page shows. The choice of cells and checks that stop, and their number, can carry a
        message about what a hidden test handed in.
        """
        shown = min((index for index, cell in self.cells.items() if cell.told is not None), default=None)
        named = next((blame for blame in self.blames if blame.heard and blame.cell == shown), None)
        told = [blame.told for blame in self.blames if blame.told and not blame.heard]
        told += [named.told] if named else []
        more = any(blame.heard and blame.reason != (named and named.reason) for blame in self.blames)
        return " ".join(dict.fromkeys([*told, MORE] if more else told))

    def _question(self, name: str, points: float) -> QuestionResult:
        result = self.scores.final(name)
        if result is not None:
            return result
        return QuestionResult(name, 0.0, points, "not-checked", (), TOO_OFTEN.format(times=MAX_ATTEMPTS))


def run_environment(submission: Submission, limits: RunLimits) -> dict[str, str]:
    """Returns the facts on how a result came about."""
    return {
        **environment(),
        "system": platform.system(),
        "seed": str(SEED),
        "threads": "1",
        "timeout": f"{limits.timeout:.3g}",
        "memory_mb": str(limits.memory_mb),
        "code": code_digest(submission.cells),
        "code_size": str(sum(len(cell.source) for cell in submission.cells)),
    }


def refused(submission: Submission, bundle: Bundle | None) -> SubmissionResult:
    """Returns the result of a submission that cannot be graded, for the reason that reading it gave."""
    return _without_scores(
        submission,
        bundle,
        Verdict.UNREADABLE if submission.problem == UNREADABLE else Verdict.WRONG_ASSIGNMENT,
        submission.reason,
    )


def ungraded(submission: Submission, bundle: Bundle | None, reason: str) -> SubmissionResult:
    """Returns the result when the grader itself failed: no points are given or taken."""
    return _without_scores(submission, bundle, Verdict.ERROR, reason)


def _without_scores(
    submission: Submission, bundle: Bundle | None, verdict: Verdict, reason: str
) -> SubmissionResult:
    questions = bundle.questions if bundle else ()
    return SubmissionResult(
        learner=submission.learner,
        submission=submission.name,
        assignment=submission.assignment,
        status=verdict,
        reason=reason,
        questions=tuple(QuestionResult(q.name, 0.0, q.points, "not-checked", (), reason) for q in questions),
        environment=environment(),
    )


def grade(
    submission: Submission, bundle: Bundle, engine: Engine, limits: RunLimits, seed: int = SEED
) -> SubmissionResult:
    """Grades one readable submission; see `Grading.run`."""
    return Grading(submission, bundle, engine, limits, seed).run()
