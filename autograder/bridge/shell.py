"""Inside: IPython as in a notebook's kernel, without terminal, history, files or child processes.

It runs the learner's code in its own process, and does not protect anything against
it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

KERNEL_MAGICS = ("autosave", "connect_info", "qtconsole", "subshell")
"""Magics that Jupyter's kernel adds to IPython's; here they do nothing."""


class Publisher(DisplayPublisher):
    """Shows `display(...)` as plain text; pictures and HTML are not kept.

    As in Jupyter it is not part of standard output.
    """

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if isinstance(data, dict) and isinstance(data.get("text/plain"), str):
            print(data["text/plain"], file=sys.stderr)


class Shell(InteractiveShell):
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
        yield  # IPython would keep all output a second time, without a limit.

    def ask_exit(self) -> None:
        raise SystemExit

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        pass

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        pass

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        pass


Shell.__name__ = "ZMQInteractiveShell"  # By this, notebooks recognize that they run in Jupyter.


def neutral_shell() -> Shell:
    """Returns the shell of this process, in which nothing waits for input, and all output is text."""
    DisplayHook.write_output_prompt = lambda self: None  # type: ignore[method-assign]
    shell = Shell.instance(display_pub_class=Publisher, colors="nocolor")
    for name in KERNEL_MAGICS:
        shell.register_magic_function(_nothing, "line", name)  # type: ignore[arg-type]
    sys.breakpointhook = lambda *args, **kwargs: None  # As in Jupyter's kernel, where there is nobody to ask.
    assert shell.display_formatter is not None
    shell.display_formatter.active_types = ["text/plain"]
    return shell


def _nothing(line: str) -> None:
    """Does nothing, as a magic."""


def close_figures() -> None:
    """Closes all figures, as Jupyter does after each cell; otherwise they pile up in memory."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(Exception):
            pyplot.close("all")
