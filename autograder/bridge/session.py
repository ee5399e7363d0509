"""Outside: the conversation with one cell runner.

Every message that arrives is a claim. The first one that this module does not
expect ends the session, and with it everything in its sandbox.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from autograder.bridge import models, records, remote, revival, wire
from autograder.bridge.arguments import update
from autograder.bridge.exports import Exporter, StayingObjects
from autograder.bridge.plaintext import shown
from autograder.sandbox import exitstatus
from autograder.sandbox.exitstatus import Ended
from autograder.sandbox.limits import READY_SECONDS, SandboxError
from autograder.sandbox.nursery import Runner
from autograder.sandbox.watch import Watch

GRACE = 2.0
"""Seconds between the interrupt and the kill."""
MOMENT = 0.05
"""Seconds that a cell needs to go on after a check; an interrupt sent while it leaves the check is lost."""
BROKEN = (
    "the conversation with the grader broke off, because something came in between that was no answer; the usual cause "
    "is a copy of the process, made by os.fork(), that goes on as if it were the notebook"
)
"""The facts, and the most frequent cause."""
NO_CHECK = "the conversation with the grader broke off: what the process sent was a check that the cell had not made"
NO_END = "the conversation with the grader broke off: what the process sent was that it had ended, and it had not"
CUT = (
    "the process had lost its connection to the grader; os.close(), os.closerange() or a socket's shutdown() may have "
    "closed it"
)
CLOSED_SECONDS = 1.0
"""How long to wait, when the socket has closed, to see whether the sandbox's first process ended, too."""
LAST_WORDS = 5.0
"""Seconds in which a sandbox must have ended after its exit status, which is its last message."""


NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True)
class CellOutcome:
    """The outcome of one cell.

    Attributes:
        status: "ok"; "raised"; "timeout" (stopped by its interrupt; the session goes on); "memory";
            and, with the session over: "killed" (did not stop), "exited" (its process ended), "limit" (it was ended,
            as it used more than it may), "cut" (it can no longer be heard), "protocol" (broke the protocol). A session
            over the memory limit is "memory" and over.
        error: the learner's own traceback, or one sentence that says why.
        seconds: wall-clock time of the learner's code, checks not counted.
        output: the text that it printed.
    """

    status: str
    error: str
    seconds: float
    output: str


class SessionEnded(Exception):
    """The session is over; `status` and `error` as in `CellOutcome`."""

    def __init__(self, status: str, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Session:
    """One cell runner, from the trusted side. Not thread-safe.

    Args:
        runner: its sandbox; the session starts a watch on it, ends it, and closes its descriptors.
        on_check: called with the question's name when a cell stands at `grader.check(name)`; returns False when there
            is no such question, and the check raises, as Otter's does.

    Attributes:
        alive: False once the sandbox has ended, for whatever reason.
        flags: reasons for an instructor to look at the submission.
        call_timeout: seconds that a test's access to the cell runner may take.
        unexamined: what a test wanted to examine and could not, since `forget` was called.
        arriving: whether a part of an answer had come when its time was last up.
    """

    def __init__(self, runner: Runner, on_check: Callable[[str], object]) -> None:
        self.runner = runner
        self.on_check = on_check
        self.flags: list[str] = []
        self.unexamined: list[str] = []
        self.call_timeout = 60.0
        self.arriving = False
        self.ended: SessionEnded | None = None
        self._deadline = 0.0
        self._interrupted = True  # Whether the awaited answer has been interrupted, or must not be.
        self._watch: Watch | None = None
        self._channel = wire.Channel(runner.sock, wire.waiter(runner.sock, lambda: self._deadline, self._interrupt))
        self._exporter = Exporter(StayingObjects())
        self._stand_ins: dict[int, tuple[records.Function | records.Thing, remote.Remote]] = {}

    @property
    def alive(self) -> bool:
        return self.ended is None

    @property
    def pid(self) -> int:
        """The first process of the sandbox."""
        return self.runner.pid

    @property
    def over(self) -> bool:
        """Whether its measured memory was more than allowed."""
        return bool(self._watch and self._watch.over)

    # --- what the grader asks ---

    def run_cell(self, index: int, source: str, timeout: float) -> CellOutcome:
        """Runs one cell; see `CellOutcome`. `timeout` is in seconds."""
        most = self.runner.limits.output_bytes + 1000  # The cell runner stops it, too; but that is only its word.
        spent = 0.0
        checks = 0
        late = False
        request: tuple[object, ...] = ("run", index, source)
        try:
            while True:
                started = time.monotonic()
                try:
                    left = timeout - spent
                    answer = self._exchange(request, left if left > MOMENT else GRACE)
                finally:
                    spent += time.monotonic() - started
                late = late or self._interrupted
                match answer:
                    case ("check", str(question)):
                        checks += 1
                        known = self.on_check(question) is not False
                        request = ("continue", "" if known else "unknown")
                        if timeout - spent <= MOMENT:
                            if late:
                                raise self._end("killed", _not_stopped(timeout))
                            late = True
                            request = ("continue", "stop")
                    case ("ran", str(status), str(error), str(output), int(made)):
                        if status not in ("ok", "raised", "timeout", "memory"):
                            raise self._end("protocol", BROKEN)
                        if made != checks:  # One of them has an answer that nobody waits for, or waits for one.
                            raise self._end("protocol", NO_CHECK)
                        if status == "timeout" and not late:  # Code that raises KeyboardInterrupt by itself.
                            status = "raised"
                        return CellOutcome(status, shown(error[: records.ERROR_LIMIT]), spent, shown(output[:most]))
                    case _:
                        raise self._unexpected()
        except SessionEnded as end:
            return CellOutcome(end.status, end.error, spent, "")

    def names(self) -> list[str]:
        """Returns the names of the notebook's variables."""
        match self._exchange(("names",), self.call_timeout):
            case ("value", list(names)) if all(type(name) is str for name in names):
                return names
        raise self._unexpected()

    def forget(self) -> None:
        """Prepares for another test case: forgets the objects that an earlier one may have changed, and its notes."""
        self.unexamined.clear()
        self._stand_ins.clear()

    def get(self, name: str, among: Mapping[str, object] = NOTHING) -> object:
        """Returns the value of a variable, as a copy.

        Args:
            name: the name of the variable.
            among: values of variables that are here already; if it is the same object as one of these, that one is
                returned, so that two names of one object are one object here, too.

        Raises:
            KeyError: there is none of this name.
        """
        match self._exchange(("get", name, list(among)), self.call_timeout):
            case ("value", value):
                return self._revive(value)
            case ("same", str(other)) if other in among:
                return among[other]
            case ("absent",):
                raise KeyError(name)
            case ("raised", records.Raised() as record):
                raise remote.exception(record)
        raise self._unexpected()

    def attribute(self, ref: int, name: str) -> object:
        """Returns the attribute `name` of a remote object."""
        match self._exchange(("attribute", ref, name), self.call_timeout):
            case ("value", value):
                return self._revive(value)
            case ("absent",):
                raise AttributeError(name)
            case ("raised", records.Raised() as record):
                raise remote.exception(record)
        raise self._unexpected()

    def call(
        self, function: remote.Remote, args: Sequence[Any], kwargs: dict[str, Any], timeout: float
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]:
        """Calls something in the cell runner.

        Args:
            function: the function to call.
            args, kwargs: sent as copies; those it changes in place are changed here too, where possible.
            timeout: seconds.

        Returns:
            The result, and the arguments as they are after the call.

        Raises:
            TimeoutError: the function did not return in time.
            Exception: the exception that it raised; `remote.RemoteError` where there is no built-in class for it.
            SessionEnded: the sandbox ended.
        """
        match self._exchange(("call", function._ref, list(args), dict(kwargs)), timeout):
            case ("returned", result, dict(changed), str(said)):
                remote.say(said)
            case ("raised", records.Raised() as record):
                raise remote.exception(record)
            case _:
                raise self._unexpected()
        arguments: dict[int | str, Any] = dict(enumerate(args))
        arguments.update(kwargs)
        if not changed.keys() <= arguments.keys():
            raise self._unexpected()
        for key, value in changed.items():
            arguments[key] = self._changed(arguments[key], value)
        after = [arguments[key] for key in range(len(args))]
        return self._revive(result, arguments), after, {key: arguments[key] for key in kwargs}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Kills everything in the sandbox, waits until it is dead, and closes the descriptors."""
        if self.runner.sock.fileno() < 0:
            return
        if self.ended is None:
            self.ended = SessionEnded("exited", "the session is closed")
        self._kill()
        if self._watch is not None:
            self._watch.close()
        self.runner.close()

    # --- the conversation ---

    def _exchange(self, request: tuple[object, ...], timeout: float) -> Any:
        """Sends a request and returns the answer. Handles everything that can go wrong on the way."""
        if self.ended is not None:
            raise self.ended
        if self._watch is None:
            self._greet()
        self._interrupted = False
        self._deadline = time.monotonic() + timeout
        try:
            self._channel.send(request, self._outgoing)
            answer = self._channel.receive()
        except wire.DeadlinePassed:
            raise self._end("killed", _not_stopped(timeout)) from None
        except wire.Closed:
            ended = self.runner.ended(CLOSED_SECONDS)
            raise (self._end("exited", "the process ended") if ended else self._end("cut", CUT)) from None
        except wire.WireError as error:
            raise self._end("protocol", BROKEN) from error
        match answer:
            case Ended(code, reason):
                raise self._ended(code, reason)
            case ("astray",):
                raise self._end("protocol", NO_CHECK)
            case ("memory",):
                raise self._end("memory", "had no memory left to answer")
        if self._interrupted and request[0] not in ("run", "continue"):
            raise TimeoutError(f"no answer within {timeout:.3g} s")
        return answer

    def _interrupt(self) -> bool:
        """Interrupts the learner's code, once, when the time for an answer is up, and gives it a moment to stop."""
        if self._interrupted:
            return False
        self._interrupted = True
        self.arriving = self._channel.begun
        self.runner.signal(signal.SIGINT)
        self._deadline = time.monotonic() + GRACE
        return True

    def _outgoing(self, value: object) -> object:
        """Prepares a value for the cell runner that is not plain."""
        if isinstance(value, remote.RemoteFunction):
            return records.Function(value._ref, "", "", None)
        if isinstance(value, remote.Remote | remote.RemoteModel):
            return records.Thing(value._ref, "", "")
        if function := revival.function_record(value):
            return function
        record = self._exporter.record(value)
        if isinstance(record, records.Function | records.Thing):
            remote.note_unexamined(self, f"a {type(value).__name__} that the test hands to the learner's code")
            raise TypeError(f"a {type(value).__name__} of a test cannot be sent to the learner's code")
        return record

    def _revive(self, value: Any, arguments: dict[int | str, Any] | None = None) -> Any:
        def new(record: Any) -> Any:
            if isinstance(record, records.Function | records.Thing):
                return self._stand_in(record)
            if isinstance(record, records.Raised):
                return remote.exception(record)
            if isinstance(record, records.SameArgument) and arguments and record.key in arguments:
                return arguments[record.key]
            if isinstance(record, records.ModelData):
                return self._model(record)
            if isinstance(record, records.KerasObject):
                return self._keras_object(record)
            return revival.revive(record)

        try:
            return records.replace_records(value, new)
        except wire.WireError as error:
            raise self._end("protocol", BROKEN) from error

    def _stand_in(self, record: records.Function | records.Thing) -> remote.Remote:
        """Returns the stand-in for an object that stays there; the same each time, so that `is` holds as there."""
        known, stand_in = self._stand_ins.get(record.ref, (None, None))
        if stand_in is None or known != record:
            kind = remote.RemoteFunction if isinstance(record, records.Function) else remote.RemoteObject
            stand_in = kind(self, record)  # type: ignore[arg-type]
            self._stand_ins[record.ref] = record, stand_in
        elif isinstance(stand_in, remote.RemoteObject):
            stand_in.note()
        return stand_in

    def _model(self, record: records.ModelData) -> Any:
        try:
            return models.rebuild(record)
        except models.Refused as reason:
            flag = f"A model could not be rebuilt, so its answers come from the submission itself: {reason}."
            if flag not in self.flags:
                self.flags.append(flag)
            return remote.RemoteModel(self, record)

    def _changed(self, argument: Any, value: Any) -> Any:
        """Returns `argument` after the call that made it `value`: itself, changed, where possible."""
        if isinstance(value, records.ModelData):
            with contextlib.suppress(models.Refused):
                return models.refresh(argument, value)
        return update(argument, self._revive(value))

    def _keras_object(self, record: records.KerasObject) -> Any:
        try:
            return models.rebuild_object(record)
        except models.Refused as reason:
            kind = f"keras.{record.family}s.{record.family.capitalize()}"
            thing = records.Thing(record.ref, f"Keras {record.family}", str(reason), kind, ("__call__",))
            return remote.RemoteObject(self, thing)

    def _ended(self, code: int, reason: str) -> SessionEnded:
        """Handles the sandbox's message that it ended: its exit status, if nothing comes after it."""
        if not self._is_last_message():
            return self._end("protocol", NO_END)
        if code == wire.CUT_OFF or reason == exitstatus.HUNG_UP:
            return self._end("cut", CUT)
        return self._end("limit", reason) if reason else self._end("exited", _exit_sentence(code))

    def _is_last_message(self) -> bool:
        """Returns whether nothing more comes from the sandbox, because nobody is left in it."""
        self._deadline, self._interrupted = time.monotonic() + LAST_WORDS, True
        try:
            self._channel.receive()
        except wire.Closed:
            return True
        except (wire.DeadlinePassed, wire.WireError):
            return False
        return False

    def _unexpected(self) -> SessionEnded:
        return self._end("protocol", BROKEN)

    def _end(self, status: str, error: str) -> SessionEnded:
        """Ends the session; its first ending stays."""
        self._kill()
        if self.ended is None:
            over = self._watch.over if self._watch else ""
            self.ended = SessionEnded("memory", over) if over else SessionEnded(status, error)
        return self.ended

    def _kill(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        self.runner.end()

    def _greet(self) -> None:
        """Starts the watch, and waits until the cell runner is ready. None of the learner's code has run before."""
        self._watch = Watch(self.runner)
        self._deadline = time.monotonic() + READY_SECONDS
        try:
            said = self._channel.receive()
        except (wire.DeadlinePassed, wire.Closed, wire.WireError) as error:
            said = error
        if said != ("ready",):
            self._end("exited", "the cell runner did not start")
            raise SandboxError(f"a cell runner did not start: {said!r}")


def _not_stopped(timeout: float) -> str:
    return f"did not stop within {timeout:.3g} s, nor when interrupted"


def _exit_sentence(code: int) -> str:
    if code >= 0:
        return f"the code ended its own process with exit code {code}"
    if code == -signal.SIGXCPU:
        return "the process was ended by SIGXCPU, the signal for used-up processor time"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the process was ended by {name}"
