"""Trusted side: what a test holds in place of something that stays in the cell runner.

A test may call a `RemoteFunction` and read attributes of a `RemoteObject`;
anything else done to one raises a sentence that says what it is. Values come
back as copies of the grader's own.
"""

from __future__ import annotations

import builtins
import inspect
from typing import TYPE_CHECKING, NoReturn

from autograder.sandbox import records

if TYPE_CHECKING:
    from autograder.sandbox.session import Session


class RemoteError(Exception):
    """A learner's code raised something that has no built-in class of its own."""


class Remote:
    """Something that stays in the cell runner."""

    def __init__(self, session: Session, ref: int) -> None:
        self._session = session
        self._ref = ref


class RemoteFunction(Remote):
    """A function of the learner's. Calling it runs it in the cell runner, with copies of the arguments."""

    def __init__(self, session: Session, record: records.Function) -> None:
        super().__init__(session, record.ref)
        self.__name__ = self.__qualname__ = record.name
        self.__doc__ = record.doc
        if record.parameters is not None:
            self.__signature__ = _signature(record.parameters)

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._session.call(self, args, kwargs, self._session.call_timeout)[0]

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class RemoteObject(Remote):
    """Anything else of the learner's: a placeholder. Public attributes can be read."""

    def __init__(self, session: Session, record: records.Thing) -> None:
        super().__init__(session, record.ref)
        self._type_name = record.type_name
        self._text = record.text

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._session.attribute(self._ref, name)

    def __repr__(self) -> str:
        return f"<{self._type_name}: {self._text}>"

    def _cannot(self, *args: object) -> NoReturn:
        raise TypeError(
            f"this is a {self._type_name} ({self._text[:80]}), which the grader cannot examine; "
            "expected plain Python data, a NumPy array, a tensor or a Keras model"
        )

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _cannot
    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _cannot
    __int__ = __float__ = __index__ = __array__ = _cannot
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _cannot
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __neg__ = __abs__ = _cannot
    __hash__ = object.__hash__


def exception(record: records.Raised) -> Exception:
    """The exception that a record stands for, of a built-in class where there is one."""
    kind = getattr(builtins, record.builtin, None)
    if record.name == record.builtin and isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(record.message)
        except TypeError:
            pass
    return RemoteError(f"{record.name}: {record.message}" if record.message else record.name)


def _signature(parameters: tuple[records.Parameter, ...]) -> inspect.Signature | None:
    """The signature; defaults are their text."""
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    parameter.name,
                    inspect._ParameterKind(parameter.kind),
                    default=inspect.Parameter.empty if parameter.default is None else parameter.default,
                )
                for parameter in parameters
            ]
        )
    except ValueError:
        return None
