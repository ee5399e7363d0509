"""How a sandbox says what became of it, beside whatever else is said on its socket."""

from __future__ import annotations

import struct

import pytest

from autograder.bridge import wire
from autograder.sandbox import lastword
from autograder.sandbox.lastword import Ended

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("code", [0, 1, 255, -9, -31, 2**31 - 1])
@pytest.mark.parametrize("reason", lastword.REASONS)
def test_it_says_how_the_runner_ended(code, reason):
    data = lastword.written(Ended(code, reason))
    assert len(data) == lastword.SIZE
    assert lastword.read(data) == Ended(code, reason)


def test_no_message_of_the_wire_is_one():
    assert wire.MAX_HEAD < lastword.MARK  # a message begins with the length of its head
    assert len(wire.encode(None)[0]) == lastword.SIZE
    assert lastword.read(bytes(wire.encode(None)[0])) is None


@pytest.mark.parametrize("number", [len(lastword.REASONS), 2**32 - 1])
def test_a_forged_one_with_an_unknown_reason_is_neither(number):
    data = struct.pack("<IiI", lastword.MARK, 0, number)
    assert lastword.read(data) is None
    with pytest.raises(wire.WireError):
        wire.decode(data)
