"""Reading a notebook: its code cells, or one sentence that says why not; never another exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import METADATA_KEY
from autograder.submissions import notebook
from autograder.submissions.notebook import Cell, UnreadableError, parse_notebook

pytestmark = pytest.mark.fast


def code(source: Any, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def written(*cells: Any, **top: Any) -> bytes:
    document = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | top
    return json.dumps(document).encode()


def test_code_cells_come_in_order_and_only_code() -> None:
    data = written(
        {"cell_type": "markdown", "source": "text"}, code(["a = 1\n", "b = 2"]), code("  \n"), code("c = 3")
    )
    assert parse_notebook(data).cells == (Cell("a = 1\nb = 2"), Cell("c = 3"))


def test_cells_that_otter_leaves_out_are_left_out() -> None:
    data = written(
        code("a", tags=["otter_ignore"]),
        code("b", otter={"ignore": True}),
        code("c", tags=["skip-execution"]),
        code("d", tags=["parameters"], otter={"ignore": False}),
    )
    assert parse_notebook(data).cells == (Cell("d"),)


def test_checks_in_otters_metadata_follow_their_cell() -> None:
    assert parse_notebook(written(code("a", otter={"tests": ["q1", "q2"]}))).cells == (
        Cell("a", ("q1", "q2")),
    )


def test_the_exercise_is_read_from_the_metadata() -> None:
    def named(value: Any) -> str:
        return parse_notebook(written(code("a"), metadata={METADATA_KEY: value})).assignment

    assert named({"assignment": "02-preprocessing"}) == "02-preprocessing"
    for nothing in ({}, {"assignment": 2}, {"assignment": ["x"]}, "x", None, []):
        assert named(nothing) == ""


def test_an_old_notebook_is_converted() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": ["a = 1\n", "b"],
                        "language": "python",
                        "outputs": [],
                        "metadata": {},
                    }
                ]
            }
        ],
    }
    assert parse_notebook(json.dumps(old).encode()).cells == (Cell("a = 1\nb"),)


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert parse_notebook(b"\xef\xbb\xbf" + written(code("a"))).cells == (Cell("a"),)


def test_half_a_character_becomes_a_whole_one() -> None:
    (cell,) = parse_notebook(written(code("a = '\ud800'"))).cells
    assert cell.source == "a = '\ufffd'"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"not json", "malformed"),
        (written(code("a"))[:-5], "malformed"),
        (written(code("a")) + b"}", "malformed"),
        (written(code("a")).replace(b"a", b"\0", 1), "null bytes"),
        (written(code("a")).decode().encode("utf-16-le").replace(b"\0", b"\xff"), "UTF-8"),
        (b"[" * 200_000 + b"]" * 200_000, "too deeply"),
        (b'{"nbformat": 4, "cells": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "too deeply"),
        (b"[1, 2]", "not a notebook"),
        (b"{}", "format version"),
        (b'{"nbformat": "4", "cells": []}', "format version"),
        (b'{"nbformat": true, "cells": []}', "format version"),
        (b'{"nbformat": 5, "cells": []}', "format 5"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", r"malformed \(a number is too long\)"),
        (b'{"nbformat": 2}', "old format"),
        (b'{"nbformat": 3, "worksheets": 7}', "old format"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {"a": 1}}', "no list of cells"),
        (written(), "no code"),
        (written(code("")), "no code"),
        (written(code("a", tags=["skip-execution"]), code("", tags=["x"]), code("b", otter={"ignore": True})),
         "None of the notebook's code may run: 2 code cells have code, and each is tagged `skip-execution`"),
        (written({"cell_type": "markdown", "source": "text"}), "no code"),
        (written(7), "Cell 1"),
        (written(code("a"), code(None)), "Cell 2"),
        (written(code("a"), code(["x", 7])), "Cell 2"),
        (written(code("a"), {"cell_type": "code"}), "Cell 2"),
        (written(*[code("a")] * (notebook.MAX_CODE_CELLS + 1)), "too long"),
        (written(code("a" * (notebook.MAX_SOURCE_CHARACTERS + 1))), "too long"),
    ],
)
def test_a_bad_notebook_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        parse_notebook(data)


def test_a_huge_notebook_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "MAX_NOTEBOOK_BYTES", 100)
    with pytest.raises(UnreadableError, match="too large"):
        parse_notebook(b" " * 101)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CELLS = ANY_JSON | st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"])},
    optional={
        "source": ANY_JSON | st.text(),
        "metadata": ANY_JSON | st.dictionaries(st.sampled_from(["tags", "otter"]), ANY_JSON),
    },
)


@given(
    cells=st.lists(CELLS, max_size=4) | ANY_JSON,
    metadata=ANY_JSON,
    version=st.sampled_from([1, 2, 3, 4]) | ANY_JSON,
)
@settings(max_examples=150, deadline=None)
def test_no_json_makes_it_raise_anything_else(cells: Any, metadata: Any, version: Any) -> None:
    data = json.dumps({"cells": cells, "metadata": metadata, "nbformat": version}).encode()
    try:
        read = parse_notebook(data)
    except UnreadableError as error:
        assert str(error)
    else:
        assert all(isinstance(cell.source, str) and cell.source.strip() for cell in read.cells)


@given(data=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise_anything_else(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_notebook(data)
