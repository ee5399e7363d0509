"""The site of the page, as it lies on the disk: what is in it, and that it is the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring import leaks, release
from autograder.course import EXERCISES, digest, exercise_names, master
from autograder.page import obtain, pins, site, wheels
from autograder.page.obtain import Parts
from tests.samples import sampled

pytestmark = pytest.mark.slow

EVERY = 10
"""Of the texts that nobody may see, one in so many is looked for in all bytes of the site."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_the_same_byte_for_byte(built: Path, parts: Parts, tmp_path: Path) -> None:
    again = contents(site.build(parts, tmp_path / "again"))
    first = contents(built)
    assert len(first) > 300
    assert [name for name in first.keys() | again.keys() if first.get(name) != again.get(name)] == []


def test_it_holds_the_exercises_as_learners_get_them(built: Path) -> None:
    expected = {f"{name}.ipynb" for name in exercise_names()} | {"digits.py", "mnist.npz"}
    expected |= {path.relative_to(EXERCISES).as_posix() for path in (EXERCISES / "tests").rglob("*")
                 if path.suffix in (".py", ".json", ".txt")}
    files = contents(built / "files")
    assert files.keys() == expected
    assert all(content == (EXERCISES / name).read_bytes() for name, content in files.items())
    for folder in ("", "tests", "tests/02-preprocessing"):
        listed = json.loads((built / "api" / "contents" / folder / "all.json").read_text(encoding="utf-8"))
        there = sorted(path.name for path in (built / "files" / folder).iterdir())
        assert [entry["name"] for entry in listed["content"]] == there


def test_nothing_hidden_is_in_it(built: Path) -> None:
    """Not as it is built here, nor as it is released: only what others made is not looked into, by its hash."""
    hidden = [leaks.secrets(master(name)) for name in exercise_names()]
    page = release.built_page(exercise_names(), release.Site("https://someone.github.io/digits/"), built)
    assert page
    for files in (page.files, contents(built)):
        assert leaks.find(files, hidden, of_others=page.others) == []
        ours = {name for name, data in files.items() if hashlib.sha256(data).hexdigest() not in page.others}
        assert {name for name in files if "in_the_page" in name or name.startswith(("files/", "api/"))} <= ours
    planted = {"static/pyodide/in_the_page.whl": packed({"digits.py": "\n".join(max(hidden[0].rows))})}
    assert leaks.find(planted, hidden, of_others=page.others)


def packed(files: dict[str, str]) -> bytes:
    """A wheel with these files in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def everything(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Each file, and each that is in one of them if it is an archive."""
    for name, data in files.items():
        yield name, data
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from everything({f"{name}/{inside}": archive.read(inside) for inside in archive.namelist()})


@pytest.mark.parametrize("every", sampled([EVERY, 1], [EVERY]), ids="one in {}".format)
def test_no_wheel_and_no_asset_has_a_hint_of_a_hidden_test_or_its_name_in_it(every: int, built: Path) -> None:
    """Byte by byte, in what others made, too: in each file, and in each file of each wheel."""
    hidden = [leaks.secrets(master(name)) for name in exercise_names()]
    sought = [text.encode() for one in hidden for text in sorted(one.hints | one.names)][::every]
    assert len(sought) > 20
    opened = dict(everything(contents(built)))
    assert any(name.endswith(".whl/numpy/__init__.py") for name in opened)
    whole = b"\0".join(opened.values())
    assert len(whole) > 100_000_000
    assert [text for text in sought if text in whole] == []
    assert b"Put your answer in place of" in whole, "what is in it is found"


def test_every_wheel_has_the_hash_of_the_list_and_compiled_ones_that_of_pyodide(built: Path, parts: Parts) -> None:
    folder = built / "static" / "pyodide"
    listed = obtain.listed(folder)
    official = obtain.listed(parts.pyodide)
    assert {entry["file_name"] for entry in listed.values()} == {path.name for path in folder.glob("*.whl")}
    pinned = set(pins.pinned(pins.WHEELS).values())
    for name, entry in listed.items():
        path = folder / str(entry["file_name"])
        assert digest(path) == entry["sha256"]
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
