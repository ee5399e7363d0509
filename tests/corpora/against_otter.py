"""The attacks against plain `otter run`, for comparison. Run by hand, never by a test:

    sudo .venv/bin/python -m tests.corpora.against_otter [CASE...]

`otter run` confines nothing, so these attacks really happen. Each one therefore
runs in a throw-away copy of the file system (an overlay in memory), under a
guard that adopts whatever it leaves running and ends all of it after `LIMIT`
seconds. What is not thrown away: processes can be signaled and the network is
there, and the corpus is written so that this does no harm. Needs Linux and root.

The result is `solutions/attacks/against-otter-run.json`, and from it the table
`solutions/attacks/against-otter-run.md`.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder.authoring import corpus
from autograder.authoring.casefiles import hand_in
from autograder.authoring.corpus import ATTACKS, Attack, Insert
from autograder.course import ROOT, Assignment, CourseError, assignment, quiet_environment
from tests.corpora.host import Host
from tests.corpora.test_attacks import wanted_score

DATA = ATTACKS / "against-otter-run.json"
TABLE = ATTACKS / "against-otter-run.md"
LIMIT = 120
"""Seconds for one notebook. An honest one takes about ten on a quiet machine."""

KEPT = 4
"""Lines of what an attack reached."""

EVIDENCE = """\
import builtins as _builtins


def print(*values, _print=_builtins.print, **options):
    if any("REACHED" in str(value) for value in values):
        with open("@OUTSIDE@/reached-@NAME@", "a") as file:
            _print(*values, file=file)
    _print(*values, **options)
"""
"""First cell of every notebook here: `otter run` shows nothing of what a notebook prints."""

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x00020000


@dataclass(frozen=True)
class Observed:
    """What one attack did to `otter run`.

    `score`: None where there is no result. `low`, `high`: what it may score. `ran_out`: had to be ended.
    `reached`: what it got hold of or left outside. `left_running`: processes after the end.
    """

    score: float | None
    low: float
    high: float
    ran_out: bool
    reached: list[str]
    left_running: int


def case_hash(case: Attack) -> str:
    """A hash of the case's files, so that it can be told whether what was observed is of this case."""
    digest = hashlib.sha256()
    for file in sorted((ATTACKS / case.name).rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(ATTACKS)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def stale(data: Mapping[str, Any], cases: list[Attack]) -> list[str]:
    """The names of the cases that have not been run, or have changed since."""
    return [case.name for case in cases if data["cases"].get(case.name, {}).get("case") != case_hash(case)]


# --- the guard, in a process of its own -----------------------------------------------------------------


def guard(facts: Mapping[str, str]) -> None:
    """Runs `otter run` in a copy of the file system that is gone afterwards; writes down what happened."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no mount namespace of its own; run this as root")
    stage = Path(facts["stage"])
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "-o", "size=4g", "none", str(stage))
    for name in ("upper", "work", "root"):
        (stage / name).mkdir()
    mount("-t", "overlay", "overlay", "-o",
          f"lowerdir=/,upperdir={stage}/upper,workdir={stage}/work", str(stage / "root"))
    for folder in ("/proc", "/dev"):
        mount("--rbind", folder, f"{stage}/root{folder}")
    report = os.open(facts["report"], os.O_WRONLY)
    os.chroot(stage / "root")
    os.chdir(facts["folder"])
    Path("results").mkdir()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "otter", "run", "-a", facts["zip"], "-o", "results", "--no-logo",
         facts["submission"]],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=quiet_environment(), start_new_session=True)
    ran_out = False
    try:
        process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        ran_out = True
    seconds = time.monotonic() - began
    left = len(end_descendants()) - ran_out
    score = None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        results = json.loads(Path("results/results.json").read_text(encoding="utf-8"))
        score = sum(float(test["score"]) for test in results["tests"] if "score" in test)
    outside = Path(facts["outside"])
    reached = []
    for path in sorted(outside.glob("*")) + sorted(Path("/tmp").glob(f"*{facts['name']}*")):
        if path.name == f"reached-{facts['name']}":
            reached += [line.removeprefix("REACHED").strip() for line in path.read_text().splitlines()]
        elif facts["name"] in path.name:
            reached.append("wrote a file outside")
    os.write(report, json.dumps({"score": score, "ran_out": ran_out, "reached": reached, "seconds": seconds,
                                 "left_running": max(0, left)}).encode())


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def end_descendants() -> set[int]:
    """Ends everything below this process, which adopts what its children leave behind; returns their ids."""
    ended: set[int] = set()
    for _ in range(200):
        below = descendants()
        if not below:
            break
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        ended |= below
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.05)
    return ended


def descendants() -> set[int]:
    """Living processes below this one."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    parents[int(folder.name)] = int(fields[1])
    below: set[int] = set()
    found = {os.getpid()}
    while found:
        found = {pid for pid, parent in parents.items() if parent in found} - below
        below |= found
    return below


# --- one case -------------------------------------------------------------------------------------------


def observe(case: Attack, exercise: Assignment) -> list[Observed]:
    """One attack against `otter run`, on a host of its own; one observation for each file it hands in."""
    case = replace(case, edit=replace(case.edit, insert=(Insert("start", EVIDENCE), *case.edit.insert)))
    observations = []
    with (tempfile.TemporaryDirectory(prefix="against-otter-") as temporary,
          Host(exercise, Path("/nowhere")) as host):
        folder = Path(temporary)
        for path in hand_in(case, exercise, folder, host.values):
            observations.append(_observe(case, exercise, host, folder, path))
    return observations


def _observe(case: Attack, exercise: Assignment, host: Host, folder: Path, path: Path) -> Observed:
    stage, report = folder / "stage", folder / "report.json"
    stage.mkdir(exist_ok=True)
    report.write_text("")
    touched, values = len(host.touched), case.values(host.values)
    facts = {"stage": str(stage), "report": str(report), "folder": str(path.parent), "submission": str(path),
             "zip": str(exercise.gradescope), "outside": values["OUTSIDE"], "name": values["NAME"]}
    subprocess.run([sys.executable, "-m", "tests.corpora.against_otter", "--guard", json.dumps(facts)],
                   check=True, timeout=LIMIT + 60)
    seen: dict[str, Any] = json.loads(report.read_text())
    seen.pop("seconds")
    if len(host.touched) > touched:
        seen["reached"].append("made a connection")
    seen["reached"] = in_short(seen["reached"])
    rest = case.expect.scores.get("rest", "zero")
    bounds = [wanted_score(case.expect.scores.get(question.name, rest), question.points)
              for question in exercise.questions]
    low, high = (sum(bound[side] for bound in bounds) for side in (0, 1))
    return Observed(low=low, high=high, **seen)


def in_short(reached: list[str]) -> list[str]:
    """The first few different lines of what was reached, and how many there are beyond these."""
    said = (without_places(line)[:80] for line in reached)
    lines = list(dict.fromkeys(line if re.search("[a-zA-Z]{2}", line) else "what was tried" for line in said))
    return lines if len(lines) <= KEPT + 1 else [*lines[:KEPT], f"{len(lines) - KEPT} more"]


def without_places(text: str) -> str:
    """`text` without what is only true of this machine and this run."""
    text = text.replace(str(ROOT), "REPOSITORY").replace(str(Path.home()), "HOME")
    places = r"/tmp/[^\s;]+(?=/)", r"/tmp/[^\s;]+"
    for pattern, general in (*((place, "TEMPORARY") for place in places),
                             (r"-outside-\w+", "-outside"), (r"\b\d{3,}\b", "N")):
        text = re.sub(pattern, general, text)
    return text


def worst(observations: list[Observed]) -> Observed:
    """The file that did most harm stands for the case."""
    return max(observations, key=lambda seen: (seen.score or 0, seen.ran_out, len(seen.reached)))


# --- the table ------------------------------------------------------------------------------------------


def what_happened(seen: Mapping[str, Any]) -> list[str]:
    """What plain `otter run` let through, in words; empty when nothing."""
    said = []
    if seen["ran_out"]:
        said.append(f"the run hung (ended after {LIMIT} s)")
    if seen["score"] is None:
        said.append("no result at all")
    elif seen["score"] > seen["high"] + 0.01:
        said.append(f"{seen['score']:g} points, {seen['high']:g} at most were earned")
    elif seen["score"] < seen["low"] - 0.01:
        said.append(f"{seen['score']:g} points, {seen['low']:g} were earned")
    if seen["reached"]:
        said.append("reached outside: " + "; ".join(seen["reached"]).replace("|", " "))
    if seen["left_running"]:
        said.append(f"{seen['left_running']} process{'es' if seen['left_running'] > 1 else ''} left running")
    return said


def write_table(data: Mapping[str, Any]) -> str:
    """The data as a page in Markdown."""
    rows, passed = [], 0
    for name, seen in sorted(data["cases"].items()):
        said = what_happened(seen)
        passed += not said
        rows.append(f"| {name} | {seen['line'].replace('|', ' ')} | {'; '.join(said) or 'as it should be'} |")
    return "\n".join([
        f"# The attacks against plain `otter run` {data['otter']}",
        "",
        "The same corpus that `tests/corpora/test_attacks.py` runs against this grader, where nothing gets",
        "through. `otter run` makes no promise to withstand any of it: it is meant for a container that is",
        "thrown away. The table says what a teacher has to reckon with who runs it on their own machine.",
        "",
        f"Of {len(rows)} attacks, {passed} came out as they should. "
        "Made by `python -m tests.corpora.against_otter`.",
        "",
        "| case | tries | what happened |",
        "|---|---|---|",
        *rows,
        "",
    ])


def comparable() -> list[Attack]:
    """The cases that can be tried against `otter run`."""
    return [case for case in corpus.attacks(assignment) if case.otter]


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--guard"]:
        guard(json.loads(arguments[1]))
        return
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        raise CourseError("This needs Linux and root, for a file system that can be thrown away.")
    cases = [case for case in comparable() if not arguments or case.name in arguments]
    data = json.loads(DATA.read_text(encoding="utf-8")) if DATA.is_file() and arguments else {"cases": {}}
    with ThreadPoolExecutor(2) as pool:
        for case, observations in zip(cases, pool.map(lambda case: observe(case, assignment(case.assignment)), cases),
                                      strict=True):
            seen = worst(observations)
            data["cases"][case.name] = {"case": case_hash(case), "line": case.line, **vars(seen)}
            print(case.name, what_happened(vars(seen)) or "as it should be", flush=True)
            DATA.write_text(json.dumps({"otter": version("otter-grader"),
                                        "cases": dict(sorted(data["cases"].items()))}, indent=1) + "\n",
                            encoding="utf-8")
    TABLE.write_text(write_table(json.loads(DATA.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
