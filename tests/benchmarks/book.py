"""How long the book takes: from nothing, unchanged, and with one chapter changed, in a copy of the repository.

    .venv/bin/python -m tests.benchmarks.book [--rounds N]

Writes results/book.json and the sentence in book/README.md. The changed chapter is the one that took longest.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder import course
from tests.measured import Part

RESULTS = Path(__file__).parent / "results" / "book.json"
PART = Part(course.BOOK / "README.md")
EXECUTED = re.compile(r"\[\d+/\d+\] (\S+\.md): (\d+) s")
CELL = "```{code-cell} python\n"


def copy_repository(folder: Path) -> None:
    """What git knows of, as it is now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=course.ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (course.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(course.ROOT / name, folder / name)


def build(folder: Path) -> tuple[float, dict[str, int]]:
    """Seconds of a build, and those of the chapters that were executed in it."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "book/build.py"], cwd=folder, capture_output=True, text=True)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr[-3000:]
    return seconds, {name: int(took) for name, took in EXECUTED.findall(done.stdout)}


def change(page: Path, number: int) -> None:
    """Another last code cell, so that the chapter has to be executed again."""
    text = page.read_text(encoding="utf-8")
    before, cell, after = text.rpartition(CELL)
    body, end, rest = after.partition("\n```\n")
    page.write_text(f"{before}{cell}{body}\nchanged = {number}{end}{rest}", encoding="utf-8")


def measure(rounds: int) -> dict[str, float | str]:
    """Everything, in one run; the median of the rounds but for the build from nothing, which is one."""
    with tempfile.TemporaryDirectory(prefix="book-") as temporary:
        folder = Path(temporary)
        copy_repository(folder)
        nothing, chapters = build(folder)
        slowest = max(chapters, key=lambda name: chapters[name])
        unchanged, changed = [], []
        for number in range(rounds):
            seconds, executed = build(folder)
            assert not executed
            unchanged.append(seconds)
            change(folder / "book" / slowest, number)
            seconds, executed = build(folder)
            assert list(executed) == [slowest]
            changed.append(seconds)
    return {"chapters": len(chapters), "nothing": nothing, "unchanged": statistics.median(unchanged),
            "slowest": slowest, "changed": statistics.median(changed)}


def told() -> str:
    """What is recorded, a sentence."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    return (f"Measured on two cores: from nothing, with {found['chapters']} chapters to execute, the book takes "
            f"{found['nothing'] / 60:.1f} minutes; unchanged {found['unchanged']:.0f} seconds; with one chapter "
            f"changed, `{found['slowest']}`, which takes longest, {found['changed']:.0f} seconds.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    RESULTS.write_text(json.dumps(measure(parser.parse_args().rounds), indent=1) + "\n", encoding="utf-8")
    PART.put(told())
    print(told())


if __name__ == "__main__":
    main()
