"""Local time and instants, by the time zones of the pinned `tzdata` package alone.

The machine's own zone files are not read: every service and every replay has the same rules. A
local time that a change of the clocks skips is the first valid one after it; one that occurs twice
is the first of the two.
"""

from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.shared.clock import SECOND, Instant, to_datetime, to_micros

DAY = 86_400 * SECOND
TZDATA_VERSION = version("tzdata")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH = datetime(1970, 1, 1)
_ZONES = files("tzdata") / "zones"


def zone_names() -> frozenset[str]:
    """All names that `zone_of` knows, for example `Europe/Berlin`."""
    return frozenset(_ZONES.read_text().split())


@cache
def zone_of(name: str) -> ZoneInfo:
    """Raises ValueError for a name that the tzdata package does not have."""
    if name not in zone_names():
        raise ValueError(f"{name!r} is no time zone; write for example 'Europe/Berlin'.")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return (on - _EPOCH.date()).days


def at_local(zone: ZoneInfo, day: int, time: int) -> Instant:
    """The instant at `time` microseconds by the wall clock after midnight of the local `day`.

    Days are counted from 1970-01-01; `time` may be a day or more.
    """
    local = (_EPOCH + timedelta(days=day, microseconds=time)).replace(tzinfo=zone)
    reading = day * DAY + time
    first, second = reading - _offset(local), reading - _offset(local.replace(fold=1))
    return first if first <= second else _change(zone, second, first)


def local_of(zone: ZoneInfo, at: Instant) -> tuple[int, int]:
    """The local day, and what the wall clock shows: microseconds after its midnight.

    Days are counted from 1970-01-01. When an hour passes a second time, the wall clock is taken to
    stand at the hour's end, so that it never runs backward; its time may then be a whole day.
    """
    moment = to_datetime(at).astimezone(zone)
    day, time = divmod(at + _offset(moment), DAY)
    if not moment.fold:
        return day, time
    lost = _offset(moment.replace(fold=0)) - _offset(moment)
    return day, time + _change(zone, at - lost, at) - (at - lost)


def _offset(moment: datetime) -> int:
    """Microseconds by which the wall clock is ahead of UTC."""
    offset = moment.utcoffset()
    assert offset is not None  # only moments with a zone come here
    return to_micros(offset)


def _change(zone: ZoneInfo, before: Instant, after: Instant) -> Instant:
    """The first instant of the offset that holds at `after`; the clocks change once in between."""
    offset = _offset(to_datetime(after).astimezone(zone))
    return before + bisect_left(
        range(before, after),
        True,
        key=lambda at: _offset(to_datetime(at).astimezone(zone)) == offset,
    )
