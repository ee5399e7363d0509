"""Experiments too long for a page: scripts whose small results are kept in the repository.

An experiment is a module in this folder with these names:

    RUNS        what is run: a list of settings, each a dictionary of plain values
    SAMPLE      the index of one quick run, or a list of them, which a test repeats
    TOLERANCE   how far their numbers may then be from the kept ones (0.01 where not given)
    run         run(**setting) -> a dictionary of plain numbers, text, or lists and dictionaries of them

and at its end

    if __name__ == "__main__":
        keep(__file__)

By hand:

    .venv/bin/python book/experiments/NAME.py             what is new or changed; writes results/NAME.json
    .venv/bin/python book/experiments/NAME.py --jobs 1    one run at a time, on a busy machine
    .venv/bin/python book/experiments/NAME.py --sample    repeats the sample and compares

The results file also says what made it: the SHA-256 of the script, of the modules of this folder that it
imports and of the data. Comments and docstrings do not count: to explain better must not cost half an
hour. A test fails when something changed and the results did not, and repeats each sample. On the
machine that made the results the numbers are the same to the last digit; another processor adds in another
order, hence the tolerance.

A page reads it with

    from experiments import results
    runs = results("normalization")      # [{"setting": {...}, "result": {...}}, ...]
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import math
import multiprocessing
import os
import sys
import time
import tokenize
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).resolve().parent
EXERCISES = FOLDER.parents[1] / "exercises"
TOLERANCE = 0.01
NO_EXPERIMENT = {"__init__", "common"}

# For the processes that run experiments: one thread each and oneDNN off, as in the pages of the book. Both
# change the order of additions, and with it the last digits of every result.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1",
}


# --- Reading -----------------------------------------------------------------------------------------------

def names() -> list[str]:
    """All experiments there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NO_EXPERIMENT)


def results(name: str) -> list[dict[str, Any]]:
    """The kept results of the experiment `name`: for each run its setting and its result."""
    return kept(name)["runs"]


def kept(name: str) -> dict[str, Any]:
    """The whole results file of the experiment `name`; without runs if there is none."""
    path = FOLDER / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"made_by": {}, "runs": []}


# --- What made the results ---------------------------------------------------------------------------------

def made_by(name: str) -> dict[str, str]:
    """The digests of what the results of `name` follow from: script, modules it imports from here, data."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    modules = [f"{name}.py", *(file for file in imported(source) if (FOLDER / file).exists())]
    digests = {file: code_digest((FOLDER / file).read_text(encoding="utf-8")) for file in modules}
    return digests | {"mnist.npz": hashlib.sha256((EXERCISES / "mnist.npz").read_bytes()).hexdigest()}


def imported(source: str) -> Iterator[str]:
    """The files of this folder that a script's `from experiments import ...` may mean."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "experiments":
            yield from (f"{alias.name}.py" for alias in node.names)


def code_digest(source: str) -> str:
    """SHA-256 of Python source, whatever its comments, docstrings, spacing and line breaks in brackets."""
    blocks = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documented = [node for node in ast.walk(ast.parse(source))
                  if isinstance(node, blocks) and ast.get_docstring(node) is not None]
    docstrings = {(node.body[0].lineno, node.body[0].col_offset) for node in documented}
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    code = "\n"
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE:
            code += "\n" * (not code.endswith("\n"))
        elif token.type not in ignored and token.start not in docstrings:
            # The column of a line's first token stands for its indentation.
            code += " " * token.start[1] * code.endswith("\n") + token.string
    return hashlib.sha256(code.encode()).hexdigest()


def stale(name: str) -> list[str]:
    """Why the kept results of `name` no longer hold, one sentence a reason; nothing if they do."""
    then, now = kept(name), made_by(name)
    changed = sorted(file for file in then["made_by"].keys() | now.keys()
                     if then["made_by"].get(file) != now.get(file))
    reasons = [f"{file} is not what made the results." for file in changed]
    if [run["setting"] for run in then["runs"]] != plain(module(name).RUNS):
        reasons.append("The runs are not those of the script.")
    return reasons


# --- Running -----------------------------------------------------------------------------------------------

def module(name: str) -> ModuleType:
    """The experiment's script as a module; needs `exercises/` on the path for its `import digits`."""
    if str(EXERCISES) not in sys.path:
        sys.path.insert(0, str(EXERCISES))
    known = sys.modules.get(f"experiment_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(f"experiment_{name}", FOLDER / f"{name}.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[f"experiment_{name}"] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def one_run(name: str, index: int) -> dict[str, Any]:
    """Makes run number `index` of the experiment `name`, in this process."""
    experiment = module(name)
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
    return plain(experiment.run(**experiment.RUNS[index]))


def plain(value: Any) -> Any:
    """`value` as JSON gives it back: six significant digits, and None for a loss that overflowed."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


def keep(script: str) -> None:
    """The command line of an experiment: makes the runs whose results are missing or stale; writes all."""
    name = Path(script).stem
    parser = argparse.ArgumentParser(description=f"Run {name} and write results/{name}.json.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--sample", action="store_true", help="repeat the sample and compare; writes nothing")
    options = parser.parse_args()
    os.environ |= ENVIRONMENT
    if options.sample:
        sys.exit(compare_sample(name))

    runs, by = plain(module(name).RUNS), made_by(name)
    before = kept(name)
    known = before["runs"] if before["made_by"] == by else []
    made = {index: old["result"]
            for index, setting in enumerate(runs) for old in known if old["setting"] == setting}
    waiting = [index for index in range(len(runs)) if index not in made]
    started = time.monotonic()
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = pool.map(one_run, [name] * len(waiting), waiting)
        for count, (index, result) in enumerate(zip(waiting, done, strict=True), 1):
            made[index] = result
            write(name, by, [{"setting": runs[i], "result": made[i]} for i in sorted(made)])
            print(f"[{count}/{len(waiting)}] {time.monotonic() - started:4.0f} s  "
                  f"{json.dumps(runs[index])[:70]} -> {json.dumps(result)[:150]}", flush=True)
    write(name, by, [{"setting": runs[i], "result": made[i]} for i in sorted(made)])
    print(f"{name}: {len(waiting)} of {len(runs)} runs made; results/{name}.json written")


def write(name: str, by: dict[str, str], runs: list[dict[str, Any]]) -> None:
    """Writes the results file, one run a line; whole or not at all."""
    libraries = {}
    for library in ("tensorflow-cpu", "tensorflow", "keras", "numpy"):
        try:
            libraries[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    lines = ",\n  ".join(json.dumps(run, ensure_ascii=False, allow_nan=False) for run in runs)
    head = f'"made_by": {json.dumps(by)},\n "libraries": {json.dumps(libraries)}'
    target = FOLDER / "results" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_suffix(".part")
    unfinished.write_text(f'{{{head},\n "runs": [\n  {lines}\n ]}}\n', encoding="utf-8")
    unfinished.replace(target)


# --- Repeating a sample ------------------------------------------------------------------------------------

def compare_sample(name: str) -> int:
    """Makes the sample runs again and prints every number that moved too far; 1 if there is one, else 0."""
    experiment = module(name)
    tolerance = getattr(experiment, "TOLERANCE", TOLERANCE)
    compared = []
    for index in experiment.SAMPLE if isinstance(experiment.SAMPLE, list) else [experiment.SAMPLE]:
        setting = plain(experiment.RUNS[index])
        before = next(run["result"] for run in results(name) if run["setting"] == setting)
        compared += [(f"{json.dumps(setting)[:60]} {where}", old, new)
                     for where, old, new in differences(before, one_run(name, index))]
    too_far = [(where, old, new) for where, old, new in compared if not close(old, new, tolerance)]
    for where, old, new in too_far:
        print(f"{name} {where} was {old!r}, is now {new!r}; tolerance {tolerance}")
    moved = sum(old != new for _, old, new in compared)
    print(f"{name}: {len(compared)} values compared, {moved} moved, {len(too_far)} by more than {tolerance}")
    return 1 if too_far or not compared else 0


def differences(old: Any, new: Any, where: str = "result") -> Iterator[tuple[str, Any, Any]]:
    """Every value of two results, side by side; where their shapes differ, the whole parts."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from differences(old[key], new[key], f"{where}[{key!r}]")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f"{where}[{index}]")
    else:
        yield where, old, new


def close(old: Any, new: Any, tolerance: float) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(old - new) <= tolerance
    return old == new
