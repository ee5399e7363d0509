"""Messages between the host and the nursery process: JSON, with descriptors. Both ends are trusted."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

MAX_DESCRIPTORS = 200
"""In one message; the kernel passes at most 253."""


def send(sock: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    data = json.dumps(message).encode()
    start = struct.pack("<I", len(data))
    if descriptors:
        socket.send_fds(sock, [start], descriptors)
    else:
        sock.sendall(start)
    sock.sendall(data)


def receive(sock: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """One message, or None when the other end is gone; the descriptors are the caller's to close."""
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
