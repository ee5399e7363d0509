"""Reads the times of handing in as the systems write them, and the zones that they name.

A time that names its zone counts with it: `Z`, `UTC`, `GMT`, an offset such as `+0100`, `UTC+01:00` or `+01`, a name of
the time zone database such as `Etc/UTC`, or an abbreviation such as `CET`, if all zones of the database that have this
abbreviation at that moment have one offset. `CST` and `PST` belong to several zones, and other abbreviations to none:
this module does not guess which zone is meant.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from autograder.submissions.names import clean_name

TIME = re.compile(r"\D*" + r"\D{0,3}".join([r"(\d{4})", *[r"(\d\d)"] * 5]) + r"(?:[.,]?\d+)?[ \t]*([^\r\n]*)")
OFFSET = re.compile(r"(?:(?:UTC|GMT)(?=[+-]\d\d:))?([+-]\d\d)(?::?([0-5]\d))?(?:[ (].*)?")
ABBREVIATION = re.compile(r"[A-Za-z]{2,6}")
LONGEST_ZONE = 40  # characters


def when(text: str) -> tuple[int, str]:
    """Reads a time as a system writes it: returns a number that grows with it, and ISO 8601 text.

    Args:
        text: year, month, day, hour, minute and second in digits, with anything between, and after them the zone.

    Returns:
        The text is in UTC, with its offset, if the time names its zone; without an offset if it names none; and with
        the zone's name behind it if it is unclear which zone is meant. 0 and empty for a text that is no time.
    """
    match = TIME.match(text)
    try:
        local = datetime(*map(int, match.groups()[:-1])) if match else None  # type: ignore[arg-type]
    except ValueError:
        local = None
    if match is None or local is None:
        return 0, ""
    name = clean_name(match[7])[:LONGEST_ZONE].strip()
    then = _in_named_zone(local, name) if name else local
    if then is None:
        return _number(local), f"{local.isoformat()} {name}"
    return _number(then), then.isoformat()


def _number(moment: datetime) -> int:
    return moment.year * 10**10 + int(moment.strftime("%m%d%H%M%S"))


def moment(text: str, zone: tzinfo | None) -> datetime | None:
    """Returns the moment of a text of `when`.

    Args:
        text: the text.
        zone: of a time that names no zone, and of one with no more than a name that this zone has then.

    Returns:
        None for a text that is no time, and if it is unclear which zone is meant.
    """
    clock, _, name = text.partition(" ")
    try:
        then = datetime.fromisoformat(clock)
    except ValueError:
        return None
    if not name:
        return then if then.tzinfo else then.replace(tzinfo=zone)
    either = (then.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return next((one for one in either if one.tzname() == name), None)


def unclear_zone(text: str) -> str:
    """Returns the name of the zone in a text of `when`, if it is unclear which zone is meant; else empty."""
    return text.partition(" ")[2]


def _in_named_zone(local: datetime, name: str) -> datetime | None:
    """Returns the time in UTC; None if no zone has this name, or several with different offsets have it."""
    try:
        if name.upper() in ("Z", "UTC", "GMT"):
            return local.replace(tzinfo=UTC)
        if offset := OFFSET.fullmatch(name):
            hours, minutes = int(offset[1]), int(offset[2] or 0)
            ahead = timedelta(hours=hours, minutes=-minutes if offset[1].startswith("-") else minutes)
            return local.replace(tzinfo=timezone(ahead)).astimezone(UTC)
        moments = _called(local, name) if ABBREVIATION.fullmatch(name) else set()
        if not moments and name in available_timezones():
            moments = {local.replace(tzinfo=ZoneInfo(name)).astimezone(UTC)}
        return moments.pop() if len(moments) == 1 else None
    except (ValueError, OverflowError):  # an offset of more than a day, a year that has no day before it
        return None


def _called(local: datetime, name: str) -> set[datetime]:
    """Returns the moments, in UTC, at which a clock of a zone with this name shows the time."""
    either = (local.replace(tzinfo=zone, fold=fold) for zone in _zones() for fold in (0, 1))
    return {one.astimezone(UTC) for one in either if one.tzname() == name}


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    return tuple(map(ZoneInfo, sorted(available_timezones())))
