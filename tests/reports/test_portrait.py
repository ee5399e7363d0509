"""The portrait of a network on the feedback page: what it says, what it draws, and that numbers are all it shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder import course
from autograder.grading.results import Portrait, Verdict, WrongDigit
from autograder.reports import portrait as portraits
from autograder.reports.classreport import class_report
from autograder.reports.feedback import feedback_page
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
