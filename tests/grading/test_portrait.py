"""The portrait of a learner's network: made for an honest notebook; for a hostile one absent, and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import course
from autograder.grading import bundle, submission
from autograder.grading.portrait import NoPortraitError, moved, summarize
from autograder.grading.results import (
    MAX_EPOCHS,
    MAX_WRONG,
    Copies,
    Portrait,
    SubmissionResult,
    Verdict,
    WrongDigit,
)
from autograder.submissions.notebook import Cell
from autograder.submissions.read import Submission
from tests.grading.conftest import NAME, POINTS, SOLUTION, scores

PORTRAIT = """\
import numpy as np


def portrait(predict, history):
    labels = np.arange(200) % 10
    return {"history": history, "answers": predict(labels), "labels": labels}
"""

COPIES = """\
import numpy as np


def portrait(predict, history):
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 10
    images = np.zeros((200, 28, 28), "uint8")
    images[np.arange(200), 14, 10 + labels] = rng.integers(200, 256, 200)
    return {"history": history, "answers": predict(images), "labels": labels, "read": predict, "images": images}
"""
BRIGHTEST = """\
import numpy as np
def predict(images):
    place = np.asarray(images).reshape(len(images), -1).argmax(axis=1)
    return np.eye(10)[(place % 28 - 10) % 10]"""

HISTORY = "history = {'loss': [0.5, 0.25], 'val_acc': [0.9, 0.95], 'lr': [1.0, 1.0]}"
PREDICT = """\
import numpy as np
def predict(labels):
    answers = np.full((len(labels), 10), 0.01)
    answers[np.arange(len(labels)), labels] = 0.91
    answers[[5, 17]] = answers[[6, 18]]
    answers[29] = [0.4, 0.6] + 8 * [0]
    return answers"""
LOOP = "while True:\n        pass"
DEAF = """\
while True:
        try:
            while True:
                pass
        except BaseException:
            pass"""


def write(text: str) -> None:
    (course.BUILD / NAME / "portrait.py").write_text(text)


@pytest.fixture
def drawn(tiny_course: Path, sample: Any, engine: Any) -> Iterator[Any]:
    """Grades the solution with more cells at its end; the exercise has a portrait."""
    write(PORTRAIT)

    def run(*cells: str, timeout: float = 30) -> SubmissionResult:
        handed_in = Submission("alice", "alice.ipynb", NAME, tuple(Cell(source) for source in (*SOLUTION, *cells)))
        limits = submission.RunLimits(timeout, 4096)
        return submission.grade(handed_in, bundle.bundle(sample), engine, limits)

    yield run
    (course.BUILD / NAME / "portrait.py").unlink()


def harmless(result: SubmissionResult) -> None:
    assert scores(result) == POINTS
    assert (result.status, result.reason, result.flags) == (Verdict.GRADED, "", ())


def test_an_honest_notebook_has_one(drawn: Any) -> None:
    result = drawn(HISTORY, PREDICT)
    harmless(result)
    assert result.portrait.curves == {"loss": (0.5, 0.25), "val_accuracy": (0.9, 0.95)}
    assert [result.portrait.confusion[k][k] for k in range(10)] == [20, 20, 20, 20, 20, 19, 20, 19, 20, 19]
    assert result.portrait.confusion[9][1] == 1
    assert result.portrait.wrong == (WrongDigit(5, 5, 6, 0.91), WrongDigit(17, 7, 8, 0.91), WrongDigit(29, 9, 1, 0.6))


def test_moved_copies_are_asked_for(drawn: Any) -> None:
    write(COPIES)
    result = drawn(HISTORY, BRIGHTEST)
    harmless(result)
    assert sum(result.portrait.confusion[k][k] for k in range(10)) == 200
    assert result.portrait.copies.asked == 200
    assert 40 < result.portrait.copies.right < 100, "a third moves up or down: within 30 degrees its column stays"
    assert drawn(HISTORY, BRIGHTEST).portrait == result.portrait, "the directions are the same each time"


@pytest.mark.parametrize("answer", ["raise ValueError('no')", "return None", "return np.ones((len(images), 9))",
                                    "return np.full((len(images), 10), 'x')", "import os; os._exit(1)"])
def test_copies_without_an_answer_are_not_read(drawn: Any, answer: str) -> None:
    write(COPIES)
    result = drawn(HISTORY, f"{BRIGHTEST}\nknown, first = predict, []\ndef predict(images):\n    if first:\n"
                            f"        {answer}\n    first.append(1)\n    return known(images)")
    harmless(result)
    assert result.portrait.copies == Copies(200, 0)


def test_copies_that_take_too_long_are_no_reason_to_look(drawn: Any) -> None:
    write(COPIES)
    result = drawn(HISTORY, f"{BRIGHTEST}\nknown, first = predict, []\ndef predict(images):\n    if first:\n"
                            "        while True: pass\n    first.append(1)\n    return known(images)", timeout=3)
    harmless(result)
    assert result.portrait is not None and result.portrait.copies is None


def test_an_exercise_without_the_cell_has_none(graded: Any) -> None:
    assert graded(*SOLUTION, HISTORY, PREDICT).portrait is None


def test_it_shows_the_network_as_the_notebook_left_it(drawn: Any) -> None:
    assert drawn(HISTORY, PREDICT, "_p = predict\ndef predict(x): return _p(x)[:, ::-1]").portrait.confusion[0][9] == 20


def test_why_there_is_none_is_in_the_log(drawn: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "autograder"):
        result = drawn(HISTORY, "def predict(x):\n    raise ValueError('<b>\\x1b[31mno')")
    harmless(result)
    assert result.portrait is None
    assert "No portrait of alice.ipynb by alice: ValueError: <b>no" in caplog.text


@pytest.mark.parametrize(("history", "curves"), [
    ("{'loss': [0.5] * 100_000, 'accuracy': [1.0] * 100_000}", {"loss": MAX_EPOCHS, "accuracy": MAX_EPOCHS}),
    ("{'loss': [1.0, float('nan'), 2.0], 'accuracy': [float('inf')], 'val_loss': [10 ** 400]}", {"loss": 1}),
    ("{'<script>alert(1)</script>': [1.0], 'loss': ['<b>'], 'accuracy': [7.0], 'val_accuracy': [-1.0]}", {}),
    ("{'loss': [True], 'val_loss': [[1.0]], 'accuracy': {'a': 1}, 'val_accuracy': [None]}", {}),
    ("{str(n): [1.0] for n in range(5000)}", {}),
    ("'<script>'", {}),
    ("[1.0, 2.0]", {}),
    ("{1: [2.0], None: [3.0], ('loss',): [1.0]}", {}),
])  # fmt: skip
def test_a_hostile_history_shows_nothing_but_numbers(drawn: Any, history: str, curves: dict[str, int]) -> None:
    result = drawn(f"history = {history}", PREDICT)
    harmless(result)
    assert {name: len(curve) for name, curve in result.portrait.curves.items()} == curves
    assert "<" not in json.dumps(result.to_json()["portrait"])


@pytest.mark.parametrize("answers", [
    "None", "'<script>'", "np.full((200, 10), np.nan)", "np.full((200, 10), np.inf)", "np.full((200, 9), 0.1)",
    "np.full((201, 10), 0.1)", "np.full((200, 10), '<b>')", "np.full((200, 10), 1j)", "[[0.1] * 10] * 200",
    "np.array(3.0)", "np.zeros((0, 10))", "(x for x in [1])", "np.broadcast_to(0.1, (1 << 40, 10))", "...",
])  # fmt: skip
def test_hostile_answers_make_none(drawn: Any, answers: str) -> None:
    result = drawn(HISTORY, f"import numpy as np\ndef predict(x):\n    return {answers}")
    harmless(result)
    assert result.portrait is None


@pytest.mark.parametrize("body", [
    LOOP, DEAF, "import os; os._exit(0)", "raise SystemExit", "return predict(labels)",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "return bytearray(10 ** 11)",
    "while True:\n        grader.check('q1')",
])  # fmt: skip
def test_what_predict_does_costs_nothing(drawn: Any, body: str) -> None:
    result = drawn(HISTORY, f"def predict(labels):\n    {body}", timeout=3)
    harmless(result)
    assert result.portrait is None
    assert result.seconds < 30


def test_no_score_changes_while_it_is_made(drawn: Any) -> None:
    result = drawn(HISTORY, f"{PREDICT}\nright = predict\ndef predict(x):\n    global scale, answer\n"
                            "    scale = answer = 0\n    grader.check('q1')\n    return right(x)")
    harmless(result)


def test_nothing_is_drawn_of_a_notebook_without_a_network(drawn: Any) -> None:
    result = drawn("pass")
    harmless(result)
    assert result.portrait is None


@pytest.mark.parametrize("body", [
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "import os; os._exit(3)",
    "import time; time.sleep(60)",
    # A long computation in C: no Python runs, not even the handler of the alarm.
    "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]); time.sleep(60)",
])  # fmt: skip
def test_whatever_the_answers_do_to_the_checker_costs_nothing(
    drawn: Any, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(submission, "CHILD_SILENCE", 6)
    write(f"def portrait(predict):\n    {body}\n")
    result = drawn(PREDICT, timeout=1)
    harmless(result)
    assert result.portrait is None


@pytest.mark.fast
class TestData:
    def test_it_is_part_of_what_grading_depends_on(self, sample: Any, tmp_path: Path) -> None:
        without = bundle.bundle(sample)
        assert without.portrait is None
        digests = {without.digest}
        try:
            for text in (PORTRAIT, PORTRAIT + "# changed\n"):
                write(text)
                digests.add(bundle.bundle(sample).digest)
            there = bundle.unpack(bundle.pack(bundle.bundle(sample)), tmp_path / "there")
            assert there.portrait is not None and there.portrait.read_text() == PORTRAIT + "# changed\n"
        finally:
            sample.portrait.unlink()
        assert len(digests) == 3
        assert bundle.unpack(bundle.pack(without), tmp_path / "without").portrait is None

    def test_it_comes_back_as_it_went_into_json(self) -> None:
        answers = np.random.default_rng(0).dirichlet(np.ones(10), size=300)
        portrait = summarize({"loss": [1.0, 0.5]}, answers, np.arange(300) % 10)
        assert len(portrait.wrong) == MAX_WRONG
        sureness = [digit.sureness for digit in portrait.wrong]
        assert sureness == sorted(sureness, reverse=True)
        result = SubmissionResult("a", "a.ipynb", NAME, Verdict.GRADED, "", (), portrait=portrait)
        stored = json.dumps(result.to_json(), allow_nan=False)
        assert SubmissionResult.from_json(json.loads(stored)) == result

    def test_moved_by_a_pixel_in_a_direction_of_its_own(self) -> None:
        images = np.zeros((500, 28, 28), "uint8")
        images[:, 10:14, 12:17] = 200
        copies = moved(images, seed=1)
        assert copies.dtype == np.uint8 and copies.shape == images.shape
        assert np.array_equal(moved(images, 1), copies) and not np.array_equal(moved(images, 2), copies)
        weights = copies / copies.sum(axis=(1, 2), keepdims=True)
        steps = np.stack([(weights * grid).sum(axis=(1, 2)) for grid in np.mgrid[:28, :28]]) - [[11.5], [14.0]]
        assert np.allclose(np.hypot(*steps), 1, atol=0.02)
        assert len({image.tobytes() for image in copies}) > 400 and abs(steps.mean(axis=1)).max() < 0.15

    def test_a_portrait_from_before_there_were_copies_still_loads(self) -> None:
        old = asdict(Portrait({}, ((0,) * 10,) * 10, (), Copies(10, 9)))
        assert Portrait.from_json(json.loads(json.dumps(old))).copies == Copies(10, 9)
        del old["copies"]
        assert Portrait.from_json(old).copies is None

    def test_a_result_from_before_there_were_portraits_still_loads(self) -> None:
        result = SubmissionResult("a", "a.ipynb", NAME, Verdict.GRADED, "", ())
        old = result.to_json()
        del old["portrait"]
        assert SubmissionResult.from_json(old) == result

    def test_without_probabilities_nobody_says_how_sure(self) -> None:
        logits = np.tile(np.arange(10.0), (3, 1))
        assert [d.sureness for d in summarize({}, logits, np.array([9, 1, 2])).wrong] == [None, None]

    @pytest.mark.parametrize("answers", [np.array([[1e308] * 10]), np.array([["x"] * 10], object)])
    def test_answers_that_cannot_be_counted(self, answers: np.ndarray) -> None:
        if answers.dtype == object:
            with pytest.raises(NoPortraitError):
                summarize({}, answers, np.array([1]))
        else:
            assert summarize({}, answers, np.array([1])).wrong[0].sureness is None

    @pytest.mark.parametrize("change", [
        {"curves": {"<b>": (1.0,)}}, {"curves": {"loss": ()}}, {"curves": {"loss": (1.0,) * (MAX_EPOCHS + 1)}},
        {"curves": {"loss": (float("nan"),)}}, {"curves": {"loss": ("<b>",)}}, {"curves": {"accuracy": (1.5,)}},
        {"curves": {"loss": (float("inf"),)}}, {"confusion": ((0,) * 10,) * 9}, {"confusion": ((0,) * 9,) * 10},
        {"confusion": ((-1,) * 10,) * 10}, {"confusion": ((0.5,) * 10,) * 10}, {"confusion": (("<b>",) * 10,) * 10},
        {"wrong": (WrongDigit(0, 1, 2, None),) * (MAX_WRONG + 1)},
    ])  # fmt: skip
    def test_what_is_impossible_is_refused_wherever_it_comes_from(self, change: dict[str, Any]) -> None:
        honest = Portrait({"loss": (1.0,)}, ((0,) * 10,) * 10, ())
        with pytest.raises(ValueError, match="impossible"):
            replace(honest, **change)
        with pytest.raises(ValueError, match="impossible"):
            Portrait.from_json(asdict(honest) | json.loads(json.dumps(
                {key: [asdict(d) for d in value] if key == "wrong" else value for key, value in change.items()})))

    @pytest.mark.parametrize("values", [(0, 0), (10_001, 1), (10, 11), (10, -1), (10, 0.5), ("10", 1), (True, 1)])
    def test_copies_that_cannot_be_are_refused(self, values: tuple[Any, ...]) -> None:
        with pytest.raises(ValueError, match="impossible"):
            Copies(*values)

    @pytest.mark.parametrize("values", [
        (-1, 0, 0, None), (10_000, 0, 0, None), ("0", 0, 0, None), (0, 10, 0, None), (0, 0, "<b>", None),
        (0, 0, 0, 1.01), (0, 0, 0, float("nan")), (0, 0, 0, "<b>"), (True, 0, 0, None),
    ])  # fmt: skip
    def test_a_digit_that_cannot_be_is_refused(self, values: tuple[Any, ...]) -> None:
        with pytest.raises(ValueError, match="impossible"):
            WrongDigit(*values)
