"""The site of the page, as it lies on the disk: what is in it, and that it is the same each time."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from autograder.authoring import leaks
from autograder.course import EXERCISES, exercise_names, master
from autograder.page import obtain, pins, site, wheels
from autograder.page.obtain import Parts

pytestmark = pytest.mark.slow


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_the_same_byte_for_byte(built: Path, parts: Parts, tmp_path: Path) -> None:
    again = contents(site.build(parts, tmp_path / "again"))
    first = contents(built)
    assert len(first) > 300
    assert [name for name in first.keys() | again.keys() if first.get(name) != again.get(name)] == []


def test_it_holds_the_exercises_as_learners_get_them(built: Path) -> None:
    expected = {f"{name}.ipynb" for name in exercise_names()} | {"digits.py", "mnist.npz"}
    expected |= {path.relative_to(EXERCISES).as_posix() for path in (EXERCISES / "tests").rglob("q*.py")}
    files = contents(built / "files")
    assert files.keys() == expected
    assert all(content == (EXERCISES / name).read_bytes() for name, content in files.items())
    for folder in ("", "tests", "tests/02-preprocessing"):
        listed = json.loads((built / "api" / "contents" / folder / "all.json").read_text(encoding="utf-8"))
        there = sorted(path.name for path in (built / "files" / folder).iterdir())
        assert [entry["name"] for entry in listed["content"]] == there


def test_nothing_hidden_is_in_it(built: Path) -> None:
    hidden = [leaks.secrets(master(name)) for name in exercise_names()]
    # A wheel is a zip, and is looked into as one; those of others have been there before the course.
    ours = {name.replace(".whl", ".zip"): content for name, content in contents(built).items()
            if name.startswith(("files/", "api/")) or "in_the_page" in name}  # fmt: skip
    assert any("in_the_page" in name for name in ours)
    assert leaks.find(ours, hidden) == []


def test_every_wheel_has_the_hash_of_the_list_and_compiled_ones_that_of_pyodide(built: Path, parts: Parts) -> None:
    folder = built / "static" / "pyodide"
    listed = obtain.listed(folder)
    official = obtain.listed(parts.pyodide)
    assert {entry["file_name"] for entry in listed.values()} == {path.name for path in folder.glob("*.whl")}
    pinned = set(pins.pinned(pins.WHEELS).values())
    for name, entry in listed.items():
        path = folder / str(entry["file_name"])
        assert pins.sha256(path) == entry["sha256"]
        with zipfile.ZipFile(path) as archive:
            compiled = any(inside.endswith((".so", ".wasm")) for inside in archive.namelist())
        if name in parts.official:
            assert entry["sha256"] == official[name]["sha256"]
        else:
            assert not compiled, name
            assert name == wheels.OWN or entry["sha256"] in pinned
        assert set(map(str, entry["depends"])) <= listed.keys()  # type: ignore[call-overload]
    compiled_files = [name for name in contents(built) if name.endswith(".wasm")]
    assert compiled_files == ["static/pyodide/pyodide.asm.wasm"]


def test_it_asks_nobody_else(built: Path) -> None:
    settings = json.loads((built / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] is True
    assert not re.search(r"https?://", json.dumps([kernel, settings["federated_extensions"]]))


def test_every_package_has_its_license_in_it(built: Path) -> None:
    said = (built / "licenses" / "README.txt").read_text(encoding="utf-8")
    for wheel in (built / "static" / "pyodide").glob("*.whl"):
        assert wheel.name in said or wheel.name.startswith("in_the_page")
    named = [name.rstrip(".") for name in re.findall(r"[\w.-]+/[\w.-]*(?:LICEN[CS]E|COPYING)[\w.-]*", said)]
    assert len(named) > 40
    for name in named:
        assert (built / "licenses" / name).stat().st_size > 100, name
    assert "Mozilla Public License" in (built / "licenses/micropip/licenses-LICENSE").read_text(encoding="utf-8")
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in (
        built / "licenses/typing_extensions/LICENSE").read_text(encoding="utf-8")  # fmt: skip
