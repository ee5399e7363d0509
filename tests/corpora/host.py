"""What lies outside the sandbox while the attacks run: secrets to read, doors to knock on, someone to signal.

Everything is harmless, new for each run and noticed when it is touched: a file
and an environment variable with a secret, listeners on TCP, UDP, an abstract
and a file socket, and a bystander, a process that writes down each SIGURG it
gets (a signal that nobody else minds).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from autograder.course import ROOT, Assignment

BYSTANDER = """
import signal, sys, time
def note(number, frame):
    with open(sys.argv[1], "a") as file:
        file.write("signaled ")
signal.signal(signal.SIGURG, note)
print("ready", flush=True)
while True:
    time.sleep(60)
"""


class Host:
    """A context manager; `values` is what attacks are told about it."""

    def __init__(self, assignment: Assignment, handed_in: Path) -> None:
        """`handed_in`: the folder of the class."""
        self.assignment = assignment
        self.handed_in = handed_in
        self.secret = secrets.token_hex(16)
        self.token = f"rd-{secrets.token_hex(5)}"
        self.touched: list[str] = []

    def __enter__(self) -> Host:
        with contextlib.ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self, stack: contextlib.ExitStack) -> None:
        # In the system's own /tmp, whatever TMPDIR says: a folder that anyone may write to.
        self.outside = Path(tempfile.mkdtemp(prefix="reading-digits-outside-", dir="/tmp"))
        stack.callback(shutil.rmtree, self.outside)
        self.outside.chmod(0o777)
        self.secret_file = self.outside / "secret.txt"
        self.shared = [self.outside / "shared.txt", Path("/dev/shm", self.outside.name)]
        for file in (self.secret_file, *self.shared):
            file.write_text(self.secret)
            file.chmod(0o666)
        stack.callback(self.shared[1].unlink, missing_ok=True)
        self.secret_name = f"READING_DIGITS_{secrets.token_hex(4).upper()}"
        os.environ[self.secret_name] = self.secret
        stack.callback(os.environ.pop, self.secret_name, None)

        tcp = self._listen(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = self._listen(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        abstract = f"reading-digits-{secrets.token_hex(8)}"
        self._listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)
        self._listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, str(self.outside / "socket"))
        (self.outside / "socket").chmod(0o777)

        self.signaled = self.outside / "signaled.txt"
        self.bystander = subprocess.Popen(
            [sys.executable, "-c", BYSTANDER, str(self.signaled), self.secret_name],
            stdout=subprocess.PIPE, start_new_session=True)
        stack.callback(self._end_bystander)
        assert self.bystander.stdout is not None
        self.bystander.stdout.readline()
        self.values = {
            "OUTSIDE": str(self.outside),
            "SECRET_FILE": str(self.secret_file),
            "SHARED_FILE": str(self.shared[0]),
            "SHARED_MEMORY_FILE": str(self.shared[1]),
            "SECRET_NAME": self.secret_name,
            "BYSTANDER": str(self.bystander.pid),
            "GRADER": str(os.getpid()),
            "PORT": str(tcp[1]),
            "UDP_PORT": str(udp[1]),
            "ABSTRACT": abstract,
            "SOCKET": str(self.outside / "socket"),
            "REPOSITORY": str(ROOT),
            "HANDED_IN": str(self.handed_in / "neighbor-0.ipynb"),
            "HIDDEN_TEST": self._hidden_test(),
            "TOKEN": self.token,
        }
        self.expected_files = {path.name for path in self.outside.iterdir()} | {self.signaled.name}

    def _listen(
        self, stack: contextlib.ExitStack, family: int, kind: int, address: object
    ) -> tuple[str, int]:
        """Starts a thread that notes down whoever knocks; returns the address."""
        listener = stack.enter_context(socket.socket(family, kind))
        listener.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            listener.listen()

        def wait() -> None:
            while True:
                try:
                    who = listener.accept()[1] if kind == socket.SOCK_STREAM else listener.recv(100)
                except OSError:
                    return
                self.touched.append(f"{family!r} {kind!r} {who!r}")

        threading.Thread(target=wait, daemon=True).start()
        address_in_use: tuple[str, int] = listener.getsockname()
        return address_in_use

    def _hidden_test(self) -> str:
        """The name of a hidden test case, as a pattern that does not contain itself."""
        for file in sorted(self.assignment.tests.glob("q*.py")):
            public = (self.assignment.public_tests / file.name).read_text(encoding="utf-8")
            for line in file.read_text(encoding="utf-8").splitlines():
                name = line.removeprefix("def ").partition("(")[0]
                if line.startswith("def ") and len(name) > 12 and name not in public:
                    return f"{name[:-1]}[{name[-1]}]"
        raise AssertionError("no hidden test has a name of its own")

    def _end_bystander(self) -> None:
        self.bystander.kill()
        self.bystander.wait()

    # --- what is looked at afterwards ---

    def written(self) -> list[str]:
        """What lies in the folder outside, and should not."""
        return sorted(path.name for path in self.outside.iterdir() if path.name not in self.expected_files)

    def changed(self) -> list[Path]:
        """Files of someone else's that are not as they were."""
        def as_it_was(file: Path) -> bool:
            return (file.is_file() and file.read_text() == self.secret
                    and file.stat().st_mode & 0o777 == 0o666)

        return [file for file in (self.secret_file, *self.shared) if not as_it_was(file)]

    def was_signaled(self) -> bool:
        return self.signaled.exists()

    def left_running(self) -> list[int]:
        """Processes that go by the name that attacks give to what they leave behind."""
        return [pid for pid, name in _names() if name == self.token]


def _names() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(folder.name), (folder / "comm").read_bytes().decode("utf-8", "replace").strip()


def alive(process: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)
    return process.poll() is None
