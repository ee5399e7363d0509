"""The course's data, unpacked once for all notebooks: each still has its own, and still looks at its own file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.bridge.notebooks import Notebooks
from autograder.course import EXERCISES, SUPPORT_FILES
from tests.sandboxes import Sandbox

FILES = {name: EXERCISES / name for name in SUPPORT_FILES}
WHAT_IS_READY = "import digits\nresult = sorted(digits.UNPACKED) == [digits.FILE]"
PIXELS = "import digits\nresult = int(digits.load()[0][0].astype('int64').sum())"
IN_ALL_OF_THEM = 1567298545


@pytest.fixture(scope="module")
def prepared() -> Iterator[Callable[[str], Notebooks]]:
    """Level -> a nursery that has the course's files."""
    started: dict[str, Notebooks] = {}

    def get(level: str) -> Notebooks:
        if level not in started:
            started[level] = Notebooks(level, imports=(), files=FILES)
        return started[level]

    yield get
    for notebooks in started.values():
        notebooks.close()


def test_the_data_are_not_unpacked_again(level: str, prepared: Callable[[str], Notebooks]) -> None:
    sandbox = Sandbox(prepared(level), files=FILES)
    with sandbox.session:
        assert sandbox.value(WHAT_IS_READY) is True
        sandbox.run("import zlib\ndigits.zlib = None  # so that nobody can")
        assert sandbox.value(PIXELS) == IN_ALL_OF_THEM
        assert sandbox.value("import os\nresult = digits.__file__ == os.path.abspath('digits.py')") is True
        assert sandbox.value("result = str(digits.HERE) == os.getcwd()") is True


def test_what_a_notebook_does_to_them_no_other_sees(level: str, prepared: Callable[[str], Notebooks]) -> None:
    first, second = (Sandbox(prepared(level), files=FILES) for _ in range(2))
    with first.session, second.session:
        assert first.run("import digits\ndigits.UNPACKED[digits.FILE]['x_train'][:] = 0").status == "raised"
        spoil = """
import ctypes
for array in digits.UNPACKED[digits.FILE].values():
    ctypes.memset(array.ctypes.data, 0, array.nbytes)
"""
        assert first.run(spoil).status == "ok"
        assert first.value(PIXELS) == 0
        third = Sandbox(prepared(level), files=FILES)
        with third.session:
            assert second.value(PIXELS) == third.value(PIXELS) == IN_ALL_OF_THEM


def test_what_a_first_cell_and_a_first_drawing_need_is_there_and_nobody_elses(
    level: str, prepared: Callable[[str], Notebooks]
) -> None:
    """IPython, matplotlib and its list of fonts: a notebook imports none of it again, and sees no trace of another."""
    begin = """
import sys
import matplotlib.pyplot as plt
fresh = plt.get_fignums() == [] and 'mine' not in sys.modules and plt.rcParams['lines.linewidth'] == 1.5
"""
    draw = """
import digits
digits.show(digits.sample(10)[0])
plt.rcParams['lines.linewidth'] = 9
sys.modules['mine'] = sys
"""
    told = """
import gc
made_here = set(map(id, gc.get_objects()))  # what was made before the fork is frozen, and not among them
late = sorted(name for name, module in sys.modules.items() if id(module) in made_here)
again = [name for name in late if name.startswith(('IPython', 'matplotlib', 'PIL', 'numpy'))]
result = [fresh, 'digits' in late, again]
"""
    for _ in range(2):
        sandbox = Sandbox(prepared(level), files=FILES)
        with sandbox.session:
            assert sandbox.run(begin).status == sandbox.run(draw).status == "ok"
            assert sandbox.value(told) == [True, True, []]


def test_a_notebook_still_reads_the_file_beside_it(best_level: str, prepared: Callable[[str], Notebooks]) -> None:
    damaged = bytearray(FILES["mnist.npz"].read_bytes())
    damaged[4_000_000] ^= 0xFF
    sandbox = Sandbox(prepared(best_level), files=FILES | {"mnist.npz": bytes(damaged)})
    with sandbox.session:
        assert "DataError" in sandbox.run(PIXELS).error


def test_another_helper_is_the_one_beside_the_notebook(best_level: str, prepared: Callable[[str], Notebooks]) -> None:
    other = FILES["digits.py"].read_bytes() + b"\nOTHER = True\n"
    sandbox = Sandbox(prepared(best_level), files=FILES | {"digits.py": other})
    with sandbox.session:
        assert sandbox.value("import digits\nresult = [digits.OTHER, len(digits.UNPACKED)]") == [True, 0]


def test_a_helper_that_fails_stops_nobody(best_level: str, tmp_path) -> None:
    (tmp_path / "digits.py").write_text("1 / 0")
    files = FILES | {"digits.py": tmp_path / "digits.py"}
    with Notebooks(best_level, imports=(), files=files) as notebooks, notebooks.open(files) as session:
        assert "ZeroDivisionError" in session.run_cell(0, "import digits", 20).error
        assert session.run_cell(1, "", 20).status == "ok"
