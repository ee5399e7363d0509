"""A drawing becomes an image exactly as MNIST's digits did, and the image a PNG file."""

from __future__ import annotations

import base64
import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.demo.handwriting import DIGITS

pytestmark = pytest.mark.browser

SIZE = 280

DRAW = """(drawings) => {
    const text = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return drawings.map(([lines, radius]) => {
        const bitmap = new ReadingDigits.Bitmap(280);
        for (const line of lines) bitmap.stroke(...line, radius);
        return { ink: text(bitmap.ink), image: text(ReadingDigits.likeMnist(bitmap)),
                 box: [bitmap.top, bitmap.bottom, bitmap.left, bitmap.right] };
    });
}"""


def pixels_of(text: str, size: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(size, size)


def like_mnist(ink: np.ndarray) -> np.ndarray:
    """MNIST's steps in NumPy, in whole numbers, as Yadav and Bottou (2019) found them.

    ink: 0 or 1, shape (height, width). Returns uint8, shape (28, 28).
    """
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    digit = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].astype(np.int64)
    height, width = digit.shape
    side = max(height, width)
    square = np.zeros((side, side), np.int64)
    top, left = (side - height) // 2, (side - width) // 2
    square[top:top + height, left:left + width] = digit
    # How much of the square's pixel i lies in the small pixel t, in units of 1/20 pixel.
    t, i = np.arange(20)[:, None], np.arange(side)[None, :]
    shared = np.clip(np.minimum(20 * i + 20, side * (t + 1)) - np.maximum(20 * i, side * t), 0, None)
    covered = shared @ square @ shared.T
    small = (510 * covered + covered.max()) // (2 * covered.max())
    mass = small.sum()
    centers = 2 * np.arange(20) + 1
    down = (30 * mass - (small.sum(1) * centers).sum()) // (2 * mass)
    across = (30 * mass - (small.sum(0) * centers).sum()) // (2 * mass)
    wide = np.zeros((68, 68), np.uint8)
    wide[20 + down:40 + down, 20 + across:40 + across] = small
    return wide[20:48, 20:48]


def lines_of(strokes, scale=2.2, x=30.0, y=30.0):
    return [
        [x + scale * x0, y + scale * y0, x + scale * x1, y + scale * y1]
        for stroke in strokes
        for (x0, y0), (x1, y1) in pairwise(stroke)
    ]


def drawings():
    """Digits, and what nobody would call one: dots, scribbles, ink beyond every edge."""
    rng = np.random.default_rng(7)
    for digit, strokes in DIGITS.items():
        yield f"digit {digit}", lines_of(strokes), 12
        yield f"small {digit}", lines_of(strokes, 0.5, 170, 40), 7
    yield "dot", [[100, 120, 100, 120]], 12
    yield "one pixel", [[100.5, 120.5, 100.5, 120.5]], 0.4
    yield "all over", [[140, 140, 140, 140]], 300
    yield "corner", [[0, 0, 0, 0]], 12
    yield "flat line", [[20, 100, 260, 100]], 1
    yield "dot and far ink", [[10, 10, 10, 10], [270, 260, 272, 262]], 12
    for k in range(20):
        lines = rng.uniform(-20, 300, (rng.integers(1, 9), 4)).round(2).tolist()
        yield f"scribble {k}", lines, rng.uniform(2, 25)


@pytest.fixture(scope="module")
def page(browser, site):
    page = browser.new_page()
    page.goto(f"{site.as_uri()}/draw-light.html")
    yield page
    page.close()


@pytest.fixture(scope="module")
def drawn(page) -> dict[str, dict]:
    """Each drawing's ink, box and image, as the page has them."""
    names, lines, radii = zip(*drawings(), strict=True)
    return dict(zip(names, page.evaluate(DRAW, list(zip(lines, radii, strict=True))), strict=True))


@pytest.mark.parametrize("name", [name for name, _, _ in drawings()])
def test_drawing_becomes_an_image_as_mnist_made_them(drawn, name):
    got = drawn[name]
    ink = pixels_of(got["ink"], SIZE)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert got["box"] == [rows[0], rows[-1], columns[0], columns[-1]]
    np.testing.assert_array_equal(pixels_of(got["image"], 28), like_mnist(ink))


def test_pen_inks_what_lies_within_its_radius(page):
    x0, y0, x1, y1, radius = 60.3, 80.7, 203.1, 149.2, 12
    [got] = page.evaluate(DRAW, [[[[x0, y0, x1, y1]], radius]])
    ink = pixels_of(got["ink"], SIZE)
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
    distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
    np.testing.assert_array_equal(ink == 1, distance <= radius)


def test_recipe_has_the_marks_of_mnist_itself(mnist):
    """What the recipe promises holds for MNIST's own images, so it is MNIST's recipe."""
    images = mnist["x_train"][:5000].astype(float)
    rows, columns = images.any(2), images.any(1)
    extent = [28 - mask.argmax(1) - mask[:, ::-1].argmax(1) for mask in (rows, columns)]
    assert (np.maximum(*extent) == 20).mean() > 0.999  # fitted into 20 x 20
    assert (images.max((1, 2)) >= 254).all()  # the brightest pixel is white
    for axis in (1, 2):  # the center of mass in the pixel from 14 to 15, counted from the edge
        center = (images.sum(axis) * (np.arange(28) + 0.5)).sum(1) / images.sum((1, 2))
        assert (np.abs(center - 14.5) <= 0.505).all()


def test_mnist_digit_drawn_large_becomes_nearly_itself_again(mnist):
    """The gray rim is lost in black and white, which moves outlines a little; the ink stays where it was."""
    overlaps = []
    for image in mnist["x_test"][:200]:
        again = like_mnist((image > 127).repeat(10, 0).repeat(10, 1))
        overlaps.append(np.minimum(again, image).sum() / np.maximum(again, image).sum())
    assert np.median(overlaps) > 0.7
    assert np.quantile(overlaps, 0.05) > 0.45


def test_png_is_grayscale_and_keeps_every_level(page):
    pixels = np.random.default_rng(3).integers(0, 256, (28, 28), dtype=np.uint8)
    data = page.evaluate(
        "(pixels) => [...ReadingDigits.png(Uint8Array.from(pixels), 28, 28)]", pixels.ravel().tolist())
    with Image.open(io.BytesIO(bytes(data))) as image:
        image.verify()  # checksums
    with Image.open(io.BytesIO(bytes(data))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))
        np.testing.assert_array_equal(np.asarray(image), pixels)
