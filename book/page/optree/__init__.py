"""In the page: stands for OpTree, a C++ extension. The part of it that Keras uses, in plain Python.

A tree is a nested structure of tuples, lists, dictionaries and classes that Keras registers. What it holds otherwise
are its leaves. The functions are those of OpTree, with the same arguments and the same results.

This is the first of the page's stand-ins that Keras imports, and so it is here that the others are set up.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras_in_page

keras_in_page.install()

IsLeaf = Callable[[Any], bool]

_registered: dict[type, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {}


class Node:
    """A structure opened: its children, their names in it, and how to make the like of it from other children."""

    def __init__(
        self, kind: type, children: Iterable[Any], names: Iterable[Any], rebuild: Callable[[list[Any]], Any]
    ) -> None:
        """All dictionaries are of the kind `dict`: for OpTree one may stand for another."""
        self.kind = kind
        self.children = list(children)
        self.names = list(names)
        self.rebuild = rebuild


class PyTreeSpec:
    """The shape of a tree, without its leaves."""

    def __init__(self, rebuild: Callable[[list[Any]], Any] | None, children: Sequence[PyTreeSpec] = ()) -> None:
        """`rebuild` is None for a leaf."""
        self._rebuild = rebuild
        self._children = children

    @property
    def num_leaves(self) -> int:
        return 1 if self._rebuild is None else sum(child.num_leaves for child in self._children)

    @property
    def num_nodes(self) -> int:
        return 1 + sum(child.num_nodes for child in self._children)

    def filled(self, leaves: Iterator[Any]) -> Any:
        """The tree with these leaves, of which it takes as many as it has."""
        if self._rebuild is None:
            return next(leaves)
        return self._rebuild([child.filled(leaves) for child in self._children])


def register_pytree_node(cls: type, flatten: Any, unflatten: Any, *, namespace: str = "") -> type:
    _registered[cls] = (flatten, unflatten)
    return cls


def register_pytree_node_class(cls: Any, *, namespace: str = "") -> Any:
    return register_pytree_node(cls, lambda tree: tree.tree_flatten(), cls.tree_unflatten)


def _opened(tree: Any, is_leaf: IsLeaf | None, none_is_leaf: bool) -> Node | None:
    """The tree's topmost node; None for a leaf."""
    if is_leaf is not None and is_leaf(tree):
        return None
    kind = type(tree)
    if tree is None:
        return None if none_is_leaf else Node(kind, (), (), lambda _: None)
    if kind in _registered:
        flatten, unflatten = _registered[kind]
        children, metadata, *names = flatten(tree)
        children = list(children)
        return Node(kind, children, names[0] if names and names[0] is not None else range(len(children)),
                    lambda new: unflatten(metadata, new))
    if kind in (tuple, list):
        return Node(kind, tree, range(len(tree)), kind)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return Node(kind, tree, range(len(tree)), lambda new: kind(*new))
    if kind is OrderedDict:
        return Node(dict, tree.values(), tree, lambda new: OrderedDict(zip(tree, new, strict=True)))
    if kind in (dict, defaultdict):
        return _opened_dictionary(tree)
    if kind is deque:
        return Node(kind, tree, range(len(tree)), lambda new: deque(new, tree.maxlen))
    return None


def _opened_dictionary(tree: dict[Any, Any]) -> Node:
    """Children in the order of their sorted keys; rebuilt in the order in which the keys were."""
    try:
        names = sorted(tree)
    except TypeError:  # keys of several kinds
        names = sorted(tree, key=lambda name: (f"{type(name).__module__}.{type(name).__qualname__}", name))
    order = list(tree)

    def rebuild(new: list[Any]) -> dict[Any, Any]:
        found = dict(zip(names, new, strict=True))
        items = {name: found[name] for name in order}
        return defaultdict(tree.default_factory, items) if isinstance(tree, defaultdict) else items

    return Node(dict, [tree[name] for name in names], names, rebuild)


def _walk(tree: Any, path: tuple[Any, ...], is_leaf: IsLeaf | None, none_is_leaf: bool,
          found: list[tuple[tuple[Any, ...], Any]]) -> PyTreeSpec:  # fmt: skip
    """Adds the path and the value of each leaf to `found`; returns the shape of the tree."""
    node = _opened(tree, is_leaf, none_is_leaf)
    if node is None:
        found.append((path, tree))
        return PyTreeSpec(None)
    named = zip(node.names, node.children, strict=True)
    return PyTreeSpec(
        node.rebuild, [_walk(child, (*path, name), is_leaf, none_is_leaf, found) for name, child in named]
    )


def tree_flatten_with_path(
    tree: Any, is_leaf: IsLeaf | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> tuple[list[tuple[Any, ...]], list[Any], PyTreeSpec]:
    """Paths, leaves and shape."""
    found: list[tuple[tuple[Any, ...], Any]] = []
    spec = _walk(tree, (), is_leaf, none_is_leaf, found)
    return [path for path, _ in found], [leaf for _, leaf in found], spec


def tree_flatten(
    tree: Any, is_leaf: IsLeaf | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> tuple[list[Any], PyTreeSpec]:
    _, leaves, spec = tree_flatten_with_path(tree, is_leaf, none_is_leaf=none_is_leaf)
    return leaves, spec


def tree_paths(
    tree: Any, is_leaf: IsLeaf | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> list[tuple[Any, ...]]:
    return tree_flatten_with_path(tree, is_leaf, none_is_leaf=none_is_leaf)[0]


def tree_unflatten(spec: PyTreeSpec, leaves: Iterable[Any]) -> Any:
    given = list(leaves)
    if len(given) != spec.num_leaves:
        raise ValueError(f"Expected {spec.num_leaves} leaves, got {len(given)}.")
    return spec.filled(iter(given))


def tree_is_leaf(
    tree: Any, is_leaf: IsLeaf | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> bool:
    return _opened(tree, is_leaf, none_is_leaf) is None


def tree_map(
    function: Callable[..., Any], tree: Any, *others: Any, is_leaf: IsLeaf | None = None, none_is_leaf: bool = False,
    namespace: str = "",
) -> Any:  # fmt: skip
    """The like of `tree`, with what `function` makes of its leaves, and of what stands there in the `others`."""
    node = _opened(tree, is_leaf, none_is_leaf)
    if node is None:
        return function(tree, *others)
    columns = [node.children, *(_alike(other, node, none_is_leaf) for other in others)]
    return node.rebuild([
        tree_map(function, *column, is_leaf=is_leaf, none_is_leaf=none_is_leaf)
        for column in zip(*columns, strict=True)
    ])  # fmt: skip


def _alike(tree: Any, node: Node, none_is_leaf: bool) -> list[Any]:
    """The children of `tree` in the order of those of `node`.

    Raises:
        ValueError: `tree` is of another kind, or has other names.
    """
    found = _opened(tree, None, none_is_leaf)
    if found is None or found.kind is not node.kind or len(found.names) != len(node.names):
        raise ValueError(f"Expected a {node.kind.__name__} with {node.names}, got {tree!r}.")
    if node.kind is not dict:
        return found.children
    children = dict(zip(found.names, found.children, strict=True))
    if set(children) != set(node.names):
        raise ValueError(f"Expected a dictionary with {node.names}, got {tree!r}.")
    return [children[name] for name in node.names]
