"""Masters -> exercises/ and build/: what `autograder build` does.

For each master in solutions/: jupytext reads it, Otter Assign splits it into the
learner's and the solved notebook with their test files, `finish` puts those in
order, and a zip for `otter run` and Gradescope is packed. Nothing is written
unless the solution earns every point and the untouched notebook runs through and
earns none; the grader itself gives the solution every point, too, which is more
than Otter asks. An exercise that has not changed since the last build is left as
it is. A master that cannot be built keeps no other from being built.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import otter.assign

from autograder import course
from autograder.authoring import finish, gradescope, hints, master, trial, tried, wrong, zips
from autograder.authoring.master import Master, read_master
from autograder.course import Assignment, CourseError
from autograder.grading import causes
from autograder.grading.bundle import MODELS, Ready
from autograder.grading.bundle import bundle as bundle_of
from autograder.grading.engine import Engine
from autograder.grading.results import Verdict, all_points, same_points
from autograder.grading.timing import solution_result


class BuildError(CourseError):
    """Masters that cannot be built: each with the cause and the remedy. Exercises that were built before are kept.

    `failures`: the message about each, by name.
    """

    def __init__(self, failures: Mapping[str, str]) -> None:
        super().__init__("\n\n".join(failures.values()))
        self.failures = dict(failures)


def build_exercises(names: Sequence[str] = ()) -> None:
    """Builds the exercises called `names`, or all of them, one on each core, and reports which.

    Raises:
        BuildError: a master is not in order, or its solution does not earn full marks; all others are built.
        CourseError: there is no such exercise, or something is missing that all of them need.
    """
    known = course.exercise_names()
    course.require_known(names)
    waiting = []
    for name in dict.fromkeys(names or known):
        if _is_current(course.BUILD / name / "stamp.json", _fingerprint(course.master(name))):
            print(f"{name}: unchanged", flush=True)
        else:
            waiting.append(name)
    said = [_failure(waiting[0])] if len(waiting) == 1 else _failures_side_by_side(waiting)
    failures = {name: failure for name, failure in zip(waiting, said, strict=True) if failure}
    if failures:
        raise BuildError(failures)


def _failures_side_by_side(names: Sequence[str]) -> list[str]:
    """Builds exercises, and returns the messages of `_failure` about each."""
    if not names:
        return []
    said: dict[str, str] = {}
    # Processes and not threads: Otter Assign changes the working folder of the process it runs in.
    with ProcessPoolExecutor(min(len(names), os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        try:
            # The later ones train, which takes longest: they begin first, so that both cores end together.
            running = {name: pool.submit(_failure, name) for name in reversed(names)}
            for name, future in running.items():
                try:
                    said[name] = future.result()
                except BrokenProcessPool:  # ended from outside, or out of memory; all that had not ended are lost
                    said[name] = (
                        f"{_file(name)}: not built, as a process that builds ended before its time. "
                        f"Is there enough memory? Run `autograder build {name}`, which builds nothing beside it."
                    )
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [said[name] for name in names]


def _failure(name: str) -> str:
    """Builds one exercise, and returns why it cannot be built and what to do; empty if it was built.

    It returns text, because an exception of a library may not survive the way from one process to another.
    """
    try:
        build_exercise(name)
    except CourseError as error:
        said, remedy = str(error), f"Mend {_file(name)} and run"
    except Exception as error:  # a message of jupytext, Otter, the grader or the disk
        said, remedy = f"{type(error).__name__}: {error}", "When that is mended, run"
    else:
        return ""
    said = said if _file(name) in said else f"{_file(name)}: {said}"
    return f"{said}\n{remedy} `autograder build {name}`; until then it stays as it was."


def _file(name: str) -> str:
    """Returns a master's path as an author sees it from the repository's root."""
    return f"{course.SOLUTIONS.name}/{name}/master.md"


def build_exercise(name: str) -> bool:
    """Builds one exercise; returns whether there was anything to do.

    Raises:
        CourseError: as above.
    """
    path = course.master(name)
    fingerprint = _fingerprint(path)
    stamp = course.BUILD / name / "stamp.json"
    if _is_current(stamp, fingerprint):
        return False
    print(f"{name}: building, which runs its solution", flush=True)
    exercise = read_master(path)
    _require_pages(exercise, path)
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as scratch:
        files = _assign(exercise, Path(scratch))
        known = wrong.read(exercise, path.with_name(wrong.FILE))
        if known.variants or known.helpers:
            files[f"build/{name}/{course.VARIANTS}"] = wrong.to_python(known)
        shown = _hold_to_promises(exercise, files, Path(scratch))
        if shown or known.helpers:
            files[f"exercises/tests/{name}/{course.CAUSES}"] = wrong.to_json(shown, known.helpers)
    written = _install(name, files)
    facts = {"fingerprint": fingerprint, "files": {str(path): course.digest(path) for path in written}}
    stamp.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    print("\n".join([f"{name}: built; its solution earns full marks", *_remarks(name)]), flush=True)
    return True


def _remarks(name: str) -> Iterator[str]:
    """Yields what learners still need to find the exercise: nothing to refuse it for."""
    readme = course.EXERCISES / "README.md"
    if readme.is_file() and f"| `{name}.ipynb` |" not in readme.read_text(encoding="utf-8"):
        yield f"{name}: {readme.parent.name}/README.md does not list it. Give it a row, and count its points in."
    pages = sorted(course.BOOK.rglob("*.md"))
    box = re.compile(rf"^:::\{{practice\}} {re.escape(name)}$", re.MULTILINE)
    if pages and not any(box.search(page.read_text(encoding="utf-8")) for page in pages):
        yield f"{name}: no page of the book leads to it. `:::{{practice}} {name}` at a chapter's end does."


def _require_pages(exercise: Master, path: Path) -> None:
    """Refuses a master whose links to the book lead nowhere. Without a book it does nothing."""
    text = path.read_text(encoding="utf-8")
    found = [(exercise.chapter, text.find("\nchapter:") + 1)]
    found += [(link[1], link.start()) for link in master.BOOK_LINK.finditer(text)]
    for page, place in found:
        if course.BOOK.is_dir() and not (course.BOOK / f"{page}.md").is_file():
            line = text.count("\n", 0, place) + 1
            raise CourseError(f"{_file(exercise.name)}, line {line}: the book has no page "
                              f"{page}. Name one without its suffix, such as data/02-shapes.")


def _assign(exercise: Master, scratch: Path) -> dict[str, bytes]:
    """Returns everything to be written. Keys begin with `exercises/` or `build/`, as in this repository."""
    name = exercise.name
    source = scratch / "master" / f"{name}.ipynb"
    source.parent.mkdir()
    nbformat.write(exercise.notebook, source)
    (source.parent / "requirements.txt").write_text(_image_requirements(), encoding="utf-8")
    logging.getLogger("otter").setLevel(logging.ERROR)
    try:
        otter.assign.main(str(source), str(scratch / "assigned"), no_run_tests=True, no_pdfs=True)
    except Exception as error:
        raise CourseError(f"{_file(name)}: Otter Assign refuses it: {error}") from error
    student, solved = scratch / "assigned" / "student", scratch / "assigned" / "autograder"

    def notebook(folder: Path) -> bytes:
        return finish.finish_notebook(
            nbformat.read(folder / f"{name}.ipynb", as_version=4), exercise, solved=folder is solved
        )

    files = {
        f"exercises/{name}.ipynb": notebook(student),
        f"build/{name}/{name}.ipynb": notebook(solved),
    }
    if exercise.formerly:  # so that notebooks of an earlier numbering find their checks
        files[f"exercises/tests/{name}/{course.FORMERLY}"] = "\n".join([*exercise.formerly, ""]).encode()
    files[f"exercises/tests/{name}/{course.TRIED}"] = tried.to_json({
        question: tried.line(case.said for case in cases if case.hidden) for question, cases in exercise.tests.items()
    })
    if exercise.portrait:  # only for our own grader: Gradescope has no page for it
        files[f"build/{name}/portrait.py"] = finish.finish_portrait(exercise.portrait)
    packed = zips.read_zip(next(solved.glob("*-autograder_*.zip")))
    packed["setup.sh"] = gradescope.without_browser(packed["setup.sh"])
    packed["run_otter.py"] = gradescope.showing_messages_alone(packed["run_otter.py"])
    packed |= {f"files/{file}": (course.EXERCISES / file).read_bytes() for file in course.SUPPORT_FILES}
    for question in exercise.questions:
        test = f"tests/{question.name}.py"
        cases = exercise.tests[question.name]
        full = finish.finish_test((solved / test).read_text(encoding="utf-8"), cases, exercise.helpers)
        public = finish.finish_test(
            (student / test).read_text(encoding="utf-8"), [case for case in cases if not case.hidden]
        )
        files[f"build/{name}/{test}"] = packed[test] = full
        files[f"exercises/tests/{name}/{question.name}.py"] = public
    files[f"build/{name}/assignment.json"] = _assignment_json(exercise, _uses_models(files))
    return files | {f"build/{name}/{name}-autograder.zip": zips.make_zip(packed)}


def _uses_models(files: Mapping[str, bytes]) -> bool:
    """Returns whether the solution, the untouched notebook or a test names Keras or TensorFlow in its code."""
    code = []
    for key, content in files.items():
        if key.endswith(".ipynb"):
            cells = nbformat.reads(content.decode(), as_version=4).cells
            code += [cell.source for cell in cells if cell.cell_type == "code"]
        elif key.endswith(".py"):
            code.append(content.decode())
    return any(name in source for source in code for name in MODELS)


def _image_requirements() -> str:
    """Returns what Gradescope's image needs besides Otter, which Otter pins itself."""
    lines = (course.EXERCISES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    not_there = ("#", "otter-grader", "notebook")
    return "\n".join(line for line in lines if line and not line.startswith(not_there))


def _assignment_json(exercise: Master, models: bool) -> bytes:
    facts = {
        "name": exercise.name,
        "title": exercise.title,
        "chapter": exercise.chapter,
        "questions": [{"name": q.name, "points": q.points} for q in exercise.questions],
        "models": models,
        "format": course.BUILD_FORMAT,
        "sources": {path.name: course.digest(path) for path in _sources(course.master(exercise.name))},
    }
    return (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode()


def _hold_to_promises(
    exercise: Master, files: Mapping[str, bytes], scratch: Path
) -> dict[str, list[dict[str, Any]]]:
    """Refuses a master that breaks its promises; returns what learners get of wrong variants, by question.

    The solution must earn everything, the stubs must neither raise an error nor earn anything, and wrong variants must
    be distinguishable.
    """
    name = exercise.name
    tests = scratch / "tests"
    tests.mkdir()
    for question in exercise.questions:
        (tests / f"{question.name}.py").write_bytes(files[f"build/{name}/tests/{question.name}.py"])
    if variants := files.get(f"build/{name}/{course.VARIANTS}"):
        (scratch / course.VARIANTS).write_bytes(variants)
    portrait = scratch / "portrait.py" if exercise.portrait else None
    if portrait:
        portrait.write_bytes(files[f"build/{name}/portrait.py"])
    runs = []
    for kind, key in (("solved", f"build/{name}/{name}.ipynb"), ("untouched", f"exercises/{name}.ipynb")):
        notebook = scratch / f"{kind}.ipynb"
        notebook.write_bytes(files[key])
        extras = (portrait, exercise.predictions) if kind == "solved" else (None, None)
        runs.append(trial.start(notebook, tests, scratch / kind, *extras))
    try:
        solved, untouched = (run.result() for run in runs)
    finally:
        for run in runs:
            run.process.kill()  # if the other one did not come to its end
            run.process.wait()
    if solved.error:
        raise CourseError(f"{_file(name)}: the solution stops with {solved.error}")
    if solved.no_portrait:
        raise CourseError(
            f"{_file(name)}: `{master.PORTRAIT}` makes no portrait of the solution: {solved.no_portrait}"
        )
    if untouched.error:
        raise CourseError(
            f"{_file(name)}: the untouched notebook stops with {untouched.error}\n"
            "Put a cell that uses an answer under `with digits.once_written():`."
        )
    for question in exercise.questions:
        where = f"{_file(name)}, question {question.name}"
        earned = solved.scores[question.name]
        if solved.failures[question.name] or not same_points(earned, question.points):
            said = "\n".join(solved.failures[question.name])
            earned_of = f"{earned:g} of {question.points:g}"
            raise CourseError(f"{where}: its solution earns {earned_of} points.\n{said}")
        if untouched.scores[question.name]:
            raise CourseError(
                f"{where}: the untouched notebook earns {untouched.scores[question.name]:g} points, "
                "so some test passes without an answer."
            )
    if solved.problems:
        raise CourseError(f"{_file(name).replace('master.md', wrong.FILE)}, "
                          + f"\n{wrong.FILE}, ".join(solved.problems))
    _hold_to_grader(exercise, scratch, _uses_models(files))
    return solved.causes


def _hold_to_grader(exercise: Master, scratch: Path, models: bool) -> None:
    """Refuses a master whose solution earns less from our grader than from Otter: `grade` would refuse it later.

    Otter's tests are in the notebook's process and see all of it. Under the grader they see only what crosses from one
    process to another, and the notebook has no network and no file but its own.
    """
    solution = scratch / "solved.ipynb"
    exercise_here = Assignment(
        exercise.name, exercise.title, exercise.chapter, tuple(exercise.questions), tests=scratch / "tests",
        public_tests=scratch / "tests", solution=solution, learner=solution, gradescope=solution, models=models,
    )  # fmt: skip
    packed = bundle_of(exercise_here)
    with _engine(packed.ready()) as engine:
        result = solution_result(exercise_here, packed, engine)
    where = _file(exercise.name)
    for question in result.questions:
        failed = [case.message for case in question.cases if not case.passed]
        if failed or not all_points(question.score, question.possible):
            said = "\n".join(failed) or question.note
            raise CourseError(
                f"{where}, question {question.name}: its solution earns {question.possible:g} points from Otter and "
                f"{question.score:g} from the grader, where a test says: {said}\nUnder the grader a test sees what a "
                "function returns and nothing else of it; a notebook has no network. solutions/README.md, The tests, "
                "says more."
            )
    if result.status not in (Verdict.GRADED, Verdict.REVIEW):
        raise CourseError(f"{where}: the grader calls its solution {result.status.value}: {result.reason}")


def _engine(ready: Ready) -> Engine:
    """Makes an engine that isolates as `grade` will, or not at all where this machine cannot: the code is our own."""
    confined = Engine(True, ready)
    try:
        confined.start()
    except CourseError:
        confined.close()
        return Engine(False, ready)
    return confined


def _install(name: str, files: Mapping[str, bytes]) -> list[Path]:
    """Puts everything in its place, and removes what an earlier build left there.

    First all is written beside its place: where that fails, as on a full disk, nothing has changed.
    """
    folders = [course.BUILD / name, course.EXERCISES / "tests" / name]
    beside = {folder: folder.with_name(f".{folder.name}.new") for folder in folders}
    alone: dict[Path, Path] = {}
    written = []
    try:
        for new in beside.values():
            shutil.rmtree(new, ignore_errors=True)  # of a build that was killed
        for key, contents in files.items():
            place, _, relative = key.partition("/")
            path = {"exercises": course.EXERCISES, "build": course.BUILD}[place] / relative
            folder = next((folder for folder in folders if path.is_relative_to(folder)), None)
            if folder:
                new = beside[folder] / path.relative_to(folder)
            else:
                new = alone[path] = path.with_name(f".{path.name}.new")
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(contents)
            written.append(path)
        for folder, new in beside.items():
            shutil.rmtree(folder, ignore_errors=True)
            new.rename(folder)
        for path, new in alone.items():
            new.replace(path)
    finally:
        for new in beside.values():
            shutil.rmtree(new, ignore_errors=True)
        for new in alone.values():
            new.unlink(missing_ok=True)
    return written


def _sources(path: Path) -> list[Path]:
    """Returns the master at `path`, and its wrong variants where it has some."""
    return [path, *(file for file in [path.with_name(wrong.FILE)] if file.is_file())]


def _fingerprint(path: Path) -> str:
    """Returns a hash of everything that the outcome depends on."""
    inputs = [
        *_sources(path),
        course.EXERCISES / "requirements.txt",
        *(course.EXERCISES / file for file in course.SUPPORT_FILES),
        *(Path(str(module.__file__)) for module in (causes, finish, gradescope, hints, master, trial, tried, wrong,
                                                          zips)),
        Path(__file__),
    ]
    for missing in (path for path in inputs if not path.is_file()):
        raise CourseError(f"{missing} is missing; without it no exercise can be built.")
    tools = [version(package) for package in ("otter-grader", "jupytext", "nbformat")]
    parts = [*map(course.digest, inputs), *tools, str(course.BUILD_FORMAT)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _is_current(stamp: Path, fingerprint: str) -> bool:
    """Returns whether the last build saw the same inputs and its files are still as it wrote them."""
    try:
        facts = json.loads(stamp.read_text(encoding="utf-8"))
        return facts["fingerprint"] == fingerprint and all(
            course.digest(Path(path)) == digest for path, digest in facts["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False
