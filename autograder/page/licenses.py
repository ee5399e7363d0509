"""Collects the licenses of everything that the site hands on: a folder of texts, and a list of which is whose."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from autograder.course import ROOT, CourseError
from autograder.page.pins import PYODIDE
from autograder.page.wheels import OWN

_TEXT = re.compile(r"(?i)licen[cs]e|copying|notice|authors")
_TOOLS = ("jupyterlite_core", "jupyterlite_pyodide_kernel")


def write(packages: Iterable[Path], python: Path, folder: Path) -> None:
    """Writes the texts, and README.txt, into a new `folder`.

    Args:
        packages: the wheels of the site.
        python: of the environment that built the site: JupyterLite's licenses lie there.
        folder: the folder to make.

    Raises:
        CourseError: a package brings no license along.
    """
    folder.mkdir()
    lines = ["What this site hands on, and the licenses of it.", ""]
    shutil.copy(ROOT / "LICENSE", folder / "reading-digits.txt")
    lines.append("Reading Digits: reading-digits.txt. The data of MNIST are unchanged.")
    # Pyodide's package in npm brings no text along; micropip, of the same project, has the same license.
    lines.append(f"Pyodide {PYODIDE.version}: {PYODIDE.license}, micropip/licenses-LICENSE. Source: {PYODIDE.source}")
    # The same text as Python's own, whose license lies elsewhere on each system.
    lines.append("Python, in python_stdlib.zip: PSF-2.0, " + _of_installed("typing_extensions", folder))
    for name in _TOOLS:
        (about,) = python.parents[1].glob(f"lib/python*/site-packages/{name}-*.dist-info")
        texts = {path.relative_to(about).as_posix(): path.read_bytes()
                 for path in sorted(about.rglob("*")) if path.is_file() and _TEXT.search(path.name)}  # fmt: skip
        lines.append(f"{about.name.removesuffix('.dist-info')}: {_put(texts, name, folder)}. What these contain in "
                     "turn: third-party-licenses.json, beside their scripts.")
    for package in packages:
        if not package.name.startswith(OWN.replace("-", "_")):
            lines.append(f"{package.name}: {_put(_in_wheel(package), package.name.partition('-')[0], folder)}")
    (folder / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _in_wheel(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name.partition(".dist-info/")[2]: archive.read(name) for name in archive.namelist()
                if ".dist-info/" in name and _TEXT.search(PurePosixPath(name).name)}  # fmt: skip


def _of_installed(name: str, folder: Path) -> str:
    """Returns the license of a package that is installed here."""
    found = [file for file in importlib.metadata.files(name) or [] if file.name == "LICENSE"]
    return _put({file.name: file.read_binary() for file in found}, name, folder)


def _put(texts: dict[str, bytes], name: str, folder: Path) -> str:
    """Writes the texts of one package into a folder of its own; returns where they are."""
    if not texts:
        raise CourseError(f"The page is not built: {name} brings no license along, and may not be handed on without.")
    place = folder / name
    place.mkdir()
    named = {path: path.replace("/", "-") for path in sorted(texts)}
    named = {path: to if PurePosixPath(to).suffix in (".txt", ".md", "") else f"{to}.txt" for path, to in named.items()}
    for path, to in named.items():
        (place / to).write_bytes(texts[path])
    return ", ".join(f"{name}/{to}" for to in named.values())
