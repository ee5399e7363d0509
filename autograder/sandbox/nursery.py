"""Host side: starts the nursery process and asks it for cell runners.

The controller uses this module; it imports no TensorFlow. Nothing that comes
back from a cell runner passes through here.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.sandbox.limits import Limits

__all__ = ["LEVELS", "Limits", "Nursery", "Runner", "SandboxError"]

LEVELS = ("full", "no-namespaces", "none")
"""From most to least isolation. "none" is for code one trusts, and only on request."""


class SandboxError(Exception):
    """The sandbox itself failed; never the submission's fault."""


@dataclass
class Runner:
    """A fresh sandbox, for `session.Session`.

    Attributes:
        sock: the conversation with the cell runner.
        pidfd: the sandbox's first process; when it is dead, all of the sandbox is.
        pid: its number.
    """

    sock: socket.socket
    pidfd: int
    pid: int

    def close(self) -> None:
        """Closes the descriptors here; the sandbox ends when nobody else holds `sock`."""
        self.sock.close()
        os.close(self.pidfd)


class Nursery:
    """A running nursery process. Thread-safe; a context manager.

    Args:
        level: "auto" (the best of "full" and "no-namespaces" that holds here), or one of `LEVELS`.
        preload: files that every cell runner gets, under their own names.

    Attributes:
        level: the isolation in use.

    Raises:
        CourseError: the level does not hold on this machine.
    """

    def __init__(self, level: str = "auto", preload: Sequence[Path] = ()) -> None:
        self._lock = threading.Lock()
        self._preload = tuple(preload)
        self.level = "none"
        self._start()

    def _start(self) -> None:
        root = Path(__file__).resolve().parents[2]
        code = f"import sys; sys.path.insert(0, {str(root)!r}); from autograder.sandbox.forkserver import main; main()"
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", f"import os; os.dup2({theirs.fileno()}, 3); {code}"],
                pass_fds=[theirs.fileno()],
                env=environment(),
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        files = {path.name: path for path in self._preload}
        self._ask({"level": self.level}, files)

    def spawn(self, files: Mapping[str, bytes | Path], limits: Limits | None = None) -> Runner:
        """Starts a cell runner.

        Args:
            files: what lies in its scratch folder: relative name -> content, or a path to copy from.
            limits: what it may use.

        Raises:
            SandboxError: it could not be started.
        """
        with self._lock:
            answer, descriptors = self._ask({"limits": asdict(limits or Limits())}, files)
        return Runner(socket.socket(fileno=descriptors[0]), descriptors[1], answer["pid"])

    def _ask(self, request: dict[str, object], files: Mapping[str, bytes | Path]) -> tuple[dict, list[int]]:
        descriptors: list[int] = []
        try:
            for name, content in files.items():
                _check_name(name)
                descriptors.append(_descriptor(content))
            message = json.dumps(request | {"files": list(files)}).encode()
            socket.send_fds(self._control, [message], descriptors)
            data, received, _, _ = socket.recv_fds(self._control, 1 << 20, 2)
        except OSError as error:
            raise SandboxError(f"the nursery is gone: {error}") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        if not data:
            raise SandboxError("the nursery ended unexpectedly")
        answer = json.loads(data)
        if "error" in answer:
            raise SandboxError(answer["error"])
        return answer, received

    def close(self) -> None:
        """Ends the nursery process. Cell runners live on until their sockets are closed."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def environment() -> dict[str, str]:
    """The whole environment of the nursery and of every cell runner."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/scratch",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
    }


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or len(path.parts) != 1 or "\0" in name:
        raise CourseError(f"{name!r} is no name for a file in a scratch folder.")


def _descriptor(content: bytes | Path) -> int:
    if isinstance(content, Path):
        return os.open(content, os.O_RDONLY | os.O_CLOEXEC)
    descriptor = os.memfd_create("file", os.MFD_CLOEXEC)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return descriptor
