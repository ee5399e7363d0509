"""The live demo, used as readers use it: by mouse, by finger, by keyboard, by ear."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.demo.handwriting import DIGITS, SEVEN_BY_KEYBOARD, Stroke
from tests.demo.test_image import lines_of

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
STATUS = "#rd-status"
LIVE = "#rd-status + [role=status]"
"""What screen readers read aloud; `STATUS` is for the eye."""


def on_pad(page: Page, stroke: Stroke, size: float = 1) -> list[tuple[float, float]]:
    """The points of a stroke, which lie in a box of 100 x 100, as places on the screen."""
    box = page.locator("#rd-pad").bounding_box()
    part = box["width"] / 280
    return [(box["x"] + part * (30 + 2.2 * size * x), box["y"] + part * (30 + 2.2 * size * y)) for x, y in stroke]


def draw_by_mouse(page: Page, strokes: list[Stroke], size: float = 1) -> None:
    for stroke in strokes:
        first, *others = on_pad(page, stroke, size)
        page.mouse.move(*first)
        page.mouse.down()
        for point in others:
            page.mouse.move(*point)
        page.mouse.up()


def answer(page: Page) -> str:
    """The digit that is marked as the most probable, after the next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator(".rd-best th").inner_text() if page.locator(".rd-best").count() else ""


def image(page: Page) -> np.ndarray:
    """What the page shows as the network's input: uint8, shape (28, 28)."""
    levels = page.evaluate(
        """() => {
            const copy = new OffscreenCanvas(28, 28).getContext("2d", { willReadFrequently: true });
            copy.drawImage(document.getElementById("rd-image"), 0, 0);
            return [...copy.getImageData(0, 0, 28, 28).data];
        }""")
    return np.array(levels, np.uint8).reshape(28, 28, 4)[:, :, 0]


def probabilities(packed: dict, images: np.ndarray) -> np.ndarray:
    """What the network in the page answers to gray levels of shape (n, 28, 28): float64, shape (n, 10)."""
    values = images.reshape(len(images), 784) / 255
    for number, layer in enumerate(packed["network"]["layers"]):
        weights = np.frombuffer(base64.urlsafe_b64decode(layer["weights"]), np.int8).reshape(layer["inputs"], -1)
        values = (np.maximum(values, 0) if number else values) @ (weights * np.array(layer["scales"])) + layer["bias"]
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# --- Drawing ------------------------------------------------------------------------------------------------


def test_digits_drawn_by_mouse_are_read(visit, mnist):
    """All ten are read; and the pen is as thick, beside the digit, as MNIST's writers had it."""
    page = visit("draw-light.html").page
    ranks = []
    for digit, strokes in DIGITS.items():
        draw_by_mouse(page, strokes)
        assert answer(page) == str(digit)
        ink = mnist["x_train"][mnist["y_train"] == digit].mean(axis=(1, 2))
        ranks.append((ink < image(page).mean()).mean())
        page.locator("#rd-clear").click()
        assert answer(page) == ""
    assert 0.25 < np.median(ranks) < 0.75  # where the drawn digits stand among MNIST's, by their ink


def test_works_over_http(visit, http_address):
    page = visit("draw-light.html", http_address).page
    draw_by_mouse(page, DIGITS[3])
    assert answer(page) == "3"


def test_digits_of_many_sizes_and_places_are_read(visit):
    """Size, place and slant matter little: of every digit, nine in ten variants are read right."""
    page = visit("draw-light.html").page
    rng = np.random.default_rng(5)
    for digit, strokes in DIGITS.items():
        right = 0
        for _ in range(20):
            slant, wide, tall = rng.uniform(-0.12, 0.2), rng.uniform(0.8, 1.1), rng.uniform(1.3, 2.4)
            bent = [[(wide * x - slant * (y - 50), y) for x, y in stroke] for stroke in strokes]
            lines = lines_of(bent, tall, rng.uniform(5, 60), rng.uniform(5, 30))
            right += digit == page.evaluate(
                """(lines) => {
                    const drawing = new ReadingDigits.Drawing(280);
                    for (const line of lines) drawing.add(line);
                    const layers = ReadingDigits.unpack(ReadingDigits.network);
                    const { probabilities } = ReadingDigits.forward(layers, ReadingDigits.likeMnist(drawing.bitmap));
                    return probabilities.indexOf(Math.max(...probabilities));
                }""", lines)
        assert right >= 18, f"{digit}: {right} of 20"


def read_at(page: Page, size: float, pen: float | None) -> int:
    """How many of the ten digits are read when drawn at this size; with a pen of a fixed radius, or the pad's own."""
    drawings = [lines_of(strokes, 2.2 * size, 20, 20) for strokes in DIGITS.values()]
    answers = page.evaluate(
        """([drawings, pen]) => drawings.map((lines) => {
            const drawing = new ReadingDigits.Drawing(280);
            for (const line of lines) pen ? drawing.bitmap.stroke(...line, pen) : drawing.add(line);
            const layers = ReadingDigits.unpack(ReadingDigits.network);
            const { probabilities } = ReadingDigits.forward(layers, ReadingDigits.likeMnist(drawing.bitmap));
            return probabilities.indexOf(Math.max(...probabilities));
        })""", [drawings, pen])
    return sum(answer == digit for answer, digit in zip(answers, DIGITS, strict=True))


@pytest.mark.parametrize("size", [0.1, 0.2, 0.28, 0.5, 1, 1.15])
def test_the_pen_fits_the_digit_so_that_small_ones_are_read_too(visit, size):
    """Measured beside a pen of fixed width, with which small digits become blobs: that is why the pad's is not."""
    page = visit("draw-light.html").page
    fixed, fitting = read_at(page, size, 12), read_at(page, size, None)
    print(f"size {size}: {fixed} of 10 read with a fixed pen, {fitting} with one that fits")
    assert fitting == 10
    assert fixed <= 6 if size <= 0.28 else fixed == 10


def test_a_small_digit_is_drawn_thin_and_read(visit):
    """By mouse: what the pad shows has the pen that the network's image has."""
    page = visit("draw-light.html").page
    for digit in (2, 3, 8):
        draw_by_mouse(page, DIGITS[digit], 0.28)
        assert answer(page) == str(digit)
        ink = page.evaluate(
            """() => {
                const pad = document.getElementById("rd-pad");
                const copy = new OffscreenCanvas(pad.width, pad.height).getContext("2d", { willReadFrequently: true });
                copy.drawImage(pad, 0, 0);
                const { data } = copy.getImageData(0, 0, pad.width, pad.height);
                let ink = 0;
                for (let k = 0; k < data.length; k += 4) ink += data[k] / 255 / 4;
                return ink;
            }""")  # in pixels of the drawing, four of the canvas
        length = sum(np.hypot(x1 - x0, y1 - y0) for x0, y0, x1, y1 in lines_of(DIGITS[digit], 2.2 * 0.28))
        assert 0.6 < ink / (2 * 4 * length) < 1.4
        page.locator("#rd-clear").click()


def test_the_sentence_never_contradicts_the_bars(visit):
    """At every moment of drawing, clearing and drawing again, not a second and a half later."""
    page = visit("draw-light.html").page
    page.evaluate(
        """() => {
            window.seen = [];
            const look = () => {
                const best = document.querySelector(".rd-best");
                seen.push([best ? best.cells[0].textContent + " (" + best.cells[2].textContent + ")" : "",
                           document.getElementById("rd-status").textContent]);
            };
            new MutationObserver(look).observe(document.getElementById("rd-bars"), { subtree: true, childList: true });
        }""")
    for digit in (3, 8):
        draw_by_mouse(page, DIGITS[digit])
        assert answer(page) == str(digit)
        page.locator("#rd-clear").click()
        assert answer(page) == ""
        assert "reads" not in page.locator(STATUS).inner_text()
    seen = page.evaluate("seen")
    assert len({best for best, _ in seen}) > 10
    assert [(best, said) for best, said in seen if best and f"The network reads {best}" not in said] == []


def test_ink_that_no_digit_has_is_said_and_mnists_digits_are_never_accused(visit, mnist):
    page = visit("draw-light.html").page
    unlike = "none of MNIST's 60,000 training images has {}: this is no digit to it."
    scribble = [(20 + 60 * (k % 2), 20 + 1.5 * k) for k in range(40)]
    two = [[(x / 2 + shift, y) for x, y in stroke] for digit, shift in ((4, 0), (2, 55)) for stroke in DIGITS[digit]]
    for strokes, said in (([[(30, 50)]], "a dot is no digit."), ([scribble], unlike.format("as much ink")),
                          ([[(5, 40), (95, 44)]], unlike.format("as much width for its height")),
                          (two, unlike.format("two parts beside each other, each with a third of the ink"))):
        draw_by_mouse(page, strokes)
        expect(page.locator(STATUS)).to_contain_text(f"The network reads {answer(page)} (")
        expect(page.locator(STATUS)).to_contain_text(f"). But {said}")
        page.locator("#rd-clear").click()
    for strokes in DIGITS.values():
        draw_by_mouse(page, strokes)
        expect(page.locator(STATUS)).to_contain_text("The network reads")
        assert "no digit" not in page.locator(STATUS).inner_text()
        page.locator("#rd-clear").click()
    most_ink, widest, most_beside = page.evaluate(
        "[ReadingDigits.MOST_INK, ReadingDigits.WIDEST, ReadingDigits.MOST_BESIDE]")
    images = mnist["x_train"]
    inks = images.mean(axis=(1, 2))
    rows, columns = (images > 0).any(2), (images > 0).any(1)
    height, width = (28 - mask.argmax(1) - mask[:, ::-1].argmax(1) for mask in (rows, columns))
    assert inks.max() <= most_ink < inks.max() + 0.2
    assert (width / height).max() == pytest.approx(widest)
    ink = images.sum(axis=1, dtype=int)
    left = ink.cumsum(axis=1) / ink.sum(axis=1, keepdims=True)
    beside = np.where(ink == 0, np.minimum(left, 1 - left), 0).max(axis=1)
    assert most_beside - 0.05 < beside.max() < most_beside
    parted = np.argsort(beside)[-20:]
    found = page.evaluate("images => images.map(ReadingDigits.beside)", images[parted].reshape(20, 784).tolist())
    np.testing.assert_allclose(found, beside[parted])


def test_with_forced_colors_the_pad_has_an_edge(visit):
    page = visit("draw-light.html", forced_colors="active").page
    assert page.locator("#rd-pad").evaluate("pad => getComputedStyle(pad).outlineStyle") == "solid"


def test_it_asks_whether_a_digit_is_upside_down_where_the_other_way_up_it_is_all_but_sure(visit, packed, mnist):
    page = visit("draw-light.html").page
    unsure, all_but_sure = page.evaluate("[ReadingDigits.UNSURE, ReadingDigits.ALL_BUT_SURE]")
    asked = []
    for digit, strokes in DIGITS.items():
        draw_by_mouse(page, [[(100 - x, 100 - y) for x, y in stroke] for stroke in strokes])
        answer(page)
        expect(page.locator(STATUS)).to_contain_text("The network reads")
        pixels = image(page)
        upright, turned = probabilities(packed, np.stack([pixels, pixels[::-1, ::-1]]))
        said = page.locator(STATUS).inner_text()
        question = f"The other way up it is a {turned.argmax()} to the network"
        asks = upright.max() <= unsure and turned.max() >= all_but_sure and turned.argmax() != upright.argmax()
        assert (question in said) == ("upside down" in said) == asks
        asked += [(digit, turned.argmax())] if question in said else []
        page.locator("#rd-clear").click()
    assert asked and all(digit == read for digit, read in asked)

    images, labels = mnist["x_held"], mnist["y_held"]
    upright, turned = probabilities(packed, images), probabilities(packed, images[:, ::-1, ::-1])
    another = turned.argmax(1) != upright.argmax(1)
    in_vain = ((upright.max(1) <= unsure) & (turned.max(1) >= all_but_sure) & another).mean()
    rightly = ((turned.max(1) <= unsure) & (upright.max(1) >= all_but_sure) & another)[
        np.isin(labels, [2, 3, 4, 5, 7])].mean()  # fmt: skip
    assert 1 / 400 < in_vain < 1 / 300 and 0.25 < rightly < 0.35  # as image.js says


def test_the_page_links_to_what_such_a_network_gets_wrong(visit):
    page = visit("draw-light.html").page
    expect(page.locator("#rd-about a")).to_have_attribute("href", "judging/11-mistakes.html")


def test_probabilities_move_while_the_pen_is_down(visit):
    page = visit("draw-light.html").page
    first, *others = on_pad(page, DIGITS[3][0])
    page.mouse.move(*first)
    page.mouse.down()
    answers = []
    for point in others:
        page.mouse.move(*point)
        answers.append(answer(page) + page.locator("#rd-bars tr").first.inner_text())
    page.mouse.up()
    assert len(set(answers)) > 5
    shares = page.locator("#rd-bars td:last-child").all_inner_texts()
    assert len(shares) == 10
    assert sum(float(share.strip(">%")) for share in shares) == pytest.approx(100, abs=0.6)


def test_a_finger_draws_and_does_not_scroll(visit):
    page = visit("draw-light.html", **PHONE).page
    client = page.context.new_cdp_session(page)
    for stroke in DIGITS[7]:
        first, *others = on_pad(page, stroke)

        def touch(kind: str, *points: tuple[float, float]) -> None:
            client.send("Input.dispatchTouchEvent",
                        {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

        touch("touchStart", first)
        for (x0, y0), (x1, y1) in zip([first, *others], others, strict=False):
            for part in (0.25, 0.5, 0.75, 1):
                touch("touchMove", (x0 + part * (x1 - x0), y0 + part * (y1 - y0)))
        touch("touchEnd")
    assert answer(page) == "7"
    assert page.evaluate("scrollY") == 0


def test_a_stroke_that_leaves_the_pad_goes_on_at_its_edge(visit):
    page = visit("draw-light.html").page
    box = page.locator("#rd-pad").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 400, steps=5)
    page.mouse.up()
    assert answer(page) == "1"
    page.locator("#rd-clear").click()
    page.locator("#rd-pad").focus()
    for _ in range(30):
        page.keyboard.press("PageUp")
    expect(page.locator(STATUS)).to_have_text("Pen up, row 1, column 28 of 28.")


def test_a_stroke_is_answered_within_a_frame(visit):
    """From the event to the painted numbers, the hidden layer included, in less than 16 ms.

    The bound grows where the machine is slow or busy: by how much a fixed loop takes longer than 25 ms, which
    is what it takes on one quiet core of a server. A stroke takes a tenth of the loop.
    """
    page = visit("draw-light.html").page
    page.locator("summary").first.click()
    stroke, baseline = page.evaluate(
        """() => {
            const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
            const time = (work) => {
                const start = performance.now();
                work();
                return performance.now() - start;
            };
            const loop = () => {
                let sum = 0;
                for (let k = 1; k < 4e6; k++) sum += Math.sqrt(k) / (k + sum);
                return sum;
            };
            window.requestAnimationFrame = (work) => work();
            const pad = document.getElementById("rd-pad");
            pad.setPointerCapture = () => {};
            pad.hasPointerCapture = () => true;
            const box = pad.getBoundingClientRect();
            const send = (kind, k) => pad.dispatchEvent(new PointerEvent(kind, {
                isPrimary: true, button: 0, clientX: box.left + 140 + 100 * Math.sin(k / 7),
                clientY: box.top + 140 + 100 * Math.cos(k / 11) }));
            send("pointerdown", 0);
            const strokes = [], loops = [];
            for (let k = 1; k <= 120; k++) {
                strokes.push(time(() => { send("pointermove", k); document.body.offsetHeight; }));
                if (k % 12 === 0) loops.push(time(loop));
            }
            send("pointerup", 120);
            return [median(strokes), median(loops)];
        }""")
    print(f"stroke {stroke:.2f} ms, baseline {baseline:.2f} ms")
    assert stroke < 16 * max(1, baseline / 25)


# --- Until somebody takes over ------------------------------------------------------------------------------


def pad_changes(page: Page, milliseconds: int) -> bool:
    """Whether what the network gets changes within that time, from where nothing is written."""
    before = image(page)
    page.wait_for_timeout(milliseconds)
    return bool((image(page) != before).any())


def test_digits_are_written_and_read_until_somebody_draws(visit):
    page = visit("draw-light.html").page
    for digit in (5, 2):
        expect(page.locator(STATUS)).to_have_text(re.compile(rf"reads {digit} \(>?99\.9%\)\.$"), timeout=20_000)
        assert answer(page) == str(digit)
    assert page.locator(LIVE).text_content() == "", "nobody asked to have it read aloud"
    draw_by_mouse(page, DIGITS[0])
    assert answer(page) == "0", "on an empty pad"
    expect(page.locator("#rd-play")).to_be_hidden()
    assert not pad_changes(page, 1000)


def test_every_written_digit_is_read_and_leaves_room_for_the_hint(visit):
    page = visit("draw-light.html").page
    written = page.evaluate(
        """() => ReadingDigits.written.map(({ digit, lines }) => {
            const drawing = new ReadingDigits.Drawing(280);
            for (const line of lines) drawing.add(line);
            const layers = ReadingDigits.unpack(ReadingDigits.network);
            const { probabilities } = ReadingDigits.forward(layers, ReadingDigits.likeMnist(drawing.bitmap));
            return [digit, probabilities, drawing.bitmap.bottom];
        })""")
    assert len(written) >= 5
    for digit, probabilities, bottom in written:
        assert probabilities[digit] > 0.99, digit
        assert bottom < 240


@pytest.mark.parametrize("how", ["#rd-clear", "#rd-hard", "#rd-save", "Space", "ArrowUp", "Delete"])
def test_everything_that_is_done_takes_over(visit, how):
    page = visit("draw-light.html").page
    expect(page.locator(STATUS)).to_contain_text("The network reads 5", timeout=20_000)
    if how.startswith("#"):
        page.locator(how).click()
    else:
        page.locator("#rd-pad").press(how)
    expect(page.locator("#rd-play")).to_be_hidden()
    assert page.locator(".rd-writing").count() == 0
    assert (answer(page) == "") == (how not in ("#rd-hard", "Space"))
    assert not pad_changes(page, 700)


def test_writing_can_be_paused_by_keyboard(visit):
    page = visit("draw-light.html").page
    assert pad_changes(page, 700)
    page.locator("#rd-play").press("Enter")
    expect(page.locator("#rd-play")).to_have_text("Play")
    assert not pad_changes(page, 700)
    page.locator("#rd-play").press("Enter")
    expect(page.locator("#rd-play")).to_have_text("Pause")
    assert pad_changes(page, 4000)


def test_with_reduced_motion_a_written_digit_stands_still_until_play(visit):
    page = visit("draw-light.html", reduced_motion="reduce").page
    expect(page.locator(STATUS)).to_contain_text("The network reads 5 (>99.9%)")
    assert not pad_changes(page, 4000)
    page.get_by_role("button", name="Play").click()
    expect(page.locator(STATUS)).to_contain_text("The network reads 2 (99.9%)", timeout=20_000)


def test_nothing_is_written_out_of_sight(visit):
    page = visit("draw-light.html", viewport={"width": 1000, "height": 300}).page
    assert pad_changes(page, 700)
    page.evaluate("document.body.style.paddingBottom = '2000px'; scrollTo(0, 2000)")
    page.wait_for_timeout(300)
    assert not pad_changes(page, 700)


# --- Keyboard and screen reader -----------------------------------------------------------------------------


def test_keyboard_alone_is_enough(visit):
    """A 7, drawn, read aloud, saved and cleared without a pointer."""
    page = visit("draw-light.html").page
    page.keyboard.press("Tab")
    expect(page.locator("#rd-pad")).to_be_focused()
    expect(page.locator(".rd-pen")).to_be_visible()
    for key in SEVEN_BY_KEYBOARD:
        page.keyboard.press(key)
    assert answer(page) == "7"
    for said in (STATUS, LIVE):
        expect(page.locator(said)).to_contain_text("Pen up, row 25, column 17 of 28. The network reads 7")

    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator("#rd-hard")).to_be_focused()
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "my-digit.png"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#rd-unit")).to_be_visible()

    page.locator("#rd-pad").focus()
    page.keyboard.press("Delete")
    assert answer(page) == ""
    expect(page.locator(STATUS)).to_have_text("Cleared.")


def test_two_arrow_keys_together_draw_a_diagonal(visit):
    page = visit("draw-light.html").page
    page.locator("#rd-pad").focus()
    page.keyboard.press("Space")
    page.keyboard.down("ArrowUp")
    for _ in range(10):
        page.keyboard.down("ArrowRight")  # repeats, as a held key does
    page.keyboard.up("ArrowRight")
    page.keyboard.up("ArrowUp")
    expect(page.locator(STATUS)).to_contain_text(re.compile("row 4, column 25 of 28"))
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    ink = image(page) > 0
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert len(rows) == len(columns) == 20


def test_leaving_the_pad_lifts_the_pen(visit):
    page = visit("draw-light.html").page
    page.locator("#rd-pad").focus()
    page.keyboard.press("Space")
    page.locator("#rd-clear").focus()
    page.locator("#rd-clear").press("Enter")
    page.locator("#rd-pad").focus()
    page.keyboard.press("ArrowUp")
    assert answer(page) == ""


def test_announcements_come_one_at_a_time(visit):
    """However fast the keys, the live region speaks at most every 1.5 seconds."""
    page = visit("draw-light.html").page
    page.evaluate(
        """() => {
            window.spoken = [];
            new MutationObserver(() => spoken.push(performance.now()))
                .observe(document.querySelector("#rd-status + [role=status]"), { childList: true });
        }""")
    page.locator("#rd-pad").focus()
    page.keyboard.press("Space")
    started = page.evaluate("performance.now()")
    while page.evaluate("performance.now()") < started + 4000:
        for key in ("ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"):
            for _ in range(5):
                page.keyboard.press(key)
    page.wait_for_timeout(1600)
    times = page.evaluate("spoken")
    assert len(times) >= 3
    assert (np.diff(times) > 1400).all()
    expect(page.locator(LIVE)).to_contain_text("Pen down, row 15, column 15 of 28")  # the last word is said


# --- Buttons ------------------------------------------------------------------------------------------------


def test_a_hard_one_is_shown_and_read_wrong(visit, packed, mnist):
    page = visit("draw-light.html").page
    draw_by_mouse(page, DIGITS[1])
    for hard in [*packed["hard"], packed["hard"][0]]:
        page.locator("#rd-hard").click()
        np.testing.assert_array_equal(image(page), mnist["x_train"][hard["index"]])
        wrong = answer(page)
        assert wrong not in ("", str(hard["label"]))
        expect(page.locator(STATUS)).to_contain_text(
            re.compile(rf"number {hard['index']} is labeled {hard['label']}\. The network reads {wrong} \("))
    draw_by_mouse(page, DIGITS[0])  # drawing starts on an empty pad
    assert answer(page) == "0"


def test_saved_image_is_what_the_network_got(visit):
    page = visit("draw-light.html").page
    page.locator("#rd-save").click()
    expect(page.locator(STATUS)).to_contain_text("Nothing is drawn yet")
    draw_by_mouse(page, DIGITS[5])
    seen = image(page)
    with page.expect_download() as download:
        page.locator("#rd-save").click()
    with Image.open(io.BytesIO(download.value.path().read_bytes())) as saved:
        assert (saved.format, saved.mode, saved.size) == ("PNG", "L", (28, 28))
        np.testing.assert_array_equal(np.asarray(saved), seen)
    assert seen.max() == 255
    assert (seen[0] == 0).all()


def test_hidden_layer_adds_up_to_the_answer(visit, packed):
    """What the units add to each digit, read off the page unit by unit, gives the logits with the bias."""
    page = visit("draw-light.html").page
    page.locator("summary").first.click()
    draw_by_mouse(page, DIGITS[2])
    page.wait_for_timeout(50)
    shares, sums = page.evaluate(
        """() => {
            const slider = document.getElementById("rd-unit");
            const sums = new Array(10).fill(0);
            for (let unit = 1; unit <= Number(slider.max); unit++) {
                slider.value = unit;
                slider.dispatchEvent(new Event("input"));
                document.querySelectorAll("#rd-pushes td:last-child").forEach((cell, digit) => {
                    sums[digit] += Number(cell.textContent.replace("−", "-"));
                });
            }
            const shares = [...document.querySelectorAll("#rd-bars .rd-bar")];
            return [shares.map((bar) => Number(bar.style.getPropertyValue("--share"))), sums];
        }""")
    logits = np.array(sums) + packed["network"]["layers"][1]["bias"]
    powers = np.exp(logits - logits.max())
    np.testing.assert_allclose(powers / powers.sum(), shares, atol=0.05)
    assert int(np.argmax(shares)) == 2

    assert not page.locator("#rd-follow").is_checked()
    page.locator("#rd-follow").check()
    strongest = page.locator("#rd-unit").input_value()
    assert f"unit {strongest} most strongly" in page.locator("#rd-units").get_attribute("aria-label")
    page.locator("#rd-units").click(position={"x": 5, "y": 5})
    expect(page.locator("#rd-unit-value")).to_contain_text("1: answers")


# --- For everybody ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desk", "phone"])
def test_accessible_and_no_wider_than_the_screen(visit, http_address, theme, device):
    page = visit(f"draw-{theme}.html", http_address, **(PHONE if device == "phone" else {})).page
    for state in ("empty", "everything open"):
        if state == "everything open":
            page.locator("#rd-hard").click()
            for summary in page.locator("summary").all():
                summary.click()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_the_answer_is_in_sight_while_drawing(visit):
    page = visit("draw-light.html", **PHONE).page
    pad, bars = page.locator("#rd-pad").bounding_box(), page.locator(".rd-bars").bounding_box()
    assert bars["y"] + bars["height"] - pad["y"] < 600


def test_no_style_moves_anything(visit):
    """What is written by itself stands still for those who ask for reduced motion (above); nothing else moves."""
    page = visit("draw-light.html", reduced_motion="reduce").page
    moving = page.evaluate(
        """() => [...document.querySelectorAll(".rd-widget, .rd-widget *")].filter((element) => {
            const style = getComputedStyle(element);
            return parseFloat(style.transitionDuration) || style.animationName !== "none";
        }).map((element) => element.outerHTML)""")
    assert moving == []
