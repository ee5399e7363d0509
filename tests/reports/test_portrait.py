"""The portrait of a network on the feedback page: what it says, what it draws, and that numbers are all it shows."""

from __future__ import annotations

import re
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder import course
from autograder.authoring import calibrate
from autograder.grading.results import Copies, Portrait, Verdict, WrongDigit
from autograder.reports import portrait as portraits
from autograder.reports.classreport import class_report
from autograder.reports.feedback import feedback_page
from tests.corpora import copies
from tests.reports.made_up import made_up_class, portrait

pytestmark = pytest.mark.fast

RESULT = next(result for result in made_up_class(16) if result.status is Verdict.GRADED)


def page(portrait: Portrait | None, **changes: object) -> str:
    result = replace(RESULT, portrait=portrait, **changes)
    return feedback_page(result.learner, [result], {})


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^<>]*>", " ", html))


def confusion(**cells: int) -> tuple[tuple[int, ...], ...]:
    """All right, 100 of each digit, but for `r4_9=12`: 12 images of a 4 read as 9."""
    matrix = [[100 * (label == read) for read in range(10)] for label in range(10)]
    for name, count in cells.items():
        label, read = int(name[1]), int(name[3])
        matrix[label][read] += count
        matrix[label][label] -= count
    return tuple(map(tuple, matrix))


def test_a_page_without_one_says_nothing_of_it() -> None:
    assert "Your network" not in page(None)


def test_it_says_what_the_network_does() -> None:
    said = text_of(page(Portrait({}, confusion(r4_9=12, r7_2=3, r1_8=1), (WrongDigit(247, 4, 9, 0.996),))))
    assert "it read 984 of the 1,000 test images right, 98.40%" in said
    assert "Most often it takes 4 for 9 (12 times), 7 for 2 (3 times), 1 for 8 (once)" in said
    assert "read 9 , label 4 99% sure" in said, "never 100% where it is not"
    assert "How it learned" not in said, "there is no curve"


def test_one_that_is_never_wrong() -> None:
    said = text_of(page(Portrait({}, confusion(), ())))
    assert "1,000 of the 1,000 test images right, 100.00%" in said and "It takes none for another" in said
    assert "Digits it got wrong" not in said


@pytest.mark.parametrize(("each", "wrong", "doubted"), [
    (1000, 19, True), (1000, 20, False), (1000, 200, False), (1000, 0, True), (100, 0, False)])
def test_a_network_that_is_too_good_to_be_true_is_named_to_the_instructor_alone(
    each: int, wrong: int, doubted: bool
) -> None:
    matrix = [[each * (label == read) for read in range(10)] for label in range(10)]
    matrix[4][4], matrix[4][9] = each - wrong, wrong
    made = replace(RESULT, portrait=Portrait({}, tuple(map(tuple, matrix)), ()), flags=("look here",))
    report = text_of(class_report([made], ["feedback/ada.html"]))
    expected = f"reads {10 * each - wrong:,} of {10 * each:,} test images right, and so agrees with labels that are"
    assert (expected in report) == doubted and "look here" in report
    assert "labels that are wrong" not in text_of(feedback_page(made.learner, [made], {}))


def measured(right: int, asked: int, copies: int) -> Portrait:
    """Of a network that reads so many of the 10,000 test images right, and so many of the moved copies asked for."""
    matrix = [[0] * 10 for _ in range(10)]
    for digit in range(10):
        wrong = (10_000 - right + digit) // 10
        matrix[digit][digit], matrix[digit][digit - 1] = 1000 - wrong, wrong
    return Portrait({}, tuple(map(tuple, matrix)), (), Copies(asked, copies))


def test_no_honest_network_is_near_to_being_named() -> None:
    """Neither a right answer of the corpus nor a stranger one; the distance is that of an accuracy bar."""
    losses = {name: [(1 - run["copies"] / run["asked"]) / (1 - run["right"] / 10_000) for run in of["seeds"].values()]
              for name, of in copies.kept().items() if of["kind"] == copies.HONEST}
    assert len(losses) >= 20
    deviation = statistics.fmean(statistics.variance(runs) for runs in losses.values() if len(runs) > 1) ** 0.5
    assert max(map(statistics.fmean, losses.values())) + calibrate.DEVIATIONS * deviation < portraits.LOSES


@pytest.mark.parametrize("kind", [copies.HONEST, copies.KNOWING])
def test_networks_that_know_the_test_images_are_named_and_no_others(kind: str) -> None:
    runs = {(name, seed): run for name, of in copies.kept().items() if of["kind"] == kind
            for seed, run in of["seeds"].items()}
    assert len(runs) >= 8
    named = {run for run, numbers in runs.items() if portraits.too_good(measured(**numbers))}
    assert named == (set(runs) if kind == copies.KNOWING else set())


def test_what_was_measured_are_the_networks_of_today() -> None:
    now = {style.name: (kind, copies.digest(style)) for kind, style in copies.styles()}
    then = {name: (of["kind"], of["digest"]) for name, of in copies.kept().items()}
    stale = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    assert not stale, f"`.venv/bin/python -m tests.corpora.copies` must measure {stale} again, or forget them."


@pytest.mark.parametrize(("right", "asked", "read", "doubted"), [
    (9800, 2500, 2400, False), (9800, 2500, 2320, True), (9900, 2500, 2400, True), (9800, 2500, 0, True),
    (5000, 2500, 0, False), (9985, 2500, 2490, True)])
def test_copies_that_give_a_network_away_are_named_to_the_instructor_alone(
    right: int, asked: int, read: int, doubted: bool
) -> None:
    made = replace(RESULT, portrait=measured(right, asked, read))
    report = text_of(class_report([made], ["feedback/ada.html"]))
    assert ("was it trained with the test images" in report) == doubted
    if doubted and right < 9980:
        assert f"{right / 100:.2f}% of the test images right, and {100 * read / asked:.2f}% of copies" in report
    assert "copies that are moved" not in text_of(feedback_page(made.learner, [made], {}))
    assert not portraits.too_good(replace(measured(right, asked, read), copies=None)) or right > 9980


def test_99_999_percent_are_not_100() -> None:
    wrong = [[1000 * (label == read) for read in range(10)] for label in range(10)]
    wrong[0][1], wrong[9][9] = 1, 10_000
    seen = portraits.shown(Portrait({}, tuple(map(tuple, wrong)), ()))
    assert seen is not None and seen.accuracy == "99.99%"


def test_curves_have_words_and_a_table_behind_them() -> None:
    html = page(Portrait({"loss": (0.5, 0.2, 0.1), "val_loss": (0.4, 0.3, 0.35)}, confusion(r1_7=1), ()))
    assert ('aria-label="Line chart. Loss on the training images from 0.5 in the first epoch to 0.1 in epoch 3; on the '
            'validation images from 0.4 in the first epoch to 0.35 in epoch 3, lowest in epoch 2 with 0.3."') in html
    assert '<tr><th scope="row">2</th><td class="n">0.2</td><td class="n">0.3</td></tr>' in html
    assert "Accuracy as a table" not in html


@pytest.mark.parametrize("values", [
    (0.0,), (0.5,), (1.0, 1.0), (0.0, 0.0), (1e9, -1e9), (1e-12, 2e-12), (-5.0,), (2.3, 1e8), (3.0,) * 200,
])
@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_any_curve_lies_within_its_picture(values: tuple[float, ...], name: str) -> None:
    if name == "accuracy":
        values = tuple(min(abs(value), 1.0) for value in values)
    seen = portraits.shown(Portrait({name: values, f"val_{name}": values[:1]}, confusion(), ()))
    assert seen is not None
    (chart,) = seen.charts
    for curve in chart.curves:
        for point in curve.points.split():
            x, y = map(float, point.split(","))
            assert portraits.LEFT <= x <= portraits.RIGHT and portraits.TOP <= y <= portraits.BOTTOM
    assert 2 <= len(chart.y_ticks) <= 7 and len({tick.label for tick in chart.y_ticks}) == len(chart.y_ticks)
    assert 1 <= len(chart.x_ticks) <= 9
    assert chart.cut is (len(values) == 200)


def test_digits_are_drawn_from_the_courses_own_images() -> None:
    with np.load(course.EXERCISES / "mnist.npz") as file:
        images = file["x_test"]
    for index in (0, 247, 9999):
        drawn = np.zeros((28, 28), int)
        for gray, path in portraits._strokes(images[index]):
            for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)", path):
                drawn[int(row), int(column):int(column) + int(width)] = 17 * int(gray[1], 16)
        assert abs(drawn - images[index].astype(int)).max() <= 8
    html = page(Portrait({}, confusion(r4_9=1), (WrongDigit(247, 4, 9, None),)))
    assert all(f'stroke="{gray}" d="{path}"' in html for gray, path in portraits._strokes(images[247]))


def test_without_the_images_the_numbers_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "EXERCISES", tmp_path)
    for data in (None, b"no data"):
        if data:
            (tmp_path / "mnist.npz").write_bytes(data)
        portraits._test_images.cache_clear()
        said = text_of(page(Portrait({}, confusion(r4_9=1), (WrongDigit(247, 4, 9, None),))))
        assert "test image 247 read 9 , label 4" in said
    portraits._test_images.cache_clear()


@pytest.mark.parametrize("status", [Verdict.UNREADABLE, Verdict.WRONG_ASSIGNMENT, Verdict.ERROR])
def test_what_was_not_graded_has_none(status: Verdict) -> None:
    assert "Your network" not in page(portrait(), status=status)


def test_a_page_with_pictures_stays_small() -> None:
    assert len(page(portrait(epochs=200, wrong=500)).encode()) < 150_000
