"""How large the page is, and how long a learner waits in it: in a Chromium on this machine, from a static server.

    python -m tests.benchmarks.page

Writes results/page.json and the part of book/page/README.md between the marks.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from playwright.sync_api import Browser, Page, sync_playwright

from autograder import course
from autograder.page import obtain, serve, site
from book.chromium import chromium
from tests.measured import Part
from tests.page.visit import Visit, run_one

RESULTS = Path(__file__).parent / "results" / "page.json"
PART = Part(course.ROOT / "book" / "page" / "README.md")
EXERCISE = "01-dataset"

TRAINING = """
import json, time
began = time.perf_counter()
import keras
imported = time.perf_counter() - began
import numpy as np
from keras import layers
generator = np.random.default_rng(0)
x = generator.random((1280, 784), dtype="float32")
y = generator.integers(0, 10, 1280)
hidden, last = layers.Dense(512, activation="relu"), layers.Dense(10, activation="softmax")
model = keras.Sequential([keras.Input((784,)), hidden, last])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

def step(x, y, w1, b1, w2, b2):
    h = np.maximum(0, x @ w1 + b1)
    z = h @ w2 + b2
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    back = p @ w2.T * (h > 0)
    for weight, slope in ((w2, h.T @ p), (b2, p.sum(0)), (w1, x.T @ back), (b1, back.sum(0))):
        weight -= np.float32(0.01) * slope

def plain():
    for first in range(0, 1280, 128):
        step(x[first:first + 128], y[first:first + 128], *weights)

def timed(what):
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) / 10

weights = model.get_weights()
fit = lambda: model.fit(x, y, batch_size=128, verbose=0)
rounds = [(timed(fit), timed(plain)) for _ in range(4)][1:]
print("MEASURED", json.dumps([imported, min(r[0] for r in rounds), min(r[1] for r in rounds)]))
"""
"""In the page: seconds of `import keras`, of a step of `fit`, and of the same step in plain NumPy."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = serve.server(folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{serve.HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def first_cell(visit: Visit) -> tuple[Page, dict[str, float]]:
    """Opens the exercise and runs its first cell; returns seconds from the first click."""
    began = time.perf_counter()
    page = visit.open(EXERCISE)
    shown = time.perf_counter() - began
    run_one(page, 0)
    return page, {"shown": shown, "first cell": time.perf_counter() - began}


def fetched(visit: Visit, folder: Path) -> dict[str, float]:
    """Megabytes of the files that were asked for, each once, as they lie and as servers compress them."""
    names = {unquote(urlparse(url).path).lstrip("/") for url in visit.asked}
    contents = [(folder / name).read_bytes() for name in names if (folder / name).is_file()]
    return {"fetched": sum(map(len, contents)) / 1e6,
            "compressed": sum(len(gzip.compress(content, 6)) for content in contents) / 1e6}  # fmt: skip


def measure(browser: Browser, address: str, folder: Path) -> dict[str, Any]:
    context = browser.new_context()
    visit = Visit(context, address)
    page, cold = first_cell(visit)
    until_first = fetched(visit, folder)
    page.close()
    page, warm = first_cell(visit)
    said = run_one(page, 1, TRAINING)
    imported, step, plain = json.loads(said.partition("MEASURED ")[2])
    everything = fetched(visit, folder)
    context.close()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return {"machine": {"cores": os.cpu_count(), "processor": platform.machine(), "load": os.getloadavg()[0]},
            "size": size, "until first cell": until_first, "with Keras": everything, "cold": cold, "warm": warm,
            "keras": imported, "step": step, "plain step": plain}  # fmt: skip


def told() -> str:
    """What is recorded, in Markdown."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    machine, first, keras = found["machine"], found["until first cell"], found["with Keras"]
    return "\n".join([
        f"Measured in a headless Chromium on {machine['cores']} cores ({machine['processor']}), at a load of "
        f"{machine['load']:.1f}: other work shares the cores where that is more than 1 or 2.", "",
        "| | |", "|---|---|",
        f"| the site on the disk | {found['size']:.1f} MB |",
        f"| fetched until the first cell has run | {first['fetched']:.1f} MB, compressed {first['compressed']:.1f} MB "
        "|",
        f"| with Keras | {keras['fetched']:.1f} MB, compressed {keras['compressed']:.1f} MB |",
        f"| the notebook is shown, first visit; a second one | {found['cold']['shown']:.1f} s; "
        f"{found['warm']['shown']:.1f} s |",
        f"| its first cell has run | {found['cold']['first cell']:.1f} s; {found['warm']['first cell']:.1f} s |",
        f"| `import keras` | {found['keras']:.1f} s |",
        f"| a training step, 128 images through 784, 512 and 10 numbers | {1000 * found['step']:.0f} ms |",
        f"| the same in plain NumPy | {1000 * found['plain step']:.0f} ms, so `fit` takes "
        f"{found['step'] / found['plain step']:.1f} times as long |",
    ])  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = site.build(obtain.obtain(obtain.cache()), Path(temporary) / "site")
        with served(folder) as address, sync_playwright() as playwright:
            browser = chromium(playwright)
            results = measure(browser, address, folder)
            browser.close()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PART.put(told())
    print(told())


if __name__ == "__main__":
    sys.exit(main())
