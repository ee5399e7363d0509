"""The controller's conversation with nursery and checker: every wait has a limit, and says whose fault it was."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from autograder.grading import engine
from autograder.grading.engine import Engine, EngineError, StoppedError
from autograder.grading.events import Begun, Exited, Lost, Request, to_line
from autograder.sandbox.limits import Limits

NOTHING = Request("", (), (), (), (), (), (), {}, "", 0.5, 1.0, 10, {})

LIMIT = """
import sys
from autograder.grading import checker
shared = bytearray(b"x") * (300 << 20)
checker._limit_memory(200)
kept = []
try:
    while True:
        kept.append(bytearray(b"x") * (10 << 20))
except MemoryError:
    print(len(kept))
"""


def test_the_child_of_the_checker_has_the_memory_of_the_notebook() -> None:
    """Beyond what the checker had before; 200 MB are 20 times 10, and Python needs a little."""
    done = subprocess.run([sys.executable, "-c", LIMIT], capture_output=True, text=True, check=True)
    assert 17 <= int(done.stdout) <= 20


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, socket.socket]]:
    monkeypatch.setattr(engine, "BEGIN_SECONDS", 0.6)
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_silence_before_the_first_line_of_the_learner_is_the_graders_fault(
    channel: tuple[socket.socket, socket.socket]
) -> None:
    began = time.monotonic()
    with pytest.raises(engine._NotBegunError):
        list(Engine()._events(channel[0], silence=0.1))
    assert time.monotonic() - began > 0.5, "a start may take longer than the learner's code may be silent"


def test_silence_after_it_is_the_learners(channel: tuple[socket.socket, socket.socket]) -> None:
    channel[1].sendall(to_line(Begun()))
    assert list(Engine()._events(channel[0], silence=0.1)) == [Lost(engine.GIVEN_UP)]


def test_what_the_checker_says_of_a_child_that_died_before_is_not_silence(
    channel: tuple[socket.socket, socket.socket]
) -> None:
    channel[1].sendall(to_line(Exited(-9)))
    assert list(Engine()._events(channel[0], silence=0.1)) == [Lost(-9)]


def test_a_checker_that_does_not_answer_is_ended_and_the_next_attempt_has_another(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BEGIN_SECONDS", 2.0)
    with Engine() as running:
        running.start()
        checker = running._checker
        assert checker is not None
        os.kill(checker._process.pid, signal.SIGSTOP)
        with pytest.raises(EngineError, match="does not answer"):
            list(running.attempt(NOTHING, {}, Limits(), 0.5))
        assert checker._process.poll() == -signal.SIGKILL
        monkeypatch.undo()
        running.start()
        assert running._checker is not checker and running._checker is not None


@pytest.mark.parametrize("which", ["nursery", "checker"])
def test_stopping_ends_an_attempt_that_waits_for_a_process_that_is_stopped(which: str) -> None:
    """As Ctrl-C does."""
    running = Engine()
    running.start()
    assert running._nursery is not None and running._nursery._process is not None and running._checker is not None
    processes = {"nursery": running._nursery._process._process, "checker": running._checker._process}
    ended: list[BaseException] = []

    def attempt() -> None:
        try:
            list(running.attempt(NOTHING, {}, Limits(), 600))
        except BaseException as error:
            ended.append(error)

    os.kill(processes[which].pid, signal.SIGSTOP)
    thread = threading.Thread(target=attempt)
    thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    running.stop()
    thread.join(10)
    running.close()
    assert time.monotonic() - began < 20
    assert [type(error) for error in ended] == [StoppedError]
    for process in processes.values():
        assert process.wait(10) is not None
