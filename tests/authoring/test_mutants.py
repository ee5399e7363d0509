"""Mutants on a tiny course: a hole is found, what is equivalent is seen, what is permitted needs its sentence."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder import course
from autograder.authoring import build
from autograder.authoring.mutants import equivalence, examine
from autograder.authoring.mutants.examine import EQUIVALENT, KILLED, PERMITTED, UNEXPLAINED, Examined
from autograder.authoring.mutants.operators import mutants
from autograder.authoring.mutants.permitted import permitted, question_texts
from autograder.authoring.mutants.runner import Job, Task, needed
from autograder.cli import main
from autograder.course import Assignment, CourseError
from tests.authoring.conftest import edit

HOLE = "in `return x / 2`: `x / 2` became `x - 2`"
CUT = "in `return x / 2`: `x / 2` became `x // 2`"
FIXED = "in `return x / 2`: `x / 2` became `2`"
ONCE = "`half` keeps its first result"

INPUTS = """
def double(rng):
    return (float(rng.normal()),)


def half(rng):
    return (float(rng.integers(-9, 9)) / 4,)
"""


def changes(code: str) -> list[str]:
    return [mutant.change for mutant in mutants(code)]


@pytest.mark.fast
class TestOperators:
    @pytest.mark.parametrize(("code", "change"), [
        ("x = a + b", "in `x = a + b`: `a + b` became `a - b`"),
        ("x = a - b", "in `x = a - b`: `a - b` became `b - a`"),
        ("x = a @ b", "in `x = a @ b`: `a @ b` became `b @ a`"),
        ("x = a < b", "in `x = a < b`: `a < b` became `a <= b`"),
        ("x = a and b", "in `x = a and b`: `a and b` became `a or b`"),
        ("x = -a", "in `x = -a`: `-a` became `a`"),
        ("x = 10", "in `x = 10`: `10` became `11`"),
        ("x = 0.5", "in `x = 0.5`: `0.5` became `0.25`"),
        ("x = True", "in `x = True`: `True` became `False`"),
        ("x /= 255", "`x /= 255` became `x = 255`"),
        ("y = x / 255", "in `y = x / 255`: `x / 255` became `x / x.max()`"),
        ("y = x / 255", "in `y = x / 255`: `x / 255` became `x / 255 if x.max() > 1 else x`"),
        ("y = x.mean(axis=1)", "in `x.mean(axis=1)`: `axis=1` became `axis=0`"),
        ("y = x.max(axis=1, keepdims=True)",
         "in `y = x.max(axis=1, keepdims=True)`: `x.max(axis=1, keepdims=True)` became `x.max(axis=1)`"),
        ('y = x.astype("float32")', "in `x.astype('float32')`: `'float32'` became `'float64'`"),
        ('y = x.astype("float32")', "in `y = x.astype('float32')`: `x.astype('float32')` became `x`"),
        ("y = np.exp(x)", "in `y = np.exp(x)`: `np.exp(x)` became `x`"),
        ("y = f(a, b)", "in `y = f(a, b)`: `f(a, b)` became `f(b, a)`"),
        ("y = x[:n]", "in `y = x[:n]`: `:n` became `:n + 1`"),
        ("y = p[rows, y]", "in `y = p[rows, y]`: `(rows, y)` became `(y, rows)`"),
        ("y = rng.permutation(5)", "in `y = rng.permutation(5)`: `rng.permutation(5)` became `rng.choice(5, 5)`"),
        ('y = Dense(10, activation="softmax")', "in `Dense(10, activation='softmax')`: `'softmax'` became `'sigmoid'`"),
        ("m = Sequential([a, b])", "in `Sequential([a, b])`: `[a, b]` became `[b]`"),
        ('m.compile(optimizer="adam")',
         "in `m.compile(optimizer='adam')`: `'adam'` became `keras.optimizers.Adam(1.0)`"),
        ('m(loss="categorical_crossentropy")',
         "in `m(loss='categorical_crossentropy')`: `'categorical_crossentropy'` became `'binary_crossentropy'`"),
        ("m.fit(x, y)", "in `m.fit(x, y)`: `m.fit(x, y)` became `m.fit(x, y, shuffle=False)`"),
        ("x = 1", "`x = 1` is left out"),
        ("for a in b:\n    c += a", "`for a in b:` ends after its first turn"),
        ("def f(a, b):\n    return a", "in `return a`: `a` became `b`"),
        ("def f(a, rho=0.9):\n    return a * rho", "in `return a * rho`: `rho` became `0.9`"),
        ("def f(a):\n    return 2 * a", "before `return 2 * a`: `a[...] = 0`"),
        ("def f():\n    return Model()", "`f` keeps its first result"),
    ])  # fmt: skip
    def test_a_step(self, code: str, change: str) -> None:
        assert change in changes(code)

    def test_each_mutant_is_another_program_and_has_a_name_of_its_own(self) -> None:
        code = 'def f(x, y):\n    """Ten of 10."""\n    z = x + y * 10\n    return z[:2] if x > 10 else -z\n'
        made = mutants(code)
        programs = [ast.unparse(ast.parse(mutant.code)) for mutant in made]
        assert len(made) > 40 and len(set(programs)) == len(programs) and ast.unparse(ast.parse(code)) not in programs
        assert len({mutant.change for mutant in made}) == len(made)
        assert {mutant.line for mutant in made} == {1, 3, 4}
        assert all("Ten of 10." in mutant.code for mutant in made)

    def test_the_same_place_twice_is_numbered(self) -> None:
        assert {"in `f(1, 1)`: `1` became `2`", "in `f(1, 1)`: `1` became `2` (2)"} <= set(changes("f(1, 1)"))


@pytest.mark.fast
def test_only_cells_that_an_answer_needs_are_run() -> None:
    cells = ["import numpy as np", "data = np.zeros(3)", "slow = train()", "with shown():\n    print(data)",
             "def twice(x):\n    return double(x)", "def double(x):\n    return 2 * x * data", "answer"]
    assert needed(cells, 6, {"double"}) == [cells[0], cells[1], cells[5]]
    assert needed(cells, 6, {"data"}) == [cells[0], cells[1]]
    assert needed(cells, 1, {"data"}) == []


@pytest.fixture
def built(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    monkeypatch.setattr(build, "_hold_to_promises", lambda *args: None)
    build.build_exercise("91-tiny")
    return course.assignment("91-tiny")


def beside(tiny: Path, file: str, text: str) -> Path:
    path = tiny / "solutions" / "91-tiny" / file
    path.write_text(text, encoding="utf-8")
    return path


def of(examined: Examined, fate: str) -> set[str]:
    return {one.mutant.change for one in examined.of(fate)}


def test_a_hole_is_found_and_what_is_equivalent_is_seen(built: Assignment, tiny: Path) -> None:
    beside(tiny, "inputs.py", INPUTS)
    found = examine.examine(built, jobs=2)
    assert of(found, UNEXPLAINED) == {HOLE, CUT, FIXED} and not found.well
    assert ONCE in of(found, EQUIVALENT) and "`double` keeps its first result" in of(found, EQUIVALENT)
    assert {"in `return x + x`: `x + x` became `x * x`", "in `answer = 42`: `42` became `43`"} <= of(found, KILLED)
    assert {fate.why for fate in found.of(EQUIVALENT)} >= {"`double` gives the same on 1,000 inputs"}
    hole = next(fate for fate in found.of(UNEXPLAINED) if fate.mutant.change == HOLE)
    assert str(hole) == f"q9_2, line 2: {HOLE}" and "it returns something else" in hole.why


def test_without_inputs_nothing_is_called_equivalent(built: Assignment) -> None:
    found = examine.examine(built, ["q9_1"], jobs=2)
    assert of(found, UNEXPLAINED) == {"`double` keeps its first result"}
    assert found.of(UNEXPLAINED)[0].why == "inputs.py makes no inputs for `double`"


def permit(sentence: str, *names: str) -> str:
    listed = "".join(f"    - {name!r}\n" for name in names)
    return f"- question: q9_2\n  sentence: {sentence!r}\n  mutants:\n{listed}"


def test_a_permitted_one_needs_its_sentence(built: Assignment, tiny: Path) -> None:
    beside(tiny, "inputs.py", INPUTS)
    file = beside(tiny, "permitted.yaml", permit("Repair it.", HOLE, CUT, FIXED))
    found = examine.examine(built, ["q9_2"], jobs=2)
    assert of(found, PERMITTED) == {HOLE, CUT, FIXED} and found.well
    assert {fate.why for fate in found.of(PERMITTED)} == {"Repair it."}
    file.write_text(permit("Do as you like.", HOLE), encoding="utf-8")
    with pytest.raises(CourseError, match=r"permitted\.yaml: entry 1: the text of q9_2 has no sentence 'Do as you"):
        examine.examine(built, ["q9_2"])


def test_what_needs_no_permission_must_not_have_one(built: Assignment, tiny: Path) -> None:
    beside(tiny, "inputs.py", INPUTS)
    killed = "in `return x / 2`: `2` became `3`"
    beside(tiny, "permitted.yaml", permit("Repair it.", HOLE, CUT, FIXED, killed, ONCE, "no such"))
    found = examine.examine(built, ["q9_2"], jobs=2)
    assert not found.of(UNEXPLAINED) and not found.well
    assert [said.rpartition(" is ")[2] for said in found.stale] == ["killed", "equivalent", "no mutant"]


@pytest.mark.fast
@pytest.mark.parametrize(("text", "said"), [
    ("question: q9_2", "expected a list"),
    ("- question: q9_2\n  sentence: Repair it.\n", "the key 'mutants' is missing"),
    ("- question: q9_9\n  sentence: Repair it.\n  mutants: [x]\n", "91-tiny has no question 'q9_9'"),
    ("- question: q9_2\n  sentence: Repair it.\n  mutants: []\n", r"\[\]"),
    ("- question: q9_2\n  sentence: Repair it.\n  mutants: [x]\n  why: y\n", "unknown key 'why'"),
])
def test_a_file_that_is_not_in_order_is_named(built: Assignment, tiny: Path, text: str, said: str) -> None:
    beside(tiny, "permitted.yaml", text)
    with pytest.raises(CourseError, match=rf"permitted\.yaml.*{said}"):
        permitted(built)


@pytest.mark.fast
def test_a_sentence_is_looked_for_in_its_question_alone(built: Assignment) -> None:
    texts = question_texts(built)
    assert "Repair it." in texts["q9_2"] and "Repair it." not in texts["q9_1"]
    assert all("about 20 minutes" in text for text in texts.values())  # above the first answer


def test_an_endless_mutant_costs_its_limit_and_no_other(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_hold_to_promises", lambda *args: None)
    edit(tiny, "    return x + x\n", "    n = 3\n    while n > 0:\n        n = n - 1\n    return x + x + n\n")
    build.build_exercise("91-tiny")
    began = time.monotonic()
    found = examine.examine(course.assignment("91-tiny"), ["q9_1"], jobs=2, least_seconds=2)
    stopped = [fate for fate in found.of(KILLED) if "was stopped after" in fate.why]
    assert "in `n = n - 1`: `n - 1` became `n + 1`" in {fate.mutant.change for fate in stopped}
    assert "in `return x + x + n`: `x + x + n` became `x + x - n`" in of(found, UNEXPLAINED)
    assert time.monotonic() - began < 60 + 20 * len(stopped)


def test_a_mutant_that_ends_its_process_is_killed_alone(built: Assignment) -> None:
    cells, answers = examine._cells(built)
    codes = ["import os\nos._exit(0)", "raise SystemExit", cells[answers["q9_1"]], "import os\nos.abort()"]
    with examine.Runner(Job(cells, answers, str(built.tests), "")) as runner:
        outcomes = runner.run([Task(number, "q9_1", code, 30.0) for number, code in enumerate(codes)])
        assert runner.run([Task(7, "q9_1", codes[2], 30.0)])[7].passed
    assert [outcomes[number].passed for number in range(4)] == [False, False, True, False]
    assert "ended its process" in outcomes[0].why and "SystemExit" in outcomes[1].why and "-6" in outcomes[3].why


def test_a_solution_that_does_not_pass_is_named(built: Assignment) -> None:
    file = built.tests / "q9_1.py"
    file.write_text(file.read_text(encoding="utf-8").replace("== 6", "== 7"), encoding="utf-8")
    with pytest.raises(CourseError, match="91-tiny, question q9_1: its own solution does not pass: q9_1 - 1: `double"):
        examine.examine(built)


def test_the_command_lists_the_holes_and_fails(built: Assignment, tiny: Path) -> None:
    beside(tiny, "inputs.py", INPUTS)
    done = CliRunner().invoke(main, ["verify", "--mutants", "91-tiny"], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert f"91-tiny, q9_2, line 2: {HOLE} (`half`, input 0: it returns something else)" in done.output
    beside(tiny, "permitted.yaml", permit("Repair it.", HOLE, CUT, FIXED))
    done = CliRunner().invoke(main, ["verify", "--mutants"], env={"COLUMNS": "200"})
    assert done.exit_code == 0 and "became" not in done.output
    row = next(line for line in done.output.splitlines() if "91-tiny" in line)
    numbers = [int(part) for part in row.replace("│", " ").split()[1:6]]
    assert numbers[0] == sum(numbers[1:]) and numbers[3:] == [3, 0]


@pytest.mark.fast
def test_an_exercise_that_is_not_in_order_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Assignment:
        raise CourseError(f"{name} has not been built yet")

    console = Console(record=True, width=200, quiet=False)
    assert examine.verify_mutants(["91-tiny", "92-tiny"], console, find) is False
    said = console.export_text()
    assert "91-tiny is left out: 91-tiny has not been built yet" in said and "92-tiny is left out" in said


@pytest.mark.fast
@pytest.mark.parametrize(("one", "other", "alike"), [
    ("np.array([1.0])", "np.array([1.0 + 1e-12])", True), ("np.array([1.0])", "np.array([1.0 + 1e-6])", False),
    ("np.array([1, 2])", "np.array([1.0, 2.0])", False), ("np.zeros((2, 1))", "np.zeros((1, 2))", False),
    ("np.zeros(2)", "[0.0, 0.0]", False), ("1", "1.0", False), ("np.float64(1)", "1.0", True), ("True", "1", False),
    ("(1, 2)", "[1, 2]", False), ("{'a': [1.0]}", "{'a': [1.0]}", True), ("{'a': 1}", "{'b': 1}", False),
    ("'a'", "'a'", True), ("None", "0", False), ("np.array([np.nan])", "np.array([np.nan])", True),
])  # fmt: skip
def test_what_is_the_same(one: str, other: str, alike: bool) -> None:
    names = {"np": equivalence.np}
    assert equivalence.equal(eval(one, names), eval(other, names)) is alike


def test_models_are_the_same_by_what_they_compute_their_weights_and_how_they_are_compiled() -> None:
    import keras

    def model(units: int = 3, activation: str = "relu", loss: str = "mse", between: list[keras.Layer] | None = None,
              trainable: bool = True) -> keras.Model:
        keras.utils.set_random_seed(1)
        made = keras.Sequential([keras.Input((2,)), *(between or []),
                                 keras.layers.Dense(units, activation=activation, trainable=trainable)])
        made.compile(loss=loss)
        return made

    assert equivalence.equal(model(), model())
    assert equivalence.equal(model(), model(between=[keras.layers.Flatten()]))
    for other in (model(4), model(activation="tanh"), model(loss="mae"), model(trainable=False),
                  model(between=[keras.layers.Dropout(0.5)]), model(between=[keras.layers.Rescaling(2)]), 3):
        assert not equivalence.equal(model(), other)
    trained = model()
    trained.set_weights([weight + 1 for weight in trained.get_weights()])
    assert not equivalence.equal(model(), trained)


def test_one_question_of_a_real_exercise() -> None:
    """`make verify` tries all of them."""
    found = examine.examine(course.assignment("01-dataset"), ["q1_3"], jobs=2)
    assert found.well and len(found.of(KILLED)) >= 10


@pytest.mark.fast
@pytest.mark.parametrize("name", course.exercise_names())
def test_what_lies_beside_the_masters_is_in_order(name: str) -> None:
    """Sentences that are quoted stand in their questions, and every function that takes something has inputs."""
    assignment = course.assignment(name)
    permitted(assignment)
    file = course.master(name).with_name("inputs.py")
    if not file.is_file():  # a new exercise; `verify --mutants` says what it has no inputs for
        return
    cells, answers = examine._cells(assignment)
    functions = {node.name for question in assignment.questions
                 for node in ast.parse(cells[answers[question.name]]).body
                 if isinstance(node, ast.FunctionDef) and node.args.args}
    inputs = ast.parse(file.read_text(encoding="utf-8"))
    made = {node.name for node in inputs.body if isinstance(node, ast.FunctionDef)}
    made |= {target.id for node in inputs.body if isinstance(node, ast.Assign)
             for target in node.targets if isinstance(target, ast.Name)}
    assert functions <= made
