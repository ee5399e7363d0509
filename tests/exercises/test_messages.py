"""What the checks say, whatever a notebook holds: one AssertionError with expected, got and likely cause."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import digits
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.course import EXERCISES
from autograder.grading.redaction import TrustedTexts

pytestmark = pytest.mark.fast


def said(check: Callable[..., object], *arguments: Any, **keywords: Any) -> str:
    """The message of a check that must fail."""
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **keywords)
    return str(caught.value)


class Hostile:
    """Refuses everything that one may ask of an object."""

    def _refuse(self, *args: object, **kwargs: object) -> Any:
        raise RuntimeError("no")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __array__ = __float__ = _refuse  # type: ignore
    __hash__ = None  # type: ignore[assignment]


class Proxy:
    """Stands for a learner's function in another process: it can be called, and that is all."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return self._function(*arguments, **keywords)


GARBAGE: list[Any] = [
    Hostile(), [], [Hostile()], {}, {"a": Hostile()}, "text", "x" * 100_000, b"bytes", 3, -0.5, 1e400,
    float("nan"), True, 10**5000, 1j, object(), int, len, lambda: 0, (), ((),), set(), range(3), slice(2),
    ..., None,
    np.zeros(()), np.zeros((2, 0)), np.array([None, "a"], dtype=object), np.array(["a"]), np.array([1j]),
    np.array([np.nan]), np.array([np.inf]), np.array([True]), np.array(["2020"], dtype="datetime64"),
    np.zeros(2, dtype=[("a", int)]), np.float16(3), np.str_("a"), np.datetime64("2020"), NotImplemented,
    np.array([2**63], dtype="uint64"), np.zeros((1,) * 30),
]


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: type(value).__name__)
def test_garbage_is_an_assertion_error(value: Any) -> None:
    """An array that is no answer, and everything else, gets a sentence and never another exception."""
    wanted = np.linspace(0, 1, 6, dtype="float32").reshape(2, 3)
    for check, keywords in [
        (digits.expect_array, {"shape": (2, 3)}),
        (digits.expect_array, {"dtype": "float32", "low": 0, "high": 1, "equal": wanted}),
        (digits.expect_array, {"equal": wanted}),
        (digits.expect_number, {"equal": 0.25}),
        (digits.expect_number, {"low": 5, "high": 9, "whole": True}),
        (digits.expect_equal, {"expected": (28, 28)}),
        (digits.expect_equal, {"expected": "relu"}),
    ]:
        expected = keywords.pop("expected", None)
        arguments = (value,) if expected is None else (value, expected)
        message = said(check, *arguments, name="answer", **keywords)
        assert "`answer`" in message and len(message) < 400
        assert "\n" not in message


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: type(value).__name__)
def test_garbage_in_place_of_a_function_or_returned_by_one(value: Any) -> None:
    if not callable(value):
        assert "`scale`" in said(digits.call, value, 1, name="scale")
    returned = Proxy(lambda: value)
    if value is None or value is ...:
        assert "`scale`" in said(digits.call, returned, name="scale")
    else:
        assert digits.call(returned, name="scale") is value


DTYPES = hnp.scalar_dtypes() | hnp.unicode_string_dtypes()


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0)))
@example(np.array(1.5e300))
@settings(max_examples=200, deadline=None)
def test_any_array_is_right_or_an_assertion_error(array: np.ndarray) -> None:
    for keywords in ({"low": 0, "high": 1}, {"equal": np.zeros(array.shape)}, {"dtype": "float32"}):
        try:
            digits.expect_array(array, name="answer", **keywords)  # type: ignore[arg-type]
        except AssertionError as error:
            assert "`answer`" in str(error)


@given(st.recursive(st.none() | st.integers() | st.floats() | st.text() | st.binary(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(max_examples=200, deadline=None)
def test_a_description_is_short(value: object) -> None:
    assert 0 < len(digits.describe(value)) <= 80


@pytest.mark.parametrize(("value", "text"), [
    (np.zeros((2, 3), "uint8"), "an array of shape (2, 3) and dtype uint8"),
    (np.float32(0.5), "0.5"), (True, "True"), ("relu", "'relu'"), ([1, 2], "[1, 2]"),
    (list(range(100)), "a list of 100 elements"), (len, "a function"), (Hostile(), "a Hostile"),
    (1j, "a complex"), (object(), "an object"), (None, "None"), (..., "Ellipsis"),
])
def test_descriptions(value: object, text: str) -> None:
    assert digits.describe(value) == text


def test_a_missing_name_is_called_missing() -> None:
    """Otter hands a name that does not exist to a check as None."""
    message = said(digits.call, None, name="flatten")
    assert message.startswith("There is no `flatten` in your notebook")
    assert "spelled" in message


def test_an_unwritten_answer_is_called_unwritten() -> None:
    def stub() -> None:
        raise NotImplementedError("Write your answer in `scale` and run its cell.")

    with pytest.raises(digits.NotWritten, match="Write your answer in `scale`"):
        digits.call(stub, name="scale")
    with pytest.raises(digits.NotWritten, match="`levels` is still"):
        digits.expect_number(..., name="levels")


@pytest.mark.parametrize(("code", "cause"), [
    ("x /= 255", "makes a new array"),
    ("x.reshape(5, 5)", "keeps the number of values"),
    ("x[:0].reshape(0, -1)", "cannot work out what -1 stands for"),
    ("x[:0].reshape(6, 4)", "keeps the number of values"),
    ("x + np.zeros(3)", "shapes do not fit"),
    ("x @ np.zeros((3, 3))", "shapes do not fit"),
    ("f()", "Keep the function's first line"),
    ("f(1, 2)", "Keep the function's first line"),
    ("f(1, z=2)", "Keep the function's first line"),
    ("np.maximum(x)", "called with what its first line names"),
    ("max(x, 0)", "`np.maximum`"),
    ("a, b, c = x", "`len(...)` or `.shape`"),
    ("(a, b), (c, d) = [x, x, x]", "`len(...)` or `.shape`"),
    ("x.shape()", "without parentheses"),
    ("x.append(1)", "other methods than a list"),
    ("x[3]", "a label used as a position"),
    ("x[:0].max()", "Without any value"),
    ("def g():\n    t += 1\ng()", "must come first"),
    ("x.astype(float32)", "in quotation marks"),
    ("x.astype(uint8)", "in quotation marks"),
    ("(lambda epochs: 0)(1, epochs=2)", "given twice"),
    ("[1, 2].argmin()", "a tuple is no array"),
    ("{}.history", "in square brackets"),
    ("np.where(x > 0)[np.array([0, 1])]", "its `[0]` is the array"),
    ("import no_such_module", "only what the course installs"),
    ("imagse", "spelled right"),
    ("relu", "has the cell that defines it been run? If you mean what Keras has: write its name in quotation marks"),
    ("softmax", "If it is yours: is it spelled right"),
    ("accuracy", "If it is yours: is it spelled right"),
    ("sparse_categorical_crossentropy", "If it is yours: is it spelled right"),
    ("binary_crossentropy", "in quotation marks"),
    ("test_accuracy", "Is it spelled right, and has the cell that defines or imports it been run?"),
    ("mean_crossentropy", "Is it spelled right, and has the cell that defines or imports it been run?"),
    ("list(3)", "with the comma"),
    ("np.ones(2) ^ 2", "`x ** 2`"),
    ("0.5 ^ 2", "`x ** 2`"),
    ("None.shape", "not written yet"),
    ("1 + ...", "not written yet"),
    ("y = ...; y(x)", "not written yet"),
])
def test_cryptic_errors_are_explained(code: str, cause: str) -> None:
    space = {"np": np, "x": np.zeros((2, 2), "uint8"), "f": lambda y: y}
    message = said(digits.call, lambda: exec(code, space), name="scale")
    assert message.startswith("Given nothing, `scale` stopped with ") and cause in message


@pytest.mark.parametrize(("code", "cause"), [
    ("keras.layers.dense(3)", "begin with a capital letter"),
    ("keras.layers.Reshape(784)", "with the comma"),
    ("model.add(keras.layers.Dense(3, activation=keras.layers.Softmax))\n"
     "evaluate('sparse_categorical_crossentropy', [])", "An activation is a name"),
    ("model.fit(np.eye(3), np.arange(3), batchsize=1)", "spelled as Keras or NumPy spells it"),
    ("model.compile('sgd', 'mse'); model.evaluate((np.eye(3), np.eye(3)), verbose=0)", "`evaluate(*pair)`"),
    ("keras.layers.Flatten(keras.Input((2, 2)))", "`layers.Flatten()(x)`"),
    ("model.compile(keras.optimizers.SGD)", "with parentheses"),
    ("model.compile('sgdd')", "as Keras spells it"),
    ("keras.optimizers.SGD(1)", "written with a point"),
    ("evaluate('mse', ['acuracy'])", "metric identifier: acuracy. Is the name spelled as Keras spells it?"),
    ("evaluate('categorical_crossentropy', [])", "Do labels and loss or metric fit?"),
    ("evaluate('mse', [lambda y, p: p.argmax(axis=1)])", "`np.asarray(...)` makes a NumPy array of it. And"),
    ("keras.Input((2, 2)).flatten()", "`layers.Flatten()(x)`"),
    ("keras.Input((2, 2)).reshape(-1, 4)", "has a shape, and no values yet"),
    ("np.asarray(keras.Input((2, 2)))", "has a shape, and no values yet"),
    ("max(0, keras.Input((2, 2)))", "has a shape, and no values yet"),
    ("evaluate(lambda y, p: p[np.arange(3), y], [])", "stands in quotation marks"),
    ("model.predict_classes(np.eye(3))", "`model.predict(x).argmax(axis=1)`"),
    ("model.predict(np.eye(3)[0], verbose=0)", "`x[:1]`, not `x[0]`"),
    ("np.load('/home/ada/weights.npy')", "lies only on your own computer"),
    ("train(3, 'sparse_categorical_crossentropy')", "a label value of 3 which is outside the valid range of [0, 3)"),
    ("train(3, 'sparse_categorical_crossentropy')", "for this label it has none"),
    ("train(4, 'mse')", "Incompatible shapes: [20] vs. [20,4]. Do labels and loss or metric fit?"),
])
def test_cryptic_errors_of_keras_are_explained(code: str, cause: str) -> None:
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])

    def evaluate(loss: Any, metrics: list[Any]) -> None:
        model.compile("sgd", loss, metrics=metrics)
        model.run_eagerly = True
        model.evaluate(np.eye(3), np.arange(3), verbose=0)

    def train(units: int, loss: str) -> None:
        """In a graph, where TensorFlow's message begins with all its calls."""
        network = keras.Sequential([keras.layers.Dense(units, activation="softmax")])
        network.compile("sgd", loss)
        network.fit(np.zeros((20, 4), "float32"), np.arange(20) % 4, verbose=0)

    space = {"np": np, "keras": keras, "model": model, "evaluate": evaluate, "train": train}
    message = said(digits.call, lambda: exec(code, space), name="f")
    assert cause in message, message


def test_a_number_in_place_of_an_array_gets_the_cause() -> None:
    for number in (100.0, np.float64(100.0), np.int64(3), 3):
        message = said(digits.expect_array, number, name="mean", shape=(2, 2), cause="Take the mean with `axis=0`.")
        assert message.endswith("expected a NumPy array. Take the mean with `axis=0`.")
    assert said(digits.expect_array, None, name="f(x)", cause="Odd.").endswith("expected a NumPy array.")


def test_a_float_where_the_dtype_should_have_stayed() -> None:
    assert "`dtype`" in said(digits.expect_array, np.zeros(3), name="rows", dtype="uint8")


def test_a_tensor_is_called_one() -> None:
    import keras

    assert "write it with NumPy" in said(digits.expect_number, keras.ops.mean(np.ones(3)), name="n")
    assert "np.array" in said(digits.expect_array, keras.ops.add(np.ones(3), 1), name="x")
    placeholder = said(digits.expect_array, keras.Input((3,)), name="x")
    assert "np.array" not in placeholder and "has a shape, and no values yet" in placeholder
    assert "keras.Model(inputs, outputs)" in said(digits.expect_model, keras.Input((3,)), name="m")


@pytest.mark.parametrize(("optimizer", "said"), [
    ("SGD(0.01)", None),
    ("SGD(0.001)", "is 0.001; expected 0.01 to 0.5. It is too small"),
    ("SGD(0.5)", None),
    ("SGD(1.0)", "is 1; expected 0.01 to 0.5. It is too large"),
    ("SGD(0.001, momentum=0.9)", None),
    ("SGD(0.005, momentum=0.9)", None),
    ("SGD(0.1, momentum=0.9, nesterov=True)", None),
    ("SGD(0.0001, momentum=0.9)", "is 0.0001, with a momentum of 0.9, which makes the steps longer; "
                                  "expected 0.001 to 0.1. It is too small"),
    ("SGD(0.5, momentum=0.9)", "expected 0.001 to 0.1. It is too large"),
    ("SGD(0.5, momentum=0.5)", None),
    ("SGD(0.001, momentum=0.99)", None),
    ("SGD(0.0001, momentum=0.99)", "expected 0.001 to 0.01. It is too small"),
    ("SGD(0.02, momentum=0.99)", "expected 0.001 to 0.01. It is too large"),
    ("SGD(0.01, momentum=1.0)", "The momentum of SGD is 1; expected at most 0.99"),
    ("RMSprop(0.0001, momentum=0.9)", None),
    ("RMSprop(0.00001, momentum=0.9)", "expected 0.0001 to 0.01. It is too small"),
    ("RMSprop(0.01, momentum=0.9)", None),
    ("RMSprop(0.05, momentum=0.9)", "expected 0.0001 to 0.01. It is too large"),
    ("Adam(0.1)", "is 0.1; expected 0.0001 to 0.05. It is too large"),
    ("Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 100, 0.9))", None),
])
def test_a_learning_rate_is_judged_with_its_momentum(optimizer: str, said: str | None) -> None:
    import keras

    def compile_model(model: Any) -> Any:
        model.compile(eval(f"keras.optimizers.{optimizer}", {"keras": keras}),
                      "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    result = digits.checks("05-compile").check("q5_6", {"compile_model": compile_model})
    assert result.passed if said is None else said in result.messages[0], result


def test_an_error_says_what_the_function_was_given() -> None:
    message = said(digits.call, lambda x: 1 / 0, np.zeros((2, 3)), name="scale")
    assert message == ("Given an array of shape (2, 3) and dtype float64, `scale` stopped with "
                       "ZeroDivisionError: division by zero.")
    message = said(digits.call, lambda x, verbose: 1 / 0, 3, verbose=0, name="scale")
    assert message.startswith("Given 3, verbose=0, `scale` stopped with ")


@pytest.mark.parametrize(("value", "keywords", "message"), [
    (np.zeros((2, 9, 9)), {"shape": (2, 81)}, "`x` has shape (2, 9, 9); expected (2, 81). Because."),
    (np.zeros(2), {"dtype": "float32"}, "`x` has dtype float64; expected float32. NumPy computes in"),
    (np.zeros(2, "uint8"), {"dtype": "float32"}, "`x` has dtype uint8; expected float32. Whole numbers"),
    (np.array([0, 9.0]), {"low": 0, "high": 1}, "`x` holds values from 0 to 9; expected 0 to 1. Because."),
    (np.array([-1, 0]), {"low": 0}, "`x` holds values from -1 to 0; expected at least 0. Because."),
    (np.array([2.5]), {"high": 1}, "`x` holds values from 2.5 to 2.5; expected at most 1. Because."),
    (np.array([1, np.nan]), {"high": 2}, "`x` holds nan or infinity, first at index [1]; expected numbers."),
    (np.array([[1, 2]]), {"equal": [[1, 3]]}, "`x` is wrong at index [0, 1]: got 2, expected 3. Because."),
    (np.ones(1) / 3, {"equal": [0.25]}, "`x` is wrong at index [0]: got 0.333333, expected 0.25. Because."),
    ([1, 2], {}, "`x` is [1, 2]; expected a NumPy array. Make one with `np.array(...)`."),
])
def test_array_messages(value: Any, keywords: dict[str, Any], message: str) -> None:
    assert said(digits.expect_array, value, name="x", cause="Because.", **keywords).startswith(message)


@pytest.mark.parametrize(("value", "keywords", "message"), [
    (3, {"equal": 4}, "`n` is 3; expected 4. Because."),
    (0.5, {"low": 0.97}, "`n` is 0.5; expected at least 0.97. Because."),
    (300, {"low": 1, "high": 256}, "`n` is 300; expected 1 to 256. Because."),
    (2.5, {"whole": True}, "`n` is 2.5; expected a whole number. Because."),
    (float("inf"), {"whole": True}, "`n` is inf; expected a finite number. Because."),
    ("two", {}, "`n` is 'two'; expected a number. Because."),
    (True, {}, "`n` is True; expected a number. Because."),
])
def test_number_messages(value: Any, keywords: dict[str, Any], message: str) -> None:
    assert said(digits.expect_number, value, name="n", cause="Because.", **keywords) == message


def test_right_answers_pass() -> None:
    scaled = np.array([[0, 51, 255]], "uint8") * np.float32(1 / 255)
    digits.expect_array(scaled, name="x", shape=(1, 3), dtype="float32", low=0, high=1, equal=[[0, 0.2, 1]])
    digits.expect_array(np.nextafter(np.float32([1]), np.float32(2)), name="x", low=0, high=1)
    digits.expect_array(np.zeros((0, 4), "float32"), name="x", low=0, high=1, equal=np.zeros((0, 4)))
    digits.expect_array(np.array([1.0, np.nan]), name="x", equal=[1, np.nan])
    digits.expect_array(np.array([1000.001]), name="x", equal=[1000.0], tolerance=1e-5)
    digits.expect_array(np.asfortranarray(np.eye(3)), name="x", equal=np.eye(3))
    for two in (2, 2.0, np.int64(2), np.uint8(2), np.array(2), np.float32(2)):
        digits.expect_number(two, name="n", equal=2, whole=True, low=2, high=2)
    digits.expect_equal((28, 28), (28, 28), name="shape")
    digits.expect_unchanged(np.zeros(3), np.zeros(3), name="f")


def test_whole_numbers_must_be_equal_and_fractions_close() -> None:
    assert "got 1000000, expected 1000001" in said(
        digits.expect_array, np.array([1_000_000]), name="x", equal=np.array([1_000_001]), tolerance=0.1)
    assert said(digits.expect_array, np.array([0.5]), name="x", equal=[0.50001])


@pytest.mark.parametrize("change", [
    lambda x: x.__setitem__(0, 9), lambda x: x.sort(), lambda x: setattr(x, "shape", (3, 1)),
    lambda x: setattr(x, "dtype", "uint64"),
])
def test_a_change_in_place_is_seen(change: Callable[[np.ndarray], None]) -> None:
    x = np.array([3, 1, 2])
    before = x.copy()
    change(x)
    assert "`scale` changed the array" in said(digits.expect_unchanged, before, x, name="scale")


def test_a_hidden_check_tells_its_hint_and_no_value() -> None:
    with pytest.raises(AssertionError) as caught, digits.hint("Try other sizes."):
        digits.expect_array(np.array([417]), name="x", equal=[418])
    assert str(caught.value) == "Try other sizes."
    assert caught.value.__suppress_context__, "nor in a traceback"
    with pytest.raises(AssertionError, match=re.escape("Try other sizes.")), digits.hint("Try other sizes."):
        raise TypeError("417 is not 418")


def test_a_hidden_check_says_that_a_function_stopped_but_not_on_what() -> None:
    with pytest.raises(AssertionError) as caught, digits.hint("Try other sizes."):
        digits.call(lambda x: x.reshape(7), np.zeros(417), name="flatten")
    assert str(caught.value) == "`flatten` stopped with ValueError. Try other sizes."


@pytest.mark.parametrize("answer", [None, ..., 3, lambda: None])
def test_a_hidden_check_still_says_that_there_is_no_answer(answer: Any) -> None:
    with pytest.raises(digits.Told, match="`flatten`"), digits.hint("Try other sizes."):
        digits.call(answer, name="flatten")


def test_what_must_end_a_grading_run_is_not_taken_for_an_answer() -> None:
    class SessionEnded(BaseException):
        pass

    def ended() -> None:
        raise SessionEnded

    with pytest.raises(SessionEnded), digits.hint("Try other sizes."):
        digits.call(ended, name="flatten")


def causes_in(test: Path) -> set[str]:
    """Every whole text that a test file gives as a `cause`."""
    tree = ast.parse(test.read_text(encoding="utf-8"))
    given = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cause"]
    given += [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)
              and any(isinstance(name, ast.Name) and name.id == "cause" for name in node.targets)]
    conditions = {id(part) for value in given for choice in ast.walk(value) if isinstance(choice, ast.IfExp)
                  for part in ast.walk(choice.test)}  # fmt: skip
    return {part.value for value in given for part in ast.walk(value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in conditions
            and not any(isinstance(other, ast.JoinedStr) for other in ast.walk(value))} - {""}


@pytest.mark.parametrize("exercise", sorted(folder.name for folder in (EXERCISES / "tests").iterdir()))
def test_what_a_check_says_of_the_cause_is_never_cut(exercise: str) -> None:
    """Whatever the numbers beside it are, and whatever an answer makes of itself."""
    tests = sorted((EXERCISES / "tests" / exercise).glob("q*.py"))
    assert tests
    for test in tests:
        known = TrustedTexts(test, [EXERCISES])
        for cause in causes_in(test):
            for fails in (
                lambda cause: digits.expect_array(np.array([0.125]), name="a", equal=np.array([0.25]), cause=cause),
                lambda cause: digits.expect_array(np.array([0.5]), name="a", low=1.5, high=2.5, cause=cause),
                lambda cause: digits.expect_array(np.ones((2, 3)), name="a", shape=(3, 2), cause=cause),
                lambda cause: digits.expect_number(0.125, name="a", equal=0.25, cause=cause),
                lambda cause: digits.expect_number("So. It is 0.5. No", name="a", cause=cause),
                lambda cause: digits.expect_equal("0.5. Is", (0.25, 1), name="a", cause=cause),
            ):
                told = known.redacted(said(fails, cause))
                assert told.endswith(f" {cause}"), f"{test.name}: {told}"
                assert "0.125" not in told and "0.25" not in told
