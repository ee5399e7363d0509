"""The one helper module of the exercises: load the data, look at it, check your answers.

    import digits

    (x_train, y_train), (x_test, y_test) = digits.load()
    digits.show(x_train[:10], y_train[:10])
    grader = digits.checks("02-preprocessing")      # then: grader.check("q2_1")

The second half holds the small functions with which the checks phrase what
they found. You are welcome to read all of it.
"""

from __future__ import annotations

import hashlib
import html
import os
import random
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
"""The folder of this file: the data and the checks are looked for here, whatever the notebook is called."""

ARRAYS = {
    "x_train": ((60000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"),
    "y_train": ((60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"),
    "x_test": ((10000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"),
    "y_test": ((10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
}
"""Shape and SHA-256 of the bytes of each of MNIST's four arrays, all of them uint8."""


# ---------------------------------------------------------------- the data


class DataError(Exception):
    """`mnist.npz` is missing or is not the file of the course."""


def load(path: str | os.PathLike[str] | None = None) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """MNIST, as `keras.datasets.mnist.load_data()` returns it, without a download.

    Args:
        path: another place for the file; beside this module when not given.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: 60,000 and 10,000 images of 28x28 gray
        levels from 0 (black) to 255 (white), and the digit each of them shows; all uint8.

    Raises:
        DataError: the file is missing, damaged, or holds other arrays.
    """
    arrays = _read(HERE / "mnist.npz" if path is None else Path(path))
    # Copies, so that what you do to yours never shows up in a check.
    return (
        (arrays["x_train"].copy(), arrays["y_train"].copy()),
        (arrays["x_test"].copy(), arrays["y_test"].copy()),
    )


@lru_cache(maxsize=1)
def _read(path: Path) -> dict[str, np.ndarray]:
    """The four arrays in the file at `path`, found to be MNIST's. Read once, for it takes half a second."""
    remedy = "Fetch mnist.npz again from the course's exercises folder and put it there."
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ARRAYS}
    except FileNotFoundError:
        raise DataError(f"{path} is missing. {remedy}") from None
    except Exception as error:  # a damaged zip raises almost anything, and no reader needs to know what
        cause = _text(error).rstrip(".") or type(error).__name__
        raise DataError(f"{path} cannot be read, so it is damaged or another file ({cause}). {remedy}") from None
    for name, (shape, digest) in ARRAYS.items():
        array = arrays[name]
        if array.dtype != np.uint8 or array.shape != shape:
            raise DataError(
                f"{path} is another file: its {name} is {describe(array)}; "
                f"expected shape {shape} and dtype uint8. {remedy}"
            )
        if hashlib.sha256(np.ascontiguousarray(array)).hexdigest() != digest:
            raise DataError(f"{path} is damaged or another file: the values of {name} are not MNIST's. {remedy}")
    return arrays


def show(images: Any, labels: Any = None, columns: int = 10) -> None:
    """Draw one image, or many in rows.

    Args:
        images: shape (height, width) or (n, height, width). Black is the smallest value
            an image could have and white the largest: 0 to 255 for integers, 0 to 1 else.
        labels: what to write above each image, n of them; nothing when not given.
        columns: images in a row.
    """
    import matplotlib.pyplot as plt

    images = np.asarray(images)
    if images.ndim == 2:
        images = images[np.newaxis]
    if images.ndim != 3 or 0 in images.shape:
        raise ValueError(
            f"`show` draws images of shape (height, width) or (n, height, width); got shape {images.shape}."
        )
    white = 255 if np.issubdtype(images.dtype, np.integer) else 1.0
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.1 * columns, 1.3 * rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for k, (image, axis) in enumerate(zip(images, axes.flat, strict=False)):
        axis.imshow(image, cmap="gray", vmin=0, vmax=white)
        if labels is not None:
            axis.set_title(str(labels[k]), color="gray")
    figure.patch.set_alpha(0)
    plt.show()


@contextmanager
def once_written() -> Iterator[None]:
    """For cells that use your answer: says so, and goes on, while the answer is not written yet."""
    try:
        yield
    except NotImplementedError as error:
        print(f"Not yet: {error}")


# ---------------------------------------------------------------- the checks


def checks(name: str) -> Checks:
    """The checks of the exercise `name`; then `grader.check("q2_1")` checks one question."""
    try:
        import otter
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "The checks need Otter-Grader: run `%pip install otter-grader`, then this cell again."
        ) from None

    class Notebook(otter.Notebook):
        def _log_event(self, *args: Any, **kwargs: Any) -> None:
            """Otter keeps a log of every check in a file of its own. Here only the notebook is handed in."""

    return Checks(HERE / "tests" / name, Notebook(tests_dir=str(HERE / "tests" / name)))


class Checks:
    """Otter's checks of one exercise, with a display that puts the message first."""

    def __init__(self, folder: Path, notebook: Any) -> None:
        self._folder = folder
        self._notebook = notebook

    def check(self, question: str, global_env: dict[str, Any] | None = None) -> Any:
        """Run the public checks of `question` against the notebook's variables."""
        if global_env is None:
            global_env = sys._getframe(1).f_globals
        # A grader brings checks of its own; only at home do they have to lie beside this file.
        at_home = getattr(self._notebook, "_grading_mode", None) is False
        if at_home and not self._folder.is_dir():
            return Feedback(question, 0, [
                f"The checks of this exercise are missing: fetch the folder tests/{self._folder.name} from the "
                f"course's exercises folder and put it into {self._folder.parent}. You can work on without them."
            ])
        if at_home and not (self._folder / f"{question}.py").is_file():
            known = ", ".join(sorted(path.stem for path in self._folder.glob("q*.py")))
            return Feedback(question, 0, [f"There is no question called {question!r}. This exercise has: {known}."])
        # A check must not change what your own random numbers will be.
        python_state, numpy_state = random.getstate(), np.random.get_state()
        try:
            result = self._notebook.check(question, global_env)
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
        if not hasattr(result, "test_case_results"):
            return result
        cases = result.test_case_results
        return Feedback(question, len(cases), [_message(case.message) for case in cases if not case.passed])

    def check_all(self) -> None:
        """Run the public checks of every question."""
        global_env = sys._getframe(1).f_globals
        for path in sorted(self._folder.glob("q*.py")):
            print(self.check(path.stem, global_env))


class Feedback:
    """What the checks of one question found: shown in color by notebooks, as plain text elsewhere."""

    def __init__(self, question: str, total: int, failures: Sequence[str]) -> None:
        self.question = question
        self.failures = list(dict.fromkeys(failures))
        self.passed = not failures
        if self.passed:
            self.summary = "passed its check" if total == 1 else f"passed all {total} checks"
        elif total == 0:
            self.summary = "could not be checked"
        elif len(failures) == total:
            self.summary = "not yet right"
        else:
            self.summary = f"not yet right: {len(failures)} of {total} checks failed"

    def __repr__(self) -> str:
        lines = [f"{'✔' if self.passed else '✘'} {self.question} {self.summary}"]
        return "\n".join(lines + [f"  - {failure}" for failure in self.failures])

    def _repr_html_(self) -> str:
        color = "#2e9e4f" if self.passed else "#d9534f"
        failures = "".join(
            "<div style='margin-top: 0.4em'>"
            + re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(failure)).replace("\n", "<br>")
            + "</div>"
            for failure in self.failures
        )
        return (
            f"<div style='border-left: 4px solid {color}; padding: 0.3em 0.8em'>"
            f"<b>{'✔' if self.passed else '✘'} {html.escape(self.question)}</b> {html.escape(self.summary)}"
            f"{failures}</div>"
        )


def _message(text: str) -> str:
    """The message alone, out of Otter's `Error at line 12 in test q2_1:`, source line and class."""
    found = re.match(r".*?\nError at line \d+ in test [^\n]*\n[^\n]*\n(\w+): (.*)", text, re.DOTALL)
    if not found:
        return text
    kind, message = found.groups()
    return message if kind in ("AssertionError", "NotWritten") else f"{kind}: {message}"


# ---------------------------------------------------------------- what the checks say
#
# Each of these raises AssertionError with what was expected, what was got, and
# the likely cause. They take whatever a notebook holds, so they trust nothing
# about a value until they have looked at its type.


class NotWritten(AssertionError):
    """The answer is not there yet: missing, misspelled, or still `...`."""


CAUSES = (
    (r"[Cc]annot cast ufunc '\w*divide' output",
     "`/=` tries to store fractions in the whole-number array it was given. "
     "Write `images / 255`, which makes a new array."),
    (r"cannot reshape array of size",
     "A reshape must keep the number of values. Is a size fixed that should come from `images.shape`?"),
    (r"must be the same length as the original|could not broadcast input array",
     "The shapes do not fit. Is a size fixed that should come from the input's `.shape`?"),
    (r"object is not callable", "A name in it is not a function. Was it given another value somewhere?"),
    (r"takes \d+ positional arguments? but \d+ (was|were) given|missing \d+ required positional",
     "Keep the function's first line, with its parameters, as the exercise gives it."),
    (r"name '(\w+)' is not defined", "Run the cells above it first; is the import there?"),
)
"""Cryptic messages of Python and NumPy, and what is usually behind them."""


def call(function: Any, *arguments: Any, name: str, **keywords: Any) -> Any:
    """What the learner's function `name` returns, or an AssertionError that says why it returned nothing."""
    expect_written(function, name)
    if not callable(function):
        raise AssertionError(
            f"`{name}` is {describe(function)}; expected a function. Was the name used for something else?"
        )
    try:
        value = function(*arguments, **keywords)
    except NotImplementedError as error:
        raise NotWritten(_text(error) or f"Write your answer in `{name}`, then run its cell again.") from None
    except Exception as error:
        message = _text(error)
        cause = next((cause for pattern, cause in CAUSES if re.search(pattern, message)), "")
        given = ", ".join(describe(argument) for argument in arguments)
        raise AssertionError(
            f"`{name}` stopped with {type(error).__name__}: {message.rstrip('.')}. "
            f"It was given {given or 'no arguments'}. {cause}".rstrip()
        ) from None
    if value is None:
        raise AssertionError(f"`{name}` returned None; expected a result. Does it end with `return`?")
    if value is ...:
        raise NotWritten(f"`{name}` returned `...`: put your answer there.")
    return value


@contextmanager
def hint(text: str) -> Iterator[None]:
    """Around a hidden check: whatever fails inside, the learner reads `text` and no value of the check.

    An answer that is not there is still called that.
    """
    try:
        yield
    except NotWritten:
        raise
    except Exception:
        raise AssertionError(text) from None


def expect_written(value: Any, name: str) -> None:
    """The learner has given `name` a value. (Otter hands a name that does not exist to a check as None.)"""
    if value is None:
        raise NotWritten(
            f"There is no `{name}` in your notebook. Is it spelled exactly so, and has its cell been run?"
        )
    if value is ...:
        raise NotWritten(f"`{name}` is still `...`: put your answer there, then run its cell again.")


def expect_array(
    got: Any,
    *,
    name: str,
    shape: tuple[int, ...] | None = None,
    dtype: str | None = None,
    low: float | None = None,
    high: float | None = None,
    equal: np.ndarray | None = None,
    tolerance: float = 1e-6,
    cause: str = "",
) -> None:
    """`got` is a NumPy array of numbers with this shape, dtype, range and these values.

    Args:
        got: what the learner has.
        name: how to call it in the message, for example `flatten(images)`.
        shape, dtype: exactly these.
        low, high: no value below or above; nan and infinity never pass.
        equal: the values, of which floating-point ones may differ by `tolerance`.
        cause: what is probably wrong, as one or two sentences, added to a failure of
            range or values; for the type, shape and dtype a likely cause is known here.
    """
    expect_written(got, name.partition("(")[0])
    if not isinstance(got, np.ndarray):
        made = " Make one with `np.array(...)`." if isinstance(got, list | tuple) else ""
        raise AssertionError(f"`{name}` is {describe(got)}; expected a NumPy array.{made}")
    if got.dtype.kind not in "biuf":
        raise AssertionError(f"`{name}` holds {got.dtype} values; expected numbers.")
    if shape is None and equal is not None:
        shape = equal.shape
    if shape is not None and got.shape != tuple(shape):
        raise AssertionError(f"`{name}` has shape {got.shape}; expected {tuple(shape)}.{_because(cause)}")
    if dtype is not None and got.dtype != np.dtype(dtype):
        raise AssertionError(
            f"`{name}` has dtype {got.dtype}; expected {dtype}.{_because(_dtype_cause(got.dtype, dtype))}"
        )
    if got.size == 0:
        return
    if (low is not None or high is not None) and not np.isfinite(got).all():
        raise AssertionError(f"`{name}` holds nan or infinity; expected ordinary numbers.{_because(cause)}")
    if (low is not None and got.min() < low) or (high is not None and got.max() > high):
        wanted = f"{low} to {high}" if None not in (low, high) else f"at least {low}" if high is None else f"at most {high}"
        raise AssertionError(
            f"`{name}` holds values from {got.min():.6g} to {got.max():.6g}; expected {wanted}.{_because(cause)}"
        )
    if equal is not None:
        exact = got.dtype.kind in "biu" and equal.dtype.kind in "biu"
        right = got == equal if exact else np.isclose(got, equal, rtol=0, atol=tolerance, equal_nan=True)
        if not right.all():
            index = tuple(int(i) for i in np.argwhere(~right)[0])
            where = f"at index {list(index)}" if index else "in its value"
            raise AssertionError(
                f"`{name}` is wrong {where}: got {got[index]:.6g}, expected {equal[index]:.6g}.{_because(cause)}"
            )


def expect_number(
    got: Any,
    *,
    name: str,
    low: float | None = None,
    high: float | None = None,
    equal: float | None = None,
    tolerance: float = 0.0,
    whole: bool = False,
    cause: str = "",
) -> None:
    """`got` is one number: `low` to `high`, `equal` within `tolerance`, without a fraction when `whole`."""
    expect_written(got, name.partition("(")[0])
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if isinstance(got, bool | np.bool_) or not isinstance(got, int | float | np.integer | np.floating):
        raise AssertionError(f"`{name}` is {describe(got)}; expected a number.{_because(cause)}")
    if got != got:
        raise AssertionError(f"`{name}` is nan; expected a number.{_because(cause)}")
    if whole and got != int(got):
        raise AssertionError(f"`{name}` is {describe(got)}; expected a whole number.{_because(cause)}")
    if low is not None and high is not None and not low <= got <= high:
        raise AssertionError(f"`{name}` is {describe(got)}; expected a number from {low} to {high}.{_because(cause)}")
    if (low is not None and got < low) or (high is not None and got > high):
        bound = f"at least {low}" if low is not None else f"at most {high}"
        raise AssertionError(f"`{name}` is {describe(got)}; expected {bound}.{_because(cause)}")
    if equal is not None and abs(got - equal) > tolerance:
        raise AssertionError(f"`{name}` is {describe(got)}; expected {equal}.{_because(cause)}")


def expect_equal(got: Any, expected: Any, *, name: str, cause: str = "") -> None:
    """`got` is `expected`, where that is a tuple, list, text, dtype, True or False; for numbers see above."""
    expect_written(got, name.partition("(")[0])
    try:
        same = bool(got == expected)
    except Exception:  # an array compared with a tuple, or an object that cannot be compared
        same = False
    if not same:
        raise AssertionError(f"`{name}` is {describe(got)}; expected {expected!r}.{_because(cause)}")


def expect_unchanged(before: np.ndarray, after: np.ndarray, *, name: str, cause: str = "") -> None:
    """The function `name` left its argument as it was: `before` is a copy made before the call."""
    if after.shape != before.shape or after.dtype != before.dtype or not np.array_equal(after, before):
        raise AssertionError(
            f"`{name}` changed the array it was given, and its caller still needs that."
            + _because(cause or "Make a new array: `x = x / 2` does, `x /= 2` and `x[:] = ...` do not.")
        )


def describe(value: Any) -> str:
    """A short description for a message, whatever `value` is; it never raises."""
    try:
        if isinstance(value, np.ndarray):
            return f"an array of shape {value.shape} and dtype {value.dtype}"
        if isinstance(value, np.generic):
            value = value.item()
        kind = type(value).__name__
        if value is None or value is ... or isinstance(value, bool):
            return repr(value)
        if isinstance(value, int | float | str):
            text = repr(value)
            return text if len(text) <= 60 else f"{text[:57]}..."
        if isinstance(value, list | tuple | dict | set):
            text = repr(value) if len(value) <= 12 else ""
            return text if 0 < len(text) <= 60 else f"a {kind} of {len(value)} elements"
        if callable(value):
            return "a function"
        return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"
    except Exception:
        return "something that cannot be shown"


def _dtype_cause(got: np.dtype, expected: str) -> str:
    if got == np.float64 and expected == "float32":
        return 'NumPy computes in float64 unless told otherwise: convert with `.astype("float32")`.'
    if got.kind in "iu" and expected.startswith("float"):
        return f'A whole number cannot hold a fraction: convert with `.astype("{expected}")` before dividing.'
    return f'Convert with `.astype("{expected}")`, or leave the dtype as it was.'


def _because(cause: str) -> str:
    return f" {cause}" if cause else ""


def _text(error: BaseException) -> str:
    """The first line of an error's message; empty if it has none or refuses to say."""
    try:
        return str(error).strip().split("\n")[0][:300]
    except Exception:
        return ""
