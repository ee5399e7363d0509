"""What a test case of another course asks for that cannot be had across the wall, read off its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading import testsource
from autograder.grading.questions import load_test_file
from tests.grading.test_questions import exception_test, ok_test

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(("source", "found"), [
    ("assert a is b", "whether two are one and the same (a is b)"),
    ("assert table['x'] is not row.x", "whether two are one and the same (table['x'] is not row.x)"),
    ("assert id(a) == id(b)", "whether two are one and the same (id)"),
    ("import builtins\nbuiltins.input = lambda *a: '4'", "builtins.input, which the test replaces"),
    ("import sys, io\nsys.stdin = io.StringIO('4')", "sys.stdin, which the test replaces"),
    ("with mock.patch('random.random'): f()", "mock.patch(), which replaces"),
    ("np.random.seed(3)", "np.random.seed(), which seeds the test"),
    ("pd.read_csv('out.csv')", "a file that is not there for tests (out.csv)"),
    ("assert os.path.exists('out.csv')", "a file that is not there for tests (out.csv)"),
    ("inspect.getsource(f)", "inspect.getsource(), which sees nothing"),
    ("plt.gca()", "plt.gca(), which sees nothing"),
])  # fmt: skip
def test_what_only_otter_can_do_is_found(source: str, found: str) -> None:
    (said,) = testsource.unlike(source)
    assert said.startswith(found)


@pytest.mark.parametrize("source", [
    "assert f(a) is None and b is not True", "assert f(x) is x", "assert type(x) is int",
    "import sys, io\nsys.stdout = io.StringIO()", "table = pd.DataFrame({'x': [1]})\ntable.columns = ['y']",
    "np.random.default_rng(3).random()", "open(__file__)", "assert (", "",
])  # fmt: skip
def test_what_can_be_had_here_is_not_found(source: str) -> None:
    assert testsource.unlike(source) == []


def test_a_file_that_is_there_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").touch()
    assert testsource.unlike("pd.read_csv('data.csv')") == []


def test_the_source_of_a_case_in_both_formats(tmp_path: Path) -> None:
    for source in (exception_test("assert x is y"), ok_test(">>> if True:\n...     assert x is y\n")):
        path = tmp_path / "q1.py"
        path.write_text(source)
        (case,) = load_test_file(path).test_cases
        assert testsource.unlike(testsource.of_case(path, case.body)) == ["whether two are one and the same (x is y)"]
