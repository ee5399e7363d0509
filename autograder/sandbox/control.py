"""Both sides: messages between host and nursery process, JSON with descriptors; and a process that ends with its host.

Both ends are trusted: no sandbox holds either of them. `ends_with` serves the
checker, too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Any

MAX_DESCRIPTORS = 200
"""Descriptors in one message; the kernel passes at most 253."""


def send(sock: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    data = json.dumps(message).encode()
    start = struct.pack("<I", len(data))
    if descriptors:
        socket.send_fds(sock, [start], descriptors)
    else:
        sock.sendall(start)
    sock.sendall(data)


def receive(sock: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Returns one message, or None when the other end is gone. The caller closes the descriptors."""
    start, descriptors, _, _ = socket.recv_fds(sock, 4, MAX_DESCRIPTORS)
    if len(start) != 4:
        return None, descriptors
    data = b""
    (size,) = struct.unpack("<I", start)
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            return None, descriptors
        data += piece
    return json.loads(data), descriptors


@contextlib.contextmanager
def ends_with(sock: socket.socket) -> Iterator[None]:
    """Makes this process exit, while the block runs, as soon as nobody holds the other end of `sock` any more.

    Used around imports, which take seconds and look at no socket. The system sends a signal when something happens to
    the socket. `PR_SET_PDEATHSIG` would not do: it watches the thread that started this process, and that thread may
    end earlier.
    """

    def look(signum: int = 0, frame: object = None) -> None:
        poll = select.poll()
        poll.register(sock, 0)  # a hang-up is always reported
        if poll.poll(0):
            sys.exit(1)

    before = signal.signal(signal.SIGIO, look)
    flags = fcntl.fcntl(sock, fcntl.F_GETFL)
    fcntl.fcntl(sock, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sock, fcntl.F_SETFL, flags | os.O_ASYNC)
    try:
        look()  # it may have happened before
        yield
    finally:
        fcntl.fcntl(sock, fcntl.F_SETFL, flags)
        signal.signal(signal.SIGIO, before)
