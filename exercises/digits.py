"""The one helper module of the exercises: load the data, look at it, check your answers.

    import digits

    (x_train, y_train), (x_test, y_test) = digits.load()
    digits.show(x_train[:10], y_train[:10])
    grader = digits.checks("02-preprocessing")      # then: grader.check("q2_1")

You are welcome to read it, from top to bottom. First come the data and the
checks, which you use; then the small functions with which the checks phrase
what they found. The table at the end is no reading: it knows what is usually
behind the messages of Python, NumPy and Keras.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import math
import os
import random
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
"""The folder of this file: the data and the checks are looked for here, whatever the notebook is called."""

ARRAYS = {
    "x_train": ((60000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"),
    "y_train": ((60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"),
    "x_test": ((10000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"),
    "y_test": ((10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
}
"""Shape and SHA-256 of the bytes of each of MNIST's four arrays, all of them uint8."""

FILE = "99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec"
"""SHA-256 of the course's own mnist.npz: the quickest way to know what is in it."""

UNPACKED: dict[str, dict[str, np.ndarray]] = {}
"""The arrays of each file that was read, by its SHA-256: to unpack one takes far longer than to read it."""

MOST_SHOWN = 100
"""How many images `show` draws at once: thousands take minutes."""


# ------------------------------------------------------------------------ the data


REMEDY = "Fetch mnist.npz again from the course's exercises folder and put it there."


class DataError(Exception):
    """`mnist.npz` is missing or is not the file of the course."""


def load(path: str | os.PathLike[str] | None = None) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """MNIST, as `keras.datasets.mnist.load_data()` returns it, without a download.

    Args:
        path: another place for the file; `mnist.npz` beside this module when not given.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: 60,000 and 10,000 images of 28x28 gray
        levels from 0 (black) to 255 (white), and the digit each of them shows; all uint8.

    Raises:
        DataError: the file is missing, damaged, or holds other arrays.
    """
    arrays = _read(HERE / "mnist.npz" if path is None else Path(path))
    # Copies: what you do to yours must never show up in a check.
    return (
        (arrays["x_train"].copy(), arrays["y_train"].copy()),
        (arrays["x_test"].copy(), arrays["y_test"].copy()),
    )


def sample(count: int, of: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """The first `count` images and their labels, `of` "train" or "test"; quicker than `load()`."""
    arrays = _read(HERE / "mnist.npz")
    return arrays[f"x_{of}"][:count].copy(), arrays[f"y_{of}"][:count].copy()


@lru_cache(maxsize=1)
def _read(path: Path) -> dict[str, np.ndarray]:
    """The four arrays in the file at `path`, found to be MNIST's. Each place is read once."""
    try:
        return unpack(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"{path} is missing. {REMEDY}") from None
    except DataError as error:
        raise DataError(f"{path} {error}") from None
    except Exception as error:  # a damaged file can raise almost anything
        cause = _text(error).rstrip(".") or type(error).__name__
        raise DataError(f"{path} cannot be read: it is damaged or another file ({cause}). {REMEDY}") from None


def unpack(content: bytes) -> dict[str, np.ndarray]:
    """The four arrays, read-only, in a file with this content, found to be MNIST's. Each content is unpacked once."""
    digest = hashlib.sha256(content).hexdigest()
    if digest not in UNPACKED:
        UNPACKED[digest] = _members(content) if digest == FILE else _examined(content)
    return UNPACKED[digest]


def _members(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of the course's own file, which nobody has to examine: only to unpack, without a detour."""
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for name, (shape, _) in ARRAYS.items():
            member = file.getinfo(f"{name}.npy")
            lengths = content[member.header_offset + 26 : member.header_offset + 30]  # of its name and what follows it
            begin = member.header_offset + 30 + int.from_bytes(lengths[:2], "little")
            begin += int.from_bytes(lengths[2:], "little")
            packed = memoryview(content)[begin : begin + member.compress_size]
            unpacked = zlib.decompress(packed, -zlib.MAX_WBITS, member.file_size)
            size = math.prod(shape)  # a .npy file ends with the values
            arrays[name] = np.frombuffer(unpacked, np.uint8, size, len(unpacked) - size).reshape(shape)
    return arrays


def _examined(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of any other file, if they are MNIST's."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name] for name in ARRAYS}
    for name, (shape, digest) in ARRAYS.items():
        array = arrays[name]
        if array.dtype != np.uint8 or array.shape != shape:
            raise DataError(
                f"is another file: its {name} is {describe(array)}; expected shape {shape} and dtype uint8. {REMEDY}"
            )
        if hashlib.sha256(array.tobytes()).hexdigest() != digest:
            raise DataError(f"is damaged or another file: its {name} is not MNIST's. {REMEDY}")
        array.flags.writeable = False
    return arrays


def show(images: Any, labels: Any = None, columns: int = 10) -> None:
    """Draw one image, or many in rows.

    Args:
        images: shape (height, width) or (n, height, width). Black is 0; white is 255 for
            whole numbers and 1 for fractions.
        labels: what to write above each image, n of them; nothing when not given.
        columns: images in a row.
    """
    import matplotlib.pyplot as plt

    images = np.asarray(images)
    if images.ndim == 2:
        images = images[np.newaxis]
    if images.ndim != 3 or 0 in images.shape:
        raise ValueError(
            f"`show` draws images of shape (height, width) or (n, height, width); got shape {images.shape}."
        )
    if len(images) > MOST_SHOWN:
        raise ValueError(
            f"`show` draws at most {MOST_SHOWN} images at once; got {len(images):,}. Show some of them: `images[:20]`."
        )
    white = 255 if np.issubdtype(images.dtype, np.integer) else 1
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    tall, wide = (0.75 * size / max(images.shape[1:]) for size in images.shape[1:])  # inches
    width, height = 0.88, tall + (0.13 if labels is None else 0.33)  # of a place: an image, its label, a gap
    figure = plt.figure(figsize=(columns * width, rows * height))
    figure.set_facecolor("#6b6b6b")  # shows where a black image ends, on a light page and on a dark one
    # One axis for all, in inches: to make one for each image takes longer than all else.
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, columns * width), ylim=(rows * height, 0))
    axis.set_axis_off()
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        middle, bottom = (column + 0.5) * width, (row + 1) * height - 0.065
        place = (middle - wide / 2, middle + wide / 2, bottom, bottom - tall)
        axis.imshow(image, cmap="gray", vmin=0, vmax=white, extent=place)
        if labels is not None:
            axis.text(middle, bottom - tall - 0.08, str(labels[number]), color="white", size="large", ha="center")
    plt.show()


@contextmanager
def once_written() -> Iterator[None]:
    """For a cell that uses your answers: if one is missing, or wrong and stops the cell, says so and goes on."""
    try:
        yield
    except NotImplementedError as error:
        print(f"{error} Then run this cell again.")
    except Exception as error:  # of an answer that is not right, as a rule: its check says more than this error
        failed = sorted(FAILED)
        print(
            f"This cell uses your answers, and it stopped with {type(error).__name__}: {_text(error)}\n"
            + (f"Not right yet at the last check: {', '.join(failed)}. Mend that first" if failed else
               "Run the `grader.check` cells above: they say which answer is not right")
            + ". Then run this cell again."
        )


# ------------------------------------------------------------------------ your network in the book


class ExportError(Exception):
    """A network that the book's page cannot compute, or a file that cannot be written."""


def export(model: Any, preprocess: Any = None, path: str | os.PathLike[str] = "my-network.json") -> None:
    """Write your network into one file, with which the first page of the book reads what you draw.

    The page computes dense layers, with relu, softmax or no activation, one after the other. `Flatten`, `Reshape` and
    `Rescaling` may come before them, and dropout anywhere: it does nothing once the training is over.

    Args:
        model: a trained Keras model that gives ten values for each image.
        preprocess: what makes the model's inputs from images of shape (n, 28, 28), as in the capstone. When not given:
            the images divided by 255, or as they are where the model begins with `Rescaling`.
        path: the file; what is there already is written over.

    Raises:
        ExportError: the page cannot compute this model or this `preprocess`, or the file cannot be written.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ExportError(f"`model` is {describe(model)}; expected a Keras model that has been trained.")
    scale, offset, layers = _dense_chain(model)
    if not isinstance(getattr(model, "input_shape", None), tuple):
        raise ExportError("`model` is not one chain from one input. Remedy: a `keras.Sequential` of dense layers.")
    images, labels = sample(200)
    if preprocess is None:
        rescaled = any(isinstance(layer, keras.layers.Rescaling) for layer in _all_layers(model))
        shape = model.input_shape[1:] if math.prod(model.input_shape[1:]) == 784 else (784,)

        def preprocess(images: np.ndarray) -> np.ndarray:
            return images.reshape(len(images), *shape) / np.float32(1 if rescaled else 255)

        assumed = "gray levels from 0 to 255" if rescaled else "gray levels divided by 255"
    else:
        assumed = ""
    first, added, inputs = _scale_and_offset(preprocess, images)
    scale, offset = np.broadcast_to(scale * first, 784), np.broadcast_to(scale * added + offset, 784)
    try:
        expected = np.asarray(model.predict(inputs, verbose=0))
    except Exception as error:
        raise ExportError(f"`model` cannot take {describe(inputs)}, made of the images: {_text(error)}") from None
    content = json.dumps({
        "format": "reading-digits-network", "version": 1, "scale": _packed(scale), "offset": _packed(offset),
        "layers": [{"units": len(bias), "activation": activation, "weights": _packed(weights), "bias": _packed(bias)}
                   for weights, bias, activation in layers],
    })
    values = images.reshape(len(images), 784) * scale + offset
    for weights, bias, activation in layers:
        values = values @ weights + bias
        values = np.maximum(values, 0) if activation == "relu" else values
    if layers[-1][2] == "softmax":
        values = np.exp(values - values.max(axis=1, keepdims=True))
        values /= values.sum(axis=1, keepdims=True)
    if expected.shape != values.shape or not np.allclose(values, expected, rtol=1e-3, atol=1e-3):
        raise ExportError(
            "`model` answers otherwise than its dense layers do, one after the other, so there are ways beside them, "
            "and the page knows none. Remedy: a `keras.Sequential` of dense layers."
        )
    try:
        Path(path).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ExportError(f"{path} cannot be written ({error.strerror}). Give another `path`.") from None
    right = int((expected.argmax(axis=1) == labels).sum())
    print(f"{path}: {sum(weights.size + bias.size for weights, bias, _ in layers):,} parameters, "
          f"{len(content) / 1e6:.1f} MB. Of the first {len(images)} training images it reads {right} right.")
    if assumed:
        print(f"It was given {assumed}. If it takes what a function of yours makes of the images, export it with that: "
              "`digits.export(model, preprocess)`.")
    print("Open the first page of the book, and choose the file below the drawing pad.")


MOST_PARAMETERS = 3_000_000
"""What the page computes within the blink of an eye."""

PLACED = ("Rescaling", "ReLU", "Softmax", "Activation")
"""Layers that the page can compute at other places."""


def _all_layers(model: Any) -> Iterator[Any]:
    """The layers of a model, and those of the models in it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _all_layers(layer)
        else:
            yield layer


def _dense_chain(model: Any) -> tuple[float, float, list[tuple[np.ndarray, np.ndarray, str]]]:
    """What `Rescaling` multiplies the inputs by and adds; and weights, bias and activation of each dense layer."""
    from keras import layers as known

    scale, offset = 1.0, 0.0
    dense: list[tuple[np.ndarray, np.ndarray, str]] = []
    silent = (known.InputLayer, known.Flatten, known.Reshape, known.Dropout, known.SpatialDropout1D, known.AlphaDropout,
              known.GaussianDropout, known.GaussianNoise)
    for layer in _all_layers(model):
        kind = type(layer).__name__
        if type(layer) in silent:
            continue
        if type(layer) is known.Rescaling and not dense and np.ndim(layer.scale) == np.ndim(layer.offset) == 0:
            scale, offset = scale * layer.scale, offset * layer.scale + layer.offset
        elif type(layer) is known.Dense:
            if not layer.built:
                raise ExportError("`model` has no weights yet. Train it first.")
            weights = [np.asarray(weight, "float32") for weight in layer.get_weights()]
            bias = weights[1] if layer.use_bias else np.zeros(layer.units, "float32")
            dense.append((weights[0], bias, getattr(layer.activation, "__name__", "?")))
        elif dense and dense[-1][2] == "linear" and _is_activation(layer):
            activation = layer.activation.__name__ if kind == "Activation" else kind.lower()
            dense[-1] = (*dense[-1][:2], activation)
        else:
            raise ExportError(
                f"The page cannot compute the layer `{layer.name}`, a `{kind}`{', at this place' * (kind in PLACED)}: "
                "it knows dense layers with relu, softmax or no activation, Flatten and Rescaling before them, and "
                "dropout. Remedy: train a network of these layers, and export that."
            )
    if not dense:
        raise ExportError("`model` has no dense layer, and the page computes nothing else.")
    for number, (weights, bias, activation) in enumerate(dense):
        last = number == len(dense) - 1
        if activation not in (("softmax", "linear") if last else ("relu", "linear")):
            raise ExportError(
                f"Dense layer {number + 1} has the activation {activation}; the page computes "
                f"{'softmax in the last layer' if last else 'relu in a layer that is not the last'}. "
                f'Remedy: `activation="{"softmax" if last else "relu"}"`, and train again.'
            )
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ExportError(
                "There is nan or inf among the weights: the training went astray. Remedy: a smaller learning rate."
            )
    sizes = [784, *(len(bias) for _, bias, _ in dense)]
    if [len(weights) for weights, _, _ in dense] != sizes[:-1] or sizes[-1] != 10:
        raise ExportError(
            f"The dense layers take {', '.join(str(len(weights)) for weights, _, _ in dense)} values, and the last one "
            f"gives {sizes[-1]}. Remedy: the first takes the 784 gray levels of an image, and the last gives 10 values."
        )
    parameters = sum(weights.size + bias.size for weights, bias, _ in dense)
    if parameters > MOST_PARAMETERS or max(sizes) > 4096 or len(dense) > 20:
        raise ExportError(
            f"The network has {parameters:,} parameters in {len(dense)} dense layers; the page takes "
            f"{MOST_PARAMETERS:,}, in at most 20 layers of at most 4,096 units. Remedy: fewer units."
        )
    return scale, offset, dense


def _is_activation(layer: Any) -> bool:
    """A layer that is nothing but relu or softmax, as `activation="relu"` would have it."""
    settings = layer.get_config()
    plain: dict[str, dict[str, Any]] = {
        "ReLU": {"max_value": None, "negative_slope": 0, "threshold": 0}, "Softmax": {"axis": -1}, "Activation": {}
    }
    kind = type(layer).__name__
    return kind in plain and all(settings.get(name) == value for name, value in plain[kind].items())


def _scale_and_offset(preprocess: Any, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By what `preprocess` multiplies each pixel, and what it adds; and what it makes of the images."""
    probes = np.concatenate([np.full((1, 28, 28), level, "uint8") for level in (0, 255, 51)] + [images])
    try:
        made = np.asarray(preprocess(probes.copy()))
        inputs = np.asarray(preprocess(images.copy()))
        values = made.reshape(len(probes), 784).astype(float)
    except NotImplementedError:
        raise
    except Exception as error:
        raise ExportError(f"`preprocess` does not make 784 values of each image: {_text(error)}") from None
    offset = values[0]
    scale = (values[1] - values[0]) / 255
    linear = probes.reshape(len(probes), 784) * scale + offset
    if not np.isfinite(values).all() or not np.allclose(values, linear, rtol=1e-4, atol=1e-4 * abs(values).max()):
        raise ExportError(
            "`preprocess` does more than to multiply each pixel by a number and to add one, and the page cannot. "
            "Remedy: a `preprocess` such as `images.reshape(len(images), 784) / 255`, and a network trained with it."
        )
    return scale, offset, inputs


def _packed(values: np.ndarray) -> str:
    """float32 values, row by row, as text."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


# ------------------------------------------------------------------------ the checks


def checks(name: str) -> Checks:
    """The checks of the exercise `name`; then `grader.check("q2_1")` checks one question."""
    try:
        import otter
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "The checks need Otter-Grader: run `%pip install otter-grader==7.0.0`, then this cell again."
        ) from None

    class Notebook(otter.Notebook):
        def _log_event(self, *args: Any, **kwargs: Any) -> None:
            """Otter would log each check in a hidden file. Here only the notebook is handed in."""

    folder = HERE / "tests" / name
    if not folder.is_dir() and (renamed := _renamed(name)):
        print(f"This notebook is of an earlier numbering: {name} is called {renamed} now, and its questions begin with "
              f"q{int(renamed[:2])}_. It is checked as that. Nothing is lost: go on here, and hand it in as it is.")
        folder = HERE / "tests" / renamed
    return Checks(folder, Notebook(tests_dir=str(folder)), name)


def _renamed(name: str) -> str:
    """What the exercise `name` of an earlier numbering is called now; empty if there was none."""
    for listed in sorted((HERE / "tests").glob("*/formerly.txt")):
        if name in listed.read_text(encoding="utf-8").split():
            return listed.parent.name
    return ""


class Checks:
    """Otter's checks of one exercise, with a display that puts the message first."""

    def __init__(self, folder: Path, notebook: Any, name: str = "") -> None:
        self._folder = folder
        self._notebook = notebook
        self._former = re.match(r"0*(\d+)-", name) if name and name != folder.name else None
        self._not_right: dict[str, dict[str, Any]] = {}  # by question, its functions when they were checked

    def check(self, question: str, global_env: dict[str, Any] | None = None) -> Any:
        """Check your answer to `question`, as the notebook's variables are now."""
        if global_env is None:
            global_env = sys._getframe(1).f_globals
        if self._former:  # a notebook of an earlier numbering: its q6_2 is q7_2 now
            question = re.sub(rf"^q{self._former[1]}_", f"q{int(self._folder.name[:2])}_", question)
        # A grader brings checks of its own; only at home do they lie beside this file.
        if getattr(self._notebook, "_grading_mode", None) is False:
            missing = self._missing(question)
            if missing:
                return Feedback(question, "could not be checked", [missing])
        # Your random numbers must not depend on how often you check.
        python_state, numpy_state = random.getstate(), np.random.get_state()
        try:
            with listening() as heard:
                result = self._notebook.check(question, global_env)
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
        cases = getattr(result, "test_case_results", None)
        if not isinstance(cases, list):
            return result
        known = self._read("causes.json")
        causes = [self._earlier(question, known, global_env), self._cause(question, known, heard, global_env)]
        feedback = Feedback.of(question, cases, [cause for cause in causes if cause], self._also_tried(question))
        self._remember(question, feedback, known, global_env)
        return feedback

    def check_all(self) -> None:
        """Check every question."""
        global_env = sys._getframe(1).f_globals
        for path in sorted(self._folder.glob("q*.py")):
            print(self.check(path.stem, global_env))

    def _read(self, file: str) -> dict[str, Any]:
        """What lies beside the checks: what is known of wrong answers, or what is also tried when graded."""
        try:
            known = json.loads((self._folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # no such file, or a damaged one: then only this is not told
            return {}
        return known if isinstance(known, dict) else {}

    def _also_tried(self, question: str) -> str:
        """What further checks try when `question` is graded; empty if that is not known."""
        line = self._read("tried.json").get(question)
        return line if isinstance(line, str) else ""

    def _earlier(self, question: str, known: dict[str, Any], variables: dict[str, Any]) -> str:
        """Which earlier functions that the answer may call were found wrong, and are still as they were."""
        try:
            names = [f"`{name}`" for name in self._wrong_helpers(question, known.get("helpers", {}), variables)]
        except Exception:  # a damaged file
            return ""
        if not names:
            return ""
        one = len(names) == 1
        return (f"{' and '.join(names)} {'is' if one else 'are'} not right yet. If your answer here uses "
                f"{'it' if one else 'them'}, this may come of it: mend "
                f"{'that first' if one else f'{names[0]} first'}.")

    def _wrong_helpers(
        self, question: str, helpers: dict[str, dict[str, str]], variables: dict[str, Any]
    ) -> list[str]:
        """The functions that the answer may call and that are not right yet; what these may call comes first."""
        found: list[str] = []
        for name, of in helpers.get(question, {}).items():
            if of != question and name in variables and self._not_right.get(of, {}).get(name) is variables[name]:
                found += [*self._wrong_helpers(of, helpers, variables), name]
        return list(dict.fromkeys(found))

    def _remember(
        self, question: str, feedback: Feedback, known: dict[str, Any], variables: dict[str, Any]
    ) -> None:
        """Keep in mind whether the functions of `question` are right, for the questions that use them."""
        self._not_right.pop(question, None)
        FAILED.discard(question)
        if not feedback.passed:
            FAILED.add(question)
        if not feedback.passed and not feedback.unwritten:
            with suppress(Exception):  # a damaged file
                self._not_right[question] = {
                    name: variables[name] for called in known.get("helpers", {}).values()
                    for name, of in called.items() if of == question and name in variables}

    def _cause(
        self, question: str, known: dict[str, Any], heard: list[Any], variables: dict[str, Any]
    ) -> str:
        """What is known of wrong answers that give exactly what yours gave; empty if there is none such."""
        try:
            wrong = known.get(question, [])
            gave = [[name, sketch(value)] for name, value in heard] if wrong else []
            for strict in (True, False):
                alike = [
                    one["says"]
                    for one in wrong
                    if (strict or not one["dtype_only"])
                    and _alike(gave if one["calls"] else [], one["calls"], strict)
                    and all(_alike(sketch(variables.get(name)), value, strict) for name, value in one["values"].items())
                ]
                if alike:
                    return shared(alike)
        except Exception:  # a damaged file
            pass
        return ""

    def _missing(self, question: str) -> str:
        """What is missing for a check of `question`, as a sentence; empty if nothing is."""
        if not self._folder.is_dir():
            return (
                f"The checks of this exercise are missing: fetch the folder tests/{self._folder.name} from "
                f"the course's exercises folder and put it at {self._folder}. You can work on without them."
            )
        known = sorted(path.stem for path in self._folder.glob("q*.py"))
        if question not in known:
            return f"There is no question {question!r} in this exercise. It has {', '.join(known)}."
        return ""


UNWRITTEN = "is not written yet"
FAILED: set[str] = set()  # the questions whose last check in this kernel failed


class Feedback:
    """What the checks of one question found: notebooks show it in color, others as plain text."""

    def __init__(self, question: str, summary: str, messages: Sequence[str] = (), also: str = "") -> None:
        self.question = question
        self.summary = summary
        self.messages = list(messages)
        self.passed = not messages
        self.also = f"Also tried when graded: {also}." if self.passed and also else ""
        self.unwritten = summary == UNWRITTEN

    @classmethod
    def of(cls, question: str, cases: Sequence[Any], causes: Sequence[str] = (), also: str = "") -> Feedback:
        """From Otter's results of the question's test cases, what is known of the causes, and what is tried besides."""
        total = len(cases)
        failures = [_kind_and_message(case.message) for case in cases if not case.passed]
        if not failures:
            summary = f"passed {'the check' if total == 1 else f'all {total} checks'} you can see"
        elif all(kind == "NotWritten" for kind, _ in failures):
            summary = UNWRITTEN
        elif total == 1:
            summary = "is not right yet"
        else:
            summary = f"is not right yet: {len(failures)} of {total} checks failed"
        # The same error on several inputs is told once; Keras counts what it names, as in `dense_3`.
        messages = {
            re.sub(r"_\d+", "", text.partition(" stopped with ")[2]) or text: text for _, text in reversed(failures)
        }
        found = list(reversed(messages.values()))
        return cls(question, summary, [*causes, *found[:1]] if causes and found else found, also)

    def __repr__(self) -> str:
        title = f"{'✔' if self.passed else '✘'} {self.question} {self.summary}."
        return "\n  - ".join([title, *self.messages]) + (f"\n  {self.also}" if self.also else "")

    def _repr_html_(self) -> str:
        color = "#2e9e4f" if self.passed else "#d9534f"
        messages = "".join(
            "<div style='margin-top: 0.4em'>"
            + re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(message)).replace("\n", "<br>")
            + "</div>"
            for message in [*self.messages, *filter(None, [self.also])]
        )
        return (
            f"<div style='border-left: 4px solid {color}; padding: 0.3em 0.8em; max-width: 50em'>"
            f"{'✔' if self.passed else '✘'} <b>{html.escape(self.question)}</b> {html.escape(self.summary)}."
            f"{messages}</div>"
        )


def _kind_and_message(text: str) -> tuple[str, str]:
    """An exception's class and message, out of Otter's `Error at line 12 in test q2_1:`, source, class."""
    found = re.match(r".*?\nError at line \d+ in test [^\n]*\n[^\n]*\n(\w+): (.*)", text, re.DOTALL)
    if not found:
        return "AssertionError", text
    kind, message = found.groups()
    spoken = ("AssertionError", *(told.__name__ for told in (Told, NotWritten, Stopped)))
    return kind, message if kind in spoken else f"{kind}: {message}"


# ------------------------------------------------------------------------ what the checks say
#
# Each of these raises AssertionError with what was expected, what was got, and
# the likely cause. They take whatever a notebook holds, so they trust nothing
# about a value before they have looked at its type.


class Told(AssertionError):
    """About the answer as such, not about one input's values: a hidden check may say it as well."""


class NotWritten(Told):
    """The answer is not there yet: missing, misspelled, or still `...`."""


class Stopped(AssertionError):
    """The learner's function raised; `brief` says so without the input that it was given."""

    brief = ""


def call(function: Any, *arguments: Any, name: str, **keywords: Any) -> Any:
    """What the learner's function `name` returns; an AssertionError says why, when it returns nothing."""
    expect_written(function, name)
    if not callable(function):
        raise Told(
            f"`{name}` is {describe(function)}; expected a function. Was the name used for something else?"
        )
    try:
        value = function(*arguments, **keywords)
    except NotImplementedError as error:
        _keep(name, error)
        unwritten = _text(error) or f"Write your answer in `{name}` and run its cell."
        raise NotWritten(f"{unwritten} It goes in place of the line that begins with `raise`.") from None
    except Exception as error:
        _keep(name, error)
        message = _text(error).rstrip(".")
        cause = next((cause for pattern, cause in CAUSES if re.search(pattern, message)), "")
        given = ", ".join(
            [*map(describe, arguments), *(f"{key}={describe(value)}" for key, value in keywords.items())]
        )
        stopped = Stopped(
            f"Given {given or 'nothing'}, `{name}` stopped with {type(error).__name__}: {message}."
            f"{_because(cause)}"
        )
        stopped.brief = f"`{name}` stopped with {type(error).__name__}."
        raise stopped from None
    _keep(name, value)
    if value is None:
        raise Told(f"`{name}` returned None; expected a result. Does it end with `return`?")
    if value is ...:
        raise NotWritten(f"`{name}` still returns `...`: put your answer there and run its cell.")
    return value


@contextmanager
def hint(text: str) -> Iterator[None]:
    """Around a hidden check: whatever fails inside, the learner reads `text` and no value of the check.

    Only an answer that is not there at all, or is no function, is still called that.
    """
    try:
        yield
    except Told:
        raise
    except Stopped as stopped:
        raise AssertionError(f"{stopped.brief} {text}") from None
    except Exception:
        raise AssertionError(text) from None


def expect_written(value: Any, name: str) -> None:
    """The learner gave `name` a value. (Otter hands a name that does not exist to a check as None.)"""
    if value is None:
        raise NotWritten(
            f"There is no `{name}` in your notebook, or it is None. "
            "Is it spelled exactly so, and has its cell been run, without an error?"
        )
    if value is ...:
        raise NotWritten(f"`{name}` is still `...`: put your answer there and run its cell.")


def expect_array(
    got: Any,
    *,
    name: str,
    shape: tuple[int, ...] | None = None,
    dtype: str | None = None,
    low: float | None = None,
    high: float | None = None,
    equal: Any = None,
    tolerance: float = 1e-6,
    cause: str = "",
) -> None:
    """`got` is a NumPy array of numbers with this shape, dtype, range and these values.

    Args:
        got: what the learner has.
        name: what to call it in the message: `means`, or `flatten(images)`.
        shape: exactly this; that of `equal` when not given.
        dtype: exactly this.
        low, high: no value lies below or above, nor is nan or infinite.
        equal: the values. Fractions, here and in the range, may be off by `tolerance`,
            of 1 or of the value if that is larger; whole numbers must be equal.
        cause: what is probably wrong, added to a failure of shape, range or values, and where
            there is a single number; for other types and the dtype the likely cause is known here.
    """
    if name.isidentifier():
        expect_written(got, name)
    if not isinstance(got, np.ndarray):
        remedy = "Make one with `np.array(...)`." if isinstance(got, list) or _is_tensor(got) else _comma(got)
        if _is_placeholder(got):
            remedy = (
                "That is a placeholder of Keras: it has a shape, and no values yet. `model.predict(...)` gives values."
            )
        elif isinstance(got, int | float | np.number):
            remedy = cause
        raise AssertionError(f"`{name}` is {describe(got)}; expected a NumPy array.{_because(remedy)}")
    if got.dtype.kind not in "biuf":
        raise AssertionError(f"`{name}` holds values of dtype {got.dtype}; expected numbers.")
    expected = None if equal is None else np.asarray(equal)
    if shape is None and expected is not None:
        shape = expected.shape
    if shape is not None and got.shape != tuple(shape):
        raise AssertionError(f"`{name}` has shape {got.shape}; expected {tuple(shape)}.{_because(cause)}")
    if dtype is not None and got.dtype != np.dtype(dtype):
        remedy = _dtype_remedy(got.dtype, dtype)
        raise AssertionError(f"`{name}` has dtype {got.dtype}; expected {dtype}.{_because(remedy)}")
    if got.size and (low is not None or high is not None):
        least, most = _plain(got.min()), _plain(got.max())
        if not np.all(np.isfinite(got)):
            where = [int(i) for i in np.argwhere(~np.isfinite(got))[0]]
            raise AssertionError(f"`{name}` holds nan or infinity, first at index {where}; expected numbers.")
        below = low is not None and least < low - tolerance * max(1, abs(low))
        above = high is not None and most > high + tolerance * max(1, abs(high))
        if below or above:
            raise AssertionError(
                f"`{name}` holds values from {_short(least)} to {_short(most)}; "
                f"expected {_range(low, high)}.{_because(cause)}"
            )
    if expected is not None:
        exact = got.dtype.kind in "biu" and expected.dtype.kind in "biu"
        right = got == expected if exact else np.isclose(got, expected, tolerance, tolerance, equal_nan=True)
        if not np.all(right):
            index = tuple(int(i) for i in np.argwhere(~right)[0])
            raise AssertionError(
                f"`{name}` is wrong at index {list(index)}: got {_short(_plain(got[index]))}, "
                f"expected {_short(_plain(expected[index]))}.{_because(cause)}"
            )


def expect_number(
    got: Any,
    *,
    name: str,
    low: float | None = None,
    high: float | None = None,
    equal: float | None = None,
    tolerance: float = 0.0,
    whole: bool = False,
    cause: str = "",
) -> None:
    """`got` is one number: from `low` to `high`, `equal` within `tolerance`, and `whole` if asked."""
    if name.isidentifier():
        expect_written(got, name)
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if _is_tensor(got):
        cause = "That is a tensor, as Keras' own functions return them: write it with NumPy."
    if isinstance(got, bool | np.bool_) or not isinstance(got, int | float | np.integer | np.floating):
        raise AssertionError(f"`{name}` is {describe(got)}; expected a number.{_because(_comma(got) or cause)}")
    number = _plain(got)
    if not math.isfinite(number):
        wanted = "a finite number"
    elif whole and number != int(number):
        wanted = "a whole number"
    elif (low is not None and number < low) or (high is not None and number > high):
        wanted = _range(low, high)
    elif equal is not None and abs(number - equal) > tolerance:
        wanted = _short(equal)
    else:
        return
    raise AssertionError(f"`{name}` is {_short(number)}; expected {wanted}.{_because(cause)}")


def expect_equal(got: Any, expected: Any, *, name: str, cause: str = "") -> None:
    """`got` equals `expected`, a tuple, list, text, True or False; for numbers and arrays see above."""
    if name.isidentifier():
        expect_written(got, name)
    try:
        same = bool(got == expected)
    except Exception:  # an array compared with a tuple, or something that cannot be compared
        same = False
    if not same:
        raise AssertionError(f"`{name}` is {describe(got)}; expected {expected!r}.{_because(cause)}")


def expect_model(
    got: Any,
    *,
    name: str,
    takes: tuple[int, ...] | None = None,
    gives: tuple[int, ...] | None = None,
    cause: str = "",
) -> None:
    """`got` is a Keras model; one input has the shape `takes` and the answer to it the shape `gives`.

    Keras does not know the shapes of a model of one's own class. Then two inputs go in, and the shape of what comes out
    is looked at.
    """
    import keras

    if name.isidentifier():
        expect_written(got, name)
    if not isinstance(got, keras.Model):
        remedy = "`keras.Model(inputs, outputs)` makes one of tensors." if _is_tensor(got) else ""
        raise AssertionError(f"`{name}` is {describe(got)}; expected a Keras model.{_because(remedy)}")
    if takes and not isinstance(got, keras.Sequential) and getattr(got, "input_shape", None) is None:
        answers = call(got, np.zeros((2, *takes), dtype="float32"), name=name)
        came = tuple(answers.shape) if hasattr(answers, "shape") else describe(answers)
        if gives is not None and came != (2, *gives):
            raise AssertionError(
                f"`{name}` answered two inputs of shape {takes} with {came}; expected {(2, *gives)}.{_because(cause)}"
            )
        return
    for what, attribute, wanted in (("takes", "input_shape", takes), ("gives", "output_shape", gives)):
        if wanted is None:
            continue
        shape = getattr(got, attribute, None)
        if shape is None:
            raise AssertionError(
                f"Keras cannot say what `{name}` {what}, so that cannot be checked. Begin with `keras.Input(...)`."
            )
        if shape != (None, *wanted):
            raise AssertionError(
                f"`{name}` {what} {shape}; expected {(None, *wanted)}, where None stands for any number of images."
                f"{_because(cause)}"
            )


def expect_unchanged(before: np.ndarray, after: np.ndarray, *, name: str, cause: str = "") -> None:
    """The function `name` left its argument alone: `before` is a copy made before the call."""
    if after.dtype != before.dtype or not np.array_equal(after, before):
        cause = cause or "Make a new array: `x = x / 2` does; `x /= 2` and `x[:] = ...` change the old one."
        raise Told(f"`{name}` changed the array it was given; its caller still needs that. {cause}")


def describe(value: Any) -> str:
    """A short description for a message, whatever `value` is; it never raises."""
    try:
        if isinstance(value, np.ndarray):
            return f"an array of shape {value.shape} and dtype {value.dtype}"
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or value is ... or isinstance(value, bool | int | float | str):
            return _cut(repr(value))
        kind = type(value).__name__
        if isinstance(value, list | tuple | dict | set):
            text = repr(value) if len(value) <= 12 else ""
            return text if 0 < len(text) <= 60 else f"a {kind} of {len(value)} elements"
        keras = sys.modules.get("keras")
        if keras is not None and isinstance(value, keras.Model):
            return "a Keras model"
        if callable(value):
            return "a function"
        return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"
    except Exception:
        return "something that cannot be shown"


def _comma(value: Any) -> str:
    """What is to say of a tuple in which the answer may be."""
    if not isinstance(value, tuple):
        return ""
    if len(value) == 1:
        return "It has one entry: a comma behind a value makes a tuple of it."
    return f"It has {len(value)} entries, and one is wanted."


def _is_tensor(value: Any) -> bool:
    return type(value).__name__ == "EagerTensor" or _is_placeholder(value)


def _is_placeholder(value: Any) -> bool:
    return type(value).__name__ == "KerasTensor"


def _plain(number: Any) -> int | float:
    """A number as Python's own; one that is too large for any calculation as infinity."""
    number = number.item() if isinstance(number, np.generic) else number
    if abs(number) > 1e300:
        return math.inf if number > 0 else -math.inf
    return number


def _short(number: int | float) -> str:
    return _cut(str(number)) if isinstance(number, int) else f"{number:.6g}"


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{_short(low)} to {_short(high)}"
    return f"at least {_short(low)}" if low is not None else f"at most {_short(high or 0)}"


def _dtype_remedy(got: np.dtype, expected: str) -> str:
    if got == np.float64 and expected == "float32":
        return 'NumPy computes in float64 unless told otherwise: `x.astype("float32")` returns a converted copy.'
    if got.kind in "iu" and expected.startswith("float"):
        return f'Whole numbers hold no fractions: use `.astype("{expected}")` before you divide.'
    if got.kind == "f" and np.dtype(expected).kind in "iu":
        return "`np.zeros(...)` makes floats unless it is given a `dtype`, and so does `/`."
    return ""


def _because(cause: str) -> str:
    return f" {cause}" if cause else ""


def _cut(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _text(error: BaseException) -> str:
    """The line of an error's message that says what is wrong; empty if it has none or cannot say it.

    That is the first, but in TensorFlow's "Graph execution error", where its own calls stand before it.
    """
    try:
        lines = str(error).strip().split("\n")
        if lines[0].startswith("Graph execution error"):
            said = [line for line in lines[1:] if re.match(r"(?!Detected at|<stack)\S", line)]
            lines = said[-1:] or lines
        return _cut(lines[0], 300)
    except Exception:
        return ""


# ------------------------------------------------------------------------ which mistake it is
#
# Beside the checks lies `causes.json`: what well-known wrong answers give in
# them, as sketches. Where yours gives the same each time, its cause is known.


_heard: list[Any] | None = None


@contextmanager
def listening() -> Iterator[list[Any]]:
    """Meanwhile `call` notes in the list what came back each time: the function's name, and its result or its error."""
    global _heard
    before, _heard = _heard, []
    try:
        yield _heard
    finally:
        _heard = before


def _keep(name: str, value: Any) -> None:
    if _heard is not None:
        _heard.append((name, value))


MOST_SKETCHED = 200_000
"""Elements of an array that a sketch looks at."""


def sketch(value: Any, depth: int = 4) -> Any:
    """What `value` is, in a few numbers: shape, dtype, and sums in which each element has a weight of its own.

    None for what cannot be compared. JSON can hold it.
    """
    if isinstance(value, Exception):
        return ["error", type(value).__name__, _text(value)]
    if isinstance(value, list | tuple) and depth and len(value) <= 50:
        return [type(value).__name__, *(sketch(part, depth - 1) for part in value)]
    if isinstance(value, str):
        return ["text", _cut(value, 200)]
    if isinstance(value, bool | int | float | np.generic):
        try:
            array = np.asarray(value)
            dtype = {"b": "bool", "i": "int", "u": "int", "f": "float"}.get(array.dtype.kind)
        except Exception:
            return None
    elif isinstance(value, np.ndarray):
        array, dtype = value, str(value.dtype)
    else:
        return None
    if dtype is None or array.dtype.kind not in "biuf":
        return None
    flat = array.ravel()[:: array.size // MOST_SKETCHED + 1].astype(float)
    odd = np.isnan(flat) + 2 * np.isposinf(flat) + 4 * np.isneginf(flat)
    flat = np.where(odd, 0, flat)
    place = np.arange(flat.size, dtype="uint64")
    weights = [place * 0 + 1.0, place * 2654435761 % 2**32 / 2**32, place * 2246822519 % 2**32 / 2**32]
    sums = [float(f"{total:.7g}") for total in (*(flat @ weight for weight in weights), np.abs(flat).sum())]
    return ["array", list(array.shape), dtype, sums, float(f"{odd @ weights[1] + odd.sum():.7g}")]


def _alike(one: Any, other: Any, strict: bool) -> bool:
    """Whether two sketches are of the same; `strict`: of the same dtype, and errors with the same text."""
    if isinstance(one, list) and isinstance(other, list) and one[:1] == other[:1] == ["array"]:
        (_, shape, dtype, sums, odd), (_, wanted, known, totals, oddly) = one, other
        near = 1e-5 * max(sums[3], totals[3]) + 1e-7
        close = all(abs(mine - theirs) <= near for mine, theirs in zip(sums, totals, strict=True))
        return shape == wanted and (dtype == known or not strict) and close and abs(odd - oddly) < 1e-5
    if isinstance(one, list) and isinstance(other, list):
        if one[:1] == other[:1] == ["error"] and not strict:
            return one[1] == other[1]
        return len(one) == len(other) and all(_alike(*pair, strict) for pair in zip(one, other, strict=True))
    return one is not None and type(one) is type(other) and one == other


def shared(texts: Sequence[str]) -> str:
    """The sentences that stand in each of the texts."""
    first, *others = [re.split(r"(?<=[.?!]) (?=[A-Z`(])", text) for text in texts]
    return " ".join(sentence for sentence in first if all(sentence in other for other in others))


# ------------------------------------------------------------------------ the likely causes
#
# A table to look things up in, not to read: `call` takes the first line whose
# pattern is found in the message of an error.

CAUSES = (
    (r"[Cc]annot cast ufunc '\w*divide' output",
     "`/=` would store fractions in the whole-number array it was given; "
     "`images / 255` makes a new array."),
    (r"cannot reshape array of size 0 into shape .*newaxis",
     "With no values at all, NumPy cannot work out what -1 stands for: "
     "say every size; `images.shape` has them."),
    (r"cannot reshape array of size",
     "A reshape keeps the number of values. Is a size written down that should come from the input?"),
    (r"could not be broadcast|could not broadcast|not aligned|mismatch in its core dimension",
     "The shapes do not fit. Print the `.shape` of both sides just before that line."),
    (r"truth value of an array",
     "`max`, `if`, `and` want one True or False. For a whole array there are `np.maximum` and `np.where`, "
     "for its largest value `x.max(...)`, and to pick from it `x[x > 3]`."),
    (r"only (0-dimensional|length-1|size-1) arrays can be converted",
     "`int`, `float` and the functions of `math` take one number: for a whole array there are `np.exp` and others."),
    (r"'KerasTensor' object|KerasTensor\.\w+\(\)|[Aa] (symbolic )?KerasTensor (is|cannot)",
     "That is a placeholder of Keras: it has a shape, and no values yet. A layer takes it: `layers.Flatten()(x)`."),
    (r"got multiple values for argument",
     "An argument is given twice, by its place and by its name. Name each one: `epochs=epochs`."),
    (r"\w\.\w+\(\) got an unexpected keyword",
     "Is that argument spelled as Keras or NumPy spells it?"),
    (r"positional arguments? but \d+ (was|were) given|required positional argument|unexpected keyword",
     "Is each function called with what its first line names? "
     "Keep the function's first line, with its parameters, as the exercise gives it."),
    (r"values to unpack",
     "On the left of the `=` stand more names than there are values on the right, or fewer. "
     "Print its `len(...)` or `.shape` just before that line."),
    (r"'tuple' object is not callable",
     "A shape is no function: `images.shape`, without parentheses."),
    (r"has no attribute 'predict_classes'",
     "Keras had that years ago: `model.predict(x).argmax(axis=1)` gives the digits."),
    (r"'numpy\.ndarray' object has no attribute",
     "An array has other methods than a list or a tensor."),
    (r"is out of bounds for axis",
     "There is no entry with that number. Is a label used as a position, "
     "or a length written down that should come from the input?"),
    (r"zero-size array to reduction operation",
     "Without any value there is no smallest and no largest one. Does the result need one?"),
    (r"cannot access local variable|referenced before assignment",
     "It is used before it has a value: what gives it one must come first, and above a loop that adds to it."),
    (r"name '(u?int|float)\d+' is not defined",
     'A dtype is written in quotation marks: `"float32"`.'),
    (r"name '(relu|softmax|sigmoid|linear|adam|rmsprop|sgd|((sparse_)?categorical_|binary_)?(crossentropy|accuracy))' "
     r"is not defined",
     "If it is yours: is it spelled right, and has the cell that defines it been run? "
     'If you mean what Keras has: write its name in quotation marks, such as "relu".'),
    (r"name '\w+' is not defined",
     "Is it spelled right, and has the cell that defines or imports it been run?"),
    (r"module 'keras[\w.]*' has no attribute",
     "Is it spelled right? Classes of Keras begin with a capital letter: `layers.Dense`."),
    (r"'int' object is not iterable",
     "A shape is a tuple, `(784,)`, with the comma; a loop that counts wants `range(...)`."),
    (r"'(list|tuple)' object has no attribute",
     "A list or a tuple is no array: `np.argmin(values)` and its like take both, `np.array(values)` makes one."),
    (r"'dict' object has no attribute",
     "What is in a dictionary is asked for by its name, in square brackets: `history[\"loss\"]`."),
    (r"only integer scalar arrays can be converted",
     "A list or a tuple cannot be indexed with an array. `np.where(...)` returns a tuple: its `[0]` is the array."),
    (r"None values not supported",
     "Keras wants images and labels, two arrays: `evaluate(x, y)`, or `evaluate(*pair)` for a pair; "
     "`validation_data` is a pair, `(x, y)`."),
    (r"Attempt to convert a value \(<\w+ name=",
     'A layer stands where numbers should be. An activation is a name: `activation="softmax"`.'),
    (r"No such file or directory",
     "Is the path right? And a file that lies only on your own computer is not there when the notebook is graded."),
    (r"No module named",
     "When it is graded, only what the course installs is there: can NumPy do it?"),
    (r"bitwise_xor|for \^: ",
     "A power is written with `**`: `x ** 2`."),
    (r"Cannot convert '\d+' to a shape",
     "A shape is a tuple, also one of a single number: `(784,)`, with the comma."),
    (r"invalid value for `units`",
     "A layer has a whole number of units: `//` divides without a fraction."),
    (r"Could not interpret activation function identifier",
     'Activations have lower-case names, such as "relu" and "softmax".'),
    (r"cardinality",
     "The arrays that Keras was given differ in length. Images and labels belong together, one label for each image."),
    (r"No loss to compute",
     "`compile` needs a loss: `loss=...`."),
    (r"Could not interpret \w+ identifier: <class",
     "An object is made by calling its class: `keras.optimizers.RMSprop()`, with parentheses."),
    (r"Could not interpret \w+ identifier",
     "Is the name spelled as Keras spells it?"),
    (r"Argument\(s\) not recognized: .*'lr'",
     "Keras calls it `learning_rate`; `lr` is what it was called years ago."),
    (r"`learning_rate` should be float",
     "A learning rate is written with a point: `0.001`, and `1.0` in place of `1`."),
    (r"Expected `metrics` argument to be a list",
     'There may be several metrics, so they are a list: `metrics=["accuracy"]`.'),
    (r"Expected `trainable` to be a boolean|Argument `name` must be a string",
     "`keras.Sequential` takes its layers in one list, in square brackets."),
    (r"Only instances of `keras.Layer` can be added",
     "A layer is made by calling its class: `layers.Flatten()`, with parentheses."),
    (r"`data_format` argument must be one of",
     "A layer is made first, and then called with what comes before it: `layers.Flatten()(x)`."),
    (r"All `outputs` values must be KerasTensors",
     "In the functional style each layer is called with what comes before it: `x = layers.Dense(10)(x)`."),
    (r"Received a label value of (-?\d+) which is outside",
     "The last layer has a unit for each label from 0 up; for this label it has none."),
    (r"must have the same rank|must have rank|Incompatible shapes",
     "Do labels and loss or metric fit? Whole numbers go with sparse_categorical_crossentropy, "
     "one-hot rows with categorical_crossentropy."),
    (r"is not a valid dtype for Keras type promotion",
     "By position, the third argument of `compile` is something else: write `metrics=[...]`."),
    (r"Only integers, slices .* are valid indices|'[\w.]*Tensor' object has no attribute",
     "That is a tensor of Keras; `np.asarray(...)` makes a NumPy array of it. And in `compile`, what Keras brings "
     'along stands in quotation marks: "accuracy"; without them, `accuracy` is your own function.'),
    (r"You must call `compile\(\)` before",
     "Compile the model first: it needs a loss."),
    (r"Exception encountered when calling (Sequential|Functional)",
     "Do the inputs have the shape that the model takes? Compare with its `input_shape`. "
     "A single image keeps the axis that counts the images: `x[:1]`, not `x[0]`."),
    (r"'NoneType' object|'ellipsis' object|unsupported operand type\(s\) for .*(NoneType|ellipsis)",
     "It uses something that is not written yet, or a function without a `return`."),
)
"""Cryptic messages of Python, NumPy and Keras, and what is usually behind them."""
