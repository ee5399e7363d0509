"""In the page: the refusal of what cannot be done here, as an error, a function or a module, in one sentence.

What can be trained stands in the tables of `training`: `LAYERS`, `ACTIVATIONS`, `LOSSES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, NoReturn


class Unavailable(NotImplementedError):
    """Something that needs TensorFlow was asked of Keras in the page."""


def unavailable(what: str) -> Unavailable:
    """What to raise where `what` was asked for, such as "convolution"."""
    return Unavailable(
        f"In this page there is no {what}. Hand this one in from an installation with TensorFlow: "
        'appendix B of the book, "Your environment", says how to get one.'
    )


class Absent:
    """In the place of a function: refuses when it is called, by the name of what it would do."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        raise unavailable(self.what)


def module(name: str, functions: Mapping[str, str]) -> ModuleType:
    """A module called `name` whose functions refuse.

    Args:
        name: as it is imported.
        functions: name of a function -> what it would do. Any other name is called what it is, `jax.lax.scan`.
    """
    made = ModuleType(name, "Stands for a module that a web page does not have.")
    made.__path__ = []
    made.__getattr__ = refusing(name, functions)  # type: ignore[method-assign]
    return made


def refusing(name: str, functions: Mapping[str, str]) -> Any:
    """A module's `__getattr__`: every name is a function that refuses."""

    def look_up(attribute: str) -> Absent:
        if attribute.startswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return Absent(functions.get(attribute, f"`{name}.{attribute}`"))

    return look_up
