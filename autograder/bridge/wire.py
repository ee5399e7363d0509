"""Both sides: the wire, over which values cross between a cell runner and a session.

A message is one value. It travels as a *head*, a tagged tree of plain data,
followed by the raw bytes of the arrays in it:

    head length (4 bytes) | bytes of arrays (8 bytes) | head | array | array | ...

Only values on a closed list can cross: exact plain Python types, NumPy arrays
and scalars without object dtype, and the records of `records.py`, which are
plain data again. `decode` builds these types and nothing else.

This module stands at the trust boundary. It must never import, look up,
evaluate, unpickle or call anything named by what it reads, and never allocate
more than a constant times the limits below. Anything that it cannot accept
raises `WireError`, which ends the submission.
"""

from __future__ import annotations

import math
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.bridge.records import RECORDS, BadRecord
from autograder.sandbox import exitstatus

MAX_HEAD = 32 << 20
"""Bytes of the tagged tree: all text and numbers of one message."""
MAX_ARRAYS = 768 << 20
"""Bytes of all arrays of one message (60,000 images as float64 are 376 MB)."""
MAX_DEPTH = 60
"""Containers inside containers."""
MAX_ITEMS = 1_000_000
"""Values in one message."""
MAX_KEYS = 12_000
"""Dictionary keys and set elements in one message, with all that is in them. They are so few that colliding hashes
cannot stall: Python compares colliding keys one by one, and a long tuple up to its last element."""
MAX_INT_BYTES = 512
"""An integer's size; Python refuses to print integers much larger."""
MAX_DIMENSIONS = 16

ARRAY_KINDS = "?bhilqBHILQefdFDSU"
"""dtype characters that may cross: booleans, integers, floats, complex numbers, bytes and text."""

Fallback = Callable[[object], object]


class WireError(Exception):
    """A value that may not cross, or bytes that are no message."""


def _refuse(value: object) -> object:
    raise WireError(f"a {type(value).__name__} cannot cross the wire")


# --- encoding ---------------------------------------------------------------


class _Encoder:
    """Writes one value. `fallback` turns a value that is not on the list into one that is, or raises."""

    def __init__(self, fallback: Fallback) -> None:
        self.fallback = fallback
        self.head = bytearray()
        self.arrays: list[memoryview] = []
        self.items = 0
        self.keys = 0

    def put(self, value: object, depth: int = 0) -> None:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS or len(self.head) > MAX_HEAD:
            raise WireError("the value is too large or too deeply nested")
        write = _WRITERS.get(type(value))
        if write is not None:
            write(self, value, depth)
        elif isinstance(value, np.generic) and type(value) in _SCALAR_TYPES:
            self.scalar(value)
        elif type(value) in RECORDS:
            self.record(value, depth)
        else:
            self.put(self.fallback(value), depth + 1)

    def tag(self, tag: bytes, *numbers: int) -> None:
        self.head += tag
        for number in numbers:
            self.head += struct.pack("<I", number)

    def integer(self, value: int, depth: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise WireError("the integer is too large")
        self.tag(b"i", size)
        self.head += value.to_bytes(size, "little", signed=True)

    def text(self, value: str, depth: int) -> None:
        # Lone surrogates are no text: they could not be written to a report. They cross as \udc80.
        data = value.encode("utf-8", "backslashreplace")
        self.tag(b"s", len(data))
        self.head += data

    def data(self, value: bytes, depth: int) -> None:
        self.tag(b"b", len(value))
        self.head += value

    def sequence(self, tag: bytes) -> Callable[[Any, int], None]:
        def write(value: Iterable[object], depth: int) -> None:
            elements = list(value)
            self.tag(tag, len(elements))
            for element in elements:
                self.put(element, depth + 1)

        return write

    def hashed(self, tag: bytes) -> Callable[[Any, int], None]:
        def write(value: set[object] | frozenset[object], depth: int) -> None:
            elements = list(value)
            self.tag(tag, len(elements))
            for element in elements:
                self.key(element, depth)

        return write

    def key(self, value: object, depth: int) -> None:
        """Writes a key or an element of a set; the values in it count, too."""
        before = self.items
        self.put(value, depth + 1)
        self.keys += self.items - before
        if self.keys > MAX_KEYS:
            raise WireError("too many keys")

    def mapping(self, value: dict[object, object], depth: int) -> None:
        pairs = list(value.items())
        self.tag(b"m", len(pairs))
        for key, element in pairs:
            self.key(key, depth)
            self.put(element, depth + 1)

    def array(self, value: np.ndarray, depth: int) -> None:
        # From a text of no letters, NumPy would make one of one letter when the array is built again.
        if value.dtype.char not in ARRAY_KINDS or not value.dtype.itemsize or value.ndim > MAX_DIMENSIONS:
            self.put(self.fallback(value), depth + 1)
            return
        # Sums differ in the last digit with the order of the elements, so the order is kept. Capitals say that the
        # array may be changed.
        order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
        if extent(value.dtype, value.shape) > MAX_ARRAYS:
            raise WireError("the array is too large")
        raw = np.asarray(value, dtype=value.dtype.newbyteorder("<"), order=order)  # type: ignore[call-overload]
        self.head += b"A" + (order if value.flags["W"] else order.lower()).encode()
        self.dtype(raw.dtype)
        self.tag(b"", value.ndim, *value.shape)
        if raw.size:
            self.arrays.append(_bytes(raw))

    def dtype(self, dtype: np.dtype) -> None:
        name = dtype.newbyteorder("<").str.encode()
        self.tag(b"", len(name))
        self.head += name

    def scalar(self, value: np.generic) -> None:
        self.head += b"G"
        self.dtype(value.dtype)
        self.head += np.asarray(value, dtype=value.dtype.newbyteorder("<")).tobytes()

    def record(self, value: object, depth: int) -> None:
        code, fields = RECORDS[type(value)]
        self.head += b"R" + bytes([code])
        for field in fields:
            self.put(getattr(value, field), depth + 1)


_SCALAR_TYPES = frozenset(np.dtype(kind).type for kind in "?bhilqBHILQefdFD")

_WRITERS: dict[type, Callable[[_Encoder, Any, int], None]] = {
    type(None): lambda encoder, value, depth: encoder.tag(b"N"),
    type(Ellipsis): lambda encoder, value, depth: encoder.tag(b"E"),
    bool: lambda encoder, value, depth: encoder.tag(b"T" if value else b"F"),
    int: _Encoder.integer,
    float: lambda encoder, value, depth: encoder.head.extend(struct.pack("<cd", b"d", value)),
    complex: lambda encoder, value, depth: encoder.head.extend(struct.pack("<cdd", b"c", value.real, value.imag)),
    str: _Encoder.text,
    bytes: _Encoder.data,
    list: lambda encoder, value, depth: encoder.sequence(b"l")(value, depth),
    tuple: lambda encoder, value, depth: encoder.sequence(b"t")(value, depth),
    set: lambda encoder, value, depth: encoder.hashed(b"e")(value, depth),
    frozenset: lambda encoder, value, depth: encoder.hashed(b"z")(value, depth),
    dict: _Encoder.mapping,
    slice: lambda encoder, value, depth: encoder.sequence(b"L")((value.start, value.stop, value.step), depth),
    range: lambda encoder, value, depth: encoder.sequence(b"r")((value.start, value.stop, value.step), depth),
    np.ndarray: _Encoder.array,
}


def encode(value: object, fallback: Fallback = _refuse) -> list[bytes | bytearray | memoryview]:
    """Returns one message as the pieces to write, in order.

    Args:
        value: the value to send.
        fallback: called with every value in it that is not on the list; returns one that is.

    Raises:
        WireError: the value is over a limit, or `fallback` refused.
    """
    encoder = _Encoder(fallback)
    encoder.put(value)
    size = sum(len(array) for array in encoder.arrays)
    if len(encoder.head) > MAX_HEAD or size > MAX_ARRAYS:
        raise WireError("the value is too large")
    return [struct.pack("<IQ", len(encoder.head), size), encoder.head, *encoder.arrays]


# --- decoding ---------------------------------------------------------------


class _Decoder:
    """Reads one value from `head`; the bytes of arrays come from `fill`."""

    def __init__(self, head: bytes, arrays: int, fill: Callable[[memoryview], None]) -> None:
        self.head = head
        self.at = 0
        self.items = 0
        self.keys = 0
        self.left = arrays
        self.fill = fill

    def take(self, size: int) -> bytes:
        piece = self.head[self.at : self.at + size]
        if len(piece) != size:
            raise WireError("the message ends early")
        self.at += size
        return piece

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def count(self) -> int:
        """Reads a number of elements. Each takes at least one byte, so a count beyond the rest is a lie."""
        count = self.number()
        if count > len(self.head) - self.at:
            raise WireError("the message announces more than it holds")
        return count

    def get(self, depth: int = 0) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise WireError("the message is too large or too deeply nested")
        tag = self.take(1)
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"unknown tag {tag!r}")
        return read(self, depth)

    def integer(self, depth: int) -> int:
        size = self.number()
        if size > MAX_INT_BYTES:
            raise WireError("the integer is too large")
        return int.from_bytes(self.take(size), "little", signed=True)

    def text(self, depth: int) -> str:
        try:
            return self.take(self.number()).decode("utf-8")
        except UnicodeDecodeError:
            raise WireError("the text is not UTF-8") from None

    def elements(self, depth: int) -> list[Any]:
        return [self.get(depth + 1) for _ in range(self.count())]

    def key(self, depth: int) -> Any:
        before = self.items
        value = self.get(depth + 1)
        self.keys += self.items - before
        if self.keys > MAX_KEYS:
            raise WireError("too many keys")
        return _hashable(value)

    def hashed(self, depth: int) -> list[Any]:
        return [self.key(depth) for _ in range(self.count())]

    def mapping(self, depth: int) -> dict[Any, Any]:
        result = {}
        for _ in range(self.count()):
            key = self.key(depth)
            result[key] = self.get(depth + 1)
        return result

    def three(self, depth: int, allowed: tuple[type, ...]) -> list[Any]:
        parts = self.elements(depth)
        if len(parts) != 3 or any(type(part) not in allowed for part in parts):
            raise WireError("a slice or range has three parts, all of them numbers")
        return parts

    def range(self, depth: int) -> range:
        start, stop, step = self.three(depth, (int,))
        if step == 0:
            raise WireError("a range's step is not zero")
        return range(start, stop, step)

    def dtype(self) -> np.dtype:
        return plain_dtype(self.take(self.number()).decode("latin-1"))

    def array(self, depth: int) -> np.ndarray:
        order = self.take(1)
        if order not in (b"C", b"F", b"c", b"f"):
            raise WireError("unknown order of elements")
        dtype = self.dtype()
        if not dtype.itemsize:  # `np.empty` would make room for a letter each, which nobody would fill.
            raise WireError("an array of nothing")
        dimensions = self.number()
        if dimensions > MAX_DIMENSIONS:
            raise WireError("too many dimensions")
        shape = tuple(self.number() for _ in range(dimensions))
        size = dtype.itemsize * math.prod(shape)
        if extent(dtype, shape) > MAX_ARRAYS or size > self.left:
            raise WireError("the array is too large")
        self.left -= size
        array = np.empty(shape, dtype, order="C" if order in b"Cc" else "F")
        if size:
            self.fill(_bytes(array))
        array.setflags(write=order in b"CF")
        return _checked(array)

    def scalar(self, depth: int) -> np.generic:
        dtype = self.dtype()
        if dtype.type not in _SCALAR_TYPES:
            raise WireError("the dtype is not on the list")
        raw = np.frombuffer(self.take(dtype.itemsize), np.uint8).copy()
        return _checked(raw.view(dtype))[0]

    def record(self, depth: int) -> object:
        code = self.take(1)[0]
        kind = _BY_CODE.get(code)
        if kind is None:
            raise WireError("unknown record")
        values = [self.get(depth + 1) for _ in RECORDS[kind][1]]
        try:
            return kind(*values)
        except BadRecord as error:
            raise WireError(f"bad {kind.__name__}: {error}") from None


def _bytes(array: np.ndarray) -> memoryview:
    """Returns the bytes of a contiguous array, in the order in which they lie in memory."""
    return memoryview(array.ravel(order="K").view(np.uint8))  # type: ignore[arg-type]


def plain_dtype(name: str) -> np.dtype:
    """Returns the dtype called `name`: byte order, one letter, a size. `np.dtype` itself would accept far more."""
    order, kind, size = name[:1], name[1:2], name[2:]
    listed = order in ("<", "|") and kind in "biufcSU" and size.isascii() and size.isdigit() and len(size) <= 6
    try:
        dtype = np.dtype(name) if listed and kind else None
    except TypeError:
        dtype = None
    if dtype is None or dtype.char not in ARRAY_KINDS:
        raise WireError("the dtype is not on the list")
    return dtype


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        raise WireError("a key or element that cannot be hashed") from None
    return value


def extent(dtype: np.dtype, shape: tuple[int, ...]) -> int:
    """Returns the bytes of an array, lengths of 0 taken as 1: results of a shape like (0, 10**9) are so large."""
    return max(dtype.itemsize, 1) * math.prod(max(length, 1) for length in shape)


def _checked(array: np.ndarray) -> np.ndarray:
    """Returns `array`, if its bytes are values of its dtype: booleans are 0 or 1, text is Unicode."""
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise WireError("a boolean is 0 or 1")
    if array.dtype.kind == "U" and array.dtype.itemsize and array.size:
        codes = np.ascontiguousarray(array).ravel().view(np.uint32)
        if codes.max() > 0x10FFFF or ((codes >= 0xD800) & (codes <= 0xDFFF)).any():
            raise WireError("the text of an array is not Unicode")
    return array


_BY_CODE = {code: kind for kind, (code, _) in RECORDS.items()}

_READERS: dict[bytes, Callable[[_Decoder, int], Any]] = {
    b"N": lambda decoder, depth: None,
    b"E": lambda decoder, depth: Ellipsis,
    b"T": lambda decoder, depth: True,
    b"F": lambda decoder, depth: False,
    b"i": _Decoder.integer,
    b"d": lambda decoder, depth: struct.unpack("<d", decoder.take(8))[0],
    b"c": lambda decoder, depth: complex(*struct.unpack("<dd", decoder.take(16))),
    b"s": _Decoder.text,
    b"b": lambda decoder, depth: decoder.take(decoder.number()),
    b"l": lambda decoder, depth: decoder.elements(depth),
    b"t": lambda decoder, depth: tuple(decoder.elements(depth)),
    b"e": lambda decoder, depth: set(decoder.hashed(depth)),
    b"z": lambda decoder, depth: frozenset(decoder.hashed(depth)),
    b"m": _Decoder.mapping,
    b"L": lambda decoder, depth: slice(*decoder.three(depth, (int, type(None)))),
    b"r": _Decoder.range,
    b"A": _Decoder.array,
    b"G": _Decoder.scalar,
    b"R": _Decoder.record,
}


def decode_stream(start: bytes, read: Callable[[memoryview], None]) -> Any:
    """Returns the value of the message that begins with the 12 bytes `start`; `read` fills buffers with the rest.

    Raises:
        WireError: the bytes are no message, or one over a limit.
    """
    head_size, arrays = struct.unpack("<IQ", start)
    if head_size > MAX_HEAD or arrays > MAX_ARRAYS:
        raise WireError("the message is too large")
    head = bytearray(head_size)
    read(memoryview(head))
    decoder = _Decoder(bytes(head), arrays, read)
    value = decoder.get()
    if decoder.at != head_size or decoder.left:
        raise WireError("the message holds more than its value")
    return value


def decode(message: bytes) -> Any:
    """Returns the value of one whole message. Raises `WireError` for anything else."""
    at = 12

    def read(buffer: memoryview) -> None:
        nonlocal at
        piece = message[at : at + len(buffer)]
        if len(piece) != len(buffer):
            raise WireError("the message ends early")
        buffer[:] = piece
        at += len(buffer)

    if len(message) < 12:
        raise WireError("the message ends early")
    value = decode_stream(message[:12], read)
    if at != len(message):
        raise WireError("the message holds more than its value")
    return value


# --- messages over a socket ---------------------------------------------------


CUT_OFF = 91
"""The exit code of a cell runner that could not go on talking."""


class Closed(Exception):
    """The other side is gone."""


class DeadlinePassed(Exception):
    """The message did not arrive, or could not be sent, in time."""


class Channel:
    """Messages over one end of a connected stream socket.

    `wait` is called before every read and write with the events to wait for (`select.POLLIN` or `select.POLLOUT`); it
    may raise to give up. The default waits for as long as it takes. `begun` says whether a part of the message that is
    being received has come.
    """

    def __init__(self, sock: socket.socket, wait: Callable[[int], None] | None = None) -> None:
        self.sock = sock
        self.sock.setblocking(wait is None)
        self.wait = wait
        self.begun = False

    def send(self, value: object, fallback: Fallback = _refuse) -> None:
        self.begun = False
        self.send_pieces(encode(value, fallback))

    def send_pieces(self, pieces: list[bytes | bytearray | memoryview]) -> None:
        for piece in pieces:
            rest = memoryview(piece)
            while len(rest):
                if self.wait:
                    self.wait(select.POLLOUT)
                try:
                    rest = rest[self.sock.send(rest, socket.MSG_NOSIGNAL) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise Closed from error

    def receive(self) -> Any:
        """Returns the next message's value, or an `exitstatus.Ended` when the sandbox has ended."""
        self.begun = False
        start = bytearray(12)
        self._fill(memoryview(start))
        self.begun = True
        return exitstatus.read(bytes(start)) or decode_stream(bytes(start), self._fill)

    def _fill(self, buffer: memoryview) -> None:
        while len(buffer):
            if self.wait:
                self.wait(select.POLLIN)
            try:
                got = self.sock.recv_into(buffer)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed from error
            if not got:
                raise Closed
            buffer = buffer[got:]


def waiter(
    sock: socket.socket, deadline: Callable[[], float], extend: Callable[[], bool] = lambda: False
) -> Callable[[int], None]:
    """Returns a `wait` for `Channel` that raises `DeadlinePassed` when `time.monotonic()` reaches `deadline()`.

    Before it does, it asks `extend`: True says that the deadline was moved, and the wait goes on. So a message that is
    half read when its time is up can be read to its end. A second `receive` would begin in its middle.
    """

    def wait(events: int) -> None:
        poll = select.poll()
        poll.register(sock, events)
        while True:
            left = deadline() - time.monotonic()
            if left > 0 and poll.poll(left * 1000):
                return
            if not extend():
                raise DeadlinePassed

    return wait
