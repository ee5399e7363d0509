"""The commands on the pages of appendices B and C, run as they stand there.

Every line of every `sh` block is run, in the order of the page, but those of `ELSEWHERE`: each of them with the
reason why not here. A command that is added to a page is run without anything being added here. One `autograder`
command is a process, from a shell. The others are called in this one, where batches share an engine.
"""

from __future__ import annotations

import configparser
import contextlib
import csv
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pip
import pytest
import yaml
from click.testing import CliRunner

from autograder.authoring.sample_class import described, telling
from autograder.cli import main
from autograder.course import BOOK, EXERCISES, ROOT, assignment, quiet_environment
from autograder.grading.batch import GRADEBOOK
from autograder.grading.gradebook import Gradebook
from autograder.grading.results import Verdict
from tests.engines import Engines

ELSEWHERE: dict[str, dict[str, str]] = {
    "appendix/b-environment": {},
    "appendix/c-teaching": {
        "make": "what the test machine itself begins with",
        "source .venv/bin/activate": "needs the repository as working folder; here its effect is set up",
        "autograder new 10-your-own": "tests/authoring/test_new.py runs it, in a copy of the tree",
        "autograder verify 02-preprocessing": "tests/corpora/test_exercises.py runs it on all exercises",
        "autograder verify --mutants 02-preprocessing": "tests/authoring/test_mutants.py runs it, on a tiny course",
        **dict.fromkeys((
            "dask scheduler", "dask worker tcp://HOST:8786 --nthreads 2",
            "autograder grade submissions --output grades --assignment 02-preprocessing --scheduler tcp://HOST:8786",
        ), "tests/grading/test_cluster.py starts both and grades on them"),
        **dict.fromkeys((
            "autograder grade lab01-submissions --output grades-lab01 --assignment lab01/dist",
            "autograder export csv --output grades-lab01",
        ), "tests/grading/test_brought.py runs both, on a course that is made for it"),
    },
}


def commands(page: str) -> list[str]:
    """The commands on a page, in order; lines that end in a backslash are joined."""
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.fast
@pytest.mark.parametrize("page", ELSEWHERE)
def test_what_is_not_run_here_is_on_the_page(page: str) -> None:
    assert set(ELSEWHERE[page]) <= set(commands(page))
    assert len(set(commands(page)) - set(ELSEWHERE[page])) >= 5


@dataclass(frozen=True)
class Done:
    """One command that was run."""

    code: int
    said: str


def run(command: str, folder: Path, **variables: str) -> Done:
    """`command` in a shell whose path begins with this environment, as after `activate`."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=900,
                          env=quiet_environment() | {"PATH": path, "PYTHONPATH": str(ROOT)} | variables)
    return Done(done.returncode, done.stdout + done.stderr)


def call(command: str, engines: Engines) -> Done:
    """`autograder ...` in this process and its working folder, with the arguments that a shell makes of the line."""
    with engines.shared():
        result = CliRunner().invoke(main, shlex.split(command)[1:])
    said = result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        said += "".join(traceback.format_exception(result.exception))
    return Done(result.exit_code, said)


# --- Appendix B --------------------------------------------------------------------------------------------

SERVER = """\
c.ServerApp.allow_root = True
c.ServerApp.open_browser = False
c.ServerApp.port = 0
"""


def serves(command: str, folder: Path) -> str:
    """Starts a Jupyter server as the page does, waits until it says where it is, and ends it."""
    settings = folder / "jupyter"
    settings.mkdir(exist_ok=True)
    (settings / "jupyter_server_config.py").write_text(SERVER)
    variables = {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTER_RUNTIME_DIR": str(settings), "HOME": str(folder)}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    said = []
    with subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=folder, stderr=subprocess.PIPE, text=True,
                          env=os.environ | variables | {"PATH": path}) as server:
        assert server.stderr
        for line in server.stderr:
            said.append(line)
            if "is running at" in line or "or http://127.0.0.1" in line:
                break
        server.terminate()
    return "".join(said)


@pytest.mark.slow
def test_pip_as_on_the_page(tmp_path: Path) -> None:
    """In a folder with the exercises only. There is no network: the packages that are installed here are put
    where the new environment finds them, and pip has to be content with them."""
    learner = tmp_path / "reading-digits"
    shutil.copytree(EXERCISES, learner, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    activated, ran = "", 0
    for command in commands("appendix/b-environment"):
        if command.startswith("jupyter "):
            assert "is running at" in serves(command, learner), command
            continue
        done = run(activated + command, learner, PIP_NO_INDEX="1")
        assert done.code == 0, f"{command}\n{done.said}"
        ran += 1
        if "-m venv" in command:
            packages = next((learner / ".venv" / "lib").glob("python3*")) / "site-packages"
            (packages / "here.pth").write_text(f"{Path(pip.__file__).parents[1]}\n")
        elif command.startswith("source "):
            activated = command + " && "
        elif "pip install" in command:
            assert "Requirement already satisfied: keras" in done.said
        elif "digits.load" in command:
            assert "(60000, 28, 28)" in done.said
    assert ran == 5


CHANGES = {"cloud-init.yml": 2, "cloud-init-instructor.yml": 1}
"""The files for cloud-init, and how many lines of each are marked CHANGE; `tests/book/machine.py` runs them."""

MACHINE, GRADER = (yaml.safe_load((BOOK / "appendix" / file).read_text(encoding="utf-8")) for file in CHANGES)

COMMIT = "git -c user.name=test -c user.email=test@example.org -c commit.gpgsign=false commit -q -m All"

TEXT_LIST = {"type": "array", "items": {"type": "string"}, "minItems": 1}
FORM = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "hostname": {"type": "string"},
        "users": {"type": "array", "items": {
            "type": "object", "required": ["name"], "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "gecos": {"type": "string"}, "shell": {"type": "string"},
                           "lock_passwd": {"type": "boolean"}, "sudo": {"type": ["string", "array"]},
                           "ssh_authorized_keys": TEXT_LIST}}},
        "package_update": {"type": "boolean"},
        "packages": TEXT_LIST,
        "write_files": {"type": "array", "items": {
            "type": "object", "required": ["path", "content"], "additionalProperties": False,
            "properties": {"path": {"type": "string", "pattern": "^/"}, "content": {"type": "string"},
                           "permissions": {"type": "string", "pattern": "^0[0-7]{3}$"}}}},
        "runcmd": {"type": "array", "items": {"anyOf": [{"type": "string"}, TEXT_LIST]}},
        "final_message": {"type": "string"},
    },
}
"""What the files use of cloud-init's own schema, schema-cloud-config-v1.json, which is not installed here."""


def written(path: str, machine: dict[str, Any] = MACHINE) -> str:
    return next(str(file["content"]) for file in machine["write_files"] if file["path"] == path)


def first_commands(machine: dict[str, Any]) -> list[str]:
    """What a machine runs at its first start: a list of words as one line."""
    return [command if isinstance(command, str) else " ".join(command) for command in machine["runcmd"]]


@pytest.mark.fast
class TestTheVirtualMachine:
    @pytest.mark.parametrize("file", CHANGES)
    def test_it_has_the_form_that_cloud_init_wants(self, file: str) -> None:
        text = (BOOK / "appendix" / file).read_text(encoding="utf-8")
        assert text.startswith("#cloud-config\n"), "without this first line cloud-init ignores the file"
        jsonschema.validate(yaml.safe_load(text), FORM)
        assert text.count("# CHANGE") == CHANGES[file]

    @pytest.mark.parametrize("machine", [MACHINE, GRADER], ids=list(CHANGES))
    def test_what_fails_is_not_passed_over(self, machine: dict[str, Any]) -> None:
        """cloud-init makes one shell script of all commands, which goes on after a failure unless told otherwise."""
        assert first_commands(machine)[0].split(" #")[0] == "set -e"

    def test_what_runs_was_written_or_installed_before(self) -> None:
        files = {file["path"]: file for file in MACHINE["write_files"]}
        service = configparser.ConfigParser()
        service.optionxform = str  # type: ignore[assignment,method-assign]
        service.read_string(written("/etc/systemd/system/course.service"))
        user = MACHINE["users"][0]["name"]
        assert service["Service"]["User"] == user
        assert service["Service"]["WorkingDirectory"] == f"/home/{user}/reading-digits"
        assert service["Service"]["ExecStart"].startswith(f"/home/{user}/venv/bin/jupyter lab ")
        assert "--ip=127.0.0.1" in service["Service"]["ExecStart"], "nobody else in the network reaches it"
        commands = first_commands(MACHINE)
        assert f"runuser --login {user} --command /usr/local/bin/install-course" in commands
        assert commands[-1] == "systemctl enable --now course.service"
        assert files["/usr/local/bin/install-course"]["permissions"] == "0755"
        assert {"curl", "unzip", "python3-venv"} <= set(MACHINE["packages"])

    def test_jupyterlab_comes_with_the_learners_requirements(self) -> None:
        assert any(text.startswith("notebook") for text in (EXERCISES / "requirements.txt").read_text().split("\n"))
        assert any(text.startswith("jupyterlab") for text in importlib.metadata.requires("notebook") or ())

    def test_its_script_fetches_and_installs(self, tmp_path: Path) -> None:
        """On an address of this machine, with a pip that writes down what it was asked for."""
        site, home = tmp_path / "site", tmp_path / "home"
        for folder in (site, home / "venv" / "bin"):
            folder.mkdir(parents=True)
        with zipfile.ZipFile(site / "reading-digits-exercises.zip", "w") as archive:
            archive.writestr("reading-digits/requirements.txt", "numpy\n")
            archive.writestr("reading-digits/01-dataset.ipynb", "new")
        (home / "reading-digits").mkdir()
        (home / "reading-digits" / "01-dataset.ipynb").write_text("the learner's own work")
        script = written("/usr/local/bin/install-course").replace('"$HOME/venv/bin/python" -m pip', "echo pip")
        done = subprocess.run(["bash", "-c", script.replace("python3 -m venv", "echo venv")], capture_output=True,
                              text=True, env=os.environ | {"HOME": str(home), "COURSE": f"{site.as_uri()}/"})
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            f"venv {home}/venv", f"pip install --quiet --requirement {home}/reading-digits/requirements.txt"]
        assert (home / "reading-digits" / "requirements.txt").read_text() == "numpy\n"
        assert (home / "reading-digits" / "01-dataset.ipynb").read_text() == "the learner's own work"
        (site / "reading-digits-exercises.zip").unlink()
        done = subprocess.run(["bash", "-c", script.replace(" --retry 5", "")], capture_output=True, text=True,
                              env=os.environ | {"HOME": str(home), "COURSE": f"{site.as_uri()}/"})
        assert done.returncode != 0, "what cannot be fetched is not passed over"


@pytest.mark.fast
class TestTheGradersMachine:
    def test_what_runs_was_written_or_installed_before(self) -> None:
        assert first_commands(GRADER)[-1] == "runuser --login ubuntu --command /usr/local/bin/install-grader"
        assert "users" not in GRADER, "Multipass reaches the machine as Ubuntu's own user"
        files = {file["path"]: file for file in GRADER["write_files"]}
        assert files["/usr/local/bin/install-grader"]["permissions"] == "0755"
        assert {"git", "make", "python3-venv"} <= set(GRADER["packages"])
        assert "exercises:" in (ROOT / "Makefile").read_text().split()

    def test_its_script_clones_a_bundle_and_keeps_what_is_there(self, tmp_path: Path) -> None:
        """As on the page, with a repository whose `make exercises` writes an `autograder` that repeats what it gets."""
        home, course = tmp_path / "home", tmp_path / "course"
        for folder in (home, course):
            folder.mkdir()
        (course / "Makefile").write_text(
            "exercises:\n\tmkdir -p .venv/bin\n\tcp said .venv/bin/autograder\n\tchmod +x .venv/bin/autograder\n")
        (course / "said").write_text("#!/bin/sh\necho said: $*\n")
        bundle = next(line for line in (BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8").splitlines()
                      if line.startswith("git bundle create "))
        for command in (f"git init -q && git add . && {COMMIT}", bundle, f"mv reading-digits.bundle {home}"):
            subprocess.run(["bash", "-c", command], cwd=course, check=True, capture_output=True)
        script = written("/usr/local/bin/install-grader", GRADER)

        def install(repository: str) -> Done:
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                                  env=os.environ | {"HOME": str(home), "REPOSITORY": repository})
            return Done(done.returncode, done.stdout)

        assert install("nowhere.bundle").code != 0, "what cannot be fetched is not passed over"
        done = install("reading-digits.bundle")
        assert done.code == 0 and done.said.endswith("said: doctor\n"), done.said
        (home / "reading-digits" / "said").write_text("#!/bin/sh\necho mine\n")
        assert install("nowhere.bundle").said.endswith("mine\n")
        (home / "reading-digits" / "said").write_text("#!/bin/sh\nexit 1\n")
        assert install("nowhere.bundle").code == 1, "nor a machine that cannot isolate notebooks"


# --- Appendix C --------------------------------------------------------------------------------------------


TRIED = "02-preprocessing"
"""The exercise that the page's commands name."""

FROM_A_SHELL = f"autograder grade submissions --output grades --assignment {TRIED}"
"""A process of its own, which starts an engine and ends it."""


@pytest.fixture(scope="module")
def term(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Done]]:
    """A term in which Alice has everything right and Bob did nothing: its folder, and what each command said."""
    folder = tmp_path_factory.mktemp("term")
    exercise = assignment(TRIED)
    (folder / "submissions" / "bob").mkdir(parents=True)
    shutil.copy(exercise.solution, folder / "submissions" / "alice.ipynb")
    shutil.copy(exercise.learner, folder / "submissions" / "bob" / "02-preprocessing.ipynb")
    (folder / "class.csv").write_text("Name,Username\nAlice A.,alice\nBob B.,bob\nCleo C.,cleo\n")
    (folder / "canvas.csv").write_text(
        "Student,ID,SIS Login ID,Section,02-preprocessing (7)\n    Points Possible,,,,15\nAlice A.,1,alice,A,\n"
        "Bob B.,2,bob,A,\nCleo C.,3,cleo,A,9\n")
    (folder / "moodle.csv").write_text(
        "First name,Last name,ID number,Email address,Assignment: Preprocessing (Real)\n"
        "Alice,A.,alice,alice@example.edu,-\nBob,B.,bob,bob@example.edu,-\n")
    with zipfile.ZipFile(folder / "from-moodle.zip", "w") as archive:
        archive.write(exercise.solution, "Alice A._501_assignsubmission_file/02-preprocessing.ipynb")
        archive.write(exercise.learner, "Bob B._502_assignsubmission_file/02-preprocessing.ipynb")
    page = "appendix/c-teaching"
    (table,) = re.findall(r"^```text\n(learner,question,.*?)^```$", (BOOK / f"{page}.md").read_text(encoding="utf-8"),
                          re.MULTILINE | re.DOTALL)
    (folder / "scores.csv").write_text(table)
    (dates,) = re.findall(r"^```toml\n(zone = .*?)^```$", (BOOK / f"{page}.md").read_text(encoding="utf-8"),
                          re.MULTILINE | re.DOTALL)
    (folder / "dates.toml").write_text(dates)
    done = {}
    with Engines() as engines, contextlib.chdir(folder):
        for command in commands(page):
            if command not in ELSEWHERE[page]:
                ours = command.startswith("autograder ") and command != FROM_A_SHELL
                done[command] = call(command, engines) if ours else run(command, folder)
    assert FROM_A_SHELL in done
    return folder, done


@pytest.mark.slow
@pytest.mark.browser
class TestTeaching:
    def test_every_command_works(self, term: tuple[Path, dict[str, Done]]) -> None:
        for command, done in term[1].items():
            assert done.code == 0, f"{command}\n{done.said}"

    def test_the_trial_class_is_as_the_page_says(self, term: tuple[Path, dict[str, Done]]) -> None:
        folder, done = term
        assert len(list((folder / "trial" / "class").glob("[!.]*"))) == 11, "the page says eleven"
        assert (folder / "trial" / "report.html").is_file() and any((folder / "trial" / "feedback").iterdir())
        again = done["autograder grade trial/class --output trial --assignment 02-preprocessing"].said
        assert "11 of 11 are unchanged since they were graded" in again, again

    def test_each_learner_of_the_trial_class_gets_what_is_written(self, term: tuple[Path, dict[str, Done]]) -> None:
        expected = {sample.learner: (sample.status, sample.scores) for sample in described(assignment(TRIED))}
        with Gradebook(term[0] / "trial" / GRADEBOOK) as book:
            results = book.results()
        assert {result.learner: (result.status, {q.name: round(q.score, 6) for q in result.questions})
                for result in results} == expected
        shown = telling(results)
        assert shown.status is Verdict.GRADED and 0 < shown.score < shown.possible

    def test_the_release_is_where_the_page_says(self, term: tuple[Path, dict[str, Done]]) -> None:
        handout = term[0] / "handout"
        assert (handout / "reading-digits" / "docs" / "index.html").is_file()
        assert len(list(handout.glob("*.zip"))) == 2

    def test_the_reports_are_where_the_page_says(self, term: tuple[Path, dict[str, Done]]) -> None:
        text = (BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8")
        listed = set(re.findall(r"^\| `([\w./-]+)` \|", text, re.MULTILINE))
        files = {name for name in listed if "." in name or name.endswith("/")}
        assert len(files) == 11
        for name in files - {"instructor-only/"}:
            assert (term[0] / "grades" / name).exists(), name

    def test_the_desk_was_there_and_is_removed(self, term: tuple[Path, dict[str, Done]]) -> None:
        folder, done = term
        assert "leads to the pages in grades/instructor-only" in done["autograder desk --output grades"].said
        assert "2 pages with learners' code are removed" in done["autograder desk --delete --output grades"].said
        assert not (folder / "grades" / "instructor-only").exists()

    def test_what_was_said_by_hand_is_kept(self, term: tuple[Path, dict[str, Done]]) -> None:
        folder, done = term
        said = done["autograder adjust --from scores.csv --output grades"].said
        assert "scores.csv: 1 score set, 1 comment kept" in said
        page = (folder / "grades" / "feedback" / "bob.html").read_text(encoding="utf-8")
        assert "Come and see me about question 2.3." in page and "See what 254 // 255 is." in page

    def test_no_notebook_ran_without_the_sandbox(self, term: tuple[Path, dict[str, Done]]) -> None:
        for folder in (term[0] / "grades", term[0] / "trial"):
            assert "run without isolation" not in (folder / "report.html").read_text(encoding="utf-8")
            results = [json.loads(file.read_text(encoding="utf-8")) for file in (folder / "results").rglob("*.json")]
            assert results
            assert {result["extra_data"]["sandbox"] for result in results} <= {"full", "no-namespaces"}

    def test_who_is_missing_is_said(self, term: tuple[Path, dict[str, Done]]) -> None:
        (said,) = (done.said for command, done in term[1].items() if "--roster class.csv" in command)
        assert "cleo" in said.lower()

    def test_the_scores_go_back(self, term: tuple[Path, dict[str, Done]]) -> None:
        def column(file: str) -> dict[str, str]:
            with (term[0] / "grades" / file).open(encoding="utf-8", newline="") as table:
                return {cell: row[-1] for row in csv.reader(table) for cell in row}

        canvas, moodle = column("canvas.csv"), column("moodle.csv")
        assert (float(canvas["alice"]), float(canvas["bob"])) == (15, 0) and "cleo" not in canvas
        assert (float(moodle["alice"]), float(moodle["bob"])) == (15, 0)
        assert (term[0] / "grades" / "csv.csv").is_file()

    def test_the_pages_go_back(self, term: tuple[Path, dict[str, Done]]) -> None:
        with zipfile.ZipFile(term[0] / "grades-moodle" / "moodle-feedback.zip") as archive:
            assert sorted(archive.namelist()) == [f"{who}_assignsubmission_file_02-preprocessing.html"
                                                  for who in ("Alice A_501", "Bob B_502")]


@pytest.mark.fast
def test_the_page_names_every_column_of_the_table_of_grades() -> None:
    from autograder.reports.grades import COLUMNS, MISSING, NOTES

    text = (BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8")
    table = re.search(r"^\| column \|.*\n\|---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table
    named = re.findall(r"^\| `(\w+)`", table[1], re.MULTILINE)
    assert named == [*COLUMNS, "q2_1", *NOTES]
    assert f"`{MISSING}`" in table[1]


@pytest.mark.fast
def test_the_page_names_every_status_and_every_command() -> None:
    text = (BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8")
    assert all(f"`{verdict.value}`" in text for verdict in Verdict)
    assert all(f"autograder {name}" in text for name in main.commands)


@pytest.mark.fast
@pytest.mark.parametrize("name", ["alice.ipynb", "alice/02-preprocessing.ipynb", "alice_02-preprocessing.ipynb",
                                  "alice.zip"])
def test_all_of_these_are_alices(name: str, tmp_path: Path) -> None:
    from autograder.submissions.find import find

    text = (BOOK / "appendix" / "c-teaching.md").read_text(encoding="utf-8")
    assert f"submissions/{name}\n" in text
    (tmp_path / "submissions" / name).parent.mkdir(parents=True)
    (tmp_path / "submissions" / name).write_text("")
    assert [found.learner for found in find([tmp_path / "submissions"]).found] == ["alice"]
