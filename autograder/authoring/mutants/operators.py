"""The mutation operators: make from the code of an answer all mutants that differ from it in one place.

Each operator is a function from a node of the syntax tree to nodes that may
replace it; `OPERATORS` lists them. `mutants` tries each on each node and leaves
out duplicates and the code itself. Nothing is run here.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LONGEST = 100
"""Letters of code that a description quotes at most."""


@dataclass(frozen=True)
class Mutant:
    """One change of an answer.

    Attributes:
        line: of the answer's cell, where it was made; the first is 1.
        change: what was changed, in words; no other mutant of the answer has the same.
        code: the whole cell with the change.
    """

    line: int
    change: str
    code: str


@dataclass
class Place:
    """The place of a node in the code.

    Attributes:
        parents: the nodes around it, the outermost first.
        parameters: names of the parameters of the functions around it.
        names: the parameters, and all names that get a value in these functions.
        defaults: parameter -> its default, where it has one.
        strings: all texts in the code that are no docstrings.
    """

    parents: list[ast.AST] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)

    @property
    def parent(self) -> ast.AST:
        return self.parents[-1]


Operator = Callable[[ast.AST, Place], Iterator[ast.AST | list[ast.stmt]]]
"""Takes a node, yields nodes that may replace it; a list of statements only for a statement."""


def _expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def _with(node: ast.AST, **changes: object) -> ast.AST:
    """Returns a copy of the node with these fields."""
    new = copy.copy(node)
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def _name_of(function: ast.expr) -> str:
    """Returns `mean` of both `np.mean` and `mean`."""
    return str(getattr(function, "attr", getattr(function, "id", "")))


# ------------------------------------------------------------------------ arithmetic and comparisons

ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Div), ast.Mult: (ast.Add, ast.Div), ast.MatMult: (ast.Mult,),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub), ast.FloorDiv: (ast.Div, ast.Mult), ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult, ast.Add),
}

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE), ast.NotEq: (ast.Eq, ast.Gt, ast.Lt), ast.Lt: (ast.LtE, ast.Gt, ast.NotEq),
    ast.LtE: (ast.Lt, ast.GtE, ast.Eq), ast.Gt: (ast.GtE, ast.Lt, ast.NotEq), ast.GtE: (ast.Gt, ast.LtE, ast.Eq),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}


def arithmetic(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields another operator, one side alone, the sides exchanged."""
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC.get(type(node.op), ()):
            yield _with(node, op=other())
        yield node.left
        yield node.right
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield _with(node, left=node.right, right=node.left)
    elif isinstance(node, ast.AugAssign):
        for other in ARITHMETIC.get(type(node.op), ()):
            yield _with(node, op=other())
        yield ast.Assign([node.target], node.value, lineno=node.lineno)


def sign(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield node.operand


def comparison(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield _with(node, ops=[other()])


def boolean(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse


def range_of_the_data(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Turns a division by a number into one by the largest value, or into one that happens only if it seems needed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
        yield _with(node, right=ast.Call(ast.Attribute(node.left, "max"), [], []))
        largest = ast.Call(ast.Attribute(node.left, "max"), [], [])
        yield ast.IfExp(ast.Compare(largest, [ast.Gt()], [ast.Constant(1)]), node, node.left)


# ------------------------------------------------------------------------ constants and names

FAMILIES = (
    ("relu", "softmax", "sigmoid", "tanh", "linear"),
    ("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy", "mean_squared_error"),
    ("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"),
    ("adam", "rmsprop", "sgd", "adadelta"),
    ("float32", "float64", "float16", "int32", "uint8"),
    ("same", "valid"),
    ("loss", "accuracy", "val_loss", "val_accuracy"),
)
"""Texts that stand for one of several things; each becomes each other one."""

AS_OBJECTS = {
    "adam": ("keras.optimizers.Adam(1.0)", "keras.optimizers.Adam(1e-06)"),
    "rmsprop": ("keras.optimizers.RMSprop(1.0)", "keras.optimizers.RMSprop(1e-06)"),
    "sgd": ("keras.optimizers.SGD(10.0)", "keras.optimizers.SGD(1e-06)"),
    "sparse_categorical_crossentropy": ("keras.losses.SparseCategoricalCrossentropy(from_logits=True)",),
    "categorical_crossentropy": ("keras.losses.CategoricalCrossentropy(from_logits=True)",),
}
"""Other ways to write a name, with an argument that changes it."""


def number(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields one more and one less, 0, 1, negative, half and twice of it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = node.value
        half = value // 2 if isinstance(value, int) else value / 2
        for other in dict.fromkeys((value + 1, value - 1, 0, 1, -value, half, value * 2)):
            yield _expression(repr(other))


def truth(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def text(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields another text of its family; for one of no family, another text of the answer."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or isinstance(place.parent, ast.Expr):
        return
    family = [other for family in FAMILIES if node.value in family for other in family]
    for other in dict.fromkeys(family or place.strings):
        if other != node.value:
            yield ast.Constant(other)
    if isinstance(place.parent, ast.keyword):
        for code in AS_OBJECTS.get(node.value, ()):
            yield _expression(code)


def name(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Turns a parameter into another one, its default, or a fixed number."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in place.names:
        return
    if isinstance(place.parent, ast.Call) and place.parent.func is node:
        return
    for other in place.names:
        if other != node.id:
            yield ast.Name(other, ast.Load())
    if node.id in place.defaults:
        yield place.defaults[node.id]
    if node.id in place.parameters and isinstance(place.parent, ast.Call | ast.keyword | ast.Slice):
        yield ast.Constant(0)
        yield ast.Constant(1)


def kind_of_number(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Turns `int` as a dtype into `float` and `bool`."""
    kinds = ("int", "float", "bool")
    if isinstance(node, ast.Name) and node.id in kinds and not isinstance(place.parent, ast.Call):
        for other in kinds:
            if other != node.id:
                yield ast.Name(other, ast.Load())


# ------------------------------------------------------------------------ calls

OTHER_FUNCTIONS = {
    "max": ("min",), "min": ("max",), "maximum": ("minimum",), "minimum": ("maximum",), "argmax": ("argmin",),
    "argmin": ("argmax",), "mean": ("sum", "median", "max"), "sum": ("mean", "max"), "zeros": ("ones",),
    "ones": ("zeros",), "log": ("log2", "log10", "log1p"), "exp": ("exp2", "expm1"), "sqrt": ("square", "cbrt"),
    "argsort": ("argmax",), "arange": ("ones",), "ravel": ("unique",), "abs": ("square",),
    "Flatten": ("GlobalAveragePooling1D",), "Softmax": ("ReLU",), "Dropout": ("GaussianNoise", "Dense"),
    "evaluate": ("predict",), "to_categorical": ("np_utils",),
}
"""Functions, methods and layers that are taken for one another."""

MORE_ARGUMENTS = {
    "Dense": ("use_bias=False", "kernel_initializer='zeros'", "trainable=False"),
    "Rescaling": ("offset=-1",),
    "fit": ("shuffle=False", "validation_split=0.5", "callbacks=[keras.callbacks.EarlyStopping(patience=0)]",
            "steps_per_epoch=1", "initial_epoch=1"),
    "compile": ("loss_weights=0.5",),
    "sum": ("dtype='uint8'",),
}
"""Arguments that change what a call does; they are added where they are not given."""

AXES = ("0", "1", "-1", "None")


def call(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields the call dropped, its arguments exchanged or left out one by one, another function of its kind."""
    if not isinstance(node, ast.Call):
        return
    yield from node.args
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    for first in range(len(node.args) - 1):
        exchanged = [*node.args[:first], node.args[first + 1], node.args[first], *node.args[first + 2:]]
        yield _with(node, args=exchanged)
    for number in range(len(node.args)):
        yield _with(node, args=[*node.args[:number], *node.args[number + 1:]])
    for number in range(len(node.keywords)):
        yield _with(node, keywords=[*node.keywords[:number], *node.keywords[number + 1:]])
    for other in OTHER_FUNCTIONS.get(_name_of(node.func), ()):
        yield _with(node, func=_with(node.func, attr=other) if isinstance(node.func, ast.Attribute)
                    else ast.Name(other, ast.Load()))
    given = {keyword.arg for keyword in node.keywords}
    for more in MORE_ARGUMENTS.get(_name_of(node.func), ()):
        keyword = _expression(f"f({more})").keywords[0]  # type: ignore[attr-defined]
        if keyword.arg not in given:
            yield _with(node, keywords=[*node.keywords, keyword])


def _is_module(node: ast.expr) -> bool:
    """Returns whether it is `np`, `keras.layers` or the like: their methods have no object that could stand alone."""
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return isinstance(node, ast.Name | ast.Attribute) and names[-1:] in (["np"], ["keras"], ["layers"], ["math"])


def axis(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields another axis."""
    if isinstance(node, ast.keyword) and node.arg == "axis":
        for other in AXES:
            yield _with(node, value=_expression(other))


def replacement(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Turns a random order into a draw in which one may come twice, or into no order at all."""
    if isinstance(node, ast.Call) and _name_of(node.func) == "permutation" and isinstance(node.func, ast.Attribute):
        yield _with(node, func=_with(node.func, attr="choice"), args=[node.args[0], node.args[0]])
        yield ast.Call(_expression("np.arange"), [node.args[0]], [])
        yield _with(node, func=_expression("np.random.permutation"))


# ------------------------------------------------------------------------ parts of an array, elements of a list

def subscript(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields the index left out; the bounds of a slice moved by one, or left out."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value
    elif isinstance(node, ast.Slice):
        for which in ("lower", "upper"):
            bound = getattr(node, which)
            if bound is not None:
                yield _with(node, **{which: None})
                yield _with(node, **{which: ast.BinOp(bound, ast.Add(), ast.Constant(1))})
                yield _with(node, **{which: ast.BinOp(bound, ast.Sub(), ast.Constant(1))})
        if (node.lower is None) != (node.upper is None):
            yield _with(node, lower=node.upper, upper=node.lower)


def elements(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields two neighbors exchanged, one left out, and in a list one twice."""
    if not isinstance(node, ast.List | ast.Tuple) or not isinstance(node.ctx, ast.Load) or len(node.elts) < 1:
        return
    for first in range(len(node.elts) - 1):
        yield _with(node, elts=[*node.elts[:first], node.elts[first + 1], node.elts[first], *node.elts[first + 2:]])
    for number in range(len(node.elts)):
        yield _with(node, elts=[*node.elts[:number], *node.elts[number + 1:]])
        if isinstance(node, ast.List):
            yield _with(node, elts=[*node.elts[:number + 1], *node.elts[number:]])


# ------------------------------------------------------------------------ statements

def statement(node: ast.AST, place: Place) -> Iterator[ast.AST | list[ast.stmt]]:
    """Yields a statement left out; a loop that ends after its first turn; an argument that is changed in place."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.For) and not is_text(node):
        yield ast.Pass()
    if isinstance(node, ast.For):
        yield _with(node, body=[*node.body, ast.Break()])
    if isinstance(node, ast.Return) and node.value is not None:
        for parameter in place.parameters:
            yield [*ast.parse(f"_result = {ast.unparse(node.value)}\n{parameter}[...] = 0").body,
                   ast.Return(ast.Name("_result", ast.Load()))]


def made_once(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Yields a function that keeps its first result and returns it ever after."""
    if isinstance(node, ast.FunctionDef):
        yield _with(node, decorator_list=[*node.decorator_list, _expression("__import__('functools').cache")])


def is_text(node: ast.AST) -> bool:
    """Returns whether it is a docstring, or any other text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


OPERATORS: tuple[Operator, ...] = (
    arithmetic, sign, comparison, boolean, range_of_the_data, number, truth, text, name, kind_of_number, call, axis,
    replacement, subscript, elements, statement, made_once,
)


# ------------------------------------------------------------------------ all of them

def mutants(code: str) -> list[Mutant]:
    """Returns all mutants of an answer's cell, in the order of its lines; each once.

    Raises:
        SyntaxError: `code` is no Python.
    """
    tree = ast.parse(code)
    seen = {ast.unparse(tree)}
    said: dict[str, int] = {}
    found = []
    for node, path, place in _nodes(tree):
        for operator in OPERATORS:
            for new in operator(node, place):
                mutated = _changed(tree, path, new)
                try:
                    text_of = ast.unparse(ast.fix_missing_locations(mutated))
                    compile(text_of, "answer", "exec")
                except (SyntaxError, ValueError):  # a slice alone, a loop's target that is a number
                    continue
                if text_of in seen:
                    continue
                seen.add(text_of)
                change = _words(node, new, place)
                said[change] = said.get(change, 0) + 1
                change += f" ({said[change]})" if said[change] > 1 else ""
                found.append(Mutant(_line(node, place), change, text_of))
    return sorted(found, key=lambda mutant: mutant.line)


Path = list[tuple[str, int | None]]
"""The way from the top of a tree down to a node: field by field, with a number where the field is a list."""


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, Path, Place]]:
    """Yields each node that an operator may change, with the way to it.

    Nodes in a function's first line are left out.
    """
    strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    texts = {node.value.value for node in ast.walk(tree) if is_text(node)}  # type: ignore[attr-defined]
    top = Place(strings=[text for text in strings if text not in texts])

    def below(node: ast.AST, path: Path, place: Place) -> Iterator[tuple[ast.AST, Path, Place]]:
        if path:
            yield node, path, place
        if isinstance(node, ast.FunctionDef):
            place = _inside(node, place)
        inner = Place([*place.parents, node], place.parameters, place.names, place.defaults, place.strings)
        for field_name, value in ast.iter_fields(node):
            if field_name in ("args", "decorator_list") and isinstance(node, ast.FunctionDef):
                continue
            if isinstance(value, list):
                for number, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        yield from below(child, [*path, (field_name, number)], inner)
            elif isinstance(value, ast.AST):
                yield from below(value, [*path, (field_name, None)], inner)

    yield from below(tree, [], top)


def _inside(function: ast.FunctionDef, place: Place) -> Place:
    """Returns the place of nodes in a function."""
    arguments = function.args
    parameters = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    given = [node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip([argument.arg for argument in positional[len(positional) - len(arguments.defaults):]],
                        arguments.defaults, strict=True))
    return Place(place.parents, [*place.parameters, *parameters],
                 list(dict.fromkeys([*place.names, *parameters, *given])), {**place.defaults, **defaults},
                 place.strings)


def _changed(tree: ast.Module, path: Path, new: ast.AST | list[ast.stmt]) -> ast.Module:
    """Returns a copy of the tree with another node at the end of the way. It copies only the nodes on the way."""
    top = copy.copy(tree)
    node: ast.AST = top
    for step, (field_name, number) in enumerate(path):
        last = step == len(path) - 1
        old = getattr(node, field_name)
        if number is None:
            child = new if last else copy.copy(old)
            setattr(node, field_name, child)
        else:
            child = new if last else copy.copy(old[number])
            inserted = child if isinstance(child, list) else [child]
            setattr(node, field_name, [*old[:number], *inserted, *old[number + 1:]])
        if not last:
            assert isinstance(child, ast.AST)
            node = child
    return copy.deepcopy(top)  # a new node may contain one node twice


def _line(node: ast.AST, place: Place) -> int:
    return next(line for one in (node, *reversed(place.parents)) if (line := getattr(one, "lineno", 0)))


def _words(node: ast.AST, new: ast.AST | list[ast.stmt], place: Place) -> str:
    """Describes the change, such as "in `x.mean(axis=0)`: `axis=0` became `axis=1`"."""
    around = next((one for one in reversed(place.parents) if isinstance(one, ast.Call | ast.stmt)), None)
    if isinstance(node, ast.FunctionDef):
        return f"`{node.name}` keeps its first result"
    if isinstance(node, ast.stmt) and isinstance(new, ast.Pass):
        return f"`{_code(node)}` is left out"
    if isinstance(node, ast.For):
        return f"`{_code(node)}` ends after its first turn"
    if isinstance(new, list):
        return f"before `{_code(node)}`: `{ast.unparse(new[1])}`"
    changed = f"`{_code(node)}` became `{_code(new)}`"
    return f"in `{_code(around)}`: {changed}" if around is not None and not isinstance(
        around, ast.FunctionDef) else changed


def _code(node: ast.AST) -> str:
    """Returns a node as a line of code, cut where it is long."""
    line = ast.unparse(node).split("\n")[0] if isinstance(node, ast.stmt) else ast.unparse(node)
    return line if len(line) <= LONGEST else f"{line[:LONGEST - 1]}…"
