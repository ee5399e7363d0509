"""Inside, unconfined: runs mutants of our own solutions against their tests, each in a forked child with a time limit.

    python -m autograder.authoring.mutants.runner JOB

JOB is the content of a `Job`, as JSON. A line on the standard input is a list
of tasks; for each of them a line goes to the standard output, the moment it is
done. Packages that are slow to import are imported once, and no operation of
TensorFlow runs before a fork. A child runs the cells that its answer needs, the
answer, and the test file of its question, as `otter run` does. It may loop for
ever, end its process or use up its memory: that is one mutant's end.

Only for mutants of solutions in this repository. Nothing is confined here, and
nothing that a learner handed in must ever be run by it.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import select
import signal
import symtable
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.authoring.mutants import equivalence
from autograder.grading.events import SEED

MEMORY = 12 << 30
"""Bytes of addresses that a child may use; TensorFlow alone takes some four billion."""


@dataclass(frozen=True)
class Task:
    """One answer to be tried.

    Attributes:
        number: names the task in the results.
        question: the question whose test file tries it.
        code: the answer's cell.
        seconds: how long it may take.
        same_as: code with which to compare `code` instead of running the tests, see `equivalence`; empty for the tests.
    """

    number: int
    question: str
    code: str
    seconds: float
    same_as: str = ""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task.

    Attributes:
        number: of the task.
        passed: whether it passes all tests, or gives the same.
        why: the test case that fails first and its message, how it ended, or the inputs of the comparison.
        seconds: how long it took.
    """

    number: int
    passed: bool
    why: str
    seconds: float


@dataclass(frozen=True)
class Job:
    """The facts that all tasks of one exercise have in common.

    Attributes:
        cells: its solved notebook's code cells, in their order.
        answers: question -> which of them is its answer.
        tests: folder with the whole test files.
        inputs: the file with `equivalence`'s valid inputs; empty where there is none.
        jobs: children side by side.
    """

    cells: list[str]
    answers: dict[str, int]
    tests: str
    inputs: str
    jobs: int = 1


# ------------------------------------------------------------------------ which cells an answer needs


def needed(cells: Sequence[str], before: int, names: set[str]) -> list[str]:
    """Returns the cells before number `before` that give the names a value, and those that they need, and so on."""
    chosen = []
    for code in reversed(cells[:before]):
        gives, reads = _names(code)
        if gives & names:
            chosen.append(code)
            names = names | reads
    return chosen[::-1]


def _names(code: str) -> tuple[set[str], set[str]]:
    """Returns the notebook's names to which a cell gives a value, and those that it reads."""
    top = symtable.symtable(code, "cell", "exec")
    gives = {name.get_name() for name in top.get_symbols() if name.is_assigned() or name.is_imported()}
    reads = {name.get_name() for name in top.get_symbols() if name.is_referenced()}
    below = list(top.get_children())
    while below:
        table = below.pop()
        below += table.get_children()
        reads |= {name.get_name() for name in table.get_symbols() if name.is_global()}
    return gives, reads


def _without_showing(code: str) -> str:
    """Returns the cell without bare calls, such as `run(prepare, build)`: no test looks at what they show.

    A call of a module's function, such as `keras.utils.set_random_seed(8)`, may matter, and stays.
    """
    tree = ast.parse(code)
    tree.body = [line for line in tree.body if not (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and isinstance(line.value.func, ast.Name))]
    return ast.unparse(tree)


def _asked_for(path: Path) -> set[str]:
    """Returns the names that a test file takes from the notebook."""
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body
                 if isinstance(node, ast.FunctionDef) and node.decorator_list]
    return {argument.arg for function in functions for argument in function.args.args}


# ------------------------------------------------------------------------ in a child


def namespace(job: Job, task: Task, code: str) -> dict[str, Any]:
    """Returns the notebook's variables after the cells that the answer needs, and the answer `code`."""
    place = job.answers[task.question]
    gives, reads = _names(job.cells[place])
    names = (gives | reads | _asked_for(Path(job.tests) / f"{task.question}.py") | {"np", "keras", "layers"})
    variables: dict[str, Any] = {"__name__": "__main__"}
    equivalence.seed(SEED)
    for cell in needed(job.cells, place, names):
        exec(compile(_without_showing(cell), "cell", "exec"), variables)
    exec(compile(_without_showing(code), "answer", "exec"), variables)
    return variables


def _tested(job: Job, task: Task) -> tuple[bool, str]:
    """Returns whether the answer passes all cases of its question; if not, the first that fails, with its message."""
    from autograder.grading.questions import load_test_file

    variables = namespace(job, task, task.code)
    test_file = load_test_file(Path(job.tests) / f"{task.question}.py")
    equivalence.seed(SEED)
    for case in test_file.test_cases:
        test_file.test_cases = [case]
        test_file.run(variables)
        result = test_file.test_case_results[0]
        if not result.passed:
            said = getattr(test_file, "error", None) or result.message or ""
            return False, f"{case.name}: {said}"
    return True, ""


def _do(job: Job, task: Task) -> tuple[bool, str]:
    try:
        if not task.same_as:
            return _tested(job, task)
        return equivalence.compare(namespace(job, task, task.same_as), namespace(job, task, task.code),
                                   _names(task.same_as)[0], job.inputs)
    except BaseException as error:  # `SystemExit`, too: an answer may raise anything
        return False, f"{type(error).__name__}: {error}"


# ------------------------------------------------------------------------ the process that forks


def _fork(work: Callable[[], tuple[bool, str]]) -> tuple[int, int]:
    """Starts a child that does the work and writes its outcome; returns its process id, and where to read."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    try:
        os.setsid()
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if tensorflow := sys.modules.get("tensorflow"):
            tensorflow.config.threading.set_intra_op_parallelism_threads(1)
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
        passed, why = work()
        os.write(write, json.dumps([passed, why[:2000]]).encode())
    finally:
        os._exit(0)


def run(job: Job, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Runs the tasks, some side by side, and yields the outcome of each, in the order in which they end."""
    waiting = list(reversed(tasks))
    running: dict[int, tuple[Task, int, float]] = {}  # where to read -> the task, its child, when it began
    while waiting or running:
        while waiting and len(running) < job.jobs:
            task = waiting.pop()
            child, read = _fork(partial(_do, job, task))
            running[read] = (task, child, time.monotonic())
        next_end = min(began + task.seconds for task, _, began in running.values())
        ready, _, _ = select.select(list(running), [], [], max(0.0, next_end - time.monotonic()))
        now = time.monotonic()
        late = [read for read, (task, _, began) in running.items() if now > began + task.seconds]
        for read in dict.fromkeys([*ready, *late]):
            task, child, began = running.pop(read)
            said = b"" if read not in ready else os.read(read, 65536)
            os.close(read)
            os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if said:
                passed, why = json.loads(said)
            elif read in ready:
                passed, why = False, f"it ended its process: {os.waitstatus_to_exitcode(status)}"
            else:
                passed, why = False, f"it was stopped after {task.seconds:.0f} seconds"
            yield Outcome(task.number, passed, why, round(now - began, 3))


def _import(texts: Mapping[str, str]) -> None:
    """Imports packages that take time, and loads the data: once, before the first fork."""
    import digits
    import otter  # noqa: F401

    from autograder.grading import questions  # noqa: F401

    if any("keras" in text for text in texts.values()):
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
    if any("matplotlib" in text for text in texts.values()):
        import matplotlib.pyplot  # noqa: F401
    if any(word in text for text in texts.values() for word in ("digits.load", "digits.sample")):
        digits.sample(1)


def main(arguments: Sequence[str]) -> None:
    job = Job(**json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    results = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # the output of an answer is no result
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(job.tests).glob("*.py"))}
    _import(texts | {str(number): cell for number, cell in enumerate(job.cells)})
    for line in sys.stdin:
        for outcome in run(job, [Task(**task) for task in json.loads(line)]):
            results.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)  # skip TensorFlow's clean-up at exit, which is slow
