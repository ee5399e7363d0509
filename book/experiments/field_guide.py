"""Appendix A: every broken network of `mistakes.yaml`, run and measured.

A case is the right program with some of its steps replaced. All 60,000 training images, five epochs, one
seed; measured the way the wrong program measures. Where a program stops with an error, the message is kept.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import keep

CORPUS = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))
RIGHT = CORPUS["right"]
TRAINING = ("load", "prepare", "model", "compile", "fit")
TESTING = ("prepare_test", "evaluate")
TRUTH = "np.mean(model.predict(x_test).argmax(axis=1) == y_test)"
BASE = hashlib.sha256(json.dumps(RIGHT, sort_keys=True).encode()).hexdigest()[:12]

RUNS = [{"name": case["name"], "code": case["code"], "truth": case.get("truth", TRUTH), "base": BASE}
        for case in [{"name": "right", "code": {}}, *CORPUS["mistakes"]]]
SAMPLE = [index for index, case in enumerate(CORPUS["mistakes"], 1)
          if case["symptom"] == "raises" or case["name"] == "one-batch"]
TOLERANCE = 0.03


def run(name: str, code: dict[str, str], truth: str, base: str) -> dict[str, Any]:
    """Runs one program.

    Returns:
        what it says (`loss`, `accuracy`), what it printed while training (`history`), how well its network
        really reads (`truth`), and Keras' warning if there was one. Or the `step` at which it stopped, the
        `error` and its `message`.
    """
    program = RIGHT | code
    step = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if any(step in code for step in TRAINING):
                names = begin()
                for step in TRAINING:
                    exec(program[step], names)
            else:
                names = dict(right_network())
            for step in TESTING:
                exec(program[step], names)
        except Exception as error:
            return {"step": step, "error": type(error).__name__, "message": readable(str(error))}
    history = names["history"].history
    accuracy = next((key for key in history if "accuracy" in key and not key.startswith("val")), None)
    measured = {
        "loss": names["loss"], "accuracy": names["accuracy"], "truth": float(eval(truth, names)),
        "history": {"loss": history["loss"], "accuracy": history.get(accuracy, []),
                    "val_accuracy": history.get("val_accuracy", [])},
    }
    said = [str(warning.message) for warning in caught if "keras" in warning.filename]
    return measured | ({"warning": said[0]} if said else {})


@functools.cache
def right_network() -> dict[str, Any]:
    """What the right program has made before it turns to the test set; several mistakes begin only there."""
    names = begin()
    for step in TRAINING:
        exec(RIGHT[step], names)
    return names


def begin() -> dict[str, Any]:
    """The names that a program finds, with Keras silent and at its first random number."""
    import digits
    import keras

    set_defaults(keras.Model)
    keras.utils.set_random_seed(0)
    return {"np": np, "keras": keras, "layers": keras.layers, "digits": digits}


@functools.cache
def set_defaults(model: Any) -> None:
    """No progress bars, and fifty steps to a call, which saves time and changes no bit of the result."""
    def with_defaults(method: Any, **defaults: Any) -> Any:
        @functools.wraps(method)
        def wrapped(*arguments: Any, **given: Any) -> Any:
            return method(*arguments, **(defaults | given))
        return wrapped

    model.compile = with_defaults(model.compile, steps_per_execution=50)
    for name in ("fit", "evaluate", "predict"):
        setattr(model, name, with_defaults(getattr(model, name), verbose=0))


def readable(message: str) -> str:
    """An error message without colors, addresses in somebody's file system and endless lists."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", message)
    message = re.sub(r"(\n *(File .*)?)+\n", "\n\n", message)
    message = re.sub(r"((?: \d+){8})(?: \d+)+", r"\1 ...", message)
    return re.sub(r"\n\s*\[\[\{\{node.*", "", message).strip()


if __name__ == "__main__":
    keep(__file__)
