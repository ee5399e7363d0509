"""A simulated class from hand-out to gradebook: graded, killed twice, resumed, exported and read back. Run by hand:

    .venv/bin/python -m tests.corpora.whole_class [--learners 300] [--assignment 02-preprocessing] [--output DIR]

The commands are those an instructor types. It stops at the first thing that is not as it must be, and prints what it
saw and how long it took. The class takes minutes, so it is no part of `make test`; there a smaller batch is killed
fifty times (tests/grading/test_batch.py), and each kind of submission is held to its scores (test_exercises.py).
"""

from __future__ import annotations

import argparse
import csv
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from autograder.authoring.sample_class import Sample, sample_class
from autograder.course import ROOT, assignment, quiet_environment
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import SubmissionResult, Verdict

GRADEBOOK = "gradebook.sqlite"
KILLED_AT = (1 / 3, 2 / 3)
"""After which share of the class the batch is killed, with everything that it has started."""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "autograder", *map(str, arguments)]


def grade(folder: Path, output: Path, name: str, kill_at: int | None = None) -> None:
    """Grades the class; with `kill_at` until it says that so many are graded, and then it is killed without warning."""
    process = subprocess.Popen(command("grade", folder, "--assignment", name, "--output", output), cwd=ROOT,
                               env=quiet_environment(), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        progress = re.match(r"(\d+) of \d+", line)
        if kill_at is not None and progress and int(progress[1]) >= kill_at:
            process.kill()
    process.wait()
    ended = -signal.SIGKILL if kill_at is not None else 0
    assert process.returncode == ended, f"autograder grade ended with {process.returncode}, not {ended}"


def results(output: Path) -> list[SubmissionResult]:
    with Gradebook(output / GRADEBOOK) as book:
        return book.results()


def check(samples: Sequence[Sample], found: Sequence[SubmissionResult]) -> None:
    """One row each, and the same answers the same scores, whoever gave them and whenever they were graded."""
    rows = Counter(result.learner for result in found)
    learners = {sample.learner for sample in samples}
    # Some attacks hand in several files, each with a name of its own that begins with the learner's.
    several = {sample.learner for sample in samples if sample.attack is not None}
    missing = sorted(learner for learner in learners if learner not in rows and not (
        learner in several and any(row.startswith(learner) for row in rows)))
    assert not missing, f"not in the gradebook: {missing}"
    assert all(count == 1 for count in rows.values()), [learner for learner, count in rows.items() if count > 1]
    by_learner = {result.learner: result for result in found}
    same: dict[str, set[tuple[float, ...]]] = defaultdict(set)
    for sample in samples:
        if sample.attack is None:
            result = by_learner[sample.learner]
            assert result.status in (Verdict.GRADED, Verdict.REVIEW, Verdict.TIMEOUT, Verdict.CRASHED), result
            same[repr(sample.edit)].add(tuple(round(question.score, 6) for question in result.questions))
    unequal = [edit[:200] for edit, scores in same.items() if len(scores) > 1]
    assert not unequal, f"the same answers with different scores: {unequal}"


def export(output: Path, target: str, found: Sequence[SubmissionResult]) -> int:
    """Exports, takes the file back as the system's template, exports again: the same scores. Returns its rows."""
    first, second = output / f"first-{target}.csv", output / f"second-{target}.csv"
    subprocess.run(command("export", target, "--output", output, "--to", first), check=True, cwd=ROOT,
                   stderr=subprocess.DEVNULL)
    text = first.read_text(encoding="utf-8-sig")
    if target != "csv":
        subprocess.run(command("export", target, "--output", output, "--template", first, "--to", second), check=True,
                       cwd=ROOT, stderr=subprocess.DEVNULL)
        assert scores_in(second) == scores_in(first), f"{target}: the second export says something else"
    rows = list(csv.reader(text.splitlines()))
    cells = {cell.lstrip("'") for row in rows for cell in row}
    lost = [result.learner for result in found if result.learner not in cells]
    assert not lost, f"{target}: not in the export: {lost}"
    assert not [cell for cell in cells if cell[:1] in "=+@"], f"{target}: a cell that a spreadsheet would run"
    return len(rows)


def scores_in(path: Path) -> list[list[str]]:
    return sorted(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--assignment", default="02-preprocessing")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "whole-class")
    options = parser.parse_args()
    folder, output = options.output / "class", options.output / "grades"
    assert not output.exists(), f"{output} is there already; remove it, or choose another folder with --output"
    samples = sample_class(assignment(options.assignment), folder, options.learners)

    began, at_kill = time.monotonic(), []
    for share in KILLED_AT:
        grade(folder, output, options.assignment, kill_at=round(share * len(samples)))
        at_kill.append(len(results(output)))
        print(f"killed with {at_kill[-1]} of {len(samples)} in the gradebook", flush=True)
    assert sorted(at_kill) == at_kill and 0 < at_kill[0] < at_kill[1] < len(samples)
    grade(folder, output, options.assignment)
    seconds = time.monotonic() - began
    found = results(output)
    check(samples, found)
    verdicts = Counter(result.status.value for result in found)
    print(f"{len(found)} submissions in {seconds:.0f} s, two kills included: "
          + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))

    began = time.monotonic()
    grade(folder, output, options.assignment)
    again = time.monotonic() - began
    assert [(r.learner, r.score) for r in results(output)] == [(r.learner, r.score) for r in found]
    print(f"graded again, unchanged: {again:.1f} s")
    for target in ("canvas", "moodle", "gradescope", "csv"):
        print(f"{target}: {export(output, target, found)} rows out, in, and out again")
    pages = {path.stem for path in (output / "feedback").glob("*.html")}
    assert len(pages) == len(found), f"{len(pages)} feedback pages for {len(found)} submissions"
    print(f"{len(pages)} feedback pages; the class report is {output / 'report.html'}")


if __name__ == "__main__":
    main()
