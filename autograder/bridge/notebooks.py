"""Outside: the one call that opens a notebook in a sandbox.

    with Notebooks() as notebooks, notebooks.open({"digits.py": source}) as notebook:
        notebook.run_cell(0, "x = 6 * 7", timeout=20)
        notebook.get("x")

Where one process starts a sandbox and another speaks with it, the first calls
`spawn`, and the second makes a `Session` of the `Runner` that it is handed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.sandbox.limits import Limits
from autograder.sandbox.nursery import Nursery, Program

if TYPE_CHECKING:
    from autograder.bridge.session import Session

CELL_RUNNER = "autograder.bridge.cellrunner"
"""The module that runs in each sandbox."""


MODELS = ("keras", "tensorflow")
"""The package that notebooks with models import. The import takes seconds."""


class Notebooks(Nursery):
    """A nursery whose sandboxes each run a notebook's cells. Arguments and errors are those of `Nursery`.

    The nursery prepares `imports` and `files` once for all notebooks: packages beside those that each of them needs,
    and the files that lie beside each of them.
    """

    def __init__(
        self,
        level: str = "auto",
        warm: bool = True,
        stopped: threading.Event | None = None,
        imports: Sequence[str] = MODELS,
        files: Mapping[str, Path] | None = None,
    ) -> None:
        super().__init__(Program(CELL_RUNNER, imports, files or {}), level, warm, stopped)

    def open(
        self,
        files: Mapping[str, bytes | Path] | None = None,
        limits: Limits | None = None,
        on_check: Callable[[str], object] = lambda question: None,
    ) -> Session:
        """Opens a notebook that has run no cell yet.

        Close it when you have done with it, or use it in a `with` statement.

        Args:
            files, limits: as for `spawn`.
            on_check: as for `Session`; by default a check does nothing.

        Raises:
            SandboxError: it could not be started.
        """
        from autograder.bridge.session import Session  # not on top: it loads NumPy, which a controller never needs

        return Session(self.spawn(files or {}, limits), on_check)
