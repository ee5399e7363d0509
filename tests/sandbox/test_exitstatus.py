"""How a sandbox says what became of it, beside whatever else is said on its socket."""

from __future__ import annotations

import struct

import pytest

from autograder.bridge import wire
from autograder.sandbox import exitstatus
from autograder.sandbox.exitstatus import Ended

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("code", [0, 1, 255, -9, -31, 2**31 - 1])
@pytest.mark.parametrize("reason", exitstatus.REASONS)
def test_it_says_how_the_runner_ended(code, reason):
    data = exitstatus.written(Ended(code, reason))
    assert len(data) == exitstatus.SIZE
    assert exitstatus.read(data) == Ended(code, reason)


def test_no_message_of_the_wire_is_one():
    assert wire.MAX_HEAD < exitstatus.MARK  # a message begins with the length of its head
    assert len(wire.encode(None)[0]) == exitstatus.SIZE
    assert exitstatus.read(bytes(wire.encode(None)[0])) is None


@pytest.mark.parametrize("number", [len(exitstatus.REASONS), 2**32 - 1])
def test_a_forged_one_with_an_unknown_reason_is_neither(number):
    data = struct.pack("<IiI", exitstatus.MARK, 0, number)
    assert exitstatus.read(data) is None
    with pytest.raises(wire.WireError):
        wire.decode(data)
