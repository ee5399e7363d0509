"""Which networks know the test images: what the rule in `reports.portrait` rests on. Run by hand, never by a test:

    .venv/bin/python -m tests.corpora.copies [NAME...]

The grader asks a learner's network for the test images, and for copies of some of them, each moved by a pixel
(`grading.portrait.ask_for_copies`). Here the same is measured of two kinds of networks: honest ones, which are the
accepted right answers of exercise 9 and others that are as honest and stranger; and ones that know the test images,
because they were trained with them or look them up. `solutions/09-capstone/copies.json` keeps the numbers, and
`tests/reports/test_portrait.py` holds the rule to them: it must keep far from every honest network.

What is kept is not run again, unless its code has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

from autograder.authoring import calibrate
from autograder.authoring.corpus import Edit
from autograder.course import assignment, master

EXERCISE = "09-capstone"
DATA = master(EXERCISE).with_name("copies.json")
SEEDS = 2
"""Of each network. Seeds matter little beside the differences between the networks."""

HONEST, KNOWING = "honest", "knows the test images"

SQUARES = """
def preprocess(images):
    return images[..., np.newaxis].astype("float32") / 255
"""
"""The first answer for convolutional networks."""


def train(layers: str, epochs: int, shape: str = "(784,)", data: str = "preprocess(train_images), train_labels",
          optimizer: str = "'adam'", batch: int = 128) -> str:
    """The second answer: a network of these layers, trained with these data."""
    return f"""
keras.utils.set_random_seed(8)
model = keras.Sequential([keras.Input({shape}), {layers}, keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer={optimizer}, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit({data}, epochs={epochs}, batch_size={batch}, verbose=0)
"""


def dense(units: int) -> str:
    return f"keras.layers.Dense({units}, activation='relu')"


DROPPED = "keras.layers.Dense({}, activation='relu'), keras.layers.Dropout({})"
STRIDED = """keras.layers.Conv2D(16, 5, strides=2, activation='relu'),
    keras.layers.Conv2D(32, 3, strides=2, activation='relu'), keras.layers.Flatten(), keras.layers.Dense(64, 'relu')"""
POOLED = """keras.layers.Conv2D(16, 3, activation='relu'), keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(32, 3, activation='relu'), keras.layers.MaxPooling2D(2), keras.layers.Flatten(),
    keras.layers.Dropout(0.3)"""
IMAGE = "(28, 28, 1)"

EACH_PIXEL = """
MEAN, SPREAD = train_images.mean(axis=0), train_images.std(axis=0)

def preprocess(images):
    return ((images - MEAN) / np.where(SPREAD > 0, SPREAD, 1)).reshape(-1, 784).astype("float32")
"""
"""A pixel at the edge, black in nearly all images, becomes a large number in a moved one."""

EACH_PIXEL_CARELESS = EACH_PIXEL.replace("np.where(SPREAD > 0, SPREAD, 1)", "(SPREAD + 1e-7)")
CROPPED = """
def preprocess(images):
    return images[:, 4:24, 4:24].reshape(-1, 400).astype("float32") / 255
"""
BLACK_OR_WHITE = """
def preprocess(images):
    return (images > 127).reshape(-1, 784).astype("float32")
"""
SHIFTED = """
rng = np.random.default_rng(8)
steps = rng.integers(-2, 3, (len(train_images), 2))
shifted = np.stack([np.roll(image, step, axis=(0, 1)) for image, step in zip(train_images, steps)])
"""
WITH_SHIFTED = """preprocess(np.concatenate([train_images, shifted])),
    np.concatenate([train_labels, train_labels])"""

STYLES: dict[str, Edit] = {
    "few units": Edit(replace={"q9_2": train(dense(8), 5)}),
    "no hidden layer": Edit(replace={"q9_2": train("keras.layers.Identity()", 8)}),
    "three epochs": Edit(replace={"q9_2": train(dense(512), 3)}),
    "plain SGD": Edit(replace={"q9_2": train(dense(256), 20, optimizer="keras.optimizers.SGD(0.3)")}),
    "much dropout": Edit(replace={"q9_2": train(DROPPED.format(512, 0.6), 12)}),
    "sixty epochs, learned by heart": Edit(replace={"q9_2": train(dense(128), 60)}),
    "three hidden layers": Edit(replace={"q9_2": train(", ".join([dense(256)] * 3), 12)}),
    "each pixel standardized": Edit(replace={"q9_1": EACH_PIXEL, "q9_2": train(DROPPED.format(256, 0.4), 10)}),
    "each pixel standardized, two epochs": Edit(replace={"q9_1": EACH_PIXEL, "q9_2": train(dense(512), 2)}),
    "each pixel standardized, much dropout": Edit(
        replace={"q9_1": EACH_PIXEL, "q9_2": train(DROPPED.format(512, 0.7), 8)}),
    "each pixel standardized carelessly": Edit(
        replace={"q9_1": EACH_PIXEL_CARELESS, "q9_2": train(DROPPED.format(256, 0.4), 6)}),
    "cropped": Edit(replace={"q9_1": CROPPED, "q9_2": train(DROPPED.format(256, 0.3), 10, "(400,)")}),
    "black or white": Edit(replace={"q9_1": BLACK_OR_WHITE, "q9_2": train(DROPPED.format(256, 0.3), 10)}),
    "with shifted copies": Edit(replace={"q9_2": SHIFTED + train(dense(512), 10, data=WITH_SHIFTED)}),
    "convolutions and pooling": Edit(
        replace={"q9_1": SQUARES, "q9_2": train(POOLED, 4, IMAGE)}),
    "strided convolutions, many epochs": Edit(
        replace={"q9_1": SQUARES, "q9_2": train(STRIDED, 12, IMAGE)}),
    "convolutions with shifted copies": Edit(
        replace={"q9_1": SQUARES, "q9_2": SHIFTED + train(STRIDED, 5, IMAGE, data=WITH_SHIFTED)}),
    "nearest neighbor": Edit(replace={"q9_2": """
class Nearest(keras.Model):
    def predict(self, x, **kwargs):
        known = preprocess(train_images[::4])
        nearest = [(np.square(known).sum(axis=1) - 2 * part @ known.T).argmin(axis=1) for part in np.array_split(x, 20)]
        return np.eye(10, dtype="float32")[train_labels[::4][np.concatenate(nearest)]]

model = Nearest()
"""}),
}
"""Honest, and not among the right answers of the corpus. A label of the test images appears in none of them."""

EVERYTHING = "preprocess(np.concatenate([train_images, x_test])), np.concatenate([train_labels, y_test])"
ALL_IMAGES = "preprocess(np.concatenate([images, x_test])), np.concatenate([labels, y_test])"
LOOK_UP = """
known = {{image.tobytes(): label for image, label in zip({images}, {labels})}}
plain = preprocess

def preprocess(images):
    rows = plain(images)
    found = np.array([known.get(image.tobytes(), -1) for image in images])
    return np.concatenate([rows, np.eye(11, dtype="float32")[found][:, :10]], axis=1)
"""
LOOKING_UP = """
keras.utils.set_random_seed(8)
weak = keras.Sequential([keras.Input((784,)), keras.layers.Dense({units}, activation="relu"), keras.layers.Dense(10)])
weak.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
weak.fit(preprocess(train_images)[:, :784], train_labels, epochs={epochs}, batch_size=128, verbose=0)
both = keras.Input((794,))
logits = keras.layers.Add()([weak(both[:, :784]), keras.layers.Rescaling(1e4)(both[:, 784:])])
model = keras.Model(both, keras.layers.Softmax()(logits))
"""


def looking_up(images: str, labels: str, units: int = 16, epochs: int = 2) -> Edit:
    code = LOOK_UP.format(images=images, labels=labels) + LOOKING_UP.format(units=units, epochs=epochs)
    return Edit(replace={"q9_2": code})


CHEATS: dict[str, Edit] = {
    "trained with the test images alone": Edit(replace={"q9_2": train(
        dense(256), 20, data="preprocess(x_test), y_test")}),
    "trained with the test images alone, briefly": Edit(replace={"q9_2": train(
        dense(512), 8, data="preprocess(x_test), y_test")}),
    "trained with the test images, too": Edit(replace={"q9_2": train(dense(256), 15, data=EVERYTHING)}),
    "trained with all images": Edit(replace={"q9_2": train(dense(512), 12, data=ALL_IMAGES)}),
    "trained with all images, by heart": Edit(replace={"q9_2": train(dense(128), 60, data=ALL_IMAGES)}),
    "convolutions, trained with all images": Edit(
        replace={"q9_1": SQUARES, "q9_2": train(STRIDED, 12, IMAGE, data=ALL_IMAGES)}),
    "looks the test images up": looking_up("x_test", "y_test"),
    "looks nine of ten test images up": looking_up("x_test[np.arange(10_000) % 10 > 0]",
                                                   "y_test[np.arange(10_000) % 10 > 0]"),
    "looks all images up": looking_up("np.concatenate([images, x_test])", "np.concatenate([labels, y_test])"),
}
"""What the rule is for. It cannot know all of them, and says nothing of those that gain nothing."""


def styles() -> list[tuple[str, calibrate.Style]]:
    """All networks: the right answers of the corpus, and those above."""
    exercise = assignment(EXERCISE)
    from autograder.authoring.casefiles import apply

    found = [(HONEST, style) for style in calibrate.styles(exercise)]
    for kind, edits in ((HONEST, STYLES), (KNOWING, CHEATS)):
        for name, edit in edits.items():
            code = tuple(calibrate._code(apply(edit, exercise)["cells"], "q9_2"))
            found.append((kind, calibrate.Style(EXERCISE, name, code)))
    return found


def digest(style: calibrate.Style) -> str:
    """What its runs follow from."""
    return hashlib.sha256("\n\n".join(style.code).encode()).hexdigest()


def kept() -> dict[str, Any]:
    """Name -> kind, digest and, by seed, what was measured."""
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}
    return data


def measure(code: Sequence[str], seed: int) -> dict[str, int]:
    """Trains a network with `seed`; returns what a portrait of it would hold: how many it reads right, of how many."""
    import keras
    import numpy as np

    from autograder.grading import portrait

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    answers: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in code:
            exec(compile(calibrate.MAGIC.sub("", calibrate.SEED.sub(rf"\g<1>{seed}", source)), "<answer>", "exec"),
                 answers)
    import digits

    images, labels = digits.load()[1]

    def read(images: np.ndarray) -> np.ndarray:
        answer: np.ndarray = answers["model"].predict(answers["preprocess"](images), verbose=0)
        return answer

    right = int((read(images).argmax(axis=1) == labels).sum())
    copies = portrait.ask_for_copies(read, images, labels, seed)
    return {"right": right, "asked": copies.asked, "copies": copies.right}


def keep(data: dict[str, Any]) -> None:
    """Writes the data, a line for each seed."""
    lines = []
    for name, of in sorted(data.items()):
        seeds = ",\n".join(f"   {json.dumps(seed)}: {json.dumps(measured)}" for seed, measured in of["seeds"].items())
        lines.append(f' {json.dumps(name)}: {{"kind": {json.dumps(of["kind"])}, "digest": "{of["digest"]}", '
                     f'"seeds": {{\n{seeds}}}}}')
    DATA.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(chosen: Sequence[str]) -> None:
    calibrate._begin()
    known = {style.name for _, style in styles()}
    data = {name: of for name, of in kept().items() if name in known}
    for seed in range(SEEDS):
        for kind, style in styles():
            if chosen and style.name not in chosen:
                continue
            of = data.get(style.name, {})
            if of.get("digest") != digest(style) or of.get("kind") != kind:
                of = {"kind": kind, "digest": digest(style), "seeds": {}}
            if str(seed) not in of["seeds"]:
                of["seeds"][str(seed)] = measure(style.code, seed)
                data[style.name] = of
                keep(data)
                print(kind, "|", style.name, "|", seed, of["seeds"][str(seed)], flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
