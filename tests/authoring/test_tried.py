"""What hidden tests say they try: a line for learners, which gives nothing away."""

from __future__ import annotations

import json

import pytest

from autograder.authoring import tried

pytestmark = pytest.mark.fast

QUESTION = """### Question 9.1: double (2 points)

Write `double(x)`. It works for whole numbers and
for fractions, and `double(3)` is 6."""

ANSWER = '''\
def double(x):
    # BEGIN SOLUTION
    return {"way": "twofold", "twice": 2 * x}
    # END SOLUTION
'''

HIDDEN = "def double_of_many(double):\n    assert double(7) == 14"


def problem(said: str) -> str:
    return tried.problem(said, HIDDEN, QUESTION, ANSWER)


@pytest.mark.parametrize("said", [
    ": no numbers", ": negative numbers, large numbers", ": numbers above 3 and `double` of them",
    ': whether "input" stays (also twice-doubled)', ', as asked: "for whole numbers and for fractions"',
    ", as asked: \"`double(3)` is 6\"",
])
def test_what_a_hidden_test_may_say(said: str) -> None:
    assert problem(said) == ""


@pytest.mark.parametrize(("said", "complaint"), [
    ("", "`double_of_many` does not say what it tries. Begin it with"),
    (":", "does not say what it tries"),
    (" many numbers", "does not say what it tries"),
    (", as asked: for fractions", "does not say what it tries"),
    (': negative numbers,', "names '' as what it tries"),
    (": negative numbers.", "without a period"),
    (": numbers of " + "very " * 12 + "large size", "60 characters at most"),
    (': double of 7', "learners would read `7`"),
    (": the way twofold", "learners would read `way`"),
    (": whether it is x+x", "learners would read `x+x`"),
    (": what double_of_many does", "learners would read `double_of_many`"),
    (', as asked: "for fractions"', "quote at least three words"),
    (', as asked: "for whole numbers and fractions"', "its question has no such words. Begin it with"),
])
def test_what_it_must_not_say(said: str, complaint: str) -> None:
    assert complaint in problem(said)


@pytest.mark.parametrize(("said", "line"), [
    ([": no images,  other sizes", ": other sizes, a seed"], "no images, other sizes, a seed"),
    ([": no images", ', as asked: "for whole numbers"'], "no images, and what else the question asks"),
    ([', as asked: "for whole numbers"'] * 2, "what else the question asks"),
])
def test_the_line_has_each_subject_once_and_says_whether_there_is_more(said: list[str], line: str) -> None:
    assert tried.line(said) == line
    assert json.loads(tried.to_json({"q9_1": line})) == {"q9_1": line}
