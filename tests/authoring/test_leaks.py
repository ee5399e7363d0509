"""Each way in which something hidden could get out, planted; and what may be shown."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring import leaks
from autograder.authoring.leaks import Leak, Secrets
from tests.authoring.conftest import PORTRAIT, edit

pytestmark = pytest.mark.fast

HIDDEN_TEST = '''\
def double_of_many(double):
    with digits.hint("`double` must work for any number."):
        for x in (0, -5, 2.5):
            assert digits.call(double, x, name="double") == reference(x)
'''
HINT = "`double` must work for any number."
ANSWER = 'def double(x):\n    """Twice x."""\n    return x + x\n'
NOTEBOOK = "release/exercises/91-tiny.ipynb"
TEST = "release/exercises/tests/91-tiny/q9_1.py"
TRIED = "release/exercises/tests/91-tiny/tried.json"
PAGE = "release/docs/data/02-shapes.html"


@pytest.fixture
def secrets(tiny: Path) -> Secrets:
    return leaks.secrets(tiny / "solutions" / "91-tiny" / "master.md")


def notebook(*sources: str, name: str = "91-tiny", metadata: dict[str, Any] | None = None,
             outputs: list[Any] | None = None, cell: dict[str, Any] | None = None) -> bytes:
    cells = [{"cell_type": "code", "source": source, "metadata": cell or {}, "outputs": outputs or []}
             for source in sources or ("pass",)]
    return json.dumps({"cells": cells, "metadata": {"reading_digits": {"assignment": name}} | (metadata or {}),
                       "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def highlighted(code: str) -> bytes:
    """Code as Sphinx puts it on a page: every word in a span of its own, quotes escaped."""
    words = code.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").split(" ")
    return ("<html><pre>" + "<span> </span>".join(f'<span class="n">{word}</span>' for word in words)
            + "</pre></html>").encode()


def test_what_is_secret(secrets: Secrets) -> None:
    assert secrets.names == {"double_of_many", "the_answer"}
    assert secrets.hints == {HINT}
    assert {"return x + x", "return x / 2", "answer = 42", "return 2 * x", "for x in (0, -5, 2.5):"} < secrets.lines
    assert not {"def double(x):", "return x / 3", "answer = ..."} & secrets.lines, "learners are given these"
    assert ("def double(x):", "return x + x") in secrets.answers
    assert ("def half(x):", "return x / 2", "answer = 42") in secrets.answers, "the whole cell, too"
    assert ("def half(x):", "return x / 2") in secrets.answers


def test_what_the_helpers_of_hidden_tests_say_is_secret_too(tiny: Path) -> None:
    helper = """def expect_double(x, name):
    with digits.hint(f"`{name}` must be twice its argument, " "whatever that is; `{x}` it is not."):
        assert x
    raise digits.Told("Nothing was doubled here at all.")
    raise digits.Told("`double(3)` should be 6 and nothing else")
"""
    edit(tiny, "should be 6", "should be 6 and nothing else")
    edit(tiny, "def reference(x):", f"{helper}\n\ndef reference(x):")
    secret = leaks.secrets(tiny / "solutions" / "91-tiny" / "master.md")
    assert secret.hints == {HINT, "` must be twice its argument, whatever that is; `{x}` it is not.",
                            "Nothing was doubled here at all."}, "what a public test says is none"
    page = b"<p>`double` must be twice its argument, whatever that is; `{x}` it is not.</p>"
    assert leaks.find({PAGE: page}, [secret]) and not leaks.find({PAGE: page}, [secret], hints_may_show=True)


PLANTED = {
    "a solution in a cell": (NOTEBOOK, notebook(ANSWER), "line of the solution"),
    "one line of it in a longer cell": (NOTEBOOK, notebook("y = 3\nreturn x + x\nz = 4"), "return x + x"),
    "a predicted value": (NOTEBOOK, notebook("answer = 42"), "answer = 42"),
    "a helper of hidden tests": (NOTEBOOK, notebook("def reference(x):\n    return 2 * x"), "return 2 * x"),
    "in an output": (NOTEBOOK, notebook(outputs=[{"output_type": "stream", "text": ["x\n", "return x + x\n"]}]),
                     "return x + x"),
    "in the notebook's metadata": (NOTEBOOK, notebook(metadata={"otter": {"tests": {"q9_1": [HIDDEN_TEST]}}}),
                                   "lines of a hidden test"),
    "in a cell's metadata": (NOTEBOOK, notebook(cell={"solution": "return x + x"}), "return x + x"),
    "as a key of the metadata": (NOTEBOOK, notebook(metadata={"double_of_many": 1}), "name of a hidden test"),
    "in a notebook that was renamed": ("release/exercises/old.ipynb", notebook("return x + x"), "return x + x"),
    "in an attachment": (NOTEBOOK, notebook(cell={"attachments": {"a": {"text/plain": "answer = 42"}}}),
                         "answer = 42"),
    "a marker": (NOTEBOOK, notebook("x = 1  # SOLUTION"), "a marker of the master"),
    "a hidden test among the public ones": (TEST, HIDDEN_TEST.encode(), "lines of a hidden test"),
    "its hint alone": (TEST, f'"""{HINT}"""'.encode(), "the hint"),
    "its name alone": (TEST, b"# see double_of_many", "the name"),
    "in what it is said to try": (TRIED, json.dumps({"q9_1": "double_of_many"}).encode(), "the name"),
    "an answer in what it is said to try": (TRIED, b'{"q9_1": "answer = 42"}', "answer = 42"),
    "half of it": (TEST, b"    for x in (0, -5, 2.5):\n        pass", "for x in (0, -5, 2.5):"),
    "the full test file": ("release/docs/_static/q9_1.py", HIDDEN_TEST.encode(), "lines of a hidden test"),
    "an answer on a page": (PAGE, highlighted(ANSWER), "an answer"),
    "an answer on a page without its docstring": (PAGE, highlighted("def double(x):\n    return x + x\n"),
                                                  "an answer"),
    "a hidden test on a page": (PAGE, highlighted(HIDDEN_TEST), "lines of a hidden test"),
    "a hint on a page": (PAGE, f"<p>{HINT}</p>".encode(), "the hint"),
    "a hint in a picture's words": (PAGE, f'<img alt="{HINT}">'.encode(), "the hint"),
    "in the index of the search": ("release/docs/searchindex.js", json.dumps([HIDDEN_TEST]).encode(),
                                   "lines of a hidden test"),
    "in a chapter's notebook": ("release/docs/_sources/data/02-shapes.ipynb", notebook(ANSWER, name=""),
                                "an answer"),
    "in a zip": ("exercises.zip", zipped(**{"reading-digits__91-tiny.ipynb": notebook(ANSWER)}), "an answer"),
    "in a zip in a zip": ("book.zip", zipped(**{"docs__all.zip": zipped(**{"tests__91-tiny__q9_1.py":
                                                                          HIDDEN_TEST.encode()})}),
                          "lines of a hidden test"),
    "beside the arrays of the data": ("release/exercises/mnist.npz", zipped(**{"notes.py": HIDDEN_TEST.encode()}),
                                      "lines of a hidden test"),
    "in a compressed inventory": ("release/docs/objects.inv", b"1\n2\n3\n4\n" + zlib.compress(HINT.encode()),
                                  "the hint"),
    "in a picture's comment": ("release/docs/_images/a.png", b"\x89PNG" + HINT.encode(), "the hint"),
    "in a kind of file that nobody can read": ("release/exercises/all.tar.gz", b"\x1f\x8b", "cannot be looked into"),
    "in a zip that is none": ("release/exercises/all.zip", b"PK", "cannot be looked into"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_found(secrets: Secrets, name: str) -> None:
    path, data, what = PLANTED[name]
    found = leaks.find({"LICENSE": b"Free.", path: data}, [secrets])
    assert any(leak.file.startswith(path) and what in leak.what for leak in found), found


@pytest.mark.parametrize(("path", "data"), [
    (NOTEBOOK, notebook('def double(x):\n    """Twice x."""\n    raise NotImplementedError("Write.")')),
    (NOTEBOOK, notebook("def half(x):\n    return x / 3\n\n\nanswer = ...")),
    (PAGE, highlighted("def sum_of_two(x):\n    return x + x\n")),
    (PAGE, highlighted("# BEGIN SOLUTION\nreturn x + x\n# HIDDEN")),
    ("release/exercises/92-other.ipynb", notebook("return x + x", name="92-other")),
    ("release/exercises/mnist.npz", zipped(**{"x_train.npy": b"\x93NUMPY" + HINT.encode()})),
])
def test_what_may_be_shown(secrets: Secrets, path: str, data: bytes) -> None:
    assert leaks.find({path: data}, [secrets]) == []


def test_on_a_feedback_page_hints_are_meant_to_be_read(secrets: Secrets) -> None:
    def found(page: str) -> list[Leak]:
        return leaks.find({"feedback/ada.html": page.encode()}, [secrets], hints_may_show=True)

    assert found(f"<p>A hidden check says: {HINT}</p>") == []
    assert found(json.dumps({"output": HINT})) == [], "in quotes, as it stands in the test"
    for leak in ("<p>failed: double_of_many</p>", "<pre>assert digits.call(double, x, name=&quot;double&quot;) == "
                 "reference(x)</pre>", "<pre>  return x + x</pre>", "<li>answer = 42</li>"):
        assert found(leak), leak


@pytest.mark.parametrize("path", [NOTEBOOK, TEST, PAGE])
def test_a_portrait_is_the_graders_alone(tiny: Path, path: str) -> None:
    edit(tiny, "```{code-cell} python\nimport math", f"{PORTRAIT}```{{code-cell}} python\nimport math")
    secret = leaks.secrets(tiny / "solutions" / "91-tiny" / "master.md")
    source = PORTRAIT.split("\n", 2)[2].removesuffix("```\n\n")
    data = {NOTEBOOK: notebook(source), TEST: source.encode(), PAGE: highlighted(source)}[path]
    assert leaks.find({path: data}, [secret])
    assert leaks.find({NOTEBOOK: notebook("# PORTRAIT")}, [secret]), "its marker alone"
