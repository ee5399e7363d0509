"""Trusted side: the notebook's variables as Otter's test classes see them: a dictionary, filled on demand.

Otter hands a test file the notebook's `globals()`. Here the notebook lives in
another process, so this dictionary is empty at first and asks for a name when a
test wants it. Exception tests use `get`, doctests use `copy` and then global
names, for which the interpreter calls `__getitem__` on a subclass of `dict`.

A value is asked for once and kept until something runs in the notebook; then it
may have changed, and is asked for again.
"""

from __future__ import annotations
import __future__

import builtins
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

BUILTINS = frozenset(dir(builtins))
"""Names that Python looks up in the notebook first; they are never missing."""


class Source(Protocol):
    """The source of the values.

    Attributes:
        generation: grows whenever something has run in the notebook.
    """

    @property
    def generation(self) -> int: ...

    def names(self) -> list[str]: ...

    def get(self, name: str, among: Mapping[str, object]) -> object: ...


class Environment(dict[str, Any]):
    """A dictionary over the notebook's variables; values that a test assigns stay here.

    Attributes:
        missing: names that were asked for and that the notebook does not have.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.missing: set[str] = set()
        self._fetched: dict[str, int] = {}

    def __getitem__(self, name: str) -> Any:
        if self._fetched.get(name, self.source.generation) != self.source.generation:
            del self._fetched[name]
            super().pop(name, None)
        return super().__getitem__(name)

    def __missing__(self, name: str) -> Any:
        try:
            value = self.source.get(name, self._here())
        except KeyError:
            if name not in BUILTINS:
                self.missing.add(name)
            raise
        super().__setitem__(name, value)
        self._fetched[name] = self.source.generation
        return value

    def _here(self) -> dict[str, Any]:
        """Returns the values that were fetched, and that have not changed there since."""
        return {name: value for name, value in dict.items(self) if self._fetched.get(name) == self.source.generation}

    def __setitem__(self, name: str, value: Any) -> None:
        self._fetched.pop(name, None)
        super().__setitem__(name, value)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            if name in __future__.all_feature_names:  # doctest looks for ten of these before each test
                self.missing.discard(name)
            return default

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name) or name in self.source.names():
            return True
        return isinstance(name, str) and name.startswith("_") and self._has(name)  # `names` leaves these out

    def _has(self, name: str) -> bool:
        try:
            self.source.get(name, {})
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.source.names(), *super().__iter__()]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        return list(self)

    def values(self) -> Any:
        return [self[name] for name in self]

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def copy(self) -> Environment:
        """Returns another dictionary over the same notebook; each of Otter's doctests runs on such a copy."""
        other = Environment(self.source)
        other.update(super().items())
        other._fetched = dict(self._fetched)
        other.missing = self.missing  # shared: the code that asks for missing names holds the original
        return other
