"""The files of the site, and their hashes."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WHEELS = HERE / "wheels.txt"
TOOLS = HERE / "tools.txt"


@dataclass(frozen=True)
class Pyodide:
    """Python for browsers: its package in npm, and the wheels that the project compiled."""

    version: str
    sha512: str
    files: list[str]
    license: str
    source: str
    distribution: str
    wheels: list[str]

    @property
    def package(self) -> str:
        """The file that `npm pack` writes."""
        return f"pyodide-{self.version}.tgz"


@dataclass(frozen=True)
class Carrier:
    """A package of PyPI that has Pyodide's wheels in one of its folders."""

    name: str
    version: str
    folder: str


_PINS = tomllib.loads((HERE / "pins.toml").read_text(encoding="utf-8"))
PYODIDE = Pyodide(**_PINS["pyodide"])
CARRIER = Carrier(**_PINS["carrier"])


def pinned(requirements: Path) -> dict[str, str]:
    """Returns package -> SHA-256 of its one wheel, from a file of requirements."""
    found = re.findall(r"^([\w.-]+)==\S+ \\\n +--hash=sha256:([0-9a-f]{64})$", requirements.read_text("utf-8"),
                       re.MULTILINE)  # fmt: skip
    return dict(found)
