"""The lines between controller and checker's child: what is sent is what arrives, and half a line is no event."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from autograder.grading import events
from autograder.grading.events import (
    AT_END,
    Begun,
    CellRan,
    CellToRun,
    CheckBegun,
    Ending,
    Event,
    Exited,
    Failed,
    Finished,
    Portrayed,
    Request,
    Scored,
    Settled,
)
from autograder.grading.results import CaseResult, CellResult, Copies, Portrait, QuestionResult, WrongDigit
from autograder.sandbox.limits import Limits

pytestmark = pytest.mark.fast

PORTRAIT = Portrait({"loss": (0.5, 0.25)}, ((1,) * 10,) * 10, (WrongDigit(3, 5, 6, 0.75),), Copies(100, 98))
RESULT = QuestionResult("q1", 0.5, 1.0, "in-place", (CaseResult("q1 - 1", False, True, 0.5, "the last batch"),))
ENDING = Ending("killed", "signal 9", 2, "q1", {"q1": 3}, ["a model"], ["slow"])
ALL: list[Event] = [
    Begun(),
    CellRan(CellResult(0, "raised", 0.25, "ValueError: \u2028 \n no", "ValueError"), "so\nfar"),
    CheckBegun("q1", AT_END, 1),
    Scored(2, 1, RESULT, ["timeout"]),
    Settled(ENDING),
    Portrayed(PORTRAIT, ""),
    Portrayed(None, "no model"),
    Finished(ENDING),
    Failed("Traceback\n  ..."),
    Exited(-9),
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_an_event_arrives_as_it_was_sent(event: Event) -> None:
    line = events.to_line(event)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert events.from_line(line) == event


def test_every_kind_of_event_is_tried() -> None:
    assert {type(event) for event in ALL} == set(events._KINDS.values())


def test_a_request_arrives_as_it_was_sent() -> None:
    request = Request("tests", ["q1"], ["helpers"], [CellToRun("x = 1", ["q1"])], [3], ["q2"], ["q3"], {"q1": 2}, "",
                      1.5, 30.0, 120, asdict(Limits()), 77)  # fmt: skip
    assert Request.from_line(request.to_line()) == request


@pytest.mark.parametrize("line", [
    b'{"event": "Exited", "co', b'{"event": "Won"}', b'{"event": "Exited"}', b"[]", b"3", b"",
    b'{"event": "Scored", "cell": 1, "nth": 1, "trouble": [], "result": {"name": "q1"}}',
])
def test_half_a_line_and_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        events.from_line(line)
