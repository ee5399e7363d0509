"""In the page: one sentence of what to do, for an error that only a page has."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any, NoReturn

INSTALLATION = 'appendix B of the book, "Your environment", says how to get an installation.'

TENSORFLOW = (
    "In this page there is no TensorFlow: `import keras` gives you a Keras that trains without it. "
    f"For TensorFlow itself, {INSTALLATION}"
)
PACKAGE = (
    'In this page there is no package "{name}", and it cannot be installed: what the exercises need is here, which is '
    f"NumPy, Matplotlib and Keras. For other packages, {INSTALLATION}"
)
INSTALL = f"Nothing can be installed in this page: what the exercises need is here. For other packages, {INSTALLATION}"
COMMAND = f"This page runs Python, and no other program: \"{{command}}\" cannot be run. For that, {INSTALLATION}"
EXIT = 'A page has nothing to exit: "Stop Python" starts Python anew, and closing the page ends it.'
FROM_THE_TOP = (
    "Since Python has started, no other cell has run, so it knows no name from them. If another cell defines this one, "
    'run the notebook from its top: menu "Run", "Run All Cells".'
)
FIRST_CELL = (
    "`{name}` comes from the first cell of the notebook. Run the notebook from its top: "
    'menu "Run", "Run All Cells".'
)

DEEPEST = 1000
"""Calls in calls before a RecursionError: Python's own limit. Completion raises it to 3,000, where the error takes
three times as long to be shown."""

INSTALLERS = ("pip", "pip3", "conda", "mamba", "micromamba", "uv")
OF_THE_FIRST_CELL = ("digits", "grader")
"""What the first cell of each exercise defines."""


class NotInThePage(Exception):
    """Something was asked for that a page does not have. Shown as its sentence alone, without where it was raised."""

    def _render_traceback_(self) -> list[str]:
        """Returns the lines that IPython shows."""
        return [f"NotInThePage: {self}"]


def hint(error: BaseException, first: bool) -> str:
    """What to do about an error.

    Args:
        error: as a cell raised it.
        first: whether this cell is the first that has run.

    Returns:
        A sentence, or nothing where the error says itself what is to be done.
    """
    if isinstance(error, ModuleNotFoundError) and error.name:
        name = error.name.partition(".")[0]
        if name == "tensorflow":
            return TENSORFLOW
        return "" if importlib.util.find_spec(name) else PACKAGE.format(name=name)
    if isinstance(error, NameError) and error.name in OF_THE_FIRST_CELL:
        return FIRST_CELL.format(name=error.name)
    return FROM_THE_TOP if isinstance(error, NameError) and first else ""


def _refuse_command(command: str) -> NoReturn:
    installs = set(INSTALLERS).intersection(command.split())
    raise NotInThePage(INSTALL if installs else COMMAND.format(command=command.strip()))


def _refuse_installing(line: str) -> NoReturn:
    raise NotInThePage(INSTALL)


def _refuse_exit() -> NoReturn:
    raise NotInThePage(EXIT)


def install(shell: Any) -> None:
    """Has a kernel's shell say these sentences.

    Args:
        shell: the kernel's InteractiveShell.
    """
    sys.setrecursionlimit(DEEPEST)
    show = shell._showtraceback

    def shown(kind: Any, error: Any, lines: list[str]) -> None:
        said = hint(error, first=shell.execution_count == 1)
        show(kind, error, [*lines, said] if said else lines)

    shell._showtraceback = shown
    shell.system = lambda command: _refuse_command(command)
    shell.getoutput = lambda command, *arguments, **keywords: _refuse_command(command)
    shell.kernel.lite_transform_manager.line_transforms = []  # `%pip`, which fetches from PyPI
    for name in INSTALLERS:
        shell.register_magic_function(_refuse_installing, "line", name)
    for name in ("bash", "sh", "script", "system", "sx"):
        shell.register_magic_function(
            lambda line, cell="", of=name: _refuse_command(f"%%{of}"), "line_cell", name)  # fmt: skip
    shell.ask_exit = _refuse_exit
