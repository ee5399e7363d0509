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
    ("get", name)                   -> ("value", value) or ("absent",)
    ("attribute", number, name)     -> ("value", value) or ("absent",)
    ("call", number, args, kwargs)  -> ("returned", result, {argument: what it has become}, what it printed)

and to all of them but the first two also ("raised", exception); to any ("memory",) when there is none left to answer,
and ("astray",) to what continues a check where nobody waits in one.

Inside, nothing of it is trusted: the learner's code runs in this very process and may
change all of it. In the nursery process, which is trusted, before there is any learner,
`warm_up` runs, and all that importing this module runs: neither may ever run a
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
import traceback
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from autograder.bridge import fasterfit, helper, models, records, revival, wire
from autograder.bridge.exports import Exporter, Kept, raised
from autograder.sandbox.limits import Limits

OUT_OF_MEMORY = wire.encode(("memory",))
"""Made in advance: it is sent when nothing can be made any more."""
RESERVE = 16 * 2**20
"""Bytes set aside until there is no memory left, so that the next cell can be compiled and `del` something: malloc may
have nothing left, as it asks the system for large pages."""
HEARD_LIMIT = 100_000
"""Characters of what a function prints that a test may hear."""
OTTER_METHODS = ("add_plugin_files", "check_all", "export", "run_plugin", "to_pdf")
"""What `otter.Notebook` can do besides checking; nearly all of it does nothing under `otter run`, either."""
KERNEL_MAGICS = ("autosave", "connect_info", "qtconsole", "subshell")
"""What Jupyter's kernel adds to IPython's magics; here they do nothing."""
GENERATORS: Any = (random.getstate, random.setstate), (np.random.get_state, np.random.set_state)
"""Taken in advance: the learner's code may replace them."""
try:
    OTTER_VERSION = metadata.version("otter-grader")
except metadata.PackageNotFoundError:
    OTTER_VERSION = ""


class Neutral:
    """What `grader.check` returns: says nothing, shows nothing, and stands any use a notebook makes of it."""

    def __getattr__(self, name: str) -> Neutral:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> Neutral:
        return self

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __getitem__(self, key: object) -> Neutral:
        return self

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __eq__
    __lt__ = __ne__
    __hash__ = object.__hash__

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0

    __index__ = __int__

    def __add__(self, other: object) -> Neutral:
        return self

    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __round__ = __add__

    def __format__(self, spec: str) -> str:
        return ""

    def __repr__(self) -> str:
        return ""


class Output:
    """A text stream that keeps the first part of what is written and counts on."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.parts: list[str] = []
        self.muted = False
        self.heard: list[str] = []
        self.deaf = 0

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.muted and self.deaf < HEARD_LIMIT:
            self.heard.append(text[: HEARD_LIMIT - self.deaf])
            self.deaf += len(text)
        return self.keep(text)

    def keep(self, text: str) -> int:
        """Writes, but nothing for a test to hear."""
        if not self.muted and self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n[output cut here: the notebook printed more than is kept]\n")
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def take_heard(self) -> str:
        text = "".join(self.heard)
        self.heard.clear()
        self.deaf = 0
        return text

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("the notebook's output is no file")

    @property
    def closed(self) -> bool:
        return False


class Errors(Output):
    """Standard error: goes where the output goes, and a test does not hear it."""

    def __init__(self, output: Output) -> None:
        super().__init__(0)
        self.output = output

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        return self.output.keep(text)


class _Publisher(DisplayPublisher):
    """`display(...)` as plain text; pictures and HTML are not kept. As in Jupyter it is no part of standard output."""

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("text/plain"), str):
            print(data["text/plain"], file=sys.stderr)


class _Shell(InteractiveShell):
    """IPython without terminal, history, files or child processes."""

    def init_history(self) -> None:
        from IPython.core.history import HistoryManager

        self.history_manager = HistoryManager(shell=self, parent=self, hist_file=":memory:", enabled=False)

    def init_virtualenv(self) -> None:
        pass

    def init_sys_modules(self) -> None:
        super().init_sys_modules()
        sys.modules["__main__"] = self.user_module

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        return "agg", "agg"

    def system(self, cmd: str) -> None:
        print(f"Shell commands do not run while a notebook is graded: {cmd}")
        self.user_ns["_exit_code"] = 1

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.system(cmd)
        return [] if split else ""

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        yield  # IPython would keep all output once more, without a limit.

    def ask_exit(self) -> None:
        raise SystemExit

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        pass

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        pass

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        pass


_Shell.__name__ = "ZMQInteractiveShell"  # By which notebooks tell that they are in Jupyter.


class CellRunner:
    """One notebook: its variables, its output, and the conversation with the trusted side."""

    def __init__(self, channel: wire.Channel, output_bytes: int) -> None:
        self.channel = channel
        self.kept = Kept()
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
        _install_otter(self.check)
        sys.stdout, sys.stderr = self.output, self.errors
        DisplayHook.write_output_prompt = lambda self: None  # type: ignore[method-assign]
        self.shell = _Shell.instance(display_pub_class=_Publisher, colors="nocolor")
        self.variables: dict[Any, Any] = self.shell.user_ns
        self.hidden_names = set(self.shell.user_ns) | {"__builtins__"}
        for name in KERNEL_MAGICS:
            self.shell.register_magic_function(_nothing, "line", name)  # type: ignore[arg-type]
        sys.breakpointhook = lambda *args, **kwargs: None  # As in Jupyter's kernel, where there is no one to ask.
        assert self.shell.display_formatter is not None
        self.shell.display_formatter.active_types = ["text/plain"]
        if "keras" in sys.modules:
            fasterfit.install()

    # --- the conversation ---

    def serve(self, waiting: bool = False) -> str:
        """Answers requests until the trusted side is gone, or continues the check that is `waiting`: then says how."""
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
            return wire.encode(("raised", raised(error, _learner_traceback(error, self.cell_names))))
        except MemoryError:
            return OUT_OF_MEMORY

    def answer(self, kind: str, *parts: Any) -> list[bytes | bytearray | memoryview]:
        if kind == "run":
            return wire.encode(("ran", *self.run(*parts)))
        if kind == "names":
            return wire.encode(("value", self.names()))
        if kind == "get":
            if parts[0] not in self.variables:
                return wire.encode(("absent",))
            return self.value(lambda: self.variables[parts[0]])
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
        """SIGINT: stops the learner's code, and only that."""
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
        """Runs a cell: its status ("ok", "raised", "timeout", "memory"), error, output, and the checks it made."""
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
        status = _status(error)
        if status == "memory":
            self.release()
        else:
            self.set_aside()
        _close_figures()
        sys.stdout, sys.stderr = self.output, self.errors
        self.states = _random_states()
        text = _learner_traceback(error, self.cell_names) if error is not None else ""
        return status, text, self.output.take(), self.checks

    def set_aside(self) -> None:
        """Takes the reserve, if there is memory for it."""
        if self.reserve is None:
            with contextlib.suppress(OSError):
                self.reserve = mmap.mmap(-1, RESERVE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

    def release(self) -> None:
        """Gives it back."""
        if self.reserve is not None:
            self.reserve.close()
            self.reserve = None

    def _transformed(self, index: int, source: str) -> str:
        """Remembers under which file name IPython will compile this cell, for tracebacks."""
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
        """The learner's code called by a test: what it prints is for the test alone."""
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
        """An argument as the learner's code expects it: kept and Keras objects in place of records."""
        return records.replace_records(value, self._revive_record)

    def _revive_record(self, record: Any) -> Any:
        if isinstance(record, records.Function | records.Thing):
            return self.kept[record.ref]
        if isinstance(record, records.ModelData):
            return models.rebuild(record)
        if isinstance(record, records.KerasObject):
            return models.rebuild_object(record)
        return revival.revive(record)

    # --- grader.check ---

    def check(self, question: object, variables: object = None) -> Neutral:
        """`grader.check(question)`: the cell waits here while the trusted side checks these variables."""
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


def _install_otter(check: Callable[[object, object], Neutral]) -> None:
    """Puts a stand-in for `otter` in place: `Notebook.check` asks the trusted side, all else does nothing."""

    class Notebook:
        def __init__(self, *args: object, **kwargs: object) -> None:
            pass

        def check(self, question: object, global_env: object = None) -> Neutral:
            # As Otter has it: the variables of whoever calls, which may be a module of the learner's.
            return check(question, sys._getframe(1).f_globals if global_env is None else global_env)

        def __getattr__(self, name: str) -> Any:
            if name not in OTTER_METHODS:
                raise AttributeError(f"'Notebook' object has no attribute {name!r}")
            return Neutral()

    module = types.ModuleType("otter", "Stands in for otter-grader while a notebook is graded.")
    module.Notebook = Notebook  # type: ignore[attr-defined]
    module.__version__ = OTTER_VERSION  # type: ignore[attr-defined]
    sys.modules["otter"] = module


def _nothing(line: str) -> None:
    """A magic."""


def _random_states() -> list[Any]:
    """The state of Python's and NumPy's generators, which a check leaves as it found them."""
    states: list[Any] = [None, None]
    for number, (get, _) in enumerate(GENERATORS):
        with contextlib.suppress(Exception):  # NumPy's may be one that cannot say, and warns.
            states[number] = get()
    return states


def _restore(states: list[Any]) -> None:
    for (_, put), state in zip(GENERATORS, states, strict=True):
        with contextlib.suppress(Exception):
            put(state)


def _mutable(value: object) -> bool:
    return not isinstance(value, bool | int | float | complex | str | bytes | np.generic | None)


def _mark(result: Any, same: dict[int, records.SameArgument]) -> object:
    """`result` with the arguments themselves marked, at the top and in a tuple or list."""
    if id(result) in same:
        return same[id(result)]
    if type(result) in (tuple, list):
        marked = [same.get(id(element), element) for element in result]
        return marked if type(result) is list else tuple(marked)
    return result


def _status(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, KeyboardInterrupt):
        return "timeout"
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "memory"
    return "raised"


def _learner_traceback(error: BaseException, cells: dict[str, int]) -> str:
    """The error as the learner wants to read it: the lines of their own cells, then what was raised."""
    try:
        lines = []
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in cells or frame.filename.startswith(os.getcwd()):
                place = f"cell {cells[frame.filename] + 1}" if frame.filename in cells else frame.filename
                where = "" if frame.name == "<module>" else f", in {frame.name}"
                lines.append(f"{place}, line {frame.lineno}{where}\n    {frame.line or ''}\n")
        if len(lines) > 20:
            lines[10:-10] = ["...\n"]
        # A library may say what its own frames did; a learner's code may lie. Both are only text.
        text = "".join(lines) + "".join(traceback.format_exception_only(type(error), error))
    except BaseException:
        text = type(error).__name__
    half = records.ERROR_LIMIT // 2 - 5
    return text if len(text) <= records.ERROR_LIMIT else f"{text[:half]}\n...\n{text[-half:]}"


def _close_figures() -> None:
    """As Jupyter does after each cell; otherwise they pile up in memory."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(Exception):
            pyplot.close("all")


PARTS = {"keras": ("layers", "optimizers", "losses", "metrics")}
"""Of a package that imports its parts when they are first used, those that nearly every notebook uses."""


def warm_up(imports: Sequence[str], files: Mapping[str, bytes]) -> None:
    """In the nursery process: makes ready what notebooks need, once for all of them.

    It imports, and has the course's helper unpack the data. Neither runs an operation of TensorFlow or starts a thread.

    Args:
        imports: packages beside those that every notebook needs.
        files: what lies beside every notebook, by name.
    """
    import IPython.core.completer
    import IPython.core.magics
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
    # asyncio's. There is no epoll here, as there was on import.
    selectors.DefaultSelector = selectors.PollSelector  # type: ignore[misc,assignment]
    np.random.seed()  # All children inherit one state. `random` sees to its own after a fork.
    runner = CellRunner(channel, limits.output_bytes)
    try:
        channel.send(("ready",))
        runner.serve()
    except wire.Closed:
        os._exit(wire.CUT_OFF)
