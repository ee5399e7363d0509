"""Measures how high the accuracy bars of the exercises may stand: runs the accepted styles with many seeds.

Some tests ask that a network, or a method, reads a certain share of images. A bar of that kind must never punish a
right answer for bad luck. So each accepted style, the solution and the right answers of the corpora, is run with many
seeds; the results are kept in calibration.json beside the master; and a bar has to lie at least five standard
deviations below the mean of every style. If the accuracies were spread like a normal distribution, one right answer in
three million would then fall below a bar (the upper tail of the normal distribution beyond 5 is 2.9e-7). That is an
extrapolation: fifty seeds cannot show it. The picture beside the data shows what they do show.

A run executes the code cells of a style's notebook up to the answer, with the style's own seed replaced, in another
process than this one; a process may make several runs. It is the course's own code and not a learner's, so it runs
unconfined.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import inspect
import io
import json
import math
import multiprocessing
import os
import re
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder import course
from autograder.authoring import bars, corpus
from autograder.authoring.bars import Bar
from autograder.authoring.casefiles import apply
from autograder.authoring.corpus import Edit
from autograder.course import METADATA_KEY, Assignment, CourseError

SEEDS = 50
"""How many runs the solution gets and, for each bar that is close, the weakest style."""

FEW = 10
"""How many every other style gets: enough to see that it is not the weakest."""

DEVIATIONS = 5
"""A bar's distance below the mean of every accepted style, in standard deviations."""

CLOSE = 2 * DEVIATIONS
"""A bar that lies so far below its weakest style needs no more runs of it."""

SOLUTION = "solution"
SEED = re.compile(r"((?:set_random_seed|default_rng|RandomState|random\.seed)\(|\bseed=)\s*\d+")
"""The place where a style sets its seed."""

MAGIC = re.compile(r"^%.*$", re.MULTILINE)
"""Jupyter's own commands, which are no Python. In the corpora they set how things are shown."""


# --- The styles -----------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Style:
    """One way to answer that is accepted as right; `code` is its cells up to the answer."""

    exercise: str
    name: str
    code: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The hash of what its runs depend on: its code, and how its exercise measures."""
        measure = ast.unparse(ast.parse(inspect.getsource(bars.of(self.exercise).measure)))
        return hashlib.sha256("\n\n".join((*self.code, measure)).encode()).hexdigest()


def styles(assignment: Assignment) -> list[Style]:
    """Returns the solution, the right answers and the edges, each different program once.

    Raises:
        CourseError: the exercise is not built, or its corpora are not in order.
    """
    edits: dict[str, Edit] = {SOLUTION: Edit()}
    edits |= {case.name: case.edit for case in corpus.right_answers(assignment) if case.edit.base == "solved"}
    own = bars.of(assignment.name)
    edits |= own.edges
    question = own.bars[0].question
    found: dict[tuple[str, ...], Style] = {}
    for name, edit in edits.items():
        code = tuple(_code(apply(edit, assignment)["cells"], question))
        if code:
            found.setdefault(code, Style(assignment.name, name, code))
    return list(found.values())


def _code(cells: Iterable[Mapping[str, Any]], question: str) -> list[str]:
    """Returns the code cells up to the last answer to `question`, without the checks; none when there is no answer."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and ".check(" not in cell["source"]]
    answers = [i for i, cell in enumerate(code) if cell["metadata"].get(METADATA_KEY, {}).get("answer") == question]
    return [cell["source"] for cell in code[: answers[-1] + 1]] if answers else []


def _begin() -> None:
    """Runs in a worker, before anything else: enters the exercises' folder, and sets TensorFlow to one thread."""
    from autograder.grading.engine import one_thread_environment

    os.environ |= one_thread_environment()
    sys.path.insert(0, str(course.EXERCISES))
    os.chdir(course.EXERCISES)
    from autograder.bridge import fasterfit

    fasterfit.install()


def _run(code: Sequence[str], exercise: str, seed: int) -> dict[str, float]:
    """Runs in a worker: executes a style's code with `seed`; returns what its exercise measures, each from 0 to 1."""
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)  # for a style that sets none
    answers: dict[str, Any] = {"__name__": "__main__"}
    raised: list[Exception] = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for source in code:
            source = MAGIC.sub("", SEED.sub(rf"\g<1>{seed}", source))
            try:
                exec(compile(source, "<answer>", "exec"), answers)
            # As in a notebook, the next cells run all the same. No answer of the corpora raises: `verify` runs them.
            except Exception as error:
                raised.append(error)
        try:
            return bars.of(exercise).measure(answers, seed)
        except Exception as error:
            raise (raised or [error])[0] from error


# --- The data -------------------------------------------------------------------------------------------------

Runs = dict[str, dict[str, dict[str, Any]]]
"""By exercise and style: `digest`, and `seeds`: seed (as text) -> measured values."""


def file(exercise: str) -> Path:
    """Returns where the runs of an exercise are kept; their picture lies beside it, as an .svg."""
    return course.master(exercise).with_name("calibration.json")


def kept() -> Runs:
    """Returns the runs in the repository, of each exercise that has any."""
    return {name: json.loads(file(name).read_text(encoding="utf-8"))
            for name in bars.exercises() if file(name).exists()}


def _keep(runs: Runs, exercise: str) -> None:
    """Writes the runs of an exercise, a line for each seed; whole or not at all."""
    path = file(exercise)
    text = json.dumps(runs[exercise], indent=1)
    text = re.sub(r'(\n\s+"\d+": )\{\s+([^}]*?)\s+\}', lambda m: m[1] + "{" + re.sub(r"\s+", " ", m[2]) + "}", text)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)


def accuracies(runs: Runs, bar: Bar) -> dict[str, list[float]]:
    """Returns the measured values for a bar, by style; styles that were never run are left out."""
    return {name: [measured[bar.measure] for measured in style["seeds"].values()]
            for name, style in runs.get(bar.exercise, {}).items() if style["seeds"]}


@dataclass(frozen=True)
class Margin:
    """The distance of a bar below one style: all from 0 to 1, and `deviations` in standard deviations of the style."""

    style: str
    seeds: int
    mean: float
    deviation: float
    least: float
    deviations: float


def margins(runs: Runs, bar: Bar) -> list[Margin]:
    """Returns the bar's margin for each style, the narrowest first.

    The standard deviation is the sample's, with n - 1. Without chance it is 0, and the margin is infinite or, for a
    style below the bar, minus infinity.
    """
    found = []
    for name, measured in accuracies(runs, bar).items():
        mean = statistics.fmean(measured)
        deviation = statistics.stdev(measured) if len(measured) > 1 else 0.0
        above = mean - bar.height
        far = above / deviation if deviation else math.copysign(math.inf, above if above else 1)
        found.append(Margin(name, len(measured), mean, deviation, min(measured), far))
    return sorted(found, key=lambda margin: (margin.deviations, margin.mean))


def wanted(runs: Runs, bar: Bar, seeds: int = SEEDS) -> dict[str, int]:
    """Returns how many runs each style needs for this bar, by the style's name: many where it is close."""
    if not bar.chance:
        return dict.fromkeys(runs[bar.exercise], 1)
    weakest = [margin.style for margin in margins(runs, bar)[:1] if margin.deviations < CLOSE]
    return {name: seeds if name in (SOLUTION, *weakest) else min(FEW, seeds) for name in runs[bar.exercise]}


def problems(runs: Runs, bar: Bar, seeds: int = SEEDS) -> list[str]:
    """Returns why the bar may not stand where it does, one sentence a reason; nothing when it may."""
    where = f"{bar.exercise}, {bar.question}, {100 * bar.height:g}% of the {bar.measure}"
    found = margins(runs, bar)
    if SOLUTION not in {margin.style for margin in found}:
        return [f"{where}: the solution was never measured."]
    needed = wanted(runs, bar, seeds)
    reasons = [f"{where}: {margin.style!r} was measured with {margin.seeds} seeds of {needed[margin.style]}."
               for margin in found if margin.seeds < needed[margin.style]]
    for margin in found:
        reads = f"{where}: {margin.style!r} reads {100 * margin.mean:.2f}% on average"
        if margin.mean < bar.height:
            reasons.append(f"{reads}, which is less.")
        elif bar.chance and margin.seeds > 1 and not margin.deviation:
            reasons.append(f"{reads}, the same with every seed: its own seed was not replaced, see SEED.")
        elif margin.deviations < DEVIATIONS:
            reasons.append(f"{reads} with a standard deviation of {100 * margin.deviation:.2f}; "
                           f"the bar is {margin.deviations:.1f} of them below, and must be {DEVIATIONS}.")
    return reasons


# --- The command ----------------------------------------------------------------------------------------------

def calibrate(names: Sequence[str], console: Console, seeds: int = SEEDS, jobs: int | None = None) -> bool:
    """Makes the missing runs, keeps them and draws them; returns True when every bar may stand where it does.

    Args:
        names: exercises; all that have a bar when none is given.
        console: for progress and the table.
        seeds: how many runs of the solution and of the weakest style, where a seed decides.
        jobs: runs at a time, each on one thread; one a core when not given.

    Raises:
        CourseError: an exercise has no bar or is not built, or an answer raises.
    """
    standing = [bar for name in names or bars.exercises() for bar in bars.of(name).bars]
    runs = kept()
    known: dict[tuple[str, str], Style] = {}
    for name in dict.fromkeys(bar.exercise for bar in standing):
        before = runs.get(name, {})
        runs[name] = {}
        for style in styles(course.assignment(name)):
            known[name, style.name] = style
            old = before.get(style.name, {})
            runs[name][style.name] = (
                old if old.get("digest") == style.digest else {"digest": style.digest, "seeds": {}})
    # The weakest style can change with every round, and then another one needs more runs.
    try:
        while waiting := _waiting(runs, standing, known, seeds):
            _make(waiting, runs, console, jobs or os.cpu_count() or 1)
    finally:
        # Also when it is stopped: finished runs are kept, and the picture always shows those that are kept.
        for name in dict.fromkeys(bar.exercise for bar in standing):
            _keep(runs, name)
            draw(runs, name, file(name).with_suffix(".svg"))
    console.print(_table(runs, standing))
    found = [reason for bar in standing for reason in problems(runs, bar, seeds)]
    for reason in found:
        console.print(reason, markup=False)
    return not found


def _waiting(runs: Runs, standing: Sequence[Bar], known: Mapping[tuple[str, str], Style],
             seeds: int) -> list[tuple[Style, int]]:
    """Returns the runs that the bars still need, as a style and a seed."""
    needed: dict[tuple[str, str], int] = {}
    for bar in standing:
        for name, count in wanted(runs, bar, seeds).items():
            needed[bar.exercise, name] = max(count, needed.get((bar.exercise, name), 0))
    found = [(style, seed) for where, style in known.items() for seed in range(needed[where])
             if str(seed) not in runs[where[0]][where[1]]["seeds"]]
    # Seed by seed, not style by style: if somebody stops, every style has as many runs as possible.
    return sorted(found, key=lambda one: one[1])


def _make(waiting: Sequence[tuple[Style, int]], runs: Runs, console: Console, jobs: int) -> None:
    """Makes the waiting runs, and keeps each as soon as it is made."""
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin) as pool:
        futures = {pool.submit(_run, style.code, style.exercise, seed): (style, seed) for style, seed in waiting}
        try:
            for count, future in enumerate(as_completed(futures), 1):
                style, seed = futures[future]
                if error := future.exception():
                    raise CourseError(f"{style.exercise}, {style.name!r}: cannot be run: {error!r}") from error
                measured = {name: round(value, 4) for name, value in future.result().items()}
                made = runs[style.exercise][style.name]
                made["seeds"] = dict(sorted((made["seeds"] | {str(seed): measured}).items(),
                                            key=lambda one: int(one[0])))
                _keep(runs, style.exercise)
                said = ", ".join(f"{100 * value:.2f}% of the {name}" for name, value in measured.items())
                console.print(f"[{count}/{len(waiting)}] {style.exercise}, {style.name}, seed {seed}: {said}",
                              markup=False, highlight=False, soft_wrap=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _table(runs: Runs, standing: Sequence[Bar]) -> Table:
    table = Table(title="Each bar and its weakest accepted style, in percent; sd: standard deviation",
                  title_justify="left")
    table.add_column("bar")
    table.add_column("style")
    for heading in ("seeds", "mean", "sd", "least", "sd above"):
        table.add_column(heading, justify="right", no_wrap=True)
    for bar in standing:
        for margin in margins(runs, bar)[:1]:
            table.add_row(f"{bar.question}, {100 * bar.height:g} of the {bar.measure}", margin.style, str(margin.seeds),
                          f"{100 * margin.mean:.2f}", f"{100 * margin.deviation:.2f}", f"{100 * margin.least:.2f}",
                          f"{margin.deviations:.1f}" if bar.chance else "")
    return table


def draw(runs: Runs, exercise: str, path: Path) -> None:
    """Draws the picture of an exercise's runs: a row for each style, a tick for each seed, a line for each bar."""
    import matplotlib
    from matplotlib.figure import Figure

    standing = bars.of(exercise).bars
    panels = list(dict.fromkeys(bar.measure for bar in standing))
    rows = max(len(runs[exercise]), 1)
    with matplotlib.rc_context({"svg.hashsalt": "bars", "font.size": 9}):
        figure = Figure(figsize=(8, (0.8 + 0.22 * rows) * len(panels)), layout="constrained")
        axes = figure.subplots(len(panels), 1, squeeze=False)
        for axis, measure in zip(axes[:, 0], panels, strict=True):
            lines = [bar for bar in standing if bar.measure == measure]
            measured = accuracies(runs, lines[0])
            for row, values in enumerate(measured.values()):
                axis.plot([100 * value for value in values], [row] * len(values), "|", color="#0072b2", ms=9)
            for bar in lines:
                axis.axvline(100 * bar.height, color="#d55e00", lw=1.5)
            axis.set_yticks(range(len(measured)), list(measured))
            axis.invert_yaxis()
            axis.set_title(f"{exercise}: read right of the {measure}, in %", loc="left", fontsize=9)
            axis.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None})
