"""The rules of the house: which part may import which, and what must never appear anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from autograder.course import ROOT

pytestmark = pytest.mark.fast

PACKAGE = ROOT / "autograder"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Imports point one way. Each part may import itself, `course` and what stands here.
MAY_IMPORT = {
    "course": set(),
    "submissions": set(),
    "sandbox": {"bridge"},
    "bridge": {"sandbox"},
    "probes": {"sandbox", "bridge"},
    "grading": {"submissions", "sandbox", "bridge"},
    "authoring": {"submissions", "bridge", "grading"},
    "reports": {"submissions", "grading"},
    "cli": {"reports", "grading", "authoring", "submissions", "probes"},
    "__main__": {"cli"},
}


def imported(path: Path) -> set[str]:
    """The full names of all modules a file imports, wherever in the file it does so."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(path)
    if part == "__init__":
        assert not imported(path)
        return
    for name in imported(path):
        if name.startswith("autograder."):
            target = name.split(".")[1]
            assert target in MAY_IMPORT[part] | {part, "course"}, f"{part} must not import {name}"


def test_sandbox_knows_nothing_of_otter() -> None:
    for path in [*PACKAGE.glob("sandbox/*.py"), *PACKAGE.glob("bridge/*.py"), *PACKAGE.glob("probes/*.py")]:
        assert not any(name.split(".")[0] in ("otter", "sqlite3") for name in imported(path)), path


def test_grading_knows_nothing_of_html() -> None:
    for path in PACKAGE.glob("grading/*.py"):
        assert not any(name.split(".")[0] in ("jinja2", "html") for name in imported(path)), path


def test_only_the_gradebook_knows_sql() -> None:
    for path in MODULES:
        if path.name != "gradebook.py":
            assert "sqlite3" not in {name.split(".")[0] for name in imported(path)}, path


def test_nothing_from_a_submission_is_unpickled_or_evaluated() -> None:
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
    for path in MODULES:
        assert not {name.split(".")[0] for name in imported(path)} & forbidden, path
        if part_of(path) in ("grading", "sandbox", "bridge", "probes", "submissions") and path.name != "cellrunner.py":
            calls = {node.func.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                     if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
            assert not calls & {"eval", "exec"}, path


def test_the_package_names_nothing_of_the_tests() -> None:
    """It must work without them: what `verify`, `demo` and `calibrate` read lies in solutions/."""
    places = "|".join(sorted(path.stem for path in (ROOT / "tests").iterdir() if not path.name.startswith("__")))
    named = re.compile(rf"\btests[/.]({places})\b|\bTESTS\b\s*/|\bROOT / .tests\b")
    assert named.search("tests/corpora/copies.py") and named.search("from tests.corpora import copies")
    for path in MODULES:
        found = named.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)}: {found and found.group()}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body, path


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_host_and_no_private_path_is_named() -> None:
    # Written in pieces, so that this file does not contain what it looks for.
    hosts = "|".join(("pyp" + r"i\.", "python" + r"hosted\.", "npm" + r"js\.", "deb" + r"ian\.org"))
    paths = r"(?<![\w./-])/(wor" + "k|far" + "m)/[a-z]"
    unwanted = re.compile(rf"https?://[a-z0-9.-]*({hosts})|{paths}", re.IGNORECASE)
    for path in tracked():
        if path.suffix in (".npz", ".png"):
            continue
        found = unwanted.search(path.read_text(encoding="utf-8", errors="replace"))
        assert not found, f"{path.relative_to(ROOT)}: {found and found.group()}"


def test_nothing_tracked_is_large() -> None:
    for path in tracked():
        assert path.name == "mnist.npz" or path.stat().st_size < 3_000_000, path


def test_a_percent_sign_stands_beside_its_number() -> None:
    """97.8%, wherever a reader sees it: pages, demos, exercises, checks, reports, the command."""
    apart = re.compile(r"[0-9}](?: |\u00a0|\\u00a0|&nbsp;)%(?! \d|\})")  # a remainder, and where a template's tag ends
    seen = 0
    for path in tracked():
        inside = path.relative_to(ROOT)
        if inside.parts[0] in ("book", "solutions", "exercises", "autograder") and path.suffix in (
            ".md", ".js", ".py", ".html", ".ipynb"
        ) and inside.parts[1] != "experiments":  # fmt: skip
            seen += 1
            found = apart.search(path.read_text(encoding="utf-8"))
            assert not found, f"{inside}: {found and found.group()!r} for 97.8%"
    assert seen > 100
