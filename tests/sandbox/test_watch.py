"""The watch on a sandbox, by itself: what uses too much ends, whoever speaks with it, and what does not goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from autograder.sandbox import memory, scheduling, watch
from autograder.sandbox.limits import Limits
from autograder.sandbox.nursery import Runner

SOURCE = "import time; held = bytearray(200 << 20); held[::4096] = b'x' * len(held[::4096]); print('ready', flush=True)"


@contextlib.contextmanager
def holding(before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds 200 MB, and stays until it is ended."""
    source = f"{before}; {SOURCE}; time.sleep(600)" if before else f"{SOURCE}; time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) as held:
        try:
            assert held.stdout is not None and held.stdout.readline() == b"ready\n"
            yield held
        finally:
            held.kill()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with holding() as held:
        yield held


def runner_of(process: subprocess.Popen[bytes], megabytes: int) -> Runner:
    """The process as a sandbox that may use so much; nobody else holds the other end of its socket."""
    here, there = socket.socketpair()
    there.close()
    return Runner(here, os.pidfd_open(process.pid), process.pid, Limits(memory_mb=megabytes))


def eventually(condition, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_what_uses_too_much_is_ended(process: subprocess.Popen[bytes]) -> None:
    runner = runner_of(process, 100)
    one = watch.Watch(runner)
    assert eventually(lambda: one.over != "")
    assert process.wait(20) == -signal.SIGTERM
    one.close()
    runner.close()
    assert "a submission may use 100 MB" in one.over and runner.pidfd == -1


def test_what_does_not_goes_on(process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(scheduling, "hold_back", looks.append)
    runner = runner_of(process, 1000)
    one = watch.Watch(runner)
    assert eventually(lambda: len(looks) >= 3) and set(looks) == {process.pid}
    one.close()
    seen = len(looks)
    time.sleep(3 * watch.INTERVAL)
    assert len(looks) == seen, "it looks no more once it is closed"
    assert process.poll() is None and one.over == ""
    runner.close()


def test_a_sandbox_ends_though_it_does_not_heed_its_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    with holding("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)") as process:
        monkeypatch.setattr(memory, "megabytes", lambda pid, enough: 101.0)
        runner = runner_of(process, 100)
        one = watch.Watch(runner)
        assert process.wait(20) == -signal.SIGKILL
        one.close()
        runner.close()
        assert one.over == "used 101 MB of memory; a submission may use 100 MB"
