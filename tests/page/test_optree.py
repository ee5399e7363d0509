"""The page's stand-in for OpTree, held to OpTree itself, which is installed where Keras runs on TensorFlow."""

from __future__ import annotations

import importlib.util
import sys
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from unittest.mock import patch

import optree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import ROOT

pytestmark = pytest.mark.fast

Pair = namedtuple("Pair", "first second")
KEYS = st.one_of(st.integers(-3, 3), st.sampled_from("abc"))
TREES = st.recursive(
    st.one_of(st.integers(), st.none(), st.text(max_size=2)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(lambda found: deque(found, maxlen=5)),
        st.builds(Pair, inner, inner),
        st.dictionaries(KEYS, inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict),
        st.dictionaries(KEYS, inner, max_size=3).map(lambda found: defaultdict(list, found)),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[ModuleType]:
    """The stand-in under a name of its own, without what it does to Keras when it is imported."""
    page = ModuleType("keras_in_page")
    page.install = lambda: None  # type: ignore[attr-defined]
    spec = importlib.util.spec_from_file_location("stand_in", ROOT / "book" / "page" / "optree" / "__init__.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with patch.dict(sys.modules, {"keras_in_page": page}):
        spec.loader.exec_module(module)
    yield module


@settings(max_examples=60, deadline=None)
@given(tree=TREES, none_is_leaf=st.booleans())
def test_flattens_and_builds_as_optree_does(stand_in: ModuleType, tree: Any, none_is_leaf: bool) -> None:
    paths, leaves, spec = optree.tree_flatten_with_path(tree, none_is_leaf=none_is_leaf)
    ours = stand_in.tree_flatten_with_path(tree, none_is_leaf=none_is_leaf)
    assert ours[:2] == (paths, leaves)
    assert (ours[2].num_leaves, ours[2].num_nodes) == (spec.num_leaves, spec.num_nodes)
    assert stand_in.tree_paths(tree, none_is_leaf=none_is_leaf) == paths
    assert stand_in.tree_is_leaf(tree, none_is_leaf=none_is_leaf) == optree.tree_is_leaf(
        tree, none_is_leaf=none_is_leaf)  # fmt: skip
    numbers = range(len(leaves))
    built = stand_in.tree_unflatten(ours[2], numbers)
    assert repr(built) == repr(optree.tree_unflatten(spec, numbers))


@settings(max_examples=60, deadline=None)
@given(tree=TREES)
def test_maps_as_optree_does(stand_in: ModuleType, tree: Any) -> None:
    for arguments in ((lambda leaf: (leaf,), tree), (lambda *both: both, tree, tree)):
        ours = stand_in.tree_map(*arguments, none_is_leaf=True)
        assert repr(ours) == repr(optree.tree_map(*arguments, none_is_leaf=True))
    shapes = {"is_leaf": lambda node: isinstance(node, tuple), "none_is_leaf": True}
    assert repr(stand_in.tree_map(str, tree, **shapes)) == repr(optree.tree_map(str, tree, **shapes))


@settings(max_examples=60, deadline=None)
@given(tree=TREES, other=TREES)
def test_tells_structures_apart_as_optree_does(stand_in: ModuleType, tree: Any, other: Any) -> None:
    def tells(module: Any) -> str:
        try:
            return repr(module.tree_map(lambda *both: both, tree, other, none_is_leaf=True))
        except (ValueError, TypeError):
            return "they differ"

    assert tells(stand_in) == tells(optree)


def test_leaves_that_are_too_many_or_too_few_are_refused(stand_in: ModuleType) -> None:
    _, spec = stand_in.tree_flatten([1, 2])
    for leaves in ([1], [1, 2, 3]):
        with pytest.raises(ValueError, match="Expected 2 leaves"):
            stand_in.tree_unflatten(spec, leaves)
