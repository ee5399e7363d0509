"""Wrong variants: answers that are known to be wrong, each with a sentence for learners whose answers give the same.

    solutions/02-preprocessing/variants.yaml      by question: name, sentence and code of each

`read` reads them, with the code that they may use. `prove` hands each in as an answer, and refuses variants that would
make a message untrue: one that earns everything, one that cannot be distinguished from another or from the solution,
one that is tried on too few inputs. The same runs give the data for learners: the results of each variant in the
public checks, as sketches (`digits.sketch`), and its sentence. Learners never get its code, nothing of a question that
asks for a prediction, and nothing of a variant that passes all public checks. `solutions/README.md` tells an author
how to write one.

`prove` runs our own code only, in the process of a `trial`.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

from autograder.authoring import corpus, finish, schemas
from autograder.authoring.master import Master
from autograder.course import CourseError
from autograder.grading.causes import Answers, Recording, Variant, different, find, recorded_error, run, same
from autograder.grading.questions import KeepingExceptionTestFile, load_test_file

FILE = "variants.yaml"

@dataclass(frozen=True)
class Written:
    """A wrong variant as its author wrote it: its name, its sentence, its code.

    `of`: the function that is wrong, if another question inherits the variant.
    """

    name: str
    says: str
    code: str
    of: str = ""


@dataclass(frozen=True)
class Wrong:
    """The wrong variants of an exercise.

    Attributes:
        given: code that they may use: the functions of all answers, and code that their author adds.
        answers: the functions of the solution, by question; empty where it has none.
        variants: by question.
    """

    given: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[Written, ...]] = field(default_factory=dict)

    @cached_property
    def helpers(self) -> dict[str, dict[str, str]]:
        """By question, the functions of other questions that its solution calls, and whose they are."""
        owners = {node.name: question for question, code in self.answers.items()
                  for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
        called = {question: {node.func.id for node in ast.walk(ast.parse(code))
                             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
                  for question, code in self.answers.items()}
        found = {question: {name: owners[name] for name in sorted(names & owners.keys()) if owners[name] != question}
                 for question, names in called.items()}
        return {question: of_others for question, of_others in found.items() if of_others}

    def inherited(self, question: str) -> tuple[Written, ...]:
        """Returns the solution of `question` with wrong variants of the other questions' functions that it calls."""
        code = self.answers[question]
        return tuple(_inherited(question, code, self.variants)) if code else ()

    def all_of(self, question: str) -> tuple[Written, ...]:
        """Returns its own wrong variants, and those that it inherits."""
        return (*self.variants.get(question, ()), *self.inherited(question))


def read(exercise: Master, file: Path) -> Wrong:
    """Reads the wrong variants of an exercise; without a file, only its answers and the functions that they call.

    Args:
        exercise: its master.
        file: its `variants.yaml`.

    Raises:
        CourseError: the file is not in order; the message names the question, the variant and what to do.
    """
    shown = "/".join(file.parts[-3:])
    data = schemas.require(corpus.parse(file) or {}, schemas.VARIANTS, shown) if file.is_file() else {}
    answers = {question: _functions(finish.without_markers(code)) for question, code in exercise.answers.items()}
    given = "\n\n".join([*filter(None, answers.values()), data.get("given", "")])
    _require_python(given, f"{shown}: given")
    variants = {}
    for question, listed in data.items():
        if question == "given":
            continue
        if question not in answers:
            raise CourseError(f"{shown}: there is no question {question}; it has {', '.join(answers)}.")
        known: list[Written] = []
        for one in listed:
            _require_in_order(one, f"{shown}: {question}, variant {one['name']}", exercise, question, known)
            known.append(Written(one["name"], " ".join(one["says"].split()), one["code"]))
        variants[question] = tuple(known)
    return Wrong(given, answers, variants)


def to_python(wrong: Wrong) -> bytes:
    """Returns the file that `grading.causes` runs: each answer is a function that makes what it defines."""
    imports = "\n".join(line for module, line in IMPORTS.items() if module in _used(wrong))
    parts = ["\n".join(filter(None, ["import numpy as np", imports])), wrong.given]
    questions = {}
    for question, code in wrong.answers.items():
        own, inherited = wrong.variants.get(question, ()), wrong.inherited(question)
        helpers = [*wrong.helpers.get(question, {})]
        if not own and not inherited and not helpers:
            continue
        made = []
        for kind, listed in (("variant", own), ("inherited", inherited)):
            names = [f"{question}_{kind}_{number}" for number in range(1, len(listed) + 1)]
            parts += [_as_function(name, one.code) for name, one in zip(names, listed, strict=True)]
            rows = "".join(f"        ({one.name!r}, {one.says!r}, {name}{f', {one.of!r}' if one.of else ''}),\n"
                           for name, one in zip(names, listed, strict=True))
            made.append(f"[\n{rows}    ]")
        if code:
            parts.append(_as_function(f"{question}_solution", code))
        solution = f"{question}_solution" if code else None
        questions[question] = f"    {question!r}: ({solution}, {made[0]}, {made[1]}, {helpers!r}),\n"
    parts.append("ANSWERS = {\n" + "".join(questions.values()) + "}")
    return ("\n\n\n".join(part.strip() for part in parts) + "\n").encode()


IMPORTS = {"keras": "import keras", "layers": "from keras import layers"}
"""Imports that the code of models may use besides NumPy."""


def _used(wrong: Wrong) -> set[str]:
    """Returns all names in the code."""
    codes = [wrong.given, *wrong.answers.values(), *(one.code for listed in wrong.variants.values() for one in listed)]
    return {node.id for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def _as_function(name: str, code: str) -> str:
    return f"def {name}():\n{textwrap.indent(code.strip(), '    ')}\n    return locals()"


def _inherited(question: str, code: str, variants: Mapping[str, tuple[Written, ...]]) -> Iterator[Written]:
    """Yields the solution of `question` with the wrong variants of the other questions' functions that it calls."""
    called = {node.func.id for node in ast.walk(ast.parse(code))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    for other, listed in variants.items():
        for variant in listed if other != question else ():
            made = {name for node in ast.parse(variant.code).body for name in _names(node)}
            for name in sorted(made & called):
                yield Written(f"{other}: {variant.name}", variant.says, f"{variant.code.strip()}\n\n{code}", name)


def _functions(code: str) -> str:
    """Returns the functions of an answer; empty if it has none."""
    lines = code.split("\n")
    found = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return "\n\n".join("\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in found)


def _require_python(code: str, where: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError as error:
        raise CourseError(f"{where}: its code is not Python, line {error.lineno}: {error.msg}.") from None


def _require_in_order(
    one: Mapping[str, str], where: str, exercise: Master, question: str, before: list[Written]
) -> None:
    tree = _require_python(one["code"], where)
    made = {name for node in tree.body for name in _names(node)}
    asked = {
        argument.arg for case in exercise.tests[question]
        for function in ast.parse(case.source).body if isinstance(function, ast.FunctionDef)
        for argument in function.args.args
    }
    if not made & asked:
        raise CourseError(f"{where}: its code defines {', '.join(sorted(made)) or 'nothing'}; the tests of {question} "
                          f"ask for {', '.join(sorted(asked))}. Call it as the answer is called.")
    if not re.search(r"[.?!]$", one["says"].strip()):
        raise CourseError(f"{where}: `says` is a sentence or two, and ends with a period.")
    for other in before:
        if one["name"] == other.name:
            raise CourseError(f"{where}: another variant of {question} has this name too. Give it one of its own.")


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))


# --- The proof ---------------------------------------------------------------------------------------------


@dataclass
class Proof:
    """The outcome for the variants of an exercise.

    Attributes:
        problems: what is wrong, in words; empty if nothing is.
        public: the data for learners, by question.
    """

    problems: list[str] = field(default_factory=list)
    public: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class _Run:
    """A variant, handed in: what the tests asked of it, which cases passed, and the results in each public one."""

    recording: Recording
    passed: dict[int, bool]
    hidden: frozenset[int]
    sketches: dict[int, list[Any]]
    values: dict[str, Any]

    @property
    def public(self) -> list[int]:
        return [number for number in self.passed if number not in self.hidden]


def prove(known: Mapping[str, Answers], tests: Path, notebook: Mapping[str, Any], predictions: frozenset[str]) -> Proof:
    """Hands in each variant, and checks whether it is found out, and under its own name.

    Args:
        known: the variants.
        tests: the folder of the full test files.
        notebook: the variables of the solved notebook.
        predictions: questions that learners must answer before they run anything.
    """
    proof = Proof()
    for question, about in known.items():
        path = tests / f"{question}.py"
        right = _hand_in(path, about.solution or dict, notebook)
        for variant in about.variants:
            where = f"{question}, variant {variant.name!r}"
            tried = _hand_in(path, variant.answer, notebook)
            if all(tried.passed.values()):
                proof.problems.append(f"{where}: it earns everything. Is it right? Else a test is missing.")
                continue
            proof.problems += _not_told(where, about, variant, tried)
            if question not in predictions and (shipped := _shipped(about, variant, tried, right)):
                proof.public.setdefault(question, []).append(shipped)
    return proof


def _not_told(where: str, about: Answers, variant: Variant, tried: _Run) -> Iterator[str]:
    """Yields the reasons for which the grader would not name this variant."""
    match = find(about, tried.recording, seconds=60)
    explained = {number for _, cases in match.found for number in cases}
    others = [repr(other.name) for other, _ in match.found if other is not variant]
    if not match.found:
        yield (f"{where}: it cannot be told from the solution, or only by errors, or its tests try one input. "
               "Give the tests another input, or take it out.")
    elif others:
        yield (f"{where}: on the inputs of the tests it gives the same as {', '.join(others)}. "
               "Give the tests an input that tells them apart, or make one variant of them.")
    if match.found and not any(number in explained for number, passed in tried.passed.items() if not passed):
        yield f"{where}: no test that it fails sees a difference from the solution."


def _shipped(about: Answers, variant: Variant, tried: _Run, right: _Run) -> dict[str, Any] | None:
    """Returns the data by which a learner's checks know this variant; None if it passes them, or shows too little."""
    if all(tried.passed[number] for number in tried.public):
        return None
    calls = [call for call in tried.recording.calls if call.case in tried.public]
    enough = bool(calls) and different(calls)
    differs = any(tried.sketches[number] != right.sketches[number][: len(tried.sketches[number])]
                  for number in tried.public)
    kept = all(sketch is not None for number in tried.public for _, sketch in tried.sketches[number])
    if not tried.values and not (enough and differs and kept):  # a model has no sketch
        return None
    return {
        "says": variant.says,
        "calls": [sketch for number in tried.public for sketch in tried.sketches[number]] if differs else [],
        "values": tried.values,
        "dtype_only": not _differs_in_values(about, variant, calls),
    }


def _differs_in_values(about: Answers, variant: Variant, calls: list[Any]) -> bool:
    mine, solution = variant.answer(), (about.solution or dict)()
    compared = [call for call in calls if call.name in mine and call.name in solution]
    return not compared or not all(
        same(run(solution[call.name], call)[0], run(mine[call.name], call)[0], strict=False) for call in compared
    )


class _Notebook(dict[str, Any]):
    """The notebook's variables, noting which ones a test asks for."""

    def __init__(self, variables: Mapping[str, Any], recording: Recording) -> None:
        super().__init__(variables)
        self.recording = recording

    def get(self, name: str, default: Any = None) -> Any:
        value = super().get(name, default)
        if not callable(value):
            self.recording.got(name, value)
        return value


def _hand_in(path: Path, made: Callable[[], dict[str, Any]], notebook: Mapping[str, Any]) -> _Run:
    """Runs a question's whole test file with the answer that `made` makes."""
    import digits

    recording = Recording()
    names = made()
    answer = {name: _recorded(name, value, recording) if callable(value) else value for name, value in names.items()}
    test_file = load_test_file(path)
    done = _Run(recording, {}, frozenset(n for n, case in enumerate(test_file.test_cases, 1) if case.hidden), {}, {
        name: digits.sketch(value) for name, value in names.items() if not callable(value)})
    for number, case in enumerate(list(test_file.test_cases), 1):
        recording.next_case()
        test_file.test_cases = [case]
        if isinstance(test_file, KeepingExceptionTestFile):
            test_file.error = None
        with digits.listening() as heard:
            test_file.run(_Notebook({**notebook, **answer}, recording))
        done.passed[number] = test_file.test_case_results[0].passed
        done.sketches[number] = [[name, digits.sketch(value)] for name, value in heard]
    return done


def _recorded(name: str, function: Callable[..., Any], recording: Recording) -> Callable[..., Any]:
    """Wraps the function to note each call of it as the grader does."""

    @wraps(function)
    def wrapper(*args: Any, **keywords: Any) -> Any:
        call = recording.call(name, args, keywords)
        try:
            value = function(*args, **keywords)
        except Exception as error:
            if call:
                call.outcome = recorded_error(error)
            raise
        if call:
            changed = not all(same(one, other, True) for one, other in zip(args, call.args, strict=True))
            recording.returned(call, value, args if changed else None)
        return value

    return wrapper


def to_json(public: Mapping[str, list[dict[str, Any]]], helpers: Mapping[str, Mapping[str, str]]) -> bytes:
    """Returns the file for learners: one line for each variant, and which earlier functions each answer may call."""
    questions = [f" {json.dumps('helpers')}: {json.dumps(helpers)}"] if helpers else []
    questions += [
        f" {json.dumps(question)}: [\n"
        + ",\n".join(f"  {json.dumps(one, ensure_ascii=False)}" for one in variants)
        + "\n ]"
        for question, variants in public.items()
    ]
    return ("{\n" + ",\n".join(questions) + "\n}\n").encode()
