"""In the checker's child: a session that keeps a check to its time, and notes what the learner's code did meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.bridge.remote import Remote
from autograder.bridge.session import NOTHING, CellOutcome, Session
from autograder.grading import causes
from autograder.sandbox.nursery import Runner


class TimedSession(Session):
    """The conversation with one notebook, as the source of an `Environment`.

    Attributes:
        generation: grows whenever something has run in the notebook.
        deadline: on `time.monotonic`; a check's requests to the notebook end by then. None: no check.
        late: whether a request of the check had to be interrupted.
        asking: whether an answer is being waited for just now.
        hidden: whether a hidden case is being run.
        heard: whether something was called for a hidden case, and may have kept its arguments.
        learner_error: the last exception that came from the learner's own code; the end of an iterator is none.
        recording: the record of what the tests of a question ask and get, while one is kept.
    """

    def __init__(self, runner: Runner, on_check: Callable[[str], object]) -> None:
        super().__init__(runner, on_check)
        self.generation = 0
        self.deadline: float | None = None
        self.late = False
        self.asking = False
        self.hidden = False
        self.heard = False
        self.learner_error: BaseException | None = None
        self.recording: causes.Recording | None = None
        self._answered = False
        self._touched = False
        self._nexts: list[object] = []

    @property
    def slow_to_come(self) -> bool:
        """Whether the time of a check was up while an answer was on its way."""
        killed = self.ended is not None and self.ended.status == "killed"
        return self.arriving and (self.late or killed)

    def run_cell(self, index: int, source: str, timeout: float) -> CellOutcome:
        self.generation += 1
        return super().run_cell(index, source, timeout)

    def get(self, name: str, among: Mapping[str, object] = NOTHING) -> object:
        try:
            value = super().get(name, among)
        except Exception as error:
            self._note(error, absent=KeyError(name))
            raise
        if self.recording:
            self.recording.got(name, value)
        return value

    def attribute(self, ref: int, name: str) -> object:
        try:
            value = super().attribute(ref, name)
        except Exception as error:
            self._note(error, absent=AttributeError(name))
            raise
        if name == "__next__":
            self._nexts.append(value)
        return value

    def call(
        self, function: Remote, args: Sequence[Any], kwargs: dict[str, Any], timeout: float
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]:
        self.generation += 1
        self.heard = self.heard or self.hidden
        call = self.recording.begin(function._ref, args, kwargs) if self.recording else None
        self._touched = False
        try:
            returned = super().call(function, args, kwargs, timeout)
        except BaseException as error:
            is_end = type(error) is StopIteration and any(function is one for one in self._nexts)
            if isinstance(error, Exception) and not is_end:
                self._note(error)
            self._recorded(call, error)
            raise
        if self.recording and call:
            self.recording.returned(call, returned[0], returned[1] if self._touched else None)
        return returned

    def _recorded(self, call: causes.Call | None, error: BaseException) -> None:
        """Records a call that ended with an error: the learner's own, or there was no answer."""
        if self.recording and call:
            if isinstance(error, Exception) and self._answered and self.alive:
                call.outcome = causes.recorded_error(error)
            else:
                self.recording.whole = False

    def _changed(self, argument: Any, value: Any) -> Any:
        self._touched = True
        return super()._changed(argument, value)

    def _note(self, error: Exception, absent: Exception | None = None) -> None:
        """Keeps an exception that was the notebook's answer, and not the session's own."""
        says_absent = absent is not None and type(error) is type(absent) and error.args == absent.args
        if self._answered and self.alive and not says_absent:
            self.learner_error = error

    def _exchange(self, request: tuple[object, ...], timeout: float) -> Any:
        if self.deadline is not None:
            timeout = min(timeout, max(self.deadline - time.monotonic(), 0.05))
        self._answered = False
        self.asking = True
        try:
            answer = super()._exchange(request, timeout)
        except TimeoutError:
            self.late = True
            raise
        finally:
            self.asking = False
        self._answered = True
        return answer
