"""Engines that several batches share: the first that needs one starts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pytest

from autograder.grading import worker


class Engines:
    """As a context manager it ends what batches have started within `shared`."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Batches use these engines, and leave them for the next."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker, "_engines", self._kept)
            patch.setattr(worker, "stop_engines", lambda: None)
            patch.setattr(worker, "close_engines", lambda: None)
            yield

    def __enter__(self) -> Engines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        while self._kept:
            self._kept.popitem()[1].close()
