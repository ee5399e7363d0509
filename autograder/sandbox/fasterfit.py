"""Inside the cell runner: `fit` with several batches per call into TensorFlow, where that changes nothing."""

from __future__ import annotations


def install() -> None:
    """Replaces `keras.Model.fit`."""
