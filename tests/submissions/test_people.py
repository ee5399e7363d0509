"""Names in one piece: certain only where they cannot be somebody else's."""

from __future__ import annotations

import pytest

from autograder.submissions.people import Directory, Ids, Kind, Person
from autograder.submissions.systems import canvas

pytestmark = pytest.mark.fast


def listed(*names: str, **ids: str) -> Directory:
    return Directory([Person({Kind.NAME: [name], **({Kind.CANVAS: [ids[name]]} if name in ids else {})}, name)
                      for name in names])


def canvas_says(file: str) -> Ids:
    named = canvas.named(file)
    assert named
    return named.ids


@pytest.mark.parametrize("names", [("Lina",), ("Li, Na",), ("Na Li",), ("Lina", "Li, Na"), ("Lina", "Ada Lovelace")])
def test_what_canvas_glued_may_be_one_word_or_two(names: tuple[str, ...]) -> None:
    found = listed(*names).match({"x": canvas_says("lina_40312_991_lab.ipynb")})
    assert not found.places and "x" in found.ambiguous
    assert "number" in found.ambiguous["x"] or "2 people" in found.ambiguous["x"]
    assert found.claimed, "whoever it may be is not missing for certain"


@pytest.mark.parametrize(("names", "place"), [(("Lina", "Li, Na"), 0), (("Li, Na", "Lina"), 1), (("Lina",), 0)])
def test_the_number_in_the_same_name_says_which(names: tuple[str, ...], place: int) -> None:
    found = listed(*names, Lina="40312").match({"x": canvas_says("lina_40312_991_lab.ipynb")})
    assert found.places == {"x": (place,)}


def test_another_number_says_that_it_is_nobody_there() -> None:
    found = listed("Lina", "Li, Na", Lina="40313").match({"x": canvas_says("lina_40312_991_lab.ipynb")})
    assert not found.places


@pytest.mark.parametrize(("name", "glued"), [
    ("Lovelace, Ada", "lovelaceada"), ("王小明", "王小明"), ("王, 小明", "王小明"),
    ("O'Neill, Anne-Marie", "oneillannemarie"), ("Suryaningsih", "suryaningsih"),
])
def test_a_name_that_is_hardly_another_by_chance_is_certain(name: str, glued: str) -> None:
    assert listed(name, "Grace Hopper").match({"x": canvas_says(f"{glued}_40312_991_lab.ipynb")}).places == {"x": (0,)}


def test_a_folder_that_is_called_as_on_the_list_is_certain_and_a_glued_one_is_not() -> None:
    assert listed("Lina", "Ada").match({"x": {Kind.LABEL: ["lina"]}}).places == {"x": (0,)}
    assert listed("Lina").match({"x": {Kind.NAME: ["Lina"]}}).places == {"x": (0,)}
    found = listed("Li, Na").match({"x": {Kind.LABEL: ["lina"]}})
    assert not found.places and "'lina' may be Li, Na" in found.ambiguous["x"]
    assert not listed("Lina", "Li, Na").match({"x": {Kind.LABEL: ["lina"]}}).places
