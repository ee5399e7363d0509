"""Makes a process here like one in the page: without what Pyodide lacks, and with the stand-ins for it."""

from __future__ import annotations

import os
import sys
from typing import Any

NOT_THERE = ("tensorflow", "h5py", "tree", "torch")
"""Packages that a page does not have, and for which nothing stands."""


class Missing:
    """In `sys.meta_path`: says of these packages that there are none, as Python does where they are not installed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def only_what_a_page_has(stand_ins: str) -> None:
    """Before Keras is imported: hides what a page lacks, and puts what stands for it first on the path.

    Args:
        stand_ins: the folder with the stand-ins.
    """
    sys.meta_path.insert(0, Missing(NOT_THERE))
    sys.path.insert(0, stand_ins)
    os.environ["KERAS_BACKEND"] = "numpy"
