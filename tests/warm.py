"""Programs that take seconds to import: one process imports them, once, and each run is a fork of that process."""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from typing import Any


class Warm:
    """A process that has imported some modules and runs functions in forks of itself.

    A fork ends with its function, and leaves nothing behind for the next. The process starts with the first of them.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules

    @cached_property
    def _process(self) -> ProcessPoolExecutor:
        process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _import, (self._modules,))
        atexit.register(process.shutdown)
        return process

    def run(self, function: Callable[..., object], *arguments: Any, limit: float) -> int | None:
        """Runs `function(*arguments)` in a fork, which it may leave as it likes.

        Args:
            function: of a module that can be imported, like its arguments plain enough to be pickled.
            limit: seconds after which it is killed.

        Returns:
            The exit code of the fork; None where it was killed.
        """
        return self._process.submit(_fork, function, arguments, limit).result()


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module)


def _fork(function: Callable[..., object], arguments: tuple[Any, ...], limit: float) -> int | None:
    process = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    process.start()
    process.join(limit)
    code = process.exitcode
    process.kill()
    process.join()
    return code
