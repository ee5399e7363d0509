"""A hidden test that could say more than its hint is refused, and none that cannot."""

from __future__ import annotations

import pytest

from autograder.authoring import hints

pytestmark = pytest.mark.fast

HELPERS = """
def expect_shape(shape, name):
    digits.expect_written(shape, name)
    with digits.hint(f"`{name}` is not the shape."):
        digits.expect_equal(shape, (1,), name=name)

def expect_more(x):
    digits.expect_number(x, name="x", equal=7)

def again(x):
    again(x)
    expect_more(x)
"""


def hidden(body: str) -> str:
    return "def case(f, x):\n" + "\n".join(f"    {line}" for line in body.splitlines())


@pytest.mark.parametrize(("body", "what"), [
    ("digits.expect_number(x, name='least', equal=1)", "uses `digits.expect_number` outside of a hint (line 2"),
    ("assert x == 1", "uses `assert`"),
    ("y = f(x)\nwith digits.hint('a'):\n    assert y == 1", "uses `f`"),
    ("with digits.hint('a'):\n    pass\ndigits.call(f, x, name='f')", "uses `digits.call`"),
    ("if x != 1:\n    raise AssertionError(x)", "uses `raise`"),
    ("expect_more(x)", "uses `digits.expect_number`"),
    ("again(x)", "uses `digits.expect_number`"),
    ("def inner():\n    return f(1)\nwith digits.hint('a'):\n    inner()\ninner()", "uses `f`"),
    ("x.sum()", "has no hint"),
    ("digits.expect_written(x, 'x')", "has no hint"),
])
def test_it_is_refused(body: str, what: str) -> None:
    said = hints.problem(hidden(body), HELPERS)
    assert said.startswith("the hidden test `case` ") and what in said
    assert "with digits.hint" in said


@pytest.mark.parametrize("body", [
    "with digits.hint('a'):\n    assert digits.call(f, x, name='f') == 1",
    "images, _ = digits.sample(5)\nfor image in images:\n    with digits.hint('a'):\n        f(image)",
    "expect_shape(x, 'x')",
    "with digits.hint('a'):\n    expect_more(x)",
    "digits.expect_written(x, 'x')\nwith digits.hint('a'):\n    assert x",
    "def inner():\n    return f(1)\nwith digits.hint('a'):\n    inner()",
    "with digits.hint('a'):\n    f(x)\nif x is None:\n    raise digits.Told('It is not there.')",
])
def test_it_is_not(body: str) -> None:
    assert not hints.problem(hidden(body), HELPERS)
