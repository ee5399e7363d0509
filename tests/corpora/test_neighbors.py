"""The attacks of which nothing is expected but that they harm nobody are notebooks; `make verify` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.variants import apply, write_notebook
from autograder.course import assignment
from tests.corpora import neighbors

pytestmark = pytest.mark.fast

FILES = sorted(neighbors.BESIDE.glob("*.py"))


def test_there_are_such_attacks() -> None:
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_makes_a_notebook(path: Path, tmp_path: Path) -> None:
    edit = neighbors.read_beside(path)
    assert edit.replace or edit.insert
    assert write_notebook(apply(edit, assignment(neighbors.EXERCISE)), tmp_path / "case.ipynb").is_file()
    assert not (neighbors.ATTACKS / path.stem).exists(), "one name, one case"


def test_a_section_that_is_misspelled_is_named(tmp_path: Path) -> None:
    case = tmp_path / "case.py"
    case.write_text("# why\n# %% replace q2_1\nx = 1\n# %% insertion before q2_2\ny = 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="insertion before q2_2"):
        neighbors.read_beside(case)


def test_cells_and_lines_are_counted_out(tmp_path: Path) -> None:
    case = tmp_path / "case.py"
    case.write_text("# why\n# %% insert before q2_2 times 3\nkeep({K})\nif x == {V}: stop()\n", encoding="utf-8")
    edit = neighbors.read_beside(case)
    assert [item.code.splitlines()[0] for item in edit.insert] == ["keep(0)", "keep(1)", "keep(2)"]
    assert edit.insert[0].code.splitlines()[-1] == "if x == 255: stop()"
