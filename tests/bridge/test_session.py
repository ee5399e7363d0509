"""The conversation with a cell runner: what cells do, and how a learner's values look to a test."""

from __future__ import annotations

import contextlib
import inspect
import io
import math
import time
import traceback
from collections import Counter, OrderedDict, defaultdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from autograder.bridge import records, revival
from autograder.bridge.arguments import update
from autograder.bridge.plaintext import shown
from autograder.bridge.remote import RemoteError, RemoteFunction, RemoteObject
from autograder.bridge.session import SessionEnded
from autograder.bridge.wire import WireError
from autograder.sandbox.limits import Limits


@pytest.fixture
def notebook(best_level, sandbox_of):
    """A sandbox without TensorFlow."""
    return sandbox_of(best_level)


# --- cells --------------------------------------------------------------------------------


def test_cells_share_their_variables(notebook):
    assert notebook.run("x = 1").status == "ok"
    assert notebook.run("x += 1\nx").output == "2\n"
    assert notebook.session.get("x") == 2
    assert notebook.session.names() == ["x"]


def test_an_error_shows_the_learners_own_lines(notebook):
    notebook.run("def half(x):\n    return x / 0")
    outcome = notebook.run("y = 1\nhalf(y)")
    assert outcome.status == "raised"
    assert outcome.error.splitlines() == [
        "cell 3, line 2", "    half(y)", "cell 2, line 2, in half", "    return x / 0",
        "ZeroDivisionError: division by zero",
    ]  # fmt: skip
    assert notebook.session.get("y") == 1


def test_a_syntax_error_is_raised(notebook):
    outcome = notebook.run("def f(:\n    pass")
    assert outcome.status == "raised" and "SyntaxError" in outcome.error


def test_magics_of_jupyter_do_not_stop_a_cell(notebook):
    assert notebook.run("%matplotlib inline\n%time x = 3\n%load_ext autoreload\n%autoreload 2").status == "ok"
    assert notebook.run("%%time\ny = 4").status == "ok"
    assert notebook.session.get("y") == 4


def test_await_works_as_in_jupyter(notebook):
    assert notebook.value("import asyncio\nawait asyncio.sleep(0)\nresult = 5") == 5


def test_pictures_are_drawn_nowhere_and_closed(notebook):
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\nplt.imshow([[1]])"
    assert notebook.run(source).status == "ok"
    assert notebook.value("result = plt.get_fignums()") == []


def test_display_is_text(notebook):
    outcome = notebook.run("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'), 3)\n'last'")
    assert outcome.output == "<IPython.core.display.HTML object>\n3\n'last'\n"


def test_input_has_no_one_to_ask(notebook):
    assert notebook.run("input()").status == "raised"


def test_files_lie_beside_the_notebook_and_may_be_changed(best_level, sandbox_of, tmp_path):
    (tmp_path / "data.txt").write_text("original")
    notebook = sandbox_of(best_level, files={"data.txt": tmp_path / "data.txt", "helper.py": b"answer = 42"})
    source = "import helper\nopen('data.txt', 'a').write('!')\nresult = open('data.txt').read() + str(helper.answer)"
    assert notebook.value(source) == "original!42"
    assert (tmp_path / "data.txt").read_text() == "original"


# --- checks ---------------------------------------------------------------------------------


def test_a_check_stops_the_cell_and_sees_the_moment(notebook):
    seen = []
    notebook.session.on_check = lambda question: seen.append((question, notebook.session.get("x")))
    source = "import otter\ngrader = otter.Notebook('n.ipynb', tests_dir='tests')\nx = 1\ngrader.check('q1')\nx = 2\n"
    outcome = notebook.run(source + "r = grader.check('q2')\nx = 3\nr")
    assert outcome.status == "ok" and outcome.output in ("", "\n")
    assert seen == [("q1", 1), ("q2", 2)]
    assert notebook.session.get("x") == 3


def test_the_rest_of_otter_does_nothing(notebook):
    source = """
import otter
class Checks(otter.Notebook):
    def check(self, question):
        return super().check(question)
grader = Checks()
grader.check_all(); grader.export("x", pdf=False); grader.to_pdf()
result = [bool(grader.check("q1").grade), str(grader.check("q")), len(list(grader.check("q1").test_results))]
"""
    assert notebook.value(source) == [True, "", 0]
    assert notebook.checks == ["q1", "q", "q1"]


def test_a_check_of_an_unknown_question_raises_as_otters_does(notebook):
    notebook.session.on_check = lambda question: question == "q1"
    outcome = notebook.run("import otter\ngrader = otter.Notebook()\ngrader.check('q1')\ngrader.check('q9')\nx = 1")
    assert outcome.status == "raised" and "FileNotFoundError" in outcome.error and "q9" in outcome.error
    assert "x" not in notebook.session.names()


def test_an_interrupt_of_its_own_is_an_error_and_no_timeout(notebook):
    outcome = notebook.run("raise KeyboardInterrupt", timeout=30)
    assert outcome.status == "raised" and "KeyboardInterrupt" in outcome.error


def test_a_loop_of_checks_is_stopped_and_the_session_goes_on(notebook):
    outcome = notebook.run("import otter\nwhile True: otter.Notebook().check('q1')", timeout=1)
    assert outcome.status == "timeout"
    assert notebook.run("x = 1").status == "ok"


def test_a_loop_of_checks_that_will_not_stop_is_killed(notebook):
    source = """
import otter
while True:
    try:
        otter.Notebook().check('q1')
    except BaseException:
        pass
"""
    assert notebook.run(source, timeout=1).status == "killed"


def test_an_answer_under_way_at_its_deadline_is_read_to_its_end(notebook):
    """The time is up in the middle of a message: what follows must not be read as the beginning of one."""
    notebook.run("import numpy as np\nlarge = np.ones((150, 1000, 1000), 'uint8')")
    notebook.session.call_timeout = 0.03  # Long enough to begin, too short for 150 MB.
    with contextlib.suppress(TimeoutError):
        notebook.session.get("large")
    notebook.session.call_timeout = 60
    assert notebook.session.alive and notebook.session.get("large").sum() == 150_000_000


def test_without_memory_for_an_answer_the_session_ends_with_that_verdict(notebook):
    """As when sleeping threads hold the address space: even the words that say so cannot be made."""
    notebook.run("x = 1\nfrom autograder.bridge import wire\ndef encode(*_): raise MemoryError\nwire.encode = encode")
    with pytest.raises(SessionEnded) as ended:
        notebook.session.get("x")
    assert ended.value.status == "memory"


def test_an_array_of_absurd_shape_is_a_thing_and_no_breach(notebook):
    value = notebook.value("import numpy as np\nresult = np.empty((2**31, 0, 2**31), 'uint8')")
    assert isinstance(value, RemoteObject)
    assert notebook.session.alive


def test_a_check_looks_at_the_variables_it_is_given(notebook):
    seen = []
    notebook.session.on_check = lambda question: seen.append((notebook.session.get("x"), notebook.session.names()))
    notebook.run("import otter\ngrader = otter.Notebook()\nx = 1\ngrader.check('q', {'x': 2})\ngrader.check('q')\n"
                 "def inside():\n    x = 3\n    grader.check('q')\ninside()")
    assert [value for value, _ in seen] == [2, 1, 1]
    assert seen[0][1] == ["x"] and "inside" in seen[2][1] and notebook.session.get("x") == 1


def test_what_a_check_returns_stands_any_use_and_says_nothing(notebook):
    source = """
import otter
found = otter.Notebook().check("q1")
total = sum(check.score for check in [found, found])
result = [found.grade == 1, found.score > 0, found.score < 1, f"{found.score:.2f}", float(total), list(found), found[0]]
assert found.passed_all and otter.__version__
"""
    assert notebook.run(source).status == "ok"
    assert notebook.run("otter.Notebook().examine('q1')").status == "raised"
    assert notebook.run("otter.Notebook().check(1)\ny = 1").status == "raised"


def test_checks_do_not_count_towards_the_time(notebook):
    notebook.session.on_check = lambda question: time.sleep(1.5)
    outcome = notebook.run("import otter\notter.Notebook().check('q1')", timeout=1)
    assert outcome.status == "ok" and outcome.seconds < 1


def test_checks_leave_random_numbers_as_they_were(notebook):
    notebook.run("""
import random, otter, numpy as np
grader = otter.Notebook()
def draw():
    return random.random() + np.random.rand()
""")
    notebook.session.on_check = lambda question: notebook.session.get("draw")()
    source = "random.seed(1); np.random.seed(1)\n{}result = [random.random(), np.random.rand()]"
    without = notebook.value(source.format(""))
    assert notebook.value(source.format("grader.check('q1')\n")) == without
    assert notebook.checks == []


def test_a_check_inside_a_function_that_a_test_calls_is_not_asked(notebook):
    notebook.run("import otter\ngrader = otter.Notebook()\ndef f():\n    grader.check('q1')\n    return 7")
    assert notebook.session.get("f")() == 7
    assert notebook.checks == []


def test_a_check_in_another_thread_or_process_is_not_asked(notebook):
    source = """
import otter, threading
grader = otter.Notebook()
thread = threading.Thread(target=grader.check, args=("q1",)); thread.start(); thread.join()
"""
    assert notebook.run(source).status == "ok"
    assert notebook.checks == []


# --- values -----------------------------------------------------------------------------------


VALUES = {
    "{'a': [1, 2.5, None, True], 3: (4j, b'x')}": {"a": [1, 2.5, None, True], 3: (4j, b"x")},
    "{1, 2}": {1, 2},
    "slice(1, None)": slice(1, None),
    "range(3)": range(3),
    "...": ...,
    "__import__('collections').Counter('aab')": Counter("aab"),
    "__import__('collections').OrderedDict(a=1)": OrderedDict(a=1),
    "__import__('collections').defaultdict(list, a=[1])": defaultdict(list, a=[1]),
    "__import__('fractions').Fraction(1, 3)": Fraction(1, 3),
    "__import__('decimal').Decimal('1.10')": Decimal("1.10"),
    "__import__('datetime').datetime(2024, 2, 29, 1, 2, 3, 4)": datetime(2024, 2, 29, 1, 2, 3, 4),
    "bytearray(b'ab')": bytearray(b"ab"),
    "__import__('numpy').str_('ab')": np.str_("ab"),
    "__import__('math')": math,
    "type('Text', (str,), {})('ab')": "ab",
    "__import__('enum').IntEnum('E', 'A B').B": 2,
    "type('Int', (int,), {'__eq__': lambda a, b: True})(3)": 3,
    "float": float,
    "ValueError": ValueError,
}


def test_a_named_tuple_keeps_its_names(notebook):
    pair = notebook.value("from collections import namedtuple\nresult = namedtuple('Pair', 'left right')(1, [2])")
    assert pair == (1, [2]) and isinstance(pair, tuple) and (pair.left, pair.right) == (1, [2])
    assert repr(pair) == "Pair(left=1, right=[2])" and type(pair).__name__ == "Pair" and not hasattr(pair, "other")
    assert notebook.value("def result(pair): return pair.right[0] + pair.left")(pair) == 3
    assert notebook.value("result = namedtuple('Word', 'text count')('a', 7)").count == 7


@pytest.mark.parametrize("source", VALUES)
def test_plain_values_arrive_as_exact_built_in_types(notebook, source):
    value = notebook.value(f"result = {source}")
    assert value == VALUES[source] and type(value) is type(VALUES[source])


def test_arrays_and_their_types_arrive(notebook):
    notebook.run("import numpy as np\na = np.asfortranarray(np.eye(3, dtype='float32'))\nm = np.matrix([[1]])\n"
                 "t = np.float32\nd = a.dtype\no = np.array([object()])\nf = np.float16(0.5)\ns = np.array(['x'])")
    get = notebook.session.get
    assert get("a").dtype == np.float32 and get("a").flags.f_contiguous and np.array_equal(get("a"), np.eye(3))
    assert type(get("m")) is np.ndarray and get("m").shape == (1, 1)
    assert get("t") is np.float32 and get("d") == np.dtype("float32") and isinstance(get("d"), np.dtype)
    assert type(get("f")) is np.float16 and get("s").tolist() == ["x"]
    assert isinstance(get("o"), RemoteObject)


def test_tables_arrive_as_tables_and_go_as_such(notebook):
    frame = notebook.value("import pandas as pd\nresult = pd.DataFrame({'city': ['Oslo', None], 'n': [1, 2]})\n"
                           "def total(table):\n    table['n'] = 0\n    return type(table) is pd.DataFrame")
    assert type(frame) is pd.DataFrame and frame["n"].tolist() == [1, 2]
    assert frame["city"].isna().tolist() == [False, True]
    given = pd.DataFrame({"n": [3]})
    assert notebook.session.get("total")(given) is True and given["n"].tolist() == [0]
    assert notebook.session.get("pd") is pd and notebook.session.unexamined == []


@pytest.mark.parametrize("source", [
    "pd.DataFrame({'a': [object()]})",
    "type('Mine', (pd.DataFrame,), {'__eq__': lambda a, b: True, 'equals': lambda a, b: True})({'a': [1]})",
    "pd.Series(pd.Categorical.from_codes([0], range(20_000)))",
])  # fmt: skip
def test_a_table_with_more_than_data_in_it_stays_where_it_is(notebook, source):
    odd = notebook.value(f"import pandas as pd\nresult = {source}")
    assert isinstance(odd, RemoteObject) and isinstance(odd, pd.DataFrame | pd.Series) and odd.shape[0] == 1
    assert type(odd) not in (pd.DataFrame, pd.Series)
    with pytest.raises(TypeError, match="cannot examine"):
        assert odd == odd.copy()
    assert notebook.session.unexamined


def test_each_look_is_a_copy(notebook):
    notebook.run("x = [1]")
    notebook.session.get("x").append(2)
    assert notebook.session.get("x") == [1]


def test_a_missing_name_is_a_key_error(notebook):
    with pytest.raises(KeyError, match="nothing"):
        notebook.session.get("nothing")


def test_what_cannot_cross_says_what_it_is(notebook):
    thing = notebook.value("class Net:\n    def __init__(self): self.size = 3\n    def run(self): return 4\n"
                           "result = Net()")
    assert thing.size == 3 and thing.run() == 4
    with pytest.raises(AttributeError):
        _ = thing.nothing
    assert thing and type(thing).__name__ == "Net" and thing == notebook.session.get("result")
    for use in (lambda: thing == 3, lambda: thing + 1, lambda: len(thing), lambda: np.asarray(thing),
                lambda: thing[0], lambda: float(thing), lambda: iter(thing), lambda: next(thing)):  # fmt: skip
        with pytest.raises(TypeError, match="Net"):
            use()


def test_elements_are_read_where_they_are(notebook):
    notebook.run("def count(n):\n    yield from range(n)\nclass Deck:\n    def __len__(self): return 2\n"
                 "    def __getitem__(self, i): return 'ab'[i]\ndeck = Deck()\nclass Empty:\n    __len__ = int\n"
                 "empty = Empty()")
    get = notebook.session.get
    numbers = get("count")(3)
    assert inspect.isgenerator(numbers) and next(numbers) == 0 and list(numbers) == [1, 2] and list(numbers) == []
    assert (len(get("deck")), get("deck")[1], list(get("deck")), "b" in get("deck")) == (2, "b", ["a", "b"], True)
    assert isinstance(get("deck"), get("Deck")) and not isinstance(3, get("Deck")) and not get("empty")


def test_one_object_under_two_names_is_one_here(notebook):
    """Until another case begins: what a test has changed does not follow it."""
    notebook.run("a = [1]\nb = a\nc = [1]\nclass A: pass\nclass B(A): pass\nx = y = A()")
    get = notebook.session.get
    a = get("a")
    assert get("b", {"a": a}) is a and get("c", {"a": a, "b": a}) == [1] and get("c", {"a": a}) is not a
    assert get("b") is not a
    assert get("x") is get("y") and get("B").__mro__[1] is get("A") and get("B").__bases__ == (get("A"),)
    assert issubclass(get("B"), get("A")) and not issubclass(get("A"), get("B")) and not issubclass(int, get("A"))
    x = get("x")
    x.mark = 3
    notebook.session.forget()
    assert get("x") is not x and not hasattr(get("x"), "mark") and notebook.session.unexamined == []


def test_an_answer_that_names_another_variable_than_asked_ends_the_session(notebook):
    notebook.run("a = 1")
    with pytest.raises(SessionEnded), pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebook.session._channel, "receive", lambda: ("same", "elsewhere"))
        notebook.session.get("a", {"b": 2})


def test_functions_of_pythons_are_arguments_and_a_tests_own_are_not(notebook):
    notebook.run("def apply(f, values): return [f(value) for value in values]\ndef same(f): return f is len")
    apply = notebook.session.get("apply")
    assert apply(len, ["a", "bb"]) == [1, 2] and apply(math.sqrt, [4]) == [2.0] and notebook.session.get("same")(len)
    assert notebook.session.unexamined == []
    for own in (lambda x: x, np.sqrt, eval, open):
        with pytest.raises(TypeError, match="cannot be sent to the learner's code"):
            apply(own, [1])
    assert "a function that the test hands to the learner's code" in notebook.session.unexamined


def test_what_a_thing_says_of_itself_decides_no_comparison(notebook):
    thing = notebook.value("class Yes:\n    def __contains__(self, x): return True\n    def __len__(self): return 0\n"
                           "    def __getitem__(self, i): raise IndexError\n    __lt__ = __contains__\nresult = Yes()")
    assert 5 not in thing and list(thing) == []
    with pytest.raises(TypeError):
        assert thing < 5


def test_what_is_too_large_says_so(notebook):
    thing = notebook.value("result = list(range(2_000_000))", timeout=60)
    assert isinstance(thing, RemoteObject) and "too large" in repr(thing)


def test_objects_that_equal_everything_equal_nothing(notebook):
    thing = notebook.value("class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\nresult = Yes()")
    with pytest.raises(TypeError):
        assert thing == 5


def test_hostile_methods_do_no_harm(notebook):
    source = """
class Hostile:
    def __repr__(self): raise SystemExit
    def __eq__(self, other): raise KeyboardInterrupt
    def __reduce__(self): raise SystemExit
    @property
    def size(self): raise SystemExit
    def __len__(self): raise KeyboardInterrupt
result = Hostile()
class Text(str):
    def encode(self, *a): raise SystemExit
    def __str__(self): raise SystemExit
text = Text("abc")
class Dict(dict):
    def items(self): raise SystemExit
both = Dict(a=1)
"""
    notebook.run(source)
    with pytest.raises(RemoteError) as raised:
        _ = notebook.value("result = Hostile()")
    assert type(raised.value).__name__ == "SystemExit"
    assert notebook.session.get("text") == "abc" and notebook.session.get("both") == {"a": 1}
    assert notebook.session.alive


# --- calls --------------------------------------------------------------------------------------


def test_functions_are_called_where_they_live(notebook):
    f = notebook.value("def result(a, b=2, *c, d=None, **e):\n    'The documentation.'\n    return a, b, c, d, e")
    assert isinstance(f, RemoteFunction) and callable(f)
    assert f(1, 3, 4, d=5, x=6) == (1, 3, (4,), 5, {"x": 6})
    assert f.__name__ == "result" and f.__doc__ == "The documentation."
    assert list(inspect.signature(f).parameters) == ["a", "b", "c", "d", "e"]
    assert inspect.signature(f).parameters["a"].default is inspect.Parameter.empty


def test_lambdas_classes_and_callable_objects_are_callable(notebook):
    notebook.run("import functools, numpy as np\nf = lambda x: x + 1\nadd = functools.partial(max, 3)\n"
                 "class Scaler:\n    def __init__(self, k): self.k = k\n    def __call__(self, x): return x * self.k\n"
                 "double = Scaler(2)\nroot = np.sqrt")
    get = notebook.session.get
    assert get("f")(1) == 2 and get("add")(5) == 5 and get("double")(4) == 8
    assert get("root")(np.array([4.0])).tolist() == [2.0]
    assert get("Scaler")(3)(2) == 6


def test_arguments_changed_in_place_are_changed_here(notebook):
    f = notebook.value("def result(a, items, table, *, b):\n    a /= 255\n    items.append(1)\n    table['x'] = a[0]\n"
                       "    b[0] = 9\n    return a")
    a, items, table, b = np.array([255.0, 0]), [0], {}, np.array([1, 2])
    returned = f(a, items, table, b=b)
    assert a.tolist() == [1.0, 0.0] and items == [0, 1] and table == {"x": 1.0} and b.tolist() == [9, 2]
    assert returned is a


def test_attributes_of_functions_and_classes_can_be_read(notebook):
    notebook.run("def f(): pass\nf.calls = 7\nclass A:\n    n = 4\n    @staticmethod\n    def make(): return A()")
    assert notebook.session.get("f").calls == 7 and inspect.isfunction(notebook.session.get("f"))
    kind = notebook.session.get("A")
    assert kind.n == 4 and kind.make().n == 4 and inspect.isclass(kind)
    with pytest.raises(AttributeError):
        _ = kind.other


def test_arguments_not_changed_stay_as_they_are(notebook):
    f = notebook.value("def result(a):\n    return a / 255")
    a = np.array([255.0, 0])
    assert f(a) is not a and a.tolist() == [255.0, 0]
    result, args, kwargs = notebook.session.call(f, (a,), {}, 5)
    assert args[0] is a and kwargs == {} and result.tolist() == [1.0, 0.0]


def test_a_read_only_argument_cannot_be_changed(notebook):
    f = notebook.value("def result(a):\n    a /= 255")
    a = np.array([255.0])
    a.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        f(a)


def test_shape_set_in_place_arrives(notebook):
    f = notebook.value("def result(a):\n    a.resize((4,), refcheck=False)")
    a = np.arange(4.0).reshape(2, 2).copy()
    f(a)
    assert a.shape == (4,)


def test_functions_and_objects_can_be_handed_back(notebook):
    notebook.run("def square(x): return x * x\ndef twice(f, x): return f(f(x))\nclass A: n = 4\na = A()\n"
                 "def read(a): return a.n")
    get = notebook.session.get
    assert get("twice")(get("square"), 3) == 81
    assert get("read")(get("a")) == 4


def test_a_function_of_the_test_cannot_be_sent(notebook):
    f = notebook.value("def result(g): return g()")
    with pytest.raises(TypeError, match="cannot be sent"):
        f(lambda: 1)


@pytest.mark.parametrize(
    ("raising", "kind"),
    [
        ("NotImplementedError('write me')", NotImplementedError),
        ("ValueError('write me')", ValueError),
        ("KeyError('write me')", KeyError),
    ],
)
def test_what_a_function_raises_is_raised_here(notebook, raising, kind):
    f = notebook.value(f"def result(): raise {raising}")
    with pytest.raises(kind, match="write me") as raised:
        f()
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    "raising",
    [
        "UnicodeDecodeError('utf8', b'', 0, 1, 'write me')",
        "SystemExit('write me')",
        "KeyboardInterrupt('write me')",
        "GeneratorExit('write me')",
        "BaseException('write me')",
        "ExceptionGroup('write me', [ValueError()])",
    ],
)
def test_what_cannot_be_raised_here_has_its_name_all_the_same(notebook, raising):
    f = notebook.value(f"def result(): raise {raising}")
    with pytest.raises(RemoteError, match="write me") as raised:
        f()
    assert traceback.format_exception_only(raised.value)[0].startswith(f"{raising.partition('(')[0]}: ")


def test_an_exception_of_ones_own_is_caught_as_what_it_is_derived_from(notebook):
    f = notebook.value("class MyError(KeyError): pass\ndef result(): raise MyError('write me')")
    with pytest.raises(KeyError, match="write me") as raised:
        f()
    assert type(raised.value).__name__ == "MyError" and isinstance(raised.value, RemoteError)
    assert traceback.format_exception_only(raised.value) == ["MyError: 'write me'\n"]


def test_a_function_that_does_not_return_is_interrupted(notebook):
    f = notebook.value("def result(): \n    while True: pass")
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"0\.5 s"):
        notebook.session.call(f, (), {}, 0.5)
    assert time.monotonic() - began < 5
    assert notebook.value("result = 1") == 1


def test_a_function_prints_nothing_while_a_test_calls_it(notebook):
    notebook.run("def f(x):\n    print('seen', x)\n    import sys; sys.stderr.write('seen')\n    return 1")
    assert notebook.session.get("f")("secret") == 1
    assert notebook.run("print('after')").output == "after\n"


def test_what_a_function_prints_is_heard_by_a_test_that_listens(notebook):
    notebook.run("import sys\ndef f(x):\n    print('seen', x)\n    sys.stderr.write('no'); display(x)\n    return 1")
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        assert notebook.session.get("f")(3) == 1 and notebook.session.get("f")(4) == 1
    assert heard.getvalue() == "seen 3\nseen 4\n"
    assert notebook.run("def g():\n    print('x' * 10 ** 6)").status == "ok"
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        notebook.session.get("g")()
    assert len(heard.getvalue()) == 100_000


def test_a_function_draws_other_random_numbers_each_time(notebook):
    notebook.run("import random, numpy as np\ndef f(): return random.random(), np.random.rand()\nrandom.seed(1)\n"
                 "state = random.getstate()")
    f = notebook.session.get("f")
    assert len({number for _ in range(3) for number in f()}) == 6
    assert notebook.value("result = random.getstate() == state") is True


def test_a_call_that_ends_the_process_ends_the_session(notebook):
    f = notebook.value("import os\ndef result(): os._exit(0)")
    with pytest.raises(Exception, match="exit code 0"):
        f()
    assert not notebook.session.alive
    with pytest.raises(Exception, match="exit code 0"):
        f()


# --- TensorFlow -------------------------------------------------------------------------------------


@pytest.fixture
def warm(best_level, sandbox_of):
    """A sandbox of a nursery that has imported TensorFlow."""
    return sandbox_of(best_level, warm=True)


MODELS = """
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x, y = rng.random((300, 28, 28)).astype("float32"), rng.integers(0, 10, 300)
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(16, "relu"),
                          keras.layers.Dense(10, "softmax")])
model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, verbose=0)
scores = model.evaluate(x, y, verbose=0)
class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.flat, self.out = keras.layers.Flatten(), keras.layers.Dense(10, "softmax")
    def call(self, x):
        return self.out(self.flat(x))
mine = Mine()
mine.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
mine.fit(x, y, verbose=0)
mine_scores = mine.evaluate(x, y, verbose=0)
unbuilt = Mine()
def compile_model(model):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
def train(model, x, y):
    return model.fit(x, y, epochs=1, batch_size=len(x), verbose=0)
def build_and_train(x, y):
    return compile_model(keras.models.clone_model(model)), train(model, x, y)
tensor, variable, dtype = tf.constant([[1.0, 2.0]]), tf.Variable([3]), tf.float32
loss, optimizer = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.optimizers.SGD(0.5)
activation, recurrent = keras.activations.relu, keras.layers.Bidirectional(keras.layers.LSTM(3))
def double(t):
    return t * 2
"""


@pytest.mark.slow
def test_models_tensors_and_histories(warm):
    """One test, because TensorFlow's first steps in a fresh process take their time."""
    import keras
    import tensorflow as tf

    assert warm.run(MODELS, timeout=300).status == "ok"
    get = warm.session.get
    warm.session.call_timeout = 300
    x, y = get("x"), get("y")

    model = get("model")
    assert isinstance(model, keras.Sequential) and model.evaluate(x, y, verbose=0) == get("scores")
    assert model.history.history == get("history").history and len(get("history").epoch) == 2
    assert isinstance(get("history"), keras.callbacks.History)
    assert warm.session.flags == []

    fresh = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    assert get("compile_model")(fresh) is fresh and fresh.compiled and fresh.loss.startswith("sparse")
    before = fresh.get_weights()[0].copy()
    assert list(get("train")(fresh, x, y).history) == ["accuracy", "loss"]
    assert not np.array_equal(before, fresh.get_weights()[0])

    built, history = get("build_and_train")(x, y)
    assert isinstance(built, keras.Model) and isinstance(history, keras.callbacks.History)

    assert tf.is_tensor(get("tensor")) and get("tensor").numpy().tolist() == [[1.0, 2.0]]
    assert isinstance(get("variable"), tf.Variable) and get("dtype") is tf.float32
    assert np.asarray(get("double")(tf.constant([1.5]))).tolist() == [3.0]
    assert get("loss").get_config()["from_logits"] and float(get("optimizer").learning_rate) == 0.5
    assert get("activation") is keras.activations.relu
    assert isinstance(get("recurrent"), RemoteObject) and "Bidirectional" in repr(get("recurrent"))

    mine = get("mine")
    assert isinstance(mine, keras.Model) and mine.count_params() == 7850
    assert mine.predict(x[:3]).shape == (3, 10)
    assert np.allclose(mine(x[:3]), mine.predict(x[:3]), atol=1e-6) and mine(x[:0]).shape == (0, 10)
    assert mine.evaluate(x, y) == pytest.approx(get("mine_scores"), rel=1e-5)

    unbuilt = get("unbuilt")
    assert unbuilt.get_weights() == [] and unbuilt(x[:2]).shape == (2, 10) and unbuilt.count_params() == 7850
    weights = [np.zeros((784, 10), dtype="float32"), np.arange(10, dtype="float32")]
    unbuilt.set_weights(weights)
    assert all(map(np.array_equal, unbuilt.get_weights(), weights)) and len(unbuilt.trainable_weights) == 2
    assert unbuilt.predict(x[:2]).argmax(axis=1).tolist() == [9, 9]
    assert len(warm.session.flags) == 1 and "Mine" in warm.session.flags[0]


@pytest.mark.slow
@pytest.mark.parametrize("confined", [True, False])
def test_a_misspelled_metric_is_named_and_nothing_to_review(best_level, sandbox_of, confined):
    sandbox = sandbox_of(best_level if confined else "none", warm=True)
    sandbox.session.call_timeout = 300
    source = """
import keras
def compile_model(model):
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["acuracy"])
    return model
own = compile_model(keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax")]))
"""
    assert sandbox.run(source, timeout=300).status == "ok"

    import keras

    x, y = np.eye(3, dtype="float32"), np.arange(3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])
    own = sandbox.session.get("own")
    assert sandbox.session.get("compile_model")(model) is model and model.compiled
    for each in (model, own):
        assert each.predict(x, verbose=0).shape == (3, 3)
        with pytest.raises(ValueError, match="Could not interpret metric identifier: acuracy"):
            each.evaluate(x, y, verbose=0)
    assert sandbox.session.flags == []


# --- the trusted side's own functions ------------------------------------------------------------------


@pytest.mark.fast
@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("done\r\n", "done\n"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("a\x00b\x9fc\x7f", "abc"),
        ("\x1b", ""),
    ],
)
def test_text_is_what_a_terminal_ends_up_showing(raw, seen):
    assert shown(raw) == seen


@pytest.mark.fast
@pytest.mark.parametrize("record", [
    ("namedtuple", ("P", ("__len__",), (1,))), ("namedtuple", ("P", ("a", "a"), (1, 2))),
    ("namedtuple", ("P", ("a",), (1, 2))), ("namedtuple", ("a b", ("a",), (1,))), ("namedtuple", 3),
    ("fraction", (1, 0)), ("fraction", (1, 2, 3)), ("decimal", "1e999999"), ("decimal", "x"), ("decimal", 1),
    ("datetime", (1,)), ("datetime", (2024, 1, 1, 0, 0, 0, 0, 0)), ("timedelta", (10**12,)), ("bytearray", 10**12),
    ("counter", [1]), ("default", (eval, {})), ("default", (int, [])), ("numpy.str", 1), ("unknown", 1),
], ids=str)  # fmt: skip
def test_no_value_is_made_of_wrong_parts(record):
    with pytest.raises(WireError):
        revival.revive(records.Value(*record))


@pytest.mark.fast
def test_only_modules_on_the_list_are_handed_out():
    assert revival.revive(records.TypeName("module", "numpy")) is np
    for name in ("os", "sys", "numpy.core", "autograder"):
        with pytest.raises(WireError):
            revival.revive(records.TypeName("module", name))


@pytest.mark.fast
def test_update_changes_in_place_what_it_can():
    array, items, table, unique = np.zeros(3), [1, [2]], {"a": [1]}, {1}
    inner = items[1]
    assert update(array, np.ones(3)) is array and array.tolist() == [1, 1, 1]
    assert update(items, [5, [6, 7], 8]) is items and items == [5, [6, 7], 8] and items[1] is inner
    assert update(table, {"a": [2], "b": 3}) is table and table == {"a": [2], "b": 3}
    assert update(unique, {2}) is unique and unique == {2}
    assert update(array, np.ones(3, np.float32)).dtype == np.float32 and array.dtype == np.float64
    assert update(3, 4) == 4


def test_limits_have_sensible_values():
    limits = Limits()
    assert limits.memory_mb == 4096 and limits.processes == 128
