"""The rules of the house: which part may import which, and what must never appear anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from autograder.course import ROOT
from autograder.grading import bundle

pytestmark = pytest.mark.fast

PACKAGE = ROOT / "autograder"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Imports point one way. Each part may import itself, `course` and what stands here.
MAY_IMPORT = {
    "course": set(),
    "page": set(),
    "submissions": set(),
    "sandbox": set(),
    "bridge": {"sandbox"},
    "probes": {"sandbox", "bridge"},
    "grading": {"submissions", "sandbox", "bridge"},
    "authoring": {"page", "submissions", "bridge", "grading"},
    "reports": {"submissions", "grading", "bridge"},
    "cli": {"page", "reports", "grading", "authoring", "submissions", "probes"},
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


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def docstring(path: Path) -> str:
    """The first lines of a module, as they stand there."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")), clean=False) or ""


NAMES = {module_of(path): path for path in MODULES}


def _module(name: str) -> str:
    """The module of this package that an import of `name` runs, or "" when it is none's."""
    while name and name not in NAMES:
        name = name.rpartition(".")[0]
    return name


IMPORTS = {module: {_module(name) for name in imported(path)} - {module, "", "autograder"}
           for module, path in NAMES.items()}
"""Module -> the modules it imports, wherever in it: on top, in a function, or for type checkers only."""


def reached(*modules: str) -> set[str]:
    """The modules, and all that they import, and so on."""
    found, pending = set(modules), list(modules)
    while pending:
        new = IMPORTS[pending.pop()] - found
        found |= new
        pending += new
    return found


def test_isolation_imports_nothing_of_the_bridge() -> None:
    assert {module for module in IMPORTS if module.startswith("autograder.sandbox")}
    for module in IMPORTS:
        if module.startswith("autograder.sandbox"):
            assert not {name for name in reached(module) if name.startswith("autograder.bridge")}, module


def test_no_modules_import_each_other_in_a_circle() -> None:
    circles = [sorted({module} | {name for name in reached(*IMPORTS[module]) if module in reached(name)})
               for module in IMPORTS if module in reached(*IMPORTS[module])]
    assert not circles


def test_all_that_a_score_depends_on_is_in_the_fingerprint() -> None:
    """From where each of the processes begins that run, check or judge a submission."""
    begins = ("bridge.cellrunner", "sandbox.forkserver", "grading.checker", "grading.child", "grading.submission",
              "grading.bundle")
    depends = {NAMES[module] for module in reached(*(f"autograder.{name}" for name in begins))}
    read = set(PACKAGE.glob("submissions/**/*.py"))  # its outcome is in the fingerprint itself
    assert depends - read <= set(bundle.sources())
    for name in ("sandbox/seccomp.py", "bridge/wire.py", "grading/questions.py"):
        assert PACKAGE / name in depends


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=lambda path: path.name)
def test_the_first_lines_of_a_folder_are_a_map_of_it(folder: Path) -> None:
    parts = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    listed = re.findall(r"^(?: {4}(?=\w)|- `)(\w+)(?: {2,}|` +)\w", docstring(folder / "__init__.py"), re.MULTILINE)
    assert sorted(listed) == sorted(parts - {"__init__", "__main__"})  # all of them, once, and nothing that is gone
    assert "__main__" not in parts or "`__main__`" in docstring(folder / "__init__.py")


def test_the_readme_lists_every_part_and_imports_point_up_in_its_table() -> None:
    _, _, readme = (PACKAGE / "README.md").read_text(encoding="utf-8").partition("\n## Where things are\n")
    table = re.findall(r"^\| `(\w+)[/.].*\|$", readme, re.MULTILINE)
    assert sorted([*table, "__init__", "__main__"]) == sorted({part_of(path) for path in MODULES})
    for part, may in MAY_IMPORT.items():
        if part in table:
            assert may <= set(table[: table.index(part)]), part


BOUNDARY = [path for path in MODULES if part_of(path) in ("sandbox", "bridge", "probes") and path.name != "__init__.py"]
"""The modules at the trust boundary."""

PROGRAM = "autograder.bridge.cellrunner"
"""What runs in the sandboxes."""

AFTER_THE_FORK = {"supervisor": "Inside, or outside where there are no namespaces"}
"""Of the modules that the nursery process imports, those of which it runs nothing itself."""

BEFORE_THE_FORK = {"forking"}
"""Of these modules, those of which nothing runs inside: the nursery process itself belongs to the outside."""


def _readied() -> set[str]:
    """The modules of which something runs in the nursery process: the program, and those that its `warm_up` names."""
    tree = ast.parse(NAMES[PROGRAM].read_text(encoding="utf-8"))
    warm_up = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "warm_up")
    used = {node.id for node in ast.walk(warm_up) if isinstance(node, ast.Name)}
    return {PROGRAM} | {name for name in IMPORTS[PROGRAM] if name.rpartition(".")[2] in used}


def side(path: Path) -> str:
    """Where a module at the boundary runs, by what the processes on each side import from where they begin."""
    here = module_of(path)
    outside = reached("autograder.bridge.notebooks", *(name for name in NAMES if name.startswith("autograder.grading")))
    if part_of(path) == "probes":
        return "Outside"
    if part_of(path) == "sandbox":
        inside, readied = reached("autograder.sandbox.forkserver"), here not in outside
    else:
        inside, readied = reached(PROGRAM), here in _readied()
    if here not in inside or path.stem in BEFORE_THE_FORK:
        return "Outside"
    return "Both sides" if here in outside else "Nursery process and inside" if readied else "Inside"


@pytest.mark.parametrize("path", BOUNDARY, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_at_the_boundary_says_on_which_side_it_runs(path: Path) -> None:
    """Its first words say it, and so does the heading above it in the map of its folder."""
    assert re.match(rf"{AFTER_THE_FORK.get(path.stem, side(path))}[:,] ", docstring(path))
    if part_of(path) != "probes":  # all of which is outside
        above, _, _ = docstring(path.parent / "__init__.py").partition(f"\n    {path.stem}  ")
        headings = re.findall(r"^ {4}(outside|inside|nursery process and inside|both sides)\b", above, re.MULTILINE)
        assert headings[-1] == side(path).lower()


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


def test_neither_isolation_nor_bridge_knows_otter_or_sql() -> None:
    for path in [*PACKAGE.glob("sandbox/*.py"), *PACKAGE.glob("bridge/*.py"), *PACKAGE.glob("probes/*.py")]:
        assert not any(name.split(".")[0] in ("otter", "sqlite3") for name in imported(path)), path


def test_no_learning_system_is_known_by_name_but_where_a_new_one_would_be() -> None:
    """Its rules are its module's. `handback` gives files the names of one, and `roster` reads the class list of one."""
    of_one = {name for name in NAMES if re.match(r"autograder\.submissions\.systems\.(?!base$)", name)}
    assert len(of_one) == 10
    assert {module for module, imports in IMPORTS.items() if imports & of_one} == {
        "autograder.submissions.systems", "autograder.reports.handback", "autograder.reports.roster"}


def test_grading_knows_nothing_of_html() -> None:
    for path in PACKAGE.glob("grading/**/*.py"):
        assert not any(name.split(".")[0] in ("jinja2", "html") for name in imported(path)), path


def test_only_the_gradebook_knows_sql() -> None:
    """And of it, one module what the library says."""
    statement = re.compile(r"\b(SELECT|UPDATE|DELETE FROM|INSERT) [\w*]")
    assert statement.search(NAMES["autograder.grading.gradebook.adjustments"].read_text(encoding="utf-8"))
    for path in MODULES:
        if path.parent != PACKAGE / "grading" / "gradebook":
            assert not statement.search(path.read_text(encoding="utf-8")), path
        if module_of(path) != "autograder.grading.gradebook.database":
            assert "sqlite3" not in {name.split(".")[0] for name in imported(path)}, path


def test_nothing_from_a_submission_is_unpickled_or_evaluated() -> None:
    forbidden = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
    for path in MODULES:
        assert not {name.split(".")[0] for name in imported(path)} & forbidden, path
        if part_of(path) in ("grading", "sandbox", "bridge", "probes", "submissions"):
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


def test_a_file_that_a_document_names_is_there() -> None:
    there = {path.relative_to(ROOT).as_posix() for path in tracked()}
    folders = "|".join(sorted({name.partition("/")[0] for name in there if "/" in name and name[0] != "."}))
    named = re.compile(rf"`((?:{folders})/[\w./-]+\.(?:md|py|toml|ya?ml|json))`")
    gone = {(name, found) for name in there if name.endswith(".md")
            for found in named.findall((ROOT / name).read_text("utf-8"))
            if found not in there and not found.startswith("build/")}
    assert not gone


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
