"""The files that install the course agree: one list of versions, hashed, for every supported machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from autograder.course import EXERCISES, ROOT, quiet_environment

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


def test_no_test_can_leave_itself_out() -> None:
    """What a test needs is set up, by `make test` or by a fixture; a skipped test would look like a passed one."""
    leaving_out = re.compile(r"pytest\.(skip|importorskip|xfail)\(|mark\.(skip|skipif|xfail)\b")
    found = [path.name for path in (ROOT / "tests").rglob("*.py")
             if leaving_out.search(path.read_text(encoding="utf-8"))]
    assert found == []


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


def test_tensorflow_is_for_the_course_and_not_for_the_grader() -> None:
    def names(wanted: list[str]) -> set[str]:
        return {Requirement(text).name for text in wanted}

    assert names(PROJECT["optional-dependencies"]["course"]) == {"tensorflow", "tensorflow-cpu", "keras"}
    assert not names(PROJECT["optional-dependencies"]["course"]) & names(PROJECT["dependencies"])


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


# --- Publishing -------------------------------------------------------------------------------------------

PUBLISH = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8"))


def steps(job: str, action: str) -> list[dict[str, Any]]:
    """What the steps of a job that use an action hand to it."""
    return [step.get("with", {}) for step in PUBLISH["jobs"][job]["steps"]
            if step.get("uses", "").startswith(f"actions/{action}@")]


def test_workflows_have_the_form_that_github_wants() -> None:
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "jobs"} < set(facts) and True in facts, path  # YAML reads the key `on` as true
        for name, job in facts["jobs"].items():
            assert job["runs-on"] and job["timeout-minutes"], f"{path}: {name}"
            assert set(job.get("needs", "").split()) <= set(facts["jobs"])
            for step in job["steps"]:
                assert ("uses" in step) != ("run" in step), f"{path}: {name}: {step}"
                assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/x@v1")), step
                if "run" in step:
                    checked = subprocess.run(["bash", "-n"], input=re.sub(r"\$\{\{.*?\}\}", "x", step["run"]),
                                             text=True, capture_output=True)
                    assert checked.returncode == 0, checked.stderr


def test_only_the_release_is_published() -> None:
    """One job has this repository and no key; the other has the key and of this repository the release only."""
    assert set(PUBLISH["jobs"]) == {"release", "publish"}
    assert [given["path"] for given in steps("release", "upload-artifact")] == ["build/release/reading-digits"]
    runs = [step["run"] for step in PUBLISH["jobs"]["release"]["steps"] if "run" in step]
    assert runs[:4] == [".ci/run", "make pdf", "make page", ".venv/bin/autograder release --output build/release"], (
        "tested, printed, then released")
    assert "secrets." not in str(PUBLISH["jobs"]["release"])

    checkouts = steps("publish", "checkout")
    assert [given["repository"] for given in checkouts] == ["${{ needs.release.outputs.repository }}"]
    assert [given["name"] for given in steps("publish", "download-artifact")] == [
        given["name"] for given in steps("release", "upload-artifact")]
    assert PUBLISH["jobs"]["publish"]["needs"] == "release"
    assert PUBLISH["permissions"] == {"contents": "read"} and PUBLISH["jobs"]["publish"]["permissions"] == {}


def test_it_is_published_on_purpose_only() -> None:
    assert PUBLISH[True] == {"push": {"tags": ["v*"]}, "workflow_dispatch": None}


@pytest.mark.parametrize(("address", "repository"), [("https://someone.github.io/digits/", "someone/digits"), ("", "")])
def test_where_it_goes_is_read_from_the_one_address(address: str, repository: str, tmp_path: Path) -> None:
    """The step as it stands there, with another address."""
    step = next(step for step in PUBLISH["jobs"]["release"]["steps"] if step.get("id") == "address")
    prologue = f"import autograder.course as course; course.address = lambda: {json.dumps(address)}"
    code = step["run"].replace("-c '", f"-c '{prologue}", 1).replace(".venv/bin/python", sys.executable)
    output = tmp_path / "output"
    done = subprocess.run(["bash", "-e", "-c", code], cwd=ROOT, capture_output=True, text=True,
                          env=quiet_environment() | {"GITHUB_OUTPUT": str(output)})
    if repository:
        assert done.returncode == 0 and output.read_text() == f"repository={repository}\n", done.stderr
    else:
        assert done.returncode == 1 and "Set the address in pyproject.toml" in done.stderr


def test_what_was_published_before_is_replaced(tmp_path: Path) -> None:
    """The last job's commands, on a repository of this machine: new files come, old ones go, history stays."""
    git = ["git", "-c", "init.defaultBranch=main", "-c", "user.name=x", "-c", "user.email=x@y.invalid"]

    def run(command: list[str], folder: Path) -> str:
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True,
                              env=quiet_environment() | {"GITHUB_REF_NAME": "v1"}).stdout

    run([*git, "init", "--bare", "--quiet", "remote.git"], tmp_path)
    run([*git, "clone", "--quiet", "remote.git", "learners"], tmp_path)
    learners = tmp_path / "learners"
    (learners / "old.html").write_text("old")
    run([*git, "checkout", "--quiet", "-B", "main"], learners)
    run([*git, "add", "."], learners)
    run([*git, "commit", "--quiet", "--message", "first"], learners)
    commands = [step["run"] for step in PUBLISH["jobs"]["publish"]["steps"] if "run" in step]
    assert len(commands) == 2
    for new in ("new.html", "new.html"):  # the second time there is nothing to commit, which is no failure
        run(["bash", "-e", "-c", commands[0]], learners)
        (learners / "docs").mkdir(exist_ok=True)
        (learners / "docs" / new).write_text("new")
        (learners / "docs" / ".nojekyll").write_text("")
        run(["bash", "-e", "-c", commands[1]], learners)
    published = run(["git", "ls-tree", "-r", "--name-only", "main"], tmp_path / "remote.git").split()
    assert published == ["docs/.nojekyll", "docs/new.html"]
    assert run(["git", "log", "--format=%s", "main"], tmp_path / "remote.git").split("\n")[:2] == [
        "Release v1", "first"]


@pytest.mark.parametrize("file", [
    "exercises/digits.py", "exercises/README.md", "book/appendix/b-environment.md", "autograder/authoring/release.py",
])  # fmt: skip
def test_who_has_no_otter_is_told_to_install_the_locked_one(file: str) -> None:
    """On Colab, where the requirements are not: after `make lock`, write its version there."""
    (version,) = (str(requirement.specifier) for requirement, _ in locked() if requirement.name == "otter-grader")
    text = (ROOT / file).read_text(encoding="utf-8")
    told = re.findall(r"install\b[^\n]*?otter-grader([^\s\"'`,]*)", text)
    assert told and set(told) == {version}
