"""Writes the list of packages that the page can load, and our own package for it.

Pyodide loads packages by a list, pyodide-lock.json: for each its file, its hash, what it needs, and which imports it
answers. A kernel that meets `import keras` in a cell loads the packages on the list for it. The site's list holds the
packages of the site, and no others: a package that is listed but missing would break the page.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from email.parser import Parser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.course import digest
from autograder.page.obtain import Parts, listed
from autograder.page.pins import PYODIDE

OWN = "in-the-page"
"""The name of our own package, which stands for TensorFlow and Otter."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of all files in our wheel, so that it is the same byte for byte."""

STOOD_FOR = {"optree", "ml-dtypes", "h5py", "scipy", "tensorflow", "jax"}
"""Packages that Keras asks for and the page does not have: our own package stands for them, or Keras does without."""

PAGE = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "platform_release": "",
    "platform_version": "",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
    "python_version": "3.14",
    "python_full_version": "3.14.0",
    "implementation_name": "cpython",
    "implementation_version": "3.14.0",
    "extra": "",
}
"""The page's environment, as the requirements of packages see it."""


def own_wheel(sources: Path, folder: Path) -> Path:
    """Writes the wheel of the files in `sources` into `folder`; returns its path.

    The same sources give the same bytes.
    """
    version = "1"
    inside = f"{OWN.replace('-', '_')}-{version}.dist-info"
    files = {path.relative_to(sources).as_posix(): path.read_bytes() for path in sorted(sources.rglob("*.py"))}
    files[f"{inside}/METADATA"] = f"Metadata-Version: 2.1\nName: {OWN}\nVersion: {version}\nLicense: MIT\n".encode()
    files[f"{inside}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{inside}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{inside}/RECORD"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    path = folder / f"{OWN.replace('-', '_')}-{version}-py3-none-any.whl"
    path.write_bytes(buffer.getvalue())
    return path


def lay_out(parts: Parts, sources: Path, folder: Path) -> list[Path]:
    """Puts Pyodide, the wheels and their list into `folder`; returns the wheels."""
    for name in PYODIDE.files:
        (folder / name).write_bytes((parts.pyodide / name).read_bytes())
    wheels = [own_wheel(sources, folder)]
    for path in [*parts.official.values(), *parts.pure]:
        wheels.append(folder / path.name)
        wheels[-1].write_bytes(path.read_bytes())
    official = listed(parts.pyodide)
    packages: dict[str, Any] = {name: official[name] for name in parts.official}
    packages |= {entry["name"]: entry for entry in map(_entry, [folder / path.name for path in parts.pure])}
    own = _entry(wheels[0])
    packages[own["name"]] = own
    for entry in packages.values():
        entry["depends"] = sorted(_there(entry["depends"], packages, entry["name"]))
    packages["keras"]["depends"] = sorted({*packages["keras"]["depends"], OWN})
    whole = json.loads((parts.pyodide / "pyodide-lock.json").read_text("utf-8"))
    text = json.dumps({"info": whole["info"], "packages": dict(sorted(packages.items()))}, indent=1)
    (folder / "pyodide-lock.json").write_text(text + "\n", encoding="utf-8")
    return wheels


def _there(names: Iterable[str], packages: dict[str, Any], by: str) -> set[str]:
    """Returns the names of packages that the site has.

    Raises:
        AssertionError: a package is neither there nor replaced by our own: a pin is missing.
    """
    needed = {canonicalize_name(name) for name in names}
    assert needed <= packages.keys() | STOOD_FOR, f"{by} needs {sorted(needed - packages.keys() - STOOD_FOR)}"
    return {str(name) for name in needed & packages.keys()}


def _entry(wheel: Path) -> dict[str, Any]:
    """Returns the entry of a wheel in Pyodide's list."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        about = Parser().parsestr(archive.read(metadata).decode("utf-8"))
    needs = [Requirement(text) for text in about.get_all("Requires-Dist", [])]
    code = [name for name in names if name.endswith(".py") and ".data/" not in name]
    return {
        "name": str(canonicalize_name(about["Name"])),
        "version": about["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": digest(wheel),
        "package_type": "package",
        "imports": sorted({name.split("/")[0].removesuffix(".py") for name in code}),
        "depends": [need.name for need in needs if need.marker is None or need.marker.evaluate(PAGE)],
        "unvendored_tests": False,
    }
