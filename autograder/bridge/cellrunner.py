"""Nursery process and inside: runs a notebook's cells and answers what the session asks about its variables.

When it is ready, the runner says ("ready",). From then on the trusted side
speaks first and the runner answers. Between cells, and while a cell stands at
`grader.check(...)`, it may ask for names, values and calls. Requests are
tuples, the first element says which:

    ("run", index, source)          -> ("check", question) any number of times, then
                                       ("ran", status, error, output, how many checks that were)
    ("continue", how)               ends a check; the cell goes on, if `how` is not "stop" (its time is up) or
                                    "unknown" (there is no such question)
    ("names",)                      -> ("value", [name, ...])
    ("get", name, others)           -> ("value", value), ("absent",), or ("same", one of these other names)
    ("attribute", number, name)     -> ("value", value) or ("absent",)
    ("call", number, args, kwargs)  -> ("returned", result, {argument: what it has become}, what it printed)

The answer to all of them but the first two may also be ("raised", exception); to any of them ("memory",) when no
memory is left for an answer, and ("astray",) to a "continue" when no cell waits in a check.

Inside, nothing of it is trusted: the learner's code runs in this very process and may
change all of it. In the trusted nursery process, before there is any learner, `warm_up`
runs, and so does the code that the import of this module runs. Neither may ever run a
learner's code or know a secret.
"""

from __future__ import annotations

import contextlib
import importlib
import linecache
import mmap
import os
import random
import selectors
import signal
import socket
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.bridge import fasterfit, helper, models, otterstandin, records, revival, wire
from autograder.bridge.errors import learner_traceback, status_of
from autograder.bridge.exports import Exporter, StayingObjects, raised
from autograder.bridge.otterstandin import Neutral
from autograder.bridge.output import Errors, Output
from autograder.bridge.shell import close_figures, neutral_shell
from autograder.sandbox.limits import Limits

OUT_OF_MEMORY = wire.encode(("memory",))
"""The answer when memory runs out. It is made in advance, as nothing can be made then."""
RESERVE = 16 * 2**20
"""Bytes set aside until memory runs out, so that the next cell can be compiled and can `del` something: malloc may have
nothing left, as it asks the system for large pages."""
GENERATORS: Any = (random.getstate, random.setstate), (np.random.get_state, np.random.set_state)
"""Functions taken in advance: the learner's code may replace them."""




class CellRunner:
    """One notebook: its variables, its output, and the conversation with the trusted side."""

    def __init__(self, channel: wire.Channel, output_bytes: int) -> None:
        self.channel = channel
        self.kept = StayingObjects()
        self.exporter = Exporter(self.kept)
        self.output = Output(output_bytes)
        self.errors = Errors(self.output)
        self.states = _random_states()
        self.cell_names: dict[str, int] = {}
        self.interruptible = False
        self.busy = False
        self.checks = 0
        self.reserve: mmap.mmap | None = None
        self.set_aside()
        self.pid = os.getpid()
        otterstandin.install(self.check)
        sys.stdout, sys.stderr = self.output, self.errors
        self.shell = neutral_shell()
        self.variables: dict[Any, Any] = self.shell.user_ns
        self.hidden_names = set(self.shell.user_ns) | {"__builtins__"}
        if "keras" in sys.modules:
            fasterfit.install()

    # --- the conversation ---

    def serve(self, waiting: bool = False) -> str:
        """Answers requests until the trusted side is gone, or ends the check that is `waiting`; returns how."""
        while True:
            try:
                request = self.channel.receive()
            except MemoryError:
                self.release()
                request = ("memory",)
            if request[0] == "continue" and waiting:
                return request[1]
            try:
                signal.signal(signal.SIGINT, self.interrupt)
                reply = self.answer(*request)
            except BaseException as error:
                self.interruptible = False
                reply = self.raised(error)
            self.channel.send_pieces(reply)

    def raised(self, error: BaseException) -> list[bytes | bytearray | memoryview]:
        try:
            return wire.encode(("raised", raised(error, learner_traceback(error, self.cell_names))))
        except MemoryError:
            return OUT_OF_MEMORY

    def answer(self, kind: str, *parts: Any) -> list[bytes | bytearray | memoryview]:
        if kind == "run":
            return wire.encode(("ran", *self.run(*parts)))
        if kind == "names":
            return wire.encode(("value", self.names()))
        if kind == "get":
            return self.get(*parts)
        if kind == "attribute":
            return self.value(lambda: getattr(self.kept[parts[0]], parts[1]))
        if kind == "call":
            return self.call(*parts)
        if kind == "memory":
            return OUT_OF_MEMORY
        if kind == "continue":
            return wire.encode(("astray",))
        raise ValueError(f"unknown request {kind!r}")

    def interrupt(self, signum: int, frame: object) -> None:
        """Handles SIGINT: stops the learner's code, and nothing else."""
        if self.interruptible:
            self.interruptible = False
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def learner_code(self) -> Iterator[None]:
        self.interruptible = True
        try:
            yield
        finally:
            self.interruptible = False

    # --- requests ---

    def run(self, index: int, source: str) -> tuple[str, str, str, int]:
        """Runs a cell.

        Returns its status ("ok", "raised", "timeout", "memory"), error, output, and the number of its checks.
        """
        self.busy = False
        self.checks = 0
        error: BaseException | None = None
        _restore(self.states)
        try:
            with self.learner_code():
                result = self.shell.run_cell(self._transformed(index, source), store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as escaped:
            error = escaped
        status = status_of(error)
        if status == "memory":
            self.release()
        else:
            self.set_aside()
        close_figures()
        sys.stdout, sys.stderr = self.output, self.errors
        self.states = _random_states()
        text = learner_traceback(error, self.cell_names) if error is not None else ""
        return status, text, self.output.take(), self.checks

    def set_aside(self) -> None:
        """Takes the reserve, if there is memory for it."""
        if self.reserve is None:
            with contextlib.suppress(OSError):
                self.reserve = mmap.mmap(-1, RESERVE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

    def release(self) -> None:
        """Frees the reserve."""
        if self.reserve is not None:
            self.reserve.close()
            self.reserve = None

    def _transformed(self, index: int, source: str) -> str:
        """Remembers the file name under which IPython will compile this cell, for tracebacks."""
        name = self.shell.compile.get_code_name(source, self.shell.transform_cell(source), self.shell.execution_count)
        self.cell_names[name] = index
        return source

    def names(self) -> list[str]:
        hidden = self.hidden_names
        return [
            name
            for name in list(self.variables)
            if isinstance(name, str) and name not in hidden and not name.startswith("_")
        ][:10_000]

    def get(self, name: str, among: list[str]) -> list[bytes | bytearray | memoryview]:
        """Returns a variable, or which of some others is the same object."""
        if name not in self.variables:
            return wire.encode(("absent",))
        value = self.variables[name]
        same = next((other for other in among if other in self.variables and self.variables[other] is value), None)
        return self.value(lambda: value) if same is None else wire.encode(("same", same))

    def value(self, read: Callable[[], object]) -> list[bytes | bytearray | memoryview]:
        with self.guest():
            try:
                value = read()
            except AttributeError:
                return wire.encode(("absent",))
            return self.exporter.encode(value, lambda value: ("value", value))

    def call(self, number: int, args: list[Any], kwargs: dict[str, Any]) -> list[bytes | bytearray | memoryview]:
        """Calls a kept object. The answer holds the arguments that it changed."""
        before = [self.snapshot(value) for value in (*args, *kwargs.values())]
        args = [self.revive(value) for value in args]
        kwargs = {key: self.revive(value) for key, value in kwargs.items()}
        with self.guest():
            result = self.kept[number](*args, **kwargs)
            keys = [*range(len(args)), *kwargs]
            values = [*args, *kwargs.values()]
            changed = {
                key: value
                for key, value, old in zip(keys, values, before, strict=True)
                if _mutable(value) and self.snapshot(value) != old
            }
            same = {
                id(value): records.SameArgument(key) for key, value in zip(keys, values, strict=True) if _mutable(value)
            }
            heard = self.output.take_heard()
            return self.exporter.encode(_mark(result, same), lambda result: ("returned", result, changed, heard))

    @contextlib.contextmanager
    def guest(self) -> Iterator[None]:
        """Surrounds a test's call of the learner's code: what it prints goes to the test alone."""
        muted, self.output.muted = self.output.muted, True
        busy, self.busy = self.busy, True
        self.output.take_heard()
        try:
            with self.learner_code():
                yield
        finally:
            self.busy = busy
            self.output.muted = muted


    def snapshot(self, value: object) -> bytes:
        return b"".join(bytes(piece) for piece in self.exporter.encode(value))

    def revive(self, value: Any) -> Any:
        """Turns an argument into what the learner's code expects: kept and Keras objects in place of records."""
        return records.replace_records(value, self._revive_record)

    def _revive_record(self, record: Any) -> Any:
        if isinstance(record, records.Function | records.Thing):
            return self.kept[record.ref]
        if isinstance(record, records.ModelData):
            return models.rebuild(record)
        if isinstance(record, records.KerasObject):
            return models.rebuild_object(record)
        if isinstance(record, records.TypeName) and record.family == "function":
            return revival.FUNCTIONS[record.name]
        return revival.revive(record)

    # --- grader.check ---

    def check(self, question: object, variables: object = None) -> Neutral:
        """Stands behind `grader.check(question)`: the cell waits here while the trusted side checks these variables."""
        if not isinstance(question, str):
            raise TypeError(f"a question is a text, such as 'q1'; got {type(question).__name__}")
        here = os.getpid() == self.pid and threading.current_thread() is threading.main_thread()
        if here and not self.busy:
            self.interruptible, self.busy = False, True
            states = _random_states()
            self.variables = variables if isinstance(variables, dict) else self.shell.user_ns
            self.channel.send(("check", str.__str__(question)[:200]))
            self.checks += 1
            how = self.serve(waiting=True)
            self.variables = self.shell.user_ns
            _restore(states)
            self.interruptible, self.busy = how != "stop", False
            if how == "stop":
                raise KeyboardInterrupt
            if how == "unknown":
                raise FileNotFoundError(f"There is no question called {question!r} in this exercise")
        return Neutral()


def _random_states() -> list[Any]:
    """Returns the state of Python's and NumPy's generators. A check leaves them as it found them."""
    states: list[Any] = [None, None]
    for number, (get, _) in enumerate(GENERATORS):
        with contextlib.suppress(Exception):  # NumPy's may be a generator that cannot return its state, and warns.
            states[number] = get()
    return states


def _restore(states: list[Any]) -> None:
    for (_, put), state in zip(GENERATORS, states, strict=True):
        with contextlib.suppress(Exception):
            put(state)


def _mutable(value: object) -> bool:
    return not isinstance(
        value, bool | int | float | complex | str | bytes | np.generic | types.BuiltinFunctionType | None)


def _mark(result: Any, same: dict[int, records.SameArgument]) -> object:
    """Returns `result` with a mark in place of each argument itself, at the top and in a tuple or list."""
    if id(result) in same:
        return same[id(result)]
    if type(result) in (tuple, list):
        marked = [same.get(id(element), element) for element in result]
        return marked if type(result) is list else tuple(marked)
    return result


PARTS = {"keras": ("layers", "optimizers", "losses", "metrics")}
"""Parts of packages that import them on first use: those that nearly every notebook uses."""


def warm_up(imports: Sequence[str], files: Mapping[str, bytes]) -> None:
    """Runs in the nursery process: prepares what notebooks need, once for all of them.

    It imports packages, and makes the course's helper unpack the data. Neither runs an operation of TensorFlow or
    starts a thread.

    Args:
        imports: packages to import beside those that every notebook needs.
        files: the files beside every notebook, by name.
    """
    import IPython.core.application
    import IPython.core.completer
    import IPython.core.completerlib
    import IPython.core.logger
    import IPython.core.magics
    import IPython.core.oinspect
    import IPython.core.profiledir
    import matplotlib.backends.backend_agg
    import matplotlib.pyplot

    _ = IPython, matplotlib
    for name in imports:
        package = importlib.import_module(name)
        for part in PARTS.get(name, ()):
            getattr(package, part)
    helper.prepare(files)


def main(sock: socket.socket, limits: Limits) -> None:
    """Serves until the trusted side is gone."""
    channel = wire.Channel(sock)
    sys.path.insert(0, "")
    helper.take_over()
    linecache.clearcache()
    # The selector of asyncio, which chose epoll on import. Here there is no epoll.
    selectors.DefaultSelector = selectors.PollSelector  # type: ignore[misc,assignment]
    np.random.seed()  # All children inherit one state. `random` seeds itself again after a fork.
    runner = CellRunner(channel, limits.output_bytes)
    try:
        channel.send(("ready",))
        runner.serve()
    except wire.Closed:
        os._exit(wire.CUT_OFF)
