"""The files that install the course agree: one list of versions, hashed, for every supported machine."""

from __future__ import annotations

import re
import tomllib
from itertools import product

import pytest
import yaml
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from autograder.course import EXERCISES, ROOT

pytestmark = pytest.mark.fast

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MACHINES = [
    {"sys_platform": system, "platform_machine": machine, "python_version": python,
     "python_full_version": f"{python}.1", "platform_system": {"linux": "Linux", "darwin": "Darwin"}[system]}
    for (system, machine), python in product(
        [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")], ["3.11", "3.12", "3.13"]
    )
]


def locked() -> list[tuple[Requirement, list[str]]]:
    """Every entry of the lock: the requirement, and its hashes."""
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.replace("\\\n", " "))
    found = []
    for entry in entries:
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        if requirement and not requirement.startswith("#"):
            found.append((Requirement(requirement), hashes))
    return found


def environment(machine: dict[str, str]) -> dict[str, str]:
    return {**default_environment(), **machine, "extra": ""}  # type: ignore[dict-item]


def holds(marker: Marker | None, machine: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(environment(machine))


def test_every_locked_package_is_pinned_and_hashed() -> None:
    entries = locked()
    assert len(entries) > 100
    for requirement, hashes in entries:
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


def test_the_lock_names_no_index() -> None:
    assert "--index" not in LOCK and "--find-links" not in LOCK and "://" not in LOCK


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: "-".join(
    (m["sys_platform"], m["platform_machine"], m["python_version"])))
def test_the_lock_satisfies_pyproject_on(machine: dict[str, str]) -> None:
    wanted = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        wanted += extra
    versions: dict[str, list[str]] = {}
    for requirement, _ in locked():
        if holds(requirement.marker, machine):
            name = requirement.name.lower().replace("_", "-")
            versions.setdefault(name, []).append(next(iter(requirement.specifier)).version)
    for text in wanted:
        requirement = Requirement(text)
        if not holds(requirement.marker, machine):
            continue
        found = versions.get(requirement.name.lower().replace("_", "-"), [])
        assert len(found) == 1, f"{requirement.name}: {found or 'not in requirements.lock'}; run `make lock`"
        assert requirement.specifier.contains(found[0]), f"{text}: the lock has {found[0]}; run `make lock`"


def test_anaconda_gets_the_same_packages_and_pythons() -> None:
    facts = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in facts["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in facts["dependencies"] if isinstance(entry, dict))
    assert pip == ["-r requirements.lock"]
    assert set(conda) == {f"python{PROJECT['requires-python']}", "pip"}


def test_learners_get_versions_that_the_lock_satisfies() -> None:
    versions = {requirement.name: requirement for requirement, _ in locked()
                if holds(requirement.marker, MACHINES[0])}
    lines = (EXERCISES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    assert wanted
    for requirement in wanted:
        if holds(requirement.marker, MACHINES[0]):
            version = next(iter(versions[requirement.name].specifier)).version
            assert requirement.specifier.contains(version), requirement


def test_supported_pythons_are_the_ones_named() -> None:
    assert PROJECT["requires-python"] == ">=3.11,<3.14"
    supported = SpecifierSet(PROJECT["requires-python"])
    assert all(supported.contains(f"{machine['python_version']}.0") for machine in MACHINES)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^make test\b", readme, re.MULTILINE)
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
