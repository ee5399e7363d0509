"""A fork server: children end with a word, requests are answered meanwhile, and who hangs up ends a child."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

SERVER = """
import json, os, socket, sys, time
from autograder.sandbox.forking import ForkServer, fork
control = socket.socket(fileno=int(sys.argv[1]))
ends = []

def asked():
    what = control.recv(1)
    if what == b"f":
        here, there = socket.socketpair()
        child = fork()
        if not child:
            server.leave()
            here.close()
            os.write(1, b"child\\n")
            there.close()
            time.sleep(60)
            os._exit(0)
        there.close()
        server.channels[child] = here
    elif what == b"q":
        child = fork()
        if not child:
            os._exit(7)
    elif what == b"e":
        control.sendall(json.dumps(ends).encode() + b"\\n")
    return bool(what)

def ended(child, status):
    ends.append(os.waitstatus_to_exitcode(status))
    server.channels.pop(child, None)

server = ForkServer(control, asked, ended)
server.serve()
"""


@pytest.fixture
def served():
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    with ours, theirs, subprocess.Popen([sys.executable, "-c", SERVER, str(theirs.fileno())],
                                        pass_fds=[theirs.fileno()], stdout=subprocess.PIPE) as process:
        theirs.close()
        yield ours, process
        ours.close()
        process.wait(20)


def ends(sock: socket.socket, count: int) -> list[int]:
    """How the server's children ended, once there are `count`."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        sock.sendall(b"e")
        with sock.makefile("rb", buffering=0) as lines:
            found = json.loads(lines.readline())
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError("no child has ended")


def test_a_child_that_ends_is_told_of_though_no_request_comes(served) -> None:
    sock, _ = served
    sock.sendall(b"qqq")
    assert ends(sock, 3) == [7, 7, 7]


def test_the_server_ends_with_its_host(served) -> None:
    sock, process = served
    sock.shutdown(socket.SHUT_RDWR)
    assert process.wait(20) == 0


def test_a_child_whose_other_side_hangs_up_is_killed(served) -> None:
    sock, process = served
    sock.sendall(b"f")
    assert process.stdout.readline() == b"child\n"
    assert ends(sock, 1) == [-9], "the child itself held the other end, and closed it"


def test_a_process_with_two_threads_does_not_fork() -> None:
    from autograder.sandbox.forking import fork

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    here = os.getpid()
    try:
        with pytest.raises(RuntimeError, match="one thread"):
            fork()
    finally:
        assert os.getpid() == here
        stop.set()
        thread.join()
