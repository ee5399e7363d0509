"""Trusted side: how much memory a sandbox uses, all its processes together.

Measured is PSS, in which a page shared by n processes counts 1/n for each.
RSS would count TensorFlow's pages, which all children share, once for each.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path


def megabytes(process: int, enough: float) -> float:
    """What `process` and all its descendants use, in MB; exact only when it is more than `enough`.

    RSS is never less than PSS and much quicker to read, so while the sum of RSS is small it is the answer.
    """
    processes = list(_tree(process))
    rough = sum(_resident(one) for one in processes)
    return rough if rough <= enough else sum(_proportional(one) for one in processes)


def _tree(process: int) -> Iterator[int]:
    """`process` and its descendants; a child of any thread counts."""
    yield process
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in Path(f"/proc/{process}/task/{thread}/children").read_text().split():
                yield from _tree(int(child))
    except OSError:  # It has ended meanwhile.
        return


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() / (1 << 20)


def _proportional(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except ProcessLookupError:
        return 0
    except OSError:  # The warden does not let itself be looked at.
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
