"""How heavy the pages are, as a browser loads them: book/page-weights.json, and what book/README.md says of it.

    .venv/bin/python -m tests.book.weights

Keeps what the tests in the browser have weighed last. From then on they fail when a page becomes a tenth heavier or
lighter; where that is meant, run this again.
"""

from __future__ import annotations

import json
import statistics

from autograder.course import BOOK, BUILD
from tests.measured import Part

WEIGHED = BUILD / "book" / "page-weights.json"
KEPT = BOOK / "page-weights.json"
PART = Part(BOOK / "README.md", "weights")
SHOWN = 3


def kept() -> dict[str, int]:
    """Bytes that each page causes to be loaded, its pictures, scripts and fonts included."""
    weights: dict[str, int] = json.loads(KEPT.read_text(encoding="utf-8"))
    return weights


def told() -> str:
    """The sentence in book/README.md."""
    weights = kept()
    heaviest = sorted(weights, key=lambda name: -weights[name])[:SHOWN]
    listed = ", ".join(f"`{name}` ({weights[name] / 1e6:.2f})" for name in heaviest)
    return (f"In megabytes, all scripts and fonts included, the median of the {len(weights)} pages is "
            f"{statistics.median(weights.values()) / 1e6:.2f}. The heaviest are {listed}.")


def main() -> None:
    KEPT.write_text(WEIGHED.read_text(encoding="utf-8"), encoding="utf-8")
    PART.put(told())
    print(told())


if __name__ == "__main__":
    main()
