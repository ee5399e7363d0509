"""A simulated class from hand-out to gradebook: graded, killed twice, resumed, exported and read back. Run by hand:

    .venv/bin/python -m tests.corpora.whole_class [--learners 300] [--assignment 02-preprocessing] [--output DIR]

The commands are those an instructor types. Every learner's result is held to what the corpora say of the answers: which
questions lose points, and no others; for an attack, its verdict and scores. It stops at the first thing that is not as
it must be, and writes what it saw, and how long it took, to whole-class.json beside it and into autograder/README.md.
The class takes minutes, so it is no part of `make test`; there a smaller batch is killed fifty times
(tests/grading/test_batch.py), and each kind of submission is held to its scores (test_exercises.py).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autograder.authoring.sample_class import Sample, sample_class
from autograder.authoring.verify import UNTOUCHED, loses_points
from autograder.course import ROOT, Assignment, assignment, quiet_environment
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports import words
from tests.benchmarks import documentation
from tests.corpora.test_attacks import score_problems

GRADEBOOK = "gradebook.sqlite"
SEEN = Path(__file__).with_name("whole-class.json")
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


def check(exercise: Assignment, samples: Sequence[Sample], found: Sequence[SubmissionResult]) -> None:
    """One row each, and everybody's result as the corpora say it must be, before which kill ever it was graded."""
    rows = Counter(result.learner for result in found)
    learners = {sample.learner for sample in samples}
    # Some attacks hand in several files, each with a name of its own that begins with the learner's.
    several = {sample.learner for sample in samples if sample.attack is not None}
    missing = sorted(learner for learner in learners if learner not in rows and not (
        learner in several and any(row.startswith(learner) for row in rows)))
    assert not missing, f"not in the gradebook: {missing}"
    assert all(count == 1 for count in rows.values()), [learner for learner, count in rows.items() if count > 1]
    by_learner = {result.learner: result for result in found}
    wrong = []
    for sample in samples:
        if sample.attack is not None:
            own = [row for name, row in by_learner.items() if name.startswith(sample.learner)]
            for result in own:
                wrong += [f"{result.learner} ({sample.attack.name}): {problem}"
                          for problem in score_problems(sample.attack.expect, result, exercise)]
                if result.status not in sample.attack.expect.status:
                    wrong.append(f"{result.learner} ({sample.attack.name}) is {result.status.value}: {result.reason}")
            continue
        result = by_learner[sample.learner]
        lost = {question.name for question in result.questions if loses_points(question)}
        if result.status is not Verdict.GRADED or not result.questions or lost != set(sample.fails or ()):
            wrong.append(f"{result.learner} is {result.status.value} and loses points in {sorted(lost)}, must do so in "
                         f"{sample.fails}; {str(sample.edit)[:300]}")
        if sample.edit.base == UNTOUCHED and result.score:
            wrong.append(f"{result.learner} earns {result.score:g} for an untouched notebook")
    assert not wrong, "\n".join(wrong)


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
    of = {result.learner: result for result in found}
    for row in rows:
        name = next((cell.lstrip("'") for cell in row if cell.lstrip("'") in of), None)
        if name is not None and words.has_score(of[name]):
            numbers = [float(cell) for cell in row if re.fullmatch(r"\d+(\.\d+)?", cell)]
            assert any(abs(number - of[name].score) < 1e-4 for number in numbers), f"{target}: {name}: {row}"
    run = [cell for row in rows for cell in row if cell and cell[0] in "=+@"]
    assert not run, f"{target}: cells that a spreadsheet would run: {run}"
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
    exercise = assignment(options.assignment)
    samples = sample_class(exercise, folder, options.learners)

    began, at_kill = time.monotonic(), []
    for share in KILLED_AT:
        grade(folder, output, options.assignment, kill_at=round(share * len(samples)))
        at_kill.append(len(results(output)))
        print(f"killed with {at_kill[-1]} of {len(samples)} in the gradebook", flush=True)
    assert sorted(at_kill) == at_kill and 0 < at_kill[0] < at_kill[1] < len(samples)
    grade(folder, output, options.assignment)
    seconds = time.monotonic() - began
    found = results(output)
    check(exercise, samples, found)
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
    SEEN.write_text(json.dumps({
        "assignment": exercise.name, "learners": len(samples), "killed at": at_kill, "seconds": round(seconds),
        "seconds of grading again": round(again, 1),
        "verdicts": dict(verdicts.most_common()),
    }, indent=1) + "\n", encoding="utf-8")
    documentation.PART.put(documentation.told())


if __name__ == "__main__":
    main()
