"""The tests' own order: each is run by some tier, and tests/README.md says where each kind is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.course import ROOT
from tests.samples import sampled

pytestmark = pytest.mark.fast

TESTS = ROOT / "tests"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGE = (TESTS / "README.md").read_text(encoding="utf-8")


def asked_for(target: str) -> list[str]:
    """The marks that each pytest of `make TARGET` asks for, as in `not alone and not verify`."""
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    return [quoted or word for quoted, word in re.findall(r"-m pytest .*?-m (?:\"([^\"]+)\"|(\w+))", recipe[1])]


def takes(asked: str, mark: str) -> bool:
    """Whether a test with this one mark, or with none, is taken."""
    return all(term != f"not {mark}" if term.startswith("not ") else term == mark for term in asked.split(" and "))


@pytest.mark.parametrize(("mark", "tiers"), [
    ("fast", {"check", "test"}), ("slow", {"test"}), ("browser", {"test"}), ("", {"test"}), ("alone", {"test"}),
    ("verify", {"verify"}),
])
def test_each_test_is_run_once_by_the_tier_that_the_page_says(mark: str, tiers: set[str]) -> None:
    runs = {target: sum(takes(asked, mark) for asked in asked_for(target)) for target in ("check", "test", "verify")}
    assert runs == {target: int(target in tiers) for target in runs}
    row = re.search(rf"^\| (?:none, or )?`{mark or 'slow'}` .*\| (.*) \|$", PAGE, re.MULTILINE)
    assert row and set(re.findall(r"`(\w+)`", row[1])) == tiers


def test_the_page_names_each_folder_that_holds_tests() -> None:
    folders = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")} - {"."}
    assert folders == set(re.findall(r"`(\w+)/`", PAGE)) & {path.name for path in TESTS.iterdir()}
    gone = [name for name in re.findall(r"`([\w/]+\.py)`", PAGE)
            if not (TESTS / name).exists() and not (ROOT / name).exists()]
    assert gone == []


def test_each_command_that_is_named_is_there() -> None:
    """`python -m tests.X`, wherever it stands: X is a module that can be run."""
    named: dict[str, Path] = {}
    for path in [*ROOT.glob("*.md"), *(file for folder in ("autograder", "book", "solutions", "tests") for kind in (
            "*.md", "*.py") for file in (ROOT / folder).rglob(kind)), ROOT / "Makefile"]:
        found = re.findall(r"\bpython -m (tests\.[\w.]*\w)", path.read_text(encoding="utf-8"))
        named |= dict.fromkeys(found, path)
    named.pop("tests.X")  # this test's own
    assert len(named) > 10
    for module, path in named.items():
        file = ROOT / f"{module.replace('.', '/')}.py"
        assert file.is_file() and '__name__ == "__main__"' in file.read_text(encoding="utf-8"), f"{module}, in {path}"


def test_what_is_taken_of_a_sample_is_there() -> None:
    values = sampled(["one", "two"], ["one"])
    assert values[0] == "one" and values[1].values == ("two",) and values[1].marks[0].name == "verify"
    with pytest.raises(AssertionError, match=r"\['three'\]"):
        sampled(["one", "two"], ["three"])
