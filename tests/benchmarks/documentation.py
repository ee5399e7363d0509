"""The measured part of autograder/README.md, made from the results, never by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.course import ROOT
from tests.measured import Part

PART = Part(ROOT / "autograder" / "README.md")
RESULTS = Path(__file__).parent / "results" / "grading.json"
CLASS = Path(__file__).parents[1] / "corpora" / "whole-class.json"
"""What tests/corpora/whole_class.py saw."""

UNMEASURED = "Not measured on a quiet machine yet: run `make bench`."

MANY = 10_000
"""Submissions of a large course."""

CORES = 64
"""Of a small cluster."""

WAYS = {
    "otter_1": "`otter run`, one by one",
    "otter_2": "`otter run`, two at a time",
    "ours": "`autograder grade`, from the start of the command to the last report",
    "floor_1": "floor: training and evaluation alone, in warm forks",
    "floor_50": "floor with `steps_per_execution=50`",
    "floor_pages": "the last one with large pages",
}


def speed(results: dict[str, Any]) -> str:
    """The tables in Markdown, and what they say about the goals."""
    machine, trains, plain = results["machine"], results["trains"], results["numpy"]
    lines = [
        f"Measured on {machine['cores']} cores ({machine['processor']}, Python {machine['python']}), classes of "
        f"{results['learners']} (of {results['few']} for `otter run`), median of {results['rounds']} rounds; seconds a "
        "submission, and how many times the throughput of `otter run` one by one.",
        "",
        "| way of grading | trains | times | does not train | times |",
        "|---|---|---|---|---|",
    ]
    for key, words in WAYS.items():
        cells = []
        for found in (trains.get(key), plain.get(key)):
            cells += [f"{found['seconds']:.2f}", f"{found['times']:.1f}"] if found else ["", ""]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    warm = {kind: results[kind]["ours"] for kind in ("trains", "numpy")}
    times = {kind: results[kind]["otter_1"]["seconds"] / warm[kind]["warm_seconds"] for kind in warm}
    over = {key: warm["trains"]["warm_seconds"] / trains[key]["seconds"] - 1 for key in ("floor_1", "floor_50")}
    parts, small, pages = results["parts"], trains["floor_50"], trains["floor_pages"]
    lines += [
        "",
        f"The start of the grader's processes, once a batch, takes {warm['trains']['start']:.1f} s. After it, and "
        "without the reports, a submission of the class that "
        f"trains takes {warm['trains']['warm_seconds']:.2f} s: {times['trains']:.1f} times the throughput of "
        f"`otter run`, {_more(over['floor_50'])} the floor with `steps_per_execution` and {_more(over['floor_1'])} the "
        f"one without. One of the class that does not train takes {warm['numpy']['warm_seconds']:.2f} s: "
        f"{times['numpy']:.1f} times the throughput of `otter run`. {_whole(results)}",
        "",
        "The profile: alone on the machine, a submission that trains spends "
        f"{parts['start']:.2f} s until its first cell has run, {parts['data']:.2f} s on reading the images, "
        f"{parts['training']:.2f} s in `fit`, {parts['check']:.2f} s in its check, where the model is sent over, "
        "rebuilt and evaluated on the test images in a process that has never run TensorFlow, and "
        f"{parts['end']:.2f} s after it. So what is not the learner's own training is mostly Keras' tracing and "
        "evaluating, in the check; there `steps_per_execution` helps as it does in `fit`. The sandbox and the checker "
        f"ask malloc for large pages: with them the floor has {pages['faults']:,.0f} page faults in place of "
        f"{small['faults']:,.0f}, and takes {pages['processor']:.2f} s of processor time in place of "
        f"{small['processor']:.2f} s.",
        "",
        "| class | submissions | seconds each | submissions | seconds each | the command again, unchanged "
        "| the grading in it | memory early | late |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, words in (("trains", "trains"), ("numpy", "does not train")):
        size = results["size"][kind]
        lines.append(
            f"| {words} | {size['learners']} | {size['seconds']:.2f} | {size['many']} | {size['seconds_of_many']:.2f} "
            f"| {size['again_seconds']:.2f} s, {size['again_share']:.1%} "
            f"| {size['again_batch']:.2f} s, {size['again_batch_share']:.1%} | {size['early_mb']:.0f} MB "
            f"| {size['late_mb']:.0f} MB |"
        )
    dask = results["cluster"]
    hours = MANY * dask["two"] / 3600
    minutes = 2 * 60 * hours / CORES
    lines += [
        "",
        f"On a Dask cluster of workers with one core each, a submission that trains takes {dask['one']:.2f} s with one "
        f"worker and {dask['two']:.2f} s with two: {dask['times']:.2f} times the throughput. So {MANY:,} of them need "
        f"{hours:.1f} hours on two cores and, as long as throughput grows with the workers, {minutes:.0f} minutes on "
        f"{CORES}. A worker with one thread, its sandbox and its checker held up to {dask['worker_mb']:.0f} "
        "MB.",
    ]
    if named := results.get("matching"):  # not in what an earlier version recorded
        seconds = named["find"] + named["match"] + named["rows"]
        lines += [
            "",
            f"Whose everything is: {named['learners']:,} files of a download are found in {named['find']:.2f} s, held "
            f"against the list of their class in {named['match']:.2f} s, and everybody's row is found again in "
            f"{named['rows']:.2f} s: {1000 * seconds / named['learners']:.2f} ms each.",
        ]
    return "\n".join(lines)


def _whole(results: dict[str, Any]) -> str:
    """What the whole command makes of a large class."""
    told = []
    for kind, words in (("trains", "that train"), ("numpy", "that do not")):
        size = results["size"][kind]
        seconds = size["whole"] / size["many"]
        times = results[kind]["otter_1"]["seconds"] / seconds
        told.append(f"{size['many']} {words} {seconds:.2f} s each, {times:.1f} times the throughput")
    another = (" (another run than that of `otter run`; the machine's speed may have changed in between)"
               if results["sizes_apart"] else "")
    return f"The whole command takes, for {' and for '.join(told)}{another}."


def _more(share: float) -> str:
    return f"{share:.0%} above" if share >= 0 else f"{-share:.0%} below"


def told() -> str:
    """What is recorded: the tables, or that there is nothing to tell yet, and the class of 300."""
    text = speed(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else UNMEASURED
    if CLASS.exists():
        text += f"\n\n{whole_class(json.loads(CLASS.read_text(encoding='utf-8')))}"
    return text


def whole_class(seen: dict[str, Any]) -> str:
    """What became of the simulated class, a sentence."""
    first, second = seen["killed at"]
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in seen["verdicts"].items())
    return (f"A simulated class of {seen['learners']}, drawn from the corpora of right, wrong and hostile answers "
            f"(`autograder demo --learners {seen['learners']} --assignment {seen['assignment']}` makes the same), was "
            f"killed with {first} and with {second} of them graded, and resumed: {seen['seconds']} seconds in all. "
            f"Everybody's result is what the corpora say. The verdicts: {verdicts}. The same command again, with "
            f"nothing changed, takes {seen['seconds of grading again']:.1f} seconds, its reports included: "
            f"{seen['seconds of grading again'] / seen['seconds']:.1%} of that.")
