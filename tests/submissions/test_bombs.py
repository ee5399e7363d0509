"""Whatever is handed in, the controller reads it in seconds and in little memory; see `bombs.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.submissions.notebook import MAX_NOTEBOOK_BYTES, Cell, parse_notebook
from autograder.submissions.skim import skim
from tests.submissions.bombs import BOMBS, MAX_MEGABYTES, MAX_SECONDS

ROOT = Path(__file__).resolve().parents[2]

KINDS = {
    "old-format-many-outputs": "1 cells",
    "old-format-as-many-outputs-as-fit": "1 cells",
    "outputs-of-empty-texts": "1 cells",
    "outputs-one-text-of-escapes": "1 cells",
    "eight-megabytes-of-numbers": "1 cells",
    "attachments": "1 cells",
    "outputs-of-empty-lists": "outputs are too many",
    "outputs-deep": "nested too deeply",
    "deep": "nested too deeply",
    "many-tiny-cells": "too long",
    "the-same-key-again": "too long",
    "nothing-but-white-space": "empty",
    "outputs-an-endless-text-of-quotes": "malformed",
}
"""What is said of some of them: one for each reason."""


@pytest.mark.parametrize("name", BOMBS)
def test_reading_it_has_bounds(name: str, tmp_path: Path) -> None:
    """Bounds for any file: processor time, for others may be busy, and memory over that of the idle process."""
    command = [sys.executable, "-m", "tests.submissions.bombs"]
    path = tmp_path / "lab.ipynb"
    subprocess.run([*command, name, str(path)], cwd=ROOT, check=True, timeout=120)
    said = subprocess.run([*command, str(path)], cwd=ROOT, check=True, timeout=120, capture_output=True).stdout
    report = json.loads(said)
    assert report["seconds"] < MAX_SECONDS, report
    assert report["megabytes"] < MAX_MEGABYTES, report
    assert KINDS.get(name, "") in report["said"]


@pytest.mark.fast
@pytest.mark.parametrize("version", [1, 2, 3])
def test_old_formats_are_read_as_nbformat_converts_them(version: int) -> None:
    source = {1: "code", 2: "input", 3: "input"}[version]
    cells = [
        {"cell_type": "code", source: "a = 1\n", "outputs": [], "language": "python", "prompt_number": 1},
        {"cell_type": "text" if version == 1 else "markdown", "text": "words", "source": "words"},
        {"cell_type": "code", source: "b = 2", "outputs": [], "metadata": {"otter": {"tests": ["q1"]}}},
        {"cell_type": "code", "outputs": []},
    ]
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}}
    old |= {"cells": cells} if version == 1 else {"worksheets": [{"cells": cells[:1]}, {"cells": cells[1:]}]}
    converted = nbformat.convert(nbformat.from_dict(json.loads(json.dumps(old))), 4)
    new = parse_notebook(json.dumps(converted).encode())
    assert parse_notebook(json.dumps(old).encode()) == new
    assert [cell.source for cell in new.cells] == ["a = 1\n", "b = 2"]


@pytest.mark.fast
def test_what_is_cut_out_changes_nothing_else() -> None:
    outputs = [{"text": 'a "quoted" [bracket', "data": [1, {"outputs": []}]}, "x", 1.5, None, [[]]]
    document = {
        "outputs": 1, "cells": [
            {"outputs": outputs, "source": '"outputs": [', "cell_type": "code", "attachments": {}},
            {"cell_type": "code", "source": ["b \\", '"', "\n"], "outputs": "text"},
        ], "metadata": {"widgets": {"a": [{}]}, "reading_digits": {"assignment": "lab"}}, "nbformat": 4,
    }  # fmt: skip
    for text in (json.dumps(document), json.dumps(document, indent=1)):
        left = json.loads(skim(text.encode()))
        assert left == {
            "outputs": None, "cells": [
                {"outputs": None, "source": '"outputs": [', "cell_type": "code", "attachments": None},
                {"cell_type": "code", "source": ["b \\", '"', "\n"], "outputs": None},
            ], "metadata": {"widgets": None, "reading_digits": {"assignment": "lab"}}, "nbformat": 4,
        }  # fmt: skip
    assert parse_notebook(json.dumps(document).encode()).cells == (Cell('"outputs": ['), Cell('b \\"\n'))


@pytest.mark.fast
def test_the_bombs_are_as_large_as_is_taken() -> None:
    assert sum(len(BOMBS[name]()) > MAX_NOTEBOOK_BYTES * 0.9 for name in ("deep", "quotes", "attachments")) == 3
