"""When something was handed in: a time that says its zone counts with it, and which of several is not guessed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from autograder.submissions.times import moment, unclear_zone, when

pytestmark = pytest.mark.fast

THREE = (20261103030000, "2026-11-03T03:00:00+00:00")


@pytest.mark.parametrize("text", [
    "2026-11-03 03:00:00.948203 UTC", "2026-11-03 03:00:00 UTC\n", "2026-11-03 03:00:00.000000 +0000",
    "2026-11-03T03:00:00Z", "2026-11-03T03:00:00.123Z", "2026-11-03T03:00:00+00:00", "2026-11-03 03:00:00 GMT",
    "2026-11-03 03:00:00.948203 Etc/UTC", "2026-11-02 22:00:00.000000 EST", "2026-11-03 04:00:00.948203 CET",
    "2026-11-03 04:00:00 Europe/Berlin", "2026-11-02 22:00:00 -05", "2026-11-02 23:30:00 -0330",
    "2026-11-02 22:00:00 UTC-05:00", "2026-11-02 22:00:00 -0500 (EST)",
])  # fmt: skip
def test_a_time_counts_with_the_zone_that_it_says(text: str) -> None:
    assert when(text) == THREE


@pytest.mark.parametrize(("text", "found"), [
    ("2026-11-02 22:00:00", (20261102220000, "2026-11-02T22:00:00")),
    ("20260302101511", (20260302101511, "2026-03-02T10:15:11")),
    ("2026-03-02-10-15-11", (20260302101511, "2026-03-02T10:15:11")),
    ("2026-07-01 12:00:00 CET", (20260701110000, "2026-07-01T11:00:00+00:00")),  # not the clock of Berlin in summer
    ("2026-11-01 01:30:00 EDT", (20261101053000, "2026-11-01T05:30:00+00:00")),  # the hour that comes twice
    ("2026-11-01 01:30:00 EST", (20261101063000, "2026-11-01T06:30:00+00:00")),
    ("2026-13-02 10:15:11 UTC", (0, "")), ("no time", (0, "")), ("2026-03-02 10:15", (0, "")),
])  # fmt: skip
def test_other_times(text: str, found: tuple[int, str]) -> None:
    assert when(text) == found


@pytest.mark.parametrize("zone", [
    "PST", "CST",  # several zones'
    "XYZ", "EDT", "+99:00", "UTC+2", "America", "../../etc/passwd", "W. Europe Standard Time",
])  # fmt: skip
def test_which_zone_is_meant_is_not_guessed(zone: str) -> None:
    number, text = when(f"2026-12-02 19:00:00.5 {zone}")
    assert (number, text, unclear_zone(text)) == (20261202190000, f"2026-12-02T19:00:00 {zone}", zone)
    assert moment(text, ZoneInfo("Europe/Berlin")) is None


def test_the_zone_of_the_course_says_which_is_meant() -> None:
    _, text = when("2026-12-02 19:00:00 PST")
    for course, hour in (("America/Los_Angeles", "-08:00"), ("Asia/Manila", "+08:00")):
        then = moment(text, ZoneInfo(course))
        assert then is not None and then.isoformat() == f"2026-12-02T19:00:00{hour}"
        assert moment("2026-12-02T19:00:00", ZoneInfo(course)) == then and moment("", ZoneInfo(course)) is None
    assert unclear_zone(THREE[1]) == ""
