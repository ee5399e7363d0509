"""What the README says of Kubernetes and SLURM: its form, and that Dask's own programs understand it.

Neither is there to be run here. What Dask itself would do is asked of Dask; what belongs to the operator and to
dask-jobqueue, which are not installed, is written down here from their documentation.
"""

from __future__ import annotations

import ast
import re
import tomllib

import click
import dask
import jsonschema
import pytest
import yaml
from dask.utils import parse_bytes
from distributed.cli import dask_scheduler, dask_worker
from distributed.deploy.spec import SpecCluster
from packaging.specifiers import SpecifierSet

from autograder.course import BOOK, ROOT

pytestmark = pytest.mark.fast

FILE = ROOT / "autograder" / "kubernetes.yaml"
CLUSTER = yaml.safe_load(FILE.read_text(encoding="utf-8"))
README = (ROOT / "autograder" / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## On a cluster\n")[2].partition("\n## ")[0]

TEXT, NUMBER = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}


def only(**properties: object) -> dict[str, object]:
    """The form of a mapping with all of these keys and no other."""
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


PROBE = only(httpGet=only(port=TEXT, path={"const": "/health"}), initialDelaySeconds=NUMBER, periodSeconds=NUMBER)
RESOURCES = only(cpu=TEXT, memory=TEXT)
RUNS = {"name": TEXT, "image": TEXT, "imagePullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
        "args": {"type": "array", "items": TEXT, "minItems": 2}}
PORT = only(name=TEXT, containerPort=NUMBER, protocol={"const": "TCP"})


def pod(**container: object) -> dict[str, object]:
    """A pod of one container."""
    return only(containers={"type": "array", "minItems": 1, "maxItems": 1, "items": only(**RUNS, **container)})


FORM = only(
    apiVersion={"const": "kubernetes.dask.org/v1"},
    kind={"const": "DaskCluster"},
    metadata=only(name={"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}),
    spec=only(
        worker=only(replicas=NUMBER, spec=pod(resources=only(requests=RESOURCES, limits=RESOURCES))),
        scheduler=only(
            spec=pod(ports={"type": "array", "items": PORT}, readinessProbe=PROBE, livenessProbe=PROBE),
            service=only(
                type={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
                selector={"type": "object", "additionalProperties": TEXT},
                ports={"type": "array",
                       "items": only(name=TEXT, protocol={"const": "TCP"}, port=NUMBER, targetPort=TEXT)}),
        ),
    ),
)
"""What the file uses of a DaskCluster, after the example in the operator's documentation."""

DOCUMENTED = {
    "queue", "account", "walltime", "job_cpu", "job_mem", "job_extra_directives", "cores", "memory", "processes",
    "interface", "nanny", "local_directory", "death_timeout", "worker_extra_args", "job_script_prologue",
    "job_directives_skip", "log_directory", "shebang", "python", "config_name", "name", "n_workers", "silence_logs",
    "asynchronous", "security", "scheduler_options", "scheduler_cls", "shared_temp_directory",
}
"""The keyword arguments in the documentation of `SLURMCluster`, those that it calls deprecated left out."""

NAME = CLUSTER["metadata"]["name"]
WORKER = CLUSTER["spec"]["worker"]["spec"]["containers"][0]
SCHEDULER = CLUSTER["spec"]["scheduler"]["spec"]["containers"][0]


def block(language: str, section: str) -> str:
    """The one block of code in this language below this heading."""
    text = SECTION.partition(f"\n### {section}\n")[2].partition("\n### ")[0]
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(found)


def understood(program: click.Command, arguments: list[str]) -> dict[str, object]:
    """What the program makes of its arguments. It would pass on an option that it does not know."""
    known = {name for parameter in program.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {argument for argument in arguments if argument.startswith("--")} <= known
    return dict(program.make_context("dask", list(arguments)).params)


def needed(threads: int) -> int:
    """Bytes for a worker, as the README says."""
    said = re.search(r"about\s(\d+)\sGB\sand\s([\d.]+)\sGB\smore\sfor\s+each\s+thread", SECTION)
    assert said
    return parse_bytes(f"{float(said[1]) + threads * float(said[2])}GB")


def test_it_has_the_form_of_a_dask_cluster() -> None:
    jsonschema.validate(CLUSTER, FORM)
    assert WORKER["image"] == SCHEDULER["image"]
    assert re.findall(r"image: (\S+) # CHANGE$", FILE.read_text(encoding="utf-8"), re.MULTILINE) == [
        WORKER["image"]] * 2


def test_the_service_leads_to_the_scheduler() -> None:
    service = CLUSTER["spec"]["scheduler"]["service"]
    assert service["selector"] == {"dask.org/cluster-name": NAME, "dask.org/component": "scheduler"}
    opened = {port["name"]: port["containerPort"] for port in SCHEDULER["ports"]}
    assert opened == {"tcp-comm": 8786, "http-dashboard": 8787}, "the operator looks for these names"
    assert {port["name"]: port["port"] for port in service["ports"]} == opened
    assert {port["targetPort"] for port in service["ports"]} == set(opened)
    for probe in ("readinessProbe", "livenessProbe"):
        assert SCHEDULER[probe]["httpGet"]["port"] == "http-dashboard"
    assert "distributed.http.health" in dask.config.get("distributed.scheduler.http.routes")


def test_dask_understands_what_the_pods_run() -> None:
    assert WORKER["args"][:2] == ["dask", "worker"] and SCHEDULER["args"][:2] == ["dask", "scheduler"]
    worker = understood(dask_worker.main, WORKER["args"][2:])
    assert worker["name"] == "$(DASK_WORKER_NAME)" and worker["nanny"] and not worker["scheduler"]
    assert dask.config.get("scheduler-address", config=dask.config.collect(
        paths=[], env={"DASK_SCHEDULER_ADDRESS": "tcp://there:8786"})) == "tcp://there:8786", "as the operator says it"
    for kind in ("requests", "limits"):
        assert int(WORKER["resources"][kind]["cpu"]) == worker["nthreads"]
        assert parse_bytes(WORKER["resources"][kind]["memory"]) >= needed(int(WORKER["resources"][kind]["cpu"]))
    scheduler = understood(dask_scheduler.main, SCHEDULER["args"][2:])
    assert scheduler["port"] is None and scheduler["dashboard"] and scheduler["dashboard_address"] == ":8787"


def test_the_image_has_what_the_package_is_made_of() -> None:
    lines = [line.split() for line in block("dockerfile", "Kubernetes").splitlines()]
    assert [line[0] for line in lines] == ["FROM", "WORKDIR", "COPY", "COPY", "RUN"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, _, version = lines[0][1].partition(":")
    assert name == "python" and version.count(".") == 2 and version in SpecifierSet(project["requires-python"])
    copied = {file for line in lines if line[0] == "COPY" for file in line[1:-1]}
    assert copied == {"pyproject.toml", "requirements.lock", "autograder", project["readme"], *project["license-files"]}
    assert all((ROOT / file).exists() for file in copied)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in " ".join(lines[-1][1:]).split(" && "):
        asked = command.removeprefix("pip install ")
        assert asked != command and re.search(rf"pip install .*{re.escape(asked)}$", makefile, re.MULTILINE), command


def test_its_commands_name_what_is_there() -> None:
    said = block("text", "Kubernetes")
    assert f"docker push {WORKER['image']}\n" in said and f"docker build -t {WORKER['image']} .\n" in said
    assert f"kubectl apply -f {FILE.relative_to(ROOT)}\n" in said
    assert f"-l dask.org/cluster-name={NAME}\n" in said
    assert f"kubectl port-forward service/{NAME}-scheduler 8786:8786\n" in said


def test_the_script_for_slurm_uses_what_is_documented() -> None:
    tree = ast.parse(block("python", "SLURM"))
    (made,) = [node for node in ast.walk(tree)
               if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SLURMCluster"]
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in made.keywords}
    assert not made.args and set(given) <= DOCUMENTED
    assert given["processes"] == 1 and parse_bytes(given["memory"]) >= needed(given["cores"])
    assert re.fullmatch(r"\d\d:\d\d:\d\d", given["walltime"])
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert used == {"scale", "scheduler_address"} and all(hasattr(SpecCluster, name) for name in used)
    (scaled,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and
                 isinstance(node.func, ast.Attribute) and node.func.attr == "scale"]
    assert [keyword.arg for keyword in scaled.keywords] == ["jobs"]


def test_it_says_that_neither_was_run() -> None:
    assert "it has not been run by us" in " ".join(SECTION.split())
    teaching = " ".join((BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8").split())
    assert "`autograder/README.md`, under *On a cluster*" in teaching
