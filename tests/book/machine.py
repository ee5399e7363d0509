"""The files for cloud-init, each run by cloud-init itself in a system that boots, made for it.

    .venv/bin/python -m tests.book.machine [learner] [instructor]

A part of `make verify`. It makes a minimal system of this machine's own Debian or Ubuntu, kept in `build/machine`, and
boots it with systemd in a container of systemd-nspawn. There cloud-init finds the file as it does in a virtual machine.
The learner's machine must answer on JupyterLab's port, and a check must pass in a kernel that JupyterLab has started.
The instructor's must grade two notebooks.

What is not as in a virtual machine: the kernel and the network are this machine's; packages come from where apt and pip
fetch them here; cloud-init's user is called `ubuntu`, as in Ubuntu's images,
also where the system is a Debian; the repository that is cloned holds the files of this one, without its history.

Needs root on Debian or Ubuntu, and a network.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import contextlib
import csv
import fcntl
import importlib
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from autograder.course import BOOK, BUILD, EXERCISES, CourseError, assignment
from tests import install_tools
from tests.benchmarks.book import copy_repository
from tests.served import served

FOLDER = BUILD / "machine"
TRIED, QUESTION = "02-preprocessing", "q2_1"
PORT = 8888
KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode() + " of-a-test"

SYSTEM = ("ca-certificates", "dbus", "locales", "netbase", "sudo", "systemd-sysv")
"""What an image of Ubuntu has, that cloud-init or its modules ask for, and a minimal system has not."""

SETTINGS = """\
datasource_list: [NoCloud]
network: {config: disabled}
apt: {preserve_sources_list: true}
locale: C.UTF-8
system_info: {default_user: {name: ubuntu}}
"""
"""Of cloud-init: the seed on the disk is all there is; network and sources of packages stay as they are made here.

Locale and user are those of Ubuntu's images."""

PIP = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")

FIRST_START = 3600
"""Seconds in which cloud-init must end."""

SOON = 120
"""Seconds for whatever takes moments."""


class Wrong(Exception):
    """What is wrong with a machine, for the terminal."""


def run(*command: str | Path, timeout: float = 1200, **others: Any) -> str:
    """What a command printed.

    Raises:
        Wrong: it failed, or took longer than `timeout` seconds.
    """
    words = list(map(str, command))
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=timeout, **others)
    except subprocess.TimeoutExpired:
        raise Wrong(f"{' '.join(words)}\nhad not ended after {timeout:.0f} s") from None
    if done.returncode:
        raise Wrong(f"{' '.join(words)}\nended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def wait_for(what: str, look: Callable[[], dict[str, Any] | None], seconds: float) -> dict[str, Any]:
    """What `look` returns once it is not None."""
    end = time.monotonic() + seconds
    while (seen := look()) is None:
        if time.monotonic() > end:
            raise Wrong(f"{what}: not after {seconds:.0f} s")
        time.sleep(0.5)
    return seen


# --- The system --------------------------------------------------------------------------------------------


def sources(release: dict[str, str]) -> list[str]:
    """The lines of `sources.list` for this machine's own system, the first of them its main archive."""
    asked = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(SITE) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages")
    listed = [line.split(" ", 1) for line in dict.fromkeys(asked.splitlines())]
    name = release["VERSION_CODENAME"]
    found = [rest for origin, rest in listed if origin.lower() == release["ID"] and f" {name}" in rest]
    found.sort(key=lambda rest: f" {name} main" not in rest)
    if not found or f" {name} main" not in found[0]:
        raise Wrong(f"apt names no archive of {release['ID']} {name}. Run `apt-get update`, and look into /etc/apt.")
    return [f"deb {rest}" for rest in found]


def base() -> Path:
    """The minimal system with cloud-init, made if it is not there."""
    with open("/etc/os-release", encoding="utf-8") as file:
        release = {key: value.strip('"') for key, _, value in (line.strip().partition("=") for line in file)}
    made = FOLDER / f"{release['ID']}-{release['VERSION_CODENAME']}"
    if made.is_dir():
        return made
    print(f"Making a minimal {made.name} in {made}; this takes minutes, once ...", flush=True)
    part = FOLDER / f"{made.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    lines = sources(release)
    run("debootstrap", "--variant=minbase", f"--include={','.join(SYSTEM)}", release["VERSION_CODENAME"], part,
        lines[0].split()[1])
    (part / "etc/apt/sources.list").write_text("".join(f"{line}\n" for line in lines))
    for certificate in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        shutil.copy(certificate, part / "usr/local/share/ca-certificates")
    shutil.copy("/etc/resolv.conf", part / "etc/resolv.conf")
    run(*container(part), "--pipe", "sh", "-c", "update-ca-certificates && apt-get -qq update"
        " && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends cloud-init")
    part.rename(made)
    return made


def container(root: Path) -> list[str]:
    """The beginning of a command line of systemd-nspawn; without a systemd here nobody makes it a unit of its own."""
    alone = [] if Path("/run/systemd/system").is_dir() else ["--keep-unit"]
    return ["systemd-nspawn", "--quiet", "--register=no", *alone, "--resolv-conf=off", "--timezone=off",
            "--machine=reading-digits", f"--directory={root}"]


def configure_pip(root: Path) -> None:
    """Lets pip in the system fetch from where it fetches here, but for what lies on this machine's disk."""
    settings: dict[str, str] = {}
    for line in run(sys.executable, "-m", "pip", "config", "list").splitlines():  # what counts more comes first
        name, _, value = line.partition("=")
        key, text = name.rpartition(".")[2], str(ast.literal_eval(value))
        if key in PIP:
            settings.setdefault(key, " ".join(word for word in text.split() if not word.startswith("file:")))
        elif key == "cert" and key not in settings:
            shutil.copy(text, root / "etc/ssl/pip.pem")
            settings[key] = "/etc/ssl/pip.pem"
    lines = [f"{key} = {value}\n" for key, value in settings.items() if value]
    (root / "etc/pip.conf").write_text("[global]\n" + "".join(lines))


class Machine:
    """A system that has booted.

    Attributes:
        root: its root folder, as seen from here.
        process: the container.
    """

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self.root = root
        self.process = process

    def said(self) -> str:
        """The end of what cloud-init and what it started printed."""
        log = self.root / "var/log/cloud-init-output.log"
        return log.read_text(errors="replace")[-6000:] if log.is_file() else "cloud-init printed nothing"

    def run(self, user: str, command: str, timeout: float = SOON) -> str:
        """What a command printed, in a login shell of `user`, as through SSH."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if not children:
            raise Wrong("the system has ended")
        return run("nsenter", f"--target={children[0]}", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root",
                   "--wd", "/usr/sbin/runuser", "--login", user, "--command", command, timeout=timeout)

    def first_start(self) -> None:
        """Waits until cloud-init has ended.

        Raises:
            Wrong: not in time, or with an error.
        """
        result = self.root / "var/lib/cloud/data/result.json"

        def ended() -> dict[str, Any] | None:
            if self.process.poll() is not None:
                raise Wrong(f"the system ended with {self.process.returncode}")
            with contextlib.suppress(FileNotFoundError, ValueError):
                return dict(json.loads(result.read_text())["v1"])
            return None

        seen = wait_for("cloud-init's end", ended, FIRST_START)
        if seen["errors"] or "NoCloud" not in seen["datasource"]:
            raise Wrong(f"cloud-init ended with errors: {seen}")
        self.run("root", "cloud-init schema --system")  # fails where the file has not the form of cloud-init's schema


@contextmanager
def booted(name: str, user_data: str) -> Iterator[Machine]:
    """A system that boots for the first time, with `user_data` for its cloud-init. Nothing of it stays."""
    kept, layers = base(), FOLDER / "run"
    root = layers / "root"
    if os.path.ismount(root):
        run("umount", root)
    shutil.rmtree(layers, ignore_errors=True)
    for folder in (layers / "upper", layers / "work", root):
        folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={kept.name},upperdir=run/upper,workdir=run/work", root,
        cwd=FOLDER)
    process = None
    try:
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        (root / "etc/cloud/cloud.cfg.d/99-test.cfg").write_text(SETTINGS)
        configure_pip(root)
        seed = root / "var/lib/cloud/seed/nocloud"
        seed.mkdir(parents=True)
        (seed / "user-data").write_text(user_data)
        (seed / "meta-data").write_text(f"instance-id: {name}\n")
        with (layers / "console.txt").open("wb") as console:
            process = subprocess.Popen(
                [*container(root), "--boot", "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
                env=os.environ | {"SYSTEMD_SECCOMP": "0"})  # its filter would hide Landlock, as no machine does
        machine = Machine(root, process)
        try:
            yield machine
        except Wrong as wrong:
            console_end = (layers / "console.txt").read_text(errors="replace")[-1000:]
            said = f"cloud-init printed at its end\n{machine.said()}\nand the system\n{console_end}\n"
            raise Wrong(f"{said}{wrong}") from None
    finally:
        if process:
            stop(process)
        run("umount", root)
        shutil.rmtree(layers, ignore_errors=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the container: it shuts down, or is killed."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(60)


def filled_in(file: str, values: dict[str, str]) -> str:
    """A file for cloud-init with other values in its lines marked CHANGE.

    Args:
        file: its name.
        values: by what stands there now; each of these lines has one of them, once.
    """
    changed = []
    for line in (BOOK / "appendix" / file).read_text(encoding="utf-8").splitlines():
        if "# CHANGE" in line:
            found = [now for now in values if now in line]
            if len(found) != 1:
                raise Wrong(f"{file}: one of {', '.join(values)} was to be in the line\n{line}")
            line = line.replace(found[0], values[found[0]])
        changed.append(line)
    return "\n".join(changed) + "\n"


# --- The learner's machine ---------------------------------------------------------------------------------


class Jupyter:
    """A Jupyter server, spoken to through its port as a browser does."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"token {token}"}

    def ask(self, path: str, content: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/{path}", headers=self.headers,
                                         data=None if content is None else json.dumps(content).encode())
        with urllib.request.urlopen(request, timeout=SOON) as answer:
            return json.load(answer)

    async def execute(self, kernel: str, sources: Sequence[str]) -> list[str]:
        """What each piece of code showed, as text."""
        request = HTTPRequest(f"ws://127.0.0.1:{PORT}/api/kernels/{kernel}/channels", headers=self.headers,
                              connect_timeout=SOON)
        connection = await websocket_connect(request)
        shown = []
        for source in sources:
            header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": kernel,
                      "date": "", "version": "5.3"}
            content = {"code": source, "silent": False, "store_history": True, "user_expressions": {},
                       "allow_stdin": False, "stop_on_error": False}
            await connection.write_message(json.dumps({"header": header, "parent_header": {}, "metadata": {},
                                                   "content": content, "channel": "shell", "buffers": []}))
            shown.append("")
            while True:
                answer = json.loads(await asyncio.wait_for(connection.read_message(), SOON) or "null")
                if answer is None:
                    raise Wrong(f"the kernel's connection ended after {shown}")
                if answer["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                said = answer["content"]
                shown[-1] += said.get("text", "") + said.get("evalue", "") + said.get("data", {}).get("text/plain", "")
                if answer["msg_type"] == "status" and said["execution_state"] == "idle":
                    break
        connection.close()
        return shown


def answers() -> dict[str, Any] | None:
    """What Jupyter on its port says of itself, if something answers there."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api", timeout=5) as answer:
        return dict(json.load(answer))
    return None


def cells_until_check(path: Path) -> list[str]:
    """The sources of a notebook's code cells, up to the check of `QUESTION`."""
    codes = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return codes[:codes.index(f'grader.check("{QUESTION}")') + 1]


def learner() -> list[str]:
    """Tries the learner's machine; returns what was seen."""
    notebook = f"{TRIED}.ipynb"
    untouched = cells_until_check(EXERCISES / notebook)
    *_, answer, check = cells_until_check(assignment(TRIED).solution)
    with socket.socket() as taken:
        if taken.connect_ex(("127.0.0.1", PORT)) == 0:
            raise Wrong(f"Port {PORT} of this machine is taken, and the system shares its network. "
                        "End what listens there.")
    site = FOLDER / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    sys.path.insert(0, str(BOOK / "_ext"))
    importlib.import_module("reading_digits").zip_exercises(EXERCISES, site / "reading-digits-exercises.zip")
    with served(site) as address, booted("learner", filled_in("cloud-init.yml", {
            "ssh-ed25519 AAAA...": KEY, "https://reading-digits.example/": f"{address}/"})) as machine:
        machine.first_start()
        version = wait_for(f"JupyterLab on port {PORT}", answers, SOON)["version"]
        keys = machine.run("learner", "cat .ssh/authorized_keys")
        if KEY not in keys:
            raise Wrong(f"The public key is not among the learner's: {keys}")
        token = re.search(r"token=(\w+)", machine.run("learner", "venv/bin/jupyter server list"))
        if not token:
            raise Wrong("`jupyter server list` names no address with a token")
        jupyter = Jupyter(token[1])
        session = jupyter.ask("sessions", {"path": notebook, "name": notebook, "type": "notebook",
                                           "kernel": {"name": "python3"}})
        shown = asyncio.run(jupyter.execute(session["kernel"]["id"], [
            *untouched, answer, check, "import os, sys, pwd; print(pwd.getpwuid(os.getuid())[0], sys.prefix)"]))
        before, after, who = shown[len(untouched) - 1], shown[-2], shown[-1].strip()
        if "✔" in before or "✔" not in after or who != "learner /home/learner/venv":
            raise Wrong(f"Before the answer the check said\n{before}\nafter it\n{after}\nas {who}\n{shown}")
        return [f"JupyterLab (server {version}) answers on port {PORT}", f"the check of {QUESTION}: {after.strip()}"]


# --- The instructor's machine ------------------------------------------------------------------------------


def instructor() -> list[str]:
    """Tries the instructor's machine; returns what was seen."""
    site = FOLDER / "site"
    shutil.rmtree(site, ignore_errors=True)
    tree = site / "tree"
    copy_repository(tree)
    git = ("git", "-C", tree, "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    run(*git, "init", "--quiet")
    run(*git, "add", "--all", "--force")
    run(*git, "commit", "--quiet", "--message", "The repository as it is")
    run(*git, "update-server-info")
    (tree / ".git").rename(site / "reading-digits.git")
    with served(site) as address, booted("instructor", filled_in(
            "cloud-init-instructor.yml", {"https://git.example.edu/": f"{address}/"})) as machine:
        machine.first_start()
        machine.run("ubuntu", f"""
            cd reading-digits && mkdir -p submissions/bob && cp build/{TRIED}/{TRIED}.ipynb submissions/alice.ipynb &&
            cp exercises/{TRIED}.ipynb submissions/bob/ && .venv/bin/autograder grade submissions --output grades \
            --assignment {TRIED}""", timeout=900)
        rows = list(csv.DictReader(io.StringIO(machine.run("ubuntu", "cat reading-digits/grades/grades.csv"))))
        points = {row["learner"]: f"{row['score']} of {row['possible']}" for row in rows}
        if points != {"alice": "15 of 15", "bob": "0 of 15"}:
            raise Wrong(f"The solution and the untouched notebook were graded {points}: {rows}")
        level = re.search(r"^Submissions will run .*$", machine.said(), re.MULTILINE)
        return [level[0] if level else "doctor named no level", f"graded {points}"]


TRIALS = {"learner": learner, "instructor": instructor}


def main(names: Sequence[str]) -> int:
    """Tries the machines of these names, or all; 0 if each does what its file promises, else 1 or, for a name, 2."""
    if set(names) - set(TRIALS):
        print(f"Not known: {', '.join(set(names) - set(TRIALS))}. There are {', '.join(TRIALS)}.", file=sys.stderr)
        return 2
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("This boots a system in a container. It needs root, and Debian or Ubuntu.", file=sys.stderr)
        return 1
    if install_tools.main(["debootstrap", "systemd-container", "git"]):
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is undone
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another run uses {FOLDER}. Wait for its end.", file=sys.stderr)
            return 1
        failed = 0
        for name in names or TRIALS:
            began = time.monotonic()
            try:
                seen = TRIALS[name]()
            except (Wrong, CourseError, OSError, HTTPClientError) as wrong:
                print(f"{name}: {wrong}", file=sys.stderr)
                failed = 1
            else:
                print(f"{name}: {'; '.join(seen)}; after {time.monotonic() - began:.0f} s", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
