"""Inside: stands in for Otter in a notebook that is graded. `grader.check` asks the session, and all else does nothing.

It runs in the learner's process, which may change all of it. So it decides no score.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

METHODS = ("add_plugin_files", "check_all", "export", "run_plugin", "to_pdf")
"""The other methods of `otter.Notebook`; nearly all of them do nothing under `otter run`, either."""
try:
    VERSION = metadata.version("otter-grader")
except metadata.PackageNotFoundError:
    VERSION = ""


class Neutral:
    """The result of `grader.check`. It says nothing, shows nothing, and accepts any use that a notebook makes of it."""

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


def install(check: Callable[[object, object], Neutral]) -> None:
    """Puts a stand-in for `otter` in place: `Notebook.check` asks the trusted side, all else does nothing."""

    class Notebook:
        def __init__(self, *args: object, **kwargs: object) -> None:
            pass

        def check(self, question: object, global_env: object = None) -> Neutral:
            # As in Otter: the variables of the caller, which may be a module of the learner's.
            return check(question, sys._getframe(1).f_globals if global_env is None else global_env)

        def __getattr__(self, name: str) -> Any:
            if name not in METHODS:
                raise AttributeError(f"'Notebook' object has no attribute {name!r}")
            return Neutral()

    module = types.ModuleType("otter", "Stands in for otter-grader while a notebook is graded.")
    module.Notebook = Notebook  # type: ignore[attr-defined]
    module.__version__ = VERSION  # type: ignore[attr-defined]
    sys.modules["otter"] = module
