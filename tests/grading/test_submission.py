"""One submission: what it scores, and what becomes of one that does not come to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.grading import child, submission
from autograder.grading.engine import Engine, EngineError
from autograder.grading.results import Verdict
from autograder.reports.classreport import CODE_KEY
from tests.benchmarks.memory import Peak
from tests.grading.conftest import ANSWER, DOUBLE, NAME, POINTS, SCALE, SOLUTION, START, WORD, scores
from tests.sandbox.test_promises import grown

LOOP = "while True:\n    pass"
DEAF = """\
import time
while True:
    try:
        while True:
            time.sleep(0.01)
    except BaseException:
        pass"""
"""A loop that ignores its interrupt."""


def inside(name: str, body: str) -> str:
    """A function of one argument with this body."""
    return f"def {name}(x):\n" + "\n".join(f"    {line}" for line in body.splitlines())


def messages(result: Any, question: str) -> list[str]:
    (found,) = [item for item in result.questions if item.name == question]
    return [case.message for case in found.cases if not case.passed]


def test_the_solution_earns_full_marks(graded: Any) -> None:
    result = graded(*SOLUTION)
    assert scores(result) == POINTS
    assert (result.status, result.reason, result.flags) == (Verdict.GRADED, "", ())
    assert [question.checked for question in result.questions] == ["in-place"] * 4
    assert {cell.status for cell in result.cells} == {"ok"}
    assert result.environment["seed"] == "2718"
    assert len(result.environment["code"]) == 64


def test_the_class_report_can_tell_who_has_the_same_code(graded: Any) -> None:
    first, same, other = (graded(START, answer).environment[CODE_KEY] for answer in (ANSWER, ANSWER, "answer = 41 + 1"))
    assert first == same != other


def test_cells_go_on_after_one_that_raises(graded: Any) -> None:
    result = graded(START, "1 / 0", SCALE, "print('seen')")
    assert scores(result)["q1"] == 4
    assert result.status is Verdict.GRADED
    assert [cell.status for cell in result.cells] == ["ok", "raised", "ok", "ok"]
    assert "ZeroDivisionError" in result.cells[1].error
    assert "seen" in result.output


def test_what_counts_is_the_notebook_as_it_was_at_the_check(graded: Any) -> None:
    result = graded(START, ANSWER, "grader.check('q2')", "answer = 0")
    assert scores(result)["q2"] == 3
    assert result.questions[1].checked == "in-place"


def test_what_was_checked_is_not_checked_again_at_the_end(graded: Any) -> None:
    result = graded(START, SCALE, "grader.check('q1')", inside("scale", LOOP), timeout=2)
    assert scores(result)["q1"] == 4
    assert result.status is Verdict.GRADED


def test_a_later_check_counts_instead(graded: Any) -> None:
    assert scores(graded(START, ANSWER, "grader.check('q2')", "answer = 0", "grader.check('q2')"))["q2"] == 0
    assert scores(graded(START, "answer = 0", "grader.check('q2')", ANSWER, "grader.check('q2')"))["q2"] == 3


def test_a_check_in_the_middle_of_a_cell_stops_there(graded: Any) -> None:
    assert scores(graded(START, "answer = 42; grader.check('q2'); answer = 0"))["q2"] == 3


def test_a_check_that_otter_keeps_in_the_metadata_is_made(graded: Any, sample_bundle: Any, engine: Any) -> None:
    from autograder.submissions.notebook import Cell
    from autograder.submissions.read import Submission

    cells = (Cell(ANSWER, ("q2",)), Cell("answer = 0"))
    handed_in = Submission("alice", "a.ipynb", "90-sample", cells)
    result = submission.grade(handed_in, sample_bundle, engine, submission.RunLimits(30, 4096))
    assert (scores(result)["q2"], result.questions[1].checked) == (3, "in-place")


def test_a_missing_name_is_named_with_what_it_may_be(graded: Any) -> None:
    result = graded(START, "def scal(x):\n    return x / 10", "raise RuntimeError('not yet')\nanswer = 42")
    assert messages(result, "q1")[0] == (
        "The notebook has no `scale`. It has `scal`: is that the same thing under another name?"
    )
    assert "code cell 3, which stopped with RuntimeError: not yet" in messages(result, "q2")[0]
    assert "no `word`" in messages(result, "q4")[0]


def test_hidden_cases_never_show_what_they_compare(graded: Any) -> None:
    result = graded(START, "def scale(x):\n    return list(x)", "answer = 41", "def double(x): return 2 * x\ntotal = 8")
    hidden = [case for question in result.questions for case in question.cases if case.hidden and not case.passed]
    assert len(hidden) == 4
    for case in hidden:
        assert not any(secret in case.message for secret in ("42", "3.0", "[0.0", "assert", ">>>", "shape"))
    assert messages(result, "q2")[-1] == "Count again"


def test_what_the_learners_function_raised_is_told(graded: Any) -> None:
    result = graded(START, inside("scale", "raise SystemExit('bye')"), inside("double", "return x['a b']"))
    assert messages(result, "q1") == ["Your code raised SystemExit: bye"] * 3
    assert messages(result, "q3")[0].startswith("Your code raised TypeError")


def test_what_a_function_prints_during_a_check_is_not_kept(graded: Any) -> None:
    result = graded(START, inside("scale", "print('secret', x)\nreturn x / 10"), "scale(1)", "grader.check('q1')")
    assert scores(result)["q1"] == 4
    assert result.output.count("secret") == 1


def test_a_cell_in_an_endless_loop_costs_only_itself(graded: Any) -> None:
    result = graded(START, SCALE, LOOP, ANSWER, DOUBLE, WORD, timeout=1)
    assert scores(result) == POINTS
    assert (result.status, result.reason) == (Verdict.TIMEOUT, "Code cell 3 was stopped after 1 s.")
    assert result.cells[2].status == "timeout"


def test_a_cell_that_ignores_its_interrupt_costs_one_question(graded: Any) -> None:
    cells = START, SCALE, "grader.check('q1')", f"{ANSWER}\n{DEAF}", "grader.check('q2')", DOUBLE, WORD
    result = graded(*cells, timeout=1)
    assert scores(result) == POINTS | {"q2": 0}
    assert result.status is Verdict.TIMEOUT
    assert [cell.status for cell in result.cells] == ["ok", "ok", "ok", "killed", "ok", "ok", "ok"]
    assert "no `answer`. It belongs to code cell 4" in messages(result, "q2")[0]


def test_a_score_given_in_a_cell_that_is_killed_later_stays(graded: Any) -> None:
    result = graded(START, f"{ANSWER}\ngrader.check('q2')\n{DEAF}", "answer = 0", timeout=1)
    assert scores(result)["q2"] == 3


@pytest.mark.parametrize(("end", "verdict", "says"), [
    ("import os; os._exit(0)", Verdict.CRASHED, "exit code 0"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Verdict.CRASHED, "SIGKILL"),
    ("import ctypes; ctypes.string_at(0)", Verdict.CRASHED, "SIGSEGV"),
])  # fmt: skip
def test_a_notebook_that_ends_itself_keeps_what_it_has(graded: Any, end: str, verdict: Verdict, says: str) -> None:
    result = graded(START, SCALE, "grader.check('q1')", f"{ANSWER}\n{end}", DOUBLE, timeout=20)
    assert scores(result) == POINTS | {"q2": 0, "q4": 0}
    assert result.status is verdict
    assert says in result.reason
    assert says not in result.for_learner().reason, "a hidden check was heard, and a number can quote it"
    assert says in result.for_learner(released=True).reason
    assert result.cells[3].status == "exited"


def test_the_graders_memory_is_flat_under_a_flood_of_output(graded: Any, engine: Engine) -> None:
    """A quiet notebook and one that prints 400 MB or more: the controller, and the checker with its child."""
    engine.start()

    def most(cell: str) -> tuple[float, float]:
        assert engine._checker
        with grown() as controller, Peak() as checker:
            checker.watch(engine._checker._process.pid)
            result = graded(START, ANSWER, "grader.check('q2')", cell)
        assert {cell.status for cell in result.cells} == {"ok"}
        return checker.most, controller[0]

    quiet, _ = most("import time; time.sleep(2)")
    flooded, controller = most(
        "import time\nend = time.time() + 2\nprinted = 0\nwhile time.time() < end or printed < 400:\n"
        "    print('x' * 1_000_000); printed += 1")
    assert quiet > 50, "this is no process that has imported TensorFlow"
    assert flooded - quiet < 100 and controller < 100


def test_running_out_of_memory_is_a_verdict_of_its_own(graded: Any) -> None:
    result = graded(START, SCALE, "x = bytearray(10 ** 11)", ANSWER, timeout=20)
    assert (scores(result)["q1"], scores(result)["q2"]) == (4, 3)
    assert result.status is Verdict.MEMORY
    assert result.cells[2].status == "memory"


def test_a_download_fails_with_a_message_and_costs_what_needs_it(graded: Any) -> None:
    load = "import keras\n(images, labels), rest = keras.datasets.mnist.load_data()\nanswer = len(images) // 1000 - 18"
    result = graded(START, SCALE, load, "grader.check('q2')", DOUBLE, WORD, timeout=60)
    assert scores(result) == POINTS | {"q2": 0}
    assert (result.status, result.reason) == (Verdict.GRADED, "")
    assert [cell.status for cell in result.cells] == ["ok", "ok", "raised", "ok", "ok", "ok"]
    assert "URL fetch failure on https://storage.googleapis.com/" in result.cells[2].error
    assert "no `answer`" in messages(result, "q2")[0]
    assert "code cell 3, which stopped with Exception: URL fetch failure" in messages(result, "q2")[0]


def test_a_function_in_an_endless_loop_costs_its_question(graded: Any) -> None:
    result = graded(START, inside("scale", LOOP), "grader.check('q1')", ANSWER, DOUBLE, WORD, timeout=1)
    assert scores(result) == POINTS | {"q1": 0}
    assert result.status is Verdict.TIMEOUT
    assert "took longer than 1 s" in messages(result, "q1")[0]


@pytest.mark.parametrize("place", ["grader.check('q1')", "pass"])
def test_a_function_that_must_be_killed_costs_its_question(graded: Any, place: str) -> None:
    result = graded(START, inside("scale", DEAF), place, ANSWER, DOUBLE, WORD, timeout=1)
    assert scores(result) == POINTS | {"q1": 0}
    assert result.status is Verdict.TIMEOUT
    assert {cell.status for cell in result.cells} == {"ok"}


def test_a_function_that_ends_the_process_passes_no_case(graded: Any) -> None:
    refuse = "word = 'digit'\ndef refuse(n):\n    import os\n    os._exit(0)"
    result = graded(START, refuse, ANSWER)
    assert scores(result)["q4"] == 0.5  # the public case alone, which came first
    assert scores(result)["q2"] == 3
    assert result.status is Verdict.CRASHED


def test_a_loop_over_checks_ends(graded: Any) -> None:
    result = graded(START, ANSWER, "while True:\n    grader.check('q2')", DOUBLE, timeout=1)
    assert scores(result)["q2"] == 3
    assert result.status is Verdict.TIMEOUT
    assert any(f"more than {child.MAX_CHECKS} times" in flag for flag in result.flags)


def test_a_check_of_an_unknown_question_does_nothing(graded: Any) -> None:
    result = graded(START, "grader.check('q9')", "grader.check('../../q1')", "grader.check(7)", SCALE)
    assert scores(result)["q1"] == 4
    assert result.status is Verdict.GRADED


def test_all_cells_together_have_a_limit(graded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "TOTAL_FACTOR", 1)
    result = graded(START, ANSWER, *["import time; time.sleep(0.7)"] * 3, timeout=1)
    assert result.status is Verdict.TIMEOUT
    assert [cell.status for cell in result.cells][-1] == "skipped"
    assert scores(result)["q2"] == 3


def test_a_notebook_that_dies_again_and_again_is_given_up(graded: Any) -> None:
    result = graded(START, ANSWER, "grader.check('q2')", *["import os; os._exit(1)"] * 8, SCALE)
    assert scores(result) == {"q1": 0, "q2": 3, "q3": 0, "q4": 0}
    assert result.status is Verdict.CRASHED
    assert {question.checked for question in result.questions} == {"in-place", "not-checked"}
    assert "was run 6 times, and each time it ended itself, or had to be ended, before this" in result.questions[0].note


def test_a_notebook_that_differs_from_run_to_run_is_flagged(graded: Any, engine: Engine) -> None:
    engine.start()
    later = time.time() + 4
    luck = f"import time, os\nanswer = 42 if time.time() < {later} else 0"
    wait = f"time.sleep(max(0, {later} - time.time()))\nos._exit(0)"
    result = graded(START, luck, "grader.check('q2')", wait, SCALE)
    assert scores(result) == {"q1": 4, "q2": 3, "q3": 0, "q4": 0}
    assert [flag.partition(":")[0] for flag in result.flags] == [
        "q2 scored 3 in one run and 0 in the next, at the same place"
    ]
    assert result.status is Verdict.CRASHED


@pytest.fixture
def own_test(tiny_course: Path) -> Iterator[Any]:
    """Replaces the body of q2's tests for a while."""
    path = tiny_course / "build" / NAME / "tests" / "q2.py"
    kept = path.read_text()

    def write(body: str) -> None:
        path.write_text(
            "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q2'\npoints = 3\n"
            f"@test_case(points=None)\ndef test_it(answer):\n    {body}\n"
        )

    yield write
    path.write_text(kept)


@pytest.mark.parametrize(("body", "verdict"), [
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Verdict.MEMORY),
    ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Verdict.TIMEOUT),
    # A long computation in C: no Python runs, not even the handler of the alarm.
    ("import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); time.sleep(60)",
     Verdict.TIMEOUT),
])  # fmt: skip
@pytest.mark.parametrize("place", ["grader.check('q2')", "pass"])
def test_an_answer_too_large_to_examine_costs_its_question(
    graded: Any, own_test: Any, monkeypatch: pytest.MonkeyPatch, body: str, verdict: Verdict, place: str
) -> None:
    monkeypatch.setattr(submission, "CHILD_SILENCE", 1)
    own_test(body)
    result = graded(START, ANSWER, place, SCALE, DOUBLE, WORD, timeout=2)
    assert scores(result) == POINTS | {"q2": 0}
    assert result.status is verdict
    assert "more than the grader can examine" in result.questions[1].note


def test_a_check_that_takes_too_long_outside_costs_its_question(graded: Any, own_test: Any) -> None:
    own_test("import time; time.sleep(60)")
    result = graded(START, ANSWER, SCALE, timeout=1)
    assert scores(result)["q1"] == 4
    assert "Examining your answer took longer than 1 s" in messages(result, "q2")[0]
    assert result.status is Verdict.TIMEOUT


@pytest.mark.parametrize("body", [
    "import os; os._exit(3)",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
])  # fmt: skip
def test_any_other_death_of_the_checkers_child_is_the_graders_error(graded: Any, own_test: Any, body: str) -> None:
    own_test(body)
    with pytest.raises(EngineError, match="the checker's child ended with"):
        graded(START, ANSWER)


@pytest.mark.parametrize(("body", "verdict"), [
    ("import os\nos._exit(0)", Verdict.CRASHED), (LOOP, Verdict.TIMEOUT), (DEAF, Verdict.TIMEOUT),
])  # fmt: skip
def test_a_test_that_expects_any_exception_is_not_fooled(
    graded: Any, own_test: Any, body: str, verdict: Verdict
) -> None:
    own_test("try:\n        answer(1)\n    except Exception:\n        pass")
    result = graded(START, inside("answer", body), SCALE, timeout=1)
    assert scores(result) == {"q1": 4, "q2": 0, "q3": 0, "q4": 0}
    assert result.status is verdict


BEGINS_TO_ANSWER = """
import os, stat, struct, time
def double(x):
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.write(number, struct.pack('<IQ', 100, 0))
        except OSError:
            pass
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass
"""


def test_an_answer_that_was_on_its_way_when_the_time_was_up_is_called_that(graded: Any) -> None:
    """Nobody knows that the learner's code took long: its answer may be large."""
    result = graded(START, BEGINS_TO_ANSWER, "grader.check('q3')", timeout=1.5)
    assert result.status is Verdict.TIMEOUT
    assert result.reason == "q3: the answer took too long to come over when a test used it."
    assert "took longer than 1.5 s to come over" in messages(result, "q3")[0]
