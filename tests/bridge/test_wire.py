"""The wire: everything on its list crosses unchanged; nothing else does; no bytes can hurt the decoder."""

from __future__ import annotations

import contextlib
import math
import socket
import struct
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.bridge import records, wire

pytestmark = pytest.mark.fast


def message(value: object) -> bytes:
    return b"".join(bytes(piece) for piece in wire.encode(value))


def there_and_back(value: object) -> object:
    return wire.decode(message(value))


def same(a: object, b: object) -> bool:
    """Equal in type and value, all the way down; nan is itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return (
            a.dtype == b.dtype
            and a.shape == b.shape
            and np.asarray(a).tobytes() == np.asarray(b).tobytes()
            and (not isinstance(a, np.ndarray) or a.flags.writeable == b.flags.writeable)
        )
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, complex):
        return same((a.real, a.imag), (b.real, b.imag))
    return a == b


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
hashable = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | texts | st.binary()
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="<")
    | hnp.unsigned_integer_dtypes(endianness="<")
    | hnp.floating_dtypes(sizes=(16, 32, 64), endianness="<")
    | hnp.complex_number_dtypes(sizes=(64, 128), endianness="<")
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
leaves = (
    hashable
    | st.floats()
    | st.complex_numbers()
    | st.just(...)
    | st.sets(st.integers())
    | st.frozensets(texts)
    | st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers())
    | st.builds(range, st.integers(), st.integers(), st.integers(1, 9))
    | arrays
    | dtypes.flatmap(lambda dtype: hnp.from_dtype(dtype))
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5)
    | st.lists(inner, max_size=5).map(tuple)
    | st.dictionaries(hashable, inner, max_size=5),
    max_leaves=20,
)


@given(values)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_everything_on_the_list_crosses_unchanged(value):
    assert same(value, there_and_back(value))


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1),
        np.arange(10)[::-2],
        np.zeros((0, 3)),
        np.array(5, np.float32),
        np.array(["dig", "it"]),
        np.array([b"x", b"yz"]),
        np.arange(3, dtype=">i4"),
        np.array([1, 2], np.longlong),
    ],
)
def test_arrays_of_every_layout_cross(array):
    arrived = there_and_back(array)
    assert np.array_equal(arrived, array) and arrived.shape == array.shape
    assert arrived.dtype == array.dtype.newbyteorder("<")
    assert arrived.flags.f_contiguous or not array.flags.f_contiguous
    assert arrived.flags.writeable


def test_a_read_only_array_stays_read_only():
    array = np.arange(3)
    array.setflags(write=False)
    assert not there_and_back(array).flags.writeable


def test_what_arrives_is_a_copy():
    array = np.arange(3)
    there_and_back(array)[0] = 9
    assert array[0] == 0


def test_lone_surrogates_become_text():
    assert there_and_back("a\udc80b") == "a\\udc80b"


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 0,
        np.array([object()]),
        np.array([("a", 1)], dtype=[("name", "U1"), ("number", int)]),
        np.zeros(2, "datetime64[s]"),
        type("Int", (int,), {})(3),
        type("Array", (np.ndarray,), {})((2,)),
        {1: print},
        2 ** (8 * wire.MAX_INT_BYTES),
        set(range(wire.MAX_KEYS + 1)),
        [None] * (wire.MAX_ITEMS + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_on_the_list_does_not_cross(value, monkeypatch):
    with pytest.raises(wire.WireError):
        wire.encode(value)


def test_depth_is_limited_on_both_sides():
    value: object = None
    for _ in range(wire.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(wire.WireError):
        wire.encode(value)
    head = b"l\x01\x00\x00\x00" * 100_000 + b"N"
    with pytest.raises(wire.WireError, match="deep"):
        wire.decode(struct.pack("<IQ", len(head), 0) + head)


def test_a_list_that_contains_itself_does_not_cross():
    value: list[object] = []
    value.append(value)
    with pytest.raises(wire.WireError):
        wire.encode(value)


# --- hostile bytes --------------------------------------------------------------


def framed(head: bytes, arrays: bytes = b"", announced: int | None = None) -> bytes:
    return struct.pack("<IQ", len(head), len(arrays) if announced is None else announced) + head + arrays


def array_head(dtype: bytes, shape: tuple[int, ...], order: bytes = b"C") -> bytes:
    numbers = b"".join(struct.pack("<I", number) for number in (len(shape), *shape))
    return b"A" + order + struct.pack("<I", len(dtype)) + dtype + numbers


HOSTILE = {
    "nothing": b"",
    "a head that is not there": struct.pack("<IQ", 100, 0),
    "a head of 4 GB": struct.pack("<IQ", 2**32 - 1, 0),
    "arrays of 16 EB": struct.pack("<IQ", 1, 2**64 - 1) + b"N",
    "an unknown tag": framed(b"\x00"),
    "a pickle": framed(b"\x80\x04\x95\x1a\x00\x00\x00cos\nsystem\n"),
    "a list of 4 billion": framed(b"l\xff\xff\xff\xff"),
    "a text of 4 GB": framed(b"s\xff\xff\xff\xff"),
    "a text that is not UTF-8": framed(b"s\x01\x00\x00\x00\xff"),
    "a text with a surrogate": framed(b"s\x03\x00\x00\x00\xed\xb2\x80"),
    "an integer of 1 MB": framed(b"i\x00\x00\x10\x00" + b"\x01" * (1 << 20)),
    "a list as a key": framed(b"m\x01\x00\x00\x00l\x00\x00\x00\x00N"),
    "an array as an element of a set": framed(b"e\x01\x00\x00\x00" + array_head(b"<i8", (0,))),
    "a range that stands still": framed(b"r\x03\x00\x00\x00" + b"i\x01\x00\x00\x00\x00" * 3),
    "a range of texts": framed(b"r\x03\x00\x00\x00" + b"s\x00\x00\x00\x00" * 3),
    "a slice of two": framed(b"L\x02\x00\x00\x00NN"),
    "an array of objects": framed(array_head(b"|O", (1,)), b"\x00" * 8),
    "a structured dtype": framed(array_head(b"<i4,<i4", (1,)), b"\x00" * 8),
    "a dtype by its Python name": framed(array_head(b"object", (1,)), b"\x00" * 8),
    "a dtype with digits of another script": framed(array_head("<f²".encode("latin-1"), (1,)), b"\x00" * 8),
    "a void dtype": framed(array_head(b"|V8", (1,)), b"\x00" * 8),
    "a long double": framed(array_head(b"<f16", (1,)), b"\x00" * 16),
    "times": framed(array_head(b"<M8", (1,)), b"\x00" * 8),
    "an empty dtype": framed(array_head(b"", (1,)), b"\x00" * 8),
    "texts of a million letters": framed(array_head(b"<U9999999", (0,))),
    "an array without its bytes": framed(array_head(b"<f8", (1000,))),
    "an array that announces less than it takes": framed(array_head(b"<f8", (1000,)), b"", 8),
    "an array of 2**62 numbers": framed(array_head(b"<f8", (2**31, 2**31)), b"", wire.MAX_ARRAYS),
    "nothing, but enormous": framed(array_head(b"<f8", (0, 2**31, 2**31))),
    "texts of no letters, which NumPy would give room for one": framed(array_head(b"|S0", (1000,))),
    "the same in Unicode": framed(array_head(b"<U0", (1000,))),
    "no bytes each, but very many": framed(array_head(b"|S0", (2**31, 2**31))),
    "a hundred dimensions": framed(array_head(b"<f8", (1,) * 100), b"\x00" * 8),
    "an unknown order": framed(array_head(b"<f8", (1,), b"X"), b"\x00" * 8),
    "a boolean that is 7": framed(array_head(b"|b1", (1,)), b"\x07"),
    "a text in an array that is no Unicode": framed(array_head(b"<U1", (1,)), b"\xff\xff\xff\xff"),
    "a surrogate in an array": framed(array_head(b"<U1", (1,)), b"\x00\xd8\x00\x00"),
    "a scalar boolean that is 2": framed(b"G\x03\x00\x00\x00|b1\x02"),
    "a scalar of text": framed(b"G\x03\x00\x00\x00<U1aaaa"),
    "bytes of arrays that nobody asks for": framed(b"N", b"12345678"),
    "two values": framed(b"NN"),
    "an unknown record": framed(b"R\xfe"),
    "a record with a field of the wrong type": framed(b"R\x01NN"),
    "a record that ends early": framed(b"R\x01"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused(name):
    with pytest.raises(wire.WireError):
        wire.decode(HOSTILE[name])


def test_colliding_keys_do_not_stall():
    """Integers that all have one hash: as keys of a dictionary they would cost quadratic time without a limit."""
    modulus = 2**61 - 1
    numbers = [modulus * k for k in range(1, wire.MAX_KEYS + 1)]
    began = time.process_time()
    wire.decode(framed(b"e" + struct.pack("<I", len(numbers)) + b"".join(
        b"i" + struct.pack("<I", 16) + number.to_bytes(16, "little", signed=True) for number in numbers
    )))
    assert time.process_time() - began < 30


def test_colliding_tuples_do_not_stall():
    """Each is compared with all before it, up to the last of its many elements."""
    modulus, shared = 2**61 - 1, (b"d" + struct.pack("<d", 1.5)) * 79
    tuples = [
        b"t" + struct.pack("<I", 80) + shared + b"i" + struct.pack("<I", 16)
        + (modulus * k).to_bytes(16, "little", signed=True)
        for k in range(1, 6001)
    ]  # fmt: skip
    began = time.process_time()
    for tag, between in ((b"e", b""), (b"z", b""), (b"m", b"N")):
        with pytest.raises(wire.WireError, match="keys"):
            wire.decode(framed(tag + struct.pack("<I", len(tuples)) + b"".join(one + between for one in tuples)))
    assert time.process_time() - began < 5
    with pytest.raises(wire.WireError, match="keys"):
        wire.encode({(1.5,) * 79 + (modulus * k,): None for k in range(1, 200)})


def test_an_array_of_nothing_does_not_cross():
    """Such fields of a structured array exist. Made anew, they would be memory of the grader that nobody has filled."""
    for kind in ("S0", "U0"):
        nothing = np.zeros(1000, [("field", kind)])["field"]
        with pytest.raises(wire.WireError):
            wire.encode(nothing)
        assert wire.decode(b"".join(bytes(piece) for piece in wire.encode(nothing, lambda value: "told"))) == "told"


@given(st.binary(max_size=400))
@settings(max_examples=500, deadline=None)
def test_no_bytes_crash_the_decoder(data):
    for candidate in (data, framed(data), framed(data[:200], data[200:])):
        try:
            wire.decode(candidate)
        except wire.WireError:
            continue


@given(values, st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damaged_message_crashes_the_decoder(value, data):
    damaged = bytearray(message(value))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not damaged:
            return
    with contextlib.suppress(wire.WireError):
        wire.decode(bytes(damaged))


@given(st.lists(st.sampled_from(sorted({name[:1] for name in wire._READERS})), max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_no_nonsense_of_valid_tags_crashes_the_decoder(tags, data):
    head = b"".join(tag + data.draw(st.binary(max_size=9)) for tag in tags)
    with contextlib.suppress(wire.WireError):
        wire.decode(framed(head))


@given(st.binary(min_size=1, max_size=300))
@settings(max_examples=200, deadline=None)
def test_memory_is_bounded_by_what_was_announced(data):
    tracemalloc.start()
    try:
        wire.decode(framed(data, b"", 1000))
    except wire.WireError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2_000_000


def test_decoding_imports_opens_and_evaluates_nothing():
    events: list[str] = []
    watching = False

    def hook(event: str, arguments: object) -> None:
        if watching and event != "object.__getattr__":
            events.append(event)

    messages = [message(value) for value in ({"a": [1, 2.5, (3j, b"x")]}, np.arange(4), {1, 2})]
    sys.addaudithook(hook)
    for data in [*messages, *HOSTILE.values()]:
        watching = True
        try:
            wire.decode(data)
        except wire.WireError:
            pass
        finally:
            watching = False
    assert events == []
    watching = True
    compile("1", "", "eval")
    watching = False
    assert events == ["compile"]


# --- records ------------------------------------------------------------------------


RECORDS = [
    records.Tensor(np.arange(3.0), "tensor"),
    records.TypeName("type", "numpy.float32"),
    records.Raised("ValueError", "MyError", "no", "line 1"),
    records.Function(3, "f", "doc", (records.Parameter("x", 1, None), records.Parameter("y", 1, "2"))),
    records.Function(3, "f", "", None),
    records.Thing(4, "file", "<file>"),
    records.History({"loss": [1.0]}, {"epochs": 1}, [0]),
    records.KerasObject(1, "loss", {"function": "mse"}),
    records.ModelData(1, None, {}, None, records.History({}, {}, []), {"name": "m"}),
    records.SameArgument("x"),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_cross(record):
    arrived = there_and_back([record])[0]
    assert type(arrived) is type(record)
    assert repr(arrived) == repr(record)


BAD_FIELDS = [
    (records.Tensor, ([1.0], "tensor")),
    (records.Tensor, (np.arange(3), "dataset")),
    (records.TypeName, ("type", "x" * 61)),
    (records.TypeName, ("type", 3)),
    (records.Raised, ("ValueError", "ValueError", "x" * 20_001, "")),
    (records.Raised, (None, "ValueError", "", "")),
    (records.Parameter, ("not a name", 1, None)),
    (records.Parameter, ("x", 9, None)),
    (records.Function, (-1, "f", "", None)),
    (records.Function, (True, "f", "", None)),
    (records.Function, (1, "f", "", ["x"])),
    (records.Function, (1, "f", "", ("x",))),
    (records.Function, (1, "f", b"", None)),
    (records.Thing, (1, 2, "")),
    (records.Thing, (2**63, "a", "")),
    (records.History, ([], {}, [])),
    (records.History, ({1: [0.5]}, {}, [])),
    (records.History, ({}, {}, None)),
    (records.KerasObject, (1, "loss", "mse")),
    (records.ModelData, (1, "Dense", {}, None, None, {})),
    (records.ModelData, (1, None, [], None, None, {})),
    (records.ModelData, (1, None, {}, 3, None, {})),
    (records.ModelData, (1, None, {}, None, {"loss": []}, {})),
    (records.SameArgument, (1.0,)),
]


@pytest.mark.parametrize(("kind", "fields"), BAD_FIELDS, ids=str)
def test_records_check_their_fields(kind, fields):
    with pytest.raises(records.BadRecord):
        kind(*fields)


def test_a_record_never_arrives_with_a_wrong_field():
    code = records.RECORDS[records.Function][0]
    head = b"R" + bytes([code]) + b"T" + b"s\x00\x00\x00\x00" * 2 + b"Ns\x00\x00\x00\x00t\x00\x00\x00\x00"
    with pytest.raises(wire.WireError, match="Function"):
        wire.decode(framed(head))


# --- sockets --------------------------------------------------------------------------


def test_large_messages_cross_a_socket():
    here, there = socket.socketpair()
    value = {"images": np.random.default_rng(0).random((500, 28, 28)), "text": "x" * 300_000}
    sender = threading.Thread(target=lambda: wire.Channel(here).send(value))
    sender.start()
    arrived = wire.Channel(there).receive()
    sender.join()
    assert same(value, arrived)
    here.close()
    with pytest.raises(wire.Closed):
        wire.Channel(there).receive()
    there.close()


def test_a_message_that_does_not_come_has_a_deadline():
    here, there = socket.socketpair()
    with here, there:
        end = time.monotonic() + 0.05
        channel = wire.Channel(here, wire.waiter(here, lambda: end))
        with pytest.raises(wire.DeadlinePassed):
            channel.receive()
        there.send(b"\x01\x00")  # the beginning of one
        with pytest.raises(wire.DeadlinePassed):
            channel.receive()


def test_a_message_that_nobody_reads_has_a_deadline():
    here, there = socket.socketpair()
    with here, there:
        end = time.monotonic() + 0.05
        channel = wire.Channel(here, wire.waiter(here, lambda: end))
        with pytest.raises(wire.DeadlinePassed):
            channel.send(np.zeros(5_000_000))


def test_numbers_that_are_no_numbers_arrive_as_they_are():
    assert math.isnan(there_and_back(float("nan")))
    assert np.isnan(there_and_back(np.float32("nan")))
