"""Writes the images that the network of "Watch it learn" is trained on, small enough for a page.

    .venv/bin/python book/demo/export_learn.py

Writes `learn-images.js`, which the page loads when it is needed: the first 2,000 training images, and the first 1,000
of those that the book holds out, as a PNG of one image a row. A byte's 256 grays are rounded to six, which the eye
hardly sees and the network does not mind: so a pixel takes half a byte, and most of a row is one gray.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "exercises" / "mnist.npz"
TARGET = HERE / "learn-images.js"

LEARNED, HELD = 2_000, 1_000
HELD_OUT = 50_000
"""From this place on the training images are held out, as in the book's chapters."""
STEP = 51
"""From one gray to the next: 0, 51, ..., 255."""


def chosen() -> tuple[np.ndarray, np.ndarray]:
    """The images, uint8 of shape (3000, 784) with six grays, and their labels; those held out come last."""
    with np.load(DATA) as data:
        rows = np.r_[:LEARNED, HELD_OUT:HELD_OUT + HELD]
        images, labels = data["x_train"][rows].reshape(-1, 784), data["y_train"][rows]
    return np.uint8(np.round(images / STEP) * STEP), labels


def png(images: np.ndarray) -> bytes:
    """A PNG of 4-bit grays, of which each row is one image; no row is filtered, so that a page reads it easily."""
    nibbles = images // 17
    packed = (nibbles[:, ::2] << 4) | nibbles[:, 1::2]
    rows = np.pad(packed, ((0, 0), (1, 0)))  # a row opens with its filter: none
    best = zlib.compressobj(9, zlib.DEFLATED, 15, 9)
    body = best.compress(rows.tobytes()) + best.flush()

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", images.shape[1], len(images), 4, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def main() -> None:
    images, labels = chosen()
    # URL-safe base64 is one long word, in which no spell checker finds shorter ones.
    packed = {"learned": LEARNED, "labels": "".join(map(str, labels)),
              "png": base64.urlsafe_b64encode(png(images)).decode()}
    TARGET.write_text(
        "/* Written by export_learn.py: the images that a page trains a network on. */\n"
        '"use strict";\nvar ReadingDigits = window.ReadingDigits || {};\n'
        f"ReadingDigits.learnImages = {json.dumps(packed)};\n", encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
